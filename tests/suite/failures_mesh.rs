//! Failures of meshes, clients and growing work, from their scenarios: each occurs with its cause,
//! and not without it.

use plimsoll::model::spec::Spec;
use plimsoll::model::{Run, simulate};
use plimsoll::observe::tally::{Bin, Layout, Tally};
use plimsoll::scenario::{Options, load, render};
use plimsoll::study::setup::Study;
use plimsoll::units::{Span, Time};

fn text(name: &str) -> String {
    let path = format!("scenarios/failures/{name}.yaml");
    std::fs::read_to_string(path).expect("it comes with the program")
}

/// Replaces a part of the scenario's text.
fn with(name: &str, part: &str, other: &str) -> String {
    let text = text(name);
    assert_eq!(text.matches(part).count(), 1, "{part} in {name}");
    text.replace(part, other)
}

fn study(text: &str) -> Study {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("failure.yaml");
    std::fs::write(&path, text).expect("it works");
    match load(&path, &Options::default()) {
        Ok(loaded) => loaded.study,
        Err(problems) => panic!("{text}\n{}", render(&problems, false)),
    }
}

fn tallied(spec: &Spec, run: &Run) -> Vec<Bin> {
    let mut tally = Tally::new(Layout {
        stations: plimsoll::model::stations::stations(spec).len(),
        counted: vec![true; spec.topics.len()],
        from: Time::ZERO + run.warm_up,
        ..Layout::default()
    });
    simulate(spec, run, &mut tally);
    tally.bins
}

/// Runs the day of a scenario, in its bins; one replication.
fn day(text: &str) -> Vec<Bin> {
    let study = study(text);
    let asked = study.day.as_ref().expect("it has a day");
    let run = Run {
        seed: study.seed,
        replication: 0,
        scale: 1.0,
        follow_curve: true,
        warm_up: Span::ZERO,
        bin: asked.bin,
        bins: (asked.horizon.0 / asked.bin.0) as u32,
        follow: Span::ZERO,
    };
    tallied(&study.cases[0], &run)
}

/// Share of the requests offered between two times \[s\] that are answered in time.
fn good(bins: &[Bin], from_s: f64, to_s: f64) -> f64 {
    let within = |bin: &&Bin| bin.start.secs() >= from_s && bin.start.secs() < to_s;
    let bins = || bins.iter().filter(within);
    let offered: u64 = bins().map(|bin| bin.offered).sum();
    bins().map(|bin| bin.answered).sum::<u64>() as f64 / offered as f64
}

/// Share below which a system counts as down, and the one above which it counts as healthy.
const DOWN: f64 = 0.7;
const WELL: f64 = 0.99;

/// 600/s of 800, but 600 × 4 attempts exceed 800: the effect of the burst of 60 to 80 s is
/// permanent.
#[test]
fn a_retry_storm_outlives_its_cause() {
    let storm = day(&text("retry-storm"));
    assert!(good(&storm, 0.0, 60.0) > WELL);
    // Relative to the users' requests, retries included.
    assert!(good(&storm, 200.0, 300.0) < 0.1, "{}", good(&storm, 200.0, 300.0));
    let patient = with("retry-storm", ", retries: { attempts: 3, back_off: 200ms }", "");
    let without = day(&patient);
    assert!(good(&without, 65.0, 80.0) < DOWN, "the burst itself is too much");
    assert!(good(&without, 200.0, 300.0) > WELL);
    // A budget allows a twentieth as retries: 630 of 800, so that the backlog of 21,800 at 80 s is
    // served by 208 s.
    let budget = with("retry-storm", "back_off: 200ms }", "back_off: 200ms, budget: 5% }");
    assert!(good(&day(&budget), 230.0, 300.0) > WELL);
}

/// With two of four pods ejected, 400 of 700 are served; four pods would serve 800.
#[test]
fn pods_left_out_push_the_others_over_the_cliff() {
    let cliff = day(&text("load-shed-cliff"));
    assert!(good(&cliff, 0.0, 60.0) > WELL);
    // The burst is over, but two pods are left: 400 of 700.
    let after = good(&cliff, 70.0, 90.0);
    assert!((after - 4.0 / 7.0).abs() < 0.05, "{after}");
    assert!(good(&cliff, 120.0, 180.0) > WELL);
    let outlier = "\n        outlier: { consecutive_errors: 5, interval: 10s, ejection: 30s, max_ejected: 50% }";
    let without = day(&with("load-shed-cliff", outlier, " {}"));
    assert!(good(&without, 60.0, 65.0) < DOWN, "the burst itself is too much");
    assert!(good(&without, 65.0, 180.0) > WELL);
}

