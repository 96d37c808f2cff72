//! Commands that ask one question of a scenario, or of many.

use std::path::PathBuf;

use clap::Args;

use super::common::{Colour, InputArgs, Language, StudyArgs};

/// What to check.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,
    /// Print SARIF 2.1.0, for annotations of pull requests.
    #[arg(long, conflicts_with = "json")]
    pub sarif: bool,
    /// Language of the text; JSON and SARIF are English.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub lang: Language,
    /// Show every place that a rule speaks of, not only the first three.
    #[arg(long)]
    pub all: bool,
}

/// What to compare and how.
#[derive(Args, Debug)]
pub struct CompareArgs {
    /// What to study and how.
    #[command(flatten)]
    pub study: StudyArgs,
    /// Simulate also what each edit of the plans contributes to the line: alone, and within its plan.
    #[arg(long)]
    pub contributions: bool,
}

/// What to validate.
#[derive(Args, Debug)]
pub struct ValidateArgs {
    /// Scenario files, or folders of them; those in a folder that state no theory are left out.
    #[arg(required = true, value_name = "SCENARIO")]
    pub paths: Vec<PathBuf>,
    /// What independent tools found (CSV), to be set beside.
    #[arg(long, value_name = "FILE")]
    pub peers: Option<PathBuf>,
    /// Write the table as Markdown into this file.
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
    /// Folder whose files override the built-in catalog.
    #[arg(long, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    /// Threads; all cores otherwise. Results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Count how often intervals of the line hold what theory says of it, over many seeds, instead.
    #[arg(long, conflicts_with = "peers")]
    pub lines: bool,
    /// Seeds of each scenario and window, with `--lines`.
    #[arg(long, value_name = "N", default_value_t = 200, requires = "lines",
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub seeds: u32,
    /// The first of them.
    #[arg(long, value_name = "N", default_value_t = 100_000, requires = "lines")]
    pub first_seed: u64,
    /// Lengths of the windows, with `--lines`.
    #[arg(long, value_name = "SECONDS", default_values_t = [10, 60, 600], requires = "lines",
        value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub window: Vec<u32>,
    /// Print JSON instead of text.
    #[arg(long)]
    pub json: bool,
    /// Colour of messages.
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
}
