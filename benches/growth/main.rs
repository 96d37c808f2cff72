//! Scaling of the time per event with the size of the system, with the requests in flight, and with
//! the load.
//!
//! ```text
//! cargo bench --bench growth -- --runs 5 --csv growth.csv --svg docs/growth.svg
//! ```
//!
//! Systems are written as YAML and loaded as `plimsoll run` loads them. Each is run to two
//! horizons, and the difference of times is divided by the difference of events, so that setting up
//! and filling the system cancels. Times are CPU time instead of wall time where the platform
//! provides it. Runs of all sizes are interleaved. The CSV has a row for each axis and size,
//! `axis,size,ns_per_event,lowest,highest,events`: the time is the median over the runs, the events
//! those between the two horizons.
//!
//! Without `--bench`, which `cargo bench` passes, arguments are ignored and only small sizes are
//! run, once: that is how `cargo test` runs it. The number of events required by theory is asserted
//! for each system.

mod axes;
mod chart;
#[expect(dead_code, reason = "growth needs part of what the workloads need")]
#[path = "../workloads/work.rs"]
mod work;

use std::path::PathBuf;
use std::process::ExitCode;

use axes::{AXES, Axis};
use clap::Parser;
use work::{Known, Work};

/// Events between the two horizons: full length, and short form.
const EVENTS: f64 = 2e6;
const EVENTS_SHORT: f64 = 2e4;
/// First horizon, as a share of the distance between the two.
const FIRST: f64 = 0.5;
/// Maximum size in short form.
const LARGEST_SHORT: u32 = 1_000;
/// Tolerance of the rate of completions, as a share of the theoretical one.
const ROOM: f64 = 0.05;

/// Scaling of the time per event
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "growth")]
struct Options {
    /// Runs of each size; the median counts
    #[arg(long, default_value_t = 1, value_name = "N")]
    runs: u32,
    /// Only these axes, by commas
    #[arg(long, value_delimiter = ',', value_name = "AXES")]
    only: Vec<String>,
    /// Write the numbers to this file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Draw them into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Small sizes only
    #[arg(long)]
    short: bool,
    /// Passed by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

/// One size on one axis.
struct Point {
    axis: &'static Axis,
    size: u32,
    work: Work,
    /// Multiple of the file's window that contains the required number of events.
    share: f64,
    nanos: Vec<f64>,
    events: u64,
}

impl Point {
    fn new(axis: &'static Axis, size: u32, events: f64) -> Result<Point, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let path = folder.path().join("growth.yaml");
        std::fs::write(&path, (axis.scenario)(size)).map_err(|error| error.to_string())?;
        let work = Work::read(axis.name, &path, Known::Nothing)?;
        // The window of each file is one second long.
        let share = events / (axis.events_per_s)(size);
        Ok(Point { axis, size, work, share, nanos: Vec::new(), events: 0 })
    }

    /// Makes another run.
    fn run(&mut self, number: u64) -> Result<(), String> {
        let few = self.work.simulate(self.share * FIRST, number);
        let many = self.work.simulate(self.share * (1.0 + FIRST), number);
        let flow = many.cost.completions as f64 - few.cost.completions as f64;
        let expected = (self.axis.completions_per_s)(self.size) * self.share;
        if (flow / expected - 1.0).abs() > ROOM {
            let (axis, size) = (self.axis.name, self.size);
            return Err(format!("{axis} {size}: {flow} requests flowed, not {expected:.0}"));
        }
        self.events = many.cost.events - few.cost.events;
        self.nanos.push((many.cpu_s - few.cpu_s) * 1e9 / self.events as f64);
        Ok(())
    }

    /// Minimum, median and maximum time per event \[ns\].
    fn spread(&self) -> [f64; 3] {
        let mut sorted = self.nanos.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or(0.0);
        [at(0), at(sorted.len() / 2), at(sorted.len().saturating_sub(1))]
    }
}

fn main() -> ExitCode {
    let asked = std::env::args().any(|argument| argument == "--bench");
    let options = if asked {
        Options::parse()
    } else {
        Options { runs: 1, short: true, ..Options::default() }
    };
    match measure(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options) -> Result<(), String> {
    let events = if options.short { EVENTS_SHORT } else { EVENTS };
    let mut points = Vec::new();
    for axis in &AXES {
        let wanted = options.only.is_empty() || options.only.iter().any(|name| name == axis.name);
        let sizes = axis.sizes.iter().filter(|size| !options.short || **size <= LARGEST_SHORT);
        for &size in sizes.filter(|_| wanted) {
            points.push(Point::new(axis, size, events)?);
        }
    }
    for run in 0..options.runs.max(1) {
        for point in &mut points {
            point.run(u64::from(run))?;
        }
    }
    let rows = csv(&points)?;
    print!("{rows}");
    let write = |path: &Option<PathBuf>, text: &str| match path {
        None => Ok(()),
        Some(path) => {
            std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
        }
    };
    write(&options.csv, &rows)?;
    write(&options.svg, &chart::draw(&lines(&points)))
}

/// Returns the points of each axis, for the chart.
fn lines(points: &[Point]) -> Vec<chart::Line> {
    let mut lines: Vec<chart::Line> = Vec::new();
    for axis in &AXES {
        let of = points.iter().filter(|point| point.axis.name == axis.name);
        let points: Vec<(f64, f64)> =
            of.map(|point| (f64::from(point.size), point.spread()[1])).collect();
        if !points.is_empty() {
            lines.push(chart::Line { name: axis.about, points });
        }
    }
    lines
}

fn csv(points: &[Point]) -> Result<String, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |row: &[String]| writer.write_record(row).map_err(|error| error.to_string());
    write(&["axis", "size", "ns_per_event", "lowest", "highest", "events"].map(String::from))?;
    for point in points {
        let [lowest, median, highest] = point.spread().map(|nanos| format!("{nanos:.1}"));
        let (axis, size) = (point.axis.name.to_owned(), point.size.to_string());
        write(&[axis, size, median, lowest, highest, point.events.to_string()])?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}
