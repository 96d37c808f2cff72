//! Section that compares theory with simulation.

use super::source::Source;
use crate::report::block::{Block, Cell, words};
use crate::report::theory;
use crate::report::words::Word;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let several = result.variants.len() > 1;
    let mut rows = Vec::new();
    for variant in &result.variants {
        for check in &variant.theory {
            let mut row = if several { vec![Cell::text(&variant.name)] } else { Vec::new() };
            row.extend(theory::cells(check, lang));
            rows.push(row);
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let mut blocks =
        vec![source.heading(Word::TheoryHeading), Block::Paragraph(source.word(Word::TheoryLead))];
    blocks.extend(theory::sentence(result, lang).map(|text| Block::Paragraph(words(text))));
    let mut header = if several { vec![source.word(Word::VariantColumn)] } else { Vec::new() };
    header.extend(source.header(&[
        Word::TheoryMeasure,
        Word::TheoryLaw,
        Word::TheoryExpected,
        Word::TheorySimulated,
    ]));
    header.push(words("n"));
    header.extend(source.header(&[Word::TheoryVerdict, Word::Source]));
    blocks.push(Block::Table { header, rows });
    blocks
}
