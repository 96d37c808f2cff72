//! Head common to all answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Subject of an answer and the conditions under which it holds: the first keys of its JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Head {
    /// Name of the scenario.
    pub scenario: String,
    /// The question in one sentence; empty where the scenario has none.
    #[serde(default)]
    pub about: String,
    /// Name of the system.
    pub system: String,
    /// Kind of answer, as in the command and the output folder: `run`, `ladder`, `growth`.
    #[serde(default)]
    pub study: String,
    /// Seed of all random draws.
    pub seed: u64,
    /// Confidence level of every interval, 0.95; for a sizing the probability with which targets
    /// must be met.
    pub confidence: f64,
    /// Request mix of the main answer.
    pub mix: String,
    /// Calibration (service times) of the main answer.
    #[serde(default)]
    pub calibration: String,
}
