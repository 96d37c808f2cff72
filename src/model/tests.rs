//! Exact timelines and theory for the whole model, on specs built by hand.

mod change;
mod edges;
mod faults;
mod groups;
mod mesh;
mod nodes;
mod pods;
mod pools;

use super::spec::*;
use super::{Run, simulate};
use crate::observe::tally::{Layout, Tally};
use crate::observe::trace::{Digest, Lines};
use crate::random::{Dist, Sampler};
use crate::units::{Span, Time};

pub(crate) fn service(name: &str) -> Service {
    Service {
        name: name.into(),
        pods: 1,
        cores: 1.0,
        threads: Threads { maximum: u32::MAX, accepted: 0, backlog: 0 },
        balancer: Balancer::RoundRobin,
        pools: Vec::new(),
        lifecycle: Lifecycle::default(),
    }
}

fn pool(maximum: u32) -> Pool {
    Pool {
        name: "master".into(),
        database: 0,
        maximum,
        minimum_idle: maximum,
        connection_timeout: Span::from_millis(30_000),
        idle_timeout: None,
        connect: Span::from_millis(20),
        growth_pause: Span::from_millis(30),
        housekeeping: Span::from_millis(30_000),
        wake_up: Span::ZERO,
        take_back: 0.0,
    }
}

fn database() -> Database {
    Database {
        name: "db".into(),
        cores: 2.0,
        iops: None,
        io_credits: None,
        io_latency: Span::ZERO,
        max_connections: None,
        reserved: 0,
    }
}

/// A service with one endpoint of these steps; time `n` is the n-th of `dists`.
fn system(dists: &[Dist], ops: &[Op], requests_per_s: f64) -> Spec {
    Spec {
        services: vec![service("server")],
        endpoints: vec![Endpoint { name: "server.job".into(), service: 0, entry: 0 }],
        ops: ops.to_vec(),
        samplers: dists.iter().cloned().map(Sampler::new).collect(),
        load: Load {
            open: Some(Open { requests_per_s, regular: false }),
            journeys: vec![Journey {
                name: "job".into(),
                weight: 1.0,
                visits: vec![Visit { endpoint: 0, chance: 1.0, think: None }],
            }],
            ..Load::default()
        },
        ..Spec::default()
    }
}

fn steady(replication: u64, seconds: f64) -> Run {
    Run {
        seed: 7,
        replication,
        scale: 1.0,
        follow_curve: false,
        warm_up: Span::from_secs(seconds / 10.0),
        bin: Span::from_secs(seconds),
        bins: 1,
        follow: Span::ZERO,
    }
}

fn mean_response_s(spec: &Spec, run: &Run) -> f64 {
    let layout = Layout {
        stations: super::stations::stations(spec).len(),
        counted: vec![true; spec.topics.len()],
        from: Time::ZERO + run.warm_up,
        ..Layout::default()
    };
    let mut tally = Tally::new(layout);
    simulate(spec, run, &mut tally);
    tally.times.mean()
}

/// Twenty replications: the theoretical mean must lie within their 99.9 % t interval, and the
/// interval must be narrow enough to mean something.
fn assert_mean(spec: &Spec, seconds: f64, theory: f64) {
    let means: Vec<f64> =
        (0..20).map(|replication| mean_response_s(spec, &steady(replication, seconds))).collect();
    let mean = means.iter().sum::<f64>() / 20.0;
    let variance = means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / 19.0;
    let half = 3.883 * (variance / 20.0).sqrt();
    assert!(half < 0.06 * theory, "half width {half} of {theory}");
    assert!((mean - theory).abs() < half, "{mean} ± {half}, theory {theory}");
}

#[test]
fn m_m_1() {
    let mut spec =
        system(&[Dist::Exponential(0.008)], &[Op::Delay { time: 0, draw: 1 }, Op::End], 100.0);
    spec.services[0].threads = Threads { maximum: 1, accepted: u32::MAX - 1, backlog: 0 };
    assert_mean(&spec, 1_000.0, 0.008 / (1.0 - 0.8));
}

#[test]
fn m_m_8() {
    let mut spec =
        system(&[Dist::Exponential(0.008)], &[Op::Delay { time: 0, draw: 1 }, Op::End], 800.0);
    spec.services[0].threads = Threads { maximum: 8, accepted: u32::MAX - 1, backlog: 0 };
    // Erlang C at c = 8, rho = 0.8: the mean wait is 0.28603 service times.
    assert_mean(&spec, 400.0, 0.008 * 1.286_03);
}

