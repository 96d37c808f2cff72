//! A session: an answer from locking its folder to its completion, the same for every kind.

use std::path::{Path, PathBuf};

use super::error::{AppError, Context, Ending};
use super::input::{font, language};
use super::interrupt;
use super::progress::Progress;
use super::terminal::{coloured, print, warn};
use crate::cli::{Colour, Language, StudyArgs};
use crate::plain;
use crate::report::{self, Answer, Held};
use crate::study::{Head, Watcher};

/// Settings for writing and printing an answer.
pub(super) struct Output {
    json: bool,
    colour: Colour,
    lang: report::Lang,
    font: Option<PathBuf>,
}

impl Output {
    /// Creates the settings from the arguments, checking the named font.
    pub(super) fn new(
        json: bool,
        colour: Colour,
        lang: Language,
        named: Option<&Path>,
    ) -> Result<Output, AppError> {
        Ok(Output { json, colour, lang: language(lang), font: font(named)? })
    }

    /// Returns the options of pages and charts.
    pub(super) fn options(&self) -> report::Options {
        let (lang, font) = (self.lang, self.font.clone());
        report::Options { lang, font, hurried: Some(interrupt::asked) }
    }

    /// Writes and prints the answer; prints it even where it cannot be written.
    pub(super) fn deliver(&self, answer: &dyn Answer, folder: &Path) -> Result<Ending, AppError> {
        let written = report::write(answer, folder, &self.options());
        for note in written.iter().flat_map(|written| &written.notes) {
            warn(&format!("note: {note}"));
        }
        let text = if self.json {
            answer.json()?
        } else {
            let text = answer.text(self.lang, coloured(self.colour, &std::io::stdout()));
            match &written {
                Ok(written) => {
                    format!("{}\n\n{}\n", text.trim_end_matches('\n'), plain::path(&written.folder))
                }
                Err(_) => text,
            }
        };
        let printed = print(text.as_bytes());
        written.context("cannot write to")?;
        printed?;
        Ok(Ending::of(answer.is_met()))
    }

    /// Prints where an incomplete answer is stored.
    pub(super) fn tell_unfinished(&self, text: &str, folder: &Path) -> Result<(), AppError> {
        let text = format!("{text}\n{}", plain::path(folder));
        if self.json {
            // Standard output has JSON or nothing.
            warn(&text);
            return Ok(());
        }
        print(format!("{text}\n").as_bytes())
    }
}

/// An answer under way, with its locked folder and its thread pool.
pub(super) struct Session {
    pub(super) output: Output,
    held: Held,
    pool: rayon::ThreadPool,
    progress: Progress,
}

impl Session {
    /// Begins an answer with this head, locking its folder exclusively.
    pub(super) fn open(args: &StudyArgs, head: &Head) -> Result<Session, AppError> {
        Session::open_beside(args, head, true)
    }

    /// Begins an answer with this head, sharing its folder with runs that keep out of each other's
    /// way, unless it is to be `alone`.
    pub(super) fn open_beside(
        args: &StudyArgs,
        head: &Head,
        alone: bool,
    ) -> Result<Session, AppError> {
        let StudyArgs { input, out, threads: count, lang, font } = args;
        let output = Output::new(input.json, input.color, *lang, font.as_deref())?;
        let folder = report::hold(out, head, alone).context("cannot write to")?;
        let pool = threads(*count)?;
        Ok(Session { output, held: folder, pool, progress: Progress::new() })
    }

    /// Returns the folder of the answer.
    pub(super) fn folder(&self) -> &Path {
        &self.held.path
    }

    /// Computes on the threads of the session, showing progress meanwhile.
    pub(super) fn compute<T: Send>(&self, task: impl FnOnce(&Progress) -> T + Send) -> T {
        let done = self.pool.install(|| task(&self.progress));
        self.progress.end();
        done
    }

    /// Whether the run was asked to stop.
    pub(super) fn stopped(&self) -> bool {
        self.progress.stopped()
    }

    /// Writes and prints the answer, and unlocks the folder.
    pub(super) fn finish(self, answer: &dyn Answer) -> Result<Ending, AppError> {
        self.output.deliver(answer, &self.held.path)
    }
}

/// Creates a pool of `count` threads; by default one for each core.
pub(super) fn threads(count: Option<u16>) -> Result<rayon::ThreadPool, AppError> {
    let mut pool = rayon::ThreadPoolBuilder::new();
    if let Some(count) = count {
        pool = pool.num_threads(usize::from(count));
    }
    pool.build().context("cannot start threads:")
}
