//! The page of what is no study: a ladder, a sizing, a sweep, what is uncertain. Made of the same blocks as
//! a study's page, so that it is Markdown, HTML and charts in the same looks.

use std::io;

use super::folder::Folder;
use super::page::{Block, Figure, escape, prose};
use super::picture::{Pictures, SIZES};
use super::words::{Lang, Word};
use super::{Options, Written, html, markdown};

/// A page while it is made.
pub(super) struct Sheet {
    folder: Folder,
    pictures: Pictures,
    lang: Lang,
    blocks: Vec<Block>,
}

impl Sheet {
    /// A page in a folder.
    pub(super) fn new(folder: Folder, options: &Options) -> Sheet {
        let pictures = Pictures::new(options);
        Sheet { folder, pictures, lang: options.lang, blocks: Vec::new() }
    }

    /// The language of the page.
    pub(super) fn lang(&self) -> Lang {
        self.lang
    }

    /// The next part of the page.
    pub(super) fn put(&mut self, block: Block) {
        self.blocks.push(block);
    }

    /// A heading, what all of it holds for, and the answer, line by line.
    pub(super) fn begin(&mut self, title: &str, conditions: &[String], answer: &[String]) {
        let known: Vec<&str> =
            conditions.iter().map(String::as_str).filter(|one| !one.is_empty()).collect();
        let answer: Vec<String> = answer.iter().map(|line| prose(line)).collect();
        self.put(Block::Title(escape(title)));
        self.put(Block::Conditions(escape(&known.join(" · "))));
        self.put(Block::Lead(answer.join("<br>")));
    }

    /// Sentences, each in a line of its own.
    pub(super) fn notes(&mut self, notes: &[Word]) {
        let notes = notes.iter().map(|word| escape(word.text(self.lang))).collect();
        self.put(Block::List(notes));
    }

    /// A chart: files of its own, and its place on the page. The title is the finding.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub(super) fn figure(
        &mut self,
        name: &str,
        title: String,
        paint: &dyn Fn(Lang) -> String,
    ) -> io::Result<()> {
        let drawn = self.pictures.paint(name, paint);
        self.folder.write(&format!("{name}.svg"), drawn.svg.as_bytes())?;
        for (png, (ending, _)) in drawn.png.iter().flatten().zip(SIZES) {
            self.folder.write(&format!("{name}{ending}"), png)?;
        }
        let png = drawn.png.is_some();
        self.put(Block::Figure(Figure { name: name.to_owned(), title, svg: drawn.svg, png }));
        Ok(())
    }

    /// Write the page, and remove charts that an earlier one had more: `NAME.svg` and `NAME-2.svg` and so
    /// on for each of these names.
    ///
    /// # Errors
    /// When a file cannot be written or removed.
    pub(super) fn finish(mut self, warnings: &[String], names: &[&str]) -> io::Result<Written> {
        let notes = self.pictures.notes();
        let lang = self.lang;
        let told: Vec<String> = warnings.iter().chain(&notes).map(|text| prose(text)).collect();
        if !told.is_empty() {
            self.put(Block::Heading(Word::WarningsHeading));
            self.put(Block::List(told));
        }
        let version = env!("CARGO_PKG_VERSION");
        self.folder.write("report.md", markdown::document(&self.blocks, lang).as_bytes())?;
        self.folder.write("report.html", html::document(&self.blocks, version, lang).as_bytes())?;
        for name in names {
            self.folder.remove_chart(name);
            for number in 2..=MOST {
                self.folder.remove_chart(&numbered(name, number));
            }
        }
        let (folder, files) = self.folder.commit()?;
        Ok(Written { folder, files, notes })
    }
}

/// Most charts of a kind on one page that are looked for when an earlier page is cleared away.
const MOST: usize = 64;

/// The name of one chart of several.
pub(super) fn numbered(name: &str, number: usize) -> String {
    if number < 2 { name.to_owned() } else { format!("{name}-{number}") }
}
