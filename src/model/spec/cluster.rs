//! Cluster: nodes, pod lifecycle and autoscaling.

use super::id::Id;
use crate::units::Span;

/// CPU and memory requested or offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// CPU \[millicores\].
    pub millicores: u64,
    /// Memory \[MiB\].
    pub mebibytes: u64,
}

/// Nodes that pods run on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cluster {
    /// Node groups; at least one.
    pub groups: Vec<NodeGroup>,
    /// Whether pods share the processors of their nodes; otherwise each has its own limit, and
    /// nodes only decide where pods fit.
    pub shared: bool,
    /// Initial nodes; see [`crate::model::settle`].
    pub first: Vec<FirstNode>,
    /// Nodes of the initial pods of each service, by index into `first`.
    pub places: Vec<Vec<u32>>,
}

/// A node that exists from the beginning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstNode {
    /// Index of its group.
    pub group: Id,
    /// vCPUs: those of its group, unless it is relieved.
    pub vcpus: f64,
}

/// A group of identical nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeGroup {
    /// Name in the system's file.
    pub name: String,
    /// Initial number of nodes.
    pub nodes: u32,
    /// Minimum size for the cluster autoscaler.
    pub minimum: u32,
    /// Maximum size for the cluster autoscaler.
    pub maximum: u32,
    /// Whether a cluster autoscaler controls its size.
    pub scaled: bool,
    /// Time from the request for a node until pods start on it.
    pub provision: Span,
    /// Whether it is tainted, so that only services that name it run on it.
    pub dedicated: bool,
    /// vCPUs of a node.
    pub vcpus: f64,
    /// Allocatable CPU and memory of a node.
    pub allocatable: Requests,
    /// Maximum number of pods of a node, including those of `DaemonSet`s.
    pub most_pods: u32,
    /// Requests of each `DaemonSet` on every node.
    pub daemons: Vec<Requests>,
    /// CPU credits of a burstable instance.
    pub credits: Option<CpuCredits>,
}

/// CPU credits of a burstable instance; one credit is one vCPU for one minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CpuCredits {
    /// Whether an instance without credits continues at full speed and is charged for it (unlimited
    /// mode); otherwise it falls to its baseline.
    pub unlimited: bool,
    /// Credits earned per hour.
    pub per_hour: f64,
    /// Maximum balance.
    pub maximum: f64,
    /// Initial balance.
    pub initial: f64,
}

/// I/O credits of a volume; one credit is one operation at burst speed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IoBucket {
    /// Baseline operations per second without credits.
    pub baseline: f64,
    /// Maximum balance, which is also the initial one.
    pub capacity: f64,
}

/// Lifecycle of the pods of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lifecycle {
    /// Maximum number of pods that may ever exist at once; the initial number where that is larger.
    pub most: u32,
    /// Initially desired pods that fit on no node.
    pub pending: u32,
    /// Resource requests of a pod, including sidecars.
    pub requests: Requests,
    /// The only node group on which its pods may run; `None` for any.
    pub group: Option<Id>,
    /// Whether the CPU limit is a CFS quota per 100 ms; otherwise a pod has a slower processor. The
    /// quota is consumed by all cores of its node; without nodes by as many as the limit, rounded
    /// up.
    pub quota: bool,
    /// Whether there is no CPU limit: where pods share nodes, a pod may use its node's idle
    /// capacity, weighted by its request; elsewhere it has its `cores` for itself.
    pub unlimited: bool,
    /// Time from the start of a pod until it is ready. Initial pods are ready.
    pub ready_after: Span,
    /// Slowdown of a new pod by cold code.
    pub warm_up: Option<WarmUp>,
    /// Garbage collections.
    pub collection: Option<Collection>,
    /// Termination of a pod.
    pub shutdown: Shutdown,
    /// Rollout strategy for a new version.
    pub rollout: Rollout,
    /// Horizontal pod autoscaler.
    pub autoscaling: Option<Autoscaling>,
}

/// Horizontal pod autoscaler, with the controller's defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autoscaling {
    /// Minimum number of pods, at least 1.
    pub minimum: u32,
    /// Maximum number of pods, at least the minimum.
    pub maximum: u32,
    /// Target CPU utilisation, above zero \[% of the request\].
    pub cpu: Option<u32>,
    /// Target memory utilisation, above zero \[% of the request\].
    pub memory: Option<u32>,
    /// CPU request of a pod, including sidecars \[millicores\].
    pub millicores: u64,
    /// Memory request of a pod, including sidecars \[bytes\].
    pub memory_request: u64,
    /// Memory usage of a pod, independent of load \[bytes\].
    pub memory_used: Option<u64>,
}

/// Cold code: a virtual machine that has not yet compiled its hot methods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmUp {
    /// Factor on the processor time of a step when the pod becomes ready; it falls linearly to 1.
    pub factor: f64,
    /// Time until the factor is 1.
    pub lasts: Span,
    /// Processor time of the start itself, from the start of the pod on.
    pub start: Span,
}

/// Stop-the-world garbage collections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Collection {
    /// Processor time of requests and records between two collections: how fast they fill the young
    /// generation.
    pub every: Span,
    /// Duration of a pause, during which the collector computes.
    pub pause: Span,
}

/// Termination of a pod.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shutdown {
    /// Time that it continues after its removal from load balancing (`preStop`).
    pub pre_stop: Span,
    /// Whether it then finishes its work; otherwise requests in work fail.
    pub graceful: bool,
    /// Grace period after which it is killed, including `pre_stop`; `None` for never.
    pub grace: Option<Span>,
}

impl Default for Shutdown {
    fn default() -> Shutdown {
        Shutdown { pre_stop: Span::ZERO, graceful: true, grace: None }
    }
}

/// Rollout strategy for a new version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollout {
    /// Rolling update (`Deployment`).
    Rolling {
        /// Maximum surge \[% of the desired pods, rounded up\].
        surge: u32,
        /// Maximum unavailability \[% of the desired pods, rounded down\].
        unavailable: u32,
    },
    /// Blue/green: all at once, beside the old ones (Argo Rollouts, `blueGreen`).
    BlueGreen {
        /// Time from the readiness of all new pods until requests go to them.
        promotion: Span,
        /// Time that the old pods are kept after that.
        keep: Span,
    },
}

impl Default for Rollout {
    /// Defaults of a Kubernetes `Deployment`: 25 % and 25 %.
    fn default() -> Rollout {
        Rollout::Rolling { surge: 25, unavailable: 25 }
    }
}

impl Rollout {
    /// Returns the maximum number of pods beyond `wanted` during a rollout.
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
