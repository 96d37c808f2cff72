//! Judging of a day: each bin over all replications together, then the day by its bins.

use super::{DayVerdict, Recovery, Silence, Worst, overall};
use crate::model::spec::Resource;
use crate::model::stations::stations;
use crate::observe::answers::Pooled;
use crate::observe::tally::{Bin, StationBin};
use crate::stats::CONFIDENCE;
use crate::stats::distribution::{binomial_at_least, normal_quantile};
use crate::study::metric::Metric;
use crate::study::result::{Target, Verdict};
use crate::study::setup::{Day, Study};
use crate::units::Span;

/// Share of the target load from which a bin counts as peak: the required event rate applies to the
/// peak.
const PEAK: f64 = 0.9;
/// Unanswered requests needed to call a period silent rather than idle by chance.
const SILENT: u64 = 20;
/// Shortest simulated time that has a worst hour: in anything shorter an hour would be most of it
/// \[s\].
const SHORT_S: f64 = 6.0 * HOUR_S;
const HOUR_S: f64 = 3_600.0;
/// Share of requests that may fail where no target concerns requests, used to tell the effect of an
/// event.
const WELL: f64 = 0.01;

/// Condition that a target imposes on a bin.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Condition {
    /// At most a share of requests takes longer. Where no target guards errors, a request without a
    /// good answer counts as slower.
    Slow { quantile: f64, limit: Span, guarded: bool },
    /// At most a share of requests fails.
    Errors { allowed: f64 },
    /// No listener's lag exceeds this \[records\].
    Lag { most: f64 },
    /// The mean response time is at most this \[s\]. Where no target guards errors, a request
    /// without a good answer counts as slower.
    Mean { limit: f64, guarded: bool },
    /// At no queue does more than one in a hundred wait longer \[s\].
    Wait { limit: f64 },
    /// Event rate required at the peak, reduced in proportion at lower load.
    Events { wanted: f64 },
}

/// Evidence of one or several bins on a condition.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Evidence {
    /// Of `of` requests `bad` are bad and `open` may become so, where a share `allowed` may be.
    Share { bad: u64, open: u64, of: u64, allowed: f64 },
    /// Events seen and events required.
    Count { seen: f64, wanted: f64 },
    /// Of `of` replications it is missed in `missed` and undecidable in `open`.
    Replications { missed: usize, open: usize, of: usize },
}

impl Evidence {
    /// Collects what each replication shows of a limit: exceeded, kept, or uncertain.
    fn of_replications(told: &[Option<bool>]) -> Option<Evidence> {
        let count = |which: Option<bool>| told.iter().filter(|one| **one == which).count();
        let (missed, open, of) = (count(Some(true)), count(None), told.len());
        (of > 0).then_some(Evidence::Replications { missed, open, of })
    }

    /// Returns the verdict at error probability `chance` on either side; undecided where the
    /// evidence is weaker.
    fn verdict(self, chance: f64) -> Verdict {
        let (missed, met) = match self {
            // None or all are allowed: chance plays no part.
            Evidence::Share { bad, open, allowed, .. } if allowed <= 0.0 => {
                (bad > 0, bad + open == 0)
            }
            Evidence::Share { allowed, .. } if allowed >= 1.0 => (false, true),
            Evidence::Share { bad, open, of, allowed } => (
                binomial_at_least(bad, of, allowed) < chance,
                1.0 - binomial_at_least(bad + open + 1, of, allowed) < chance,
            ),
            Evidence::Count { seen, wanted } => {
                let z = (seen - wanted) / wanted.max(1.0).sqrt();
                let far = normal_quantile(1.0 - chance);
                (z < -far, z > far)
            }
            Evidence::Replications { missed, open, of } => (missed == of, missed + open == 0),
        };
        match (missed, met) {
            (true, _) => Verdict::Missed,
            (false, true) => Verdict::Met,
            (false, false) => Verdict::Undecided,
        }
    }

    /// Combines both; `None` where they are not comparable.
    fn and(self, other: Evidence) -> Option<Evidence> {
        match (self, other) {
            (
                Evidence::Share { bad, open, of, allowed },
                Evidence::Share { bad: b, open: p, of: o, .. },
            ) => Some(Evidence::Share { bad: bad + b, open: open + p, of: of + o, allowed }),
            (
                Evidence::Count { seen, wanted },
                Evidence::Count { seen: more, wanted: as_wanted },
            ) => Some(Evidence::Count { seen: seen + more, wanted: wanted + as_wanted }),
            _ => None,
        }
    }

