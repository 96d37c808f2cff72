//! Inputs that nobody has measured, and what to measure first.

use serde::Deserialize;

use super::{Block, Source, code, escape, prose};
use crate::report::words::{Word, say};
use crate::report::{effect, facts, number};
use crate::stats::Estimate;

/// How much one uncertain input moves the line: an entry of `influences` in `summary.json`.
#[derive(Deserialize)]
struct Influence {
    /// The input.
    name: String,
    /// How far the line moves from its 10th to its 90th percentile \[requests/s\].
    rps: Estimate,
}

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let spare = facts::warnings(result, lang).1;
    if result.assumed.is_empty() && spare.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Heading(Word::AssumedHeading)];
    let mut influences: Vec<Influence> = source.entries("influences");
    influences.sort_by(|a, b| b.rps.mean.abs().total_cmp(&a.rps.mean.abs()));
    blocks.extend(influences.first().map(|first| {
        let by = number::plain(first.rps.mean.abs() / 2.0);
        Block::Paragraph(say(lang, Word::MeasureFirst, &[&code(&first.name), &by]))
    }));
    let header = source.header(&[Word::Input, Word::Value, Word::Basis, Word::Source]);
    // What nobody has measured comes first: that is what a reader can do something about.
    let mut inputs: Vec<_> = result.assumed.iter().collect();
    inputs.sort_by_key(|input| input.basis != "assumed");
    let rows = inputs
        .iter()
        .map(|input| {
            let basis = facts::basis(&input.basis, lang);
            let source = escape(&effect::origin(&input.origin, lang));
            vec![code(&input.name), code(&input.value), escape(&basis), source]
        })
        .collect();
    blocks.push(Block::Table { header, rows });
    if !spare.is_empty() {
        blocks.push(Block::Paragraph(source.word(Word::SpareLead)));
        let items = spare.iter().map(|warning| prose(warning));
        blocks.push(Block::List(items.collect()));
    }
    blocks
}
