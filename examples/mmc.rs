//! An M/M/8 queue compared with the Erlang C formula. Run with `cargo run --example mmc`.

use plimsoll::build::{Faults, ServiceBuilder, SpecBuilder, Step};
use plimsoll::random::Dist;
use plimsoll::stats::Estimate;
use plimsoll::stats::analytic::markov::{mmc_mean_wait, mmc_wait_probability};
use plimsoll::study::setup::Study;
use plimsoll::study::{Question, Unwatched, answer_question};

const SERVERS: u32 = 8;
const SERVICE_S: f64 = 0.010;
const RATE: f64 = 640.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (waited, mean_ms) = simulated()?;
    let waits = mmc_wait_probability(RATE, SERVICE_S, SERVERS)?;
    let wait_ms = mmc_mean_wait(RATE, SERVICE_S, SERVERS)? * 1e3;
    println!("share who wait: {:.4} [{:.4}, {:.4}]", waited.mean, waited.low, waited.high);
    println!("  Erlang C:     {waits:.4}");
    println!("mean wait:      {:.3} ms [{:.3}, {:.3}]", mean_ms.mean, mean_ms.low, mean_ms.high);
    println!("  theory:       {wait_ms:.3} ms");
    Ok(())
}

/// Returns the probability that a request waits for a server, and the mean wait of all requests
/// \[ms\].
pub(crate) fn simulated() -> Result<(Estimate, Estimate), Faults> {
    let job = Step::delay(Dist::Exponential(SERVICE_S));
    let server = ServiceBuilder::new("server").threads(SERVERS).endpoint("job", [job]);
    let spec = SpecBuilder::new().service(server).open_load(RATE).build()?;
    let study = Study { replications: 16, ..Study::of("M/M/8", spec) };
    let (result, _) = answer_question(&study, Question::Run, &Unwatched);
    let threads = result.variants[0].stations.iter().find(|found| found.name == "server threads");
    let wait = threads.and_then(|threads| threads.wait.clone()).expect("everybody needs a thread");
    Ok((wait.waited, wait.mean_ms))
}