    /// Whether it rests on so few requests that even zero bad ones would prove nothing.
    fn is_thin(self) -> bool {
        match self {
            Evidence::Share { of, allowed, .. } => {
                let best = Evidence::Share { bad: 0, open: 0, of, allowed };
                best.verdict(1.0 - CONFIDENCE) != Verdict::Met
            }
            Evidence::Count { .. } | Evidence::Replications { .. } => false,
        }
    }

    /// Whether the point estimate misses the condition, significant or not.
    fn looks_bad(self) -> bool {
        match self {
            Evidence::Share { bad, open, of, allowed } => (bad + open) as f64 > allowed * of as f64,
            Evidence::Count { seen, wanted } => seen < wanted,
            Evidence::Replications { missed, open, of } => 2 * (missed + open) > of,
        }
    }
}

/// A target with its verdict in each bin; `None` where it does not apply.
pub(in crate::study) struct Judged {
    metric: Metric,
    limit: f64,
    condition: Condition,
    pub(super) by_bin: Vec<Option<Verdict>>,
}

impl Judged {
    /// Whether it is the required event rate rather than a target of the study.
    pub(super) fn is_of_events(&self) -> bool {
        matches!(self.condition, Condition::Events { .. })
    }

    fn is_of_requests(&self) -> bool {
        matches!(
            self.condition,
            Condition::Slow { .. } | Condition::Mean { .. } | Condition::Errors { .. }
        )
    }
}

/// Days of all replications of a variant, prepared for judging.
pub(in crate::study) struct Judge<'a> {
    days: &'a [&'a [Bin]],
    targets: &'a [Target],
    events: Option<f64>,
    /// Target load \[requests/s\].
    asked: f64,
    compress: f64,
    /// Stations at which waits count: threads, pools and consumers.
    queues: Vec<usize>,
}

