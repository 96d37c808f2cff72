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

/// What a study was computed from and what it cost: `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the program.
    pub version: String,
    /// Seed of all draws.
    pub seed: u64,
    /// Files read.
    pub inputs: Vec<Input>,
    /// What the computation cost.
    pub engine: EngineCost,
    /// Effective configuration, after defaults, catalog and plans.
    pub settings: serde_json::Value,
    /// Command line, argument by argument.
    pub command: Vec<String>,
    /// True when the study was interrupted and the results are those it had by then.
    pub partial: bool,
    /// Numbers of the result that were not finite and are left out.
    #[serde(default)]
    pub left_out: usize,
    /// What the result was computed from, as the summary names it.
    #[serde(default)]
    pub computed_from: String,
    /// Digest of `summary.json`.
    #[serde(default)]
    pub summary: String,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Path as given.
    pub path: String,
    /// Digest of its bytes.
    pub digest: String,
}

/// What the computation cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EngineCost {
    /// Events that the engine handled.
    pub events: u64,
    /// Requests and records brought to an end.
    pub completions: u64,
    /// Processor time over all threads \[s\].
    pub cpu_s: f64,
    /// Time on the clock \[s\].
    pub wall_s: f64,
    /// What that was for.
    pub parts: Vec<PartCost>,
}

/// What a part of the study cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartCost {
    /// Which part.
    pub part: String,
    /// Simulations run.
    pub runs: u64,
    /// Events that the engine handled in them.
    pub events: u64,
}

/// How to write.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Language of charts and page.
    pub lang: Lang,
    /// Font file for what the built-in Latin font cannot show; a system font is looked for otherwise.
    pub font: Option<PathBuf>,
    /// Whether somebody waits for the end: pictures that take time (PNG) are left out from then on.
    pub hurried: Option<fn() -> bool>,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The folder.
    pub folder: PathBuf,
    /// Files, in the order written.
    pub files: Vec<PathBuf>,
    /// What the reader should know about the files, in the language of the report.
    pub notes: Vec<String>,
}

/// All kinds of answers. Samples of what is uncertain are points of a sweep too, so that comes last.
const KINDS: &[Kind] =
    &[studied::KIND, ladder::KIND, size::KIND, growth::KIND, uncertain::KIND, sweep::KIND];

fn kind(folder: &Path) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| folder.join(kind.file).is_file())
}

/// Writes everything about an answer into its folder.
///
/// Each file is written beside its place; all are moved there when all are written, what the answer is read
/// from again the last, so that a full disk leaves the earlier report whole and a crash leaves none that
/// seems so. Files of an earlier report that this one has no data for are removed.
///
/// # Errors
/// When the folder cannot be made or a file cannot be written, and when the answer holds numbers outside
/// estimates that are not finite.
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

/// Draws charts and pages of an answer anew from what was written as JSON, without simulating: in another
/// language, with another font, by a later version. In the language of the study the files are those that
/// it wrote.
///
/// # Errors
/// When the folder holds no answer, one of another version's shape or of several runs, when another run
/// writes there, or a file cannot be written.
pub fn rewrite(folder: &Path, options: &Options) -> Result<Written, ReportError> {
    let _held = folder::hold(folder.to_path_buf(), true)?;
    let answer = (kind(folder).unwrap_or(&studied::KIND).read)(folder)?;
    let pages = answer.pages(options);
    let mut folder = folder::Folder::at(folder.to_path_buf())?;
    folder.put(&pages)?;
    let (folder, files) = folder.commit()?;
    Ok(Written { folder, files, notes: pages.notes })
}

/// The folders of answers at or below a folder, in order: where `summary.json` lies, or what tells another
/// kind of answer.
///
/// # Errors
/// When the folder cannot be read.
pub fn reports(folder: &Path) -> Result<Vec<PathBuf>, ReportError> {
    folder::reports(folder, &|folder| kind(folder).is_some())
}

/// The folder `directory/<scenario>/<kind>` of an answer.
pub fn folder(directory: &Path, head: &Head) -> PathBuf {
    folder::named(directory, &head.scenario, &head.study)
}

/// Makes the folder of an answer, and holds it: alone, or together with others who agree not to be in each
/// other's way. Drafts of a run that was killed are removed by whoever is alone.
///
/// # Errors
/// When the folder cannot be made or written into, or another run holds it.
pub fn hold(directory: &Path, head: &Head, alone: bool) -> Result<Held, ReportError> {
    folder::hold(folder(directory, head), alone)
}

/// Removes drafts of a run that was killed from a folder below one that is held.
///
/// # Errors
/// When the folder cannot be read, or a file not removed.
pub fn remove_drafts(folder: &Path) -> Result<(), ReportError> {
    folder::remove_drafts(folder)
}

/// The bytes of a regular file of at most so many.
///
/// # Errors
/// When it is none, larger, or cannot be read.
pub fn bytes(place: &Path, most: u64) -> Result<Vec<u8>, ReportError> {
    folder::bytes(place, most)
}

/// Puts a file in its place at once, or leaves the old one whole.
///
/// # Errors
/// When the file cannot be written.
pub fn replace_file(place: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    folder::replace(place, bytes)
}

/// What an edit does, in an English sentence: `why` of `summary.json`.
pub fn why(edit: &Edit) -> String {
    effect::why(edit)
}

/// Where an input comes from, in English: `source` of `summary.json`.
pub fn source(input: &Assumption) -> String {
    effect::origin(&input.origin, Lang::En)
}

/// A warning of the input in a language.
pub fn warning(warning: &Caution, lang: Lang) -> String {
    caution::caution(warning, lang)
}

/// What the edits of plans come to, in sentences: how many change what runs, and why the others do not.
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

/// What the reader must know about the numbers of a result, a sentence each: what matters first.
pub fn warnings(result: &StudyResult, lang: Lang) -> Vec<String> {
    let (weighty, spare) = facts::warnings(result, lang);
    weighty.into_iter().chain(spare).collect()
}

/// What the verdict on a claim rests on, in a sentence.
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
