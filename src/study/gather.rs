//! Aggregation of the outcomes of replications into estimates.

use super::capacity::Ceilings;
use super::doubt::Measured;
use super::line::Line;
use super::metric::Metric;
use super::replicate::{Outcome, aside, of_requests};
use super::result::{
    AnatomyPart, AtLoad, StationResult, Target, TargetVerdict, Unanswered, Verdict, WaitResult,
    WarmUp,
};
use super::setup::Window;
use super::theory;
use super::used::{capacity_of, share_of};
use crate::model::spec::{Id, Resource, Spec};
use crate::model::stations::stations;
use crate::observe::Phase;
use crate::observe::answers::Pooled;
use crate::observe::histogram::Histogram;
use crate::observe::waits::Waits;
use crate::stats::CONFIDENCE;
use crate::stats::sample::{sectioned, share};
use crate::stats::{self, Estimate};
use crate::units::Span;

/// Response times beyond a quantile that a replication needs for a usable estimate. With fewer than
/// about four nothing bounds it at all; with ten the tail probability beyond it is known to about a
/// third (1/√10).
const BEYOND_QUANTILE: f64 = 10.0;

pub(super) fn estimate(outcomes: &[Outcome], pick: impl Fn(&Outcome) -> f64) -> Estimate {
    let values: Vec<f64> = outcomes.iter().map(pick).collect();
    Estimate::from_samples(&values, CONFIDENCE)
}

/// Estimates a number that cannot be negative: the t interval is truncated at zero.
pub(super) fn positive(outcomes: &[Outcome], pick: impl Fn(&Outcome) -> f64) -> Estimate {
    let mut found = estimate(outcomes, pick);
    found.low = found.low.max(0.0);
    found
}

/// Estimates the error rate: all failures over all requests that arrived. The mean of the
/// replications' own rates would be biased where their request counts differ. Unfinished requests
/// may still fail: they widen the interval upwards.
pub(super) fn error_rate(outcomes: &[Outcome]) -> Estimate {
    let arrived: Vec<f64> = outcomes.iter().map(|seen| seen.answers.arrived() as f64).collect();
    let share = |of: &dyn Fn(&Outcome) -> f64| {
        let failed: Vec<f64> = outcomes.iter().map(of).collect();
        stats::ratio(&failed, &arrived, CONFIDENCE)
    };
    let open = |seen: &Outcome| seen.answers.unfinished.count() as f64;
    let Some(mut found) = share(&|seen| seen.failed) else { return Estimate::default() };
    if let Some(most) = share(&|seen| seen.failed + open(seen)) {
        found.high = found.high.max(most.high);
    }
    found.n = arrived.iter().filter(|arrived| **arrived > 0.0).count() as u32;
    (found.low, found.high) = (found.low.max(0.0), found.high.min(1.0));
    found
}

/// Estimates the `p` quantile of the response times pooled over all replications \[ms\], where
/// `own` is that of one, with its interval by sectioning, clipped to the range observed. The mean
/// of the replications' own quantiles would be biased low in the tail: by 4 % for the p99 of 1,000
/// responses of M/M/1 at 0.6.
///
/// Returns a bound where unfinished requests, or with `slow` failed ones, decide it; empty where
/// there were no requests.
fn pooled(outcomes: &[Outcome], p: f64, slow: bool, own: &dyn Fn(&Outcome) -> f64) -> Estimate {
    let all = Pooled::of(outcomes.iter().map(|seen| &seen.answers));
    let [Some(found)] = all.quantiles([p], slow) else { return Estimate::default() };
    let each: Vec<f64> = outcomes.iter().map(own).collect();
    let n = each.iter().filter(|own| !own.is_nan()).count() as u32;
    let (shortest, longest) = (all.shortest() * 1e3, all.longest() * 1e3);
    if !found.is_known() {
        let least = if found.least.is_finite() { found.least * 1e3 } else { longest };
        return Estimate::at_least(least, n);
    }
    let within = sectioned(found.least * 1e3, &each, CONFIDENCE);
    let (low, high) = (within.low.max(shortest), within.high.min(longest));
    Estimate { low: low.min(within.mean), high: high.max(within.mean), ..within }
}

