//! How a system is operated and billed: probes, brokers, charges.

use crate::scenario::decode::{Map, Setting, document};
use crate::scenario::values::{Bytes, Count, Duration, Name};

document! {
    /// When a pod is looked at.
    struct ProbesDoc {
        /// Time from the start until it answers as fast as later: classes loaded, code compiled, pools
        /// filled.
        warm: Option<Setting<Duration>>,
        /// Time from the start to the first liveness probe; none by default.
        liveness_after: Option<Setting<Duration>>,
        /// Time between liveness probes; 10 s by default.
        liveness_period: Option<Setting<Duration>>,
        /// Liveness probes in a row that fail before the container is started anew; 3 by default.
        liveness_failures: Option<Setting<Count<1, 1000>>>,
    }

    /// Kafka brokers of one class.
    struct BrokerDoc {
        /// Broker class of the catalogue.
        class: Setting<Name>,
        /// Brokers; 1 by default.
        count: Option<Setting<Count<1, 10_000>>>,
        /// Storage of each. Informative.
        storage: Option<Setting<Bytes>>,
    }

    /// Something that is billed by the hour and is no machine of the system.
    struct ChargeDoc {
        /// Price of the catalogue.
        price: Setting<Name>,
        /// How many; 1 by default.
        count: Option<Setting<Count<1, 100_000>>>,
    }
}

/// The brokers of a system by name.
pub(crate) type BrokerGroups = Map<BrokerDoc>;
