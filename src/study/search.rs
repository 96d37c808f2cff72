//! Line of one replication: the largest load that its own random draws carry.
//!
//! Most lines are found from all replications together (`pooled`). Otherwise, because the curve
//! jumps or a queue grows at a station whose capacity does not follow from the spec, the line of
//! each replication is bracketed: at a higher load the same users arrive sooner, so that it can be
//! bisected like a number. Where targets decide, that is done to the requested resolution. Where
//! only a queue drifts, one run beyond the line is nearly as informative as a bracket: the line is
//! estimated from the throughput, and runs nearer to that estimate show how far to trust it.
//!
//! Within its bracket the line is interpolated from the outcomes at the ends (see `place`), so that
//! neither the bracket nor the tolerance of the drift test biases it.

use rayon::prelude::*;

use super::capacity::Ceilings;
use super::line::{Line, Scale};
use super::metric::Metric;
use super::replicate::{Outcome, aside, base_load};
use super::runs::{Part, Runs};
use super::setup::{Study, Window};
use crate::model::spec::{Resource, Spec};
use crate::model::stations::{Station, stations};
use crate::units::Span;

/// Share of the starting load down to which the search goes before it reports that nothing is
/// carried.
const LOWEST: f64 = 1e-4;
/// Systematic error of an extrapolation, as a share of its distance: the law of a station in
/// overload is exact in the long run, but sessions that wait issue fewer requests, and a window is
/// not the long run. A judgement.
const EXTRAPOLATED: f64 = 0.125;
/// Maximum number of runs spent on approaching a line that lies far below the loads tried.
const NEARER: usize = 3;
/// Utilisation up to which a processor counts as keeping up with its work.
const KEPT_UP: f64 = 0.97;
/// Distance below the line, as a share, within which a run may represent it.
const NEAR: f64 = 0.08;
/// Share of the utilisation bound at which a search without further hints begins, and its first
/// step.
const FIRST: (f64, f64) = (0.85, 0.2);
/// Sufficient width, as a share of its upper end, of a bracket from the expected line to a run in
/// which only a queue drifts.
const BROAD: f64 = 0.25;
/// Share of the expected load below which the throughput of a queue is not trusted without a run
/// there: the throughput may decrease with the offered load.
const BELIEVED: f64 = 0.9;

/// Load beyond a capacity limit at which its station must be seen to fill, as a factor, and the
/// requests of that run: with fewer the growth of the queue would not stand out from noise.
const FILLS: (f64, f64) = (1.2, 8_000.0);
/// Share of a capacity limit at which a line search without further hints begins.
const BELOW_FULL: f64 = 0.9;
/// Minimum number of requests of a run, whatever its window, and the maximum window for that \[s\].
const FEWEST: (f64, f64) = (20.0, 1e7);

/// Starting point of a search.
#[derive(Clone, Copy, Debug)]
struct Start {
    load: f64,
    /// First step from there, as a share, and the number of steps of that length; afterwards each
    /// is twice the last.
    step: (f64, u32),
    /// Approximate position of the line.
    expected: Option<f64>,
    /// Sufficient width of a bracket, as a share of its upper end, where only a queue drifts.
    drifting: f64,
}

/// Inputs of a search.
pub(crate) struct Case<'a> {
    pub(crate) runs: &'a Runs<'a>,
    pub(crate) spec: &'a Spec,
    pub(crate) window: Window,
    /// Part of the study that the search belongs to.
    pub(crate) part: Part,
    /// Throughput limits of its stations.
    pub(crate) ceilings: Ceilings,
}

impl<'a> Case<'a> {
    pub(crate) fn new(runs: &'a Runs<'a>, spec: &'a Spec, window: Window, part: Part) -> Case<'a> {
        Case { runs, spec, window, part, ceilings: Ceilings::of(spec) }
    }

    pub(crate) fn study(&self) -> &'a Study {
        self.runs.study
    }

    fn run(&self, load: f64, number: u32) -> Outcome {
        // A window without requests shows nothing.
        let (fewest, longest) = FEWEST;
        let least = Span::from_secs((fewest / load.max(f64::MIN_POSITIVE)).min(longest));
        let window = Window { measure: self.window.measure.max(least), ..self.window };
        self.runs.steady(self.part, self.spec, window, load, number)
    }

    /// Whether every target is met and nothing drifts. Where there are requests but neither an
    /// answer nor an error, nothing shows that they would be served.
    pub(crate) fn carries(&self, outcome: &Outcome) -> bool {
        let unseen = self.spec.load.open.is_some() && outcome.ended <= 0.0;
        !unseen && outcome.missed(&self.study().targets).is_none()
    }

