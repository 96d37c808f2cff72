//! The command line: what can be said, and its help. Nothing else.

mod common;
mod points;
mod single;
mod size;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use self::common::{Colour, InputArgs, Language, StudyArgs};
pub use self::points::{GrowthArgs, MergeArgs, SaturateArgs, SweepArgs, UncertainArgs};
pub use self::single::{CheckArgs, CompareArgs, ValidateArgs};
pub use self::size::SizeArgs;

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
    Check(CheckArgs),
    /// Simulate the load that the scenario asks about, and its day.
    Run(StudyArgs),
    /// Find where each variant saturates and what changes between them.
    Compare(CompareArgs),
    /// Find where each variant saturates; with `--ladder`, what comes next once that is lifted.
    Saturate(SaturateArgs),
    /// Ask for the line, or what users get, at every point of a grid of settings.
    Sweep(SweepArgs),
    /// Find the cheapest settings that meet every target at a load, with a probability.
    Size(SizeArgs),
    /// Put the shards of a sweep together.
    Merge(MergeArgs),
    /// Sample what is not known exactly: the probability of each target, and what to measure first.
    Uncertain(UncertainArgs),
    /// Find the month in which growing users cross the line, and which hours of the day do so first.
    Growth(GrowthArgs),
    /// Set scenarios that state theory beside it, and show that faults would be seen.
    Validate(ValidateArgs),
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

impl Command {
    /// The scenario that it reads, and how it prints what is wrong with that; none where it reads none, or
    /// many.
    pub fn input(&self) -> Option<&InputArgs> {
        match self {
            Command::Check(args) => Some(&args.input),
            Command::Run(args) => Some(&args.input),
            Command::Compare(args) => Some(&args.study.input),
            Command::Saturate(args) => Some(&args.study.input),
            Command::Sweep(args) => Some(&args.study.input),
            Command::Size(args) => Some(&args.study.input),
            Command::Uncertain(args) => Some(&args.study.input),
            Command::Growth(args) => Some(&args.study.input),
            Command::Merge(_)
            | Command::Validate(_)
            | Command::Report { .. }
            | Command::Explain { .. }
            | Command::Schema { .. }
            | Command::Completions { .. }
            | Command::Man => None,
        }
    }
}
