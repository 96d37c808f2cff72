//! Nodes, the life cycle of pods, and the fidelity of their simulation.

use super::operations::ProbesDoc;
use crate::model::spec::limits::NODES;
use crate::scenario::decode::{Setting, document, words};
use crate::scenario::values::{Bytes, Cores, Count, Duration, Flag, Name, Number, Share, Text};

words! {
    /// Autoscaler of a node group.
    enum NodeScalerWord {
        /// None.
        "none" => None,
        /// The cluster autoscaler: adds nodes for pods that fit nowhere, and removes nodes that are
        /// not needed.
        "cluster-autoscaler" => ClusterAutoscaler,
        /// Karpenter, simulated as the cluster autoscaler with a shorter provisioning time.
        "karpenter" => Karpenter,
    }

    /// Behaviour of an instance that has used up its CPU credits.
    enum CreditWord {
        /// Runs on at full speed, at a surcharge.
        "unlimited" => Unlimited,
        /// Is throttled to its baseline.
        "standard" => Standard,
    }

    /// Rollout strategy.
    enum RolloutWord {
        /// A few pods at a time.
        "rolling" => Rolling,
        /// A complete second set of pods, then the switch.
        "blue-green" => BlueGreen,
        /// Old pods are stopped before new ones start.
        "recreate" => Recreate,
    }

    /// Simulation of nodes.
    enum NodesWord {
        /// Pods are placed on nodes and share their processors.
        "shared" => Shared,
        /// Pods are placed on nodes; each placed pod has a processor of its own.
        "placement" => Placement,
        /// Nodes are ignored: each pod has a machine of its own.
        "off" => Off,
    }
}

