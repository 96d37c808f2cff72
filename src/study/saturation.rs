//! Saturation: estimate of the line, and identification of its bottleneck.
//!
//! A line is estimated from all replications together (see [`super::pooled`]), or where the curve
//! of a target jumps, as under deadlock, from each replication alone (see [`super::search`]).
//! Either way each replication has a value of its own, and under common random numbers these are
//! paired: the difference of two variants has an interval too. The systematic error of the estimate
//! widens the interval.
//!
//! The bottleneck is found by relief, a what-if capacity increase: double the capacity of one
//! resource and test whether a load beyond the line is carried. Where relief of a single resource
//! does not suffice in all replications and that of all suspects is better, the smallest sufficient
//! set of top suspects is reduced one by one: the resources that cannot be dropped limit together.

use rayon::prelude::*;

use super::cause::{Cause, Mechanism, ReliefEffect};
use super::line::Line;
use super::metric::Metric;
use super::replicate::{Outcome, aside, base_load};
use super::result::{Relief, Saturation, Target};
use super::runs::Part;
use super::search::Case;
use super::setup::{Search, Study};
use super::theory;
use crate::model::spec::{Resource, Spec};
use crate::model::stations::{Station, active_threads, stations};
use crate::stats::Estimate;

/// Loads beyond the line at which relief is tried, as factors; each further one separates ties. The
/// first is moved out to where failure without relief is beyond doubt, at most to [`FURTHEST`].
const BEYOND: [f64; 5] = [1.05, 1.12, 1.3, 1.6, 1.9];
/// Maximum of the first of those factors.
const FURTHEST: f64 = 1.5;
/// Share of a load that a queue must retain for one replication to suffice as evidence that the
/// load is not carried. Between replications the work that arrives at a station varies by a few
/// percent.
const KEPT_CLEARLY: f64 = 0.1;
/// Factor by which relief increases a capacity.
const RELIEF: f64 = 2.0;
/// Maximum number of resources that are relieved individually.
const CANDIDATES: usize = 7;
/// Maximum number of resources that are relieved individually for other mixes and calibrations.
const CANDIDATES_BESIDE: usize = 4;

/// Mean systematic error of the lines.
pub(crate) fn mean_doubt(lines: &[Line]) -> f64 {
    lines.iter().map(|line| line.doubt).sum::<f64>() / lines.len().max(1) as f64
}

/// Estimates over replications the number that `pick` selects from each line.
fn over(lines: &[Line], pick: impl Fn(&Line) -> f64, confidence: f64) -> Estimate {
    let values: Vec<f64> = lines.iter().map(pick).collect();
    Estimate::from_samples(&values, confidence)
}

/// The line with its interval: the pooled one, or the mean of the replications' own lines, widened
/// by the systematic error that is common to them and does not show in their spread.
pub(crate) fn estimate(lines: &[Line]) -> Estimate {
    if let Some(pooled) = lines.first().and_then(|line| line.pooled.as_ref()) {
        return pooled.rps;
    }
    let mut rps = over(lines, |line| line.load, crate::stats::CONFIDENCE);
    let doubt = mean_doubt(lines);
    rps.low = (rps.low - doubt).max(0.0);
    rps.high += doubt;
    rps
}

/// The line with its interval, capped at the capacity that follows from the spec: no load above
/// that can be sustained, however favourable the windows were.
pub(crate) fn bounded(case: &Case<'_>, lines: &[Line]) -> Estimate {
    let mut rps = estimate(lines);
    let Some(lowest) = case.ceilings.lowest() else { return rps };
    // Where no request was seen to fail, none relieves the station of work.
    let seen = lines.iter().flat_map(|line| [&line.carried, &line.failed]).flatten();
    let fails = seen.map(|seen| seen.failed).fold(0.0, f64::max) > 0.0;
    let lost = if fails { lost(&case.study().targets) } else { 0.0 };
    let most = lowest.load / (1.0 - lost).max(0.01);
    (rps.mean, rps.low, rps.high) = (rps.mean.min(most), rps.low.min(most), rps.high.min(most));
    rps
}

