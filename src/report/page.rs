//! The page for the planning document as blocks, from which Markdown and HTML are made: both say the
//! same. Each section is a file of its own and gives nothing where the study has nothing for it.
//!
//! Text within blocks is Markdown of a small kind: what [`escape`] and [`code`] give, `**bold**` and
//! `<br>`.

mod alternatives;
mod answer;
mod assumed;
mod before;
mod claims;
mod cost;
mod day;
mod edits;
mod how;
mod theory;
mod waits;
mod why;

use super::chart::Chart;
use super::words::{Lang, Word, say};
use super::{Manifest, facts, number};
use crate::plain;
use crate::study::result::{StudyResult, VariantResult};

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

/// A part of the page; texts are Markdown of the small kind.
pub(crate) enum Block {
    /// The title of the page.
    Title(String),
    /// What everything holds for.
    Conditions(String),
    /// The answer.
    Lead(String),
    /// A heading.
    Heading(Word),
    /// A heading in words of its own.
    Section(String),
    /// A paragraph.
    Paragraph(String),
    /// A list.
    List(Vec<String>),
    /// A table; left out without rows.
    Table {
        /// What the columns are.
        header: Vec<String>,
        /// As many cells each.
        rows: Vec<Vec<String>>,
    },
    /// A chart.
    Figure(Figure),
}

/// A chart of the page.
pub(crate) struct Figure {
    /// Name of its files, without ending.
    pub(crate) name: String,
    /// The finding, as plain text.
    pub(crate) title: String,
    /// As SVG.
    pub(crate) svg: String,
    /// Whether there is a PNG beside the SVG.
    pub(crate) png: bool,
}

/// The page, from top to bottom.
pub(crate) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let name = format!("{} · {}", result.head.system, result.head.scenario);
    let conditions = facts::conditions(result, lang).join(" · ");
    let mut page = vec![
        Block::Title(escape(&say(lang, Word::Heading, &[&name]))),
        Block::Conditions(escape(&conditions)),
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

impl Source<'_> {
    fn word(&self, word: Word) -> String {
        word.text(self.lang).to_owned()
    }

    fn header(&self, words: &[Word]) -> Vec<String> {
        words.iter().map(|word| self.word(*word)).collect()
    }

    /// A chart, where it was drawn.
    fn figure(&self, chart: Chart) -> Option<Block> {
        let drawn = self.charts.iter().find(|drawn| drawn.chart == chart)?;
        Some(Block::Figure(Figure {
            name: chart.name().to_owned(),
            title: chart.title(self.result, self.lang),
            svg: drawn.svg.clone(),
            png: drawn.png,
        }))
    }
}

/// A table with a column for each variant and one for the replications.
struct ByVariant<'a> {
    result: &'a StudyResult,
    rows: Vec<Vec<String>>,
}

impl<'a> ByVariant<'a> {
    fn new(result: &'a StudyResult) -> ByVariant<'a> {
        ByVariant { result, rows: Vec::new() }
    }

    /// A row, where any variant has something for it.
    fn put(&mut self, name: String, n: &str, cell: impl Fn(&VariantResult) -> Option<String>) {
        let nothing = || number::NOTHING.to_owned();
        let variants = self.result.variants.iter();
        let cells: Vec<String> = variants.map(|v| cell(v).unwrap_or_else(nothing)).collect();
        if cells.iter().any(|cell| cell != number::NOTHING) {
            let row = std::iter::once(name).chain(cells).chain([n.to_owned()]);
            self.rows.push(row.collect());
        }
    }

    fn table(self) -> Block {
        let names = self.result.variants.iter().map(|variant| escape(&variant.name));
        let header = std::iter::once(String::new()).chain(names).chain(["n".to_owned()]).collect();
        Block::Table { header, rows: self.rows }
    }
}

/// Text in which Markdown sees nothing but text.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::new();
    for c in plain::visible(text).chars() {
        match c {
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' => {
                safe.push('\\');
                safe.push(c);
            }
            '<' => safe.push_str("&lt;"),
            c => safe.push(c),
        }
    }
    safe
}

/// Text as code, for names of settings and files.
pub(crate) fn code(text: &str) -> String {
    let text = plain::visible(text).replace('`', " ").replace('|', "\\|");
    if text.trim().is_empty() { String::new() } else { format!("`{text}`") }
}

/// A sentence of a result, in which names stand between backticks.
pub(crate) fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escape(text);
    }
    let part = |(index, part): (usize, &&str)| {
        if index.is_multiple_of(2) { escape(part) } else { code(part) }
    };
    parts.iter().enumerate().map(part).collect()
}

/// A name in bold.
fn bold(text: &str) -> String {
    format!("**{}**", escape(text))
}
