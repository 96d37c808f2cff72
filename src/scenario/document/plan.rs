//! Plans: edits of a system's document.

use crate::scenario::decode::{Spanned, document};
use crate::scenario::values::{Flag, Name, Text};

document! {
    /// A planned change of a system.
    struct PlanDoc {
        /// Name of the plan, which is that of its file.
        plan: Name,
        /// The plan in a sentence.
        about: Option<Text>,
        /// Edits, in order.
        changes: Vec<ChangeDoc>,
        /// The author's beliefs about settings that the plan does not change.
        believes: Vec<BeliefDoc>,
    }

    /// An edit of one setting.
    struct ChangeDoc {
        /// Path of a setting in the system's document; `*` matches every key of a level.
        set: Spanned<Text>,
        /// Current value as written.
        from: Spanned<Text>,
        /// Current value that the author of the plan believed to be written.
        believed: Option<Spanned<Text>>,
        /// New value.
        to: Spanned<Text>,
        /// File in the system's own repository.
        file: Option<Text>,
        /// Key in that file.
        key: Option<Text>,
        /// Number of the edit in the planning document.
        edit: Option<Text>,
        /// Whether the edit also changes the value that the running system uses.
        force: Option<Flag>,
    }

    /// A belief about a setting.
    struct BeliefDoc {
        /// Path of a setting in the system's document.
        set: Spanned<Text>,
        /// Value believed.
        value: Spanned<Text>,
    }
}
