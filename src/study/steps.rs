//! Setting changes of a day: the time until each was in place, and the performance until the next.

use super::result::StepResult;
use super::setup::Day;
use crate::observe::tally::Bin;
use crate::stats::CONFIDENCE;
use crate::stats::Estimate;

/// Returns an entry for the time before the first change, then one for each change; empty without
/// any.
pub(super) fn steps(series: &[&[Bin]], asked: &Day) -> Vec<StepResult> {
    let Some((first, _)) = asked.steps.first() else { return Vec::new() };
    let begins =
        |number: usize| asked.steps.get(number).map_or(asked.horizon, |step| step.0).secs();
    let before = (first.secs() > 0.0).then(|| step(series, None, "", 0.0..first.secs()));
    let each = asked.steps.iter().enumerate().map(|(number, (at, what))| {
        step(series, Some(number as u32), what, at.secs()..begins(number + 1))
    });
    before.into_iter().chain(each).collect()
}

fn step(
    series: &[&[Bin]],
    state: Option<u32>,
    what: &str,
    range: std::ops::Range<f64>,
) -> StepResult {
    // A bin belongs to the interval that contains its midpoint.
    let within = |bin: &&Bin| range.contains(&(bin.start.secs() + bin.length.secs() / 2.0));
    let over = |pick: &dyn Fn(&mut dyn Iterator<Item = &Bin>) -> Option<f64>| {
        let values: Vec<f64> =
            series.iter().filter_map(|bins| pick(&mut bins.iter().filter(within))).collect();
        (!values.is_empty()).then(|| Estimate::from_samples(&values, CONFIDENCE))
    };
    let settled = |bins: &&[Bin]| -> Option<f64> {
        let all = bins.iter().flat_map(|bin| &bin.settled);
        let own = all.into_iter().find(|settled| Some(settled.0) == state);
        own.map(|settled| settled.1.secs() - range.start)
    };
    let settled: Option<Vec<f64>> = series.iter().map(settled).collect();
    StepResult {
        at_s: range.start,
        what: what.to_owned(),
        settled_after_s: settled.map(|all| all.into_iter().fold(0.0, f64::max)),
        error_rate: over(&|bins| {
            let (failed, answered) = bins.fold((0, 0), |(failed, answered), bin| {
                (failed + bin.failures(), answered + bin.answered)
            });
            (failed + answered > 0).then(|| failed as f64 / (failed + answered) as f64)
        }),
        p99_ms: over(&|bins| bins.map(Bin::p99_ms).filter(|p99| p99.is_finite()).reduce(f64::max)),
        max_lag: over(&|bins| Some(bins.map(|bin| bin.max_lag as f64).fold(0.0, f64::max)))
            .unwrap_or_default(),
    }
}
