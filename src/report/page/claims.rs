//! What the plan's document claims, and what the simulation says of it.

use serde::Deserialize;

use super::{Block, Source, escape, prose};
use crate::report::phrases::translated;
use crate::report::words::{Word, metric};
use crate::report::{facts, number};
use crate::stats::Estimate;

/// An entry of `claims` in `summary.json`.
#[derive(Deserialize)]
struct Claim {
    /// What is claimed of the variant.
    metric: String,
    /// The variant.
    #[serde(default)]
    variant: Option<String>,
    /// The number in the document.
    claimed: f64,
    /// What was simulated; none where nothing can be said.
    #[serde(default)]
    estimate: Option<Estimate>,
    /// `holds`, `fails`, `undecided` or `cannot be judged`.
    verdict: String,
    /// Why, with the resource in the way.
    #[serde(default)]
    reason: String,
}

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let lang = source.lang;
    let claims: Vec<Claim> = source.entries("claims");
    if claims.is_empty() {
        return Vec::new();
    }
    let header = source.header(&[
        Word::VariantColumn,
        Word::TheoryMeasure,
        Word::Claimed,
        Word::TheorySimulated,
        Word::TheoryVerdict,
        Word::Why,
    ]);
    let rows = claims
        .iter()
        .map(|claim| {
            let share = claim.metric == "error_rate";
            let claimed = if share { claim.claimed * 100.0 } else { claim.claimed };
            let shown = |estimate: &Estimate| {
                if share { number::percent(estimate) } else { number::estimate(estimate) }
            };
            let estimate = claim.estimate.as_ref().filter(|found| number::known(found));
            vec![
                escape(claim.variant.as_deref().unwrap_or(number::NOTHING)),
                escape(&metric(&claim.metric, lang)),
                format!("{}{}", number::plain(claimed), if share { " %" } else { "" }),
                estimate.map_or_else(|| number::NOTHING.to_owned(), shown),
                facts::claim(&claim.verdict, lang),
                prose(&translated(&claim.reason, lang)),
            ]
        })
        .collect();
    vec![Block::Heading(Word::ClaimsHeading), Block::Table { header, rows }]
}
