//! Line set by a target, estimated from all replications together.
//!
//! The metric of a target is a smooth increasing function of the load, and the line is where it
//! crosses the limit. The root is sought with common random numbers: a few short probes locate it
//! approximately, then two long ones on both sides determine it precisely. Percentiles are pooled
//! over all replications, and the interval is by sectioning: the roots that leave out one
//! replication at a time.
//!
//! Where a queue becomes unstable beyond a load that follows from the spec, waits grow like one
//! over the gap to that load, so that the logarithm of the metric is nearly linear in the logarithm
//! of the gap. On that scale probes are placed, the root is interpolated and its error is applied,
//! which keeps the interval below that load whatever the error. No run can distinguish a load
//! within a fraction of a percent of it: it would have to last (1 − ρ)⁻² service times. Probes end
//! where they would take too many requests; from there the line is extrapolated, and its interval
//! reaches up to the saturating load.
//!
//! A run begins empty, so that a bistable system (one state in which it answers, another in which
//! it works for clients that have given up) is approached from the good state: this is the line
//! from below.

use rayon::prelude::*;

use super::gather::value;
use super::line::{Line, Pooled, Scale};
use super::metric::Metric;
use super::replicate::Outcome;
use super::result::Target;
use super::search::Case;
use super::setup::Window;
use crate::stats::CONFIDENCE;
use crate::stats::Estimate;
use crate::stats::distribution::student_t_quantile;
use crate::units::Span;

/// Maximum requests of a probe, where the scenario's window holds fewer: half a second of computing
/// for all replications of a simple system.
const MOST_REQUESTS: f64 = 150_000.0;
/// Maximum number of requests of a probe during bracketing, and the minimum where the window holds
/// as many.
const LOOKING_MOST: f64 = 20_000.0;
const LOOKING: f64 = 10_000.0;
/// Minimum requests of a probe.
const FEWEST_REQUESTS: f64 = 100.0;
/// Minimum length of a probe in relaxation times, where that is not too many requests; the length
/// during bracketing; and the length of its warm-up.
const RELAXATIONS: f64 = 10.0;
const RELAXATIONS_LOOKING: f64 = 4.0;
const RELAXATIONS_BEFORE: f64 = 3.0;
/// Maximum length of a run \[s\].
const LONGEST: f64 = 1e8;
/// Target half-width, as a share of the requested resolution.
const PRECISION: f64 = 0.75;
/// Maximum number of loads tried before the search gives up.
const ROUNDS: usize = 14;
/// Step of the metric's logarithm beyond which a bracket is treated as a discontinuity.
const JUMP: f64 = 2.5;
/// Logarithm of metric over limit below which the line lies so much nearer to saturation than any
/// probe that longer probes would not help.
const FAR: f64 = -1.0;
/// Bound on the absolute logarithm of metric over limit.
const MOST: f64 = 8.0;
/// Guard factors on the error by sectioning, downwards and upwards. They are a judgement: samples
/// that miss the long queues are biased low alike, so that the line is found too high with too
/// narrow an interval. With 1.25 on both sides 96 of 3,000 intervals of 95 % missed the line
/// (windows of 10 s), 74 of them above it, and up to 15 of the 200 of a scenario;
/// docs/validation.md counts the coverage of the current factors.
const GUARD: (f64, f64) = (1.6, 1.25);
/// Student's t factor for eight replications, used to choose run lengths.
const USUAL: f64 = 2.4;
/// Correction for short probes: the error of probes of r relaxation times is √(1 + a / r) times the
/// one from their spread over replications, at most b times, for `(a, b)`. With few relaxation
/// times the spread, too, is underestimated where the metric is biased low.
const YOUNG: (f64, f64) = (6.0, 4.0);
/// Relaxation times below which a probe counts as too short.
const SHORT: f64 = 6.0;
/// Systematic error of an extrapolation, as a share of its distance on the scale of the search.
const EXTRAPOLATED: f64 = 0.25;
/// Minimum change of the metric's logarithm along the scale for which an end of the curve is
/// trusted.
const FLAT: f64 = 0.05;
/// Change of that logarithm below which a metric counts as constant up to rounding.
const SAME: f64 = 1e-6;
/// Share of the saturating load below which a response time is that of an idle system.
const IDLE: f64 = 0.02;
/// Share of the starting load below which nothing is carried.
const LOWEST: f64 = 1e-4;
/// Factors on the line at which it is made to fail, up to the first that most replications do not
/// carry.
const BEYOND: [f64; 5] = [1.05, 1.12, 1.25, 1.4, 1.6];
/// Requests of a run made to fail, where the window holds fewer.
const BEYOND_REQUESTS: f64 = 6_000.0;
/// Share of replications that counts as most of them.
const CLEARLY: f64 = 0.8;

