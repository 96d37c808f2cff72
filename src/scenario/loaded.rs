//! What comes of reading a scenario.

use std::path::PathBuf;

use super::documents::Documents;
use super::further::Further;
use super::problem::Problem;
use crate::study::caution::Caution;
use crate::study::setup::Study;

/// What the caller decides, over the scenario.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A folder of catalogue files that override all others.
    pub catalog: Option<PathBuf>,
    /// Seed instead of the scenario's.
    pub seed: Option<u64>,
    /// A quarter of all replications, at least 2.
    pub quick: bool,
    /// Simulate what each edit of the plans contributes to the line.
    pub contributions: bool,
    /// Nothing will be simulated: what only a study needs is left out.
    pub check_only: bool,
}

/// A study, and what its author should know.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The validated question.
    pub study: Study,
    /// Warnings with their places; the study repeats them without.
    pub warnings: Vec<Problem>,
    /// What was read, for the audit.
    pub(crate) documents: Documents,
    /// What the scenario says of questions that take more than one study.
    pub further: Further,
    /// Changed settings that take no effect, and which would; the study repeats them.
    pub without_effect: Vec<Caution>,
}
