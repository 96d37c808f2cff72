//! The line search compared with queueing theory, over twenty seeds per case: the interval contains
//! the limit, and the bottleneck is identified. Near a line runs are as long as its queues need;
//! `plimsoll validate scenarios/lines --lines` counts over hundreds of seeds.
//!
//! An interval is valid only if its coverage is about its nominal confidence. The windows are
//! short, so that noise is large and a biased estimate is noticed.

use plimsoll::scenario::{Options, load};
use plimsoll::stats::analytic::markov::mmc_response_exceeds;
use plimsoll::study::cause::Cause;
use plimsoll::study::result::Saturation;
use plimsoll::study::setup::Study;
use plimsoll::study::{Question, Unwatched, answer_question};

const SEEDS: u64 = 20;
/// Minimum number of them whose interval contains the limit: at a coverage of 95 % fewer do with a
/// probability of 1.6 %.
const HELD: usize = 17;
/// Maximum bias of the mean over seeds, as a share of the limit. Windows of a few thousand requests
/// are short for a quantile near saturation.
const LEANS: f64 = 0.015;
/// Maximum mean half-width of the interval, as a share of the limit.
const WIDTH: f64 = 0.075;

/// More threads than are ever in use.
const THREADS: &str = "      threads: 100k\n";
/// One core.
const POD: &str = "      pod: { cpu: { request: 1000m, limit: 1000m }, memory: { request: 1Gi, limit: \
                   1Gi } }\n";
const BASIS: &str = "basis: assumed, source: theory";

/// A study of this system; `rest` is its load, targets and window.
fn study(system: &str, rest: &str) -> Study {
    let text = format!("scenario: s\nsystem:\n  system: s\n{system}{rest}");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("saturation.yaml");
    std::fs::write(&path, &text).expect("it works");
    match load(&path, &Options::default()) {
        Ok(loaded) => loaded.study,
        Err(problems) => panic!("{text}\n{}", plimsoll::scenario::render(&problems, false)),
    }
}

/// A service without limits except for `parts` and `steps`.
fn service(parts: &str, steps: &str) -> String {
    format!(
        "  services:\n    server:\n      max_connections: 1M\n      accept_count: 0\n      replicas: \
         1\n{parts}      endpoints:\n        serve:\n{steps}"
    )
}

fn asked(rate: f64, targets: &str, warm_up_s: f64, measure_s: f64, resolution: f64) -> String {
    format!(
        "mixes: {{ only: {{ requests: {{ server.serve: 1 }} }} }}\nload: {{ rate: {rate}/s }}\n\
         targets: {{ {targets} }}\nwindow: {{ warm_up: {warm_up_s}s, measure: {measure_s}s }}\n\
         replications: 2\nprecision: {{ half_width: 50%, most_replications: 2 }}\n\
         search: {{ highest: {}/s, resolution: {resolution}%, replications: 6 }}\n",
        rate * 10.0
    )
}

/// Finds the lines of all seeds.
fn lines(study: &Study) -> Vec<Saturation> {
    (1..=SEEDS)
        .map(|seed| {
            let mut study = study.clone();
            study.seed = seed;
            // Performance at a target load is not tested here.
            study.load.rps = 1.0;
            let mut result = answer_question(&study, Question::Saturate, &Unwatched).0;
            result.variants.remove(0).saturation.expect("there is a target and an open load")
        })
        .collect()
}

/// Asserts that the intervals of most seeds contain `limit`, and that all of them name `resources`,
/// one as the answer and the others as its ties.
#[track_caller]
fn finds(study: &Study, limit: f64, resources: &[&str]) {
    let lines = lines(study);
    for line in &lines {
        let mut named: Vec<&str> =
            line.resource.iter().chain(&line.ties).map(String::as_str).collect();
        named.sort_unstable();
        assert_eq!(named, resources, "{line:?}");
    }
    let held = lines.iter().filter(|line| line.rps.contains(limit) == Some(true)).count();
    let mean = |pick: &dyn Fn(&Saturation) -> f64| {
        lines.iter().map(pick).sum::<f64>() / lines.len() as f64 / limit
    };
    let (found, half) =
        (mean(&|line| line.rps.mean), mean(&|line| (line.rps.high - line.rps.low) / 2.0));
    let said = format!("{resources:?}: {held} of {SEEDS} hold {limit}, mean {found}, ± {half}");
    assert!(held >= HELD, "{said}");
    assert!((found - 1.0).abs() <= LEANS, "{said}: it leans to one side");
    assert!(half <= WIDTH, "{said}: too wide to mean anything");
}

