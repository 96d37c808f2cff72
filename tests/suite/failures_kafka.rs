//! Consumer failures, from the scenarios of `scenarios/failures`: each occurs with its cause and
//! not without it.

use plimsoll::model::spec::{Resource, Spec};
use plimsoll::model::{Run, simulate, stations};
use plimsoll::observe::tally::{Bin, Layout, Tally};
use plimsoll::scenario::{Options, load, render};
use plimsoll::units::{Span, Time};

/// Loads the system of a scenario's text.
fn system(text: &str) -> Spec {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scenario.yaml");
    std::fs::write(&path, text).expect("it works");
    match load(&path, &Options::default()) {
        Ok(loaded) => loaded.study.cases[0].clone(),
        Err(problems) => panic!("{text}\n{}", render(&problems, false)),
    }
}

fn file(name: &str) -> String {
    std::fs::read_to_string(format!("scenarios/failures/{name}.yaml")).expect("it is there")
}

/// Replaces a part of the scenario's text.
fn with(text: &str, was: &str, is: &str) -> String {
    assert!(text.contains(was), "there is no {was:?}");
    text.replace(was, is)
}

/// Runs its day in bins of `width_s` seconds.
fn day(text: &str, replication: u64, width_s: f64, bins: u32) -> Vec<Bin> {
    let spec = system(text);
    let stations = stations::stations(&spec);
    let lags = (0..stations.len())
        .filter(|at| matches!(stations[*at].resource, Resource::Listener(_)))
        .collect();
    let mut tally = Tally::new(Layout {
        stations: stations.len(),
        counted: vec![true; spec.topics.len()],
        lags,
        from: Time::ZERO,
        ..Layout::default()
    });
    let run = Run {
        seed: 1,
        replication,
        scale: 1.0,
        follow_curve: true,
        warm_up: Span::ZERO,
        bin: Span::from_secs(width_s),
        bins,
        follow: Span::ZERO,
    };
    simulate(&spec, &run, &mut tally);
    tally.bins
}

/// Maximum lag within bins.
fn lag(bins: &[Bin]) -> i64 {
    bins.iter().map(|bin| bin.max_lag).max().unwrap_or(0)
}

/// 45 s without a consumer at 800/s are 36,000 records; at 1,200/s they are drained 90 s later.
/// Heartbeats are 10 ms apart, so that the session ends 45 s after the crash.
#[test]
fn an_outage_of_45_seconds_takes_90_to_drain() {
    let text = "scenario: drain\nsystem:\n  system: drain\n  services:\n    reader:\n      replicas: 1\n      \
                pod: { ready_after: 5s }\n      listeners:\n        events: { kind: spring-kafka-3.2, topic: \
                events, ack: record, heartbeat: 10ms, steps: [ delay: { constant: 0.8333ms, basis: assumed, source: x } ] }\n  \
                topics: { events: { partitions: 1 } }\nload: { records: [ { topic: events, rate: 800/s } ], \
                regular: true }\nwindow: { warm_up: 1s, measure: 5s }\nday: { bin: 1s, horizon: 4m, timeline: [ { at: 60s, \
                what: { kill: { service: reader } } } ] }\n";
    let bins = day(text, 0, 1.0, 220);
    assert!(lag(&bins[..59]) < 10);
    assert!((35_980..=36_005).contains(&lag(&bins)), "{}", lag(&bins));
    // 105 s and 90 s.
    assert!(lag(&bins[193..194]) > 400, "{}", lag(&bins[193..194]));
    assert!(lag(&bins[196..]) < 10, "{}", lag(&bins[196..]));
}

/// Two threads on three partitions: one has two of them, and both fall behind at one and a half
/// times the rate of one; nine have at most one partition each.
#[test]
fn threads_beyond_the_partitions_do_not_help() {
    let behind = |concurrency: u32, rate: u32| {
        let text = format!(
            "scenario: range\nsystem:\n  system: range\n  services:\n    reader:\n      replicas: 1\n      \
             listeners:\n        events: {{ kind: spring-kafka-3.2, topic: events, concurrency: {concurrency}, \
             steps: [ delay: {{ constant: 10ms, basis: assumed, source: x }} ] }}\n  topics: {{ events: {{ \
             partitions: 3 }} }}\nload: {{ records: [ {{ topic: events, rate: {rate}/s }} ] }}\nwindow: {{ \
             warm_up: 1s, measure: 5s }}\nday: {{ horizon: 10m }}\n"
        );
        lag(&day(&text, 0, 10.0, 60)[59..])
    };
    // 100/s per thread: the limit is 150/s for two, 300/s for three and for nine.
    assert!(behind(2, 140) < 500);
    // 2/3 of 170 minus 100, for 600 s: 8,000.
    assert!((6_500..9_500).contains(&behind(2, 170)), "{}", behind(2, 170));
    assert!(behind(3, 270) < 500 && behind(9, 270) < 500);
    assert!(behind(9, 330) > 10_000);
}

