//! What happens on a day: settings change, things fail and recover.

pub(in crate::model) mod change;
mod faults;

use self::change::Unsettled;
use super::World;
use super::slots::SLOT_TIMELINE;
use super::spec::Happening;
use crate::engine::Class;
use crate::observe::Observer;
use crate::units::Time;

/// How far a day's timeline has come.
#[derive(Debug, Default)]
pub(in crate::model) struct Timeline {
    /// Happenings that are over.
    happened: usize,
    /// The state of the system that they have made; 0 is the first.
    state: u32,
    /// The last of its states, until all that it asks for is there.
    unsettled: Option<Unsettled>,
}

impl Timeline {
    /// Number of the state that the system is in; 0 is the first.
    pub(in crate::model) fn state(&self) -> u32 {
        self.state
    }

    /// Leaves the last change alone while `self` is half way through a step; see [`Timeline::resume`].
    pub(in crate::model) fn suspend(&mut self) -> Option<Unsettled> {
        self.unsettled.take()
    }

    /// Goes on waiting for the change that was left alone.
    pub(in crate::model) fn resume(&mut self, unsettled: Option<Unsettled>) {
        self.unsettled = unsettled;
    }
}

impl<O: Observer> World<'_, O> {
    /// Does what the timeline says for now, then waits for what it says next.
    pub(in crate::model) fn happen(&mut self) {
        while let Some(timed) = self.first.timeline.get(self.timeline.happened) {
            let at = Time::ZERO + timed.at;
            if at > self.now {
                self.agenda.set(SLOT_TIMELINE, at, Class::Arrive);
                return;
            }
            self.timeline.happened += 1;
            match timed.what {
                Happening::Kill { service, pods } => self.kill(service, pods),
                Happening::Scale { service, pods } => self.scale_by_hand(service, pods),
                Happening::Partitions { topic, partitions } => {
                    self.add_partitions(topic, partitions);
                }
                Happening::LoseBroker { broker, back_after } => {
                    self.lose_broker(broker, back_after);
                }
                Happening::Poison { topic, share } => self.poison(topic, share),
                Happening::Traffic { factor } => self.traffic(factor),
                Happening::Deploy { service } => self.deploy(service, None),
                Happening::Become { state } => self.become_state(state),
                Happening::FailNode { group, nodes, replaced_after } => {
                    self.fail_nodes(group, nodes, replaced_after);
                }
                Happening::SlowDatabase { database, factor } => {
                    self.slow_database(database, factor);
                }
                Happening::SlowCache { cache, factor } => self.slow_cache(cache, factor),
                Happening::LoseCache { cache, timeout } => self.lose_cache(cache, timeout),
            }
        }
    }
}
