//! Studies: a question about variants of a system, answered by replications in parallel.
//!
//! Every replication of every point is its own task; results are gathered by index, so that neither the
//! number of threads nor the order in which they finish can show. Variants meet the same users: their
//! differences are paired by replication.

mod difference;
mod doubts;
mod gather;
pub mod law;
pub(crate) mod replicate;
pub mod result;
mod sampling;
pub(crate) mod saturation;
pub mod schema;
pub mod setup;
pub mod theory;
pub mod validate;
mod warm_up;

use std::collections::BTreeMap;

use rayon::prelude::*;

use self::difference::Common;
use self::doubts::Sampled;
use self::gather::{
    anatomy, anatomy_of, at_load, day_series, p99_each, share_of, station_results, verdicts,
};
use self::replicate::{Outcome, base_load, day, steady};
use self::result::{
    Alternative, AlternativeVariant, Axis, CurvePoint, Saturation, StudyResult, TargetLoad,
    VariantResult, WarmUp,
};
use self::sampling::windowed;
use self::saturation::{Case, Line, answer};
use self::setup::{Study, Window};
use crate::model::spec::Spec;
use crate::model::stations::stations;
use crate::model::{Cost, MOST_IN_FLIGHT};
use crate::observe::tally::Bin;

/// Confidence of all intervals.
pub const CONFIDENCE: f64 = 0.95;
/// Loads of the curve, from the first to beyond both the target and the highest line.
const CURVE_POINTS: u32 = 11;
/// Replications of a point of the curve.
const CURVE_REPLICATIONS: u32 = 3;
/// Replications in which relief is tried: for the main answer, and for other mixes and calibrations.
const RELIEF_REPLICATIONS: u32 = 4;
const RELIEF_REPLICATIONS_OTHER: u32 = 2;

/// Who watches a study run, and may stop it.
pub trait Watcher: Sync {
    /// A part of the study begins, of so many steps.
    fn begin(&self, what: &str, steps: u64);
    /// A step is done.
    fn step(&self);
    /// Whether to stop: steps not begun are left out and the result says so.
    fn stopped(&self) -> bool;
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watcher for Unwatched {
    fn begin(&self, _: &str, _: u64) {}
    fn step(&self) {}
    fn stopped(&self) -> bool {
        false
    }
}

/// What is asked of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// What users get at the load asked about, and over the day.
    Run,
    /// Where the line is.
    Saturate,
    /// Both, for all mixes and calibrations, with differences.
    Compare,
}

impl Question {
    /// Name, as in the command and the output folder.
    pub fn name(self) -> &'static str {
        match self {
            Question::Run => "run",
            Question::Saturate => "saturate",
            Question::Compare => "compare",
        }
    }
}

/// What a study took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Events fired.
    pub events: u64,
    /// Requests and records brought to an end.
    pub completions: u64,
    /// Whether the study was stopped before its end.
    pub stopped: bool,
}

impl Effort {
    fn add(&mut self, events: u64, completions: u64) {
        self.events += events;
        self.completions += completions;
    }
}

/// Answer `question`. The result depends on the study alone.
pub fn answer_question(
    study: &Study,
    question: Question,
    watcher: &dyn Watcher,
) -> (StudyResult, Effort) {
    let mut work = Work { study, watcher, effort: Effort::default(), no_room: 0 };
    let mut result = work.blank(question);
    let searching = question != Question::Run
        && saturation::searchable(study.case(0, 0, 0), study.search)
        && !study.targets.is_empty();
    if question != Question::Run && !searching {
        result.warnings.push(
            "no saturation load was searched for: that takes an open load (rate, users or records) \
             and at least one target"
                .into(),
        );
    }
    let mut lines: Vec<Vec<Line>> = Vec::new();
    if searching {
        let found = work.search(question, &mut result);
        lines = found.into_iter().map(|searched| searched.lines).collect();
    }
    let p99 = work.at_target(&mut result);
    if searching && question == Question::Compare {
        work.curves(&mut result);
    }
    if question != Question::Saturate {
        work.days(&mut result);
    }
    let common = work.common(&result);
    difference::compare(&lines, &p99, common.as_ref(), &mut result);
    theory::check(study, &mut result);
    disagreements(&mut result);
    if work.no_room > 0 {
        result.warnings.push(format!(
            "{} requests or sessions found no room in the model (more than {} at once) and count as \
             refused",
            work.no_room, MOST_IN_FLIGHT
        ));
    }
    work.effort.stopped = watcher.stopped();
    if work.effort.stopped {
        result
            .warnings
            .insert(0, "stopped before the end: what is missing was not computed".into());
    }
    (result, work.effort)
}

