//! Nodes, and what changes the number of pods.

use crate::model::eks_allocatable;
use crate::model::spec::usual::{KARPENTER, MOST_PODS, PROVISION};
use crate::model::spec::{CpuCredits, NodeGroup, Requests};
use crate::units::Span;

/// A group of equal nodes, under construction: one node, which offers what an EKS node of its size does.
#[derive(Clone, Debug)]
pub struct NodeGroupBuilder {
    /// All but how many nodes there are, and what one offers.
    pub(super) group: NodeGroup,
    nodes: Option<u32>,
    scaled: Option<(u32, u32)>,
    pub(super) mebibytes: u64,
    pub(super) allocatable: Option<Requests>,
}

impl NodeGroupBuilder {
    /// Nodes of so many virtual CPUs and so much memory \[MiB\].
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

    /// Sets the nodes that it begins with; the fewest of its autoscaler unless set, or one.
    #[must_use]
    pub fn nodes(mut self, count: u32) -> NodeGroupBuilder {
        self.nodes = Some(count);
        self
    }

    /// Lets the cluster autoscaler keep between so many nodes: they come for pods that fit nowhere, in 3
    /// min each, and go when they are not needed.
    #[must_use]
    pub fn cluster_autoscaler(mut self, minimum: u32, maximum: u32) -> NodeGroupBuilder {
        self.scaled = Some((minimum, maximum));
        self
    }

    /// As [`NodeGroupBuilder::cluster_autoscaler`], with nodes that come in a minute.
    #[must_use]
    pub fn karpenter(self, minimum: u32, maximum: u32) -> NodeGroupBuilder {
        self.cluster_autoscaler(minimum, maximum).provision(KARPENTER)
    }

    /// Sets the time from the order of a node until pods start on it. To be called after
    /// [`NodeGroupBuilder::karpenter`].
    #[must_use]
    pub fn provision(mut self, time: Span) -> NodeGroupBuilder {
        self.group.provision = time;
        self
    }

    /// Keeps it to services that name it with
    /// [`ServiceBuilder::node_group`](super::ServiceBuilder::node_group): a taint that only they tolerate.
    #[must_use]
    pub fn dedicated(mut self) -> NodeGroupBuilder {
        self.group.dedicated = true;
        self
    }

    /// Sets what `DaemonSet`s request on each node, all together: one pod.
    #[must_use]
    pub fn daemons(mut self, requests: Requests) -> NodeGroupBuilder {
        self.group.daemons =
            Some(requests).filter(|all| *all != Requests::default()).into_iter().collect();
        self
    }

    /// Sets how many pods a node may have, those of `DaemonSet`s included; 110 unless set.
    #[must_use]
    pub fn most_pods(mut self, pods: u32) -> NodeGroupBuilder {
        self.group.most_pods = pods;
        self
    }

    /// Sets what a node offers to pods; what EKS leaves of its size unless set.
    #[must_use]
    pub fn allocatable(mut self, offered: Requests) -> NodeGroupBuilder {
        self.allocatable = Some(offered);
        self
    }

    /// Sets the CPU credits of a burstable instance. They count on a day.
    #[must_use]
    pub fn credits(mut self, credits: CpuCredits) -> NodeGroupBuilder {
        self.group.credits = Some(credits);
        self
    }

    /// The group.
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

/// A horizontal pod autoscaler, under construction. It acts on a day; a steady load has the fewest pods.
#[derive(Clone, Copy, Debug)]
pub struct AutoscalerBuilder {
    pub(super) minimum: u32,
    pub(super) maximum: u32,
    pub(super) cpu: Option<u32>,
    /// Target \[%\], and what a pod uses \[MiB\].
    pub(super) memory: Option<(u32, u64)>,
}

impl AutoscalerBuilder {
    /// Between so many pods (`minReplicas`, `maxReplicas`); it needs a metric.
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

    /// Sets the processor time aimed at (`averageUtilization`) \[% of what pods request\].
    #[must_use]
    pub fn cpu(mut self, percent: u32) -> AutoscalerBuilder {
        self.cpu = Some(percent);
        self
    }

    /// Sets the memory aimed at \[% of what pods request\], and what a pod uses, whatever it does \[MiB\].
    #[must_use]
    pub fn memory(mut self, percent: u32, used_mebibytes: u64) -> AutoscalerBuilder {
        self.memory = Some((percent, used_mebibytes));
        self
    }
}