fn exponential(millis: f64) -> String {
    format!("delay: {{ exponential: {millis}ms, {BASIS} }}")
}

/// A service with ten connections, each held for 50 ms after the steps `before`.
fn pooled(parts: &str, before: &str) -> String {
    let parts = format!(
        "{parts}      pools:\n        master: {{ kind: hikaricp-5.1, database: store, maximum: 10, \
         minimum_idle: 10, wake_up: 0 }}\n"
    );
    let steps = format!(
        "{before}          - transaction:\n              pool: master\n              hold: transaction\n\
         {:14}read_only: true\n              steps:\n                - {}\n",
        "",
        exponential(50.0)
    );
    let databases = "  databases: { store: { cpu: 64, max_connections: 100 } }\n";
    format!("{}{databases}", service(&parts, &steps))
}

/// Finds the line of a system with these targets and this window, at a seed.
fn line(system: &str, load: &str, targets: &str, measure_s: f64, seed: u64) -> Saturation {
    let rest = format!(
        "mixes: {{ only: {{ requests: {{ server.serve: 1 }} }} }}\nload: {{ {load} }}\n\
         targets: {{ {targets} }}\nwindow: {{ measure: {measure_s}s }}\nreplications: 4\n\
         search: {{ highest: 1000/s, replications: 8 }}\n"
    );
    let mut study = study(system, &rest);
    study.seed = seed;
    study.load.rps = 1.0;
    let mut result = answer_question(&study, Question::Saturate, &Unwatched).0;
    result.variants.remove(0).saturation.expect("there is a target and an open load")
}

fn threads_of(count: u32, steps: &str) -> String {
    service(&format!("      threads: {count}\n"), &format!("          - {steps}\n"))
}

/// Evenly spaced requests of a constant time never wait up to c / S, and queue without bound
/// beyond: the line is that load to the last digit, in a short window and in a long one.
#[test]
fn a_line_without_chance_is_exact() {
    for (threads, millis, limit) in [(4, 10.0, 400.0), (1, 8.0, 125.0), (3, 20.0, 150.0)] {
        let steps = format!("delay: {{ constant: {millis}ms, {BASIS} }}");
        for measure_s in [2.0, 10.0, 60.0] {
            let system = threads_of(threads, &steps);
            let load = "rate: 20/s, regular: true";
            let found = line(&system, load, "p99: 500ms, errors: 1%", measure_s, 3).rps;
            let off = (found.low - limit).abs().max((found.high - limit).abs());
            assert!(off < 1e-9 * limit, "{threads} x {millis} ms, {measure_s} s: {found:?}");
        }
    }
}

/// In windows of 10 s, half a relaxation time of four threads at the line and two of one thread:
/// nearly all intervals contain the root of Erlang's formulas, and none extends beyond the capacity
/// of the threads.
#[test]
fn short_windows_do_not_lift_the_line() {
    for (threads, millis, limit_ms, most) in [(4, 10.0, 500.0, 400.0), (1, 20.0, 400.0, 50.0)] {
        let (mut low, mut high) = (1.0, most * 0.9999);
        for _ in 0..60 {
            let rate = f64::midpoint(low, high);
            let late = mmc_response_exceeds(rate, millis / 1e3, threads, limit_ms / 1e3);
            if late.expect("it is stable") > 0.01 { high = rate } else { low = rate }
        }
        let system = threads_of(threads, &exponential(millis));
        let targets = format!("p99: {limit_ms}ms");
        let found: Vec<_> = (1..=8_u64)
            .map(|seed| line(&system, "rate: 20/s", &targets, 10.0, 500 + seed).rps)
            .collect();
        let held = found.iter().filter(|found| found.contains(low) == Some(true)).count();
        assert!(held >= 7, "{held} of 8 hold {low}: {found:?}");
        assert!(found.iter().all(|found| found.high <= most), "{found:?}");
    }
}

/// No load meets a target that a single request misses in an empty system.
#[test]
fn a_line_may_be_nothing() {
    for time in ["constant: 365d", "exponential: 1s"] {
        let system = threads_of(4, &format!("delay: {{ {time}, {BASIS} }}"));
        let found = line(&system, "rate: 200/s", "p99: 500ms, errors: 1%", 10.0, 1);
        assert!(found.rps.mean == 0.0 && found.rps.high == 0.0, "{time}: {found:?}");
        assert_eq!(found.resource, None);
        let at_once = matches!(found.cause, Cause::MissedAtOnce { .. } | Cause::NothingEnds { .. });
        assert!(at_once, "{:?}", found.cause);
    }
}

