//! What the plan's document claims, and what the simulation says of it: the document's own tables, each
//! cell with what was simulated, and what is achieved.

use super::{Block, Source, escape, prose};
use crate::report::words::Word;
use crate::report::{claims, number};
use crate::study::claims::Judged;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let Some(sentence) = claims::sentence(result, lang) else { return Vec::new() };
    let mut blocks = vec![
        Block::Heading(Word::ClaimsHeading),
        Block::Paragraph(escape(&sentence)),
        Block::Paragraph(Word::ClaimsLead.text(lang).into()),
    ];
    for table in claims::tables(result, lang) {
        if let Some(at) = table.at {
            blocks.push(Block::Paragraph(format!("**{}**", escape(at))));
        }
        blocks.push(drawn_anew(source, &table));
    }
    blocks.push(Block::Paragraph(Word::ClaimsReasons.text(lang).into()));
    let because =
        |(names, reason): (String, String)| format!("{}: {}", escape(&names), prose(&reason));
    let mut reasons: Vec<String> = claims::reasons(result, lang).into_iter().map(because).collect();
    for claim in &result.claims {
        if let Some(day) = claims::over_day(claim, lang) {
            let row = claim.place.row.clone().unwrap_or_else(|| claims::metric(claim, lang));
            reasons.push(format!(
                "{} ({}): {}",
                escape(&row),
                escape(&claim.variant),
                escape(&day)
            ));
        }
        if let Some(note) = &claim.place.note {
            let row = claim.place.row.clone().unwrap_or_else(|| claims::metric(claim, lang));
            reasons.push(format!("{}: {}", escape(&row), escape(note)));
        }
    }
    blocks.push(Block::List(reasons));
    blocks
}

/// A table of the document, as it stands there.
fn drawn_anew(source: &Source, table: &claims::ClaimTable<'_>) -> Block {
    let lang = source.lang;
    let achieved = table.rows.iter().any(|row| row.achieved().is_some());
    let mut header = vec![source.word(Word::ClaimRowColumn)];
    header.extend(table.columns.iter().map(|column| escape(column)));
    header.extend(achieved.then(|| source.word(Word::ClaimAchieved)));
    let cell = |cell: &[&Judged], claim: &Judged| {
        let apart = claims::told_apart(cell, claim, lang);
        let apart = apart.map_or(String::new(), |name| format!("{name}: "));
        let claimed = escape(&format!("{apart}{}", claims::claimed(claim, lang)));
        let verdict = claims::verdict(claim.verdict, lang);
        match &claim.estimate {
            Some(_) => {
                let found = escape(&claims::simulated(claim, lang));
                format!("{claimed}<br>{found}: **{verdict}**")
            }
            None => format!("{claimed}<br>**{verdict}**"),
        }
    };
    let mut rows = Vec::new();
    for row in &table.rows {
        let mut cells = vec![escape(&row.name)];
        cells.extend(row.cells.iter().map(|claims| match claims.as_slice() {
            [] => number::NOTHING.to_owned(),
            claims => {
                let all: Vec<String> = claims.iter().map(|claim| cell(claims, claim)).collect();
                all.join("<br>")
            }
        }));
        if achieved {
            let verdict = row.achieved().map(|verdict| claims::verdict(verdict, lang));
            cells.push(verdict.map_or(number::NOTHING.to_owned(), |word| format!("**{word}**")));
        }
        rows.push(cells);
    }
    Block::Table { header, rows }
}
