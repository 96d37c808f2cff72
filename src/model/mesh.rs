//! Proxies of a service mesh: limits, timeouts, retries and back-off, outlier ejection.
//!
//! The caller's request stays in its proxy until it is answered; pods receive tries of it, which
//! are requests of their own. A try that its proxy gives up continues in its pod as orphaned.

pub(super) mod clients;
mod hedge;
pub(super) mod proxy;

use self::proxy::{Hop, Stage};
use super::request::{NONE, Origin, PROXY, Timer};
use super::spec::{Id, Mesh};
use super::world::World;
use crate::engine::Class;
use crate::observe::{Failure, Observer, Phase};
use crate::random::Key;
use crate::station::breaker::{Connections, Entry, Outliers, Retries};
use crate::units::{NANOS_PER_SECOND, Span};

/// Draw number of tries after the first, distinct from those of steps.
const DRAW_TRIES: u64 = u64::MAX - 3;
/// Maximum back-off, in base intervals (Envoy: `max_interval` is ten times `base_interval`).
const LONGEST_PAUSE: f64 = 10.0;

impl<'a, O: Observer> World<'a, O> {
    /// Starts outlier detection: the proxies learn the ready pods, and sweep each at its own phase.
    pub(super) fn start_meshes(&mut self) {
        for proxy in 0..self.meshes.len() {
            self.forget_outliers(proxy);
        }
    }

    /// Resets a starting proxy: no pod is ejected or has failures.
    fn forget_outliers(&mut self, number: u32) {
        let mesh = self.meshes.proxies[number as usize].mesh;
        let Mesh { outlier, service, .. } = &self.spec.meshes[mesh as usize];
        let Some(rules) = outlier else { return };
        let root = Key::root(self.run.seed, self.run.replication);
        let own = u64::from(number - self.meshes.first[mesh as usize]);
        let name = &self.spec.services[*service as usize].name;
        let phase = root.named("mesh").named(name).item(own).uniform(0);
        let ready = self.fleet.ready(*service).iter().copied();
        let outliers = Outliers::new(ready, *rules, Span::from_secs(rules.sweep.secs() * phase));
        self.meshes.proxies[number as usize].outliers = Some(outliers);
        self.agenda.clear(self.slots.proxies + number);
    }

    /// Tells the proxies that the ready pods of a service have changed.
    pub(super) fn proxies_learn_pods(&mut self, service: Id) {
        for number in self.meshes.proxies_before(service) {
            if let Some(outliers) = &mut self.meshes.proxies[number as usize].outliers {
                outliers.set_hosts(self.fleet.ready(service));
            }
        }
    }

    /// Resets the proxies in a pod that died.
    pub(super) fn proxies_died(&mut self, pod: u32) {
        let Some(service) = self.fleet.service_of(pod) else { return };
        let own = self.fleet.own_number(pod);
        for mesh in 0..self.spec.meshes.len() {
            if let Some(client) = self.meshes.clients[mesh].number(service, own) {
                self.forget_outliers(self.meshes.first[mesh] + client);
            }
        }
    }

    /// Returns ejected pods whose ejection time is over.
    pub(super) fn sweep(&mut self, number: u32) {
        let now = self.now;
        if let Some(outliers) = &mut self.meshes.proxies[number as usize].outliers {
            outliers.sweep(now);
            self.agenda.set(self.slots.proxies + number, outliers.next(), Class::Complete);
        }
    }

    /// Handles a request into a service behind a mesh: a caller's, or a try of one.
    pub(super) fn through_mesh(&mut self, id: u32, mesh: u32) {
        match self.requests[id].origin() {
            Origin::Try(hop) if self.is_copy(hop, id) => self.send_copy(hop, id),
            Origin::Try(hop) => self.connect(hop),
            origin => match self.client(mesh, origin) {
                Some(client) => self.enter_proxy(id, self.meshes.first[mesh as usize] + client),
                None => self.forget(id, false), // The caller has gone: no one sends it.
            },
        }
    }

    /// Returns the client number of the sender of a request for a mesh.
    fn client(&self, mesh: u32, origin: Origin) -> Option<u32> {
        let Origin::Caller { caller, generation } = origin else { return Some(0) };
        let pod = self.requests.resolve(caller, generation)?.pod();
        let service = self.fleet.service_of(pod)?;
        let own = self.fleet.own_number(pod);
        self.meshes.clients[mesh as usize].number(service, own)
    }

