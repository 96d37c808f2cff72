//! Small systems with one fault each, and the effect of its remedy: a rule reports it where it
//! should, in the right unit, and is silent once the remedy is applied.

use plimsoll::audit::{Audit, audit};
use plimsoll::scenario::{Loaded, Options, load, render};

fn read(text: &str) -> Result<Loaded, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("case.yaml");
    std::fs::write(&path, text).expect("a scenario");
    let options = Options { check_only: true, ..Options::default() };
    load(&path, &options).map_err(|problems| render(&problems, false))
}

#[track_caller]
fn judged(text: &str) -> Audit {
    match read(text) {
        Ok(loaded) => audit(&loaded),
        Err(problems) => panic!("{problems}"),
    }
}

/// Returns the findings of a rule on a system: message and consequence of each.
#[track_caller]
fn said(text: &str, code: &str) -> Vec<String> {
    let found = judged(text).findings.into_iter().filter(|finding| finding.code == code);
    found.map(|finding| super::said(&finding)).collect()
}

/// Asserts that the rule reports this on the system, and nothing once its remedy is applied.
#[track_caller]
fn cured(text: &str, code: &str, says: &str, remedy: (&str, &str)) {
    let before = said(text, code);
    assert!(before.iter().any(|one| one.contains(says)), "{code}: `{says}` is not in {before:#?}");
    assert!(text.contains(remedy.0), "`{}` is not in the system", remedy.0);
    let after = said(&text.replace(remedy.0, remedy.1), code);
    assert!(after.is_empty(), "{code} after {}: {after:#?}", remedy.1);
}

const SLOW_PARTNER: &str = "
scenario: slow-partner
system:
  system: t
  services:
    web:
      threads: 200
      replicas: 1
      pod: { cpu: { limit: 4 } }
      endpoints: { get: [ delay: { mean: 2s, cv: 0.5, basis: assumed, source: a guess } ] }
mixes: { only: { requests: { web.get: 1 } } }
load: { rate: 150/s, patience: 30s }
";

/// 150/s of 2 s each are 300 in progress, by Little's law.
#[test]
fn threads_are_counted_by_littles_law() {
    let says = "needs 300 threads of `web`, and has 200 (1 pods x 200): full at 100 requests/s";
    cured(SLOW_PARTNER, "E1131", says, ("replicas: 1", "replicas: 2"));
}

const GATEWAY: &str = "
scenario: gateway
system:
  system: g
  services:
    edge: { replicas: 2, endpoints: { in: [ call: { endpoint: gateway.proxy, timeout: 20s } ] } }
    gateway: { replicas: 2, endpoints: { proxy: [ call: { endpoint: backend.work, timeout: 300s } ] } }
    backend: { threads: 200, replicas: 2, endpoints: { work: [ delay: { mean: 1s, cv: 0.5, basis: assumed, source: a guess } ] } }
mixes: { only: { requests: { edge.in: 1 } } }
load: { rate: 30/s, patience: 30s }
";

/// Users leave after 30 s; the intermediate caller after 20.
#[test]
fn who_leaves_first_is_found_on_the_whole_way() {
    let by_caller = "`gateway.proxy` waits 5 min for `backend.work`, and `edge.in` 20 s for itself";
    cured(GATEWAY, "W1207", by_caller, ("timeout: 300s", "timeout: 10s"));
    let direct = GATEWAY.replace("edge.in: 1", "gateway.proxy: 1");
    let direct = direct
        .replace("in: [ call: { endpoint: gateway.proxy, timeout: 20s } ]", "in: [ delay: 1ms ]");
    let by_user = "`gateway.proxy` waits 5 min for `backend.work`, and its users 30 s for itself";
    cured(&direct, "W1207", by_user, ("timeout: 300s", "timeout: 10s"));
    // Through a call without a timeout, the first caller still leaves.
    let through = GATEWAY.replace(", timeout: 20s", "");
    assert!(said(&through, "W1207")[0].contains("its users 30 s for itself"));
}

