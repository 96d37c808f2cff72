//! Simulation plan of a study once its lines are known: the target load, the load curve, the day, a
//! load common to all variants, and the bottlenecks of the lines. These parts are independent of
//! each other, so that all of their runs form one pool of tasks.

use std::collections::BTreeMap;

use super::day::{self, ClaimDay};
use super::difference::{Common, common_load};
use super::doubt::Doubt;
use super::doubt::Warning;
use super::doubts::Sampled;
use super::gather::{anatomy_of, at_load, full, station_results, unbounded, unseen_mean, verdicts};
use super::lines::Searched;
use super::metric::Metric;
use super::replicate::{self, Outcome};
use super::result::{CurvePoint, Saturation, StudyResult, Verdict, WarmUp};
use super::runs::Part;
use super::sampling::{lasting, windowed};
use super::saturation::{answer, mean_load};
use super::setup::Window;
use super::used::{There, used};
use super::work::{Question, Work};
use crate::model::stations::stations;
use crate::observe::tally::Bin;
use crate::stats::Estimate;

/// Evenly spaced loads of the curve up to beyond the highest line, without and with further ones
/// above; the maximum number of those, up to the target load, and the ratio of successive ones.
const CURVE_POINTS: u32 = 10;
const CURVE_POINTS_BELOW: u32 = 5;
const CURVE_POINTS_BEYOND: f64 = 6.0;
const CURVE_RATIO: f64 = 1.35;
/// End of the evenly spaced part, relative to the highest line.
const CURVE_BEYOND: f64 = 1.15;
/// Relative distance below which two loads of the curve are merged.
const CURVE_APART: f64 = 0.05;
/// Replications per point of the curve.
const CURVE_REPLICATIONS: u32 = 3;
/// Replications in which relief is tried, for the main answer and for the other mixes and
/// calibrations.
pub(super) const RELIEF_REPLICATIONS: u32 = 4;
const RELIEF_REPLICATIONS_OTHER: u32 = 2;

/// Plan of the remaining simulations: independent tasks and their inputs.
pub(super) struct Agenda {
    tasks: Vec<Task>,
    /// Windows at the target load by variant, with their warm-ups.
    windows: Vec<(WarmUp, Window)>,
    /// Warm-ups of the line search by variant; empty without one.
    near: Vec<WarmUp>,
    /// Loads of the load curve.
    curve: Vec<f64>,
    /// Load that all variants carry.
    common: Option<f64>,
}

/// A task: variant, number of the replication, and further parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Task {
    /// Relief tests to find the bottlenecks of the case with this index.
    Relief(usize),
    /// A replication at the target load.
    Asked(usize, u32),
    /// All batches of a single run at the target load.
    Batches(usize),
    /// A replication at a load of the curve, with its index.
    Curve(usize, usize, u32),
    /// A replication of the day.
    Day(usize, u32),
    /// A replication at the load that all variants carry.
    Common(usize, u32),
}

/// Output of a task.
pub(super) enum Done {
    Answer(Box<Saturation>),
    Seen(Vec<Outcome>),
    Day(Vec<Bin>),
}

/// Outputs of all tasks that were started.
pub(super) type AllDone = BTreeMap<Task, Done>;