/// Estimates the `p` quantile of the response times of good answers \[ms\]; see [`pooled`].
pub(super) fn quantile(outcomes: &[Outcome], p: f64, own: fn(&Outcome) -> f64) -> Estimate {
    pooled(outcomes, p, false, &own)
}

/// Share of the total behind a mean that may be unknown for the mean to count as known.
const UNKNOWN: f64 = 0.01;

/// Estimates the mean response time of good answers \[ms\], over replications that had any. Returns
/// a bound where unfinished requests make up more than [`UNKNOWN`] of it, or where it is not
/// settled (see [`settled`]): for a law of infinite variance a sample mean usually lies too low,
/// however narrow its interval.
pub(super) fn mean(outcomes: &[Outcome], heavy: bool) -> Estimate {
    let sum = |pick: &dyn Fn(&Outcome) -> f64| outcomes.iter().map(pick).sum::<f64>();
    let open = sum(&|seen| seen.answers.unfinished.sum_s());
    let whole = open + sum(&|seen| seen.answers.good.sum_s());
    let found = within_seen(outcomes, |seen| seen.mean_ms);
    if open > UNKNOWN * whole || heavy || !settled(outcomes) {
        let least = outcomes.iter().map(|seen| seen.mean_ms).fold(f64::INFINITY, f64::min);
        return Estimate::at_least(least, found.n);
    }
    found
}

/// Returns the mean response time by the spec without any queueing \[ms\], where the observed mean
/// is significantly below it although no request failed: the rare events that make up that mean
/// were not observed.
pub(super) fn unseen_mean(spec: &Spec, load: f64, outcomes: &[Outcome]) -> Option<f64> {
    let found = mean(outcomes, false);
    let least = theory::least_mean(spec, load)? * 1e3;
    let failed = outcomes.iter().any(|seen| seen.failed > 0.0);
    let below = !failed && found.n > 0 && !found.is_bound() && found.high < least * (1.0 - UNSEEN);
    below.then_some(least)
}

/// Relative amount by which the observed mean must be significantly below that of the spec.
const UNSEEN: f64 = 0.05;

/// Whether the mean of all responses is not dominated by the largest of them: of n values with
/// finite variance the largest makes up less than about 1/√n of the sum, and with infinite variance
/// a share that hardly falls.
pub(super) fn settled(outcomes: &[Outcome]) -> bool {
    let good = outcomes.iter().map(|seen| &seen.answers.good);
    let (count, sum) = good.clone().fold((0.0, 0.0), |(count, sum), times| {
        (count + times.count() as f64, sum + times.sum_s())
    });
    let most = good.map(|times| times.maximum().secs()).fold(0.0, f64::max);
    // Where no time is spent at all there is no value that could dominate.
    count < FEW || sum <= 0.0 || most / sum <= HANGS / count.sqrt()
}

/// Number of responses below which [`settled`] makes no statement, and the multiple of 1/√n that
/// the largest may make up.
const FEW: f64 = 100.0;
const HANGS: f64 = 10.0;

/// Estimates the mean of a time: the t interval, clipped to the range observed.
fn within_seen(outcomes: &[Outcome], pick: impl Fn(&Outcome) -> f64) -> Estimate {
    let mut found = estimate(outcomes, pick);
    let times = || outcomes.iter().map(|seen| &seen.answers.good);
    let longest = times().map(|times| times.maximum().secs()).fold(0.0, f64::max) * 1e3;
    found.low = found.low.max(0.0);
    found.high = found.high.min(longest).max(found.mean);
    found
}

/// Returns the p99 of each replication for pairing, shifted so that their mean is the pooled p99.
pub(super) fn p99_each(outcomes: &[Outcome]) -> Vec<f64> {
    let own = |outcome: &Outcome| outcome.p99_ms;
    let shift = quantile(outcomes, 0.99, own).mean - estimate(outcomes, own).mean;
    outcomes.iter().map(|outcome| own(outcome) + shift).collect()
}

