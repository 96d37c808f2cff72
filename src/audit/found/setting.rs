//! Settings and edits without effect.

use serde::{Deserialize, Serialize};

use crate::audit::figures::{Seconds, Share};
use crate::study::effect::{Effect, Places};

/// Which edit of which plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditName {
    /// Name of the plan.
    pub plan: String,
    /// Number of the edit in the plan's document, where it has one.
    pub number: Option<String>,
}

/// Pods that an autoscaler keeps at least.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// Service.
    pub service: String,
    /// Pods that run.
    pub pods: u64,
    /// Pods that the autoscaler may order.
    pub most: Option<u64>,
}

/// An edit that does not reach what runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// The edit.
    pub edit: EditName,
    /// Path of the setting.
    pub set: String,
    /// What is written.
    pub from: String,
    /// What the plan writes.
    pub to: String,
    /// What that does.
    pub effect: Effect,
    /// How many of the settings that the path names are changed, where it names several.
    pub places: Option<Places>,
}

/// A setting or an edit without effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Setting {
    /// Replicas are edited where an autoscaler decides.
    Replicas {
        /// The edit.
        edit: EditName,
        /// Path of the setting.
        set: String,
        /// What is written.
        from: String,
        /// What the plan writes.
        to: String,
        /// Minimum of each autoscaler that the edit concerns.
        minimums: Vec<Floor>,
    },
    /// An edit does not reach what runs.
    Pinned(Pinned),
    /// An edit writes what is written.
    Same {
        /// The edit.
        edit: EditName,
        /// Path of the setting.
        set: String,
        /// What is written.
        from: String,
        /// What the plan writes.
        to: String,
    },
    /// An edit starts from a value that is not there.
    Believed {
        /// The edit.
        edit: EditName,
        /// Path of the setting.
        set: String,
        /// What is written.
        from: String,
        /// What the plan takes for written.
        believed: String,
        /// What the plan writes.
        to: String,
    },
    /// A plan believes of a setting that it leaves alone what is not there.
    PlanBelieves {
        /// Name of the plan.
        plan: String,
        /// Path of the setting.
        set: String,
        /// What the plan takes for written.
        believed: String,
        /// What is written.
        written: String,
    },
    /// Several pools of a service reach one database.
    SharedDatabase {
        /// Service.
        service: String,
        /// Database.
        database: String,
        /// The pools.
        pools: Vec<String>,
        /// Connections that a pod may open to it.
        connections: u64,
    },
    /// What is written is not what runs.
    Otherwise {
        /// Path of the setting.
        path: String,
        /// What the files say.
        written: String,
        /// What runs.
        runs: String,
        /// Why, in the words of the system's author.
        because: Option<String>,
    },
    /// Autoscalers have nobody to ask.
    NoMetrics {
        /// Services whose pods stay as they are.
        services: Vec<Floor>,
    },
    /// An autoscaler's maximum is its minimum.
    Stuck {
        /// Service.
        service: String,
        /// Pods.
        pods: u64,
    },
    /// A CPU target lies above what a pod may use.
    Target {
        /// Service.
        service: String,
        /// Share of the request above which pods are added, tolerance included.
        above: Share,
        /// Largest share that the limit allows.
        most: Share,
        /// Pods.
        pods: u32,
    },
    /// More nodes are allowed than anybody adds.
    Nodes {
        /// Group of nodes.
        group: String,
        /// Nodes that run.
        now: u32,
        /// Nodes that there may be.
        most: u64,
    },
    /// An idle timeout closes nothing.
    IdleTimeout {
        /// Service.
        service: String,
        /// Pool.
        pool: String,
        /// Connections that stay open.
        connections: u32,
    },
    /// A proxy opens fewer connections than there are threads behind them.
    Threads {
        /// Service.
        service: String,
        /// Connections of a caller.
        allowed: u32,
        /// Threads of all pods.
        threads: u64,
    },
    /// The mesh ends requests before their caller gives up.
    Undercut {
        /// Service that calls.
        service: String,
        /// Endpoint called.
        endpoint: String,
        /// When the caller gives up.
        own: Seconds,
        /// When the mesh has ended the request.
        mesh: Seconds,
    },
    /// The tries of a mesh do not fit into its timeout.
    Tries {
        /// Service called.
        service: String,
        /// Tries.
        tries: u64,
        /// Time of a try.
        each: Seconds,
        /// Time of all tries.
        all: Seconds,
        /// Timeout of the whole.
        whole: Seconds,
        /// Tries that have their time.
        fit: u64,
    },
}
