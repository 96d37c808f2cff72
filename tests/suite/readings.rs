//! Interpretation of specs: consistent between the engine, theory and the list of assumptions.
//! Small systems whose answers are computed by hand.

use plimsoll::model::spec::Spec;
use plimsoll::model::stations::{processors, stations};
use plimsoll::model::{Run, simulate};
use plimsoll::observe::tally::{Bin, Layout, Tally};
use plimsoll::scenario::{Options, load};
use plimsoll::study::result::{Agreement, Measure, StudyResult};
use plimsoll::study::setup::Study;
use plimsoll::study::{Question, Unwatched, answer_question};
use plimsoll::units::{Span, Time};

/// A service `web` of these parts; `rest` is the rest of the system, and the question.
fn study(parts: &str, rest: &str) -> Study {
    let text = format!("scenario: s\nsystem:\n  system: s\n  services:\n    web:\n{parts}\n{rest}");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("readings.yaml");
    std::fs::write(&path, &text).expect("it works");
    match load(&path, &Options::default()) {
        Ok(loaded) => loaded.study,
        Err(problems) => panic!("{text}\n{}", plimsoll::scenario::render(&problems, false)),
    }
}

fn run(study: &Study) -> StudyResult {
    answer_question(study, Question::Run, &Unwatched).0
}

fn near(value: f64, expected: f64, parts: f64) {
    assert!((value / expected - 1.0).abs() < parts, "{value} for {expected}");
}

const ASK: &str = "mixes: { only: { requests: { web.x: 1 } } }\n";
const FEW: &str = "replications: 3\nprecision: { most_replications: 3 }\n";

/// 50 ms followed by an exponential 50 ms: the mean is 100 ms, the quantile p is 50 − 50 ln(1 − p)
/// ms, so that the 99th percentile is 280.26 ms and nothing takes less than 50 ms.
#[test]
fn a_list_of_times_is_their_sum() {
    let steps = "      endpoints: { x: [ delay: [ { constant: 50ms }, { exponential: 50ms } ] ] }";
    let asked =
        format!("{ASK}load: {{ rate: 500/s }}\nwindow: {{ warm_up: 5s, measure: 60s }}\n{FEW}");
    let study = study(steps, &asked);
    let users = run(&study).variants.remove(0).at_target.expect("it was asked");
    near(users.mean_ms.mean, 100.0, 0.01);
    near(users.p50_ms.mean, 50.0 + 50.0 * 2_f64.ln(), 0.01);
    near(users.p99_ms.mean, 50.0 + 50.0 * 100_f64.ln(), 0.015);
    assert!(simulated(study.case(0, 0, 0), 60.0, 1)[0].least_ms >= 50.0);
}

/// Four statements of an exponential millisecond on an idle database of many cores are an Erlang
/// law of four stages: half of them take less than 3.672 ms, 1 % more than 10.045 ms.
#[test]
fn statements_are_drawn_one_by_one() {
    let parts = "      pools: { main: { database: db, maximum: 1000 } }\n      endpoints: { x: [ transaction: \
                 { pool: main, steps: [ query: { reads: 4 } ] } ] }";
    let system =
        "  databases: { db: { cpu: 1000 } }\n  units: { statement_read: { exponential: 1ms } }\n";
    let asked = format!(
        "{system}{ASK}load: {{ rate: 500/s }}\nwindow: {{ warm_up: 5s, measure: 60s }}\n{FEW}"
    );
    let users = run(&study(parts, &asked)).variants.remove(0).at_target.expect("it was asked");
    near(users.mean_ms.mean, 4.0, 0.01);
    near(users.p50_ms.mean, 3.672, 0.01);
    near(users.p99_ms.mean, 10.045, 0.015);
}

/// The percentiles of a constant are the constant, even if one request in ten takes another time.
#[test]
fn a_constant_is_itself() {
    let exactly = |value: f64, expected: f64| near(value, expected, 1e-7);
    let alone = "      endpoints: { x: [ delay: 10ms ] }";
    let asked =
        format!("{ASK}load: {{ rate: 200/s }}\nwindow: {{ warm_up: 1s, measure: 10s }}\n{FEW}");
    let users = run(&study(alone, &asked)).variants.remove(0).at_target.expect("it was asked");
    for percentile in [users.mean_ms, users.p50_ms, users.p95_ms, users.p99_ms] {
        exactly(percentile.mean, 10.0);
    }
    let mixed = "      endpoints: { x: [ delay: 10ms, choose: [ { probability: 0.1, steps: [ delay: 1s ] } ] ] }";
    let users = run(&study(mixed, &asked)).variants.remove(0).at_target.expect("it was asked");
    exactly(users.p50_ms.mean, 10.0);
    exactly(users.p99_ms.mean, 1_010.0);
}