impl Judge<'_> {
    pub(super) fn new<'a>(
        study: &'a Study,
        variant: usize,
        asked: &Day,
        days: &'a [&'a [Bin]],
    ) -> Judge<'a> {
        let is_queue = |of: Resource| {
            matches!(of, Resource::Threads(_) | Resource::Pool(..) | Resource::Listener(_))
        };
        let all = stations(study.case(variant, 0, 0));
        Judge {
            queues: (0..all.len()).filter(|at| is_queue(all[*at].resource)).collect(),
            days,
            targets: &study.targets,
            events: study.load.events_per_s,
            asked: study.load.rps,
            compress: asked.compress,
        }
    }

    /// Returns the number of bins.
    pub(super) fn bins(&self) -> usize {
        self.days.iter().map(|bins| bins.len()).min().unwrap_or(0)
    }

    /// Returns a bin of every replication.
    fn bin(&self, number: usize) -> impl Iterator<Item = &Bin> {
        self.days.iter().map(move |bins| &bins[number])
    }

    /// Start of a bin, also of the one past the last \[s after midnight\].
    pub(super) fn start(&self, number: usize) -> f64 {
        let Some(first) = self.days.first() else { return 0.0 };
        let start = match (first.get(number), first.last()) {
            (Some(bin), _) => bin.start,
            (None, Some(last)) => last.start + last.length,
            (None, None) => return 0.0,
        };
        start.secs() * self.compress
    }

    /// Length of a bin \[s\].
    pub(super) fn length(&self, number: usize) -> f64 {
        self.start(number + 1) - self.start(number)
    }

    /// Judges every target and the required event rate, bin by bin.
    pub(super) fn all(&self) -> Vec<Judged> {
        let mut judged: Vec<Judged> =
            self.targets.iter().filter_map(|target| self.target(target)).collect();
        if let Some(wanted) = self.events.filter(|_| self.asked > 0.0) {
            judged.push(self.judged(Metric::EventsPerS, wanted, Condition::Events { wanted }));
        }
        judged
    }

    /// Judges a target bin by bin; `None` for drift, since on a day with a rising load a growing
    /// queue is no fault.
    pub(super) fn target(&self, target: &Target) -> Option<Judged> {
        let guarded = self.targets.iter().any(|target| target.metric == Metric::ErrorRate);
        let Target { metric, limit, .. } = *target;
        let slow = |quantile: f64| Condition::Slow {
            quantile,
            limit: Span::from_secs(limit / 1e3),
            guarded,
        };
        let condition = match metric {
            Metric::P50Ms => slow(0.5),
            Metric::P95Ms => slow(0.95),
            Metric::P99Ms => slow(0.99),
            Metric::MeanMs => Condition::Mean { limit: limit / 1e3, guarded },
            Metric::P99WaitMs => Condition::Wait { limit: limit / 1e3 },
            Metric::ErrorRate => Condition::Errors { allowed: limit },
            Metric::MaxLag => Condition::Lag { most: limit },
            Metric::Drift | Metric::EventsPerS => return None,
        };
        Some(self.judged(metric, limit, condition))
    }

    /// Returns the overall verdict of each bin: every target except the required event rate, and
    /// that nearly all requests are answered where no target concerns requests.
    pub(super) fn well(&self, judged: &[Judged]) -> Vec<Option<Verdict>> {
        let implied = (!judged.iter().any(Judged::is_of_requests))
            .then(|| self.judged(Metric::ErrorRate, WELL, Condition::Errors { allowed: WELL }));
        let all = judged.iter().chain(&implied).filter(|judged| !judged.is_of_events());
        (0..self.bins())
            .map(|bin| overall(all.clone().filter_map(|judged| judged.by_bin[bin])))
            .collect()
    }

    fn judged(&self, metric: Metric, limit: f64, condition: Condition) -> Judged {
        let seen: Vec<Option<Evidence>> =
            (0..self.bins()).map(|bin| self.evidence(condition, bin)).collect();
        Judged { metric, limit, condition, by_bin: decided(&seen) }
    }

    /// Returns the evidence of a bin; `None` where there was no demand that the condition concerns.
    fn evidence(&self, condition: Condition, number: usize) -> Option<Evidence> {
        let over = Sums::of(self.bin(number));
        let requests = |bad: u64, open: u64, of: u64, allowed: f64| {
            // Requests without any answer are slower than any limit, and failures.
            let silent = over.answered == 0 && over.offered > 0;
            let all = over.asked();
            let (bad, open, of) = if silent { (all, 0, all) } else { (bad, open, of) };
            (of > 0).then_some(Evidence::Share { bad, open, of, allowed })
        };
        match condition {
            Condition::Slow { quantile, limit, guarded } => {
                let answers = || self.bin(number).map(|bin| &bin.answers);
                let good: u64 = answers().map(|answers| answers.good.above(limit)).sum();
                let open: u64 = answers().map(|answers| answers.unfinished.above(limit)).sum();
                let failed = if guarded { 0 } else { over.failed };
                let of = over.answered + over.unfinished + failed;
                requests(good + open + failed, over.unfinished - open, of, 1.0 - quantile)
            }
            Condition::Errors { allowed } => {
                requests(over.failed, over.unfinished, over.asked(), allowed)
            }
            Condition::Mean { limit, guarded } => {
                let bins = self.bin(number).filter(|bin| counts(bin, guarded));
                let told: Vec<Option<bool>> =
                    bins.map(|bin| exceeds(bin, limit, guarded)).collect();
                Evidence::of_replications(&told)
            }
            Condition::Wait { limit } => {
                let told: Vec<Option<bool>> = self
                    .bin(number)
                    .filter_map(|bin| self.longest_wait(bin))
                    .map(|mean| one_in_a_hundred(mean, limit))
                    .collect();
                Evidence::of_replications(&told)
            }
            Condition::Lag { most } => {
                let missed = self.bin(number).filter(|bin| bin.max_lag as f64 > most).count();
                let (open, of) = (0, self.days.len());
                let lags = self.bin(number).any(|bin| !bin.stations.is_empty());
                lags.then_some(Evidence::Replications { missed, open, of })
            }
            Condition::Events { wanted } => {
                let share = over.offered as f64 / over.seconds / self.asked;
                let wanted = wanted * share.min(1.0) * over.seconds;
                let seen = over.events as f64;
                (share >= PEAK).then_some(Evidence::Count { seen, wanted })
            }
        }
    }

    /// Returns the verdict over the day; `None` where the target never applies.
    pub(super) fn verdict(&self, judged: &Judged) -> Option<DayVerdict> {
        let lasts = |which: &dyn Fn(Verdict) -> bool| -> f64 {
            let bins = judged.by_bin.iter().enumerate();
            let found = bins.filter(|(_, verdict)| verdict.is_some_and(which));
            found.map(|(bin, _)| self.length(bin)).fold(0.0, |sum, length| sum + length)
        };
        let missed = |verdict: Verdict| verdict == Verdict::Missed;
        let first = judged.by_bin.iter().position(|verdict| verdict.is_some_and(missed));
        Some(DayVerdict {
            metric: judged.metric,
            limit: judged.limit,
            verdict: overall(judged.by_bin.iter().copied().flatten())?,
            judged_s: lasts(&|_| true),
            missed_s: lasts(&missed),
            undecided_s: lasts(&|verdict| verdict == Verdict::Undecided),
            first_missed_s: first.map(|bin| self.start(bin)),
            worst: self.worst(judged),
            recovery: self.recovery(&judged.by_bin, 0),
        })
    }

    /// Returns the worst hour, or bin.
    fn worst(&self, judged: &Judged) -> Option<Worst> {
        let bins = self.bins();
        let short = self.start(bins) - self.start(0) < SHORT_S;
        let hour = |bin: usize| ((self.start(bin) + 1e-6) / HOUR_S) as u64;
        let mut worst: Option<((f64, bool, f64), Worst)> = None;
        let mut from = 0;
        while from < bins {
            let same = |bin: &usize| if short { *bin == from } else { hour(*bin) == hour(from) };
            let to = (from..bins).take_while(same).last().unwrap_or(from) + 1;
            let own = &judged.by_bin[from..to];
            if own.iter().any(Option::is_some) {
                let missed = (from..to).filter(|bin| judged.by_bin[*bin] == Some(Verdict::Missed));
                let missed = missed.map(|bin| self.length(bin)).fold(0.0, |sum, next| sum + next);
                let value = self.value(judged.condition, from..to);
                let bad = match judged.condition {
                    Condition::Events { .. } => -value.unwrap_or(0.0),
                    _ => value.unwrap_or(0.0),
                };
                let over = self.sums(from..to);
                let rank = (missed, value.is_none(), bad);
                let found = Worst {
                    from_s: self.start(from),
                    to_s: self.start(to),
                    value,
                    answered: over.share_answered(),
                };
                if worst.as_ref().is_none_or(|(known, _)| rank > *known) {
                    worst = Some((rank, found));
                }
            }
            from = to;
        }
        worst.map(|(_, worst)| worst)
    }

    fn sums(&self, range: std::ops::Range<usize>) -> Sums {
        Sums::of(range.flat_map(|bin| self.bin(bin)))
    }

    /// Value of a metric over a range of bins, pooled over replications; `None` where nothing was
    /// answered.
    fn value(&self, condition: Condition, range: std::ops::Range<usize>) -> Option<f64> {
        let over = self.sums(range.clone());
        match condition {
            Condition::Slow { quantile, .. } => self.quantile_ms(quantile, range),
            Condition::Mean { .. } => {
                let good = range.flat_map(|bin| self.bin(bin)).map(|bin| &bin.answers.good);
                let (sum, count) = good.fold((0.0, 0), |(sum, count), good| {
                    (sum + good.sum_s(), count + good.count())
                });
                (count > 0).then(|| sum / count as f64 * 1e3)
            }
            // A day records only mean waits.
            Condition::Wait { .. } => None,
            Condition::Errors { .. } => {
                (over.ended() > 0).then(|| over.failed as f64 / over.ended() as f64)
            }
            Condition::Lag { .. } => {
                let lags = range.flat_map(|bin| self.bin(bin)).map(|bin| bin.max_lag as f64);
                Some(lags.fold(0.0, f64::max))
            }
            Condition::Events { .. } => Some(over.events as f64 / over.seconds),
        }
    }

    /// Quantile of the response times in a range of bins, pooled over replications \[ms\]; `None`
    /// where nothing was answered.
    pub(super) fn quantile_ms(&self, p: f64, range: std::ops::Range<usize>) -> Option<f64> {
        if self.sums(range.clone()).answered == 0 {
            return None;
        }
        let all = range.flat_map(|bin| self.bin(bin)).map(|bin| &bin.answers);
        let [found] = Pooled::of(all).quantiles([p], false);
        found.map(|found| found.least * 1e3).filter(|found| found.is_finite())
    }

    /// Share of the requests offered in these bins that were answered within the time limit; `None`
    /// where there were none.
    pub(super) fn answered(&self, bins: impl Iterator<Item = usize>) -> Option<f64> {
        Sums::of(bins.flat_map(|bin| self.bin(bin))).share_answered()
    }

    /// Returns whether a miss in these bins, the first of which has index `first`, is followed by
    /// recovery.
    pub(super) fn recovery(&self, by_bin: &[Option<Verdict>], first: usize) -> Recovery {
        let missed = |verdict: &Option<Verdict>| *verdict == Some(Verdict::Missed);
        let Some(last) = by_bin.iter().rposition(missed) else { return Recovery::Unneeded };
        let after = &by_bin[last + 1..];
        match after.iter().position(|verdict| *verdict == Some(Verdict::Met)) {
            Some(met) => Recovery::From { at_s: self.start(first + last + 1 + met) },
            None if after.contains(&Some(Verdict::Undecided)) => Recovery::Undecided,
            None => Recovery::Never,
        }
    }

    /// Mean wait for a thread, a connection or a consumer at the queue where it is longest \[s\];
    /// `None` without arrivals at any.
    fn longest_wait(&self, bin: &Bin) -> Option<f64> {
        let queues = self.queues.iter().filter_map(|station| bin.stations.get(*station));
        let mean = |seen: &StationBin| match seen.left {
            0 if seen.waiting > 0.0 => Some(f64::INFINITY),
            0 => None,
            left => Some(seen.waiting * bin.length.secs() / left as f64),
        };
        queues.filter_map(mean).reduce(f64::max)
    }

    /// Returns the longest period without an answer, over the replications.
    pub(super) fn silence(&self) -> Option<Silence> {
        let all: Vec<(f64, Option<f64>)> =
            self.days.iter().filter_map(|bins| self.longest_silence(bins)).collect();
        let ends = |of: &[f64]| {
            [
                of.iter().copied().fold(f64::INFINITY, f64::min),
                of.iter().copied().fold(0.0, f64::max),
            ]
        };
        let from: Vec<f64> = all.iter().map(|(from, _)| *from).collect();
        let until: Option<Vec<f64>> = all.iter().map(|(_, until)| *until).collect();
        (!all.is_empty()).then(|| Silence {
            replications: all.len() as u32,
            from_s: ends(&from),
            until_s: until.map(|until| ends(&until)),
        })
    }

    /// Returns the last answer before the period and the first after it, the latter `None` where
    /// there is none.
    fn longest_silence(&self, bins: &[Bin]) -> Option<(f64, Option<f64>)> {
        let end = bins.last().map(|bin| bin.start + bin.length)?.secs();
        let mut longest: Option<(f64, f64, Option<f64>)> = None;
        let mut last_answer = 0.0;
        for run in bins.chunk_by(|a, b| a.first_and_last.is_some() == b.first_and_last.is_some()) {
            if let Some((_, last)) = run.last().and_then(|bin| bin.first_and_last) {
                last_answer = last.secs();
                continue;
            }
            let asked: u64 = run.iter().map(|bin| bin.offered).sum();
            let behind = run.last().map_or(end, |bin| (bin.start + bin.length).secs());
            let next = bins.iter().find(|bin| bin.start.secs() >= behind - 1e-9);
            let until = next.and_then(|bin| bin.first_and_last).map(|(first, _)| first.secs());
            let lasts = until.unwrap_or(end) - last_answer;
            if asked >= SILENT && longest.is_none_or(|(longest, ..)| lasts > longest) {
                longest = Some((lasts, last_answer, until));
            }
        }
        let scaled = |at: f64| at * self.compress;
        longest.map(|(_, from, until)| (scaled(from), until.map(scaled)))
    }

    /// Largest lag of each replication in a range of bins \[records\].
    pub(super) fn lags(&self, range: std::ops::Range<usize>) -> Vec<f64> {
        let most = |bins: &&[Bin]| bins[range.clone()].iter().map(|bin| bin.max_lag).max();
        self.days.iter().map(|bins| most(bins).unwrap_or(0) as f64).collect()
    }
}

