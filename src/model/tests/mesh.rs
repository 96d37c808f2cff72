//! Proxies, keep-alive connections and indexes, on exact timelines.

use super::*;
use crate::model::spec::mesh::UNLIMITED;
use crate::station::breaker::EJECTION_LONGEST;

fn day(seconds: f64) -> Run {
    Run {
        seed: 1,
        replication: 0,
        scale: 1.0,
        follow_curve: true,
        warm_up: Span::ZERO,
        bin: Span::from_secs(seconds),
        bins: 1,
        follow: Span::ZERO,
    }
}

/// Returns the time and the kind of all reported lines of these kinds.
fn said(spec: &Spec, seconds: f64, kinds: &[&str]) -> Vec<String> {
    let mut lines = Lines::default();
    simulate(spec, &day(seconds), &mut lines);
    let short = |line: String| {
        let end = line.find(", spent").or_else(|| line.find(" }")).unwrap_or(line.len());
        line[..end].replace("{ endpoint: 0, ", "").replace("Span", "")
    };
    lines
        .0
        .into_iter()
        .filter(|line| kinds.iter().any(|kind| line.contains(kind)))
        .map(short)
        .collect()
}

fn count(spec: &Spec, seconds: f64, kind: &str) -> usize {
    said(spec, seconds, &[kind]).len()
}

fn ms(millis: u64) -> Span {
    Span::from_millis(millis)
}

fn endings(spec: &Spec, seconds: f64) -> Vec<String> {
    said(spec, seconds, &["Answered", "Failed"])
}

/// A service that answers after `after_s`, with evenly spaced arrivals, behind this mesh.
fn behind(after_s: f64, requests_per_s: f64, mesh: impl FnOnce(&mut Mesh)) -> Spec {
    let ops = [Op::Delay { time: 0, draw: 0 }, Op::End];
    let mut spec = system(&[Dist::Constant(after_s)], &ops, requests_per_s);
    spec.load.open = Some(Open { requests_per_s, regular: true });
    spec.meshes = vec![Mesh::new(0)];
    mesh(&mut spec.meshes[0]);
    spec
}

/// The endpoint of [`behind`], called by that of a service in front of it, which takes no time
/// itself.
fn called(mut spec: Spec, timeout: Option<Span>) -> Spec {
    let entry = spec.ops.len() as u32;
    spec.ops.push(Op::Call { endpoint: 0, round_trip: Span::ZERO, timeout, draw: 1 });
    spec.ops.push(Op::End);
    spec.services.push(service("front"));
    spec.endpoints.push(Endpoint { name: "front.get".into(), service: 1, entry });
    spec.load.journeys[0].visits[0].endpoint = 1;
    spec
}

#[test]
fn a_mesh_without_settings_changes_nothing() {
    let mut spec =
        system(&[Dist::Exponential(0.008)], &[Op::Delay { time: 0, draw: 1 }, Op::End], 100.0);
    spec.services[0].threads = Threads { maximum: 1, accepted: 3, backlog: 0 };
    spec.load.patience = Some(ms(20));
    let alone = lines(&spec, 20.0);
    spec.meshes = vec![Mesh::new(0)];
    spec.load.patience = None;
    let mut meshed = lines(&spec, 20.0);
    spec.meshes.clear();
    let without = lines(&spec, 20.0);
    meshed.sort();
    let mut sorted = without;
    sorted.sort();
    assert_eq!(meshed, sorted);
    assert_ne!(alone, meshed);
}

/// One connection, one place in the queue, 2.5 s per request, arrivals at 1, 2, 3, …: 1 is served,
/// 2 waits, 3 overflows; at 3.5 the second is served until 6, 4 waits, 5 overflows, and so on.
#[test]
fn what_finds_neither_connection_nor_place_overflows() {
    let spec = behind(2.5, 1.0, |mesh| {
        mesh.limits = Some(Limits { connections: 1, pending: 1 });
    });
    assert_eq!(
        endings(&spec, 8.6),
        [
            "3.000000 Failed why: Overflow, took: (0)",
            "3.500000 Answered took: (2500000000)",
            "5.000000 Failed why: Overflow, took: (0)",
            "6.000000 Answered took: (4000000000)",
            "7.000000 Failed why: Overflow, took: (0)",
            "8.000000 Failed why: Overflow, took: (0)",
            "8.500000 Answered took: (4500000000)",
        ]
    );
}