/// Share of the offered load that may be lost while every target is met: the error rate allowed, or
/// the share beyond the percentile.
fn lost(targets: &[Target]) -> f64 {
    let errors = targets.iter().find(|target| target.metric == Metric::ErrorRate);
    let room = |target: &Target| target.metric.tail().unwrap_or(0.0);
    errors.map_or_else(
        || targets.iter().map(room).fold(f64::INFINITY, f64::min).min(0.5),
        |errors| errors.limit,
    )
}

/// Mean of the lines.
pub(crate) fn mean_load(lines: &[Line]) -> f64 {
    over(lines, |line| line.load, crate::stats::CONFIDENCE).mean
}

/// Builds the answer from the lines of all replications. `replications` is the number used for
/// relief; with 0 the bottleneck is not identified.
pub(crate) fn answer(case: &Case<'_>, lines: &[Line], replications: u32) -> Saturation {
    let confidence = crate::stats::CONFIDENCE;
    let rps = bounded(case, lines);
    let per_load = |pick: fn(&Outcome) -> f64| {
        move |line: &Line| {
            line.carried.as_ref().map_or(0.0, |seen| pick(seen) * line.load / seen.load.max(1e-12))
        }
    };
    let load = case.study().load;
    let mau = load.mau.filter(|_| load.rps > 0.0).map(|mau| {
        let factor = mau / load.rps;
        Estimate::interval(rps.mean * factor, rps.low * factor, rps.high * factor, rps.n)
    });
    let beyond_search = lines.iter().all(|line| line.failed.is_none());
    let nothing = !lines.is_empty() && lines.iter().all(|line| line.load <= 0.0);
    let mut found = Saturation {
        rps,
        events_per_s: over(lines, per_load(|seen| seen.events_per_s), confidence),
        orders_per_s: over(lines, per_load(|seen| seen.orders_per_s), confidence),
        mau,
        resource: None,
        ties: Vec::new(),
        agreement: 0.0,
        cause: Cause::NotRelieved,
        unsettled: lines.iter().any(|line| line.pooled.as_ref().is_some_and(|one| one.short)),
        binding_target: binding_target(case.study(), lines),
        relief: Vec::new(),
        beyond_search,
    };
    if beyond_search {
        found.cause = Cause::NotReached { rps: rps.mean };
        found.agreement = 1.0;
    } else if nothing {
        found.cause = carries_nothing(case, lines, found.binding_target);
        found.agreement = 1.0;
    } else if replications > 0 {
        relieve(case, lines, replications, &mut found);
    }
    found
}

/// Returns the reason why no load is carried.
fn carries_nothing(case: &Case<'_>, lines: &[Line], binding: Option<Metric>) -> Cause {
    let Some(target) = binding else {
        return Cause::NothingEnds { within_s: case.window.measure.secs() };
    };
    let failed = lines.iter().filter_map(|line| Some(line.failed.as_ref()?.load));
    Cause::MissedAtOnce { target, rps: failed.fold(f64::INFINITY, f64::min) }
}

fn binding_target(study: &Study, lines: &[Line]) -> Option<Metric> {
    if let Some(pooled) = lines.first().and_then(|line| line.pooled.as_ref()) {
        return pooled.binding;
    }
    let missed: Vec<Metric> =
        lines.iter().filter_map(|line| line.failed.as_ref()?.missed(&study.targets)).collect();
    let count = |metric: &Metric| missed.iter().filter(|other| *other == metric).count();
    missed.iter().copied().max_by_key(count)
}

