//! `plimsoll uncertain`: samples as points, each a file, and what they say together.

use std::collections::BTreeMap;

use super::ladder::chosen;
use super::sweep::{compute_all, folders, inputs, known};
use super::{
    MET, MISSED, Progress, complain, drawing, font, language, options, print, refuse, threads, warn,
};
use crate::cli::Doubting;
use crate::plain;
use crate::report::uncertain as pages;
use crate::scenario::Problem;
use crate::scenario::workshop::Bench;
use crate::study::CONFIDENCE;
use crate::study::digest::digest;
use crate::study::setup::Study;
use crate::study::sweep::{Asked, Place, Point, Sweep, Varied};
use crate::study::uncertain::{Condition, Frame, Input, Law, SAMPLES, Whole, analyse, samples};

pub(super) fn uncertain(asked: &Doubting) -> u8 {
    match prepare(asked) {
        Ok(prepared) => run(asked, &prepared),
        Err(code) => code,
    }
}

/// What is ready to run.
struct Prepared {
    bench: Bench,
    sweep: Sweep,
    frame: Frame,
    /// Every sample under every variant, with the index of the variant in the study.
    places: Vec<(Place, usize)>,
}

/// Every assumed time and unit cost that the answer depends on, from half to double.
fn assumed(study: &Study) -> Vec<Input> {
    let mut inputs: Vec<Input> = Vec::new();
    for one in study.assumed.iter().filter(|one| one.basis == "assumed") {
        let Some((place, path)) = one.name.split_once(": ") else { continue };
        let counts = place == study.calibrations[0] || place == "system";
        let section = path.starts_with("times.") || path.starts_with("units.");
        if !counts || !section || inputs.iter().any(|input| input.path == path) {
            continue;
        }
        inputs.push(Input {
            path: path.into(),
            low: 0.5,
            high: 2.0,
            unit: String::new(),
            factor: true,
            whole: false,
            distribution: Law::Loguniform,
            likely: None,
            because: crate::report::source(one),
        });
    }
    inputs
}

fn prepare(asked: &Doubting) -> Result<Prepared, u8> {
    let reading = &asked.studying.reading;
    let bench = Bench {
        scenario: reading.scenario.clone(),
        options: crate::scenario::Options { check_only: true, ..options(reading) },
        given: Vec::new(),
        from: "uncertain".into(),
    };
    let loaded = bench.load(&[]).map_err(|problems| refuse(reading, &problems))?;
    let study = &loaded.study;
    let stated = loaded.uncertain.unwrap_or_default();
    let by_default = stated.inputs.is_empty();
    let doubted = if by_default { assumed(study) } else { stated.inputs };
    if doubted.is_empty() {
        return Err(complain(
            "nothing is uncertain: the scenario has no `uncertain: { inputs: … }`, and no time or unit \
             cost of a calibration that is in use is assumed (times that stand in the steps themselves are \
             not varied: name them in a calibration, or state `inputs`)",
        ));
    }
    let count = asked.samples.or(stated.samples).unwrap_or(SAMPLES);
    let names: Vec<&str> = study.variants.iter().map(|variant| variant.name.as_str()).collect();
    let which = chosen(&asked.variants, &names)?;
    check(&bench, &doubted).map_err(|problems| refuse(reading, &problems))?;
    let mut sweep = Sweep {
        version: env!("CARGO_PKG_VERSION").into(),
        scenario: study.scenario.clone(),
        system: study.system.clone(),
        seed: study.seed,
        confidence: CONFIDENCE,
        mix: study.mixes[0].clone(),
        calibration: study.calibrations[0].clone(),
        axis: study.axis(),
        asked: Asked::Sample,
        quick: reading.quick,
        inputs: inputs(study),
        varied: doubted
            .iter()
            .map(|input| Varied { path: input.path.clone(), values: Vec::new() })
            .collect(),
        variants: which.iter().map(|at| names[*at].to_owned()).collect(),
        points: Vec::new(),
        cautions: Vec::new(),
    };
    let mut places = Vec::new();
    for values in samples(study.seed, &doubted, count as usize) {
        for (variant, at) in which.iter().enumerate() {
            places.push((Place { variant, values: values.clone() }, *at));
        }
    }
    sweep.points = places.iter().map(|(place, _)| digest(place.key(&sweep))).collect();
    let frame = Frame {
        inputs: doubted,
        by_default,
        targets: study.targets.clone(),
        asked_rps: study.asked_load(),
        asked_mau: study.load.mau,
    };
    Ok(Prepared { bench, sweep, frame, places })
}

