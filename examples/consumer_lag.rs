//! Consumer lag of a topic with one and with three partitions: the parallelism of a consumer group
//! is limited by the number of partitions. Run with `cargo run --example consumer_lag`.

use plimsoll::build::{Faults, ListenerBuilder, ServiceBuilder, SpecBuilder, Step, TopicBuilder};
use plimsoll::model::spec::Ack;
use plimsoll::random::Dist;
use plimsoll::stats::Estimate;
use plimsoll::study::setup::Study;
use plimsoll::study::{Question, Unwatched, answer_question};

/// Mean service time of a record \[s\].
const HANDLED_S: f64 = 0.004;
/// Arrival rate of external records \[records/s\].
const RATE: f64 = 200.0;

fn main() -> Result<(), Faults> {
    for partitions in [1, 3] {
        let lag = lag(partitions)?;
        println!(
            "{partitions} partitions: {:.2} records behind [{:.2}, {:.2}]; theory {:.2}",
            lag.mean,
            lag.low,
            lag.high,
            theory(partitions)
        );
    }
    Ok(())
}

/// Returns the consumer lag of three consumer threads: the mean number of records in the topic that
/// are not yet handled.
pub(crate) fn lag(partitions: u32) -> Result<Estimate, Faults> {
    let steps = [Step::delay(Dist::Exponential(HANDLED_S))];
    let settle = ListenerBuilder::new("settle", "orders", steps).concurrency(3).ack(Ack::Record);
    let spec = SpecBuilder::new()
        .topic(TopicBuilder::new("orders", partitions))
        .service(ServiceBuilder::new("settlement").listener(settle))
        .records("orders", RATE)
        .build()?;
    let study = Study { replications: 16, ..Study::of("lag", spec) };
    let (result, _) = answer_question(&study, Question::Run, &Unwatched);
    let stations = &result.variants[0].stations;
    let found = stations.iter().find(|found| found.name == "settlement.settle consumers");
    Ok(found.expect("the listener has consumers").waiting)
}

/// Returns the theoretical lag: each partition is an M/M/1 queue with its share of the records, and
/// a mean of ρ / (1 − ρ) of them.
pub(crate) fn theory(partitions: u32) -> f64 {
    let busy = RATE * HANDLED_S / f64::from(partitions);
    f64::from(partitions) * busy / (1.0 - busy)
}
