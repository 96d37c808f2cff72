//! Failures under foreseeable circumstances.

use serde::{Deserialize, Serialize};

use crate::audit::figures::{Figure, Seconds};

/// The one waiting for a response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Users.
    Users,
    /// The mesh in front of the service.
    Mesh,
    /// The program of this name.
    Program(String),
}

/// A hazard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Hazard {
    /// A pool that can deadlock.
    Nested {
        /// Programs that take a further connection while they hold one.
        programs: Vec<String>,
        /// Connections that one of them holds at once.
        each: u32,
        /// Pool.
        pool: String,
        /// Service.
        service: String,
        /// Threads per pod that may run them.
        threads: u64,
        /// Consumers per pod that may run them.
        consumers: u64,
        /// Connections of the pool.
        connections: u32,
        /// Concurrent runs that deadlock the pool.
        together: u32,
        /// Duration of the deadlock.
        timeout: Seconds,
        /// Number of connections from which on it cannot happen.
        safe: u64,
    },
    /// A remote call while holding a connection.
    CallHeld {
        /// Program.
        program: String,
        /// Connections of the pool.
        connections: u32,
    },
    /// Connections held until the response is written (open-in-view).
    OpenInView {
        /// Service.
        service: String,
        /// Holding time per request.
        held: Seconds,
        /// Part of the holding time outside transactions.
        outside: Seconds,
    },
    /// Long computation while holding a connection.
    ComputesHeld {
        /// Program.
        program: String,
        /// CPU time while holding a connection.
        work: Seconds,
        /// Connections of the pool.
        connections: u32,
        /// Largest rate of runs with these connections \[1/s\].
        most: Figure,
    },
    /// Retries that multiply across layers.
    Retries {
        /// Endpoint.
        endpoint: String,
        /// Tries over all layers.
        tries: Figure,
        /// Tries by the user.
        users: Figure,
        /// Tries by the mesh on the way.
        mesh: Figure,
    },
    /// A connection timeout as long as the caller's patience.
    Patience {
        /// Service.
        service: String,
        /// Pool.
        pool: String,
        /// Connection timeout.
        timeout: Seconds,
        /// Patience of the caller.
        waits: Seconds,
    },
    /// A response that comes after everybody has given up.
    TooLate {
        /// Endpoint.
        endpoint: String,
        /// Mean response time without queueing.
        takes: Seconds,
        /// The first to give up.
        who: Who,
        /// Patience of that one.
        waits: Seconds,
    },
    /// A call that outlasts its own caller.
    Outlasts {
        /// Calling endpoint.
        endpoint: String,
        /// Called endpoint.
        callee: String,
        /// Timeout of the call.
        waits: Seconds,
        /// The first to give up.
        who: Who,
        /// Time after which that one gives up.
        left: Seconds,
        /// Part of the wait that is in vain.
        vain: Seconds,
    },
    /// A call without a timeout.
    Endless {
        /// Calling program.
        program: String,
        /// Called endpoint.
        callee: String,
        /// Threads per pod that can hang in it; `None` where there is no limit.
        threads: Option<u32>,
    },
    /// Readiness before the pod is warm.
    Cold {
        /// Service.
        service: String,
        /// Time at which a pod is ready.
        ready: Seconds,
        /// Time at which it is warm.
        warm: Seconds,
        /// Time in between.
        slow: Seconds,
    },
    /// A pod killed by liveness probes before it is ready.
    Killed {
        /// Service.
        service: String,
        /// Failed probes after which a pod is killed.
        failures: u64,
        /// Time of the last of them.
        last: Seconds,
        /// Time at which a pod is ready.
        ready: Seconds,
        /// Time in between.
        early: Seconds,
    },
    /// A grace period shorter than the work.
    Grace {
        /// Service.
        service: String,
        /// Grace period.
        grace: Seconds,
        /// Remainder of the grace period after the `preStop` delay.
        left: Seconds,
        /// Longest request.
        longest: Seconds,
    },
    /// Fewer keep-alive connections than pods.
    Kept {
        /// Service.
        service: String,
        /// Connections of all callers.
        connections: u64,
        /// Pods.
        pods: u64,
        /// Pods without a connection.
        without: u64,
    },
    /// A service with a single pod.
    Single {
        /// Service.
        service: String,
        /// Time until a replacement is ready, where that is known.
        ready: Option<Seconds>,
    },
    /// A rollout that begins with an outage.
    Recreate {
        /// Service.
        service: String,
        /// Pods.
        pods: u32,
        /// Time until new pods are ready.
        ready: Seconds,
    },
    /// Many threads for few connections.
    Threads {
        /// Service.
        service: String,
        /// Threads per pod.
        threads: u32,
        /// Connections of its pools.
        connections: u64,
        /// Threads in excess of connections.
        waiting: u64,
        /// Longest wait for a connection.
        longest: Seconds,
    },
}
