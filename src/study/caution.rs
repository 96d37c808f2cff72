//! Warnings of the input that reports repeat. Their English text stands here, because the reader of files
//! prints it beside the line, as a compiler does; other languages are made where they are shown.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A part of a system that may be described and not used.
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
    /// An index in memory.
    Index,
    /// A connection pool.
    Pool,
    /// A time of a calibration.
    Time,
}

impl Part {
    /// Its name in English.
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

/// What an autoscaler looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScaledOn {
    /// Processor time.
    Cpu,
    /// Memory.
    Memory,
}

impl ScaledOn {
    /// Its key in documents.
    pub fn word(self) -> &'static str {
        match self {
            ScaledOn::Cpu => "cpu",
            ScaledOn::Memory => "memory",
        }
    }
}

/// What nodes have too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shortage {
    /// Processors.
    Processor,
    /// Memory.
    Memory,
    /// Places for pods.
    Pods,
    /// There are no nodes.
    Nodes,
}

impl Shortage {
    /// Its name in English.
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
    /// Something is described and nothing uses it.
    Unused {
        /// What it is.
        part: Part,
        /// Its name.
        name: String,
    },
    /// There are more consumer threads than partitions.
    IdleConsumers {
        /// Listener.
        listener: String,
        /// Threads of all pods.
        threads: u64,
        /// Partitions.
        partitions: u32,
        /// Topic.
        topic: String,
        /// Threads without a partition.
        idle: u64,
    },
    /// Pools may open more connections than the database accepts.
    PoolsBeyond {
        /// Connections of all pools.
        connections: u64,
        /// Database.
        database: String,
        /// Connections that it accepts.
        accepts: u64,
        /// Connections of those that are reserved.
        reserved: u32,
    },
    /// Think times contradict the stated number of users, by Little's law.
    UsersThere {
        /// Mix.
        mix: String,
        /// Requests per second.
        rps: f64,
        /// Users there at the peak that follow.
        implied: f64,
        /// Users there at the peak that are stated.
        stated: f64,
    },
    /// Times of the system stand without a basis.
    WithoutBasis {
        /// The first of them.
        names: Vec<String>,
        /// How many there are besides.
        more: usize,
    },
    /// A time of a calibration stands without a basis.
    TimeWithoutBasis {
        /// Its name.
        time: String,
    },
    /// A transaction takes the connection that its request holds.
    Reuses {
        /// Database.
        database: String,
    },
    /// Requests may wait for each other's connections.
    LockUp {
        /// Connections that a request takes at once.
        connections: u64,
        /// Pool.
        pool: String,
        /// Connections of the pool.
        maximum: u64,
        /// Requests at the same instant that may lock it up.
        requests: u64,
    },
    /// Pods fit on no node.
    Pending {
        /// Pods that do not.
        pods: u32,
        /// All pods of the service.
        wanted: u32,
        /// Service.
        service: String,
        /// CPU that a pod requests \[millicores\].
        millicores: u64,
        /// Memory that it requests \[MiB\].
        mebibytes: u64,
        /// What the nodes have too little of.
        lack: Shortage,
    },
    /// An autoscaler has nothing to compare with.
    StandsStill {
        /// Service.
        service: String,
        /// What it would be scaled on.
        on: ScaledOn,
    },
    /// The search goes up further than it was told to \[1/s\].
    SearchRaised {
        /// Where it would end.
        highest: f64,
        /// The load asked about.
        asked: f64,
        /// Where it ends instead.
        raised: f64,
    },
    /// Replicas are changed where an autoscaler decides.
    DeadReplicas {
        /// Path of the setting.
        path: String,
    },
}

impl Caution {
    /// Whether it is about something that nothing uses, which changes no number.
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
