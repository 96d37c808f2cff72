//! Pods come and go: they start, get ready, finish their work and leave, or die.

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
    /// All pods that there may ever be.
    pub(in crate::model) pods: std::ops::Range<u32>,
    /// Those that requests are sent to, in order.
    pub(in crate::model) ready: Vec<u32>,
    /// Place among them of the next in turn.
    pub(in crate::model) next: u32,
    /// Pods that there should be.
    pub(in crate::model) wanted: u32,
    /// The newest version; the one that requests go to, if not to all; how far one replaces the other.
    pub(in crate::model) version: u32,
    /// State of the timeline that each version was deployed in; 0 is the first.
    pub(in crate::model) deployed_in: Vec<u32>,
    pub(in crate::model) active: Option<u32>,
    pub(in crate::model) rollout: Option<Progress>,
}

#[derive(Clone, Debug)]
pub(in crate::model) struct Pod<'a> {
    pub(in crate::model) service: Id,
    /// The settings with which it was started.
    pub(in crate::model) described: &'a spec::Service,
    pub(in crate::model) life: Life,
    /// Which of its service's versions it is.
    pub(in crate::model) version: u32,
    /// Its node, or none.
    pub(in crate::model) node: u32,
    /// Processor that it would use if it had its node alone \[millicores\], and that it has now \[cores\].
    pub(in crate::model) wants: u64,
    pub(in crate::model) has: f64,
    /// When its code is warm.
    pub(in crate::model) warm_at: Time,
    /// Processor time of its work since it last collected garbage.
    pub(in crate::model) uncollected: Span,
    /// For its autoscaler; and the processor time that its slot had used before it began.
    pub(in crate::model) seen: Seen,
    pub(in crate::model) used_before: Span,
    /// First of its pools in `World::pools`.
    pub(in crate::model) pools: u32,
    pub(in crate::model) busy_threads: u32,
    pub(in crate::model) waiting: VecDeque<u32>,
}

/// Where a pod is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model) enum Life {
    /// There is none.
    Absent,
    /// It fits on no node, and waits for one.
    Pending,
    /// It starts; nobody sends it anything yet.
    Starting,
    /// It works.
    Ready,
    /// It gets nothing new, and goes on until it is told to end.
    Leaving,
    /// It was told to end, and goes when its work is done.
    Ending,
    /// Its node failed; the cluster has not noticed yet.
    Lost,
}

impl Life {
    /// Whether it counts among the pods that its service wants.
    pub(in crate::model) fn is_there(self) -> bool {
        matches!(self, Life::Pending | Life::Starting | Life::Ready | Life::Lost)
    }
}

