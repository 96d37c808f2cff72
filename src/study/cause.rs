//! What draws a line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::metric::Metric;

/// What draws a line, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "limit", rename_all = "snake_case")]
pub enum Cause {
    /// The largest load tried is carried.
    NotReached {
        /// That load \[requests/s, or records/s\].
        rps: f64,
    },
    /// A target is missed at the lowest load tried.
    MissedAtOnce {
        /// The target.
        target: Metric,
        /// The load \[requests/s, or records/s\].
        rps: f64,
    },
    /// No request ends within a run.
    NothingEnds {
        /// Length of the runs \[s\].
        within_s: f64,
    },
    /// The study was stopped before any resource was relieved.
    NotRelieved,
    /// No station is busy or has a queue: the target lies below the time of the work.
    WorkAlone,
    /// A station.
    Station {
        /// What was seen of it.
        mechanism: Mechanism,
        /// At which load, beyond the line \[requests/s, or records/s\].
        rps: f64,
        /// What its relief does.
        relief: ReliefEffect,
    },
}

/// What the relief of the station that draws a line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReliefEffect {
    /// More is carried.
    Enough,
    /// More is carried only where the ties are relieved too.
    WithTies,
    /// No more is carried, nor does any other single station's relief.
    None,
}

/// How a station limits, by what was seen beyond the line. Numbers are means over time of all its pods
/// together, unless they say otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mechanism {
    /// Processors of a service's pods.
    Cores {
        /// In use \[cores\].
        busy: f64,
        /// There are \[cores\].
        of: f64,
        /// Pods.
        pods: u32,
        /// Cores of each.
        each: f64,
    },
    /// Servlet threads.
    Threads {
        /// In use.
        busy: f64,
        /// There are.
        of: f64,
        /// Requests waiting for one.
        waiting: f64,
    },
    /// Connections of a pool.
    Pool {
        /// In use.
        busy: f64,
        /// There are.
        of: f64,
        /// Pods.
        pods: u32,
        /// Most connections of each.
        each: u32,
        /// Requests waiting for one.
        waiting: f64,
    },
    /// Processors of a database.
    DatabaseCores {
        /// In use \[vCPU\].
        busy: f64,
        /// There are \[vCPU\].
        of: f64,
    },
    /// Storage of a database.
    Storage {
        /// Operations per second.
        per_s: f64,
        /// Most operations per second.
        of: f64,
        /// Share of the time in which it is busy.
        busy: f64,
        /// Operations waiting.
        waiting: f64,
    },
    /// Connections that a database accepts.
    ConnectionLimit {
        /// Open.
        open: f64,
        /// Accepted at most; none without a limit.
        of: Option<f64>,
        /// Refused, in all replications.
        refused: u64,
    },
    /// Command thread of a cache.
    Commands {
        /// Share of the time in which it is busy.
        busy: f64,
        /// Commands waiting.
        waiting: f64,
    },
    /// Consumer threads and their partitions.
    Consumers {
        /// Threads of all pods.
        threads: u32,
        /// Partitions.
        partitions: u32,
        /// Threads with a partition.
        active: u32,
        /// In use.
        busy: f64,
        /// Lag \[records\].
        lag: f64,
    },
    /// Processors of a node.
    Node {
        /// In use \[vCPU\].
        busy: f64,
        /// There are \[vCPU\].
        of: f64,
        /// Pods on it.
        pods: u32,
    },
    /// A lock.
    Lock {
        /// Share of the time in which it is held.
        held: f64,
        /// Requests waiting for it.
        waiting: f64,
    },
    /// Connections of a mesh's proxies to a service.
    Proxies {
        /// In use.
        busy: f64,
        /// There are.
        of: f64,
        /// Most connections of each caller.
        each: u32,
        /// Requests waiting for one.
        waiting: f64,
    },
}

/// The name of a resource, from files that have a word where there is none.
///
/// # Errors
/// When it is neither text nor nothing.
pub(crate) fn named<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    Ok(name.filter(|name| !matches!(name.as_str(), "" | "none" | "unknown")))
}
