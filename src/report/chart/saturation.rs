//! Response time and throughput over offered load, with the line of each variant.

use super::Heading;
use super::axis::{Axis, Panel};
use crate::report::style::{self, Canvas, FAINT, INK, Ink, LABEL, MARGIN, SMALL, WIDTH};
use crate::report::words::{Lang, Word, say};
use crate::report::{facts, number};
use crate::stats::Estimate;
use crate::study::result::{AtLoad, CurvePoint, StudyResult};

/// Most room for the names of lines, at the right \[px\].
const NAMES: f64 = 260.0;
/// From the panel to the names \[px\].
const LEADER: f64 = 22.0;
/// Room for ticks, at the left \[px\].
const TICKS: f64 = 92.0;
/// Height of a panel \[px\].
const PANEL: f64 = 330.0;

/// The finding.
pub(super) fn title(result: &StudyResult, lang: Lang) -> String {
    facts::headline(result, lang).unwrap_or_else(|| Word::ChartCurve.text(lang).to_owned())
}

/// A variant's curve in one panel: `(rps, low, mean, high)`.
struct Series<'a> {
    index: usize,
    name: &'a str,
    points: Vec<[f64; 4]>,
}

fn series(result: &StudyResult, of: fn(&AtLoad) -> &Estimate) -> Vec<Series<'_>> {
    let mut all = Vec::new();
    for (index, variant) in result.variants.iter().enumerate() {
        let mut curve: Vec<&CurvePoint> = variant.curve.iter().collect();
        curve.sort_by(|a, b| a.at.rps.total_cmp(&b.at.rps));
        let known = curve.iter().filter(|point| number::known(of(&point.at)));
        let points: Vec<[f64; 4]> = known
            .map(|point| {
                let estimate = of(&point.at);
                [point.at.rps, estimate.low, estimate.mean, estimate.high]
            })
            .collect();
        if !points.is_empty() {
            all.push(Series { index, name: &variant.name, points });
        }
    }
    all
}

/// As SVG; none without a curve.
pub(super) fn draw(result: &StudyResult, lang: Lang) -> Option<String> {
    let p99 = series(result, |at| &at.p99_ms);
    let events = result.target_load.events_per_s;
    let rates = match events {
        Some(_) => series(result, |at| &at.events_per_s),
        None => series(result, |at| &at.goodput_rps),
    };
    if p99.is_empty() && rates.is_empty() {
        return None;
    }
    let title = title(result, lang);
    let heading = Heading::new(&title, result, lang);
    let marks = heading.bottom() + 14.0;
    let widest = p99.iter().chain(&rates).map(|one| style::text_width(one.name, SMALL));
    let names_room = widest.fold(0.0, f64::max).clamp(60.0, NAMES) + LEADER + 4.0;
    let width = WIDTH - 2.0 * MARGIN - TICKS - names_room;
    let x = load_axis(result, &p99, &rates);
    let panels = usize::from(!p99.is_empty()) + usize::from(!rates.is_empty());
    let first = marks + 62.0;
    let last = first + panels as f64 * PANEL + (panels as f64 - 1.0) * 50.0;
    let svg = style::draw(last + 98.0, &title, |canvas| {
        heading.draw(canvas);
        let mut top = first;
        let mut frames = Vec::new();
        for (series, is_p99) in [(&p99, true), (&rates, false)] {
            if series.is_empty() {
                continue;
            }
            let y = if is_p99 { p99_axis(result, series) } else { rate_axis(events, series) };
            let panel = Panel { left: MARGIN + TICKS, top, width, height: PANEL, x: x.clone(), y };
            let words = match (is_p99, events) {
                (true, _) => Word::P99Axis,
                (false, Some(_)) => Word::EventsAxis,
                (false, None) => Word::GoodputAxis,
            };
            panel.frame(canvas, words.text(lang), top + PANEL >= last);
            frames.push((panel, series, is_p99));
            top += PANEL + 50.0;
        }
        let Some((upper, ..)) = frames.first() else { return };
        let tops: Vec<(f64, f64)> =
            frames.iter().map(|(panel, ..)| (panel.top, panel.bottom())).collect();
        saturation_marks(canvas, result, upper, &tops, marks, lang);
        for (panel, series, is_p99) in &frames {
            lines(canvas, panel, series);
            limits(canvas, result, panel, *is_p99, lang);
            names(canvas, panel, series);
        }
        let centre = MARGIN + TICKS + width / 2.0;
        let words = Word::OfferedAxis.text(lang);
        canvas.text(words, (centre, last + 46.0), Ink::middle(LABEL, INK));
        if result.variants.iter().any(|variant| variant.saturation.is_some()) {
            let note = Word::LinesNote.text(lang);
            canvas.text(note, (centre, last + 72.0), Ink::middle(SMALL, FAINT));
        }
    });
    Some(svg)
}

fn load_axis(result: &StudyResult, p99: &[Series], rates: &[Series]) -> Axis {
    let loads = p99.iter().chain(rates).flat_map(|s| s.points.iter().map(|point| point[0]));
    let lines = result.variants.iter().filter_map(|v| v.saturation.as_ref()).map(|s| s.rps.high);
    let most = loads.chain(lines).chain([result.target_load.rps]).filter(|v| v.is_finite());
    Axis::up_to(most.fold(0.0, f64::max) * 1.03, 7.0)
}

