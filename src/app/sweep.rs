//! `plimsoll sweep` and `plimsoll merge`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::error::{AppError, Context, Ending};
use super::input::{chosen, resolved, workshop};
use super::points::{PointFolder, compute};
use super::session::{Output, Session};
use super::terminal::warn;
use crate::audit::workshop::AuditedWorkshop;
use crate::cli::{Colour, MergeArgs, SweepArgs};
use crate::plain;
use crate::report;
use crate::report::sweep::{self as pages, Found};
use crate::scenario::{Problem, Refused, Workshop, vary};
use crate::study::caution::Caution;
use crate::study::points::Located;
use crate::study::sweep::{Asked, GridPoint, Point, Sweep, Swept, Varied, is_load, places, size};
use crate::study::workshop::PricedWorkshop;

/// Largest number of points of a sweep.
const MOST_POINTS: usize = 10_000;
/// Number of points up to which every combination is resolved before the first is computed; beyond,
/// only every value.
const LOOKED_AT: usize = 1000;

pub(super) fn sweep(args: &SweepArgs) -> Result<Ending, AppError> {
    let Prepared { workshop, sweep, places, shard } = prepare(args)?;
    let alone = shard.is_none();
    let session = Session::open_beside(&args.study, &sweep.head, alone)?;
    let store = PointFolder::open(session.folder(), alone)?;
    let bytes = pages::bytes(&sweep).context("cannot write to")?;
    report::replace_file(&session.folder().join("sweep.json"), &bytes)
        .context("cannot write to")?;
    let ours = |index: usize| shard.is_none_or(|(part, of)| index % of == part);
    let points = compute(&session, &workshop, (&sweep, &places), &ours, &store)?;
    let (all, there) = (places.len(), points.iter().flatten().count());
    if let Some(points) = points.into_iter().collect::<Option<Vec<Point>>>() {
        return session.finish(&Swept { sweep, points });
    }
    let text = if session.stopped() {
        format!("stopped: {there} of {all} points are there; the same command goes on from here")
    } else {
        let ours = (0..all).filter(|index| ours(*index)).count();
        format!(
            "{ours} points of this shard are done, {there} of {all} are here; put all shards together \
             with `plimsoll merge`"
        )
    };
    session.output.tell_unfinished(&text, session.folder())?;
    Ok(Ending::Met)
}

/// A sweep that is ready to run.
struct Prepared {
    workshop: Workshop,
    sweep: Sweep,
    places: Vec<Located>,
    shard: Option<(usize, usize)>,
}

fn prepare(args: &SweepArgs) -> Result<Prepared, AppError> {
    let shard = args.shard.as_deref().map(shard).transpose()?;
    let varied = vary::axes(&args.vary)?;
    let workshop = workshop(&args.study.input, "--vary");
    let loaded = resolved(&workshop, &args.study)?;
    let study = &loaded.study;
    let which = chosen(&args.variants, study)?;
    let count = size(&varied, which.len()).filter(|count| *count <= MOST_POINTS);
    if count.is_none() {
        return Err(AppError::Asked(format!("a sweep has at most {MOST_POINTS} points")));
    }
    let looked_at = looked_at(&varied);
    let notes = look(&workshop, &varied, &looked_at)?;
    for note in &notes {
        warn(&format!("warning: {note}"));
    }
    let which = if args.variants.is_empty() {
        told_apart(&workshop, which, &varied, &looked_at)?
    } else {
        which
    };
    let responses = args.at || varied.iter().any(|one| is_load(&one.path));
    let asked = if responses { Asked::Load } else { Asked::Line };
    let mut sweep = Sweep::new(study, asked, args.study.input.quick, varied, &which);
    sweep.cautions = notes;
    let all = places(&sweep.varied, which.len());
    sweep.name_points(all.iter());
    let located = |place: GridPoint| Located { variant: which[place.variant], place };
    let places = all.into_iter().map(located).collect();
    Ok(Prepared { workshop, sweep, places, shard })
}

/// Returns the grid points to resolve in advance: each value with the first of all others, and
/// every combination where there are few.
fn looked_at(varied: &[Varied]) -> Vec<GridPoint> {
    let mut grid = places(varied, 1);
    if grid.len() > LOOKED_AT {
        grid.retain(|place| {
            let values = place.values.iter().zip(varied);
            values.filter(|(value, one)| **value != one.values[0]).count() <= 1
        });
    }
    grid
}

/// Resolves these grid points and returns the notes for the reader.
///
/// # Errors
/// Every problem with any of them.
fn look(
    workshop: &Workshop,
    varied: &[Varied],
    all: &[GridPoint],
) -> Result<Vec<Caution>, Refused> {
    let mut problems: BTreeMap<String, Problem> = BTreeMap::new();
    let mut notes: Vec<Caution> = Vec::new();
    for place in all {
        match workshop.resolve(&place.changes(varied)) {
            Ok(loaded) => notes.extend(loaded.without_effect),
            Err(Refused(found)) => {
                problems.extend(found.into_iter().map(|one| (one.plain(), one)));
            }
        }
    }
    if !problems.is_empty() {
        return Err(Refused(problems.into_values().collect()));
    }
    let mut told: Vec<Caution> = Vec::new();
    for note in notes {
        if !told.contains(&note) {
            told.push(note);
        }
    }
    told.sort_by_key(ToString::to_string);
    Ok(told)
}