impl Work<'_> {
    /// Plans all simulations that remain once the lines are known.
    pub(super) fn plan(
        &self,
        question: Question,
        searched: &[Searched],
        result: &StudyResult,
    ) -> Agenda {
        let study = self.study;
        let variants = 0..study.variants.len();
        let warm_ups = self.target_warm_ups(result);
        let windows: Vec<(WarmUp, Window)> = warm_ups
            .into_iter()
            .enumerate()
            .map(|(variant, warm_up)| {
                let window = windowed(study, warm_up);
                lasting(study.case(variant, 0, 0), self.asked, warm_up, window)
            })
            .collect();
        let relieved = (0..searched.len()).filter(|index| !searched[*index].lines.is_empty());
        let mut tasks: Vec<Task> = relieved.map(Task::Relief).collect();
        match study.batches {
            Some(_) => tasks.extend(variants.clone().map(Task::Batches)),
            None => tasks.extend(variants.clone().flat_map(|variant| {
                (0..self.first_sample()).map(move |number| Task::Asked(variant, number))
            })),
        }
        let main = searched.iter().filter(|searched| searched.is_main());
        let lines: Vec<f64> = main
            .filter(|searched| !searched.lines.is_empty())
            .map(|searched| mean_load(&searched.lines))
            .collect();
        let common = common_load(&lines).filter(|_| lines.len() == variants.len());
        if common.is_some() {
            tasks.extend(variants.clone().flat_map(|variant| {
                (0..study.search.replications.max(2))
                    .map(move |number| Task::Common(variant, number))
            }));
        }
        let mut curve = Vec::new();
        let asked = self.asked;
        if !searched.is_empty() && question == Question::Compare {
            let known = [Some(asked).filter(|_| study.batches.is_none()), common];
            curve = curve_loads(lines.iter().copied().fold(0.0, f64::max), asked, &known);
            for (place, load) in curve.iter().enumerate() {
                if !known.contains(&Some(*load)) {
                    tasks.extend(variants.clone().flat_map(|variant| {
                        (0..CURVE_REPLICATIONS)
                            .map(move |number| Task::Curve(variant, place, number))
                    }));
                }
            }
        }
        if let Some(day) = study.day.as_ref().filter(|_| question != Question::Saturate) {
            tasks.extend(day.variants.iter().flat_map(|variant| {
                (0..day.replications.max(1)).map(|number| Task::Day(*variant as usize, number))
            }));
        }
        let main = searched.iter().filter(|searched| searched.is_main());
        let near = main.map(|searched| searched.warm_up).collect();
        Agenda { tasks, windows, near, curve, common }
    }

    /// Runs all tasks of a plan.
    pub(super) fn carry_out(&self, plan: &Agenda, searched: &[Searched]) -> AllDone {
        let study = self.study;
        let asked = self.asked;
        let length = (study.window.warm_up + study.window.measure).secs();
        // Estimated in requests.
        let cost = |task: &Task| match *task {
            // Many runs, some of which depend on others.
            Task::Relief(index) => mean_load(&searched[index].lines) * length * 1e3,
            Task::Asked(..) => asked * length,
            Task::Batches(_) => asked * length * 1e2,
            Task::Curve(_, place, _) => plan.curve[place] * length,
            Task::Day(..) => study
                .day
                .as_ref()
                .map_or(0.0, |day| asked * day.horizon.secs() / day.compress / 2.0),
            Task::Common(..) => plan.common.unwrap_or(0.0) * length,
        };
        let what = "the load asked about, others, and what draws the lines";
        let done =
            self.all(what, &plan.tasks, cost, |task| self.carry_out_one(plan, searched, *task));
        let done = plan.tasks.iter().copied().zip(done);
        done.filter_map(|(task, done)| Some((task, done?))).collect()
    }

    fn carry_out_one(&self, plan: &Agenda, searched: &[Searched], task: Task) -> Done {
        let (study, runs) = (self.study, &self.runs);
        let asked = self.asked;
        let spec = |variant: usize| study.case(variant, 0, 0);
        let seen = |outcome: Outcome| Done::Seen(vec![outcome]);
        match task {
            Task::Relief(index) => {
                let searched = &searched[index];
                let main = searched.is_main();
                let replications =
                    if main { RELIEF_REPLICATIONS } else { RELIEF_REPLICATIONS_OTHER };
                let found = answer(&self.case(searched), &searched.lines, replications);
                Done::Answer(Box::new(found))
            }
            Task::Asked(variant, number) => {
                let window = plan.windows[variant].1;
                seen(runs.watched(Part::Asked, spec(variant), window, asked, number))
            }
            Task::Batches(variant) => {
                let batches = study.batches.unwrap_or(1);
                let window = plan.windows[variant].1;
                Done::Seen(runs.batched(Part::Asked, spec(variant), window, asked, batches))
            }
            Task::Curve(variant, place, number) => {
                let load = plan.curve[place];
                let window = windowed(study, self.curve_warm_up(plan, variant, load));
                seen(runs.steady(Part::Curve, spec(variant), window, load, number))
            }
            Task::Common(variant, number) => {
                let load = plan.common.unwrap_or(asked);
                let window = windowed(study, plan.near[variant]);
                seen(runs.steady(Part::Common, spec(variant), window, load, number))
            }
            Task::Day(variant, number) => Done::Day(
                study.day.as_ref().map_or(Vec::new(), |day| runs.day(spec(variant), day, number)),
            ),
        }
    }

    /// Returns the warm-up for a load of the curve. Up to the target load that of the target load
    /// suffices; beyond, that of the search may be longer. The common load was run with the latter.
    fn curve_warm_up(&self, plan: &Agenda, variant: usize, load: f64) -> WarmUp {
        let below = plan.windows[variant].0;
        let near = plan.near.get(variant).copied().unwrap_or(below);
        let longer = load > self.asked && near.seconds > below.seconds;
        if longer || plan.common == Some(load) { near } else { below }
    }

    /// Estimates user-visible performance at the target load. Returns all outcomes by variant.
    pub(super) fn at_target(
        &self,
        plan: &Agenda,
        done: &mut AllDone,
        result: &mut StudyResult,
    ) -> Vec<Vec<Outcome>> {
        let study = self.study;
        let mut seen: Vec<Vec<Outcome>> = (0..study.variants.len())
            .map(|variant| {
                if study.batches.is_some() {
                    return take(done, Task::Batches(variant));
                }
                let numbers = 0..self.first_sample();
                in_turn(done, numbers.map(|number| Task::Asked(variant, number)))
            })
            .collect();
        if study.batches.is_none() {
            let windows: Vec<Window> = plan.windows.iter().map(|(_, window)| *window).collect();
            self.sample(&windows, self.asked, &mut seen);
        }
        for (index, outcomes) in seen.iter().enumerate() {
            if outcomes.is_empty() {
                continue;
            }
            let spec = study.case(index, 0, 0);
            let (warm_up, window) = plan.windows[index];
            let variant = &mut result.variants[index];
            let heavy = !spec.heavy_laws().is_empty();
            variant.at_target = Some(at_load(self.asked, warm_up, study.batches, outcomes, heavy));
            let full = full(spec, self.asked, plan.windows[index].1, outcomes);
            variant.at_target =
                variant.at_target.take().map(|at| unbounded(at, spec, &full, outcomes));
            variant.verdicts = verdicts(&study.targets, outcomes, &full);
            let unseen = unseen_mean(spec, self.asked, outcomes);
            if let (Some(least), Some(at)) = (unseen, &mut variant.at_target) {
                at.mean_ms = Estimate::at_least(at.mean_ms.low, at.mean_ms.n);
                let of_mean =
                    variant.verdicts.iter_mut().filter(|one| one.metric == Metric::MeanMs);
                let limit = study.targets.iter().find(|target| target.metric == Metric::MeanMs);
                let missed = limit.is_some_and(|target| least > target.limit);
                for one in of_mean.filter(|one| one.verdict == Verdict::Met) {
                    one.verdict = if missed { Verdict::Missed } else { Verdict::Undecided };
                }
            }
            variant.stations = station_results(spec, outcomes);
            if variant.anatomy.is_empty() {
                variant.anatomy = anatomy_of(&outcomes.iter().collect::<Vec<_>>());
                variant.anatomy_rps = self.asked;
            }
            let sampled = Sampled {
                study,
                spec,
                name: &study.variants[index].name,
                warm_up,
                window,
                load: self.asked,
                outcomes,
                verdicts: &variant.verdicts,
            };
            result.warnings.extend(sampled.doubts());
        }
        seen
    }

    /// Returns the outcomes of all variants at the common load; `None` where it was not run, or not
    /// for all of them.
    pub(super) fn common(&self, plan: &Agenda, done: &mut AllDone) -> Option<Common> {
        let rps = plan.common?;
        let replications = self.study.search.replications.max(2);
        let mut of = |variant| -> Vec<Outcome> {
            in_turn(done, (0..replications).map(|number| Task::Common(variant, number)))
        };
        let seen: Vec<Vec<Outcome>> = (0..self.study.variants.len()).map(&mut of).collect();
        let whole = seen.iter().all(|seen| seen.len() == replications as usize);
        whole.then_some(Common { rps, seen })
    }

    /// Builds the load curves for the chart, at the same loads for all variants. Outcomes of other
    /// parts of the study are reused.
    pub(super) fn curves(
        &self,
        plan: &Agenda,
        done: &mut AllDone,
        asked: &[Vec<Outcome>],
        common: Option<&Common>,
        result: &mut StudyResult,
    ) {
        for (variant, result) in result.variants.iter_mut().enumerate() {
            for (place, &load) in plan.curve.iter().enumerate() {
                let run: Vec<Outcome> = (0..CURVE_REPLICATIONS)
                    .flat_map(|number| take(done, Task::Curve(variant, place, number)))
                    .collect();
                let seen = match common {
                    Some(common) if same(common.rps, load) => &common.seen[variant],
                    _ if run.is_empty() && same(load, self.asked) => &asked[variant],
                    _ => &run,
                };
                if seen.is_empty() {
                    continue;
                }
                let carried = seen.iter().filter(|seen| seen.missed(&self.study.targets).is_none());
                let carried = carried.count() as f64 / seen.len() as f64;
                let heavy = !self.study.case(variant, 0, 0).heavy_laws().is_empty();
                let at = at_load(load, self.curve_warm_up(plan, variant, load), None, seen, heavy);
                result.curve.push(CurvePoint { at, carried });
            }
        }
    }

    /// Evaluates the days, bin by bin. Returns their verdicts on claims.
    pub(super) fn days(&self, done: &mut AllDone, result: &mut StudyResult) -> Vec<ClaimDay> {
        let study = self.study;
        let mut claims = Vec::new();
        let Some(asked) = &study.day else { return claims };
        let bins = replicate::day_bins(asked);
        for index in asked.variants.iter().map(|variant| *variant as usize) {
            let days: Vec<Vec<Bin>> = (0..asked.replications.max(1))
                .filter_map(|number| match done.remove(&Task::Day(index, number)) {
                    Some(Done::Day(bins)) => Some(bins),
                    _ => None,
                })
                .collect();
            if days.is_empty() {
                continue;
            }
            let spec = study.case(index, 0, 0);
            let series: Vec<&[Bin]> = days.iter().map(Vec::as_slice).collect();
            let variant = &mut result.variants[index];
            let found = day::answer(study, asked, index, &series);
            (variant.day, variant.day_answer) = (found.bins, Some(found.answer));
            claims.extend(found.claims);
            variant.pods = day::series::pods(&series, spec);
            if !spec.later.is_empty() {
                variant.steps = super::steps::steps(&series, asked);
            }
            let stations = stations(spec);
            let there = There::new(spec, asked);
            variant.used = Some(used(&series, spec, &stations));
            for (station, seen) in variant.stations.iter_mut().enumerate() {
                seen.busy_by_bin = (0..bins as usize)
                    .map(|bin| {
                        let share = |bins: &&[Bin]| there.share(station, bin, &bins[bin]);
                        series.iter().map(share).sum::<f64>() / series.len() as f64
                    })
                    .collect();
            }
        }
        if asked.compress > 1.0 {
            let doubt = Doubt::Compressed { factor: asked.compress };
            result.warnings.push(Warning::of_all(doubt));
        }
        for variant in &mut result.variants {
            variant.stations.retain(|station| {
                station.busy.mean > 0.0
                    || station.waiting.mean > 0.0
                    || !station.busy_by_bin.is_empty()
            });
        }
        claims
    }
}

