//! Nodes, rollouts and faults, on exact timelines.

use super::pods::{at, bins, said};
use super::*;
use crate::model::{Lack, settle};

/// Nodes of one group with `cores` each.
fn nodes(count: u32, cores: u32) -> Cluster {
    Cluster {
        groups: vec![NodeGroup {
            name: "n".into(),
            nodes: count,
            minimum: count,
            maximum: count,
            scaled: false,
            provision: Span::from_secs(4.0),
            dedicated: false,
            vcpus: f64::from(cores),
            allocatable: Requests { millicores: u64::from(cores) * 1_000, mebibytes: 8_192 },
            most_pods: 20,
            daemons: Vec::new(),
            credits: None,
        }],
        shared: true,
        first: Vec::new(),
        places: Vec::new(),
    }
}

fn asks(millicores: u64) -> Lifecycle {
    Lifecycle { requests: Requests { millicores, mebibytes: 100 }, ..Lifecycle::default() }
}

/// Two services on one node with a job each of this much processor time; one request per second, in
/// turn.
pub(super) fn neighbours(work_s: [f64; 2], millicores: [u64; 2], cores: u32) -> Spec {
    let dists = work_s.map(Dist::Constant);
    let ops = [Op::Cpu { time: 0, draw: 0 }, Op::End, Op::Cpu { time: 1, draw: 0 }, Op::End];
    let mut spec = system(&dists, &ops, 2.0);
    spec.services.push(service("other"));
    spec.endpoints.push(Endpoint { name: "other.job".into(), service: 1, entry: 2 });
    for (service, millicores) in spec.services.iter_mut().zip(millicores) {
        service.cores = 2.0;
        service.lifecycle = asks(millicores);
    }
    spec.cluster = Some(nodes(1, cores));
    spec.load.journeys[0].visits = vec![
        Visit { endpoint: 0, chance: 1.0, think: None },
        Visit { endpoint: 1, chance: 1.0, think: None },
    ];
    assert_eq!(settle(&mut spec), []);
    spec
}

/// Response times in order \[ms\].
fn answers(spec: &Spec, seconds: f64) -> Vec<(u32, f64)> {
    let of = |line: String| {
        let endpoint = line.split("endpoint: ").nth(1)?.split(',').next()?.parse().ok()?;
        let took: f64 = line.split("Span(").nth(1)?.split(')').next()?.parse().ok()?;
        Some((endpoint, (took / 1e4).round() / 1e2))
    };
    said(spec, seconds, &["Answered"]).into_iter().filter_map(of).collect()
}

/// External records start both jobs at the same instants.
pub(super) fn together(spec: &mut Spec, per_s: f64) {
    spec.load = Load::default();
    for number in 0..2 {
        spec.topics.push(Topic {
            name: format!("t{number}"),
            partitions: 1,
            replication: Replication::default(),
            counted: true,
        });
        spec.load.records.push(Source { topic: number, per_s, regular: true });
        let entry = spec.endpoints[number as usize].entry;
        spec.listeners.push(Listener {
            name: format!("l{number}"),
            service: number,
            topic: number,
            partitions: None,
            group: format!("g{number}"),
            concurrency: 1,
            ack: Ack::Record,
            max_poll_records: 500,
            fetch: Span::ZERO,
            commit: Span::ZERO,
            retries: 0,
            back_off: Span::ZERO,
            consumer: Consumer::default(),
            completes_flow: false,
            entry,
        });
    }
}

pub(super) fn ages(spec: &Spec, seconds: f64) -> Vec<(u32, f64)> {
    let of = |line: String| {
        let listener = line.split("listener: ").nth(1)?.split(',').next()?.parse().ok()?;
        let age: f64 = line.split("age: Span(").nth(1)?.split(')').next()?.parse().ok()?;
        Some((listener, (age / 1e4).round() / 1e2))
    };
    said(spec, seconds, &["Consumed"]).into_iter().filter_map(of).collect()
}

