//! The line of one replication: the largest load that its own random draws carry.
//!
//! Most lines are found from all replications together (`pooled`). Where that is not so, because the curve
//! jumps or a queue grows at a station whose capacity the description does not tell, each replication's own
//! is bracketed: the same users come sooner at a higher load, so that it can be bisected like a number.
//! Where targets decide, that is done to the resolution asked for. Where only a queue drifts, one run
//! beyond the line says nearly as much as a bracket: the line is estimated from what passed, and runs
//! nearer to that estimate tell how far to trust it.
//!
//! Within its bracket the line is estimated from what was seen at the ends (see `place`), so that neither
//! the bracket nor the tolerance of the test for drift shifts it.

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

/// A share of where the search began that it goes down to before it says that nothing is carried.
const LOWEST: f64 = 1e-4;
/// Share of an extrapolated distance that it may be wrong by: the law of a station in overload is exact
/// in the long run, but sessions that wait ask less, and a window is not the long run. A judgement.
const EXTRAPOLATED: f64 = 0.125;
/// Most runs spent on coming nearer to a line that lies far below the loads seen.
const NEARER: usize = 3;
/// Busy share up to which a processor counts as having kept up with its work.
const KEPT_UP: f64 = 0.97;
/// Share of the line below it that a run may lie and still stand for it.
const NEAR: f64 = 0.08;
/// Share of the utilisation bound at which a search begins that knows nothing else, and its first step.
const FIRST: (f64, f64) = (0.85, 0.2);
/// Width that will do, as a share of its upper end, for a bracket from the line expected to a run in which
/// only a queue drifts.
const BROAD: f64 = 0.25;
/// Share of the load expected below which what a queue passed is not believed without a look there: a
/// queue may pass less, the more is asked of it.
const BELIEVED: f64 = 0.9;

/// A load beyond a ceiling at which its station must be seen to fill, as a factor, and the requests of that
/// run: with fewer the queue would not stand out from what chance brings.
const FILLS: (f64, f64) = (1.2, 8_000.0);
/// Share of a ceiling at which the search for a line begins that knows no more.
const BELOW_FULL: f64 = 0.9;
/// Fewest requests of a run, whatever its window, and its longest window for that \[s\].
const FEWEST: (f64, f64) = (20.0, 1e7);

/// Where a search begins.
#[derive(Clone, Copy, Debug)]
struct Start {
    load: f64,
    /// First step from there, as a share, and how many are that long; then each is twice the last.
    step: (f64, u32),
    /// About where the line may lie.
    expected: Option<f64>,
    /// Width of a bracket, as a share of its upper end, that will do where only a queue drifts.
    drifting: f64,
}

/// What a search needs.
pub(crate) struct Case<'a> {
    pub(crate) runs: &'a Runs<'a>,
    pub(crate) spec: &'a Spec,
    pub(crate) window: Window,
    /// What the search is for.
    pub(crate) part: Part,
    /// What its stations can pass at most.
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

    /// Whether every target is met and nothing drifts. Where users ask and none has an answer or an error,
    /// nothing shows that they would be served.
    pub(crate) fn carries(&self, outcome: &Outcome) -> bool {
        let unseen = self.spec.load.open.is_some() && outcome.ended <= 0.0;
        !unseen && outcome.missed(&self.study().targets).is_none()
    }

    /// The lines of replications from 0 on; `hint` says about where, if anything does.
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

    /// Further replications of these lines, up to so many.
    pub(crate) fn further(&self, lines: &mut Vec<Line>, count: u32) {
        let Some(first) = lines.first() else { return };
        let start = self.start_beside(first);
        let more = |number| match (&first.pooled, &first.failed) {
            (Some(pooled), _) => self.beside(pooled, number),
            // A load so low that nothing else need be looked at, where it fails as well.
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

    /// The load that fills the station with the lowest ceiling, if that can be reached and the station is
    /// seen to fill beyond it; its queue then decides what the highest load is that can last.
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

    /// Upper bound of the line by the utilisation law: at a low load each station's busy share per request
    /// is measured; none that may draw the line can exceed its capacity.
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

    /// Where to begin with nothing but a bound.
    fn start_below(&self, bound: f64) -> Start {
        let (share, step) = FIRST;
        let drifting = 2.0 * self.study().search.resolution;
        Start { load: bound * share, step: (step, 1), expected: None, drifting }
    }

    /// Where to begin in another replication of the case that this is a line of: at a load that fails, so
    /// that a queue that drifts needs no more, or just below it, so that a step makes the bracket.
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

    /// The line of replication `number`.
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
            // A run that meets all targets shows that lower loads meet them: no bracket is needed then.
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

    /// What the queues that drift passed of a load that failed; 0 where only processors drift.
    fn passed(&self, failed: &Outcome) -> f64 {
        let all = stations(self.spec);
        let queues = failed.drifting.iter().filter(|station| !is_processor(&all[**station]));
        let least = queues.map(|station| passes(failed, *station)).fold(f64::INFINITY, f64::min);
        if least.is_finite() { least } else { 0.0 }
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

    /// The load that a station with a queue can pass, with its doubt: nearer runs where all that were seen
    /// lie far from what it passed, each halfway to what was not passed whole. Just above the estimate
    /// would be nearer, but there a queue may stay by chance.
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
        // Below what another run passed, a run says how noisy both are.
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
        // The nearest run leaves a bracket too, and the larger of several noisy estimates leans upwards.
        let bracket = resolution * line / 4.0;
        (line, bracket + (over - line).max(0.0) * EXTRAPOLATED)
    }

    /// The load at which a processor is wholly busy, with its doubt: by the utilisation law from the
    /// highest load at which it kept up with its work.
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

    /// Stations of the nodes on which the pods of a processor are.
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

    /// The run at the highest load up to the line; run now where none lies near it.
    fn near(&self, line: f64, carried: Vec<Outcome>, number: u32) -> Option<Outcome> {
        let mut below = carried.into_iter().rev().filter(|seen| seen.load <= line);
        let near = |seen: &Outcome| seen.load >= line * (1.0 - NEAR);
        below.next().filter(near).or_else(|| {
            let load = line * (1.0 - self.study().search.resolution);
            Some(self.run(load, number))
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

/// Whether a station's utilisation bounds the line: waiting for a connection limit, a queue's storage or
/// a share of threads does, a listener's mean over threads does not when partitions are uneven; what is
/// only bookkeeping draws no line.
fn limits(spec: &Spec, station: &Station) -> bool {
    !matches!(station.resource, Resource::DatabaseConnections(_)) && !aside(spec, station)
}
