//! The fleet: pods and their nodes, with scaling, rollouts and load balancing.
//!
//! Others ask where something is and what is ready; only the files of this folder change it.

mod balancer;
mod cluster;
mod deploy;
mod nodes;
mod pod;
mod pods;
mod scale;
mod scaler;
mod sticky;
mod threads;

pub use self::nodes::{Unplaced, eks_allocatable, settle};

use std::ops::Range;

use self::nodes::Nodes;
use self::pod::{Life, Pod, Service};
use self::scaler::Scaler;
use self::sticky::Kept;
use super::spec::{Id, Spec};
use super::timeline::change;
use crate::units::{Span, Time};

/// Services with all pods that they may ever have, and the nodes of these.
#[derive(Debug)]
pub(super) struct Fleet<'a> {
    services: Vec<Service>,
    pods: Vec<Pod<'a>>,
    /// Kept-alive connections to each service.
    kept: Vec<Option<Kept>>,
    scalers: Vec<Scaler>,
    nodes: Option<Box<Nodes>>,
    /// Whether pods share the processors of their nodes.
    shared_nodes: bool,
    /// Whether the processor time of any pod may differ from its demand at any time of the day,
    /// because of cold code or garbage collection.
    uneven: bool,
}

impl<'a> Fleet<'a> {
    /// Creates the initial fleet, with pods on their nodes.
    pub(super) fn new(spec: &'a Spec) -> Fleet<'a> {
        let (mut services, mut pods, mut pools) = (Vec::new(), Vec::new(), 0);
        for (number, service) in (0..).zip(&spec.services) {
            services.push(Service::new(service, pods.len() as u32));
            for own in 0..service.most_pods() {
                pods.push(Pod::new(number, service, own, pools));
                pools += service.pools.len() as u32;
            }
        }
        let (mut nodes, mut shared_nodes) = (None, false);
        if let Some((all, seats)) = Nodes::new(spec, &services) {
            for (pod, node) in seats {
                pods[pod as usize].node = node;
            }
            nodes = Some(all);
            shared_nodes = spec.cluster.as_ref().is_some_and(|cluster| cluster.shared);
        }
        let uneven = change::states(spec).flat_map(|spec| &spec.services).any(|service| {
            let lifecycle = &service.lifecycle;
            lifecycle.warm_up.is_some() || lifecycle.collection.is_some()
        });
        let scalers = scaler::scalers(&spec.services);
        Fleet { services, pods, kept: sticky::kept(spec), scalers, nodes, shared_nodes, uneven }
    }

    /// Returns the number of pods that may ever exist.
    pub(super) fn pod_count(&self) -> u32 {
        self.pods.len() as u32
    }

    /// Returns the number of autoscalers of services.
    pub(super) fn scaler_count(&self) -> usize {
        self.scalers.len()
    }

    /// Returns all pods that a service may ever have.
    pub(super) fn pods_of(&self, service: Id) -> Range<u32> {
        self.services[service as usize].pods.clone()
    }

    /// Returns the service of a pod; `None` if there is no such pod.
    #[inline]
    pub(super) fn service_of(&self, pod: u32) -> Option<Id> {
        self.pods.get(pod as usize).map(|pod| pod.service)
    }

    /// Returns the number of a pod among those of its service.
    pub(super) fn own_number(&self, pod: u32) -> u32 {
        pod - self.services[self.pods[pod as usize].service as usize].pods.start
    }

    /// Returns the pods of a service that receive requests, in order.
    #[inline]
    pub(super) fn ready(&self, service: Id) -> &[u32] {
        &self.services[service as usize].ready
    }

    /// Whether a pod is ready.
    pub(super) fn is_ready(&self, pod: u32) -> bool {
        self.pods[pod as usize].life == Life::Ready
    }

    /// Returns the index of a pod's pool among those of all pods.
    #[inline]
    pub(super) fn pool_of(&self, pod: u32, pool: Id) -> u32 {
        self.pods[pod as usize].pools + pool
    }

    /// Whether the processor time of any pod may differ from its demand.
    #[inline]
    pub(super) fn is_uneven(&self) -> bool {
        self.uneven
    }

    /// Returns the processor time of a step on a pod, and the pause of a garbage collection that is
    /// due before it; a processor that is no pod's has what is demanded.
    pub(super) fn uneven_work(
        &mut self,
        pod: u32,
        now: Time,
        demand: Span,
    ) -> (Span, Option<Span>) {
        match self.pods.get_mut(pod as usize) {
            Some(pod) => pod.uneven_work(now, demand),
            None => (demand, None),
        }
    }

    /// Whether a processor is that of a pod that shares its node.
    #[inline]
    pub(super) fn shares_node(&self, cpu: u32) -> bool {
        self.shared_nodes && (cpu as usize) < self.pods.len()
    }

    /// Returns the processor capacity of a pod on a node without contention.
    #[inline]
    fn alone(&self, pod: u32) -> f64 {
        let state = &self.pods[pod as usize];
        let service = state.described;
        let life = &service.lifecycle;
        match self.vcpus(state.node) {
            Some(vcpus) if life.unlimited && self.shared_nodes => vcpus,
            _ if life.unlimited || !life.quota => service.cores,
            Some(vcpus) => vcpus,
            None => service.cores.ceil(),
        }
    }

    /// Returns the vCPUs of a node, if there is one.
    #[inline]
    fn vcpus(&self, node: u32) -> Option<f64> {
        self.nodes.as_ref()?.vcpus(node)
    }

    /// Whether a service has all pods that it should have, and none comes or goes.
    pub(super) fn is_in_place(&self, number: Id) -> bool {
        let service = &self.services[number as usize];
        let mut scalers = self.scalers.iter().filter(|scaler| scaler.service == number);
        let pods = service.pods.clone().map(|pod| self.pods[pod as usize].life);
        let still = pods.clone().all(|life| matches!(life, Life::Absent | Life::Ready));
        let ready = pods.filter(|life| *life == Life::Ready).count();
        let has_pods = service.rollout.is_none() && still && ready == service.wanted as usize;
        has_pods && scalers.all(Scaler::is_within_bounds)
    }

    /// Whether a node has been ordered and not yet arrived.
    pub(super) fn nodes_are_coming(&self) -> bool {
        self.nodes.as_ref().is_some_and(|nodes| nodes.are_coming())
    }

    /// Compares the threads in use, by pod, with those that requests hold, and checks that requests
    /// go to ready pods only.
    pub(super) fn audit(&self, threads: &[u32]) {
        for (pod, busy) in self.pods.iter().zip(threads) {
            assert_eq!(pod.busy_threads, *busy, "busy threads");
            let most = pod.described.threads.maximum;
            assert!(pod.waiting.is_empty() || *busy == most, "a thread is free and somebody waits");
        }
        let ready = |pod: &u32| self.is_ready(*pod);
        assert!(self.services.iter().all(|service| service.ready.iter().all(ready)));
    }
}
