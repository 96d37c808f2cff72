//! What goes wrong under circumstances that are to be expected.

use serde::{Deserialize, Serialize};

use crate::audit::figures::{Figure, Seconds};

/// Who waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Users.
    Users,
    /// The mesh before the service.
    Mesh,
    /// The program of this name.
    Program(String),
}

/// A hazard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Hazard {
    /// A pool can lock up.
    Nested {
        /// Programs that take a further connection while they hold one.
        programs: Vec<String>,
        /// Connections that one of them holds at once.
        each: u32,
        /// Pool.
        pool: String,
        /// Service.
        service: String,
        /// Threads of a pod that may run them.
        threads: u64,
        /// Consumers of a pod that may run them.
        consumers: u64,
        /// Connections of the pool.
        connections: u32,
        /// Runs at a time that lock it up.
        together: u32,
        /// How long it stays locked up.
        timeout: Seconds,
        /// Connections from which on it cannot happen.
        safe: u64,
    },
    /// A remote call with a connection held.
    CallHeld {
        /// Program.
        program: String,
        /// Connections of the pool.
        connections: u32,
    },
    /// Connections are held until the response is written.
    OpenInView {
        /// Service.
        service: String,
        /// For how long a request holds one.
        held: Seconds,
        /// What of it lies outside its transactions.
        outside: Seconds,
    },
    /// Long computing with a connection held.
    ComputesHeld {
        /// Program.
        program: String,
        /// CPU time with a connection held.
        work: Seconds,
        /// Connections of the pool.
        connections: u32,
        /// Runs that those allow \[1/s\].
        most: Figure,
    },
    /// Retries multiply.
    Retries {
        /// Endpoint.
        endpoint: String,
        /// Tries of all layers together.
        tries: Figure,
        /// Tries of a user.
        users: Figure,
        /// Tries of the mesh on the way.
        mesh: Figure,
    },
    /// A wait for a connection is as long as the caller's patience.
    Patience {
        /// Service.
        service: String,
        /// Pool.
        pool: String,
        /// Wait for a connection.
        timeout: Seconds,
        /// How long whoever asked waits.
        waits: Seconds,
    },
    /// An answer comes when nobody waits for it any more.
    TooLate {
        /// Endpoint.
        endpoint: String,
        /// Mean time without any queue.
        takes: Seconds,
        /// Who leaves first.
        who: Who,
        /// How long they wait.
        waits: Seconds,
    },
    /// A call outlasts its own caller.
    Outlasts {
        /// Endpoint that calls.
        endpoint: String,
        /// Endpoint called.
        callee: String,
        /// How long it waits.
        waits: Seconds,
        /// Who leaves first.
        who: Who,
        /// After which time.
        left: Seconds,
        /// What of the wait is for nobody.
        vain: Seconds,
    },
    /// A call without a timeout.
    Endless {
        /// Program that calls.
        program: String,
        /// Endpoint called.
        callee: String,
        /// Threads of a pod that can hang on it; none where there is no limit.
        threads: Option<u32>,
    },
    /// Ready before warm.
    Cold {
        /// Service.
        service: String,
        /// When a pod is ready.
        ready: Seconds,
        /// When it is warm.
        warm: Seconds,
        /// The time between.
        slow: Seconds,
    },
    /// Killed before it is ready.
    Killed {
        /// Service.
        service: String,
        /// Failures after which a pod is killed.
        failures: u64,
        /// When the last of them is.
        last: Seconds,
        /// When a pod is ready.
        ready: Seconds,
        /// The time between.
        early: Seconds,
    },
    /// A grace ends before the work.
    Grace {
        /// Service.
        service: String,
        /// The grace.
        grace: Seconds,
        /// What the pause leaves of it.
        left: Seconds,
        /// The longest request.
        longest: Seconds,
    },
    /// Fewer connections are kept than there are pods.
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
    /// A single pod.
    Single {
        /// Service.
        service: String,
        /// How long another takes to get ready, where that is known.
        ready: Option<Seconds>,
    },
    /// A rollout begins with an outage.
    Recreate {
        /// Service.
        service: String,
        /// Pods.
        pods: u32,
        /// How long new ones take to get ready.
        ready: Seconds,
    },
    /// Many threads for few connections.
    Threads {
        /// Service.
        service: String,
        /// Threads of a pod.
        threads: u32,
        /// Connections of its pools.
        connections: u64,
        /// Threads beyond those.
        waiting: u64,
        /// Longest wait for a connection.
        longest: Seconds,
    },
}
