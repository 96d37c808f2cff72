//! Events of a simulated day apart from the users' load, and retries by users.

use super::change::{ApplyDoc, SetDoc};
use crate::model::spec::limits::{PARTITIONS, TRIES};
use crate::scenario::decode::{Spanned, choice, document};
use crate::scenario::values::{Count, Duration, Name, Number, Share};

document! {
    /// An event at a given time of day.
    struct TimedDoc {
        /// Time of the event, from midnight, where the day begins.
        at: Spanned<Duration>,
        /// The event.
        what: HappeningDoc,
    }

    /// Retries by users.
    struct RetriesDoc {
        /// Largest number of retries of a request; 1 by default.
        attempts: Option<Count<0, TRIES>>,
        /// Mean pause before the first retry, doubled before each next one. A pause is uniform
        /// between 0.5 and 1.5 times its mean; 1 s by default.
        back_off: Option<Duration>,
        /// Retry budget: retries as a share of all users' first requests. Up to a hundred unused
        /// retries are saved, and as many are available at first; any number by default.
        budget: Option<Share>,
    }

    /// Sudden death of pods.
    struct KillDoc {
        /// Service.
        service: Name,
        /// Number of ready pods that die; 1 by default.
        pods: Option<Count<1, 10_000>>,
    }

    /// Deployment of a new version of a service.
    struct DeployDoc {
        /// Service.
        service: Name,
    }

    /// Failure of nodes, with all pods on them.
    struct FailDoc {
        /// Node group.
        node_group: Name,
        /// Number of nodes; 1 by default.
        nodes: Option<Count<1, 10_000>>,
        /// Time until their pods are replaced; 340 s by default: 40 s until the cluster notices,
        /// and the 300 s for which pods tolerate it.
        replaced_after: Option<Duration>,
    }

    /// A slowdown of a server: either a database or a cache.
    struct SlowDoc {
        /// Database.
        database: Option<Name>,
        /// Cache.
        cache: Option<Name>,
        /// Factor on its service times.
        factor: Spanned<Number>,
        /// Duration; to the end of the day by default.
        r#for: Option<Duration>,
    }

    /// Outage of a cache that does not answer.
    struct LoseDoc {
        /// Cache.
        cache: Name,
        /// Time that each command waits in vain; 3 s by default.
        timeout: Option<Duration>,
        /// Duration; to the end of the day by default.
        r#for: Option<Duration>,
    }

    /// Addition of partitions to a topic.
    struct PartitionsDoc {
        /// Topic.
        topic: Name,
        /// New number of partitions.
        partitions: Spanned<Count<1, PARTITIONS>>,
    }

    /// Poison records, whose processing fails at every attempt.
    struct PoisonDoc {
        /// Topic.
        topic: Name,
        /// Share of poison records among those appended from then on.
        share: Share,
    }

    /// Loss of a broker.
    struct BrokerDoc {
        /// Number of the broker, from 0.
        broker: Option<Spanned<Count<0, 999>>>,
        /// Time until the broker is back.
        back_after: Duration,
    }

    /// A new number of pods for a service.
    struct ScaleDoc {
        /// Service.
        service: Name,
        /// Number of pods wanted.
        pods: Count<0, 10_000>,
    }
}

choice! {
    /// An event from outside.
    enum HappeningDoc {
        /// Pods die at once: requests in progress fail, and each pod is started anew.
        "kill" => Kill(KillDoc),
        /// A service is scaled to a number of pods; those beyond it finish their work and stop.
        "scale" => Scale(ScaleDoc),
        /// A new version replaces the old one, according to the service's `rollout`.
        "deploy" => Deploy(DeployDoc),
        /// Edits of a plan are made, or reverted.
        "apply" => Apply(ApplyDoc),
        /// A setting changes.
        "set" => Set(SetDoc),
        /// Nodes fail at once, with all pods on them.
        "fail" => Fail(FailDoc),
        /// A database or a cache slows down.
        "slow" => Slow(SlowDoc),
        /// A cache does not answer. A step with `miss` continues as on a miss; others fail.
        "lose" => Lose(LoseDoc),
        /// A topic gets more partitions: producers and consumer groups notice at their next
        /// metadata refresh.
        "partitions" => Partitions(PartitionsDoc),
        /// A share of a topic's records fails at every attempt, until the next such event.
        "poison" => Poison(PoisonDoc),
        /// A broker is lost: partitions that it led stand still until another broker leads, and
        /// have one replica fewer until it is back.
        "lose_broker" => LoseBroker(BrokerDoc),
        /// The arrival rate is multiplied by a factor, until the next such event.
        "traffic" => Traffic(Spanned<Number>),
    }
}
