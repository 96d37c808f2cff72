//! What the load asks of processors, storage, caches and pools.

use serde::{Deserialize, Serialize};

use crate::audit::figures::{Figure, Seconds, Share};

/// A rate of requests or of records \[1/s\].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    /// Requests of users.
    Requests(Figure),
    /// Records, straight into topics.
    Records(Figure),
}

/// The load asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// How much of it.
    pub rate: Rate,
    /// Mix of its requests.
    pub mix: String,
}

/// How full something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filled {
    /// Wholly, from this load on.
    At(Rate),
    /// Nearly.
    Nearly {
        /// Share in use.
        used: Share,
        /// Response time over time in work.
        stretch: Figure,
    },
}

/// A resource that the load asks too much of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Capacity {
    /// Processors of a service's pods.
    Cpu {
        /// Service.
        service: String,
        /// Cores needed.
        cores: Figure,
        /// The load.
        load: Load,
        /// Cores that all pods have.
        has: Figure,
        /// Pods.
        pods: u32,
        /// Cores of a pod.
        each: Figure,
        /// How full they are.
        filled: Filled,
    },
    /// Processors of a database or a node.
    Cores {
        /// Database or node.
        of: String,
        /// Cores needed.
        cores: Figure,
        /// The load.
        load: Load,
        /// Cores there are.
        has: Figure,
        /// Load at which they are all in use.
        full: Rate,
    },
    /// Storage of a database.
    Storage {
        /// Database.
        database: String,
        /// Operations needed \[1/s\].
        operations: Figure,
        /// The load.
        load: Load,
        /// Operations that it does at best \[1/s\].
        has: Figure,
        /// Load at which it does no more.
        full: Rate,
    },
    /// Storage lives on saved operations.
    StorageCredits {
        /// Database.
        database: String,
        /// Operations needed \[1/s\].
        operations: Figure,
        /// The load.
        load: Load,
        /// Operations that it does without end \[1/s\].
        base: Figure,
        /// Operations saved.
        saved: Figure,
        /// How long those last.
        lasts: Seconds,
    },
    /// Nodes live on CPU credits.
    NodeCredits {
        /// Cores needed on the mean.
        cores: Figure,
        /// Cores that may be used without end.
        free: Figure,
        /// Cores there are.
        has: Figure,
        /// Credits when full.
        saved: Figure,
        /// How long those last.
        lasts: Seconds,
    },
    /// A database lives on CPU credits.
    DatabaseCredits {
        /// Database.
        database: String,
        /// Cores needed on the mean.
        cores: Figure,
        /// Cores without surcharge.
        free: Figure,
        /// Surplus of a month \[core-hours\].
        surplus: Figure,
    },
    /// A CPU quota stops every request.
    Quota {
        /// Program.
        program: String,
        /// CPU time of a run.
        needs: Seconds,
        /// Limit \[cores\].
        cores: Figure,
        /// CPU time in each period.
        gives: Seconds,
        /// Shortest time for the work, alone on the pod.
        least: Seconds,
        /// Longest time for it.
        most: Seconds,
    },
    /// A pool has fewer connections than are held.
    Pool {
        /// Service.
        service: String,
        /// Pool.
        pool: String,
        /// The load.
        load: Load,
        /// Connections held.
        held: Figure,
        /// Pods.
        pods: u32,
        /// Connections that they have.
        has: Figure,
        /// Load at which all are held.
        full: Rate,
    },
    /// A cache has more commands than time.
    Cache {
        /// Cache.
        cache: String,
        /// The load.
        load: Load,
        /// Time in work each second.
        work: Seconds,
        /// Load at which its thread is always busy.
        full: Rate,
    },
    /// A lock is held all the time.
    Lock {
        /// Lock.
        lock: String,
        /// The load.
        load: Load,
        /// Time held each second.
        held: Seconds,
        /// Load at which it is always held.
        full: Rate,
    },
    /// More requests are in work than there are threads.
    Threads {
        /// Service.
        service: String,
        /// The load.
        load: Load,
        /// Threads needed.
        threads: Figure,
        /// Threads of all pods.
        has: Figure,
        /// Pods.
        pods: u32,
        /// Threads of a pod.
        each: u32,
        /// Load at which all are in work.
        full: Rate,
    },
    /// An autoscaler wants more pods than it may have.
    Autoscaler {
        /// Service.
        service: String,
        /// Cores needed.
        cores: Figure,
        /// The load.
        load: Load,
        /// Pods wanted.
        wanted: Figure,
        /// The autoscaler's target.
        target: Share,
        /// CPU request of a pod \[cores\].
        request: Figure,
        /// Pods that the autoscaler may order.
        most: u32,
        /// What those use, as a share of their request.
        used: Share,
    },
}
