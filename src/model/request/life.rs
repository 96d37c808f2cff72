//! Life of a request: arrival, thread, answer or failure, and removal.

use crate::engine::Class;
use crate::model::request::{self, Origin, Request, Timer};
use crate::model::spec::{Id, Op};
use crate::model::world::World;
use crate::observe::{Failure, Observer, Phase, Record};
use crate::random::Key;
use crate::units::{Span, Time};

impl<O: Observer> World<'_, O> {
    /// Creates a request, which is at no pod yet.
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    pub(in crate::model) fn begin(&mut self, endpoint: Id, key: Key, origin: Origin) -> u32 {
        let (id, request) = self.requests.begin(self.now, key, origin);
        request.endpoint = endpoint;
        request.pod = request::NONE;
        request.pc = self.spec.endpoints[endpoint as usize].entry;
        self.requests.most = self.requests.most.max(self.requests.in_flight);
        id
    }

    /// Creates a request made by another, `parent`.
    pub(in crate::model) fn begin_child(
        &mut self,
        parent: u32,
        endpoint: Id,
        key: Key,
        origin: Origin,
    ) -> u32 {
        let (flow, started) = self.requests[parent].flow();
        let id = self.begin(endpoint, key, origin);
        let request = self.requests.at(id);
        (request.flow, request.flow_started) = (flow, started);
        id
    }

    /// Creates the request by which a user repeats another.
    pub(in crate::model) fn begin_again(&mut self, before: u32, key: Key) -> u32 {
        let Request { endpoint, origin, tries, .. } = self.requests[before];
        let id = self.begin(endpoint, key, origin);
        self.requests.at(id).tries = tries + 1;
        id
    }

    /// Creates the request by which a consumer thread handles a record. It runs on that thread, so
    /// that it is ready at once.
    pub(in crate::model) fn begin_record(
        &mut self,
        thread: u32,
        key: Key,
        (flow, flow_started): (Key, Time),
        pod: u32,
        listener: Id,
    ) {
        let (id, request) = self.requests.begin(self.now, key, Origin::Consumer(thread));
        (request.flow, request.flow_started, request.pod) = (flow, flow_started, pod);
        request.pc = self.spec.listeners[listener as usize].entry;
        request.phase = Phase::Cpu;
        self.requests.make_ready(id);
    }

    /// Handles the arrival at the load balancer: the request gets a thread, is queued, or refused.
    /// Must be called last and with an empty ready list, because a request that gets a thread
    /// starts to run.
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    pub(in crate::model) fn arrive(&mut self, id: u32, key: Key, endpoint: Id, origin: Origin) {
        debug_assert!(self.requests.nobody_is_ready(), "others were ready before");
        let service = self.spec.endpoints[endpoint as usize].service;
        if let Some(mesh) = self.meshes.before(service) {
            return self.through_mesh(id, mesh);
        }
        let Some(pod) = self.choose_pod(service, key, origin) else { return self.refuse(id) };
        self.reach_pod(id, service, pod, true);
    }

    pub(in crate::model) fn refuse(&mut self, id: u32) {
        if let Some(caller) = self.conclude(id, Some(Failure::Refused)) {
            self.fail(caller, Failure::CallFailed);
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
    pub(super) fn give_up_all(&mut self, id: u32) {
        while let Some(lock) = self.requests.at(id).locks.pop() {
            self.unlock(id, lock);
        }
        while let Some(pool) = self.requests.at(id).transactions.pop() {
            if pool != request::NONE {
                self.give_back(pool);
            }
        }
        let session = std::mem::replace(&mut self.requests.at(id).session, request::NONE);
        if session != request::NONE {
            self.give_back(session);
        }
        if !matches!(self.requests[id].origin, Origin::Consumer(_)) {
            self.free_thread(self.requests[id].pod);
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
    fn tell_and_forget(&mut self, id: u32, failure: Option<Failure>) -> Option<u32> {
        let now = self.now;
        let request = self.requests.at(id);
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

        self.requests.completions += 1;
        match origin {
            Origin::Caller { caller, generation } => {
                return self.call_over(caller, generation, failure.is_some());
            }
            Origin::Consumer(thread) => self.record_done(thread, failure),
            Origin::Try(hop) => {
                self.requests.completions -= 1; // Only callers' requests count.
                return self.try_over(hop, id, failure);
            }
            Origin::Visitor | Origin::User(_) | Origin::Nobody => {}
        }
        None
    }

    fn call_over(&mut self, caller: u32, generation: u32, failed: bool) -> Option<u32> {
        let waiting = &self.requests[caller];
        if !waiting.alive || waiting.generation != generation || waiting.phase != Phase::Call {
            return None; // The caller has given up on this call.
        }
        self.agenda.clear(self.slots.request(caller));
        if failed {
            return Some(caller);
        }
        self.requests.make_ready(caller);
        None
    }

    #[inline]
    pub(in crate::model) fn request_timer(&mut self, id: u32) {
        match self.requests[id].timer {
            Timer::Arrive => {
                let now = self.now;
                let request = self.requests.at(id);
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

    /// Reports that the request no longer waits at a station.
    pub(in crate::model) fn waited(&mut self, id: u32, station: u32) {
        let took = self.requests[id].in_phase(self.now);
        self.record(Record::Waited { station, took, open: false });
    }

    /// Continues the request's program, which often ends here.
    #[inline]
    fn proceed(&mut self, id: u32) {
        if matches!(self.spec.ops[self.requests[id].pc as usize], Op::End) {
            self.finish(id);
        } else {
            self.step(id);
        }
    }

    #[inline]
    pub(in crate::model) fn set_timer(&mut self, id: u32, after: Span, timer: Timer) {
        self.requests.at(id).timer = timer;
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

    /// Returns the requests in flight that wait for a timer, ordered by its time.
    pub(in crate::model) fn in_flight_where(
        &self,
        which: impl Fn(&Request) -> bool,
    ) -> Vec<(Time, u32)> {
        let mut found: Vec<(Time, u32)> = self
            .requests
            .numbered()
            .filter(|(_, request)| which(request))
            .map(|(id, _)| (self.agenda.due(self.slots.request(id)), id))
            .filter(|(at, _)| *at < Time::NEVER)
            .collect();
        found.sort_unstable();
        found
    }
}
