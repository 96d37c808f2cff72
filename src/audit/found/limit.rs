//! Limits that no load moves.

use serde::{Deserialize, Serialize};

use crate::audit::figures::{Figure, Share};

/// Under which circumstances pods are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Those that run.
    Running,
    /// The most that autoscalers may ask for.
    Most,
    /// Those that run while a new version is rolled out.
    Rollout,
}

/// Connections of a service's pods to a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolShare {
    /// Service.
    pub service: String,
    /// Pods.
    pub pods: u32,
    /// Size of each pool of a pod.
    pub sizes: Vec<u32>,
}

/// A hard limit that is exceeded. Memory is in MiB.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Limit {
    /// Pods request more memory than they may use.
    MemoryRequest {
        /// Service.
        service: String,
        /// Memory requested.
        request: Figure,
        /// Memory allowed.
        limit: Figure,
    },
    /// Pools are larger than the database accepts.
    Connections {
        /// With which pods.
        when: When,
        /// Database.
        database: String,
        /// Services with pools on it.
        shares: Vec<PoolShare>,
        /// Connections of all of them.
        sum: u64,
        /// Connections that the database accepts.
        accepts: u32,
        /// Connections of those that are reserved.
        reserved: u32,
        /// Connections that are refused.
        refused: u64,
    },
    /// Pods find no node.
    Room {
        /// Which pods.
        when: When,
        /// Pods to be placed.
        pods: u32,
        /// Cores that they request.
        cores: Figure,
        /// Nodes.
        nodes: u32,
        /// Pods without room.
        waiting: u32,
    },
    /// A pod is larger than any node.
    TooLarge {
        /// Service.
        service: String,
        /// CPU requested \[millicores\].
        millicores: u64,
        /// Memory requested.
        mebibytes: u64,
        /// CPU that the largest node leaves to pods \[millicores\].
        free_millicores: u64,
        /// Memory that it leaves.
        free_mebibytes: u64,
        /// Pods of the service.
        pods: u32,
    },
    /// Pods use more memory than they may.
    MemoryUsed {
        /// Service.
        service: String,
        /// Memory used.
        used: Figure,
        /// Memory allowed.
        limit: Figure,
    },
    /// A heap leaves no room beside it.
    LargeHeap {
        /// Service.
        service: String,
        /// Largest heap.
        heap: Figure,
        /// Classes, compiled code, buffers.
        besides: Figure,
        /// Stacks of all threads.
        stacks: Figure,
        /// All of these.
        all: Figure,
        /// What of it is beyond the limit.
        over: Figure,
        /// Memory allowed.
        limit: Figure,
    },
    /// A heap leaves most of the memory empty.
    SmallHeap {
        /// Service.
        service: String,
        /// Largest heap.
        heap: Figure,
        /// Memory allowed.
        limit: Figure,
        /// Share of it that is never heap.
        idle: Share,
    },
    /// Memory holds an autoscaler at its maximum.
    MemoryTarget {
        /// Service.
        service: String,
        /// Memory used as a share of what is requested.
        used: Share,
        /// The autoscaler's target.
        target: Share,
        /// Its maximum.
        most: u32,
        /// Pods that run.
        pods: u32,
    },
}
