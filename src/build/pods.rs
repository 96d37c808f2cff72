//! Lifecycle of the pods of a service, and the service mesh in front of them.

use super::mesh::MeshBuilder;
use super::nodes::AutoscalerBuilder;
use super::system::ServiceBuilder;
use crate::model::spec::{Collection, Requests, Rollout, Shutdown, WarmUp};
use crate::units::Span;

impl ServiceBuilder {
    /// Sets the resource requests of a pod, including sidecars. They decide on its placement, and
    /// its weight when pods compete for the processor of a node. Without a CPU request the CPU
    /// limit is used, as in Kubernetes.
    #[must_use]
    pub fn requests(mut self, requests: Requests) -> ServiceBuilder {
        self.lifecycle.requests = requests;
        self
    }

    /// Restricts its pods to a node group; by default they run on any that is not dedicated.
    #[must_use]
    pub fn node_group(mut self, name: impl Into<String>) -> ServiceBuilder {
        self.group = Some(name.into());
        self
    }

    /// Adds a horizontal pod autoscaler, whose minimum is then the initial number of pods.
    #[must_use]
    pub fn autoscaler(mut self, autoscaler: AutoscalerBuilder) -> ServiceBuilder {
        self.autoscaler = Some(autoscaler);
        self
    }

    /// Sets the time from the start of a pod until it is ready to receive requests; zero by
    /// default.
    #[must_use]
    pub fn ready_after(mut self, time: Span) -> ServiceBuilder {
        self.lifecycle.ready_after = time;
        self
    }

    /// Sets the warm-up of new pods, during which cold code makes them slower.
    #[must_use]
    pub fn warm_up(mut self, warm_up: WarmUp) -> ServiceBuilder {
        self.lifecycle.warm_up = Some(warm_up);
        self
    }

    /// Adds stop-the-world garbage collections.
    #[must_use]
    pub fn collection(mut self, collection: Collection) -> ServiceBuilder {
        self.lifecycle.collection = Some(collection);
        self
    }

    /// Sets the termination of a pod; by default it finishes its work (graceful shutdown).
    #[must_use]
    pub fn shutdown(mut self, shutdown: Shutdown) -> ServiceBuilder {
        self.lifecycle.shutdown = shutdown;
        self
    }

    /// Sets the rollout strategy of new versions; by default the rolling update of a Kubernetes
    /// `Deployment`.
    #[must_use]
    pub fn rollout(mut self, rollout: Rollout) -> ServiceBuilder {
        self.lifecycle.rollout = rollout;
        self
    }

    /// Adds a service mesh in front of the service.
    #[must_use]
    pub fn mesh(mut self, mesh: MeshBuilder) -> ServiceBuilder {
        self.mesh = Some(mesh);
        self
    }
}
