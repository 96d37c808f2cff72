//! Axes and panels: mapping from values to pixels.

use crate::report::canvas::{Canvas, Ink};
use crate::report::number;
use crate::report::style::{self, FAINT, GRID, INK, LABEL, SMALL};
use crate::report::style::{fit, text_width};
use plotters::style::RGBColor;

/// An axis with its ticks.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    log: bool,
    /// Positions and labels.
    pub(super) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// Returns an axis from zero to a round number at or above `high`, with about `count` ticks.
    pub(super) fn from_zero(high: f64, count: f64) -> Axis {
        let high = if high.is_finite() && high > 0.0 { high } else { 1.0 };
        let step = nice_step(high / count);
        let steps = (high / step - 1e-9).ceil().max(1.0);
        Axis { low: 0.0, high: step * steps, log: false, ticks: ticks(step, steps as usize) }
    }

    /// Returns an axis from zero to exactly `high`.
    pub(super) fn up_to(high: f64, count: f64) -> Axis {
        let mut axis = Axis::from_zero(high, count);
        if high.is_finite() && high > 0.0 {
            axis.high = high;
            axis.ticks.retain(|(at, _)| *at <= high * (1.0 + 1e-9));
        }
        axis
    }

    /// Returns an axis from zero, or a logarithmic one where the values span more than a factor of
    /// 20.
    pub(super) fn fitting(low: f64, high: f64, count: f64) -> Axis {
        if low > 0.0 && high.is_finite() && high / low > 20.0 {
            Axis::logarithmic(low, high)
        } else {
            Axis::from_zero(high, count)
        }
    }

    fn logarithmic(low: f64, high: f64) -> Axis {
        let first = low.log10().floor() as i32;
        let last = high.log10().ceil() as i32;
        let at = |marks: &[f64]| -> Vec<f64> {
            let decade = |d: i32| marks.iter().map(move |m| m * 10f64.powi(d)).collect::<Vec<_>>();
            (first..=last).flat_map(decade).collect()
        };
        // The ends need not be powers of ten, which may lie far outside the data.
        let all = at(&[1.0, 2.0, 5.0]);
        let crowded = high / low > 100.0;
        let low = all.iter().rev().find(|at| **at <= low * 1.001).copied().unwrap_or(low);
        let high = all.iter().find(|at| **at >= high * 0.999).copied().unwrap_or(high);
        let shown = if crowded { at(&[1.0]) } else { all };
        let inside = |at: &&f64| **at >= low * 0.999 && **at <= high * 1.001;
        let ticks = shown.iter().filter(inside).map(|at| (*at, number::plain(*at))).collect();
        Axis { low, high, log: true, ticks }
    }

    /// Returns an axis of times of day between two instants \[s after midnight\], with a tick every
    /// `every` seconds.
    pub(super) fn clock(low: f64, high: f64, every: f64) -> Axis {
        let first = (low / every).ceil() as i64;
        let last = (high / every + 1e-9).floor() as i64;
        let ticks = (first..=last.max(first))
            .map(|index| index as f64 * every)
            .filter(|at| *at <= high)
            .map(|at| (at, number::clock_every(at, every)))
            .collect();
        Axis { low, high: high.max(low + 1.0), log: false, ticks }
    }

    /// Returns the position of a value, between 0 and 1.
    pub(super) fn place(&self, value: f64) -> f64 {
        let part = if self.log {
            (value.max(self.low) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Whether a value lies on the axis.
    pub(super) fn reaches(&self, value: f64) -> bool {
        value >= self.low * (1.0 - 1e-9) && value <= self.high * (1.0 + 1e-9)
    }

    /// Returns the upper end of the axis.
    pub(super) fn high(&self) -> f64 {
        self.high
    }
}

fn ticks(step: f64, steps: usize) -> Vec<(f64, String)> {
    let decimals = (-(step.log10() + 1e-9).floor() as i32).max(0);
    (0..=steps).map(|i| i as f64 * step).map(|at| (at, number::fixed(at, decimals))).collect()
}

/// Rounds a step up to 1, 2, 2.5 or 5 times a power of ten.
fn nice_step(step: f64) -> f64 {
    let decade = 10f64.powf(step.log10().floor());
    let lead = step / decade;
    // 2.5 needs one more decimal than its decade; below 10 that would show as a wrong tick label.
    let leads: &[f64] =
        if decade >= 10.0 { &[1.0, 2.0, 2.5, 5.0, 10.0] } else { &[1.0, 2.0, 5.0, 10.0] };
    decade * leads.iter().find(|nice| **nice >= lead - 1e-9).copied().unwrap_or(10.0)
}

/// A rectangular plotting area with two axes.
pub(super) struct Panel {
    /// Left edge \[px\].
    pub(super) left: f64,
    /// Top edge \[px\].
    pub(super) top: f64,
    /// Width \[px\].
    pub(super) width: f64,
    /// Height \[px\].
    pub(super) height: f64,
    /// Horizontal axis.
    pub(super) x: Axis,
    /// Vertical axis.
    pub(super) y: Axis,
}

impl Panel {
    pub(super) fn x(&self, value: f64) -> f64 {
        self.left + self.width * self.x.place(value)
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        self.top + self.height * (1.0 - self.y.place(value))
    }

    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Draws grid, ticks, and the heading `above` pixels over the panel; labels of the horizontal
    /// axis only if `bottom` is set.
    pub(super) fn frame(&self, canvas: &mut Canvas, heading: &str, above: f64, bottom: bool) {
        let heading = fit(heading, LABEL, self.width + 60.0);
        canvas.text(&heading, (self.left, self.top - above), Ink::left(LABEL, INK));
        for (at, label) in &self.y.ticks {
            let y = self.y(*at);
            canvas.line((self.left, y), (self.right(), y), GRID, 1.0);
            canvas.text(label, (self.left - 10.0, y), Ink::right(SMALL, FAINT));
        }
        for (at, label) in &self.x.ticks {
            let x = self.x(*at);
            canvas.line((x, self.top), (x, self.bottom()), GRID, 1.0);
            if bottom {
                canvas.text(label, (x, self.bottom() + 18.0), Ink::middle(SMALL, FAINT));
            }
        }
        canvas.line((self.left, self.bottom()), (self.right(), self.bottom()), FAINT, 1.25);
    }

    /// Returns the path through the means of points `(x, low, mean, high)`.
    pub(super) fn path(&self, points: &[[f64; 4]]) -> Vec<Place> {
        points.iter().map(|p| (self.x(p[0]), self.y(p[2]))).collect()
    }

    /// Returns the two edges of the band around points `(x, low, mean, high)`, and a path through
    /// its middle.
    pub(super) fn edges(&self, points: &[[f64; 4]]) -> [Vec<Place>; 3] {
        let edge = |at: &dyn Fn(&[f64; 4]) -> f64| {
            points.iter().map(|p| (self.x(p[0]), at(p))).collect::<Vec<Place>>()
        };
        let (low, high) = (|p: &[f64; 4]| self.y(p[1]), |p: &[f64; 4]| self.y(p[3]));
        // The middle represents the inside of a wide band.
        [edge(&low), edge(&high), edge(&|p| f64::midpoint(low(p), high(p)))]
    }

    /// Draws lines with their bands through points `(x, low, mean, high)` by rising `x`. Lines that
    /// coincide alternate as dashes.
    pub(super) fn series(
        &self,
        canvas: &mut Canvas,
        lines: &[(Vec<[f64; 4]>, RGBColor)],
        width: f64,
    ) {
        for (points, colour) in lines {
            let lower = points.iter().map(|p| (self.x(p[0]), self.y(p[1])));
            let upper = points.iter().rev().map(|p| (self.x(p[0]), self.y(p[3])));
            let band: Vec<_> = lower.chain(upper).collect();
            canvas.area(&band, *colour, 0.12);
        }
        let paths: Vec<Vec<Place>> = lines.iter().map(|(points, _)| self.path(points)).collect();
        for ((path, runs), (_, colour)) in paths.iter().zip(in_turn(&paths)).zip(lines) {
            for run in &runs {
                canvas.path(run, *colour, width);
            }
            if let [only] = path.as_slice() {
                canvas.dot(*only, 4.0, *colour);
            }
        }
    }

    /// Draws a limit across the panel, with its label where it covers least of `paths`; nothing
    /// where the limit lies beyond the axis, since a line at the edge would suggest another value.
    pub(super) fn limit(&self, canvas: &mut Canvas, value: f64, words: &str, paths: &[Vec<Place>]) {
        if !self.y.reaches(value) {
            return;
        }
        let y = self.y(value);
        canvas.line((self.left, y), (self.right(), y), INK, 1.25);
        let width = text_width(words, SMALL) + 8.0;
        // Above the line, unless that is outside the panel.
        let middle = if y - 22.0 < self.top { y + 13.0 } else { y - 12.0 };
        let room = (self.width - width - 8.0).max(0.0);
        let mut best: Option<(usize, f64)> = None;
        for part in 0..=8 {
            let left = self.left + 4.0 + room * f64::from(part) / 8.0;
            let hidden = paths.iter().map(|p| inside(p, (left, middle - 9.0), width, 18.0)).sum();
            if best.is_none_or(|(least, _)| hidden < least) {
                best = Some((hidden, left));
            }
        }
        let left = best.map_or(self.left, |(_, left)| left);
        let corner = (left + width, middle + 10.0);
        canvas.rectangle((left, middle - 10.0), corner, style::PAPER, 0.85);
        canvas.text(words, (left + 4.0, middle), Ink::left(SMALL, INK));
    }
}

/// Position on the canvas \[px\].
pub(super) type Place = (f64, f64);

/// Distance below which lines appear as one \[px\].
const NEAR: f64 = 2.5;
/// Length of the dashes of coincident lines \[px\].
const DASH: f64 = 14.0;
/// Resolution at which lines are compared \[px\].
const STEP: f64 = 2.0;

/// Returns the height of a path at `x`; `None` outside of it.
fn height(path: &[Place], x: f64) -> Option<f64> {
    let after = path.partition_point(|point| point.0 < x);
    let (from, to) = (path.get(after.checked_sub(1)?)?, path.get(after)?);
    let part = (x - from.0) / (to.0 - from.0);
    Some(if part.is_finite() { from.1 + (to.1 - from.1) * part } else { from.1 })
}

/// Returns the segments of each path to draw, so that coincident paths alternate.
fn in_turn(paths: &[Vec<Place>]) -> Vec<Vec<Vec<Place>>> {
    let ends = || paths.iter().flat_map(|path| path.first().into_iter().chain(path.last()));
    let low = ends().map(|end| end.0).fold(f64::INFINITY, f64::min);
    let high = ends().map(|end| end.0).fold(f64::NEG_INFINITY, f64::max);
    let columns = if high > low { ((high - low) / STEP).ceil() as usize } else { 0 };
    let mut shown: Vec<Vec<bool>> = vec![vec![false; paths.len()]; columns];
    for (column, shown) in shown.iter_mut().enumerate() {
        let x = low + (column as f64 + 0.5) * STEP;
        let mut here: Vec<(f64, usize)> = paths
            .iter()
            .enumerate()
            .filter_map(|(index, path)| Some((height(path, x)?, index)))
            .collect();
        here.sort_by(|a, b| a.0.total_cmp(&b.0));
        for group in here.chunk_by(|a, b| b.0 - a.0 <= NEAR) {
            let mut members: Vec<usize> = group.iter().map(|(_, index)| *index).collect();
            members.sort_unstable();
            let turn = ((x - low) / DASH) as usize % members.len();
            shown[members[turn]] = true;
        }
    }
    let runs = |(index, path): (usize, &Vec<Place>)| {
        let seen: Vec<bool> = shown.iter().map(|shown| shown[index]).collect();
        let mut runs = Vec::new();
        let mut column = 0;
        for run in seen.chunk_by(|a, b| a == b) {
            let (from, to) = (low + column as f64 * STEP, low + (column + run.len()) as f64 * STEP);
            column += run.len();
            let (Some(first), Some(last)) = (path.first(), path.last()) else { continue };
            let (from, to) = (from.max(first.0), to.min(last.0));
            if !run[0] || to <= from {
                continue;
            }
            let end = |x: f64| {
                (x, height(path, x).unwrap_or(if x <= first.0 { first.1 } else { last.1 }))
            };
            let mut points = vec![end(from)];
            points.extend(path.iter().filter(|point| point.0 > from && point.0 < to));
            points.push(end(to));
            runs.push(points);
        }
        runs
    };
    paths.iter().enumerate().map(runs).collect()
}

/// Returns the approximate length of a path inside a box \[px\].
fn inside(path: &[Place], corner: Place, width: f64, height: f64) -> usize {
    let within = |(x, y): Place| {
        (corner.0..=corner.0 + width).contains(&x) && (corner.1..=corner.1 + height).contains(&y)
    };
    let hits = |pair: &[Place]| {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        let steps = (dx.hypot(dy) / STEP).ceil().clamp(1.0, 2000.0);
        let at = |step: usize| {
            let part = step as f64 / steps;
            (pair[0].0 + dx * part, pair[0].1 + dy * part)
        };
        (0..steps as usize).filter(|step| within(at(*step))).count()
    };
    path.windows(2).map(hits).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(
            labels(&Axis::from_zero(950.0, 5.0)),
            ["0", "200", "400", "600", "800", "1,000"]
        );
        assert_eq!(labels(&Axis::from_zero(0.9, 4.0)), ["0.0", "0.5", "1.0"]);
        assert_eq!(labels(&Axis::up_to(950.0, 5.0)), ["0", "200", "400", "600", "800"]);
        assert_eq!(
            labels(&Axis::fitting(12.0, 900.0, 5.0)),
            ["10", "20", "50", "100", "200", "500", "1,000"]
        );
        let wide = Axis::fitting(74.0, 30_000.0, 5.0);
        assert_eq!(labels(&wide), ["100", "1,000", "10,000"]);
        assert!(wide.reaches(50.0) && wide.reaches(50_000.0) && !wide.reaches(51_000.0));
        assert_eq!(
            labels(&Axis::clock(0.0, 86_400.0, 28_800.0)),
            ["00:00", "08:00", "16:00", "24:00"]
        );
    }

    #[test]
    fn a_limit_beyond_the_axis_is_not_on_it() {
        let axis = Axis::from_zero(65.0, 4.0);
        assert!(axis.reaches(0.0) && axis.reaches(80.0));
        assert!(!axis.reaches(500.0) && !axis.reaches(f64::NAN));
    }

    #[test]
    fn places_stay_inside_whatever_comes() {
        for axis in
            [Axis::from_zero(f64::NAN, 5.0), Axis::fitting(1.0, 1e9, 5.0), Axis::up_to(0.0, 5.0)]
        {
            for value in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e12] {
                assert!((0.0..=1.0).contains(&axis.place(value)), "{axis:?} {value}");
            }
        }
    }

    #[test]
    fn lines_on_each_other_take_turns() {
        let length = |runs: &[Vec<Place>]| -> f64 {
            runs.iter().map(|run| run[run.len() - 1].0 - run[0].0).sum()
        };
        let flat = |y: f64| vec![(0.0, y), (140.0, y), (280.0, y)];
        let apart = in_turn(&[flat(0.0), flat(50.0)]);
        assert_eq!(apart, [vec![flat(0.0)], vec![flat(50.0)]]);
        // Two on each other and one apart: half of the way each, all of it for the third.
        let shared = in_turn(&[flat(0.0), flat(1.0), flat(50.0)]);
        assert_eq!(
            shared.iter().map(|runs| length(runs)).collect::<Vec<_>>(),
            [140.0, 140.0, 280.0]
        );
        assert!(in_turn(&[vec![(3.0, 3.0)], Vec::new()]).iter().all(Vec::is_empty));
    }

    #[test]
    fn boxes_count_what_they_hide() {
        let level = [(0.0, 5.0), (100.0, 5.0)];
        assert_eq!(inside(&level, (20.0, 0.0), 39.0, 10.0), 20);
        assert_eq!(inside(&level, (20.0, 6.0), 39.0, 10.0), 0);
    }
}
