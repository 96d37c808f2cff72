//! Why a search goes no further, and no lower.

use serde::{Deserialize, Serialize};

use crate::study::workshop::Refusal;

/// Why no configuration carries a load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Obstacle {
    /// No value of any setting makes a station large enough.
    TooSmall {
        /// The station.
        station: String,
        /// How many times its capacity it is asked for.
        share: f64,
    },
    /// A rule refuses the configuration, and no larger value cures that.
    Refused {
        /// The rule, with what it found.
        rule: Refusal,
    },
    /// A configuration cannot be resolved.
    Unresolved {
        /// What is wrong with it.
        error: String,
    },
    /// Runs saw nothing to judge a target by.
    Blind {
        /// How many runs.
        runs: u32,
    },
    /// Every value is the largest, or no larger one helps.
    Exhausted,
    /// Every value is the largest.
    Largest,
    /// Stations that no free setting gives more.
    InTheWay {
        /// Each, with the settings that would.
        stations: Vec<Blocked>,
    },
    /// It was not found within so many steps upwards.
    TooFar {
        /// Steps.
        steps: u32,
        /// The last that a rule refused; none where none did.
        rule: Option<Refusal>,
    },
    /// What runs of the search carried, fresh replications refuted.
    Refuted,
    /// It was stopped before anything was found.
    Stopped,
}

/// A station in the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blocked {
    /// The station.
    pub station: String,
    /// Settings, none of them free, that would give it more.
    pub settings: Vec<String>,
}

/// Why a setting is not one notch lower.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NotLower {
    /// It has the least value declared.
    Least,
    /// A rule refuses that.
    Refused {
        /// The rule, with what it found.
        rule: Refusal,
    },
    /// A station would be asked for more than it may be.
    Full {
        /// The station.
        station: String,
        /// Share of its capacity that it would be asked for.
        share: f64,
    },
    /// With more of something it failed already.
    Inferred,
    /// Runs miss a target.
    Missed {
        /// In how many.
        runs: u32,
        /// Of how many.
        of: u32,
    },
    /// It costs more.
    Dearer,
    /// It carries the load as well.
    CarriesToo,
}
