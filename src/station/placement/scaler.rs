//! Cluster autoscaler: adds nodes for pending pods and removes unneeded ones.
//!
//! Every 10 s it looks for pods that fit on no node, ordered ones included. For these it orders as
//! many nodes of one group as they need, estimated by bin packing in decreasing order; the group is
//! the one with the least waste. In a scan that orders nothing, it looks for nodes with less than
//! half requested whose pods fit elsewhere, and removes those that have been so for 10 min, unless
//! a node was ordered within the last 10 min.
//!
//! Sources: kubernetes/autoscaler, `cluster-autoscaler/FAQ.md` (defaults of flags),
//! `estimator/binpacking_estimator.go`, `estimator/decreasing_pod_orderer.go`,
//! `expander/waste/waste.go`, `core/static_autoscaler.go`, `core/scaledown`. Of its expanders
//! least-waste is used, because the random one would need a source of randomness.
//!
//! The time from the order to readiness of a node is up to the caller.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Cluster, Node, Pod, Requests, Room, ScalableGroup, empty_room, room_of};
use crate::units::{Span, Time};

/// Scan interval (`--scan-interval`).
pub const SCAN_INTERVAL: Span = Span::from_millis(10_000);
/// Requested share of a node below which it may be removed (`--scale-down-utilization-threshold`).
const SCALE_DOWN_THRESHOLD: f64 = 0.5;
/// Time for which it must be below that (`--scale-down-unneeded-time`).
const UNNEEDED_TIME: Span = Span::from_millis(600_000);
/// Time after an order during which no node is removed (`--scale-down-delay-after-add`).
const DELAY_AFTER_ADD: Span = Span::from_millis(600_000);
/// Maximum number of nodes removed per scan (`--max-scale-down-parallelism`) …
const REMOVED_AT_ONCE: usize = 10;
/// … and how many of them may have pods (`--max-drain-parallelism`).
const DRAINED_AT_ONCE: usize = 1;

/// Nodes ordered and removed by a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Ordered nodes.
    pub ordered: Vec<u32>,
    /// Removed nodes, and the pods of each, which their owners must replace.
    pub removed: Vec<(u32, Vec<Pod>)>,
}

/// The cluster autoscaler.
#[derive(Clone, Debug)]
pub struct Scaler {
    provision: Span,
    ordered_at: Option<Time>,
    /// Unneeded nodes, and the times since when.
    unneeded: BTreeMap<u32, Time>,
}

impl Scaler {
    /// Creates a cluster autoscaler whose nodes take pods `provision` after they are ordered.
    pub fn new(provision: Span) -> Scaler {
        Scaler { provision, ordered_at: None, unneeded: BTreeMap::new() }
    }

    /// Performs a scan. Nodes that it removes are gone at once.
    pub fn scan(&mut self, now: Time, cluster: &mut Cluster) -> Changes {
        let ordered = self.order(now, cluster);
        if !ordered.is_empty() {
            self.ordered_at = Some(now);
            return Changes { ordered, removed: Vec::new() };
        }
        self.note_unneeded(now, cluster);
        let too_soon = self.ordered_at.is_some_and(|at| now - at < DELAY_AFTER_ADD);
        let removed = if too_soon { Vec::new() } else { self.remove(now, cluster) };
        Changes { ordered, removed }
    }

    /// Orders nodes for pending pods that fit on no node on its way.
    fn order(&self, now: Time, cluster: &mut Cluster) -> Vec<u32> {
        let room = |node: &Node| room_of(&cluster.groups[node.group as usize], node);
        let empty = |node: &Node| Spare {
            group: node.group,
            dedicated: cluster.groups[node.group as usize].dedicated,
            room: room(node),
            pods: Vec::new(),
        };
        let mut places: Vec<Spare> = cluster.nodes.values().map(empty).collect();
        let mut left = cluster.pending.clone();
        left.retain(|pod| {
            let place = places.iter_mut().find(|place| place.takes(pod));
            place.map(|place| place.put(*pod)).is_none()
        });
        let options = cluster.groups.iter().zip(0..).filter_map(|(group, index)| {
            let most = group.maximum.saturating_sub(cluster.size(index));
            let (nodes, waste) = estimate(group, index, most, &left)?;
            Some((waste, index, nodes))
        });
        let best = options.min_by(|(a, _, _), (b, _, _)| a.total_cmp(b));
        let Some((_, group, nodes)) = best else { return Vec::new() };
        (0..nodes).map(|_| cluster.order(group, now + self.provision)).collect()
    }

