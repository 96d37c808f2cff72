//! What happens to a system on a day, besides its users; and what users do when it goes wrong.

use super::change::{ApplyDoc, SetDoc};
use crate::model::spec::limits::{PARTITIONS, TRIES};
use crate::scenario::decode::{Spanned, choice, document};
use crate::scenario::values::{Count, Duration, Name, Number, Share};

document! {
    /// Something that happens at a given time of the day.
    struct TimedDoc {
        /// When, from midnight, where the day begins.
        at: Spanned<Duration>,
        /// What.
        what: HappeningDoc,
    }

    /// Users who ask again.
    struct RetriesDoc {
        /// Further attempts at a request; 1 by default.
        attempts: Option<Count<0, TRIES>>,
        /// Mean pause before the first of them; each next pause is twice as long; 1 s by default. A pause
        /// is anything between half and one and a half of its mean.
        back_off: Option<Duration>,
        /// Share of all users' first requests that may be followed by another attempt; up to a hundred
        /// attempts that were not needed are saved, and as many are there at first. Any number by default.
        budget: Option<Share>,
    }

    /// Pods that die.
    struct KillDoc {
        /// Service.
        service: Name,
        /// How many, of those ready; 1 by default.
        pods: Option<Count<1, 10_000>>,
    }

    /// A new version of a service.
    struct DeployDoc {
        /// Service.
        service: Name,
    }

    /// Nodes that fail, with all pods on them.
    struct FailDoc {
        /// Node group.
        node_group: Name,
        /// How many; 1 by default.
        nodes: Option<Count<1, 10_000>>,
        /// When their pods are replaced; 340 s by default: 40 s until the cluster notices, and the 300 s
        /// for which pods tolerate it.
        replaced_after: Option<Duration>,
    }

    /// A server that gets slow; either a database or a cache.
    struct SlowDoc {
        /// Database.
        database: Option<Name>,
        /// Cache.
        cache: Option<Name>,
        /// How many times as long its work takes.
        factor: Spanned<Number>,
        /// For how long; to the end of the day by default.
        r#for: Option<Duration>,
    }

    /// A cache that does not answer.
    struct LoseDoc {
        /// Cache.
        cache: Name,
        /// How long each command waits in vain; 3 s by default.
        timeout: Option<Duration>,
        /// For how long; to the end of the day by default.
        r#for: Option<Duration>,
    }

    /// Partitions that are added.
    struct PartitionsDoc {
        /// Topic.
        topic: Name,
        /// Partitions from then on.
        partitions: Spanned<Count<1, PARTITIONS>>,
    }

    /// Records that nobody can handle.
    struct PoisonDoc {
        /// Topic.
        topic: Name,
        /// Share of the records appended from then on.
        share: Share,
    }

    /// A broker that is lost.
    struct BrokerDoc {
        /// Which, from 0.
        broker: Option<Spanned<Count<0, 999>>>,
        /// Time until it is back.
        back_after: Duration,
    }

    /// The number of pods that a service is to have from then on.
    struct ScaleDoc {
        /// Service.
        service: Name,
        /// Pods wanted.
        pods: Count<0, 10_000>,
    }
}

choice! {
    /// What may happen from outside.
    enum HappeningDoc {
        /// Pods die in the very instant, what they work on fails, and each is started anew.
        "kill" => Kill(KillDoc),
        /// A service gets more pods, or those beyond finish their work and go.
        "scale" => Scale(ScaleDoc),
        /// A new version replaces the old one, as the service's `rollout` says.
        "deploy" => Deploy(DeployDoc),
        /// Edits of a plan are made, or taken back.
        "apply" => Apply(ApplyDoc),
        /// A setting changes.
        "set" => Set(SetDoc),
        /// Nodes fail in the very instant, with all pods on them.
        "fail" => Fail(FailDoc),
        /// A database or a cache takes longer for everything.
        "slow" => Slow(SlowDoc),
        /// A cache does not answer. A step with `miss` goes on as if nothing was found, others fail.
        "lose" => Lose(LoseDoc),
        /// A topic has more partitions: producers and groups notice when they next ask for metadata.
        "partitions" => Partitions(PartitionsDoc),
        /// So many of a topic's records fail at every attempt, until this is said again.
        "poison" => Poison(PoisonDoc),
        /// A broker is lost: what it led stands still until another leads, and copies are fewer until it is
        /// back.
        "lose_broker" => LoseBroker(BrokerDoc),
        /// The rate of arrivals is so many times that of the load, until this is said again.
        "traffic" => Traffic(Spanned<Number>),
    }
}
