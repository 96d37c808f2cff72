//! Points of a sweep, computed one after another, each on all cores, unless they are already
//! stored.
//!
//! A point is stored as soon as it is computed, so that an interrupted sweep can be resumed.

use super::day::overall;
use super::error::StudyError;
use super::point::{Depth, at_load, line};
use super::result::Verdict;
use super::setup::Study;
use super::sweep::{Asked, Drawn, GridPoint, Point, Sweep};
use super::uncertain;
use super::watch::Watcher;
use super::workshop::{Priced, PricedWorkshop};
use crate::stats::Estimate;

/// Persistent store of points.
pub trait Store {
    /// Returns the stored point at a place of the sweep, if it was computed from the same inputs.
    fn load(&self, sweep: &Sweep, index: usize, place: &GridPoint) -> Option<Point>;

    /// Stores a point.
    ///
    /// # Errors
    /// When it cannot be stored.
    fn save(&self, sweep: &Sweep, index: usize, point: &Point) -> Result<(), StudyError>;
}

/// A place of a sweep, with the index of its variant in the study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The place.
    pub place: GridPoint,
    /// Index of its variant among those of the scenario.
    pub variant: usize,
}

/// Returns the points of a sweep in the order of its places: those already stored, and those
/// selected by `ours`, which are computed and stored. `None` for other shards' points, and for all
/// that the watcher stopped.
///
/// # Errors
/// When a point cannot be resolved or stored, or its study has no line to search for.
pub fn complete(
    workshop: &dyn PricedWorkshop,
    (sweep, places): (&Sweep, &[Located]),
    ours: &dyn Fn(usize) -> bool,
    store: &dyn Store,
    watcher: &dyn Watcher,
) -> Result<Vec<Option<Point>>, StudyError> {
    let known = places.iter().enumerate();
    let mut points: Vec<Option<Point>> =
        known.map(|(index, located)| store.load(sweep, index, &located.place)).collect();
    let missing: Vec<usize> =
        (0..places.len()).filter(|index| points[*index].is_none() && ours(*index)).collect();
    watcher.begin("computing points", missing.len() as u64);
    for index in missing {
        if watcher.stopped() {
            break;
        }
        let Some(point) = at(workshop, sweep, &places[index], watcher)? else { break };
        store.save(sweep, index, &point)?;
        points[index] = Some(point);
        watcher.step();
    }
    Ok(points)
}

/// Computes the point at a place; `None` where the watcher stopped the run.
fn at(
    workshop: &dyn PricedWorkshop,
    sweep: &Sweep,
    located: &Located,
    watcher: &dyn Watcher,
) -> Result<Option<Point>, StudyError> {
    let Located { place, variant } = located;
    let changes = place.changes(&sweep.varied);
    let (study, bill) = match sweep.asked {
        // Uncertain inputs do not include prices.
        Asked::Sample => (workshop.study(&changes)?, None),
        Asked::Line | Asked::Load => {
            let (study, bill) = workshop.priced(*variant, &changes)?;
            (study, Some(bill))
        }
    };
    let study = study.only(*variant);
    let mut point = Point::blank(place.key(sweep), &study.variants[0].name, &place.values);
    let whole = match sweep.asked {
        Asked::Line => find_line(&mut point, &study, watcher)?,
        Asked::Load => see_load(&mut point, &study, watcher),
        Asked::Sample => take_sample(&mut point, &study, watcher)?,
    };
    if !whole {
        return Ok(None);
    }
    if let Some(bill) = bill {
        let usd = bill.iter().filter_map(|item| item.monthly_usd).fold(0.0, |sum, usd| sum + usd);
        // Includes the type, since another type without a price may differ in cost.
        let name = |item: &Priced| format!("{} ({})", item.part, item.what);
        let unpriced = bill.iter().filter(|item| item.monthly_usd.is_none());
        point.price(usd, &unpriced.map(name).collect::<Vec<_>>());
    }
    Ok(Some(point.sealed()))
}

/// Adds the line; returns false where the watcher stopped the run.
fn find_line(point: &mut Point, study: &Study, watcher: &dyn Watcher) -> Result<bool, StudyError> {
    let Some(found) = line(study, Depth::Full, watcher) else {
        return if watcher.stopped() { Ok(false) } else { Err(StudyError::NoLine) };
    };
    let found = found.saturation;
    point.put("line_rps", found.rps);
    if let Some(mau) = found.mau {
        point.put("line_mau", mau);
    }
    point.put("line_events_per_s", found.events_per_s);
    point.put("line_orders_per_s", found.orders_per_s);
    point.drawn = Some(Drawn {
        resource: found.resource,
        ties: found.ties,
        agreement: found.agreement,
        binding_target: found.binding_target,
        beyond_search: found.beyond_search,
        cause: found.cause,
        unsettled: found.unsettled,
    });
    Ok(true)
}

/// Adds the performance at the target load; returns false where the watcher stopped the run.
fn see_load(point: &mut Point, study: &Study, watcher: &dyn Watcher) -> bool {
    let Some(found) = at_load(study, watcher) else { return false };
    let at = found.at;
    point.put("offered_rps", Estimate::exact(at.rps));
    for (name, estimate) in [
        ("mean_ms", at.mean_ms),
        ("p50_ms", at.p50_ms),
        ("p95_ms", at.p95_ms),
        ("p99_ms", at.p99_ms),
        ("error_rate", at.error_rate),
        ("goodput_rps", at.goodput_rps),
        ("events_per_s", at.events_per_s),
        ("orders_per_s", at.orders_per_s),
        ("max_lag", at.max_lag),
    ] {
        point.put(name, estimate);
    }
    let day = found.day.as_ref().and_then(|day| day.verdict);
    let steady = found.verdicts.iter().map(|verdict| verdict.verdict);
    point.facts = vec![("targets".into(), word(overall(steady.chain(day))).into())];
    if let Some(day) = found.day {
        point.put("day_missed_s", Estimate::exact(day.missed_s()));
        point.facts.push(("day".into(), word(day.verdict).into()));
    }
    true
}

/// Adds line and performance from a few replications; returns false where the watcher stopped the
/// run.
fn take_sample(
    point: &mut Point,
    study: &Study,
    watcher: &dyn Watcher,
) -> Result<bool, StudyError> {
    let Some((estimates, facts)) = uncertain::sample(study, watcher)? else { return Ok(false) };
    for (name, estimate) in estimates {
        point.put(&name, estimate);
    }
    point.facts = facts;
    Ok(true)
}

/// Without a verdict, targets count as met.
fn word(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Missed) => "missed",
        Some(Verdict::Undecided) => "undecided",
        Some(Verdict::Met) | None => "met",
    }
}
