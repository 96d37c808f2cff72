//! Kafka beyond topics and listeners: how groups keep their members, and what brokers do.

pub use crate::station::group::{Protocol, Settings};
use crate::units::Span;

/// How the threads of a listener are members of their group. What concerns the group as a whole is taken
/// from the first of its listeners.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Consumer {
    /// Sessions, heartbeats, the poll interval, and what a rebalance stops.
    pub group: Settings,
    /// Static membership (`group.instance.id`): whoever is back within the session timeout finds its
    /// partitions as they were.
    pub fixed: bool,
    /// Longest time until the group notices new partitions (`metadata.max.age.ms`).
    pub metadata_age: Span,
    /// Share of records that fail at every attempt, from 0 to 1.
    pub fails: f64,
}

impl Default for Consumer {
    fn default() -> Consumer {
        Consumer {
            group: Settings::default(),
            fixed: false,
            metadata_age: Brokers::default().metadata_age,
            fails: 0.0,
        }
    }
}

/// The brokers, and those who write to them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brokers {
    /// Brokers, at least 1; partition p of a topic has its replicas on those from p on, of which the first
    /// leads.
    pub brokers: u32,
    /// Time from the loss of a broker until the partitions that it led have another leader; mostly until
    /// it is missed (`broker.session.timeout.ms`).
    pub election: Span,
    /// Longest time until a producer writes to new partitions (`metadata.max.age.ms`).
    pub metadata_age: Span,
    /// Longest time that a producer waits for an acknowledgement (`delivery.timeout.ms`).
    pub delivery_timeout: Span,
}

impl Default for Brokers {
    /// The defaults of `ConsumerConfig`, `ProducerConfig` and `KRaftConfigs`, on three brokers.
    fn default() -> Brokers {
        Brokers {
            brokers: 3,
            election: Span::from_millis(9_000),
            metadata_age: Span::from_millis(300_000),
            delivery_timeout: Span::from_millis(120_000),
        }
    }
}

/// The copies of a topic's partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replication {
    /// Copies, on as many brokers; at least 1, at most [`Brokers::brokers`].
    pub replicas: u32,
    /// Copies in sync without which a record to be acknowledged by all is not written
    /// (`min.insync.replicas`); at least 1.
    pub in_sync: u32,
}

impl Default for Replication {
    /// One copy, as `default.replication.factor` has it.
    fn default() -> Replication {
        Replication { replicas: 1, in_sync: 1 }
    }
}
