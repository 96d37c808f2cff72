//! Load balancing: which ready pod of a service gets a request.

use super::pod::Life;
use crate::model::request::Origin;
use crate::model::spec::{Balancer, Id};
use crate::model::world::World;
use crate::observe::Observer;
use crate::random::Key;

/// Draw number of the balancer, distinct from those of steps.
const DRAW_BALANCER: u64 = u64::MAX;

impl<O: Observer> World<'_, O> {
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
    fn next_in_turn(&mut self, service: Id) -> Option<u32> {
        let state = &mut self.fleet.services[service as usize];
        let pod = *state.ready.get(state.next as usize)?;
        let next = state.next + 1;
        state.next = if next as usize == state.ready.len() { 0 } else { next };
        Some(pod)
    }

    /// Chooses a ready pod by the load balancing rule of the service.
    #[inline(never)]
    fn choose_by_rule(&mut self, service: Id, key: Key, origin: Origin) -> Option<u32> {
        let state = &self.fleet.services[service as usize];
        match self.spec.services[service as usize].balancer {
            Balancer::RoundRobin => self.next_in_turn(service),
            Balancer::Random => {
                let count = state.ready.len() as u128;
                let place = (u128::from(key.bits(DRAW_BALANCER)) * count) >> 64;
                state.ready.get(place as usize).copied()
            }
            Balancer::LeastRequests => {
                let load = |pod: &u32| {
                    let pod = &self.fleet.pods[*pod as usize];
                    pod.busy_threads as usize + pod.waiting.len()
                };
                state.ready.iter().min_by_key(|pod| load(pod)).copied()
            }
            Balancer::Sticky(keep) => {
                let client = self.kept_client(service, origin);
                let kept = self.fleet.kept[service as usize].as_mut()?;
                kept.pod(&self.fleet.services[service as usize].ready, client, keep, key, self.now)
            }
        }
    }

    /// Returns the number of the client that sends a request: 0 for all users, and for senders that
    /// have died since.
    fn kept_client(&self, service: Id, origin: Origin) -> u32 {
        let origin = match origin {
            Origin::Try(hop) => self.requests[hop].origin(),
            other => other,
        };
        let Origin::Caller { caller, .. } = origin else { return 0 };
        let pod = self.requests[caller].pod();
        let Some(of) = self.fleet.service_of(pod) else { return 0 };
        let kept = self.fleet.kept[service as usize].as_ref();
        kept.and_then(|kept| kept.client(of, self.fleet.own_number(pod))).unwrap_or(0)
    }

    /// Closes connections to pods that are no longer ready.
    pub(super) fn close_kept(&mut self, service: Id) {
        let Some(kept) = &mut self.fleet.kept[service as usize] else { return };
        let pods = &self.fleet.pods;
        kept.close(|pod| pods[pod as usize].life != Life::Ready);
    }
}