/// Each calling pod's proxy has its own limits: two of them have a connection each.
#[test]
fn each_caller_has_its_own_connections() {
    let mut spec = called(
        behind(2.5, 2.0, |mesh| mesh.limits = Some(Limits { connections: 1, pending: 0 })),
        None,
    );
    spec.services[1].pods = 2;
    // Arrivals at 0.5, 1, 1.5, … from the two pods in turn: their connections are busy until 3 and
    // 3.5. At 3 the first is free, but the arrival is at the other.
    assert_eq!(
        said(&spec, 3.6, &["Answered", "Failed"])
            .iter()
            .map(|line| line.replace("{ endpoint: 1, ", ""))
            .collect::<Vec<_>>(),
        [
            "1.500000 Failed why: CallFailed, took: (0)",
            "2.000000 Failed why: CallFailed, took: (0)",
            "2.500000 Failed why: CallFailed, took: (0)",
            "3.000000 Answered took: (2500000000)",
            "3.000000 Failed why: CallFailed, took: (0)",
            "3.500000 Answered took: (2500000000)",
        ]
    );
}

/// A try of 2 s is given up after 1 s, twice; the pod works on all three to the end.
#[test]
fn tries_given_up_go_on_in_the_pod() {
    let mut spec = behind(2.0, 0.1, |mesh| {
        mesh.per_try_timeout = Some(ms(1_000));
        mesh.retries = 2;
        mesh.retry_on.reset = true;
        mesh.back_off = Span::ZERO;
    });
    assert_eq!(endings(&spec, 15.0), ["13.000000 Failed why: MeshTimeout, took: (3000000000)"]);
    let threads = 1;
    let mut tally = Tally::new(Layout { stations: 2, ..Layout::default() });
    simulate(&spec, &day(20.0), &mut tally);
    // Three tries of 2 s in 20 s.
    assert!((tally.bins[0].stations[threads].busy - 6.0 / 20.0).abs() < 1e-9);
    // The overall timeout comes first: at 1.5 s, in the second try, which is the last.
    spec.meshes[0].timeout = Some(ms(1_500));
    assert_eq!(endings(&spec, 15.0), ["11.500000 Failed why: MeshTimeout, took: (1500000000)"]);
    let mut tally = Tally::new(Layout { stations: 2, ..Layout::default() });
    simulate(&spec, &day(20.0), &mut tally);
    assert!((tally.bins[0].stations[threads].busy - 4.0 / 20.0).abs() < 1e-9);
}

/// Failures that are not listed are not retried.
#[test]
fn only_what_is_named_is_tried_again() {
    let spec = |connect| {
        behind(2.0, 0.1, |mesh| {
            mesh.per_try_timeout = Some(ms(1_000));
            mesh.retries = 2;
            mesh.retry_on.connect = connect;
        })
    };
    let once = ["11.000000 Failed why: MeshTimeout, took: (1000000000)"];
    assert_eq!(endings(&spec(true), 15.0), once);
    assert_eq!(endings(&spec(false), 15.0), once);
    // A refusing pod is retried: one thread, no queue, and the first request holds it.
    let mut busy = behind(5.0, 1.0, |mesh| {
        mesh.retries = 2;
        mesh.retry_on.connect = true;
        mesh.back_off = ms(1_000);
    });
    busy.services[0].threads = Threads { maximum: 1, accepted: 0, backlog: 0 };
    let ends = endings(&busy, 5.9);
    // Back-offs of up to 1 s and 3 s: the request of 2 has failed for good by 6 s, but not at once.
    assert!(ends.len() < 5 && ends.iter().all(|line| line.contains("Refused")), "{ends:?}");
    busy.meshes[0].retries = 0;
    assert_eq!(count(&busy, 5.9, "Refused"), 4);
}

