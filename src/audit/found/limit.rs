//! Limits that hold at any load.

use serde::{Deserialize, Serialize};

use crate::audit::figures::{Figure, Share};

/// Circumstances for which pods are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Pods that run.
    Running,
    /// Maximum of the autoscalers.
    Most,
    /// Pods that run while a new version is rolled out.
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

/// Violation of a hard limit. Memory is in MiB.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Limit {
    /// A memory request above the limit.
    MemoryRequest {
        /// Service.
        service: String,
        /// Memory request.
        request: Figure,
        /// Memory limit.
        limit: Figure,
    },
    /// Pools that together exceed the connections of the database.
    Connections {
        /// Circumstances.
        when: When,
        /// Database.
        database: String,
        /// Services with pools on it.
        shares: Vec<PoolShare>,
        /// Sum of their connections.
        sum: u64,
        /// Connections that the database accepts.
        accepts: u32,
        /// Reserved ones among those.
        reserved: u32,
        /// Connections that are refused.
        refused: u64,
    },
    /// Pods that fit on no node.
    Room {
        /// Circumstances.
        when: When,
        /// Pods to be placed.
        pods: u32,
        /// CPU requested by them \[cores\].
        cores: Figure,
        /// Nodes.
        nodes: u32,
        /// Pending pods.
        waiting: u32,
    },
    /// A pod larger than any node.
    TooLarge {
        /// Service.
        service: String,
        /// CPU request \[millicores\].
        millicores: u64,
        /// Memory request.
        mebibytes: u64,
        /// Allocatable CPU of the largest node \[millicores\].
        free_millicores: u64,
        /// Allocatable memory of the largest node.
        free_mebibytes: u64,
        /// Pods of the service.
        pods: u32,
    },
    /// Memory use above the limit.
    MemoryUsed {
        /// Service.
        service: String,
        /// Memory used.
        used: Figure,
        /// Memory limit.
        limit: Figure,
    },
    /// A heap that leaves too little memory beside it.
    LargeHeap {
        /// Service.
        service: String,
        /// Largest heap.
        heap: Figure,
        /// Classes, compiled code, buffers.
        besides: Figure,
        /// Stacks of all threads.
        stacks: Figure,
        /// Sum of these.
        all: Figure,
        /// Excess over the limit.
        over: Figure,
        /// Memory limit.
        limit: Figure,
    },
    /// A heap that leaves most of the memory unused.
    SmallHeap {
        /// Service.
        service: String,
        /// Largest heap.
        heap: Figure,
        /// Memory limit.
        limit: Figure,
        /// Share of the limit that the heap never uses.
        idle: Share,
    },
    /// Memory use that holds an autoscaler at its maximum.
    MemoryTarget {
        /// Service.
        service: String,
        /// Memory use relative to the request.
        used: Share,
        /// The autoscaler's target.
        target: Share,
        /// Maximum of the autoscaler.
        most: u32,
        /// Pods that run.
        pods: u32,
    },
}
