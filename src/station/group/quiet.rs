//! Support for callers that do not report batches while the group is stable: a calm group needs no
//! reports of batches, except that it receives them before any other event.

use super::{Bond, Coordinator, Entry, Joining, Member, Settings, State};
use crate::units::Time;

impl Coordinator {
    /// Creates a group whose members have joined and own their partitions, from time zero on.
    pub fn settled(settings: Settings, partitions: Vec<u32>, members: Vec<Member>) -> Coordinator {
        let mut group = Coordinator::new(settings, partitions);
        group.entries = members.into_iter().map(Entry::joining).collect();
        group.entries.sort_by_key(|entry| entry.key);
        if !group.entries.is_empty() {
            group.complete(Time::ZERO);
        }
        group.settle();
        group
    }

    /// Whether the group is stable: all members have their assignments, none is missing, and none
    /// has missed a generation. As long as that holds, [`Coordinator::begin`] and
    /// [`Coordinator::done`] change nothing but what [`Coordinator::observe`] can report later.
    pub fn is_calm(&self) -> bool {
        let calm = |entry: &Entry| {
            entry.bond == Bond::Member
                && entry.step == Joining::Works
                && !(entry.behind || entry.pending || entry.moving)
                && entry.expires == Time::NEVER
        };
        matches!(self.state, State::Empty | State::Stable) && self.entries.iter().all(calm)
    }

    /// Reports the start of a member's current batch, if any; for a group that was calm until now.
    pub fn observe(&mut self, who: u32, batch: Option<Time>) {
        if let Some(place) = self.find(who) {
            self.entries[place].batch = batch;
        }
    }

    /// Whether a member may commit: not if it was removed or missed a generation.
    pub fn may_commit(&self, who: u32) -> bool {
        self.find(who).is_some_and(|place| {
            let entry = &self.entries[place];
            entry.known() && !entry.behind
        })
    }

    /// Sets the number of partitions of a topic, as the group leader has just learned: it rejoins,
    /// and then so do all others (`ConsumerCoordinator::rejoinNeededOrPending`).
    pub fn repartition(&mut self, now: Time, topic: u32, partitions: u32) {
        self.partitions[topic as usize] = partitions;
        let leads = |entry: &Entry| entry.bond == Bond::Member && !entry.behind;
        if self.state == State::Stable
            && let Some(place) = self.entries.iter().position(leads)
        {
            self.entries[place].step = Joining::Asked;
            if self.entries[place].batch.is_none() {
                self.join_again(now, place);
            }
        }
        self.settle();
    }
}
