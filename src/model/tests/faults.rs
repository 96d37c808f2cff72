//! Exact timelines of temporary faults, refused users, and CPU limits as quotas or absent.

use super::nodes::{ages, neighbours, together};
use super::pods::{at, bins, said};
use super::*;
use crate::model::stations::{processors, stations};

/// Reports on evenly spaced requests, one at a time: the first word of each record and its time
/// \[s\].
fn heard(spec: &Spec, seconds: f64) -> Vec<(String, f64)> {
    let mut ledger = spec.ledger();
    let cost = simulate(spec, &bins(seconds, 3), &mut ledger);
    assert_eq!(ledger.faults(cost.unanswered), Vec::<String>::new(), "books that do not balance");
    let of = |line: String| {
        let (at, rest) = line.split_once(' ')?;
        Some((rest.split(' ').next()?.to_owned(), at.parse().ok()?))
    };
    said(spec, seconds, &["Answered", "Failed"]).into_iter().filter_map(of).collect()
}

/// One request every 4 s, for a single step.
fn asking(time_s: f64, step: Op, timeline: &[Timed]) -> Spec {
    let mut spec = system(&[Dist::Constant(time_s)], &[step, Op::End], 0.25);
    spec.load.open = Some(Open { requests_per_s: 0.25, regular: true });
    spec.timeline = timeline.to_vec();
    spec
}

fn query(work: Option<Id>, ios: u32) -> [Op; 4] {
    let query =
        Op::Query { database: 0, round_trips: Span::ZERO, work, draw: 1, ios, io_chance: 0.0 };
    [Op::Begin { pool: 0, hold: Hold::Transaction }, query, Op::Finish, Op::End]
}

fn slow(seconds: f64, factor: f64) -> Timed {
    at(seconds, Happening::SlowDatabase { database: 0, factor })
}

fn answered(seconds: f64) -> (String, f64) {
    ("Answered".into(), seconds)
}

/// Arrives at 4 s with one second of work, half done when the database slows down by a factor of
/// five for a second: another fifth of a second is done, and 0.3 s remain. A request outside of the
/// fault takes its second.
#[test]
fn work_on_a_database_is_done_when_it_is_fast_again() {
    let mut spec = asking(1.0, Op::End, &[slow(4.5, 5.0), slow(5.5, 1.0)]);
    spec.ops = query(Some(0), 0).to_vec();
    spec.services[0].pools = vec![pool(10)];
    spec.databases = vec![database()];
    assert_eq!(heard(&spec, 9.5), [answered(5.8), answered(9.0)]);
    // While the fault lasts the second takes five.
    spec.timeline.pop();
    spec.timeline.push(slow(6.9, 1.0));
    assert_eq!(heard(&spec, 9.5), [answered(4.5 + 2.4 + 0.02), answered(9.0)]);
}

/// Two operations per second at a demand of four: the device starts one at 0.25 s, 0.75 s, and
/// every half second. From 0.9 s to 1.9 s it is four times slower: of the half second from 0.75 s
/// on 0.15 s are done before and 0.25 s during the fault, so the third starts at 2.0 s, and all
/// others follow at intervals of 0.5 s.
#[test]
fn a_queue_before_storage_moves_when_it_is_fast_again() {
    let mut spec = asking(0.0, Op::End, &[slow(0.9, 4.0), slow(1.9, 1.0)]);
    spec.load.open = Some(Open { requests_per_s: 4.0, regular: true });
    spec.ops = query(None, 1).to_vec();
    spec.services[0].pools = vec![pool(50)];
    spec.databases = vec![Database { iops: Some(2.0), ..database() }];
    let expected = [0.25, 0.75, 2.0, 2.5, 3.0, 3.5].map(answered);
    assert_eq!(heard(&spec, 3.9), expected);
    // The latency of an operation is stretched as well: 0.65 of its second is done at 0.9 s, 0.25
    // more by 1.9 s.
    spec.databases = vec![Database { io_latency: Span::from_secs(1.0), ..database() }];
    assert_eq!(heard(&spec, 2.1)[0], answered(2.0));
}