    /// Determines the unneeded nodes: empty ones first, then those that were unneeded before. The
    /// pods of each are moved hypothetically to the first other node on which they fit, so that two
    /// nodes do not count on the same room, and moved pods move again with their new node.
    fn note_unneeded(&mut self, now: Time, cluster: &Cluster) {
        let mut places: BTreeMap<u32, Spare> = cluster
            .nodes
            .iter()
            .filter(|(_, node)| node.is_ready)
            .map(|(number, node)| {
                let group = &cluster.groups[node.group as usize];
                let (room, dedicated) = (room_of(group, node), group.dedicated);
                (*number, Spare { group: node.group, dedicated, room, pods: node.pods.clone() })
            })
            .collect();
        let mut candidates: Vec<u32> = places
            .keys()
            .copied()
            .filter(|number| cluster.utilisation(*number) < SCALE_DOWN_THRESHOLD)
            .collect();
        candidates.sort_by_key(|number| {
            let known = self.unneeded.contains_key(number);
            (cluster.pods_on(*number) > 0, Reverse(known), *number)
        });
        let mut unneeded = BTreeMap::new();
        for number in candidates {
            let mut others = places.clone();
            let Some(place) = others.remove(&number) else { continue };
            let all_fit = place.pods.iter().all(|pod| {
                let other = others.values_mut().find(|other| other.takes(pod));
                other.map(|other| other.put(*pod)).is_some()
            });
            if all_fit {
                places = others;
                unneeded.insert(number, self.unneeded.get(&number).copied().unwrap_or(now));
            }
        }
        self.unneeded = unneeded;
    }

    /// Removes nodes that have been unneeded for long enough, empty ones first.
    fn remove(&mut self, now: Time, cluster: &mut Cluster) -> Vec<(u32, Vec<Pod>)> {
        let due = self.unneeded.iter().filter(|(_, since)| now - **since >= UNNEEDED_TIME);
        let mut due: Vec<u32> = due.map(|(number, _)| *number).collect();
        due.sort_by_key(|number| (cluster.pods_on(*number) > 0, *number));
        let (mut removed, mut drained) = (Vec::new(), 0);
        for number in due {
            let Some(node) = cluster.nodes.get(&number) else { continue };
            let minimum = cluster.groups[node.group as usize].minimum;
            let has_pods = !node.pods.is_empty();
            if cluster.size(node.group) <= minimum
                || removed.len() == REMOVED_AT_ONCE
                || (has_pods && drained == DRAINED_AT_ONCE)
            {
                continue;
            }
            drained += usize::from(has_pods);
            self.unneeded.remove(&number);
            removed.push((number, cluster.fail(number)));
        }
        removed
    }
}

/// Hypothetical state of a node.
#[derive(Clone)]
struct Spare {
    group: u32,
    dedicated: bool,
    room: Room,
    /// Pods that would have to move if it was removed.
    pods: Vec<Pod>,
}

impl Spare {
    fn takes(&self, pod: &Pod) -> bool {
        Cluster::may_run(pod, self.group, self.dedicated) && self.room.fits(pod.requests)
    }

    fn put(&mut self, pod: Pod) {
        self.room.take(pod.requests);
        self.pods.push(pod);
    }
}

/// Returns the number of new nodes of a group, at most `most`, required for the pods that fit on
/// one, and their unused share, summed over CPU and memory; `None` when they are of no use.
fn estimate(group: &ScalableGroup, index: u32, most: u32, pods: &[Pod]) -> Option<(u32, f64)> {
    let fresh = empty_room(group);
    let size = group.allocatable.size;
    let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let shares = |requests: Requests| {
        share(requests.millicores, size.millicores) + share(requests.mebibytes, size.mebibytes)
    };
    let mut helped: Vec<&Pod> = pods
        .iter()
        .filter(|pod| Cluster::may_run(pod, index, group.dedicated) && fresh.fits(pod.requests))
        .collect();
    helped.sort_by(|a, b| shares(b.requests).total_cmp(&shares(a.requests)));
    let mut bins: Vec<Room> = Vec::new();
    let mut packed = 0.0;
    for pod in helped {
        if bins.iter().all(|bin| !bin.fits(pod.requests)) {
            if bins.len() as u32 >= most {
                continue;
            }
            bins.push(fresh);
        }
        if let Some(bin) = bins.iter_mut().find(|bin| bin.fits(pod.requests)) {
            bin.take(pod.requests);
            packed += shares(pod.requests);
        }
    }
    let nodes = bins.len() as u32;
    (nodes > 0).then(|| (nodes, 2.0 - packed / f64::from(nodes)))
}
