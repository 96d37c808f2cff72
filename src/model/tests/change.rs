//! Setting changes while the system runs, on exact timelines.

use super::pods::{answering, at, said};
use super::*;
use crate::model::{obstacles, settle};

/// Turns `before` into each of `after` at the given time.
fn becoming(before: Spec, after: &[(f64, Spec)]) -> Spec {
    let timed =
        |(state, (seconds, _)): (u32, &(f64, Spec))| at(*seconds, Happening::Become { state });
    let timeline = (0..).zip(after).map(timed).collect();
    let later: Vec<Spec> = after.iter().map(|(_, spec)| spec.clone()).collect();
    for spec in &later {
        assert_eq!(obstacles(&before, spec), Vec::<String>::new());
    }
    Spec { timeline, later, ..before }
}

/// Arrival times and response times of the requests \[s\].
fn answers(spec: &Spec, seconds: f64) -> Vec<(f64, f64)> {
    let of = |line: String| {
        let at: f64 = line.split(' ').next()?.parse().ok()?;
        let took: f64 = line.split("took: Span(").nth(1)?.split(')').next()?.parse().ok()?;
        Some((at - took / 1e9, took / 1e9))
    };
    let mut all: Vec<(f64, f64)> =
        said(spec, seconds, &["Answered"]).into_iter().filter_map(of).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all
}

/// Requests every half second, each holding the only connection for a second.
fn holding(connections: u32) -> Spec {
    let ops = [
        Op::Begin { pool: 0, hold: Hold::Transaction },
        Op::Delay { time: 0, draw: 1 },
        Op::Finish,
        Op::End,
    ];
    let mut spec = answering(1.0, 2.0, &[]);
    spec.ops = ops.to_vec();
    spec.services[0].pools = vec![pool(connections)];
    spec.databases = vec![database()];
    spec
}

/// With one connection the requests of 0.5, 1, … 5 wait for each other: the k-th takes 0.5 + 0.5 k.
/// A pod with two is ordered at 3.25 and ready at 5.25; the requests of 5.5, 6, … 13.5 do not wait.
/// The first pod is gone when the tenth of its requests is answered, at 10.5. The way back is
/// ordered at 12 and ready at 14; the last request with two connections ends at 14.5.
#[test]
fn a_larger_pool_comes_with_new_pods_and_goes_with_them() {
    let spec = becoming(holding(1), &[(3.25, holding(2)), (12.0, holding(1))]);
    let mut expected: Vec<(f64, f64)> = (1..=10)
        .map(|k| (0.5 * f64::from(k), 0.5 + 0.5 * f64::from(k)))
        .chain((11..=27).map(|k| (0.5 * f64::from(k), 1.0)))
        .collect();
    // The k-th of the last pod, from 14 on.
    expected.extend((0..=4).map(|k| (14.0 + 0.5 * f64::from(k), 1.0 + 0.5 * f64::from(k))));
    let found: Vec<(f64, f64)> =
        answers(&spec, 30.0).into_iter().filter(|of| of.0 < 16.25).collect();
    assert_eq!(found, expected);
    assert_eq!(
        said(&spec, 30.0, &["Settled"]),
        ["10.500000 Settled { state: 0 }", "14.500000 Settled { state: 1 }"]
    );
}

