//! Section on the monthly cost of each variant, item by item, as described and as it ran.

use super::source::Source;
use crate::report::block::{Block, Cell, Inline, words};
use crate::report::cost;
use crate::report::words::Word;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let shown: Vec<_> =
        result.variants.iter().filter_map(|one| Some((one, cost::total(one)?))).collect();
    if shown.is_empty() {
        return Vec::new();
    }
    let mut header = vec![source.word(Word::CostPart)];
    header.extend(shown.iter().map(|(variant, _)| words(&variant.name)));
    let cell = |lines: &Option<Vec<String>>| match lines {
        Some(lines) => Cell::words(Inline::lines(lines.iter().map(words))),
        None => Cell::nothing(),
    };
    let row = |row: &cost::CostRow| {
        std::iter::once(Cell::text(&row.part)).chain(row.cells.iter().map(cell)).collect()
    };
    let rows = cost::rows(result, lang).iter().map(row).collect();
    let mut blocks =
        vec![source.heading(Word::CostHeading), Block::Paragraph(source.word(Word::CostLead))];
    if shown.iter().any(|(_, sum)| sum.ran.is_some()) {
        blocks.push(Block::Paragraph(source.word(Word::CostLeadDay)));
    }
    blocks.push(Block::Table { header, rows });
    blocks
}
