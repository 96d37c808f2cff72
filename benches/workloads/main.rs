//! Time, memory and instructions of whole replications, compared with hand-written loops for the
//! same work.
//!
//! ```text
//! cargo bench --bench workloads -- --runs 5 --csv tools.csv --works-csv works.csv
//! cargo bench --bench workloads -- --only w1,w2 --instructions
//! cargo bench --bench workloads -- --efficiency --runs 5
//! ```
//!
//! Each work is a scenario of `scenarios/bench`, loaded as `plimsoll run` loads it; one replication
//! at its target load is timed, on one thread, with the tally of `plimsoll run`. Every run uses
//! another replication. Runs of different works and tools are interleaved, so that drift of the
//! machine affects all alike. Answers known from theory are asserted. The two days, w4-5m and
//! w4-20m, have 1.3 billion events together and take minutes per run; `--only` leaves them out.
//! Each work is run once more over half its window: the difference in allocations is that of the
//! second half.
//!
//! `--csv` has a row for each run of W1 and W2 by each tool,
//! `work,tool,run,jobs,seconds,jobs_per_s`; the tools are `plimsoll`, `loop, usual way` (quoted)
//! and `loop, tournament and tables` (quoted); runs count from 0. `--works-csv` has a row for each
//! run of each work, `work,run,events,completions,seconds,peak_bytes,
//! in_flight_most,allocations_second_half,instructions_per_event`; the last two are per work and
//! empty where they were not requested.
//!
//! Without `--bench`, which `cargo bench` passes, arguments are ignored and all horizons are short:
//! that is how `cargo test` runs it.

mod efficiency;
mod instructions;
mod loops;
mod memory;
mod options;
mod table;
mod work;

use std::process::ExitCode;

use loops::LOOPS;
use options::Options;
use table::{Measured, ToolRun};
use work::{WORKS, Work};

/// Share of each work's window, or day, run in the short form.
const SHORT: [(&str, f64); 8] = [
    ("w1", 0.05),
    ("w2", 0.05),
    ("w3", 0.000_5),
    ("w3-carried", 0.01),
    ("w4-5m", 0.001),
    ("w4-20m", 0.000_3),
    ("w5", 0.05),
    ("w6", 0.02),
];
/// Tolerance of an answer: full length, and short form, which is noisier. The loops' W1 measures
/// the wait alone, which varies more than the response.
const ROOM: f64 = 0.01;
const ROOM_SHORT: f64 = 0.08;
const ROOM_LOOPS: f64 = 0.01;
const ROOM_LOOPS_SHORT: f64 = 0.15;

fn main() -> ExitCode {
    let options = Options::read();
    match answer(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn answer(options: &Options) -> Result<(), String> {
    if let Some((name, share)) = &options.count {
        return instructions::count(&find(name)?, *share);
    }
    let works: Vec<Work> = WORKS
        .iter()
        .filter(|(name, _)| options.only.is_empty() || options.only.iter().any(|o| o == name))
        .map(|&(name, known)| Work::load(name, known))
        .collect::<Result<_, _>>()?;
    if works.is_empty() {
        let names: Vec<&str> = WORKS.iter().map(|(name, _)| *name).collect();
        return Err(format!("no such work; there are {}", names.join(", ")));
    }
    if options.efficiency {
        return efficiency::measure(&find("w2")?, options);
    }
    let (measured, tools) = measure(&works, options)?;
    print!("{}\n{}", table::text(&measured, &tools), memory::text()?);
    if options.short {
        efficiency::measure(&find("w2")?, options)?;
    }
    let write = |path: &Option<std::path::PathBuf>, text: String| match path {
        None => Ok(()),
        Some(path) => {
            std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
        }
    };
    write(&options.csv, table::tools_csv(&tools)?)?;
    write(&options.works_csv, table::works_csv(&measured)?)
}

fn find(name: &str) -> Result<Work, String> {
    let found = WORKS.iter().find(|(known, _)| *known == name);
    let &(name, known) = found.ok_or_else(|| format!("there is no work {name}"))?;
    Work::load(name, known)
}

/// Returns the share of its window that is run of a work.
fn share(name: &str, options: &Options) -> f64 {
    let short = SHORT.iter().find(|(work, _)| *work == name).map_or(1.0, |(_, share)| *share);
    if options.short { short } else { 1.0 }
}

/// Makes all runs, interleaved.
fn measure(works: &[Work], options: &Options) -> Result<(Vec<Measured>, Vec<ToolRun>), String> {
    let room = if options.short { ROOM_SHORT } else { ROOM };
    let mut measured: Vec<Measured> = works.iter().map(|work| Measured::new(work.name)).collect();
    let mut tools: Vec<ToolRun> = Vec::new();
    for run in 0..options.runs {
        for (work, measured) in works.iter().zip(&mut measured) {
            let seen = work.simulate(share(work.name, options), u64::from(run));
            work.check(&seen, room)?;
            let is_yardstick = LOOPS.iter().any(|other| other.work == work.name);
            let jobs = seen.cost.completions;
            if is_yardstick {
                tools.push(ToolRun::new(work.name, "plimsoll", run, jobs, seen.seconds));
            }
            for other in LOOPS.iter().filter(|other| other.work == work.name) {
                let found =
                    other.run(jobs, if options.short { ROOM_LOOPS_SHORT } else { ROOM_LOOPS })?;
                tools.push(ToolRun::new(work.name, other.tool, run, found.jobs, found.seconds));
            }
            measured.add(&seen);
        }
    }
    for (work, measured) in works.iter().zip(&mut measured) {
        let share = share(work.name, options);
        let half = work.simulate(share / 2.0, 0);
        measured.steady_state(&half);
        if options.instructions {
            measured.instructions = instructions::per_event(work.name, share, measured.events())?;
        }
    }
    Ok((measured, tools))
}
