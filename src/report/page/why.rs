//! Section on where each variant saturates and why, and on the parts of the response time.

use super::source::Source;
use crate::report::block::{Block, Cell, strong, words};
use crate::report::chart::Chart;
use crate::report::words::{Word, say};
use crate::report::{facts, number};
use crate::study::result::VariantResult;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let mut blocks = Vec::new();
    if result.variants.iter().any(|variant| variant.saturation.is_some()) {
        blocks.push(source.heading(Word::WhereAndWhy));
        let mut items = Vec::new();
        for variant in &result.variants {
            let Some(saturation) = &variant.saturation else { continue };
            let line = facts::line(saturation, lang);
            let because = facts::because(saturation, lang);
            let fails = facts::fails(saturation, lang);
            let fails = fails.map_or(String::new(), |fails| format!("; {fails}"));
            let said = words(format!(" ({line} RPS): {because}{fails}."));
            items.push(strong(&variant.name).and(said));
            if saturation.beyond_search {
                items.push(words(say(lang, Word::BeyondSearch, &[&variant.name])));
            }
        }
        blocks.push(Block::List(items));
        blocks.extend(relief(source));
    }
    blocks.extend(source.figure(Chart::Anatomy));
    blocks
}

/// Returns the table of reliefs (what-if capacity increases): resources against variants.
fn relief(source: &Source) -> Vec<Block> {
    let result = source.result;
    let lines = || result.variants.iter().filter_map(|variant| variant.saturation.as_ref());
    let mut resources: Vec<&str> = Vec::new();
    for relief in lines().flat_map(|saturation| &saturation.relief) {
        if !resources.contains(&relief.resource.as_str()) {
            resources.push(&relief.resource);
        }
    }
    if resources.is_empty() {
        return Vec::new();
    }
    let mut header = vec![source.word(Word::ReliefColumn)];
    for variant in &result.variants {
        let saturation = variant.saturation.as_ref();
        let tried = saturation.and_then(|s| s.relief.first()).map(|relief| relief.tried_rps);
        header.push(match tried {
            Some(rps) => words(format!("{}, {} RPS", variant.name, number::plain(rps))),
            None => words(&variant.name),
        });
    }
    let cell = |variant: &VariantResult, resource: &str| {
        let saturation = variant.saturation.as_ref()?;
        let relief = saturation.relief.iter().find(|relief| relief.resource == resource)?;
        Some(Cell::number(format!("{} %", number::plain(relief.carried * 100.0))))
    };
    let row = |resource: &&str| {
        let variants = result.variants.iter();
        let cells = variants.map(|v| cell(v, resource).unwrap_or_else(Cell::nothing));
        std::iter::once(Cell::text(resource)).chain(cells).collect()
    };
    let rows = resources.iter().map(row).collect();
    vec![Block::Paragraph(source.word(Word::ReliefLead)), Block::Table { header, rows }]
}