struct Work<'a> {
    study: &'a Study,
    watcher: &'a dyn Watcher,
    effort: Effort,
    no_room: u64,
}

/// Lines of the replications of one case.
struct Searched {
    mix: usize,
    calibration: usize,
    variant: usize,
    lines: Vec<Line>,
}

impl Work<'_> {
    /// Run independent tasks in parallel; results in the order of the tasks, none for those not begun.
    fn all<T: Sync, R: Send>(
        &self,
        what: &str,
        tasks: &[T],
        run: impl Fn(&T) -> R + Sync + Send,
    ) -> Vec<Option<R>> {
        if self.watcher.stopped() {
            return tasks.iter().map(|_| None).collect();
        }
        self.watcher.begin(what, tasks.len() as u64);
        tasks
            .par_iter()
            .with_max_len(1)
            .map(|task| {
                if self.watcher.stopped() {
                    return None;
                }
                let done = run(task);
                self.watcher.step();
                Some(done)
            })
            .collect()
    }

    fn count(&mut self, cost: Cost) {
        self.effort.add(cost.events, cost.completions);
        self.no_room += cost.no_room;
    }

    fn blank(&self, question: Question) -> StudyResult {
        let study = self.study;
        let base = base_load(study.case(0, 0, 0));
        StudyResult {
            scenario: study.scenario.clone(),
            system: study.system.clone(),
            study: question.name().into(),
            seed: study.seed,
            confidence: CONFIDENCE,
            mix: study.mixes[0].clone(),
            calibration: study.calibrations[0].clone(),
            target_load: TargetLoad {
                axis: axis(study.case(0, 0, 0)),
                rps: if study.load.rps > 0.0 { study.load.rps } else { base },
                events_per_s: study.load.events_per_s,
                mau: study.load.mau,
            },
            targets: study.targets.clone(),
            variants: study
                .variants
                .iter()
                .map(|variant| VariantResult {
                    name: variant.name.clone(),
                    about: variant.about.clone(),
                    saturation: None,
                    search_warm_up: None,
                    at_target: None,
                    verdicts: Vec::new(),
                    curve: Vec::new(),
                    day: Vec::new(),
                    stations: Vec::new(),
                    anatomy: Vec::new(),
                    anatomy_rps: 0.0,
                    theory: Vec::new(),
                })
                .collect(),
            comparisons: Vec::new(),
            alternatives: Vec::new(),
            disagreements: Vec::new(),
            edits: study.edits.clone(),
            assumed: study.assumed.clone(),
            warnings: study.warnings.clone(),
        }
    }

    /// Find the line of every case; the main mix and calibration first.
    fn search(&mut self, question: Question, result: &mut StudyResult) -> Vec<Searched> {
        let study = self.study;
        let (mixes, calibrations) = match question {
            Question::Compare => (study.mixes.len(), study.calibrations.len()),
            _ => (1, 1),
        };
        let mut cases = Vec::new();
        for calibration in 0..calibrations {
            for mix in 0..mixes {
                cases.extend((0..study.variants.len()).map(|variant| (mix, calibration, variant)));
            }
        }
        let warm_ups = self.search_warm_ups(&cases);
        for (&(mix, calibration, variant), warm_up) in &warm_ups {
            if (mix, calibration) == (0, 0) {
                result.variants[variant].search_warm_up = Some(*warm_up);
            }
        }
        let case = |which: &(usize, usize, usize)| Case {
            study,
            spec: study.case(which.2, which.0, which.1),
            window: warm_ups.get(which).map_or(study.window, |warm_up| windowed(study, *warm_up)),
        };
        // The first replication finds its way from the utilisation bound; the others begin near it.
        let first = self.all("bracketing the line of each variant", &cases, |which| {
            let case = case(which);
            case.line(0, case.bound() * 0.85, 0.2)
        });
        let replications = study.search.replications.max(2);
        // Beside the main answer half as many replications tell whether it holds.
        let wanted = |which: &(usize, usize, usize)| {
            if (which.0, which.1) == (0, 0) { replications } else { (replications / 2).max(2) }
        };
        let tasks: Vec<(usize, u32, f64)> = (1..replications)
            .flat_map(|number| {
                let cases = &cases;
                first.iter().enumerate().filter_map(move |(index, line)| {
                    let line = line.as_ref().filter(|_| number < wanted(&cases[index]))?;
                    // Begun just below it, most find a load that they carry at once.
                    let guess = line.load * (1.0 - study.search.resolution);
                    Some((index, number, guess.max(1e-6)))
                })
            })
            .collect();
        let others = self.all("bisecting the line in each replication", &tasks, |task| {
            case(&cases[task.0]).line(task.1, task.2, 2.0 * study.search.resolution)
        });
        let mut searched: Vec<Searched> = cases
            .iter()
            .zip(first)
            .map(|(&(mix, calibration, variant), line)| Searched {
                mix,
                calibration,
                variant,
                lines: line.into_iter().collect(),
            })
            .collect();
        for (task, line) in tasks.iter().zip(others) {
            searched[task.0].lines.extend(line);
        }
        let found = self.all("relieving one resource after another", &searched, |searched| {
            let main = searched.mix == 0 && searched.calibration == 0;
            let replications = if main { RELIEF_REPLICATIONS } else { RELIEF_REPLICATIONS_OTHER };
            let case = case(&(searched.mix, searched.calibration, searched.variant));
            (!searched.lines.is_empty()).then(|| answer(&case, &searched.lines, replications))
        });
        for searched in &searched {
            let events = searched.lines.iter().map(|line| line.events).sum();
            self.effort.add(events, 0);
        }
        let mut answers = Vec::new();
        for (searched, found) in searched.iter().zip(found) {
            // A study that was stopped still says where the lines lie that it found.
            let unnamed = || {
                let case = case(&(searched.mix, searched.calibration, searched.variant));
                (!searched.lines.is_empty()).then(|| answer(&case, &searched.lines, 0))
            };
            let found = found.flatten().or_else(unnamed);
            self.effort.add(found.as_ref().map_or(0, |(_, events)| *events), 0);
            answers.push(found.map(|(saturation, _)| saturation));
        }
        self.place(&searched, answers, result);
        searched.retain(|searched| searched.mix == 0 && searched.calibration == 0);
        self.behind(&searched, result);
        searched
    }

    /// Put what was found where it belongs: the main answer into the variants, the rest beside it.
    fn place(
        &self,
        searched: &[Searched],
        found: Vec<Option<Saturation>>,
        result: &mut StudyResult,
    ) {
        for (searched, found) in searched.iter().zip(found) {
            let Some(saturation) = found else { continue };
            let variant = &mut result.variants[searched.variant];
            if searched.mix == 0 && searched.calibration == 0 {
                variant.anatomy = anatomy(&searched.lines);
                variant.anatomy_rps = saturation.rps.mean;
                variant.saturation = Some(saturation);
                continue;
            }
            let name = variant.name.clone();
            let (mix, calibration) =
                (&self.study.mixes[searched.mix], &self.study.calibrations[searched.calibration]);
            let same = |other: &Alternative| other.mix == *mix && other.calibration == *calibration;
            if !result.alternatives.iter().any(same) {
                result.alternatives.push(Alternative {
                    mix: mix.clone(),
                    calibration: calibration.clone(),
                    variants: Vec::new(),
                });
            }
            if let Some(place) = result.alternatives.iter_mut().find(|other| same(other)) {
                place.variants.push(AlternativeVariant { name, saturation });
            }
        }
    }

    /// Warn of stations that fall behind below the line without drawing it.
    fn behind(&self, searched: &[Searched], result: &mut StudyResult) {
        let mut late: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for searched in searched {
            let carried: Vec<&Outcome> =
                searched.lines.iter().filter_map(|line| line.carried.as_ref()).collect();
            let spec = self.study.case(searched.variant, 0, 0);
            for (index, station) in stations(spec).into_iter().enumerate() {
                let behind =
                    carried.iter().filter(|outcome| outcome.aside.contains(&index)).count();
                if behind * 2 > carried.len() {
                    let variant = &self.study.variants[searched.variant].name;
                    late.entry(station.name).or_default().push(variant);
                }
            }
        }
        for (station, variants) in late {
            result.warnings.push(format!(
                "{station} fall behind already below the line ({}); their topic's records do not count \
                 as events, so they draw no line",
                variants.join(", ")
            ));
        }
    }

    /// What users get at the load asked about. Returns the p99 of each replication, by variant, for
    /// pairing.
    fn at_target(&mut self, result: &mut StudyResult) -> Vec<Vec<f64>> {
        let study = self.study;
        let load = result.target_load.rps;
        let warm_ups = self.target_warm_ups(result);
        let windows: Vec<Window> =
            warm_ups.iter().map(|warm_up| windowed(study, *warm_up)).collect();
        let seen = match study.batches {
            Some(batches) => self.in_batches(&windows, load, batches),
            None => self.in_replications(&windows, load),
        };
        let mut p99 = Vec::new();
        for (index, outcomes) in seen.into_iter().enumerate() {
            p99.push(p99_each(&outcomes));
            if outcomes.is_empty() {
                continue;
            }
            for outcome in &outcomes {
                self.count(outcome.cost);
            }
            let spec = study.case(index, 0, 0);
            let variant = &mut result.variants[index];
            variant.at_target = Some(at_load(load, warm_ups[index], study.batches, &outcomes));
            variant.verdicts = verdicts(&study.targets, &outcomes);
            variant.stations = station_results(spec, &outcomes);
            if variant.anatomy.is_empty() {
                variant.anatomy = anatomy_of(&outcomes.iter().collect::<Vec<_>>());
                variant.anatomy_rps = load;
            }
            let sampled = Sampled {
                study,
                spec,
                name: &study.variants[index].name,
                warm_up: warm_ups[index],
                window: windows[index],
                outcomes: &outcomes,
                verdicts: &variant.verdicts,
            };
            result.warnings.extend(sampled.doubts());
        }
        p99
    }

    /// Curves over load, for the chart: the same loads for all variants.
    fn curves(&mut self, result: &mut StudyResult) {
        let study = self.study;
        let highest = result
            .variants
            .iter()
            .filter_map(|variant| variant.saturation.as_ref())
            .map(|saturation| saturation.rps.mean)
            .fold(result.target_load.rps, f64::max);
        let loads: Vec<f64> = (1..=CURVE_POINTS)
            .map(|point| highest * 1.15 * f64::from(point) / f64::from(CURVE_POINTS))
            .collect();
        let tasks: Vec<(usize, usize, u32)> = (0..study.variants.len())
            .flat_map(|variant| {
                (0..loads.len()).flat_map(move |load| {
                    (0..CURVE_REPLICATIONS).map(move |number| (variant, load, number))
                })
            })
            .collect();
        // Up to the load asked about its warm-up is enough; beyond, that of the search may be longer.
        let asked = result.target_load.rps;
        let known: Vec<[WarmUp; 2]> = result
            .variants
            .iter()
            .map(|variant| {
                let below = variant.at_target.as_ref().map_or(self.given(), |at| at.warm_up);
                let near = variant.search_warm_up.unwrap_or(below);
                [below, if near.seconds > below.seconds { near } else { below }]
            })
            .collect();
        let warm_up = |variant: usize, load: f64| known[variant][usize::from(load > asked)];
        let outcomes = self.all("the curve over load", &tasks, |&(variant, load, number)| {
            let load = loads[load];
            let window = windowed(study, warm_up(variant, load));
            steady(study.case(variant, 0, 0), window, load, study.seed, number)
        });
        let mut outcomes = outcomes.into_iter();
        for (variant, load) in (0..study.variants.len())
            .flat_map(|variant| loads.iter().map(move |load| (variant, load)))
        {
            let seen: Vec<Outcome> =
                outcomes.by_ref().take(CURVE_REPLICATIONS as usize).flatten().collect();
            if seen.is_empty() {
                continue;
            }
            for outcome in &seen {
                self.count(outcome.cost);
            }
            let carried = seen.iter().filter(|outcome| outcome.missed(&study.targets).is_none());
            let carried = carried.count() as f64 / seen.len() as f64;
            let at = at_load(*load, warm_up(variant, *load), None, &seen);
            result.variants[variant].curve.push(CurvePoint { at, carried });
        }
    }

    /// All variants at one load that they carry.
    fn common(&mut self, result: &StudyResult) -> Option<Common> {
        let common = difference::common(self.study, result, self.watcher)?;
        for outcome in common.seen.iter().flatten() {
            self.count(outcome.cost);
        }
        Some(common)
    }

    /// The day, bin by bin.
    fn days(&mut self, result: &mut StudyResult) {
        let study = self.study;
        let Some(asked) = &study.day else { return };
        let bins = replicate::day_bins(asked);
        let tasks: Vec<(usize, u32)> = asked
            .variants
            .iter()
            .flat_map(|variant| (0..asked.replications.max(1)).map(|n| (*variant as usize, n)))
            .collect();
        let days = self.all("the day", &tasks, |&(variant, number)| {
            day(study.case(variant, 0, 0), asked, study.seed, number)
        });
        for (index, days) in by_variant(&tasks, days, study.variants.len()) {
            if days.is_empty() {
                continue;
            }
            for (_, cost) in &days {
                self.count(*cost);
            }
            let spec = study.case(index, 0, 0);
            let series: Vec<&[Bin]> = days.iter().map(|(bins, _)| bins.as_slice()).collect();
            let variant = &mut result.variants[index];
            variant.day = day_series(&series, asked);
            let stations = stations(spec);
            for (station, seen) in variant.stations.iter_mut().enumerate() {
                let capacity = stations[station].capacity;
                seen.busy_by_bin = (0..bins as usize)
                    .map(|bin| {
                        let busy = series.iter().map(|bins| bins[bin].stations[station].busy);
                        share_of(busy.sum::<f64>() / series.len() as f64, capacity)
                    })
                    .collect();
            }
        }
        if asked.compress > 1.0 {
            result.warnings.push(format!(
                "the day was run in 1/{} of its time at the same rates; backlogs that last are scaled back",
                asked.compress
            ));
        }
        for variant in &mut result.variants {
            variant.stations.retain(|station| {
                station.busy.mean > 0.0
                    || station.waiting.mean > 0.0
                    || !station.busy_by_bin.is_empty()
            });
        }
    }
}