/// Blue/green takes a full second set, and the nodes have room for one more pod: of the two that a
/// larger pool requires at 5.25 one stays pending, and the other receives no requests. The way back
/// at 20.25 finds the first set unchanged: after its 3 s of promotion and 4 s more the new one is
/// gone, at 27.25.
#[test]
fn the_way_back_finds_the_set_that_is_still_there() {
    let crowded = |connections: u32| {
        let mut spec = holding(connections);
        spec.services[0].pods = 2;
        spec.services[0].lifecycle.requests = Requests { millicores: 300, mebibytes: 0 };
        spec.services[0].lifecycle.most = 10;
        spec.services[0].lifecycle.rollout =
            Rollout::BlueGreen { promotion: Span::from_secs(3.0), keep: Span::from_secs(4.0) };
        spec.cluster = Some(Cluster {
            groups: vec![NodeGroup {
                name: "nodes".into(),
                nodes: 1,
                minimum: 1,
                maximum: 1,
                scaled: false,
                dedicated: false,
                provision: Span::ZERO,
                vcpus: 1.0,
                allocatable: Requests { millicores: 1000, mebibytes: 1000 },
                most_pods: 10,
                daemons: Vec::new(),
                credits: None,
            }],
            shared: true,
            ..Cluster::default()
        });
        assert_eq!(settle(&mut spec), []);
        spec
    };
    let spec = becoming(crowded(4), &[(5.25, crowded(8)), (20.25, crowded(4))]);
    assert_eq!(
        said(&spec, 60.0, &["Pods", "Settled", "Failed"]),
        [
            "7.250000 Pods { service: 0, change: 1 }",
            "27.250000 Pods { service: 0, change: -1 }",
            "27.250000 Settled { state: 1 }",
        ]
    );
}

/// Only the number of pods differs: none is replaced, and one more is ready two seconds later.
#[test]
fn more_pods_replace_nobody() {
    let mut after = holding(1);
    after.services[0].pods = 2;
    let spec = becoming(holding(1), &[(3.25, after)]);
    assert_eq!(
        said(&spec, 30.0, &["Pods", "Settled"]),
        ["5.250000 Pods { service: 0, change: 1 }", "5.250000 Settled { state: 0 }"]
    );
}

/// Two users request one second of work each from a database with one core, and again when they are
/// answered, at 2. With a second core from 3 on each has the remaining half second for itself:
/// answered at 3.5.
#[test]
fn a_larger_database_works_on_what_it_has() {
    let query = Op::Query {
        database: 0,
        round_trips: Span::ZERO,
        work: Some(0),
        draw: 0,
        ios: 0,
        io_chance: 0.0,
    };
    let mut spec = system(&[Dist::Constant(1.0)], &[query, Op::End], 0.0);
    spec.load.open = None;
    spec.load.closed = Some(Closed { users: 2, think: None, reconnect: Span::ZERO });
    spec.databases = vec![Database { cores: 1.0, ..database() }];
    let mut after = spec.clone();
    after.databases[0].cores = 2.0;
    let spec = becoming(spec, &[(3.0, after)]);
    let expected = [(0.0, 2.0), (0.0, 2.0), (2.0, 1.5), (2.0, 1.5), (3.5, 1.0), (3.5, 1.0)];
    assert_eq!(answers(&spec, 4.75), expected);
}

/// Three partitions, 0.1 s per record, twenty records per second: one thread handles ten per
/// second, three handle thirty while there is a backlog.
#[test]
fn more_consumers_come_with_new_pods() {
    let consuming = |concurrency: u32| {
        let mut spec = consuming(1, concurrency, 20.0);
        spec.samplers = vec![Sampler::new(Dist::Constant(0.1))];
        spec.services[0].lifecycle =
            Lifecycle { most: 3, ready_after: Span::from_secs(2.0), ..Lifecycle::default() };
        let group = &mut spec.listeners[0].consumer.group;
        group.heartbeat = Span::from_millis(1);
        spec.listeners[0].max_poll_records = 1;
        spec
    };
    let spec = becoming(consuming(1), &[(10.0, consuming(3)), (30.0, consuming(1))]);
    let lines = said(&spec, 60.0, &["Consumed"]);
    let within = |from: f64, to: f64| {
        let at = |line: &&String| line.split(' ').next().and_then(|at| at.parse::<f64>().ok());
        lines.iter().filter(|line| at(line).is_some_and(|at| from <= at && at < to)).count()
    };
    // Within one record at either end of the interval.
    assert!((49..=51).contains(&within(5.0, 10.0)), "{}", within(5.0, 10.0));
    let three = within(15.0, 17.0);
    assert!((57..=63).contains(&three), "{three}");
    assert!((49..=51).contains(&within(45.0, 50.0)), "{}", within(45.0, 50.0));
    let settled: Vec<f64> = said(&spec, 60.0, &["Settled"])
        .iter()
        .filter_map(|line| line.split(' ').next()?.parse().ok())
        .collect();
    // Ready after 2 s, plus the last batch of the terminating pod and a rebalance.
    assert!(settled.len() == 2 && settled[0] > 12.0 && settled[1] > 32.0, "{settled:?}");
}