const COLD: &str = "
scenario: cold
system:
  system: s
  services:
    api:
      threads: 200
      replicas: 4
      pod:
        cpu: { request: 1000m, limit: 1000m }
        ready_after: 45s
        warm_up: { factor: 5, lasts: 5m, start: 20s, basis: assumed, source: seen }
      endpoints: { get: [ cpu: { mean: 3ms, cv: 1, basis: assumed, source: a guess } ] }
mixes: { only: { requests: { api.get: 1 } } }
load: { rate: 667/s, patience: 30s }
";

/// Ready after 45 s, and slow for 5 min from then on. Warmed up in advance, it is hardly slow.
#[test]
fn a_pod_may_be_ready_before_it_is_warm() {
    let says = "ready after 45 s and warm after 5.75 min: 5 min of each pod's life";
    cured(COLD, "W1209", says, ("factor: 5", "factor: 1.2"));
}

const SCALED: &str = "
scenario: scaled
system:
  system: gw
  services:
    gateway:
      threads: 1000
      pod: { cpu: { request: 100m, limit: 1000m }, ready_after: 15s }
      autoscaling: { min: 5, max: 24, cpu: 65% }
      endpoints: { proxy: [ cpu: { mean: 2ms, cv: 1, basis: assumed, source: a guess } ] }
mixes: { only: { requests: { gateway.proxy: 1 } } }
load: { rate: 940/s }
";

/// 940 x 2 ms = 1.88 cores over 65 m per pod are 28.9 pods; 24 use 78.3 m each.
#[test]
fn an_autoscaler_may_be_held_at_its_maximum() {
    let says = "1.88 cores for 940 requests/s of mix only: 29 pods at 65 % of a request of 0.10 cores; the \
                autoscaler may have 24: 24 pods stay, and use 78.3 %";
    cured(SCALED, "W1132", says, ("max: 24", "max: 29"));
    cured(SCALED, "W1132", says, ("request: 100m", "request: 250m"));
}

/// Pods that an autoscaler may add count as capacity: five have 5 cores, 24 have 24. At 7,000/s 14
/// cores are needed, and at 13,000/s 26.
#[test]
fn pods_that_an_autoscaler_adds_are_there() {
    assert!(said(&SCALED.replace("940/s", "7000/s"), "E1120").is_empty());
    let over = said(&SCALED.replace("940/s", "13000/s"), "E1120");
    assert!(over[0].contains("has 24 (24 pods x 1): full at 12,000 requests/s"), "{over:?}");
    // Without a request to compare with, the autoscaler is inactive.
    let still = SCALED.replace("request: 100m, limit: 1000m", "limit: 1000m");
    let still = still.replace("cpu: { limit: 1000m }, ", "");
    let loaded = read(&still.replace("940/s", "7000/s")).expect("such clusters run");
    assert!(loaded.warnings.iter().any(|one| one.code == "W0509"), "{:?}", loaded.warnings);
    let found = audit(&loaded).findings;
    assert!(found.iter().any(|one| one.code == "E1120" && super::said(one).contains("5 pods")));
}

const STICKY: &str = "
scenario: sticky
system:
  system: g
  services:
    client:
      replicas: 2
      pod: { cpu: { limit: 2 } }
      endpoints: { in: [ call: { endpoint: server.rpc, timeout: 1s } ] }
    server:
      pod: { cpu: { request: 500m, limit: 1000m }, ready_after: 15s }
      autoscaling: { min: 5, max: 20, cpu: 60% }
      balancer: sticky
      keep_alive: { callers: 1, requests: 1000000000, idle: 24h }
      endpoints: { rpc: [ cpu: { mean: 5ms, cv: 1, basis: assumed, source: a guess } ] }
mixes: { only: { requests: { client.in: 1 } } }
load: { rate: 300/s, patience: 10s }
";