/// One core, weights 3 to 1, a job of 150 ms each at the same instant: the first has 0.75 of the
/// core and ends after 200 ms; the second has received 50 ms and has the core to itself for the
/// other 100 ms.
#[test]
fn a_node_that_is_short_is_shared_by_weight() {
    let mut spec = neighbours([0.15, 0.15], [600, 200], 1);
    together(&mut spec, 1.0);
    assert_eq!(ages(&spec, 1.9), [(0, 200.0), (1, 300.0)]);
    // With a core each, neither affects the other, nor with a machine each.
    let mut spec = neighbours([0.15, 0.15], [600, 200], 2);
    together(&mut spec, 1.0);
    assert_eq!(ages(&spec, 1.9), [(0, 150.0), (1, 150.0)]);
    let mut spec = neighbours([0.15, 0.15], [600, 200], 1);
    together(&mut spec, 1.0);
    spec.cluster = spec.cluster.map(|cluster| Cluster { shared: false, ..cluster });
    assert_eq!(ages(&spec, 1.9), [(0, 150.0), (1, 150.0)]);
}

/// Three pods of 600m on a node of one core: one runs, the others are pending; a second node takes
/// one of them.
#[test]
fn pods_that_do_not_fit_stay_pending() {
    let mut spec = neighbours([0.01, 0.01], [600, 100], 1);
    spec.services[0].pods = 3;
    let unplaced = settle(&mut spec);
    assert_eq!((unplaced[0].service, unplaced[0].pods, unplaced[0].lack), (0, 2, Lack::Cpu));
    assert_eq!((spec.services[0].pods, spec.services[0].lifecycle.pending), (1, 2));
    let mut larger = spec.clone();
    larger.cluster = Some(nodes(2, 1));
    assert_eq!(settle(&mut larger)[0].pods, 1);
    assert_eq!(larger.services[0].pods, 2);
    // A pending pod runs when another one makes room: at 1, ready at once.
    spec.timeline = vec![at(1.0, Happening::Scale { service: 0, pods: 0 })];
    spec.timeline.push(at(2.0, Happening::Scale { service: 0, pods: 2 }));
    let pods = said(&spec, 3.0, &["Pods"]);
    assert_eq!(
        pods,
        ["1.000000 Pods { service: 0, change: -1 }", "2.000000 Pods { service: 0, change: 1 }",]
    );
}

/// A node fails at 1 with the only pod that fits on it; the new node is there at 5, but the pod is
/// only replaced at 7, and ready at 9.
#[test]
fn a_failed_node_takes_its_pods_with_it() {
    let mut spec = neighbours([0.01, 0.01], [100, 100], 1);
    for service in &mut spec.services {
        service.lifecycle.ready_after = Span::from_secs(2.0);
    }
    let replaced_after = Span::from_secs(6.0);
    spec.timeline = vec![at(1.0, Happening::FailNode { group: 0, nodes: 1, replaced_after })];
    let lines = said(&spec, 10.0, &["Pods", "Nodes"]);
    assert_eq!(
        lines,
        [
            "1.000000 Pods { service: 0, change: -1 }",
            "1.000000 Pods { service: 1, change: -1 }",
            "1.000000 Nodes { group: 0, change: -1 }",
            "5.000000 Nodes { group: 0, change: 1 }",
            "9.000000 Pods { service: 0, change: 1 }",
            "9.000000 Pods { service: 1, change: 1 }",
        ]
    );
}

/// The cluster autoscaler scans at 10, 20, …: a pod ordered at 12 is pending, its node is ordered
/// at 20 and arrives at 24, when the pod is ready.
#[test]
fn the_cluster_autoscaler_orders_nodes_for_those_who_wait() {
    let mut spec = neighbours([0.01, 0.01], [800, 100], 1);
    if let Some(cluster) = &mut spec.cluster {
        cluster.groups[0].scaled = true;
        cluster.groups[0].maximum = 3;
    }
    spec.timeline = vec![at(12.0, Happening::Scale { service: 0, pods: 2 })];
    spec.services[0].lifecycle.most = 2;
    settle(&mut spec);
    let lines = said(&spec, 30.0, &["Pods", "Nodes"]);
    assert_eq!(
        lines,
        ["24.000000 Nodes { group: 0, change: 1 }", "24.000000 Pods { service: 0, change: 1 }"]
    );
}

