//! Plans: changes of a system's document.

use crate::scenario::decode::{Spanned, document};
use crate::scenario::values::{Flag, Name, Text};

document! {
    /// A planned change of a system.
    struct PlanDoc {
        /// Name: that of the file.
        plan: Name,
        /// The plan in a sentence.
        about: Option<Text>,
        /// Edits, in order.
        changes: Vec<ChangeDoc>,
        /// What the plan's author believed of settings that it does not change.
        believes: Vec<BeliefDoc>,
    }

    /// An edit.
    struct ChangeDoc {
        /// Path of a setting in the system's document; `*` is every key of a level.
        set: Spanned<Text>,
        /// Value that is written today.
        from: Spanned<Text>,
        /// Value that the author of the plan believed to be written.
        believed: Option<Spanned<Text>>,
        /// Value to write.
        to: Spanned<Text>,
        /// File of the system's own repository.
        file: Option<Text>,
        /// Key in that file.
        key: Option<Text>,
        /// Number of the edit in the plan's document.
        edit: Option<Text>,
        /// Whether the edit is made where it works, so that what runs changes too.
        force: Option<Flag>,
    }

    /// A belief.
    struct BeliefDoc {
        /// Path of a setting in the system's document.
        set: Spanned<Text>,
        /// Value believed.
        value: Spanned<Text>,
    }
}
