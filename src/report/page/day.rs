//! The day: what users get hour by hour, and how busy each station is.

use super::{Block, Source};
use crate::report::chart::Chart;
use crate::report::words::Word;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let shown = [Chart::Day, Chart::Heatmap, Chart::Pods];
    let figures: Vec<Block> = shown.iter().filter_map(|chart| source.figure(*chart)).collect();
    if figures.is_empty() {
        return figures;
    }
    std::iter::once(Block::Heading(Word::ChartDay)).chain(figures).collect()
}