    /// Finds the lines of replications from 0 on; `hint` is their approximate position, where
    /// known.
    pub(crate) fn lines(&self, count: u32, hint: Option<f64>) -> Vec<Line> {
        let highest = self.study().search.highest_rps;
        if let Some(full) = self.fills() {
            let begin = hint.unwrap_or(f64::INFINITY).clamp(full * 0.05, full * BELOW_FULL);
            let found = self.pooled(count, Scale { full: Some(full) }, begin, highest);
            if let Some(lines) = found {
                return lines;
            }
        }
        let start = self.start_below(self.bound());
        let start = hint.map_or(start, |load| Start { load: load.min(highest), ..start });
        let first = self.line(0, start);
        let missed = first.failed.as_ref().is_some_and(|failed| !self.only_drifts(failed));
        if missed && first.load > 0.0 {
            let found = self.pooled(count, Scale { full: None }, first.load, highest);
            if let Some(lines) = found {
                return lines;
            }
        }
        let mut lines = vec![first];
        self.further(&mut lines, count);
        lines
    }

    /// Adds further replications to these lines, up to `count`.
    pub(crate) fn further(&self, lines: &mut Vec<Line>, count: u32) {
        let Some(first) = lines.first() else { return };
        let start = self.start_beside(first);
        let more = |number| match (&first.pooled, &first.failed) {
            (Some(pooled), _) => self.beside(pooled, number),
            // A load so low that no other need be tried fails as well.
            (None, Some(failed)) if first.load <= 0.0 => {
                let seen = self.run(failed.load, number);
                if self.carries(&seen) {
                    self.line(number, start)
                } else {
                    Line { failed: Some(seen), ..Line::default() }
                }
            }
            _ => self.line(number, start),
        };
        let more: Vec<Line> = (lines.len() as u32..count).into_par_iter().map(more).collect();
        lines.extend(more);
        self.settle(lines);
    }

    /// Returns the load that fills the station with the lowest limit, if that is attainable and the
    /// station is seen to fill beyond it; its queue then determines the largest sustainable load.
    fn fills(&self) -> Option<f64> {
        let lowest = self.ceilings.lowest().filter(|lowest| lowest.reached)?;
        let (beyond, requests) = FILLS;
        let load = lowest.load * beyond;
        let longest = FEWEST.1 * 10.0;
        let measure = Span::from_secs((requests / load).min(longest));
        let window = Window { warm_up: Span::ZERO, measure, ..self.window };
        let seen = self.runs.steady(self.part, self.spec, window, load, 0);
        (!seen.drifting.is_empty()).then_some(lowest.load)
    }

    /// Upper bound of the line by the utilisation law: each station's utilisation per request is
    /// measured at a low load; no station that may set the line can exceed its capacity.
    pub(crate) fn bound(&self) -> f64 {
        let search = self.study().search;
        if let Some(lowest) = self.ceilings.lowest() {
            return lowest.load.min(search.highest_rps);
        }
        let base = base_load(self.spec);
        let probe = (base * 0.05).clamp(1e-9, search.highest_rps);
        let outcome = self.run(probe, 0);
        stations(self.spec)
            .iter()
            .zip(&outcome.busy)
            .filter(|(station, busy)| {
                station.capacity.is_finite() && **busy > 0.0 && limits(self.spec, station)
            })
            .map(|(station, busy)| probe * station.capacity / busy)
            .fold(search.highest_rps, f64::min)
    }

    /// Returns where to begin with only a bound.
    fn start_below(&self, bound: f64) -> Start {
        let (share, step) = FIRST;
        let drifting = 2.0 * self.study().search.resolution;
        Start { load: bound * share, step: (step, 1), expected: None, drifting }
    }

    /// Returns where to begin in a further replication of a case with this line: at a load that
    /// fails, so that a queue that drifts needs no more, or just below it, so that one step
    /// completes the bracket.
    fn start_beside(&self, first: &Line) -> Start {
        let resolution = self.study().search.resolution;
        let known = Start {
            load: first.load.max(1e-6),
            step: (2.0 * resolution, 1),
            expected: Some(first.load).filter(|load| *load > 0.0),
            drifting: BROAD,
        };
        let Some(failed) = first.failed.as_ref().filter(|_| first.load > 0.0) else { return known };
        if self.only_drifts(failed) {
            return Start { load: failed.load, ..known };
        }
        Start { load: failed.load * (1.0 - resolution), step: (resolution, 2), ..known }
    }

    fn only_drifts(&self, failed: &Outcome) -> bool {
        failed.missed(&self.study().targets) == Some(Metric::Drift)
    }

