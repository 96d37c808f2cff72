//! Commands that evaluate many points of one scenario: ladders, sweeps, uncertainty, growth.

use std::path::PathBuf;

use clap::Args;

use super::common::{Language, StudyArgs};

/// Arguments of `saturate`.
#[derive(Args, Debug)]
pub struct SaturateArgs {
    /// Arguments of commands that simulate.
    #[command(flatten)]
    pub study: StudyArgs,
    /// Relieve the first bottleneck and repeat, until the requested load is carried or nothing can
    /// be lifted.
    #[arg(long)]
    pub ladder: bool,
    /// Monthly users up to which the ladder goes, such as 20M; by default the scenario's `ladder`,
    /// else four times the load asked about.
    #[arg(long, value_name = "USERS", requires = "ladder", conflicts_with = "to")]
    pub to_mau: Option<String>,
    /// Load up to which the ladder goes, such as 4000/s.
    #[arg(long, value_name = "RATE", requires = "ladder")]
    pub to: Option<String>,
    /// Compute the ladder of this variant only; may be repeated.
    #[arg(long = "variant", value_name = "NAME", requires = "ladder")]
    pub variants: Vec<String>,
}

/// Arguments of `sweep`.
#[derive(Args, Debug)]
pub struct SweepArgs {
    /// Arguments of commands that simulate.
    #[command(flatten)]
    pub study: StudyArgs,
    /// Setting of the system or scenario and its values: `services.order.replicas=2..6`,
    /// `load.mau=2.5M,5M,10M`, `PATH=a..b step s`; `*2` multiplies the written value. Repeat it for
    /// a grid.
    #[arg(long = "vary", value_name = "PATH=VALUES", required = true)]
    pub vary: Vec<String>,
    /// Report the response to the load asked about instead of the line; implied where the load is
    /// varied.
    #[arg(long)]
    pub at: bool,
    /// Use this variant only; may be repeated.
    #[arg(long = "variant", value_name = "NAME")]
    pub variants: Vec<String>,
    /// Compute only the I-th of N parts of the grid, to be combined by `merge`.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<String>,
}

/// Arguments of `merge`.
#[derive(Args, Debug)]
pub struct MergeArgs {
    /// Folders of the shards: SCENARIO/sweep below each `--out`.
    #[arg(required = true, value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// Folder for results, which go to SCENARIO/sweep below it.
    #[arg(long, value_name = "DIR", default_value = "output")]
    pub out: PathBuf,
    /// Print JSON instead of text.
    #[arg(long)]
    pub json: bool,
    /// Language of the report and charts.
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub lang: Language,
    /// Font file with Hangul for the PNG charts of a Korean report; by default a system font.
    #[arg(long, value_name = "FILE")]
    pub font: Option<PathBuf>,
}

/// Arguments of `uncertain`.
#[derive(Args, Debug)]
pub struct UncertainArgs {
    /// Arguments of commands that simulate.
    #[command(flatten)]
    pub study: StudyArgs,
    /// Number of samples of the uncertain inputs; by default the scenario's, else 64. More samples
    /// extend fewer.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=4096))]
    pub samples: Option<u32>,
    /// Use this variant only; may be repeated.
    #[arg(long = "variant", value_name = "NAME")]
    pub variants: Vec<String>,
}

/// Arguments of `growth`.
#[derive(Args, Debug)]
pub struct GrowthArgs {
    /// Arguments of commands that simulate.
    #[command(flatten)]
    pub study: StudyArgs,
    /// Growth per month, such as 8%; by default the scenario's.
    #[arg(long, value_name = "SHARE")]
    pub monthly: Option<String>,
    /// Initial number of monthly users, such as 2.5M; by default the scenario's `growth`, else its
    /// load.
    #[arg(long, value_name = "USERS")]
    pub from: Option<String>,
    /// Use this variant only; may be repeated.
    #[arg(long = "variant", value_name = "NAME")]
    pub variants: Vec<String>,
}
