//! Causes of a line: the bottleneck and how it limits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::metric::Metric;

/// Cause of a line, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "limit", rename_all = "snake_case")]
pub enum Cause {
    /// The largest load tried is carried.
    NotReached {
        /// The largest load tried \[requests/s, or records/s\].
        rps: f64,
    },
    /// A target is already missed at the lowest load tried.
    MissedAtOnce {
        /// The target that is missed.
        target: Metric,
        /// The lowest load tried \[requests/s, or records/s\].
        rps: f64,
    },
    /// No request completes within a run.
    NothingEnds {
        /// Length of the runs \[s\].
        within_s: f64,
    },
    /// The study was stopped before any what-if capacity increase (relief) was tried.
    NotRelieved,
    /// No station is busy or has a queue: the target lies below the service time itself.
    WorkAlone,
    /// A station is the bottleneck.
    Station {
        /// Observations at the station.
        mechanism: Mechanism,
        /// Load beyond the line at which it was observed \[requests/s, or records/s\].
        rps: f64,
        /// Effect of the station's relief on the line.
        relief: ReliefEffect,
    },
}

/// Effect of relief (a what-if capacity increase) of the station that limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReliefEffect {
    /// More load is carried.
    Enough,
    /// More load is carried only if the ties are relieved as well.
    WithTies,
    /// No more load is carried, nor is it with the relief of any other single station.
    None,
}

/// Mechanism by which a station limits, as observed beyond the line. Numbers are time averages over
/// all of its pods together, unless stated otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mechanism {
    /// Processors of a service's pods.
    Cores {
        /// Cores in use.
        busy: f64,
        /// Cores available.
        of: f64,
        /// Number of pods.
        pods: u32,
        /// Cores of each pod.
        each: f64,
    },
    /// Servlet threads.
    Threads {
        /// Threads in use.
        busy: f64,
        /// Threads available.
        of: f64,
        /// Requests waiting for a thread.
        waiting: f64,
    },
    /// Connections of a connection pool.
    Pool {
        /// Connections in use.
        busy: f64,
        /// Connections available.
        of: f64,
        /// Number of pods.
        pods: u32,
        /// Maximum pool size of each pod.
        each: u32,
        /// Requests waiting for a connection.
        waiting: f64,
    },
    /// Processors of a database.
    DatabaseCores {
        /// Cores in use \[vCPU\].
        busy: f64,
        /// Cores available \[vCPU\].
        of: f64,
    },
    /// Storage of a database.
    Storage {
        /// Operations per second performed.
        per_s: f64,
        /// Limit of operations per second.
        of: f64,
        /// Utilisation of the storage.
        busy: f64,
        /// Operations waiting.
        waiting: f64,
    },
    /// Connection limit of a database.
    ConnectionLimit {
        /// Open connections.
        open: f64,
        /// Maximum number of connections; none without a limit.
        of: Option<f64>,
        /// Connections refused, in all replications.
        refused: u64,
    },
    /// Command thread of a cache.
    Commands {
        /// Utilisation of the command thread.
        busy: f64,
        /// Commands waiting.
        waiting: f64,
    },
    /// Consumer threads and the partitions assigned to them.
    Consumers {
        /// Consumer threads of all pods.
        threads: u32,
        /// Partitions of the topic.
        partitions: u32,
        /// Threads with at least one partition assigned.
        active: u32,
        /// Threads in use.
        busy: f64,
        /// Consumer lag \[records\].
        lag: f64,
    },
    /// Processors of a node.
    Node {
        /// Cores in use \[vCPU\].
        busy: f64,
        /// Cores available \[vCPU\].
        of: f64,
        /// Pods on the node.
        pods: u32,
    },
    /// A lock.
    Lock {
        /// Share of time in which the lock is held.
        held: f64,
        /// Requests waiting for the lock.
        waiting: f64,
    },
    /// Connections of a service mesh's proxies to a service.
    Proxies {
        /// Connections in use.
        busy: f64,
        /// Connections available.
        of: f64,
        /// Maximum number of connections of each caller.
        each: u32,
        /// Requests waiting for a connection.
        waiting: f64,
    },
}

/// Reads the name of a resource from files that hold a sentinel where there is none.
///
/// # Errors
/// When it is neither a string nor null.
pub(crate) fn named<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    Ok(name.filter(|name| !matches!(name.as_str(), "" | "none" | "unknown")))
}