#[test]
fn two_connections_reach_two_of_five_pods() {
    let says = "keep 2 connections to it; it has 5 pods: 3 pods get no request";
    cured(STICKY, "W1215", says, ("callers: 1,", "callers: 10,"));
    let kept = "      balancer: sticky\n      keep_alive: { callers: 1, requests: 1000000000, idle: 24h }\n";
    cured(STICKY, "W1215", says, (kept, ""));
}

const VIRTUAL: &str = "
scenario: virtual
system:
  system: lab
  services:
    api:
      runtime: spring-mvc
      replicas: 1
      pools: { main: { kind: hikaricp-5.1, database: pg, maximum: 10 } }
      endpoints:
        query:
          - transaction: { pool: main, steps: [ delay: { constant: 300ms, basis: measured, source: pg_sleep } ] }
          - delay: { constant: 200ms, basis: measured, source: rendering }
  databases: { pg: { cpu: 4 } }
mixes: { only: { requests: { api.query: 1 } } }
load: { virtual_users: { users: 50, think: { constant: 100ms, basis: assumed, source: a guess } } }
";

/// Virtual users have no rate, but their requests take as long: 500 ms, 200 of them after the
/// transaction. Without those open-in-view releases nothing earlier, and there is nothing to
/// recommend.
#[test]
fn open_in_view_is_worth_a_note_where_it_frees_something() {
    let says = "for 500 ms without any queue, 200 ms of it outside its transactions";
    let rendering = "          - delay: { constant: 200ms, basis: measured, source: rendering }\n";
    cured(VIRTUAL, "N1203", says, (rendering, ""));
    cured(
        VIRTUAL,
        "N1203",
        says,
        ("runtime: spring-mvc", "open_in_view: false\n      runtime: spring-mvc"),
    );
}

const SINK: &str = "
scenario: sink
system:
  system: b
  services:
    sink:
      replicas: 1
      pod: { cpu: { limit: 4 } }
      pools: { main: { database: db } }
      listeners:
        tx:
          topic: tx
          concurrency: 10
          steps: [ transaction: { pool: main, steps: [ query: { writes: 1 } ] } ]
  databases: { db: { cpu: 4, iops: 12000 } }
  topics: { tx: { partitions: 10 } }
  units: { statement_write: { mean: 0.1ms, cv: 1, basis: assumed, source: a guess }, statement_round_trip: 0.5ms, commit_ios: 1 }
load: { records: [ { topic: tx, rate: 10k/s } ] }
";

/// A record takes 0.5 + 0.1 ms for its statement, 0.5 ms and an operation of 1 ms for the commit:
/// 2.1 ms. Ten threads handle 4,762/s and hold no more than the ten connections available; five
/// connections are all held at 5 / 2.1 ms = 2,381.
#[test]
fn records_are_counted_as_records() {
    let behind = "gets 10,000 records/s; 10 threads on 10 partitions at 2.10 ms a record do 4,762";
    let found = said(SINK, "E1140");
    assert!(found[0].contains(behind), "{found:?}");
    assert!(said(SINK, "E1128").is_empty());
    let fewer = SINK.replace("database: db }", "database: db, maximum: 5 }");
    let says = "10,000 records/s holds 10 connections of `main` of `sink`; 1 pods have 5: full at 2,381 records/s";
    cured(&fewer, "E1128", says, ("maximum: 5", "maximum: 10"));
}

const SCAN: &str = "
scenario: scan
system:
  system: shop
  services:
    order:
      threads: 50
      replicas: 1
      pod: { cpu: { limit: 1 } }
      endpoints:
        buy:
          - insert: { index: open, entries: 1 }
          - scan: { index: open, cpu: { constant: 10us, basis: assumed, source: a guess } }
          - publish: { topic: sold }
      listeners:
        sold: { topic: sold, concurrency: 1, ack: record, fails: 10%, retries: 1, back_off: 20ms, steps: [ delay: { constant: 2ms, basis: assumed, source: a guess } ] }
  indexes: { open: { ttl: 10s, sweep: 2s, fixed: 2000 } }
  topics: { sold: { partitions: 1 } }
  units: { commit_offset: 4ms }
