//! Pod lifecycle: pods start, become ready, terminate or die.

use crate::engine::Class;
use crate::model::World;
use crate::model::fleet::deploy::Progress;
use crate::model::fleet::scale::Seen;
use crate::model::request::{NONE, Origin};
use crate::model::resource::pool::Adder;
use crate::model::spec;
use crate::model::spec::Id;
use crate::observe::{Failure, Observer, Phase, Record};
use crate::random::Key;
use crate::station::pool::Pool;
use crate::units::{Span, Time};
use std::collections::VecDeque;

#[derive(Clone, Debug)]
pub(in crate::model) struct Service {
    /// All pods that may ever exist.
    pub(in crate::model) pods: std::ops::Range<u32>,
    /// Ready pods that receive requests, in order.
    pub(in crate::model) ready: Vec<u32>,
    /// Position among them of the next in round-robin order.
    pub(in crate::model) next: u32,
    /// Desired number of pods.
    pub(in crate::model) wanted: u32,
    /// The newest version; the one that requests go to, if not to all; the progress of a rollout.
    pub(in crate::model) version: u32,
    /// State of the timeline in which each version was deployed; 0 is the first.
    pub(in crate::model) deployed_in: Vec<u32>,
    pub(in crate::model) active: Option<u32>,
    pub(in crate::model) rollout: Option<Progress>,
}

#[derive(Clone, Debug)]
pub(in crate::model) struct Pod<'a> {
    pub(in crate::model) service: Id,
    /// Settings with which it was started.
    pub(in crate::model) described: &'a spec::Service,
    pub(in crate::model) life: Life,
    /// Index of its version among those of its service.
    pub(in crate::model) version: u32,
    /// Its node, or none.
    pub(in crate::model) node: u32,
    /// Processor demand if it had its node alone \[millicores\], and current share \[cores\].
    pub(in crate::model) wants: u64,
    pub(in crate::model) has: f64,
    /// Time at which its code is warm.
    pub(in crate::model) warm_at: Time,
    /// Processor time of its work since the last garbage collection.
    pub(in crate::model) uncollected: Span,
    /// Metrics for its autoscaler, and the processor time that its slot had used before it started.
    pub(in crate::model) seen: Seen,
    pub(in crate::model) used_before: Span,
    /// Index of its first pool in `World::pools`.
    pub(in crate::model) pools: u32,
    pub(in crate::model) busy_threads: u32,
    pub(in crate::model) waiting: VecDeque<u32>,
}

/// Lifecycle phase of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model) enum Life {
    /// It does not exist.
    Absent,
    /// It fits on no node, and waits for one.
    Pending,
    /// It is starting; it receives no requests yet.
    Starting,
    /// It is ready.
    Ready,
    /// It receives no new requests, and continues until `SIGTERM`.
    Leaving,
    /// It has received `SIGTERM`, and exits when its work is done.
    Ending,
    /// Its node failed; the cluster has not noticed yet.
    Lost,
}

impl Life {
    /// Whether it counts towards the desired pods of its service.
    pub(in crate::model) fn is_there(self) -> bool {
        matches!(self, Life::Pending | Life::Starting | Life::Ready | Life::Lost)
    }
}

