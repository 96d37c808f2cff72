//! Section on how the numbers were computed, so that anyone can reproduce them.

use super::source::Source;
use crate::report::block::{Block, Cell, code, words};
use crate::report::words::{Word, say};
use crate::report::{facts, moves, number};

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, manifest, lang, .. } = *source;
    let n = facts::replications_text(result, lang)
        .unwrap_or_else(|| say(lang, Word::Replications, &["0"]));
    let confidence = number::plain(result.head.confidence * 100.0);
    let seed = manifest.seed.to_string();
    let mut items =
        vec![words(say(lang, Word::HowText, &[&manifest.version, &seed, &n, &confidence]))];
    items.extend(facts::sampling(result, lang).iter().map(words));
    let cost = &manifest.engine;
    let runs: u64 = cost.parts.iter().map(|part| part.runs).sum();
    let cost = [
        number::fixed(cost.events as f64, 0),
        number::fixed(runs as f64, 0),
        number::plain(cost.cpu_s),
        number::plain(cost.wall_s),
    ];
    items.push(words(say(lang, Word::HowCost, &cost.each_ref().map(String::as_str))));
    if !manifest.command.is_empty() {
        let command = code(manifest.command.join(" "));
        items.push(source.word(Word::HowCommand).and(words(" ")).and(command));
    }
    for comparison in &result.comparisons {
        if let Some(gain) = moves::gain(comparison, lang) {
            items.push(words(format!("{} → {}: {gain}", comparison.from, comparison.to)));
        }
    }
    let inputs = manifest.inputs.iter();
    let rows = inputs.map(|input| [&input.path, &input.digest].map(code).map(Cell::words).into());
    let header = source.header(&[Word::File, Word::Digest]);
    vec![
        source.heading(Word::HowHeading),
        Block::List(items),
        Block::Paragraph(source.word(Word::HowRepeat)),
        Block::Table { header, rows: rows.collect() },
    ]
}
