//! Ladders and overrides, tested on systems whose lines are known by hand.

use std::path::PathBuf;

use plimsoll::scenario::{Options, Problem, Workshop};
use plimsoll::study::Unwatched;
use plimsoll::study::caution::Caution;
use plimsoll::study::ladder::{End, Ladder, climb};
use plimsoll::study::metric::Metric;
use plimsoll::study::setup::Change;

fn workshop(scenario: impl Into<PathBuf>) -> Workshop {
    Workshop::new(scenario, Options::default(), "--vary")
}

const ROW: &str = "tests/fixtures/scenarios/ladder.yaml";

fn changes(all: &[(&str, &str)]) -> Vec<Change> {
    all.iter().map(|(path, to)| Change { path: (*path).into(), to: (*to).into() }).collect()
}

fn codes(problems: &[Problem]) -> Vec<(&str, &str)> {
    problems.iter().map(|problem| (problem.code, problem.file.as_str())).collect()
}

fn settings(ladder: &Ladder, rung: usize) -> Vec<(&str, &str, &str)> {
    let all = ladder.ladder[rung].lifted_by.iter();
    all.map(|one| (one.setting.as_deref().unwrap_or("none"), one.from.as_str(), one.to.as_str()))
        .collect()
}

/// The scenario's head derives lines, settings and the end of the ladder.
#[test]
fn three_rungs_that_are_known_by_hand() {
    let ladder = climb(&workshop(ROW), &[0], 700.0, &Unwatched).expect("it has lines");
    let known = [(200.0, "shop narrow connections"), (400.0, "shop CPU"), (625.0, "db CPU")];
    assert_eq!(ladder.ladder.len(), 4, "{ladder:#?}");
    for (number, (rung, (load, resource))) in ladder.ladder.iter().zip(known).enumerate() {
        assert_eq!(rung.resource.as_deref(), Some(resource), "{rung:#?}");
        assert_eq!(rung.rung as usize, number + 1);
        // Exact up to the last bit but one.
        let rounding = 1e-12 * load;
        assert!(rung.rps.low <= load + rounding && load <= rung.rps.high + rounding, "{rung:#?}");
        let half = rung.rps.high - rung.rps.low;
        assert!(half < 0.06 * load, "an interval of {half} says nothing: {rung:#?}");
        assert!(rung.ties.is_empty() && rung.agreement > 0.5, "{rung:#?}");
    }
    assert_eq!(settings(&ladder, 0), [("services.shop.pools.narrow.maximum", "2", "5")]);
    assert_eq!(settings(&ladder, 1), [("services.shop.replicas", "1", "2")]);
    assert_eq!(settings(&ladder, 2), [("databases.db.cpu", "1", "2")]);
    assert_eq!((&ladder.ladder[3].resource, ladder.ends[0].end), (&None, End::Reached));
    assert!(ladder.ladder[3].lifted_by.is_empty() && ladder.ladder[3].rps.low >= 700.0);
}

/// Three partitions and two threads carry 1.5 threads' worth. Records arrive at 360/s, the ladder
/// goes to 900/s: 1.5 x 900/500 x 1.15 = 3.1 threads, so four, each with a partition: 4 / 3 ms =
/// 1,333/s.
#[test]
fn a_listener_is_lifted_by_threads_and_partitions() {
    let workshop = workshop("scenarios/textbook/line-partitions.yaml");
    let ladder = climb(&workshop, &[0], 900.0, &Unwatched).expect("it has a line");
    assert_eq!(ladder.ladder.len(), 2, "{ladder:#?}");
    assert_eq!(ladder.ladder[0].resource.as_deref(), Some("reader.events consumers"));
    let lifted = [
        ("services.reader.listeners.events.concurrency", "2", "4"),
        ("topics.events.partitions", "3", "4"),
    ];
    assert_eq!(settings(&ladder, 0), lifted);
    assert_eq!(ladder.ends[0].end, End::Reached);
}

