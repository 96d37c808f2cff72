//! Validation errors of a system description, as values.

use std::fmt;

use thiserror::Error;

use crate::model::Lack;
use crate::model::spec::Excess;
use crate::model::spec::limits::SESSIONS;
use crate::model::visit::MOST_CAUSED;

/// Kind of a component that is referred to by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A service.
    Service,
    /// An endpoint, as `service.endpoint`.
    Endpoint,
    /// A connection pool of a service.
    Pool,
    /// A database.
    Database,
    /// A cache.
    Cache,
    /// A lock.
    Lock,
    /// A Kafka topic.
    Topic,
    /// A Kafka listener, as `service.listener`.
    Listener,
    /// A journey (user session).
    Journey,
    /// A node group.
    NodeGroup,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Kind::Service => "service",
            Kind::Endpoint => "endpoint",
            Kind::Pool => "pool",
            Kind::Database => "database",
            Kind::Cache => "cache",
            Kind::Lock => "lock",
            Kind::Topic => "topic",
            Kind::Listener => "listener",
            Kind::Journey => "journey",
            Kind::NodeGroup => "node group",
        })
    }
}

/// Validation error: why a description cannot be simulated. `at` is the path of the offending
/// component, such as `shop.order`.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Fault {
    /// Reference to a component that does not exist.
    #[error("{at}: unknown {kind} `{name}`")]
    Unknown {
        /// Path of the referring component.
        at: String,
        /// Kind of the missing component.
        kind: Kind,
        /// Name of the missing component.
        name: String,
    },
    /// Name given to two components of a kind.
    #[error("duplicate {kind} `{name}`")]
    Duplicate {
        /// Kind of the components.
        kind: Kind,
        /// Common name.
        name: String,
    },
    /// Service name with a dot, which separates services from endpoints.
    #[error("service name `{0}` contains a dot")]
    Dotted(String),
    /// Count of zero, such as of pods, threads, connections, partitions or users, or a missing
    /// requirement.
    #[error("{at}: no {what}; at least one is required")]
    Zero {
        /// Path of the component.
        at: String,
        /// Name of the quantity.
        what: &'static str,
    },
    /// Number outside its range: negative, not finite, too small or too large.
    #[error("{at}: {what} out of range: {value}")]
    Range {
        /// Path of the component.
        at: String,
        /// Name of the quantity.
        what: &'static str,
        /// Value, in seconds for times.
        value: f64,
    },
    /// Number that conflicts with the bound set by another.
    #[error("{at}: {what} ({value}) too large for {limit} ({most})")]
    Beyond {
        /// Path of the component.
        at: String,
        /// Name of the quantity.
        what: &'static str,
        /// Value, in seconds for times.
        value: f64,
        /// Name of the bounding quantity.
        limit: &'static str,
        /// Value of the bounding quantity, in the same unit.
        most: f64,
    },
    /// Listeners of a consumer group with different session timeouts, heartbeats, poll intervals,
    /// rebalance delays or rebalance protocols.
    #[error("`{first}` and `{second}` have different settings for consumer group `{group}`")]
    Disagree {
        /// Consumer group.
        group: String,
        /// Path of the listener from which the group takes its settings.
        first: String,
        /// Path of a listener with different settings.
        second: String,
    },
    /// Query outside a transaction, without a connection to run on.
    #[error("{0}: query outside a transaction")]
    Unconnected(String),
    /// No endpoint, or none requested by users.
    #[error("no endpoint receives requests")]
    Idle,
    /// No load.
    #[error("no load; expected an open load, a closed load or records")]
    NoLoad,
    /// More than one of an open load, a closed load and external records.
    #[error("several kinds of load; expected one of an open load, a closed load and records")]
    TwoLoads,
    /// More concurrent sessions than a run can hold.
    #[error("{users:.0} concurrent sessions; at most {}", SESSIONS)]
    Crowd {
        /// Concurrent sessions, by Little's law for the longest journey.
        users: f64,
    },
    /// Cycle of calls between endpoints.
    #[error("cycle of calls between endpoints")]
    Circle,
    /// Message cycle that does not terminate: on average a message causes at least one more.
    #[error("message cycle does not terminate")]
    Endless,
    /// Fan-out of a request or record that exceeds the capacity of a run.
    #[error("{at}: fan-out of {caused} requests and records on average; at most {}", MOST_CAUSED)]
    FanOut {
        /// Path of the endpoint or listener.
        at: String,
        /// Mean number of requests and records caused by one run, itself included.
        caused: f64,
    },
    /// Service none of whose pods fits on a node.
    #[error("{at}: none of {pods} pods fits on a node: {}", lacking(*lack))]
    Unplaced {
        /// Service.
        at: String,
        /// Number of its pods.
        pods: u32,
        /// Resource that most nodes lack.
        lack: Lack,
    },
    /// Service with both sticky connections and a mesh, whose proxies choose a pod for each
    /// request.
    #[error("{0}: sticky connections and a mesh are mutually exclusive")]
    StickyMesh(String),
    /// More components than a run can hold.
    #[error("system too large: {0}")]
    TooLarge(Excess),
}

fn lacking(lack: Lack) -> &'static str {
    match lack {
        Lack::Cpu => "insufficient CPU",
        Lack::Memory => "insufficient memory",
        Lack::Pods => "too many pods per node",
        Lack::Node => "no node in its group",
    }
}

/// All faults of a description, at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.0.iter().enumerate() {
            let before = if number > 0 { "\n" } else { "" };
            write!(out, "{before}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
