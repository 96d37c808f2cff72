//! Reports: a study's answer as files, charts, a page and the terminal's table.
//!
//! Everything is drawn from [`StudyResult`]; nothing is computed here that a reader would call a
//! result. The same result and manifest give the same bytes, whatever fonts the machine has, except
//! that PNG charts with Hangul need a font that the program does not carry.

mod answer;
pub mod audit;
mod block;
mod canvas;
mod caution;
mod chart;
mod claims;
mod clean;
mod columns;
mod cost;
mod coverage;
mod edits;
mod effect;
mod error;
mod facts;
#[cfg(test)]
mod fixture;
mod folder;
mod fonts;
pub mod growth;
mod html;
pub mod ladder;
mod markdown;
mod moves;
mod number;
mod over_day;
mod page;
mod pareto;
mod particles;
mod picture;
mod points;
pub mod schema;
mod sheet;
pub mod size;
mod spark;
mod steps;
mod studied;
mod style;
pub mod sweep;
mod tables;
mod text;
mod theory;
pub mod uncertain;
mod validation;
mod worded;
mod words;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::study::Head;
use crate::study::caution::Caution;
use crate::study::claims::Judged;
use crate::study::result::{Assumption, Edit, StudyResult};
use answer::Kind;
pub use answer::{Answer, Files};
pub use coverage::{all_hold as coverage_holds, coverage_page, coverage_text};
pub use error::{ForeignPoint, ReportError};
pub use folder::Held;
pub use studied::{Studied, summary};
pub use validation::{
    Opinion, OpinionError, holds as validation_holds, opinions, page as validation_page,
    text as validation_text,
};
pub use words::Lang;

/// Provenance and cost of a study: `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the program.
    pub version: String,
    /// Seed of all random draws.
    pub seed: u64,
    /// Input files.
    pub inputs: Vec<Input>,
    /// Cost of the computation.
    pub engine: EngineCost,
    /// Effective configuration, after defaults, catalog and plans.
    pub settings: serde_json::Value,
    /// Command line, argument by argument.
    pub command: Vec<String>,
    /// Whether the study was interrupted, so that the results are those reached by then.
    pub partial: bool,
    /// Number of non-finite numbers left out of the result.
    #[serde(default)]
    pub left_out: usize,
    /// Origin of the result, as the summary names it.
    #[serde(default)]
    pub computed_from: String,
    /// Digest of `summary.json`.
    #[serde(default)]
    pub summary: String,
}

/// An input file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Path as given.
    pub path: String,
    /// Digest of its contents.
    pub digest: String,
}

/// Cost of a computation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EngineCost {
    /// Events processed by the engine.
    pub events: u64,
    /// Requests and records completed.
    pub completions: u64,
    /// CPU time over all threads \[s\].
    pub cpu_s: f64,
    /// Wall-clock time \[s\].
    pub wall_s: f64,
    /// Breakdown by part of the study.
    pub parts: Vec<PartCost>,
}

/// Cost of one part of a study.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartCost {
    /// Name of the part.
    pub part: String,
    /// Number of simulation runs.
    pub runs: u64,
    /// Events processed by the engine in these runs.
    pub events: u64,
}

/// Options for writing a report.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Language of charts and page.
    pub lang: Lang,
    /// Font file for glyphs that the built-in Latin font lacks; a system font is searched for
    /// otherwise.
    pub font: Option<PathBuf>,
    /// Returns whether somebody waits for the end, in which case slow pictures (PNG) are skipped.
    pub hurried: Option<fn() -> bool>,
}

/// Files that have been written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Folder of the report.
    pub folder: PathBuf,
    /// Files, in the order written.
    pub files: Vec<PathBuf>,
    /// Notes on the files for the reader, in the language of the report.
    pub notes: Vec<String>,
}

/// All kinds of answers. Uncertainty comes before the sweep, because its samples are points of a
/// sweep too.
const KINDS: &[Kind] =
    &[studied::KIND, ladder::KIND, size::KIND, growth::KIND, uncertain::KIND, sweep::KIND];

fn kind(folder: &Path) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| folder.join(kind.file).is_file())
}