/// Envoy's back-offs: up to 25 ms, 75 ms, 175 ms, 250 ms, 250 ms, each half of that on average.
#[test]
fn pauses_double_up_to_ten_times_their_base() {
    let mut spec = behind(1.0, 100.0, |mesh| {
        mesh.retries = 5;
        mesh.retry_on.connect = true;
    });
    spec.services[0].threads = Threads { maximum: 0, accepted: 0, backlog: 0 };
    let took: Vec<f64> = endings(&spec, 100.0)
        .iter()
        .filter_map(|line| line.split(['(', ')']).nth(1)?.parse().ok())
        .map(|nanos: f64| nanos / 1e6)
        .collect();
    assert!(took.len() > 9_000, "{}", took.len());
    let mean = took.iter().sum::<f64>() / took.len() as f64;
    // (25 + 75 + 175 + 250 + 250) / 2 = 387.5; the variance of each is its length squared over
    // twelve: 13,240 in total, so that the mean of 9,900 has a standard error of 1.2.
    assert!((mean - 387.5).abs() < 4.0, "{mean}");
    assert!(took.iter().all(|took| *took < 775.0));
}

/// Nine requests hang on a pod of nine threads; the pod dies, and a fifth of nine is less than the
/// minimum of three retries that a budget allows: six fail, three are answered by another pod.
#[test]
fn a_budget_holds_retries_back() {
    let mut spec = behind(100.0, 9.0, |mesh| {
        mesh.retries = 1;
        mesh.retry_on.reset = true;
        mesh.budget = Some(Budget { share: 0.2, least: 3 });
    });
    let kill = Happening::Kill { service: 0, pods: 1 };
    spec.timeline = vec![Timed { at: ms(1_050), what: kill }];
    spec.services[0].lifecycle.most = 1;
    assert_eq!(count(&spec, 1.06, "Lost"), 6);
    spec.meshes[0].budget = None;
    assert_eq!(count(&spec, 1.06, "Lost"), 0);
}

/// Two pods, one of which fails each request: it is ejected after five consecutive failures, for 30
/// s and until the sweep after that.
#[test]
fn a_pod_that_fails_is_left_out() {
    // Service 1's pods take turns. The first pod of service 0 has no connection: its pool's
    // database accepts only as many as the other pod has.
    let mut spec = behind(0.01, 10.0, |mesh| {
        mesh.outlier = Some(Rules {
            failures: 5,
            sweep: ms(10_000),
            ejection: ms(30_000),
            longest: EJECTION_LONGEST,
            most: 50,
            one_always: false,
            panic: 0,
        });
    });
    spec.services[0].pods = 2;
    spec.services[0].threads = Threads { maximum: 1, accepted: 0, backlog: 0 };
    spec.services[0].pools = vec![Pool { connection_timeout: ms(50), ..pool(1) }];
    spec.databases = vec![Database { max_connections: Some(1), ..database() }];
    spec.ops = vec![
        Op::Begin { pool: 0, hold: Hold::Transaction },
        Op::Delay { time: 0, draw: 0 },
        Op::Finish,
        Op::End,
    ];
    let failed: Vec<f64> = said(&spec, 120.0, &["ConnectionTimeout"])
        .iter()
        .filter_map(|line| line.split(' ').next()?.parse().ok())
        .collect();
    // Every second request fails until the fifth has: those of 0.2, 0.4, … 1.0, each 50 ms later.
    let first: Vec<f64> = failed[..5].to_vec();
    assert_eq!(first, [0.25, 0.45, 0.65, 0.85, 1.05]);
    // Ejected for 30 s from 1.05, and back at one of the sweeps, which are 10 s apart.
    assert!((31.0..41.2).contains(&failed[5]), "{}", failed[5]);
    // Five more failures, and ejected for 60 s.
    assert!((failed[9] - failed[5] - 0.8).abs() < 1e-6, "{failed:?}");
    assert!((failed[10] - failed[9]) > 59.0, "{failed:?}");
    // The other pod is never ejected: all of its requests are answered.
    let without = Mesh::new(0);
    spec.meshes = vec![without];
    assert_eq!(count(&spec, 120.0, "ConnectionTimeout"), 599);
}

/// Three tokens initially and one per second: of ten requests per second 3 pass at once, then every
/// tenth.
#[test]
fn a_bucket_lets_its_tokens_pass() {
    let mut spec = behind(0.001, 10.0, |mesh| {
        mesh.rate_limit = Some(RateLimit { per_s: 1.0, burst: 3 });
        // A rate-limited request is not retried.
        mesh.retries = 3;
        mesh.retry_on.errors = true;
    });
    // Arrivals at 0.1, 0.2, …: 0.1, 0.2, 0.3 pass; the tokens are back at 1.1, 2.1, ….
    let answered: Vec<String> = said(&spec, 5.05, &["Answered"])
        .iter()
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect();
    assert_eq!(
        answered,
        ["0.101000", "0.201000", "0.301000", "1.101000", "2.101000", "3.101000", "4.101000"]
    );
    // Each pod has its own bucket.
    spec.services[0].pods = 2;
    assert_eq!(count(&spec, 5.05, "Answered"), 14);
}

