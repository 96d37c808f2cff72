//! Demand of the load on processors, storage, caches and pools.

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
    /// Rate of the load.
    pub rate: Rate,
    /// Mix of its requests.
    pub mix: String,
}

/// Degree of saturation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filled {
    /// Saturated from this load on.
    At(Rate),
    /// Nearly saturated.
    Nearly {
        /// Utilisation.
        used: Share,
        /// Ratio of response time to service time.
        stretch: Figure,
    },
}

/// A resource for which the demand is too large.
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
        /// Cores of all pods together.
        has: Figure,
        /// Pods.
        pods: u32,
        /// Cores per pod.
        each: Figure,
        /// Degree of saturation.
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
        /// Load at which all are busy.
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
        /// Largest rate of operations \[1/s\].
        has: Figure,
        /// Load at which that rate is reached.
        full: Rate,
    },
    /// Storage that depends on saved I/O credits.
    StorageCredits {
        /// Database.
        database: String,
        /// Operations needed \[1/s\].
        operations: Figure,
        /// The load.
        load: Load,
        /// Sustained rate of operations \[1/s\].
        base: Figure,
        /// Credits when full \[operations\].
        saved: Figure,
        /// Time for which the credits last.
        lasts: Seconds,
    },
    /// Nodes that depend on CPU credits.
    NodeCredits {
        /// Mean number of cores needed.
        cores: Figure,
        /// Cores that can be used indefinitely.
        free: Figure,
        /// Cores there are.
        has: Figure,
        /// Credits when full.
        saved: Figure,
        /// Time for which the credits last.
        lasts: Seconds,
    },
    /// A database that depends on CPU credits.
    DatabaseCredits {
        /// Database.
        database: String,
        /// Mean number of cores needed.
        cores: Figure,
        /// Cores without surcharge.
        free: Figure,
        /// Monthly surplus \[core-hours\].
        surplus: Figure,
    },
    /// A CPU quota that throttles every request.
    Quota {
        /// Program.
        program: String,
        /// CPU time per run.
        needs: Seconds,
        /// Limit \[cores\].
        cores: Figure,
        /// CPU time per period.
        gives: Seconds,
        /// Shortest time for the work, alone on the pod.
        least: Seconds,
        /// Longest time for the work, alone on the pod.
        most: Seconds,
    },
    /// A pool with fewer connections than are held.
    Pool {
        /// Service.
        service: String,
        /// Pool.
        pool: String,
        /// The load.
        load: Load,
        /// Connections held, on average.
        held: Figure,
        /// Pods.
        pods: u32,
        /// Connections in their pools.
        has: Figure,
        /// Load at which all are held.
        full: Rate,
    },
    /// A cache with more commands than its thread can serve.
    Cache {
        /// Cache.
        cache: String,
        /// The load.
        load: Load,
        /// Service time per second.
        work: Seconds,
        /// Load at which its thread is always busy.
        full: Rate,
    },
    /// A lock that is always held.
    Lock {
        /// Lock.
        lock: String,
        /// The load.
        load: Load,
        /// Holding time per second.
        held: Seconds,
        /// Load at which the lock is always held.
        full: Rate,
    },
    /// More concurrent requests than threads.
    Threads {
        /// Service.
        service: String,
        /// The load.
        load: Load,
        /// Threads needed, on average.
        threads: Figure,
        /// Threads of all pods.
        has: Figure,
        /// Pods.
        pods: u32,
        /// Threads per pod.
        each: u32,
        /// Load at which all are busy.
        full: Rate,
    },
    /// An autoscaler whose maximum is too small.
    Autoscaler {
        /// Service.
        service: String,
        /// Cores needed.
        cores: Figure,
        /// The load.
        load: Load,
        /// Pods that the autoscaler would order without a maximum.
        wanted: Figure,
        /// The autoscaler's target.
        target: Share,
        /// CPU request of a pod \[cores\].
        request: Figure,
        /// Maximum of the autoscaler.
        most: u32,
        /// CPU utilisation at the maximum, relative to the request.
        used: Share,
    },
}
