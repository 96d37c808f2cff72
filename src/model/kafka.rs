//! Topics, brokers and consumer groups.

mod consumer;
mod marks;
mod membership;
mod topics;

use self::consumer::{Subscription, Thread};
use self::membership::ConsumerGroup;
use self::topics::{Lost, Topic};
use super::fleet::pods::Service;
use super::spec::{Id, Spec};
use crate::station::group::Action;
use crate::station::log::Partition;
use crate::units::Time;

/// State of topics and of those who read them.
#[derive(Debug)]
pub(in crate::model) struct Kafka<'a> {
    /// For each topic the subscriptions that read it.
    readers: Vec<Vec<u32>>,
    topics: Vec<Topic>,
    /// Brokers that are lost, or were.
    lost: Vec<Lost>,
    subscriptions: Vec<Subscription>,
    threads: Vec<Thread<'a>>,
    groups: Vec<ConsumerGroup>,
    /// Scratch: what members have to do.
    actions: Vec<Action>,
    /// Records that subscriptions keep.
    kept_records: u64,
}

impl<'a> Kafka<'a> {
    pub(in crate::model) fn new(spec: &'a Spec, services: &[Service]) -> Kafka<'a> {
        let (readers, subscriptions, threads, groups) = consumer::members(spec, services);
        Kafka {
            readers,
            topics: vec![Topic::default(); spec.topics.len()],
            lost: Vec::new(),
            subscriptions,
            threads,
            groups,
            actions: Vec::new(),
            kept_records: 0,
        }
    }

    /// Consumer threads that there may ever be.
    pub(in crate::model) fn threads(&self) -> usize {
        self.threads.len()
    }

    /// Consumer groups.
    pub(in crate::model) fn groups(&self) -> usize {
        self.groups.len()
    }

    /// When each record was appended that nobody has taken, with the listener that it waits for.
    pub(in crate::model) fn unread(&self) -> impl Iterator<Item = (Id, Time)> {
        (0..).zip(&self.subscriptions).flat_map(|(listener, subscription)| {
            let left = subscription.partitions.iter().flat_map(Partition::left);
            left.map(move |message| (listener, message.appended))
        })
    }

    /// Whether all consumer threads of a service that are there belong to groups that are not rebalancing.
    pub(in crate::model) fn is_calm(&self, service: Id) -> bool {
        let own = |thread: &&Thread<'_>| thread.described.service == service && thread.is_there();
        let mut threads = self.threads.iter().filter(own);
        threads.all(|thread| self.groups[thread.group as usize].calm)
    }

    /// The pod is started anew, with the listeners of this description.
    pub(in crate::model) fn renew(&mut self, pod: u32, spec: &'a Spec) {
        for thread in self.threads.iter_mut().filter(|thread| thread.pod == pod) {
            thread.described = &spec.listeners[thread.listener as usize];
        }
    }
}
