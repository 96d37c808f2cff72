//! Outcomes of replications gathered into estimates.

use super::CONFIDENCE;
use super::replicate::Outcome;
use super::result::{AnatomyPart, AtLoad, DayBin, StationResult, Target, TargetVerdict, Verdict};
use super::saturation::Line;
use super::setup::Day;
use crate::model::spec::Spec;
use crate::model::stations::stations;
use crate::observe::Phase;
use crate::observe::tally::Bin;
use crate::stats::Estimate;

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

pub(super) fn at_load(load: f64, outcomes: &[Outcome]) -> AtLoad {
    let mut error_rate = positive(outcomes, |outcome| outcome.error_rate);
    error_rate.high = error_rate.high.min(1.0);
    AtLoad {
        rps: load,
        mean_ms: positive(outcomes, |outcome| outcome.mean_ms),
        p50_ms: positive(outcomes, |outcome| outcome.p50_ms),
        p95_ms: positive(outcomes, |outcome| outcome.p95_ms),
        p99_ms: positive(outcomes, |outcome| outcome.p99_ms),
        error_rate,
        goodput_rps: positive(outcomes, |outcome| outcome.goodput_rps),
        events_per_s: positive(outcomes, |outcome| outcome.events_per_s),
        orders_per_s: positive(outcomes, |outcome| outcome.orders_per_s),
        max_lag: positive(outcomes, |outcome| outcome.max_lag),
    }
}

pub(super) fn verdicts(targets: &[Target], outcomes: &[Outcome]) -> Vec<TargetVerdict> {
    let drift = Target { metric: "drift".into(), limit: 0.0 };
    targets
        .iter()
        .chain(std::iter::once(&drift))
        .map(|target| {
            let estimate = positive(outcomes, |outcome| outcome.metric(&target.metric));
            let verdict = if estimate.high <= target.limit {
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

pub(super) fn day_series(series: &[&[Bin]], asked: &Day) -> Vec<DayBin> {
    let bins = series.iter().map(|bins| bins.len()).min().unwrap_or(0);
    (0..bins)
        .map(|bin| {
            let over = |pick: &dyn Fn(&Bin) -> f64| {
                let values: Vec<f64> = series.iter().map(|bins| pick(&bins[bin])).collect();
                Estimate::from_samples(&values, CONFIDENCE)
            };
            let first = &series[0][bin];
            let seconds = first.length.secs();
            let rate = |count: u64| count as f64 / seconds;
            DayBin {
                start_s: first.start.secs() * asked.compress,
                length_s: asked.bin.secs(),
                offered_rps: over(&|bin| rate(bin.offered)),
                goodput_rps: over(&|bin| rate(bin.answered)),
                p99_ms: over(&|bin| bin.quantiles[2] * 1e3),
                error_rate: over(&|bin| {
                    let failed = bin.failures() as f64;
                    if failed > 0.0 { failed / (failed + bin.answered as f64) } else { 0.0 }
                }),
                max_lag: over(&|bin| bin.max_lag as f64),
                orders_per_s: over(&|bin| rate(bin.completed)),
            }
        })
        .collect()
}

/// The least well known of p99 and goodput, with its relative half-width; none with fewer than two
/// replications or where both are zero.
pub(super) fn widest(outcomes: &[Outcome]) -> Option<(&'static str, f64)> {
    let width = |pick: fn(&Outcome) -> f64| estimate(outcomes, pick).relative_half_width();
    let p99 = width(|outcome| outcome.p99_ms).map(|width| ("p99", width));
    let goodput = width(|outcome| outcome.goodput_rps).map(|width| ("goodput", width));
    p99.into_iter().chain(goodput).max_by(|a, b| a.1.total_cmp(&b.1))
}