/// Returns the possible bottlenecks, most suspect first: stations that are busy or made work wait
/// in the runs that failed. Bookkeeping stations are excluded.
fn candidates(spec: &Spec, all: &[Station], failed: &[&Outcome]) -> Vec<usize> {
    let mean = |pick: &dyn Fn(&Outcome) -> f64| {
        failed.iter().map(|outcome| pick(outcome)).sum::<f64>() / failed.len().max(1) as f64
    };
    let mut suspects: Vec<(f64, usize)> = (0..all.len())
        .filter(|station| !aside(spec, &all[*station]))
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
    suspects.into_iter().map(|(_, station)| station).collect()
}

fn relieve(case: &Case<'_>, lines: &[Line], replications: u32, found: &mut Saturation) {
    let all = stations(case.spec);
    let failed: Vec<&Outcome> = lines.iter().filter_map(|line| line.failed.as_ref()).collect();
    let suspects = candidates(case.spec, &all, &failed);
    // For other mixes and calibrations a name suffices: fewer suspects, the first that suffices,
    // and less effort on ties.
    let beside = replications <= 2;
    let rounds = if beside { 3 } else { BEYOND.len() };
    let single = if beside { CANDIDATES_BESIDE } else { CANDIDATES };
    let replications = replications.min(lines.len() as u32).max(1);
    let tried = Tried { case, all: &all, lines, replications };
    let nearest = nearest(lines);
    let further = BEYOND.iter().copied().filter(|factor| *factor > nearest);
    let mut left: Vec<usize> = suspects.iter().copied().take(single).collect();
    let mut agreement = 0.0;
    for (round, factor) in std::iter::once(nearest).chain(further).take(rounds).enumerate() {
        let alone: Vec<Vec<usize>> = left.iter().map(|station| vec![*station]).collect();
        let mut still = Vec::new();
        let shares = if beside && round == 0 {
            tried.first(&alone, factor, tried.most())
        } else {
            tried.shares(&alone, factor, tried.most())
        };
        for (&station, share) in left.iter().zip(shares) {
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
        // No single relief suffices in every replication: several resources may have the same
        // limit.
        if round == 0
            && best < 1.0
            && let Some((which, share)) = together(&tried, &suspects, best, factor)
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
        left = most_suspect(case.spec, &suspects, found.rps.mean).into_iter().collect();
    }
    let Some(&station) = left.first() else {
        found.cause = Cause::WorkAlone;
        return;
    };
    found.resource = Some(all[station].name.clone());
    found.agreement = agreement;
    let relief = if alone { ReliefEffect::Enough } else { ReliefEffect::None };
    found.cause = cause(case.spec, &all[station], station, &failed, relief);
    found.ties = left[1..].iter().map(|tie| all[*tie].name.clone()).collect();
}

/// Returns the station to blame where not even the relief of all suffices: one that is full by the
/// spec, else the first suspect.
fn most_suspect(spec: &Spec, suspects: &[usize], rps: f64) -> Option<usize> {
    let full = theory::overloaded(spec, rps * BEYOND[0]);
    suspects.iter().find(|at| full.contains(at)).or(suspects.first()).copied()
}

/// Returns the first load at which relief is tried, as a factor of the line: as far beyond the
/// failed runs as those lie beyond the line, so that neither the tolerance of the drift test nor
/// chance carries a load that relief does not.
fn nearest(lines: &[Line]) -> f64 {
    let load = mean_load(lines);
    let beyond = |line: &Line| {
        let failed = line.failed.as_ref()?.load;
        let own = if line.pooled.is_some() { load } else { line.load };
        (own > 0.0).then(|| (failed / own).powi(2))
    };
    let factors: Vec<f64> = lines.iter().filter_map(beyond).collect();
    let mean = factors.iter().sum::<f64>() / factors.len().max(1) as f64;
    mean.clamp(BEYOND[0], FURTHEST)
}

/// Finds the resources that must be relieved together for the load to be carried in more
/// replications than with any single relief, which carries a share `alone`. Returns them most
/// suspect first, with the share that they carry; `None` where the relief of all is no better.
fn together(
    tried: &Tried<'_>,
    suspects: &[usize],
    alone: f64,
    factor: f64,
) -> Option<(Vec<usize>, f64)> {
    let share_of = |which: &[usize], least| tried.shares(&[which.to_vec()], factor, least)[0];
    let share = share_of(suspects, tried.most());
    if suspects.len() < 2 || share <= alone.max(0.5) {
        return None;
    }
    let least = (share * f64::from(tried.replications)).round() as u32;
    // The shortest sufficient prefix of the suspects; everything that its last member needs is in
    // it.
    let (mut few, mut count) = (1, suspects.len());
    while few + 1 < count {
        let middle = few.midpoint(count);
        if share_of(&suspects[..middle], least) >= share {
            count = middle;
        } else {
            few = middle;
        }
    }
    let mut needed = suspects[..count].to_vec();
    for place in (0..count - 1).rev() {
        let mut without = needed.clone();
        without.remove(place);
        if without.len() > 1 && share_of(&without, least) >= share {
            needed = without;
        }
    }
    Some((needed, share))
}

/// Builds the answer where several resources have the same limit.
fn limit_together(
    found: &mut Saturation,
    spec: &Spec,
    all: &[Station],
    which: &[usize],
    share: f64,
    failed: &[&Outcome],
) {
    let [first, others @ ..] = which else { return };
    found.resource = Some(all[*first].name.clone());
    found.ties = others.iter().map(|tie| all[*tie].name.clone()).collect();
    found.agreement = share;
    found.cause = cause(spec, &all[*first], *first, failed, ReliefEffect::WithTies);
}

/// Setting of the relief tests.
struct Tried<'a> {
    case: &'a Case<'a>,
    all: &'a [Station],
    lines: &'a [Line],
    replications: u32,
}

