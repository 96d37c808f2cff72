//! What many commands take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What to read.
#[derive(Args, Debug)]
pub struct InputArgs {
    /// Scenario file (YAML).
    pub scenario: PathBuf,
    /// Folder whose files override the built-in catalog.
    #[arg(long, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    /// Seed of all random draws; the scenario's otherwise.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Fewer replications and a coarser search: a first look in a quarter of the time.
    #[arg(long)]
    pub quick: bool,
    /// Print JSON instead of text.
    #[arg(long)]
    pub json: bool,
    /// Colour of the output.
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
}

/// What to study and how.
#[derive(Args, Debug)]
pub struct StudyArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,
    /// Folder for the results; each study writes into SCENARIO/STUDY below it.
    #[arg(long, value_name = "DIR", default_value = "output")]
    pub out: PathBuf,
    /// Threads; all cores otherwise. Results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Language of report and charts.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub lang: Language,
    /// Font file with Hangul for the PNG charts of a Korean report; a system font otherwise.
    #[arg(long, value_name = "FILE")]
    pub font: Option<PathBuf>,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Language of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    En,
    /// Korean.
    Ko,
}