/// A node of one core has room for one of two pods. A second node, ordered at 10, arrives at 70,
/// and the pending pod is ready two seconds later. The node is removed at 100, and its pod is
/// pending again. The change concerns nodes: it is in place when they are.
#[test]
fn a_node_group_grows_when_its_nodes_have_come() {
    let nodes = |count: u32| {
        let mut spec = holding(1);
        spec.services[0].pods = 2;
        spec.services[0].lifecycle.requests = Requests { millicores: 600, mebibytes: 0 };
        let group = NodeGroup {
            name: "nodes".into(),
            nodes: count,
            minimum: 0,
            maximum: 0,
            scaled: false,
            provision: Span::from_secs(60.0),
            dedicated: false,
            vcpus: 1.0,
            allocatable: Requests { millicores: 1000, mebibytes: 1000 },
            most_pods: 10,
            daemons: Vec::new(),
            credits: None,
        };
        spec.cluster = Some(Cluster { groups: vec![group], shared: true, ..Cluster::default() });
        settle(&mut spec);
        spec
    };
    let spec = becoming(nodes(1), &[(10.0, nodes(2)), (100.0, nodes(1))]);
    assert_eq!(
        said(&spec, 130.0, &["Pods", "Nodes", "Settled"]),
        [
            "70.000000 Nodes { group: 0, change: 1 }",
            "70.000000 Settled { state: 0 }",
            "72.000000 Pods { service: 0, change: 1 }",
            "100.000000 Nodes { group: 0, change: -1 }",
            "100.000000 Pods { service: 0, change: -1 }",
            "100.000000 Settled { state: 1 }",
        ]
    );
}

/// The autoscaler's minimum rises from one to three: it orders them at its next sync, at most 15 s
/// later, and they are ready two seconds after that.
#[test]
fn an_autoscaler_learns_its_bounds_at_its_next_sync() {
    let scaled = |minimum: u32| {
        let mut spec = answering(0.1, 1.0, &[]);
        spec.services[0].pods = minimum;
        spec.services[0].lifecycle.autoscaling = Some(Autoscaling {
            minimum,
            maximum: 3,
            cpu: Some(70),
            memory: None,
            millicores: 500,
            memory_request: 0,
            memory_used: None,
        });
        spec
    };
    let spec = becoming(scaled(1), &[(20.0, scaled(3))]);
    let lines = said(&spec, 60.0, &["Pods", "Settled"]);
    let at = |line: &String| line.split(' ').next().and_then(|at| at.parse::<f64>().ok());
    let when: Vec<f64> = lines.iter().filter_map(at).collect();
    assert!(lines.len() == 3 && lines[2].contains("Settled"), "{lines:?}");
    assert!((22.0..37.0).contains(&when[0]), "{lines:?}");
    assert_eq!((when[1], when[2]), (when[0], when[0]));
}

#[test]
fn what_cannot_change_is_named() {
    let before = holding(1);
    let mut after = holding(2);
    after.ops[2] = Op::End;
    assert_eq!(obstacles(&before, &after), ["what requests do and how long it takes"]);
    let mut after = holding(1);
    after.services[0].pools.push(pool(1));
    assert_eq!(obstacles(&before, &after), ["which pools `server` has"]);
}
