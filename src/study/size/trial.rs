//! Runs of one configuration at the load, as many as it takes to tell.

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

/// Replications of confirmations are numbered from here: a search that has chosen what did well in its own
/// replications must not be confirmed by them.
const FRESH: u32 = 100_000;
/// Runs without a failure that a search takes for good.
const CLEAN: u32 = 6;
/// Runs of a search at which it decides by the share.
const ENOUGH: u32 = 32;
/// Chance to call a configuration bad that meets the targets just so often as asked.
const ERROR: f64 = 0.01;
/// Confidence of the bounds of a probability.
const SURE: f64 = 0.95;
/// Chances of accepting what is not good enough, spent at each look at a confirmation: at most 1 − [`SURE`]
/// together.
const SPENT: [f64; 5] = [0.03, 0.005, 0.005, 0.005, 0.005];

/// What runs of a configuration showed.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Runs.
    pub(super) of: u32,
    /// Those in which every target was met.
    pub(super) met: u32,
    /// Those that saw nothing to judge a target by; they count as not met.
    pub(super) undecided: u32,
    /// The first that failed: calibration, replication, and what it showed.
    pub(super) failed: Option<(usize, u32, Box<Outcome>)>,
}

impl Seen {
    fn failures(&self) -> u32 {
        self.of - self.met
    }

    /// Whether no run saw anything to judge a target by.
    pub(super) fn is_blind(&self) -> bool {
        self.of > 0 && self.undecided == self.of
    }
}

/// One configuration at the load, ready to be run; a run that the watcher stops leaves the search.
pub(super) struct Trial<'a> {
    /// Descriptions, one a calibration.
    pub(super) specs: Vec<Spec>,
    /// Window of each.
    windows: Vec<Window>,
    pub(super) load: f64,
    seed: u64,
    targets: Vec<Target>,
    watcher: &'a dyn Watcher,
}

/// Simulations run and events fired.
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
    /// Variant `variant` of a study at the load that it asks about. Finds the warm-up where none is given.
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

    /// One run of a description, which may differ from that of the calibration in capacities.
    pub(super) fn run(&self, calibration: usize, spec: &Spec, number: u32) -> Outcome {
        let draws = Draws { seed: self.seed, number };
        steady(spec, self.windows[calibration], self.load, draws, self.watcher)
    }

    pub(super) fn meets(&self, outcome: &Outcome) -> bool {
        outcome.decides(&self.targets) && outcome.missed(&self.targets).is_none()
    }

    /// Limits of the targets and what a run has of each.
    pub(super) fn excess(&self, outcome: &Outcome) -> f64 {
        let over = |target: &Target| {
            if target.limit > 0.0 { outcome.metric(target) / target.limit } else { 0.0 }
        };
        let kept = outcome.kept.iter().copied().fold(0.0, f64::max);
        let drift = if outcome.drifting.is_empty() { 0.0 } else { 10.0 + 100.0 * kept };
        self.targets.iter().map(over).fold(0.0, f64::max).min(1e6) + drift
    }

    /// Runs `from..to` of a sequence that takes the calibrations in turn.
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

    /// As many runs as tell about whether it meets the targets often enough.
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

    /// Runs that no search has seen, until the probability is surely large enough, or surely not, or not
    /// known after as many as the most patient look takes. `seen` has them, also where it is left early.
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

/// Runs after which so many failures still show that the targets are met with probability `confidence`: the
/// chance of no more failures is at most `chance` where they are met just so often.
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

/// Most runs of a look, whatever is asked for.
const MOST: u32 = 5_000;

/// A share with its one-sided bounds (Clopper and Pearson 1934).
pub(super) fn probability(seen: &Seen) -> Estimate {
    let (met, of) = (u64::from(seen.met), u64::from(seen.of));
    let chance = 1.0 - SURE;
    // P(at least `met`) rises with p, and so does P(more than `met`).
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

    /// Clopper and Pearson: 59 of 59 have the lower bound 0.05^(1/59); 0 of 10 the upper 1 − 0.05^(1/10).
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
