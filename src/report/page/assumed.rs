//! Section on assumed inputs, and which to measure first.

use super::source::Source;
use crate::report::block::{Block, Cell, Inline, code};
use crate::report::words::Word;
use crate::report::{effect, facts};
use crate::study::basis::Basis;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let spare = facts::warnings(result, lang).1;
    if result.assumed.is_empty() && spare.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![source.heading(Word::AssumedHeading)];
    let header = source.header(&[Word::Input, Word::Value, Word::Basis, Word::Source]);
    // Assumed inputs come first: those are the ones that a reader can do something about.
    let mut inputs: Vec<_> = result.assumed.iter().collect();
    inputs.sort_by_key(|input| input.basis != Basis::Assumed);
    let rows = inputs
        .iter()
        .map(|input| {
            vec![
                Cell::words(code(&input.name)),
                Cell::words(code(&input.value)),
                Cell::text(facts::basis(input.basis, lang)),
                Cell::text(effect::origin(&input.origin, lang)),
            ]
        })
        .collect();
    blocks.push(Block::Table { header, rows });
    if !spare.is_empty() {
        blocks.push(Block::Paragraph(source.word(Word::SpareLead)));
        blocks.push(Block::List(spare.iter().map(Inline::quoted).collect()));
    }
    blocks
}
