//! Where the line is, and what draws it.
//!
//! Each replication has its own line: the largest load that its own random draws carry. Because the same
//! users come sooner at a higher load, a replication's line can be bisected like a number, and because
//! they are the same users in every variant, lines pair up: the mean over replications has a t interval,
//! and so has the difference of two variants. Within the last bracket the line is estimated from what was
//! seen at its ends (see `place`), so that neither the bracket nor the tolerance of the test for drift
//! shifts it; what the estimate may still be wrong by widens the interval.
//!
//! What draws the line is found by relief: give one resource twice its capacity and see whether a load
//! beyond the line is carried. Where the relief of one is not enough in all replications and that of all
//! suspects is better, they are taken back one by one: those that cannot be taken back limit together.
//!
//! What a window can tell: a quantile near saturation is that of the window, not of the steady state,
//! unless the window is hundreds of relaxation times long (1 / (μ (1 − √ρ)²) for M/M/1), and an overload
//! by less than 1 % and three standard deviations of the count that passes is not seen as one. The first
//! biases the line upwards by a share of order relaxation time over window; the second costs only width.

use rayon::prelude::*;

use super::replicate::{Outcome, base_load, steady};
use super::result::{Relief, Saturation};
use super::setup::{Search, Study, Window};
use crate::model::spec::{Resource, Spec};
use crate::model::stations::{Station, active_threads, stations};
use crate::stats::Estimate;

/// A share of the lowest line that the search goes down to before it says that nothing is carried.
const LOWEST: f64 = 1e-4;
/// Loads beyond the line at which relief is tried, as factors; each next one separates ties. The first
/// moves out to where the line's own failure is beyond doubt, at most to [`FURTHEST`].
const BEYOND: [f64; 5] = [1.05, 1.12, 1.3, 1.6, 1.9];
/// Most that the first of those factors may become.
const FURTHEST: f64 = 1.5;
/// Share of an extrapolated distance that it may be wrong by: the law of a station in overload is exact
/// in the long run, but sessions that wait ask less, and a window is not the long run. A judgement.
const EXTRAPOLATED: f64 = 0.125;
/// Most runs spent on coming nearer to a line that lies far below the loads seen.
const NEARER: usize = 3;
/// Busy share up to which a processor counts as having kept up with its work.
const KEPT_UP: f64 = 0.97;
/// Capacity that relief gives, as a factor.
const RELIEF: f64 = 2.0;
/// Most resources that relief is tried on.
const CANDIDATES: usize = 7;

/// The line of one replication.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The load, estimated between the runs nearest to it.
    pub(crate) load: f64,
    /// What that estimate may be wrong by, beside chance.
    pub(crate) doubt: f64,
    /// What was seen at the highest load up to the line that was carried.
    pub(crate) carried: Option<Outcome>,
    /// The lowest load that was seen to fail; none when the search's end was carried.
    pub(crate) failed: Option<Outcome>,
    pub(crate) events: u64,
}

/// What a search needs.
pub(crate) struct Case<'a> {
    pub(crate) study: &'a Study,
    pub(crate) spec: &'a Spec,
    pub(crate) window: Window,
}

