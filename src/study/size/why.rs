//! Reasons why a search cannot go further up or down.

use serde::{Deserialize, Serialize};

use crate::study::workshop::Refusal;

/// Obstacle: reason why no configuration carries a load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Obstacle {
    /// A station is overloaded even with the largest values of all settings.
    TooSmall {
        /// Name of the station.
        station: String,
        /// Offered load as a multiple of its capacity.
        share: f64,
    },
    /// A rule rejects the configuration, and no larger value repairs that.
    Refused {
        /// The rule, with its finding.
        rule: Refusal,
    },
    /// The configuration cannot be resolved.
    Unresolved {
        /// Error message.
        error: String,
    },
    /// The runs observed nothing that a target can be judged by.
    Blind {
        /// Number of runs.
        runs: u32,
    },
    /// All values are the largest, or no larger one helps.
    Exhausted,
    /// All values are the largest.
    Largest,
    /// The bottlenecks are not increased by any free setting.
    InTheWay {
        /// Bottleneck stations, each with the settings that would increase it.
        stations: Vec<Blocked>,
    },
    /// The maximum number of steps upwards was reached.
    TooFar {
        /// Number of steps.
        steps: u32,
        /// The last violation of a rule; none without one.
        rule: Option<Refusal>,
    },
    /// The configurations carried by the search's runs were refuted by fresh replications.
    Refuted,
    /// The study was stopped before anything was found.
    Stopped,
}

/// A bottleneck station without a free setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blocked {
    /// Name of the station.
    pub station: String,
    /// Settings, none of them free, that would increase it.
    pub settings: Vec<String>,
}

/// Reason why a setting is not one step lower.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NotLower {
    /// It already has the least value declared.
    Least,
    /// A rule rejects the lower value.
    Refused {
        /// The rule, with its finding.
        rule: Refusal,
    },
    /// The lower value would overload a station.
    Full {
        /// Name of the station.
        station: String,
        /// Offered load as a share of its capacity.
        share: f64,
    },
    /// A configuration with more of something already failed.
    Inferred,
    /// Runs with the lower value miss a target.
    Missed {
        /// Number of runs that missed one.
        runs: u32,
        /// Number of runs.
        of: u32,
    },
    /// The lower value costs more.
    Dearer,
    /// The lower value carries the load as well.
    CarriesToo,
}