/// Returns the variants that differ in more than the varied settings; others would repeat the same
/// rows under another name. The first of several equal ones represents all.
fn told_apart(
    workshop: &Workshop,
    which: Vec<usize>,
    varied: &[Varied],
    all: &[GridPoint],
) -> Result<Vec<usize>, AppError> {
    let mut kept = which;
    let mut alike: Vec<(usize, usize)> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for (number, place) in all.iter().enumerate() {
        if kept.len() < 2 || (number > 0 && alike.is_empty()) {
            break;
        }
        let changes = place.changes(varied);
        let audited = AuditedWorkshop(workshop);
        let mut seen = Vec::new();
        for variant in &kept {
            let (study, bill) = audited.priced(*variant, &changes)?;
            names = study.variants.iter().map(|variant| variant.name.clone()).collect();
            seen.push((*variant, study.case(*variant, 0, 0).clone(), bill));
        }
        let mut here = Vec::new();
        for (at, (variant, spec, bill)) in seen.iter().enumerate() {
            let same = seen[..at].iter().find(|(_, other, price)| other == spec && price == bill);
            here.extend(same.map(|(first, ..)| (*first, *variant)));
        }
        if number == 0 {
            alike = here;
        } else {
            alike.retain(|pair| here.contains(pair));
        }
    }
    for (first, variant) in &alike {
        let (first, variant) = (&names[*first], &names[*variant]);
        warn(&format!(
            "note: `{variant}` differs from `{first}` in nothing but what is varied, and is left out"
        ));
    }
    kept.retain(|variant| alike.iter().all(|(_, other)| other != variant));
    Ok(kept)
}

/// Parses a shard: `2/8` becomes (1, 8).
fn shard(text: &str) -> Result<(usize, usize), AppError> {
    let read = text.split_once('/').and_then(|(part, of)| {
        let (part, of) = (part.parse::<usize>().ok()?, of.parse::<usize>().ok()?);
        (1..=of).contains(&part).then(|| (part - 1, of))
    });
    read.ok_or_else(|| AppError::Asked(format!("`{text}` is not a shard; write `1/4` to `4/4`")))
}

pub(super) fn merge(args: &MergeArgs) -> Result<Ending, AppError> {
    let output = Output::new(args.json, Colour::Auto, args.lang, args.font.as_deref())?;
    let swept = together(&args.folders)?;
    let held = report::hold(&args.out, &swept.sweep.head, true).context("cannot write to")?;
    let store = PointFolder::open(&held.path, true)?;
    for (index, point) in swept.points.iter().enumerate() {
        store.write(&swept.sweep, index, point).context("cannot write to")?;
    }
    output.deliver(&swept, &held.path)
}

/// Merges the shards in these folders into the sweep with all its points.
///
/// # Errors
/// When folders do not belong together, or points are missing.
fn together(folders: &[PathBuf]) -> Result<Swept, AppError> {
    let mut first: Option<(Sweep, Vec<GridPoint>)> = None;
    for folder in folders {
        let (sweep, places) = pages::whole(folder).context("cannot read")?;
        match &first {
            None => first = Some((sweep, places)),
            Some((known, _)) if *known != sweep => {
                let (this, other) = (plain::path(folder), plain::path(&folders[0]));
                let text = format!("{this} is not a shard of the sweep in {other}");
                return Err(AppError::Asked(text));
            }
            Some(_) => {}
        }
    }
    let Some((sweep, places)) = first else {
        return Err(AppError::Asked("no folder is named".into()));
    };
    if sweep.asked == Asked::Sample {
        let text = "these are samples of what is uncertain, which have no shards";
        return Err(AppError::Asked(text.into()));
    }
    let (mut points, mut missing) = (Vec::new(), 0);
    for (index, place) in places.iter().enumerate() {
        match shared(folders, &sweep, index, place)? {
            Some(point) => points.push(point),
            None => missing += 1,
        }
    }
    if missing > 0 {
        let text = format!("{missing} of {} points are in none of the folders", places.len());
        return Err(AppError::Asked(text));
    }
    Ok(Swept { sweep, points })
}

/// Returns a point from the folders that have it; all copies must be equal.
fn shared(
    folders: &[PathBuf],
    sweep: &Sweep,
    index: usize,
    place: &GridPoint,
) -> Result<Option<Point>, AppError> {
    let mut found: Option<Point> = None;
    for folder in folders {
        let there = pages::point(&folder.join(pages::POINTS), sweep, index, place);
        match there.context("cannot read")? {
            Found::Whole(point) if found.is_none() => found = Some(*point),
            Found::Whole(point) if found.as_ref() != Some(&*point) => {
                let (at, name) = (plain::path(folder), &sweep.points[index]);
                let text = format!("{at} has another point {name} than a folder before it");
                return Err(AppError::Asked(text));
            }
            Found::Whole(_) | Found::Nothing => {}
            Found::Foreign(why) => return Err(AppError::Failed(Box::new(why))),
        }
    }
    Ok(found)
}
