//! Command line options of the bench.

use std::path::PathBuf;

use clap::Parser;

/// Time, memory and instructions of whole replications.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "workloads")]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(crate) struct Options {
    /// Runs of each work; the table has the median and the spread
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) runs: u32,
    /// Only these works, by commas
    #[arg(long, value_delimiter = ',', value_name = "WORKS")]
    pub(crate) only: Vec<String>,
    /// Short horizons: everything in a few seconds, with wide tolerances
    #[arg(long)]
    pub(crate) short: bool,
    /// Write a row for each run of each tool to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Write a row for each run of each work to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) works_csv: Option<PathBuf>,
    /// Count instructions under valgrind, at two horizons
    #[arg(long)]
    pub(crate) instructions: bool,
    /// 32 replications of W2 on one thread and on all cores, and nothing else
    #[arg(long)]
    pub(crate) efficiency: bool,
    /// One replication of a work over a share of its window, as run under valgrind
    #[arg(long, hide = true, value_parser = work_and_share, value_name = "WORK:SHARE")]
    pub(crate) count: Option<(String, f64)>,
    /// Passed by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    /// Parses the command line; without `--bench` returns the short form, whatever else is given.
    pub(crate) fn read() -> Options {
        if std::env::args().any(|argument| argument == "--bench") {
            let options = Options::parse();
            return Options { runs: options.runs.max(1), ..options };
        }
        Options { runs: 1, short: true, ..Options::default() }
    }
}

fn work_and_share(text: &str) -> Result<(String, f64), String> {
    let (work, share) = text.split_once(':').ok_or("a work and a share, such as w1:0.1")?;
    let share = share.parse::<f64>().map_err(|error| error.to_string())?;
    Ok((work.to_owned(), share))
}