/// M/M/4 with a limit on p95.
#[test]
fn waiting_target() {
    let study = study(
        &service("      threads: 4\n", &format!("          - {}\n", exponential(20.0))),
        &asked(100.0, "p95: 80ms", 2.0, 40.0, 3.0),
    );
    let (mut low, mut high) = (1.0, 199.9);
    for _ in 0..60 {
        let rate = f64::midpoint(low, high);
        let late = mmc_response_exceeds(rate, 0.020, 4, 0.08).expect("it is stable");
        if late > 0.05 { high = rate } else { low = rate }
    }
    finds(&study, low, &["server threads"]);
}

/// Ten connections held for 50 ms carry 200/s.
#[test]
fn pool_limit() {
    let study = study(&pooled("", ""), &asked(100.0, "p99: 60s", 1.0, 10.0, 3.0));
    finds(&study, 200.0, &["server master connections"]);
}

/// Three partitions, two threads: one of them reads two partitions, 10 ms per record.
#[test]
fn partition_limit() {
    let system = format!(
        "  services:\n    reader:\n      replicas: 1\n      listeners:\n        events:\n          kind: \
         spring-kafka-3.2\n          topic: events\n          group: reader\n          concurrency: 2\n          \
         ack: record\n          steps:\n            - delay: {{ constant: 10ms, {BASIS} }}\n  topics: {{ \
         events: {{ partitions: 3 }} }}\n"
    );
    let study = study(
        &system,
        "load: { records: [ { topic: events, rate: 100/s } ] }\ntargets: { lag: 100k }\n\
         window: { warm_up: 1s, measure: 16s }\nreplications: 2\n\
         precision: { half_width: 50%, most_replications: 2 }\n\
         search: { highest: 1000/s, resolution: 3%, replications: 6 }\n",
    );
    finds(&study, 150.0, &["reader.events consumers"]);
}

/// One core, 10 ms of work each, with any variance.
#[test]
fn processor_limit() {
    for cv in [0.5, 2.0] {
        let steps = format!("          - cpu: {{ mean: 10ms, cv: {cv}, {BASIS} }}\n");
        let study = study(
            &service(&format!("{THREADS}{POD}"), &steps),
            &asked(50.0, "p99: 60s", 2.0, 20.0, 3.0),
        );
        finds(&study, 100.0, &["server CPU"]);
    }
}

/// Two locks held for 10 ms each, one after the other.
#[test]
fn equal_locks() {
    let lock = |name: &str| {
        format!("          - lock: {{ name: {name}, steps: [ {} ] }}\n", exponential(10.0))
    };
    let steps = format!("{}{}", lock("first"), lock("second"));
    let system = format!("{}  locks: {{ first: {{}}, second: {{}} }}\n", service(THREADS, &steps));
    let study = study(&system, &asked(50.0, "p99: 60s", 2.0, 20.0, 3.0));
    finds(&study, 100.0, &["first lock", "second lock"]);
}

/// Ten connections held for 50 ms, and a core that each request uses for 5 ms: 200/s either way.
#[test]
fn equal_pool_and_processor() {
    let work = format!("          - cpu: {{ constant: 5ms, {BASIS} }}\n");
    let system = pooled(&format!("{THREADS}{POD}"), &work);
    let study = study(&system, &asked(100.0, "p99: 60s", 1.0, 20.0, 3.0));
    finds(&study, 200.0, &["server CPU", "server master connections"]);
}

/// A listener of 50 ms whose topic does not count is saturated at 20 requests/s; the core of 5 ms
/// is at 200.
#[test]
fn what_is_only_bookkeeping_draws_no_line() {
    let parts = format!(
        "{POD}      listeners:\n        audit: {{ kind: spring-kafka-3.2, topic: seen, concurrency: 1, steps: \
         [ {} ] }}\n",
        exponential(50.0)
    );
    let steps = format!(
        "          - cpu: {{ exponential: 5ms, {BASIS} }}\n          - publish: {{ topic: seen }}\n"
    );
    let system = format!(
        "{}  topics:\n    seen: {{ partitions: 1, counted: false }}\n",
        service(&format!("{THREADS}{parts}"), &steps)
    );
    let mut asked = study(&system, &asked(100.0, "errors: 1%", 5.0, 20.0, 2.0));
    asked.load.rps = 1.0;
    let mut result = answer_question(&asked, Question::Saturate, &Unwatched).0;
    let line = result.variants.remove(0).saturation.expect("an open load");
    assert!(line.rps.mean > 180.0 && line.rps.mean < 210.0, "{line:?}");
    assert_eq!(line.resource.as_deref(), Some("server CPU"));
}
