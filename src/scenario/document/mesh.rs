//! What the mesh does to every request into a service.

use crate::scenario::decode::{Setting, document};
use crate::scenario::values::{Count, Duration};

document! {
    /// Settings of the mesh for requests into a service.
    struct MeshDoc {
        /// Longest time of a request with all its tries.
        timeout: Option<Setting<Duration>>,
        /// Longest time of one try.
        per_try_timeout: Option<Setting<Duration>>,
        /// Further tries of a request that failed; none by default.
        retries: Option<Setting<Count<0, 1000>>>,
        /// Connections that a proxy opens to the service.
        max_connections: Option<Setting<Count<1, 1_000_000>>>,
        /// Requests that a proxy lets wait for a connection.
        max_pending: Option<Setting<Count<0, 1_000_000>>>,
    }
}