    fn enter_proxy(&mut self, id: u32, proxy: u32) {
        let mesh = &self.spec.meshes[self.meshes.proxies[proxy as usize].mesh as usize];
        self.enter(id, Phase::Mesh);
        self.requests.place(id, PROXY);
        if self.meshes.hops.len() <= id as usize {
            self.meshes.hops.resize((id as usize + 1).next_power_of_two(), Hop::of(0));
        }
        *self.meshes.hop(id) = Hop::of(proxy);
        if let Some(timeout) = mesh.timeout {
            self.set_timer(id, timeout, Timer::MeshTimeout);
        }
        if !self.has_room() {
            return self.hop_fails(id, Failure::Refused);
        }
        let key = self.requests[id].key();
        self.begin_try(id, key);
        self.connect(id);
    }

    /// Creates the request for the next try of `hop`.
    fn begin_try(&mut self, hop: u32, key: Key) -> u32 {
        let endpoint = self.requests[hop].endpoint();
        let id = self.begin_child(hop, endpoint, key, Origin::Try(hop));
        self.enter(id, Phase::Mesh);
        self.meshes.hop(hop).current = id;
        id
    }

    /// Returns the rules of a proxy.
    fn mesh_of(&self, proxy: u32) -> &'a Mesh {
        &self.spec.meshes[self.meshes.proxies[proxy as usize].mesh as usize]
    }

    fn proxy_station(&self, proxy: u32) -> u32 {
        let mesh = self.meshes.proxies[proxy as usize].mesh;
        self.numbering.proxies[mesh as usize]
    }

    /// Requests a connection for the current try.
    fn connect(&mut self, hop: u32) {
        let Hop { proxy, current, .. } = *self.meshes.hop(hop);
        let state = &mut self.meshes.proxies[proxy as usize];
        state.active += 1;
        match state.connections.as_mut().map(|connections| connections.enter(current)) {
            None => self.grant_connection(current),
            Some(Entry::Granted) => {
                self.level(self.proxy_station(proxy), 1.0, 0);
                self.grant_connection(current);
            }
            Some(Entry::Waits) => {
                self.meshes.hop(hop).stage = Stage::Waiting;
                self.level(self.proxy_station(proxy), 0.0, 1);
            }
            Some(Entry::Overflow) => {
                state.active -= 1;
                self.end_retry(hop);
                self.strike_try(hop);
                self.hop_fails(hop, Failure::Overflow);
            }
        }
    }

    fn grant_connection(&mut self, id: u32) {
        if let Origin::Try(hop) = self.requests[id].origin() {
            self.meshes.hop(hop).stage = Stage::Granted;
            self.meshes.granted.push_back(id);
        }
    }

    /// Sends a try that has a connection to a pod.
    pub(super) fn send_try(&mut self, id: u32) {
        let request = &self.requests[id];
        let (origin, key, endpoint) = (request.origin(), request.key(), request.endpoint());
        let alive = request.is_alive();
        let Origin::Try(hop) = origin else { return };
        let Hop { proxy, current, stage, .. } = *self.meshes.hop(hop);
        if !alive || current != id || stage != Stage::Granted {
            return; // Given up at this very instant.
        }
        self.meshes.hop(hop).stage = Stage::Sent;
        let service = self.spec.endpoints[endpoint as usize].service;
        let mesh = &self.spec.meshes[self.meshes.proxies[proxy as usize].mesh as usize];
        let Some(pod) = self.choose_through(proxy, service, key, origin) else {
            return self.fails_at_proxy(hop, Failure::Refused);
        };
        if !self.lets_in(mesh, pod) {
            return self.fails_at_proxy(hop, Failure::RateLimited);
        }
        if let Some(timeout) = mesh.per_try_timeout {
            self.agenda.set(self.slots.patience(id), self.now + timeout, Class::Expire);
        }
        if let Some(hedge) = mesh.hedge {
            self.plan_copy(hop, hedge.after);
        }
        self.reach_pod(id, service, pod, false);
    }

    /// Chooses a ready pod that is not ejected.
    fn choose_through(&mut self, proxy: u32, service: Id, key: Key, origin: Origin) -> Option<u32> {
        let outliers = self.meshes.proxies[proxy as usize].outliers.as_ref();
        let Some(outliers) = outliers.filter(|outliers| outliers.ejected() > 0) else {
            return self.choose_pod(service, key, origin);
        };
        let ready = self.fleet.ready(service);
        let eligible = ready.iter().filter(|pod| outliers.eligible(**pod)).count();
        if eligible == ready.len() {
            return self.choose_pod(service, key, origin); // Panic threshold: all pods are used.
        }
        // Round robin skips ejected pods.
        for _ in 0..ready.len() {
            let pod = self.choose_pod(service, key, origin)?;
            let outliers = self.meshes.proxies[proxy as usize].outliers.as_ref();
            if outliers.is_none_or(|outliers| outliers.eligible(pod)) {
                return Some(pod);
            }
        }
        let outliers = self.meshes.proxies[proxy as usize].outliers.as_ref();
        let left = |pod: &u32| outliers.is_none_or(|outliers| outliers.eligible(*pod));
        let place = (u128::from(key.bits(DRAW_TRIES)) * eligible as u128) >> 64;
        let ready = self.fleet.ready(service).iter().copied();
        ready.filter(left).nth(place as usize)
    }

    /// Whether the pod's own proxy admits another request now.
    fn lets_in(&mut self, mesh: &Mesh, pod: u32) -> bool {
        mesh.rate_limit.is_none_or(|limit| {
            // A token bucket is represented by the time at which it is full, which each request
            // moves by the time of a token.
            let token = Span((NANOS_PER_SECOND / limit.per_s) as u64);
            let full = self.meshes.full[pod as usize].max(self.now);
            let room = Span(token.0.saturating_mul(u64::from(limit.burst) - 1));
            let passes = full <= self.now + room;
            if passes {
                self.meshes.full[pod as usize] = full + token;
            }
            passes
        })
    }

    /// Handles the end of a try, in its pod or with it. Returns a caller that must now fail.
    pub(super) fn try_over(
        &mut self,
        hop: u32,
        ended: u32,
        failure: Option<Failure>,
    ) -> Option<u32> {
        let pod = self.requests[ended].pod();
        self.judge(hop, pod, failure);
        if !self.decides(hop, ended, failure.is_some()) {
            return None;
        }
        self.free_connection(hop);
        let Some(why) = failure else {
            self.requests.answer_by_try(hop, ended, self.now);
            return self.conclude(hop, None);
        };
        self.try_again(hop, why)
    }

    /// Reports a pod's answer to outlier detection.
    fn judge(&mut self, hop: u32, pod: u32, failure: Option<Failure>) {
        let (now, proxy) = (self.now, self.meshes.hop(hop).proxy);
        let Some(outliers) = &mut self.meshes.proxies[proxy as usize].outliers else { return };
        if pod < PROXY && outliers.answered(now, pod, failure.is_some()) {
            self.agenda.set(self.slots.proxies + proxy, outliers.next(), Class::Complete);
        }
    }

    /// Retries after a back-off, or reports the failure to the caller; returns a caller that must
    /// now fail too.
    fn try_again(&mut self, hop: u32, why: Failure) -> Option<u32> {
        let Hop { proxy, retries, .. } = *self.meshes.hop(hop);
        let state = &mut self.meshes.proxies[proxy as usize];
        let mesh = &self.spec.meshes[state.mesh as usize];
        let allowed = |retries: &mut Retries| retries.begin(state.active);
        if retries >= mesh.retries
            || !retried(mesh, why)
            || !state.retries.as_mut().is_none_or(allowed)
        {
            return self.conclude(hop, Some(why));
        }
        self.meshes.hop(hop).retries = retries + 1;
        if !self.has_room() {
            return self.conclude(hop, Some(why));
        }
        let key = self.requests[hop].key().item(DRAW_TRIES).item(u64::from(retries));
        let most = (f64::from(retries + 1).exp2() - 1.0).min(LONGEST_PAUSE);
        let pause = Span::from_secs(mesh.back_off.secs() * most * key.uniform(DRAW_TRIES));
        let id = self.begin_try(hop, key);
        self.meshes.hop(hop).stage = Stage::Pausing;
        self.set_timer(id, pause, Timer::Arrive);
        None
    }

    /// Fails the request `hop` for good.
    fn hop_fails(&mut self, hop: u32, why: Failure) {
        if let Some(caller) = self.conclude(hop, Some(why)) {
            self.fail(caller, Failure::CallFailed);
        }
    }

    /// Frees the connection of the current try, which is over or given up, for the first in the
    /// queue.
    fn free_connection(&mut self, hop: u32) {
        let current = self.meshes.hop(hop).current;
        self.end_retry(hop);
        self.release(hop, current);
    }

    /// Frees the connection of a try.
    fn release(&mut self, hop: u32, id: u32) {
        let proxy = self.meshes.hop(hop).proxy;
        self.agenda.clear(self.slots.patience(id));
        let state = &mut self.meshes.proxies[proxy as usize];
        state.active -= 1;
        match state.connections.as_mut().map(Connections::leave) {
            None => {}
            Some(None) => self.level(self.proxy_station(proxy), -1.0, 0),
            Some(Some(next)) => {
                self.level(self.proxy_station(proxy), 0.0, -1);
                self.grant_connection(next);
            }
        }
    }

    fn end_retry(&mut self, hop: u32) {
        let Hop { proxy, retries, .. } = *self.meshes.hop(hop);
        if retries > 0
            && let Some(budget) = &mut self.meshes.proxies[proxy as usize].retries
        {
            budget.end();
        }
    }

    /// Removes the current try, which is at no pod.
    fn strike_try(&mut self, hop: u32) {
        let current = self.meshes.hop(hop).current;
        self.forget(current, false);
    }

    /// Gives up the current try: its work in a pod continues as orphaned.
    fn give_up_try(&mut self, hop: u32) {
        self.drop_copy(hop);
        let Hop { proxy, current, stage, .. } = *self.meshes.hop(hop);
        match stage {
            Stage::Pausing => {
                self.end_retry(hop);
                self.strike_try(hop);
            }
            Stage::Waiting => {
                let state = &mut self.meshes.proxies[proxy as usize];
                state.active -= 1;
                let waited = state.connections.as_mut().is_some_and(|all| all.give_up(current));
                debug_assert!(waited, "a try that waits for nothing");
                self.level(self.proxy_station(proxy), 0.0, -1);
                self.end_retry(hop);
                self.strike_try(hop);
            }
            Stage::Granted => {
                self.free_connection(hop);
                self.strike_try(hop);
            }
            Stage::Sent => {
                self.free_connection(hop);
                self.requests.orphan(current);
            }
        }
    }

    /// Handles the per-try timeout.
    pub(super) fn try_timed_out(&mut self, id: u32, hop: u32) {
        let pod = self.requests[id].pod();
        self.judge(hop, pod, Some(Failure::MeshTimeout));
        if self.other_goes_on(hop, id) {
            return;
        }
        self.give_up_try(hop);
        if let Some(caller) = self.try_again(hop, Failure::MeshTimeout) {
            self.fail(caller, Failure::CallFailed);
        }
    }

    /// Handles the timeout over all tries.
    pub(super) fn mesh_timed_out(&mut self, hop: u32) {
        let Hop { current, stage, .. } = *self.meshes.hop(hop);
        if stage == Stage::Sent {
            let pod = self.requests[current].pod();
            self.judge(hop, pod, Some(Failure::MeshTimeout));
        }
        self.give_up_try(hop);
        self.hop_fails(hop, Failure::MeshTimeout);
    }

    /// Drops a request whose caller has gone, with its try.
    pub(super) fn leave_proxy(&mut self, hop: u32) {
        self.give_up_try(hop);
        self.forget(hop, false);
    }

    /// Abandons the call of a caller that no longer waits for the answer.
    pub(super) fn hang_up(&mut self, caller: u32) {
        let origin = self.requests.as_caller(caller);
        let asked = self.requests[caller].callee();
        if let Some(request) = self.requests.get(asked)
            && request.pod() == PROXY
            && request.origin() == origin
        {
            self.leave_proxy(asked);
        }
    }

    /// Compares the state of the proxies with the requests on their way through them.
    pub(super) fn audit_meshes(&self) {
        let mut held = vec![(0, 0); self.meshes.proxies.len()];
        for (id, _) in self.requests.numbered().filter(|(_, request)| request.pod() == PROXY) {
            let hop = self.meshes.hops[id as usize];
            let held = &mut held[hop.proxy as usize];
            held.0 += u32::from(matches!(hop.stage, Stage::Granted | Stage::Sent));
            held.0 += u32::from(hop.copy != NONE && hop.copy_sent);
            held.1 += u32::from(hop.stage == Stage::Waiting);
            assert_eq!(self.requests[hop.current].origin(), Origin::Try(id), "the current try");
        }
        for (proxy, (held, waiting)) in self.meshes.proxies.iter().zip(held) {
            assert_eq!(proxy.active, held + waiting, "requests under way in a proxy");
            if let Some(connections) = &proxy.connections {
                assert_eq!(connections.in_use(), held, "connections of a proxy");
                assert_eq!(connections.waiting(), waiting, "waiting in a proxy");
            }
        }
    }
}

/// Whether a failure is retried.
fn retried(mesh: &Mesh, why: Failure) -> bool {
    let on = mesh.retry_on;
    match why {
        Failure::Refused => on.errors || on.reset || on.connect,
        Failure::Lost | Failure::MeshTimeout => on.errors || on.reset,
        Failure::ConnectionTimeout | Failure::CallTimeout | Failure::CallFailed => on.errors,
        Failure::TooLate | Failure::Overflow | Failure::RateLimited => false,
    }
}
