//! Uncertainty analysis: a fan for each variant's line above the probability that each load is
//! carried, and a tornado chart of influences.

use super::Heading;
use super::axis::{Axis, Panel};
use crate::report::canvas::{self, Canvas, Ink};
use crate::report::ladder::unit;
use crate::report::number;
use crate::report::style::{self, FAINT, INK, LABEL, MARGIN, SMALL, WIDTH};
use crate::report::uncertain::{asked, conditions, first, of, title};
use crate::report::words::{Lang, Word};
use crate::study::uncertain::{Fan, Uncertain};

/// Height of a variant's fan \[px\].
const BAND: f64 = 34.0;
/// Height of the panel of probabilities \[px\].
const PANEL: f64 = 300.0;
/// Height of a bar of the tornado \[px\].
const BAR: f64 = 30.0;
/// Largest number of inputs in a tornado.
const INPUTS: usize = 16;
/// Space for names and their values \[px\].
const NAMES: f64 = 400.0;

/// Draws the fan of each variant's line, above the probability that each load is carried.
pub(crate) fn fan(found: &Uncertain, lang: Lang) -> Canvas {
    let best = found.fans.last().map_or("", |fan| fan.variant.as_str());
    let title = title(found, best, lang);
    let heading = Heading::of(&title, conditions(found, lang));
    let ends = found.fans.iter().filter_map(|fan| fan.rps.last());
    let highest = ends.map(|one| one.mean).fold(found.asked_rps, f64::max);
    let top = heading.bottom() + 54.0;
    let fans = BAND * found.fans.len() as f64;
    let panel = Panel {
        left: MARGIN + 110.0,
        top: top + fans + 60.0,
        width: WIDTH - 2.0 * MARGIN - 130.0,
        height: PANEL,
        x: Axis::from_zero(highest * 1.02, 8.0),
        y: Axis::from_zero(100.0, 5.0),
    };
    canvas::draw(panel.bottom() + 60.0, &title, |canvas| {
        heading.draw(canvas);
        panel.frame(canvas, Word::UncertainCarriedAxis.text(lang), 22.0, true);
        let words = Word::UncertainFan.text(lang);
        canvas.text(words, (panel.left, top - 18.0), Ink::left(LABEL, INK));
        for (number, fan) in found.fans.iter().enumerate() {
            band(canvas, &panel, fan, top + BAND * number as f64, number);
        }
        let lines: Vec<_> = found
            .fans
            .iter()
            .enumerate()
            .map(|(number, fan)| {
                let inside = fan.carried.iter().filter(|point| panel.x.reaches(point[0]));
                let mut line: Vec<[f64; 4]> = inside
                    .map(|[load, low, share, high]| {
                        [*load, low * 100.0, share * 100.0, high * 100.0]
                    })
                    .collect();
                // Below the lowest line every sample carries the load.
                if let Some(lowest) = line.first().copied() {
                    line.insert(0, [0.0, lowest[1], lowest[2], lowest[3]]);
                }
                (line, style::variant(number))
            })
            .collect();
        panel.series(canvas, &lines, 2.5);
        let x = panel.x(found.asked_rps);
        canvas.line((x, top - 4.0), (x, panel.bottom()), INK, 1.5);
        // Towards the side with more space.
        let right = x > panel.left + panel.width / 2.0;
        let ink = if right { Ink::right(SMALL, INK) } else { Ink::left(SMALL, INK) };
        let at = x + if right { -6.0 } else { 6.0 };
        canvas.text(&asked(found, lang), (at, top + fans + 14.0), ink);
        let below = (panel.right(), panel.bottom() + 40.0);
        canvas.text(unit(found.axis), below, Ink::right(SMALL, FAINT));
    })
}

