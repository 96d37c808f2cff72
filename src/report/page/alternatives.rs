//! Section on the answer under other mixes and calibrations.

use super::source::Source;
use crate::report::block::{Block, Cell, Inline, words};
use crate::report::facts;
use crate::report::words::Word;
use crate::study::result::Saturation;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let Some(sentence) = facts::alternatives(result, lang) else { return Vec::new() };
    let mut header = source.header(&[Word::MixColumn, Word::CalibrationColumn]);
    header.extend(result.variants.iter().map(|variant| words(&variant.name)));
    header.push(words("n"));
    let cell = |saturation: Option<&Saturation>| {
        saturation.map_or_else(Cell::nothing, |saturation| {
            let line = words(format!("{} RPS", facts::line(saturation, lang)));
            let first = words(facts::first_to_go(saturation, lang));
            Cell::words(Inline::lines([line, first]))
        })
    };
    let main = result.variants.iter().map(|variant| cell(variant.saturation.as_ref()));
    let names = [&result.head.mix, &result.head.calibration].map(Cell::text);
    let n = Cell::number(facts::line_n(result, lang));
    let mut rows: Vec<Vec<Cell>> = vec![names.into_iter().chain(main).chain([n]).collect()];
    for alternative in &result.alternatives {
        let mut row = vec![Cell::text(&alternative.mix), Cell::text(&alternative.calibration)];
        for variant in &result.variants {
            let found = alternative.variants.iter().find(|other| other.name == variant.name);
            row.push(cell(found.map(|found| &found.saturation)));
        }
        row.push(Cell::number(facts::alternative_n(alternative)));
        rows.push(row);
    }
    vec![
        source.heading(Word::AlternativesHeading),
        Block::Paragraph(words(sentence)),
        Block::Table { header, rows },
    ]
}
