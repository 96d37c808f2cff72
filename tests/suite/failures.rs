//! Gallery of failures: each occurs with its cause, and not without it.

use std::path::Path;

use plimsoll::model::spec::Spec;
use plimsoll::model::stations::stations;
use plimsoll::model::{Run, simulate};
use plimsoll::observe::tally::{Bin, Layout, Tally};
use plimsoll::observe::{Observer, Record};
use plimsoll::scenario::{Options, load};
use plimsoll::study::setup::Study;
use plimsoll::units::{Span, Time};

fn study(name: &str) -> Study {
    let path = Path::new("scenarios/failures").join(format!("{name}.yaml"));
    match load(&path, &Options::default()) {
        Ok(loaded) => loaded.study,
        Err(problems) => panic!("{name}: {}", plimsoll::scenario::render(&problems, false)),
    }
}

/// Runs the day of a variant under a mix, by bin.
fn day(study: &Study, variant: &str, mix: usize) -> (Spec, Vec<Bin>) {
    let at = study.variants.iter().position(|known| known.name == variant).expect("a variant");
    let spec = study.case(at, mix, 0).clone();
    let asked = study.day.as_ref().expect("a day");
    let shrink = |span: Span| Span((span.0 as f64 / asked.compress) as u64);
    let layout = Layout {
        stations: stations(&spec).len(),
        counted: vec![true; spec.topics.len()],
        keep_times: true,
        ..Layout::default()
    };
    let mut tally = Tally::new(layout);
    let run = Run {
        seed: 1,
        replication: 0,
        scale: 1.0,
        follow_curve: true,
        warm_up: Span::ZERO,
        bin: shrink(asked.bin),
        bins: (asked.horizon.0 / asked.bin.0) as u32,
        follow: Span::ZERO,
    };
    simulate(&spec, &run, &mut tally);
    (spec, tally.bins)
}

/// Error rate in the bins from `from` to `to`.
fn errors(bins: &[Bin], from: usize, to: usize) -> f64 {
    let failed: u64 = bins[from..to].iter().map(Bin::failures).sum();
    let answered: u64 = bins[from..to].iter().map(|bin| bin.answered).sum();
    failed as f64 / (failed + answered).max(1) as f64
}

/// Maximum p99 of response times over the bins from `from` to `to` \[s\].
fn slowest(bins: &[Bin], from: usize, to: usize) -> f64 {
    bins[from..to].iter().map(|bin| bin.p99_ms() / 1e3).fold(0.0, f64::max)
}

#[test]
fn a_rollout_storms_a_database_that_is_nearly_full() {
    let study = study("connection-storm");
    let refused = |variant| {
        let (_, bins) = day(&study, variant, 0);
        bins.iter().map(|bin| bin.connections_refused).sum::<u64>()
    };
    // 24 connections are requested in vain for 90 s, by two adders that finally retry every 5 s.
    assert!(refused("storm") > 30);
    assert_eq!((refused("roomy"), refused("rolling")), (0, 0));
}

/// Pods of a service that became ready in the course of a day.
#[derive(Default)]
struct Arrivals(u32);

impl Observer for Arrivals {
    fn record(&mut self, _: Time, record: Record<'_>) {
        if let Record::Pods { change, .. } = record {
            self.0 += change.max(0) as u32;
        }
    }

    fn mark(&mut self, _: Time) {}
}

fn pods_added(spec: &Spec, seconds: f64) -> u32 {
    let mut seen = Arrivals::default();
    let run = Run {
        seed: 1,
        replication: 0,
        scale: 1.0,
        follow_curve: true,
        warm_up: Span::ZERO,
        bin: Span::from_secs(seconds),
        bins: 1,
        follow: Span::ZERO,
    };
    simulate(spec, &run, &mut seen);
    seen.0
}

/// 2 pods × 5 connections / 0.12 s answer 83 of 100, so that the queue grows by 17 per second, and
/// after three minutes a wait exceeds the patience of 30 s. The same load on the processor is 4
/// cores of 2 × 70 %: six pods.
#[test]
fn an_autoscaler_does_not_see_who_waits() {
    let study = study("hpa-blind-spot");
    let (blind, bins) = day(&study, "blind", 0);
    let share = errors(&bins, 16, 24);
    assert!(share > 0.5, "{share}");
    assert_eq!(pods_added(&blind, 360.0), 0, "nothing scales");
    let (_, bins) = day(&study, "larger-pools", 0);
    assert!(errors(&bins, 1, 24) < 1e-9 && slowest(&bins, 1, 24) < 0.5);
    let (busy, bins) = day(&study, "blind", 1);
    assert!(pods_added(&busy, 360.0) >= 3, "what computes is seen");
    assert!(slowest(&bins, 18, 24) < 0.5, "and helped");
}

