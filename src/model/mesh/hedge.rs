//! Hedged requests: when a try is not answered within a time, a copy of it goes to another pod.
//!
//! The first good answer counts; while the other of the two is under way, the failure of one is
//! ignored. What is not needed any more is worked on for nobody, or taken out of its pod's queue where
//! it still waits for a thread: a servlet that has begun notices nothing of a connection that closes.
//! (Dean, Barroso: The Tail at Scale, CACM 56/2, 2013; gRPC's proposal A6, which sends copies after
//! `hedgingDelay`.) A copy takes a connection that is free, and is not sent where none is, or where no
//! other pod is ready.

use super::{DRAW_TRIES, Hop, NONE, Origin, Request, Timer, World};
use crate::engine::Class;
use crate::observe::{Failure, Observer, Phase};
use crate::station::breaker::Connections;
use crate::units::Span;

/// Number of the draw of a copy, apart from those of further tries.
const DRAW_COPY: u64 = 1 << 32;

impl<O: Observer> World<'_, O> {
    /// The current try is sent: a copy will follow unless it is answered before.
    pub(super) fn plan_copy(&mut self, hop: u32, after: Span) {
        if !self.has_room() {
            return;
        }
        let Hop { current, retries, .. } = *self.meshes.hop(hop);
        let key = self.requests[hop].key.item(DRAW_TRIES).item(DRAW_COPY + u64::from(retries));
        let copy = self.begin_try(hop, key);
        let state = self.meshes.hop(hop);
        (state.current, state.copy, state.copy_sent) = (current, copy, false);
        self.set_timer(copy, after, Timer::Arrive);
    }

    /// Whether a request is the copy of a try.
    pub(super) fn is_copy(&self, hop: u32, id: u32) -> bool {
        self.meshes.hops[hop as usize].copy == id
    }

    /// The time is over, and the try has no answer: the copy goes to another pod.
    pub(super) fn send_copy(&mut self, hop: u32, id: u32) {
        let Hop { proxy, current, .. } = *self.meshes.hop(hop);
        let connections = self.meshes.proxies[proxy as usize].connections.as_ref();
        let free = connections.is_none_or(Connections::has_free);
        let Some(pod) = self.other_pod(hop, self.requests[current].pod).filter(|_| free) else {
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

    /// A pod that is ready, and not this one.
    fn other_pod(&mut self, hop: u32, first: u32) -> Option<u32> {
        let Hop { proxy, copy, .. } = *self.meshes.hop(hop);
        let Request { key, origin, .. } = self.requests[copy];
        let service = self.mesh_of(proxy).service;
        for _ in 0..self.services[service as usize].ready.len() {
            let pod = self.choose_through(proxy, service, key, origin)?;
            if pod != first {
                return Some(pod);
            }
        }
        // The balancer has a favourite.
        let ready = &self.services[service as usize].ready;
        ready.iter().copied().find(|pod| *pod != first)
    }

    /// One of a try and its copy has ended: it is the current try from now on. True when that decides what
    /// becomes of the caller, false when the other one will.
    pub(super) fn decides(&mut self, hop: u32, ended: u32, failed: bool) -> bool {
        let Hop { current, copy, copy_sent, .. } = *self.meshes.hop(hop);
        if copy == NONE {
            return true;
        }
        if copy_sent {
            // Who died with its pod is answered for by another request, and nobody's itself.
            let orphan = ended != current && self.requests[copy].origin == Origin::Nobody;
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

    /// A try and its copy are under way, and one of them has taken too long: the other goes on. False where
    /// there is no copy under way.
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

    /// The copy is not needed any more.
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
        let Request { phase, pod, .. } = self.requests[copy];
        if cancel && phase == Phase::ThreadWait {
            let state = &mut self.pods[pod as usize];
            state.waiting.retain(|waiting| *waiting != copy);
            let station = self.numbering.threads + state.service;
            self.level(station, 0.0, -1);
            return self.forget(copy, false);
        }
        self.requests[copy].origin = Origin::Nobody;
    }

    /// A try failed that its proxy holds a connection for, because of the proxy itself.
    pub(super) fn fails_at_proxy(&mut self, hop: u32, why: Failure) {
        self.drop_copy(hop);
        self.free_connection(hop);
        self.strike_try(hop);
        self.hop_fails(hop, why);
    }
}