impl Tried<'_> {
    /// Smallest number of replications that forms a majority.
    fn most(&self) -> u32 {
        self.replications / 2 + 1
    }

    /// Share of replications that carry `factor` times their line, for each of these sets of
    /// stations relieved at once. Where fewer than `least` can still succeed, the test ends early
    /// with the share of those tried.
    fn shares(&self, sets: &[Vec<usize>], factor: f64, least: u32) -> Vec<f64> {
        sets.par_iter().map(|set| self.share(set, factor, least)).collect()
    }

    /// Tests the sets one after the other, up to the first whose relief suffices in all
    /// replications.
    fn first(&self, sets: &[Vec<usize>], factor: f64, least: u32) -> Vec<f64> {
        let mut shares = Vec::new();
        for set in sets {
            let share = self.share(set, factor, least);
            shares.push(share);
            if share >= 1.0 {
                break;
            }
        }
        shares
    }

    /// Whether the utilisation law rules out that a load is carried with these stations relieved:
    /// the offered load of another one exceeds its capacity, and the overflow would show as errors.
    fn lost(&self, set: &[usize], load: f64) -> bool {
        let errors = |target: &Target| {
            target.metric == Metric::ErrorRate && target.limit < theory::CLEARLY - 1.0
        };
        self.case.study().targets.iter().any(errors)
            && theory::overloaded(self.case.spec, load).iter().any(|full| !set.contains(full))
    }

    fn share(&self, set: &[usize], factor: f64, least: u32) -> f64 {
        let mean = mean_load(self.lines);
        let loads = self.lines.iter().take(self.replications as usize).map(|line| {
            let failed = line.failed.as_ref().map_or(0.0, |seen| seen.load);
            let own = if line.pooled.is_some() { mean } else { line.load };
            (own * factor).max(failed)
        });
        let loads: Vec<f64> = loads.collect();
        let lowest = loads.iter().copied().fold(f64::INFINITY, f64::min);
        if self.lost(set, lowest) {
            return 0.0;
        }
        let relieved =
            |spec: Spec, station: &usize| spec.relieved(self.all[*station].resource, RELIEF);
        let spec = set.iter().fold(self.case.spec.clone(), relieved);
        let pooled = self.lines.first().and_then(|line| line.pooled.as_ref());
        let window = pooled.map_or(self.case.window, |pooled| pooled.window);
        let (mut tried, mut carried) = (0, 0);
        for (number, load) in (0..).zip(loads) {
            let runs = self.case.runs;
            let seen = runs.steady(Part::Relief, &spec, window, load, number);
            tried += 1;
            carried += u32::from(self.case.carries(&seen));
            // A queue that retained so much of the load would have retained some in any
            // replication.
            let hopeless = seen.drifting.iter().any(|at| seen.kept[*at] > KEPT_CLEARLY);
            if carried + self.replications - tried < least || (carried == 0 && hopeless) {
                break;
            }
        }
        f64::from(carried) / f64::from(tried.max(1))
    }
}

