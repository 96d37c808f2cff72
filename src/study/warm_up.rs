//! Warm-up detection: determined before a run, or checked afterwards.
//!
//! A run begins with an empty system. Its transient shows in short slices: users' requests in
//! progress (answered ones, for a fixed number of users), consumer lag, flows completed. The slices
//! are averaged over replications and truncated by MSER-5 ([`crate::stats::series::mser5`]).

use rayon::prelude::*;

use super::replicate::{Outcome, SLICES};
use super::result::{WarmUp, WarmUpSource};
use super::runs::{Part, Runs};
use super::setup::Window;
use crate::model::spec::Spec;
use crate::stats::CONFIDENCE;
use crate::stats::Estimate;
use crate::stats::distribution::student_t_quantile;
use crate::stats::series::mser5;
use crate::units::Span;

/// Replications of a pilot run, and the number of the first, apart from those that count, so that
/// the warm-up is independent of them.
const PILOTS: u32 = 4;
const FIRST_PILOT: u32 = 1_000_000;
/// Lengths of successive pilot runs, as shares of the observed window, up to the first that
/// settles.
const LENGTHS: [f64; 3] = [0.25, 1.0, 2.0];
/// Slices per batch of MSER-5, the smallest unit of truncation.
const BATCH: usize = 5;
/// Confidence required to warn that the start of a window differs from the rest: the point of
/// division was selected because they seem to differ.
const SURE: f64 = 0.999;
/// Shift of the mean by the start, as a share of the interval's half-width, that matters: at a
/// fifth, a 95 % interval still has a coverage of 93 %.
const MATERIAL: f64 = 0.2;
/// Groups of slices that replace replications in a single run.
const GROUPS: usize = 20;

/// Remaining transient in an observed window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Transient {
    /// It ends within the window: a warm-up of this length would suffice.
    Until(Span),
    /// The second half of the window still differs from the first.
    TooShort,
}

/// Determines the warm-up that `spec` needs at `load`, from pilot runs that begin empty. An
/// overload never settles: the warm-up is then the default.
pub(crate) fn find(runs: &Runs<'_>, spec: &Spec, load: f64) -> WarmUp {
    let window = runs.study.window;
    for share in LENGTHS {
        let measure = Span::from_secs(window.measure.secs() * share);
        let pilot = Window { warm_up: Span::ZERO, measure, follow: Span::ZERO };
        let outcomes: Vec<Outcome> = (0..PILOTS)
            .into_par_iter()
            .map(|number| runs.watched(Part::WarmUp, spec, pilot, load, FIRST_PILOT + number))
            .collect();
        let drifting = outcomes.iter().filter(|outcome| !outcome.drifting.is_empty()).count();
        let overloaded = 2 * drifting > outcomes.len();
        if overloaded && share >= 1.0 {
            break;
        }
        if let (Some(cut), false) = (settled(spec, &outcomes), overloaded) {
            // MSER-5 cannot resolve less than a batch.
            let found = sensible(slices(measure, cut + BATCH));
            return WarmUp { seconds: found.secs(), source: WarmUpSource::Found };
        }
    }
    let seconds = window.warm_up.secs();
    WarmUp { seconds, source: WarmUpSource::Unsettled }
}

/// Returns the slices to truncate so that every series is settled; `None` where one never is.
fn settled(spec: &Spec, outcomes: &[Outcome]) -> Option<usize> {
    let mut cut = 0;
    for series in all_series(spec, outcomes) {
        cut = cut.max(mser5(&averaged(&series))?);
    }
    Some(cut)
}

/// Detects whether the windows of `outcomes` begin before the system has settled. A shift counts if
/// it is significant, by the t test of start against rest, paired by replication, and material to
/// the mean.
pub(crate) fn remaining(spec: &Spec, window: Window, outcomes: &[Outcome]) -> Option<Transient> {
    let mut cut = 0;
    for series in all_series(spec, outcomes) {
        let found = mser5(&averaged(&series));
        let at = found.unwrap_or(SLICES as usize / 2);
        if at == 0 || !shifted(&series, at) {
            continue;
        }
        if found.is_none() {
            return Some(Transient::TooShort);
        }
        cut = cut.max(at);
    }
    let needed = Span(window.warm_up.0 + slices(window.measure, cut + BATCH).0);
    (cut > 0).then(|| Transient::Until(sensible(needed)))
}

/// Returns the series to examine, each over all outcomes that have slices.
fn all_series<'a>(spec: &Spec, outcomes: &'a [Outcome]) -> [Vec<&'a [f64]>; 3] {
    let seen = || outcomes.iter().map(|outcome| &outcome.slices);
    let seen = || seen().filter(|slices| slices.in_flight.len() >= SLICES as usize);
    // The remainder of the division of the window into slices may appear as an additional one.
    let whole = |values: &'a [f64]| &values[..SLICES as usize];
    let load = if spec.load.closed.is_some() {
        seen().map(|slices| whole(&slices.answered)).collect()
    } else {
        seen().map(|slices| whole(&slices.in_flight)).collect()
    };
    let lag = seen().map(|slices| whole(&slices.lag)).collect();
    [load, lag, seen().map(|slices| whole(&slices.completed)).collect()]
}

