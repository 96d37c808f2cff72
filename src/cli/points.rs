//! Commands that ask many questions of one scenario: ladders, sweeps, samples of what is uncertain, growth.

use std::path::PathBuf;

use clap::Args;

use super::common::{Language, StudyArgs};

/// What to find the line of, and whether to go on from there.
#[derive(Args, Debug)]
pub struct SaturateArgs {
    /// What to study and how.
    #[command(flatten)]
    pub study: StudyArgs,
    /// Lift what saturates first, and go on until the load asked for is carried or nothing can be lifted.
    #[arg(long)]
    pub ladder: bool,
    /// Monthly users that the ladder goes up to, such as 20M; by default what the scenario's `ladder` says,
    /// else four times the load asked about.
    #[arg(long, value_name = "USERS", requires = "ladder", conflicts_with = "to")]
    pub to_mau: Option<String>,
    /// Load that the ladder goes up to, such as 4000/s.
    #[arg(long, value_name = "RATE", requires = "ladder")]
    pub to: Option<String>,
    /// Ladder of this variant only; several may be given.
    #[arg(long = "variant", value_name = "NAME", requires = "ladder")]
    pub variants: Vec<String>,
}

/// What to vary.
#[derive(Args, Debug)]
pub struct SweepArgs {
    /// What to study and how.
    #[command(flatten)]
    pub study: StudyArgs,
    /// Setting of the system or scenario and its values: `services.order.replicas=2..6`,
    /// `load.mau=2.5M,5M,10M`, `PATH=a..b step s`; `*2` multiplies what is written. Several make a grid.
    #[arg(long = "vary", value_name = "PATH=VALUES", required = true)]
    pub vary: Vec<String>,
    /// What users get at the load asked about, instead of the line; so too where the load is varied.
    #[arg(long)]
    pub at: bool,
    /// This variant only; several may be given.
    #[arg(long = "variant", value_name = "NAME")]
    pub variants: Vec<String>,
    /// Compute only the I-th of N parts of the points, to be put together by `merge`.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<String>,
}

/// What to put together.
#[derive(Args, Debug)]
pub struct MergeArgs {
    /// Folders of the shards: SCENARIO/sweep below their `--out`.
    #[arg(required = true, value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// Folder for the result, which goes into SCENARIO/sweep below it.
    #[arg(long, value_name = "DIR", default_value = "output")]
    pub out: PathBuf,
    /// Print JSON instead of text.
    #[arg(long)]
    pub json: bool,
    /// Language of report and charts.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub lang: Language,
    /// Font file with Hangul for the PNG charts of a Korean report; a system font otherwise.
    #[arg(long, value_name = "FILE")]
    pub font: Option<PathBuf>,
}

/// What is not known exactly.
#[derive(Args, Debug)]
pub struct UncertainArgs {
    /// What to study and how.
    #[command(flatten)]
    pub study: StudyArgs,
    /// Samples of the uncertain inputs; by default what the scenario says, else 64. More extend fewer.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=4096))]
    pub samples: Option<u32>,
    /// This variant only; several may be given.
    #[arg(long = "variant", value_name = "NAME")]
    pub variants: Vec<String>,
}

/// How users become more.
#[derive(Args, Debug)]
pub struct GrowthArgs {
    /// What to study and how.
    #[command(flatten)]
    pub study: StudyArgs,
    /// Growth in a month, such as 8%; by default what the scenario says.
    #[arg(long, value_name = "SHARE")]
    pub monthly: Option<String>,
    /// Monthly users at the beginning, such as 2.5M; by default what the scenario says, else its load.
    #[arg(long, value_name = "USERS")]
    pub from: Option<String>,
    /// This variant only; several may be given.
    #[arg(long = "variant", value_name = "NAME")]
    pub variants: Vec<String>,
}