impl Case<'_> {
    fn run(&self, spec: &Spec, load: f64, number: u32) -> Outcome {
        steady(spec, self.window, load, self.study.seed, number)
    }

    fn carries(&self, outcome: &Outcome) -> bool {
        outcome.missed(&self.study.targets).is_none()
    }

    /// Upper bound of the line by the utilisation law: at a low load each station's busy share per request
    /// is measured; none can exceed its capacity.
    pub(crate) fn bound(&self) -> f64 {
        let search = self.study.search;
        let base = base_load(self.spec);
        let probe = (base * 0.05).clamp(1e-9, search.highest_rps);
        let outcome = self.run(self.spec, probe, 0);
        stations(self.spec)
            .iter()
            .zip(&outcome.busy)
            .filter(|(station, busy)| {
                station.capacity.is_finite() && **busy > 0.0 && limits(station)
            })
            .map(|(station, busy)| probe * station.capacity / busy)
            .fold(search.highest_rps, f64::min)
    }

    /// The line of replication `number`, looked for around `guess`.
    pub(crate) fn line(&self, number: u32, guess: f64, spread: f64) -> Line {
        let search = self.study.search;
        let mut line = Line { load: 0.0, doubt: 0.0, carried: None, failed: None, events: 0 };
        let mut carried: Vec<Outcome> = Vec::new();
        let (mut low, mut high) = (0.0, f64::INFINITY);
        let (mut next, mut step) = (guess.min(search.highest_rps), spread);
        loop {
            let outcome = self.run(self.spec, next, number);
            line.events += outcome.cost.events;
            if self.carries(&outcome) {
                low = next;
                carried.push(outcome);
                if next >= search.highest_rps {
                    (line.load, line.carried) = (search.highest_rps, carried.pop());
                    return line;
                }
            } else {
                high = next;
                line.failed = Some(outcome);
                if next < guess * LOWEST {
                    return line;
                }
            }
            if low > 0.0 && high.is_finite() {
                if high - low <= search.resolution * high {
                    break;
                }
                next = (low * high).sqrt();
            } else {
                next = if high.is_finite() { next * (1.0 - step) } else { next * (1.0 + step) };
                next = next.min(search.highest_rps);
                step = (step * 2.0).min(0.6);
            }
        }
        self.place(&mut line, carried, number);
        line
    }

    /// Estimate the line from the run that failed and those that were carried, in rising order of load.
    ///
    /// A target that was missed: where its metric crosses the limit, between the highest load carried and
    /// the one that failed, on a logarithmic scale. The doubt is a quarter of the bracket, the mean
    /// distance of a point anywhere in it from its middle.
    ///
    /// A queue that drifts is longer than empty all the time, so that its station passes what it can: the
    /// line is the load of the failed run less the share that stayed. What a station can may fall with the
    /// load, down to nothing where requests lock each other out; so runs nearer to the line have their say
    /// too (see `approached`). A shared processor
    /// passes jobs by their size, small ones first; there the utilisation law tells, from a run in which it
    /// kept up. The doubt is a share of the way to the run that was seen. The tolerance of the test for
    /// drift does not enter; the line may well lie below a load that was carried within it.
    fn place(&self, line: &mut Line, mut carried: Vec<Outcome>, number: u32) {
        let (Some(failed), Some(low)) = (&line.failed, carried.last()) else { return };
        let crossings = self.study.targets.iter().filter_map(|target| {
            let (below, above) = (low.metric(&target.metric), failed.metric(&target.metric));
            let share = crossing(below, above, target.limit)?;
            Some((low.load * (failed.load / low.load).powf(share), (failed.load - low.load) / 4.0))
        });
        let mut limits: Vec<(f64, f64)> = crossings.collect();
        let highest = low.load;
        let (processors, queues): (Vec<usize>, Vec<usize>) = failed
            .drifting
            .iter()
            .partition(|station| is_processor(&stations(self.spec)[**station]));
        let top = failed.load;
        let first = |station: &usize| passes(failed, *station).max(passes(low, *station));
        if let Some(station) = queues.into_iter().min_by(|a, b| first(a).total_cmp(&first(b))) {
            let from = (first(&station), failed.load);
            limits.push(self.approached(&mut carried, station, from, number, &mut line.events));
        }
        for station in processors {
            let found = self.kept_up(&mut carried, station, number, &mut line.events);
            limits.extend(found.map(|(load, doubt)| (load.min(top), doubt)));
        }
        let found = limits.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
        (line.load, line.doubt) = found.unwrap_or((highest, 0.0));
        line.carried = self.near(line.load, carried, number, &mut line.events);
    }

    /// The load that a station with a queue can pass, with its doubt: nearer runs where the highest one
    /// carried lies far above what it passed. `line` is the first estimate, `failed` the load that failed.
    fn approached(
        &self,
        carried: &mut Vec<Outcome>,
        station: usize,
        (mut line, failed): (f64, f64),
        number: u32,
        events: &mut u64,
    ) -> (f64, f64) {
        let mut over = carried
            .iter()
            .find(|seen| passes(seen, station) < seen.load)
            .map_or(failed, |seen| seen.load);
        for _ in 0..NEARER {
            if over - line <= self.study.search.resolution * over {
                break;
            }
            let seen = self.run(self.spec, f64::midpoint(line, over), number);
            *events += seen.cost.events;
            let passed = passes(&seen, station);
            if passed < seen.load {
                over = seen.load;
            }
            // Below what another run passed, a run says how noisy both are.
            line = line.max(passed);
            let place = carried.partition_point(|other| other.load < seen.load);
            carried.insert(place, seen);
        }
        // The nearest run leaves a bracket too, and the larger of several noisy estimates leans upwards.
        let bracket = self.study.search.resolution * line / 4.0;
        (line, bracket + (over - line).max(0.0) * EXTRAPOLATED)
    }

    /// The load at which a processor is wholly busy, with its doubt: by the utilisation law from the
    /// highest load at which it kept up with its work.
    fn kept_up(
        &self,
        carried: &mut Vec<Outcome>,
        station: usize,
        number: u32,
        events: &mut u64,
    ) -> Option<(f64, f64)> {
        let capacity = stations(self.spec)[station].capacity;
        let limit = |seen: &Outcome| {
            let busy = seen.busy[station] / capacity;
            let line = seen.load / busy;
            (busy > 0.0 && busy < KEPT_UP).then_some((line, (line - seen.load) * EXTRAPOLATED))
        };
        for _ in 0..3 {
            if let Some(found) = carried.iter().rev().find_map(limit) {
                return Some(found);
            }
            let lowest = carried.first()?.load;
            let outcome = self.run(self.spec, lowest * 0.9, number);
            *events += outcome.cost.events;
            carried.insert(0, outcome);
        }
        None
    }

    /// The run at the highest load up to the line; run now where all were beyond it.
    fn near(
        &self,
        line: f64,
        carried: Vec<Outcome>,
        number: u32,
        events: &mut u64,
    ) -> Option<Outcome> {
        let below = carried.into_iter().rev().find(|seen| seen.load <= line);
        below.or_else(|| {
            let load = line * (1.0 - self.study.search.resolution);
            let outcome = self.run(self.spec, load, number);
            *events += outcome.cost.events;
            Some(outcome)
        })
    }
}

