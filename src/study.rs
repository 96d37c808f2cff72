//! Studies: questions about variants of a system, answered by replications in parallel.
//!
//! Every replication of every point is a task of its own. Tasks are scheduled longest processing
//! time first and their results are gathered by key, so that neither the number of threads nor the
//! order of completion affects an answer. All variants are run with common random numbers, so that
//! their differences are paired by replication.

pub mod basis;
mod capacity;
pub mod cause;
pub mod caution;
pub mod claims;
mod contributions;
pub mod coverage;
pub mod day;
mod difference;
pub mod digest;
pub mod doubt;
mod doubts;
pub mod effect;
mod error;
mod gather;
pub mod growth;
mod head;
pub mod ladder;
pub mod law;
mod line;
mod lines;
pub mod metric;
mod plan;
pub mod point;
pub mod points;
mod pooled;
pub(crate) mod replicate;
pub mod result;
mod runs;
mod sampling;
pub(crate) mod saturation;
mod search;
pub mod setup;
pub mod size;
mod steps;
mod stop;
pub mod sweep;
pub mod theory;
pub mod uncertain;
mod used;
pub mod validate;
mod warm_up;
mod watch;
mod work;
pub mod workshop;

use self::doubt::Doubt;
use self::doubt::Warning;
pub use self::error::StudyError;
use self::gather::p99_each;
pub use self::head::Head;
use self::line::Line;
use self::lines::Searched;
use self::replicate::base_load;
use self::result::{
    Axis, Disagreement, LineUnder, Saturation, StudyResult, TargetLoad, VariantResult,
};
use self::runs::Runs;
pub use self::runs::{Part, Spent};
use self::setup::Study;
pub use self::watch::{Provisional, Quiet, SoFar, Unwatched, Watcher};
pub use self::work::Question;
use self::work::Work;
use crate::model::spec::Spec;
use crate::model::{MOST_IN_FLIGHT, MOST_RECORDS};
pub use crate::stats::CONFIDENCE;

/// Computational cost of a study.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Simulation events processed.
    pub events: u64,
    /// Requests and records completed.
    pub completions: u64,
    /// Simulations and events by part of the study.
    pub parts: Vec<Spent>,
    /// Whether the study was stopped before it was complete.
    pub stopped: bool,
}

/// Answers `question`. The result depends on the study alone.
pub fn answer_question(
    study: &Study,
    question: Question,
    watcher: &dyn Watcher,
) -> (StudyResult, Effort) {
    let base = base_load(study.case(0, 0, 0));
    let asked = if study.load.rps > 0.0 { study.load.rps } else { base };
    let work = Work { study, watcher, runs: Runs::new(study, watcher), asked };
    let mut result = work.blank(question);
    let searching = question != Question::Run
        && saturation::searchable(study.case(0, 0, 0), study.search)
        && !study.targets.is_empty();
    if question != Question::Run && !searching {
        result.warnings.push(Warning::of_all(Doubt::NoLine));
    }
    let searched = if searching { work.search(question, &mut result) } else { Vec::new() };
    let plan = work.plan(question, &searched, &result);
    let mut done = work.carry_out(&plan, &searched);
    work.answers(&searched, &mut done, &mut result);
    let asked = work.at_target(&plan, &mut done, &mut result);
    let common = work.common(&plan, &mut done);
    work.curves(&plan, &mut done, &asked, common.as_ref(), &mut result);
    let days = match question {
        Question::Saturate => Vec::new(),
        Question::Run | Question::Compare => work.days(&mut done, &mut result),
    };
    work.judge(&searched, &asked, &days, &mut result);
    work.contributions(&searched, &mut result);
    let p99: Vec<Vec<f64>> = asked.iter().map(|seen| p99_each(seen)).collect();
    let main = searched.into_iter().filter(Searched::is_main);
    let lines: Vec<Vec<Line>> = main.map(|searched| searched.lines).collect();
    difference::compare(&lines, &p99, common.as_ref(), &mut result);
    theory::check(study, &mut result);
    disagreements(&mut result);
    let no_room = work.runs.no_room();
    if no_room > 0 {
        let (requests, records) = (MOST_IN_FLIGHT, MOST_RECORDS);
        let doubt = Doubt::NoRoom { lost: no_room, requests, records };
        result.warnings.push(Warning::of_all(doubt));
    }
    let parts = work.runs.spent();
    let effort = Effort {
        events: parts.iter().map(|spent| spent.events).sum(),
        completions: work.runs.completions(),
        parts,
        stopped: watcher.stopped(),
    };
    result.partial = effort.stopped;
    if effort.stopped {
        result.warnings.insert(0, Warning::of_all(Doubt::Stopped));
    }
    (result, effort)
}

impl Work<'_> {
    fn blank(&self, question: Question) -> StudyResult {
        let study = self.study;
        StudyResult {
            head: study.head(question.name()),
            target_load: TargetLoad {
                axis: axis(study.case(0, 0, 0)),
                rps: self.asked,
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
                    day_answer: None,
                    pods: Vec::new(),
                    steps: Vec::new(),
                    used: None,
                    cost: Vec::new(),
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
            claims: Vec::new(),
            assumed: study.assumed.clone(),
            cautions: study.cautions.clone(),
            warnings: Vec::new(),
            partial: false,
            computed_from: computed_from(study, question),
        }
    }
}

/// Returns the digest of everything that an answer depends on.
fn computed_from(study: &Study, question: Question) -> String {
    let Study { seed, replications, batches, precision, window, search, inputs, settings, .. } =
        study;
    let inputs: Vec<&str> = inputs.iter().map(|input| input.digest.as_str()).collect();
    let numbers = (seed, replications, batches, precision, window, search, study.contributions);
    let version = env!("CARGO_PKG_VERSION");
    let name = question.name();
    digest::digest(format!("plimsoll {version} {name} {numbers:?} {inputs:?} {settings}"))
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

/// Records the mixes and calibrations under which the bottleneck or the line differs.
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
                let under = |mix: &str, calibration: &str, line: &Saturation| LineUnder {
                    mix: mix.to_owned(),
                    calibration: calibration.to_owned(),
                    rps: line.rps.mean,
                    resource: line.resource.clone(),
                };
                result.disagreements.push(Disagreement {
                    variant: variant.name.clone(),
                    other: under(&other.mix, &other.calibration, there),
                    main: under(&result.head.mix, &result.head.calibration, main),
                });
            }
        }
    }
}