/// Writes an answer into its folder.
///
/// Each file is first written as a draft beside its place; once all are written they are renamed,
/// the file from which the answer is read again last. So a full disk leaves the earlier report
/// whole, and a crash leaves none that only looks complete. Files of an earlier report for which
/// this one has no data are removed.
///
/// # Errors
/// When the folder cannot be created or a file cannot be written, and when the answer holds
/// non-finite numbers outside estimates.
pub fn write(
    answer: &dyn Answer,
    folder: &Path,
    options: &Options,
) -> Result<Written, ReportError> {
    let mut folder = folder::Folder::at(folder.to_path_buf())?;
    let pages = answer.pages(options);
    folder.put(&pages)?;
    folder.put(&answer.data()?)?;
    let (folder, files) = folder.commit()?;
    Ok(Written { folder, files, notes: pages.notes })
}

/// Redraws the charts and pages of an answer from its JSON files, without simulating: in another
/// language, with another font, by a later version. In the language of the study the files equal
/// those it wrote.
///
/// # Errors
/// When the folder holds no answer, one in the format of another version or files of several runs,
/// when another run writes there, or when a file cannot be written.
pub fn rewrite(folder: &Path, options: &Options) -> Result<Written, ReportError> {
    let _held = folder::hold(folder.to_path_buf(), true)?;
    let answer = (kind(folder).unwrap_or(&studied::KIND).read)(folder)?;
    let pages = answer.pages(options);
    let mut folder = folder::Folder::at(folder.to_path_buf())?;
    folder.put(&pages)?;
    let (folder, files) = folder.commit()?;
    Ok(Written { folder, files, notes: pages.notes })
}

/// Returns the folders of answers at or below a folder, in order: those with `summary.json` or the
/// data file of another kind of answer.
///
/// # Errors
/// When the folder cannot be read.
pub fn reports(folder: &Path) -> Result<Vec<PathBuf>, ReportError> {
    folder::reports(folder, &|folder| kind(folder).is_some())
}

/// Returns the folder of an answer: `directory/<scenario>/<kind>`.
pub fn folder(directory: &Path, head: &Head) -> PathBuf {
    folder::named(directory, &head.scenario, &head.study)
}

/// Creates the folder of an answer and locks it: exclusively, or shared with runs that keep out of
/// each other's way. An exclusive lock also removes drafts of killed runs.
///
/// # Errors
/// When the folder cannot be created or written to, or when another run holds it.
pub fn hold(directory: &Path, head: &Head, alone: bool) -> Result<Held, ReportError> {
    folder::hold(folder(directory, head), alone)
}

/// Removes drafts of killed runs from a folder below a locked one.
///
/// # Errors
/// When the folder cannot be read, or a file cannot be removed.
pub fn remove_drafts(folder: &Path) -> Result<(), ReportError> {
    folder::remove_drafts(folder)
}

/// Reads a regular file of at most `most` bytes.
///
/// # Errors
/// When it is not a regular file, is larger, or cannot be read.
pub fn bytes(place: &Path, most: u64) -> Result<Vec<u8>, ReportError> {
    folder::bytes(place, most)
}

/// Replaces a file atomically, or leaves the old one whole.
///
/// # Errors
/// When the file cannot be written.
pub fn replace_file(place: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    folder::replace(place, bytes)
}

/// Describes the effect of an edit in an English sentence: `why` of `summary.json`.
pub fn why(edit: &Edit) -> String {
    effect::why(edit)
}

/// Describes the origin of an input in English: `source` of `summary.json`.
pub fn source(input: &Assumption) -> String {
    effect::origin(&input.origin, Lang::En)
}

/// Renders a warning about the input.
pub fn warning(warning: &Caution, lang: Lang) -> String {
    caution::caution(warning, lang)
}

/// Summarises the edits of plans in sentences: how many change the running system, and why the
/// others do not.
pub fn edits(edits: &[Edit], lang: Lang) -> String {
    let mut text = String::new();
    for plan in edits::plans(edits, lang) {
        for line in std::iter::once(plan.sentence).chain(plan.without) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

/// Returns the warnings of a result, one sentence each, the most important first.
pub fn warnings(result: &StudyResult, lang: Lang) -> Vec<String> {
    let (weighty, spare) = facts::warnings(result, lang);
    weighty.into_iter().chain(spare).collect()
}

/// Explains the verdict on a claim in one sentence.
pub fn reason(claim: &Judged, lang: Lang) -> String {
    words::claim::basis(&claim.basis, lang)
}

fn pretty<T: Serialize>(value: &T) -> io::Result<Vec<u8>> {
    let mut value = serde_json::to_value(value).map_err(io::Error::other)?;
    worded::add(&mut value);
    let mut bytes = serde_json::to_vec_pretty(&value).map_err(io::Error::other)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests;
