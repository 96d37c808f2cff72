//! What stands between callers and a service: the proxies of a service mesh, and connections that are kept.

use super::id::Id;
pub use crate::station::breaker::{
    Budget, EJECTED_MOST, EJECTION, EJECTION_LONGEST, FAILURES, Limits, Rules, SWEEP, UNLIMITED,
};
use crate::units::Span;

/// The mesh in front of a service. Every request into it, of a user or of another service, goes through
/// the proxy of its caller: one for all users (the gateway's), one in each pod that calls.
///
/// What is absent is off. A try that its proxy has given up goes on in its pod; only the connection is
/// free again.
#[derive(Clone, Debug, PartialEq)]
pub struct Mesh {
    /// Index of the service.
    pub service: Id,
    /// Longest time for an answer, all tries and pauses together.
    pub timeout: Option<Span>,
    /// Longest time for the answer to one try, from when it has a connection.
    pub per_try_timeout: Option<Span>,
    /// Further tries.
    pub retries: u32,
    /// Failures after which a request is tried again.
    pub retry_on: RetryOn,
    /// Base of the pauses: the one before retry n is anything up to (2ⁿ − 1) times it, and at most ten
    /// times (`retry_back_off`, Envoy's `route_components.proto`).
    pub back_off: Span,
    /// Retries that may be under way at once in a proxy; none: any number.
    pub budget: Option<Budget>,
    /// Connections of a proxy to all pods of the service, and requests that wait for one.
    pub limits: Option<Limits>,
    /// When a pod is left out for a time.
    pub outlier: Option<Rules>,
    /// Requests that each pod's own proxy lets in.
    pub rate_limit: Option<RateLimit>,
    /// When a copy of a try goes to another pod.
    pub hedge: Option<Hedge>,
}

impl Mesh {
    /// Nothing: every request passes.
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

/// A second copy of a try that is not answered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hedge {
    /// Time after which it goes.
    pub after: Span,
    /// Whether the one that is not needed any more is taken out of the queue of its pod; else it is
    /// worked on for nobody, as is in any case what has a thread.
    pub cancel: bool,
}

/// Base of the pauses before retries (Envoy: 25 ms).
pub const BACK_OFF: Span = Span::from_millis(25);

/// Which failures of a try are followed by another (`x-envoy-retry-on`). An overflow, a rate limit and
/// the end of the whole timeout never are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetryOn {
    /// Answers of 500 and above, and no answer at all.
    pub errors: bool,
    /// No answer: a connection refused or lost, or the end of the try's own timeout.
    pub reset: bool,
    /// A connection refused.
    pub connect: bool,
}

/// A token bucket in each pod's proxy (Envoy's local rate limit); what finds no token fails with 429.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    /// Tokens that come back, evenly \[1/s\].
    pub per_s: f64,
    /// Tokens at most, and at the beginning.
    pub burst: u32,
}

/// Connections that are kept between requests, so that requests stay on a pod.
///
/// A client (all users together, or a pod that calls) has a number of them and sends each request over
/// one of them at random. Each leads to the pod that it was opened to, at random, until it is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepAlive {
    /// Connections of all users together, as a gateway has them; at least 1.
    pub users: u32,
    /// Connections of each pod that calls; at least 1.
    pub callers: u32,
    /// Requests after which the server closes a connection (Tomcat's `maxKeepAliveRequests`, 100).
    pub requests: u32,
    /// Time without a request after which it closes it (`keepAliveTimeout`, 60 s).
    pub idle: Span,
}

/// Something that grows with what is put into it, and from which a sweep takes what has expired: work on
/// it takes longer the more there is.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// Name in the system's file.
    pub name: String,
    /// Time after which an entry has expired.
    pub ttl: Span,
    /// Between two sweeps, the first of which is so long after the beginning; only they remove.
    pub sweep: Span,
    /// Entries that it always has, whatever is put into it; none: it lives.
    pub fixed: Option<u64>,
    /// Entries that each one stands for: on a day run in a part of its time, entries stay for the same part
    /// of theirs, and count for so many more.
    pub copies: f64,
    /// Entries that come in at the rates of the description, where those follow from it \[1/s\].
    pub per_s: Option<f64>,
}

impl Index {
    /// Entries at a steady rate of `per_s`, mean over a sweep's period: each stays for its time to live
    /// and then half a period on the mean (Little's law).
    pub fn mean(&self, per_s: f64) -> f64 {
        self.fixed.map_or_else(
            || per_s * (self.ttl.secs() + 0.5 * self.sweep.secs()),
            |fixed| fixed as f64,
        )
    }
}