/// How far from `below` to `above` a metric crosses `limit`, as a share; none where it does not. The
/// scale is logarithmic, since times grow like 1 / (capacity − load), unless a zero forbids it.
fn crossing(below: f64, above: f64, limit: f64) -> Option<f64> {
    if above <= limit {
        return None;
    }
    let share = if below > 0.0 {
        (limit / below).ln() / (above / below).ln()
    } else {
        (limit - below) / (above - below)
    };
    Some(if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 })
}

fn is_processor(station: &Station) -> bool {
    matches!(station.resource, Resource::Cpu(_) | Resource::DatabaseCpu(_))
}

/// What a station passed of a load, on its axis: all that its queue did not keep.
fn passes(seen: &Outcome, station: usize) -> f64 {
    seen.load * (1.0 - seen.kept.get(station).copied().unwrap_or(0.0))
}

/// Whether a station's utilisation bounds the load: waiting for a connection limit, a queue's storage or
/// a share of threads does, a listener's mean over threads does not when partitions are uneven.
fn limits(station: &Station) -> bool {
    !matches!(station.resource, Resource::DatabaseConnections(_))
}

/// What the lines may be wrong by, beside chance, on the mean.
pub(crate) fn mean_doubt(lines: &[Line]) -> f64 {
    lines.iter().map(|line| line.doubt).sum::<f64>() / lines.len().max(1) as f64
}

/// Estimates over replications from what `pick` finds in each line.
fn over(lines: &[Line], pick: impl Fn(&Line) -> f64, confidence: f64) -> Estimate {
    let values: Vec<f64> = lines.iter().map(pick).collect();
    Estimate::from_samples(&values, confidence)
}