/// Estimates a target's metric; empty where nothing was observed that it concerns.
pub(super) fn metric(outcomes: &[Outcome], target: &Target) -> Estimate {
    let slow = target.unanswered == Unanswered::Slow;
    let own = |outcome: &Outcome| outcome.metric(target);
    if of_requests(target) && outcomes.iter().all(|seen| !seen.asked) {
        return estimate(outcomes, own);
    }
    match target.metric {
        Metric::P50Ms => pooled(outcomes, 0.5, slow, &own),
        Metric::P95Ms => pooled(outcomes, 0.95, slow, &own),
        Metric::P99Ms => pooled(outcomes, 0.99, slow, &own),
        Metric::MeanMs => mean(outcomes, false),
        Metric::P99WaitMs => worst_wait(outcomes),
        Metric::ErrorRate => error_rate(outcomes),
        Metric::MaxLag | Metric::Drift | Metric::EventsPerS => {
            let active: Vec<f64> = outcomes.iter().filter(|seen| seen.active).map(own).collect();
            let mut found = Estimate::from_samples(&active, CONFIDENCE);
            found.low = found.low.max(0.0);
            found
        }
    }
}

/// Value of a target's metric pooled over replications, as far as it is known: infinite where
/// requests without a good answer decide it, NaN where nothing was observed.
pub(super) fn value(outcomes: &[Outcome], target: &Target) -> f64 {
    if of_requests(target) && outcomes.iter().all(|seen| !seen.asked) {
        return 0.0;
    }
    let slow = target.unanswered == Unanswered::Slow;
    if target.metric == Metric::MeanMs && outcomes.iter().any(|seen| unanswered(target, seen)) {
        return f64::INFINITY;
    }
    if let Some(beyond) = target.metric.tail() {
        let all = Pooled::of(outcomes.iter().map(|seen| &seen.answers));
        let [found] = all.quantiles([1.0 - beyond], slow);
        return found.map_or(f64::NAN, |found| found.least * 1e3);
    }
    let found = metric(outcomes, target);
    if found.n == 0 { f64::NAN } else { found.mean }
}

/// Judges one target. Where a percentile is only bounded, or is NaN in some replication because
/// requests without a good answer decide it, the share of responses beyond the limit decides.
pub(super) fn verdict(target: &Target, outcomes: &[Outcome]) -> TargetVerdict {
    let estimate = metric(outcomes, target);
    let whole = |estimate: &Estimate| !estimate.is_bound() || estimate.n == 0;
    let finite = outcomes.iter().all(|seen| seen.metric(target).is_finite());
    let verdict = match target.metric.tail() {
        _ if estimate.n == 0 => Verdict::Undecided,
        _ if of_requests(target) && outcomes.iter().all(|seen| !seen.asked) => Verdict::Met,
        Some(allowed) if !whole(&estimate) || !finite => beyond(target, outcomes, allowed),
        _ if target.metric == Metric::MeanMs
            && outcomes.iter().any(|seen| unanswered(target, seen)) =>
        {
            Verdict::Missed
        }
        // Where no failure is allowed, zero observed failures is the strongest evidence there can
        // be.
        _ if target.metric == Metric::ErrorRate && target.limit > 0.0 => {
            decide(&of_few(estimate, outcomes), target.limit)
        }
        _ => decide(&estimate, target.limit),
    };
    TargetVerdict { metric: target.metric, estimate, verdict }
}

/// Widens the interval of an error rate to one that is valid for small counts: no failure among
/// forty requests says little about a rate of one in a hundred.
fn of_few(found: Estimate, outcomes: &[Outcome]) -> Estimate {
    let sum = |pick: fn(&Outcome) -> f64| outcomes.iter().map(pick).sum::<f64>() as u64;
    let arrived = sum(|seen| seen.answers.arrived() as f64);
    let alone = share(sum(|seen| seen.failed), arrived, CONFIDENCE);
    Estimate { low: found.low.min(alone.low), high: found.high.max(alone.high), ..found }
}

