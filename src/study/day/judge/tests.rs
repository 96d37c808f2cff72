//! Days counted by hand.
#![expect(clippy::float_cmp, reason = "sums of whole seconds are exact")]

use super::*;
use crate::observe::Failure;
use crate::observe::answers::Answers;
use crate::observe::histogram::Histogram;
use crate::observe::tally::StationBin;
use crate::study::metric::Metric;
use crate::units::Time;

/// A bin with `offered` requests, of which `answered` are answered after `took_ms` each and the
/// others fail.
pub(in crate::study::day) fn bin(offered: u64, answered: u64, took_ms: u64) -> Bin {
    let mut times = Histogram::default();
    for _ in 0..answered {
        times.record(Span::from_millis(took_ms));
    }
    let mut failed = [0; Failure::ALL.len()];
    failed[Failure::ConnectionTimeout as usize] = offered - answered;
    let answers =
        Answers { good: times.compact(), failed: offered - answered, ..Answers::default() };
    Bin { offered, answered, failed, answers, ..Bin::default() }
}

/// Consecutive bins of `seconds` each; where any request is answered, answers span the whole bin.
pub(in crate::study::day) fn day(seconds: f64, bins: Vec<Bin>) -> Vec<Bin> {
    let at = |seconds: f64| Time::ZERO + Span::from_secs(seconds);
    let mut all = bins;
    for (number, bin) in all.iter_mut().enumerate() {
        let start = number as f64 * seconds;
        (bin.start, bin.length) = (at(start), Span::from_secs(seconds));
        if bin.answered > 0 && bin.first_and_last.is_none() {
            bin.first_and_last = Some((at(start + 1.0), at(start + seconds - 1.0)));
        }
    }
    all
}

fn target(metric: Metric, limit: f64) -> Target {
    Target::new(metric, limit)
}

pub(in crate::study::day) fn judge<'a>(days: &'a [&'a [Bin]], targets: &'a [Target]) -> Judge<'a> {
    Judge { days, targets, events: None, asked: 100.0, compress: 1.0, queues: Vec::new() }
}

fn verdicts(judge: &Judge<'_>) -> Vec<DayVerdict> {
    judge.all().iter().filter_map(|judged| judge.verdict(judged)).collect()
}

/// 100 requests/s in bins of ten seconds; from 1:02 on nothing is answered, until the end at 4:00.
fn outage() -> Vec<Bin> {
    let at = |seconds: f64| Time::ZERO + Span::from_secs(seconds);
    let mut bins = vec![bin(1_000, 1_000, 100); 6];
    bins.push(Bin { first_and_last: Some((at(60.0), at(62.0))), ..bin(1_000, 200, 100) });
    bins.extend(vec![bin(1_000, 0, 0); 17]);
    day(10.0, bins)
}

#[test]
fn an_outage_is_missed_from_its_beginning_to_the_end() {
    let (first, targets) =
        (outage(), [target(Metric::P99Ms, 500.0), target(Metric::ErrorRate, 0.01)]);
    let days = [&*first, &*first];
    let judge = judge(&days, &targets);
    let found = verdicts(&judge);
    // The answers in the seventh bin were fast, but four in five of its requests were never
    // answered.
    assert_eq!(found[0].verdict, Verdict::Missed);
    assert_eq!([found[0].missed_s, found[0].judged_s, found[0].undecided_s], [170.0, 240.0, 0.0]);
    assert_eq!(found[0].first_missed_s, Some(70.0));
    assert_eq!([found[1].missed_s, found[1].judged_s], [180.0, 240.0]);
    assert_eq!(found[1].first_missed_s, Some(60.0));
    assert_eq!([found[0].recovery, found[1].recovery], [Recovery::Never; 2]);
    // A bin without answers has no value and ranks as worst.
    let worst = found[0].worst.expect("it applies");
    assert_eq!(
        (worst.from_s, worst.to_s, worst.value, worst.answered),
        (70.0, 80.0, None, Some(0.0))
    );
    let silence = judge.silence().expect("nothing is answered");
    assert_eq!((silence.replications, silence.from_s, silence.until_s), (2, [62.0; 2], None));
}

/// The outage in one of two replications: half of all requests go unanswered.
#[test]
fn what_locks_up_in_some_replications_is_missed_and_said_so() {
    let well = day(10.0, vec![bin(1_000, 1_000, 100); 24]);
    let (locked, targets) = (outage(), [target(Metric::ErrorRate, 0.01)]);
    let days = [&*well, &*locked];
    let judge = judge(&days, &targets);
    let found = verdicts(&judge);
    assert_eq!((found[0].verdict, found[0].missed_s), (Verdict::Missed, 180.0));
    let silence = judge.silence().expect("one of them is silent");
    assert_eq!((silence.replications, silence.from_s), (1, [62.0; 2]));
}

/// No target guards errors: a failure is slower than any limit, and half fail.
#[test]
fn without_a_target_for_errors_failures_are_slow() {
    let bins = day(10.0, vec![bin(1_000, 500, 100)]);
    let days = [&*bins];
    let alone = [target(Metric::P50Ms, 500.0), target(Metric::P99Ms, 500.0)];
    let found = verdicts(&judge(&days, &alone));
    // Half of them are within the limit: the median is a matter of chance.
    assert_eq!(found[0].verdict, Verdict::Undecided);
    assert_eq!(found[1].verdict, Verdict::Missed);
    let guarded = [target(Metric::P99Ms, 500.0), target(Metric::ErrorRate, 0.6)];
    let found = verdicts(&judge(&days, &guarded));
    assert_eq!([found[0].verdict, found[1].verdict], [Verdict::Met; 2]);
}

