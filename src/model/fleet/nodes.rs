//! Nodes with the pods on them: how many there are at first, and what each has been used for.

use std::ops::RangeInclusive;

use super::pod::Service;
use crate::model::spec::{self, FirstNode, Id, NodeGroup, Requests, Spec};
use crate::station::credits::{CpuCredits, Mode};
use crate::station::placement::scaler::Scaler;
use crate::station::placement::{self, Allocatable, Cluster, Lack, ScalableGroup};
use crate::units::{Span, Time};

/// Maximum number of scans until the cluster autoscaler has settled initially, if it ever does.
const MOST_SCANS: u32 = 1_000;

/// State of all nodes.
#[derive(Clone, Debug)]
pub(super) struct Nodes {
    pub(super) cluster: Cluster,
    pub(super) scaler: Option<Scaler>,
    /// Nodes by number; removed ones keep their place.
    pub(super) all: Vec<Node>,
    /// Processor time that removed nodes used beyond what they had earned, by group \[millicores ×
    /// ns\].
    pub(super) owed: Vec<f64>,
    /// Scratch buffer: pods with demand, the demand and their weight.
    pub(super) wanting: Vec<(u32, f64, f64)>,
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) group: Id,
    pub(super) alive: bool,
    pub(super) vcpus: f64,
    pub(super) pods: Vec<u32>,
    /// Total demand of its pods, each as if it were alone \[millicores\].
    pub(super) wanted: u64,
    /// Processor capacity that they share \[millicores\].
    pub(super) room: u64,
    /// Whether demand exceeds capacity.
    pub(super) short: bool,
    pub(super) credits: Option<CpuCredits>,
    /// Use up to `counted` since the last tick, or the last mark of observation \[millicores ×
    /// ns\].
    pub(super) used: u64,
    pub(super) counted: Time,
    pub(super) ticked: Time,
    /// Use that was reported to observers or charged to credits, and is still to be entered in the
    /// other account.
    pub(super) untold: u128,
    pub(super) uncredited: u128,
    /// Use since it joined at `joined` \[millicores × ns\].
    pub(super) spent: u128,
    pub(super) joined: Time,
}

impl Node {
    #[inline]
    fn busy(&self) -> u64 {
        self.wanted.min(self.room)
    }

    #[inline]
    pub(super) fn count(&mut self, now: Time) {
        self.used += self.busy() * (now - self.counted).0;
        self.counted = now;
    }

    /// Enters the use up to `now` in both accounts.
    pub(super) fn book(&mut self, now: Time) {
        self.count(now);
        let used = u128::from(std::mem::take(&mut self.used));
        self.untold += used;
        self.uncredited += used;
        self.spent += used;
    }

    /// Returns the processor time used up to `now` beyond the credits earned since it joined, where
    /// it continues without credits; the initial balance has to be earned again \[millicores ×
    /// ns\].
    pub(super) fn beyond(&mut self, now: Time, credits: Option<spec::CpuCredits>) -> f64 {
        let Some(credits) = credits.filter(|credits| credits.unlimited) else { return 0.0 };
        self.book(now);
        let earned = credits.per_hour / 60.0 * 1e3 * (now - self.joined).0 as f64;
        (self.spent as f64 - earned).max(0.0)
    }
}

/// Pending pods of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// Index of the service.
    pub service: Id,
    /// Number of pods that fit on no node.
    pub pods: u32,
    /// Resource that most nodes lack.
    pub lack: Lack,
}

/// Returns the CPU \[millicores\] and memory \[MiB\] that an EKS node of this nominal size offers
/// to pods. The memory reserved by its kernel is unknown here, and not subtracted.
pub fn eks_allocatable(vcpus: u32, mebibytes: u64, most_pods: u32) -> Requests {
    let size = Allocatable::eks(vcpus, mebibytes, most_pods).size;
    Requests { millicores: size.millicores, mebibytes: size.mebibytes }
}

fn sized(requests: Requests) -> placement::Requests {
    placement::Requests { millicores: requests.millicores, mebibytes: requests.mebibytes }
}

/// Minimum and maximum size of a group.
pub(super) fn bounds(group: &NodeGroup) -> RangeInclusive<u32> {
    if group.scaled {
        group.minimum..=group.maximum.max(group.nodes)
    } else {
        group.nodes..=group.nodes
    }
}

