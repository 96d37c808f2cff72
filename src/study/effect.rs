//! Effect of a plan's edit on the running configuration. It is rendered in words where it is shown.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Effect of an edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// The running configuration changes.
    Changes,
    /// The running configuration changes, but in nothing that is simulated.
    NotSimulated,
    /// Another value is in effect, for a reason stated beside the setting.
    NoEffect {
        /// Value in effect.
        runs: String,
        /// Reason in the words of the system's author.
        because: String,
    },
    /// Another value is in effect, for no stated reason.
    Unreached {
        /// Value in effect.
        runs: String,
    },
    /// The number of pods is set by the autoscaler.
    DeadReplicas {
        /// The autoscaler's minimum.
        minimum: String,
    },
    /// The value is already written there.
    Unchanged {
        /// The value.
        to: String,
        /// Earlier value as assumed by the plan's author, where that differs.
        believed: Option<String>,
    },
    /// The value is already in effect.
    RunsAlready {
        /// Value in effect.
        runs: String,
    },
}

impl Effect {
    /// Whether the running configuration changes.
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

/// Number of settings changed by an edit whose path matches several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Places {
    /// Settings whose change has an effect.
    pub working: usize,
    /// Settings that the path matches.
    pub of: usize,
}

/// Origin of an unmeasured input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "text", rename_all = "snake_case")]
pub enum Origin {
    /// As stated in the document.
    Written(String),
    /// Not stated in the document.
    NotStated,
    /// Default retransmission time of the kernel for a connection request.
    ConnectAgain,
    /// Default number of connections that `PostgreSQL` reserves.
    ReservedConnections,
    /// Default for a pod without a CPU limit: the cores of its CPU request.
    CoresOfRequest,
    /// Default parallelism under a CPU limit: as many cores as the limit.
    CoresOfLimit,
    /// Only the mean of the time is used.
    MeanOnly,
}
