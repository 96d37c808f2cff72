//! Nodes: pod placement, processor sharing, and CPU credits.
//!
//! Pods of a node together never use more than its processors. Under contention each gets a share
//! weighted by its CPU request, at most what it can use (`cpu.weight` of the kernel). Without
//! contention the pods do not affect each other. A pod whose quota is exhausted demands nothing
//! until its period ends.

use super::nodes::{Nodes, bounds, pod_of};
use super::pod::Life;
use crate::engine::Class;
use crate::model::request::NONE;
use crate::model::slots::{SLOT_CREDITS, SLOT_NODES, SLOT_SCAN};
use crate::model::spec::{Id, NodeGroup};
use crate::model::world::World;
use crate::observe::{Credited, Observer, Record};
use crate::random::Key;
use crate::station::cpu::{CFS_PERIOD, Cpu};
use crate::station::placement;
use crate::station::placement::scaler::SCAN_INTERVAL;
use crate::units::Span;

/// Interval over which the use of a burstable processor is averaged before it is charged to
/// credits. The real metric has five minutes; the limit follows the credits, not the metric.
const CREDIT_TICK: Span = Span::from_millis(1_000);
impl<O: Observer> World<'_, O> {
    /// Returns the processor of a new pod.
    pub(super) fn new_cpu(&self, pod: u32) -> Cpu {
        let state = &self.fleet.pods[pod as usize];
        let service = state.described;
        if service.lifecycle.unlimited || !service.lifecycle.quota {
            return Cpu::new(self.fleet.alone(pod));
        }
        let own_machine = service.cores.ceil();
        let vcpus = self.fleet.vcpus(state.node).unwrap_or(own_machine);
        if state.node == NONE && own_machine <= service.cores {
            return Cpu::new(service.cores); // The quota covers the whole machine.
        }
        let own = self.fleet.own_number(pod);
        let root = Key::root(self.run.seed, self.run.replication);
        let phase = root.named("quota").named(&service.name).item(u64::from(own)).uniform(0);
        let phase = Span((phase * CFS_PERIOD.0 as f64) as u64);
        Cpu::with_quota(service.cores, vcpus, CFS_PERIOD, phase)
    }

    /// Gives the initial pods the processors of their nodes.
    pub(in crate::model) fn seat_pods(&mut self) {
        for pod in 0..self.fleet.pod_count() {
            self.seat(pod);
        }
    }

    /// Starts cluster autoscaling and credit accounting.
    pub(in crate::model) fn start_nodes(&mut self) {
        let Some(nodes) = &self.fleet.nodes else { return };
        if !self.run.follow_curve {
            return;
        }
        let credits = nodes.all.iter().any(|node| node.credits.is_some());
        if credits && self.fleet.shared_nodes {
            let at = self.now + CREDIT_TICK;
            self.agenda.set(SLOT_CREDITS, at, Class::Observe);
        }
        if nodes.scaler.is_some() {
            let at = self.now + SCAN_INTERVAL;
            self.agenda.set(SLOT_SCAN, at, Class::Observe);
        }
    }

    /// Places a pod on a node and returns whether there was one; otherwise the pod is pending.
    pub(super) fn find_node(&mut self, pod: u32) -> bool {
        let state = &self.fleet.pods[pod as usize];
        let wanted = pod_of(state.described, state.service, pod);
        let Some(nodes) = &mut self.fleet.nodes else { return true };
        if self.fleet.pods[pod as usize].node != NONE {
            return true;
        }
        let Ok(node) = nodes.cluster.place(wanted) else { return false };
        self.take_seat(pod, node);
        true
    }

    fn take_seat(&mut self, pod: u32, node: u32) {
        let Some(nodes) = &mut self.fleet.nodes else { return };
        nodes.all[node as usize].pods.push(pod);
        self.fleet.pods[pod as usize].node = node;
        self.seat(pod);
    }

    /// Gives a pod the processor of its seat.
    fn seat(&mut self, pod: u32) {
        let cpu = self.new_cpu(pod);
        self.resources.replace_cpu(pod, cpu);
        self.fleet.pods[pod as usize].has = self.fleet.alone(pod);
    }

    /// Frees the place of a pod that is gone or no longer pending; a pending pod may take it.
    pub(super) fn leave_node(&mut self, pod: u32) {
        let Some(nodes) = &mut self.fleet.nodes else { return };
        nodes.cluster.remove(pod);
        let node = std::mem::replace(&mut self.fleet.pods[pod as usize].node, NONE);
        if let Some(state) = nodes.all.get_mut(node as usize) {
            state.pods.retain(|other| *other != pod);
            self.wants(pod, node, 0);
        }
        self.place_waiting();
    }

    fn place_waiting(&mut self) {
        let Some(nodes) = &mut self.fleet.nodes else { return };
        for (pod, node) in nodes.cluster.retry() {
            self.take_seat(pod, node);
            self.has_place(pod);
        }
    }

    /// Reschedules the node of a pod on which a job began or ended.
    #[inline]
    pub(in crate::model) fn share_node(&mut self, pod: u32) {
        let state = &self.fleet.pods[pod as usize];
        // The pod's own limit counts, not its current share of a contended node.
        let own = if state.described.lifecycle.unlimited {
            self.fleet.alone(pod)
        } else {
            state.described.cores
        };
        let wanted = self.resources.cpu(pod).wanted(own);
        let wants = (wanted * 1e3) as i64 as u64;
        if wants != state.wants {
            self.wants(pod, state.node, wants);
        }
    }

    /// Sets the demand of a pod on its node's processors \[millicores\].
    pub(super) fn wants(&mut self, pod: u32, node: u32, wants: u64) {
        let was = std::mem::replace(&mut self.fleet.pods[pod as usize].wants, wants);
        let Some(nodes) = &mut self.fleet.nodes else { return };
        let Some(state) = nodes.all.get_mut(node as usize) else { return };
        if !self.fleet.shared_nodes {
            return;
        }
        state.count(self.now);
        state.wanted = state.wanted + wants - was;
        if state.short || state.wanted > state.room {
            self.share_out(node);
        }
    }

    /// Reports the use of the initial nodes since the last mark to observers.
    pub(in crate::model) fn tell_of_nodes(&mut self) {
        let Some(nodes) = &mut self.fleet.nodes else { return };
        if !self.fleet.shared_nodes {
            return;
        }
        let told = nodes.all.iter_mut().take(self.numbering.node_count);
        for (station, node) in (self.numbering.nodes..).zip(told) {
            node.book(self.now);
            let used = Span((std::mem::take(&mut node.untold) / 1_000) as u64);
            self.observer.record(self.now, Record::Used { station, used });
        }
        if !self.run.follow_curve {
            return;
        }
        let credits = |group: Id| self.first.cluster.as_ref()?.groups[group as usize].credits;
        for (group, gone) in (0..).zip(&nodes.owed) {
            let alive = nodes.all.iter_mut().filter(|node| node.alive && node.group == group);
            let owed =
                alive.map(|node| node.beyond(self.now, credits(group))).fold(*gone, |a, b| a + b);
            if owed > 0.0 {
                let used = Span((owed / 1e3).round() as u64);
                self.observer.record(self.now, Record::Owed { group, used });
            }
        }
    }

    /// Reports the credit balances of nodes to observers.
    pub(in crate::model) fn tell_of_credits(&mut self) {
        if !self.run.follow_curve {
            return;
        }
        let groups = self.first.cluster.iter().filter(|cluster| cluster.shared);
        let groups = groups.flat_map(|cluster| &cluster.groups);
        for (group, _) in (0..).zip(groups).filter(|(_, group)| group.credits.is_some()) {
            let nodes = self.fleet.nodes.iter().flat_map(|nodes| &nodes.all);
            let alive = nodes.filter(|node| node.alive && node.group == group);
            let held = alive.filter_map(|node| Some(node.credits.as_ref()?.balance()));
            // An empty sum of floats is −0.
            let left = held.fold(0.0, |sum, held| sum + held);
            let of = Credited::Nodes(group);
            self.observer.record(self.now, Record::Credits { of, left });
        }
    }

    /// Sets the share of each pod of a node.
    fn share_out(&mut self, node: u32) {
        let Some(nodes) = &mut self.fleet.nodes else { return };
        let mut wanting = std::mem::take(&mut nodes.wanting);
        wanting.clear();
        let state = &mut nodes.all[node as usize];
        state.short = state.wanted > state.room;
        let (short, room) = (state.short, state.room as f64 / 1e3);
        for pod in &state.pods {
            let wants = self.fleet.pods[*pod as usize].wants;
            if wants > 0 {
                let described = self.fleet.pods[*pod as usize].described;
                // Without a request the kernel assigns the minimum weight, 2 shares of 1,024 per
                // core.
                let weight = described.lifecycle.requests.millicores.max(2);
                wanting.push((*pod, wants as f64 / 1e3, weight as f64));
            }
        }
        if short {
            divide(room, &mut wanting);
        }
        for (pod, share, _) in &wanting {
            let has = if short { *share } else { self.fleet.alone(*pod) };
            if (has - self.fleet.pods[*pod as usize].has).abs() > 1e-9 {
                self.fleet.pods[*pod as usize].has = has;
                let change = self.resize_cpu(*pod, has);
                if change.busy != 0.0 || change.sharing != 0 {
                    let station = self.numbering.cpu + self.fleet.pods[*pod as usize].service;
                    self.level(station, change.busy, change.sharing);
                }
            }
        }
        if let Some(nodes) = &mut self.fleet.nodes {
            nodes.wanting = wanting;
        }
    }

    /// Charges the use to credits.
    pub(in crate::model) fn count_credits(&mut self) {
        let mut next = self.now + CREDIT_TICK;
        let count = self.fleet.nodes.as_ref().map_or(0, |nodes| nodes.all.len());
        for number in 0..count as u32 {
            let Some(nodes) = &mut self.fleet.nodes else { return };
            let node = &mut nodes.all[number as usize];
            if !node.alive {
                continue;
            }
            node.book(self.now);
            let passed = (self.now - node.ticked).0;
            let used = std::mem::take(&mut node.uncredited);
            node.ticked = self.now;
            let Some(credits) = &mut node.credits else { continue };
            let mean = used as f64 / passed.max(1) as f64 / 1e3;
            credits.advance(self.now, mean);
            // At this very instant the bucket is empty, not later.
            next = next.min(credits.next_change().max(self.now + Span(1)));
            let room = (credits.limit() * 1e3).round() as u64;
            if room != node.room {
                node.room = room;
                self.share_out(number);
            }
        }
        self.agenda.set(SLOT_CREDITS, next, Class::Observe);
    }

    /// Runs a scan of the cluster autoscaler.
    pub(in crate::model) fn scan_nodes(&mut self) {
        self.agenda.set(SLOT_SCAN, self.now + SCAN_INTERVAL, Class::Observe);
        let Some(nodes) = &mut self.fleet.nodes else { return };
        let Nodes { cluster, scaler, .. } = nodes.as_mut();
        let Some(scaler) = scaler else { return };
        let changes = scaler.scan(self.now, cluster);
        let arrival = cluster.next_ready();
        self.agenda.set(SLOT_NODES, arrival, Class::Complete);
        for (node, pods) in changes.removed {
            self.drain_node(node, pods);
        }
    }

    /// Adds the nodes that have been provisioned.
    pub(in crate::model) fn nodes_arrive(&mut self) {
        let Some(nodes) = &mut self.fleet.nodes else { return };
        for number in nodes.cluster.arrive(self.now) {
            let group = nodes.cluster.group_of(number);
            nodes.join(self.first, number, self.now);
            self.observer.record(self.now, Record::Nodes { group, change: 1 });
        }
        let arrival = nodes.cluster.next_ready();
        self.agenda.set(SLOT_NODES, arrival, Class::Complete);
        self.place_waiting();
        self.look_settled();
    }

    fn node_gone(&mut self, number: u32) {
        let Some(nodes) = &mut self.fleet.nodes else { return };
        let node = &mut nodes.all[number as usize];
        node.count(self.now);
        let group = node.group;
        let groups = self.first.cluster.as_ref().map(|cluster| &cluster.groups[group as usize]);
        nodes.owed[group as usize] += node.beyond(self.now, groups.and_then(|group| group.credits));
        (node.alive, node.credits, node.wanted) = (false, None, 0);
        for pod in std::mem::take(&mut node.pods) {
            self.fleet.pods[pod as usize].wants = 0;
        }
        self.share_out(number);
        self.record(Record::Nodes { group, change: -1 });
    }

    /// Changes the bounds of a node group. Its size follows at once where the bounds require it,
    /// and where no autoscaler controls it; surplus nodes are drained.
    pub(in crate::model) fn resize_nodes(
        &mut self,
        group: Id,
        before: &NodeGroup,
        after: &NodeGroup,
    ) {
        let Some(nodes) = &mut self.fleet.nodes else { return };
        let bounds = bounds(after);
        nodes.cluster.set_bounds(group, &bounds);
        let size = nodes.cluster.size(group);
        let more = after.nodes.saturating_sub(before.nodes);
        let wanted = (size + more).clamp(*bounds.start(), *bounds.end());
        for _ in size..wanted {
            nodes.cluster.order(group, self.now + after.provision);
        }
        let going = nodes.cluster.last(group, size.saturating_sub(wanted));
        let mut drained = Vec::new();
        for number in going {
            let pods = nodes.cluster.fail(number);
            if nodes.all.get(number as usize).is_some_and(|node| node.alive) {
                drained.push((number, pods));
            }
        }
        let arrival = nodes.cluster.next_ready();
        self.agenda.set(SLOT_NODES, arrival, Class::Complete);
        for (node, pods) in drained {
            self.drain_node(node, pods);
        }
        self.place_waiting();
    }

    /// Drains a node that is unneeded or surplus.
    fn drain_node(&mut self, node: u32, pods: Vec<placement::Pod>) {
        self.node_gone(node);
        for pod in pods {
            self.fleet.pods[pod.who as usize].node = NONE;
            self.evict(pod.who);
        }
    }

    /// Fails nodes with all pods on them; each is replaced by a new node of the group.
    pub(in crate::model) fn fail_nodes(&mut self, group: Id, count: u32, replaced_after: Span) {
        let Some(nodes) = &self.fleet.nodes else { return };
        let alive = nodes.all.iter().zip(0..).filter(|(node, _)| node.alive && node.group == group);
        let failing: Vec<u32> = alive.map(|(_, number)| number).take(count as usize).collect();
        let provision = self
            .spec
            .cluster
            .as_ref()
            .map_or(Span::ZERO, |cluster| cluster.groups[group as usize].provision);
        for node in failing {
            let Some(nodes) = &mut self.fleet.nodes else { return };
            let pods = nodes.cluster.fail(node);
            // The owner of the group's size replaces the machine.
            nodes.cluster.order(group, self.now + provision);
            let arrival = nodes.cluster.next_ready();
            self.agenda.set(SLOT_NODES, arrival, Class::Complete);
            for pod in pods {
                let who = pod.who;
                let life = self.fleet.pods[who as usize].life;
                self.kill_pod(who);
                self.fleet.pods[who as usize].node = NONE;
                if matches!(life, Life::Leaving | Life::Ending) {
                    self.pod_absent(who);
                } else {
                    // The replacement is placed when the cluster has given up on the old pod.
                    self.fleet.pods[who as usize].life = Life::Lost;
                    let at = self.now + replaced_after;
                    self.agenda.set(self.slots.pods + who, at, Class::Complete);
                }
            }
            self.node_gone(node);
        }
    }
}

