//! Runs of one configuration at the load, with a sequential test of its probability of meeting the
//! targets.

use rayon::prelude::*;

use crate::model::spec::Spec;
use crate::stats::Estimate;
use crate::stats::distribution::binomial_at_least;
use crate::study::replicate::{Draws, Outcome, steady};
use crate::study::result::Target;
use crate::study::runs::Runs;
use crate::study::setup::{Study, Window};
use crate::study::warm_up;
use crate::study::watch::Watcher;

/// Offset of the replication numbers of confirmations: a configuration that was selected because it
/// did well in the search's replications must not be confirmed by the same ones.
const FRESH: u32 = 100_000;
/// Number of runs without a failure that the search accepts as success.
const CLEAN: u32 = 6;
/// Number of runs after which the search decides by the observed share.
const ENOUGH: u32 = 32;
/// Error probability of rejecting a configuration that meets the targets exactly as often as
/// required.
const ERROR: f64 = 0.01;
/// Confidence level of the bounds of a probability.
const SURE: f64 = 0.95;
/// Error probabilities of accepting an insufficient configuration, spent at the successive looks of
/// a confirmation: at most 1 − [`SURE`] together.
const SPENT: [f64; 5] = [0.03, 0.005, 0.005, 0.005, 0.005];

/// Results of the runs of a configuration.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Number of runs.
    pub(super) of: u32,
    /// Runs in which every target was met.
    pub(super) met: u32,
    /// Runs that observed nothing that a target can be judged by; they count as not met.
    pub(super) undecided: u32,
    /// The first failed run: calibration, replication and outcome.
    pub(super) failed: Option<(usize, u32, Box<Outcome>)>,
}

impl Seen {
    fn failures(&self) -> u32 {
        self.of - self.met
    }

    /// Whether no run observed anything that a target can be judged by.
    pub(super) fn is_blind(&self) -> bool {
        self.of > 0 && self.undecided == self.of
    }
}

/// A configuration at the load, ready to run; a run that the watcher stops unwinds out of the
/// search.
pub(super) struct Trial<'a> {
    /// Specs by calibration.
    pub(super) specs: Vec<Spec>,
    /// Windows by calibration.
    windows: Vec<Window>,
    pub(super) load: f64,
    seed: u64,
    targets: Vec<Target>,
    watcher: &'a dyn Watcher,
}

/// Simulations run and events processed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost {
    pub(super) runs: u64,
    pub(super) events: u64,
}

impl Cost {
    pub(super) fn add(&mut self, other: Cost) {
        self.runs += other.runs;
        self.events += other.events;
    }
}

impl<'a> Trial<'a> {
    /// Creates a trial of variant `variant` of a study at its target load. Determines the warm-up
    /// where none is given.
    pub(super) fn new(
        study: &Study,
        variant: usize,
        cost: &mut Cost,
        watcher: &'a dyn Watcher,
    ) -> Trial<'a> {
        let load = study.asked_load();
        let all = 0..study.calibrations.len();
        let specs: Vec<Spec> = all.map(|number| study.case(variant, 0, number).clone()).collect();
        let window = |spec: &Spec, cost: &mut Cost| {
            if study.warm_up_given {
                return study.window;
            }
            let runs = Runs::new(study, watcher);
            let found = warm_up::find(&runs, spec, load);
            for spent in runs.spent() {
                cost.add(Cost { runs: spent.runs, events: spent.events });
            }
            Window { warm_up: crate::units::Span::from_secs(found.seconds), ..study.window }
        };
        let windows = specs.iter().map(|spec| window(spec, cost)).collect();
        Trial { specs, windows, load, seed: study.seed, targets: study.targets.clone(), watcher }
    }

    /// Runs a spec, which may differ from that of the calibration in capacities.
    pub(super) fn run(&self, calibration: usize, spec: &Spec, number: u32) -> Outcome {
        let draws = Draws { seed: self.seed, number };
        steady(spec, self.windows[calibration], self.load, draws, self.watcher)
    }

    pub(super) fn meets(&self, outcome: &Outcome) -> bool {
        outcome.decides(&self.targets) && outcome.missed(&self.targets).is_none()
    }

    /// Returns a score of the excess over the limits: the largest ratio of metric to limit, plus a
    /// penalty for drift.
    pub(super) fn excess(&self, outcome: &Outcome) -> f64 {
        let over = |target: &Target| {
            if target.limit > 0.0 { outcome.metric(target) / target.limit } else { 0.0 }
        };
        let kept = outcome.kept.iter().copied().fold(0.0, f64::max);
        let drift = if outcome.drifting.is_empty() { 0.0 } else { 10.0 + 100.0 * kept };
        self.targets.iter().map(over).fold(0.0, f64::max).min(1e6) + drift
    }

    /// Extends a sequence of runs, which cycles through the calibrations, to `to` runs.
    fn more(&self, seen: &mut Seen, to: u32, first: u32, cost: &mut Cost) {
        let count = self.specs.len() as u32;
        let outcomes: Vec<(usize, u32, Outcome)> = (seen.of..to)
            .into_par_iter()
            .map(|index| {
                let (calibration, number) = ((index % count) as usize, first + index / count);
                (calibration, number, self.run(calibration, &self.specs[calibration], number))
            })
            .collect();
        for (calibration, number, outcome) in outcomes {
            cost.add(Cost { runs: 1, events: outcome.cost.events });
            seen.of += 1;
            if !outcome.decides(&self.targets) && outcome.missed(&self.targets).is_none() {
                seen.undecided += 1;
            } else if self.meets(&outcome) {
                seen.met += 1;
            } else if seen.failed.is_none() {
                seen.failed = Some((calibration, number, Box::new(outcome)));
            }
        }
    }

    /// Makes enough runs to indicate whether it meets the targets often enough.
    pub(super) fn screen(&self, confidence: f64, cost: &mut Cost) -> (Seen, bool) {
        let mut seen = Seen::default();
        let even = self.specs.len() as u32;
        let clean = CLEAN.next_multiple_of(even);
        let mut next = 2_u32.max(even);
        loop {
            self.more(&mut seen, next, 0, cost);
            let failures = u64::from(seen.failures());
            if failures > 0
                && binomial_at_least(failures, u64::from(seen.of), 1.0 - confidence) < ERROR
            {
                return (seen, false);
            }
            if seen.of >= clean && failures == 0 {
                return (seen, true);
            }
            if seen.of >= ENOUGH {
                let good = f64::from(seen.met) >= confidence * f64::from(seen.of);
                return (seen, good);
            }
            next = if failures == 0 { (2 * seen.of).min(clean) } else { 2 * seen.of };
        }
    }

    /// Makes fresh runs until the probability is significantly high enough, or significantly not,
    /// or undecided after the last look. `seen` holds them, also on early exit.
    pub(super) fn confirm(&self, confidence: f64, cost: &mut Cost, seen: &mut Seen) -> bool {
        let fails = |seen: &Seen| {
            let failures = u64::from(seen.failures());
            failures > 0
                && binomial_at_least(failures, u64::from(seen.of), 1.0 - confidence) < ERROR
        };
        for (allowed, chance) in (0_u32..).zip(SPENT) {
            let look = needed(allowed, confidence, chance);
            while seen.of < look {
                let next = (seen.of + 16).min(look);
                self.more(seen, next, FRESH, cost);
                if fails(seen) {
                    return false;
                }
            }
            if seen.failures() <= allowed {
                return true;
            }
        }
        false
    }
}