/// Whether the mean response time of a bin exceeds a limit \[s\]; `None` while requests older than
/// it have not ended.
fn exceeds(bin: &Bin, limit: f64, guarded: bool) -> Option<bool> {
    let answers = &bin.answers;
    let more = answers.mean().is_some_and(|mean| mean.least > limit);
    if more || (!guarded && answers.failed > 0) {
        return Some(true);
    }
    let old = answers.unfinished.above(Span::from_secs(limit));
    (old == 0).then_some(false)
}

/// Whether any request of the bin counts: failures do not where another target guards them.
fn counts(bin: &Bin, guarded: bool) -> bool {
    let failed = if guarded { bin.answers.failed } else { 0 };
    bin.answers.arrived() > failed
}

/// Whether one in a hundred waits longer than `limit`, judged by the mean wait alone: certainly if
/// the mean exceeds the limit and waits are distributed as in a queue; certainly not if it is below
/// a hundredth of the limit (Markov's inequality).
fn one_in_a_hundred(mean: f64, limit: f64) -> Option<bool> {
    if mean > limit {
        Some(true)
    } else if mean <= limit / 100.0 {
        Some(false)
    } else {
        None
    }
}

/// Sums over bins.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    offered: u64,
    /// Of the requests that arrived in the bins: answered within the time limit, failed, unfinished
    /// at the end of the day.
    answered: u64,
    failed: u64,
    unfinished: u64,
    events: u64,
    seconds: f64,
}