/// Two vCPUs at full use in standard mode, with 1 credit: 120 credits are spent and 24 earned per
/// hour, so the credit lasts 37.5 s; then two jobs share 0.4 vCPU, and each takes five times as
/// long.
#[test]
fn an_instance_without_credits_falls_to_its_baseline() {
    let mut spec = neighbours([1.0, 1.0], [500, 500], 2);
    if let Some(cluster) = &mut spec.cluster {
        cluster.groups[0].credits =
            Some(CpuCredits { unlimited: false, per_hour: 24.0, maximum: 1.0, initial: 1.0 });
    }
    together(&mut spec, 1.0);
    // Back to back: 1 s each while there are credits. The use of a second is charged in the next.
    let ends = said(&spec, 60.0, &["Consumed { listener: 0"]);
    let seconds: Vec<f64> =
        ends.iter().filter_map(|line| line.split(' ').next()?.parse().ok()).collect();
    let before = seconds.iter().filter(|end| **end < 38.0).count();
    assert_eq!(before, 36, "{seconds:?}");
    let late: Vec<f64> = seconds.windows(2).map(|pair| pair[1] - pair[0]).skip(39).collect();
    assert!(late.iter().all(|gap| *gap > 4.0), "{late:?}");
}

/// Two services use half a vCPU each on a node that earns 0.4: 0.6 x 40 s after 40 s, whatever its
/// initial balance.
#[test]
fn what_a_node_uses_beyond_its_credits_is_owed() {
    let mut spec = neighbours([0.5, 0.5], [500, 500], 2);
    let credits =
        |unlimited| Some(CpuCredits { unlimited, per_hour: 24.0, maximum: 576.0, initial: 576.0 });
    spec.cluster.iter_mut().for_each(|cluster| cluster.groups[0].credits = credits(true));
    together(&mut spec, 1.0);
    let mut lines = Lines::default();
    simulate(&spec, &bins(20.0, 2), &mut lines);
    let owed = |lines: &Lines| -> Vec<f64> {
        let owed = lines.0.iter().filter_map(|line| line.split("used: Span(").nth(1));
        owed.filter_map(|rest| Some(rest.split(')').next()?.parse::<f64>().ok()? / 1e9)).collect()
    };
    // The first records arrive after a second.
    let found = owed(&lines);
    assert_eq!(found.len(), 2, "{:?}", lines.0);
    for (seconds, found) in [20.0, 40.0].into_iter().zip(found) {
        assert!((found - 0.6 * seconds).abs() <= 1.0, "{found} after {seconds} s");
    }
    // In standard mode nothing is charged.
    spec.cluster.iter_mut().for_each(|cluster| cluster.groups[0].credits = credits(false));
    let mut lines = Lines::default();
    simulate(&spec, &bins(20.0, 2), &mut lines);
    assert!(owed(&lines).is_empty());
}

fn deployed(rollout: Rollout, pods: u32) -> Vec<String> {
    let mut spec = system(&[Dist::Constant(0.01)], &[Op::Cpu { time: 0, draw: 0 }, Op::End], 1.0);
    spec.services[0].pods = pods;
    spec.services[0].lifecycle = Lifecycle {
        most: 3 * pods,
        ready_after: Span::from_secs(2.0),
        rollout,
        ..Lifecycle::default()
    };
    spec.timeline = vec![at(1.0, Happening::Deploy { service: 0 })];
    let of = |line: String| {
        let mut words = line.split(' ');
        let time: f64 = words.next()?.parse().ok()?;
        Some(format!("{time} {}", line.split("change: ").nth(1)?.trim_end_matches(" }")))
    };
    said(&spec, 60.0, &["Pods"]).into_iter().filter_map(of).collect()
}

/// Four pods, surge one and unavailable one: two new ones at once for an old one, further steps as
/// they become ready.
#[test]
fn a_rolling_update_replaces_a_few_at_a_time() {
    // At 1 one of 4 may be missing and one is surplus: an old one terminates, two new ones start,
    // ready at 3. At 3 there are 5 ready and 3 required: two old ones terminate, the other two new
    // ones start, ready at 5, when the last terminates.
    let rolling = Rollout::Rolling { surge: 25, unavailable: 25 };
    assert_eq!(deployed(rolling, 4), ["1 -1", "3 1", "3 -1", "3 1", "3 -1", "5 1", "5 -1", "5 1"]);
    // With a surge of one only: one by one.
    let careful = Rollout::Rolling { surge: 1, unavailable: 0 };
    assert_eq!(deployed(careful, 2), ["3 1", "3 -1", "5 1", "5 -1"]);
}