/// A lock is held for 4 ms per request: 250/s, whatever else there is. No setting raises it; the
/// ladder reports that and goes on to the next: a core of 2.5 ms per request, 400/s.
#[test]
fn what_no_setting_lifts_is_named_and_passed() {
    let text = "scenario: s\nsystem:\n  system: s\n  services:\n    shop:\n      replicas: 1\n      \
                endpoints:\n        buy:\n          - lock: { name: till, steps: [ delay: { constant: \
                4ms, basis: assumed, source: theory } ] }\n          - cpu: { constant: 2.5ms, basis: \
                assumed, source: theory }\n  locks: { till: {} }\nmixes: { only: { requests: { \
                shop.buy: 1 } } }\nload: { rate: 200/s }\ntargets: { errors: 1% }\nwindow: { warm_up: \
                10s, measure: 100s }\nreplications: 4\n";
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lock.yaml");
    std::fs::write(&path, text).expect("it works");
    let ladder = climb(&workshop(path), &[0], 500.0, &Unwatched).expect("it has lines");
    let found: Vec<Option<&str>> =
        ladder.ladder.iter().map(|rung| rung.resource.as_deref()).collect();
    assert_eq!(found, [Some("till lock"), Some("shop CPU"), None], "{ladder:#?}");
    let lifted = &ladder.ladder[0].lifted_by;
    assert!(lifted.len() == 1 && lifted[0].setting.is_none() && lifted[0].note.is_some());
    let second = ladder.ladder[1].rps;
    assert!(second.low <= 400.0 && 400.0 <= second.high, "{second:?}");
}

/// An override affects what is written and what runs, after the plans, and where nothing is written
/// yet.
#[test]
fn changes_reach_what_runs() {
    let workshop = workshop("tests/fixtures/scenarios/before-after.yaml");
    let all = changes(&[
        ("services.order.pools.master.minimum_idle", "7"),
        ("services.order.pools.master.maximum", "25"),
        ("services.payment.pod.cpu.limit", "2500m"),
        ("services.*.threads", "33"),
        ("targets.p50", "70ms"),
        ("replications", "5"),
    ]);
    let study = workshop.resolve(&all).expect("all of them fit").study;
    for variant in 0..study.variants.len() {
        let spec = study.case(variant, 0, 0);
        let service = |name: &str| {
            spec.services.iter().find(|service| service.name == name).expect("it is there")
        };
        let pool = &service("order").pools[0];
        assert_eq!((pool.maximum, pool.minimum_idle), (25, 7));
        assert!((service("payment").cores - 2.5).abs() < 1e-12);
        assert!(spec.services.iter().all(|service| service.threads.maximum == 33));
    }
    assert_eq!(study.replications, 5);
    let p50 =
        study.targets.iter().find(|target| target.metric == Metric::P50Ms).expect("it is there");
    assert!((p50.limit - 70.0).abs() < 1e-9);
}

/// All errors are reported at once, each by its code.
#[test]
fn changes_that_lead_nowhere_are_refused() {
    let workshop = workshop(ROW);
    let all = changes(&[
        ("services.shp.replicas", "2"),
        ("services.shop.pools.narrow.maximum", "none"),
        ("services.shop.pools.narrow", "2"),
        ("services.shop.replcas", "2"),
        ("nothing.at.all", "2"),
        ("load.rate", "0/s"),
    ]);
    let problems = workshop.resolve(&all).expect_err("they do not fit");
    let mut found = codes(&problems);
    found.sort_unstable();
    let from = "--vary";
    let expected = [
        ("E0101", from),
        ("E0104", from),
        ("E0308", ROW),
        ("E0401", from),
        ("E0401", from),
        ("E0403", from),
    ];
    // The load is checked only once the system is valid.
    let seen: Vec<_> = expected.iter().filter(|(code, _)| *code != "E0308").copied().collect();
    assert_eq!(found, seen, "{problems:#?}");
    let zero = workshop.resolve(&changes(&[("load.rate", "0/s")])).expect_err("it is zero");
    assert!(zero.iter().any(|problem| problem.code == "E0308"), "{zero:#?}");
}

/// Under autoscaling `replicas` has no effect, and varying it gives a warning.
#[test]
fn dead_settings_are_warned_about() {
    let workshop = workshop("tests/fixtures/scenarios/before-after.yaml");
    let warned = |path: &str| {
        let study = workshop.resolve(&changes(&[(path, "4")])).expect("it fits").study;
        study.cautions.iter().any(|one| matches!(one, Caution::DeadReplicas { .. }))
    };
    assert!(warned("services.order.replicas"));
    assert!(!warned("services.payment.replicas") && !warned("services.order.autoscaling.min"));
}
