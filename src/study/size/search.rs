//! Search among configurations: up until the load is carried, down as far as it still is, and then
//! through all cheaper ones.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::question::{Free, SizingQuestion, Wanted};
use super::trial::{Cost, Seen, Trial};

use crate::model::spec::{Resource, Spec};
use crate::model::stations::stations;
use crate::study::error::StudyError;
use crate::study::setup::{Change, Study};
use crate::study::theory::shares;
use crate::study::workshop::{Candidate, Lifted, NoLever, Priced, PricedWorkshop, Refusal};
use crate::study::{Watcher, stop};

/// Maximum number of configurations simulated among those cheaper than the best one found.
const MOST_CHEAPER: u64 = 200;
/// Maximum number of configurations considered there.
const MOST_POPPED: u64 = 300_000;
/// Offered load, as a share of capacity, up to which other settings may still relieve a station.
const NEARLY: f64 = 1.06;
/// Number of steps tried for that.
const NOTCHES: usize = 3;
/// Prices that differ by less count as equal \[USD per month\].
pub(super) const CENT: f64 = 0.005;

/// A configuration: the position of the chosen value for each free setting.
pub(super) type Choice = Vec<usize>;

/// Static evaluation of a configuration, without a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    /// Rules that it violates.
    pub(super) broken: Vec<Refusal>,
    /// Station with the highest utilisation by the spec: resource, name and share.
    pub(super) fullest: Option<(Resource, String, f64)>,
    pub(super) bill: Vec<Priced>,
    pub(super) usd: f64,
}

impl Look {
    /// Returns the most overloaded station, if any.
    pub(super) fn full(&self) -> Option<&(Resource, String, f64)> {
        self.fullest.as_ref().filter(|fullest| fullest.2 > 1.0)
    }
}

/// Verdict on a configuration.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// Rejected by an audit rule, or by the reader of the documents.
    Refused(Refusal),
    /// Overloaded by the utilisation law: the offered load exceeds the capacity of a station.
    Full(Resource, String, f64),
    /// Fails by monotonicity: a configuration with no less of anything failed.
    Inferred,
    /// Runs missed a target.
    Fails(Seen),
    /// Runs met all targets.
    Meets,
}

impl Verdict {
    pub(super) fn meets(&self) -> bool {
        matches!(self, Verdict::Meets)
    }
}

