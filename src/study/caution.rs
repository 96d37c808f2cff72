//! Input warnings that reports repeat. Their English text is kept here because the file reader
//! prints it beside the offending line, as a compiler does; other languages are rendered where they
//! are shown.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Part of a system that may be declared and never used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A database.
    Database,
    /// A cache.
    Cache,
    /// A topic.
    Topic,
    /// A lock.
    Lock,
    /// An in-memory index.
    Index,
    /// A connection pool.
    Pool,
    /// A service time of a calibration.
    Time,
}

impl Part {
    /// Returns its name in English.
    pub fn word(self) -> &'static str {
        match self {
            Part::Database => "database",
            Part::Cache => "cache",
            Part::Topic => "topic",
            Part::Lock => "lock",
            Part::Index => "index",
            Part::Pool => "pool",
            Part::Time => "time",
        }
    }
}

/// Metric that an autoscaler scales on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScaledOn {
    /// CPU time.
    Cpu,
    /// Memory.
    Memory,
}

impl ScaledOn {
    /// Returns its key in documents.
    pub fn word(self) -> &'static str {
        match self {
            ScaledOn::Cpu => "cpu",
            ScaledOn::Memory => "memory",
        }
    }
}

/// Node resource that is too scarce to schedule a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shortage {
    /// CPU.
    Processor,
    /// Memory.
    Memory,
    /// Pod slots.
    Pods,
    /// There are no nodes at all.
    Nodes,
}

impl Shortage {
    /// Returns its name in English.
    pub fn word(self) -> &'static str {
        match self {
            Shortage::Processor => "processor",
            Shortage::Memory => "memory",
            Shortage::Pods => "pods",
            Shortage::Nodes => "nodes",
        }
    }
}

/// A warning of the input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Caution {
    /// Something is declared and never used.
    Unused {
        /// Kind of the part.
        part: Part,
        /// Name of the part.
        name: String,
    },
    /// A listener has more consumer threads than its topic has partitions.
    IdleConsumers {
        /// Name of the listener.
        listener: String,
        /// Consumer threads of all pods.
        threads: u64,
        /// Partitions of the topic.
        partitions: u32,
        /// Name of the topic.
        topic: String,
        /// Threads without a partition.
        idle: u64,
    },
    /// Connection pools may together open more connections than the database accepts.
    PoolsBeyond {
        /// Total size of all pools.
        connections: u64,
        /// Name of the database.
        database: String,
        /// Connection limit of the database.
        accepts: u64,
        /// Connections reserved within that limit.
        reserved: u32,
    },
    /// Think times contradict the stated number of concurrent users, by Little's law.
    UsersThere {
        /// Name of the mix.
        mix: String,
        /// Requests per second.
        rps: f64,
        /// Concurrent users at the peak that follow from the think times.
        implied: f64,
        /// Concurrent users at the peak as stated.
        stated: f64,
    },
    /// Service times of the system have no stated basis.
    WithoutBasis {
        /// Names of the first of them.
        names: Vec<String>,
        /// Number of further ones.
        more: usize,
    },
    /// A service time of a calibration has no stated basis.
    TimeWithoutBasis {
        /// Name of the time.
        time: String,
    },
    /// A transaction reuses the connection that its request already holds.
    Reuses {
        /// Name of the database.
        database: String,
    },
    /// Requests may deadlock on each other's connections.
    LockUp {
        /// Connections that a request holds at once.
        connections: u64,
        /// Name of the pool.
        pool: String,
        /// Maximum size of the pool.
        maximum: u64,
        /// Concurrent requests that suffice for a deadlock.
        requests: u64,
    },
    /// Pods stay pending because they fit on no node.
    Pending {
        /// Pending pods.
        pods: u32,
        /// Desired pods of the service.
        wanted: u32,
        /// Name of the service.
        service: String,
        /// CPU request of a pod \[millicores\].
        millicores: u64,
        /// Memory request of a pod \[MiB\].
        mebibytes: u64,
        /// Resource that the nodes lack.
        lack: Shortage,
    },
    /// An autoscaler has no metric to compare its target with.
    StandsStill {
        /// Name of the service.
        service: String,
        /// Metric that it would scale on.
        on: ScaledOn,
    },
    /// The upper bound of the search was raised \[1/s\].
    SearchRaised {
        /// Upper bound as written.
        highest: f64,
        /// Target load.
        asked: f64,
        /// Upper bound used instead.
        raised: f64,
    },
    /// A change of replicas has no effect because an autoscaler sets them.
    DeadReplicas {
        /// Path of the setting.
        path: String,
    },
}

impl Caution {
    /// Whether it concerns something unused, which affects no number.
    pub fn is_spare(&self) -> bool {
        match self {
            Caution::Unused { .. } | Caution::IdleConsumers { .. } => true,
            Caution::PoolsBeyond { .. }
            | Caution::UsersThere { .. }
            | Caution::WithoutBasis { .. }
            | Caution::TimeWithoutBasis { .. }
            | Caution::Reuses { .. }
            | Caution::LockUp { .. }
            | Caution::Pending { .. }
            | Caution::StandsStill { .. }
            | Caution::SearchRaised { .. }
            | Caution::DeadReplicas { .. } => false,
        }
    }
}

impl fmt::Display for Caution {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Caution::Unused { part, name } => {
                write!(to, "the {} `{name}` is not used", part.word())
            }
            Caution::IdleConsumers { listener, threads, partitions, topic, idle } => write!(
                to,
                "`{listener}` has {threads} consumer threads for {partitions} partitions of `{topic}`: {idle} \
                 idle"
            ),
            Caution::PoolsBeyond { connections, database, accepts, reserved } => write!(
                to,
                "the pools of all pods may open {connections} connections to `{database}`, which accepts \
                 {accepts} ({reserved} reserved)"
            ),
            Caution::UsersThere { mix, rps, implied, stated } => write!(
                to,
                "mix {mix}: {rps:.0} requests/s with the journeys' own think times keep {implied:.0} users \
                 there at the peak, not the {stated:.0} stated (Little's law)"
            ),
            Caution::WithoutBasis { names, more } => {
                let names = names.join(", ");
                let rest = if *more > 0 { format!(", {more} more") } else { String::new() };
                write!(to, "{names}{rest} have no basis; they count as assumed")
            }
            Caution::TimeWithoutBasis { time } => {
                write!(to, "the time `{time}` has no basis; it counts as assumed")
            }
            Caution::Reuses { database } => {
                write!(to, "this transaction reuses the connection to `{database}`")
            }
            Caution::LockUp { connections, pool, maximum, requests } => write!(
                to,
                "a request takes {connections} connections of the pool `{pool}` at once: with {maximum} in the \
                 pool, {requests} such requests at the same instant may wait for each other"
            ),
            Caution::Pending { pods, wanted, service, millicores, mebibytes, lack } => write!(
                to,
                "{pods} of the {wanted} pods of `{service}` fit on no node and stay pending: a pod requests \
                 {millicores}m and {mebibytes} MiB; the nodes lack {}",
                lack.word()
            ),
            Caution::StandsStill { service, on } => write!(
                to,
                "`{service}` is scaled on {}, of which its pods request nothing: on that it stands still",
                on.word()
            ),
            Caution::SearchRaised { highest, asked, raised } => write!(
                to,
                "the search would end at {highest}/s, below the load asked about of {asked}/s; it goes up to \
                 {raised}/s"
            ),
            Caution::DeadReplicas { path } => write!(
                to,
                "`{path}` is dead under autoscaling, where the minimum rules: change `autoscaling.min` instead"
            ),
        }
    }
}
