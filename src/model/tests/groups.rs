//! Consumer groups on exact timelines. Unless a test says otherwise, members learn of a rebalance
//! within a millisecond, so that the delay by heartbeats is negligible.

use super::pods::{answering, at, bins, said, scaled};
use super::*;

fn secs(seconds: f64) -> Span {
    Span::from_secs(seconds)
}

/// A topic of two partitions with five records per second; two pods with one thread each, 0.1 s per
/// record.
fn reading(timeline: &[Timed]) -> Spec {
    let mut spec = answering(0.1, 1.0, timeline);
    spec.load =
        Load { records: vec![Source { topic: 0, per_s: 5.0, regular: true }], ..Load::default() };
    spec.topics = vec![Topic {
        name: "t".into(),
        partitions: 2,
        replication: Replication::default(),
        counted: true,
    }];
    spec.services[0].pods = 2;
    spec.services[0].lifecycle =
        Lifecycle { most: 3, ready_after: secs(5.0), ..Lifecycle::default() };
    spec.listeners = vec![Listener {
        name: "l".into(),
        service: 0,
        topic: 0,
        partitions: None,
        group: "g".into(),
        concurrency: 1,
        ack: Ack::Record,
        max_poll_records: 500,
        fetch: Span::ZERO,
        commit: Span::ZERO,
        retries: 0,
        back_off: Span::ZERO,
        consumer: Consumer {
            group: Settings { heartbeat: Span::from_millis(1), ..Settings::default() },
            ..Consumer::default()
        },
        completes_flow: false,
        entry: 0,
    }];
    spec
}

/// A single pod with a single partition.
fn alone(timeline: &[Timed]) -> Spec {
    let mut spec = reading(timeline);
    (spec.services[0].pods, spec.topics[0].partitions) = (1, 1);
    spec
}

fn seconds_of(line: &str) -> Option<f64> {
    line.split(' ').next()?.parse().ok()
}

/// Returns the age of the record that a line reports as handled, if that was between `from` and
/// `to`.
fn age(line: &str, from: f64, to: f64) -> Option<f64> {
    let at = seconds_of(line)?;
    let age: f64 = line.split("age: Span(").nth(1)?.split(')').next()?.parse().ok()?;
    (from <= at && at < to).then_some(age / 1e9)
}

/// Returns the maximum age of a record of the first listener handled between `from` and `to`.
fn oldest(spec: &Spec, from: f64, to: f64) -> f64 {
    let lines = said(spec, 80.0, &["Consumed { listener: 0"]).into_iter();
    lines.filter_map(|line| age(&line, from, to)).fold(0.0, f64::max)
}

/// One of two members dies at 10.05. Its successor joins at 15.05, the other learns of it and
/// waits, and the coordinator waits for the dead one until 55.05: until then nothing is read.
#[test]
fn a_dead_consumer_is_noticed_when_its_session_ends() {
    let spec = reading(&[at(10.05, Happening::Kill { service: 0, pods: 1 })]);
    assert!(oldest(&spec, 0.0, 15.0) < 1.5, "the other one works on");
    assert!(oldest(&spec, 15.3, 55.0) == 0.0, "nobody reads");
    let waited = oldest(&spec, 55.0, 80.0);
    assert!((44.0..45.5).contains(&waited), "{waited}");
}

/// A static member that is back after 5 s keeps its partition; the other is never stopped.
#[test]
fn a_static_member_that_restarts_stops_nobody() {
    let mut spec = reading(&[at(10.05, Happening::Kill { service: 0, pods: 1 })]);
    spec.listeners[0].consumer.fixed = true;
    let waited = oldest(&spec, 0.0, 80.0);
    assert!((4.0..6.0).contains(&waited), "{waited}");
    assert!(oldest(&spec, 20.0, 80.0) < 1.5);
}

/// A member leaves properly at 10.05, and the other gets its partition at once; a static member
/// leaves without notice, and its partition waits for the session timeout.
#[test]
fn a_consumer_that_leaves_says_so_unless_it_is_static() {
    let mut spec = reading(&[scaled(10.05, 1)]);
    assert!(oldest(&spec, 0.0, 80.0) < 1.5);
    spec.listeners[0].consumer.fixed = true;
    let waited = oldest(&spec, 0.0, 80.0);
    assert!((44.0..45.5).contains(&waited), "{waited}");
}

/// Members learn of a rebalance with their next heartbeat: within 3 s, and the remaining thread
/// works until then.
#[test]
fn a_rebalance_is_learnt_of_by_heartbeat() {
    let mut spec = reading(&[scaled(10.05, 1)]);
    spec.listeners[0].consumer.group.heartbeat = secs(3.0);
    // It depends on the phase: one in a hundred would be within 30 ms.
    let waited = oldest(&spec, 0.0, 80.0);
    assert!((0.1..3.2).contains(&waited), "{waited}");
}

