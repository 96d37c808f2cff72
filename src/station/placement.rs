//! On which node a pod runs.
//!
//! A node offers what its instance type has less what the system keeps; a pod takes up what it requests,
//! sidecars included, whatever it uses. The scheduler leaves out the nodes on which a pod does not fit and
//! takes the one with the best score among the others. A pod that fits nowhere waits until a node comes or
//! another pod goes; how nodes come and go by themselves is in [`scaler`].
//!
//! Rules and defaults are those of the Kubernetes scheduler (`pkg/scheduler/framework/plugins`) and of
//! Amazon EKS nodes (awslabs/amazon-eks-ami, `nodeadm/internal/kubelet/config.go`, `eni-max-pods.txt`).
//! Left out: zones, taints other than those that keep a group for its own pods, affinities, priorities
//! and preemption, images already on a node, volumes, and the seconds for which the scheduler sets
//! aside a pod that it could not place.

use std::collections::BTreeMap;

use libm::log;

use crate::units::Time;

pub mod scaler;
#[cfg(test)]
mod tests;

/// Memory at which the kubelet begins to evict pods, which it therefore does not offer \[MiB\]
/// (`evictionHard`).
const EVICTION: u64 = 100;
/// Processor that a pod without a request counts with when nodes are scored \[millicores\]
/// (`DefaultMilliCPURequest`).
const UNREQUESTED_MILLICORES: u64 = 100;
/// Memory that a pod without a request counts with when nodes are scored \[MiB\] (`DefaultMemoryRequest`).
const UNREQUESTED_MEBIBYTES: u64 = 200;

/// Best score of one rule (`MaxNodeScore`).
const BEST: u64 = 100;
/// How uneven pods of one owner may lie over nodes before it weighs fully (`systemDefaultConstraints`).
const MAX_SKEW: u64 = 3;
/// Weight of the even spread against each of the other two rules (`getDefaultPlugins`).
const SPREAD_WEIGHT: u64 = 2;

/// Processor and memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Processor \[millicores\].
    pub millicores: u64,
    /// Memory \[MiB\].
    pub mebibytes: u64,
}

impl Requests {
    fn plus(self, other: Requests) -> Requests {
        Requests {
            millicores: self.millicores + other.millicores,
            mebibytes: self.mebibytes + other.mebibytes,
        }
    }

    fn minus(self, other: Requests) -> Requests {
        debug_assert!(other.millicores <= self.millicores && other.mebibytes <= self.mebibytes);
        Requests {
            millicores: self.millicores - other.millicores,
            mebibytes: self.mebibytes - other.mebibytes,
        }
    }

    /// As the scheduler scores a pod, so that pods without requests do not all go to one node.
    fn scored(self) -> Requests {
        let or = |value, otherwise| if value == 0 { otherwise } else { value };
        Requests {
            millicores: or(self.millicores, UNREQUESTED_MILLICORES),
            mebibytes: or(self.mebibytes, UNREQUESTED_MEBIBYTES),
        }
    }
}

/// Resources that a node offers to pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocatable {
    /// Processor and memory.
    pub size: Requests,
    /// How many pods, those of `DaemonSet`s included.
    pub pods: u32,
}

impl Allocatable {
    /// Resources that an EKS node leaves to at most `pods` pods, of `vcpus` and of the memory that its
    /// kernel sees, which is less than its type is sold with.
    pub fn eks(vcpus: u32, mebibytes: u64, pods: u32) -> Allocatable {
        let millicores = u64::from(vcpus) * 1_000;
        let kept = cpu_reserve(vcpus);
        let size = Requests {
            millicores: millicores.saturating_sub(kept),
            mebibytes: mebibytes.saturating_sub(memory_reserve(pods) + EVICTION),
        };
        Allocatable { size, pods }
    }
}

/// Processor that an EKS node keeps for its system \[millicores\]: 6 % of the first core, 1 % of the
/// second, 0.5 % of the next two and 0.25 % of all further ones.
pub fn cpu_reserve(vcpus: u32) -> u64 {
    let total = u64::from(vcpus) * 1_000;
    let ranges = [(0, 1_000, 600), (1_000, 2_000, 100), (2_000, 4_000, 50), (4_000, u64::MAX, 25)];
    let of_range = |(from, to, per_10_000): (u64, u64, u64)| {
        total.min(to).saturating_sub(from) * per_10_000 / 10_000
    };
    ranges.map(of_range).iter().sum()
}