/// Users who leave after 1 s release their connection, though the pod continues: the next in the
/// queue gets it.
#[test]
fn users_who_leave_free_their_connection() {
    let mut spec = behind(1.8, 1.0, |mesh| {
        mesh.limits = Some(Limits { connections: 1, pending: UNLIMITED });
    });
    spec.load.patience = Some(ms(1_500));
    // Request 1 leaves at 2.5, when 2 gets the connection with 1 s left: nothing is ever answered.
    let ends = endings(&spec, 6.1);
    assert_eq!(
        ends,
        [2.5, 3.5, 4.5, 5.5]
            .map(|at: f64| format!("{at:.6} Failed why: TooLate, took: (1500000000)"))
    );
    // Without the mesh all are late as well, and work continues; with enough patience all are
    // answered.
    spec.load.patience = Some(ms(10_000));
    assert_eq!(count(&spec, 6.1, "Answered"), 2);
}

/// A caller that gives up after 1 s releases its proxy's connection.
#[test]
fn callers_that_give_up_free_their_connection() {
    let spec = called(
        behind(1.8, 1.0, |mesh| {
            mesh.limits = Some(Limits { connections: 1, pending: 0 });
        }),
        Some(ms(700)),
    );
    assert_eq!(count(&spec, 6.1, "CallTimeout"), 5);
    assert_eq!(count(&spec, 6.1, "CallFailed"), 0);
}

/// A calling pod dies: its proxy's resources are released, and the pod restarts.
#[test]
fn a_proxy_dies_with_its_pod() {
    let mut spec = called(
        behind(100.0, 1.0, |mesh| {
            mesh.limits = Some(Limits { connections: 1, pending: 1 });
            mesh.timeout = Some(ms(200_000));
        }),
        None,
    );
    spec.timeline = vec![Timed { at: ms(3_500), what: Happening::Kill { service: 1, pods: 1 } }];
    // Request 1 has the connection, 2 waits, 3 overflows; both are lost at 3.5; then it repeats.
    let kinds: Vec<String> = said(&spec, 6.1, &["Failed"])
        .iter()
        .map(|line| line.split(", took").next().unwrap_or(line).replace("{ endpoint: 1, ", ""))
        .collect();
    assert_eq!(
        kinds,
        [
            "3.000000 Failed why: CallFailed",
            "3.500000 Failed why: Lost",
            "3.500000 Failed why: Lost",
            "6.000000 Failed why: CallFailed"
        ]
    );
}

// Keep-alive connections.

/// Users with one connection, two pods: all requests of a connection go to one pod.
#[test]
fn a_connection_stays_on_its_pod() {
    let keep = KeepAlive { users: 1, callers: 1, requests: 10, idle: ms(60_000) };
    let mut spec = behind(1.5, 1.0, |_| {});
    spec.meshes.clear();
    spec.services[0].pods = 2;
    spec.services[0].threads = Threads { maximum: 1, accepted: 0, backlog: 0 };
    spec.services[0].balancer = Balancer::Sticky(keep);
    // Each pod serves one request in 1.5 s: one pod refuses every second request, two would serve
    // all.
    let refused = |spec: &Spec| count(spec, 10.1, "Refused");
    assert_eq!(refused(&spec), 5);
    spec.services[0].balancer = Balancer::RoundRobin;
    assert_eq!(refused(&spec), 0);
}

