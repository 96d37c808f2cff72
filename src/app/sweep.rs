//! `plimsoll sweep` and `plimsoll merge`: points as files, each written whole, until all are there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::ladder::chosen;
use super::{
    MET, Progress, complain, drawing, font, language, options, print, refuse, threads, warn,
};
use crate::audit;
use crate::cli::{Merging, Sweeping};
use crate::plain;
use crate::report;
use crate::report::sweep::{self as pages, Found};
use crate::scenario::workshop::Bench;
use crate::scenario::{Loaded, Problem, vary};
use crate::study::caution::Caution;
use crate::study::digest::digest;
use crate::study::setup::Study;
use crate::study::sweep::{Asked, Place, Point, Sweep, compute, is_load, places, size};
use crate::study::{CONFIDENCE, Watcher};

/// Most points of a sweep.
const MOST_POINTS: usize = 10_000;
/// Points up to which every combination is resolved before the first is computed; beyond, every value.
const LOOKED_AT: usize = 1000;
/// Time between two lines about progress where there is no terminal.
const SAY: Duration = Duration::from_secs(15);
pub(super) fn sweep(asked: &Sweeping) -> u8 {
    match prepare(asked) {
        Ok(prepared) => run(asked, &prepared),
        Err(code) => code,
    }
}

/// A sweep that is ready to run.
struct Prepared {
    bench: Bench,
    sweep: Sweep,
    /// Every place with the index of its variant in the study.
    places: Vec<(Place, usize)>,
    shard: Option<(usize, usize)>,
}

fn prepare(asked: &Sweeping) -> Result<Prepared, u8> {
    let reading = &asked.studying.reading;
    let shard = asked.shard.as_deref().map(shard).transpose()?;
    let varied = vary::axes(&asked.vary).map_err(|problems| refuse(reading, &problems))?;
    let bench = Bench {
        scenario: reading.scenario.clone(),
        options: crate::scenario::Options { check_only: true, ..options(reading) },
        given: Vec::new(),
        from: "--vary".into(),
    };
    let loaded = bench.load(&[]).map_err(|problems| refuse(reading, &problems))?;
    let names: Vec<&str> =
        loaded.study.variants.iter().map(|variant| variant.name.as_str()).collect();
    let which = chosen(&asked.variants, &names)?;
    let count = size(&varied, which.len()).filter(|count| *count <= MOST_POINTS);
    if count.is_none() {
        return Err(complain(&format!("a sweep has at most {MOST_POINTS} points")));
    }
    let grid = places(&varied, 1);
    // Each value beside the first of all others; every combination where there are few.
    let firsts = |place: &Place| {
        let away = place.values.iter().zip(&varied).filter(|(value, one)| **value != one.values[0]);
        away.count() <= 1
    };
    let looked_at = grid.iter().filter(|place| grid.len() <= LOOKED_AT || firsts(place));
    let mut problems: BTreeMap<String, Problem> = BTreeMap::new();
    let mut notes: Vec<Caution> = Vec::new();
    for place in looked_at {
        match bench.load(&place.changes(&varied)) {
            Ok(Loaded { study, .. }) => {
                let dead = |one: &Caution| matches!(one, Caution::DeadReplicas { .. });
                notes.extend(study.cautions.into_iter().filter(dead));
            }
            Err(found) => problems.extend(found.into_iter().map(|one| (one.plain(), one))),
        }
    }
    if !problems.is_empty() {
        let problems: Vec<Problem> = problems.into_values().collect();
        return Err(refuse(reading, &problems));
    }
    notes.sort_by_key(ToString::to_string);
    notes.dedup();
    for note in &notes {
        warn(&format!("warning: {note}"));
    }
    let study = &loaded.study;
    let responses = asked.at || varied.iter().any(|one| is_load(&one.path));
    let mut sweep = Sweep {
        version: env!("CARGO_PKG_VERSION").into(),
        scenario: study.scenario.clone(),
        system: study.system.clone(),
        seed: study.seed,
        confidence: CONFIDENCE,
        mix: study.mixes[0].clone(),
        calibration: study.calibrations[0].clone(),
        axis: study.axis(),
        asked: if responses { Asked::Load } else { Asked::Line },
        quick: reading.quick,
        inputs: inputs(study),
        varied,
        variants: which.iter().map(|at| names[*at].to_owned()).collect(),
        points: Vec::new(),
        cautions: notes,
    };
    let all = places(&sweep.varied, which.len());
    sweep.points = all.iter().map(|place| digest(place.key(&sweep))).collect();
    let places = all.into_iter().map(|place| (place.variant, place));
    let places = places.map(|(variant, place)| (place, which[variant])).collect();
    Ok(Prepared { bench, sweep, places, shard })
}

