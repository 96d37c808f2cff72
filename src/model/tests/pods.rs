//! Pod lifecycle on exact timelines.

use super::*;
use crate::model::stations;

pub(super) fn bins(seconds: f64, bins: u32) -> Run {
    Run {
        seed: 1,
        replication: 0,
        scale: 1.0,
        follow_curve: true,
        warm_up: Span::ZERO,
        bin: Span::from_secs(seconds),
        bins,
        follow: Span::ZERO,
    }
}

/// Returns the kind and the time of all reported lines of these kinds.
pub(super) fn said(spec: &Spec, seconds: f64, kinds: &[&str]) -> Vec<String> {
    let mut lines = Lines::default();
    simulate(spec, &bins(seconds, 1), &mut lines);
    lines.0.into_iter().filter(|line| kinds.iter().any(|kind| line.contains(kind))).collect()
}

/// A service that answers after `after_s`, with evenly spaced arrivals.
pub(super) fn answering(after_s: f64, requests_per_s: f64, timeline: &[Timed]) -> Spec {
    let ops = [Op::Delay { time: 0, draw: 0 }, Op::End];
    let mut spec = system(&[Dist::Constant(after_s)], &ops, requests_per_s);
    spec.load.open = Some(Open { requests_per_s, regular: true });
    spec.services[0].lifecycle =
        Lifecycle { most: 3, ready_after: Span::from_secs(2.0), ..Lifecycle::default() };
    spec.timeline = timeline.to_vec();
    spec
}

pub(super) fn at(seconds: f64, what: Happening) -> Timed {
    Timed { at: Span::from_secs(seconds), what }
}

pub(super) fn scaled(seconds: f64, pods: u32) -> Timed {
    at(seconds, Happening::Scale { service: 0, pods })
}

/// Arrivals at 1, 2, 3, …; the pod dies at 3.5 with the request of 3 in work, those of 4 and 5 find
/// no pod, the new pod is ready at 5.5.
#[test]
fn what_a_dead_pod_worked_on_is_lost() {
    let spec = answering(0.9, 1.0, &[at(3.5, Happening::Kill { service: 0, pods: 1 })]);
    assert_eq!(
        said(&spec, 7.5, &["Pods", "Failed", "Answered"])
            .iter()
            .map(|line| line.split(" spent").next().unwrap_or(line).to_string())
            .collect::<Vec<_>>(),
        [
            "1.900000 Answered { endpoint: 0, took: Span(900000000),",
            "2.900000 Answered { endpoint: 0, took: Span(900000000),",
            "3.500000 Pods { service: 0, change: -1 }",
            "3.500000 Failed { endpoint: 0, why: Lost, took: Span(500000000) }",
            "4.000000 Failed { endpoint: 0, why: Refused, took: Span(0) }",
            "5.000000 Failed { endpoint: 0, why: Refused, took: Span(0) }",
            "5.500000 Pods { service: 0, change: 1 }",
            "6.900000 Answered { endpoint: 0, took: Span(900000000),",
        ]
    );
}

/// One thread per pod: two more pods, ordered at 1.5, are ready at 3.5, and then three requests are
/// served at once.
#[test]
fn new_pods_work_when_they_are_ready() {
    let mut spec = answering(1.5, 2.0, &[scaled(1.5, 3)]);
    spec.services[0].threads = Threads { maximum: 1, accepted: 0, backlog: 0 };
    let refused = said(&spec, 8.0, &["Refused"]);
    // Arrivals every half second, answered after one and a half: one pod serves every third.
    let seconds: Vec<&str> = refused.iter().map(|line| &line[..4]).collect();
    assert_eq!(seconds, ["1.00", "1.50", "2.50", "3.00"]);
    let pods = said(&spec, 8.0, &["Pods"]);
    assert_eq!(pods, ["3.500000 Pods { service: 0, change: 1 }"; 2]);
}

/// Both pods are working on the requests of 1 and 2 when one is told to terminate at 2.5: it
/// finishes its work at 4.
#[test]
fn a_pod_that_leaves_finishes_its_work() {
    let mut spec = answering(2.0, 1.0, &[scaled(2.5, 1)]);
    spec.services[0].pods = 2;
    spec.services[0].pools = vec![pool(4)];
    spec.databases = vec![database()];
    let mut tally = Tally::new(Layout { stations: 9, ..Layout::default() });
    simulate(&spec, &bins(0.5, 12), &mut tally);
    let connections = stations::stations(&spec)
        .iter()
        .position(|station| station.name == "db connection limit")
        .expect("a database");
    let open: Vec<f64> = tally.bins.iter().map(|bin| bin.stations[connections].busy).collect();
    assert_eq!(open[4..], [8.0, 8.0, 8.0, 8.0, 4.0, 4.0, 4.0, 4.0]);
    assert!(said(&spec, 6.0, &["Failed"]).is_empty());
}

/// Twice the rate from 1.5 on, in the middle of a gap: the remaining half passes in half the time,
/// so arrivals are at 1, 1.75, 2.25, …
#[test]
fn traffic_rises() {
    let spec = answering(0.1, 1.0, &[at(1.5, Happening::Traffic { factor: 2.0 })]);
    let asked = said(&spec, 4.2, &["Offered"]);
    let seconds: Vec<&str> = asked.iter().map(|line| &line[..4]).collect();
    assert_eq!(seconds, ["1.00", "1.75", "2.25", "2.75", "3.25", "3.75"]);
}

