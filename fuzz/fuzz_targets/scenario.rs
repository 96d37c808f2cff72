//! Any text as a scenario: loading it never panics, and a system that loads and is small keeps its books
//! for a tenth of a second.
//!
//! `cargo +nightly fuzz run scenario --sanitizer none -- -dict=fuzz/scenario.dict -max_total_time=300`
#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use plimsoll::model::spec::{Op, Spec};
use plimsoll::model::{Run, simulate};
use plimsoll::scenario::{Options, load, render_plain};
use plimsoll::units::Span;

/// Work that one request or record may cause, in steps.
const MOST_WORK: f64 = 2_000.0;

fn place() -> &'static PathBuf {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| {
        tempfile::tempdir().expect("a folder for the text").keep().join("scenario.yaml")
    })
}

fuzz_target!(|text: &[u8]| {
    std::fs::write(place(), text).expect("the text can be written");
    match load(place(), &Options::default()) {
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            render_plain(&problems);
        }
        Ok(loaded) => {
            for spec in loaded.study.cases.iter().take(2) {
                if let Some(spec) = small(spec.clone()) {
                    keeps_its_books(&spec, loaded.study.seed, text.len() % 2 == 0);
                }
            }
        }
    }
});

fn keeps_its_books(spec: &Spec, seed: u64, follow_curve: bool) {
    let run = Run {
        seed,
        replication: 0,
        scale: 1.0,
        follow_curve,
        warm_up: Span::from_millis(20),
        bin: Span::from_millis(20),
        bins: 4,
    };
    let mut ledger = spec.ledger();
    let cost = simulate(spec, &run, &mut ledger);
    let faults = ledger.faults(cost.unanswered);
    assert!(faults.is_empty(), "{faults:?}");
}

/// The description with a load that a tenth of a second can bear; none where it is large.
fn small(mut spec: Spec) -> Option<Spec> {
    let load = &mut spec.load;
    if let Some(open) = &mut load.open {
        open.requests_per_s = open.requests_per_s.min(500.0);
    }
    if let Some(closed) = &mut load.closed {
        closed.users = closed.users.min(20);
    }
    for source in &mut load.records {
        source.per_s = source.per_s.min(500.0);
    }
    // Sessions under way at the beginning are as many as those of six sessions' thinking.
    let think: f64 = load
        .journeys
        .iter()
        .flat_map(|journey| &journey.visits)
        .filter_map(|visit| visit.think)
        .map(|think| spec.samplers[think as usize].dist().mean())
        .sum();
    for service in &mut spec.services {
        for pool in &mut service.pools {
            pool.housekeeping = pool.housekeeping.max(Span::from_millis(1));
        }
    }
    for listener in &mut spec.listeners {
        listener.retries = listener.retries.min(2);
    }
    let pods: u32 = spec.services.iter().map(|service| service.pods).sum();
    let connections: u32 = spec
        .services
        .iter()
        .flat_map(|service| service.pools.iter().map(|pool| pool.maximum * service.pods))
        .sum();
    let partitions: u32 = spec.topics.iter().map(|topic| topic.partitions).sum();
    let fits = think < 60.0
        && pods <= 100
        && connections <= 2_000
        && partitions <= 200
        && spec.load.records.len() <= 20
        && work(&spec) <= MOST_WORK;
    fits.then_some(spec)
}

/// Steps that the costliest endpoint or listener causes, itself and all that follow from it.
fn work(spec: &Spec) -> f64 {
    let endpoints = spec.endpoints.len();
    let entries: Vec<u32> = spec
        .endpoints
        .iter()
        .map(|endpoint| endpoint.entry)
        .chain(spec.listeners.iter().map(|listener| listener.entry))
        .collect();
    let mut costs = vec![1.0_f64; entries.len()];
    // Nobody causes itself: after as many rounds as there are programs all are settled.
    for _ in 0..entries.len().min(200) {
        let before = costs.clone();
        for (program, entry) in entries.iter().enumerate() {
            let mut sum = 1.0;
            for op in &spec.ops[*entry as usize..] {
                sum += match op {
                    Op::End => break,
                    Op::Cache { operations, .. } => f64::from(*operations),
                    Op::Query { ios, .. } => 2.0 + f64::from(*ios),
                    Op::Call { endpoint, .. } | Op::Send { endpoint, .. } => {
                        before[*endpoint as usize]
                    }
                    Op::Publish { topic, .. } => {
                        let readers = spec.listeners.iter().enumerate();
                        let reads = readers.filter(|(_, listener)| listener.topic == *topic);
                        reads.map(|(number, _)| 3.0 * before[endpoints + number]).sum()
                    }
                    _ => 1.0,
                };
            }
            costs[program] = sum.min(1e12);
        }
        if before == costs {
            break;
        }
    }
    costs.into_iter().fold(0.0, f64::max)
}