/// The files read, without their folders: shards may run elsewhere.
pub(super) fn inputs(study: &Study) -> Vec<(String, String)> {
    let name =
        |path: &str| Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
    study.inputs.iter().map(|input| (name(&input.path), input.digest.clone())).collect()
}

/// `2/8` as (1, 8).
fn shard(text: &str) -> Result<(usize, usize), u8> {
    let read = text.split_once('/').and_then(|(part, of)| {
        let (part, of) = (part.parse::<usize>().ok()?, of.parse::<usize>().ok()?);
        (1..=of).contains(&part).then(|| (part - 1, of))
    });
    read.ok_or_else(|| complain(&format!("`{text}` is not a shard; write `1/4` to `4/4`")))
}

fn run(asked: &Sweeping, prepared: &Prepared) -> u8 {
    let studying = &asked.studying;
    let Prepared { bench, sweep, places, shard } = prepared;
    let font = match font(studying.font.as_deref()) {
        Ok(font) => font,
        Err(code) => return code,
    };
    let (held, points) = match start(&studying.out, sweep, shard.is_none()) {
        Ok(folders) => folders,
        Err(error) => return complain(&format!("cannot write to {error}")),
    };
    let mine = |index: usize| shard.is_none_or(|(part, of)| index % of == part);
    let missing: Vec<usize> = (0..places.len())
        .filter(|index| mine(*index) && known(&points, sweep, *index, &places[*index].0).is_none())
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
    let output = Output {
        out: &held.path,
        json: studying.reading.json,
        options: drawing(language(studying.lang), font),
    };
    if let Some(all) = found.into_iter().collect::<Option<Vec<Point>>>() {
        return finish(sweep, &all, &output);
    }
    let all = places.len();
    let (mine, stopped) = ((0..all).filter(|index| mine(*index)).count(), progress.stopped());
    let text = if stopped {
        format!("stopped: {there} of {all} points are there; the same command goes on from here\n")
    } else {
        format!(
            "{mine} points of this shard are done, {there} of {all} are here; put all shards together \
             with `plimsoll merge`\n"
        )
    };
    let text = format!("{text}{}\n", plain::path(&held.path));
    if studying.reading.json {
        // Standard output has JSON or nothing.
        warn(text.trim_end());
        return MET;
    }
    print(text.as_bytes())
}

/// Make the folders and hold them, with other shards or alone, and write `sweep.json`.
fn start(out: &Path, sweep: &Sweep, alone: bool) -> std::io::Result<(report::Held, PathBuf)> {
    let (held, points) = folders(out, sweep, "sweep", alone)?;
    report::replace_file(&held.path.join("sweep.json"), &pages::frame(sweep)?)?;
    Ok((held, points))
}

/// The folder of an answer made of points, held, and that of its points.
pub(super) fn folders(
    out: &Path,
    sweep: &Sweep,
    name: &str,
    alone: bool,
) -> std::io::Result<(report::Held, PathBuf)> {
    let held = report::hold(out, &sweep.scenario, name, alone)?;
    let points = held.path.join(pages::POINTS);
    std::fs::create_dir_all(&points)
        .map_err(|error| std::io::Error::other(format!("{}: {error}", plain::path(&points))))?;
    if alone {
        report::remove_drafts(&points)?;
    }
    Ok((held, points))
}

/// A point that was computed before from the same inputs; whatever else lies there is computed anew.
pub(super) fn known(points: &Path, sweep: &Sweep, index: usize, place: &Place) -> Option<Point> {
    match pages::point(points, sweep, index, place) {
        Ok(Found::Whole(point)) => Some(point),
        Ok(Found::Nothing | Found::Foreign(_)) | Err(_) => None,
    }
}

