//! Events of a day that come from outside.

use super::id::Id;
use crate::units::Span;

/// Something that happens at a given time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timed {
    /// When, from midnight.
    pub at: Span,
    /// The event.
    pub what: Happening,
}

/// An event that comes from outside of the system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Happening {
    /// Pods of a service die in the very instant, lowest first; what they worked on fails, and each is
    /// started anew.
    Kill {
        /// Index of the service.
        service: Id,
        /// How many, of those ready.
        pods: u32,
    },
    /// A service is to have so many pods: more are started, those beyond finish their work and go.
    Scale {
        /// Index of the service.
        service: Id,
        /// Pods wanted.
        pods: u32,
    },
    /// A topic has so many partitions from now on, no fewer than before.
    Partitions {
        /// Index of the topic.
        topic: Id,
        /// Partitions.
        partitions: u32,
    },
    /// A share of the records appended to a topic from now on fails at every attempt.
    Poison {
        /// Index of the topic.
        topic: Id,
        /// Share, from 0 to 1.
        share: f64,
    },
    /// A broker is lost.
    LoseBroker {
        /// Its number, below [`Brokers::brokers`](super::Brokers::brokers).
        broker: u32,
        /// Time until it is back, with all replicas in sync.
        back_after: Span,
    },
    /// The rate of arrivals is so many times that of the load, until this happens again.
    Traffic {
        /// Factor, positive.
        factor: f64,
    },
    /// A new version of a service replaces the old one, as its [`Rollout`](super::Rollout) says.
    Deploy {
        /// Index of the service.
        service: Id,
    },
    /// The system's settings are those of one of [`Spec::later`](super::Spec::later) from now on. Services
    /// whose pods differ are deployed anew, as their [`Rollout`](super::Rollout) in that state says; all
    /// else changes at once.
    Become {
        /// Index into [`Spec::later`](super::Spec::later).
        state: Id,
    },
    /// Nodes fail in the very instant, with all pods on them; the lowest numbers of those ready.
    FailNode {
        /// Index of the node group.
        group: Id,
        /// How many.
        nodes: u32,
        /// When their pods are replaced: the cluster notices, and waits for them to come back.
        replaced_after: Span,
    },
    /// Processor and storage of a database take so many times as long, until this happens again.
    SlowDatabase {
        /// Index of the database.
        database: Id,
        /// Factor, positive.
        factor: f64,
    },
    /// Commands of a cache take so many times as long, until this happens again.
    SlowCache {
        /// Place of the cache in the system's file: all its shards.
        cache: Id,
        /// Factor, positive.
        factor: f64,
    },
    /// A cache does not answer, or does so again.
    LoseCache {
        /// Place of the cache in the system's file: all its shards.
        cache: Id,
        /// How long each command waits in vain; none: it answers again.
        timeout: Option<Span>,
    },
}
