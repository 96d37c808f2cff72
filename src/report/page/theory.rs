//! What theory expects beside what was simulated.

use super::{Block, Source, escape};
use crate::report::theory;
use crate::report::words::Word;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let several = result.variants.len() > 1;
    let mut rows = Vec::new();
    for variant in &result.variants {
        for check in &variant.theory {
            let mut row = if several { vec![escape(&variant.name)] } else { Vec::new() };
            row.extend([
                escape(&theory::measure(check, lang)),
                escape(&check.law),
                theory::expected(check),
                theory::simulated(check),
                check.simulation.n.to_string(),
                theory::verdict(check.agreement, lang).to_owned(),
                escape(&check.source),
            ]);
            rows.push(row);
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let mut blocks =
        vec![Block::Heading(Word::TheoryHeading), Block::Paragraph(source.word(Word::TheoryLead))];
    blocks.extend(theory::sentence(result, lang).map(|text| Block::Paragraph(escape(&text))));
    let mut header = if several { vec![source.word(Word::VariantColumn)] } else { Vec::new() };
    header.extend(source.header(&[
        Word::TheoryMeasure,
        Word::TheoryLaw,
        Word::TheoryExpected,
        Word::TheorySimulated,
    ]));
    header.push("n".to_owned());
    header.extend(source.header(&[Word::TheoryVerdict, Word::Source]));
    blocks.push(Block::Table { header, rows });
    blocks
}
