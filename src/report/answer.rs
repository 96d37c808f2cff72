//! The shape that all answers share: what is written of them, read again, drawn and printed.

use std::path::Path;

use super::error::ReportError;
use super::picture::SIZES;
use super::words::Lang;
use super::{Options, pretty};
use crate::study::Head;

/// An answer: to a study, or to a question that takes many.
///
/// Everything is made in memory; [`write()`](super::write()) alone touches the disk.
pub trait Answer {
    /// What it is about. Its kind names the folder.
    fn head(&self) -> &Head;

    /// Whether what was asked about is met, as exit codes say it.
    fn is_met(&self) -> bool;

    /// For the terminal.
    fn text(&self, lang: Lang, colour: bool) -> String;

    /// For `--json`.
    ///
    /// # Errors
    /// When a number is not finite.
    fn json(&self) -> Result<String, ReportError>;

    /// What stays the same in every language: tables, and last the file that `Kind::read` begins with.
    ///
    /// # Errors
    /// When a number is not finite.
    fn data(&self) -> Result<Files, ReportError>;

    /// Charts and pages: what is drawn anew in another language or font.
    fn pages(&self, options: &Options) -> Files;
}

/// A kind of answer by the file that tells it.
pub(super) struct Kind {
    /// The file, in the folder of the answer.
    pub(super) file: &'static str,
    /// Reads the answer again from its folder, as far as pages need it.
    pub(super) read: fn(&Path) -> Result<Box<dyn Answer>, ReportError>,
}

/// Files in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// Names and bytes, in the order in which they are to take their places.
    pub list: Vec<(String, Vec<u8>)>,
    /// Files of an earlier report that are to go, unless they are written.
    pub stale: Vec<String>,
    /// What the reader should know about the files, in the language of the report.
    pub notes: Vec<String>,
}

impl Files {
    /// A further file.
    pub(super) fn add(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.list.push((name.into(), bytes.into()));
    }

    /// The files of a chart are to go, unless they are written.
    pub(super) fn remove_chart(&mut self, name: &str) {
        self.stale.push(format!("{name}.svg"));
        self.stale.extend(SIZES.map(|(ending, _)| format!("{name}{ending}")));
    }
}

/// An answer as the text of its JSON.
pub(super) fn json<T: serde::Serialize>(answer: &T) -> Result<String, ReportError> {
    Ok(String::from_utf8(pretty(answer)?).map_err(std::io::Error::other)?)
}
