//! Service meshes: rules of the proxies in front of a service.

use crate::model::spec::mesh::UNLIMITED;
use crate::model::spec::{Budget, Hedge, Limits, Mesh, RateLimit, RetryOn, Rules};
use crate::units::Span;

/// Builder of the service mesh in front of a service: every request to it goes through the proxy of
/// its caller. Without rules, which is the default, all requests pass.
#[derive(Clone, Debug)]
pub struct MeshBuilder(pub(super) Mesh);

impl Default for MeshBuilder {
    fn default() -> MeshBuilder {
        MeshBuilder::new()
    }
}

impl MeshBuilder {
    /// Creates a mesh without rules: all requests pass.
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

    /// Sets the timeout of a request, over all tries and back-offs.
    #[must_use]
    pub fn timeout(mut self, longest: Span) -> MeshBuilder {
        self.0.timeout = Some(longest);
        self
    }

    /// Sets the timeout of one try, from the time it has a connection. It has no effect unless it
    /// is shorter than the timeout of the request, as in Envoy.
    #[must_use]
    pub fn per_try_timeout(mut self, longest: Span) -> MeshBuilder {
        self.0.per_try_timeout = Some(longest);
        self
    }

    /// Sets the maximum number of retries; zero by default.
    #[must_use]
    pub fn retries(mut self, tries: u32) -> MeshBuilder {
        self.0.retries = tries;
        self
    }

    /// Sets the failures that are retried; refused connections by default, as in Istio.
    #[must_use]
    pub fn retry_on(mut self, failures: RetryOn) -> MeshBuilder {
        self.0.retry_on = failures;
        self
    }

    /// Sets the base interval of the exponential back-off before retries; 25 ms by default.
    #[must_use]
    pub fn back_off(mut self, base: Span) -> MeshBuilder {
        self.0.back_off = base;
        self
    }

    /// Sets the retry budget: the limit on concurrent retries of a proxy as a share of its active
    /// and pending requests, from 0 to 1. Three retries are always allowed.
    #[must_use]
    pub fn retry_budget(mut self, share: f64) -> MeshBuilder {
        self.0.budget = Some(Budget { share, ..Budget::default() });
        self
    }

    /// Sets the maximum number of connections of a proxy to all pods of the service. The number of
    /// requests queued for one is unlimited unless [`MeshBuilder::max_pending`] is set.
    #[must_use]
    pub fn max_connections(mut self, connections: u32) -> MeshBuilder {
        let pending = self.0.limits.map_or(UNLIMITED, |limits| limits.pending);
        self.0.limits = Some(Limits { connections, pending });
        self
    }

    /// Sets the maximum number of requests that queue in a proxy for a connection; further ones
    /// overflow: they are rejected at once. The number of connections is Envoy's default unless
    /// [`MeshBuilder::max_connections`] is set.
    #[must_use]
    pub fn max_pending(mut self, pending: u32) -> MeshBuilder {
        let limits = self.0.limits.unwrap_or_default();
        self.0.limits = Some(Limits { pending, ..limits });
        self
    }

    /// Enables outlier detection: ejects a pod temporarily after a number of consecutive failures.
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

    /// Sets the rate limit of each pod's own proxy: a token bucket with a fill rate of `per_s`
    /// \[tokens/s\] that holds `burst` tokens. Requests without a token fail.
    #[must_use]
    pub fn rate_limit(mut self, per_s: f64, burst: u32) -> MeshBuilder {
        self.0.rate_limit = Some(RateLimit { per_s, burst });
        self
    }

    /// Enables request hedging: sends a copy of a try to another pod when it is not answered in
    /// time.
    #[must_use]
    pub fn hedge(mut self, hedge: Hedge) -> MeshBuilder {
        self.0.hedge = Some(hedge);
        self
    }
}
