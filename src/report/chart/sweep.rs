//! A sweep of one setting as a curve for each variant, of two as a heat map for each.

use super::Heading;
use super::axis::{Axis, Panel};
use crate::report::canvas::{self, Canvas, Ink};
use crate::report::number;
use crate::report::points::{estimate, named, shown, title};
use crate::report::style::{self, FAINT, INK, LABEL, MARGIN, SMALL, WIDTH};
use crate::report::sweep::conditions;
use crate::report::words::{Lang, Word, say};
use crate::study::sweep::{Point, Sweep};

/// Height of a panel \[px\].
const PANEL: f64 = 360.0;
/// Height of a row of a heat map \[px\].
const ROW: f64 = 34.0;

/// Whether there is a chart, as for one or two settings.
pub(crate) fn has(sweep: &Sweep) -> bool {
    matches!(sweep.varied.len(), 1 | 2)
}

/// Draws the chart.
pub(crate) fn draw(sweep: &Sweep, points: &[Point], lang: Lang) -> Canvas {
    let title = title(sweep, points, lang);
    let heading = Heading::of(&title, conditions(sweep, lang));
    match sweep.varied.as_slice() {
        [_, _] => heat(sweep, points, &title, &heading, lang),
        _ => curve(sweep, points, &title, &heading, lang),
    }
}

/// Parses a number and its unit; `k` and `M` count as multiples.
fn number_of(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let value: f64 = digits.parse().ok()?;
    Some(match unit {
        "k" => (value * 1e3, ""),
        "M" => (value * 1e6, ""),
        unit => (value, unit),
    })
}

/// Parses values as numbers, where all have the same unit.
fn numbers(values: &[String]) -> Option<Vec<f64>> {
    let read: Option<Vec<(f64, &str)>> = values.iter().map(|text| number_of(text)).collect();
    let read = read?;
    let same = read.iter().all(|(_, unit)| *unit == read[0].1);
    same.then(|| read.into_iter().map(|(value, _)| value).collect())
}

fn curve(sweep: &Sweep, points: &[Point], title: &str, heading: &Heading, lang: Lang) -> Canvas {
    let values = &sweep.varied[0].values;
    let at: Vec<f64> =
        numbers(values).unwrap_or_else(|| (1..=values.len()).map(|place| place as f64).collect());
    let by_name = numbers(values).is_none();
    let mut lines = Vec::new();
    for (index, variant) in sweep.variants.iter().enumerate() {
        let of_variant = points.iter().filter(|point| point.variant == *variant);
        let mut line: Vec<[f64; 4]> = of_variant
            .filter_map(|point| {
                let place = values.iter().position(|value| *value == point.values[0])?;
                let found = estimate(point, shown(sweep))?;
                let [low, mean, high] = number::band(found);
                Some([at[place], low, mean, high])
            })
            .collect();
        line.sort_by(|a, b| a[0].total_cmp(&b[0]));
        if !line.is_empty() {
            lines.push((line, style::variant(index)));
        }
    }
    let all = || lines.iter().flat_map(|(line, _)| line.iter());
    // By means: an interval may reach far beyond any value.
    let highest = all().map(|point| point[3].min(point[2] * 1.25)).fold(0.0, f64::max);
    let lowest = all().map(|point| point[1].max(point[2] / 1.25)).fold(f64::INFINITY, f64::min);
    let top = heading.bottom() + 56.0;
    let mut x = Axis::from_zero(at.iter().copied().fold(0.0, f64::max), 8.0);
    if by_name {
        x.ticks = at.iter().copied().zip(values.iter().cloned()).collect();
    }
    let panel = Panel {
        left: MARGIN + 92.0,
        top,
        width: WIDTH - 2.0 * MARGIN - 112.0,
        height: PANEL,
        x,
        y: Axis::fitting(lowest, highest, 6.0),
    };
    let legend = if sweep.variants.len() > 1 { 24.0 * sweep.variants.len() as f64 } else { 0.0 };
    canvas::draw(top + PANEL + 70.0 + legend, title, |canvas| {
        heading.draw(canvas);
        panel.frame(canvas, &named(sweep, lang), 24.0, true);
        panel.series(canvas, &lines, 2.5);
        for (line, colour) in &lines {
            for point in line {
                canvas.dot((panel.x(point[0]), panel.y(point[2])), 4.0, *colour);
            }
        }
        let below = panel.bottom() + 44.0;
        canvas.text(&sweep.varied[0].path, (panel.right(), below), Ink::right(SMALL, FAINT));
        if legend > 0.0 {
            for (index, variant) in sweep.variants.iter().enumerate() {
                let y = below + 24.0 * (index + 1) as f64;
                let colour = style::variant(index);
                canvas.line((panel.left, y), (panel.left + 26.0, y), colour, 3.0);
                let ink = Ink::left(SMALL, style::dark(colour));
                canvas.text(variant, (panel.left + 34.0, y), ink);
            }
        }
    })
}

