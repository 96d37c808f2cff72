//! Runs one piece of work in one tool: `peers TOOL WORK JOBS SEED`. Prints a line
//! `jobs,seconds,mean,p50,p99`: jobs completed, seconds of wall time of the simulation alone, and
//! the answer in milliseconds (W1: the wait; W2: the response).

#[path = "nexosim.rs"]
mod in_nexosim;
#[path = "odem.rs"]
mod in_odem;
#[path = "simcore.rs"]
mod in_simcore;
mod work;

use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [tool, work, jobs, seed] = given.as_slice() else {
        eprintln!("usage: peers simcore|nexosim|odem-rs w1|w2 JOBS SEED");
        return ExitCode::from(2);
    };
    let run: fn(u64, u64) -> work::Record = match (tool.as_str(), work.as_str()) {
        ("simcore", "w1") => in_simcore::w1,
        ("simcore", "w2") => in_simcore::w2,
        ("nexosim", "w1") => in_nexosim::w1,
        ("nexosim", "w2") => in_nexosim::w2,
        ("odem-rs", "w1") => in_odem::w1,
        ("odem-rs", "w2") => in_odem::w2,
        _ => {
            eprintln!("there is no {work} in {tool}");
            return ExitCode::from(2);
        }
    };
    let (Ok(jobs), Ok(seed)) = (jobs.parse(), seed.parse()) else {
        eprintln!("JOBS and SEED are whole numbers");
        return ExitCode::from(2);
    };
    let (record, seconds) = timed(|| run(jobs, seed));
    let [mean, p50, p99] = record.answer_ms();
    println!("{},{seconds:.6},{mean:.5},{p50:.4},{p99:.4}", record.jobs);
    ExitCode::SUCCESS
}

/// Returns the result of `run`, and its wall time \[s\].
#[expect(clippy::disallowed_methods, reason = "wall time is what is measured")]
fn timed<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let began = Instant::now();
    let given = run();
    (given, began.elapsed().as_secs_f64())
}