#[test]
fn processor_sharing_depends_on_the_mean_alone() {
    for dist in [
        Dist::Constant(0.007),
        Dist::Exponential(0.007),
        Dist::LogNormal { mean: 0.007, cv: 2.0 },
        Dist::Gamma { mean: 0.007, cv: 0.5 },
        Dist::Uniform { low: 0.0, high: 0.014 },
    ] {
        let spec = system(&[dist], &[Op::Cpu { time: 0, draw: 1 }, Op::End], 100.0);
        assert_mean(&spec, 600.0, 0.007 / (1.0 - 0.7));
    }
}

#[test]
fn m_m_10_connections() {
    // Hold 50 ms, 180/s on 10 connections: the wait is 33.44 ms.
    let ops = [
        Op::Begin { pool: 0, hold: Hold::Transaction },
        Op::Delay { time: 0, draw: 1 },
        Op::Finish,
        Op::End,
    ];
    let mut spec = system(&[Dist::Exponential(0.05)], &ops, 180.0);
    spec.services[0].pools = vec![pool(10)];
    spec.databases = vec![database()];
    assert_mean(&spec, 1_500.0, 0.05 + 0.033_44);
}

fn lines(spec: &Spec, seconds: f64) -> Vec<String> {
    let mut lines = Lines::default();
    let mut run = steady(0, seconds);
    run.warm_up = Span::ZERO;
    simulate(spec, &run, &mut lines);
    lines.0
}

/// `writers` requests at the same instant, each needing a second connection of the same ten.
fn nested(writers: u32) -> Vec<String> {
    let ops = [
        Op::Begin { pool: 0, hold: Hold::Transaction },
        Op::Delay { time: 0, draw: 1 },
        Op::Begin { pool: 0, hold: Hold::Transaction },
        Op::Delay { time: 0, draw: 2 },
        Op::Finish,
        Op::Finish,
        Op::End,
    ];
    let mut spec = system(&[Dist::Constant(0.01)], &ops, 0.0);
    spec.services[0].pools = vec![pool(10)];
    spec.databases = vec![database()];
    spec.load.open = None;
    spec.samplers.push(Sampler::new(Dist::Constant(1e6)));
    spec.load.closed = Some(Closed { users: writers, think: Some(1), reconnect: Span::ZERO });
    lines(&spec, 100.0)
}

#[test]
fn ten_writers_of_two_connections_deadlock_a_pool_of_ten() {
    let lines = nested(10);
    let failed: Vec<_> = lines.iter().filter(|line| line.contains("ConnectionTimeout")).collect();
    assert_eq!(failed.len(), 10);
    assert!(failed.iter().all(|line| line.starts_with("30.010000")), "{failed:?}");
}

#[test]
fn nine_writers_of_two_connections_all_finish() {
    let lines = nested(9);
    assert_eq!(lines.iter().filter(|line| line.contains("Answered")).count(), 9);
    assert_eq!(lines.iter().filter(|line| line.contains("Failed")).count(), 0);
}

#[test]
fn a_pool_grows_one_connection_at_a_time() {
    // Minimum 2, maximum 10, connect 20 ms, pause 30 ms: additions land at 20, 70, … 370 ms.
    let ops = [
        Op::Begin { pool: 0, hold: Hold::Transaction },
        Op::Delay { time: 0, draw: 1 },
        Op::Finish,
        Op::End,
    ];
    let mut spec = system(&[Dist::Constant(1.0), Dist::Constant(1e6)], &ops, 0.0);
    spec.services[0].pools = vec![Pool { minimum_idle: 2, maximum: 10, ..pool(10) }];
    spec.databases = vec![database()];
    spec.load.open = None;
    spec.load.closed = Some(Closed { users: 10, think: Some(1), reconnect: Span::ZERO });
    let answered: Vec<f64> = lines(&spec, 10.0)
        .iter()
        .filter(|line| line.contains("Answered"))
        .filter_map(|line| line.split(' ').next().and_then(|at| at.parse().ok()))
        .collect();
    let expected: Vec<f64> =
        [0.0, 0.0, 0.02, 0.07, 0.12, 0.17, 0.22, 0.27, 0.32, 0.37].map(|at| at + 1.0).to_vec();
    assert_eq!(answered, expected);
}