impl<O: Observer> World<'_, O> {
    /// A deployment is given a number of pods; its autoscaler goes on from there.
    pub(in crate::model) fn scale_by_hand(&mut self, service: Id, pods: u32) {
        if let Some(scaler) = self.scalers.iter_mut().find(|scaler| scaler.service == service) {
            scaler.wanted = pods;
        }
        self.scale(service, pods);
    }

    /// Start or stop pods until `wanted` are there, those starting included.
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
        // The youngest go first, and of these those that do not work yet.
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

    /// Creates `count` pods of the newest version, as far as there are places for them.
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

    /// A pod begins: it starts on its node, or waits for one.
    pub(in crate::model) fn start_pod(&mut self, pod: u32) {
        self.pod_begins(pod);
        self.pods[pod as usize].life = Life::Pending;
        if self.find_node(pod) {
            self.has_place(pod);
        }
    }

    /// The pod has a node: it starts.
    pub(in crate::model) fn has_place(&mut self, pod: u32) {
        let lifecycle = &self.pods[pod as usize].described.lifecycle;
        // At a steady load what scales has scaled.
        let after = if self.run.follow_curve { lifecycle.ready_after } else { Span::ZERO };
        self.pods[pod as usize].life = Life::Starting;
        self.agenda.set(self.slots.pods + pod, self.now + after, Class::Complete);
        if let Some(warm_up) = lifecycle.warm_up
            && self.run.follow_curve
            && warm_up.start > Span::ZERO
        {
            // Nobody waits for it.
            self.compute(pod, crate::model::request::NONE, warm_up.start);
        }
    }

    /// Fires a pod's timer.
    pub(in crate::model) fn pod_timer(&mut self, pod: u32) {
        match self.pods[pod as usize].life {
            Life::Starting => self.pod_ready(pod),
            Life::Leaving => self.end_pod(pod),
            Life::Ending => {
                // Its time of grace is over.
                self.kill_pod(pod);
                self.pod_absent(pod);
            }
            Life::Lost => self.start_pod(pod),
            Life::Absent | Life::Pending | Life::Ready => {}
        }
    }

    /// The pod that was starting is ready: its pools open, requests reach it, its consumers join.
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

    /// Those ready that requests go to, in order; the turn begins with the first.
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

    /// Open the pools of a pod to their minimum, and start their housekeepers.
    pub(in crate::model) fn open_pools(&mut self, pod: u32) {
        let root = Key::root(self.run.seed, self.run.replication);
        let service = self.pods[pod as usize].service as usize;
        let own = pod - self.services[service].pods.start;
        let described = self.pods[pod as usize].described;
        for (index, pool) in (0..).zip(&described.pools) {
            // Names, not positions: a pool elsewhere shifts nobody's housekeeper.
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
        // One connection opens with the pool itself, the rest by the adder before the pod is ready.
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

    /// The pod gets nothing new, and goes when it is told to end and its work is done.
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

    /// The pod is told to end (`SIGTERM`).
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

    /// A pod that ends is gone when it has neither requests nor records in work.
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

    /// The pod is gone for good, and holds nothing; another may have its place.
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
            // There was no room before.
            self.create_pods(service, wanted as usize - there);
        }
        self.look_settled();
    }

    /// A node goes, and its pods have to; their owner makes others.
    pub(in crate::model) fn evict(&mut self, pod: u32) {
        let life = self.pods[pod as usize].life;
        if life.is_there() {
            let service = self.pods[pod as usize].service;
            self.stop_pod(pod);
            self.scale(service, self.services[service as usize].wanted);
        }
    }

    /// The callers of a pod see its connections close; what it works on goes on for nobody.
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

    /// The request fails, and whoever waits for it, and so on.
    fn fail_up(&mut self, id: u32, why: Failure) {
        let mut failing = self.conclude(id, Some(why));
        while let Some(caller) = failing.filter(|caller| self.requests[*caller].pod != NONE) {
            self.give_up_all(caller);
            failing = self.conclude(caller, Some(Failure::CallFailed));
        }
    }

    /// The server sees the connections of a pod close.
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

    /// Pods die, the lowest of those ready first; each is started anew.
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
        // What stands in the pod's own queues goes with them.
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
            // Threads and connections went with the pod.
            let request = &mut self.requests[*id];
            request.transactions.clear();
            (request.session, request.pod) = (NONE, NONE);
        }
        for id in lost {
            self.lose(id);
        }
    }

    /// The request dies with its pod, and holds nothing any more. A statement at work on a database's
    /// processor runs to its end, for nobody.
    fn lose(&mut self, id: u32) {
        let request = &mut self.requests[id];
        if !request.alive {
            return; // Its caller was told already.
        }
        let orphan = request.phase == Phase::Database;
        if matches!(request.origin, Origin::Consumer(_)) {
            // Its record will be taken again, by whoever has the partition then.
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

    /// Strike a request that nobody waits for; an orphan goes when its statement ends.
    pub(in crate::model) fn forget(&mut self, id: u32, orphan: bool) {
        self.requests[id].origin = Origin::Nobody;
        if !orphan {
            self.agenda.clear(self.slots.request(id));
            self.requests.end(id);
            self.in_flight -= 1;
        }
    }
}