/// Four pods are ready from 110 s on. All 540/s stay on the first two, which serve 400, until
/// connections are replaced.
#[test]
fn new_pods_do_not_help_those_who_keep_their_connections() {
    let sticky = day(&text("stickiness"));
    assert!(good(&sticky, 0.0, 60.0) > WELL);
    assert!(good(&sticky, 200.0, 300.0) < DOWN);
    let recycled = day(&with("stickiness", "requests: 1000000", "requests: 100"));
    assert!(good(&recycled, 70.0, 110.0) < DOWN, "two pods are too few");
    assert!(good(&recycled, 200.0, 300.0) > WELL);
}

/// 17.5 orders/s for twenty minutes exceed the capacity of the growing work, and the entries
/// remain.
#[test]
fn work_that_grows_with_its_backlog_has_no_stable_point() {
    let growing = day(&text("backlog-dependent"));
    assert!(good(&growing, 0.0, 1_200.0) > WELL);
    let (end, after) = (good(&growing, 2_100.0, 2_400.0), good(&growing, 2_400.0, 3_000.0));
    assert!(end < DOWN && after < DOWN, "{end}, {after}");
    let fixed = with("backlog-dependent", "sweep: 5m }", "sweep: 5m, fixed: 12600 }");
    let fixed = day(&fixed);
    assert!(good(&fixed, 0.0, 7_200.0) > WELL);
}

/// One core sustains 15.4 orders/s, four sustain twice as many: at 29 four cores have a utilisation
/// of 89 %, at 33 they are overloaded. Work that does not grow would leave them half idle.
#[test]
fn four_times_the_cores_carry_twice_as_many_orders() {
    let busy = |rate: u32, fixed: &str| {
        let cores = with("backlog-dependent", "threads: 200", "threads: 200\n      replicas: 4");
        let cores = cores.replace("rate: 14/s", &format!("rate: {rate}/s"));
        let study = study(&cores.replace("sweep: 5m }", &format!("sweep: 5m{fixed} }}")));
        let run = Run {
            seed: 1,
            replication: 0,
            scale: 1.0,
            follow_curve: false,
            warm_up: Span::from_secs(50.0),
            bin: Span::from_secs(500.0),
            bins: 1,
            follow: Span::ZERO,
        };
        let bins = tallied(&study.cases[0], &run);
        bins[0].stations[0].busy / 4.0
    };
    // rate² × 1,050 × 4 us over four cores.
    let found = busy(29, "");
    assert!((found - 29.0 * 29.0 * 1_050.0 * 4e-6 / 4.0).abs() < 0.03, "{found}");
    assert!(busy(33, "") > 0.99);
    assert!(busy(33, ", fixed: 14700") < 0.55);
}

/// 300 requests become up to 4,800 tries, or 1,200 with retries at the last hop alone, where 800
/// are served.
#[test]
fn retries_of_each_hop_multiply() {
    let both = day(&text("retry-amplification"));
    assert!(good(&both, 0.0, 60.0) > WELL);
    assert!(good(&both, 120.0, 240.0) < DOWN);
    let middle = "per_try_timeout: 1s, retries: 3";
    let last = with("retry-amplification", middle, "per_try_timeout: 1s, retries: 0");
    assert!(good(&day(&last), 120.0, 240.0) < DOWN);
    let back = "per_try_timeout: 300ms, retries: 3";
    let none = day(&last.replace(back, "per_try_timeout: 300ms, retries: 0"));
    assert!(good(&none, 60.0, 70.0) < DOWN, "the burst itself is too much");
    assert!(good(&none, 90.0, 240.0) > WELL);
    // A budget of a fifth: 300 × 1.2 × 1.2 is less than 800.
    let budget =
        text("retry-amplification").replace("retries: 3,", "retries: 3, retry_budget: 20%,");
    let held = good(&day(&budget), 120.0, 240.0);
    assert!(held > WELL, "{held}");
}
