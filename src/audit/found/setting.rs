//! Settings and edits without effect.

use serde::{Deserialize, Serialize};

use crate::audit::figures::{Seconds, Share};
use crate::study::effect::{Effect, Places};

/// Name of an edit of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditName {
    /// Name of the plan.
    pub plan: String,
    /// Number of the edit in the plan's document, if any.
    pub number: Option<String>,
}

/// Minimum of an autoscaler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// Service.
    pub service: String,
    /// Pods that run.
    pub pods: u64,
    /// Maximum of the autoscaler.
    pub most: Option<u64>,
}

/// An edit that does not reach the running system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// The edit.
    pub edit: EditName,
    /// Path of the setting.
    pub set: String,
    /// Written value.
    pub from: String,
    /// Value written by the plan.
    pub to: String,
    /// Effect of the edit.
    pub effect: Effect,
    /// Number of the settings that are changed, where the path names several.
    pub places: Option<Places>,
}

/// A setting or an edit without effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Setting {
    /// Replicas edited where an autoscaler decides.
    Replicas {
        /// The edit.
        edit: EditName,
        /// Path of the setting.
        set: String,
        /// Written value.
        from: String,
        /// Value written by the plan.
        to: String,
        /// Minimum of each autoscaler that the edit concerns.
        minimums: Vec<Floor>,
    },
    /// An edit that does not reach the running system.
    Pinned(Pinned),
    /// An edit that writes the existing value.
    Same {
        /// The edit.
        edit: EditName,
        /// Path of the setting.
        set: String,
        /// Written value.
        from: String,
        /// Value written by the plan.
        to: String,
    },
    /// An edit based on a wrong belief about the existing value.
    Believed {
        /// The edit.
        edit: EditName,
        /// Path of the setting.
        set: String,
        /// Written value.
        from: String,
        /// Value that the plan takes as written.
        believed: String,
        /// Value written by the plan.
        to: String,
    },
    /// A plan's wrong belief about a setting that it does not change.
    PlanBelieves {
        /// Name of the plan.
        plan: String,
        /// Path of the setting.
        set: String,
        /// Value that the plan takes as written.
        believed: String,
        /// Written value.
        written: String,
    },
    /// Several pools of a service on one database.
    SharedDatabase {
        /// Service.
        service: String,
        /// Database.
        database: String,
        /// Names of the pools.
        pools: Vec<String>,
        /// Connections per pod to that database.
        connections: u64,
    },
    /// A written value that differs from the effective one.
    Otherwise {
        /// Path of the setting.
        path: String,
        /// Value in the files.
        written: String,
        /// Value that the running system uses.
        runs: String,
        /// Reason, in the words of the system's author.
        because: Option<String>,
    },
    /// Autoscalers without a metrics server.
    NoMetrics {
        /// Services whose number of pods stays as it is.
        services: Vec<Floor>,
    },
    /// An autoscaler whose maximum equals its minimum.
    Stuck {
        /// Service.
        service: String,
        /// Pods.
        pods: u64,
    },
    /// A CPU target above what the limit of a pod allows.
    Target {
        /// Service.
        service: String,
        /// CPU utilisation above which pods are added, relative to the request, tolerance included.
        above: Share,
        /// Largest utilisation that the limit allows.
        most: Share,
        /// Pods.
        pods: u32,
    },
    /// A maximum of nodes in a group without an autoscaler.
    Nodes {
        /// Group of nodes.
        group: String,
        /// Nodes that run.
        now: u32,
        /// Largest number of nodes.
        most: u64,
    },
    /// An idle timeout that closes nothing.
    IdleTimeout {
        /// Service.
        service: String,
        /// Pool.
        pool: String,
        /// Connections that stay open.
        connections: u32,
    },
    /// A proxy that opens fewer connections than there are threads behind it.
    Threads {
        /// Service.
        service: String,
        /// Connections of a caller's proxy.
        allowed: u32,
        /// Threads of all pods.
        threads: u64,
    },
    /// A mesh timeout shorter than that of the caller.
    Undercut {
        /// Calling service.
        service: String,
        /// Called endpoint.
        endpoint: String,
        /// Timeout of the caller.
        own: Seconds,
        /// Time after which the mesh has ended the request.
        mesh: Seconds,
    },
    /// Tries of a mesh that exceed its total timeout.
    Tries {
        /// Called service.
        service: String,
        /// Number of tries.
        tries: u64,
        /// Time per try.
        each: Seconds,
        /// Time of all tries.
        all: Seconds,
        /// Total timeout.
        whole: Seconds,
        /// Number of tries that fit.
        fit: u64,
    },
}
