//! Life of a request: arrival, thread, answer or failure, and removal.

use crate::engine::Class;
use crate::model::request::{self, Origin, Request, Timer};
use crate::model::spec::{Balancer, Id, Op};
use crate::model::{Life, World};
use crate::observe::{Failure, Observer, Phase, Record};
use crate::random::Key;
use crate::units::Span;

impl<O: Observer> World<'_, O> {
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    pub(in crate::model) fn begin(&mut self, endpoint: Id, key: Key, origin: Origin) -> u32 {
        let (id, request) = self.requests.begin(self.now, key, origin);
        request.endpoint = endpoint;
        request.pod = request::NONE;
        request.pc = self.spec.endpoints[endpoint as usize].entry;
        self.in_flight += 1;
        self.cost.in_flight_most = self.cost.in_flight_most.max(self.in_flight);
        id
    }

    /// Handles the arrival at the load balancer: the request gets a thread, is queued, or refused.
    /// Must be called last and with an empty ready list, because a request that gets a thread
    /// starts to run.
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    pub(in crate::model) fn arrive(&mut self, id: u32, key: Key, endpoint: Id, origin: Origin) {
        debug_assert!(self.ready.is_empty(), "others were ready before");
        let service = self.spec.endpoints[endpoint as usize].service;
        if let Some(mesh) = self.meshes.before(service) {
            return self.through_mesh(id, mesh);
        }
        let Some(pod) = self.choose_pod(service, key, origin) else { return self.refuse(id) };
        self.reach_pod(id, service, pod, true);
    }

    /// Handles the arrival at a pod. With `now` a request that gets a thread runs immediately,
    /// otherwise it joins the ready list.
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    pub(in crate::model) fn reach_pod(&mut self, id: u32, service: Id, pod: u32, now: bool) {
        self.requests[id].pod = pod;
        let station = self.numbering.threads + service;
        let state = &mut self.pods[pod as usize];
        let threads = state.described.threads;
        if state.busy_threads < threads.maximum {
            state.busy_threads += 1;
            self.busy(station, 1.0);
            self.enter(id, Phase::Cpu);
            if now {
                self.step(id);
            } else {
                self.ready.push(id);
            }
        } else if (state.waiting.len() as u64)
            < u64::from(threads.accepted) + u64::from(threads.backlog)
        {
            state.waiting.push_back(id);
            self.level(station, 0.0, 1);
            if !now {
                self.enter(id, Phase::ThreadWait);
            }
        } else {
            self.refuse(id);
        }
    }

    pub(in crate::model) fn refuse(&mut self, id: u32) {
        if let Some(caller) = self.conclude(id, Some(Failure::Refused)) {
            self.fail(caller, Failure::CallFailed);
        }
    }

    /// Chooses a ready pod; `None` without one.
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    pub(in crate::model) fn choose_pod(
        &mut self,
        service: Id,
        key: Key,
        origin: Origin,
    ) -> Option<u32> {
        if self.spec.services[service as usize].balancer != Balancer::RoundRobin {
            return self.choose_by_rule(service, key, origin);
        }
        self.next_in_turn(service)
    }

    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    pub(in crate::model) fn next_in_turn(&mut self, service: Id) -> Option<u32> {
        let state = &mut self.services[service as usize];
        let pod = *state.ready.get(state.next as usize)?;
        let next = state.next + 1;
        state.next = if next as usize == state.ready.len() { 0 } else { next };
        Some(pod)
    }

    /// Chooses a ready pod by the load balancing rule of the service.
    #[inline(never)]
    pub(in crate::model) fn choose_by_rule(
        &mut self,
        service: Id,
        key: Key,
        origin: Origin,
    ) -> Option<u32> {
        /// Draw number of the balancer, distinct from those of steps.
        const DRAW_BALANCER: u64 = u64::MAX;
        let state = &self.services[service as usize];
        match self.spec.services[service as usize].balancer {
            Balancer::RoundRobin => self.next_in_turn(service),
            Balancer::Random => {
                let count = state.ready.len() as u128;
                let place = (u128::from(key.bits(DRAW_BALANCER)) * count) >> 64;
                state.ready.get(place as usize).copied()
            }
            Balancer::LeastRequests => {
                let load = |pod: &u32| {
                    let pod = &self.pods[*pod as usize];
                    pod.busy_threads as usize + pod.waiting.len()
                };
                state.ready.iter().min_by_key(|pod| load(pod)).copied()
            }
            Balancer::Sticky(keep) => self.kept_pod(service, keep, key, origin),
        }
    }

    /// Completes the program.
    #[inline(never)]
    pub(in crate::model) fn finish(&mut self, id: u32) {
        debug_assert!(!self.agenda.is_set(self.slots.request(id)), "it waits for nothing");
        self.give_up_all(id);
        let failing = self.tell_and_forget(id, None);
        debug_assert!(failing.is_none(), "who has an answer fails nobody");
    }

    /// Fails a request that holds a thread or processes a record, and with it the callers that wait
    /// for the answer, up the chain of calls.
    #[inline(never)]
    pub(in crate::model) fn fail(&mut self, id: u32, failure: Failure) {
        self.give_up_all(id);
        let mut failing = self.conclude(id, Some(failure));
        while let Some(caller) = failing {
            self.give_up_all(caller);
            failing = self.conclude(caller, Some(Failure::CallFailed));
        }
    }

    /// Releases everything that the request holds: locks, connections, its thread.
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    pub(in crate::model) fn give_up_all(&mut self, id: u32) {
        while let Some(lock) = self.requests[id].locks.pop() {
            self.unlock(id, lock);
        }
        while let Some(pool) = self.requests[id].transactions.pop() {
            if pool != request::NONE {
                self.give_back(pool);
            }
        }
        let session = std::mem::replace(&mut self.requests[id].session, request::NONE);
        if session != request::NONE {
            self.give_back(session);
        }
        if !matches!(self.requests[id].origin, Origin::Consumer(_)) {
            self.free_thread(self.requests[id].pod);
        }
    }

    #[inline]
    pub(in crate::model) fn free_thread(&mut self, pod: u32) {
        let state = &mut self.pods[pod as usize];
        let station = self.numbering.threads + state.service;
        if let Some(next) = state.waiting.pop_front() {
            self.level(station, 0.0, -1);
            self.waited(next, station);
            self.enter(next, Phase::Cpu);
            self.ready.push(next);
        } else {
            state.busy_threads -= 1;
            let leaving = state.life == Life::Ending;
            self.busy(station, -1.0);
            if leaving {
                self.leave_if_done(pod);
            }
        }
    }

    /// Notifies the sender, and removes the request; returns the caller if that must now fail too.
    #[inline(never)]
    pub(in crate::model) fn conclude(&mut self, id: u32, failure: Option<Failure>) -> Option<u32> {
        self.agenda.clear(self.slots.request(id));
        self.tell_and_forget(id, failure)
    }

    #[expect(clippy::inline_always, reason = "on the way of every request, which mostly succeeds")]
    #[inline(always)]
    pub(in crate::model) fn tell_and_forget(
        &mut self,
        id: u32,
        failure: Option<Failure>,
    ) -> Option<u32> {
        let now = self.now;
        let request = &mut self.requests[id];
        request.enter(now, Phase::Delay);
        let (origin, endpoint, took) = (request.origin, request.endpoint, now - request.arrived);
        if origin.is_user() {
            let late = self.spec.load.patience.is_some_and(|patience| took > patience);
            let failure = failure.or(late.then_some(Failure::TooLate));
            match failure {
                None => {
                    let spent = &self.requests[id].spent;
                    self.observer.record(now, Record::Answered { endpoint, took, spent });
                }
                Some(why) => self.record(Record::Failed { endpoint, why, took }),
            }
            if self.watches() {
                self.agenda.clear(self.slots.patience(id));
            }
            let over = failure.is_none() || !self.asks_again(id);
            if let Origin::User(user) = origin
                && over
            {
                self.user_answered(user, failure);
            }
        }
        self.requests.end(id);
        self.in_flight -= 1;
        self.cost.completions += 1;
        match origin {
            Origin::Caller { caller, generation } => {
                return self.call_over(caller, generation, failure.is_some());
            }
            Origin::Consumer(thread) => self.record_done(thread, failure),
            Origin::Try(hop) => return self.try_over(hop, id, failure),
            Origin::Visitor | Origin::User(_) | Origin::Nobody => {}
        }
        None
    }

    pub(in crate::model) fn call_over(
        &mut self,
        caller: u32,
        generation: u32,
        failed: bool,
    ) -> Option<u32> {
        let waiting = &self.requests[caller];
        if !waiting.alive || waiting.generation != generation || waiting.phase != Phase::Call {
            return None; // The caller has given up on this call.
        }
        self.agenda.clear(self.slots.request(caller));
        if failed {
            return Some(caller);
        }
        self.ready.push(caller);
        None
    }

    #[inline]
    pub(in crate::model) fn request_timer(&mut self, id: u32) {
        match self.requests[id].timer {
            Timer::Arrive => {
                let now = self.now;
                let request = &mut self.requests[id];
                request.arrived = now;
                request.phase_since = now;
                if request.tries > 0 && request.origin.is_user() {
                    let endpoint = request.endpoint;
                    self.record(Record::Offered { endpoint });
                    self.watch_patience(id);
                }
                let Request { key, endpoint, origin, .. } = self.requests[id];
                self.arrive(id, key, endpoint, origin);
            }
            Timer::Proceed => self.proceed(id),
            Timer::ReachDatabase { database, demand } => self.reach_database(id, database, demand),
            Timer::StorageDone(database) => self.storage_done(id, database),
            Timer::CacheAnswered { commands, .. } => self.cache_answered(id, commands),
            Timer::CacheLost => self.cache_lost(id),
            Timer::CallTimeout => {
                self.hang_up(id);
                self.fail(id, Failure::CallTimeout);
            }
            Timer::MeshTimeout => self.mesh_timed_out(id),
            Timer::WakeUp => self.is_awake(id),
        }
    }

    /// Continues the request's program, which often ends here.
    #[inline]
    pub(in crate::model) fn proceed(&mut self, id: u32) {
        if matches!(self.spec.ops[self.requests[id].pc as usize], Op::End) {
            self.finish(id);
        } else {
            self.step(id);
        }
    }

    #[inline]
    pub(in crate::model) fn set_timer(&mut self, id: u32, after: Span, timer: Timer) {
        self.requests[id].timer = timer;
        let class = match timer {
            Timer::CallTimeout | Timer::MeshTimeout => Class::Expire,
            // Resources freed at this very instant are available to an arrival.
            Timer::Arrive => Class::Arrive,
            Timer::Proceed
            | Timer::ReachDatabase { .. }
            | Timer::StorageDone(_)
            | Timer::CacheAnswered { .. }
            | Timer::CacheLost
            | Timer::WakeUp => Class::Complete,
        };
        self.agenda.set(self.slots.request(id), self.now + after, class);
    }
}
