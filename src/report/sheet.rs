//! Page of an answer other than a study: ladder, sizing, sweep, uncertainty. It is made of the same
//! blocks as a study's page, so that Markdown, HTML and charts look the same.

use super::Options;
use super::answer::Files;
use super::block::{Block, Figure, Inline, words};
use super::canvas::Canvas;
use super::picture::{Pictures, SIZES};
use super::words::{Lang, Word};
use super::{html, markdown};

/// A page under construction.
pub(super) struct Sheet {
    files: Files,
    pictures: Pictures,
    lang: Lang,
    blocks: Vec<Block>,
}

impl Sheet {
    /// Returns an empty page.
    pub(super) fn new(options: &Options) -> Sheet {
        let (files, pictures) = (Files::default(), Pictures::new(options));
        Sheet { files, pictures, lang: options.lang, blocks: Vec::new() }
    }

    /// Returns the language of the page.
    pub(super) fn lang(&self) -> Lang {
        self.lang
    }

    /// Appends a block.
    pub(super) fn put(&mut self, block: Block) {
        self.blocks.push(block);
    }

    /// Appends a title, the conditions, and the answer line by line.
    pub(super) fn begin(&mut self, title: &str, conditions: &[String], answer: &[String]) {
        let known: Vec<&str> =
            conditions.iter().map(String::as_str).filter(|one| !one.is_empty()).collect();
        self.put(Block::Title(words(title)));
        self.put(Block::Conditions(words(known.join(" · "))));
        self.put(Block::Lead(Inline::lines(answer.iter().map(Inline::quoted))));
    }

    /// Appends sentences, one per line.
    pub(super) fn notes(&mut self, notes: &[Word]) {
        let notes = notes.iter().map(|word| words(word.text(self.lang))).collect();
        self.put(Block::List(notes));
    }

    /// Appends a heading.
    pub(super) fn heading(&mut self, word: Word) {
        self.put(Block::Heading(words(word.text(self.lang))));
    }

    /// Appends a chart, which gets files of its own. The title is the finding.
    pub(super) fn figure(&mut self, name: &str, title: String, paint: &dyn Fn(Lang) -> Canvas) {
        let drawn = self.pictures.paint(name, paint);
        self.files.add(format!("{name}.svg"), drawn.svg.as_bytes());
        let png = drawn.png.is_some();
        for (png, (ending, _)) in drawn.png.into_iter().flatten().zip(SIZES) {
            self.files.add(format!("{name}{ending}"), png);
        }
        let (name, title) = (name.to_owned(), words(title));
        self.put(Block::Figure(Figure { name, title, svg: drawn.svg, png }));
    }

    /// Returns the files of the page and its charts, and marks surplus charts of an earlier page
    /// for removal: `NAME.svg`, `NAME-2.svg` and so on for each of these names.
    pub(super) fn finish(mut self, warnings: &[String], names: &[&str]) -> Files {
        let notes = self.pictures.notes();
        let lang = self.lang;
        let told: Vec<Inline> = warnings.iter().chain(&notes).map(Inline::quoted).collect();
        if !told.is_empty() {
            self.heading(Word::WarningsHeading);
            self.put(Block::List(told));
        }
        let version = env!("CARGO_PKG_VERSION");
        self.files.add("report.md", markdown::document(&self.blocks, lang));
        self.files.add("report.html", html::document(&self.blocks, version, lang));
        for name in names {
            self.files.remove_chart(name);
            for number in 2..=MOST {
                self.files.remove_chart(&numbered(name, number));
            }
        }
        self.files.notes = notes;
        self.files
    }
}

/// Largest number of charts of a kind that are searched for when an earlier page is removed.
const MOST: usize = 64;

/// Returns the name of one chart of several.
pub(super) fn numbered(name: &str, number: usize) -> String {
    if number < 2 { name.to_owned() } else { format!("{name}-{number}") }
}
