//! Inputs that nobody has measured, and what to measure first.

use super::{Block, Source, code, escape, prose};
use crate::report::words::Word;
use crate::report::{effect, facts};

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let spare = facts::warnings(result, lang).1;
    if result.assumed.is_empty() && spare.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Heading(Word::AssumedHeading)];
    let header = source.header(&[Word::Input, Word::Value, Word::Basis, Word::Source]);
    // What nobody has measured comes first: that is what a reader can do something about.
    let mut inputs: Vec<_> = result.assumed.iter().collect();
    inputs.sort_by_key(|input| input.basis != "assumed");
    let rows = inputs
        .iter()
        .map(|input| {
            let basis = facts::basis(&input.basis, lang);
            let source = escape(&effect::origin(&input.origin, lang));
            vec![code(&input.name), code(&input.value), escape(&basis), source]
        })
        .collect();
    blocks.push(Block::Table { header, rows });
    if !spare.is_empty() {
        blocks.push(Block::Paragraph(source.word(Word::SpareLead)));
        let items = spare.iter().map(|warning| prose(warning));
        blocks.push(Block::List(items.collect()));
    }
    blocks
}