/// Two listeners share a group; a record of the second is in work from 10 to 18. A pod joins at
/// 10.05.
fn sharing(protocol: Protocol) -> Spec {
    let mut spec = reading(&[scaled(5.05, 2)]);
    spec.services[0].pods = 1;
    spec.samplers = vec![Sampler::new(Dist::Constant(0.1)), Sampler::new(Dist::Constant(8.0))];
    spec.ops =
        vec![Op::Delay { time: 0, draw: 0 }, Op::End, Op::Delay { time: 1, draw: 0 }, Op::End];
    spec.topics.push(Topic { name: "slow".into(), ..spec.topics[0].clone() });
    spec.listeners[0].consumer.group.protocol = protocol;
    spec.listeners.push(Listener {
        name: "slow".into(),
        topic: 1,
        entry: 2,
        ..spec.listeners[0].clone()
    });
    spec.load.records = vec![
        Source { topic: 0, per_s: 1.0, regular: true },
        Source { topic: 1, per_s: 0.1, regular: true },
    ];
    spec
}

/// All members stop until the slow record is done: the first listener's record of 11 waits for it.
#[test]
fn listeners_of_a_group_wait_for_each_other() {
    let spec = sharing(Protocol::Eager);
    assert!((oldest(&spec, 0.0, 10.2) - 0.1).abs() < 1e-9);
    assert!(oldest(&spec, 10.2, 18.05) == 0.0, "all wait");
    assert!((oldest(&spec, 18.05, 19.0) - 7.1).abs() < 1e-9, "{}", oldest(&spec, 18.05, 19.0));
}

/// Only reassigned partitions stop, for two heartbeats.
#[test]
fn in_the_cooperative_protocol_they_do_not() {
    let spec = sharing(Protocol::Cooperative);
    assert!(oldest(&spec, 10.2, 18.05) > 0.0, "it works on");
    assert!(oldest(&spec, 0.0, 80.0) < 0.2, "{}", oldest(&spec, 0.0, 80.0));
}

/// The only pod leaves at 10.05 and another is ready at 55.05; the group waits 3 s for more
/// members. By then there is a backlog of 240 records, 24 s of work.
fn after_an_outage(max_poll_records: u32) -> Spec {
    let mut spec = alone(&[scaled(10.05, 0), scaled(50.05, 1)]);
    let listener = &mut spec.listeners[0];
    (listener.ack, listener.max_poll_records) = (Ack::Batch, max_poll_records);
    listener.completes_flow = true;
    listener.consumer.group.poll_interval = secs(10.0);
    spec
}

/// A batch of 50 records takes 5 of the 10 s allowed between two polls, one of all 240 takes
/// longer: the member is removed and its records are read again, for ever.
#[test]
fn batches_that_take_too_long_are_never_committed() {
    let count = |spec: &Spec, kind: &str| said(spec, 200.0, &[kind]).len();
    let good = after_an_outage(50);
    // All but the few of the last second.
    assert!(count(&good, "Completed") >= 990);
    let stuck = after_an_outage(500);
    // 50 until 10 s, and 100 in the 10 s before it is removed: records that are read again are not
    // counted again.
    let (handled, completed) = (count(&stuck, "Consumed"), count(&stuck, "Completed"));
    assert!((149..=151).contains(&completed), "{completed}");
    assert!(handled > 1_000, "{handled}");
    let mut tally = Tally::new(Layout { stations: 3, counted: vec![true], ..Layout::default() });
    simulate(&stuck, &bins(10.0, 20), &mut tally);
    let lags = stations_of(&stuck, &tally, "l consumers");
    assert!(lags[19] > 600.0 && lags[19] > lags[10] + 300.0, "{lags:?}");
}

/// Mean number waiting at a station, by bin.
fn stations_of(spec: &Spec, tally: &Tally, name: &str) -> Vec<f64> {
    let place = crate::model::stations::stations(spec)
        .iter()
        .position(|station| station.name == name)
        .expect("a station of that name");
    tally.bins.iter().map(|bin| bin.stations[place].waiting).collect()
}

/// Ten attempts of 0.1 s with pauses of 5 s in between take 46 s, during which no interval between
/// polls exceeds 5.1 s: the member is never removed, and the record of 10 s is skipped at 56 s.
#[test]
fn a_record_that_fails_is_polled_again() {
    let mut spec = alone(&[]);
    spec.load.records[0].per_s = 0.1;
    let listener = &mut spec.listeners[0];
    (listener.retries, listener.back_off) = (9, secs(5.0));
    listener.consumer.fails = 1.0;
    listener.consumer.group.poll_interval = secs(10.0);
    let skipped = said(&spec, 80.0, &["Consumed"]);
    assert_eq!(
        skipped,
        ["56.000000 Consumed { listener: 0, age: Span(46000000000), skipped: true }"]
    );
}