/// The lines of all replications made into an answer, and the events that took. `replications` is how many
/// take part in relief; 0 leaves the resource unnamed.
pub(crate) fn answer(case: &Case<'_>, lines: &[Line], replications: u32) -> (Saturation, u64) {
    let mut events = 0;
    let confidence = super::CONFIDENCE;
    let mut rps = over(lines, |line| line.load, confidence);
    // What is wrong alike in all replications does not show in their spread.
    let doubt = mean_doubt(lines);
    rps.low = (rps.low - doubt).max(0.0);
    rps.high += doubt;
    let per_load = |pick: fn(&Outcome) -> f64| {
        move |line: &Line| {
            line.carried.as_ref().map_or(0.0, |seen| pick(seen) * line.load / seen.load.max(1e-12))
        }
    };
    let load = case.study.load;
    let mau = load.mau.filter(|_| load.rps > 0.0).map(|mau| {
        let factor = mau / load.rps;
        Estimate {
            mean: rps.mean * factor,
            low: rps.low * factor,
            high: rps.high * factor,
            n: rps.n,
        }
    });
    let beyond_search = lines.iter().all(|line| line.failed.is_none());
    let mut found = Saturation {
        rps,
        events_per_s: over(lines, per_load(|seen| seen.events_per_s), confidence),
        orders_per_s: over(lines, per_load(|seen| seen.orders_per_s), confidence),
        mau,
        resource: String::new(),
        ties: Vec::new(),
        agreement: 0.0,
        reason: String::new(),
        binding_target: binding_target(case.study, lines),
        relief: Vec::new(),
        beyond_search,
    };
    if beyond_search {
        found.resource = "none".into();
        found.reason = format!("carries the largest load tried, {:.0} requests/s", rps.mean);
        found.agreement = 1.0;
    } else if replications == 0 {
        found.resource = "unknown".into();
        found.reason = "stopped before any resource was relieved".into();
    } else {
        relieve(case, lines, replications, &mut found, &mut events);
    }
    (found, events)
}

fn binding_target(study: &Study, lines: &[Line]) -> String {
    let missed: Vec<&str> =
        lines.iter().filter_map(|line| line.failed.as_ref()?.missed(&study.targets)).collect();
    let count = |name: &str| missed.iter().filter(|other| **other == name).count();
    missed.iter().max_by_key(|name| count(name)).map_or_else(String::new, |name| (*name).into())
}

/// Resources that may draw the line, most suspect first: those that are busy or made work wait in the runs
/// that failed.
fn candidates(all: &[Station], failed: &[&Outcome]) -> Vec<usize> {
    let mean = |pick: &dyn Fn(&Outcome) -> f64| {
        failed.iter().map(|outcome| pick(outcome)).sum::<f64>() / failed.len().max(1) as f64
    };
    let mut suspects: Vec<(f64, usize)> = (0..all.len())
        .filter_map(|station| {
            let busy = mean(&|outcome| outcome.busy[station]) / all[station].capacity;
            let waiting = mean(&|outcome| outcome.waiting[station]);
            let drifts = mean(&|outcome| f64::from(outcome.drifting.contains(&station)));
            let refused = matches!(all[station].resource, Resource::DatabaseConnections(_))
                && failed.iter().any(|outcome| outcome.connections_refused > 0);
            let suspect = busy > 0.4 || waiting > 1.0 || drifts > 0.0 || refused;
            let rank = busy.min(1.0) + drifts + (1.0 - 1.0 / (1.0 + waiting)) * 0.5;
            suspect.then_some((rank, station))
        })
        .collect();
    suspects.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    suspects.into_iter().take(CANDIDATES).map(|(_, station)| station).collect()
}