/// Divides `room` among the demands by weight, none getting more than it demands: water filling.
/// The second field of each becomes its share; their order changes.
fn divide(room: f64, wanting: &mut [(u32, f64, f64)]) {
    // The smallest demand relative to its weight is satisfied first.
    let level = |of: &(u32, f64, f64)| of.1 / of.2;
    wanting.sort_unstable_by(|a, b| level(a).total_cmp(&level(b)).then(a.0.cmp(&b.0)));
    let mut left = room;
    let mut weights: f64 = wanting.iter().map(|of| of.2).sum();
    for (_, wants, weight) in wanting {
        let share = wants.min(left * *weight / weights);
        *wants = share.max(1e-6);
        left -= share;
        weights -= *weight;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(room: f64, wanting: &[(f64, f64)]) -> Vec<f64> {
        let mut all: Vec<(u32, f64, f64)> =
            (0..).zip(wanting).map(|(who, (wants, weight))| (who, *wants, *weight)).collect();
        divide(room, &mut all);
        all.sort_by_key(|of| of.0);
        all.into_iter().map(|of| (of.1 * 1e9).round() / 1e9).collect()
    }

    #[test]
    fn who_wants_less_than_its_share_leaves_the_rest_to_the_others() {
        assert_eq!(shares(2.0, &[(1.0, 1.0), (1.0, 1.0), (1.0, 2.0)]), [0.5, 0.5, 1.0]);
        assert_eq!(shares(2.0, &[(0.2, 1.0), (2.0, 1.0), (2.0, 1.0)]), [0.2, 0.9, 0.9]);
        // A quarter of 2 exceeds the first demand; the other two share 1.75 in the ratio 1 to 4.
        assert_eq!(shares(2.0, &[(0.25, 1.0), (1.0, 1.0), (2.0, 4.0)]), [0.25, 0.35, 1.4]);
    }
}