/// Two pods of one core, of which half is requested, in overload: 200 % of the request, at a target
/// of 70 %. The second scrape is at 30 s; the first sync after it orders 4 pods (twice as many is
/// the limit), the next 6 (200 % in 2 of 4 pods is 100 %, 4 × 100 / 70), and then no more until
/// those are ready, a minute after their start (200 % in 2 of 6 pods is 67 %).
#[test]
fn an_autoscaler_grows_in_steps_and_waits_for_its_pods() {
    let ops = [Op::Cpu { time: 0, draw: 0 }, Op::End];
    let mut spec = system(&[Dist::Constant(1.0)], &ops, 100.0);
    spec.load.open = Some(Open { requests_per_s: 100.0, regular: true });
    spec.services[0].pods = 2;
    spec.services[0].lifecycle = Lifecycle {
        most: 0,
        ready_after: Span::from_secs(60.0),
        autoscaling: Some(Autoscaling {
            minimum: 2,
            maximum: 10,
            cpu: Some(70),
            memory: None,
            millicores: 500,
            memory_request: 0,
            memory_used: None,
        }),
        ..Lifecycle::default()
    };
    let ready: Vec<f64> = said(&spec, 119.0, &["Pods"])
        .iter()
        .filter_map(|line| line.split(' ').next()?.parse().ok())
        .collect();
    assert_eq!(ready.len(), 4, "{ready:?}");
    assert!((90.0..105.0).contains(&ready[0]), "{ready:?}");
    let after: Vec<f64> = ready.iter().map(|at| at - ready[0]).collect();
    assert_eq!(after, [0.0, 0.0, 15.0, 15.0]);
}

/// A steady run shows the state after the autoscaler has acted: with 4.2 cores of work, 70 % of six
/// requests of a core each, six pods are ready when the window begins, within one.
#[test]
fn a_steady_run_begins_with_the_pods_that_it_needs() {
    let ops = [Op::Cpu { time: 0, draw: 0 }, Op::End];
    let mut spec = system(&[Dist::Exponential(0.01)], &ops, 415.0);
    spec.services[0].pods = 2;
    spec.services[0].lifecycle.autoscaling = Some(Autoscaling {
        minimum: 2,
        maximum: 20,
        cpu: Some(70),
        memory: None,
        millicores: 1000,
        memory_request: 0,
        memory_used: None,
    });
    let mut lines = Lines::default();
    let run = Run { warm_up: Span::from_secs(60.0), follow_curve: false, ..bins(60.0, 1) };
    simulate(&spec, &run, &mut lines);
    let pods: Vec<&String> = lines.0.iter().filter(|line| line.contains("Pods")).collect();
    let more = pods.iter().filter(|line| line.contains("change: 1 ")).count();
    let fewer = pods.len() - more;
    assert!((6..=7).contains(&(2 + more - fewer)), "{pods:?}");
    let at = |line: &&String| line.split(' ').next().and_then(|at| at.parse::<f64>().ok());
    assert!(pods.iter().all(|line| at(line).is_some_and(|at| at < 60.0)), "{pods:?}");
}

/// A thread serves 100/s; 80/s are offered, and three times as many from 10 to 20. Users wait for
/// half a second. Those who give up leave a queue of half a second; those who retry keep it full
/// for ever, although the traffic that filled it is gone: 80 × 4 attempts are more than 100.
#[test]
fn retries_keep_an_overload_alive_after_its_cause_is_gone() {
    let answered = |attempts: u32| {
        let mut spec = answering(
            0.01,
            80.0,
            &[
                at(10.0, Happening::Traffic { factor: 3.0 }),
                at(20.0, Happening::Traffic { factor: 1.0 }),
            ],
        );
        spec.services[0].threads = Threads { maximum: 1, accepted: 1_000_000, backlog: 0 };
        spec.load.patience = Some(Span::from_secs(0.5));
        spec.load.retries =
            Some(Retries { attempts, back_off: Span::from_secs(0.2), budget: None });
        let mut tally = Tally::new(Layout { stations: 2, ..Layout::default() });
        simulate(&spec, &bins(10.0, 12), &mut tally);
        [0, 11].map(|bin| tally.bins[bin].answered as f64 / 10.0)
    };
    let [before, after] = answered(3);
    assert!((before - 80.0).abs() < 1.0 && after < 1.0, "{before} {after}");
    let [before, after] = answered(0);
    assert!((before - 80.0).abs() < 1.0 && (after - 80.0).abs() < 1.0, "{before} {after}");
}

/// The request of 1 is refused by the only pod's only thread, which is busy from 0.5 on for a
/// second: retried after 0.6 s within a half, and answered.
#[test]
fn who_is_refused_asks_again_after_a_pause() {
    let mut spec = answering(1.0, 2.0, &[at(1.1, Happening::Traffic { factor: 0.01 })]);
    spec.services[0].threads = Threads { maximum: 1, accepted: 0, backlog: 0 };
    spec.load.retries = Some(Retries { attempts: 2, back_off: Span::from_secs(0.6), budget: None });
    let lines = said(&spec, 9.0, &["Offered", "Failed", "Answered"]);
    let kinds: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(kinds[..4], ["Offered", "Offered", "Failed", "Offered"], "{lines:?}");
    let again: f64 = lines[3].split(' ').next().and_then(|at| at.parse().ok()).unwrap_or(0.0);
    assert!((1.3..=1.9).contains(&again), "{again}");
}
