//! Interface of all answers: their files, how they are read again, drawn and printed.

use std::path::Path;

use super::error::ReportError;
use super::picture::SIZES;
use super::words::Lang;
use super::{Options, pretty};
use crate::study::Head;

/// An answer to a question: a study, or one that takes many studies.
///
/// All files are made in memory; only [`write()`](super::write()) touches the disk.
pub trait Answer {
    /// Identification of the answer. Its kind names the folder.
    fn head(&self) -> &Head;

    /// Whether everything asked about is met; decides the exit status.
    fn is_met(&self) -> bool;

    /// Renders the answer for the terminal.
    fn text(&self, lang: Lang, colour: bool) -> String;

    /// Renders the answer for `--json`.
    ///
    /// # Errors
    /// When a number is not finite.
    fn json(&self) -> Result<String, ReportError>;

    /// Returns the files that are the same in every language: tables and, last, the file with which
    /// `Kind::read` begins.
    ///
    /// # Errors
    /// When a number is not finite.
    fn data(&self) -> Result<Files, ReportError>;

    /// Returns charts and pages, which depend on language and font.
    fn pages(&self, options: &Options) -> Files;
}

/// A kind of answer, identified by its data file.
pub(super) struct Kind {
    /// Name of the data file, in the folder of the answer.
    pub(super) file: &'static str,
    /// Reads an answer from its folder, as far as its pages need it.
    pub(super) read: fn(&Path) -> Result<Box<dyn Answer>, ReportError>,
}

/// Files in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// Names and contents, in the order in which the files are put in place.
    pub list: Vec<(String, Vec<u8>)>,
    /// Files of an earlier report to remove, unless they are written again.
    pub stale: Vec<String>,
    /// Notes on the files for the reader, in the language of the report.
    pub notes: Vec<String>,
}

impl Files {
    /// Adds a file.
    pub(super) fn add(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.list.push((name.into(), bytes.into()));
    }

    /// Marks the files of a chart for removal, unless they are written again.
    pub(super) fn remove_chart(&mut self, name: &str) {
        self.stale.push(format!("{name}.svg"));
        self.stale.extend(SIZES.map(|(ending, _)| format!("{name}{ending}")));
    }
}

/// Serialises an answer as JSON text.
pub(super) fn json<T: serde::Serialize>(answer: &T) -> Result<String, ReportError> {
    Ok(String::from_utf8(pretty(answer)?).map_err(std::io::Error::other)?)
}
