//! Bottleneck ladder: find the line, name its bottleneck, raise that, and repeat until the
//! requested load is reached or nothing more can be raised.
//!
//! The amount of each raise follows from the next rung: first the line is searched for with the
//! bottleneck's capacity unlimited, which shows where the next bottleneck sets it; then settings
//! are raised until the resource has the capacity for that line plus 15 %, and the line is found
//! again with them. So each rung is a configuration that could be written down, not a thought
//! experiment. Where no setting raises a resource, the ladder continues with its capacity raised
//! and reports that no setting does.

use serde::{Deserialize, Serialize};

use super::cause::{self, Cause};
use super::caution::Caution;
use super::error::StudyError;
use super::head::Head;
use super::metric::{self, Metric};
use super::point::{Depth, LinePoint, line};
use super::result::{Axis, Saturation};
use super::setup::{Change, Study};
use super::watch::{Provisional, SoFar, Watcher};
use super::workshop::{Lifted, Workshop};
use crate::model::spec::Resource;
use crate::model::stations::stations;
use crate::stats::Estimate;

/// Capacity of a raised resource relative to the need at the next line, so that the two do not tie.
const SPARE: f64 = 1.15;
/// Maximum number of rungs.
pub const MOST_RUNGS: u32 = 30;
/// Maximum number of times that a raise is enlarged because the resource still sets the line.
const MOST_TRIES: u32 = 3;
/// Factor by which it is enlarged.
const LARGER: f64 = 1.4;
/// Factor from which a higher line counts as moved.
const MOVED: f64 = 1.03;
/// Upper bound of the search relative to the requested load: an interval must fit in between.
const BEYOND: f64 = 1.1;

/// A rung: a configuration, its line, and the changes that lead to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rung {
    /// Variant that the ladder starts from.
    pub variant: String,
    /// Rung number, from 1.
    pub rung: u32,
    /// The line \[requests/s, or records/s\].
    pub rps: Estimate,
    /// Monthly active users whose peak is that load; none where the load is not given in users.
    pub mau: Option<Estimate>,
    /// Bottleneck that sets the line; none where `cause` is no station.
    #[serde(default, deserialize_with = "cause::named")]
    pub resource: Option<String>,
    /// Resources that share the bottleneck.
    pub ties: Vec<String>,
    /// Share of replications in which relief of the resource carries more load.
    pub agreement: f64,
    /// Cause of the line.
    pub cause: Cause,
    /// Whether the queues settle too slowly for runs of this length, so that the line is less
    /// certain than others.
    #[serde(default)]
    pub unsettled: bool,
    /// The target that fails first; none where none does.
    #[serde(with = "metric::or_empty")]
    pub binding_target: Option<Metric>,
    /// Settings raised to reach the next rung; empty on the last.
    pub lifted_by: Vec<Lifted>,
}

/// Reason why a ladder ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The requested load is carried.
    Reached,
    /// No relief moves the line.
    Stuck,
    /// The maximum number of rungs was reached.
    TooLong,
    /// The study was stopped.
    Stopped,
}

/// End of a variant's ladder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    /// Name of the variant.
    pub variant: String,
    /// Reason.
    pub end: End,
    /// Error in resolving the settings of the next rung; none without one.
    #[serde(default)]
    pub error: Option<String>,
}

/// Ladders of all variants: `ladder.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// Head of the answer.
    #[serde(flatten)]
    pub head: Head,
    /// Unit of loads: requests, records or users.
    pub axis: Axis,
    /// Requested load \[requests/s, or records/s\].
    pub up_to: f64,
    /// Requested load in monthly active users, where the load is given in users.
    pub up_to_mau: Option<f64>,
    /// All rungs, by variant.
    pub ladder: Vec<Rung>,
    /// End of each variant's ladder.
    pub ends: Vec<Ending>,
    /// Input warnings; their words are added when this is written.
    #[serde(default)]
    pub cautions: Vec<Caution>,
}

