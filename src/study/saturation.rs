//! Where the line is, and what draws it.
//!
//! Each replication has its own line: the largest load that its own random draws carry. Because the same
//! users come sooner at a higher load, a replication's line can be bisected like a number, and because
//! they are the same users in every variant, lines pair up: the mean over replications has a t interval,
//! and so has the difference of two variants. What draws the line is found by relief: give one resource
//! twice its capacity and see whether a load beyond the line is carried.

use std::collections::BTreeMap;

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
/// lies just outside the bracket of a line.
const BEYOND: [f64; 5] = [1.05, 1.12, 1.3, 1.6, 1.9];
/// Capacity that relief gives, as a factor.
const RELIEF: f64 = 2.0;
/// Most resources that relief is tried on.
const CANDIDATES: usize = 7;

/// The line of one replication.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The load, middle of the last bracket.
    pub(crate) load: f64,
    /// Half the last bracket.
    pub(crate) half: f64,
    /// The highest load that was seen to be carried.
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
        let mut line = Line { load: 0.0, half: 0.0, carried: None, failed: None, events: 0 };
        let (mut low, mut high) = (0.0, f64::INFINITY);
        let (mut next, mut step) = (guess.min(search.highest_rps), spread);
        loop {
            let outcome = self.run(self.spec, next, number);
            line.events += outcome.cost.events;
            if self.carries(&outcome) {
                low = next;
                line.carried = Some(outcome);
                if next >= search.highest_rps {
                    (line.load, line.half) = (search.highest_rps, 0.0);
                    return line;
                }
            } else {
                high = next;
                line.failed = Some(outcome);
                if next < guess * LOWEST {
                    line.load = 0.0;
                    return line;
                }
            }
            if low > 0.0 && high.is_finite() {
                if high - low <= search.resolution * high {
                    (line.load, line.half) = (f64::midpoint(low, high), (high - low) / 2.0);
                    return line;
                }
                next = (low * high).sqrt();
            } else {
                next = if high.is_finite() { next * (1.0 - step) } else { next * (1.0 + step) };
                next = next.min(search.highest_rps);
                step = (step * 2.0).min(0.6);
            }
        }
    }
}

/// Whether a station's utilisation bounds the load: waiting for a connection limit, a queue's storage or
/// a share of threads does, a listener's mean over threads does not when partitions are uneven.
fn limits(station: &Station) -> bool {
    !matches!(station.resource, Resource::DatabaseConnections(_))
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
    let half = lines.iter().map(|line| line.half).sum::<f64>() / lines.len().max(1) as f64;
    // The bisection knows the line no better than its last bracket.
    rps.low = rps.low.min(rps.mean - half).max(0.0);
    rps.high = rps.high.max(rps.mean + half);
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
    let mut left = candidates(&all, &failed);
    // Beside the main answer a name is enough: fewer suspects, and ties are not followed as far.
    let rounds = if replications > 2 { BEYOND.len() } else { 3 };
    if replications <= 2 {
        left.truncate(4);
    }
    let replications = replications.min(lines.len() as u32).max(1);
    let mut agreement = 0.0;
    let mut fallback: Option<(f64, usize)> = None;
    let nearest = 1.0 + 2.5 * case.study.search.resolution;
    for (round, factor) in BEYOND[..rounds].iter().enumerate() {
        let factor = &factor.max(nearest);
        let mut still = Vec::new();
        let tried = try_all(case, &all, &left, lines, *factor, replications);
        for &station in &left {
            let outcomes = &tried[&station];
            let carried = outcomes.iter().filter(|outcome| case.carries(outcome)).count();
            let worst: f64 = outcomes.iter().map(|outcome| excess(case, outcome)).sum();
            *events += outcomes.iter().map(|outcome| outcome.cost.events).sum::<u64>();
            let share = carried as f64 / f64::from(replications);
            if round == 0 {
                found.relief.push(Relief {
                    resource: all[station].name.clone(),
                    carried: share,
                    tried_rps: found.rps.mean * factor,
                });
                if fallback.is_none_or(|(least, _)| worst < least) {
                    fallback = Some((worst, station));
                }
            }
            if share > 0.5 {
                still.push((station, share));
            }
        }
        if still.is_empty() {
            break;
        }
        left = still.iter().map(|(station, _)| *station).collect();
        agreement = still.iter().map(|(_, share)| *share).fold(0.0, f64::max);
        if left.len() == 1 {
            break;
        }
    }
    let any = found.relief.iter().any(|relief| relief.carried > 0.5);
    let named = if any { left.first().copied() } else { fallback.map(|(_, station)| station) };
    let Some(station) = named else {
        found.resource = "unknown".into();
        found.reason =
            "no station is busy or has a queue: the target is below the time of the work".into();
        return;
    };
    found.resource.clone_from(&all[station].name);
    found.agreement = if any { agreement } else { 0.0 };
    found.ties =
        if any { left[1..].iter().map(|s| all[*s].name.clone()).collect() } else { Vec::new() };
    found.reason = reason(case.spec, &all[station], station, &failed);
    if !any {
        found.reason.push_str("; no single relief carries more, several resources limit together");
    }
}

/// The load beyond the line with each of these stations relieved in turn, replication by replication.
fn try_all(
    case: &Case<'_>,
    all: &[Station],
    which: &[usize],
    lines: &[Line],
    factor: f64,
    replications: u32,
) -> BTreeMap<usize, Vec<Outcome>> {
    which
        .par_iter()
        .map(|&station| {
            let spec = case.spec.relieved(all[station].resource, RELIEF);
            let outcomes = (0..replications)
                .into_par_iter()
                .map(|number| case.run(&spec, lines[number as usize].load * factor, number))
                .collect();
            (station, outcomes)
        })
        .collect()
}

/// By how much an outcome misses its targets: sum of ratios beyond 1; a drift counts 1.
fn excess(case: &Case<'_>, outcome: &Outcome) -> f64 {
    let over: f64 = case
        .study
        .targets
        .iter()
        .map(|target| {
            (outcome.metric(&target.metric) / target.limit.max(1e-12) - 1.0).clamp(0.0, 10.0)
        })
        .sum();
    over + outcome.drifting.len() as f64
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
