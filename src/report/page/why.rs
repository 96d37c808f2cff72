//! Where each variant saturates and why, and where the time of a request goes.

use std::fmt::Write;

use super::{Block, Source, bold, escape};
use crate::report::chart::Chart;
use crate::report::words::{Word, say};
use crate::report::{facts, number};
use crate::study::result::VariantResult;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let mut blocks = Vec::new();
    if result.variants.iter().any(|variant| variant.saturation.is_some()) {
        blocks.push(Block::Heading(Word::WhereAndWhy));
        let mut items = Vec::new();
        for variant in &result.variants {
            let Some(saturation) = &variant.saturation else { continue };
            let mut text = format!(
                "{} ({} RPS): {}",
                bold(&variant.name),
                facts::line(saturation, lang),
                escape(&facts::because(saturation, lang)),
            );
            if let Some(fails) = facts::fails(saturation, lang) {
                // Writing to a string cannot fail.
                let _ = write!(text, "; {fails}");
            }
            items.push(format!("{text}."));
            if saturation.beyond_search {
                items.push(say(lang, Word::BeyondSearch, &[&escape(&variant.name)]));
            }
        }
        blocks.push(Block::List(items));
        blocks.extend(relief(source));
    }
    blocks.extend(source.figure(Chart::Anatomy));
    blocks
}

/// What was doubled to find what goes first: resources against variants.
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
        let name = escape(&variant.name);
        header.push(match tried {
            Some(rps) => format!("{name}, {} RPS", number::plain(rps)),
            None => name,
        });
    }
    let cell = |variant: &VariantResult, resource: &str| {
        let saturation = variant.saturation.as_ref()?;
        let relief = saturation.relief.iter().find(|relief| relief.resource == resource)?;
        Some(format!("{} %", number::plain(relief.carried * 100.0)))
    };
    let row = |resource: &&str| {
        let cells = result
            .variants
            .iter()
            .map(|variant| cell(variant, resource).unwrap_or_else(|| number::NOTHING.to_owned()));
        std::iter::once(escape(resource)).chain(cells).collect()
    };
    let rows = resources.iter().map(row).collect();
    vec![Block::Paragraph(source.word(Word::ReliefLead)), Block::Table { header, rows }]
}
