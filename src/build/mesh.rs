//! Rules of the proxies before a service.

use crate::model::spec::mesh::UNLIMITED;
use crate::model::spec::{Budget, Hedge, Limits, Mesh, RateLimit, RetryOn, Rules};
use crate::units::Span;

/// The service mesh before a service, under construction: every request into it goes through the proxy of
/// its caller, and passes unless something is set here.
#[derive(Clone, Debug)]
pub struct MeshBuilder(pub(super) Mesh);

impl Default for MeshBuilder {
    fn default() -> MeshBuilder {
        MeshBuilder::new()
    }
}

impl MeshBuilder {
    /// Proxies that let everything pass.
    ///
    /// ```
    /// use plimsoll::build::{MeshBuilder, ServiceBuilder};
    /// use plimsoll::units::Span;
    ///
    /// let mesh = MeshBuilder::new().timeout(Span::from_millis(500)).retries(2).max_connections(100);
    /// let stock = ServiceBuilder::new("stock").mesh(mesh);
    /// ```
    pub fn new() -> MeshBuilder {
        MeshBuilder(Mesh { retry_on: RetryOn::ISTIO, ..Mesh::new(0) })
    }

    /// Sets the longest time for an answer, all tries and pauses together.
    #[must_use]
    pub fn timeout(mut self, longest: Span) -> MeshBuilder {
        self.0.timeout = Some(longest);
        self
    }

    /// Sets the longest time for the answer to one try, from when it has a connection. Without effect where
    /// it is not below the whole timeout, as in Envoy.
    #[must_use]
    pub fn per_try_timeout(mut self, longest: Span) -> MeshBuilder {
        self.0.per_try_timeout = Some(longest);
        self
    }

    /// Sets the further tries.
    #[must_use]
    pub fn retries(mut self, tries: u32) -> MeshBuilder {
        self.0.retries = tries;
        self
    }

    /// Sets what is tried again; a refused connection unless set, as in Istio.
    #[must_use]
    pub fn retry_on(mut self, failures: RetryOn) -> MeshBuilder {
        self.0.retry_on = failures;
        self
    }

    /// Sets the base of the pauses before retries; 25 ms unless set.
    #[must_use]
    pub fn back_off(mut self, base: Span) -> MeshBuilder {
        self.0.back_off = base;
        self
    }

    /// Sets the share of a proxy's requests that may be retries at once, from 0 to 1; three always may.
    #[must_use]
    pub fn retry_budget(mut self, share: f64) -> MeshBuilder {
        self.0.budget = Some(Budget { share, ..Budget::default() });
        self
    }

    /// Sets the connections of a proxy to all pods of the service; any number of requests waits for one,
    /// unless [`MeshBuilder::max_pending`] is set.
    #[must_use]
    pub fn max_connections(mut self, connections: u32) -> MeshBuilder {
        let pending = self.0.limits.map_or(UNLIMITED, |limits| limits.pending);
        self.0.limits = Some(Limits { connections, pending });
        self
    }

    /// Sets the requests that wait in a proxy for a connection; more overflow at once. The connections are
    /// as many as Envoy has unless [`MeshBuilder::max_connections`] is set.
    #[must_use]
    pub fn max_pending(mut self, pending: u32) -> MeshBuilder {
        let limits = self.0.limits.unwrap_or_default();
        self.0.limits = Some(Limits { pending, ..limits });
        self
    }

    /// Leaves a pod out for a time that fails too often in a row.
    ///
    /// ```
    /// # use plimsoll::build::MeshBuilder;
    /// use plimsoll::model::spec::Rules;
    ///
    /// let mesh = MeshBuilder::new().outlier(Rules { failures: 3, ..Rules::istio() });
    /// ```
    #[must_use]
    pub fn outlier(mut self, rules: Rules) -> MeshBuilder {
        self.0.outlier = Some(rules);
        self
    }

    /// Lets each pod's own proxy in so many requests a second, and so many at once beyond them; others
    /// fail.
    #[must_use]
    pub fn rate_limit(mut self, per_s: f64, burst: u32) -> MeshBuilder {
        self.0.rate_limit = Some(RateLimit { per_s, burst });
        self
    }

    /// Sends a copy of a try to another pod when there is no answer in time.
    #[must_use]
    pub fn hedge(mut self, hedge: Hedge) -> MeshBuilder {
        self.0.hedge = Some(hedge);
        self
    }
}