/// A cold pod needs up to 70 ms where a warm one needs 10 ms: one pod in four receives 60
/// requests/s, 4.2 s of work per second.
#[test]
fn cold_pods_are_slow() {
    let study = study("cold-jvm");
    let (_, cold) = day(&study, "cold", 0);
    assert!(slowest(&cold, 0, 4) < 0.2, "before");
    assert!(slowest(&cold, 6, 20) > 2.0, "the rollout shows");
    let (_, warm) = day(&study, "warm", 0);
    // Three of four pods at 80 %, for a while.
    assert!(slowest(&warm, 0, 32) < 0.7, "{}", slowest(&warm, 0, 32));
}

/// 5.4 million credits at 1,000 − 100 per second: 6,000 s, which is 1:40:00, in the eleventh bin.
#[test]
fn credits_end_at_a_cliff() {
    let study = study("credit-cliff");
    let (_, small) = day(&study, "small", 0);
    assert!(errors(&small, 0, 9) < 1e-9 && slowest(&small, 0, 9) < 0.1, "before");
    // 100 operations are 25 requests/s, of 250.
    let share = errors(&small, 12, 18);
    assert!(share > 0.85, "{share}");
    let (_, larger) = day(&study, "larger", 0);
    assert!(errors(&larger, 0, 18) < 1e-9);
}

/// With a statement of 200 ms ten connections answer 50 of 150 orders per second; 100 threads wait
/// within a second, and none is left for the menu.
#[test]
fn a_slow_database_takes_the_others_with_it() {
    let study = study("pool-cascade");
    let menu = |variant: &str| {
        let at = study.variants.iter().position(|known| known.name == variant).expect("a variant");
        let spec = study.case(at, 0, 0);
        let mut seen = Lost { endpoint: 1, ..Lost::default() };
        let run = Run {
            seed: 1,
            replication: 0,
            scale: 1.0,
            follow_curve: true,
            warm_up: Span::ZERO,
            bin: Span::from_secs(240.0),
            bins: 1,
            follow: Span::ZERO,
        };
        simulate(spec, &run, &mut seen);
        (seen.during as f64 / (seen.during + seen.answered_during).max(1) as f64, seen.before)
    };
    let (patient, before) = menu("patient");
    assert!(patient > 0.5 && before == 0, "{patient}");
    let (impatient, _) = menu("impatient");
    assert!(impatient < 0.01, "{impatient}");
}

/// Failures and answers of one endpoint before 60 s, and from 70 s to 120 s.
#[derive(Default)]
struct Lost {
    endpoint: u32,
    before: u64,
    during: u64,
    answered_during: u64,
}

impl Observer for Lost {
    fn record(&mut self, now: Time, record: Record<'_>) {
        let during = (70.0..120.0).contains(&now.secs());
        match record {
            Record::Failed { endpoint, .. } if endpoint == self.endpoint => {
                self.before += u64::from(now.secs() < 60.0);
                self.during += u64::from(during);
            }
            Record::Answered { endpoint, .. } if endpoint == self.endpoint => {
                self.answered_during += u64::from(during);
            }
            _ => {}
        }
    }

    fn mark(&mut self, _: Time) {}
}

/// Two seconds at 160/s, 16 of which are in work at once, deadlock ten connections.
#[test]
fn a_pool_locks_up_and_does_not_come_back() {
    let study = study("pool-deadlock");
    let goodput = |variant| {
        let (_, bins) = day(&study, variant, 0);
        let rate = |from: usize, to: usize| {
            bins[from..to].iter().map(|bin| bin.answered).sum::<u64>() as f64
                / (10 * (to - from)) as f64
        };
        (rate(0, 6), rate(8, 24))
    };
    let (before, after) = goodput("locked");
    assert!((17.0..23.0).contains(&before), "{before}");
    assert!(after < 15.0, "{after}");
    let (_, after) = goodput("enough");
    assert!((17.0..23.0).contains(&after), "{after}");
}

/// 3.2 cores on eight pods, and on five from 60 s to 60 + 340 + 45 s, three of which need 1.92
/// cores of one node of two.
#[test]
fn a_node_takes_its_pods_with_it() {
    let study = study("node-failure");
    let (spec, bins) = day(&study, "system", 0);
    assert_eq!(spec.services[0].pods, 8);
    let busy = |from: usize, to: usize| {
        bins[from..to].iter().map(|bin| bin.stations[0].busy).sum::<f64>() / (to - from) as f64
    };
    assert!((busy(0, 2) - 3.2).abs() < 0.3);
    let p99 = |from, to| slowest(&bins, from, to);
    assert!(p99(4, 14) > 1.5 * p99(0, 2), "{} {}", p99(4, 14), p99(0, 2));
    assert!(p99(18, 20) < 1.5 * p99(0, 2), "{} {}", p99(18, 20), p99(0, 2));
}
