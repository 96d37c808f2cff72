//! Basis of an input: how its value is known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the value of an input is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// An estimate without evidence.
    Assumed,
    /// Stated by the plan.
    Plan,
    /// Documented by the component's vendor.
    Vendor,
    /// Measured on the system.
    Measured,
}

impl Basis {
    /// All of them, the firmest first.
    pub const ALL: [Basis; 4] = [Basis::Measured, Basis::Vendor, Basis::Plan, Basis::Assumed];

    /// Returns the basis with this word, if any.
    pub fn of(word: &str) -> Option<Basis> {
        Basis::ALL.into_iter().find(|basis| basis.word() == word)
    }

    /// Returns its word, as in files and `summary.json`.
    pub fn word(self) -> &'static str {
        match self {
            Basis::Assumed => "assumed",
            Basis::Plan => "plan",
            Basis::Vendor => "vendor",
            Basis::Measured => "measured",
        }
    }
}
