//! Subscriptions and consumer threads.

use super::group::{self, ConsumerGroup};
use super::marks::Marks;
use crate::model::fleet::Fleet;
use crate::model::spec::{Id, Listener, Spec};
use crate::model::timeline::change;
use crate::random::Key;
use crate::station::log::Partition;
use crate::units::Time;

/// Owner of an unassigned partition.
pub(super) const NOBODY: u32 = u32::MAX;

/// A record as retained by a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) key: Key,
    pub(super) flow: Key,
    pub(super) flow_started: Time,
    pub(super) appended: Time,
}

/// A listener's view of its topic.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    pub(super) partitions: Vec<Partition<Message>>,
    /// Owning thread of each partition, or [`NOBODY`]; and its position among the partitions of the
    /// thread.
    pub(super) owners: Vec<u32>,
    pub(super) places: Vec<u32>,
    /// All threads of the listener that may ever exist.
    pub(super) threads: std::ops::Range<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Waiting for a record.
    Idle,
    /// A record has arrived; the fetch is in progress.
    Fetching,
    /// Processing a record.
    Working,
    /// Waiting for the broker to confirm a commit of this many records; then the next record, or
    /// the next poll.
    Committing,
    /// Pausing before another attempt at the record that failed.
    BackingOff,
}

/// A consumer thread.
#[derive(Clone, Debug)]
pub(super) struct Thread<'a> {
    pub(super) listener: Id,
    /// Settings of its pod.
    pub(super) described: &'a Listener,
    pub(super) group: u32,
    pub(super) pod: u32,
    /// Index among the threads of its listener in its pod.
    pub(super) order: u32,
    /// Hash of the listener's name, which separates the draws of listeners of one topic.
    pub(super) salt: u64,
    /// Partitions from which it takes its next batch; and the positions of those with unread
    /// records, among others that were emptied since the last poll.
    pub(super) partitions: Vec<u32>,
    pub(super) filled: Marks,
    pub(super) state: State,
    /// Start of its current batch.
    pub(super) batch_since: Option<Time>,
    /// Records of the current poll not yet processed: (partition, count), in reverse order of
    /// processing.
    pub(super) batch: Vec<(u32, u32)>,
    /// Records processed of each partition and not yet committed.
    pub(super) taken: Vec<(u32, u32)>,
    /// Position among its partitions at which the next poll begins.
    pub(super) cursor: u32,
    pub(super) current: Option<Message>,
    /// Whether the current record was handled before by a member that could not commit it, or will
    /// be handled again by another.
    pub(super) again: bool,
    pub(super) attempts: u32,
    /// Partitions whose next record has failed, and the number of failures.
    pub(super) failed: Vec<(u32, u32)>,
    /// Whether it pauses once the records before a failed one are committed.
    pub(super) pauses: bool,
    /// Whether it leaves its group after its batch.
    pub(super) leaving: bool,
    /// Remainder of a batch whose partitions have been reassigned, last record first.
    pub(super) fetched: Vec<Message>,
}

/// Creates subscriptions, threads and groups of all listeners, with a thread for each that may ever
/// exist. Members sort by thread number, then by pod, as the client identifiers `…-0`, `…-1` of
/// Spring's containers do.
pub(super) fn members<'a>(
    spec: &'a Spec,
    fleet: &Fleet<'_>,
) -> (Vec<Vec<u32>>, Vec<Subscription>, Vec<Thread<'a>>, Vec<ConsumerGroup>) {
    let mut readers = vec![Vec::new(); spec.topics.len()];
    let mut subscriptions = Vec::new();
    let mut threads: Vec<Thread> = Vec::new();
    let (groups, group_of) = group::groups(spec);
    for ((number, listener), group) in (0..).zip(&spec.listeners).zip(group_of) {
        readers[listener.topic as usize].push(number);
        let first = threads.len() as u32;
        // Members sort by thread number first: one beyond the number of partitions never owns any.
        let each = change::states(spec).map(|state| state.listeners[number as usize].concurrency);
        let most = each.max().unwrap_or(listener.concurrency);
        for order in 0..most.min(spec.most_partitions(number)) {
            threads.extend(fleet.pods_of(listener.service).map(|pod| Thread {
                listener: number,
                described: listener,
                group,
                pod,
                order,
                salt: Key::default().named(&listener.name).0,
                partitions: Vec::new(),
                filled: Marks::default(),
                state: State::Idle,
                batch_since: None,
                batch: Vec::new(),
                taken: Vec::new(),
                cursor: 0,
                current: None,
                again: false,
                attempts: 0,
                failed: Vec::new(),
                pauses: false,
                leaving: false,
                fetched: Vec::new(),
            }));
        }
        let partitions = spec.partitions(number) as usize;
        subscriptions.push(Subscription {
            partitions: vec![Partition::default(); partitions],
            owners: vec![NOBODY; partitions],
            places: vec![0; partitions],
            threads: first..threads.len() as u32,
        });
    }
    (readers, subscriptions, threads, groups)
}

impl Subscription {
    /// Sets the number of partitions; new ones are unowned until the group reassigns.
    pub(super) fn grow(&mut self, partitions: usize) {
        self.partitions.resize(partitions, Partition::default());
        self.owners.resize(partitions, NOBODY);
        self.places.resize(partitions, 0);
    }
}

impl Thread<'_> {
    /// Whether it exists in its pod.
    pub(super) fn is_there(&self) -> bool {
        self.order < self.described.concurrency
    }

    /// Resets it: nothing in work, waiting for nothing.
    pub(super) fn rest(&mut self) {
        (self.state, self.current, self.batch_since) = (State::Idle, None, None);
        self.pauses = false;
        self.batch.clear();
        self.failed.clear();
        self.fetched.clear();
    }

    /// Whether it has no record in work and none to commit.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle | State::Fetching)
    }
}