/// The work done by a device in a bin is limited by the bin, however long its queue is.
#[test]
fn a_device_is_never_busier_than_wholly() {
    let mut spec = asking(0.0, Op::End, &[slow(2.5, 10.0), slow(3.5, 1.0)]);
    spec.load.open = Some(Open { requests_per_s: 4.0, regular: true });
    spec.ops = query(None, 1).to_vec();
    spec.services[0].pools = vec![pool(50)];
    spec.databases = vec![Database { iops: Some(2.0), ..database() }];
    let layout = Layout { stations: stations(&spec).len(), ..Layout::default() };
    let mut tally = Tally::new(layout);
    simulate(&spec, &bins(1.0, 5), &mut tally);
    let place = stations(&spec).iter().position(|station| station.name == "db storage");
    let busy = tally.bins.iter().map(|bin| bin.stations[place.expect("it is there")].busy);
    // The first arrives at 0.25 s.
    let busy: Vec<f64> = busy.map(|busy| (busy * 1e6).round() / 1e6).collect();
    assert_eq!(busy, [0.75, 1.0, 1.0, 1.0, 1.0]);
}

fn cache_system(round_trip_s: f64, timeline: &[Timed]) -> Spec {
    let step = Op::Cache { cache: 0, operations: 1, time: 0, draw: 0 };
    let mut spec = asking(1.0, step, timeline);
    let (name, round_trip) = ("cache".into(), Span::from_secs(round_trip_s));
    spec.caches = vec![Cache { name, of: 0, shards: 1, round_trip }];
    spec
}

/// A command of one second, half done when the cache slows down by a factor of five for a second;
/// the way back of 0.5 s is not slowed.
#[test]
fn a_command_is_done_when_its_cache_is_fast_again() {
    let slow = |seconds, factor| at(seconds, Happening::SlowCache { cache: 0, factor });
    let spec = cache_system(0.5, &[slow(4.5, 5.0), slow(5.5, 1.0)]);
    assert_eq!(heard(&spec, 9.9), [answered(6.3), answered(9.5)]);
    let spec = cache_system(0.5, &[slow(5.2, 5.0), slow(5.4, 1.0)]);
    assert_eq!(heard(&spec, 9.9), [answered(5.5), answered(9.5)]);
}

/// A command half done when its cache becomes unavailable waits in vain, 2 s from then on; the
/// cache comes back with an empty queue.
#[test]
fn a_cache_that_is_lost_loses_what_it_has_not_done() {
    let lose = |seconds, timeout: Option<f64>| {
        let timeout = timeout.map(Span::from_secs);
        at(seconds, Happening::LoseCache { cache: 0, timeout })
    };
    let spec = cache_system(0.0, &[lose(4.5, Some(2.0)), lose(5.5, None)]);
    assert_eq!(heard(&spec, 9.5), [("Failed".into(), 6.5), answered(9.0)]);
}

/// Arrivals every second; from 3.5 s to 10 s at a thousandth of the rate: the half second to the
/// next arrival becomes 500 s, of which 493.5 s remain at 10 s and become 0.4935 s.
#[test]
fn after_a_lull_users_come_as_before() {
    let traffic = |seconds, factor| at(seconds, Happening::Traffic { factor });
    let mut spec = asking(0.1, Op::Delay { time: 0, draw: 0 }, &[]);
    spec.load.open = Some(Open { requests_per_s: 1.0, regular: true });
    spec.timeline = vec![traffic(3.5, 0.001), traffic(10.0, 1.0)];
    let offered = said(&spec, 13.0, &["Offered"]);
    let instants: Vec<&str> = offered.iter().filter_map(|line| line.split(' ').next()).collect();
    let expected = ["1.000000", "2.000000", "3.000000", "10.493500", "11.493500", "12.493500"];
    assert_eq!(instants, expected);
}

/// A pod serves one request of 100 ms and queues another. Two of three virtual users keep it busy;
/// the refused one retries a second later, at the same instant as the user who was answered then,
/// but ahead of it. So there is one refusal per second, whichever user gets it.
#[test]
fn virtual_users_who_are_refused_pause() {
    let mut spec = system(&[Dist::Constant(0.1)], &[Op::Delay { time: 0, draw: 1 }, Op::End], 0.0);
    spec.services[0].threads = Threads { maximum: 1, accepted: 0, backlog: 1 };
    spec.load.open = None;
    spec.load.closed = Some(Closed { users: 3, think: None, reconnect: Span::from_secs(1.0) });
    let lines = lines(&spec, 10.05);
    let count = |word: &str| lines.iter().filter(|line| line.contains(word)).count();
    assert_eq!((count("Answered"), count("Refused")), (100, 11));
}

