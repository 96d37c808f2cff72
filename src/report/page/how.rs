//! How the numbers were computed, so that anyone can do it again.

use super::{Block, Source, code, escape};
use crate::report::words::{Word, say};
use crate::report::{facts, moves, number};

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, manifest, lang, .. } = *source;
    let n = facts::replications_text(result, lang)
        .unwrap_or_else(|| say(lang, Word::Replications, &["0"]));
    let confidence = number::plain(result.head.confidence * 100.0);
    let seed = manifest.seed.to_string();
    let version = escape(&manifest.version);
    let mut items = vec![say(lang, Word::HowText, &[&version, &seed, &n, &confidence])];
    items.extend(facts::sampling(result, lang).iter().map(|line| escape(line)));
    let cost = &manifest.engine;
    let runs: u64 = cost.parts.iter().map(|part| part.runs).sum();
    let cost = [
        number::fixed(cost.events as f64, 0),
        number::fixed(runs as f64, 0),
        number::plain(cost.cpu_s),
        number::plain(cost.wall_s),
    ];
    items.push(say(lang, Word::HowCost, &cost.each_ref().map(String::as_str)));
    if !manifest.command.is_empty() {
        items.push(say(lang, Word::HowCommand, &[&code(&manifest.command.join(" "))]));
    }
    for comparison in &result.comparisons {
        if let Some(gain) = moves::gain(comparison, lang) {
            let names = format!("{} → {}", comparison.from, comparison.to);
            items.push(format!("{}: {gain}", escape(&names)));
        }
    }
    let inputs = manifest.inputs.iter();
    let rows = inputs.map(|input| vec![code(&input.path), code(&input.digest)]).collect();
    let header = source.header(&[Word::File, Word::Digest]);
    vec![
        Block::Heading(Word::HowHeading),
        Block::List(items),
        Block::Paragraph(source.word(Word::HowRepeat)),
        Block::Table { header, rows },
    ]
}