/// Memory that an EKS node keeps for its system \[MiB\]: 11 MiB for each pod that it may have and 255 MiB.
pub fn memory_reserve(pods: u32) -> u64 {
    11 * u64::from(pods) + 255
}

/// Nodes of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalableGroup {
    /// Resources that each node offers.
    pub allocatable: Allocatable,
    /// Requests of each `DaemonSet` on every node; one pod each, and all of them fit.
    pub daemons: Vec<Requests>,
    /// Whether only pods that name the group run on it: it has a taint that they tolerate.
    pub dedicated: bool,
    /// Fewest nodes that the cluster autoscaler leaves.
    pub minimum: u32,
    /// Most nodes that it asks for.
    pub maximum: u32,
}

/// A pod to be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pod {
    /// The caller's number for it.
    pub who: u32,
    /// Controller of the pod: replicas of one owner are spread over nodes.
    pub owner: u32,
    /// The only group of nodes on which it may run, by index; any if none.
    pub group: Option<u32>,
    /// Requests of all its containers, sidecars included.
    pub requests: Requests,
}

/// Why a pod waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// Not enough processor is left.
    Cpu,
    /// Not enough memory is left.
    Memory,
    /// The nodes have as many pods as they may have.
    Pods,
    /// No node of its group is ready.
    Node,
}

/// Resources left on a node.
#[derive(Clone, Copy, Debug)]
struct Room {
    free: Requests,
    pods: u32,
}

impl Room {
    /// Resources of which too little is left for a pod (`noderesources/fit.go`).
    fn lacks(&self, wanted: Requests) -> [Option<Lack>; 3] {
        [
            (wanted.millicores > self.free.millicores).then_some(Lack::Cpu),
            (wanted.mebibytes > self.free.mebibytes).then_some(Lack::Memory),
            (self.pods == 0).then_some(Lack::Pods),
        ]
    }

    fn fits(&self, wanted: Requests) -> bool {
        self.lacks(wanted) == [None; 3]
    }

    fn take(&mut self, wanted: Requests) {
        debug_assert!(self.fits(wanted), "a pod on a node that is full");
        self.free = self.free.minus(wanted);
        self.pods -= 1;
    }
}

/// A node, ready or ordered.
#[derive(Clone, Debug)]
struct Node {
    group: u32,
    /// When it takes pods; past for one that is ready.
    ready_at: Time,
    is_ready: bool,
    pods: Vec<Pod>,
}

/// Nodes and the pods on them.
#[derive(Clone, Debug)]
pub struct Cluster {
    groups: Vec<ScalableGroup>,
    /// By number; a number is never used again.
    nodes: BTreeMap<u32, Node>,
    numbered: u32,
    /// In the order in which they came.
    pending: Vec<Pod>,
}

impl Cluster {
    /// A cluster without nodes.
    pub fn new(groups: Vec<ScalableGroup>) -> Cluster {
        debug_assert!(groups.iter().all(|group| {
            let room = empty_room(group);
            group.minimum <= group.maximum && room.pods > 0
        }));
        Cluster { groups, nodes: BTreeMap::new(), numbered: 0, pending: Vec::new() }
    }

    /// A node of a group joins, ready at once; its number.
    pub fn add(&mut self, group: u32) -> u32 {
        let number = self.order(group, Time::ZERO);
        if let Some(node) = self.nodes.get_mut(&number) {
            node.is_ready = true;
        }
        number
    }

    /// A node of a group is ordered that will be ready at `ready_at`; its number.
    pub fn order(&mut self, group: u32, ready_at: Time) -> u32 {
        debug_assert!((group as usize) < self.groups.len(), "a node of no group");
        let number = self.numbered;
        self.numbered += 1;
        self.nodes.insert(number, Node { group, ready_at, is_ready: false, pods: Vec::new() });
        number
    }

    /// When the next node that was ordered is ready.
    pub fn next_ready(&self) -> Time {
        let coming = self.nodes.values().filter(|node| !node.is_ready);
        coming.map(|node| node.ready_at).min().unwrap_or(Time::NEVER)
    }

    /// Nodes that were ordered for now or earlier are ready: which. The caller then asks
    /// [`Cluster::retry`] who runs on them.
    pub fn arrive(&mut self, now: Time) -> Vec<u32> {
        let mut arrived = Vec::new();
        for (number, node) in &mut self.nodes {
            if !node.is_ready && node.ready_at <= now {
                node.is_ready = true;
                arrived.push(*number);
            }
        }
        arrived
    }

