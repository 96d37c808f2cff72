//! The command line: commands, arguments and their help. Nothing else.

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
/// replications in parallel, and shows which resource saturates first, at which load, and how
/// certain that is. The answer goes to standard output, progress and warnings to standard error.
///
/// Exit status: 0 when the last variant meets every target, also during the day if the scenario has
/// one; 1 when a target is missed or undecided, or when `check` finds a contradiction; 2 for
/// invalid input. For `growth` the question is whether today's users are carried, for `uncertain`
/// whether all targets are met in 95 of 100 samples; `--ladder` asks whether the climb reaches
/// its load; `sweep` and `merge` cover many systems and judge none.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, max_term_width = 100)]
pub struct Cli {
    /// Command to execute.
    #[command(subcommand)]
    pub command: Command,
}

/// Command to execute.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read a scenario and all files that it names, report every error, and check the system, plans
    /// and stated numbers against coded rules.
    Check(CheckArgs),
    /// Simulate the scenario's load and its day.
    Run(StudyArgs),
    /// Find where each variant saturates and what differs between variants.
    Compare(CompareArgs),
    /// Find where each variant saturates; with `--ladder`, also the bottlenecks that follow.
    Saturate(SaturateArgs),
    /// Compute the line (largest sustainable load), or the response to a given load, over a grid of
    /// settings.
    Sweep(SweepArgs),
    /// Find the cheapest settings that meet every target at a load with a given probability.
    Size(SizeArgs),
    /// Merge the shards of a sweep.
    Merge(MergeArgs),
    /// Sample uncertain inputs: the probability of meeting each target, and which input to measure
    /// first.
    Uncertain(UncertainArgs),
    /// Find the month in which growing users cross the line, and the hours of the day that do so
    /// first.
    Growth(GrowthArgs),
    /// Compare scenarios with queueing theory, and show that injected faults would be detected.
    Validate(ValidateArgs),
    /// Redraw the charts and pages of a study without simulating, in another language or font.
    Report {
        /// Folder of a study, which holds its `summary.json`, or a folder above several.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Language of the report and charts.
        #[arg(long, value_enum, default_value_t = Language::En)]
        lang: Language,
        /// Font file with Hangul for the PNG charts of a Korean report; by default a system font.
        #[arg(long, value_name = "FILE")]
        font: Option<PathBuf>,
    },
    /// Explain a diagnostic code, such as E0203; without a code, list all.
    Explain {
        /// Diagnostic code.
        code: Option<String>,
        /// Write the handbook of the audit rules (Markdown) to this file.
        #[arg(long, value_name = "FILE", conflicts_with = "code")]
        write: Option<PathBuf>,
    },
    /// Print the JSON Schema of an input or output file, or write all of them.
    Schema {
        /// File kind: scenario, system, plan, calibration, catalog or summary.
        name: Option<String>,
        /// Write all schemas to this folder.
        #[arg(long, value_name = "DIR")]
        write: Option<PathBuf>,
        /// Write the reference of all settings and catalogue parts (Markdown) to this file.
        #[arg(long, value_name = "FILE")]
        reference: Option<PathBuf>,
    },
    /// Print a completion script for your shell.
    Completions {
        /// Shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff).
    Man,
}

impl Command {
    /// Returns the input arguments of a command that reads a single scenario: its path, and how to
    /// print errors in it.
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
