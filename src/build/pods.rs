//! How the pods of a service live, and what stands before them.

use super::mesh::MeshBuilder;
use super::nodes::AutoscalerBuilder;
use super::system::ServiceBuilder;
use crate::model::spec::{Collection, Requests, Rollout, Shutdown, WarmUp};
use crate::units::Span;

impl ServiceBuilder {
    /// Sets what a pod requests, sidecars included: what it needs of a node, and the weight by which pods
    /// share one that is short. A limit without a request counts as one, as in Kubernetes.
    #[must_use]
    pub fn requests(mut self, requests: Requests) -> ServiceBuilder {
        self.lifecycle.requests = requests;
        self
    }

    /// Keeps its pods to a group of nodes; they run on any that is not dedicated unless set.
    #[must_use]
    pub fn node_group(mut self, name: impl Into<String>) -> ServiceBuilder {
        self.group = Some(name.into());
        self
    }

    /// Lets an autoscaler change the number of pods, of which it then begins with the fewest.
    #[must_use]
    pub fn autoscaler(mut self, autoscaler: AutoscalerBuilder) -> ServiceBuilder {
        self.autoscaler = Some(autoscaler);
        self
    }

    /// Sets the time from the start of a pod until it gets requests; none unless set.
    #[must_use]
    pub fn ready_after(mut self, time: Span) -> ServiceBuilder {
        self.lifecycle.ready_after = time;
        self
    }

    /// Makes new pods slower than old ones for a time.
    #[must_use]
    pub fn warm_up(mut self, warm_up: WarmUp) -> ServiceBuilder {
        self.lifecycle.warm_up = Some(warm_up);
        self
    }

    /// Lets garbage collections stop the pod.
    #[must_use]
    pub fn collection(mut self, collection: Collection) -> ServiceBuilder {
        self.lifecycle.collection = Some(collection);
        self
    }

    /// Sets how a pod ends; it finishes its work unless set.
    #[must_use]
    pub fn shutdown(mut self, shutdown: Shutdown) -> ServiceBuilder {
        self.lifecycle.shutdown = shutdown;
        self
    }

    /// Sets how a new version replaces the old one; as a Kubernetes `Deployment` does unless set.
    #[must_use]
    pub fn rollout(mut self, rollout: Rollout) -> ServiceBuilder {
        self.lifecycle.rollout = rollout;
        self
    }

    /// Puts a service mesh before it.
    #[must_use]
    pub fn mesh(mut self, mesh: MeshBuilder) -> ServiceBuilder {
        self.mesh = Some(mesh);
        self
    }
}