fn p99_axis(result: &StudyResult, series: &[Series]) -> Axis {
    let points = || series.iter().flat_map(|s| &s.points);
    let limit = p99_limit(result);
    let low = points().map(|p| p[2]).filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min);
    let high = points().map(|p| p[3]).chain(limit).fold(0.0, f64::max);
    Axis::fitting(low, high, 5.0)
}

fn rate_axis(events: Option<f64>, series: &[Series]) -> Axis {
    let high = series.iter().flat_map(|s| &s.points).map(|p| p[3]);
    Axis::from_zero(high.chain(events).fold(0.0, f64::max), 5.0)
}

fn p99_limit(result: &StudyResult) -> Option<f64> {
    result.targets.iter().find(|target| target.metric == "p99_ms").map(|target| target.limit)
}

fn lines(canvas: &mut Canvas, panel: &Panel, series: &[Series]) {
    for one in series {
        panel.series(canvas, &one.points, style::variant(one.index), 2.75);
    }
}

fn limits(canvas: &mut Canvas, result: &StudyResult, panel: &Panel, is_p99: bool, lang: Lang) {
    if is_p99 {
        if let Some(limit) = p99_limit(result) {
            let words = say(lang, Word::P99Limit, &[&number::plain(limit)]);
            panel.limit(canvas, limit, &words);
        }
    } else if let Some(events) = result.target_load.events_per_s {
        let words = say(lang, Word::EventsLimit, &[&number::plain(events)]);
        panel.limit(canvas, events, &words);
    } else {
        let end = panel.x.high().min(panel.y.high());
        let from = (panel.x(0.0), panel.y(0.0));
        canvas.line(from, (panel.x(end), panel.y(end)), FAINT, 1.0);
        let words = Word::OfferedEqual.text(lang);
        let at = (panel.x(end * 0.9) - 12.0, panel.y(end * 0.9) - 6.0);
        canvas.text(words, at, Ink::right(SMALL, FAINT));
    }
}

/// Names at the ends of lines, pushed apart, with a hair line to where the line ends.
fn names(canvas: &mut Canvas, panel: &Panel, series: &[Series]) {
    let ends: Vec<(f64, f64)> = series
        .iter()
        .filter_map(|one| one.points.last())
        .map(|last| (panel.x(last[0]), panel.y(last[2])))
        .collect();
    let room = WIDTH - MARGIN - panel.right() - LEADER;
    let labels: Vec<Vec<String>> =
        series.iter().map(|one| style::break_lines(one.name, SMALL, room, 2)).collect();
    let wishes: Vec<(f64, f64)> = ends
        .iter()
        .zip(&labels)
        .map(|(end, lines)| (end.1, 19.2 * lines.len().max(1) as f64 + 5.0))
        .collect();
    let places = style::spread(&wishes, panel.top - 10.0, panel.bottom() + 10.0);
    for (((one, end), place), label) in series.iter().zip(&ends).zip(places).zip(&labels) {
        let colour = style::variant(one.index);
        let x = panel.right() + LEADER;
        canvas.path(
            &[(end.0 + 2.0, end.1), (panel.right() + 4.0, end.1), (x - 4.0, place)],
            colour,
            0.75,
        );
        canvas.block(label, (x, place), Ink::left(SMALL, style::dark(colour)));
    }
}

/// Dashed lines where the variants saturate and a full one at the target, labelled above.
fn saturation_marks(
    canvas: &mut Canvas,
    result: &StudyResult,
    panel: &Panel,
    panels: &[(f64, f64)],
    top: f64,
    lang: Lang,
) {
    let wanted = result.target_load.rps;
    let target = say(lang, Word::WantedRps, &[&format!("{} RPS", number::plain(wanted))]);
    let mut marks = vec![(panel.x(wanted), target, None)];
    for (index, variant) in result.variants.iter().enumerate() {
        let Some(saturation) = &variant.saturation else { continue };
        if !number::known(&saturation.rps) {
            continue;
        }
        let x = panel.x(saturation.rps.mean);
        let colour = style::variant(index);
        for (from, to) in panels {
            if number::half_width(&saturation.rps).is_some() {
                let (low, high) = (panel.x(saturation.rps.low), panel.x(saturation.rps.high));
                canvas.rectangle((low, *from), (high, *to), colour, 0.10);
            }
            canvas.dashed((x, *from), (x, *to), colour, 2.0);
        }
        marks.push((x, facts::line(saturation, lang), Some(colour)));
    }
    for (from, to) in panels {
        canvas.line((panel.x(wanted), *from), (panel.x(wanted), *to), INK, 1.5);
    }
    let wishes: Vec<(f64, f64)> =
        marks.iter().map(|(x, text, _)| (*x, style::text_width(text, SMALL) + 16.0)).collect();
    let places = style::spread(&wishes, MARGIN, WIDTH - MARGIN);
    for ((x, text, colour), place) in marks.iter().zip(places) {
        let ink = colour.map_or(INK, style::dark);
        canvas.text(text, (place, top), Ink::middle(SMALL, ink));
        let foot = panel.top - 34.0;
        let line = colour.unwrap_or(INK);
        canvas.path(&[(place, top + 11.0), (*x, foot), (*x, panel.top)], line, 0.75);
    }
}
