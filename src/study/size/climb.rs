//! Ascent: from the lower bound by the utilisation law to a configuration whose runs meet the
//! targets.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::search::{Choice, Look, Search, Verdict};
use super::trial::{Cost, Seen, Trial};
use super::{Blocked, Obstacle};
use crate::model::spec::Resource;
use crate::model::stations::{Station, stations};
use crate::study::replicate::Outcome;

/// Maximum number of steps upwards.
const MOST_STEPS: u32 = 300;
/// Stations relieved to find what a failed run lacked.
const SUSPECTS: usize = 12;
/// Factor on the capacity of a resource that failed, per step.
const STEP: f64 = 1.2;
/// Maximum utilisations at which an ascent may start: the highest at which the targets are met,
/// else the one with the shortest queues; surplus capacity is removed afterwards.
const AT_EASE: [f64; 3] = [0.8, 0.9, 0.97];

impl Search<'_> {
    /// Returns the station that is overloaded even with the largest value of every setting, and its
    /// load.
    fn hopeless(&mut self) -> Option<(String, f64)> {
        let tops = self.tops();
        self.look(&tops).full().map(|(_, name, share)| (name.clone(), *share))
    }

    /// Returns the position of the value of a setting that is at least `to`; the next one where
    /// values are not comparable.
    fn notch(&self, index: usize, at: usize, to: &str) -> usize {
        let number = |text: &str| -> Option<f64> {
            let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
            text[..end.unwrap_or(text.len())].parse().ok()
        };
        let values = &self.free[index].values;
        let same = values.iter().position(|value| value == to);
        let larger = || {
            let wanted = number(to)?;
            values.iter().position(|value| number(value).is_some_and(|value| value >= wanted))
        };
        let found = same.or_else(larger).unwrap_or(self.top(index));
        found.clamp((at + 1).min(self.top(index)), self.top(index))
    }

    /// Raises the settings that increase a resource, else the number of the pods that contain it;
    /// `None` where no free setting does.
    fn lifted(&self, at: &[usize], resource: Resource, factor: f64) -> Option<Choice> {
        self.raised(at, resource, factor).or_else(|| {
            let service = match resource {
                Resource::Threads(service) | Resource::Pool(service, _) => service,
                Resource::Listener(listener) => {
                    let study = self.workshop.study(&self.changes(at)).ok()?;
                    self.spec(&study, 0).listeners.get(listener as usize)?.service
                }
                Resource::Cpu(_)
                | Resource::DatabaseCpu(_)
                | Resource::DatabaseIo(_)
                | Resource::DatabaseConnections(_)
                | Resource::Cache(_)
                | Resource::Lock(_)
                | Resource::Node(_)
                | Resource::Proxy(..) => return None,
            };
            self.raised(at, Resource::Cpu(service), factor)
        })
    }

    /// Raises the settings that increase a resource directly.
    fn raised(&self, at: &[usize], resource: Resource, factor: f64) -> Option<Choice> {
        let lifted = self.lift(at, resource, factor).ok()?;
        let mut next = at.to_vec();
        for one in &lifted {
            let Some(path) = &one.setting else { continue };
            for (index, free) in self.free.iter().enumerate() {
                let mut paths = std::iter::once(&free.path).chain(&free.also);
                if paths.any(|own| leads_to(own, path)) {
                    next[index] = next[index].max(self.notch(index, at[index], &one.to));
                }
            }
        }
        (next != at).then_some(next)
    }

    /// Increases a full station through the settings that control it, else through the setting that
    /// helps most.
    fn roomier(&self, at: &[usize], of: Resource, name: &str, factor: f64) -> Option<Choice> {
        self.lifted(at, of, factor).or_else(|| self.fuller(at, name))
    }

    /// Returns the start of an ascent: above the lower bound, where no station is busier than one
    /// of [`AT_EASE`]; the lower bound itself where values do not allow that.
    pub(super) fn start(&mut self, floor: &[usize]) -> Choice {
        let all = AT_EASE.map(|most| self.eased_to(floor, most));
        let fullest_first = all.iter().rev().flatten();
        let met = fullest_first.into_iter().find(|place| self.judge(place).meets());
        met.or(all.iter().flatten().next()).map_or_else(|| floor.to_vec(), Clone::clone)
    }

    fn eased_to(&mut self, from: &[usize], most: f64) -> Option<Choice> {
        let mut at = from.to_vec();
        let mut visited: BTreeSet<Choice> = BTreeSet::new();
        // Stations that no free setting increases keep their utilisation.
        let mut stuck: BTreeSet<String> = BTreeSet::new();
        for _ in 0..MOST_STEPS {
            let next = if self.look(&at).broken.is_empty() {
                let study = self.candidate(&at).ok()?.study;
                let busiest = self.fullest(&study, |name| !stuck.contains(name));
                let Some((resource, name, share)) = busiest.filter(|busiest| busiest.2 > most)
                else {
                    return Some(at);
                };
                match self.roomier(&at, resource, &name, share / most) {
                    Some(next) => next,
                    None if share > 1.0 => return None,
                    None => {
                        stuck.insert(name);
                        continue;
                    }
                }
            } else {
                self.cured(&at)?
            };
            visited.insert(std::mem::replace(&mut at, next));
            if visited.contains(&at) {
                return None;
            }
        }
        None
    }

    /// Ascends until the load is carried.
    ///
    /// # Errors
    /// The obstacle, where no increase achieves that.
    pub(super) fn climb(&mut self, from: Choice) -> Result<Choice, Obstacle> {
        let mut at = from;
        let mut visited: BTreeSet<Choice> = BTreeSet::new();
        let too_small =
            |name: &str, share: f64| Obstacle::TooSmall { station: name.to_owned(), share };
        if let Some((name, share)) = self.hopeless() {
            return Err(too_small(&name, share));
        }
        let mut refused = None;
        for _ in 0..MOST_STEPS {
            let next = match self.judge(&at) {
                Verdict::Meets => return Ok(at),
                Verdict::Refused(why) => {
                    let cured = self.cured(&at).filter(|next| !visited.contains(next));
                    let next = cured.or_else(|| self.all_up(&at));
                    let next = next.ok_or_else(|| Obstacle::Refused { rule: why.clone() })?;
                    refused = Some(why);
                    next
                }
                Verdict::Full(resource, name, share) => self
                    .roomier(&at, resource, &name, share)
                    .ok_or_else(|| too_small(&name, share))?,
                Verdict::Fails(seen) if seen.is_blind() => {
                    self.blind = true;
                    return Err(Obstacle::Blind { runs: seen.of });
                }
                Verdict::Fails(seen) => self.relieved(&at, &seen)?.ok_or(Obstacle::Exhausted)?,
                Verdict::Inferred => self.all_up(&at).ok_or(Obstacle::Largest)?,
            };
            visited.insert(std::mem::replace(&mut at, next));
        }
        Err(Obstacle::TooFar { steps: MOST_STEPS, rule: refused })
    }

    /// Raises every setting by one step.
    fn all_up(&self, at: &[usize]) -> Option<Choice> {
        let next: Choice =
            at.iter().enumerate().map(|(index, at)| (at + 1).min(self.top(index))).collect();
        (next != at).then_some(next)
    }

    /// Returns the setting whose next effective step gives a full station the most room.
    fn fuller(&self, at: &[usize], name: &str) -> Option<Choice> {
        let share = |place: &[usize]| {
            let study = self.candidate(place).ok()?.study;
            Some(self.fullest(&study, |other| other == name).map_or(0.0, |full| full.2))
        };
        let before = share(at)?;
        let helped: Vec<(f64, Choice)> = (0..at.len())
            .into_par_iter()
            .filter_map(|index| {
                let mut higher = (at[index] + 1..=self.top(index)).map(|position| {
                    let next = Search::with(at, index, position);
                    (share(&next).unwrap_or(f64::INFINITY), next)
                });
                higher.find(|(after, _)| *after < before - 1e-9)
            })
            .collect();
        helped.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, next)| next)
    }

    /// Evaluates several configurations in parallel.
    pub(super) fn look_all(&mut self, places: &[Choice]) {
        let new: Vec<Choice> =
            places.iter().filter(|place| !self.looks.contains_key(*place)).cloned().collect();
        let found: Vec<Look> = new.par_iter().map(|place| self.seen_from_here(place)).collect();
        self.looks.extend(new.into_iter().zip(found));
    }

    /// Repairs rule violations: by more of a full station, else by raising one setting, else by
    /// raising several that increase a resource together, else by lowering one.
    fn cured(&mut self, at: &[usize]) -> Option<Choice> {
        if let Some((resource, name, share)) = self.look(at).full().cloned() {
            let raised = self.roomier(at, resource, &name, share);
            if raised.is_some() {
                return raised;
            }
        }
        let mended = self.mend(at, true).or_else(|| self.mend_with_several(at));
        mended.or_else(|| self.mend(at, false))
    }

    /// Raises the one setting that leaves the fewest rules violated, the cheapest among those;
    /// `None` where none repairs any. Lowers instead of raising unless `up`. Steps double to save
    /// evaluations; surplus is removed later.
    fn mend(&mut self, at: &[usize], up: bool) -> Option<Choice> {
        let broken = self.look(at).broken.len();
        let mut higher: Vec<Choice> = Vec::new();
        for index in 0..at.len() {
            let room = if up { self.top(index) - at[index] } else { at[index] };
            if room == 0 {
                continue;
            }
            let mut step = 1;
            loop {
                let by = step.min(room);
                let position = if up { at[index] + by } else { at[index] - by };
                higher.push(Search::with(at, index, position));
                if by == room {
                    break;
                }
                step *= 2;
            }
        }
        self.fewest_broken(higher, broken)
    }

    /// Raises all settings together that increase a resource, like threads and partitions, to
    /// repair rule violations.
    fn mend_with_several(&mut self, at: &[usize]) -> Option<Choice> {
        let broken = self.look(at).broken.len();
        let study = self.candidate(at).ok()?.study;
        let all = stations(self.spec(&study, 0));
        let asked: Vec<(Resource, f64)> = all
            .iter()
            .flat_map(|station| [STEP, 2.0, 4.0].map(|factor| (station.resource, factor)))
            .collect();
        let higher: BTreeSet<Choice> = asked
            .par_iter()
            .filter_map(|(resource, factor)| self.lifted(at, *resource, *factor))
            .collect();
        self.fewest_broken(higher.into_iter().collect(), broken)
    }

    /// Returns the configuration that violates the fewest rules, fewer than `broken`; the cheapest
    /// among those.
    fn fewest_broken(&mut self, places: Vec<Choice>, broken: usize) -> Option<Choice> {
        self.look_all(&places);
        let mut best: Option<((usize, i64), Choice)> = None;
        for next in places {
            let look = self.look(&next);
            let key = (look.broken.len(), (look.usd * 100.0).round() as i64);
            if key.0 < broken && best.as_ref().is_none_or(|(best, _)| key < *best) {
                best = Some((key, next));
            }
        }
        best.map(|(_, next)| next)
    }

    /// Returns what to raise after a failed run: the resource whose relief helps that run most,
    /// where free settings increase it; else the setting whose next step does.
    ///
    /// # Errors
    /// The bottleneck, where no free setting increases it.
    fn relieved(&mut self, at: &[usize], seen: &Seen) -> Result<Option<Choice>, Obstacle> {
        let Some((calibration, number, failed)) = &seen.failed else { return Ok(None) };
        let trial =
            self.trial(at).map_err(|error| Obstacle::Unresolved { error: error.to_string() })?;
        let spec = &trial.specs[*calibration];
        let all = stations(spec);
        let before = trial.excess(failed);
        let suspects = self.suspects(at, failed, &all);
        if seen.met * 2 >= seen.of {
            // It fails only occasionally, by chance that the relief of anything changes: raise
            // everything that was short a little.
            let all = suspects.iter().filter_map(|(_, place)| place.as_ref());
            if let Some(next) = all_of(at, all) {
                return Ok(Some(next));
            }
        }
        let falls_behind =
            |(station, _): &&(usize, Option<Choice>)| failed.drifting.contains(station);
        let behind = suspects.iter().filter(falls_behind).filter_map(|(_, place)| place.as_ref());
        let behind = all_of(at, behind);
        let relief: Vec<(f64, u64)> = suspects
            .par_iter()
            .map(|(station, _)| {
                let relieved = spec.relieved(all[*station].resource, 2.0);
                let seen = trial.run(*calibration, &relieved, *number);
                (trial.excess(&seen), seen.cost.events)
            })
            .collect();
        let (mut helped, mut stuck) = ((0.99 * before, None), Vec::new());
        for ((excess, events), (station, next)) in relief.into_iter().zip(suspects) {
            self.cost.add(Cost { runs: 1, events });
            if next.is_some() && excess < helped.0 {
                helped = (excess, next);
            } else if next.is_none() && excess < (0.5 * before).max(1.0) {
                stuck.push((excess, &all[station]));
            }
        }
        if !stuck.is_empty() && helped.0 > 0.9 * before {
            // A growing queue means too little capacity, whatever else limits.
            if behind.is_some() {
                return Ok(behind);
            }
            stuck.sort_by(|a, b| a.0.total_cmp(&b.0));
            return Err(self.in_the_way(at, stuck.into_iter().map(|(_, station)| station)));
        }
        let by_setting =
            |own: &mut Self| own.by_setting(at, &trial, (*calibration, *number), before);
        Ok(helped.1.or_else(|| by_setting(self)))
    }

    /// Returns the suspect stations of a failed run, most suspect first, each with the
    /// configuration that increases it; `None` where no free setting does. Of suspects with the
    /// same configuration, such as nodes of a group, only the first is kept.
    fn suspects(
        &self,
        at: &[usize],
        failed: &Outcome,
        all: &[Station],
    ) -> Vec<(usize, Option<Choice>)> {
        let score = |station: usize| {
            let drifts = f64::from(u8::from(failed.drifting.contains(&station)));
            let busy = failed.busy[station] / all[station].capacity;
            if failed.waiting[station] > 0.05 || busy > 0.4 || drifts > 0.0 {
                busy + drifts
            } else {
                0.0
            }
        };
        let mut ranked: Vec<(f64, usize)> =
            (0..all.len()).map(|station| (score(station), station)).collect();
        ranked.retain(|(score, _)| *score > 0.0);
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let places: Vec<(usize, Option<Choice>)> = ranked
            .par_iter()
            .map(|(_, station)| (*station, self.lifted(at, all[*station].resource, STEP)))
            .collect();
        let mut known: BTreeSet<Choice> = BTreeSet::new();
        let new = |(_, place): &(usize, Option<Choice>)| {
            place.as_ref().is_none_or(|place| known.insert(place.clone()))
        };
        places.into_iter().filter(new).take(SUSPECTS).collect()
    }

    /// Describes why the ascent ends: the bottlenecks, and the settings that would help if they
    /// were free.
    fn in_the_way<'s>(&self, at: &[usize], all: impl Iterator<Item = &'s Station>) -> Obstacle {
        let each = all.map(|station| {
            let lifted = self.lift(at, station.resource, 2.0);
            let settings = lifted.iter().flatten().filter_map(|one| one.setting.as_deref());
            let settings = settings.map(str::to_owned).collect();
            Blocked { station: station.name.clone(), settings }
        });
        Obstacle::InTheWay { stations: each.collect() }
    }

    /// Returns the setting whose increase helps a failed run most; one step of every setting where
    /// none does alone.
    fn by_setting(
        &mut self,
        at: &[usize],
        trial: &Trial,
        (calibration, number): (usize, u32),
        before: f64,
    ) -> Option<Choice> {
        let raised: Vec<Choice> = (0..at.len())
            .filter(|index| at[*index] < self.top(*index))
            .map(|index| Search::with(at, index, at[index] + 1))
            .collect();
        let raised: Vec<Choice> =
            raised.into_iter().filter(|next| self.look(next).broken.is_empty()).collect();
        let seen: Vec<Option<(f64, u64)>> = raised
            .par_iter()
            .map(|next| {
                let study = self.candidate(next).ok()?.study;
                let outcome = trial.run(calibration, self.spec(&study, calibration), number);
                Some((trial.excess(&outcome), outcome.cost.events))
            })
            .collect();
        let mut best: Option<(f64, Choice)> = None;
        for (seen, next) in seen.into_iter().zip(raised) {
            let Some((excess, events)) = seen else { continue };
            self.cost.add(Cost { runs: 1, events });
            if best.as_ref().is_none_or(|(least, _)| excess < *least) {
                best = Some((excess, next));
            }
        }
        match best {
            Some((after, next)) if after < before * 0.999 => Some(next),
            _ => self.all_up(at),
        }
    }
}

