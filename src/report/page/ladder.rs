//! What saturates next, and next, as each bottleneck is lifted.

use serde::Deserialize;

use super::{Block, Source, code, escape};
use crate::report::number;
use crate::report::phrases::translated;
use crate::report::words::Word;
use crate::stats::Estimate;

/// An entry of `ladder` in `summary.json`.
#[derive(Deserialize)]
struct Rung {
    /// The variant that is climbed from.
    variant: String,
    /// Its place, from 1.
    #[serde(rename = "rung")]
    place: u32,
    /// Where the line lies \[requests/s\].
    rps: Estimate,
    /// The users whose peak that is.
    #[serde(default)]
    mau: Option<Estimate>,
    /// What saturates.
    resource: String,
    /// How.
    #[serde(default)]
    reason: String,
    /// The settings that lift it: one text, or a list.
    #[serde(default)]
    lifted_by: serde_json::Value,
}

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let lang = source.lang;
    let rungs: Vec<Rung> = source.entries("ladder");
    if rungs.is_empty() {
        return Vec::new();
    }
    let several = rungs.iter().any(|rung| rung.variant != rungs[0].variant);
    let users = rungs.iter().any(|rung| rung.mau.is_some());
    let mut header = Vec::new();
    header.extend(several.then_some(Word::VariantColumn));
    header.extend([Word::Rung, Word::SaturatesAtRps]);
    header.extend(users.then_some(Word::Users));
    header.extend([Word::FirstToGo, Word::Why, Word::LiftedBy]);
    let most = rungs.iter().filter_map(|rung| rung.mau.as_ref()).map(|mau| mau.mean);
    let most = most.fold(0.0, f64::max);
    let rows = rungs
        .iter()
        .map(|rung| {
            let mut row = Vec::new();
            row.extend(several.then(|| escape(&rung.variant)));
            row.push(rung.place.to_string());
            row.push(number::estimate(&rung.rps));
            let mau = rung.mau.as_ref().map(|mau| number::users(mau, most, lang));
            row.extend(users.then(|| mau.unwrap_or_else(|| number::NOTHING.to_owned())));
            row.push(escape(&rung.resource));
            row.push(escape(&translated(&rung.reason, lang)));
            row.push(
                super::phases::texts(&rung.lifted_by)
                    .iter()
                    .map(|t| code(t))
                    .collect::<Vec<_>>()
                    .join("<br>"),
            );
            row
        })
        .collect();
    let mut blocks = vec![Block::Heading(Word::LadderHeading)];
    blocks.push(Block::Table { header: source.header(&header), rows });
    blocks
}
