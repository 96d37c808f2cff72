//! Intermediaries between callers and a service: proxies of a service mesh, and keep-alive
//! connections.

use super::id::Id;
pub use crate::station::breaker::{
    Budget, EJECTED_MOST, EJECTION, EJECTION_LONGEST, FAILURES, Limits, Rules, SWEEP, UNLIMITED,
};
use crate::units::Span;

/// Service mesh in front of a service. Every request to it, of a user or of another service, goes
/// through the proxy of its caller: one for all users (the gateway's), and one in each calling pod.
///
/// Absent rules are off. A try that its proxy has given up continues in its pod; only its
/// connection is freed.
#[derive(Clone, Debug, PartialEq)]
pub struct Mesh {
    /// Index of the service.
    pub service: Id,
    /// Timeout of a request, over all tries and back-offs.
    pub timeout: Option<Span>,
    /// Timeout of one try, from the time it has a connection.
    pub per_try_timeout: Option<Span>,
    /// Maximum number of retries.
    pub retries: u32,
    /// Failures that are retried.
    pub retry_on: RetryOn,
    /// Base interval of the back-off: before retry n it is uniform up to (2ⁿ − 1) times the base,
    /// and at most ten times (`retry_back_off`, Envoy's `route_components.proto`).
    pub back_off: Span,
    /// Limit on concurrent retries of a proxy; `None` for unlimited.
    pub budget: Option<Budget>,
    /// Connections of a proxy to all pods of the service, and requests that may queue for one.
    pub limits: Option<Limits>,
    /// Outlier detection: when a pod is ejected temporarily.
    pub outlier: Option<Rules>,
    /// Rate limit of each pod's own proxy.
    pub rate_limit: Option<RateLimit>,
    /// Request hedging: when a try is copied to another pod.
    pub hedge: Option<Hedge>,
}

impl Mesh {
    /// Creates a mesh without rules: every request passes.
    pub fn new(service: Id) -> Mesh {
        Mesh {
            service,
            timeout: None,
            per_try_timeout: None,
            retries: 0,
            retry_on: RetryOn::default(),
            back_off: BACK_OFF,
            budget: None,
            limits: None,
            outlier: None,
            rate_limit: None,
            hedge: None,
        }
    }
}

/// Request hedging: a copy of a try that is not answered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hedge {
    /// Delay after which it is sent.
    pub after: Span,
    /// Whether the superfluous one is removed from the queue of its pod; otherwise it runs to its
    /// end as orphaned, as it does in any case once it has a thread.
    pub cancel: bool,
}

/// Default base interval of the back-off before retries (Envoy: 25 ms).
pub const BACK_OFF: Span = Span::from_millis(25);

/// Failures of a try that are retried (`x-envoy-retry-on`). An overflow, a rate limit and the
/// expiry of the whole timeout never are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetryOn {
    /// Status codes of 500 and above, and missing answers.
    pub errors: bool,
    /// Missing answers: a connection refused or lost, or the expiry of the per-try timeout.
    pub reset: bool,
    /// Refused connections.
    pub connect: bool,
}

/// Token bucket in each pod's proxy (Envoy's local rate limit); a request without a token fails
/// with 429.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    /// Fill rate \[tokens/s\].
    pub per_s: f64,
    /// Maximum number of tokens, which is also the initial one.
    pub burst: u32,
}

/// Keep-alive connections, by which requests stay on a pod.
///
/// A client (all users together, or a calling pod) has a number of them and sends each request over
/// one chosen at random. Each leads to the pod that it was opened to, at random, until it is
/// replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepAlive {
    /// Connections of all users together, as of a gateway; at least 1.
    pub users: u32,
    /// Connections of each calling pod; at least 1.
    pub callers: u32,
    /// Number of requests after which the server closes a connection (Tomcat's
    /// `maxKeepAliveRequests`, 100).
    pub requests: u32,
    /// Idle time after which the server closes it (`keepAliveTimeout`, 60 s).
    pub idle: Span,
}

/// Index: a collection that grows by inserts and from which a sweep removes expired entries; work
/// on it takes longer the larger it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// Name in the system's file.
    pub name: String,
    /// Time to live of an entry.
    pub ttl: Span,
    /// Period of the sweeps, the first of which is one period after the beginning; only they remove
    /// entries.
    pub sweep: Span,
    /// Constant size, independent of inserts; `None` for a dynamic one.
    pub fixed: Option<u64>,
    /// Number of entries that each one represents: on a compressed day entries live for a
    /// correspondingly shorter time, and count for that many more.
    pub copies: f64,
    /// Insertion rate at the rates of the spec, where it follows from it \[1/s\].
    pub per_s: Option<f64>,
}

impl Index {
    /// Returns the mean size at a steady rate of `per_s`, averaged over a sweep's period: each
    /// entry stays for its time to live and then half a period on average (Little's law).
    pub fn mean(&self, per_s: f64) -> f64 {
        self.fixed.map_or_else(
            || per_s * (self.ttl.secs() + 0.5 * self.sweep.secs()),
            |fixed| fixed as f64,
        )
    }
}