load: { rate: 60/s }
";

/// 2,000 entries at 10 µs each are 20 ms of CPU per request: saturated at 50/s. A record takes 1.1
/// times 2 ms, a commit of 4 ms and a tenth of 20 ms: 8.2 ms, so the single thread handles 122/s.
#[test]
fn scans_commits_and_attempts_are_work() {
    let found = said(SCAN, "E1120");
    assert!(found[0].contains("needs 1.20 cores"), "{found:?}");
    assert!(found[0].contains("full at 50 requests/s"), "{found:?}");
    let found = said(&SCAN.replace("60/s", "130/s"), "E1140");
    assert!(found[0].contains("at 8.20 ms a record do 122"), "{found:?}");
}

const TAIL: &str = "
scenario: tail
system:
  system: s
  services:
    web:
      threads: 100000
      endpoints:
        serve:
          - choose: [ { probability: 0.02, steps: [ delay: { constant: 100s, basis: assumed, source: a guess } ] } ]
          - delay: { constant: 5ms, basis: assumed, source: a guess }
mixes: { only: { requests: { web.serve: 1 } } }
load: { rate: 50/s }
targets: { p95: 500ms }
";

/// A mean of 2 s does not rule out a p95 of 5 ms: only 2 % take long. It does rule out a p99 of
/// that.
#[test]
fn a_few_long_ones_do_not_put_a_percentile_out_of_reach() {
    assert!(said(TAIL, "W1314").is_empty());
    assert_eq!(said(&TAIL.replace("p95", "p99"), "W1314").len(), 1);
}

const SAGA: &str = "
scenario: saga
system:
  system: s
  services:
    order:
      endpoints: { buy: [ publish: { topic: orders } ] }
      listeners:
        orders:
          topic: orders
          steps: [ choose: [ { probability: 50%, steps: [ publish: { topic: orders } ] } ] ]
  topics: { orders: { partitions: 1 } }
load: { rate: 10/s }
";

/// NEW and CONFIRMED in one topic: every second record is followed by another. Only an unbounded
/// cycle is rejected.
#[test]
fn a_topic_with_two_kinds_of_record_is_no_circle() {
    assert!(read(SAGA).is_ok());
    let refused = read(&SAGA.replace("50%", "100%")).expect_err("it never ends");
    assert!(refused.contains("E0303") && refused.contains("never ends"), "{refused}");
    assert!(refused.contains("order.orders -> topic orders -> order.orders"), "{refused}");
}

/// A fan-out that doubles at each of thirty steps, by calls and by messages; and a chain of three
/// thousand.
#[test]
fn fans_and_chains_are_decided_at_once() {
    let system = |steps: &dyn Fn(usize) -> String, length: usize| {
        let endpoints: Vec<String> =
            (0..length).map(|at| format!("        e{at}: {}\n", steps(at))).collect();
        format!(
            "scenario: fan\nsystem:\n  system: s\n  services:\n    web:\n      threads: 4\n      endpoints:\n{}        \
             e{length}: [ delay: 1ms ]\nmixes: {{ only: {{ requests: {{ web.e0: 1 }} }} }}\nload: {{ rate: 1/s }}\n",
            endpoints.concat()
        )
    };
    for word in ["call", "send"] {
        let double = |at: usize| {
            let step = format!("{word}: {{ endpoint: web.e{} }}", at + 1);
            format!("[ {step}, {step} ]")
        };
        let refused = read(&system(&double, 30)).expect_err("2³¹ − 1 requests");
        assert!(refused.contains("E0318") && refused.contains("2147483647"), "{refused}");
        // 2¹⁶ − 1.
        assert!(read(&system(&double, 15)).is_ok());
    }
    let chain = |at: usize| format!("[ call: {{ endpoint: web.e{}, timeout: 1h }} ]", at + 1);
    let found = judged(&system(&chain, 3000));
    assert!(found.findings.iter().all(|finding| finding.code != "E1131"), "{:#?}", found.findings);
}