/// Records before a failed one are committed before the pause, and those after it wait: records at
/// 1, 2, 3, …, of which those from 2.5 to 3.5 fail.
#[test]
fn a_record_that_fails_holds_up_those_behind_it() {
    let poison = |seconds, share| at(seconds, Happening::Poison { topic: 0, share });
    let mut spec = alone(&[poison(2.5, 1.0), poison(3.5, 0.0)]);
    spec.load.records[0].per_s = 1.0;
    (spec.listeners[0].retries, spec.listeners[0].back_off) = (3, secs(1.0));
    let handled: Vec<(f64, bool)> = said(&spec, 8.05, &["Consumed"])
        .iter()
        .filter_map(|line| Some((seconds_of(line)?, line.contains("skipped: true"))))
        .collect();
    let expected =
        [(1.1, false), (2.1, false), (6.4, true), (6.5, false), (6.6, false), (6.7, false)];
    assert_eq!(handled[..6], expected);
}

/// Fifteen records per second on one partition, whose thread handles ten. From 10 on there are two:
/// the new one gets half of the records, and a thread of its own.
#[test]
fn added_partitions_are_written_and_read() {
    let handled = |metadata_age: f64| {
        let mut spec = reading(&[at(10.0, Happening::Partitions { topic: 0, partitions: 2 })]);
        spec.topics[0].partitions = 1;
        spec.load.records[0].per_s = 15.0;
        spec.listeners[0].consumer.metadata_age = secs(metadata_age);
        spec.kafka.metadata_age = secs(metadata_age);
        let lines = said(&spec, 30.0, &["Consumed"]);
        let within = |from: f64, to: f64| {
            let inside = |at: &f64| (from..to).contains(at);
            lines.iter().filter_map(|line| seconds_of(line)).filter(inside).count()
        };
        (within(1.0, 10.0), within(12.0, 20.0))
    };
    let (before, after) = handled(0.0);
    assert_eq!(before, 90);
    // Ten per second of the old partition, 7.5 of the new one: 140 in 8 s, within 7.
    assert!((115..165).contains(&after), "{after}");
    // A client that refreshes metadata once a day does not know.
    assert_eq!(handled(1e6), (90, 80));
}

/// A broker is lost at 10.05 for 20 s. With one replica its partitions are unavailable that long;
/// with three, for the 5 s of the election.
#[test]
fn a_lost_broker_takes_its_partitions_along() {
    let waited = |replicas: u32| {
        let lost = Happening::LoseBroker { broker: 0, back_after: secs(20.0) };
        let mut spec = alone(&[at(10.05, lost)]);
        spec.topics[0].replication = Replication { replicas, in_sync: 1 };
        spec.kafka.election = secs(5.0);
        oldest(&spec, 0.0, 80.0)
    };
    // The record of 10.2 waits until 30.05 or 15.05, is found within 0.1 s, and takes 0.1 s.
    assert!((19.9..20.2).contains(&waited(1)), "{}", waited(1));
    assert!((4.9..5.2).contains(&waited(3)), "{}", waited(3));
}

/// A record is acknowledged 2 ms after the leader has it, and the slowest of its followers 3 ms
/// later. Without a broker, one of the two required in-sync replicas is left: nothing is answered
/// before it is back.
#[test]
fn who_waits_for_the_acknowledgement_waits_for_the_copies() {
    let answered = |follower: Option<u32>, back_after: f64| {
        let lost = Happening::LoseBroker { broker: 1, back_after: secs(back_after) };
        let mut spec = answering(0.002, 1.0, &[at(1.5, lost)]);
        spec.samplers.push(Sampler::new(Dist::Constant(0.003)));
        spec.ops = vec![
            Op::Publish { topic: 0, keyed: true, draw: 5 },
            Op::Acknowledged { topic: 0, keyed: true, leader: 0, follower, draw: 5 },
            Op::End,
        ];
        spec.topics = vec![Topic {
            name: "t".into(),
            partitions: 1,
            replication: Replication { replicas: 2, in_sync: 2 },
            counted: true,
        }];
        let lines = said(&spec, 200.0, &["Answered", "Failed"]);
        lines
            .iter()
            .take(4)
            .map(|line| line.split(" spent").next().unwrap_or(line).to_string())
            .collect::<Vec<_>>()
    };
    let line = |at: &str, took: u64| format!("{at} Answered {{ endpoint: 0, took: Span({took}),");
    let leader = answered(None, 3.0);
    assert_eq!(leader[..2], [line("1.002000", 2_000_000), line("2.002000", 2_000_000)]);
    let all = answered(Some(1), 3.0);
    // The requests of 2, 3 and 4 s wait until 4.5 s, when all replicas are in sync again.
    assert_eq!(
        all,
        [
            line("1.005000", 5_000_000),
            line("4.505000", 2_505_000_000),
            line("4.505000", 1_505_000_000),
            line("4.505000", 505_000_000),
        ]
    );
    // If it is not back within the producer's delivery timeout of two minutes, the request of 2 s
    // fails.
    let failed = answered(Some(1), 500.0);
    assert_eq!(
        failed[1],
        "122.000000 Failed { endpoint: 0, why: CallTimeout, took: Span(120000000000) }"
    );
}
