//! `plimsoll run`, `compare` and `saturate`.

use std::time::Instant;

use super::error::{AppError, Context, Ending};
use super::input::{options, warn_of};
use super::session::Session;
use crate::audit;
use crate::cli::StudyArgs;
use crate::report::{EngineCost, Input, Manifest, PartCost, Studied};
use crate::scenario::{self, Loaded};
use crate::study::result::StudyResult;
use crate::study::{Effort, Question, Spent, answer_question};

#[expect(clippy::disallowed_methods, reason = "the manifest states what the study cost")]
pub(super) fn study(
    args: &StudyArgs,
    question: Question,
    contributions: bool,
) -> Result<Ending, AppError> {
    let options = scenario::Options { contributions, ..options(&args.input) };
    let mut loaded = scenario::load(&args.input.scenario, &options)?;
    audit::price_claims(&mut loaded);
    warn_of(&loaded, &args.input, args.lang);
    let session = Session::open(args, &loaded.study.head(question.name()))?;
    let (begun, cpu) = (Instant::now(), cpu_seconds());
    let (result, effort) = session.compute(|progress| {
        let (mut result, effort) = answer_question(&loaded.study, question, progress);
        audit::price(&loaded, &mut result);
        (result, effort)
    });
    let spent = (begun.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let manifest = manifest(&loaded, &result, &effort, spent);
    let studied = Studied::new(&result, &manifest).context("cannot write to")?;
    session.finish(&studied)
}

/// Returns the manifest of a result: its provenance, and its cost in wall-clock and CPU time.
fn manifest(
    loaded: &Loaded,
    result: &StudyResult,
    effort: &Effort,
    (wall_s, cpu_s): (f64, f64),
) -> Manifest {
    let inputs = loaded
        .study
        .inputs
        .iter()
        .map(|input| Input { path: input.path.clone(), digest: input.digest.clone() });
    Manifest {
        version: env!("CARGO_PKG_VERSION").into(),
        seed: result.head.seed,
        inputs: inputs.collect(),
        engine: EngineCost {
            events: effort.events,
            completions: effort.completions,
            cpu_s,
            wall_s,
            parts: effort.parts.iter().map(part_cost).collect(),
        },
        settings: loaded.study.settings.clone(),
        command: std::env::args().collect(),
        partial: effort.stopped,
        left_out: 0,
        computed_from: result.computed_from.clone(),
        summary: String::new(),
    }
}

fn part_cost(spent: &Spent) -> PartCost {
    PartCost { part: spent.part.name().into(), runs: spent.runs, events: spent.events }
}

/// Returns the CPU time of this process so far \[s\]; 0 where the system does not provide it.
fn cpu_seconds() -> f64 {
    cpu_time::ProcessTime::try_now().map_or(0.0, |time| time.as_duration().as_secs_f64())
}
