//! Warm-ups of what is run, and the sampling of the load asked about.

use std::collections::BTreeMap;

use super::gather::{verdicts, widest};
use super::replicate::{Outcome, batched, watched};
use super::result::{StudyResult, TargetVerdict, Verdict, WarmUp, WarmUpSource};
use super::saturation::Case;
use super::setup::{Study, Window};
use super::{Work, by_variant, warm_up};
use crate::model::Cost;
use crate::units::Span;

/// Shares of the utilisation bound at which the warm-up of a search is looked for, up to the first that
/// settles.
const PILOT_LOADS: [f64; 2] = [0.85, 0.5];
/// The study's window with a warm-up of its own.
pub(super) fn windowed(study: &Study, warm_up: WarmUp) -> Window {
    Window { warm_up: Span::from_secs(warm_up.seconds), ..study.window }
}

impl Work<'_> {
    /// The warm-up of the scenario, or what stands in for it.
    pub(super) fn given(&self) -> WarmUp {
        let given = self.study.warm_up_given;
        let source = if given { WarmUpSource::Given } else { WarmUpSource::Unsettled };
        WarmUp { seconds: self.study.window.warm_up.secs(), source }
    }

    /// The warm-up of each case's search, found a little below where its line may be.
    pub(super) fn search_warm_ups(
        &mut self,
        cases: &[(usize, usize, usize)],
    ) -> BTreeMap<(usize, usize, usize), WarmUp> {
        let (study, given) = (self.study, self.given());
        if study.warm_up_given {
            return cases.iter().map(|which| (*which, given)).collect();
        }
        let found = self.all("finding the warm-up near the line", cases, |which| {
            let spec = study.case(which.2, which.0, which.1);
            let bound = Case { study, spec, window: study.window }.bound();
            let mut spent = Cost::default();
            for share in PILOT_LOADS {
                let (found, cost) = warm_up::find(spec, study.window, bound * share, study.seed);
                spent.events += cost.events;
                spent.completions += cost.completions;
                if found.source == WarmUpSource::Found {
                    return (found, spent);
                }
            }
            (given, spent)
        });
        let mut warm_ups = BTreeMap::new();
        for (which, found) in cases.iter().zip(found) {
            let (found, cost) = found.unwrap_or((given, Cost::default()));
            self.count(cost);
            warm_ups.insert(*which, found);
        }
        warm_ups
    }

    /// The warm-up of each variant at the load asked about; where that load is too much to settle, the one
    /// of the search.
    pub(super) fn target_warm_ups(&mut self, result: &StudyResult) -> Vec<WarmUp> {
        let (study, given, load) = (self.study, self.given(), result.target_load.rps);
        let variants: Vec<usize> = (0..study.variants.len()).collect();
        if study.warm_up_given {
            return variants.iter().map(|_| given).collect();
        }
        let found = self.all("finding the warm-up", &variants, |variant| {
            warm_up::find(study.case(*variant, 0, 0), study.window, load, study.seed)
        });
        let mut warm_ups = Vec::new();
        for (variant, found) in result.variants.iter().zip(found) {
            let (found, cost) = found.unwrap_or((given, Cost::default()));
            self.count(cost);
            let near = variant.search_warm_up.filter(|near| near.source == WarmUpSource::Found);
            let settles = found.source == WarmUpSource::Found;
            warm_ups.push(if settles { found } else { near.unwrap_or(found) });
        }
        warm_ups
    }

    /// Outcomes of each variant over replications: twice as many each time, until enough is known and every
    /// verdict is clear, or no more are allowed.
    pub(super) fn in_replications(&self, windows: &[Window], load: f64) -> Vec<Vec<Outcome>> {
        let study = self.study;
        let asked = study.precision;
        let mut seen: Vec<Vec<Outcome>> = study.variants.iter().map(|_| Vec::new()).collect();
        let (mut from, mut to) = (0, study.replications.max(2));
        loop {
            let enough = |outcomes: &[Outcome]| {
                // A width from n values is itself known to 1 / √(2 (n − 1)) only: without that margin
                // samples that look alike by chance would be stopped early.
                let margin = 1.0 + 1.0 / (2.0 * (outcomes.len().max(2) - 1) as f64).sqrt();
                let narrow =
                    widest(outcomes).is_none_or(|(_, width)| width * margin <= asked.half_width);
                let open = |verdict: &TargetVerdict| verdict.verdict == Verdict::Undecided;
                narrow && !verdicts(&study.targets, outcomes).iter().any(open)
            };
            let wanted = (0..seen.len()).filter(|index| from == 0 || !enough(&seen[*index]));
            let tasks: Vec<(usize, u32)> =
                wanted.flat_map(|index| (from..to).map(move |number| (index, number))).collect();
            if tasks.is_empty() {
                break;
            }
            let outcomes = self.all("the load asked about", &tasks, |&(variant, number)| {
                watched(study.case(variant, 0, 0), windows[variant], load, study.seed, number)
            });
            for (index, outcomes) in by_variant(&tasks, outcomes, seen.len()) {
                seen[index].extend(outcomes);
            }
            if to >= asked.most_replications || self.watcher.stopped() {
                break;
            }
            (from, to) = (to, (to * 2).min(asked.most_replications));
        }
        seen
    }

    /// Outcomes of each variant over the batches of one run.
    pub(super) fn in_batches(
        &self,
        windows: &[Window],
        load: f64,
        batches: u32,
    ) -> Vec<Vec<Outcome>> {
        let study = self.study;
        let variants: Vec<usize> = (0..study.variants.len()).collect();
        let seen = self.all("the load asked about", &variants, |&variant| {
            let spec = study.case(variant, 0, 0);
            batched(spec, windows[variant], load, study.seed, batches)
        });
        seen.into_iter().map(Option::unwrap_or_default).collect()
    }
}
