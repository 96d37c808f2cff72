//! Kafka beyond topics and listeners: group membership and brokers.

pub use crate::station::group::{Protocol, Settings};
use crate::units::Span;

/// Group membership of a listener's threads. Settings of the group as a whole are taken from the
/// first of its listeners.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Consumer {
    /// Session timeout, heartbeats, poll interval and rebalance protocol.
    pub group: Settings,
    /// Static membership (`group.instance.id`): a member that is back within the session timeout
    /// keeps its partitions.
    pub fixed: bool,
    /// Maximum time until the group notices new partitions (`metadata.max.age.ms`).
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

/// Brokers, and the settings of producers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brokers {
    /// Number of brokers, at least 1; partition p of a topic has its replicas on the brokers from p
    /// on, of which the first leads.
    pub brokers: u32,
    /// Time from the loss of a broker until its partitions have another leader; mostly the time
    /// until the loss is detected (`broker.session.timeout.ms`).
    pub election: Span,
    /// Maximum time until a producer writes to new partitions (`metadata.max.age.ms`).
    pub metadata_age: Span,
    /// Maximum time that a producer waits for an acknowledgement (`delivery.timeout.ms`).
    pub delivery_timeout: Span,
}

impl Default for Brokers {
    /// Defaults of `ConsumerConfig`, `ProducerConfig` and `KRaftConfigs`, with three brokers.
    fn default() -> Brokers {
        Brokers {
            brokers: 3,
            election: Span::from_millis(9_000),
            metadata_age: Span::from_millis(300_000),
            delivery_timeout: Span::from_millis(120_000),
        }
    }
}

/// Replication of a topic's partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replication {
    /// Number of replicas, on as many brokers; at least 1, at most [`Brokers::brokers`].
    pub replicas: u32,
    /// Minimum number of in-sync replicas for a write with `acks=all` (`min.insync.replicas`); at
    /// least 1.
    pub in_sync: u32,
}

impl Default for Replication {
    /// One replica, as by `default.replication.factor`.
    fn default() -> Replication {
        Replication { replicas: 1, in_sync: 1 }
    }
}