#[test]
fn a_crash_lasts_as_long_as_the_session() {
    let text = file("consumer-crash");
    for replication in 0..3 {
        let bins = day(&text, replication, 5.0, 60);
        // The last heartbeat of the last of three members was within the 3 s before: 42 to 45 s at
        // 800/s, and 1,000 that arrive while each thread works on its first batch of 500; within 4
        // standard deviations of √36,000.
        let highest = lag(&bins);
        assert!((33_800..37_800).contains(&highest), "{highest}");
        assert!(lag(&bins[50..]) < 500, "drained after 250 s");
        let fixed = day(
            &with(&text, "concurrency: 3", "concurrency: 3\n          static: true"),
            replication,
            5.0,
            60,
        );
        // 5 s, plus the first batches.
        assert!((4_700..5_300).contains(&lag(&fixed)), "{}", lag(&fixed));
    }
}

#[test]
fn batches_beyond_the_poll_interval_never_end() {
    let text = file("slow-batch-livelock");
    let stuck = day(&text, 0, 60.0, 60);
    // From 5 min on nothing is committed: 3,300 records, within 4 standard deviations.
    assert!((3_070..3_530).contains(&stuck[59].max_lag), "{}", stuck[59].max_lag);
    let completed = |bins: &[Bin]| bins.iter().map(|bin| bin.completed).sum::<u64>();
    // In the 300 s before its first removal it handled 428 of those.
    assert!(completed(&stuck[20..]) < 450, "{}", completed(&stuck[20..]));
    let good = day(&with(&text, "max_poll_records: 500", "max_poll_records: 100"), 0, 60.0, 60);
    assert!(lag(&good[50..]) < 100, "{}", lag(&good[50..]));
}

#[test]
fn a_few_poison_records_hold_up_all_behind_them() {
    let text = file("poison-record");
    for replication in 0..3 {
        let bins = day(&text, replication, 10.0, 36);
        assert!(lag(&bins[..6]) < 50);
        // 30 poison records per thread, within 5.5: 90 s of pauses and 18 s of work on all 6,000
        // records end at 168 s, 4,800 records after the last of these was produced. Three threads,
        // 3 standard deviations.
        let highest = lag(&bins);
        assert!((6_000..23_000).contains(&highest), "{highest}");
        assert!(lag(&bins[35..]) < 100, "it drains");
        let skipped: u64 = bins.iter().map(|bin| bin.skipped).sum();
        assert!((52..128).contains(&skipped), "{skipped}");
        let quick = day(&with(&text, "back_off: 1s", "back_off: 0s"), replication, 10.0, 36);
        assert!(lag(&quick) < 100, "{}", lag(&quick));
    }
}

#[test]
fn pods_that_come_and_go_stop_all_others() {
    let text = file("rebalance-storm");
    for replication in 0..3 {
        let eager = day(&text, replication, 10.0, 36);
        // Twelve queues at 90 %, of which five wait on average, and as many are not committed.
        assert!(lag(&eager[..6]) < 600);
        // Twelve stops of at least 1.5 s on average, because of the last of twelve heartbeats, take
        // at least 15 % of the time, where 10 % are to spare: 540/s x 120 s minus 600/s x 102 s are
        // 3,600.
        assert!(lag(&eager) > 3_000, "{}", lag(&eager));
        assert!(lag(&eager[35..]) < 600, "it drains");
        let sticky = with(&text, "assignor: range", "assignor: cooperative-sticky");
        let sticky = day(&sticky, replication, 10.0, 36);
        assert!(lag(&sticky) < 1_000, "{}", lag(&sticky));
    }
}

/// Returns the problems of a pair of listeners with these settings.
fn problems(first: &str, second: &str) -> String {
    let listener = |name: &str, settings: &str| {
        format!(
            "        {name}: {{ kind: spring-kafka-3.2, topic: events, {settings} steps: [] }}\n"
        )
    };
    let text = format!(
        "scenario: groups\nsystem:\n  system: groups\n  services:\n    reader:\n      replicas: 1\n      \
         listeners:\n{}{}  topics: {{ events: {{ partitions: 1 }} }}\nload: {{ records: [ {{ topic: events, \
         rate: 1/s }} ] }}\n",
        listener("first", first),
        listener("second", second)
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scenario.yaml");
    std::fs::write(&path, &text).expect("it works");
    load(&path, &Options::default()).err().map_or_else(String::new, |found| render(&found, false))
}

#[test]
fn settings_of_a_group_must_fit_together() {
    assert_eq!(problems("", ""), "");
    let late = problems("heartbeat: 50s, ", "heartbeat: 50s, ");
    assert!(late.contains("less than its `session_timeout` of 45 s"), "{late}");
    let slow = problems("max_poll_interval: 2s, ", "max_poll_interval: 2s, ");
    assert!(slow.contains("less than its `max_poll_interval` of 2 s"), "{slow}");
    let mixed = problems("assignor: cooperative-sticky, ", "");
    assert!(mixed.contains("do not agree"), "{mixed}");
    // Settings of individual members may differ.
    assert_eq!(problems("static: true, fails: 1%, ", ""), "");
}
