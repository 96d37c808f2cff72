//! Pod lifecycle: pods start, become ready, terminate or die.

use super::pod::Life;
use crate::engine::Class;
use crate::model::request::NONE;
use crate::model::spec::{Id, Spec};
use crate::model::world::World;
use crate::observe::{Observer, Record};
use crate::random::Key;
use crate::units::Span;

impl<O: Observer> World<'_, O> {
    /// Sets the number of pods of a deployment manually; its autoscaler continues from there.
    pub(in crate::model) fn scale_by_hand(&mut self, service: Id, pods: u32) {
        if let Some(scaler) = self.fleet.scalers.iter_mut().find(|scaler| scaler.service == service)
        {
            scaler.wanted = pods;
        }
        self.scale(service, pods);
    }

    /// Starts or stops pods until `wanted` exist, including those that are starting.
    pub(super) fn scale(&mut self, service: Id, wanted: u32) {
        self.fleet.services[service as usize].wanted = wanted;
        if self.fleet.services[service as usize].rollout.is_some() {
            return self.roll(service);
        }
        let all = self.fleet.services[service as usize].pods.clone();
        let count = |world: &Self| {
            all.clone().filter(|pod| world.fleet.pods[*pod as usize].life.is_there()).count()
        };
        let there = count(self);
        self.create_pods(service, (wanted as usize).saturating_sub(there));
        // The youngest go first, and among these the unready ones.
        let mut surplus = there.saturating_sub(wanted as usize);
        for life in [Life::Pending, Life::Lost, Life::Starting, Life::Ready] {
            for pod in all.clone().rev() {
                if surplus > 0 && self.fleet.pods[pod as usize].life == life {
                    self.stop_pod(pod);
                    surplus -= 1;
                }
            }
        }
    }

    /// Creates `count` pods of the newest version, as far as there are slots for them.
    pub(super) fn create_pods(&mut self, service: Id, count: usize) {
        let state = &self.fleet.services[service as usize];
        let version = state.version;
        let mut left = count;
        for pod in state.pods.clone() {
            if left > 0 && self.fleet.pods[pod as usize].life == Life::Absent {
                self.fleet.pods[pod as usize].version = version;
                self.renew(pod);
                self.start_pod(pod);
                left -= 1;
            }
        }
    }

    /// Creates a pod: it starts on its node, or is pending.
    fn start_pod(&mut self, pod: u32) {
        self.pod_begins(pod);
        self.fleet.pods[pod as usize].life = Life::Pending;
        if self.find_node(pod) {
            self.has_place(pod);
        }
    }

    /// Starts a pod that has been placed on a node.
    pub(super) fn has_place(&mut self, pod: u32) {
        let lifecycle = &self.fleet.pods[pod as usize].described.lifecycle;
        // At a steady load, scaling has already happened.
        let after = if self.run.follow_curve { lifecycle.ready_after } else { Span::ZERO };
        self.fleet.pods[pod as usize].life = Life::Starting;
        self.agenda.set(self.slots.pods + pod, self.now + after, Class::Complete);
        if let Some(warm_up) = lifecycle.warm_up
            && self.run.follow_curve
            && warm_up.start > Span::ZERO
        {
            // No request waits for it.
            self.compute(pod, NONE, warm_up.start);
        }
    }

    /// Handles a pod's timer.
    pub(in crate::model) fn pod_timer(&mut self, pod: u32) {
        match self.fleet.pods[pod as usize].life {
            Life::Starting => self.pod_ready(pod),
            Life::Leaving => self.end_pod(pod),
            Life::Ending => {
                // Its termination grace period is over.
                self.kill_pod(pod);
                self.pod_absent(pod);
            }
            Life::Lost => self.start_pod(pod),
            Life::Absent | Life::Pending | Life::Ready => {}
        }
    }

    /// Makes a starting pod ready: its pools open, it receives requests, its consumers join.
    fn pod_ready(&mut self, pod: u32) {
        let service = self.fleet.pods[pod as usize].service;
        self.fleet.pods[pod as usize].life = Life::Ready;
        if let Some(warm_up) = self.fleet.pods[pod as usize].described.lifecycle.warm_up
            && self.run.follow_curve
        {
            self.fleet.pods[pod as usize].warm_at = self.now + warm_up.lasts;
        }
        self.pod_is_ready(pod);
        self.open_pools(pod);
        self.list_ready(service);
        self.record(Record::Pods { service, change: 1 });
        self.join_groups(pod);
        self.roll(service);
        self.look_settled();
    }

    /// Lists the ready pods that receive requests, in order; round robin restarts with the first.
    pub(super) fn list_ready(&mut self, service: Id) {
        let state = &mut self.fleet.services[service as usize];
        let active = state.active;
        let ready = |pod: &u32| {
            let pod = &self.fleet.pods[*pod as usize];
            pod.life == Life::Ready && active.is_none_or(|version| pod.version == version)
        };
        state.ready.clear();
        state.ready.extend(state.pods.clone().filter(ready));
        state.next = 0;
        self.proxies_learn_pods(service);
        self.close_kept(service);
    }

    /// Opens the pools of the pods that are ready from the beginning.
    pub(in crate::model) fn start_pods(&mut self) {
        for pod in 0..self.fleet.pod_count() {
            if self.fleet.is_ready(pod) {
                self.open_pools(pod);
            }
        }
    }

    /// Fills the pools of a pod to their minimum, and starts their housekeepers.
    fn open_pools(&mut self, pod: u32) {
        let root = Key::root(self.run.seed, self.run.replication);
        let own = self.fleet.own_number(pod);
        let described = self.fleet.pods[pod as usize].described;
        for (index, pool) in (0..).zip(&described.pools) {
            // Keyed by name, not position: adding a pool elsewhere shifts no other pool's
            // housekeeper.
            let name = &described.name;
            let key = root.named("housekeeping").named(name).named(&pool.name);
            self.open_pool(self.fleet.pool_of(pod, index), key.item(u64::from(own)));
        }
    }

    /// Closes the pod's connections at the database server.
    fn close_pools(&mut self, pod: u32) {
        let first = self.fleet.pool_of(pod, 0);
        for pool in first..first + self.fleet.pods[pod as usize].described.pools.len() as u32 {
            self.close_pool(pool);
        }
    }

    /// Takes a pod out of load balancing; it exits after `SIGTERM` when its work is done.
    pub(super) fn stop_pod(&mut self, pod: u32) {
        let service = self.fleet.pods[pod as usize].service;
        let was = std::mem::replace(&mut self.fleet.pods[pod as usize].life, Life::Leaving);
        if was != Life::Ready {
            self.drop_jobs(pod);
            return self.pod_absent(pod);
        }
        self.list_ready(service);
        self.record(Record::Pods { service, change: -1 });
        let pre_stop = self.fleet.pods[pod as usize].described.lifecycle.shutdown.pre_stop;
        if pre_stop == Span::ZERO || !self.run.follow_curve {
            self.end_pod(pod);
        } else {
            self.agenda.set(self.slots.pods + pod, self.now + pre_stop, Class::Complete);
        }
    }

    /// Sends `SIGTERM` to a pod.
    fn end_pod(&mut self, pod: u32) {
        let shutdown = self.fleet.pods[pod as usize].described.lifecycle.shutdown;
        self.fleet.pods[pod as usize].life = Life::Ending;
        if let Some(grace) = shutdown.grace
            && self.run.follow_curve
        {
            let at = self.now + Span(grace.0.saturating_sub(shutdown.pre_stop.0));
            self.agenda.set(self.slots.pods + pod, at, Class::Expire);
        }
        self.leave_groups(pod);
        if !shutdown.graceful && self.run.follow_curve {
            self.drop_callers(pod);
        }
        self.leave_if_done(pod);
    }

    /// Removes a terminating pod if it has neither requests nor records in work.
    pub(in crate::model) fn leave_if_done(&mut self, pod: u32) {
        let state = &self.fleet.pods[pod as usize];
        let done = state.life == Life::Ending
            && state.busy_threads == 0
            && state.waiting.is_empty()
            && self.consumers_are_idle(pod);
        if done {
            self.close_pools(pod);
            self.pod_absent(pod);
        }
    }

    /// Removes a pod that holds nothing any more; another may take its place.
    pub(super) fn pod_absent(&mut self, pod: u32) {
        let service = self.fleet.pods[pod as usize].service;
        self.agenda.clear(self.slots.pods + pod);
        self.fleet.pods[pod as usize].life = Life::Absent;
        self.leave_node(pod);
        let wanted = self.fleet.services[service as usize].wanted;
        let all = self.fleet.services[service as usize].pods.clone();
        let there = all.filter(|pod| self.fleet.pods[*pod as usize].life.is_there()).count();
        if self.fleet.services[service as usize].rollout.is_some() {
            self.roll(service);
        } else if there < wanted as usize {
            // There was no slot for it before.
            self.create_pods(service, wanted as usize - there);
        }
        self.look_settled();
    }

    /// Evicts a pod from a node that is removed; its owner creates another.
    pub(super) fn evict(&mut self, pod: u32) {
        let life = self.fleet.pods[pod as usize].life;
        if life.is_there() {
            let service = self.fleet.pods[pod as usize].service;
            self.stop_pod(pod);
            self.scale(service, self.fleet.services[service as usize].wanted);
        }
    }

    /// Kills pods, the lowest-numbered ready ones first; each is restarted.
    pub(in crate::model) fn kill(&mut self, service: Id, pods: u32) {
        let ready = self.fleet.services[service as usize].ready.clone();
        for pod in ready.into_iter().take(pods as usize) {
            self.kill_pod(pod);
            self.start_pod(pod);
        }
    }

    /// Kills a pod: what it has in work and in its queues is lost with it.
    pub(super) fn kill_pod(&mut self, pod: u32) {
        let service = self.fleet.pods[pod as usize].service;
        let was = std::mem::replace(&mut self.fleet.pods[pod as usize].life, Life::Absent);
        self.agenda.clear(self.slots.pods + pod);
        if was == Life::Ready {
            self.list_ready(service);
            self.record(Record::Pods { service, change: -1 });
        }
        self.drop_threads(pod);
        self.drop_jobs(pod);
        self.close_pools(pod);
        self.stop_consumers(pod);
        self.proxies_died(pod);
        self.lose_requests(pod);
    }

    /// Drops all jobs of a pod's processor.
    fn drop_jobs(&mut self, pod: u32) {
        let service = self.fleet.pods[pod as usize].service;
        let fresh = self.new_cpu(pod);
        let cpu = self.resources.replace_cpu(pod, fresh);
        self.agenda.clear(self.slots.cpus + pod);
        self.fleet.pods[pod as usize].used_before = Span::ZERO;
        if cpu.jobs() > 0 {
            let station = self.numbering.cpu + service;
            self.level(station, -cpu.busy(), -cpu.sharing());
        }
        let (node, has) = (self.fleet.pods[pod as usize].node, self.fleet.alone(pod));
        self.fleet.pods[pod as usize].has = has;
        self.wants(pod, node, 0);
    }
}

impl<'a, O: Observer> World<'a, O> {
    /// Renews a starting pod with the current settings.
    fn renew(&mut self, pod: u32) {
        let spec: &'a Spec = self.spec;
        let state = &mut self.fleet.pods[pod as usize];
        let described = &spec.services[state.service as usize];
        if std::ptr::eq(state.described, described) {
            return;
        }
        state.described = described;
        self.resources.renew_pools(state.pools, &described.pools);
        self.kafka.renew(pod, spec);
        // The processor is recreated at its new size.
        self.drop_jobs(pod);
    }
}
