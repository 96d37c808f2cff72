//! Keep-alive connections: a client stays on the pod that its connection was opened to.

use crate::model::mesh::clients::Clients;
use crate::model::request::NONE;
use crate::model::spec::{self, Balancer, Id, KeepAlive, Spec};
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
pub(super) struct Kept {
    clients: Clients,
    connections: Vec<Connection>,
}

/// Returns the kept-alive connections to each service; `None` where its balancer is another.
pub(super) fn kept(spec: &Spec) -> Vec<Option<Kept>> {
    let closed = Connection { pod: NONE, left: 0, used: Time::ZERO };
    let of = |(number, service): (Id, &spec::Service)| {
        let Balancer::Sticky(keep) = service.balancer else { return None };
        let clients = Clients::of(spec, number, spec::Service::most_pods);
        let count = keep.users as usize + (clients.count as usize - 1) * keep.callers as usize;
        Some(Kept { clients, connections: vec![closed; count] })
    };
    (0..).zip(&spec.services).map(of).collect()
}

impl Kept {
    /// Returns the pod of a request's connection; a closed one is reopened to any ready pod.
    pub(super) fn pod(
        &mut self,
        ready: &[u32],
        client: u32,
        keep: KeepAlive,
        key: Key,
        now: Time,
    ) -> Option<u32> {
        let (first, count) = match client {
            0 => (0, keep.users),
            other => (keep.users + (other - 1) * keep.callers, keep.callers),
        };
        let place = (u128::from(key.bits(DRAW_CONNECTION)) * u128::from(count)) >> 64;
        let connection = &mut self.connections[first as usize + place as usize];
        let idle = now - connection.used >= keep.idle;
        if connection.pod == NONE || connection.left == 0 || idle {
            let place = (u128::from(key.bits(DRAW_POD)) * ready.len() as u128) >> 64;
            let pod = *ready.get(place as usize)?;
            *connection = Connection { pod, left: keep.requests, used: now };
        }
        (connection.left, connection.used) = (connection.left - 1, now);
        Some(connection.pod)
    }

    /// Returns the client number of the `own`-th pod of `service`.
    pub(super) fn client(&self, service: Id, own: u32) -> Option<u32> {
        self.clients.number(service, own)
    }

    /// Closes the connections to pods that are `gone`.
    pub(super) fn close(&mut self, gone: impl Fn(u32) -> bool) {
        for connection in &mut self.connections {
            if connection.pod != NONE && gone(connection.pod) {
                connection.pod = NONE;
            }
        }
    }
}