pub(super) struct Search<'a> {
    pub(super) workshop: &'a dyn PricedWorkshop,
    pub(super) question: &'a SizingQuestion,
    pub(super) free: &'a [Free],
    pub(super) wanted: &'a Wanted,
    pub(super) watcher: &'a dyn Watcher,
    /// Bill of the unchanged variant.
    pub(super) before: &'a [Priced],
    pub(super) rps: f64,
    pub(super) looks: BTreeMap<Choice, Look>,
    pub(super) verdicts: BTreeMap<Choice, Verdict>,
    /// Configurations that runs or the utilisation law showed to be too small.
    pub(super) failed: Vec<Choice>,
    pub(super) cost: Cost,
    pub(super) evaluations: u64,
    pub(super) ruled_out: u64,
    pub(super) exhausted: bool,
    /// Whether the runs observed nothing that a target can be judged by.
    pub(super) blind: bool,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        workshop: &'a dyn PricedWorkshop,
        question: &'a SizingQuestion,
        wanted: &'a Wanted,
        before: &'a [Priced],
        watcher: &'a dyn Watcher,
    ) -> Result<Search<'a>, StudyError> {
        let rps = workshop.study(wanted.change.as_slice())?.asked_load();
        Ok(Search {
            workshop,
            question,
            free: &question.free,
            wanted,
            watcher,
            before,
            rps,
            looks: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            failed: Vec::new(),
            cost: Cost::default(),
            evaluations: 0,
            ruled_out: 0,
            exhausted: false,
            blind: false,
        })
    }

    pub(super) fn changes(&self, at: &[usize]) -> Vec<Change> {
        let mut all: Vec<Change> = self.wanted.change.clone().into_iter().collect();
        for (free, at) in self.free.iter().zip(at) {
            let to = &free.values[*at];
            for path in std::iter::once(&free.path).chain(&free.also) {
                all.push(Change { path: path.clone(), to: to.clone() });
            }
        }
        all
    }

    /// Returns the configuration at a place. Unwinds out of the search when the watcher stops it.
    ///
    /// # Errors
    /// When it cannot be resolved.
    pub(super) fn candidate(&self, at: &[usize]) -> Result<Candidate, StudyError> {
        if self.watcher.stopped() {
            stop::leave();
        }
        self.workshop.candidate(self.question.variant, &self.changes(at))
    }

    /// Returns the settings that multiply a resource's capacity by `factor`.
    pub(super) fn lift(
        &self,
        at: &[usize],
        resource: Resource,
        factor: f64,
    ) -> Result<Vec<Lifted>, NoLever> {
        self.workshop.lift(self.question.variant, &self.changes(at), resource, factor)
    }

    pub(super) fn top(&self, index: usize) -> usize {
        self.free[index].values.len() - 1
    }

    pub(super) fn tops(&self) -> Choice {
        (0..self.free.len()).map(|index| self.top(index)).collect()
    }

    /// Returns the spec under the first mix and one calibration.
    pub(super) fn spec<'s>(&self, study: &'s Study, calibration: usize) -> &'s Spec {
        study.case(self.question.variant, 0, calibration)
    }

    pub(super) fn look(&mut self, at: &[usize]) -> &Look {
        if !self.looks.contains_key(at) {
            let look = self.seen_from_here(at);
            self.looks.insert(at.to_vec(), look);
        }
        &self.looks[at]
    }

    pub(super) fn seen_from_here(&self, at: &[usize]) -> Look {
        match self.candidate(at) {
            Err(why) => {
                let error = why.to_string().lines().next().unwrap_or_default().to_owned();
                Look { broken: vec![Refusal::Unresolved { error }], ..Look::default() }
            }
            Ok(mut candidate) => {
                let own = self.free.iter().zip(at).filter_map(|(free, at)| {
                    let what = free.values[*at].clone();
                    let monthly_usd = Some(free.price(*at)?);
                    Some(Priced { part: free.path.clone(), what, monthly_usd })
                });
                candidate.bill.extend(own);
                let usd = candidate.bill.iter().map(|item| self.price(item)).sum();
                let fullest = self.fullest(&candidate.study, |_| true);
                Look { broken: candidate.broken, fullest, bill: candidate.bill, usd }
            }
        }
    }

    /// Returns the effective price of an item: its own, else that of the same part in the variant,
    /// since a type without a price must not look free; 0 where that has none either.
    pub(super) fn price(&self, item: &Priced) -> f64 {
        let before = || {
            self.before
                .iter()
                .find(|other| other.part == item.part)
                .and_then(|item| item.monthly_usd)
        };
        item.monthly_usd.or_else(before).unwrap_or(0.0)
    }

    /// Returns the station with the highest utilisation under any calibration, among those selected
    /// by `of`. Pending pods do not count as capacity, because nodes are what they lack.
    pub(super) fn fullest(
        &self,
        study: &Study,
        of: impl Fn(&str) -> bool,
    ) -> Option<(Resource, String, f64)> {
        let mut worst: Option<(Resource, String, f64)> = None;
        for calibration in 0..study.calibrations.len() {
            let spec = self.spec(study, calibration);
            for (station, share) in stations(spec).iter().zip(shares(spec, self.rps)) {
                let placed = if let Resource::Cpu(service) = station.resource {
                    let service = &spec.services[service as usize];
                    f64::from(service.pods) / f64::from(service.pods + service.lifecycle.pending)
                } else {
                    1.0
                };
                let share = share * placed;
                if share > worst.as_ref().map_or(0.0, |worst| worst.2) && of(&station.name) {
                    worst = Some((station.resource, station.name.clone(), share));
                }
            }
        }
        worst
    }

    pub(super) fn is_below_failed(&self, at: &[usize]) -> bool {
        self.failed.iter().any(|failed| at.iter().zip(failed).all(|(at, failed)| at <= failed))
    }

    /// Judges whether the configuration carries the load, by earlier results or else by runs.
    pub(super) fn judge(&mut self, at: &[usize]) -> Verdict {
        if let Some(known) = self.verdicts.get(at) {
            return known.clone();
        }
        let look = self.look(at).clone();
        let verdict = if let Some(why) = look.broken.first() {
            self.ruled_out += 1;
            Verdict::Refused(why.clone())
        } else if self.is_below_failed(at) {
            Verdict::Inferred
        } else if let Some((resource, name, share)) = look.full().cloned() {
            self.ruled_out += 1;
            self.failed.push(at.to_vec());
            Verdict::Full(resource, name, share)
        } else {
            match self.trial(at) {
                Err(why) => Verdict::Refused(Refusal::Unresolved { error: why.to_string() }),
                Ok(trial) => {
                    self.evaluations += 1;
                    self.watcher.step();
                    let (seen, good) = trial.screen(self.question.confidence, &mut self.cost);
                    if good {
                        Verdict::Meets
                    } else {
                        self.failed.push(at.to_vec());
                        Verdict::Fails(seen)
                    }
                }
            }
        };
        self.verdicts.insert(at.to_vec(), verdict.clone());
        verdict
    }

    pub(super) fn trial(&mut self, at: &[usize]) -> Result<Trial<'a>, StudyError> {
        let candidate = self.candidate(at)?;
        Ok(Trial::new(&candidate.study, self.question.variant, &mut self.cost, self.watcher))
    }

    /// Returns, for each setting, the lowest position at which the stations governed by it alone
    /// are not overloaded.
    pub(super) fn floor(&mut self) -> Choice {
        let tops = self.tops();
        let place = |index: usize, at: usize| {
            let mut place = tops.clone();
            place[index] = at;
            place
        };
        // Capacity of each station, pending pods included: nodes are the concern of another
        // setting.
        let capacities = |place: &[usize]| -> Option<BTreeMap<String, f64>> {
            let candidate = self.candidate(place).ok()?;
            let spec = self.spec(&candidate.study, 0);
            let all = stations(spec).into_iter().filter_map(|station| match station.resource {
                Resource::Node(_) | Resource::Proxy(..) => None,
                Resource::Cpu(service) => {
                    let service = &spec.services[service as usize];
                    let pods = service.pods + service.lifecycle.pending;
                    Some((station.name, service.cores * f64::from(pods)))
                }
                Resource::Threads(_)
                | Resource::Pool(..)
                | Resource::DatabaseCpu(_)
                | Resource::DatabaseIo(_)
                | Resource::DatabaseConnections(_)
                | Resource::Cache(_)
                | Resource::Listener(_)
                | Resource::Lock(_) => Some((station.name, station.capacity)),
            });
            Some(all.collect())
        };
        let Some(highest) = capacities(&tops) else { return vec![0; tops.len()] };
        let governed: Vec<BTreeSet<&String>> = (0..tops.len())
            .map(|index| {
                let Some(lowest) = capacities(&place(index, 0)) else { return BTreeSet::new() };
                let differs = |(name, most): &(&String, &f64)| lowest.get(*name) != Some(*most);
                highest.iter().filter(differs).map(|(name, _)| name).collect()
            })
            .collect();
        (0..tops.len())
            .map(|index| {
                let alone: Vec<&&String> = governed[index]
                    .iter()
                    .filter(|name| governed.iter().filter(|set| set.contains(**name)).count() == 1)
                    .collect();
                let enough = |at: usize| -> bool {
                    let Ok(found) = self.candidate(&place(index, at)) else {
                        return true;
                    };
                    let own = |name: &str| alone.iter().any(|own| own.as_str() == name);
                    self.fullest(&found.study, own).is_none_or(|(_, _, share)| share <= 1.0)
                };
                let (mut low, mut high) = (0, tops[index]);
                while low < high {
                    let middle = usize::midpoint(low, high);
                    if enough(middle) { high = middle } else { low = middle + 1 }
                }
                high
            })
            .collect()
    }

    pub(super) fn with(at: &[usize], index: usize, position: usize) -> Choice {
        let mut next = at.to_vec();
        next[index] = position;
        next
    }

    /// Lowers settings as far as runs allow, in descending order of savings.
    pub(super) fn trim(&mut self, at: Choice, floor: &[usize]) -> Choice {
        let mut at = at;
        loop {
            let before = at.clone();
            let mut order: Vec<(i64, usize)> = Vec::new();
            for index in 0..at.len() {
                let least = floor[index].min(at[index]);
                let saved = self.usd(&at) - self.usd(&Search::with(&at, index, least));
                order.push((-(saved * 100.0).round() as i64, index));
            }
            order.sort_unstable();
            for (_, index) in order {
                let (mut low, mut high) = (floor[index].min(at[index]), at[index]);
                while low < high {
                    let middle = usize::midpoint(low, high);
                    let next = Search::with(&at, index, middle);
                    let dearer = self.usd(&next) > self.usd(&at) + CENT;
                    if !dearer && self.judge(&next).meets() {
                        high = middle;
                    } else {
                        low = middle + 1;
                    }
                }
                at[index] = high;
            }
            if at == before {
                return at;
            }
        }
    }

    pub(super) fn usd(&mut self, at: &[usize]) -> f64 {
        self.look(at).usd
    }

    /// Tries a little more of one setting without a price where a station is nearly sufficient and
    /// that makes room, such as an additional pod that lets work be placed differently on the
    /// nodes.
    fn fitted(&mut self, at: &[usize], priced: &[(usize, Vec<(f64, usize)>)]) -> Option<Choice> {
        let look = self.look(at);
        look.full().filter(|full| full.2 < NEARLY && look.broken.is_empty())?;
        let free = (0..at.len()).filter(|own| priced.iter().all(|(index, _)| index != own));
        let more = free.flat_map(|index| {
            let to = (at[index] + NOTCHES).min(self.top(index));
            (at[index] + 1..=to).map(move |position| Search::with(at, index, position))
        });
        let more: Vec<Choice> = more.collect();
        self.look_all(&more);
        let share = |look: &Look| look.fullest.as_ref().map_or(0.0, |fullest| fullest.2);
        let room = |place: &Choice| {
            let look = &self.looks[place];
            (look.broken.is_empty() && look.full().is_none()).then(|| share(look))
        };
        let fits = more.into_iter().filter_map(|place| Some((room(&place)?, place)));
        fits.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, place)| place)
    }

    /// Returns the cheapest configuration below the current price that carries the load, tried in
    /// ascending order of price; settings without a price are as large as rules allow.
    pub(super) fn cheaper(&mut self, at: &[usize], floor: &[usize]) -> Option<Choice> {
        let base = self.usd(at);
        // Price difference of each value relative to the current one, cheapest first.
        let mut priced: Vec<(usize, Vec<(f64, usize)>)> = Vec::new();
        let mut generous = at.to_vec();
        for index in 0..at.len() {
            let mut by_price: Vec<(f64, usize)> = Vec::new();
            for position in floor[index].min(at[index])..=self.top(index) {
                let look = self.look(&Search::with(at, index, position));
                // Where a rule forbids the value here, its price is still known.
                if look.bill.is_empty() {
                    continue;
                }
                by_price.push((look.usd - base, position));
            }
            if by_price.iter().any(|(price, _)| price.abs() > CENT) {
                by_price.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                priced.push((index, by_price));
            } else {
                let mut higher = (at[index]..=self.top(index)).rev();
                let allowed = higher.find(|position| {
                    self.look(&Search::with(&generous, index, *position)).broken.is_empty()
                });
                generous[index] = allowed.unwrap_or(at[index]);
            }
        }
        self.exhausted = true;
        let cents = |steps: &[usize]| -> i64 {
            let sum: f64 =
                steps.iter().zip(&priced).map(|(step, (_, by_price))| by_price[*step].0).sum();
            (sum * 100.0).round() as i64
        };
        let mut heap = BinaryHeap::new();
        let mut known: BTreeSet<Vec<usize>> = BTreeSet::new();
        let first = vec![0; priced.len()];
        heap.push(Reverse((cents(&first), first)));
        let (mut popped, evaluated) = (0, self.evaluations);
        while let Some(Reverse((price, steps))) = heap.pop() {
            if price >= 0 {
                break;
            }
            popped += 1;
            let spent = self.evaluations - evaluated;
            if popped > MOST_POPPED || spent > MOST_CHEAPER {
                self.exhausted = false;
                break;
            }
            for index in 0..steps.len() {
                if steps[index] + 1 < priced[index].1.len() {
                    let mut next = steps.clone();
                    next[index] += 1;
                    let price = cents(&next);
                    if price < 0 && known.insert(next.clone()) {
                        heap.push(Reverse((price, next)));
                    }
                }
            }
            let put = |others: &[usize]| {
                let mut place = others.to_vec();
                for (step, (index, by_price)) in steps.iter().zip(&priced) {
                    place[*index] = by_price[*step].1;
                }
                place
            };
            let mut place = put(&generous);
            if self.is_below_failed(&place) {
                continue;
            }
            if !self.look(&place).broken.is_empty() {
                place = put(at);
                place = self.fitted(&place, &priced).unwrap_or(place);
            }
            if self.judge(&place).meets() && self.usd(&place) < base - CENT {
                return Some(place);
            }
        }
        None
    }
}
