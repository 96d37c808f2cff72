//! Whether the answer holds for other mixes and calibrations.

use super::{Block, Source, escape};
use crate::report::words::Word;
use crate::report::{facts, number};
use crate::study::result::Saturation;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let Some(sentence) = facts::alternatives(result, lang) else { return Vec::new() };
    let mut header = source.header(&[Word::MixColumn, Word::CalibrationColumn]);
    header.extend(result.variants.iter().map(|variant| escape(&variant.name)));
    header.push("n".to_owned());
    let cell = |saturation: Option<&Saturation>| {
        saturation.map_or(number::NOTHING.to_owned(), |saturation| {
            let line = facts::line(saturation, lang);
            format!("{line} RPS<br>{}", escape(&facts::first_to_go(saturation, lang)))
        })
    };
    let main = result.variants.iter().map(|variant| cell(variant.saturation.as_ref()));
    let names = [escape(&result.head.mix), escape(&result.head.calibration)];
    let n = facts::line_n(result, lang);
    let mut rows: Vec<Vec<String>> = vec![names.into_iter().chain(main).chain([n]).collect()];
    for alternative in &result.alternatives {
        let mut row = vec![escape(&alternative.mix), escape(&alternative.calibration)];
        for variant in &result.variants {
            let found = alternative.variants.iter().find(|other| other.name == variant.name);
            row.push(cell(found.map(|found| &found.saturation)));
        }
        row.push(facts::alternative_n(alternative));
        rows.push(row);
    }
    vec![
        Block::Heading(Word::AlternativesHeading),
        Block::Paragraph(escape(&sentence)),
        Block::Table { header, rows },
    ]
}