/// Whether a mean includes a request without a good answer, which counts as slower than any limit.
fn unanswered(target: &Target, seen: &Outcome) -> bool {
    target.unanswered == Unanswered::Slow && seen.failed > 0.0
}

/// Compares a limit with an interval, or with a bound.
pub(super) fn decide(estimate: &Estimate, limit: f64) -> Verdict {
    let (low, high) = estimate.judged();
    if low > limit {
        Verdict::Missed
    } else if high <= limit {
        Verdict::Met
    } else {
        Verdict::Undecided
    }
}

/// Judges whether more than a share `allowed` of responses lies beyond a target's limit. For a
/// miss, unfinished requests count if they are already older than the limit; for a target that is
/// met, all of them count against it.
fn beyond(target: &Target, outcomes: &[Outcome], allowed: f64) -> Verdict {
    let slow = target.unanswered == Unanswered::Slow;
    let limit = Span::from_secs(target.limit / 1e3);
    let of = |seen: &Outcome| {
        let answers = &seen.answers;
        let apart = if slow { 0 } else { answers.failed };
        (answers.arrived() - apart) as f64
    };
    let surely = |seen: &Outcome| {
        let answers = &seen.answers;
        let failed = if slow { answers.failed } else { 0 };
        (answers.good.above(limit) + answers.unfinished.above(limit) + failed) as f64
    };
    let young = |seen: &Outcome| {
        let open = &seen.answers.unfinished;
        (open.count() - open.above(limit)) as f64
    };
    let all: Vec<f64> = outcomes.iter().map(of).collect();
    let share = |pick: &dyn Fn(&Outcome) -> f64| {
        stats::ratio(&outcomes.iter().map(pick).collect::<Vec<f64>>(), &all, CONFIDENCE)
    };
    match (share(&surely), share(&|seen| surely(seen) + young(seen))) {
        (Some(least), _) if least.low > allowed => Verdict::Missed,
        (_, Some(most)) if most.high <= allowed => Verdict::Met,
        _ => Verdict::Undecided,
    }
}

/// Returns the lowest quantile that rests on too few response times, their number per replication,
/// and the number required.
pub(super) fn too_few(outcomes: &[Outcome]) -> Option<(Metric, f64, f64)> {
    let timed: Vec<f64> = outcomes
        .iter()
        .map(|seen| seen.answers.arrived() as f64)
        .filter(|timed| *timed > 0.0)
        .collect();
    let timed = timed.iter().sum::<f64>() / timed.len().max(1) as f64;
    let least = |beyond: f64| (BEYOND_QUANTILE / beyond).ceil();
    [(Metric::P50Ms, least(0.5)), (Metric::P95Ms, least(0.05)), (Metric::P99Ms, least(0.01))]
        .into_iter()
        .find(|(_, least)| timed > 0.0 && timed < *least)
        .map(|(name, _)| (name, timed, least(0.01)))
}

/// Returns a predicate for percentiles that rest on too few response times: the lowest such one and
/// all above it.
pub(super) fn rests_on_few(outcomes: &[Outcome]) -> impl Fn(Metric) -> bool {
    let few = too_few(outcomes).and_then(|(lowest, _, _)| lowest.tail());
    move |metric| metric.tail().zip(few).is_some_and(|(tail, few)| tail <= few)
}

/// Summarises user-visible performance at a load; `heavy` where a law of the spec has infinite
/// variance.
pub(super) fn at_load(
    load: f64,
    warm_up: WarmUp,
    batches: Option<u32>,
    outcomes: &[Outcome],
    heavy: bool,
) -> AtLoad {
    let shown = |found: Estimate, own: &dyn Fn(&Outcome) -> f64| {
        shaped(found, &outcomes.iter().map(own).collect::<Vec<f64>>())
    };
    let time = |p, own: fn(&Outcome) -> f64| shown(quantile(outcomes, p, own), &own);
    let rate = |own: fn(&Outcome) -> f64| shown(positive(outcomes, own), &own);
    AtLoad {
        rps: load,
        warm_up,
        batches,
        mean_ms: shown(mean(outcomes, heavy), &|seen| seen.mean_ms),
        p50_ms: time(0.5, |seen| seen.p50_ms),
        p95_ms: time(0.95, |seen| seen.p95_ms),
        p99_ms: time(0.99, |seen| seen.p99_ms),
        error_rate: shown(error_rate(outcomes), &Outcome::own_error_rate),
        goodput_rps: rate(|seen| seen.goodput_rps),
        events_per_s: rate(|seen| seen.events_per_s),
        orders_per_s: rate(|seen| seen.orders_per_s),
        max_lag: rate(|seen| seen.max_lag),
    }
}

