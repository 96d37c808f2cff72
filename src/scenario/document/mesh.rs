//! What stands between callers and a service, and what grows with what is put into it.

use crate::model::spec::limits::{PROXY_CONNECTIONS, TRIES};
use crate::scenario::decode::{Setting, document, words};
use crate::scenario::time::Time;
use crate::scenario::values::{Count, Duration, Flag, Name, Number, Share};

words! {
    /// What a proxy tries again (`x-envoy-retry-on`).
    enum RetryOnWord {
        /// Answers of 500 and above, and no answer.
        "5xx" => Errors,
        /// Answers of 502, 503 and 504, and no answer.
        "gateway-error" => Gateway,
        /// No answer: a connection refused or lost, or the end of the try's own timeout.
        "reset" => Reset,
        /// A connection refused.
        "connect-failure" => Connect,
        /// A stream refused, with HTTP/2 only: nothing in the model does that.
        "refused-stream" => RefusedStream,
        /// An answer of 503 by the application itself: nothing in the model does that.
        "503" => Unavailable,
    }
}

document! {
    /// A service mesh before a service: every request into it, of a user or of another service, goes
    /// through the proxy of its caller. What is absent is off. A try that its proxy gives up goes on in
    /// its pod.
    struct MeshDoc {
        /// Longest time for an answer, all tries together; 0s: any.
        timeout: Option<Setting<Duration>>,
        /// Longest time for the answer to one try, from when it has a connection; 0s: any.
        per_try_timeout: Option<Setting<Duration>>,
        /// Further tries; none by default.
        retries: Option<Setting<Count<0, TRIES>>>,
        /// What is tried again; by default what Istio does: `connect-failure`, `refused-stream`, `503`.
        retry_on: Vec<RetryOnWord>,
        /// Base of the pauses before retries; 25 ms by default. The pause before retry n is anything up to
        /// (2^n - 1) times it, and at most ten times.
        back_off: Option<Setting<Duration>>,
        /// Retries at once in a proxy, as a share of its requests under way; three are always allowed. Any
        /// number by default.
        retry_budget: Option<Setting<Share>>,
        /// Connections of a proxy to all pods of the service; any number by default.
        max_connections: Option<Setting<Count<1, PROXY_CONNECTIONS>>>,
        /// Requests that wait in a proxy for one of them; any number by default. More overflow at once.
        max_pending: Option<Setting<Count<0, PROXY_CONNECTIONS>>>,
        /// When a pod is left out for a time.
        outlier: Option<OutlierDoc>,
        /// What each pod's own proxy lets in.
        rate_limit: Option<RateLimitDoc>,
        /// When a copy of a try that has no answer goes to another pod; off by default.
        hedge: Option<HedgeDoc>,
    }

    /// Hedged requests: of a try and its copy the first good answer counts, and the failure of one is
    /// ignored while the other is under way. A copy is sent where a connection is free and another pod
    /// is ready.
    struct HedgeDoc {
        /// Time without an answer after which the copy goes.
        after: Setting<Duration>,
        /// Whether the one that is not needed any more leaves its pod's queue where it still waits for a
        /// thread; what has one is worked on in any case, for nobody. `false` by default.
        cancel: Option<Setting<Flag>>,
    }

    /// Outlier detection: a pod that fails too often in a row is left out for a time, by each proxy for
    /// itself.
    struct OutlierDoc {
        /// Failures in a row after which a pod is left out; 5 by default.
        consecutive_errors: Option<Setting<Count<1, 10_000>>>,
        /// Time between two sweeps that let pods return; 10 s by default.
        interval: Option<Setting<Duration>>,
        /// Length of the first time out, and of each next one more; 30 s by default, at most 300 s.
        ejection: Option<Setting<Duration>>,
        /// Share of the pods that may be out at once; 10 % by default.
        max_ejected: Option<Setting<Share>>,
        /// Share of the pods that must be left; below it all are used. 0 % by default.
        min_healthy: Option<Setting<Share>>,
    }

    /// A token bucket in each pod's proxy; a request that finds no token fails at once (429).
    struct RateLimitDoc {
        /// Tokens that come back, per second.
        per_s: Setting<Number>,
        /// Tokens at most; `per_s`, rounded up, by default.
        burst: Option<Setting<Count<1, 10_000_000>>>,
    }

    /// Connections that are kept between requests, for `balancer: sticky`. Each request goes over one of
    /// its client's connections, each equally likely; it leads to one pod, any, until it is replaced.
    struct KeepAliveDoc {
        /// Connections of all users together, as a gateway has them; 100 by default.
        users: Option<Setting<Count<1, 1_000_000>>>,
        /// Connections of each pod of a service that calls; 10 by default.
        callers: Option<Setting<Count<1, 100_000>>>,
        /// Requests after which a connection is replaced; 100 by default (Tomcat).
        requests: Option<Setting<Count<1, 1_000_000_000>>>,
        /// Time without a request after which it is replaced; 60 s by default (Tomcat).
        idle: Option<Setting<Duration>>,
    }

    /// Something that grows with what is put into it: `scan` takes longer the more entries it has.
    struct IndexDoc {
        /// Time after which an entry has expired.
        ttl: Setting<Duration>,
        /// Time between two sweeps; only they remove what has expired.
        sweep: Setting<Duration>,
        /// Entries that it always has, whatever is put in; 0, the default: those put in.
        fixed: Option<Setting<Count<0, 1_000_000_000>>>,
    }

    /// Entries put into an index.
    struct InsertDoc {
        /// Index.
        index: Name,
        /// How many; 1 by default.
        entries: Option<Count<1, 100_000>>,
    }

    /// Work on every entry of an index: its times are for one entry.
    struct ScanDoc {
        /// Index.
        index: Name,
        /// Cache that it is read from with one command.
        server: Option<Name>,
        /// Time of the cache's server.
        command: Option<Time>,
        /// Time on the network.
        transfer: Option<Time>,
        /// Time of the pod's CPU.
        cpu: Option<Time>,
    }
}
