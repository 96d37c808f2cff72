//! Faults of a description, as values.

use std::fmt;

use thiserror::Error;

use crate::model::Lack;
use crate::model::spec::Excess;

/// Kind of a part that others refer to by name.
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
    /// A kind of user.
    Journey,
    /// A group of nodes.
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

/// Reason for which a description cannot be simulated. `at` is the path of the part at fault, such as
/// `shop.order`.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Fault {
    /// A name that no part of its kind has.
    #[error("{at}: there is no {kind} `{name}`")]
    Unknown {
        /// Path of the part that refers to it.
        at: String,
        /// Kind of the part referred to.
        kind: Kind,
        /// The name.
        name: String,
    },
    /// A name that two parts of a kind have.
    #[error("there are two {kind}s `{name}`")]
    Duplicate {
        /// Kind of the parts.
        kind: Kind,
        /// Their name.
        name: String,
    },
    /// A service whose name has a dot, which separates services from endpoints.
    #[error("the service's name `{0}` has a dot")]
    Dotted(String),
    /// A number of parts that is zero: of pods, threads, connections, partitions, users.
    #[error("{at}: no {what}")]
    Zero {
        /// Path of the part.
        at: String,
        /// What there are none of.
        what: &'static str,
    },
    /// A number outside of its range: negative, not finite, or too large.
    #[error("{at}: {what} of {value}")]
    Range {
        /// Path of the part.
        at: String,
        /// What the number is.
        what: &'static str,
        /// The number.
        value: f64,
    },
    /// A number that another bounds.
    #[error("{at}: {what} of {value} does not fit {limit} of {most}")]
    Beyond {
        /// Path of the part.
        at: String,
        /// What the number is.
        what: &'static str,
        /// The number; a time \[s\].
        value: f64,
        /// What bounds it.
        limit: &'static str,
        /// That number, in the same unit.
        most: f64,
    },
    /// Listeners of a group that do not agree on its session, heartbeat, poll interval and protocol.
    #[error("`{first}` and `{second}` do not agree on the settings of the group `{group}`")]
    Disagree {
        /// Group.
        group: String,
        /// Path of the listener whose settings the group has.
        first: String,
        /// Path of the listener that has others.
        second: String,
    },
    /// A query that is in no transaction, and so has no connection to run on.
    #[error("{0}: a query is in no transaction")]
    Unconnected(String),
    /// No endpoint, or none that users ask for.
    #[error("nothing to do: users ask for no endpoint")]
    Idle,
    /// No load.
    #[error("there is no load")]
    NoLoad,
    /// More than one of an open load, a closed load and records from outside.
    #[error("a load is one of users who arrive, virtual users, and records from outside")]
    TwoLoads,
    /// Users who are in session at once, more of them than a run can remember.
    #[error("{users:.0} users are in session at once")]
    Crowd {
        /// Users, by Little's law for the longest journey.
        users: f64,
    },
    /// Endpoints that call each other in a circle.
    #[error("calls form a circle")]
    Circle,
    /// Messages that cause each other in a circle that never ends.
    #[error("messages form a circle that never ends")]
    Endless,
    /// A request or record that causes more requests and records than a simulation can follow.
    #[error("{at}: a request causes {caused} others on the mean")]
    FanOut {
        /// Endpoint or listener.
        at: String,
        /// Requests and records that it causes on the mean, itself included.
        caused: f64,
    },
    /// A service none of whose pods fits on a node.
    #[error("{at}: none of its {pods} pods fits on a node, which lack {}", lacking(*lack))]
    Unplaced {
        /// Service.
        at: String,
        /// Its pods.
        pods: u32,
        /// What most nodes have too little of.
        lack: Lack,
    },
    /// A service with kept connections and a mesh, whose proxies choose a pod for each request.
    #[error("{0}: kept connections and a mesh exclude each other")]
    StickyMesh(String),
    /// More parts than a run can remember.
    #[error("the services have {0}")]
    TooLarge(Excess),
}

fn lacking(lack: Lack) -> &'static str {
    match lack {
        Lack::Cpu => "processor",
        Lack::Memory => "memory",
        Lack::Pods => "places for pods",
        Lack::Node => "the right group",
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
