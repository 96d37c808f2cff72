//! Hedged requests: a try without an answer after some time is copied to another pod.
//!
//! The first good answer counts; the failure of one of the two is ignored while the other is in
//! progress. The superfluous one runs to its end as orphaned, or is removed from its pod's queue if
//! it still waits for a thread: a servlet that has begun does not notice a closed connection.
//! (Dean, Barroso: The Tail at Scale, CACM 56/2, 2013; gRPC's proposal A6, which sends copies after
//! `hedgingDelay`.) A copy takes a free connection, and is not sent where none is free, or where no
//! other pod is ready.

use super::{DRAW_TRIES, Hop, NONE, Origin, Timer, World};
use crate::engine::Class;
use crate::observe::{Failure, Observer, Phase};
use crate::station::breaker::Connections;
use crate::units::Span;

/// Draw number of a copy, distinct from those of further tries.
const DRAW_COPY: u64 = 1 << 32;

impl<O: Observer> World<'_, O> {
    /// Schedules a copy of the current try, which has just been sent, unless it is answered before.
    pub(super) fn plan_copy(&mut self, hop: u32, after: Span) {
        if !self.has_room() {
            return;
        }
        let Hop { current, retries, .. } = *self.meshes.hop(hop);
        let key = self.requests[hop].key().item(DRAW_TRIES).item(DRAW_COPY + u64::from(retries));
        let copy = self.begin_try(hop, key);
        let state = self.meshes.hop(hop);
        (state.current, state.copy, state.copy_sent) = (current, copy, false);
        self.set_timer(copy, after, Timer::Arrive);
    }

    /// Whether a request is the copy of a try.
    pub(super) fn is_copy(&self, hop: u32, id: u32) -> bool {
        self.meshes.hops[hop as usize].copy == id
    }

    /// Sends the copy of an unanswered try to another pod.
    pub(super) fn send_copy(&mut self, hop: u32, id: u32) {
        let Hop { proxy, current, .. } = *self.meshes.hop(hop);
        let connections = self.meshes.proxies[proxy as usize].connections.as_ref();
        let free = connections.is_none_or(Connections::has_free);
        let Some(pod) = self.other_pod(hop, self.requests[current].pod()).filter(|_| free) else {
            return self.drop_copy(hop);
        };
        let state = &mut self.meshes.proxies[proxy as usize];
        state.active += 1;
        if let Some(connections) = &mut state.connections {
            connections.enter(id);
            self.level(self.proxy_station(proxy), 1.0, 0);
        }
        self.meshes.hop(hop).copy_sent = true;
        let mesh = self.mesh_of(proxy);
        if !self.lets_in(mesh, pod) {
            self.release(hop, id);
            self.meshes.hop(hop).copy = NONE;
            return self.forget(id, false);
        }
        if let Some(timeout) = mesh.per_try_timeout {
            self.agenda.set(self.slots.patience(id), self.now + timeout, Class::Expire);
        }
        self.reach_pod(id, mesh.service, pod, false);
    }

    /// Chooses a ready pod other than `first`.
    fn other_pod(&mut self, hop: u32, first: u32) -> Option<u32> {
        let Hop { proxy, copy, .. } = *self.meshes.hop(hop);
        let (key, origin) = (self.requests[copy].key(), self.requests[copy].origin());
        let service = self.mesh_of(proxy).service;
        for _ in 0..self.fleet.ready(service).len() {
            let pod = self.choose_through(proxy, service, key, origin)?;
            if pod != first {
                return Some(pod);
            }
        }
        // The balancer may always choose the same one.
        let ready = self.fleet.ready(service);
        ready.iter().copied().find(|pod| *pod != first)
    }

    /// Handles the end of a try or its copy: the other becomes the current try. Returns true when
    /// this end decides the caller's outcome, false when the other one will.
    pub(super) fn decides(&mut self, hop: u32, ended: u32, failed: bool) -> bool {
        let Hop { current, copy, copy_sent, .. } = *self.meshes.hop(hop);
        if copy == NONE {
            return true;
        }
        if copy_sent {
            // A request that died with its pod is represented by another request, and is itself
            // orphaned.
            let orphan = ended != current && self.requests[copy].origin() == Origin::Nobody;
            if ended == copy || orphan {
                let state = self.meshes.hop(hop);
                (state.current, state.copy) = (copy, current);
            }
            if failed {
                let Hop { current, copy, .. } = *self.meshes.hop(hop);
                self.release(hop, current);
                let state = self.meshes.hop(hop);
                (state.current, state.copy) = (copy, NONE);
                return false;
            }
        }
        self.drop_copy(hop);
        true
    }

    /// Handles a timeout of a try or its copy while both are in progress: the other goes on.
    /// Returns false where there is no copy in progress.
    pub(super) fn other_goes_on(&mut self, hop: u32, late: u32) -> bool {
        let Hop { current, copy, copy_sent, .. } = *self.meshes.hop(hop);
        if copy == NONE || !copy_sent {
            return false;
        }
        if late == current {
            let state = self.meshes.hop(hop);
            (state.current, state.copy) = (copy, current);
        }
        self.drop_copy(hop);
        true
    }

    /// Drops the superfluous copy.
    pub(super) fn drop_copy(&mut self, hop: u32) {
        let Hop { proxy, copy, copy_sent, .. } = *self.meshes.hop(hop);
        if copy == NONE {
            return;
        }
        if !copy_sent {
            self.meshes.hop(hop).copy = NONE;
            return self.forget(copy, false);
        }
        self.release(hop, copy);
        self.meshes.hop(hop).copy = NONE;
        let cancel = self.mesh_of(proxy).hedge.is_some_and(|hedge| hedge.cancel);
        if cancel && self.requests[copy].phase() == Phase::ThreadWait {
            self.leave_thread_queue(copy);
            return self.forget(copy, false);
        }
        self.requests.orphan(copy);
    }

    /// Handles a try that failed because of the proxy itself, which holds a connection for it.
    pub(super) fn fails_at_proxy(&mut self, hop: u32, why: Failure) {
        self.drop_copy(hop);
        self.free_connection(hop);
        self.strike_try(hop);
        self.hop_fails(hop, why);
    }
}