/// 30 ms at a limit of 0.13: 13 ms per 100 ms, on a machine of unknown size. Depending on the rest
/// of the current period it takes 104 ms more than that rest, or 117 ms where that is less than 13
/// ms, and 204 ms with less than 4 ms. It is the same for all requests of a run, which arrive on
/// whole seconds.
#[test]
fn a_quota_holds_without_a_node() {
    let mut spec = system(&[Dist::Constant(0.03)], &[Op::Cpu { time: 0, draw: 0 }, Op::End], 1.0);
    spec.load.open = Some(Open { requests_per_s: 1.0, regular: true });
    spec.services[0].cores = 0.13;
    spec.services[0].lifecycle.quota = true;
    let mut seen = Vec::new();
    for replication in 0..40 {
        let root = crate::random::Key::root(7, replication);
        let phase = root.named("quota").named("server").item(0).uniform(0) * 100.0;
        let expected = match phase {
            phase if phase >= 13.0 => 104.0 + phase,
            phase if phase >= 4.0 => 117.0,
            _ => 204.0,
        };
        let mut lines = Lines::default();
        let run = Run { warm_up: Span::ZERO, ..steady(replication, 5.5) };
        simulate(&spec, &run, &mut lines);
        let answers = lines.0.iter().filter_map(|line| {
            let took: f64 = line.split("took: Span(").nth(1)?.split(')').next()?.parse().ok()?;
            Some(took / 1e6)
        });
        let answers: Vec<f64> = answers.collect();
        assert_eq!(answers.len(), 5);
        for took in answers {
            assert!((took - expected).abs() < 1e-4, "{took} for {expected}");
            seen.push(took);
        }
    }
    assert!(seen.iter().all(|took| (117.0..=204.0).contains(took)));
}

/// Pods without a limit: one requests 600m and the other nothing, on a node of one core. The first
/// has 600 of 602 shares, and is done after 150.5 ms; the other has had half a millisecond, and has
/// the core to itself for the rest. With two cores neither affects the other.
#[test]
fn pods_without_a_limit_share_what_is_free_by_their_requests() {
    let unlimited = |cores| {
        let mut spec = neighbours([0.15, 0.15], [600, 0], cores);
        together(&mut spec, 1.0);
        for service in &mut spec.services {
            service.cores = f64::from(cores);
            (service.lifecycle.unlimited, service.lifecycle.quota) = (true, true);
        }
        spec
    };
    assert_eq!(ages(&unlimited(1), 1.9), [(0, 150.5), (1, 300.0)]);
    assert_eq!(ages(&unlimited(2), 1.9), [(0, 150.0), (1, 150.0)]);
    // Two pods on one node have its cores once, not twice.
    let mut spec = unlimited(2);
    spec.services[1].pods = 2;
    spec.services[1].lifecycle.requests.millicores = 10;
    assert_eq!(crate::model::settle(&mut spec), []);
    assert!((processors(&spec, 1) - 2.0).abs() < 1e-12);
    spec.services[1].lifecycle.unlimited = false;
    spec.services[1].cores = 1.5;
    assert!((processors(&spec, 1) - 3.0).abs() < 1e-12);
}

/// A pod that requests 100m without a limit uses both cores of its node when two requests arrive at
/// once.
#[test]
fn a_pod_without_a_limit_uses_its_whole_node() {
    let mut spec = neighbours([0.15, 0.15], [100, 100], 2);
    for service in &mut spec.services {
        service.lifecycle.unlimited = true;
    }
    together(&mut spec, 1.0);
    spec.services[1].lifecycle.unlimited = true;
    // Both listeners belong to the first service.
    spec.listeners[1].service = 0;
    assert_eq!(ages(&spec, 1.9), [(0, 150.0), (1, 150.0)]);
    // Where it may use one core, they share it.
    spec.services[0].lifecycle.unlimited = false;
    spec.services[0].cores = 1.0;
    assert_eq!(ages(&spec, 1.9), [(0, 300.0), (1, 300.0)]);
}
