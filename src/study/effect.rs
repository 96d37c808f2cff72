//! What an edit of a plan does to what runs. The words for it are made where it is shown.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an edit does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// What runs changes.
    Changes,
    /// What runs changes, but nothing that is simulated depends on it.
    NotSimulated,
    /// Another value runs, for a reason that stands beside the setting.
    NoEffect {
        /// What runs.
        runs: String,
        /// Why, in the words of the system's author.
        because: String,
    },
    /// Another value runs, and nobody says why.
    Unreached {
        /// What runs.
        runs: String,
    },
    /// The autoscaler decides on the number of pods.
    DeadReplicas {
        /// The autoscaler's minimum.
        minimum: String,
    },
    /// The value is written already.
    Unchanged {
        /// The value.
        to: String,
        /// What the plan's author believed it to be, where that differs.
        believed: Option<String>,
    },
    /// The value runs already.
    RunsAlready {
        /// The value.
        runs: String,
    },
}

impl Effect {
    /// Whether anything that runs changes.
    pub fn works(&self) -> bool {
        match self {
            Effect::Changes | Effect::NotSimulated => true,
            Effect::NoEffect { .. }
            | Effect::Unreached { .. }
            | Effect::DeadReplicas { .. }
            | Effect::Unchanged { .. }
            | Effect::RunsAlready { .. } => false,
        }
    }
}

/// Of a path that names several settings, how many the edit changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Places {
    /// Settings whose change works.
    pub working: usize,
    /// Settings that the path names.
    pub of: usize,
}

/// Where an input that nobody has measured comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "text", rename_all = "snake_case")]
pub enum Origin {
    /// As the document says.
    Written(String),
    /// The document does not say.
    NotStated,
    /// The time after which the kernel asks again for a connection.
    ConnectAgain,
    /// Connections that `PostgreSQL` reserves by default.
    ReservedConnections,
    /// A pod without a CPU limit has the cores that it requests.
    CoresOfRequest,
    /// A CPU limit is used up by as many cores as it has.
    CoresOfLimit,
    /// Only the mean of a time counts.
    MeanOnly,
}
