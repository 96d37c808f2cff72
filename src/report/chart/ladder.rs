//! The bottleneck ladder of a variant: one bar per rung, with the load carried as its length.

use super::Heading;
use super::axis::{Axis, Panel};
use crate::report::canvas::{self, Canvas, Ink};
use crate::report::ladder::{lifted, line, resource, title, unit, wanted};
use crate::report::number;
use crate::report::style::{self, FAINT, INK, LABEL, MARGIN, SMALL, WIDTH};
use crate::report::words::{Lang, Word, say};
use crate::study::ladder::{Ending, Ladder, Rung};

/// Height of a bar \[px\].
const BAR: f64 = 18.0;
/// Height of a line of text \[px\].
const LINE: f64 = 20.0;
/// Space for the numbers of rungs, at the left \[px\].
const NUMBERS: f64 = 40.0;

/// Returns the lines of text below a rung's bar.
fn below(rung: &Rung, lang: Lang) -> Vec<String> {
    let room = WIDTH - 2.0 * MARGIN - NUMBERS - 20.0;
    let text = |one| style::fit(&format!("↑ {}", lifted(one, lang)), SMALL, room);
    rung.lifted_by.iter().map(text).collect()
}

/// Draws the chart.
pub(crate) fn draw(ladder: &Ladder, end: &Ending, lang: Lang) -> Canvas {
    let title = title(ladder, end, lang);
    let conditions = vec![
        ladder.head.system.clone(),
        ladder.head.scenario.clone(),
        say(lang, Word::Mix, &[&ladder.head.mix]),
        say(lang, Word::Calibration, &[&ladder.head.calibration]),
        say(lang, Word::Seed, &[&ladder.head.seed.to_string()]),
    ];
    let heading = Heading::of(&title, conditions);
    let rungs: Vec<&Rung> =
        ladder.ladder.iter().filter(|rung| rung.variant == end.variant).collect();
    let heights: Vec<f64> =
        rungs.iter().map(|rung| LINE * (1 + below(rung, lang).len()) as f64 + BAR + 16.0).collect();
    let top = heading.bottom() + 44.0;
    let height: f64 = heights.iter().sum();
    let highest = rungs.iter().map(|rung| number::reach(&rung.rps)).fold(ladder.up_to, f64::max);
    let panel = Panel {
        left: MARGIN + NUMBERS,
        top,
        width: WIDTH - 2.0 * MARGIN - NUMBERS - 20.0,
        height,
        x: Axis::from_zero(highest, 8.0),
        y: Axis::from_zero(1.0, 1.0),
    };
    canvas::draw(top + height + 60.0, &title, |canvas| {
        heading.draw(canvas);
        for (at, label) in &panel.x.ticks {
            let x = panel.x(*at);
            canvas.line((x, top), (x, top + height), style::GRID, 1.0);
            canvas.text(label, (x, top + height + 18.0), Ink::middle(SMALL, FAINT));
        }
        canvas.text(
            unit(ladder.axis),
            (panel.right(), top + height + 40.0),
            Ink::right(SMALL, FAINT),
        );
        let x = panel.x(ladder.up_to);
        canvas.line((x, top - 6.0), (x, top + height), INK, 1.5);
        let words = say(lang, Word::LadderWanted, &[&wanted(ladder, lang)]);
        canvas.text(&words, (x - 6.0, top - 14.0), Ink::right(SMALL, INK));
        let mut y = top + 4.0;
        for (rung, height) in rungs.iter().zip(&heights) {
            row(canvas, &panel, ladder, rung, y, lang);
            y += height;
        }
    })
}

fn row(canvas: &mut Canvas, panel: &Panel, ladder: &Ladder, rung: &Rung, top: f64, lang: Lang) {
    let colour = style::variant(0);
    let middle = top + LINE / 2.0;
    canvas.text(&rung.rung.to_string(), (MARGIN + 10.0, middle), Ink::left(LABEL, FAINT));
    let words = format!("{} · {}", line(ladder, rung), resource(rung, lang));
    let words = style::fit(&words, SMALL, panel.width);
    canvas.text(&words, (panel.left + 4.0, middle), Ink::left(SMALL, INK));
    let bar = top + LINE;
    let corner = (panel.x(rung.rps.mean), bar + BAR);
    canvas.rectangle((panel.left, bar), corner, colour, 0.75);
    // Confidence interval as a whisker.
    let (low, high, at) = (panel.x(rung.rps.low), panel.x(rung.rps.high), bar + BAR / 2.0);
    canvas.line((low, at), (high, at), INK, 1.5);
    // Where the axis ends before the interval does, the whisker has no cap.
    for (value, end) in [(rung.rps.low, low), (rung.rps.high, high)] {
        if panel.x.reaches(value) {
            canvas.line((end, at - 5.0), (end, at + 5.0), INK, 1.5);
        }
    }
    for (number, text) in below(rung, lang).iter().enumerate() {
        let y = bar + BAR + LINE * (number as f64 + 0.5) + 2.0;
        canvas.text(text, (panel.left + 4.0, y), Ink::left(SMALL, FAINT));
    }
}