document! {
    /// A group of identical nodes.
    struct NodeGroupDoc {
        /// Instance type from the catalogue.
        instance: Setting<Name>,
        /// Smallest number of nodes.
        min: Option<Setting<Count<0, NODES>>>,
        /// Initial number of nodes; `min` by default, else 1.
        desired: Option<Setting<Count<0, NODES>>>,
        /// Largest number of nodes.
        max: Option<Setting<Count<0, NODES>>>,
        /// Autoscaler of the group; `none` by default.
        autoscaler: Option<Setting<NodeScalerWord>>,
        /// Time from ordering a node until pods start on it; 3 min by default, with Karpenter 1
        /// min.
        provision: Option<Setting<Duration>>,
        /// Requests of all `DaemonSet`s together, per node.
        daemons: Option<RequestsDoc>,
        /// Whether only services that name the group run on it; `false` by default.
        dedicated: Option<Flag>,
        /// Behaviour of an instance without CPU credits; `unlimited` by default, as on EC2.
        credits: Option<Setting<CreditWord>>,
        /// Initial CPU credits as a share of the largest balance; all by default.
        initial_credits: Option<Setting<Share>>,
    }

    /// Resource requests.
    struct RequestsDoc {
        /// CPU request.
        cpu: Option<Setting<Cores>>,
        /// Memory request.
        memory: Option<Setting<Bytes>>,
    }

    /// A horizontal pod autoscaler. It acts during a simulated day; a steady load is measured with
    /// the number of pods at which it settles.
    struct AutoscalingDoc {
        /// Autoscaler of the catalogue. Informative.
        kind: Option<Name>,
        /// Fewest pods.
        min: Setting<Count<1, 10_000>>,
        /// Most pods.
        max: Option<Setting<Count<1, 10_000>>>,
        /// Target CPU utilisation, relative to the request.
        cpu: Option<Setting<Share>>,
        /// Target memory utilisation, relative to the request; takes effect where `memory.used` is
        /// known.
        memory: Option<Setting<Share>>,
    }

    /// Resources of a pod.
    struct PodDoc {
        /// CPU.
        cpu: Option<PodCpuDoc>,
        /// Memory.
        memory: Option<PodMemoryDoc>,
        /// Resource requests of sidecars, on top; their consumption is not simulated.
        sidecar: Option<RequestsDoc>,
        /// Liveness probes, and the time that start-up takes.
        probes: Option<ProbesDoc>,
        /// Time from start to readiness; none by default.
        ready_after: Option<Setting<Duration>>,
        /// Slowness of a new pod (JIT compilation, class loading); not at all by default.
        warm_up: Option<WarmUpDoc>,
        /// Stop-the-world garbage collections; none by default.
        garbage: Option<GarbageDoc>,
    }

    /// CPU of a pod.
    struct PodCpuDoc {
        /// CPU request: CPU reserved, and the weight by which pods share an overcommitted node; by
        /// default the limit, else none, with the smallest weight.
        request: Option<Setting<Cores>>,
        /// CPU limit, enforced as a quota in each period of 100 ms. By default there is no limit: a
        /// pod uses what its node has free; without `node_groups`, as many whole cores as it
        /// requests, at least one.
        limit: Option<Setting<Cores>>,
    }

    /// Memory of a pod.
    struct PodMemoryDoc {
        /// Memory in use, independent of the load.
        used: Option<Setting<Bytes>>,
        /// Memory request: memory reserved.
        request: Option<Setting<Bytes>>,
        /// Memory limit.
        limit: Option<Setting<Bytes>>,
        /// Maximum heap size as a share of the limit; the JVM's own default is 25%.
        heap_share: Option<Setting<Share>>,
    }

    /// Warm-up of a JVM that compiles hot code while it works.
    struct WarmUpDoc {
        /// CPU time of a step at readiness relative to a warm pod, 1 to 100.
        factor: Setting<Number>,
        /// Time in which the factor falls linearly to 1.
        lasts: Setting<Duration>,
        /// CPU time of start-up; none by default.
        start: Option<Setting<Duration>>,
        /// Basis of the numbers.
        basis: Option<crate::study::basis::Basis>,
        /// Source of the numbers.
        source: Option<Text>,
    }

    /// Stop-the-world garbage collections.
    struct GarbageDoc {
        /// CPU time of requests and records between two collections.
        every: Setting<Duration>,
        /// Length of a pause.
        pause: Setting<Duration>,
        /// Basis of the numbers.
        basis: Option<crate::study::basis::Basis>,
        /// Source of the numbers.
        source: Option<Text>,
    }

    /// Shutdown of a pod.
    struct ShutdownDoc {
        /// `preStop` delay: time that the pod goes on working after its removal from load
        /// balancing; none by default.
        pre_stop: Option<Setting<Duration>>,
        /// Whether the pod then finishes its work (graceful shutdown) instead of failing it; `true`
        /// by default.
        graceful: Option<Setting<Flag>>,
        /// Termination grace period, `pre_stop` included; 30 s by default.
        grace: Option<Setting<Duration>>,
    }

    /// Rollout of a new version.
    struct RolloutDoc {
        /// Rollout strategy; `rolling` by default.
        strategy: Option<Setting<RolloutWord>>,
        /// Rolling (`maxSurge`): pods above the number wanted; 25 % by default.
        surge: Option<Setting<Share>>,
        /// Rolling (`maxUnavailable`): pods below the number wanted; 25 % by default.
        unavailable: Option<Setting<Share>>,
        /// Blue/green: time from the readiness of all new pods to the switch; none by default.
        promotion: Option<Setting<Duration>>,
        /// Blue/green: time that the old pods are kept after the switch; 30 s by default.
        keep: Option<Setting<Duration>>,
    }

    /// Level of detail at which machines are simulated. Each feature costs simulation time;
    /// `docs/performance.md` says how much.
    struct FidelityDoc {
        /// Simulation of nodes; `shared` by default.
        nodes: Option<NodesWord>,
        /// Whether a CPU limit is a quota in each 100 ms rather than a slower processor; `true` by
        /// default.
        quota: Option<Flag>,
        /// Whether storage and instances can exhaust their credits during a simulated day; `true`
        /// by default.
        credits: Option<Flag>,
        /// Whether new pods start cold; `true` by default.
        warm_up: Option<Flag>,
        /// Whether garbage collections stop pods; `true` by default.
        garbage: Option<Flag>,
    }
}