/// Climbs the ladders of these variants of the workshop's study up to a load \[requests/s, or
/// records/s\].
///
/// # Errors
/// When the study cannot be resolved, or has no line to search for.
pub fn climb(
    workshop: &dyn Workshop,
    which: &[usize],
    up_to: f64,
    watcher: &dyn Watcher,
) -> Result<Ladder, StudyError> {
    let study = workshop.study(&[])?;
    let mut ladder = Ladder {
        head: study.head("ladder"),
        axis: study.axis(),
        up_to,
        up_to_mau: study.load.mau.map(|mau| mau * up_to / study.load.rps),
        ladder: Vec::new(),
        ends: Vec::new(),
        cautions: study.cautions.clone(),
    };
    for &variant in which {
        let name = study.variants[variant].name.clone();
        watcher.begin(&format!("ladder of {name}"), u64::from(MOST_RUNGS));
        let mut climber = Climber {
            workshop,
            variant,
            up_to,
            watcher,
            changes: Vec::new(),
            raised: Vec::new(),
            rungs: Vec::new(),
        };
        let (end, error) = climber.climb()?;
        ladder.ladder.append(&mut climber.rungs);
        ladder.ends.push(Ending { variant: name, end, error });
    }
    Ok(ladder)
}

impl Ladder {
    /// Whether the last variant carries the requested load.
    pub fn is_reached(&self) -> bool {
        self.ends.last().is_some_and(|end| end.end == End::Reached)
    }
}

/// State of climbing the ladder of one variant.
struct Climber<'a> {
    workshop: &'a dyn Workshop,
    variant: usize,
    up_to: f64,
    watcher: &'a dyn Watcher,
    /// Settings changed so far.
    changes: Vec<Change>,
    /// Resources that no setting raises, with the factors on their capacity.
    raised: Vec<(Resource, f64)>,
    rungs: Vec<Rung>,
}

/// Changes that lead to the next rung.
struct Lift {
    lifted: Vec<Lifted>,
    changes: Vec<Change>,
    raised: Vec<(Resource, f64)>,
}