/// New pods get nothing while connections last, and their share when those are replaced.
#[test]
fn new_pods_get_nothing_until_connections_are_replaced() {
    let busy_at_last = |keep: KeepAlive| {
        let mut spec = behind(0.01, 1_000.0, |_| {});
        spec.meshes.clear();
        spec.services[0].balancer = Balancer::Sticky(keep);
        spec.services[0].threads = Threads { maximum: 8, accepted: 1_000_000, backlog: 0 };
        spec.services[0].lifecycle.most = 4;
        spec.timeline =
            vec![Timed { at: ms(10_000), what: Happening::Scale { service: 0, pods: 4 } }];
        let mut tally = Tally::new(Layout { stations: 2, ..Layout::default() });
        simulate(&spec, &Run { bins: 3, ..day(10.0) }, &mut tally);
        let bins = &tally.bins;
        [bins[0].stations[1].waiting > 0.0, bins[2].stations[1].waiting > 1_000.0]
    };
    // One pod of eight threads serves 800 of 1,000 per second. Connections that are never replaced
    // leave it at that with four pods; those replaced after 100 requests, ten per second, do not.
    let keep = KeepAlive { users: 100, callers: 1, requests: u32::MAX, idle: ms(600_000) };
    assert_eq!(busy_at_last(keep), [true, true]);
    assert_eq!(busy_at_last(KeepAlive { requests: 100, ..keep }), [true, false]);
    assert_eq!(busy_at_last(KeepAlive { idle: ms(50), ..keep }), [true, false]);
}

// Retries by users.

/// Nothing is ever answered. A retry budget of a fifth allows one retry per five requests, after
/// the initial balance of one hundred.
#[test]
fn a_budget_of_the_users_holds_them_back() {
    let mut spec = behind(1.0, 10.0, |_| {});
    spec.meshes.clear();
    spec.services[0].threads = Threads { maximum: 0, accepted: 0, backlog: 0 };
    let retries = Retries { attempts: 1, back_off: ms(1), budget: None };
    spec.load.retries = Some(retries);
    // 9,999 first attempts within 1,000 s; the last one's retry is a few milliseconds later.
    assert_eq!(count(&spec, 999.95, "Offered"), 2 * 9_999);
    spec.load.retries = Some(Retries { budget: Some(0.2), ..retries });
    // Each request uses up 0.8 of the initial hundred: the first 125 are all retried, a fifth of
    // the others.
    let again = count(&spec, 999.95, "Offered") - 9_999;
    assert!((again as f64 - (100.0 + 0.2 * 9_999.0)).abs() < 2.0, "{again}");
}

// Indexes.

fn reservations() -> Index {
    Index {
        name: "reservations".into(),
        ttl: ms(900_000),
        sweep: ms(300_000),
        fixed: None,
        copies: 1.0,
        per_s: Some(10.0),
    }
}

/// Ten orders per second of one item, kept for 900 s and swept every 300 s: between 9,000 and
/// 12,000 entries, 10,500 on average, from the first minute on. A microsecond per entry makes them
/// visible.
#[test]
fn an_index_rises_and_falls_between_sweeps() {
    let ops = [
        Op::Insert { index: 0, entries: 1 },
        Op::DelayOfIndex { index: 0, time: 0, draw: 0 },
        Op::End,
    ];
    let mut spec = system(&[Dist::Constant(0.001)], &ops, 10.0);
    spec.load.open = Some(Open { requests_per_s: 10.0, regular: true });
    spec.indexes = vec![reservations()];
    let sizes: Vec<f64> = said(&spec, 1_500.0, &["Answered"])
        .iter()
        .filter_map(|line| line.split(['(', ')']).nth(1)?.parse().ok())
        .map(|nanos: f64| nanos / 1e3)
        .collect();
    assert_eq!(sizes.len(), 14_999);
    // The first entry finds 9,000; that of 299.9 s, the 2,999th, is the last before a sweep.
    assert_eq!((sizes[0], sizes[2_998]), (9_001.0, 11_999.0));
    let most = sizes.iter().copied().fold(0.0, f64::max);
    let least = sizes.iter().copied().fold(f64::MAX, f64::min);
    assert!((11_999.0..=12_001.0).contains(&most), "{most}");
    assert!((9_000.0..=9_002.0).contains(&least), "{least}");
    let mean = sizes.iter().sum::<f64>() / sizes.len() as f64;
    assert!((mean - 10_500.0).abs() < 2.0, "{mean}");
}