    /// Place a pod: the number of its node.
    ///
    /// # Errors
    ///
    /// With nowhere to go it waits, and why is returned.
    pub fn place(&mut self, pod: Pod) -> Result<u32, Lack> {
        let placed = self.try_place(pod);
        if placed.is_err() {
            self.pending.push(pod);
        }
        placed
    }

    /// Try again to place those who wait, in the order in which they came: who now runs where. Of use
    /// after a node was added or a pod removed.
    pub fn retry(&mut self) -> Vec<(u32, u32)> {
        let mut placed = Vec::new();
        for pod in std::mem::take(&mut self.pending) {
            match self.try_place(pod) {
                Ok(node) => placed.push((pod.who, node)),
                Err(_) => self.pending.push(pod),
            }
        }
        placed
    }

    /// Those who wait and why, in the order in which they came.
    pub fn pending(&self) -> impl Iterator<Item = (Pod, Lack)> {
        self.pending.iter().map(|pod| (*pod, self.lack(pod)))
    }

    /// A pod ends, or no longer waits: the node that it was on.
    pub fn remove(&mut self, who: u32) -> Option<u32> {
        if let Some(at) = self.pending.iter().position(|pod| pod.who == who) {
            self.pending.remove(at);
            return None;
        }
        self.nodes.iter_mut().find_map(|(number, node)| {
            let at = node.pods.iter().position(|pod| pod.who == who)?;
            node.pods.remove(at);
            Some(*number)
        })
    }

    /// A node is gone, with all on it, who are returned in the order in which they were placed. When that
    /// is noticed and who replaces them is the caller's affair.
    pub fn fail(&mut self, number: u32) -> Vec<Pod> {
        self.nodes.remove(&number).map_or_else(Vec::new, |node| node.pods)
    }

    /// The group of a node, by index; 0 for one that is gone.
    pub fn group_of(&self, number: u32) -> u32 {
        self.nodes.get(&number).map_or(0, |node| node.group)
    }

    /// Nodes of a group, those that are ordered included.
    pub fn size(&self, group: u32) -> u32 {
        self.nodes.values().filter(|node| node.group == group).count() as u32
    }

    /// A group may have so many nodes from now on.
    pub fn set_bounds(&mut self, group: u32, bounds: &std::ops::RangeInclusive<u32>) {
        let group = &mut self.groups[group as usize];
        (group.minimum, group.maximum) = (*bounds.start(), *bounds.end());
    }

    /// The last nodes of a group, so many, those that are not ready yet first.
    pub fn last(&self, group: u32, count: u32) -> Vec<u32> {
        let own = self.nodes.iter().filter(|(_, node)| node.group == group);
        let mut all: Vec<(bool, u32)> =
            own.map(|(number, node)| (!node.is_ready, *number)).collect();
        all.sort_unstable();
        all.into_iter().rev().take(count as usize).map(|(_, number)| number).collect()
    }

    /// Nodes that are ready.
    pub fn ready(&self) -> impl Iterator<Item = u32> {
        self.nodes.iter().filter(|(_, node)| node.is_ready).map(|(number, _)| *number)
    }

    /// Pods on a node, those of `DaemonSet`s not counted.
    pub fn pods_on(&self, number: u32) -> usize {
        self.nodes.get(&number).map_or(0, |node| node.pods.len())
    }

    /// Requests of the pods on a node, `DaemonSet`s included, over its resources: the larger of processor
    /// and memory (cluster-autoscaler, `simulator/utilization/info.go`).
    pub fn utilisation(&self, number: u32) -> f64 {
        let Some(node) = self.nodes.get(&number) else { return 0.0 };
        let group = &self.groups[node.group as usize];
        let free = room_of(group, node).free;
        let of =
            |free: u64, size: u64| if size == 0 { 1.0 } else { 1.0 - free as f64 / size as f64 };
        let size = group.allocatable.size;
        of(free.millicores, size.millicores).max(of(free.mebibytes, size.mebibytes))
    }

    fn may_run(pod: &Pod, group: u32, dedicated: bool) -> bool {
        pod.group.map_or(!dedicated, |wanted| wanted == group)
    }

