//! What lets a caller keep silent about batches while nobody comes or goes: a group that is calm needs to
//! know of no batch, except that it hears of them before anything happens to it.

use super::{Bond, Coordinator, Entry, Joining, Member, Settings, State};
use crate::units::Time;

impl Coordinator {
    /// A group whose members have joined and have their partitions, from time zero on.
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

    /// Whether nothing is under way: all members have what they are to have, none is missed, and none has
    /// missed anything. As long as that is so, [`Coordinator::begin`] and [`Coordinator::done`] change
    /// nothing but what [`Coordinator::observe`] can tell later.
    pub fn is_calm(&self) -> bool {
        let calm = |entry: &Entry| {
            entry.bond == Bond::Member
                && entry.step == Joining::Works
                && !(entry.behind || entry.pending || entry.moving)
                && entry.expires == Time::NEVER
        };
        matches!(self.state, State::Empty | State::Stable) && self.entries.iter().all(calm)
    }

    /// Since when a member works on a batch, if it does; for a group that was calm until now.
    pub fn observe(&mut self, who: u32, batch: Option<Time>) {
        if let Some(place) = self.find(who) {
            self.entries[place].batch = batch;
        }
    }

    /// Whether a member may commit: whoever was removed or missed a generation may not.
    pub fn may_commit(&self, who: u32) -> bool {
        self.find(who).is_some_and(|place| {
            let entry = &self.entries[place];
            entry.known() && !entry.behind
        })
    }

    /// A topic has so many partitions now, as the leader of the group has just learned: it joins anew, and
    /// so do all others then (`ConsumerCoordinator::rejoinNeededOrPending`).
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
