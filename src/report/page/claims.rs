//! Section on the claims of the plan's document: its own tables, each cell with the simulated
//! value, and the verdict on each row.

use super::source::Source;
use crate::report::block::{Block, Cell, Inline, strong, words};
use crate::report::claims;
use crate::report::words::Word;
use crate::study::claims::Judged;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let Some(sentence) = claims::sentence(result, lang) else { return Vec::new() };
    let mut blocks = vec![
        source.heading(Word::ClaimsHeading),
        Block::Paragraph(words(sentence)),
        Block::Paragraph(source.word(Word::ClaimsLead)),
    ];
    for table in claims::tables(result, lang) {
        if let Some(at) = table.at {
            blocks.push(Block::Paragraph(strong(at)));
        }
        blocks.push(drawn_anew(source, &table));
    }
    blocks.push(Block::Paragraph(source.word(Word::ClaimsReasons)));
    let because =
        |(names, reason): (String, String)| words(format!("{names}: ")).and(Inline::quoted(reason));
    let mut reasons: Vec<Inline> = claims::reasons(result, lang).into_iter().map(because).collect();
    for claim in &result.claims {
        if let Some(day) = claims::over_day(claim, lang) {
            let row = claim.place.row.clone().unwrap_or_else(|| claims::metric(claim, lang));
            reasons.push(words(format!("{row} ({}): {day}", claim.variant)));
        }
        if let Some(note) = &claim.place.note {
            let row = claim.place.row.clone().unwrap_or_else(|| claims::metric(claim, lang));
            reasons.push(words(format!("{row}: {note}")));
        }
    }
    blocks.push(Block::List(reasons));
    blocks
}

/// Redraws a table of the document.
fn drawn_anew(source: &Source, table: &claims::ClaimTable<'_>) -> Block {
    let lang = source.lang;
    let achieved = table.rows.iter().any(|row| row.achieved().is_some());
    let mut header = vec![source.word(Word::ClaimRowColumn)];
    header.extend(table.columns.iter().map(words));
    header.extend(achieved.then(|| source.word(Word::ClaimAchieved)));
    let cell = |cell: &[&Judged], claim: &Judged| {
        let apart = claims::told_apart(cell, claim, lang);
        let apart = apart.map_or(String::new(), |name| format!("{name}: "));
        let claimed = words(format!("{apart}{}", claims::claimed(claim, lang)));
        let verdict = strong(claims::verdict(claim.verdict, lang));
        let found = claim.estimate.as_ref().map_or_else(Inline::default, |_| {
            words(format!("{}: ", claims::simulated(claim, lang)))
        });
        Inline::lines([claimed, found.and(verdict)])
    };
    let mut rows = Vec::new();
    for row in &table.rows {
        let mut cells = vec![Cell::text(&row.name)];
        cells.extend(row.cells.iter().map(|claims| match claims.as_slice() {
            [] => Cell::nothing(),
            claims => Cell::words(Inline::lines(claims.iter().map(|claim| cell(claims, claim)))),
        }));
        if achieved {
            cells.push(row.achieved().map_or_else(Cell::nothing, |verdict| {
                Cell::verdict(verdict, strong(claims::verdict(verdict, lang)))
            }));
        }
        rows.push(cells);
    }
    Block::Table { header, rows }
}
