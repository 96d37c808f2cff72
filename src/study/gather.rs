//! Outcomes of replications gathered into estimates.

use super::CONFIDENCE;
use super::replicate::Outcome;
use super::result::{AnatomyPart, AtLoad, StationResult, Target, TargetVerdict, Verdict, WarmUp};
use super::search::Line;
use crate::model::spec::Spec;
use crate::model::stations::stations;
use crate::observe::Phase;
use crate::observe::histogram::Histogram;
use crate::stats::sample::sectioned;
use crate::stats::{self, Estimate};

/// Response times beyond a quantile that a replication needs for it to be worth something. Below about four
/// nothing bounds it at all; with ten its own error is a third of the distance to the next tenth.
const BEYOND_QUANTILE: f64 = 10.0;

/// Share of a capacity, which may be without limit.
pub(super) fn share_of(busy: f64, capacity: f64) -> f64 {
    if capacity.is_finite() && capacity > 0.0 { busy / capacity } else { 0.0 }
}

pub(super) fn estimate(outcomes: &[Outcome], pick: impl Fn(&Outcome) -> f64) -> Estimate {
    let values: Vec<f64> = outcomes.iter().map(pick).collect();
    Estimate::from_samples(&values, CONFIDENCE)
}

/// Estimates of a number that cannot be negative: the t interval is cut at zero.
pub(super) fn positive(outcomes: &[Outcome], pick: impl Fn(&Outcome) -> f64) -> Estimate {
    let mut found = estimate(outcomes, pick);
    found.low = found.low.max(0.0);
    found
}

/// Share of requests that fail: all failures over all requests that ended. The mean of each replication's
/// own share would be biased where their numbers differ.
pub(super) fn error_rate(outcomes: &[Outcome]) -> Estimate {
    let failed: Vec<f64> = outcomes.iter().map(|outcome| outcome.failed).collect();
    let ended: Vec<f64> = outcomes.iter().map(|outcome| outcome.ended).collect();
    let mut found = stats::ratio(&failed, &ended, CONFIDENCE)
        .unwrap_or_else(|| estimate(outcomes, |outcome| outcome.error_rate));
    (found.low, found.high) = (found.low.max(0.0), found.high.min(1.0));
    found
}

/// The quantile of the response times of all replications together \[ms\], where `own` is that of one. The
/// mean of each replication's own would lie too low in the tail: by 4 % for the p99 of 1,000 responses of
/// M/M/1 at 0.6. Where a replication has no times but a bound, it is the mean of all the same.
pub(super) fn quantile(outcomes: &[Outcome], p: f64, own: fn(&Outcome) -> f64) -> Estimate {
    let mut all = Histogram::default();
    for outcome in outcomes {
        match &outcome.times {
            Some(times) => all.add(times),
            None => return positive(outcomes, own),
        }
    }
    let each: Vec<f64> = outcomes.iter().map(own).collect();
    sectioned(all.quantile(p) * 1e3, &each, CONFIDENCE)
}

/// The p99 of each replication, for pairing, shifted so that their mean is the p99 of all.
pub(super) fn p99_each(outcomes: &[Outcome]) -> Vec<f64> {
    let own = |outcome: &Outcome| outcome.p99_ms;
    let shift = quantile(outcomes, 0.99, own).mean - estimate(outcomes, own).mean;
    outcomes.iter().map(|outcome| own(outcome) + shift).collect()
}

/// Estimate of a target's metric.
fn metric(outcomes: &[Outcome], name: &str) -> Estimate {
    match name {
        "p50_ms" => quantile(outcomes, 0.5, |outcome| outcome.p50_ms),
        "p95_ms" => quantile(outcomes, 0.95, |outcome| outcome.p95_ms),
        "p99_ms" => quantile(outcomes, 0.99, |outcome| outcome.p99_ms),
        "error_rate" => error_rate(outcomes),
        name => positive(outcomes, |outcome| outcome.metric(name)),
    }
}

