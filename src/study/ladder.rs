//! The bottleneck ladder: find the line, name what draws it, lift that, and go on until the load asked for
//! or until nothing more can be lifted.
//!
//! How much is lifted follows from what the next rung needs: first the line is looked for with the resource
//! relieved without end, which is where something else draws it; then settings are raised until the
//! resource has that line's share and 15 % more, and the line is found again with those. So each rung
//! is a system that could be written down, not a thought experiment. Where no setting lifts a resource, the
//! ladder goes on with its capacity raised and says that nothing does that.

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

/// What a lifted resource gets beyond the next line, so that the two do not tie.
const SPARE: f64 = 1.15;
/// Most rungs.
pub const MOST_RUNGS: u32 = 30;
/// Times that a lift is made larger where the resource still draws the line.
const MOST_TRIES: u32 = 3;
/// Factor by which it is made larger.
const LARGER: f64 = 1.4;
/// A line has moved that is higher by this factor.
const MOVED: f64 = 1.03;
/// How far beyond the load asked for lines are looked for: an interval must fit below.
const BEYOND: f64 = 1.1;

/// A rung: a system, where it saturates, and what lifts it to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rung {
    /// Variant that the ladder begins with.
    pub variant: String,
    /// Number, from 1.
    pub rung: u32,
    /// The line \[requests/s, or records/s\].
    pub rps: Estimate,
    /// Monthly active users whose peak that is; none where the load is not given in users.
    pub mau: Option<Estimate>,
    /// What draws the line; none where `cause` is no station.
    #[serde(default, deserialize_with = "cause::named")]
    pub resource: Option<String>,
    /// Others that draw it too.
    pub ties: Vec<String>,
    /// Share of replications in which relief of the resource carries more.
    pub agreement: f64,
    /// Why the line lies there.
    pub cause: Cause,
    /// Whether queues settle too slowly for runs of this length, so that the line is less sure than others.
    #[serde(default)]
    pub unsettled: bool,
    /// The target that fails first; none where none does.
    #[serde(with = "metric::or_empty")]
    pub binding_target: Option<Metric>,
    /// What makes the next rung of this one; empty on the last.
    pub lifted_by: Vec<Lifted>,
}

/// How a ladder ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The load asked for is carried.
    Reached,
    /// No relief moves the line.
    Stuck,
    /// There were too many rungs.
    TooLong,
    /// It was stopped.
    Stopped,
}

/// How the ladder of a variant ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    /// The variant.
    pub variant: String,
    /// How.
    pub end: End,
    /// What was wrong with the settings of the next rung; none where nothing was.
    #[serde(default)]
    pub error: Option<String>,
}

/// Ladders of all variants: `ladder.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// What it is about.
    #[serde(flatten)]
    pub head: Head,
    /// What loads count.
    pub axis: Axis,
    /// The load asked for \[requests/s, or records/s\].
    pub up_to: f64,
    /// The same in monthly active users, where the load is given in users.
    pub up_to_mau: Option<f64>,
    /// All rungs, by variant.
    pub ladder: Vec<Rung>,
    /// How each variant's ladder ended.
    pub ends: Vec<Ending>,
    /// Warnings of the input; their words stand beside them when this is written.
    #[serde(default)]
    pub cautions: Vec<Caution>,
}

/// The ladders of these variants of the workshop's study up to a load \[requests/s, or records/s\].
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
    /// Whether the last variant carries the load asked for.
    pub fn is_reached(&self) -> bool {
        self.ends.last().is_some_and(|end| end.end == End::Reached)
    }
}

/// Climbs the ladder of one variant.
struct Climber<'a> {
    workshop: &'a dyn Workshop,
    variant: usize,
    up_to: f64,
    watcher: &'a dyn Watcher,
    /// Settings changed so far.
    changes: Vec<Change>,
    /// Resources that no setting lifts, with what they were multiplied by.
    raised: Vec<(Resource, f64)>,
    rungs: Vec<Rung>,
}

/// What makes the next rung.
struct Lift {
    lifted: Vec<Lifted>,
    changes: Vec<Change>,
    raised: Vec<(Resource, f64)>,
}

impl Climber<'_> {
    /// The study of this variant with these settings and capacities.
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

    /// What lifts what draws this line, and the line after it; none where nothing moves it.
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
            // Those that limit together are lifted together.
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

    /// The mean line with these resources relieved as far as the load asked for can need.
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