impl Climber<'_> {
    /// Returns the study of this variant with these settings and capacities.
    fn study(&self, changes: &[Change], raised: &[(Resource, f64)]) -> Result<Study, StudyError> {
        let mut study = self.workshop.study(changes)?.only(self.variant);
        for (resource, factor) in raised {
            study.cases[0] = study.cases[0].relieved(*resource, *factor);
        }
        study.search.highest_rps = self.up_to * BEYOND;
        Ok(study)
    }

    fn climb(&mut self) -> Result<(End, Option<String>), StudyError> {
        let study = self.study(&self.changes, &self.raised)?;
        let (name, axis) = (study.variants[0].name.clone(), study.axis());
        let Some(mut found) = line(&study, Depth::Full, self.watcher) else {
            if self.watcher.stopped() {
                return Ok((End::Stopped, None));
            }
            return Err(StudyError::NoLadder);
        };
        for number in 1..=MOST_RUNGS {
            self.watcher.step();
            let here = &found.saturation;
            self.rungs.push(rung(name.clone(), number, here));
            let about = SoFar::About { load: here.rps.mean, of: here.rps.n, all: here.rps.n };
            self.watcher.provisional(&Provisional { variant: &name, axis, line: about });
            if here.beyond_search || here.rps.low >= self.up_to {
                return Ok((End::Reached, None));
            }
            let (step, line) = match self.next(&found) {
                Ok(Some(next)) => next,
                Ok(None) if self.watcher.stopped() => return Ok((End::Stopped, None)),
                Ok(None) => return Ok((End::Stuck, None)),
                Err(error) => return Ok((End::Stuck, Some(error.to_string()))),
            };
            if let Some(last) = self.rungs.last_mut() {
                last.lifted_by = step.lifted;
            }
            (self.changes, self.raised, found) = (step.changes, step.raised, line);
        }
        Ok((End::TooLong, None))
    }

    /// Finds the raise that moves this line, and the line after it; `None` where nothing moves it.
    fn next(&self, here: &LinePoint) -> Result<Option<(Lift, LinePoint)>, StudyError> {
        let study = self.study(&self.changes, &self.raised)?;
        let all = stations(&study.cases[0]);
        let place = |name: &String| all.iter().find(|station| station.name == *name);
        let saturation = &here.saturation;
        let first = saturation.resource.as_ref().and_then(place).map(|station| station.resource);
        let ties = saturation.ties.iter().filter_map(place).map(|station| station.resource);
        let Some(first) = first else { return Ok(None) };
        let mut lifting = vec![first];
        let Some(mut above) = self.relieved(&study, &lifting, saturation) else { return Ok(None) };
        if above <= saturation.rps.mean * MOVED {
            // Resources that limit together are raised together.
            lifting.extend(ties);
            match self.relieved(&study, &lifting, saturation) {
                Some(together) if lifting.len() > 1 => above = together,
                _ => return Ok(None),
            }
        }
        if above <= saturation.rps.mean {
            return Ok(None);
        }
        let names: Vec<&String> = saturation.resource.iter().chain(&saturation.ties).collect();
        let mut factor = above.min(self.up_to) / saturation.rps.mean.max(1e-9) * SPARE;
        let mut best: Option<(Lift, LinePoint)> = None;
        for _ in 0..MOST_TRIES {
            let step = self.lift(&lifting, factor, &study);
            let study = self.study(&step.changes, &step.raised)?;
            let Some(found) = line(&study, Depth::Full, self.watcher) else { return Ok(None) };
            let still = names[..lifting.len().min(names.len())]
                .iter()
                .any(|name| Some(*name) == found.saturation.resource.as_ref());
            let short = found.saturation.rps.high < above.min(self.up_to);
            let higher = best
                .as_ref()
                .is_none_or(|(_, line)| found.saturation.rps.mean > line.saturation.rps.mean);
            if higher {
                best = Some((step, found));
            }
            if !(still && short) {
                break;
            }
            factor *= LARGER;
        }
        let moved = |(_, line): &(Lift, LinePoint)| {
            let there = &line.saturation;
            there.rps.mean > saturation.rps.mean || there.resource != saturation.resource
        };
        Ok(best.filter(moved))
    }

    /// Returns the mean line with these resources relieved as far as the requested load may need.
    fn relieved(&self, study: &Study, which: &[Resource], here: &Saturation) -> Option<f64> {
        let mut study = study.clone();
        let factor = 2.0 * self.up_to / here.rps.mean.max(self.up_to * 1e-3);
        for resource in which {
            study.cases[0] = study.cases[0].relieved(*resource, factor.max(2.0));
        }
        line(&study, Depth::Glance, self.watcher).map(|found| found.saturation.rps.mean)
    }

    fn lift(&self, which: &[Resource], factor: f64, study: &Study) -> Lift {
        let mut step =
            Lift { lifted: Vec::new(), changes: self.changes.clone(), raised: self.raised.clone() };
        let all = stations(&study.cases[0]);
        for resource in which {
            match self.workshop.lift(self.variant, &step.changes, *resource, factor) {
                Ok(lifted) => {
                    for one in &lifted {
                        let Some(path) = &one.setting else { continue };
                        step.changes.retain(|change| change.path != *path);
                        step.changes.push(Change { path: path.clone(), to: one.to.clone() });
                    }
                    step.lifted.extend(lifted);
                }
                Err(why) => {
                    let station = all.iter().find(|station| station.resource == *resource);
                    let name = station.map_or("", |station| station.name.as_str());
                    step.raised.push((*resource, factor));
                    step.lifted.push(Lifted {
                        setting: None,
                        from: format!("{name} as it is"),
                        to: format!("× {factor:.2}"),
                        monthly_usd: None,
                        note: Some(why.to_string()),
                    });
                }
            }
        }
        step
    }
}

fn rung(variant: String, number: u32, found: &Saturation) -> Rung {
    Rung {
        variant,
        rung: number,
        rps: found.rps,
        mau: found.mau,
        resource: found.resource.clone(),
        ties: found.ties.clone(),
        agreement: found.agreement,
        cause: found.cause.clone(),
        unsettled: found.unsettled,
        binding_target: found.binding_target,
        lifted_by: Vec::new(),
    }
}
