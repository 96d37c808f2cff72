//! Options and result of loading a scenario.

use std::path::PathBuf;

use super::documents::Documents;
use super::further::Further;
use super::problem::Problem;
use crate::study::caution::Caution;
use crate::study::setup::Study;

/// Options of the caller, which override the scenario.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Folder of catalogue files that override all others.
    pub catalog: Option<PathBuf>,
    /// Seed in place of the scenario's.
    pub seed: Option<u64>,
    /// Whether to use a quarter of all replications, but at least 2.
    pub quick: bool,
    /// Whether to simulate the contribution of each edit of the plans to the line.
    pub contributions: bool,
    /// Whether nothing will be simulated, so that preparations only a study needs are skipped.
    pub check_only: bool,
}

/// A study with its warnings.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The validated study.
    pub study: Study,
    /// Warnings with their locations; the study repeats them without.
    pub warnings: Vec<Problem>,
    /// Documents, for the audit.
    pub(crate) documents: Documents,
    /// Settings of the scenario for questions that take more than one study.
    pub further: Further,
    /// Changed settings that take no effect, and the settings that would; the study repeats them.
    pub without_effect: Vec<Caution>,
}
