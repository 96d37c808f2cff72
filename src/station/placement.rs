//! Scheduling of pods onto nodes.
//!
//! A node offers the capacity of its instance type minus the system's reservation; a pod occupies
//! its requests, sidecars included, whatever it uses. The scheduler filters out the nodes on which
//! a pod does not fit and takes the one with the best score among the others. A pod that fits
//! nowhere is pending until a node arrives or another pod goes; node autoscaling is in [`scaler`].
//!
//! Rules and defaults are those of the Kubernetes scheduler (`pkg/scheduler/framework/plugins`) and
//! of Amazon EKS nodes (awslabs/amazon-eks-ami, `nodeadm/internal/kubelet/config.go`,
//! `eni-max-pods.txt`). Not modelled: zones, taints other than those that dedicate a group to its
//! own pods, affinities, priorities and preemption, images already on a node, volumes, and the
//! scheduler's back-off for unschedulable pods.

use std::collections::BTreeMap;

use libm::log;

use crate::units::Time;

pub mod scaler;
#[cfg(test)]
mod tests;

/// Memory threshold at which the kubelet evicts pods, which it therefore does not offer \[MiB\]
/// (`evictionHard`).
const EVICTION: u64 = 100;
/// CPU assumed for a pod without a request when nodes are scored \[millicores\]
/// (`DefaultMilliCPURequest`).
const UNREQUESTED_MILLICORES: u64 = 100;
/// Memory assumed for a pod without a request when nodes are scored \[MiB\]
/// (`DefaultMemoryRequest`).
const UNREQUESTED_MEBIBYTES: u64 = 200;

/// Maximum score of one rule (`MaxNodeScore`).
const BEST: u64 = 100;
/// Skew of an owner's pods over nodes beyond which spreading has full weight
/// (`systemDefaultConstraints`).
const MAX_SKEW: u64 = 3;
/// Weight of topology spreading relative to each of the other two rules (`getDefaultPlugins`).
const SPREAD_WEIGHT: u64 = 2;

/// CPU and memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// CPU \[millicores\].
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

    /// Returns the requests used for scoring, so that pods without requests do not all go to one
    /// node.
    fn scored(self) -> Requests {
        let or = |value, otherwise| if value == 0 { otherwise } else { value };
        Requests {
            millicores: or(self.millicores, UNREQUESTED_MILLICORES),
            mebibytes: or(self.mebibytes, UNREQUESTED_MEBIBYTES),
        }
    }
}

/// Allocatable resources of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocatable {
    /// CPU and memory.
    pub size: Requests,
    /// Maximum number of pods, including those of `DaemonSet`s.
    pub pods: u32,
}

impl Allocatable {
    /// Returns the allocatable resources of an EKS node for at most `pods` pods, given its `vcpus`
    /// and the memory visible to its kernel, which is less than the nominal one.
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

/// CPU reserved by the system on an EKS node \[millicores\]: 6 % of the first core, 1 % of the
/// second, 0.5 % of the next two and 0.25 % of all further ones.
pub fn cpu_reserve(vcpus: u32) -> u64 {
    let total = u64::from(vcpus) * 1_000;
    let ranges = [(0, 1_000, 600), (1_000, 2_000, 100), (2_000, 4_000, 50), (4_000, u64::MAX, 25)];
    let of_range = |(from, to, per_10_000): (u64, u64, u64)| {
        total.min(to).saturating_sub(from) * per_10_000 / 10_000
    };
    ranges.map(of_range).iter().sum()
}

/// Memory reserved by the system on an EKS node \[MiB\]: 11 MiB for each possible pod and 255 MiB.
pub fn memory_reserve(pods: u32) -> u64 {
    11 * u64::from(pods) + 255
}

/// A group of identical nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalableGroup {
    /// Allocatable resources of each node.
    pub allocatable: Allocatable,
    /// Requests of each `DaemonSet` on every node; one pod each, and all of them fit.
    pub daemons: Vec<Requests>,
    /// Whether it is tainted, so that only pods that name the group run on it.
    pub dedicated: bool,
    /// Minimum size for the cluster autoscaler.
    pub minimum: u32,
    /// Maximum size for the cluster autoscaler.
    pub maximum: u32,
}

/// A pod to be scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pod {
    /// The caller's number for it.
    pub who: u32,
    /// Controller of the pod: replicas of one owner are spread over nodes.
    pub owner: u32,
    /// Index of the only node group on which it may run; `None` for any.
    pub group: Option<u32>,
    /// Requests of all its containers, sidecars included.
    pub requests: Requests,
}

/// Reason why a pod is pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// Insufficient CPU.
    Cpu,
    /// Insufficient memory.
    Memory,
    /// Maximum number of pods per node reached.
    Pods,
    /// No node of its group is ready.
    Node,
}

/// Remaining resources of a node.
#[derive(Clone, Copy, Debug)]
struct Room {
    free: Requests,
    pods: u32,
}

impl Room {
    /// Returns the resources that are insufficient for a pod (`noderesources/fit.go`).
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
    /// Time from which it takes pods; in the past for a ready one.
    ready_at: Time,
    is_ready: bool,
    pods: Vec<Pod>,
}

/// Nodes and their pods.
#[derive(Clone, Debug)]
pub struct Cluster {
    groups: Vec<ScalableGroup>,
    /// Nodes by number; numbers are never reused.
    nodes: BTreeMap<u32, Node>,
    numbered: u32,
    /// Pending pods in order of arrival.
    pending: Vec<Pod>,
}