/// Removes the output of a task; empty where it was not started.
fn take(done: &mut AllDone, task: Task) -> Vec<Outcome> {
    match done.remove(&task) {
        Some(Done::Seen(seen)) => seen,
        _ => Vec::new(),
    }
}

/// Returns the replications from `tasks` up to the first that was stopped: variants are paired by
/// replication, so that a gap would pair them wrongly.
fn in_turn(done: &mut AllDone, tasks: impl Iterator<Item = Task>) -> Vec<Outcome> {
    let each = tasks.map(|task| take(done, task));
    each.take_while(|seen| !seen.is_empty()).flatten().collect()
}

/// Whether two loads are the same up to rounding.
fn same(a: f64, b: f64) -> bool {
    a.total_cmp(&b).is_eq()
}

/// Returns the loads of the curve in ascending order: evenly spaced up to beyond the highest line,
/// where the variants' curves diverge, then in growing steps to the target load, plus those that
/// are run anyway.
fn curve_loads(highest: f64, asked: f64, known: &[Option<f64>]) -> Vec<f64> {
    let top = highest * CURVE_BEYOND;
    let beyond = if top > 0.0 { (asked / top).ln() / CURVE_RATIO.ln() } else { 0.0 };
    let beyond = beyond.ceil().clamp(0.0, CURVE_POINTS_BEYOND);
    let even = if beyond > 0.0 { CURVE_POINTS_BELOW } else { CURVE_POINTS };
    let mut loads: Vec<f64> = known.iter().flatten().copied().collect();
    let even = (1..=even).map(|point| top * f64::from(point) / f64::from(even));
    let growing =
        (1..=beyond as u32).map(|point| top * (asked / top).powf(f64::from(point) / beyond));
    for load in even.chain(growing) {
        let apart = |other: &f64| (load - other).abs() > CURVE_APART * load;
        if load > 0.0 && load.is_finite() && loads.iter().all(apart) {
            loads.push(load);
        }
    }
    loads.retain(|load| *load > 0.0);
    loads.sort_by(f64::total_cmp);
    loads
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_follows_the_lines_and_ends_at_the_load_asked_about() {
        let near = |loads: &[f64], expected: &[f64]| {
            let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-6;
            let alike = loads.len() == expected.len() && loads.iter().zip(expected).all(close);
            assert!(alike, "{loads:?}");
        };
        // 1.15 x 100 in five parts, then to 230 in ceil(ln 2 / ln 1.35) = 3 steps of 2^(1/3).
        let loads = curve_loads(100.0, 230.0, &[Some(230.0), Some(46.5)]);
        let far = |step: f64| 115.0 * 2.0_f64.powf(step / 3.0);
        near(&loads, &[23.0, 46.5, 69.0, 92.0, 115.0, far(1.0), far(2.0), 230.0]);
        // The target load is below the lines: ten evenly spaced loads and the target load itself.
        let loads = curve_loads(100.0, 52.0, &[Some(52.0), None]);
        near(&loads, &[11.5, 23.0, 34.5, 46.0, 52.0, 57.5, 69.0, 80.5, 92.0, 103.5, 115.0]);
        assert!(curve_loads(0.0, 0.0, &[None]).is_empty());
    }
}
