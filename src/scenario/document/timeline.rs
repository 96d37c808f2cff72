//! What happens to a system on a day, besides its users; and what users do when it goes wrong.

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
        attempts: Option<Count<0, 100>>,
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
        /// The rate of arrivals is so many times that of the load, until this is said again.
        "traffic" => Traffic(Spanned<Number>),
    }
}
