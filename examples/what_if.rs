//! Response times for four numbers of threads, with the same users each time (common random
//! numbers): a what-if analysis. Run with `cargo run --example what_if`.

use plimsoll::build::{Faults, ServiceBuilder, SpecBuilder, Step};
use plimsoll::random::Dist;
use plimsoll::stats::Estimate;
use plimsoll::study::Unwatched;
use plimsoll::study::point::at_load;
use plimsoll::study::setup::Study;

pub(crate) const THREADS: [u32; 4] = [9, 10, 12, 16];
const SERVICE_S: f64 = 0.020;
const RATE: f64 = 400.0;

fn main() -> Result<(), Faults> {
    for threads in THREADS {
        let p99 = p99_ms(threads)?;
        println!("{threads:>2} threads: p99 {:6.1} ms [{:.1}, {:.1}]", p99.mean, p99.low, p99.high);
    }
    Ok(())
}

/// Returns the 99th percentile of response times with a number of threads \[ms\].
pub(crate) fn p99_ms(threads: u32) -> Result<Estimate, Faults> {
    let work = Step::delay(Dist::Exponential(SERVICE_S));
    let server = ServiceBuilder::new("server").threads(threads).endpoint("job", [work]);
    let spec = SpecBuilder::new().service(server).open_load(RATE).build()?;
    // All studies have the same seed: user 17 arrives at the same instant with the same service
    // time, whatever the number of threads.
    let point = at_load(&Study::of("threads", spec), &Unwatched).expect("nobody stops it");
    Ok(point.at.p99_ms)
}