fn relieve(
    case: &Case<'_>,
    lines: &[Line],
    replications: u32,
    found: &mut Saturation,
    events: &mut u64,
) {
    let all = stations(case.spec);
    let failed: Vec<&Outcome> = lines.iter().filter_map(|line| line.failed.as_ref()).collect();
    let mut suspects = candidates(&all, &failed);
    // Beside the main answer a name is enough: fewer suspects, and ties are not followed as far.
    let rounds = if replications > 2 { BEYOND.len() } else { 3 };
    if replications <= 2 {
        suspects.truncate(4);
    }
    let replications = replications.min(lines.len() as u32).max(1);
    let tried = Tried { case, all: &all, lines, replications };
    let nearest = nearest(lines);
    let further = BEYOND.iter().copied().filter(|factor| *factor > nearest);
    let mut left = suspects.clone();
    let mut agreement = 0.0;
    for (round, factor) in std::iter::once(nearest).chain(further).take(rounds).enumerate() {
        let alone: Vec<Vec<usize>> = left.iter().map(|station| vec![*station]).collect();
        let mut still = Vec::new();
        for (&station, share) in left.iter().zip(tried.shares(&alone, factor, events)) {
            if round == 0 {
                found.relief.push(Relief {
                    resource: all[station].name.clone(),
                    carried: share,
                    tried_rps: found.rps.mean * factor,
                });
            }
            if share > 0.5 {
                still.push((station, share));
            }
        }
        let best = still.iter().map(|(_, share)| *share).fold(0.0, f64::max);
        if round == 0
            && best < 1.0
            && let Some((which, share)) = together(&tried, &suspects, best, factor, events)
        {
            limit_together(found, case.spec, &all, &which, share, &failed);
            return;
        }
        if still.is_empty() {
            break;
        }
        left = still.iter().map(|(station, _)| *station).collect();
        agreement = best;
        if left.len() == 1 {
            break;
        }
    }
    let alone = agreement > 0.0;
    if !alone {
        // Not even the relief of all is enough.
        left = suspects;
        left.truncate(1);
    }
    let Some(&station) = left.first() else {
        found.resource = "unknown".into();
        found.reason =
            "no station is busy or has a queue: the target is below the time of the work".into();
        return;
    };
    found.resource.clone_from(&all[station].name);
    found.agreement = agreement;
    found.reason = reason(case.spec, &all[station], station, &failed);
    found.ties = left[1..].iter().map(|tie| all[*tie].name.clone()).collect();
    if !alone {
        found.reason.push_str("; no single relief carries more, several resources limit together");
    }
}

/// The first load at which relief is tried, as a factor of the line: as far beyond the runs that failed as
/// those lie beyond the line, so that the tolerance of the test for drift, and with it chance, cannot
/// carry what relief does not.
fn nearest(lines: &[Line]) -> f64 {
    let beyond = |line: &Line| {
        let failed = line.failed.as_ref()?.load;
        (line.load > 0.0).then(|| (failed / line.load).powi(2))
    };
    let factors: Vec<f64> = lines.iter().filter_map(beyond).collect();
    let mean = factors.iter().sum::<f64>() / factors.len().max(1) as f64;
    mean.clamp(BEYOND[0], FURTHEST)
}

/// Resources that must be relieved together for the load to be carried in more replications than with the
/// relief of any one, which is carried in a share of `alone`; most suspect first, with their share. None
/// where the relief of all is no better.
fn together(
    tried: &Tried<'_>,
    suspects: &[usize],
    alone: f64,
    factor: f64,
    events: &mut u64,
) -> Option<(Vec<usize>, f64)> {
    let mut share_of = |which: &[usize]| tried.shares(&[which.to_vec()], factor, events)[0];
    let mut needed = suspects.to_vec();
    let share = share_of(&needed);
    if needed.len() < 2 || share <= alone.max(0.5) {
        return None;
    }
    for place in (0..needed.len()).rev() {
        let mut without = needed.clone();
        without.remove(place);
        if without.len() > 1 && share_of(&without) >= share {
            needed = without;
        }
    }
    Some((needed, share))
}

/// The answer where several resources have the same limit.
fn limit_together(
    found: &mut Saturation,
    spec: &Spec,
    all: &[Station],
    which: &[usize],
    share: f64,
    failed: &[&Outcome],
) {
    let [first, others @ ..] = which else { return };
    found.resource.clone_from(&all[*first].name);
    found.ties = others.iter().map(|tie| all[*tie].name.clone()).collect();
    found.agreement = share;
    found.reason = reason(spec, &all[*first], *first, failed);
    found.reason.push_str("; the relief of one alone carries no more, they limit together");
}

/// Where relief is tried.
struct Tried<'a> {
    case: &'a Case<'a>,
    all: &'a [Station],
    lines: &'a [Line],
    replications: u32,
}

