//! The command line: what can be said, and its help. Nothing else.

mod points;
mod size;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use self::points::{Doubting, Growing, Merging, Saturating, Sweeping};
pub use self::size::Sizing;

/// Where a back end saturates, before and after a planned change.
///
/// Models users, pods, connection pools, databases, caches and Kafka consumers as queues, runs
/// replications in parallel, and shows which resource saturates first, at which load, and how sure that
/// is. The answer goes to standard output, progress and warnings to standard error.
///
/// Exit status: 0 when the last variant meets every target, over the day too where the scenario has one, 1
/// when it misses one or that is undecided, or when `check` finds in it what cannot be, 2 for bad input.
/// `growth` asks whether today's users are carried, `uncertain` whether all targets are met in 95 of 100
/// samples; `sweep`, `merge` and `--ladder` show many systems and judge none.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read a scenario with all it names, say everything that is wrong with it, and judge its system, plans
    /// and stated numbers by coded rules.
    Check(Checking),
    /// Simulate the load that the scenario asks about, and its day.
    Run(Studying),
    /// Find where each variant saturates and what changes between them.
    Compare(Comparing),
    /// Find where each variant saturates; with `--ladder`, what comes next once that is lifted.
    Saturate(Saturating),
    /// Ask for the line, or what users get, at every point of a grid of settings.
    Sweep(Sweeping),
    /// Find the cheapest settings that meet every target at a load, with a probability.
    Size(Sizing),
    /// Put the shards of a sweep together.
    Merge(Merging),
    /// Sample what is not known exactly: the probability of each target, and what to measure first.
    Uncertain(Doubting),
    /// Find the month in which growing users cross the line, and which hours of the day do so first.
    Growth(Growing),
    /// Set scenarios that state theory beside it, and show that faults would be seen.
    Validate(Validating),
    /// Draw charts and pages of a study anew, without simulating: in another language or font.
    Report {
        /// Folder of a study, which holds its `summary.json`, or one above several.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Language of report and charts.
        #[arg(long, value_enum, default_value_t = Language::En)]
        lang: Language,
        /// Font file with Hangul for the PNG charts of a Korean report; a system font otherwise.
        #[arg(long, value_name = "FILE")]
        font: Option<PathBuf>,
    },
    /// Explain a problem by its code, such as E0203; without a code list them all.
    Explain {
        /// Code of the problem.
        code: Option<String>,
        /// Write the handbook of the audit's rules (Markdown) into this file.
        #[arg(long, value_name = "FILE", conflicts_with = "code")]
        write: Option<PathBuf>,
    },
    /// Print the JSON Schema of an input or output file, or write all of them.
    Schema {
        /// Which: scenario, system, plan, calibration, catalog or summary.
        name: Option<String>,
        /// Write all schemas into this folder.
        #[arg(long, value_name = "DIR")]
        write: Option<PathBuf>,
        /// Write the reference of all settings and catalogue parts as Markdown into this file.
        #[arg(long, value_name = "FILE")]
        reference: Option<PathBuf>,
    },
    /// Print a script that completes commands and flags in your shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff).
    Man,
}

/// What to read.
#[derive(Args, Debug)]
pub struct Reading {
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

/// What to check.
#[derive(Args, Debug)]
pub struct Checking {
    /// What to read.
    #[command(flatten)]
    pub reading: Reading,
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

/// What to study and how.
#[derive(Args, Debug)]
pub struct Studying {
    /// What to read.
    #[command(flatten)]
    pub reading: Reading,
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

/// What to compare and how.
#[derive(Args, Debug)]
pub struct Comparing {
    /// What to study and how.
    #[command(flatten)]
    pub studying: Studying,
    /// Simulate also what each edit of the plans contributes to the line: alone, and within its plan.
    #[arg(long)]
    pub contributions: bool,
}

/// What to validate.
#[derive(Args, Debug)]
pub struct Validating {
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
