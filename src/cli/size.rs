//! The `size` command.

use clap::Args;

use super::common::StudyArgs;

/// Arguments of `size`.
#[derive(Args, Debug)]
pub struct SizeArgs {
    /// Arguments of commands that simulate.
    #[command(flatten)]
    pub study: StudyArgs,
    /// Monthly users to size for, such as 10M,20M; by default the scenario's `size`.
    #[arg(long, value_name = "USERS", value_delimiter = ',', conflicts_with = "rate")]
    pub mau: Vec<String>,
    /// Loads to size for where they are not given as users, such as 400/s.
    #[arg(long, value_name = "RATE", value_delimiter = ',')]
    pub rate: Vec<String>,
    /// Probability with which every target must be met, such as 0.95; by default the scenario's,
    /// else 0.95.
    #[arg(long, value_name = "P")]
    pub confidence: Option<f64>,
    /// Variant against which changes are counted; by default the last.
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
}
