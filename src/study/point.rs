//! One point of a larger question: the line of one variant, or its performance at the target load,
//! under the first mix and calibration. Ladders, sweeps and searches consist of points.
//!
//! A point depends on its study alone, so that points can be computed in any order, by several
//! processes, and combined afterwards.

use serde::{Deserialize, Serialize};

use super::day::DayAnswer;
use super::line::Line;
use super::lines::Searched;
use super::replicate::base_load;
use super::result::{AtLoad, Saturation, StudyResult, TargetVerdict};
use super::runs::Runs;
use super::saturation::{answer, estimate, searchable};
use super::setup::{Day, Prediction, Study};
use super::stop::unless_stopped;
use super::watch::{Quiet, Watcher};
use super::work::{Question, Work};
use super::{answer_question, plan};
use crate::model::spec::Id;
use crate::stats::Estimate;

/// Initial replications of a line search; doubled until the line is precise enough.
const FIRST: u32 = 4;

/// Precision of a line search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// To the requested precision, with the bottleneck identified.
    Full,
    /// Two replications without a bottleneck: only to see how far the line would move.
    Glance,
}

/// Line of a variant, with its computational cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinePoint {
    /// The line.
    pub saturation: Saturation,
    /// Simulations run.
    pub runs: u64,
    /// Events processed.
    pub events: u64,
}

/// User-visible performance at the target load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadPoint {
    /// Estimates at that load.
    pub at: AtLoad,
    /// Verdict on each target.
    pub verdicts: Vec<TargetVerdict>,
    /// Answer of its day; none where the study has none.
    pub day: Option<DayAnswer>,
    /// Simulations run.
    pub runs: u64,
    /// Events processed.
    pub events: u64,
}

impl Study {
    /// Restricts the study to variant `variant` under the first mix and calibration. Its day is
    /// kept where that variant's is run; claims and theoretical predictions are dropped.
    #[must_use]
    pub fn only(&self, variant: usize) -> Study {
        let case = self.case(variant, 0, 0).clone();
        let own = |day: &&Day| day.variants.contains(&(variant as Id));
        let day =
            self.day.as_ref().filter(own).cloned().map(|day| Day { variants: vec![0], ..day });
        Study {
            variants: vec![self.variants[variant].clone()],
            mixes: vec![self.mixes[0].clone()],
            calibrations: vec![self.calibrations[0].clone()],
            cases: vec![case],
            day,
            theory: Vec::<Prediction>::new(),
            edits: Vec::new(),
            // Claims and predictions refer to the scenario's variants.
            claims: Vec::new(),
            ..self.clone()
        }
    }

    /// Returns the unit of its loads.
    pub fn axis(&self) -> super::result::Axis {
        super::axis(self.case(0, 0, 0))
    }

    /// Returns the target load, on the axis of the study \[requests/s, or records/s\].
    pub fn asked_load(&self) -> f64 {
        if self.load.rps > 0.0 { self.load.rps } else { base_load(self.case(0, 0, 0)) }
    }
}

/// Finds the line of the study's first variant. `None` where no line can be searched for (a closed
/// load, or no target), and where the watcher stopped the run.
pub fn line(study: &Study, how: Depth, watcher: &dyn Watcher) -> Option<LinePoint> {
    unless_stopped(|| line_of(study, how, watcher)).flatten()
}

fn line_of(study: &Study, how: Depth, watcher: &dyn Watcher) -> Option<LinePoint> {
    if !searchable(study.case(0, 0, 0), study.search) || study.targets.is_empty() {
        return None;
    }
    let most = study.search.replications.max(2);
    let first = match how {
        Depth::Full => FIRST.min(most),
        Depth::Glance => 2,
    };
    let mut study = study.clone();
    study.search.replications = first;
    let (asked, quiet) = (study.asked_load(), Quiet(watcher));
    let work = Work { study: &study, watcher: &quiet, runs: Runs::new(&study, watcher), asked };
    let mut result: StudyResult = work.blank(Question::Saturate);
    let mut searched = work.search(Question::Saturate, &mut result).into_iter();
    let mut found: Searched = searched.find(Searched::is_main)?;
    let case = work.case(&found);
    while how == Depth::Full && (found.lines.len() as u32) < most {
        if watcher.stopped() {
            return None;
        }
        if known_well(&found.lines, study.precision.half_width) {
            break;
        }
        let twice = 2 * found.lines.len() as u32;
        case.further(&mut found.lines, twice.min(most));
    }
    if watcher.stopped() {
        return None;
    }
    let relieved = if how == Depth::Full { plan::RELIEF_REPLICATIONS } else { 0 };
    let saturation = answer(&case, &found.lines, relieved);
    let spent = work.runs.spent();
    Some(LinePoint {
        saturation,
        runs: spent.iter().map(|spent| spent.runs).sum(),
        events: spent.iter().map(|spent| spent.events).sum(),
    })
}

/// Finds the line of the study's first variant in all replications of its search, without its
/// bottleneck.
pub(super) fn bare_line(study: &Study, watcher: &dyn Watcher) -> Option<Estimate> {
    if !searchable(study.case(0, 0, 0), study.search) || study.targets.is_empty() {
        return None;
    }
    let quiet = Quiet(watcher);
    let (runs, asked) = (Runs::new(study, &quiet), study.asked_load());
    let work = Work { study, watcher: &quiet, runs, asked };
    let mut result: StudyResult = work.blank(Question::Saturate);
    let mut searched = work.search(Question::Saturate, &mut result).into_iter();
    let found: Searched = searched.find(Searched::is_main)?;
    (!watcher.stopped()).then(|| answer(&work.case(&found), &found.lines, 0).rps)
}

/// Whether the relative half-width of the mean line is at most `share`.
fn known_well(lines: &[Line], share: f64) -> bool {
    let estimate = estimate(lines);
    estimate.half_width().is_some_and(|half| half <= share * estimate.mean)
}

/// Estimates user-visible performance of the study's first variant at the target load. `None` where
/// the watcher stopped the run.
pub fn at_load(study: &Study, watcher: &dyn Watcher) -> Option<LoadPoint> {
    let (mut result, effort) = answer_question(study, Question::Run, &Quiet(watcher));
    if effort.stopped {
        return None;
    }
    let variant = result.variants.first_mut()?;
    let runs = effort.parts.iter().map(|part| part.runs).sum();
    let verdicts = std::mem::take(&mut variant.verdicts);
    let (at, day) = (variant.at_target.take()?, variant.day_answer.take());
    Some(LoadPoint { at, verdicts, day, runs, events: effort.events })
}
