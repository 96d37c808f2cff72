//! What each variant costs in a month, part by part, and what a month of such days would cost.

use super::{Block, Source, escape};
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
    header.extend(shown.iter().map(|(variant, _)| escape(&variant.name)));
    let cell =
        |lines: Vec<String>| lines.iter().map(|line| escape(line)).collect::<Vec<_>>().join("<br>");
    let rows = cost::rows(result, lang);
    let rows = rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect();
    let mut blocks = vec![
        Block::Heading(Word::CostHeading),
        Block::Paragraph(source.word(Word::CostLead)),
        Block::Table { header, rows },
    ];
    if shown.iter().any(|(_, sum)| sum.ran.is_some()) {
        blocks.insert(2, Block::Paragraph(source.word(Word::CostLeadDay)));
    }
    blocks
}