fn consuming(pods: u32, concurrency: u32, per_s: f64) -> Spec {
    let mut spec =
        system(&[Dist::Constant(0.005)], &[Op::Delay { time: 0, draw: 1 }, Op::End], 0.0);
    spec.services[0].pods = pods;
    spec.load.open = None;
    spec.load.records = vec![Source { topic: 0, per_s, regular: false }];
    spec.topics = vec![Topic {
        name: "events".into(),
        partitions: 3,
        replication: Replication::default(),
        counted: true,
    }];
    spec.listeners = vec![Listener {
        name: "server.events".into(),
        service: 0,
        topic: 0,
        group: "server".into(),
        concurrency,
        ack: Ack::Batch,
        max_poll_records: 500,
        fetch: Span::ZERO,
        commit: Span::ZERO,
        retries: 0,
        back_off: Span::ZERO,
        partitions: None,
        consumer: Consumer::default(),
        completes_flow: true,
        entry: 0,
    }];
    spec
}

/// Handled records per second under overload, over 200 s.
fn handled_per_s(pods: u32, concurrency: u32) -> f64 {
    let spec = consuming(pods, concurrency, 1_200.0);
    let count = lines(&spec, 200.0).iter().filter(|line| line.contains("Consumed")).count();
    count as f64 / 200.0
}

#[test]
fn range_assignment_sets_the_capacity_of_three_partitions() {
    // 200 records/s per thread. Under overload every thread with a partition is always busy; a
    // thread with two partitions still handles 200/s, so two threads handle 400/s, and surplus
    // threads add nothing.
    assert!((handled_per_s(1, 1) - 200.0).abs() < 1.0);
    assert!((handled_per_s(2, 1) - 400.0).abs() < 2.0);
    assert!((handled_per_s(3, 1) - 600.0).abs() < 3.0);
    assert!((handled_per_s(3, 3) - 600.0).abs() < 3.0);
}

#[test]
fn two_threads_on_three_partitions_fall_behind_at_one_and_a_half_threads() {
    // The thread with two partitions receives 2/3 of 290/s = 193 (stable), of 320/s = 213 (not).
    let behind = |per_s: f64| {
        let spec = consuming(2, 1, per_s);
        let lines = lines(&spec, 400.0);
        let count = |word: &str| lines.iter().filter(|line| line.contains(word)).count();
        count("Published") - count("Consumed")
    };
    assert!(behind(290.0) < 200);
    // 2/3 × 320 − 200 = 13.3/s for 400 s is 5,333.
    let lag = behind(320.0);
    assert!((4_000..6_700).contains(&lag), "{lag}");
}

#[test]
fn closed_loop_without_think_time() {
    let mut spec = system(&[Dist::Constant(0.25)], &[Op::Delay { time: 0, draw: 1 }, Op::End], 0.0);
    spec.load.open = None;
    spec.load.closed = Some(Closed { users: 100, think: None, reconnect: Span::ZERO });
    let lines = lines(&spec, 10.0);
    assert_eq!(lines.iter().filter(|line| line.contains("Answered")).count(), 4_000);
}

#[test]
fn the_same_seed_gives_the_same_trace_and_another_replication_another() {
    let spec = consuming(2, 1, 500.0);
    let digest = |replication: u64| {
        let mut digest = Digest::default();
        simulate(&spec, &steady(replication, 20.0), &mut digest);
        digest
    };
    assert_eq!(digest(0), digest(0));
    assert_ne!(digest(0), digest(1));
}

#[test]
fn relief_of_a_listener_leaves_the_other_readers_of_its_topic_alone() {
    let mut spec = consuming(1, 3, 1_200.0);
    spec.listeners.push(Listener { name: "server.again".into(), ..spec.listeners[0].clone() });
    let relieved = spec.relieved(Resource::Listener(0), 2.0);
    let handled = |spec: &Spec, listener: u32| {
        let needle = format!("Consumed {{ listener: {listener},");
        lines(spec, 100.0).iter().filter(|line| line.contains(&needle)).count() as f64 / 100.0
    };
    // 600/s on three partitions and threads; 1,200/s of load on six.
    assert!((handled(&spec, 0) - 600.0).abs() < 5.0);
    assert!(handled(&relieved, 0) > 1_100.0);
    assert!((handled(&relieved, 1) - 600.0).abs() < 5.0);
}