fn heat(sweep: &Sweep, points: &[Point], title: &str, heading: &Heading, lang: Lang) -> Canvas {
    let (down, across) = (&sweep.varied[0], &sweep.varied[1]);
    let shares = points.iter().filter_map(|point| estimate(point, shown(sweep)));
    let known: Vec<f64> = shares.map(|found| found.mean).collect();
    let low = known.iter().copied().fold(f64::INFINITY, f64::min);
    let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let widest = down.values.iter().map(|value| style::text_width(value, SMALL));
    let label = widest.fold(60.0, f64::max) + 14.0;
    let cell = (WIDTH - 2.0 * MARGIN - label) / across.values.len().max(1) as f64;
    let next = ROW * down.values.len() as f64 + 96.0;
    let top = heading.bottom() + 60.0;
    canvas::draw(top - 60.0 + next * sweep.variants.len() as f64, title, |canvas| {
        heading.draw(canvas);
        let scale = [number::plain(low), number::plain(high)];
        let words = say(lang, Word::SweepScale, &[&scale[0], &scale[1]]);
        let words = format!("{} {words}", named(sweep, lang));
        canvas.text(&words, (WIDTH - MARGIN, top - 44.0), Ink::right(SMALL, FAINT));
        for (index, variant) in sweep.variants.iter().enumerate() {
            let top = top + next * index as f64;
            let head = format!("{variant}: {} ↓, {} →", down.path, across.path);
            let head = style::fit(&head, LABEL, WIDTH - 2.0 * MARGIN);
            canvas.text(&head, (MARGIN, top - 18.0), Ink::left(LABEL, INK));
            for (row, first) in down.values.iter().enumerate() {
                let y = top + ROW * row as f64;
                let middle = y + ROW / 2.0;
                canvas.text(first, (MARGIN + label - 10.0, middle), Ink::right(SMALL, INK));
                for (column, second) in across.values.iter().enumerate() {
                    let x = MARGIN + label + cell * column as f64;
                    let here = points.iter().find(|point| {
                        point.variant == *variant
                            && point.values[0] == *first
                            && point.values[1] == *second
                    });
                    let found = here.and_then(|point| estimate(point, shown(sweep)));
                    square(canvas, (x, y), cell, found.map(|found| found.mean), (low, high));
                }
            }
            let bottom = top + ROW * down.values.len() as f64;
            for (column, value) in across.values.iter().enumerate() {
                let x = MARGIN + label + cell * (column as f64 + 0.5);
                let text = style::fit(value, SMALL, cell - 4.0);
                canvas.text(&text, (x, bottom + 16.0), Ink::middle(SMALL, FAINT));
            }
        }
    })
}

fn square(
    canvas: &mut Canvas,
    (x, y): (f64, f64),
    width: f64,
    value: Option<f64>,
    (low, high): (f64, f64),
) {
    let middle = (x + width / 2.0, y + ROW / 2.0);
    let Some(value) = value else {
        canvas.text(number::NOTHING, middle, Ink::middle(SMALL, FAINT));
        return;
    };
    let share = if high > low { (value - low) / (high - low) } else { 0.5 };
    let colour = style::share(share);
    canvas.rectangle((x, y), (x + width - 1.0, y + ROW - 1.0), colour, 1.0);
    let text = style::fit(&number::plain(value), SMALL, width - 4.0);
    canvas.text(&text, middle, Ink::middle(SMALL, style::ink_on(colour)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_unit_are_numbers() {
        let of = |values: &[&str]| {
            numbers(&values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(of(&["500k", "2.5M", "20000000"]), Some(vec![5e5, 2.5e6, 2e7]));
        assert_eq!(of(&["10ms", "20ms"]), Some(vec![10.0, 20.0]));
        assert_eq!(of(&["10ms", "2s"]), None);
        assert_eq!(of(&["random", "round-robin"]), None);
    }
}