/// Two new pods ready at 3, promoted at 13, the old ones removed at 43.
#[test]
fn blue_and_green_stand_side_by_side() {
    let rollout =
        Rollout::BlueGreen { promotion: Span::from_secs(10.0), keep: Span::from_secs(30.0) };
    assert_eq!(deployed(rollout, 2), ["3 1", "3 1", "43 -1", "43 -1"]);
}

/// Requests of 0.5 s at 1, 2, 3, …; the pod receives `SIGTERM` at 2.2, 0.2 s after it began the
/// request of 2.
#[test]
fn a_pod_that_ends_at_once_drops_its_requests() {
    let mut spec = system(&[Dist::Constant(0.5)], &[Op::Delay { time: 0, draw: 0 }, Op::End], 1.0);
    spec.load.open = Some(Open { requests_per_s: 1.0, regular: true });
    let shutdown = Shutdown {
        pre_stop: Span::from_secs(0.1),
        graceful: false,
        grace: Some(Span::from_secs(30.0)),
    };
    spec.services[0].lifecycle = Lifecycle { shutdown, ..Lifecycle::default() };
    spec.timeline = vec![at(2.1, Happening::Scale { service: 0, pods: 0 })];
    let lost = said(&spec, 2.9, &["Failed"]);
    assert_eq!(lost, ["2.200000 Failed { endpoint: 0, why: Lost, took: Span(200000000) }"]);
    // Graceful termination loses nothing; with a total grace period of 0.2 s, the request is lost.
    let graceful = Shutdown { graceful: true, ..shutdown };
    spec.services[0].lifecycle.shutdown = graceful;
    assert!(said(&spec, 2.9, &["Failed"]).is_empty());
    spec.services[0].lifecycle.shutdown =
        Shutdown { grace: Some(Span::from_secs(0.3)), ..graceful };
    let lost = said(&spec, 2.9, &["Failed"]);
    assert_eq!(lost, ["2.400000 Failed { endpoint: 0, why: Lost, took: Span(400000000) }"]);
}

/// A new pod is ready at 2 and 5 times slower, falling to 1 within 8 s: (1 + 4 · (10 − t) / 8).
#[test]
fn a_new_pod_is_cold() {
    let mut spec = system(&[Dist::Constant(0.1)], &[Op::Cpu { time: 0, draw: 0 }, Op::End], 1.0);
    spec.load.open = Some(Open { requests_per_s: 1.0, regular: true });
    spec.services[0].lifecycle = Lifecycle {
        most: 2,
        ready_after: Span::from_secs(1.9),
        warm_up: Some(WarmUp { factor: 5.0, lasts: Span::from_secs(8.1), start: Span::ZERO }),
        ..Lifecycle::default()
    };
    spec.timeline = vec![at(0.0, Happening::Kill { service: 0, pods: 1 })];
    let took: Vec<f64> = answers(&spec, 12.0).into_iter().map(|answer| answer.1).collect();
    let expected = |arrival: f64| {
        let left = (10.0 - arrival).max(0.0) / 8.1;
        ((100.0 * (1.0 + 4.0 * left)) * 100.0).round() / 100.0
    };
    let expected: Vec<f64> = (2..12).map(|second| expected(f64::from(second))).collect();
    assert_eq!(took, expected);
}

/// A collection of 50 ms after every 200 ms of work: every second request of 100 ms takes 150 ms.
#[test]
fn a_collection_stops_the_pod() {
    let mut spec = system(&[Dist::Constant(0.1)], &[Op::Cpu { time: 0, draw: 0 }, Op::End], 1.0);
    spec.load.open = Some(Open { requests_per_s: 1.0, regular: true });
    let collection = Collection { every: Span::from_millis(200), pause: Span::from_millis(50) };
    spec.services[0].lifecycle = Lifecycle { collection: Some(collection), ..Lifecycle::default() };
    let took: Vec<f64> = answers(&spec, 4.9).into_iter().map(|answer| answer.1).collect();
    assert_eq!(took, [100.0, 150.0, 100.0, 150.0]);
}

