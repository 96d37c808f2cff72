//! Where pods run, how each of them lives, and how faithfully that is simulated.

use super::operations::ProbesDoc;
use crate::model::spec::limits::NODES;
use crate::scenario::decode::{Setting, document, words};
use crate::scenario::values::{Bytes, Cores, Count, Duration, Flag, Name, Number, Share, Text};

words! {
    /// What changes the number of nodes of a group.
    enum NodeScalerWord {
        /// Nothing.
        "none" => None,
        /// The cluster autoscaler: nodes come for pods that fit nowhere, and go when they are not needed.
        "cluster-autoscaler" => ClusterAutoscaler,
        /// Karpenter, simulated as the cluster autoscaler with nodes that come sooner.
        "karpenter" => Karpenter,
    }

    /// What an instance does whose CPU credits are used up.
    enum CreditWord {
        /// Goes on, at a surcharge.
        "unlimited" => Unlimited,
        /// Falls to its baseline.
        "standard" => Standard,
    }

    /// How a new version replaces the old one.
    enum RolloutWord {
        /// A few pods at a time.
        "rolling" => Rolling,
        /// A full second set, then the switch.
        "blue-green" => BlueGreen,
        /// The old pods go first.
        "recreate" => Recreate,
    }

    /// What nodes do in a simulation.
    enum NodesWord {
        /// Pods fit on them or do not, and share their processors.
        "shared" => Shared,
        /// Pods fit on them or do not; each that does has a processor of its own.
        "placement" => Placement,
        /// Nothing: each pod has a machine of its own.
        "off" => Off,
    }
}

document! {
    /// A group of equal nodes.
    struct NodeGroupDoc {
        /// Instance type of the catalogue.
        instance: Setting<Name>,
        /// Fewest nodes.
        min: Option<Setting<Count<0, NODES>>>,
        /// Nodes that it begins with; `min` by default, else 1.
        desired: Option<Setting<Count<0, NODES>>>,
        /// Most nodes.
        max: Option<Setting<Count<0, NODES>>>,
        /// What changes the number of nodes; `none` by default.
        autoscaler: Option<Setting<NodeScalerWord>>,
        /// Time from the order of a node until pods start on it; 3 min by default, with Karpenter 1 min.
        provision: Option<Setting<Duration>>,
        /// What `DaemonSet`s request on each node, all together.
        daemons: Option<RequestsDoc>,
        /// Whether only services that name it run on it; `false` by default.
        dedicated: Option<Flag>,
        /// What an instance does without CPU credits; `unlimited` by default, as on EC2.
        credits: Option<Setting<CreditWord>>,
        /// Share of its most CPU credits that an instance begins with; all by default.
        initial_credits: Option<Setting<Share>>,
    }

    /// Processor and memory that are requested.
    struct RequestsDoc {
        /// CPU.
        cpu: Option<Setting<Cores>>,
        /// Memory.
        memory: Option<Setting<Bytes>>,
    }

    /// A horizontal pod autoscaler. It acts on a day; a steady load has the pods that it settles at.
    struct AutoscalingDoc {
        /// Autoscaler of the catalogue. Informative.
        kind: Option<Name>,
        /// Fewest pods.
        min: Setting<Count<1, 10_000>>,
        /// Most pods.
        max: Option<Setting<Count<1, 10_000>>>,
        /// CPU use aimed at, as a share of the request.
        cpu: Option<Setting<Share>>,
        /// Memory use aimed at, as a share of the request; counts where `memory.used` is known.
        memory: Option<Setting<Share>>,
    }

    /// Resources of a pod.
    struct PodDoc {
        /// CPU.
        cpu: Option<PodCpuDoc>,
        /// Memory.
        memory: Option<PodMemoryDoc>,
        /// What its sidecars request on top; what they use is not simulated.
        sidecar: Option<RequestsDoc>,
        /// When it is looked at.
        probes: Option<ProbesDoc>,
        /// Time from start to ready; none by default.
        ready_after: Option<Setting<Duration>>,
        /// How a new pod is slower than an old one; not at all by default.
        warm_up: Option<WarmUpDoc>,
        /// Garbage collections that stop the pod; none by default.
        garbage: Option<GarbageDoc>,
    }

    /// CPU of a pod.
    struct PodCpuDoc {
        /// CPU reserved, and the weight by which pods share a node that is short; by default the limit,
        /// else none, with the least weight.
        request: Option<Setting<Cores>>,
        /// CPU that the pod may use, a quota of each 100 ms. By default there is no limit: a pod uses what
        /// its node has free; without `node_groups`, as many whole cores as it requests, at least one.
        limit: Option<Setting<Cores>>,
    }

    /// Memory of a pod.
    struct PodMemoryDoc {
        /// Memory that it uses, whatever it does.
        used: Option<Setting<Bytes>>,
        /// Memory reserved.
        request: Option<Setting<Bytes>>,
        /// Memory that the pod may use.
        limit: Option<Setting<Bytes>>,
        /// Share of the limit that the heap may grow to; the JVM's own default is 25%.
        heap_share: Option<Setting<Share>>,
    }

    /// A virtual machine that compiles its hot code while it works.
    struct WarmUpDoc {
        /// Times the processor time of a warm pod that a step takes when the pod gets ready, 1 to 100.
        factor: Setting<Number>,
        /// Time in which that falls to 1, evenly.
        lasts: Setting<Duration>,
        /// Processor time that the start takes; none by default.
        start: Option<Setting<Duration>>,
        /// Where the numbers come from.
        basis: Option<crate::scenario::values::Basis>,
        /// The document behind them.
        source: Option<Text>,
    }

    /// Garbage collections.
    struct GarbageDoc {
        /// Processor time of requests and records between two of them.
        every: Setting<Duration>,
        /// How long everything stands.
        pause: Setting<Duration>,
        /// Where the numbers come from.
        basis: Option<crate::scenario::values::Basis>,
        /// The document behind them.
        source: Option<Text>,
    }

    /// How a pod ends.
    struct ShutdownDoc {
        /// Time for which it goes on after it was taken out of the balancing; none by default.
        pre_stop: Option<Setting<Duration>>,
        /// Whether it then finishes its work, else what it works on fails; `true` by default.
        graceful: Option<Setting<Flag>>,
        /// Time after which it is killed, `pre_stop` included; 30 s by default.
        grace: Option<Setting<Duration>>,
    }

    /// How a new version replaces the old one.
    struct RolloutDoc {
        /// `rolling` by default.
        strategy: Option<Setting<RolloutWord>>,
        /// Rolling: pods beyond those wanted; 25 % by default.
        surge: Option<Setting<Share>>,
        /// Rolling: pods fewer than wanted; 25 % by default.
        unavailable: Option<Setting<Share>>,
        /// Blue/green: time from the readiness of all new pods to the switch; none by default.
        promotion: Option<Setting<Duration>>,
        /// Blue/green: time for which the old pods are kept after it; 30 s by default.
        keep: Option<Setting<Duration>>,
    }

    /// What of the machines is simulated. Each of these costs time; what it costs stands in
    /// `docs/performance.md`.
    struct FidelityDoc {
        /// What nodes do; `shared` by default.
        nodes: Option<NodesWord>,
        /// Whether a limit on CPU is a quota of each 100 ms, else a slower processor; `true` by default.
        quota: Option<Flag>,
        /// Whether storage and instances run out of credits, on a day; `true` by default.
        credits: Option<Flag>,
        /// Whether new pods are cold; `true` by default.
        warm_up: Option<Flag>,
        /// Whether garbage is collected; `true` by default.
        garbage: Option<Flag>,
    }
}
