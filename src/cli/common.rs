//! Arguments shared by several commands.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Input: the scenario and how to read it.
#[derive(Args, Debug)]
pub struct InputArgs {
    /// Scenario file (YAML).
    pub scenario: PathBuf,
    /// Folder of files that override the built-in catalog.
    #[arg(long, value_name = "DIR")]
    pub catalog: Option<PathBuf>,
    /// Seed of all random draws; by default the scenario's.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Use fewer replications and a coarser search: a first look in a quarter of the time.
    #[arg(long)]
    pub quick: bool,
    /// Print JSON instead of text.
    #[arg(long)]
    pub json: bool,
    /// When to colour the output.
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
}

/// Arguments of commands that simulate.
#[derive(Args, Debug)]
pub struct StudyArgs {
    /// Input: the scenario and how to read it.
    #[command(flatten)]
    pub input: InputArgs,
    /// Folder for results; each study writes to SCENARIO/STUDY below it.
    #[arg(long, value_name = "DIR", default_value = "output")]
    pub out: PathBuf,
    /// Number of threads; by default all cores. Results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Language of the report and charts.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub lang: Language,
    /// Font file with Hangul for the PNG charts of a Korean report; by default a system font.
    #[arg(long, value_name = "FILE")]
    pub font: Option<PathBuf>,
}

/// When to colour output.
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
