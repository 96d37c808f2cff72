//! Axes and panels: from numbers to places on paper.

use crate::report::number;
use crate::report::style::{self, Canvas, FAINT, GRID, INK, Ink, LABEL, SMALL};
use crate::report::style::{fit, text_width};
use plotters::style::RGBColor;

/// An axis with its ticks.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    log: bool,
    /// Places and labels.
    pub(super) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// From zero to a round number at or above `high`, with about `count` ticks.
    pub(super) fn from_zero(high: f64, count: f64) -> Axis {
        let high = if high.is_finite() && high > 0.0 { high } else { 1.0 };
        let step = nice_step(high / count);
        let steps = (high / step - 1e-9).ceil().max(1.0);
        Axis { low: 0.0, high: step * steps, log: false, ticks: ticks(step, steps as usize) }
    }

    /// From zero to `high` exactly.
    pub(super) fn up_to(high: f64, count: f64) -> Axis {
        let mut axis = Axis::from_zero(high, count);
        if high.is_finite() && high > 0.0 {
            axis.high = high;
            axis.ticks.retain(|(at, _)| *at <= high * (1.0 + 1e-9));
        }
        axis
    }

    /// From zero, or logarithmic where the values span more than a factor of 20.
    pub(super) fn fitting(low: f64, high: f64, count: f64) -> Axis {
        if low > 0.0 && high.is_finite() && high / low > 20.0 {
            Axis::logarithmic(low, high)
        } else {
            Axis::from_zero(high, count)
        }
    }

    fn logarithmic(low: f64, high: f64) -> Axis {
        let marks: &[f64] = if high / low > 2e3 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let first = low.log10().floor() as i32;
        let last = high.log10().ceil() as i32;
        let all: Vec<f64> = (first..=last)
            .flat_map(|decade| marks.iter().map(move |m| m * 10f64.powi(decade)))
            .collect();
        let low = all.iter().rev().find(|at| **at <= low * 1.001).copied().unwrap_or(low);
        let high = all.iter().find(|at| **at >= high * 0.999).copied().unwrap_or(high);
        let inside = |at: &&f64| **at >= low * 0.999 && **at <= high * 1.001;
        let ticks = all.iter().filter(inside).map(|at| (*at, number::plain(*at))).collect();
        Axis { low, high, log: true, ticks }
    }

    /// Times of day between two instants \[s after midnight\], a tick every `every` seconds.
    pub(super) fn clock(low: f64, high: f64, every: f64) -> Axis {
        let first = (low / every).ceil() as i64;
        let last = (high / every + 1e-9).floor() as i64;
        let ticks = (first..=last.max(first))
            .map(|index| index as f64 * every)
            .filter(|at| *at <= high)
            .map(|at| (at, number::clock(at)))
            .collect();
        Axis { low, high: high.max(low + 1.0), log: false, ticks }
    }

    /// Place between 0 and 1.
    pub(super) fn place(&self, value: f64) -> f64 {
        let part = if self.log {
            (value.max(self.low) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Its largest value.
    pub(super) fn high(&self) -> f64 {
        self.high
    }
}

fn ticks(step: f64, steps: usize) -> Vec<(f64, String)> {
    let decimals = (-(step.log10() + 1e-9).floor() as i32).max(0);
    (0..=steps).map(|i| i as f64 * step).map(|at| (at, number::fixed(at, decimals))).collect()
}

/// 1, 2, 2.5 or 5 times a power of ten, at or above `step`.
fn nice_step(step: f64) -> f64 {
    let decade = 10f64.powf(step.log10().floor());
    let lead = step / decade;
    // 2.5 needs a decimal more than its decade has; below 10 that would show as a wrong tick.
    let leads: &[f64] =
        if decade >= 10.0 { &[1.0, 2.0, 2.5, 5.0, 10.0] } else { &[1.0, 2.0, 5.0, 10.0] };
    decade * leads.iter().find(|nice| **nice >= lead - 1e-9).copied().unwrap_or(10.0)
}

/// A rectangle with two axes.
pub(super) struct Panel {
    /// Left \[px\].
    pub(super) left: f64,
    /// Top \[px\].
    pub(super) top: f64,
    /// Width \[px\].
    pub(super) width: f64,
    /// Height \[px\].
    pub(super) height: f64,
    /// Axis along the bottom.
    pub(super) x: Axis,
    /// Axis along the left.
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

    /// Grid, ticks and heading; ticks of the bottom axis only where `bottom` says so.
    pub(super) fn frame(&self, canvas: &mut Canvas, heading: &str, bottom: bool) {
        let heading = fit(heading, LABEL, self.width + 60.0);
        canvas.text(&heading, (self.left, self.top - 17.0), Ink::left(LABEL, INK));
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

    /// A line with its band through points `(x, low, mean, high)`.
    pub(super) fn series(
        &self,
        canvas: &mut Canvas,
        points: &[[f64; 4]],
        colour: RGBColor,
        width: f64,
    ) {
        let lower = points.iter().map(|p| (self.x(p[0]), self.y(p[1])));
        let upper = points.iter().rev().map(|p| (self.x(p[0]), self.y(p[3])));
        let band: Vec<_> = lower.chain(upper).collect();
        canvas.area(&band, colour, 0.16);
        let line: Vec<_> = points.iter().map(|p| (self.x(p[0]), self.y(p[2]))).collect();
        canvas.path(&line, colour, width);
        if let [only] = line.as_slice() {
            canvas.dot(*only, 4.0, colour);
        }
    }

    /// A limit across the panel, with its words above it at the left.
    pub(super) fn limit(&self, canvas: &mut Canvas, value: f64, words: &str) {
        let y = self.y(value);
        canvas.line((self.left, y), (self.right(), y), INK, 1.25);
        let width = text_width(words, SMALL);
        // Above the line, unless that is outside the panel.
        let middle = if y - 22.0 < self.top { y + 13.0 } else { y - 12.0 };
        let from = (self.left + 4.0, middle - 10.0);
        canvas.rectangle(from, (self.left + 12.0 + width, middle + 10.0), style::PAPER, 0.85);
        canvas.text(words, (self.left + 8.0, middle), Ink::left(SMALL, INK));
    }
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
        assert_eq!(
            labels(&Axis::clock(0.0, 86_400.0, 28_800.0)),
            ["00:00", "08:00", "16:00", "24:00"]
        );
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
}
