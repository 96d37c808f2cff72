//! Keep-alive connections: a client stays on the pod that its connection was opened to.

use crate::model::World;
use crate::model::fleet::pods::Life;
use crate::model::fleet::pods::Service;
use crate::model::mesh::Clients;
use crate::model::request::{NONE, Origin};
use crate::model::spec::{Balancer, Id, KeepAlive, Spec};
use crate::observe::Observer;
use crate::random::Key;
use crate::units::Time;

/// Draw numbers of a request's connection and of the pod that a new one is opened to, distinct from
/// those of steps.
const DRAW_CONNECTION: u64 = u64::MAX;
const DRAW_POD: u64 = u64::MAX - 2;

/// A connection of a client.
#[derive(Clone, Copy, Debug)]
struct Connection {
    /// Pod that it is opened to; [`NONE`] when it is closed.
    pod: u32,
    /// Number of requests that it may still carry.
    left: u32,
    used: Time,
}

/// Connections to one service, by client.
#[derive(Clone, Debug)]
pub(in crate::model) struct Kept {
    clients: Clients,
    connections: Vec<Connection>,
}

/// Returns the kept-alive connections to each service; `None` where its balancer is another.
pub(in crate::model) fn kept(spec: &Spec, services: &[Service]) -> Vec<Option<Kept>> {
    let closed = Connection { pod: NONE, left: 0, used: Time::ZERO };
    let of = |(number, service): (Id, &crate::model::spec::Service)| {
        let Balancer::Sticky(keep) = service.balancer else { return None };
        let clients = Clients::of(spec, services, number);
        let count = keep.users as usize + (clients.count as usize - 1) * keep.callers as usize;
        Some(Kept { clients, connections: vec![closed; count] })
    };
    (0..).zip(&spec.services).map(of).collect()
}

impl<O: Observer> World<'_, O> {
    /// Returns the pod of a request's connection; a closed one is reopened to any ready pod.
    pub(in crate::model) fn kept_pod(
        &mut self,
        service: Id,
        keep: KeepAlive,
        key: Key,
        origin: Origin,
    ) -> Option<u32> {
        let client = self.kept_client(service, origin);
        let (first, count) = match client {
            0 => (0, keep.users),
            other => (keep.users + (other - 1) * keep.callers, keep.callers),
        };
        let place = (u128::from(key.bits(DRAW_CONNECTION)) * u128::from(count)) >> 64;
        let ready = &self.services[service as usize].ready;
        let kept = self.kept[service as usize].as_mut()?;
        let connection = &mut kept.connections[first as usize + place as usize];
        let idle = self.now - connection.used >= keep.idle;
        if connection.pod == NONE || connection.left == 0 || idle {
            let place = (u128::from(key.bits(DRAW_POD)) * ready.len() as u128) >> 64;
            let pod = *ready.get(place as usize)?;
            *connection = Connection { pod, left: keep.requests, used: self.now };
        }
        (connection.left, connection.used) = (connection.left - 1, self.now);
        Some(connection.pod)
    }

    /// Returns the number of the client that sends a request: 0 for all users, and for senders that
    /// have died since.
    fn kept_client(&self, service: Id, origin: Origin) -> u32 {
        let origin = match origin {
            Origin::Try(hop) => self.requests[hop].origin,
            other => other,
        };
        let Origin::Caller { caller, .. } = origin else { return 0 };
        let pod = self.requests[caller].pod;
        let Some(state) = self.pods.get(pod as usize) else { return 0 };
        let own = pod - self.services[state.service as usize].pods.start;
        let kept = self.kept[service as usize].as_ref();
        kept.and_then(|kept| kept.clients.number(state.service, own)).unwrap_or(0)
    }

    /// Closes connections to pods that are no longer ready.
    pub(in crate::model) fn close_kept(&mut self, service: Id) {
        let Some(kept) = &mut self.kept[service as usize] else { return };
        for connection in &mut kept.connections {
            let gone = |pod: u32| self.pods[pod as usize].life != Life::Ready;
            if connection.pod != NONE && gone(connection.pod) {
                connection.pod = NONE;
            }
        }
    }
}
