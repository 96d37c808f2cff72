//! Operation and billing of a system: probes, brokers, charges.

use crate::scenario::decode::{Map, Setting, document};
use crate::scenario::values::{Bytes, Count, Duration, Name};

document! {
    /// Liveness probes of a pod, and the time that start-up takes.
    struct ProbesDoc {
        /// Time from start until the pod answers at its usual speed: classes loaded, code compiled,
        /// pools filled.
        warm: Option<Setting<Duration>>,
        /// Time from start to the first liveness probe; none by default.
        liveness_after: Option<Setting<Duration>>,
        /// Time between liveness probes; 10 s by default.
        liveness_period: Option<Setting<Duration>>,
        /// Consecutive failed liveness probes after which the container is restarted; 3 by default.
        liveness_failures: Option<Setting<Count<1, 1000>>>,
    }

    /// Kafka brokers of one class.
    struct BrokerDoc {
        /// Broker class from the catalogue.
        class: Setting<Name>,
        /// Number of brokers; 1 by default.
        count: Option<Setting<Count<1, 10_000>>>,
        /// Storage of each broker. Informative.
        storage: Option<Setting<Bytes>>,
    }

    /// An item billed by the hour that is not a machine of the system.
    struct ChargeDoc {
        /// Price from the catalogue.
        price: Setting<Name>,
        /// Number of items; 1 by default.
        count: Option<Setting<Count<1, 100_000>>>,
    }
}

/// Billed broker groups of a system, by name.
pub(crate) type BrokerGroups = Map<BrokerDoc>;
