//! How a system is operated: what pods and nodes carry besides, probes, deployments, brokers, charges.

use crate::scenario::decode::{Map, Setting, document, words};
use crate::scenario::values::{Bytes, Cores, Count, Duration, Name, Share};

words! {
    /// How new pods take the place of old ones.
    enum StrategyWord {
        /// A share of the pods at a time.
        "rolling" => Rolling,
        /// A whole second set of pods beside the first.
        "blue-green" => BlueGreen,
        /// The old pods go first.
        "recreate" => Recreate,
    }
}

document! {
    /// What is requested for a container.
    struct RequestsDoc {
        /// CPU.
        cpu: Option<Setting<Cores>>,
        /// Memory.
        memory: Option<Setting<Bytes>>,
    }

    /// When a pod is looked at and how it ends.
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
        /// Pause before the process is told to end.
        pre_stop: Option<Setting<Duration>>,
        /// Time from the order to end until the process is killed, the pause included; 30 s by default.
        grace: Option<Setting<Duration>>,
    }

    /// How a new version is rolled out.
    struct DeployDoc {
        /// How; `rolling` by default.
        strategy: Option<Setting<StrategyWord>>,
        /// Pods beyond those wanted while rolling, as a share of them; 25% by default.
        surge: Option<Setting<Share>>,
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
pub(crate) type Brokers = Map<BrokerDoc>;