/// Compute the missing points one after another, each on all cores.
#[expect(clippy::disallowed_methods, reason = "progress tells the time that is left")]
pub(super) fn compute_all(
    bench: &Bench,
    sweep: &Sweep,
    places: &[(Place, usize)],
    missing: &[usize],
    points: &Path,
    progress: &Progress,
) -> Result<(), String> {
    let (begun, mut said) = (Instant::now(), Instant::now());
    progress.begin("computing points", missing.len() as u64);
    for (done, index) in missing.iter().enumerate() {
        if progress.stopped() {
            return Ok(());
        }
        if !progress.terminal && said.elapsed() > SAY {
            let each = begun.elapsed().as_secs_f64() / done.max(1) as f64;
            let left = each * (missing.len() - done) as f64;
            warn(&format!("{done} of {} points, about {left:.0} s left", missing.len()));
            said = Instant::now();
        }
        let (place, variant) = &places[*index];
        let changes = place.changes(&sweep.varied);
        let loaded = match bench.load(&changes) {
            Ok(loaded) => loaded,
            Err(problems) => return Err(crate::scenario::render_plain(&problems)),
        };
        let study = &loaded.study;
        if inputs(study) != sweep.inputs {
            return Err("a file changed in the meantime; start again".into());
        }
        let key = place.key(sweep);
        let point = compute(&study.only(*variant), sweep.asked, key, place, progress)?;
        let Some(mut point) = point else { return Ok(()) };
        if sweep.asked != Asked::Sample
            && let Some(bill) = audit::bills(&loaded, [*variant]).pop()
        {
            // With its type: another type without a price may cost something else.
            let unpriced: Vec<String> =
                bill.unpriced().map(|item| format!("{} ({})", item.part, item.what)).collect();
            point.price(bill.total(), &unpriced);
        }
        let place = points.join(format!("{}.json", sweep.points[*index]));
        let bytes = pages::bytes(&point.sealed()).map_err(|error| error.to_string())?;
        report::replace_file(&place, &bytes).map_err(|error| format!("cannot write {error}"))?;
        progress.step();
    }
    Ok(())
}

/// Where and how to write.
struct Output<'a> {
    out: &'a Path,
    json: bool,
    options: report::Options,
}

fn finish(sweep: &Sweep, points: &[Point], output: &Output<'_>) -> u8 {
    let written = pages::write(sweep, points, output.out, &output.options);
    for note in written.iter().flat_map(|written| &written.notes) {
        warn(&format!("note: {note}"));
    }
    let code = if output.json {
        match pages::json(sweep, points) {
            Ok(json) => print(json.as_bytes()),
            Err(error) => complain(&error.to_string()),
        }
    } else {
        let text = pages::text(sweep, points, output.options.lang);
        print(format!("{text}\n{}\n", plain::path(output.out)).as_bytes())
    };
    match written {
        Err(error) => complain(&format!("cannot write to {error}")),
        Ok(_) => code,
    }
}

pub(super) fn merge(asked: &Merging) -> u8 {
    let font = match font(asked.font.as_deref()) {
        Ok(font) => font,
        Err(code) => return code,
    };
    let (sweep, points) = match together(&asked.folders) {
        Ok(whole) => whole,
        Err(why) => return complain(&why),
    };
    let (held, place) = match start(&asked.out, &sweep, true) {
        Ok(place) => place,
        Err(error) => return complain(&format!("cannot write to {error}")),
    };
    for (point, name) in points.iter().zip(&sweep.points) {
        let bytes = pages::bytes(point);
        let file = place.join(format!("{name}.json"));
        if let Err(error) = bytes.and_then(|bytes| report::replace_file(&file, &bytes)) {
            return complain(&format!("cannot write to {error}"));
        }
    }
    let output =
        Output { out: &held.path, json: asked.json, options: drawing(language(asked.lang), font) };
    finish(&sweep, &points, &output)
}

/// The sweep that these folders are shards of, with all its points.
///
/// # Errors
/// What does not belong together, and what is missing.
fn together(folders: &[PathBuf]) -> Result<(Sweep, Vec<Point>), String> {
    let mut first: Option<(Sweep, Vec<Place>)> = None;
    for folder in folders {
        let (sweep, places) =
            pages::whole(folder).map_err(|error| format!("cannot read {error}"))?;
        match &first {
            None => first = Some((sweep, places)),
            Some((known, _)) if *known != sweep => {
                let (this, other) = (plain::path(folder), plain::path(&folders[0]));
                return Err(format!("{this} is not a shard of the sweep in {other}"));
            }
            Some(_) => {}
        }
    }
    let Some((sweep, places)) = first else { return Err("no folder is named".into()) };
    if sweep.asked == Asked::Sample {
        return Err("these are samples of what is uncertain, which have no shards".into());
    }
    let (mut points, mut missing) = (Vec::new(), 0);
    for (index, place) in places.iter().enumerate() {
        let mut found = None;
        for folder in folders {
            match pages::point(&folder.join(pages::POINTS), &sweep, index, place) {
                Ok(Found::Whole(point)) if found.is_none() => found = Some(point),
                Ok(Found::Whole(point)) if found.as_ref() != Some(&point) => {
                    let (at, name) = (plain::path(folder), &sweep.points[index]);
                    return Err(format!("{at} has another point {name} than a folder before it"));
                }
                Ok(Found::Whole(_) | Found::Nothing) => {}
                Ok(Found::Foreign(why)) => return Err(why),
                Err(error) => return Err(format!("cannot read {error}")),
            }
        }
        match found {
            Some(point) => points.push(point),
            None => missing += 1,
        }
    }
    if missing > 0 {
        return Err(format!("{missing} of {} points are in none of the folders", places.len()));
    }
    Ok((sweep, points))
}
