//! Coverage of confidence intervals: a scenario whose line is known from theory is answered with
//! many seeds, and the intervals that contain the true value are counted.
//!
//! An interval is valid only if it contains the true value about as often as its nominal
//! confidence, whatever the length of the window. A closed load has no line; for it the goodput at
//! its number of users is examined instead.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::answer_question;
use super::point::bare_line;
use super::result::Measure;
use super::setup::Study;
use super::watch::Watcher;
use super::work::Question;
use crate::stats::Estimate;
use crate::stats::sample::quantile;
use crate::units::Span;

/// Empirical coverage of a scenario's intervals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Covered {
    /// Name of the scenario.
    pub name: String,
    /// Estimated measure: the line, or the goodput of a closed load.
    pub measure: Measure,
    /// Length of the window \[s\].
    pub window_s: f64,
    /// True value by theory \[per s\].
    pub truth: f64,
    /// Seeds tried.
    pub seeds: u32,
    /// Seeds whose interval contains the true value and touches no bound of the search.
    pub held: u32,
    /// Seeds whose interval lies entirely above the true value.
    pub above: u32,
    /// Mean of the estimates, relative to the true value.
    pub mean: f64,
    /// Median half-width of the intervals, relative to the true value.
    pub half_width: f64,
}

/// Returns the theoretical value of the study's line, or of the goodput of its closed load; `None`
/// where theory gives neither.
pub fn truth(study: &Study) -> Option<(Measure, f64)> {
    let closed = study.case(0, 0, 0).load.closed.is_some();
    let wanted = if closed { Measure::GoodputRps } else { Measure::LineRps };
    let said = study.theory.iter().find(|said| said.measure == wanted)?;
    Some((wanted, said.expected))
}

/// Counts the coverage over `seeds` seeds from `first` on, with windows of this length and an
/// automatically determined warm-up. Returns `None` where theory gives no value, or where the
/// watcher stopped the run.
pub fn coverage(
    study: &Study,
    window: Span,
    first: u64,
    seeds: u32,
    watcher: &dyn Watcher,
) -> Option<Covered> {
    let (measure, truth) = truth(study)?;
    let found: Vec<Option<Estimate>> = (0..seeds)
        .into_par_iter()
        .with_max_len(1)
        .map(|number| {
            if watcher.stopped() {
                return None;
            }
            let mut study = study.clone();
            study.seed = first + u64::from(number);
            study.window.measure = window;
            study.warm_up_given = false;
            let found = estimate(&study, measure, watcher);
            watcher.step();
            found
        })
        .collect();
    let found: Vec<Estimate> = found.into_iter().collect::<Option<_>>()?;
    let highest = study.search.highest_rps;
    let holds = |found: &&Estimate| {
        let touches = truth > 0.0 && (found.low <= 0.0 || found.high >= highest);
        let room = 1e-9 * truth;
        found.n >= 2 && found.low <= truth + room && truth <= found.high + room && !touches
    };
    let mut halves: Vec<f64> =
        found.iter().map(|found| (found.high - found.low) / 2.0 / truth).collect();
    halves.sort_by(f64::total_cmp);
    Some(Covered {
        name: study.scenario.clone(),
        measure,
        window_s: window.secs(),
        truth,
        seeds,
        held: found.iter().filter(holds).count() as u32,
        above: found.iter().filter(|found| found.low > truth * (1.0 + 1e-9)).count() as u32,
        mean: found.iter().map(|found| found.mean).sum::<f64>() / f64::from(seeds.max(1)) / truth,
        half_width: quantile(&halves, 0.5).unwrap_or(0.0),
    })
}

fn estimate(study: &Study, measure: Measure, watcher: &dyn Watcher) -> Option<Estimate> {
    if measure == Measure::LineRps {
        return bare_line(study, watcher);
    }
    let (result, effort) = answer_question(study, Question::Run, &super::watch::Quiet(watcher));
    let at = result.variants.first()?.at_target.as_ref()?;
    (!effort.stopped).then_some(at.goodput_rps)
}