/// Number of replications up to which the range of the values is more informative than an interval.
const FEW_REPLICATIONS: u32 = 3;

/// Presents an estimate: as the range where there are few replications, or where they are bimodal.
pub(in crate::study) fn shaped(estimate: Estimate, each: &[f64]) -> Estimate {
    let few = (2..=FEW_REPLICATIONS).contains(&estimate.n);
    if estimate.is_bound() || estimate.is_exact() || !(few || camps(each).is_some()) {
        return estimate;
    }
    estimate.ranged(each)
}

/// Minimum gap between the two modes as a share of the whole range, and the minimum ratio of the
/// values at its edges; unimodal replications are hardly ever so far apart.
const GAP: f64 = 0.5;
const APART: f64 = 3.0;
/// Minimum number of values that can be bimodal.
const CAMPS: usize = 4;

/// Returns the number of values in the lower of two modes; `None` where they are unimodal.
pub(super) fn camps(each: &[f64]) -> Option<usize> {
    let mut sorted: Vec<f64> = each.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (first, last) = (sorted.first()?, sorted.last()?);
    let widest = (1..sorted.len()).max_by(|a, b| {
        let gap = |at: usize| sorted[at] - sorted[at - 1];
        gap(*a).total_cmp(&gap(*b)).then(b.cmp(a))
    })?;
    let (below, above) = (sorted[widest - 1], sorted[widest]);
    let apart = above - below >= GAP * (last - first) && above > APART * below.max(0.0);
    (sorted.len() >= CAMPS && apart && last > first).then_some(widest)
}

/// Share of requests on the way to a full station that must fail for it to possibly be full and
/// steady; also the most by which the remaining ones may exceed its capacity.
const LOST: f64 = 0.005;
const LEFT: f64 = 1.02;
/// Utilisation above which it is tested whether any capacity is significantly free.
const BUSY: f64 = 0.95;
/// Relaxation times of a station that a window must hold to tell its queue from one that grows.
const TOLD: f64 = 10.0;

/// Returns the stations that can set lines and have no capacity significantly free, by the spec or
/// by their observed utilisation: what is left of them may be chance, and the queue observed
/// depends on the length of the window.
pub(super) fn full(spec: &Spec, load: f64, window: Window, outcomes: &[Outcome]) -> Vec<usize> {
    let all = stations(spec);
    let shares = theory::shares(spec, load);
    let nearly = |station: usize| {
        let capacity = theory::most(spec, &all[station]);
        let busy = estimate(outcomes, |seen| share_of(seen.busy[station], capacity));
        let half = busy.half_width().unwrap_or(0.0);
        spec.load.closed.is_none() && busy.mean > BUSY && 1.0 - busy.mean < 2.0 * half
    };
    // A failed request does not wait: a station that rejects requests is saturated yet steady.
    let good = theory::shares_without(spec, load, &failing(spec, outcomes));
    let relieved = |station: usize| {
        shares[station] - good[station] > LOST * shares[station] && good[station] < LEFT
    };
    let slow: Vec<usize> = Ceilings::of(spec)
        .slower(load, window.measure.secs() / TOLD)
        .into_iter()
        .filter(|station| shares[*station] > 0.5)
        .collect();
    let full = |station: &usize| {
        let by_law = shares[*station] >= theory::FULL;
        let open = by_law || nearly(*station) || slow.contains(station);
        open && !relieved(*station)
    };
    (0..all.len()).filter(|station| !aside(spec, &all[*station])).filter(full).collect()
}