/// Outcomes of all replications at one load.
#[derive(Clone, Debug)]
struct Probe {
    place: f64,
    window: Window,
    seen: Vec<Outcome>,
    /// Logarithm of metric over limit, for the worst target.
    score: f64,
}

/// End of a search.
enum Ended {
    /// The root is bracketed by two loads.
    Between(Box<[Probe; 2]>),
    /// Every target is met up to the highest place.
    Met(Box<Probe>),
    /// No load is carried.
    Nothing(Box<Probe>),
    /// The curve is discontinuous.
    Jumps,
}

impl Case<'_> {
    /// Estimates the lines of replications from 0 on, all of them together; `None` where a metric
    /// jumps. `highest` is the largest load tried.
    pub(crate) fn pooled(
        &self,
        count: u32,
        scale: Scale,
        begin: f64,
        highest: f64,
    ) -> Option<Vec<Line>> {
        let top = scale.place(self.nearest(scale).min(highest));
        let begin = scale.place(begin).min(top);
        let at_end = self.nearest(scale) >= highest;
        match self.look(count, scale, begin, top) {
            Ended::Jumps => None,
            Ended::Nothing(probe) => Some(nothing(*probe)),
            Ended::Met(probe) => {
                let (_, apart) = scale.near();
                let places = [probe.place - 2.0 * apart, probe.place];
                let load = scale.load(probe.place);
                let far = probe.score < FAR && !at_end;
                let window = if far { self.short(load) } else { self.long(load, 0.0) };
                let ends = self.both(count, scale, places, window);
                if at_end && ends[1].score <= 0.0 {
                    let [_, top] = ends;
                    return Some(carried(top, highest));
                }
                Some(self.lines_of(scale, ends, Some(probe.place).filter(|_| !at_end)))
            }
            Ended::Between(ends) => {
                let ends = self.refined(count, scale, &ends, top);
                Some(self.lines_of(scale, ends, None))
            }
        }
    }

    /// Returns the highest place near saturation that a probe can resolve.
    fn nearest(&self, scale: Scale) -> f64 {
        let Some(full) = scale.full else { return f64::INFINITY };
        let finest = self.study().search.resolution / 2.0;
        let enough = |gap: f64| {
            let load = full * (1.0 - gap);
            self.ceilings.relaxation(load) * RELAXATIONS * load <= MOST_REQUESTS
        };
        let mut gap = finest.clamp(1e-4, 0.5);
        while gap < 0.3 && !enough(gap) {
            gap *= 1.1;
        }
        full * (1.0 - gap)
    }

    /// Returns a window of at least `least` seconds and `relaxations` relaxation times, limited to
    /// `most` requests.
    fn window_at(&self, load: f64, least: f64, relaxations: f64, most: f64) -> Window {
        let load = load.max(f64::MIN_POSITIVE);
        let relaxation = self.ceilings.relaxation(load);
        let lags = self.study().targets.iter().any(|target| target.metric == Metric::MaxLag);
        // The maximum lag increases with the length of the window.
        let longer = if lags { 0.0 } else { relaxations * relaxation };
        let measure = longer.min(most / load).max(least).max(FEWEST_REQUESTS / load).min(LONGEST);
        let before = (RELAXATIONS_BEFORE * relaxation).min(measure / 3.0);
        Window {
            warm_up: self.window.warm_up.max(Span::from_secs(before)),
            measure: Span::from_secs(measure),
            ..self.window
        }
    }

    /// Returns a window for bracketing the root.
    fn short(&self, load: f64) -> Window {
        let least = self.window.measure.secs().min(LOOKING / load.max(f64::MIN_POSITIVE));
        self.window_at(load, least, RELAXATIONS_LOOKING, LOOKING_MOST)
    }

    /// Returns a window for locating the root precisely, of at least `wanted` seconds unless that
    /// takes too many requests.
    fn long(&self, load: f64, wanted: f64) -> Window {
        let wanted = wanted.min(MOST_REQUESTS / load.max(f64::MIN_POSITIVE));
        let lags = self.study().targets.iter().any(|target| target.metric == Metric::MaxLag);
        let least = self.window.measure.secs().max(if lags { 0.0 } else { wanted });
        self.window_at(load, least, RELAXATIONS, MOST_REQUESTS)
    }

    fn probe(&self, count: u32, scale: Scale, place: f64, window: Window) -> Probe {
        let load = scale.load(place);
        let run = |number| self.runs.steady(self.part, self.spec, window, load, number);
        let seen: Vec<Outcome> = (0..count).into_par_iter().map(run).collect();
        let score = self.score(&seen);
        Probe { place, window, seen, score }
    }

    /// Runs both probes in parallel, so that no core idles.
    fn both(&self, count: u32, scale: Scale, places: [f64; 2], window: Window) -> [Probe; 2] {
        let probe = |place| move || self.probe(count, scale, place, window);
        let (low, high) = rayon::join(probe(places[0]), probe(places[1]));
        [low, high]
    }

    /// Logarithm of metric over limit, of the worst target.
    fn score(&self, seen: &[Outcome]) -> f64 {
        let scores = self.study().targets.iter().map(|target| score(seen, target));
        scores.fold(-MOST, f64::max)
    }

    /// Brackets the root with two loads, or finds the end of the range that can be searched.
    fn look(&self, count: u32, scale: Scale, begin: f64, top: f64) -> Ended {
        let (mut low, mut high): (Option<Probe>, Option<Probe>) = (None, None);
        let mut next = begin;
        let mut rise = scale.usual();
        let mut flat = false;
        let lowest = scale.load(begin) * LOWEST;
        let resolution = self.study().search.resolution;
        for _ in 0..ROUNDS {
            let load = scale.load(next);
            let probe = self.probe(count, scale, next, self.short(load));
            let drifts = probe.seen.iter().filter(|seen| !seen.drifting.is_empty()).count();
            if 2 * drifts > probe.seen.len() && probe.score < 0.0 {
                return Ended::Jumps;
            }
            if let Some(other) = low.as_ref().or(high.as_ref()) {
                let seen = (probe.score - other.score) / (probe.place - other.place);
                flat = (probe.score - other.score).abs() < SAME;
                let believed = seen.is_finite() && probe.score.abs().max(other.score.abs()) < MOST;
                rise = if believed { seen.max(scale.usual() / 4.0) } else { rise };
            }
            let met = probe.score <= 0.0;
            *(if met { &mut low } else { &mut high }) = Some(probe);
            next = match (&low, &high) {
                (Some(below), Some(above)) => {
                    let wide = above.place - below.place;
                    let jump = above.score - below.score;
                    let narrow = wide * scale.slope(below.place)
                        <= 0.5 * resolution * scale.load(below.place);
                    if narrow && jump > JUMP && below.score > -MOST {
                        return Ended::Jumps;
                    }
                    if narrow || (wide <= scale.near().0 && jump <= JUMP) {
                        break;
                    }
                    let share = (-below.score / jump).clamp(0.2, 0.8);
                    below.place + wide * share
                }
                (Some(below), None) => {
                    if below.place >= top {
                        break;
                    }
                    // A metric that does not move gives no hint of the distance to the root.
                    let least = if flat { 1.2 } else { 0.1 };
                    let step = (-below.score / rise * 1.15).clamp(least, 1.2);
                    (below.place + step).min(top)
                }
                (None, Some(above)) => {
                    let idle = scale.full.is_some_and(|full| load < full * IDLE);
                    if load < lowest || (idle && above.score > 0.1) {
                        break;
                    }
                    let step = (above.score / rise * 1.15).clamp(0.1, 1.2);
                    scale.place(scale.load(above.place - step).max(load / 4.0))
                }
                (None, None) => next,
            };
        }
        match (low, high) {
            (Some(low), Some(high)) => Ended::Between(Box::new([low, high])),
            (Some(low), None) if low.place >= top => Ended::Met(Box::new(low)),
            (None, Some(high))
                if scale.load(high.place) < lowest.max(scale.full.unwrap_or(0.0) * IDLE) =>
            {
                Ended::Nothing(Box::new(high))
            }
            _ => Ended::Jumps,
        }
    }

    /// Runs long probes beside the root, long enough for the requested precision where it is
    /// attainable.
    fn refined(&self, count: u32, scale: Scale, ends: &[Probe; 2], top: f64) -> [Probe; 2] {
        let (_, apart) = scale.near();
        let about = self.root(scale, ends);
        let mut place = about.place.min(top);
        let load = scale.load(place);
        let aim = PRECISION * self.study().search.resolution * load;
        // With few replications the interval is wide because of the t factor, which no run length
        // helps.
        let half = USUAL * about.error * GUARD.1 * scale.slope(place);
        let measured = ends[0].window.measure.secs().min(ends[1].window.measure.secs());
        let window = self.long(load, measured * (half / aim).powi(2));
        let mut found = self.both(count, scale, [place - apart, place + apart], window);
        let again = self.root(scale, &found).place.min(top);
        if (again - place).abs() > 2.0 * apart {
            place = again;
            let window = self.long(scale.load(place), window.measure.secs());
            found = self.both(count, scale, [place - apart, place + apart], window);
        }
        found
    }

    fn root(&self, scale: Scale, ends: &[Probe; 2]) -> Root {
        let seen: [Vec<&Outcome>; 2] =
            [ends[0].seen.iter().collect(), ends[1].seen.iter().collect()];
        self.root_of(scale, [ends[0].place, ends[1].place], &seen)
    }

    /// Finds where the curve through two loads crosses the first limit, with its error by
    /// sectioning.
    fn root_of(&self, scale: Scale, places: [f64; 2], seen: &[Vec<&Outcome>; 2]) -> Root {
        let owned: [Vec<Outcome>; 2] =
            [0, 1].map(|end: usize| seen[end].iter().map(|one| (*one).clone()).collect());
        let middle = f64::midpoint(places[0], places[1]);
        let wide = places[1] - places[0];
        let of = |target: &Target| {
            let scores = [0, 1].map(|end: usize| score(&owned[end], target));
            let rise = (scores[1] - scores[0]) / wide;
            let level = f64::midpoint(scores[0], scores[1]);
            let flat = rise < FLAT * scale.usual();
            // A limit that is just reached is met.
            let place = match (flat, level <= 0.0) {
                (false, _) => middle - level / rise,
                (true, true) => f64::INFINITY,
                (true, false) => f64::NEG_INFINITY,
            };
            (place, level, rise)
        };
        let targets = &self.study().targets;
        let found = targets.iter().map(|target| (target, of(target)));
        let limits = match scale.full {
            Some(_) => (places[0] - 3.0, f64::INFINITY),
            None => (places[0] - 0.5, places[1] + 0.5),
        };
        let Some((target, (place, level, rise))) = found.min_by(|a, b| a.1.0.total_cmp(&b.1.0))
        else {
            let binding = Some(Metric::Drift);
            return Root { place: f64::INFINITY, binding, ..Root::default() };
        };
        let count = owned[0].len().min(owned[1].len());
        let n = count as f64;
        let mut each = vec![0.0; count];
        if place.is_finite() && count >= 2 {
            for (without, value) in each.iter_mut().enumerate() {
                let left = [0, 1].map(|end: usize| {
                    let mut some = owned[end].clone();
                    some.remove(without);
                    score(&some, target)
                });
                let moved = (f64::midpoint(left[0], left[1]) - level) / rise;
                *value = (n - 1.0) * moved;
            }
        }
        let squares = each.iter().map(|value| value * value).sum::<f64>() / (n - 1.0).max(1.0);
        let p = f64::midpoint(1.0, CONFIDENCE);
        let error = (squares / n.max(1.0) * (1.0 + 1.0 / n.max(1.0))).sqrt();
        let known = count >= 2;
        let half = if known { student_t_quantile(p, n - 1.0) * error } else { 0.0 };
        let place = place.clamp(limits.0, limits.1);
        // Where the curve jumps between the two loads, the position of the root is unknown.
        let leap = if rise * wide > JUMP { wide / 4.0 } else { 0.0 };
        Root { place, error, half, leap, each, binding: Some(target.metric) }
    }

    /// Computes the lines of all replications from their runs at two loads, with runs beyond them.
    fn lines_of(&self, scale: Scale, ends: [Probe; 2], top: Option<f64>) -> Vec<Line> {
        let root = self.root(scale, &ends);
        let load = scale.load(root.place.min(scale.place(self.nearest(scale)).max(ends[1].place)));
        let full = if top.is_some() { scale.full.unwrap_or(load) } else { load };
        let count = ends[0].seen.len() as u32;
        let (beyond, window, failed) = self.made_to_fail(count, full.max(load));
        let windows = [ends[0].window, ends[1].window];
        let [low, high] = ends;
        let runs = low.seen.into_iter().zip(high.seen).zip(failed);
        let mut lines: Vec<Line> = runs
            .map(|((low, high), failed)| Line {
                failed: Some(failed),
                pooled: Some(Box::new(Pooled {
                    scale,
                    seen: [low, high],
                    windows,
                    beyond,
                    window,
                    top,
                    rps: Estimate::default(),
                    binding: None,
                    short: false,
                })),
                ..Line::default()
            })
            .collect();
        self.settle(&mut lines);
        lines
    }

    /// Runs all replications far enough beyond the line that most of them fail.
    fn made_to_fail(&self, count: u32, line: f64) -> (f64, Window, Vec<Outcome>) {
        let measure = self.window.measure.secs().max(BEYOND_REQUESTS / line.max(f64::MIN_POSITIVE));
        let window = Window { measure: Span::from_secs(measure.min(LONGEST)), ..self.window };
        let mut found = (line, window, Vec::new());
        for factor in BEYOND {
            let load = line * factor;
            let run = |number| self.runs.steady(self.part, self.spec, window, load, number);
            let seen: Vec<Outcome> = (0..count).into_par_iter().map(run).collect();
            let failed = seen.iter().filter(|seen| !self.carries(seen)).count();
            let enough = failed as f64 >= CLEARLY * f64::from(count);
            found = (load, window, seen);
            if enough {
                break;
            }
        }
        found
    }

    /// Runs a further replication at the loads of the existing ones.
    pub(crate) fn beside(&self, first: &Pooled, number: u32) -> Line {
        let run = |window, load| self.runs.steady(self.part, self.spec, window, load, number);
        let seen = [0, 1].map(|end: usize| run(first.windows[end], first.seen[end].load));
        Line {
            failed: Some(run(first.window, first.beyond)),
            pooled: Some(Box::new(Pooled { seen, ..first.clone() })),
            ..Line::default()
        }
    }

    /// Estimates the line of these replications together. Each is assigned a value of its own, such
    /// that their mean is the line and their spread that of the estimate, so that lines of variants
    /// can be paired.
    pub(crate) fn settle(&self, lines: &mut [Line]) {
        let pooled: Vec<&Pooled> = lines.iter().filter_map(|line| line.pooled.as_deref()).collect();
        let Some(first) = pooled.first().filter(|_| pooled.len() == lines.len()) else { return };
        let (scale, top) = (first.scale, first.top);
        let places = [0, 1].map(|end: usize| scale.place(first.seen[end].load));
        let seen = [0, 1].map(|end: usize| pooled.iter().map(|one| &one.seen[end]).collect());
        let root = self.root_of(scale, places, &seen);
        let n = lines.len() as u32;
        let outside = (root.place - places[1]).max(places[0] - root.place).max(0.0);
        let doubt = if outside.is_finite() { EXTRAPOLATED * outside + root.leap } else { 0.0 };
        let load = scale.load(root.place);
        let relaxations = first.windows[0].measure.secs()
            / self.ceilings.relaxation(load.min(first.seen[1].load));
        let young = (1.0 + YOUNG.0 / relaxations).sqrt().min(YOUNG.1);
        let half = |guard: f64| root.half * guard * young + doubt;
        let low = scale.load(root.place - half(GUARD.0)).max(0.0);
        let mut rps = Estimate::interval(load, low, scale.load(root.place + half(GUARD.1)), n);
        let mut binding = root.binding;
        let reaches = top.is_some_and(|top| root.place > top);
        if let Some(full) = scale.full.filter(|_| reaches) {
            rps.high = full;
            let highest: Vec<Outcome> = pooled.iter().map(|one| one.seen[1].clone()).collect();
            if self.score(&highest) < FAR {
                // Far below every limit even there: whatever the slope of the curve, the line lies
                // beyond.
                rps.low = rps.low.max(scale.load(places[1])).min(full);
            }
            if load >= full {
                rps.low = full;
            }
            // Too close to saturation to tell the target's limit from a growing queue.
            if full - load < 0.25 * self.study().search.resolution * full {
                binding = Some(Metric::Drift);
            }
        }
        let slope = scale.slope(root.place);
        let middle = root.each.iter().sum::<f64>() / f64::from(n.max(1));
        let shared = if slope.is_finite() { doubt * slope } else { 0.0 };
        // Jackknife values: their mean is the line and their spread gives its interval, so that
        // lines of variants can be paired.
        for (line, own) in lines.iter_mut().zip(root.each) {
            let shift = (own - middle) * f64::midpoint(GUARD.0, GUARD.1) * young * slope;
            line.load = if shift.is_finite() { (load + shift).max(0.0) } else { load };
            line.doubt = shared;
            if let Some(pooled) = &mut line.pooled {
                (pooled.rps, pooled.binding, pooled.short) =
                    (rps, binding, relaxations < SHORT && !reaches);
                let below = pooled.seen.iter().rev().find(|seen| seen.load <= load);
                line.carried = Some(below.unwrap_or(&pooled.seen[0]).clone());
            }
        }
    }
}

