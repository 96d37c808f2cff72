//! The service mesh and keep-alive connections in front of a service, and indexes that grow.

use crate::model::spec::limits::{PROXY_CONNECTIONS, TRIES};
use crate::scenario::decode::{Setting, document, words};
use crate::scenario::time::Time;
use crate::scenario::values::{Count, Duration, Flag, Name, Number, Share};

words! {
    /// Failures that a proxy retries (`x-envoy-retry-on`).
    enum RetryOnWord {
        /// Responses with status 500 and above, and no response.
        "5xx" => Errors,
        /// Responses with status 502, 503 and 504, and no response.
        "gateway-error" => Gateway,
        /// No response: a connection refused or lost, or the per-try timeout.
        "reset" => Reset,
        /// A refused connection.
        "connect-failure" => Connect,
        /// A refused HTTP/2 stream; does not occur in the model.
        "refused-stream" => RefusedStream,
        /// A 503 sent by the application itself; does not occur in the model.
        "503" => Unavailable,
    }
}

document! {
    /// A service mesh in front of a service: every request to it, from a user or another service,
    /// goes through the proxy of its caller. Features that are absent are off. A try that the proxy
    /// has abandoned goes on in its pod.
    struct MeshDoc {
        /// Timeout of a request, all tries together; 0s means none.
        timeout: Option<Setting<Duration>>,
        /// Timeout of one try, counted from when it has a connection; 0s means none.
        per_try_timeout: Option<Setting<Duration>>,
        /// Largest number of retries; none by default.
        retries: Option<Setting<Count<0, TRIES>>>,
        /// Failures that are retried; by default those of Istio: `connect-failure`,
        /// `refused-stream`, `503`.
        retry_on: Vec<RetryOnWord>,
        /// Base interval of the back-off: the pause before retry n is uniform up to (2^n - 1) times
        /// the base, and at most ten times the base; 25 ms by default.
        back_off: Option<Setting<Duration>>,
        /// Concurrent retries of a proxy as a share of its outstanding requests, of which three are
        /// always allowed; any number by default.
        retry_budget: Option<Setting<Share>>,
        /// Most connections of a proxy to all pods of the service (circuit breaker); any number by
        /// default.
        max_connections: Option<Setting<Count<1, PROXY_CONNECTIONS>>>,
        /// Most requests that wait in a proxy for a connection, beyond which a request fails at
        /// once (circuit breaker); any number by default.
        max_pending: Option<Setting<Count<0, PROXY_CONNECTIONS>>>,
        /// Outlier detection: temporary ejection of pods that fail.
        outlier: Option<OutlierDoc>,
        /// Rate limit in each pod's own proxy.
        rate_limit: Option<RateLimitDoc>,
        /// Hedging: a copy of a try without a response goes to another pod; off by default.
        hedge: Option<HedgeDoc>,
    }

    /// Hedged requests: the first successful response of a try and its copy counts, and a failure
    /// of one is ignored while the other is outstanding. A copy is sent only where a connection is
    /// free and another pod is ready.
    struct HedgeDoc {
        /// Time without a response after which the copy is sent.
        after: Setting<Duration>,
        /// Whether the superfluous one of the two leaves its pod's queue while it still waits for a
        /// thread; one that has a thread runs to its end regardless; `false` by default.
        cancel: Option<Setting<Flag>>,
    }

    /// Outlier detection: a pod that fails too often in a row is ejected for a time, by each proxy
    /// independently.
    struct OutlierDoc {
        /// Consecutive failures after which a pod is ejected; 5 by default.
        consecutive_errors: Option<Setting<Count<1, 10_000>>>,
        /// Time between two sweeps that readmit pods; 10 s by default.
        interval: Option<Setting<Duration>>,
        /// Length of the first ejection, and the increment of each further one. At most 300 s; 30 s
        /// by default.
        ejection: Option<Setting<Duration>>,
        /// Largest share of pods ejected at once; 10 % by default.
        max_ejected: Option<Setting<Share>>,
        /// Smallest share of pods that must remain, below which all are used; 0 % by default.
        min_healthy: Option<Setting<Share>>,
    }

    /// A token bucket in each pod's proxy; a request that finds no token fails at once (status
    /// 429).
    struct RateLimitDoc {
        /// Tokens added per second.
        per_s: Setting<Number>,
        /// Capacity of the bucket; `per_s`, rounded up, by default.
        burst: Option<Setting<Count<1, 10_000_000>>>,
    }

    /// Keep-alive connections, for `balancer: sticky`. Each request takes one of its client's
    /// connections, uniformly at random; a connection leads to one random pod until it is replaced.
    struct KeepAliveDoc {
        /// Connections of all users together, as of a gateway; 100 by default.
        users: Option<Setting<Count<1, 1_000_000>>>,
        /// Connections of each pod of a calling service; 10 by default.
        callers: Option<Setting<Count<1, 100_000>>>,
        /// Requests after which a connection is replaced; 100 by default (Tomcat).
        requests: Option<Setting<Count<1, 1_000_000_000>>>,
        /// Idle time after which a connection is replaced; 60 s by default (Tomcat).
        idle: Option<Setting<Duration>>,
    }

    /// An index: a collection that grows by insertion; a `scan` takes longer the more entries it
    /// has.
    struct IndexDoc {
        /// Time to live of an entry.
        ttl: Setting<Duration>,
        /// Time between two sweeps, which alone remove expired entries.
        sweep: Setting<Duration>,
        /// Constant number of entries, whatever is inserted; 0, the default, counts the inserted
        /// ones.
        fixed: Option<Setting<Count<0, 1_000_000_000>>>,
    }

    /// Insertion of entries into an index.
    struct InsertDoc {
        /// Index.
        index: Name,
        /// Number of entries; 1 by default.
        entries: Option<Count<1, 100_000>>,
    }

    /// Processing of every entry of an index; times are per entry.
    struct ScanDoc {
        /// Index.
        index: Name,
        /// Cache from which the index is read with one command.
        server: Option<Name>,
        /// Service time on the cache server.
        command: Option<Time>,
        /// Network transfer time.
        transfer: Option<Time>,
        /// Pod CPU time.
        cpu: Option<Time>,
    }
}