/// Draws the range from the 5th to the 95th percentile, within it the interquartile range, and the
/// median.
fn band(canvas: &mut Canvas, panel: &Panel, fan: &Fan, top: f64, number: usize) {
    let colour = style::variant(number);
    let middle = top + BAND / 2.0;
    let name = style::fit_name(&fan.variant, SMALL, panel.left - MARGIN - 12.0);
    let ink = Ink::right(SMALL, style::dark(colour));
    canvas.text(&name, (panel.left - 10.0, middle), ink);
    let [lowest, low, median, high, highest] = fan.rps.as_slice() else { return };
    let x = [lowest, low, median, high, highest].map(|one| panel.x(one.mean));
    canvas.rectangle((x[0], top + 6.0), (x[4], top + BAND - 6.0), colour, 0.25);
    canvas.rectangle((x[1], top + 6.0), (x[3], top + BAND - 6.0), colour, 0.55);
    canvas.line((x[2], top + 3.0), (x[2], top + BAND - 3.0), INK, 2.5);
}

/// Draws the effect of each input on the line of a variant, the largest first.
pub(crate) fn tornado(found: &Uncertain, fan: &Fan, number: usize, lang: Lang) -> Canvas {
    let title = first(found, &fan.variant, lang);
    let mut under = conditions(found, lang);
    under.insert(2, fan.variant.clone());
    let heading = Heading::of(&title, under);
    let shown: Vec<_> = of(found, &fan.variant).into_iter().take(INPUTS).collect();
    let widest = shown.iter().map(|one| one.rps.mean.abs() / 2.0).fold(0.0, f64::max).max(1e-9);
    let top = heading.bottom() + 50.0;
    let height = BAR * shown.len() as f64;
    let right = Axis::from_zero(widest, 3.0);
    let width = (WIDTH - 2.0 * MARGIN - NAMES - 130.0) / 2.0;
    let centre = MARGIN + NAMES + width;
    // Gains to the right, losses to the left, both to the same scale.
    let place = |value: f64| centre + value.signum() * right.place(value.abs()) * width;
    canvas::draw(top + height + 70.0, &title, |canvas| {
        heading.draw(canvas);
        for (at, label) in &right.ticks {
            for sign in if *at > 0.0 { vec![-1.0, 1.0] } else { vec![1.0] } {
                let x = place(sign * at);
                canvas.line((x, top), (x, top + height), style::GRID, 1.0);
                let label = match sign {
                    _ if *at <= 0.0 => label.clone(),
                    sign if sign < 0.0 => format!("−{label}"),
                    _ => format!("+{label}"),
                };
                canvas.text(&label, (x, top + height + 18.0), Ink::middle(SMALL, FAINT));
            }
        }
        let words = format!("{} [{}]", Word::UncertainTornado.text(lang), unit(found.axis));
        canvas.text(&words, (centre, top - 20.0), Ink::middle(LABEL, INK));
        for (row, one) in shown.iter().enumerate() {
            let (y, middle) = (top + BAR * row as f64, top + BAR * (row as f64 + 0.5));
            let name = style::fit_name(&one.name, SMALL, NAMES - 90.0);
            canvas.text(&name, (centre - width - 80.0, middle), Ink::right(SMALL, INK));
            let half = one.rps.mean / 2.0;
            let colour = style::variant(number);
            // Dark where the input is large.
            for (end, alpha) in [(-half, 0.4), (half, 0.8)] {
                let (from, to) = (place(end).min(centre), place(end).max(centre));
                canvas.rectangle((from, y + 4.0), (to, y + BAR - 4.0), colour, alpha);
            }
            for (value, end) in one.values.iter().zip([-half, half]) {
                // An input without effect still has its low end at the left.
                let left = end < 0.0 || (half == 0.0 && *value == one.values[0]);
                let ink = if left { Ink::right(SMALL, FAINT) } else { Ink::left(SMALL, FAINT) };
                let at = place(end) + if left { -6.0 } else { 6.0 };
                canvas.text(value, (at, middle), ink);
            }
            let text = number::difference(&one.rps);
            canvas.text(&text, (WIDTH - MARGIN, middle), Ink::right(SMALL, INK));
        }
        canvas.line((centre, top - 4.0), (centre, top + height), INK, 1.5);
        let words = Word::UncertainShades.text(lang);
        canvas.text(words, (MARGIN, top + height + 48.0), Ink::left(SMALL, FAINT));
    })
}
