//! Input of the page, and helpers shared by its sections.

use crate::report::Manifest;
use crate::report::block::{Block, Cell, CellKind, Figure, Inline, words};
use crate::report::chart::Chart;
use crate::report::words::{Lang, Word};
use crate::study::result::{StudyResult, VariantResult, Verdict};

/// Input of the page.
pub(crate) struct Source<'a> {
    /// Result of the study.
    pub(crate) result: &'a StudyResult,
    /// Provenance of the result.
    pub(crate) manifest: &'a Manifest,
    /// Charts, in the order of the page.
    pub(crate) charts: &'a [Drawing],
    /// Notes on the files for the reader.
    pub(crate) notes: &'a [String],
    /// Language of the page.
    pub(crate) lang: Lang,
}

/// A rendered chart.
pub(crate) struct Drawing {
    /// Identity of the chart.
    pub(crate) chart: Chart,
    /// The chart as SVG.
    pub(crate) svg: String,
    /// Whether there is a PNG beside the SVG.
    pub(crate) png: bool,
}

impl Source<'_> {
    /// Returns a message in the language of the page.
    pub(super) fn word(&self, word: Word) -> Inline {
        words(word.text(self.lang))
    }

    /// Returns a heading.
    pub(super) fn heading(&self, word: Word) -> Block {
        Block::Heading(self.word(word))
    }

    /// Returns column headings.
    pub(super) fn header(&self, names: &[Word]) -> Vec<Inline> {
        names.iter().map(|word| self.word(*word)).collect()
    }

    /// Returns the figure of a chart, if it was drawn.
    pub(super) fn figure(&self, chart: Chart) -> Option<Block> {
        let drawn = self.charts.iter().find(|drawn| drawn.chart == chart)?;
        Some(Block::Figure(Figure {
            name: chart.name().to_owned(),
            title: words(chart.title(self.result, self.lang)),
            svg: drawn.svg.clone(),
            png: drawn.png,
        }))
    }

    /// Returns a verdict as a cell.
    pub(super) fn verdict(&self, verdict: Verdict) -> Cell {
        let word = match verdict {
            Verdict::Met => Word::Met,
            Verdict::Missed => Word::Missed,
            Verdict::Undecided => Word::Undecided,
        };
        Cell::verdict(verdict, self.word(word))
    }
}

/// A table under construction with a column for each variant and one for the replications.
pub(super) struct ByVariant<'a> {
    result: &'a StudyResult,
    rows: Vec<Vec<Cell>>,
}

impl<'a> ByVariant<'a> {
    /// Returns a table without rows.
    pub(super) fn new(result: &'a StudyResult) -> ByVariant<'a> {
        ByVariant { result, rows: Vec::new() }
    }

    /// Adds a row, provided that any variant has a value for it.
    pub(super) fn put(
        &mut self,
        name: impl AsRef<str>,
        n: &str,
        cell: impl Fn(&VariantResult) -> Option<Cell>,
    ) {
        let variants = self.result.variants.iter();
        let cells: Vec<Cell> = variants.map(|v| cell(v).unwrap_or_else(Cell::nothing)).collect();
        if cells.iter().any(|cell| cell.kind != CellKind::Nothing) {
            let row = std::iter::once(Cell::text(name)).chain(cells).chain([Cell::number(n)]);
            self.rows.push(row.collect());
        }
    }

    /// Whether the table is without rows.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the table as a block.
    pub(super) fn table(self) -> Block {
        let names = self.result.variants.iter().map(|variant| words(&variant.name));
        let header = std::iter::once(Inline::default()).chain(names).chain([words("n")]).collect();
        Block::Table { header, rows: self.rows }
    }
}
