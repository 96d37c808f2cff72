//! Timeline: external events of a day.

use super::id::Id;
use crate::units::Span;

/// An external event with its time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timed {
    /// Time from midnight.
    pub at: Span,
    /// Event.
    pub what: Happening,
}

/// Kind of external event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Happening {
    /// Kills pods of a service, lowest-numbered first; their requests in work fail, and each pod is
    /// restarted.
    Kill {
        /// Index of the service.
        service: Id,
        /// Number of ready pods to kill.
        pods: u32,
    },
    /// Sets the desired number of pods of a service: more are started, surplus ones finish their
    /// work and terminate.
    Scale {
        /// Index of the service.
        service: Id,
        /// Desired pods.
        pods: u32,
    },
    /// Sets the number of partitions of a topic, no fewer than before.
    Partitions {
        /// Index of the topic.
        topic: Id,
        /// Number of partitions.
        partitions: u32,
    },
    /// Makes a share of the records appended to a topic from now on fail at every attempt.
    Poison {
        /// Index of the topic.
        topic: Id,
        /// Share of records, from 0 to 1.
        share: f64,
    },
    /// Loses a broker.
    LoseBroker {
        /// Number of the broker, below [`Brokers::brokers`](super::Brokers::brokers).
        broker: u32,
        /// Time until it is back, with all replicas in sync.
        back_after: Span,
    },
    /// Multiplies the arrival rate by a factor, until the next such event.
    Traffic {
        /// Factor, positive.
        factor: f64,
    },
    /// Rolls out a new version of a service, by its [`Rollout`](super::Rollout).
    Deploy {
        /// Index of the service.
        service: Id,
    },
    /// Switches to the settings of one of [`Spec::later`](super::Spec::later). Services whose pods
    /// differ are rolled out, by their [`Rollout`](super::Rollout) in that state; everything else
    /// changes at once.
    Become {
        /// Index into [`Spec::later`](super::Spec::later).
        state: Id,
    },
    /// Fails nodes with all pods on them; the lowest-numbered ready ones.
    FailNode {
        /// Index of the node group.
        group: Id,
        /// Number of nodes.
        nodes: u32,
        /// Time until their pods are replaced: the cluster has detected the failure, and given up
        /// waiting for them.
        replaced_after: Span,
    },
    /// Multiplies processor and storage times of a database by a factor, until the next such event.
    SlowDatabase {
        /// Index of the database.
        database: Id,
        /// Factor, positive.
        factor: f64,
    },
    /// Multiplies command times of a cache by a factor, until the next such event.
    SlowCache {
        /// Index of the cache in the system's file, for all its shards.
        cache: Id,
        /// Factor, positive.
        factor: f64,
    },
    /// Makes a cache unavailable, or available again.
    LoseCache {
        /// Index of the cache in the system's file, for all its shards.
        cache: Id,
        /// Timeout of each command; `None` makes the cache available again.
        timeout: Option<Span>,
    },
}