impl Cluster {
    /// Creates a cluster without nodes.
    pub fn new(groups: Vec<ScalableGroup>) -> Cluster {
        debug_assert!(groups.iter().all(|group| {
            let room = empty_room(group);
            group.minimum <= group.maximum && room.pods > 0
        }));
        Cluster { groups, nodes: BTreeMap::new(), numbered: 0, pending: Vec::new() }
    }

    /// Adds a ready node to a group; returns its number.
    pub fn add(&mut self, group: u32) -> u32 {
        let number = self.order(group, Time::ZERO);
        if let Some(node) = self.nodes.get_mut(&number) {
            node.is_ready = true;
        }
        number
    }

    /// Orders a node of a group, which will be ready at `ready_at`; returns its number.
    pub fn order(&mut self, group: u32, ready_at: Time) -> u32 {
        debug_assert!((group as usize) < self.groups.len(), "a node of no group");
        let number = self.numbered;
        self.numbered += 1;
        self.nodes.insert(number, Node { group, ready_at, is_ready: false, pods: Vec::new() });
        number
    }

    /// Returns when the next ordered node is ready.
    pub fn next_ready(&self) -> Time {
        let coming = self.nodes.values().filter(|node| !node.is_ready);
        coming.map(|node| node.ready_at).min().unwrap_or(Time::NEVER)
    }

    /// Makes the nodes ordered for now or earlier ready, and returns them. The caller then asks
    /// [`Cluster::retry`] for the pods placed on them.
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

    /// Places a pod; returns the number of its node.
    ///
    /// # Errors
    ///
    /// Returns the reason when the pod fits nowhere and becomes pending.
    pub fn place(&mut self, pod: Pod) -> Result<u32, Lack> {
        let placed = self.try_place(pod);
        if placed.is_err() {
            self.pending.push(pod);
        }
        placed
    }

    /// Tries again to place the pending pods, in order of arrival; returns those placed, with their
    /// nodes. Useful after a node was added or a pod removed.
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

    /// Returns the pending pods with the reasons, in order of arrival.
    pub fn pending(&self) -> impl Iterator<Item = (Pod, Lack)> {
        self.pending.iter().map(|pod| (*pod, self.lack(pod)))
    }

    /// Removes a pod, running or pending; returns its node.
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

    /// Removes a failed node; returns its pods in the order in which they were placed. Detection
    /// and replacement are up to the caller.
    pub fn fail(&mut self, number: u32) -> Vec<Pod> {
        self.nodes.remove(&number).map_or_else(Vec::new, |node| node.pods)
    }

    /// Returns the index of a node's group; 0 for a removed node.
    pub fn group_of(&self, number: u32) -> u32 {
        self.nodes.get(&number).map_or(0, |node| node.group)
    }

    /// Returns the number of nodes of a group, including ordered ones.
    pub fn size(&self, group: u32) -> u32 {
        self.nodes.values().filter(|node| node.group == group).count() as u32
    }

    /// Sets the bounds of a group's size.
    pub fn set_bounds(&mut self, group: u32, bounds: &std::ops::RangeInclusive<u32>) {
        let group = &mut self.groups[group as usize];
        (group.minimum, group.maximum) = (*bounds.start(), *bounds.end());
    }

    /// Returns the last `count` nodes of a group, unready ones first.
    pub fn last(&self, group: u32, count: u32) -> Vec<u32> {
        let own = self.nodes.iter().filter(|(_, node)| node.group == group);
        let mut all: Vec<(bool, u32)> =
            own.map(|(number, node)| (!node.is_ready, *number)).collect();
        all.sort_unstable();
        all.into_iter().rev().take(count as usize).map(|(_, number)| number).collect()
    }

    /// Returns the ready nodes.
    pub fn ready(&self) -> impl Iterator<Item = u32> {
        self.nodes.iter().filter(|(_, node)| node.is_ready).map(|(number, _)| *number)
    }

    /// Returns the number of pods on a node, without those of `DaemonSet`s.
    pub fn pods_on(&self, number: u32) -> usize {
        self.nodes.get(&number).map_or(0, |node| node.pods.len())
    }

    /// Returns the requests of the pods on a node, `DaemonSet`s included, relative to its
    /// resources: the larger of CPU and memory (cluster-autoscaler,
    /// `simulator/utilization/info.go`).
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

    /// Places a pod on the best node on which it fits.
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
        // Kubernetes breaks ties at random; here the lowest number wins.
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

    /// Returns the resource that most of the eligible nodes lack; of equals the first in the order
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

/// Sum of a measure of the requests on a node with one more pod.
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

/// Score for the free share of a node, averaged over CPU and memory (`least_allocated.go`).
fn least_allocated(node: &Node, group: &ScalableGroup, pod: &Pod) -> u64 {
    let Requests { millicores, mebibytes } = requested(node, group, pod, Requests::scored);
    let size = group.allocatable.size;
    let free = |used: u64, size: u64| {
        (size.saturating_sub(used) * BEST).checked_div(size).unwrap_or_default()
    };
    u64::midpoint(free(millicores, size.millicores), free(mebibytes, size.mebibytes))
}

/// Score for similar used shares of CPU and memory (`balanced_allocation.go`). Does not apply to
/// pods without requests.
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

/// Number of the owner's pods on a node, weighted by the number of eligible nodes, at least 2
/// (`podtopologyspread/scoring.go`, hostname).
fn unevenness(node: &Node, pod: &Pod, nodes: usize) -> u64 {
    let there = node.pods.iter().filter(|other| other.owner == pod.owner).count();
    (there as f64 * log((nodes + 2) as f64) + (MAX_SKEW - 1) as f64).round() as u64
}
