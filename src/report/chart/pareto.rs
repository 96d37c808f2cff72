//! Price of capacity: every point of a sweep by its price, and the Pareto frontier as numbered
//! steps, which a list below explains.

use super::Heading;
use super::axis::{Axis, Panel, Place as Spot};
use crate::report::canvas::{self, Canvas, Ink};
use crate::report::number;
use crate::report::pareto::Pareto;
use crate::report::points::named;
use crate::report::size::dollars;
use crate::report::style::{self, FAINT, INK, LABEL, MARGIN, SMALL, WIDTH};
use crate::report::sweep::conditions;
use crate::report::words::{Lang, Word, say};
use crate::study::sweep::Sweep;

/// Height of the panel \[px\].
const PANEL: f64 = 380.0;
/// Height of a line of the list \[px\].
const LINE: f64 = 24.0;
/// Largest number of configurations in the list.
const LISTED: usize = 12;
/// Radius of a numbered dot \[px\].
const DOT: f64 = 11.0;

/// Returns the points of the frontier to list: all, or [`LISTED`] evenly spaced ones with both
/// ends.
fn listed(best: &[usize]) -> Vec<usize> {
    if best.len() <= LISTED {
        return best.to_vec();
    }
    (0..LISTED).map(|place| best[place * (best.len() - 1) / (LISTED - 1)]).collect()
}

/// Draws the chart.
pub(crate) fn draw(sweep: &Sweep, found: &Pareto<'_>, lang: Lang) -> Canvas {
    let title = found.title(sweep, lang);
    let heading = Heading::of(&title, conditions(sweep, lang));
    let listed = listed(&found.best);
    let more = found.best.len() - listed.len();
    let values = || found.places.iter().map(|place| place.value.mean);
    let (low, high) =
        values().fold((f64::INFINITY, 0.0), |(low, high), v| (v.min(low), v.max(high)));
    let dearest = found.places.last().map_or(1.0, |place| place.usd);
    let top = heading.bottom() + 50.0;
    let panel = Panel {
        left: MARGIN + 92.0,
        top,
        width: WIDTH - 2.0 * MARGIN - 112.0,
        height: PANEL,
        x: Axis::from_zero(dearest * 1.02, 8.0),
        // Space for the interval above the best, and for its number.
        y: Axis::fitting(low, high * 1.08, 6.0),
    };
    let list = panel.bottom() + 84.0;
    let lines = listed.len() + usize::from(more > 0);
    canvas::draw(list + LINE * lines as f64 + 8.0, &title, |canvas| {
        heading.draw(canvas);
        panel.frame(canvas, &named(sweep, lang), 24.0, true);
        if sweep.variants.len() > 1 {
            variants(canvas, sweep, &panel);
        }
        let under = (panel.left + panel.width / 2.0, panel.bottom() + 44.0);
        canvas.text(Word::SizeChartAxis.text(lang), under, Ink::middle(LABEL, INK));
        let spot = |index: usize| -> Spot {
            let place = &found.places[index];
            (panel.x(place.usd), panel.y(place.value.mean))
        };
        canvas.path(&steps(found, &panel), FAINT, 1.5);
        for (index, place) in found.places.iter().enumerate() {
            let at = spot(index);
            let which = sweep.variants.iter().position(|name| *name == place.point.variant);
            let colour = style::variant(which.unwrap_or(0));
            // The interval of two replications hides more than it says.
            if place.value.n > 2 {
                whisker(canvas, &panel, at.0, (place.value.low, place.value.high), colour);
            }
            if !found.best.contains(&index) {
                canvas.dot(at, 4.0, style::pale(colour));
            }
        }
        for index in &found.best {
            canvas.dot(spot(*index), 6.0, INK);
        }
        let mut taken: Vec<Spot> = Vec::new();
        for (number, index) in listed.iter().enumerate() {
            let at = spot(*index);
            // Numbers must not overlap; in a crowd the list identifies the next one by its price.
            if taken.iter().all(|other| (other.0 - at.0).hypot(other.1 - at.1) > 2.0 * DOT) {
                canvas.dot(at, DOT, INK);
                let text = (number + 1).to_string();
                canvas.text(&text, at, Ink::middle(SMALL - 2.0, style::PAPER));
                taken.push(at);
            }
        }
        for (number, index) in listed.iter().enumerate() {
            let y = list + LINE * number as f64;
            let place = &found.places[*index];
            canvas.text(&format!("{}", number + 1), (panel.left - 14.0, y), Ink::right(SMALL, INK));
            let words =
                format!("{} · {}", dollars(place.usd, lang), number::estimate(&place.value));
            canvas.text(&words, (panel.left, y), Ink::left(SMALL, INK));
            let from = panel.left + 250.0;
            let name = style::fit_name(&place.name(sweep), SMALL, WIDTH - MARGIN - from);
            canvas.text(&name, (from, y), Ink::left(SMALL, FAINT));
        }
        if more > 0 {
            let words = say(lang, Word::ParetoMore, &[&more.to_string()]);
            let y = list + LINE * listed.len() as f64;
            canvas.text(&words, (panel.left, y), Ink::left(SMALL, FAINT));
        }
    })
}

/// Returns the path along the frontier: the best value for a price holds until the next.
fn steps(found: &Pareto<'_>, panel: &Panel) -> Vec<Spot> {
    let mut steps: Vec<Spot> = Vec::new();
    for index in &found.best {
        let place = &found.places[*index];
        let (x, y) = (panel.x(place.usd), panel.y(place.value.mean));
        if let Some((_, before)) = steps.last().copied() {
            steps.push((x, before));
        }
        steps.push((x, y));
    }
    if let Some((_, last)) = steps.last().copied() {
        steps.push((panel.right(), last));
    }
    steps
}

/// Draws the legend of variants, from the right above the panel, as far as there is space.
fn variants(canvas: &mut Canvas, sweep: &Sweep, panel: &Panel) {
    let (mut x, y) = (panel.right(), panel.top - 24.0);
    for (index, name) in sweep.variants.iter().enumerate().rev() {
        let name = style::fit_name(name, SMALL, 240.0);
        let width = style::text_width(&name, SMALL) + 34.0;
        if x - width < panel.left + 260.0 {
            return;
        }
        let colour = style::variant(index);
        canvas.dot((x - width + 10.0, y), 5.0, style::pale(colour));
        canvas.text(&name, (x - width + 22.0, y), Ink::left(SMALL, style::dark(colour)));
        x -= width + 10.0;
    }
}

fn whisker(
    canvas: &mut Canvas,
    panel: &Panel,
    x: f64,
    (low, high): (f64, f64),
    colour: plotters::style::RGBColor,
) {
    let (low, high) = (panel.y(low), panel.y(high));
    if (low - high).abs() > 3.0 {
        canvas.line((x, low), (x, high), style::pale(colour), 1.5);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_frontier_is_listed_evenly_with_both_ends() {
        assert_eq!(listed(&[3, 5]), [3, 5]);
        let long: Vec<usize> = (0..45).collect();
        let shown = listed(&long);
        assert_eq!((shown.len(), shown[0], shown[LISTED - 1]), (LISTED, 0, 44));
        // 44 over 11: every fourth.
        assert!(shown.windows(2).all(|pair| pair[1] - pair[0] == 4), "{shown:?}");
    }
}