/// One request per second of 30 ms at a limit of 130m, on a machine of unspecified size: 117 to 204
/// ms depending on the phase of the quota, of which 13 ms per 100 ms are used; the utilisation is
/// 0.03 / 0.13.
#[test]
fn a_limit_is_a_quota_without_nodes() {
    let parts = "      pod: { cpu: { request: 130m, limit: 130m } }\n      endpoints: { x: [ cpu: { constant: \
                 30ms, basis: measured, source: s } ] }";
    let asked = format!(
        "{ASK}load: {{ rate: 1/s, regular: true }}\ntargets: {{ p99: 100ms }}\nwindow: {{ warm_up: 10s, \
         measure: 120s }}\n{FEW}"
    );
    let study = study(parts, &asked);
    assert!(study.assumed.iter().any(|input| input.name == "system: services.web.pod.cpu"));
    let result = run(&study);
    let variant = &result.variants[0];
    let users = variant.at_target.as_ref().expect("it was asked");
    assert!((117.0..=204.0).contains(&users.p50_ms.mean), "{:?}", users.p50_ms);
    let busy: Vec<_> = variant.theory.iter().filter(|row| row.measure == Measure::Busy).collect();
    assert_eq!(busy.len(), 1);
    near(busy[0].theory, 0.03 / 0.13, 1e-9);
    assert_eq!(busy[0].agreement, Agreement::Agrees, "{:?}", busy[0]);
    // A slower processor, where that is configured: 30 ms / 0.13.
    let smooth = format!("{asked}fidelity: {{ quota: false }}\n");
    let users = run(&self::study(parts, &smooth)).variants.remove(0).at_target.expect("asked");
    near(users.p50_ms.mean, 30.0 / 0.13, 1e-6);
}

/// Reserved connections are not available to pods: 20 minus 12 are 8.
#[test]
fn reserved_connections_are_not_accepted() {
    let parts = "      replicas: 2\n      threads: 200\n      pools: { main: { kind: hikaricp-5.1, database: db, \
                 maximum: 10, connection_timeout: 1s } }\n      endpoints: { x: [ transaction: { pool: main, \
                 hold: transaction, steps: [ delay: { mean: 3ms, cv: 1 } ] } ] }";
    let asked = |database: &str| {
        let rest = "load: { rate: 200/s }\nwindow: { warm_up: 5s, measure: 20s }\nreplications: 2\nprecision: \
                    { most_replications: 2 }\n";
        study(parts, &format!("  databases: {{ db: {database} }}\n{ASK}{rest}"))
    };
    let with = asked("{ cpu: 4, max_connections: 20, reserved: 12 }");
    let without = asked("{ cpu: 4, max_connections: 8, reserved: 0 }");
    // PostgreSQL reserves three by default, and the assumption is listed.
    let by_default = asked("{ cpu: 4, max_connections: 11 }");
    let most = |study: &Study| study.case(0, 0, 0).databases[0].max_connections;
    assert_eq!([most(&with), most(&without), most(&by_default)], [Some(8); 3]);
    let assumed = |study: &Study| {
        study.assumed.iter().any(|input| input.name == "system: databases.db.reserved")
    };
    assert_eq!([assumed(&with), assumed(&without), assumed(&by_default)], [false, false, true]);
    let users = |study: &Study| run(study).variants.remove(0).at_target.expect("it was asked");
    assert_eq!(users(&with), users(&without));
}

/// Pods without a limit: on nodes the capacity of those, once; otherwise as many cores as they
/// request, rounded up, at least one, and the answer lists that.
#[test]
fn pods_without_a_limit_have_what_is_free() {
    let of = |pod: &str, system: &str| {
        let parts = format!("      replicas: 2\n{pod}      endpoints: {{ x: [ cpu: 10ms ] }}");
        let rest = format!("{system}{ASK}load: {{ rate: 10/s }}\n");
        let study = study(&parts, &rest);
        let told = study.assumed.iter().any(|input| input.name.ends_with("web.pod.cpu.limit"));
        (processors(study.case(0, 0, 0), 0), told)
    };
    let requested = "      pod: { cpu: { request: 100m } }\n";
    // Two pods on a t3.large of two vCPUs; on two such nodes they have four.
    let nodes = |count: u32| {
        format!("  node_groups: {{ n: {{ instance: t3.large, desired: {count} }} }}\n")
    };
    assert_eq!(of(requested, &nodes(1)), (2.0, false));
    assert_eq!(of("", &nodes(1)), (2.0, false));
    assert_eq!(of(requested, ""), (2.0, true));
    assert_eq!(of("", ""), (2.0, true));
    assert_eq!(of("      pod: { cpu: { request: 1500m } }\n", ""), (4.0, true));
    assert_eq!(of("      pod: { cpu: { request: 100m, limit: 250m } }\n", &nodes(1)), (0.5, false));
}

