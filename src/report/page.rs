//! The page for the planning document as blocks, from which Markdown and HTML are made. Each
//! section is a file of its own and yields nothing where the study has nothing for it.

mod alternatives;
mod answer;
mod assumed;
mod before;
mod claims;
mod cost;
mod day;
mod edits;
mod how;
mod source;
mod theory;
mod waits;
mod why;

use super::block::{Block, words};
use super::facts;
use super::words::{Word, say};
pub(crate) use source::{Drawing, Source};

/// Returns the blocks of the page, from top to bottom.
pub(crate) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let name = format!("{} · {}", result.head.system, result.head.scenario);
    let conditions = facts::conditions(result, lang).join(" · ");
    let mut page = vec![
        Block::Title(words(say(lang, Word::Heading, &[&name]))),
        Block::Conditions(words(conditions)),
    ];
    let sections: [fn(&Source) -> Vec<Block>; 12] = [
        answer::blocks,
        before::blocks,
        why::blocks,
        waits::blocks,
        day::blocks,
        claims::blocks,
        edits::blocks,
        cost::blocks,
        alternatives::blocks,
        assumed::blocks,
        theory::blocks,
        how::blocks,
    ];
    page.extend(sections.iter().flat_map(|section| section(source)));
    page
}