/// Returns the least configuration that is at least as large as this one and each of the others in
/// every setting; `None` where that is this one.
fn all_of<'p>(at: &[usize], places: impl Iterator<Item = &'p Choice>) -> Option<Choice> {
    let mut next = at.to_vec();
    for place in places {
        next.iter_mut().zip(place).for_each(|(next, to)| *next = (*next).max(*to));
    }
    (next != at).then_some(next)
}

/// Whether the path of a setting, in which `*` matches any name, leads to another.
fn leads_to(own: &str, path: &str) -> bool {
    match own.split_once('*') {
        None => own == path,
        Some((head, tail)) => path.strip_prefix(head).is_some_and(|rest| {
            let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            // Topic names may contain dots, other names do not.
            let dots = head == "topics.";
            let mut names = ends.filter(|at| *at > 0 && (dots || !rest[..*at].contains('.')));
            names.any(|at| leads_to(tail, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_one_name() {
        assert!(leads_to("services.*.pools.*.maximum", "services.order.pools.master.maximum"));
        assert!(leads_to("services.order.replicas", "services.order.replicas"));
        assert!(leads_to("topics.*.partitions", "topics.payment.completed.partitions"));
        assert!(!leads_to("services.*.replicas", "services.order.pod.replicas"));
        assert!(!leads_to("services.*.replicas", "services.order.threads"));
        assert!(!leads_to("services.order.replicas", "services.payment.replicas"));
    }
}
