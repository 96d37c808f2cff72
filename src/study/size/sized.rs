//! A phase from start to end, and the description of the configuration found.

use std::collections::BTreeMap;

use super::search::{Choice, Search, Verdict};
use super::trial::{Cost, Seen, probability};
use super::{Changed, CostItem, Free, Lower, NotLower, Obstacle, Outcome, SizedLoad, StatedBeside};
use crate::stats::Estimate;
use crate::study::error::StudyError;
use crate::study::point::{Depth, at_load, line};
use crate::study::stop::{self, unless_stopped};
use crate::study::workshop::Priced;

/// Maximum number of searches whose result is then refuted by fresh replications.
const MOST_ROUNDS: u32 = 8;
/// Upper bound of the search for a configuration's line, relative to the load.
const BEYOND: f64 = 4.0;
/// Nominal number of progress steps of a phase, whose actual number is unknown in advance.
const STEPS: u64 = 100;

impl Search<'_> {
    pub(super) fn phase(&mut self) -> Result<SizedLoad, StudyError> {
        self.watcher.begin(&format!("sizing for {}", self.wanted.text), STEPS);
        let mut phase = self.blank();
        let mut found = None;
        if unless_stopped(|| self.rounds(&mut phase, &mut found)).transpose()?.is_none() {
            phase.outcome = Outcome::Stopped;
            if found.is_none() {
                phase.note = Some(Obstacle::Stopped);
            }
        }
        if self.blind && phase.outcome == Outcome::NotFound {
            phase.outcome = Outcome::Undecided;
        }
        if let Some(at) = found {
            self.describe(&at, &mut phase);
            if phase.outcome == Outcome::Met {
                // The targets remain met, whether or not the remaining details are computed.
                unless_stopped(|| self.lower(&at, &mut phase));
                unless_stopped(|| self.bind(&at, &mut phase)).transpose()?;
                unless_stopped(|| self.day(&at, &mut phase)).transpose()?;
            }
        } else {
            phase.probability = None;
            if phase.note.is_none() {
                phase.note = Some(Obstacle::Refuted);
            }
        }
        phase.evaluations = self.evaluations;
        phase.ruled_out = self.ruled_out;
        (phase.runs, phase.events) = (self.cost.runs, self.cost.events);
        phase.exhausted = self.exhausted && phase.outcome == Outcome::Met;
        Ok(phase)
    }

    /// Searches until a configuration is confirmed. `found` holds the best so far that the search's
    /// runs carried, also on early exit.
    ///
    /// # Errors
    /// When a configuration that was resolved before cannot be resolved.
    fn rounds(
        &mut self,
        phase: &mut SizedLoad,
        found: &mut Option<Choice>,
    ) -> Result<(), StudyError> {
        let floor = self.floor();
        let mut at = self.start(&floor);
        for _ in 0..MOST_ROUNDS {
            at = match self.climb(at) {
                Ok(at) => at,
                Err(why) => {
                    phase.note = Some(why);
                    return Ok(());
                }
            };
            *found = Some(at.clone());
            self.tell("carried, taking back what is not needed", &at);
            at = self.trim(at, &floor);
            *found = Some(at.clone());
            self.tell("looking for what is cheaper", &at);
            while let Some(cheaper) = self.cheaper(&at, &floor) {
                at = self.trim(cheaper, &floor);
                *found = Some(at.clone());
                self.tell("looking for what is cheaper still", &at);
            }
            self.tell("confirming with fresh replications", &at);
            let trial = self.trial(&at)?;
            let mut seen = Seen::default();
            let confirm = || trial.confirm(self.question.confidence, &mut self.cost, &mut seen);
            let good = unless_stopped(confirm);
            phase.probability = Some(probability(&seen));
            match good {
                None => stop::leave(),
                Some(true) => {
                    phase.outcome = Outcome::Met;
                    return Ok(());
                }
                Some(false) => {}
            }
            // Refuted: by monotonicity a configuration with no more of anything fails too.
            *found = None;
            self.failed.push(at.clone());
            self.verdicts.retain(|_, verdict| !matches!(verdict, Verdict::Inferred));
            self.verdicts.insert(at.clone(), Verdict::Fails(seen));
        }
        Ok(())
    }

    /// Reports the current activity and the price of the configuration.
    fn tell(&mut self, what: &str, at: &[usize]) {
        let usd = self.usd(at);
        self.watcher.begin(&format!("{}: ${usd:.0} a month, {what}", self.wanted.text), STEPS);
    }

    fn blank(&self) -> SizedLoad {
        SizedLoad {
            mau: self.wanted.mau,
            load: self.wanted.text.clone(),
            rps: self.rps,
            outcome: Outcome::NotFound,
            note: None,
            configuration: BTreeMap::new(),
            changes: Vec::new(),
            monthly_usd: None,
            before_usd: self.before.iter().filter_map(|item| item.monthly_usd).sum(),
            cost: Vec::new(),
            unpriced: Vec::new(),
            stated: None,
            probability: None,
            binds: None,
            cause: None,
            headroom: None,
            over_day: None,
            lower: Vec::new(),
            exhausted: false,
            evaluations: 0,
            ruled_out: 0,
            runs: 0,
            events: 0,
            configurations: self.free.iter().map(|free| free.values.len() as f64).product(),
        }
    }

    /// Fills in values, changes and cost.
    fn describe(&mut self, at: &[usize], phase: &mut SizedLoad) {
        for (free, at) in self.free.iter().zip(at) {
            let to = &free.values[*at];
            phase.configuration.insert(free.path.clone(), to.clone());
            if free.now.as_ref() != Some(to) {
                let (set, from, to) = (free.path.clone(), free.now.clone(), to.clone());
                phase.changes.push(Changed { set, from, to });
            }
        }
        let own = |free: &Free| {
            let now = free.now.as_ref()?;
            free.price(free.values.iter().position(|value| value == now)?)
        };
        phase.before_usd += self.free.iter().filter_map(own).sum::<f64>();
        let look = self.look(at).clone();
        phase.monthly_usd = Some(look.usd);
        for item in &look.bill {
            let same = self.before.iter().find(|other| other.part == item.part);
            let declared = self.free.iter().find(|free| free.path == item.part);
            phase.cost.push(CostItem {
                part: item.part.clone(),
                what: item.what.clone(),
                monthly_usd: item.monthly_usd,
                before_usd: same
                    .and_then(|other| other.monthly_usd)
                    .or_else(|| declared.and_then(own)),
            });
            if item.monthly_usd.is_none() {
                phase.unpriced.push(format!("{} ({})", item.part, item.what));
            }
        }
        let stated = &self.question.stated;
        let same = |mau: f64| stated.iter().find(|said| (said.mau - mau).abs() < 0.5);
        phase.stated = self.wanted.mau.and_then(same).map(|said| {
            let covered = |item: &&Priced| {
                said.covers.is_empty()
                    || said.covers.iter().any(|cover| {
                        let rest = item.part.strip_prefix(cover.as_str());
                        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                    })
            };
            let items = look.bill.iter().filter(covered);
            StatedBeside {
                monthly_usd: said.monthly_usd,
                covers: said.covers.clone(),
                found_usd: items.map(|item| self.price(item)).sum(),
            }
        });
    }

    /// Fills in what happens one step lower for each setting.
    fn lower(&mut self, at: &[usize], phase: &mut SizedLoad) {
        for index in 0..at.len() {
            let set = self.free[index].path.clone();
            let Some(below) = at[index].checked_sub(1) else {
                phase.lower.push(Lower { set, to: None, why: NotLower::Least });
                continue;
            };
            let next = Search::with(at, index, below);
            let dearer = self.usd(&next) > self.usd(at) + super::search::CENT;
            let why = match self.judge(&next) {
                Verdict::Refused(rule) => NotLower::Refused { rule },
                Verdict::Full(_, station, share) => NotLower::Full { station, share },
                Verdict::Inferred => NotLower::Inferred,
                Verdict::Fails(seen) => NotLower::Missed { runs: seen.of - seen.met, of: seen.of },
                Verdict::Meets if dearer => NotLower::Dearer,
                Verdict::Meets => NotLower::CarriesToo,
            };
            phase.lower.push(Lower { set, to: Some(self.free[index].values[below].clone()), why });
        }
    }

    /// Runs the scenario's day with the configuration, where it has one: a search over steady loads
    /// says nothing about the events of a day.
    fn day(&mut self, at: &[usize], phase: &mut SizedLoad) -> Result<(), StudyError> {
        let study = self.workshop.study(&self.changes(at))?.only(self.question.variant);
        if study.day.is_none() {
            return Ok(());
        }
        let Some(found) = at_load(&study, self.watcher) else { return Ok(()) };
        self.cost.add(Cost { runs: found.runs, events: found.events });
        phase.over_day = found.day.and_then(|day| day.verdict);
        Ok(())
    }

    /// Finds the line of the configuration and its bottleneck.
    fn bind(&mut self, at: &[usize], phase: &mut SizedLoad) -> Result<(), StudyError> {
        let mut study = self.candidate(at)?.study.only(self.question.variant);
        study.search.highest_rps = self.rps * BEYOND;
        let Some(found) = line(&study, Depth::Full, self.watcher) else { return Ok(()) };
        self.cost.add(Cost { runs: found.runs, events: found.events });
        let saturation = found.saturation;
        let share = |load: f64| load / self.rps;
        phase.headroom = Some(Estimate::interval(
            share(saturation.rps.mean),
            share(saturation.rps.low),
            share(saturation.rps.high),
            saturation.rps.n,
        ));
        phase.binds = saturation.resource;
        phase.cause = Some(saturation.cause);
        Ok(())
    }
}