/// Failure rate of the requests to each endpoint.
fn failing(spec: &Spec, outcomes: &[Outcome]) -> Vec<f64> {
    let arrived: f64 = outcomes.iter().map(|seen| seen.answers.arrived() as f64).sum();
    let of = |(endpoint, made): (usize, f64)| {
        let failed = outcomes.iter().filter_map(|seen| seen.failed_by.get(endpoint));
        let failed: f64 = failed.sum();
        if made * arrived > 0.0 { failed / (made * arrived) } else { 0.0 }
    };
    theory::made_to(spec).into_iter().enumerate().map(of).collect()
}

/// Turns response times into lower bounds where no window determines them: a queue on the path of
/// users who wait indefinitely is full or grows.
pub(super) fn unbounded(at: AtLoad, spec: &Spec, full: &[usize], outcomes: &[Outcome]) -> AtLoad {
    let all = stations(spec);
    let on_the_way = |station: &usize| !matches!(all[*station].resource, Resource::Listener(_));
    let grows = |station: &usize| {
        let drifting = outcomes.iter().filter(|seen| seen.drifting.contains(station)).count();
        2 * drifting > outcomes.len()
    };
    let stuck = full.iter().copied().chain((0..all.len()).filter(grows)).any(|at| on_the_way(&at));
    if spec.load.patience.is_some() || spec.load.closed.is_some() || !stuck {
        return at;
    }
    let bound = |found: Estimate| match found.n {
        0 => found,
        n => Estimate::at_least(found.low, n),
    };
    AtLoad {
        mean_ms: bound(at.mean_ms),
        p50_ms: bound(at.p50_ms),
        p95_ms: bound(at.p95_ms),
        p99_ms: bound(at.p99_ms),
        ..at
    }
}

/// Returns the verdicts on all targets and on drift. A quantile that rests on too few response
/// times is not met; nor is anything where a station is `full`.
pub(super) fn verdicts(
    targets: &[Target],
    outcomes: &[Outcome],
    full: &[usize],
) -> Vec<TargetVerdict> {
    let drift = Target::new(Metric::Drift, 0.0);
    let unknown = rests_on_few(outcomes);
    targets
        .iter()
        .chain(std::iter::once(&drift))
        .map(|target| {
            let mut judged = verdict(target, outcomes);
            let open = !full.is_empty() || unknown(target.metric);
            if open && judged.verdict == Verdict::Met {
                judged.verdict = Verdict::Undecided;
            }
            judged
        })
        .collect()
}

pub(super) fn station_results(spec: &Spec, outcomes: &[Outcome]) -> Vec<StationResult> {
    stations(spec)
        .into_iter()
        .enumerate()
        .map(|(index, station)| {
            let share = |outcome: &Outcome| {
                let pods = |service: Id| {
                    let more = outcome.pods.get(service as usize).copied().unwrap_or_default();
                    f64::from(spec.services[service as usize].pods) + more
                };
                let busy = outcome.busy[index];
                share_of(busy, capacity_of(spec, &station, &pods).max(busy))
            };
            StationResult {
                busy: positive(outcomes, share),
                waiting: positive(outcomes, |outcome| outcome.waiting[index]),
                wait: waits(station.resource, index, outcomes),
                name: station.name,
                busy_by_bin: Vec::new(),
            }
        })
        .collect()
}

