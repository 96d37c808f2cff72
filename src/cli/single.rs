//! Commands that evaluate one question: checks, comparisons, validation.

use std::path::PathBuf;

use clap::Args;

use super::common::{Colour, InputArgs, Language, StudyArgs};

/// Arguments of `check`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Input: the scenario and how to read it.
    #[command(flatten)]
    pub input: InputArgs,
    /// Print SARIF 2.1.0, for annotations of pull requests.
    #[arg(long, conflicts_with = "json")]
    pub sarif: bool,
    /// Language of the text; JSON and SARIF are always in English.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub lang: Language,
    /// Show every place that a rule reports, not only the first three.
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `compare`.
#[derive(Args, Debug)]
pub struct CompareArgs {
    /// Arguments of commands that simulate.
    #[command(flatten)]
    pub study: StudyArgs,
    /// Also simulate the contribution of each edit of the plans to the line: alone, and within its
    /// plan.
    #[arg(long)]
    pub contributions: bool,
}

/// Arguments of `validate`.
#[derive(Args, Debug)]
pub struct ValidateArgs {
    /// Scenario files, or folders of them; files in a folder that state no theory are skipped.
    #[arg(required = true, value_name = "SCENARIO")]
    pub paths: Vec<PathBuf>,
    /// CSV file with results of independent tools, shown for comparison.
    #[arg(long, value_name = "FILE")]
    pub peers: Option<PathBuf>,
    /// Write the table (Markdown) to this file.
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
    /// Folder of files that override the built-in catalog.
    #[arg(long, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    /// Number of threads; by default all cores. Results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Instead, measure the coverage of the line's confidence intervals over many seeds.
    #[arg(long, conflicts_with = "peers")]
    pub lines: bool,
    /// Number of seeds for each scenario and window, with `--lines`.
    #[arg(long, value_name = "N", default_value_t = 200, requires = "lines",
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub seeds: u32,
    /// First seed, with `--lines`.
    #[arg(long, value_name = "N", default_value_t = 100_000, requires = "lines")]
    pub first_seed: u64,
    /// Window lengths, with `--lines`.
    #[arg(long, value_name = "SECONDS", default_values_t = [10, 60, 600], requires = "lines",
        value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub window: Vec<u32>,
    /// Print JSON instead of text.
    #[arg(long)]
    pub json: bool,
    /// When to colour messages.
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
}