fn axis(spec: &Spec) -> Axis {
    if spec.load.open.is_some() {
        Axis::Requests
    } else if spec.load.closed.is_some() {
        Axis::Closed
    } else {
        Axis::Records
    }
}

/// Results of tasks (variant, replication) gathered by variant, in order.
fn by_variant<R>(
    tasks: &[(usize, u32)],
    results: Vec<Option<R>>,
    variants: usize,
) -> Vec<(usize, Vec<R>)> {
    let mut gathered: Vec<(usize, Vec<R>)> =
        (0..variants).map(|index| (index, Vec::new())).collect();
    for ((variant, _), result) in tasks.iter().zip(results) {
        gathered[*variant].1.extend(result);
    }
    gathered
}

/// Where another mix or calibration names another resource, or puts the line elsewhere.
fn disagreements(result: &mut StudyResult) {
    for variant in &result.variants {
        let Some(main) = &variant.saturation else { continue };
        for other in &result.alternatives {
            let Some(same) = other.variants.iter().find(|other| other.name == variant.name) else {
                continue;
            };
            let there = &same.saturation;
            let apart = there.rps.low > main.rps.high || there.rps.high < main.rps.low;
            if there.resource != main.resource || apart {
                result.disagreements.push(format!(
                    "{}: mix {}, calibration {} saturates at {:.0} requests/s on {}; mix {}, \
                     calibration {} at {:.0} on {}",
                    variant.name,
                    other.mix,
                    other.calibration,
                    there.rps.mean,
                    there.resource,
                    result.mix,
                    result.calibration,
                    main.rps.mean,
                    main.resource
                ));
            }
        }
    }
}
