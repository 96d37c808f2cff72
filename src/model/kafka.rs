//! Topics, brokers and consumer groups.

mod consumer;
mod group;
mod marks;
mod membership;
mod sources;
mod thread;
mod topic;
mod topics;

use self::group::ConsumerGroup;
use self::thread::{Subscription, Thread};
use self::topic::{Lost, Topic};
use super::fleet::Fleet;
use super::spec::{Id, Spec};
use super::users::load::Arrivals;
use crate::random::Key;
use crate::station::group::Action;
use crate::station::log::Partition;
use crate::units::Time;

/// State of topics and of their readers.
#[derive(Debug)]
pub(super) struct Kafka<'a> {
    /// Subscriptions that read each topic.
    readers: Vec<Vec<u32>>,
    topics: Vec<Topic>,
    /// Brokers that are, or were, lost.
    lost: Vec<Lost>,
    subscriptions: Vec<Subscription>,
    threads: Vec<Thread<'a>>,
    groups: Vec<ConsumerGroup>,
    /// Streams of external records, and the key of the next record of each.
    sources: Vec<(Arrivals, Key)>,
    /// Scratch buffer: actions of group members.
    actions: Vec<Action>,
    /// Records retained by all subscriptions.
    kept_records: u64,
}

impl<'a> Kafka<'a> {
    pub(super) fn new(spec: &'a Spec, fleet: &Fleet<'_>) -> Kafka<'a> {
        let (readers, subscriptions, threads, groups) = thread::members(spec, fleet);
        Kafka {
            readers,
            topics: vec![Topic::default(); spec.topics.len()],
            lost: Vec::new(),
            subscriptions,
            threads,
            groups,
            sources: Vec::new(),
            actions: Vec::new(),
            kept_records: 0,
        }
    }

    /// Returns the number of consumer threads that may ever exist.
    pub(super) fn threads(&self) -> usize {
        self.threads.len()
    }

    /// Returns the number of consumer groups.
    pub(super) fn groups(&self) -> usize {
        self.groups.len()
    }

    /// Returns the listener and the append time of each unread record.
    pub(super) fn unread(&self) -> impl Iterator<Item = (Id, Time)> {
        (0..).zip(&self.subscriptions).flat_map(|(listener, subscription)| {
            let left = subscription.partitions.iter().flat_map(Partition::left);
            left.map(move |message| (listener, message.appended))
        })
    }

    /// Whether no existing consumer thread of a service belongs to a rebalancing group.
    pub(super) fn is_calm(&self, service: Id) -> bool {
        let own = |thread: &&Thread<'_>| thread.described.service == service && thread.is_there();
        let mut threads = self.threads.iter().filter(own);
        threads.all(|thread| self.groups[thread.group as usize].calm)
    }

    /// Restarts the consumers of a pod, with the listeners of this spec.
    pub(super) fn renew(&mut self, pod: u32, spec: &'a Spec) {
        for thread in self.threads.iter_mut().filter(|thread| thread.pod == pod) {
            thread.described = &spec.listeners[thread.listener as usize];
        }
    }
}