/// Number of runs after which `failures` failures still show that the targets are met with
/// probability `confidence`: that few failures have probability at most `chance` where they are met
/// exactly that often.
fn needed(failures: u32, confidence: f64, chance: f64) -> u32 {
    let few = |runs: u32| {
        1.0 - binomial_at_least(u64::from(failures) + 1, u64::from(runs), 1.0 - confidence)
    };
    let mut runs = failures + 1;
    while few(runs) > chance && runs < MOST {
        runs += 1;
    }
    runs
}

/// Maximum number of runs of a look, whatever is required.
const MOST: u32 = 5_000;

/// A proportion with its one-sided bounds (Clopper and Pearson 1934).
pub(super) fn probability(seen: &Seen) -> Estimate {
    let (met, of) = (u64::from(seen.met), u64::from(seen.of));
    let chance = 1.0 - SURE;
    // P(at least `met`) increases with p, and so does P(more than `met`).
    let bound = |k: u64, wanted: f64| {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if binomial_at_least(k, of, middle) < wanted { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    };
    let mean = if of == 0 { 0.0 } else { met as f64 / of as f64 };
    let low = if met == 0 { 0.0 } else { bound(met, chance) };
    let high = if met == of { 1.0 } else { bound(met + 1, 1.0 - chance) };
    Estimate::interval(mean, low, high, seen.of)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0.95^n ≤ 0.05 from n = 59 on, ≤ 0.03 from n = 69 on; of 93 runs one may fail at 5 %.
    #[test]
    fn runs_needed_are_those_of_the_binomial_law() {
        assert_eq!(needed(0, 0.95, 0.05), 59);
        assert_eq!(needed(0, 0.95, 0.03), 69);
        assert_eq!(needed(1, 0.95, 0.05), 93);
        assert_eq!(needed(0, 0.9, 0.05), 29);
        assert!(SPENT.iter().sum::<f64>() <= 1.0 - SURE + 1e-12);
    }

    /// Clopper and Pearson: 59 of 59 have the lower bound 0.05^(1/59); 0 of 10 the upper 1 −
    /// 0.05^(1/10).
    #[test]
    fn bounds_are_those_of_clopper_and_pearson() {
        let of = |met, of| probability(&Seen { of, met, ..Seen::default() });
        let all = of(59, 59);
        assert!((all.low - 0.05_f64.powf(1.0 / 59.0)).abs() < 1e-9 && all.high >= 1.0, "{all:?}");
        let none = of(0, 10);
        assert!((none.high - (1.0 - 0.05_f64.powf(0.1))).abs() < 1e-9, "{none:?}");
        assert!(none.low <= 0.0);
        // 9 of 10: P(B ≥ 9) = 10 p^9 (1 − p) + p^10 = 0.05 at p = 0.60584.
        let of_ten = of(9, 10);
        assert!((of_ten.low - 0.605_84).abs() < 1e-4, "{of_ten:?}");
    }
}