/// Summarises the waits at a station over all replications; `None` without arrivals, or for a
/// station that is no queue for threads, connections or consumers.
fn waits(resource: Resource, index: usize, outcomes: &[Outcome]) -> Option<WaitResult> {
    if !matches!(resource, Resource::Threads(_) | Resource::Pool(..) | Resource::Listener(_)) {
        return None;
    }
    let each = waits_at(index, outcomes);
    let percentile = |p: f64| {
        let own: Vec<f64> = each.iter().map(|waits| quantile_ms(waits, p)).collect();
        shaped(pooled_wait(&each, p), &own)
    };
    let over = |of: &dyn Fn(&Waits) -> f64| {
        let own: Vec<f64> = each.iter().map(|waits| of(waits)).collect();
        let mut found = Estimate::from_samples(&own, CONFIDENCE);
        found.low = found.low.max(0.0);
        shaped(found, &own)
    };
    let waited = |waits: &Waits| waits.times.above(Span::ZERO) as f64 / waits.times.count() as f64;
    let mut share = over(&waited);
    share.high = share.high.min(1.0);
    (!each.is_empty()).then(|| WaitResult {
        waited: share,
        mean_ms: over(&|waits| waits.times.sum_s() * 1e3 / waits.times.count() as f64),
        p50_ms: percentile(0.5),
        p95_ms: percentile(0.95),
        p99_ms: percentile(0.99),
    })
}

fn waits_at(index: usize, outcomes: &[Outcome]) -> Vec<&Waits> {
    let each = outcomes.iter().filter_map(|seen| seen.waits.get(index));
    each.filter(|waits| waits.times.count() > 0).collect()
}

/// Estimates the `p` quantile of the pooled waits \[ms\]; a bound where requests still waiting
/// decide it.
fn pooled_wait(each: &[&Waits], p: f64) -> Estimate {
    let mut all = Histogram::default();
    for waits in each {
        all.add(&waits.times);
    }
    let open: u64 = each.iter().map(|waits| waits.open).sum();
    let own: Vec<f64> = each.iter().map(|waits| quantile_ms(waits, p)).collect();
    let centre = all.quantile(p) * 1e3;
    // A request still waiting may yet wait longer than all others.
    if open as f64 >= (1.0 - p) * all.count() as f64 && open > 0 {
        return Estimate::at_least(centre, own.len() as u32);
    }
    let found = sectioned(centre, &own, CONFIDENCE);
    let most = all.maximum().secs() * 1e3;
    Estimate { high: found.high.min(most).max(found.mean), ..found }
}

/// Estimates the 99th percentile of the waits at the station where it is largest; empty without
/// arrivals at any.
fn worst_wait(outcomes: &[Outcome]) -> Estimate {
    let stations = outcomes.iter().map(|seen| seen.waits.len()).max().unwrap_or(0);
    let of = |index| Some(waits_at(index, outcomes)).filter(|each| !each.is_empty());
    let each = (0..stations).filter_map(of).map(|each| pooled_wait(&each, 0.99));
    each.max_by(|a, b| a.mean.total_cmp(&b.mean)).unwrap_or_default()
}

fn quantile_ms(waits: &Waits, p: f64) -> f64 {
    waits.times.quantile(p).map_or(f64::NAN, |value| value * 1e3)
}

pub(super) fn anatomy(lines: &[Line]) -> Vec<AnatomyPart> {
    anatomy_of(&lines.iter().filter_map(|line| line.carried.as_ref()).collect::<Vec<_>>())
}

pub(super) fn anatomy_of(outcomes: &[&Outcome]) -> Vec<AnatomyPart> {
    Phase::ALL
        .iter()
        .map(|phase| {
            let values: Vec<f64> =
                outcomes.iter().map(|outcome| outcome.anatomy_ms[*phase as usize]).collect();
            let mean_ms = Estimate::from_samples(&values, CONFIDENCE);
            AnatomyPart { part: phase.name().into(), mean_ms }
        })
        .filter(|part| part.mean_ms.mean > 0.0)
        .collect()
}

/// Returns the less precise of p99 and goodput, with its relative half-width; `None` with fewer
/// than two replications or where both are zero.
pub(super) fn widest(outcomes: &[Outcome]) -> Option<(Measured, f64)> {
    let p99 = quantile(outcomes, 0.99, |outcome| outcome.p99_ms);
    let p99 = p99.relative_half_width().map(|width| (Measured::Metric(Metric::P99Ms), width));
    let goodput = estimate(outcomes, |outcome| outcome.goodput_rps);
    let goodput = goodput.relative_half_width().map(|width| (Measured::Goodput, width));
    p99.into_iter().chain(goodput).max_by(|a, b| a.1.total_cmp(&b.1))
}
