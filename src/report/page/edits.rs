//! What each edit of the plans does: written, running, and what it moves.

use super::{Block, Source, code, escape, prose};
use crate::report::words::Word;
use crate::report::{claims, edits, effect};
use crate::study::result::Edit;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    if result.edits.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Heading(Word::Edits)];
    for plan in edits::plans(&result.edits, lang) {
        blocks.push(Block::Paragraph(escape(&plan.sentence)));
        let contributions = claims::contributions(&plan, lang);
        if !contributions.is_empty() {
            blocks.push(Block::List(contributions.iter().map(|one| escape(one)).collect()));
        }
        blocks.push(table(source, &plan));
    }
    blocks
}

/// The edits of one plan, one row each, as the plan itself lists them.
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
    // One line per setting, or one for all where all say the same.
    let lines = |cells: Vec<String>| {
        let same = cells.windows(2).all(|pair| pair[0] == pair[1]);
        let shown = if same { &cells[..cells.len().min(1)] } else { &cells[..] };
        shown.join("<br>")
    };
    let mut rows = Vec::new();
    for group in &plan.groups {
        let each = |cell: &dyn Fn(&Edit) -> String| -> String {
            lines(group.settings.iter().map(|edit| cell(edit)).collect())
        };
        let mut row = Vec::new();
        if numbered {
            row.push(escape(group.number.unwrap_or_default()));
        }
        row.push(each(&|edit| code(edit.file.as_deref().unwrap_or_default())));
        row.push(each(&|edit| code(&edit.set)));
        row.push(each(&|edit| code(&edit.from)));
        if believed {
            row.push(each(&|edit| code(edit.believed.as_deref().unwrap_or_default())));
        }
        row.push(each(&|edit| code(&edit.to)));
        row.push(each(&|edit| {
            source.word(if edit.effective { Word::EffectYes } else { Word::EffectNo })
        }));
        if moved {
            let found = group.settings.first().and_then(|edit| edit.contribution.as_ref());
            let alone = found.and_then(|found| found.alone_rps.as_ref());
            let together = found.and_then(|found| found.together_rps.as_ref());
            row.extend([claims::moved(alone), claims::moved(together)]);
        }
        let mut why: Vec<String> = Vec::new();
        for edit in &group.settings {
            let reason = prose(&effect::reason(edit, source.lang));
            if !why.contains(&reason) {
                why.push(reason);
            }
        }
        row.push(why.join("<br>"));
        rows.push(row);
    }
    Block::Table { header: source.header(&header), rows }
}
