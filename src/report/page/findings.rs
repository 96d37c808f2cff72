//! What reading the plan alone shows, before anything is simulated.

use serde::Deserialize;

use super::{Block, Source, escape, prose};
use crate::report::phrases::translated;
use crate::report::words::Word;

/// An entry of `findings` in `summary.json`.
#[derive(Deserialize)]
struct Finding {
    /// Code, which `plimsoll explain` knows.
    code: String,
    /// What was found.
    message: String,
    /// What it leads to.
    #[serde(default)]
    consequence: Option<String>,
    /// What to do.
    #[serde(default)]
    remedy: Option<String>,
}

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let lang = source.lang;
    let findings: Vec<Finding> = source.entries("findings");
    if findings.is_empty() {
        return Vec::new();
    }
    let header = source.header(&[Word::Code, Word::Finding, Word::Consequence, Word::Remedy]);
    let said = |text: Option<&str>| prose(&translated(text.unwrap_or_default(), lang));
    let rows = findings
        .iter()
        .map(|finding| {
            vec![
                escape(&finding.code),
                said(Some(&finding.message)),
                said(finding.consequence.as_deref()),
                said(finding.remedy.as_deref()),
            ]
        })
        .collect();
    vec![Block::Heading(Word::FindingsHeading), Block::Table { header, rows }]
}
