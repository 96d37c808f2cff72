//! Settings that change on a day, while the system runs.

use super::nodes::RolloutWord;
use crate::scenario::decode::{Spanned, document};
use crate::scenario::values::{Flag, Name, Text};

document! {
    /// Edits of a plan, made while the system runs. What a pod is started with acts on pods that start
    /// afterwards: its service is deployed anew. Numbers of pods, bounds of autoscalers and node groups,
    /// a database's processors and connections change at once. All that is ordered for the same instant is
    /// one change.
    struct ApplyDoc {
        /// Plan.
        plan: Name,
        /// Which of its edits, by their `edit`, their `set` or the beginning of it; all by default.
        edits: Vec<Spanned<Text>>,
        /// Whether they are taken back: what they set is what it was when the day began.
        back: Option<Flag>,
        /// How services whose pods change are deployed; as their own `rollout` says by default.
        by: Option<RolloutWord>,
    }

    /// A setting that changes while the system runs, as with `apply`; what is written and what runs.
    struct SetDoc {
        /// Path of a setting in the system's document; `*` is every key of a level.
        path: Spanned<Text>,
        /// Its value from then on.
        to: Spanned<Text>,
        /// How services whose pods change are deployed; as their own `rollout` says by default.
        by: Option<RolloutWord>,
    }
}
