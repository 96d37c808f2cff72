//! Findings of the audit as text, JSON and SARIF, and the handbook of rules.

mod en;
mod ko;
mod print;
mod sarif;
mod told;

use std::fmt::Write as _;

use crate::audit::{About, Rule, rules};

pub use self::print::{folded, head, json, text};
pub use self::sarif::sarif;
pub(crate) use self::told::refused;
pub use self::told::{Told, told};

/// Returns all rules as Markdown, the text of `docs/rules.md`.
pub fn handbook() -> String {
    let families = [
        ('0', "Settings without effect"),
        ('1', "Hard limits, capacity and consumers"),
        ('2', "Hazards"),
        ('3', "Arithmetic of the load"),
        ('4', "Money"),
    ];
    let mut text = String::from(
        "# Rules\n\nWhat `plimsoll check` looks for in a system, a plan and the numbers of a document, \
         without simulating. Made by `plimsoll explain --write docs/rules.md`; do not edit.\n\nThe first \
         letter is the severity: E cannot be (exit status 1), W does not do what it seems to or fails \
         under circumstances to be expected, N is worth knowing.\n",
    );
    for (digit, title) in families {
        let _ = writeln!(text, "\n## {title}\n\n| code | rule |\n|---|---|");
        let own =
            || rules().map(Rule::about).filter(|about| about.code.chars().nth(2) == Some(digit));
        for about in own() {
            let _ = writeln!(
                text,
                "| [{0}](#{1}) | {2} |",
                about.code,
                about.code.to_lowercase(),
                about.title
            );
        }
        for About { code, title, cause, consequence, remedy, source } in own() {
            let _ = writeln!(
                text,
                "\n### {code}\n\n**{title}.** {cause} {consequence}\n\nRemedy: {remedy}\n\nSource: {source}."
            );
        }
    }
    text
}
