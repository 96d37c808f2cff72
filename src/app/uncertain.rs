//! `plimsoll uncertain`: samples as points, each in a file of its own, and their joint evaluation.

use std::collections::BTreeMap;

use super::error::{AppError, Ending};
use super::input::{chosen, resolved, workshop};
use super::points::{PointFolder, compute};
use super::session::Session;
use super::terminal::warn;
use crate::cli::UncertainArgs;
use crate::report::uncertain::Sampled;
use crate::scenario::{Problem, Refused, Workshop};
use crate::study::points::Located;
use crate::study::sweep::{Asked, GridPoint, Point, Sweep, Swept, Varied};
use crate::study::uncertain::{Frame, Input, SAMPLES, analyse, assumed, samples};

pub(super) fn uncertain(args: &UncertainArgs) -> Result<Ending, AppError> {
    let Prepared { workshop, sweep, frame, places } = prepare(args)?;
    if frame.by_default {
        warn(&format!(
            "note: the scenario does not say what is uncertain; all that is assumed is taken to be from \
             half to double: {} times and unit costs",
            frame.inputs.len()
        ));
    }
    let session = Session::open(&args.study, &sweep.head)?;
    let store = PointFolder::open(session.folder(), true)?;
    let points = compute(&session, &workshop, (&sweep, &places), &|_| true, &store)?;
    let there = points.iter().flatten().count();
    let Some(points) = points.into_iter().collect::<Option<Vec<Point>>>() else {
        let all = places.len();
        let text = format!(
            "stopped: {there} of {all} samples are there; the same command goes on from here"
        );
        session.output.tell_unfinished(&text, session.folder())?;
        return Ok(Ending::Missed);
    };
    let found = session.compute(|_| analyse(&sweep, &frame, &points));
    session.finish(&Sampled { found, samples: Some(Swept { sweep, points }) })
}

/// An analysis that is ready to run.
struct Prepared {
    workshop: Workshop,
    sweep: Sweep,
    frame: Frame,
    /// Every sample under every variant.
    places: Vec<Located>,
}

fn prepare(args: &UncertainArgs) -> Result<Prepared, AppError> {
    let workshop = workshop(&args.study.input, "uncertain");
    let loaded = resolved(&workshop, &args.study)?;
    let study = &loaded.study;
    let stated = loaded.further.uncertain.unwrap_or_default();
    let by_default = stated.inputs.is_empty();
    let inputs = if by_default { assumed(study) } else { stated.inputs };
    if inputs.is_empty() {
        let text = "nothing is uncertain: the scenario has no `uncertain: { inputs: … }`, and no time or \
                    unit cost of a calibration that is in use is assumed (times that stand in the steps \
                    themselves are not varied: name them in a calibration, or state `inputs`)";
        return Err(AppError::Asked(text.into()));
    }
    let count = args.samples.or(stated.samples).unwrap_or(SAMPLES);
    let which = chosen(&args.variants, study)?;
    check(&workshop, &inputs)?;
    let varied = inputs.iter().map(|input| Varied { path: input.path.clone(), values: Vec::new() });
    let quick = args.study.input.quick;
    let mut sweep = Sweep::new(study, Asked::Sample, quick, varied.collect(), &which);
    let mut places = Vec::new();
    for values in samples(study.seed, &inputs, count as usize) {
        for (number, variant) in which.iter().enumerate() {
            let place = GridPoint { variant: number, values: values.clone() };
            places.push(Located { place, variant: *variant });
        }
    }
    sweep.name_points(places.iter().map(|located| &located.place));
    let frame = Frame {
        inputs,
        by_default,
        targets: study.targets.clone(),
        asked_rps: study.asked_load(),
        asked_mau: study.load.mau,
    };
    Ok(Prepared { workshop, sweep, frame, places })
}

/// Checks that the scenario can be read at both ends of every range.
fn check(workshop: &Workshop, inputs: &[Input]) -> Result<(), Refused> {
    let mut problems: BTreeMap<String, Problem> = BTreeMap::new();
    for end in inputs.iter().flat_map(|input| [input.end(false), input.end(true)]) {
        if let Err(Refused(found)) = workshop.resolve(&[end]) {
            problems.extend(found.into_iter().map(|one| (one.plain(), one)));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Refused(problems.into_values().collect())) }
}