/// Builds the initial cluster of a spec, and the nodes of the initial pods by service. Pods are
/// placed in turns: the first of each service, then the second of each.
fn build(spec: &Spec) -> Option<(Cluster, Vec<Vec<u32>>, Vec<Unplaced>)> {
    let described = spec.cluster.as_ref()?;
    let group = |group: &NodeGroup| ScalableGroup {
        allocatable: Allocatable { size: sized(group.allocatable), pods: group.most_pods },
        daemons: group.daemons.iter().copied().map(sized).collect(),
        dedicated: group.dedicated,
        minimum: *bounds(group).start(),
        maximum: *bounds(group).end(),
    };
    let mut cluster = Cluster::new(described.groups.iter().map(group).collect());
    for (number, group) in (0..).zip(&described.groups) {
        for _ in 0..group.nodes {
            cluster.add(number);
        }
    }
    let wanted = |service: &spec::Service| service.pods + service.lifecycle.pending;
    let most = spec.services.iter().map(wanted).max().unwrap_or(0);
    let firsts: Vec<u32> = spec
        .services
        .iter()
        .scan(0, |next, service| {
            *next += service.most_pods();
            Some(*next - service.most_pods())
        })
        .collect();
    let mut places = vec![Vec::new(); spec.services.len()];
    let mut lacks: Vec<Option<Lack>> = vec![None; spec.services.len()];
    for own in 0..most {
        for (number, service) in spec.services.iter().enumerate() {
            if own < wanted(service) {
                let pod = pod_of(service, number as Id, firsts[number] + own);
                match cluster.place(pod) {
                    Ok(node) => places[number].push(node),
                    Err(lack) => lacks[number] = Some(lack),
                }
            }
        }
    }
    if described.groups.iter().any(|group| group.scaled) {
        let mut scaler = Scaler::new(Span::ZERO);
        for _ in 0..MOST_SCANS {
            if scaler.scan(Time::ZERO, &mut cluster).ordered.is_empty() {
                break;
            }
            cluster.arrive(Time::ZERO);
            for (who, node) in cluster.retry() {
                let owner = firsts.partition_point(|first| *first <= who) - 1;
                places[owner].push(node);
            }
        }
    }
    let unplaced = |(number, service): (usize, &spec::Service)| {
        let pods = wanted(service) - places[number].len() as u32;
        let lack = lacks[number]?;
        (pods > 0).then_some(Unplaced { service: number as Id, pods, lack })
    };
    let unplaced = spec.services.iter().enumerate().filter_map(unplaced).collect();
    Some((cluster, places, unplaced))
}

pub(super) fn pod_of(described: &spec::Service, owner: Id, who: u32) -> placement::Pod {
    let lifecycle = &described.lifecycle;
    placement::Pod { who, owner, group: lifecycle.group, requests: sized(lifecycle.requests) }
}

/// Places all initially desired pods on nodes; those that fit nowhere are recorded as pending, and
/// returned.
pub fn settle(spec: &mut Spec) -> Vec<Unplaced> {
    let Some((cluster, places, unplaced)) = build(spec) else { return Vec::new() };
    for (service, places) in spec.services.iter_mut().zip(&places) {
        let wanted = service.pods + service.lifecycle.pending;
        service.pods = places.len() as u32;
        service.lifecycle.pending = wanted - service.pods;
    }
    if let Some(described) = &mut spec.cluster {
        described.places = places;
        let node = |number| {
            let group = cluster.group_of(number);
            FirstNode { group, vcpus: described.groups[group as usize].vcpus }
        };
        described.first = cluster.ready().map(node).collect();
    }
    unplaced
}

/// Pods, each with the number of its node.
type Seats = Vec<(u32, u32)>;

impl Nodes {
    /// Creates the initial nodes, and returns the node of each pod.
    pub(super) fn new(spec: &Spec, services: &[Service]) -> Option<(Box<Nodes>, Seats)> {
        let (cluster, places, _) = build(spec)?;
        let described = spec.cluster.as_ref()?;
        let owed = vec![0.0; described.groups.len()];
        let (all, wanting) = (Vec::new(), Vec::new());
        let mut nodes = Nodes { cluster, scaler: None, all, owed, wanting };
        let scaled = described.groups.iter().filter(|group| group.scaled);
        nodes.scaler = scaled.map(|group| group.provision).max().map(Scaler::new);
        let first: Vec<u32> = nodes.cluster.ready().collect();
        for number in first {
            nodes.join(spec, number, Time::ZERO);
        }
        let mut seats = Vec::new();
        for (service, places) in services.iter().zip(places) {
            seats.extend(service.pods.clone().zip(places));
        }
        for (pod, node) in &seats {
            nodes.all[*node as usize].pods.push(*pod);
        }
        Some((Box::new(nodes), seats))
    }

    /// Returns the vCPUs of a node, if there is one.
    #[inline]
    pub(super) fn vcpus(&self, node: u32) -> Option<f64> {
        self.all.get(node as usize).map(|node| node.vcpus)
    }

    /// Whether a node has been ordered and not yet arrived.
    pub(super) fn are_coming(&self) -> bool {
        self.cluster.next_ready() < Time::NEVER
    }

    /// Adds a node when it becomes ready.
    pub(super) fn join(&mut self, spec: &Spec, number: u32, now: Time) {
        let group = self.cluster.group_of(number);
        let described = spec.cluster.as_ref().map(|cluster| &cluster.groups[group as usize]);
        let first = spec.cluster.as_ref().and_then(|all| all.first.get(number as usize));
        let of_group = || described.map(|group| group.vcpus);
        let vcpus = first.map(|node| node.vcpus).or_else(of_group).unwrap_or(1.0);
        let credits = described.and_then(|group| group.credits).map(|credits| {
            let mode = if credits.unlimited { Mode::Unlimited } else { Mode::Standard };
            let vcpus = vcpus as u32;
            // T3 gets no credits at launch.
            let balance = if first.is_some() { credits.initial } else { 0.0 };
            CpuCredits::new(now, mode, vcpus, credits.per_hour, credits.maximum, balance)
        });
        let blank = Node {
            group,
            alive: false,
            vcpus: 0.0,
            pods: Vec::new(),
            wanted: 0,
            room: 0,
            short: false,
            credits: None,
            used: 0,
            counted: now,
            ticked: now,
            untold: 0,
            uncredited: 0,
            spent: 0,
            joined: now,
        };
        let length = self.all.len().max(number as usize + 1);
        self.all.resize(length, blank.clone());
        self.all[number as usize] =
            Node { alive: true, vcpus, room: (vcpus * 1e3).round() as u64, credits, ..blank };
    }
}