impl Sums {
    fn of<'a>(bins: impl Iterator<Item = &'a Bin>) -> Sums {
        bins.fold(Sums::default(), |sums, bin| Sums {
            offered: sums.offered + bin.offered,
            answered: sums.answered + bin.answers.good.count(),
            failed: sums.failed + bin.answers.failed,
            unfinished: sums.unfinished + bin.answers.unfinished.count(),
            events: sums.events + bin.events,
            seconds: sums.seconds + bin.length.secs(),
        })
    }

    fn ended(&self) -> u64 {
        self.answered + self.failed
    }

    fn asked(&self) -> u64 {
        self.ended() + self.unfinished
    }

    fn share_answered(&self) -> Option<f64> {
        (self.asked() > 0).then(|| self.answered as f64 / self.asked() as f64)
    }
}

/// Returns the verdict of each bin: significant over all bins of the day together, or else jointly
/// with all other bins that are inconclusive alone.
fn decided(seen: &[Option<Evidence>]) -> Vec<Option<Verdict>> {
    let count = seen.iter().flatten().count().max(1);
    let chance = (1.0 - CONFIDENCE) / count as f64;
    let alone: Vec<Option<Verdict>> =
        seen.iter().map(|evidence| evidence.map(|evidence| evidence.verdict(chance))).collect();
    let open = seen.iter().zip(&alone);
    let open = open.filter(|(_, verdict)| **verdict == Some(Verdict::Undecided));
    let together = together(open.filter_map(|(evidence, _)| *evidence), seen, chance);
    let of = |(evidence, verdict): (&Option<Evidence>, &Option<Verdict>)| match (
        verdict, together, evidence,
    ) {
        (Some(Verdict::Undecided), Verdict::Missed, Some(evidence)) if !evidence.looks_bad() => {
            Some(Verdict::Met)
        }
        (Some(Verdict::Undecided), together, Some(_)) => Some(together),
        (verdict, ..) => *verdict,
    };
    seen.iter().zip(&alone).map(of).collect()
}

/// Joint verdict on bins that are inconclusive alone. Missed only where it would be in any single
/// bin; bins with too few requests to show anything take the verdict of the rest of the day.
fn together(
    open: impl Iterator<Item = Evidence>,
    all: &[Option<Evidence>],
    chance: f64,
) -> Verdict {
    let sum = |each: &mut dyn Iterator<Item = Evidence>| {
        each.map(Some).reduce(|sum, next| sum?.and(next?)).flatten()
    };
    let mut open = open;
    let Some(open) = sum(&mut open) else { return Verdict::Undecided };
    if open.verdict(chance) == Verdict::Missed {
        return Verdict::Missed;
    }
    let told = if open.is_thin() { sum(&mut all.iter().flatten().copied()) } else { Some(open) };
    let told = told.map(|told| told.verdict(1.0 - CONFIDENCE));
    told.filter(|told| *told == Verdict::Met).unwrap_or(Verdict::Undecided)
}

#[cfg(test)]
pub(super) mod tests;