/// A quota of half a core on a node of two: a job of 100 ms that starts with a period of 100 ms
/// runs 50 ms, is throttled for 50 ms and runs 50 ms. The phase of the periods is random, so that
/// the end is only known to lie between 150 and 200 ms.
#[test]
fn a_quota_lets_jobs_stall() {
    let mut spec = neighbours([0.1, 0.01], [500, 100], 2);
    spec.services[0].cores = 0.5;
    spec.services[0].lifecycle.quota = true;
    together(&mut spec, 1.0);
    let took: Vec<f64> =
        ages(&spec, 9.9).into_iter().filter(|age| age.0 == 0).map(|age| age.1).collect();
    assert_eq!(took.len(), 9);
    assert!(took.iter().all(|took| (150.0..=200.0).contains(took)), "{took:?}");
    spec.services[0].lifecycle.quota = false;
    assert!(
        ages(&spec, 9.9).iter().filter(|age| age.0 == 0).all(|age| (age.1 - 200.0).abs() < 1e-9)
    );
}

/// A balance of 5,000 operations, a demand of 1,000 per second, 100 earned: exhausted after 5.56 s;
/// then each operation takes 10 ms, and those of the tenth second wait.
#[test]
fn a_volume_without_credits_falls_to_its_baseline() {
    let query = Op::Query {
        database: 0,
        round_trips: Span::ZERO,
        work: None,
        draw: 0,
        ios: 1,
        io_chance: 0.0,
    };
    let mut spec = system(&[], &[query, Op::End], 1_000.0);
    spec.load.open = Some(Open { requests_per_s: 1_000.0, regular: true });
    spec.databases = vec![database()];
    spec.databases[0].iops = Some(3_000.0);
    spec.databases[0].io_credits = Some(IoBucket { baseline: 100.0, capacity: 5_000.0 });
    let mut tally = Tally::new(Layout { stations: 9, ..Layout::default() });
    simulate(&spec, &bins(1.0, 10), &mut tally);
    let answered: Vec<u64> = tally.bins.iter().map(|bin| bin.answered).collect();
    assert!(answered[..5].iter().all(|count| (999..=1_000).contains(count)), "{answered:?}");
    assert!((600..=700).contains(&answered[5]), "{answered:?}");
    assert!(answered[6..].iter().all(|count| (99..=101).contains(count)), "{answered:?}");
}

/// A slow database from 2 to 4, an unavailable cache from 6 to 8.
#[test]
fn servers_get_slow_and_lost() {
    let ops = [
        Op::Query {
            database: 0,
            round_trips: Span::ZERO,
            work: Some(0),
            draw: 0,
            ios: 0,
            io_chance: 0.0,
        },
        Op::Cache { cache: 0, operations: 1, time: 0, draw: 1 },
        Op::Hit { cache: 0, target: 4, chance: 1.0, draw: 2 },
        Op::Delay { time: 0, draw: 3 },
        Op::End,
    ];
    let mut spec = system(&[Dist::Constant(0.1)], &ops, 1.0);
    spec.load.open = Some(Open { requests_per_s: 1.0, regular: true });
    spec.databases = vec![database()];
    spec.caches = vec![Cache { name: "c".into(), of: 0, shards: 1, round_trip: Span::ZERO }];
    let timeout = Some(Span::from_millis(300));
    spec.timeline = vec![
        at(1.5, Happening::SlowDatabase { database: 0, factor: 4.0 }),
        at(2.5, Happening::SlowDatabase { database: 0, factor: 1.0 }),
        at(2.5, Happening::SlowCache { cache: 0, factor: 3.0 }),
        at(3.5, Happening::SlowCache { cache: 0, factor: 1.0 }),
        at(3.5, Happening::LoseCache { cache: 0, timeout }),
        at(4.5, Happening::LoseCache { cache: 0, timeout: None }),
    ];
    let took = |spec: &Spec| -> Vec<f64> {
        answers(spec, 5.9).into_iter().map(|answer| answer.1).collect()
    };
    // Query and command; the query four times; the command three times; query, timeout, miss.
    assert_eq!(took(&spec), [200.0, 500.0, 400.0, 500.0, 200.0]);
    spec.ops[2] = Op::Jump { target: 4, chance: 1.0, draw: 2 };
    assert_eq!(took(&spec), [200.0, 500.0, 400.0, 200.0], "without a miss the request fails");
}
