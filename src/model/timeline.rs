//! Timeline of a day: setting changes, faults and recoveries.

pub(in crate::model) mod change;
pub(in crate::model) mod progress;
mod settle;

use super::slots::SLOT_TIMELINE;
use super::spec::Happening;
use super::world::World;
use crate::engine::Class;
use crate::observe::Observer;
use crate::units::Time;

impl<O: Observer> World<'_, O> {
    /// Applies the events that are due, then schedules the next.
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