fn averaged(series: &[&[f64]]) -> Vec<f64> {
    let length = series.iter().map(|values| values.len()).min().unwrap_or(0);
    let count = series.len().max(1) as f64;
    (0..length).map(|at| series.iter().map(|values| values[at]).sum::<f64>() / count).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Whether the first `at` slices significantly differ from the rest, by enough to bias the overall
/// mean.
fn shifted(series: &[&[f64]], at: usize) -> bool {
    if let [only] = series {
        return shifted_within(only, at);
    }
    let over = |pick: &dyn Fn(&[f64]) -> f64, confidence| {
        let values: Vec<f64> = series.iter().map(|values| pick(values)).collect();
        Estimate::from_samples(&values, confidence)
    };
    let step = over(&|values| mean(&values[..at]) - mean(&values[at..]), SURE);
    let bias = over(&|values| mean(values) - mean(&values[at..]), CONFIDENCE).mean;
    let half = over(&mean, CONFIDENCE).half_width().unwrap_or(f64::INFINITY);
    step.contains(0.0) == Some(false) && bias.abs() > MATERIAL * half
}

/// Tests for a shift in a single run: the variance of time averages is estimated from groups of
/// slices. All of them are used, because MSER-5 retains what varies least: a shift must stand out
/// from a spread that it is part of.
fn shifted_within(values: &[f64], at: usize) -> bool {
    let (begun, rest) = values.split_at(at);
    let size = values.len() / GROUPS;
    let groups: Vec<f64> = values.chunks_exact(size.max(1)).map(mean).collect();
    let spread = Estimate::from_samples(&groups, CONFIDENCE);
    let Some(half) = spread.half_width() else { return false };
    let degrees = groups.len() as f64 - 1.0;
    let error = half / student_t_quantile(f64::midpoint(1.0, CONFIDENCE), degrees);
    // The variance of a time average falls with the time, or more slowly: this errs on the side of
    // no warning.
    let part = |part: &[f64]| values.len() as f64 / part.len().max(1) as f64;
    let of_step = error * (part(begun) + part(rest)).sqrt();
    let step = (mean(begun) - mean(rest)).abs();
    let sure = step > of_step * student_t_quantile(f64::midpoint(1.0, SURE), degrees);
    sure && (mean(values) - mean(rest)).abs() > MATERIAL * half
}

fn slices(window: Span, count: usize) -> Span {
    Span((u128::from(window.0) * count as u128 / u128::from(SLICES)) as u64)
}

/// Rounds up to a conventional length.
pub(super) fn sensible(span: Span) -> Span {
    let tens = [10, 12, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90];
    let mut unit = 1_u64;
    loop {
        if let Some(round) = tens.iter().map(|ten| unit * ten).find(|round| *round >= span.0) {
            return Span(round);
        }
        match unit.checked_mul(10) {
            Some(next) if next <= u64::MAX / 100 => unit = next,
            _ => return span,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::tally::Slices;

    #[test]
    fn lengths_are_rounded_up() {
        for (exact, round) in [
            (1, 10),
            (10, 10),
            (11, 12),
            (12_100, 15_000),
            (91_000_000, 100_000_000),
            (82_000_000_000, 90_000_000_000),
        ] {
            assert_eq!(sensible(Span(exact)), Span(round), "{exact}");
        }
        assert_eq!(sensible(Span(u64::MAX)), Span(u64::MAX));
    }

    /// An outcome with these requests in progress, and alternating noise of ±`noise` that differs
    /// by `number`.
    fn outcome(number: usize, noise: f64, level: impl Fn(usize) -> f64) -> Outcome {
        // The fractional parts of multiples of the golden ratio are evenly spread and without a
        // trend.
        let spread = |at: usize| ((at * 7 + number * 31) as f64 * 0.618_033_988_75).fract() - 0.5;
        let in_flight =
            (0..SLICES as usize).map(|at| level(at) + 2.0 * noise * spread(at)).collect();
        let none = vec![0.0; SLICES as usize];
        let slices =
            Slices { in_flight, answered: none.clone(), lag: none.clone(), completed: none };
        Outcome { slices, ..Outcome::default() }
    }

    const WINDOW: Window =
        Window { warm_up: Span(1_000_000), measure: Span(400_000_000), follow: Span::ZERO };

    #[test]
    fn a_step_is_found_and_the_rest_kept() {
        let step = |at: usize| if at < 50 { 4.0 } else { 10.0 };
        let outcomes: Vec<Outcome> = (0..8).map(|number| outcome(number, 1.0, step)).collect();
        // 1 ms given, 50 slices of 1 ms truncated, and one batch of five more: 56 ms.
        let found = remaining(&Spec::default(), WINDOW, &outcomes);
        assert_eq!(found, Some(Transient::Until(Span(60_000_000))));
        assert_eq!(remaining(&Spec::default(), WINDOW, &outcomes[..1]), found);
        let steady: Vec<Outcome> = (0..8).map(|number| outcome(number, 1.0, |_| 10.0)).collect();
        assert_eq!(remaining(&Spec::default(), WINDOW, &steady), None);
        assert_eq!(remaining(&Spec::default(), WINDOW, &steady[..1]), None);
        assert_eq!(remaining(&Spec::default(), WINDOW, &[]), None);
    }

    #[test]
    fn what_grows_to_the_end_cannot_be_cut() {
        let grows = |at: usize| (at * at) as f64 / 1_000.0;
        let outcomes: Vec<Outcome> = (0..8).map(|number| outcome(number, 1.0, grows)).collect();
        let found = remaining(&Spec::default(), WINDOW, &outcomes);
        assert_eq!(found, Some(Transient::TooShort));
        assert_eq!(settled(&Spec::default(), &outcomes), None);
    }
}