    /// The best node on which a pod fits, put there.
    fn try_place(&mut self, pod: Pod) -> Result<u32, Lack> {
        let fitting: Vec<(u32, &Node, &ScalableGroup)> = self
            .nodes
            .iter()
            .filter(|(_, node)| node.is_ready)
            .map(|(number, node)| (*number, node, &self.groups[node.group as usize]))
            .filter(|(_, node, group)| Cluster::may_run(&pod, node.group, group.dedicated))
            .filter(|(_, node, group)| room_of(group, node).fits(pod.requests))
            .collect();
        let spread = |node: &Node| unevenness(node, &pod, fitting.len());
        let most = fitting.iter().map(|(_, node, _)| spread(node)).max().unwrap_or_default();
        let least = fitting.iter().map(|(_, node, _)| spread(node)).min().unwrap_or_default();
        let score = |node: &Node, group: &ScalableGroup| {
            let even = BEST * (most + least - spread(node)) / most;
            least_allocated(node, group, &pod) + balanced(node, group, &pod) + SPREAD_WEIGHT * even
        };
        // Among equals Kubernetes draws lots; here the lowest number wins.
        let best = fitting
            .iter()
            .map(|(number, node, group)| (score(node, group), *number))
            .min_by_key(|(score, number)| (std::cmp::Reverse(*score), *number));
        let Some((_, number)) = best else { return Err(self.lack(&pod)) };
        if let Some(node) = self.nodes.get_mut(&number) {
            node.pods.push(pod);
        }
        Ok(number)
    }

    /// The resource that most of the nodes lack on which a pod might run; of equals the first in the order
    /// of [`Lack`].
    fn lack(&self, pod: &Pod) -> Lack {
        let mut lacking = [Lack::Cpu, Lack::Memory, Lack::Pods].map(|lack| (lack, 0_u32));
        for node in self.nodes.values() {
            let group = &self.groups[node.group as usize];
            if node.is_ready && Cluster::may_run(pod, node.group, group.dedicated) {
                let room = room_of(group, node);
                for lack in room.lacks(pod.requests).into_iter().flatten() {
                    lacking.iter_mut().filter(|(kind, _)| *kind == lack).for_each(|(_, n)| *n += 1);
                }
            }
        }
        let most = lacking.iter().map(|(_, nodes)| *nodes).max().unwrap_or_default();
        let first = lacking.iter().find(|(_, nodes)| *nodes == most && most > 0);
        first.map_or(Lack::Node, |(lack, _)| *lack)
    }
}

/// A new node of a group, with its `DaemonSet`s on it.
fn empty_room(group: &ScalableGroup) -> Room {
    let mut room = Room { free: group.allocatable.size, pods: group.allocatable.pods };
    group.daemons.iter().for_each(|daemon| room.take(*daemon));
    room
}

fn room_of(group: &ScalableGroup, node: &Node) -> Room {
    let mut room = empty_room(group);
    node.pods.iter().for_each(|pod| room.take(pod.requests));
    room
}

/// Sum of requests on a node with one more pod, by some measure of a request.
fn requested(
    node: &Node,
    group: &ScalableGroup,
    pod: &Pod,
    measure: impl Fn(Requests) -> Requests,
) -> Requests {
    let there = node.pods.iter().map(|pod| pod.requests);
    let all = group.daemons.iter().copied().chain(there).chain([pod.requests]);
    all.map(measure).fold(Requests::default(), Requests::plus)
}

/// The share of a node that stays free, mean of processor and memory (`least_allocated.go`).
fn least_allocated(node: &Node, group: &ScalableGroup, pod: &Pod) -> u64 {
    let Requests { millicores, mebibytes } = requested(node, group, pod, Requests::scored);
    let size = group.allocatable.size;
    let free = |used: u64, size: u64| {
        (size.saturating_sub(used) * BEST).checked_div(size).unwrap_or_default()
    };
    u64::midpoint(free(millicores, size.millicores), free(mebibytes, size.mebibytes))
}

/// How close the used shares of processor and memory are (`balanced_allocation.go`). Who requests
/// nothing is not asked.
fn balanced(node: &Node, group: &ScalableGroup, pod: &Pod) -> u64 {
    if pod.requests == Requests::default() {
        return 0;
    }
    let Requests { millicores, mebibytes } = requested(node, group, pod, |requests| requests);
    let share = |used: u64, size: u64| (used as f64 / size as f64).min(1.0);
    let size = group.allocatable.size;
    let (cpu, memory) = (share(millicores, size.millicores), share(mebibytes, size.mebibytes));
    ((1.0 - (cpu - memory).abs() / 2.0) * BEST as f64) as u64
}

/// How many pods of the same owner are on a node, weighted by the number of nodes in question, at least
/// 2 (`podtopologyspread/scoring.go`, hostname).
fn unevenness(node: &Node, pod: &Pod, nodes: usize) -> u64 {
    let there = node.pods.iter().filter(|other| other.owner == pod.owner).count();
    (there as f64 * log((nodes + 2) as f64) + (MAX_SKEW - 1) as f64).round() as u64
}
