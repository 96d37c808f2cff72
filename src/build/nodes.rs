//! Node groups and horizontal pod autoscalers.

use crate::model::eks_allocatable;
use crate::model::spec::usual::{KARPENTER, MOST_PODS, PROVISION};
use crate::model::spec::{CpuCredits, NodeGroup, Requests};
use crate::units::Span;

/// Builder of a group of identical nodes; by default one node, with the allocatable resources of an
/// EKS node of its size.
#[derive(Clone, Debug)]
pub struct NodeGroupBuilder {
    /// Settings of the group, except its number of nodes and their allocatable resources.
    pub(super) group: NodeGroup,
    nodes: Option<u32>,
    scaled: Option<(u32, u32)>,
    pub(super) mebibytes: u64,
    pub(super) allocatable: Option<Requests>,
}

impl NodeGroupBuilder {
    /// Creates a group of nodes with a number of virtual CPUs and a memory size \[MiB\].
    ///
    /// ```
    /// use plimsoll::build::NodeGroupBuilder;
    /// use plimsoll::model::spec::Requests;
    ///
    /// let main = NodeGroupBuilder::new("main", 2, 8_192)
    ///     .nodes(3)
    ///     .daemons(Requests { millicores: 150, mebibytes: 256 })
    ///     .cluster_autoscaler(2, 10);
    /// ```
    pub fn new(name: impl Into<String>, vcpus: u32, mebibytes: u64) -> NodeGroupBuilder {
        let group = NodeGroup {
            name: name.into(),
            nodes: 1,
            minimum: 1,
            maximum: 1,
            scaled: false,
            provision: PROVISION,
            dedicated: false,
            vcpus: vcpus.into(),
            allocatable: Requests::default(),
            most_pods: MOST_PODS,
            daemons: Vec::new(),
            credits: None,
        };
        NodeGroupBuilder { group, nodes: None, scaled: None, mebibytes, allocatable: None }
    }

    /// Sets the initial number of nodes; by default the minimum of its autoscaler, or one without
    /// an autoscaler.
    #[must_use]
    pub fn nodes(mut self, count: u32) -> NodeGroupBuilder {
        self.nodes = Some(count);
        self
    }

    /// Enables the cluster autoscaler, between a minimum and a maximum number of nodes: it adds
    /// nodes for pending pods, each in 3 min, and removes those that are not needed.
    #[must_use]
    pub fn cluster_autoscaler(mut self, minimum: u32, maximum: u32) -> NodeGroupBuilder {
        self.scaled = Some((minimum, maximum));
        self
    }

    /// Enables Karpenter as the autoscaler, between a minimum and a maximum number of nodes: it
    /// adds nodes for pending pods, each in a minute, and removes those that are not needed.
    #[must_use]
    pub fn karpenter(self, minimum: u32, maximum: u32) -> NodeGroupBuilder {
        self.cluster_autoscaler(minimum, maximum).provision(KARPENTER)
    }

    /// Sets the time to provision a node, from its request until pods start on it. Call it after
    /// [`NodeGroupBuilder::karpenter`], which resets it.
    #[must_use]
    pub fn provision(mut self, time: Span) -> NodeGroupBuilder {
        self.group.provision = time;
        self
    }

    /// Reserves the group for services that name it with
    /// [`ServiceBuilder::node_group`](super::ServiceBuilder::node_group): a taint that only they
    /// tolerate.
    #[must_use]
    pub fn dedicated(mut self) -> NodeGroupBuilder {
        self.group.dedicated = true;
        self
    }

    /// Sets the total resource requests of the `DaemonSet`s on each node; they count as one pod.
    #[must_use]
    pub fn daemons(mut self, requests: Requests) -> NodeGroupBuilder {
        self.group.daemons =
            Some(requests).filter(|all| *all != Requests::default()).into_iter().collect();
        self
    }

    /// Sets the maximum number of pods of a node (`maxPods`), including those of `DaemonSet`s; 110
    /// by default.
    #[must_use]
    pub fn most_pods(mut self, pods: u32) -> NodeGroupBuilder {
        self.group.most_pods = pods;
        self
    }

    /// Sets the allocatable resources of a node; by default those of an EKS node of its size.
    #[must_use]
    pub fn allocatable(mut self, offered: Requests) -> NodeGroupBuilder {
        self.allocatable = Some(offered);
        self
    }

    /// Sets the CPU credits of a burstable instance. They have an effect only in the simulation of
    /// a day.
    #[must_use]
    pub fn credits(mut self, credits: CpuCredits) -> NodeGroupBuilder {
        self.group.credits = Some(credits);
        self
    }

    /// Returns the node group.
    pub(super) fn described(&self) -> NodeGroup {
        let first = self.scaled.map(|(minimum, _)| minimum);
        let nodes = self.nodes.or(first).unwrap_or(1);
        let (minimum, maximum) = self.scaled.unwrap_or((nodes, nodes));
        let usual =
            || eks_allocatable(self.group.vcpus as u32, self.mebibytes, self.group.most_pods);
        let allocatable = self.allocatable.unwrap_or_else(usual);
        let scaled = self.scaled.is_some();
        NodeGroup { nodes, minimum, maximum, scaled, allocatable, ..self.group.clone() }
    }
}

/// Builder of a horizontal pod autoscaler. At a steady load the service starts with the minimum
/// number of pods; they are scaled before the measurement begins, then kept constant. On a day the
/// autoscaler acts throughout.
#[derive(Clone, Copy, Debug)]
pub struct AutoscalerBuilder {
    pub(super) minimum: u32,
    pub(super) maximum: u32,
    pub(super) cpu: Option<u32>,
    /// Target utilisation \[%\], and memory usage of a pod \[MiB\].
    pub(super) memory: Option<(u32, u64)>,
}

impl AutoscalerBuilder {
    /// Creates an autoscaler between a minimum and a maximum number of pods (`minReplicas`,
    /// `maxReplicas`). It requires at least one metric.
    ///
    /// ```
    /// use plimsoll::build::{AutoscalerBuilder, ServiceBuilder};
    /// use plimsoll::model::spec::Requests;
    ///
    /// let shop = ServiceBuilder::new("shop")
    ///     .requests(Requests { millicores: 500, mebibytes: 1_024 })
    ///     .autoscaler(AutoscalerBuilder::new(2, 10).cpu(70));
    /// ```
    pub fn new(minimum: u32, maximum: u32) -> AutoscalerBuilder {
        AutoscalerBuilder { minimum, maximum, cpu: None, memory: None }
    }

    /// Sets the target CPU utilisation (`averageUtilization`) \[% of the CPU requests of pods\].
    #[must_use]
    pub fn cpu(mut self, percent: u32) -> AutoscalerBuilder {
        self.cpu = Some(percent);
        self
    }

    /// Sets the target memory utilisation \[% of the memory requests of pods\], and the memory
    /// usage of a pod, which is constant \[MiB\].
    #[must_use]
    pub fn memory(mut self, percent: u32, used_mebibytes: u64) -> AutoscalerBuilder {
        self.memory = Some((percent, used_mebibytes));
        self
    }
}
