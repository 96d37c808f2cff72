//! Warm-ups of all runs, and sequential sampling at the target load.

use std::collections::BTreeMap;

use super::capacity::Ceilings;
use super::gather::{full, verdicts, widest};
use super::metric::Metric;
use super::replicate::Outcome;
use super::result::{StudyResult, TargetVerdict, Verdict, WarmUp, WarmUpSource};
use super::runs::Part;
use super::search::Case;
use super::setup::{Study, Window};
use super::warm_up;
use super::work::Work;
use crate::model::spec::Spec;
use crate::units::Span;

/// Shares of the utilisation bound at which the warm-up of a search is determined, up to the first
/// that settles.
const PILOT_LOADS: [f64; 2] = [0.85, 0.5];
/// Returns the study's window with another warm-up.
pub(super) fn windowed(study: &Study, warm_up: WarmUp) -> Window {
    Window { warm_up: Span::from_secs(warm_up.seconds), ..study.window }
}

/// Relaxation times that a window and its warm-up must hold at a load below all capacities; and the
/// maximum number of requests for it.
const RELAXATIONS: f64 = 40.0;
const RELAXATIONS_BEFORE: f64 = 3.0;
const MOST_REQUESTS: f64 = 300_000.0;

/// Extends a window at `load` to a multiple of the slowest queue's relaxation time, where the spec
/// determines it and the study's own window is shorter: a steady state does not depend on the
/// observation time, and near saturation a minute shows too little of it.
pub(super) fn lasting(spec: &Spec, load: f64, warm_up: WarmUp, window: Window) -> (WarmUp, Window) {
    let ceilings = Ceilings::of(spec);
    let steady = ceilings.lowest().is_some_and(|lowest| load < lowest.load);
    let relaxation = if steady { ceilings.relaxation(load) } else { 0.0 };
    let measure = (RELAXATIONS * relaxation).min(MOST_REQUESTS / load.max(f64::MIN_POSITIVE));
    if measure <= window.measure.secs() {
        return (warm_up, window);
    }
    let before = (RELAXATIONS_BEFORE * relaxation).min(measure / 3.0);
    let warm_up = WarmUp { seconds: warm_up.seconds.max(before), ..warm_up };
    let measure = Span::from_secs(measure);
    (warm_up, Window { warm_up: Span::from_secs(warm_up.seconds), measure, ..window })
}

/// Whether a queue significantly drifts: then the load is not carried, whatever else is known of
/// it.
pub(super) fn drifts(verdicts: &[TargetVerdict]) -> bool {
    verdicts.iter().any(|one| one.metric == Metric::Drift && one.verdict == Verdict::Missed)
}

impl Work<'_> {
    /// Returns the warm-up of the scenario, or its default.
    pub(super) fn given(&self) -> WarmUp {
        let given = self.study.warm_up_given;
        let source = if given { WarmUpSource::Given } else { WarmUpSource::Unsettled };
        WarmUp { seconds: self.study.window.warm_up.secs(), source }
    }

    /// Determines the warm-up of each case's line search, at a load somewhat below the expected
    /// line.
    pub(super) fn search_warm_ups(
        &self,
        cases: &[(usize, usize, usize)],
    ) -> BTreeMap<(usize, usize, usize), WarmUp> {
        let (study, given) = (self.study, self.given());
        if study.warm_up_given {
            return cases.iter().map(|which| (*which, given)).collect();
        }
        let found = self.all(
            "finding the warm-up near the line",
            cases,
            |_| 1.0,
            |which| {
                let spec = study.case(which.2, which.0, which.1);
                let (window, part) = (study.window, Part::Line);
                let bound = Case::new(&self.runs, spec, window, part).bound();
                let tried = PILOT_LOADS.map(|share| bound * share);
                let find = |load: f64| warm_up::find(&self.runs, spec, load);
                let mut found = tried.into_iter().map(find);
                found.find(|found| found.source == WarmUpSource::Found).unwrap_or(given)
            },
        );
        cases.iter().zip(found).map(|(which, found)| (*which, found.unwrap_or(given))).collect()
    }

    /// Determines the warm-up of each variant at the target load; where the system does not settle
    /// at that load, the warm-up of the search.
    pub(super) fn target_warm_ups(&self, result: &StudyResult) -> Vec<WarmUp> {
        let (study, given, load) = (self.study, self.given(), result.target_load.rps);
        let variants: Vec<usize> = (0..study.variants.len()).collect();
        if study.warm_up_given {
            return variants.iter().map(|_| given).collect();
        }
        let found = self.all(
            "finding the warm-up",
            &variants,
            |_| 1.0,
            |variant| warm_up::find(&self.runs, study.case(*variant, 0, 0), load),
        );
        let mut warm_ups = Vec::new();
        for (variant, found) in result.variants.iter().zip(found) {
            let found = found.unwrap_or(given);
            let near = variant.search_warm_up.filter(|near| near.source == WarmUpSource::Found);
            let settles = found.source == WarmUpSource::Found;
            warm_ups.push(if settles { found } else { near.unwrap_or(found) });
        }
        warm_ups
    }

    /// Runs further replications of each variant at the target load, doubling their number until
    /// the precision is reached and every verdict is clear, or the budget is exhausted. Where a
    /// queue drifts, p99 and goodput depend on the length of the window, and no precision changes
    /// that.
    pub(super) fn sample(&self, windows: &[Window], load: f64, seen: &mut [Vec<Outcome>]) {
        let study = self.study;
        let asked = study.precision;
        let mut from = self.first_sample();
        let enough = |variant: usize, outcomes: &[Outcome]| {
            // A width from n values is itself known only to 1 / √(2 (n − 1)): without that margin
            // samples with a spread that is small by chance would stop the sampling early.
            let margin = 1.0 + 1.0 / (2.0 * (outcomes.len().max(2) - 1) as f64).sqrt();
            let narrow =
                widest(outcomes).is_none_or(|(_, width)| width * margin <= asked.half_width);
            let spec = study.case(variant, 0, 0);
            let full = full(spec, load, windows[variant], outcomes);
            let verdicts = verdicts(&study.targets, outcomes, &full);
            let open = |verdict: &TargetVerdict| verdict.verdict == Verdict::Undecided;
            !full.is_empty() || drifts(&verdicts) || narrow && !verdicts.iter().any(open)
        };
        while from < asked.most_replications && !self.watcher.stopped() {
            let to = (from * 2).min(asked.most_replications);
            let wanted = (0..seen.len()).filter(|index| !enough(*index, &seen[*index]));
            let tasks: Vec<(usize, u32)> =
                wanted.flat_map(|index| (from..to).map(move |number| (index, number))).collect();
            if tasks.is_empty() {
                break;
            }
            let outcomes = self.all(
                "more of the load asked about",
                &tasks,
                |_| 1.0,
                |task| {
                    let (spec, window) = (study.case(task.0, 0, 0), windows[task.0]);
                    self.runs.watched(Part::Asked, spec, window, load, task.1)
                },
            );
            if self.watcher.stopped() {
                break; // Some may be missing, and variants are paired by replication.
            }
            for ((variant, _), outcome) in tasks.iter().zip(outcomes) {
                seen[*variant].extend(outcome);
            }
            from = to;
        }
    }

    /// Returns the initial number of replications at the target load.
    pub(super) fn first_sample(&self) -> u32 {
        self.study.replications.max(2)
    }
}