/// Fifty requests say nothing of a p99 (0.99^50 is 0.6); five thousand do (0.99^5000 is 10^-22).
#[test]
fn bins_of_few_requests_are_judged_together() {
    let targets = [target(Metric::P99Ms, 500.0)];
    let bins = day(10.0, vec![bin(50, 50, 100); 100]);
    let days = [&*bins];
    let found = verdicts(&judge(&days, &targets));
    assert_eq!((found[0].verdict, found[0].undecided_s), (Verdict::Met, 0.0));
    let days = [&bins[..3]];
    let found = verdicts(&judge(&days, &targets));
    assert_eq!((found[0].verdict, found[0].undecided_s), (Verdict::Undecided, 30.0));
}

/// A single failure at night, and an hour without any request: chance, and nothing to judge.
#[test]
fn a_single_failure_by_night_is_no_missed_hour() {
    let mut bins = vec![bin(1_000, 1_000, 100); 24];
    (bins[2], bins[3]) = (bin(1, 0, 0), bin(0, 0, 0));
    let (bins, targets) = (day(3_600.0, bins), [target(Metric::ErrorRate, 0.01)]);
    let days = [&*bins];
    let judge = judge(&days, &targets);
    let found = verdicts(&judge);
    assert_eq!(found[0].judged_s, 23.0 * 3_600.0);
    assert_eq!((found[0].missed_s, found[0].recovery), (0.0, Recovery::Unneeded));
    assert_eq!(judge.silence(), None);
}

/// 80 events/s are required at the peak of 100 requests/s. At night both are at a tenth.
#[test]
fn events_are_judged_at_the_peak() {
    let of = |requests: u64, events: u64| Bin { events, ..bin(requests, requests, 100) };
    let with = |events: u64| day(100.0, vec![of(1_000, 300), of(10_000, events), of(1_000, 0)]);
    for (events, expected) in [(8_500, Verdict::Met), (7_000, Verdict::Missed)] {
        let bins = with(events);
        let days = [&*bins];
        let judge = Judge { events: Some(80.0), ..judge(&days, &[]) };
        let found = verdicts(&judge);
        assert_eq!((found[0].verdict, found[0].judged_s), (expected, 100.0));
        let value = found[0].worst.and_then(|worst| worst.value);
        assert_eq!(value, Some(events as f64 / 100.0));
    }
}

#[test]
fn a_lag_in_some_replications_is_undecided() {
    let lag = |most: &[i64]| {
        let bin = |max_lag: &i64| Bin {
            max_lag: *max_lag,
            stations: vec![StationBin::default()],
            ..Bin::default()
        };
        day(60.0, most.iter().map(bin).collect())
    };
    let (first, second) = (lag(&[10, 90, 200, 10]), lag(&[10, 110, 300, 10]));
    let (days, targets) = ([&*first, &*second], [target(Metric::MaxLag, 100.0)]);
    let found = verdicts(&judge(&days, &targets));
    let [verdict] = &*found else { panic!("one target") };
    assert_eq!((verdict.missed_s, verdict.undecided_s), (60.0, 60.0));
    assert_eq!(verdict.recovery, Recovery::From { at_s: 180.0 });
    assert_eq!(verdict.worst.and_then(|worst| worst.value), Some(300.0));
}

/// A day of 24 hours in half-hour bins; the second half of the evening's first hour is slow.
#[test]
fn the_worst_hour_is_an_hour_of_the_clock() {
    let mut bins = vec![bin(10_000, 10_000, 100); 48];
    bins[41] = bin(10_000, 10_000, 800);
    let (bins, targets) = (day(1_800.0, bins), [target(Metric::P99Ms, 500.0)]);
    let days = [&*bins];
    let found = verdicts(&judge(&days, &targets));
    let worst = found[0].worst.expect("it applies");
    assert_eq!((worst.from_s, worst.to_s), (20.0 * 3_600.0, 21.0 * 3_600.0));
    assert!((worst.value.expect("all are answered") - 800.0).abs() < 4.0);
    assert_eq!((found[0].missed_s, found[0].first_missed_s), (1_800.0, Some(73_800.0)));
    assert_eq!(found[0].recovery, Recovery::From { at_s: 75_600.0 });
}

#[test]
fn a_target_of_no_failures_is_met_without_one() {
    let (bins, targets) = (day(10.0, vec![bin(50, 50, 100); 3]), [target(Metric::ErrorRate, 0.0)]);
    assert_eq!(verdicts(&judge(&[&*bins], &targets))[0].verdict, Verdict::Met);
    let mut bins = bins;
    bins[1] = Bin { start: bins[1].start, length: bins[1].length, ..bin(50, 49, 100) };
    let found = verdicts(&judge(&[&*bins], &targets));
    assert_eq!((found[0].verdict, found[0].missed_s), (Verdict::Missed, 10.0));
}