    /// Finds the line of replication `number`.
    fn line(&self, number: u32, start: Start) -> Line {
        let search = self.study().search;
        let mut line = Line::default();
        let mut carried: Vec<Outcome> = Vec::new();
        let (mut low, mut high) = (0.0, f64::INFINITY);
        let (mut next, (mut step, mut alike)) = (start.load.min(search.highest_rps), start.step);
        loop {
            let outcome = self.run(next, number);
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
                if next < start.load * LOWEST {
                    return line;
                }
            }
            let drifts = line.failed.as_ref().filter(|failed| self.only_drifts(failed));
            // A run that meets all targets shows that lower loads meet them too: no bracket is
            // needed then.
            let (from, width) = match drifts {
                Some(_) => (low.max(start.expected.unwrap_or(0.0)), start.drifting),
                None => (low, search.resolution),
            };
            if high.is_finite() && from > 0.0 && high - from <= width * high {
                break;
            }
            next = if low > 0.0 && high.is_finite() {
                (low * high).sqrt()
            } else if low > 0.0 {
                next * (1.0 + step)
            } else {
                let below = drifts.map_or(0.0, |failed| self.passed(failed));
                let below = below * (1.0 - search.resolution);
                if below < next { below.max(next * (1.0 - step)) } else { next * (1.0 - step) }
            };
            next = next.min(search.highest_rps);
            alike = alike.saturating_sub(1);
            if alike == 0 {
                step = (step * 2.0).min(0.6);
            }
        }
        self.place(&mut line, carried, start.expected, number);
        line
    }

    /// Throughput of the drifting queues at a load that failed; 0 where only processors drift.
    fn passed(&self, failed: &Outcome) -> f64 {
        let all = stations(self.spec);
        let queues = failed.drifting.iter().filter(|station| !is_processor(&all[**station]));
        let least = queues.map(|station| passes(failed, *station)).fold(f64::INFINITY, f64::min);
        if least.is_finite() { least } else { 0.0 }
    }

    /// Estimates the line from the failed run and the carried ones, in ascending order of load.
    ///
    /// A missed target: the line is where its metric crosses the limit, between the highest load
    /// carried and the one that failed, by logarithmic interpolation. The systematic error is a
    /// quarter of the bracket, the mean distance of a uniform point in it from its middle.
    ///
    /// A drifting queue: it is never empty, so that its station runs at capacity, and the line is
    /// the load of the failed run minus the share retained. Capacity may fall with the load, down
    /// to nothing under deadlock, so runs nearer to the line are used as well (see `approached`). A
    /// shared processor completes jobs by size, small ones first; there the utilisation law is
    /// applied to a run in which it kept up. The systematic error is a share of the distance to the
    /// run used. The tolerance of the drift test does not enter; the line may well lie below a load
    /// that was carried within that tolerance.
    fn place(
        &self,
        line: &mut Line,
        mut carried: Vec<Outcome>,
        expected: Option<f64>,
        number: u32,
    ) {
        let Some(failed) = &line.failed else { return };
        let crossings = self.study().targets.iter().filter_map(|target| {
            let low = carried.last()?;
            let (below, above) = (low.metric(target), failed.metric(target));
            let share = crossing(below, above, target.limit)?;
            Some((low.load * (failed.load / low.load).powf(share), (failed.load - low.load) / 4.0))
        });
        let mut limits: Vec<(f64, f64)> = crossings.collect();
        let highest = carried.last().map_or(0.0, |low| low.load);
        let all = stations(self.spec);
        let (processors, queues): (Vec<usize>, Vec<usize>) =
            failed.drifting.iter().partition(|station| is_processor(&all[**station]));
        let top = failed.load;
        let first = |station: &usize| {
            let low = carried.last().map_or(0.0, |low| passes(low, *station));
            passes(failed, *station).max(low)
        };
        if let Some(station) = queues.into_iter().min_by(|a, b| first(a).total_cmp(&first(b))) {
            limits.push(self.approached(&mut carried, station, failed, expected, number));
        }
        for station in processors {
            let found = self.kept_up(&mut carried, station, expected, number);
            limits.extend(found.map(|(load, doubt)| (load.min(top), doubt)));
        }
        let found = limits.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
        (line.load, line.doubt) = found.unwrap_or((highest, 0.0));
        line.carried = self.near(line.load, carried, number);
    }

    /// Estimates the load that a station with a queue can pass, with its systematic error. Where
    /// all runs lie far from its throughput, nearer ones are made, each halving the distance to the
    /// load not passed in full. A run just above the estimate would be nearer, but there the queue
    /// may be retained by chance.
    fn approached(
        &self,
        carried: &mut Vec<Outcome>,
        station: usize,
        failed: &Outcome,
        expected: Option<f64>,
        number: u32,
    ) -> (f64, f64) {
        let resolution = self.study().search.resolution;
        let whole = |seen: &Outcome| passes(seen, station) >= seen.load;
        // A run below the throughput of another one measures the noise of both.
        let mut line = carried.last().map_or(0.0, |low| passes(low, station));
        line = line.max(passes(failed, station));
        let mut over =
            carried.iter().find(|seen| !whole(seen)).map_or(failed.load, |seen| seen.load);
        for _ in 0..NEARER {
            if over - line <= resolution * over {
                break;
            }
            let halfway = f64::midpoint(line, over);
            let next = match expected {
                Some(expected) if line < expected * BELIEVED => expected * (1.0 - resolution),
                _ => halfway,
            };
            let seen = self.run(next.min(over), number);
            if !whole(&seen) {
                over = over.min(seen.load);
            }
            line = line.max(passes(&seen, station));
            let place = carried.partition_point(|other| other.load < seen.load);
            carried.insert(place, seen);
        }
        // The nearest run leaves a bracket too, and the maximum of several noisy estimates is
        // biased upwards.
        let bracket = resolution * line / 4.0;
        (line, bracket + (over - line).max(0.0) * EXTRAPOLATED)
    }

    /// Estimates the load at which a processor is fully utilised, with its systematic error: by the
    /// utilisation law from the highest load at which it kept up with its work.
    fn kept_up(
        &self,
        carried: &mut Vec<Outcome>,
        station: usize,
        expected: Option<f64>,
        number: u32,
    ) -> Option<(f64, f64)> {
        let all = stations(self.spec);
        // A pod's processor is full when its limit is reached, or when its node is full.
        let shared = self.shares(&all[station]);
        let limit = |seen: &Outcome| {
            let busy = |place: &usize| seen.busy[*place] / all[*place].capacity;
            let busy = [station].iter().chain(&shared).map(busy).fold(0.0, f64::max);
            (busy > 0.0 && busy < KEPT_UP).then_some((seen.load / busy, seen.load))
        };
        let found = |carried: &[Outcome]| carried.iter().rev().find_map(limit);
        for _ in 0..3 {
            let below = |load: f64| load * (1.0 - NEAR);
            let next = match found(carried) {
                Some((line, seen)) if seen >= below(line) => break,
                Some((line, _)) => line * (1.0 - NEAR * 0.75),
                None => {
                    let lowest = carried.first().map_or(f64::INFINITY, |seen| below(seen.load));
                    let guess = expected.map_or(lowest, |expected| below(expected).min(lowest));
                    Some(guess).filter(|guess| guess.is_finite())?
                }
            };
            let seen = self.run(next, number);
            let place = carried.partition_point(|other| other.load < seen.load);
            carried.insert(place, seen);
        }
        found(carried).map(|(line, seen)| (line, (line - seen) * EXTRAPOLATED))
    }

    /// Returns the stations of the nodes on which the pods of a processor run.
    fn shares(&self, station: &Station) -> Vec<usize> {
        let Resource::Cpu(service) = station.resource else { return Vec::new() };
        let Some(cluster) = self.spec.cluster.as_ref().filter(|cluster| cluster.shared) else {
            return Vec::new();
        };
        let places = &cluster.places[service as usize];
        let own = |node| places.contains(&node);
        let hosts =
            |station: &Station| matches!(station.resource, Resource::Node(node) if own(node));
        let all = stations(self.spec);
        all.iter().enumerate().filter(|(_, station)| hosts(station)).map(|(at, _)| at).collect()
    }

    /// Returns the run at the highest load up to the line; makes one if none lies near it.
    fn near(&self, line: f64, carried: Vec<Outcome>, number: u32) -> Option<Outcome> {
        let mut below = carried.into_iter().rev().filter(|seen| seen.load <= line);
        let near = |seen: &Outcome| seen.load >= line * (1.0 - NEAR);
        below.next().filter(near).or_else(|| {
            let load = line * (1.0 - self.study().search.resolution);
            Some(self.run(load, number))
        })
    }
}

/// Position between `below` and `above` at which a metric crosses `limit`, as a share; `None` where
/// it does not. Interpolation is logarithmic, since times grow like 1 / (capacity − load), unless a
/// zero forbids it.
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

/// Throughput of a station in units of the load: everything that its queue did not retain.
fn passes(seen: &Outcome, station: usize) -> f64 {
    seen.load * (1.0 - seen.kept.get(station).copied().unwrap_or(0.0))
}

/// Whether a station's utilisation bounds the line: that holds for a connection limit, a storage
/// queue or a pool of threads, but not for a listener's mean over threads when partitions are
/// uneven; bookkeeping stations never set the line.
fn limits(spec: &Spec, station: &Station) -> bool {
    !matches!(station.resource, Resource::DatabaseConnections(_)) && !aside(spec, station)
}
