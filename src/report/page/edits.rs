//! Section on the edits of the plans: written and effective values, and the effect on the line.

use super::source::Source;
use crate::report::block::{Block, Cell, Inline, Mark, code, words};
use crate::report::words::Word;
use crate::report::{claims, edits, effect};
use crate::stats::Estimate;
use crate::study::result::Edit;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    if result.edits.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![source.heading(Word::Edits)];
    for plan in edits::plans(&result.edits, lang) {
        blocks.push(Block::Paragraph(words(&plan.sentence)));
        let contributions = claims::contributions(&plan, lang);
        if !contributions.is_empty() {
            blocks.push(Block::List(contributions.iter().map(Inline::quoted).collect()));
        }
        blocks.push(table(source, &plan));
    }
    blocks
}

/// Returns the table of a plan's edits, one row each, as the plan itself lists them.
fn table(source: &Source, plan: &edits::PlanEdits) -> Block {
    let settings = || plan.groups.iter().flat_map(|group| &group.settings);
    let numbered = plan.groups.iter().any(|group| group.number.is_some());
    let believed = settings().any(|edit| edit.believed.is_some());
    let moved = settings().any(|edit| edit.contribution.is_some());
    let mut header = Vec::new();
    header.extend(numbered.then_some(Word::Number));
    header.extend([Word::File, Word::Setting, Word::Before]);
    header.extend(believed.then_some(Word::Believed));
    header.extend([Word::After, Word::Effect]);
    let contribution = [Word::ContributionAlone, Word::ContributionTogether];
    header.extend(contribution.into_iter().filter(|_| moved));
    header.push(Word::Why);
    let mut rows = Vec::new();
    for group in &plan.groups {
        let each = |name: fn(&Edit) -> &str| -> Cell {
            Cell::lines(lines(group.settings.iter().map(|edit| code(name(edit))).collect()))
        };
        let mut row = Vec::new();
        if numbered {
            row.push(Cell::text(group.number.unwrap_or_default()));
        }
        row.push(each(|edit| edit.file.as_deref().unwrap_or_default()));
        row.push(each(|edit| &edit.set));
        row.push(each(|edit| &edit.from));
        if believed {
            row.push(each(|edit| edit.believed.as_deref().unwrap_or_default()));
        }
        row.push(each(|edit| &edit.to));
        row.push(works(source, &group.settings));
        if moved {
            let found = group.settings.first().and_then(|edit| edit.contribution.as_ref());
            let moved = |change: Option<&Estimate>| {
                Cell::estimate(change, |change| claims::moved(Some(change)))
            };
            row.push(moved(found.and_then(|found| found.alone_rps.as_ref())));
            row.push(moved(found.and_then(|found| found.together_rps.as_ref())));
        }
        let mut why: Vec<Inline> = Vec::new();
        for edit in &group.settings {
            let reason = Inline::quoted(effect::reason(edit, source.lang));
            if !why.contains(&reason) {
                why.push(reason);
            }
        }
        row.push(Cell::words(Inline::lines(why)));
        rows.push(row);
    }
    Block::Table { header: source.header(&header), rows }
}

/// Merges lines of settings into a single one where all are equal.
fn lines(mut cells: Vec<Inline>) -> Vec<Inline> {
    if cells.windows(2).all(|pair| pair[0] == pair[1]) {
        cells.truncate(1);
    }
    cells
}

/// Whether an edit changes the running system: a verdict where all of its settings agree.
fn works(source: &Source, settings: &[&Edit]) -> Cell {
    let word = |works: bool| source.word(if works { Word::EffectYes } else { Word::EffectNo });
    let said = lines(settings.iter().map(|edit| word(edit.effective)).collect());
    let mark = match settings.first() {
        Some(edit) if edit.effective => Mark::Good,
        Some(_) | None => Mark::Bad,
    };
    match said.as_slice() {
        [one] => Cell::verdict(mark, one.clone()),
        _ => Cell::words(Inline::lines(said)),
    }
}