/// Root: the place where a limit is crossed.
#[derive(Default)]
struct Root {
    place: f64,
    /// Standard error by sectioning, and half-width of the interval.
    error: f64,
    half: f64,
    /// Systematic error of the place because the curve is steep there.
    leap: f64,
    /// Influence of each replication on the root, multiplied by their number.
    each: Vec<f64>,
    binding: Option<Metric>,
}

/// Logarithm of the pooled metric over its limit.
fn score(seen: &[Outcome], target: &Target) -> f64 {
    let (found, limit) = (value(seen, target), target.limit);
    if found.is_nan() {
        return MOST;
    }
    if found <= 0.0 || limit <= 0.0 {
        return if found > limit { MOST } else { -MOST };
    }
    (found / limit).ln().clamp(-MOST, MOST)
}

/// Lines of replications that carry the highest load tried.
fn carried(probe: Probe, highest: f64) -> Vec<Line> {
    let line = |seen| Line { load: highest, carried: Some(seen), ..Line::default() };
    probe.seen.into_iter().map(line).collect()
}

/// Lines of replications that carry nothing.
fn nothing(probe: Probe) -> Vec<Line> {
    let line = |seen| Line { failed: Some(seen), ..Line::default() };
    probe.seen.into_iter().map(line).collect()
}
