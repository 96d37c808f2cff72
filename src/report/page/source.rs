//! What the page is made of, and the pieces that its sections share.

use crate::report::Manifest;
use crate::report::block::{Block, Cell, CellKind, Figure, Inline, words};
use crate::report::chart::Chart;
use crate::report::words::{Lang, Word};
use crate::study::result::{StudyResult, VariantResult, Verdict};

/// What the page is made of.
pub(crate) struct Source<'a> {
    /// The result.
    pub(crate) result: &'a StudyResult,
    /// How it came about.
    pub(crate) manifest: &'a Manifest,
    /// Charts that were drawn, in the order of the page.
    pub(crate) charts: &'a [Drawing],
    /// What the reader should know about the files.
    pub(crate) notes: &'a [String],
    /// Language.
    pub(crate) lang: Lang,
}

/// A chart that was drawn.
pub(crate) struct Drawing {
    /// Which.
    pub(crate) chart: Chart,
    /// As SVG.
    pub(crate) svg: String,
    /// Whether there is a PNG beside the SVG.
    pub(crate) png: bool,
}

impl Source<'_> {
    /// A word in the language of the page.
    pub(super) fn word(&self, word: Word) -> Inline {
        words(word.text(self.lang))
    }

    /// A heading.
    pub(super) fn heading(&self, word: Word) -> Block {
        Block::Heading(self.word(word))
    }

    /// Names of columns.
    pub(super) fn header(&self, names: &[Word]) -> Vec<Inline> {
        names.iter().map(|word| self.word(*word)).collect()
    }

    /// A chart, where it was drawn.
    pub(super) fn figure(&self, chart: Chart) -> Option<Block> {
        let drawn = self.charts.iter().find(|drawn| drawn.chart == chart)?;
        Some(Block::Figure(Figure {
            name: chart.name().to_owned(),
            title: words(chart.title(self.result, self.lang)),
            svg: drawn.svg.clone(),
            png: drawn.png,
        }))
    }

    /// A verdict as a cell.
    pub(super) fn verdict(&self, verdict: Verdict) -> Cell {
        let word = match verdict {
            Verdict::Met => Word::Met,
            Verdict::Missed => Word::Missed,
            Verdict::Undecided => Word::Undecided,
        };
        Cell::verdict(verdict, self.word(word))
    }
}

/// A table with a column for each variant and one for the replications.
pub(super) struct ByVariant<'a> {
    result: &'a StudyResult,
    rows: Vec<Vec<Cell>>,
}

impl<'a> ByVariant<'a> {
    /// A table without rows.
    pub(super) fn new(result: &'a StudyResult) -> ByVariant<'a> {
        ByVariant { result, rows: Vec::new() }
    }

    /// A row, where any variant has something for it.
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

    /// Whether it has any row.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The block.
    pub(super) fn table(self) -> Block {
        let names = self.result.variants.iter().map(|variant| words(&variant.name));
        let header = std::iter::once(Inline::default()).chain(names).chain([words("n")]).collect();
        Block::Table { header, rows: self.rows }
    }
}