/// Both ends of every range must be something that the scenario can be read with.
fn check(bench: &Bench, inputs: &[Input]) -> Result<(), Vec<Problem>> {
    let mut problems: BTreeMap<String, Problem> = BTreeMap::new();
    for end in inputs.iter().flat_map(|input| [input.end(false), input.end(true)]) {
        if let Err(found) = bench.load(&[end]) {
            problems.extend(found.into_iter().map(|one| (one.plain(), one)));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.into_values().collect()) }
}

fn run(asked: &Doubting, prepared: &Prepared) -> u8 {
    let studying = &asked.studying;
    let Prepared { bench, sweep, frame, places } = prepared;
    if frame.by_default {
        warn(&format!(
            "note: the scenario does not say what is uncertain; all that is assumed is taken to be from \
             half to double: {} times and unit costs",
            frame.inputs.len()
        ));
    }
    let font = match font(studying.font.as_deref()) {
        Ok(font) => font,
        Err(code) => return code,
    };
    let (held, points) = match folders(&studying.out, sweep, "uncertain", true) {
        Ok(folders) => folders,
        Err(error) => return complain(&format!("cannot write to {error}")),
    };
    let missing: Vec<usize> = (0..places.len())
        .filter(|index| known(&points, sweep, *index, &places[*index].0).is_none())
        .collect();
    let pool = match threads(studying.threads) {
        Ok(pool) => pool,
        Err(code) => return code,
    };
    let progress = Progress::new();
    let computed = pool.install(|| compute_all(bench, sweep, places, &missing, &points, &progress));
    progress.end();
    if let Err(why) = computed {
        return complain(&why);
    }
    let found: Vec<Option<Point>> =
        (0..places.len()).map(|index| known(&points, sweep, index, &places[index].0)).collect();
    let there = found.iter().flatten().count();
    let Some(found) = found.into_iter().collect::<Option<Vec<Point>>>() else {
        let text = format!(
            "stopped: {there} of {} samples are there; the same command goes on from here\n{}\n",
            places.len(),
            plain::path(&held.path)
        );
        if studying.reading.json {
            // Standard output has JSON or nothing.
            warn(text.trim_end());
            return MISSED;
        }
        return print(text.as_bytes()).max(MISSED);
    };
    let uncertain = pool.install(|| analyse(sweep, frame, &found));
    let lang = language(studying.lang);
    let options = drawing(lang, font);
    let written = pages::write(&uncertain, sweep, &found, &held.path, &options);
    for note in written.iter().flat_map(|written| &written.notes) {
        warn(&format!("note: {note}"));
    }
    let code = if studying.reading.json {
        match pages::json(&uncertain) {
            Ok(json) => print(json.as_bytes()),
            Err(error) => complain(&error.to_string()),
        }
    } else {
        let text = pages::text(&uncertain, lang);
        print(format!("{text}\n{}\n", plain::path(&held.path)).as_bytes())
    };
    // Met is what is met in nearly all that may be the case.
    let mut of_all =
        uncertain.probabilities.iter().filter(|one| one.target == Condition::Whole(Whole::All));
    let met = of_all.next_back().is_some_and(|last| last.probability.mean >= CONFIDENCE);
    let judged = if met { MET } else { MISSED };
    match written {
        Err(error) => complain(&format!("cannot write to {error}")),
        Ok(_) => code.max(judged),
    }
}
