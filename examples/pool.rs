//! Saturation throughput and bottleneck of a service with a connection pool. Run with
//! `cargo run --example pool`.

use plimsoll::build::{DatabaseBuilder, Faults, PoolBuilder, ServiceBuilder, SpecBuilder, Step};
use plimsoll::random::Dist;
use plimsoll::study::Unwatched;
use plimsoll::study::metric::Metric;
use plimsoll::study::point::{Depth, line};
use plimsoll::study::result::{Saturation, Target};
use plimsoll::study::setup::Study;

/// Number of connections of the pool.
const CONNECTIONS: u32 = 10;
/// Mean time for which a request holds a connection \[s\].
const HELD_S: f64 = 0.020;
/// Target for the 99th percentile of response times \[ms\].
const LIMIT_MS: f64 = 150.0;

fn main() -> Result<(), Faults> {
    let found = saturation()?;
    let rps = found.rps;
    println!("carries {:.0} requests/s [{:.0}, {:.0}]", rps.mean, rps.low, rps.high);
    println!("saturates first: {}", found.resource.as_deref().unwrap_or("no station"));
    println!("all connections busy at {:.0} requests/s", f64::from(CONNECTIONS) / HELD_S);
    Ok(())
}

/// Returns the largest load that meets the target, with its bottleneck.
pub(crate) fn saturation() -> Result<Saturation, Faults> {
    let query = Step::query(Dist::Exponential(HELD_S));
    let shop = ServiceBuilder::new("shop")
        .threads(2_000)
        .pool(PoolBuilder::new("main", "orders", CONNECTIONS).in_order())
        .endpoint("order", [Step::transaction("main", [query])]);
    let spec = SpecBuilder::new()
        .database(DatabaseBuilder::new("orders").cores(64.0))
        .service(shop)
        .open_load(400.0)
        .build()?;
    let mut study = Study::of("pool", spec);
    study.targets = vec![Target::new(Metric::P99Ms, LIMIT_MS)];
    let found = line(&study, Depth::Full, &Unwatched).expect("an open load has a line");
    Ok(found.saturation)
}