/// A steady run has the mean size of its load; a fixed index has its own.
#[test]
fn a_steady_run_has_the_size_of_its_load() {
    let ops = [
        Op::Insert { index: 0, entries: 1 },
        Op::CpuOfIndex { index: 0, time: 0, draw: 0 },
        Op::CacheOfIndex { index: 0, cache: 0, time: 0, draw: 0 },
        Op::End,
    ];
    let mut spec = system(&[Dist::Constant(0.001)], &ops, 10.0);
    spec.load.open = Some(Open { requests_per_s: 10.0, regular: true });
    spec.caches = vec![Cache { name: "redis".into(), of: 0, shards: 1, round_trip: ms(1) }];
    spec.indexes = vec![reservations()];
    let run = Run { follow_curve: false, ..day(10.0) };
    let mean = |spec: &Spec, scale: f64| mean_response_s(spec, &Run { scale, ..run });
    let close = |seen: f64, expected: f64| assert!((seen - expected).abs() < 1e-9, "{seen}");
    close(mean(&spec, 1.0), 2.0 * 0.010_5 + 0.001);
    close(mean(&spec, 2.0), 2.0 * 0.021 + 0.001);
    spec.indexes[0].fixed = Some(500);
    close(mean(&spec, 2.0), 2.0 * 0.000_5 + 0.001);
}

/// Two pods with a thread each take 1.5 s per request, at one request per second in turn: no
/// request waits for a thread. After 1.2 s a copy is sent to the other pod, which is busy; the
/// first answers 0.3 s later.
fn hedged(cancel: bool) -> Spec {
    let mut spec = behind(1.5, 1.0, |mesh| mesh.hedge = Some(Hedge { after: ms(1_200), cancel }));
    spec.services[0].pods = 2;
    spec.services[0].threads = Threads { maximum: 1, accepted: 100, backlog: 0 };
    spec
}

/// A superfluous copy that leaves the queue costs nothing. If it stays, the copy of the request of
/// 1 is in work from 3.5 to 5 as orphaned, and the request of 4 waits for its pod until then.
#[test]
fn a_copy_that_nobody_needs_leaves_the_queue_or_is_worked_on() {
    let took = |cancel: bool| -> Vec<String> {
        let lines = endings(&hedged(cancel), 6.6);
        lines
            .into_iter()
            .filter_map(|line| line.split("took: ").nth(1).map(str::to_owned))
            .collect()
    };
    assert_eq!(took(true), ["(1500000000)"; 5]);
    assert_eq!(took(false)[..4], ["(1500000000)", "(1500000000)", "(1500000000)", "(2500000000)"]);
}

/// One pod with one thread takes 3 s per request; a second pod is ready at 2.5. The copy of the
/// request of 1 would be sent at 2.2, when there is no other pod: it is answered at 4. That of 2
/// waits in the first pod; its copy goes to the second at 3.2 and is answered at 6.2, before the
/// first pod has finished the original, at 7. That of 3 is second in the queue of the first pod,
/// until 10; its copy of 4.2 is answered at 9.2.
#[test]
fn the_first_answer_counts() {
    let mut spec = behind(3.0, 1.0, |mesh| {
        mesh.hedge = Some(Hedge { after: ms(1_200), cancel: true });
    });
    spec.services[0].threads = Threads { maximum: 1, accepted: 100, backlog: 0 };
    spec.services[0].lifecycle =
        Lifecycle { most: 2, ready_after: Span::from_secs(2.0), ..Lifecycle::default() };
    let what = Happening::Scale { service: 0, pods: 2 };
    spec.timeline = vec![Timed { at: Span::from_secs(0.5), what }];
    assert_eq!(
        endings(&spec, 9.5),
        [
            "4.000000 Answered took: (3000000000)",
            "6.200000 Answered took: (4200000000)",
            "9.200000 Answered took: (6200000000)",
        ]
    );
}

/// The pod of the request of 1 dies at 2.5, while its copy of 2.2 is in work in the other pod: the
/// failure is hidden.
#[test]
fn the_failure_of_one_of_two_is_ignored() {
    let mut spec = behind(1.5, 0.1, |mesh| {
        mesh.hedge = Some(Hedge { after: ms(1_200), cancel: false });
    });
    spec.load.open = Some(Open { requests_per_s: 1.0, regular: true });
    spec.services[0].pods = 2;
    spec.services[0].lifecycle = Lifecycle { ready_after: ms(60_000), ..Lifecycle::default() };
    let what = Happening::Kill { service: 0, pods: 1 };
    spec.timeline = vec![Timed { at: Span::from_secs(2.3), what }];
    // The copy was sent at 2.2; the request of 2 was in the second pod from the start.
    assert_eq!(
        endings(&spec, 3.9),
        ["3.500000 Answered took: (1500000000)", "3.700000 Answered took: (2700000000)"]
    );
}
