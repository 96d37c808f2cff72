//! State of proxies, and of requests on their way through them.

use std::collections::VecDeque;

use super::clients::Clients;
use crate::model::request::NONE;
use crate::model::spec::mesh::UNLIMITED;
use crate::model::spec::{Id, Service, Spec};
use crate::station::breaker::{Connections, Outliers, Retries};
use crate::units::Time;

/// Stage of a caller's request in the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Backing off before another try.
    Pausing,
    /// Its try waits for a connection.
    Waiting,
    /// Its try has a connection, and is sent as soon as the ready list is empty.
    Granted,
    /// Its try is at a pod.
    Sent,
}

/// A request on its way through a proxy, indexed by its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hop {
    pub(super) proxy: u32,
    /// Request of the current try.
    pub(super) current: u32,
    /// Number of retries so far.
    pub(super) retries: u32,
    pub(super) stage: Stage,
    /// Hedged copy of the current try, or [`NONE`]; and whether it is at a pod.
    pub(super) copy: u32,
    pub(super) copy_sent: bool,
}

impl Hop {
    /// Creates the state of a request without a try.
    pub(super) fn of(proxy: u32) -> Hop {
        let stage = Stage::Waiting;
        Hop { proxy, current: NONE, retries: 0, stage, copy: NONE, copy_sent: false }
    }
}

/// A caller's proxy for one service.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    pub(super) mesh: u32,
    pub(super) connections: Option<Connections>,
    pub(super) retries: Option<Retries>,
    pub(super) outliers: Option<Outliers>,
    /// Active requests.
    pub(super) active: u32,
}

/// State of all proxies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meshes {
    /// Mesh of each service, or [`NONE`].
    pub(super) of: Vec<u32>,
    pub(super) clients: Vec<Clients>,
    /// First proxy of each mesh; proxies are ordered by client.
    pub(super) first: Vec<u32>,
    pub(super) proxies: Vec<Proxy>,
    /// Time at which the token bucket of each pod is full again, without further arrivals.
    pub(super) full: Vec<Time>,
    pub(super) hops: Vec<Hop>,
    /// Tries that have a connection and are not yet sent.
    pub(super) granted: VecDeque<u32>,
}

impl Meshes {
    pub(crate) fn new(spec: &Spec, pods: u32) -> Meshes {
        let mut meshes = Meshes { of: vec![NONE; spec.services.len()], ..Meshes::default() };
        for (number, mesh) in (0..).zip(&spec.meshes) {
            meshes.of[mesh.service as usize] = number;
            let clients = Clients::of(spec, mesh.service, Service::most_pods);
            meshes.first.push(meshes.proxies.len() as u32);
            let limits = mesh.limits.filter(|limits| limits.connections < UNLIMITED);
            let proxy = Proxy {
                mesh: number,
                connections: limits.map(Connections::new),
                retries: mesh.budget.map(Retries::new),
                outliers: None,
                active: 0,
            };
            meshes.proxies.extend(std::iter::repeat_n(proxy, clients.count as usize));
            meshes.clients.push(clients);
        }
        if !spec.meshes.is_empty() {
            meshes.full = vec![Time::ZERO; pods as usize];
        }
        meshes
    }

    /// Returns the number of proxies.
    pub(crate) fn len(&self) -> u32 {
        self.proxies.len() as u32
    }

    /// Returns the mesh in front of a service.
    #[inline]
    pub(crate) fn before(&self, service: Id) -> Option<u32> {
        Some(self.of[service as usize]).filter(|mesh| *mesh != NONE)
    }

    /// Whether tries have a connection and are not yet sent.
    #[inline]
    pub(crate) fn has_granted(&self) -> bool {
        !self.granted.is_empty()
    }

    /// Returns the first try that has a connection and is not yet sent.
    pub(crate) fn next_granted(&mut self) -> Option<u32> {
        self.granted.pop_front()
    }

    pub(super) fn proxies_before(&self, service: Id) -> std::ops::Range<u32> {
        match self.before(service) {
            Some(mesh) => {
                let first = self.first[mesh as usize];
                first..first + self.clients[mesh as usize].count
            }
            None => 0..0,
        }
    }

    #[inline]
    pub(super) fn hop(&mut self, id: u32) -> &mut Hop {
        &mut self.hops[id as usize]
    }
}
