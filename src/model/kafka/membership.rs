//! Consumer group membership, and the events that change it.
//!
//! The coordinator of `station::group` decides. It is notified of pods that come and go, of
//! rebalances that members learn of by heartbeat, and of batches only during a rebalance: as long
//! as a group is stable a batch begins and ends without it, and one check per poll interval finds
//! the batches that exceed it.

use super::thread::{NOBODY, Thread};
use crate::model::spec::Id;
use crate::model::world::World;
use crate::observe::Observer;
use crate::random::Key;
use crate::station::group::{Action, Coordinator, Member};
use crate::units::{Span, Time};

impl<O: Observer> World<'_, O> {
    /// Initialises all groups: every thread of the initial pods has joined and owns its partitions.
    pub(in crate::model) fn settle_groups(&mut self) {
        for number in 0..self.kafka.groups.len() as u32 {
            let group = &self.kafka.groups[number as usize];
            let partitions =
                group.listeners.iter().map(|listener| self.spec.partitions(*listener)).collect();
            let ready = |thread: &u32| {
                let thread = &self.kafka.threads[*thread as usize];
                thread.is_there() && self.fleet.is_ready(thread.pod)
            };
            let members =
                self.members(number).filter(ready).map(|thread| self.member(thread)).collect();
            let settings = self.spec.listeners[group.listeners[0] as usize].consumer.group;
            self.kafka.groups[number as usize].coordinator =
                Coordinator::settled(settings, partitions, members);
            self.carry_out(number);
        }
    }

    /// Returns all threads of a group that may ever exist.
    fn members(&self, group: u32) -> impl Iterator<Item = u32> + use<'_, O> {
        let listeners = &self.kafka.groups[group as usize].listeners;
        listeners
            .iter()
            .flat_map(|listener| self.kafka.subscriptions[*listener as usize].threads.clone())
    }

    /// Describes a thread to the coordinator. Member ids begin with the client id, to which Spring
    /// appends the number of the thread: the first threads of all pods sort first.
    fn member(&self, thread: u32) -> Member {
        let Thread { listener, group, pod, order, .. } = self.kafka.threads[thread as usize];
        let document = &self.spec.listeners[listener as usize];
        let own = self.fleet.own_number(pod);
        let place =
            self.kafka.groups[group as usize].listeners.iter().position(|at| *at == listener);
        let key = self.root().named("heartbeats").named(&document.name);
        let phase = key.item(u64::from(order)).item(u64::from(own)).uniform(0);
        Member {
            who: thread,
            rank: (u64::from(order) << 32) | u64::from(pod),
            fixed: document.consumer.fixed,
            phase: Span::from_secs(phase * document.consumer.group.heartbeat.secs()),
            topics: place.map(|place| place as u32).into_iter().collect(),
        }
    }

    fn root(&self) -> Key {
        Key::root(self.run.seed, self.run.replication)
    }

    /// Applies an event to a group, after reporting to it what its members are doing.
    fn change(&mut self, number: u32, what: impl FnOnce(&mut Coordinator, Time)) {
        let group = &mut self.kafka.groups[number as usize];
        if group.calm {
            for listener in &group.listeners {
                for thread in self.kafka.subscriptions[*listener as usize].threads.clone() {
                    let since = self.kafka.threads[thread as usize].batch_since;
                    group.coordinator.observe(thread, since);
                }
            }
        }
        what(&mut group.coordinator, self.now);
        self.carry_out(number);
    }

    /// Carries out the resulting actions on members, then schedules the coordinator's next event.
    fn carry_out(&mut self, number: u32) {
        let mut actions = std::mem::take(&mut self.kafka.actions);
        actions.extend(self.kafka.groups[number as usize].coordinator.actions());
        for action in actions.drain(..) {
            match action {
                Action::Assigned(thread) | Action::Revoked(thread) => self.assigned(thread),
                Action::Removed(thread) => self.cut_off(thread),
            }
        }
        self.kafka.actions = actions;
        let group = &mut self.kafka.groups[number as usize];
        group.calm = group.coordinator.is_calm();
        self.wait_for_group(number);
        self.look_settled();
    }

    fn wait_for_group(&mut self, number: u32) {
        let group = &self.kafka.groups[number as usize];
        let mut at = if group.calm {
            // No batch that begins from now on can exceed the interval earlier.
            let listener = &self.spec.listeners[group.listeners[0] as usize];
            let since = |thread: u32| self.kafka.threads[thread as usize].batch_since;
            let oldest = self.members(number).filter_map(since).min();
            oldest.unwrap_or(self.now) + listener.consumer.group.poll_interval
        } else {
            group.coordinator.next()
        };
        for (when, ..) in &group.notices {
            at = at.min(*when);
        }
        self.agenda.set(self.slots.groups + number, at, crate::engine::Class::Complete);
    }

    /// Handles the timer of a group's coordinator.
    pub(in crate::model) fn group_timer(&mut self, number: u32) {
        let (now, group) = (self.now, &mut self.kafka.groups[number as usize]);
        if let Some(due) = group.notices.iter().position(|notice| notice.0 <= now) {
            let (_, listener, partitions) = group.notices.swap_remove(due);
            let place = group.listeners.iter().position(|at| *at == listener).unwrap_or(0);
            return self.change(number, |group, now| {
                group.repartition(now, place as u32, partitions);
            });
        }
        self.change(number, Coordinator::fire);
    }

    /// Gives a thread its new assignment, effective from its next poll.
    fn assigned(&mut self, number: u32) {
        let thread = &mut self.kafka.threads[number as usize];
        let subscription = &mut self.kafka.subscriptions[thread.listener as usize];
        for partition in thread.partitions.drain(..) {
            let owner = &mut subscription.owners[partition as usize];
            if *owner == number {
                *owner = NOBODY;
            }
        }
        thread.failed.clear();
        thread.cursor = 0;
        let owned = self.kafka.groups[thread.group as usize].coordinator.owned(number);
        thread.partitions.extend(owned.iter().map(|partition| partition.1));
        thread.filled.all(owned.len());
        for place in 0..owned.len() {
            let Thread { listener, ref partitions, .. } = self.kafka.threads[number as usize];
            let partition = partitions[place] as usize;
            let before = self.kafka.subscriptions[listener as usize].owners[partition];
            if before != NOBODY && self.kafka.threads[before as usize].batch_since.is_some() {
                self.cut_off(before); // Removed without knowing.
            }
            let subscription = &mut self.kafka.subscriptions[listener as usize];
            (subscription.owners[partition], subscription.places[partition]) =
                (number, place as u32);
        }
        self.go_on(number);
    }

    /// Notes that a thread begins a batch.
    pub(super) fn batch_begins(&mut self, number: u32) {
        let thread = &mut self.kafka.threads[number as usize];
        thread.batch_since = Some(self.now);
        let number_of_group = thread.group;
        let group = &mut self.kafka.groups[number_of_group as usize];
        if !group.calm {
            group.coordinator.begin(self.now, number);
            self.wait_for_group(number_of_group);
        }
    }

    /// Notes that a thread has finished its batch and committed what it may. Returns false when it
    /// leaves its group.
    pub(super) fn batch_ends(&mut self, number: u32) -> bool {
        let thread = &mut self.kafka.threads[number as usize];
        thread.batch_since = None;
        let group = thread.group;
        if thread.leaving {
            self.leave_group(number);
            return false;
        }
        let state = &mut self.kafka.groups[group as usize];
        if !state.calm {
            state.coordinator.done(self.now, number);
            self.carry_out(group);
        }
        true
    }

    /// Whether a thread may commit.
    pub(super) fn may_commit(&self, number: u32) -> bool {
        let group = &self.kafka.groups[self.kafka.threads[number as usize].group as usize];
        group.calm || group.coordinator.may_commit(number)
    }

    /// Checks that each partition is owned by the thread that lists it, in agreement with the
    /// coordinator.
    pub(in crate::model) fn audit_groups(&self) {
        let mut owned = 0;
        for (number, thread) in (0..).zip(&self.kafka.threads) {
            let subscription = &self.kafka.subscriptions[thread.listener as usize];
            let all = (0..).zip(thread.partitions.iter().map(|at| *at as usize));
            let mine = all.clone().filter(|(_, at)| subscription.owners[*at] == number).count();
            for (place, at) in all {
                assert_eq!(subscription.places[at], place, "the place of a partition");
                let marked = thread.filled.next(place) == Some(place);
                assert!(marked || subscription.partitions[at].available() == 0, "not marked");
            }
            assert_eq!(mine, thread.partitions.len(), "a partition of somebody else's");
            owned += mine;
            let known = self.kafka.groups[thread.group as usize].coordinator.owned(number).len();
            let may_lag = thread.batch_since.is_some();
            assert!(known == mine || may_lag, "the coordinator knows of {known}, not {mine}");
        }
        let owners = self.kafka.subscriptions.iter().flat_map(|subscription| &subscription.owners);
        assert_eq!(owned, owners.filter(|owner| **owner != NOBODY).count(), "owners");
    }

    fn leave_group(&mut self, number: u32) {
        self.disown(number);
        let group = self.kafka.threads[number as usize].group;
        self.change(group, |group, now| group.leave(now, number));
    }

    /// Makes the threads of a ready pod join.
    pub(in crate::model) fn join_groups(&mut self, pod: u32) {
        let threads: Vec<u32> = self.threads_of(pod).collect();
        for number in threads {
            self.kafka.threads[number as usize].leaving = false;
            let member = self.member(number);
            let group = self.kafka.threads[number as usize].group;
            self.change(group, |group, now| group.join(now, member));
        }
    }

    /// Makes the threads of a terminating pod finish their batches and leave.
    pub(in crate::model) fn leave_groups(&mut self, pod: u32) {
        let threads: Vec<u32> = self.threads_of(pod).collect();
        for number in threads {
            let thread = &mut self.kafka.threads[number as usize];
            thread.leaving = true;
            if thread.is_idle() {
                thread.rest();
                self.agenda.clear(self.slots.threads + number);
                self.leave_group(number);
            }
        }
    }

    /// Handles a thread that died without leaving.
    pub(super) fn crashed(&mut self, number: u32) {
        self.disown(number);
        let group = self.kafka.threads[number as usize].group;
        self.change(group, |group, now| group.crash(now, number));
    }

    /// Schedules when the group of a listener notices that its topic has this many partitions, by
    /// its next metadata refresh.
    pub(super) fn will_notice(&mut self, listener: Id, partitions: u32) {
        let Some(group) =
            self.kafka.groups.iter().position(|group| group.listeners.contains(&listener))
        else {
            return;
        };
        let document = &self.spec.listeners[listener as usize];
        let phase = self.root().named("metadata").named(&document.group).uniform(0);
        let at = self.now + Span::from_secs(phase * document.consumer.metadata_age.secs());
        self.kafka.groups[group].notices.push((at, listener, partitions));
        self.wait_for_group(group as u32);
    }
}
