//! Clients of a service, each with connections of its own.

use crate::model::spec::{Id, Mesh, Op, Service, Spec};

/// Clients of a service: all users together, and each pod of the services that call it.
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    /// Number of the first pod's client, for each calling service.
    first: Vec<Option<u32>>,
    /// Total number of clients.
    pub(crate) count: u32,
}

impl Clients {
    /// Enumerates the clients of `target`: number 0 for all users, then pod by pod, of which each
    /// service has as many as `pods` says.
    pub(crate) fn of(spec: &Spec, target: Id, pods: fn(&Service) -> u32) -> Clients {
        let endpoints = spec.endpoints.iter().map(|endpoint| (endpoint.service, endpoint.entry));
        let listeners = spec.listeners.iter().map(|listener| (listener.service, listener.entry));
        let mut calls = vec![false; spec.services.len()];
        for (service, entry) in endpoints.chain(listeners) {
            let program = spec.ops[entry as usize..].iter();
            calls[service as usize] |= program.take_while(|op| **op != Op::End).any(|op| {
                matches!(op, Op::Call { endpoint, .. }
                    if spec.endpoints[*endpoint as usize].service == target)
            });
        }
        let mut count = 1;
        let first = calls.iter().zip(&spec.services).map(|(calls, service)| {
            let first = count;
            count += if *calls { pods(service) } else { 0 };
            calls.then_some(first)
        });
        Clients { first: first.collect(), count }
    }

    /// Returns the client number of the `own`-th pod of `service`.
    pub(crate) fn number(&self, service: Id, own: u32) -> Option<u32> {
        self.first[service as usize].map(|first| first + own)
    }
}

/// Returns the number of initial proxies for the service of a mesh: that of the users, and one per
/// calling pod.
pub(crate) fn proxies(spec: &Spec, mesh: &Mesh) -> u32 {
    Clients::of(spec, mesh.service, |service| service.pods).count
}
