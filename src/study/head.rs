//! What every answer says of itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an answer is about, and under which conditions it holds: the first keys of its JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Head {
    /// Name of the scenario.
    pub scenario: String,
    /// The question in a sentence; empty where the scenario has none.
    #[serde(default)]
    pub about: String,
    /// Name of the system.
    pub system: String,
    /// Kind of answer, as in the command and the output folder: `run`, `ladder`, `growth`.
    #[serde(default)]
    pub study: String,
    /// Seed of all draws.
    pub seed: u64,
    /// Confidence of every interval, 0.95; of a sizing the probability with which targets must be met.
    pub confidence: f64,
    /// Mix of requests that the main answer holds for.
    pub mix: String,
    /// Calibration (service times) that the main answer holds for.
    #[serde(default)]
    pub calibration: String,
}