/// Three virtual users without a pause at a pod that serves one request of 100 ms and queues one:
/// ten are answered per second, and a refused one retries after a second: one refusal in eleven.
#[test]
fn refused_virtual_users_pause() {
    let parts = "      threads: 1\n      max_connections: 1\n      accept_count: 1\n      endpoints: { x: [ delay: \
                 100ms ] }";
    let asked = |users: &str| {
        let rest = "window: { warm_up: 2s, measure: 20s }\nreplications: 2\nprecision: { most_replications: \
                    2 }\n";
        study(parts, &format!("{ASK}load: {{ virtual_users: {{ {users} }} }}\n{rest}"))
    };
    let study = asked("users: 3");
    assert!(study.assumed.iter().any(|input| input.name.ends_with("virtual_users.reconnect")));
    let users = run(&study).variants.remove(0).at_target.expect("it was asked");
    near(users.goodput_rps.mean, 10.0, 0.01);
    near(users.error_rate.mean, 1.0 / 11.0, 0.02);
    // Ten times as fast: ten refusals per second along with ten answers.
    let quicker = run(&asked("users: 3, reconnect: 100ms")).variants.remove(0);
    near(quicker.at_target.expect("it was asked").error_rate.mean, 0.5, 0.02);
    assert!(!asked("users: 2").assumed.iter().any(|input| input.name.contains("reconnect")));
}

/// Statistics of a bin.
struct Seen {
    answered: f64,
    failed: f64,
    least_ms: f64,
}

/// Bins of `length_s` seconds of a day that begins with the spec's load.
fn simulated(spec: &Spec, length_s: f64, bins: u32) -> Vec<Seen> {
    let layout = Layout { stations: stations(spec).len(), keep_times: true, ..Layout::default() };
    let mut tally =
        Tally::new(Layout { counted: vec![true; spec.topics.len()], from: Time::ZERO, ..layout });
    let run = Run {
        seed: 1,
        replication: 0,
        scale: 1.0,
        follow_curve: true,
        warm_up: Span::ZERO,
        bin: Span::from_secs(length_s),
        bins,
        follow: Span::ZERO,
    };
    simulate(spec, &run, &mut tally);
    let least = tally.times.least().map_or(0.0, |least| least.secs() * 1e3);
    let of = |bin: &Bin| Seen {
        answered: bin.answered as f64,
        failed: bin.failures() as f64,
        least_ms: least,
    };
    tally.bins.iter().map(of).collect()
}

/// A database 500 times slower from 30 s to 90 s: of 200 requests/s none is answered in the second
/// minute, and all are within two seconds of its end. Its work in progress is done in a fraction of
/// a second: at most 100 statements of 20 ms on 8 cores; and requests that waited for a connection
/// for more than a second have left.
#[test]
fn a_database_is_fast_again_when_it_is() {
    let parts = "      replicas: 2\n      threads: 200\n      pod: { cpu: { limit: 2 } }\n      pools: { main: { \
                 database: db, maximum: 50, connection_timeout: 1s } }\n      endpoints: { x: [ transaction: \
                 { pool: main, hold: transaction, steps: [ query: { reads: 1, time: 20ms } ] } ] }";
    let rest = "  databases: { db: { cpu: 8 } }\nload: { rate: 200/s, patience: 5s }\nday: { bin: 10s, horizon: \
                5m, timeline: [ { at: 30s, what: { slow: { database: db, factor: 500, for: 60s } } } ] }\n";
    let study = study(parts, &format!("{rest}{ASK}"));
    let seen = simulated(study.case(0, 0, 0), 1.0, 120);
    let answered = |from: usize, to: usize| -> f64 {
        seen[from..to].iter().map(|bin| bin.answered).sum::<f64>() / (to - from) as f64
    };
    near(answered(0, 30), 200.0, 0.05);
    assert!(answered(40, 90) < 1.0, "{}", answered(40, 90));
    near(answered(92, 120), 200.0, 0.05);
    assert!(seen[93..].iter().all(|bin| bin.failed < 1.0));
}

/// A station with an offered load of 250 % is saturated, not busier; stations behind it receive its
/// throughput, and the rows say so. 250 requests/s of 10 ms on one core, whose records are handled
/// by another service.
#[test]
fn rows_behind_a_full_station_are_saturated() {
    let parts = "      replicas: 1\n      pod: { cpu: { limit: 1 } }\n      endpoints: { x: [ cpu: 10ms, publish: \
                 { topic: t } ] }\n    late:\n      pod: { cpu: { limit: 1 } }\n      listeners: { t: { topic: t, \
                 steps: [ cpu: 2ms ] } }";
    let asked = format!(
        "  topics: {{ t: {{ partitions: 1 }} }}\n{ASK}load: {{ rate: 250/s }}\nwindow: {{ warm_up: 2s, measure: \
         10s }}\n{FEW}"
    );
    let result = run(&study(parts, &asked));
    let row = |at: &str| {
        let rows = &result.variants[0].theory;
        rows.iter().find(|row| row.at.as_deref() == Some(at)).unwrap_or_else(|| panic!("{rows:?}"))
    };
    let full = row("web CPU");
    assert_eq!((full.agreement, full.theory.to_bits()), (Agreement::Saturated, 1_f64.to_bits()));
    near(full.asked.expect("it is asked for more than there is"), 2.5, 1e-9);
    assert!(full.simulation.mean <= 1.0 + 1e-9);
    let behind = row("late CPU");
    assert_eq!((behind.agreement, behind.bound), (Agreement::Saturated, true));
    near(behind.theory, 0.5, 1e-9);
    assert!(behind.simulation.mean < 0.3, "{:?}", behind.simulation);
}