/// Describes how the station limits, from the runs that failed.
fn cause(
    spec: &Spec,
    station: &Station,
    index: usize,
    failed: &[&Outcome],
    relief: ReliefEffect,
) -> Cause {
    let n = failed.len().max(1) as f64;
    let mean = |pick: &dyn Fn(&Outcome) -> f64| {
        failed.iter().map(|outcome| pick(outcome)).sum::<f64>() / n
    };
    let busy = mean(&|outcome| outcome.busy[index]);
    let waiting = mean(&|outcome| outcome.waiting[index]);
    let of = station.capacity;
    let mechanism = match station.resource {
        Resource::Cpu(service) => {
            let service = &spec.services[service as usize];
            Mechanism::Cores { busy, of, pods: service.pods, each: service.cores }
        }
        Resource::Threads(_) => Mechanism::Threads { busy, of, waiting },
        Resource::Pool(service, pool) => {
            let service = &spec.services[service as usize];
            let each = service.pools[pool as usize].maximum;
            Mechanism::Pool { busy, of, pods: service.pods, each, waiting }
        }
        Resource::DatabaseCpu(_) => Mechanism::DatabaseCores { busy, of },
        Resource::DatabaseIo(database) => {
            let of = spec.databases[database as usize].iops.unwrap_or(0.0);
            Mechanism::Storage { per_s: of * busy, of, busy, waiting }
        }
        Resource::DatabaseConnections(_) => Mechanism::ConnectionLimit {
            open: busy,
            of: Some(of).filter(|of| of.is_finite()),
            refused: failed.iter().map(|outcome| outcome.connections_refused).sum(),
        },
        Resource::Cache(_) => Mechanism::Commands { busy: busy / of, waiting },
        Resource::Listener(id) => {
            let listener = &spec.listeners[id as usize];
            Mechanism::Consumers {
                threads: spec.services[listener.service as usize].pods * listener.concurrency,
                partitions: spec.topics[listener.topic as usize].partitions,
                active: active_threads(spec, id),
                busy,
                lag: waiting,
            }
        }
        Resource::Node(node) => {
            let places = spec.cluster.iter().flat_map(|cluster| cluster.places.iter().flatten());
            let pods = places.filter(|place| **place == node).count() as u32;
            Mechanism::Node { busy, of, pods }
        }
        Resource::Lock(_) => Mechanism::Lock { held: busy / of, waiting },
        Resource::Proxy(mesh, _) => {
            let limits = spec.meshes[mesh as usize].limits;
            let each = limits.map_or(0, |limits| limits.connections);
            Mechanism::Proxies { busy, of, each, waiting }
        }
    };
    Cause::Station { mechanism, rps: mean(&|outcome| outcome.load), relief }
}

/// Whether a study has a line to search for: an open load, or records.
pub(crate) fn searchable(spec: &Spec, search: Search) -> bool {
    base_load(spec) > 0.0 && search.highest_rps > 0.0
}
