//! Configuration changes during a simulated day.

use super::nodes::RolloutWord;
use crate::scenario::decode::{Spanned, document};
use crate::scenario::values::{Flag, Name, Text};

document! {
    /// Edits of a plan, made while the system runs. Settings that a pod reads at start-up apply to
    /// pods that start afterwards, so the service is deployed anew. Replica counts, bounds of
    /// autoscalers and node groups, and a database's processors and connections change at once. All
    /// changes ordered for the same instant form one change.
    struct ApplyDoc {
        /// Name of the plan.
        plan: Name,
        /// Edits that are made, named by their `edit`, their `set` or a prefix of it; all by
        /// default.
        edits: Vec<Spanned<Text>>,
        /// Whether the edits are reverted: their settings return to the values with which the day
        /// began.
        back: Option<Flag>,
        /// Rollout strategy of services whose pods change; as their own `rollout` says by default.
        by: Option<RolloutWord>,
    }

    /// One setting that changes while the system runs, under the rules of `apply`, both as written
    /// and as it runs.
    struct SetDoc {
        /// Path of a setting in the system's document; `*` matches every key of a level.
        path: Spanned<Text>,
        /// New value.
        to: Spanned<Text>,
        /// Rollout strategy of services whose pods change; as their own `rollout` says by default.
        by: Option<RolloutWord>,
    }
}
