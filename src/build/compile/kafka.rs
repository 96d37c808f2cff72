//! Compilation of topics, brokers and listeners.

use super::Compiler;
use super::program::Scope;
use crate::build::fault::{Fault, Kind};
use crate::build::kafka::{ListenerBuilder, TopicBuilder};
use crate::build::system::{ServiceBuilder, SpecBuilder};
use crate::model::spec::limits::{
    BROKERS, CONCURRENCY, HEARTBEAT, PARTITIONS, POLL_RECORDS, REPLICAS, RETRIES,
};
use crate::model::spec::{Consumer, Id, Listener, Op, Pool, Settings};

impl Compiler {
    pub(super) fn topics(&mut self, system: &SpecBuilder) {
        let brokers = system.brokers;
        self.count("brokers", "brokers", brokers.brokers, BROKERS);
        for (what, time) in [
            ("an election", brokers.election),
            ("an age of metadata", brokers.metadata_age),
            ("a delivery timeout", brokers.delivery_timeout),
        ] {
            self.time("brokers", what, time);
        }
        self.spec.kafka = brokers;
        for TopicBuilder(topic) in &system.topics {
            let (at, copies) = (&topic.name, topic.replication);
            self.count(at, "partitions", topic.partitions, PARTITIONS);
            self.count(at, "replicas", copies.replicas, REPLICAS);
            self.count(at, "replicas in sync", copies.in_sync, REPLICAS);
            self.within(
                at,
                ("replicas", copies.replicas.into()),
                ("brokers", brokers.brokers.into()),
            );
            self.within(
                at,
                ("replicas in sync", copies.in_sync.into()),
                ("replicas", copies.replicas.into()),
            );
            self.spec.topics.push(topic.clone());
        }
    }

    /// Compiles the listeners of a service and their programs.
    pub(super) fn listeners(&mut self, service: Id, described: &ServiceBuilder, pools: &[Pool]) {
        let name =
            |listener: &ListenerBuilder| format!("{}.{}", described.name, listener.listener.name);
        let names: Vec<String> = described.listeners.iter().map(name).collect();
        self.distinct(Kind::Listener, &names);
        for (builder, name) in described.listeners.iter().zip(names) {
            let listener = &builder.listener;
            self.count(&name, "threads", listener.concurrency, CONCURRENCY);
            self.count(&name, "records of a poll", listener.max_poll_records, POLL_RECORDS);
            self.range(&name, "retries", f64::from(listener.retries), 0.0..=RETRIES as f64);
            for (what, time) in [
                ("a back-off", listener.back_off),
                ("a fetch", listener.fetch),
                ("a commit", listener.commit),
            ] {
                self.time(&name, what, time);
            }
            self.consumer(&name, &listener.consumer);
            let topic = self.named(Kind::Topic, &builder.topic, &name).unwrap_or(0);
            let group = builder.group.clone().unwrap_or_else(|| described.name.clone());
            let entry = self.spec.ops.len() as u32;
            let path = format!("{name}!");
            self.steps(
                &builder.steps,
                Scope { pools, database: None, at: &name, path: &path, depth: 0 },
            );
            self.spec.ops.push(Op::End);
            let listener = Listener { name, service, topic, group, entry, ..listener.clone() };
            self.agree(&listener);
            self.spec.listeners.push(listener);
        }
    }

    fn consumer(&mut self, at: &str, consumer: &Consumer) {
        let Settings { session, heartbeat, poll_interval, initial_delay, .. } = consumer.group;
        self.share(at, "a share that fails", consumer.fails);
        for (what, time) in [
            ("a session timeout", session),
            ("a poll interval", poll_interval),
            ("a rebalance delay", initial_delay),
            ("an age of metadata", consumer.metadata_age),
        ] {
            self.time(at, what, time);
        }
        self.range(at, "a heartbeat", heartbeat.secs(), HEARTBEAT.secs()..=f64::INFINITY);
        for limit in [("the session timeout", session), ("the poll interval", poll_interval)] {
            if heartbeat >= limit.1 {
                self.beyond(at, ("a heartbeat", heartbeat.secs()), (limit.0, limit.1.secs()));
            }
        }
    }

    /// Checks that a listener has the same group settings as the first of its group.
    fn agree(&mut self, listener: &Listener) {
        let same = |other: &&Listener| {
            (&other.group, other.service) == (&listener.group, listener.service)
        };
        let first = self.spec.listeners.iter().find(same);
        if let Some(first) = first.filter(|first| first.consumer.group != listener.consumer.group) {
            self.faults.push(Fault::Disagree {
                group: listener.group.clone(),
                first: first.name.clone(),
                second: listener.name.clone(),
            });
        }
    }
}