/// The lowest quantile that rests on too few response times, how many a replication has, and how many it
/// would need.
pub(super) fn too_few(outcomes: &[Outcome]) -> Option<(&'static str, f64, f64)> {
    let timed: Vec<f64> =
        outcomes.iter().filter_map(|seen| Some(seen.times.as_ref()?.count() as f64)).collect();
    let timed = timed.iter().sum::<f64>() / timed.len().max(1) as f64;
    let least = |beyond: f64| (BEYOND_QUANTILE / beyond).ceil();
    [("p50", least(0.5)), ("p95", least(0.05)), ("p99", least(0.01))]
        .into_iter()
        .find(|(_, least)| timed > 0.0 && timed < *least)
        .map(|(name, _)| (name, timed, least(0.01)))
}

pub(super) fn at_load(
    load: f64,
    warm_up: WarmUp,
    batches: Option<u32>,
    outcomes: &[Outcome],
) -> AtLoad {
    AtLoad {
        rps: load,
        warm_up,
        batches,
        mean_ms: positive(outcomes, |outcome| outcome.mean_ms),
        p50_ms: quantile(outcomes, 0.5, |outcome| outcome.p50_ms),
        p95_ms: quantile(outcomes, 0.95, |outcome| outcome.p95_ms),
        p99_ms: quantile(outcomes, 0.99, |outcome| outcome.p99_ms),
        error_rate: error_rate(outcomes),
        goodput_rps: positive(outcomes, |outcome| outcome.goodput_rps),
        events_per_s: positive(outcomes, |outcome| outcome.events_per_s),
        orders_per_s: positive(outcomes, |outcome| outcome.orders_per_s),
        max_lag: positive(outcomes, |outcome| outcome.max_lag),
    }
}

/// Verdicts on all targets, and on drift. A quantile that rests on too few response times decides nothing.
pub(super) fn verdicts(targets: &[Target], outcomes: &[Outcome]) -> Vec<TargetVerdict> {
    let drift = Target { metric: "drift".into(), limit: 0.0 };
    let few = too_few(outcomes).map_or("", |(name, _, _)| name);
    let quantiles = ["p50_ms", "p95_ms", "p99_ms"];
    let unknown = &quantiles[quantiles
        .iter()
        .position(|metric| !few.is_empty() && metric.starts_with(few))
        .unwrap_or(quantiles.len())..];
    targets
        .iter()
        .chain(std::iter::once(&drift))
        .map(|target| {
            let estimate = metric(outcomes, &target.metric);
            let verdict = if unknown.contains(&target.metric.as_str()) {
                Verdict::Undecided
            } else if estimate.high <= target.limit {
                Verdict::Met
            } else if estimate.low > target.limit {
                Verdict::Missed
            } else {
                Verdict::Undecided
            };
            TargetVerdict { metric: target.metric.clone(), estimate, verdict }
        })
        .collect()
}

pub(super) fn station_results(spec: &Spec, outcomes: &[Outcome]) -> Vec<StationResult> {
    stations(spec)
        .into_iter()
        .enumerate()
        .map(|(index, station)| StationResult {
            name: station.name,
            busy: positive(outcomes, |outcome| share_of(outcome.busy[index], station.capacity)),
            waiting: positive(outcomes, |outcome| outcome.waiting[index]),
            busy_by_bin: Vec::new(),
        })
        .collect()
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

/// The least well known of p99 and goodput, with its relative half-width; none with fewer than two
/// replications or where both are zero.
pub(super) fn widest(outcomes: &[Outcome]) -> Option<(&'static str, f64)> {
    let p99 = quantile(outcomes, 0.99, |outcome| outcome.p99_ms);
    let p99 = p99.relative_half_width().map(|width| ("p99", width));
    let goodput = estimate(outcomes, |outcome| outcome.goodput_rps);
    let goodput = goodput.relative_half_width().map(|width| ("goodput", width));
    p99.into_iter().chain(goodput).max_by(|a, b| a.1.total_cmp(&b.1))
}
