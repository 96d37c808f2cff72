//! Results as a table for people and as CSV.

use std::fmt::Write;

use crate::loops::TOURNAMENT;
use crate::work::Seen;

/// One run of a work.
#[derive(Clone, Copy, Debug)]
struct Timed {
    events: u64,
    completions: u64,
    seconds: f64,
    cpu_s: f64,
    peak_bytes: u64,
    in_flight_most: u64,
    allocations: u64,
}

/// All runs of a work.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    work: &'static str,
    runs: Vec<Timed>,
    /// Allocations in the second half of the first run.
    second_half: Option<f64>,
    pub(crate) instructions: Option<f64>,
}

/// One run of one tool.
#[derive(Clone, Debug)]
pub(crate) struct ToolRun {
    work: &'static str,
    tool: &'static str,
    run: u32,
    jobs: u64,
    seconds: f64,
}

impl ToolRun {
    pub(crate) fn new(
        work: &'static str,
        tool: &'static str,
        run: u32,
        jobs: u64,
        seconds: f64,
    ) -> ToolRun {
        ToolRun { work, tool, run, jobs, seconds }
    }

    fn jobs_per_s(&self) -> f64 {
        self.jobs as f64 / self.seconds
    }
}

impl Measured {
    pub(crate) fn new(work: &'static str) -> Measured {
        Measured { work, runs: Vec::new(), second_half: None, instructions: None }
    }

    pub(crate) fn add(&mut self, seen: &Seen) {
        self.runs.push(Timed {
            events: seen.cost.events,
            completions: seen.cost.completions,
            seconds: seen.seconds,
            cpu_s: seen.cpu_s,
            peak_bytes: seen.peak_bytes,
            in_flight_most: seen.cost.in_flight_most,
            allocations: seen.allocations,
        });
    }

    /// Computes the allocations of the second half, from a run of replication 0 over half the
    /// window.
    pub(crate) fn steady_state(&mut self, half: &Seen) {
        let whole = self.runs.first().map(|run| run.allocations as f64);
        self.second_half = whole.map(|whole| whole - half.allocations as f64);
    }

    /// Median over the runs.
    fn of(&self, value: impl Fn(&Timed) -> f64) -> f64 {
        median(&mut self.runs.iter().map(value).collect::<Vec<_>>())
    }

    /// Events of a run.
    pub(crate) fn events(&self) -> f64 {
        self.of(|run| run.events as f64)
    }
}

/// Median of `values`; 0 for none.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        n if n.is_multiple_of(2) => f64::midpoint(values[n / 2 - 1], values[n / 2]),
        n => values[n / 2],
    }
}

/// Median throughput of a tool at a work \[jobs/s\].
fn rate(tools: &[ToolRun], work: &str, tool: &str) -> f64 {
    let of = tools.iter().filter(|run| run.work == work && run.tool == tool);
    median(&mut of.map(ToolRun::jobs_per_s).collect::<Vec<_>>())
}

/// Formats a count, or a dash.
fn known(value: Option<f64>) -> String {
    value.map_or("–".into(), |value| format!("{value:.0}"))
}

/// Formats the table of all works, then that of the tools. `CPU` is the share of wall time in which
/// the program had a processor: much below 100 % the machine was busy with something else, and
/// times are unreliable.
pub(crate) fn text(measured: &[Measured], tools: &[ToolRun]) -> String {
    let mut out = format!(
        "{:<11}{:>13}{:>10}{:>9}{:>6}{:>12}{:>13}{:>9}{:>9}{:>10}{:>13}{:>13}\n",
        "work",
        "events",
        "ns/event",
        "spread",
        "CPU",
        "M events/s",
        "k requests/s",
        "of loop",
        "peak MB",
        "in flight",
        "allocations",
        "instructions",
    );
    let header = format!("{:>115}{:>13}\n", "of 2nd half", "an event");
    out.push_str(&header);
    for work in measured {
        let nanos = |run: &Timed| run.seconds * 1e9 / run.events as f64;
        let lowest = work.runs.iter().map(nanos).fold(f64::INFINITY, f64::min);
        let highest = work.runs.iter().map(nanos).fold(0.0, f64::max);
        let middle = work.of(nanos);
        let own = rate(tools, work.work, "plimsoll");
        let ratio = own / rate(tools, work.work, TOURNAMENT);
        let _ = writeln!(
            out,
            "{:<11}{:>13}{:>10.1}{:>8.0}%{:>5.0}%{:>12.2}{:>13.1}{:>9}{:>9.2}{:>10}{:>13}{:>13}",
            work.work,
            work.events(),
            middle,
            100.0 * (highest - lowest) / middle,
            100.0 * work.of(|run| run.cpu_s / run.seconds),
            1e3 / middle,
            work.of(|run| run.completions as f64 / run.seconds) / 1e3,
            if ratio.is_finite() { format!("{ratio:.3}") } else { "–".into() },
            work.of(|run| run.peak_bytes as f64) / 1e6,
            work.of(|run| run.in_flight_most as f64),
            known(work.second_half),
            known(work.instructions),
        );
    }
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for run in tools.iter().filter(|run| run.run == 0) {
        seen.push((run.work, run.tool));
    }
    if !seen.is_empty() {
        let _ = writeln!(out, "\n{:<11}{:<30}{:>12}", "work", "tool", "M jobs/s");
    }
    for (work, tool) in seen {
        let _ = writeln!(out, "{work:<11}{tool:<30}{:>12.2}", rate(tools, work, tool) / 1e6);
    }
    out
}

fn finish(writer: csv::Writer<Vec<u8>>) -> Result<String, String> {
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// Formats `work,tool,run,jobs,seconds,jobs_per_s`.
///
/// # Errors
/// None in practice, since it is written into memory.
pub(crate) fn tools_csv(tools: &[ToolRun]) -> Result<String, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |row: &[String]| writer.write_record(row).map_err(|error| error.to_string());
    write(&["work", "tool", "run", "jobs", "seconds", "jobs_per_s"].map(String::from))?;
    for run in tools {
        write(&[
            run.work.into(),
            run.tool.into(),
            run.run.to_string(),
            run.jobs.to_string(),
            format!("{:.6}", run.seconds),
            format!("{:.0}", run.jobs_per_s()),
        ])?;
    }
    finish(writer)
}

/// Formats `work,run,events,completions,seconds,peak_bytes,in_flight_most,allocations_second_half,
/// instructions_per_event`.
///
/// # Errors
/// None in practice, since it is written into memory.
pub(crate) fn works_csv(measured: &[Measured]) -> Result<String, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |row: &[String]| writer.write_record(row).map_err(|error| error.to_string());
    let columns = [
        "work",
        "run",
        "events",
        "completions",
        "seconds",
        "peak_bytes",
        "in_flight_most",
        "allocations_second_half",
        "instructions_per_event",
    ];
    write(&columns.map(String::from))?;
    for work in measured {
        for (number, run) in work.runs.iter().enumerate() {
            write(&[
                work.work.into(),
                number.to_string(),
                run.events.to_string(),
                run.completions.to_string(),
                format!("{:.6}", run.seconds),
                run.peak_bytes.to_string(),
                run.in_flight_most.to_string(),
                work.second_half.map_or(String::new(), |count| count.to_string()),
                work.instructions.map_or(String::new(), |count| format!("{count:.1}")),
            ])?;
        }
    }
    finish(writer)
}
