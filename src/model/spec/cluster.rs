//! Where pods run, how each of them lives, and how their number changes.

use super::id::Id;
use crate::units::Span;

/// Processor and memory that are asked for or offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Processor \[millicores\].
    pub millicores: u64,
    /// Memory \[MiB\].
    pub mebibytes: u64,
}

/// Nodes that pods run on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cluster {
    /// Kinds of nodes; at least one.
    pub groups: Vec<NodeGroup>,
    /// Whether pods share the processors of their nodes; else each has what its limit says, and nodes only
    /// decide where pods fit.
    pub shared: bool,
    /// The nodes that there are at the beginning; see [`crate::model::settle`].
    pub first: Vec<FirstNode>,
    /// For each service the nodes of its first pods, by index into `first`.
    pub places: Vec<Vec<u32>>,
}

/// A node that is there from the beginning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstNode {
    /// Its group.
    pub group: Id,
    /// Its virtual CPUs: those of its group, unless it is relieved.
    pub vcpus: f64,
}

/// Nodes of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeGroup {
    /// Name in the system's file.
    pub name: String,
    /// Nodes that it begins with.
    pub nodes: u32,
    /// Fewest nodes that the cluster autoscaler leaves.
    pub minimum: u32,
    /// Most nodes that it asks for.
    pub maximum: u32,
    /// Whether a cluster autoscaler changes their number.
    pub scaled: bool,
    /// Time from the order of a node until pods start on it.
    pub provision: Span,
    /// Whether only services that name it run on it (a taint that they tolerate).
    pub dedicated: bool,
    /// Virtual CPUs of a node.
    pub vcpus: f64,
    /// Processor and memory that a node offers to pods.
    pub allocatable: Requests,
    /// How many pods a node may have, those of `DaemonSet`s included.
    pub most_pods: u32,
    /// Requests of each `DaemonSet` on every node.
    pub daemons: Vec<Requests>,
    /// CPU credits of a burstable instance.
    pub credits: Option<CpuCredits>,
}

/// CPU credits of a burstable instance; a credit is one vCPU for a minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CpuCredits {
    /// Whether an instance goes on without credits and owes for it; else it falls to its baseline.
    pub unlimited: bool,
    /// Credits earned an hour.
    pub per_hour: f64,
    /// Most credits held.
    pub maximum: f64,
    /// Credits held at the beginning.
    pub initial: f64,
}

/// I/O credits of a volume; a credit is one operation at burst speed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IoBucket {
    /// Operations a second without credits.
    pub baseline: f64,
    /// Most credits held, and those it begins with.
    pub capacity: f64,
}

/// How pods of a service live, come and go.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lifecycle {
    /// Most pods that there may ever be at once; the pods it begins with where that is more.
    pub most: u32,
    /// Pods wanted from the beginning that fit on no node.
    pub pending: u32,
    /// Requests of a pod, sidecars included.
    pub requests: Requests,
    /// The only group of nodes on which its pods may run; any if none.
    pub group: Option<Id>,
    /// Whether the limit on its processor is a quota of each 100 ms, as the kernel has it; else a pod has
    /// a slower processor. The cores of its node use it up; where there are no nodes, as many as the limit,
    /// rounded up.
    pub quota: bool,
    /// Whether there is no limit: where pods share nodes, a pod may use what its node has free, by the
    /// weight of its request; elsewhere it has its `cores` for itself.
    pub unlimited: bool,
    /// Time from the start of a pod until it gets requests. What runs at the beginning is ready.
    pub ready_after: Span,
    /// How a new pod is slower than an old one.
    pub warm_up: Option<WarmUp>,
    /// Garbage collections.
    pub collection: Option<Collection>,
    /// How a pod ends.
    pub shutdown: Shutdown,
    /// How a new version replaces the old one.
    pub rollout: Rollout,
    /// The horizontal autoscaler.
    pub autoscaling: Option<Autoscaling>,
}

/// A horizontal autoscaler of pods, with the controller's defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autoscaling {
    /// Fewest pods, at least 1.
    pub minimum: u32,
    /// Most pods, at least the minimum.
    pub maximum: u32,
    /// CPU use aimed at, above zero \[% of what is requested\].
    pub cpu: Option<u32>,
    /// Memory use aimed at, above zero \[% of what is requested\].
    pub memory: Option<u32>,
    /// CPU that a pod requests, sidecars included \[millicores\].
    pub millicores: u64,
    /// Memory that a pod requests, sidecars included \[bytes\].
    pub memory_request: u64,
    /// Memory that a pod uses, whatever it does \[bytes\].
    pub memory_used: Option<u64>,
}

/// A virtual machine that has not compiled its hot code yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmUp {
    /// Times the processor time of a warm pod that a step takes when the pod gets ready; falls evenly to 1.
    pub factor: f64,
    /// How long that takes.
    pub lasts: Span,
    /// Processor time that the start itself takes, from the start of the pod on.
    pub start: Span,
}

/// Collections that stop the pod.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Collection {
    /// Processor time of requests and records between two collections: how fast they fill the young
    /// generation.
    pub every: Span,
    /// How long everything stands; the collector computes meanwhile.
    pub pause: Span,
}

/// How a pod ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shutdown {
    /// Time for which it goes on after it was taken out of the balancing (`preStop`).
    pub pre_stop: Span,
    /// Whether it then finishes its work; else what it works on fails.
    pub graceful: bool,
    /// Time after which it is killed, `pre_stop` included; none: never.
    pub grace: Option<Span>,
}

impl Default for Shutdown {
    fn default() -> Shutdown {
        Shutdown { pre_stop: Span::ZERO, graceful: true, grace: None }
    }
}

/// How a new version replaces the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollout {
    /// A few at a time (`Deployment`).
    Rolling {
        /// Pods beyond those wanted \[% of those wanted, rounded up\].
        surge: u32,
        /// Pods fewer than wanted \[% of those wanted, rounded down\].
        unavailable: u32,
    },
    /// All at once, beside the old ones (Argo Rollouts, `blueGreen`).
    BlueGreen {
        /// Time from the readiness of all until requests go to the new ones.
        promotion: Span,
        /// Time for which the old ones are kept after that.
        keep: Span,
    },
}

impl Default for Rollout {
    /// Of a Kubernetes `Deployment`: 25 % and 25 %.
    fn default() -> Rollout {
        Rollout::Rolling { surge: 25, unavailable: 25 }
    }
}

impl Rollout {
    /// Most pods beyond `wanted` while a version replaces another.
    pub fn surplus(self, wanted: u32) -> u32 {
        match self {
            Rollout::Rolling { surge, .. } => {
                let pods = (u64::from(wanted) * u64::from(surge)).div_ceil(100);
                u32::try_from(pods).unwrap_or(u32::MAX).max(1)
            }
            Rollout::BlueGreen { .. } => wanted,
        }
    }
}
