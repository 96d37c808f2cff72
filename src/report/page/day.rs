//! Section on the day: response hour by hour, and utilisation of stations.

use super::source::Source;
use crate::report::block::{Block, Cell, words};
use crate::report::chart::Chart;
use crate::report::words::{Word, say};
use crate::report::{number, over_day, steps};
use crate::study::result::StepResult;

/// Number of events described for each variant.
const MOST: usize = 20;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let shown = [Chart::Day, Chart::Heatmap, Chart::Pods];
    let figures: Vec<Block> = shown.iter().filter_map(|chart| source.figure(*chart)).collect();
    if figures.is_empty() {
        return figures;
    }
    let told = happened(source).into_iter().chain(changes(source));
    std::iter::once(source.heading(Word::ChartDay)).chain(told).chain(figures).collect()
}

/// Describes the events of the day and their effects.
fn happened(source: &Source) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (variant, answer) in over_day::days(source.result) {
        let told = over_day::happened(variant, answer, MOST, source.lang);
        if !told.is_empty() {
            let lead = over_day::happened_lead(source.result, variant, source.lang);
            blocks.push(Block::Paragraph(words(lead)));
            blocks.push(Block::List(told.iter().map(words).collect()));
        }
    }
    blocks
}

/// Describes the configuration changes of the day and their effects.
fn changes(source: &Source) -> Vec<Block> {
    let mut blocks = Vec::new();
    for variant in steps::changed(source.result) {
        let rows = variant.steps.iter().map(|step| row(source, step)).collect();
        let title = say(source.lang, Word::StepsOf, &[&variant.name]);
        blocks.push(Block::Paragraph(words(title)));
        blocks.push(Block::Table { header: source.header(&steps::HEADER), rows });
    }
    blocks
}

/// Formats a change under the columns of [`steps::HEADER`].
fn row(source: &Source, step: &StepResult) -> Vec<Cell> {
    vec![
        Cell::text(steps::at(step)),
        Cell::text(steps::what(step, source.lang)),
        steps::through(step, source.lang).map_or_else(|| Cell::text(""), Cell::text),
        Cell::estimate(step.error_rate.as_ref(), number::percent),
        Cell::estimate(step.p99_ms.as_ref(), number::mean),
        Cell::estimate(Some(&step.max_lag), number::mean),
    ]
}