impl Tried<'_> {
    /// Share of replications that carry `factor` times their line, for each of these sets of stations
    /// relieved at once.
    fn shares(&self, sets: &[Vec<usize>], factor: f64, events: &mut u64) -> Vec<f64> {
        let outcomes: Vec<Vec<Outcome>> = sets
            .par_iter()
            .map(|set| {
                let relieved = |spec: Spec, station: &usize| {
                    spec.relieved(self.all[*station].resource, RELIEF)
                };
                let spec = set.iter().fold(self.case.spec.clone(), relieved);
                let load = |number: u32| {
                    let line = &self.lines[number as usize];
                    let failed = line.failed.as_ref().map_or(0.0, |seen| seen.load);
                    (line.load * factor).max(failed)
                };
                (0..self.replications)
                    .into_par_iter()
                    .map(|number| self.case.run(&spec, load(number), number))
                    .collect()
            })
            .collect();
        let cost = outcomes.iter().flatten().map(|outcome| outcome.cost.events);
        *events += cost.sum::<u64>();
        let share = |outcomes: &Vec<Outcome>| {
            let carried = outcomes.iter().filter(|outcome| self.case.carries(outcome)).count();
            carried as f64 / f64::from(self.replications)
        };
        outcomes.iter().map(share).collect()
    }
}

/// The mechanism with its number, in a sentence.
fn reason(spec: &Spec, station: &Station, index: usize, failed: &[&Outcome]) -> String {
    let n = failed.len().max(1) as f64;
    let busy = failed.iter().map(|outcome| outcome.busy[index]).sum::<f64>() / n;
    let waiting = failed.iter().map(|outcome| outcome.waiting[index]).sum::<f64>() / n;
    let load = failed.iter().map(|outcome| outcome.load).sum::<f64>() / n;
    let refused = failed.iter().map(|outcome| outcome.connections_refused).sum::<u64>();
    let share = busy / station.capacity * 100.0;
    let capacity = station.capacity;
    let of = |unit: &str| format!("{busy:.1} of {capacity:.1} {unit} busy ({share:.0} %)");
    let waits = format!("{waiting:.1} waiting on average");
    let what = match station.resource {
        Resource::Cpu(service) => {
            let service = &spec.services[service as usize];
            format!("{} in {} pods of {:.2}", of("cores"), service.pods, service.cores)
        }
        Resource::Threads(_) => format!("{}, {waits}", of("threads")),
        Resource::Pool(service, pool) => {
            let service = &spec.services[service as usize];
            let maximum = service.pools[pool as usize].maximum;
            format!(
                "{busy:.1} of {capacity:.0} connections in use ({} pods × {maximum}), {waits}",
                service.pods
            )
        }
        Resource::DatabaseCpu(_) => format!("{} on the database", of("vCPU")),
        Resource::DatabaseIo(database) => {
            let iops = spec.databases[database as usize].iops.unwrap_or(0.0);
            format!("{:.0} of {iops:.0} storage operations/s ({share:.0} %), {waits}", iops * busy)
        }
        Resource::DatabaseConnections(_) => {
            format!("{busy:.0} of {capacity:.0} connections open, {refused} refused")
        }
        Resource::Cache(_) => format!("its one command thread is {share:.0} % busy, {waits}"),
        Resource::Listener(listener) => listener_reason(spec, listener, busy, waiting),
        Resource::Lock(_) => format!("held {share:.0} % of the time, {waits}"),
    };
    format!("{what}, at {load:.0} requests/s")
}

fn listener_reason(spec: &Spec, listener: u32, busy: f64, lag: f64) -> String {
    let active = active_threads(spec, listener);
    let listener = &spec.listeners[listener as usize];
    let partitions = spec.topics[listener.topic as usize].partitions;
    let threads = spec.services[listener.service as usize].pods * listener.concurrency;
    let spread = if threads >= partitions {
        format!("all {partitions} partitions have a thread of their own")
    } else if partitions.is_multiple_of(threads) {
        format!("{threads} threads share {partitions} partitions")
    } else {
        format!(
            "{threads} threads share {partitions} partitions unevenly: the fullest has {} of them",
            partitions.div_ceil(threads)
        )
    };
    format!("{spread}; {busy:.1} of {active} busy, mean lag {lag:.0}")
}

/// Where to look in a study that has no open load or records.
pub(crate) fn searchable(spec: &Spec, search: Search) -> bool {
    base_load(spec) > 0.0 && search.highest_rps > 0.0
}