impl<O: Observer> World<'_, O> {
    /// Sets the number of pods of a deployment manually; its autoscaler continues from there.
    pub(in crate::model) fn scale_by_hand(&mut self, service: Id, pods: u32) {
        if let Some(scaler) = self.scalers.iter_mut().find(|scaler| scaler.service == service) {
            scaler.wanted = pods;
        }
        self.scale(service, pods);
    }

    /// Starts or stops pods until `wanted` exist, including those that are starting.
    pub(in crate::model) fn scale(&mut self, service: Id, wanted: u32) {
        self.services[service as usize].wanted = wanted;
        if self.services[service as usize].rollout.is_some() {
            return self.roll(service);
        }
        let all = self.services[service as usize].pods.clone();
        let count = |world: &Self| {
            all.clone().filter(|pod| world.pods[*pod as usize].life.is_there()).count()
        };
        let there = count(self);
        self.create_pods(service, (wanted as usize).saturating_sub(there));
        // The youngest go first, and among these the unready ones.
        let mut surplus = there.saturating_sub(wanted as usize);
        for life in [Life::Pending, Life::Lost, Life::Starting, Life::Ready] {
            for pod in all.clone().rev() {
                if surplus > 0 && self.pods[pod as usize].life == life {
                    self.stop_pod(pod);
                    surplus -= 1;
                }
            }
        }
    }

    /// Creates `count` pods of the newest version, as far as there are slots for them.
    pub(in crate::model) fn create_pods(&mut self, service: Id, count: usize) {
        let state = &self.services[service as usize];
        let version = state.version;
        let mut left = count;
        for pod in state.pods.clone() {
            if left > 0 && self.pods[pod as usize].life == Life::Absent {
                self.pods[pod as usize].version = version;
                self.renew(pod);
                self.start_pod(pod);
                left -= 1;
            }
        }
    }

    /// Creates a pod: it starts on its node, or is pending.
    pub(in crate::model) fn start_pod(&mut self, pod: u32) {
        self.pod_begins(pod);
        self.pods[pod as usize].life = Life::Pending;
        if self.find_node(pod) {
            self.has_place(pod);
        }
    }

    /// Starts a pod that has been placed on a node.
    pub(in crate::model) fn has_place(&mut self, pod: u32) {
        let lifecycle = &self.pods[pod as usize].described.lifecycle;
        // At a steady load, scaling has already happened.
        let after = if self.run.follow_curve { lifecycle.ready_after } else { Span::ZERO };
        self.pods[pod as usize].life = Life::Starting;
        self.agenda.set(self.slots.pods + pod, self.now + after, Class::Complete);
        if let Some(warm_up) = lifecycle.warm_up
            && self.run.follow_curve
            && warm_up.start > Span::ZERO
        {
            // No request waits for it.
            self.compute(pod, crate::model::request::NONE, warm_up.start);
        }
    }

    /// Handles a pod's timer.
    pub(in crate::model) fn pod_timer(&mut self, pod: u32) {
        match self.pods[pod as usize].life {
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
    pub(in crate::model) fn pod_ready(&mut self, pod: u32) {
        let service = self.pods[pod as usize].service;
        self.pods[pod as usize].life = Life::Ready;
        if let Some(warm_up) = self.pods[pod as usize].described.lifecycle.warm_up
            && self.run.follow_curve
        {
            self.pods[pod as usize].warm_at = self.now + warm_up.lasts;
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
    pub(in crate::model) fn list_ready(&mut self, service: Id) {
        let state = &mut self.services[service as usize];
        let active = state.active;
        let ready = |pod: &u32| {
            let pod = &self.pods[*pod as usize];
            pod.life == Life::Ready && active.is_none_or(|version| pod.version == version)
        };
        state.ready.clear();
        state.ready.extend(state.pods.clone().filter(ready));
        state.next = 0;
        self.proxies_learn_pods(service);
        self.close_kept(service);
    }

    /// Fills the pools of a pod to their minimum, and starts their housekeepers.
    pub(in crate::model) fn open_pools(&mut self, pod: u32) {
        let root = Key::root(self.run.seed, self.run.replication);
        let service = self.pods[pod as usize].service as usize;
        let own = pod - self.services[service].pods.start;
        let described = self.pods[pod as usize].described;
        for (index, pool) in (0..).zip(&described.pools) {
            // Keyed by name, not position: adding a pool elsewhere shifts no other pool's
            // housekeeper.
            let name = &described.name;
            let key = root.named("housekeeping").named(name).named(&pool.name);
            self.open_initial(self.pods[pod as usize].pools + index, key.item(u64::from(own)));
        }
    }

    fn open_initial(&mut self, number: u32, key: Key) {
        let state = &mut self.pools[number as usize];
        let pool = state.described;
        let database = &mut self.databases[pool.database as usize];
        let limit = self.spec.databases[pool.database as usize].max_connections;
        let (now, station) = (self.now, self.numbering.database_connections + pool.database);
        // One connection is opened with the pool itself, the rest by the adder before the pod is
        // ready.
        for _ in 0..pool.minimum_idle.max(1) {
            if limit.is_none_or(|limit| database.connections < limit) {
                database.connections += 1;
                state.pool.opened(now);
                self.observer.record(now, Record::Level { station, busy: 1.0, waiting: 0 });
            }
        }
        // Pods start at different instants, and so do their housekeepers.
        let first = Span::from_secs(pool.housekeeping.secs() * key.uniform(0));
        if pool.housekeeping > Span::ZERO {
            let slot = self.slots.pool_housekeeping(number);
            self.agenda.set(slot, now + first, Class::Complete);
        }
        self.wake_adder(number);
    }

    /// Takes a pod out of load balancing; it exits after `SIGTERM` when its work is done.
    pub(in crate::model) fn stop_pod(&mut self, pod: u32) {
        let service = self.pods[pod as usize].service;
        let was = std::mem::replace(&mut self.pods[pod as usize].life, Life::Leaving);
        if was != Life::Ready {
            self.drop_jobs(pod);
            return self.pod_absent(pod);
        }
        self.list_ready(service);
        self.record(Record::Pods { service, change: -1 });
        let pre_stop = self.pods[pod as usize].described.lifecycle.shutdown.pre_stop;
        if pre_stop == Span::ZERO || !self.run.follow_curve {
            self.end_pod(pod);
        } else {
            self.agenda.set(self.slots.pods + pod, self.now + pre_stop, Class::Complete);
        }
    }

    /// Sends `SIGTERM` to a pod.
    fn end_pod(&mut self, pod: u32) {
        let shutdown = self.pods[pod as usize].described.lifecycle.shutdown;
        self.pods[pod as usize].life = Life::Ending;
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
        let state = &self.pods[pod as usize];
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
    pub(in crate::model) fn pod_absent(&mut self, pod: u32) {
        let service = self.pods[pod as usize].service;
        self.agenda.clear(self.slots.pods + pod);
        self.pods[pod as usize].life = Life::Absent;
        self.leave_node(pod);
        let wanted = self.services[service as usize].wanted;
        let all = self.services[service as usize].pods.clone();
        let there = all.filter(|pod| self.pods[*pod as usize].life.is_there()).count();
        if self.services[service as usize].rollout.is_some() {
            self.roll(service);
        } else if there < wanted as usize {
            // There was no slot for it before.
            self.create_pods(service, wanted as usize - there);
        }
        self.look_settled();
    }

    /// Evicts a pod from a node that is removed; its owner creates another.
    pub(in crate::model) fn evict(&mut self, pod: u32) {
        let life = self.pods[pod as usize].life;
        if life.is_there() {
            let service = self.pods[pod as usize].service;
            self.stop_pod(pod);
            self.scale(service, self.services[service as usize].wanted);
        }
    }

    /// Closes the connections of a pod's callers; the work continues as orphaned.
    fn drop_callers(&mut self, pod: u32) {
        let asked = |id: &u32| !matches!(self.requests[*id].origin, Origin::Consumer(_));
        let all: Vec<u32> = self.requests.on_pod(pod).filter(asked).collect();
        for id in all {
            if self.requests[id].alive && self.requests[id].origin != Origin::Nobody {
                let told = self.requests.copy(id);
                self.in_flight += 1;
                self.requests[id].origin = Origin::Nobody;
                self.fail_up(told, Failure::Lost);
            }
        }
    }

    /// Fails the request and, recursively, the callers that wait for it.
    fn fail_up(&mut self, id: u32, why: Failure) {
        let mut failing = self.conclude(id, Some(why));
        while let Some(caller) = failing.filter(|caller| self.requests[*caller].pod != NONE) {
            self.give_up_all(caller);
            failing = self.conclude(caller, Some(Failure::CallFailed));
        }
    }

    /// Closes the pod's connections at the database server.
    fn close_pools(&mut self, pod: u32) {
        let described = self.pods[pod as usize].described;
        for (index, pool) in (0..).zip(&described.pools) {
            let number = self.pods[pod as usize].pools + index;
            let state = &mut self.pools[number as usize];
            let open = state.pool.open();
            let (in_use, waiting) =
                (state.pool.in_use(), state.pool.waiting().cast_signed() as i64);
            state.pool = Pool::new(pool.maximum, pool.minimum_idle, 0, pool.wake_up);
            (state.adder, state.back_off) = (Adder::Resting, Span::ZERO);
            let station = self.numbering.pools[state.service as usize] + state.number;
            self.databases[pool.database as usize].connections -= open;
            for slot in [
                self.slots.pool_deadline(number),
                self.slots.pool_adder(number),
                self.slots.pool_housekeeping(number),
            ] {
                self.agenda.clear(slot);
            }
            if open > 0 {
                let limit = self.numbering.database_connections + pool.database;
                self.level(limit, -f64::from(open), 0);
            }
            if in_use > 0 || waiting > 0 {
                self.level(station, -f64::from(in_use), -waiting);
            }
        }
    }

    /// Kills pods, the lowest-numbered ready ones first; each is restarted.
    pub(in crate::model) fn kill(&mut self, service: Id, pods: u32) {
        let ready = self.services[service as usize].ready.clone();
        for pod in ready.into_iter().take(pods as usize) {
            self.kill_pod(pod);
            self.start_pod(pod);
        }
    }

    pub(in crate::model) fn kill_pod(&mut self, pod: u32) {
        let service = self.pods[pod as usize].service;
        let was = std::mem::replace(&mut self.pods[pod as usize].life, Life::Absent);
        self.agenda.clear(self.slots.pods + pod);
        if was == Life::Ready {
            self.list_ready(service);
            self.record(Record::Pods { service, change: -1 });
        }
        // Everything in the pod's own queues is lost with it.
        let state = &mut self.pods[pod as usize];
        let (busy, waiting) = (state.busy_threads, state.waiting.len().cast_signed() as i64);
        (state.busy_threads, state.waiting) = (0, std::collections::VecDeque::new());
        if busy > 0 || waiting > 0 {
            self.level(self.numbering.threads + service, -f64::from(busy), -waiting);
        }
        self.drop_jobs(pod);
        self.close_pools(pod);
        self.stop_consumers(pod);
        let lost: Vec<u32> = self.requests.on_pod(pod).collect();
        self.proxies_died(pod);
        for id in &lost {
            match self.requests[*id].phase {
                Phase::LockWait => self.leave_lock_queue(*id),
                Phase::Call => self.hang_up(*id),
                _ => {}
            }
        }
        for id in &lost {
            while let Some(lock) = self.requests[*id].locks.pop() {
                self.unlock(*id, lock);
            }
            // Threads and connections were lost with the pod.
            let request = &mut self.requests[*id];
            request.transactions.clear();
            (request.session, request.pod) = (NONE, NONE);
        }
        for id in lost {
            self.lose(id);
        }
    }

    /// Loses a request with its pod, after which it holds nothing. A statement in work on a
    /// database's processor runs to its end as orphaned.
    fn lose(&mut self, id: u32) {
        let request = &mut self.requests[id];
        if !request.alive {
            return; // Its caller has been notified already.
        }
        let orphan = request.phase == Phase::Database;
        if matches!(request.origin, Origin::Consumer(_)) {
            // Its record will be polled again by the next owner of the partition.
            return self.forget(id, orphan);
        }
        let told = if orphan { self.requests.copy(id) } else { id };
        if orphan {
            self.in_flight += 1;
            self.requests[id].origin = Origin::Nobody;
        }
        self.fail_up(told, Failure::Lost);
    }

    /// Drops all jobs of a pod's processor.
    pub(in crate::model) fn drop_jobs(&mut self, pod: u32) {
        let service = self.pods[pod as usize].service;
        let fresh = self.new_cpu(pod);
        let cpu = std::mem::replace(&mut self.cpus[pod as usize], fresh);
        self.agenda.clear(self.slots.cpus + pod);
        self.pods[pod as usize].used_before = Span::ZERO;
        if cpu.jobs() > 0 {
            let station = self.numbering.cpu + service;
            self.level(station, -cpu.busy(), -cpu.sharing());
        }
        let (node, has) = (self.pods[pod as usize].node, self.alone(pod));
        self.pods[pod as usize].has = has;
        self.wants(pod, node, 0);
    }

    /// Removes a request that no one waits for; an orphan is removed when its statement ends.
    pub(in crate::model) fn forget(&mut self, id: u32, orphan: bool) {
        self.requests[id].origin = Origin::Nobody;
        if !orphan {
            self.agenda.clear(self.slots.request(id));
            self.requests.end(id);
            self.in_flight -= 1;
        }
    }
}
