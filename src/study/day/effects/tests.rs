//! Events of a day and their effects, counted by hand.
#![expect(clippy::float_cmp, reason = "whole seconds and records are exact")]

use super::*;
use crate::model::spec::{Balancer, Lifecycle, Threads};
use crate::model::spec::{Service, Timed};
use crate::observe::tally::Bin;
use crate::study::day::judge::tests::{bin, day, judge};
use crate::study::metric::Metric;
use crate::study::result::Target;
use crate::units::Span;

fn asked() -> Day {
    Day {
        bin: Span::from_secs(20.0),
        horizon: Span::from_secs(600.0),
        replications: 1,
        compress: 1.0,
        variants: vec![0],
        steps: Vec::new(),
    }
}

fn spec(timeline: &[(f64, Happening)]) -> Spec {
    let web = Service {
        name: "web".into(),
        pods: 2,
        cores: 1.0,
        threads: Threads { maximum: 10, accepted: 0, backlog: 0 },
        balancer: Balancer::RoundRobin,
        pools: Vec::new(),
        lifecycle: Lifecycle::default(),
    };
    let timed = |(at, what): &(f64, Happening)| Timed { at: Span::from_secs(*at), what: *what };
    Spec { services: vec![web], timeline: timeline.iter().map(timed).collect(), ..Spec::default() }
}

fn effects_of(bins: &[Bin], timeline: &[(f64, Happening)]) -> Vec<EventEffect> {
    let days = [bins];
    let targets = [Target::new(Metric::ErrorRate, 0.01)];
    let judge = judge(&days, &targets);
    let judged = judge.all();
    effects(&judge, (&spec(timeline), &asked()), &judge.well(&judged))
}

/// All pods are killed at 1:00: nothing is answered in eight bins of twenty seconds, everything
/// afterwards.
#[test]
fn what_is_lost_is_told_with_how_long_and_how_much() {
    let mut bins = vec![bin(2_000, 2_000, 100); 30];
    bins[3..11].fill(bin(2_000, 0, 0));
    let bins = day(20.0, bins);
    let found = effects_of(&bins, &[(60.0, Happening::Kill { service: 0, pods: 2 })]);
    let [lost] = &*found else { panic!("one thing happens") };
    assert_eq!(lost.event, DayEvent::Kill { service: "web".into(), pods: 2 });
    assert_eq!((lost.missed_s, lost.answered, lost.p99_ms), (160.0, Some(0.0), None));
    assert_eq!(lost.recovery, Recovery::From { at_s: 220.0 });
    assert!(!lost.missed_before);
}

/// A burst from 62 s to 64 s causes a deadlock; the measure taken at 300 s comes too late to help.
#[test]
fn what_goes_on_is_not_over_because_something_else_happens() {
    let mut bins = vec![bin(2_000, 2_000, 100); 30];
    bins[3..].fill(bin(2_000, 500, 100));
    let bins = day(20.0, bins);
    let timeline = [
        (62.0, Happening::Traffic { factor: 8.0 }),
        (64.0, Happening::Traffic { factor: 1.0 }),
        (300.0, Happening::Scale { service: 0, pods: 4 }),
    ];
    let found = effects_of(&bins, &timeline);
    let [burst, scaled] = &*found else { panic!("the end of the burst is none of its own") };
    assert_eq!(burst.event, DayEvent::Traffic { factor: 8.0 });
    assert_eq!(burst.ended_s, Some(64.0));
    // From the burst, which lies within a bin, to the end of the day.
    assert_eq!((burst.missed_s, burst.answered), (538.0, Some(0.25)));
    assert_eq!((burst.recovery, burst.missed_before), (Recovery::Never, false));
    assert_eq!((scaled.missed_s, scaled.missed_before), (300.0, true));
    assert_eq!(scaled.recovery, Recovery::Never);
}

#[test]
fn what_does_no_harm_is_told_too() {
    let bins = day(20.0, vec![bin(2_000, 2_000, 100); 30]);
    let found = effects_of(&bins, &[(100.0, Happening::Deploy { service: 0 })]);
    assert_eq!((found[0].missed_s, found[0].answered), (0.0, None));
    assert_eq!(found[0].recovery, Recovery::Unneeded);
}

/// Records only: the lag goes from 10 to 1,000 at 2:00 and is down to 40 at 3:00.
#[test]
fn a_lag_is_told_from_its_rise_to_its_end() {
    let lag = |max_lag: i64| Bin { max_lag, ..Bin::default() };
    let mut bins = vec![lag(10); 30];
    bins[3..9].clone_from_slice(&[lag(300), lag(600), lag(900), lag(1_000), lag(500), lag(100)]);
    bins[9] = lag(40);
    let bins = day(20.0, bins);
    let found =
        effects_of(&bins, &[(60.0, Happening::LoseBroker { broker: 1, back_after: Span::ZERO })]);
    let [before, most] = found[0].lag;
    assert_eq!([before.mean, most.mean], [10.0, 1_000.0]);
    assert_eq!(found[0].lag_drained_s, Some(180.0));
    assert_eq!(found[0].missed_s, 0.0);
}
