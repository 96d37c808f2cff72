//! How many threads are worth having? The same users, four times: `cargo run --example what_if`.

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

/// 99th percentile of response times with so many threads \[ms\].
pub(crate) fn p99_ms(threads: u32) -> Result<Estimate, Faults> {
    let work = Step::delay(Dist::Exponential(SERVICE_S));
    let server = ServiceBuilder::new("server").threads(threads).endpoint("job", [work]);
    let spec = SpecBuilder::new().service(server).open_load(RATE).build()?;
    // Every study has the same seed: user 17 comes at the same instant with the same work, whatever
    // the number of threads.
    let point = at_load(&Study::of("threads", spec), &Unwatched).expect("nobody stops it");
    Ok(point.at.p99_ms)
}
