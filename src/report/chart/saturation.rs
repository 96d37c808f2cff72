//! Response time and throughput over offered load, with the line (saturation throughput) of each
//! variant.

use super::Heading;
use super::axis::{Axis, Panel, Place};
use crate::report::canvas::{self, Canvas, Ink};
use crate::report::style::{self, FAINT, INK, LABEL, MARGIN, SMALL, WIDTH};
use crate::report::words::{Lang, Word, say};
use crate::report::{facts, number};
use crate::stats::Estimate;
use crate::study::metric::Metric;
use crate::study::result::{AtLoad, CurvePoint, Saturation, StudyResult};

/// Largest space for the labels of curves, at the right \[px\].
const NAMES: f64 = 260.0;
/// Distance from the panel to the labels \[px\].
const LEADER: f64 = 22.0;
/// Space for tick labels, at the left \[px\].
const TICKS: f64 = 92.0;
/// Height of a panel \[px\].
const PANEL: f64 = 330.0;

/// Returns the finding.
pub(super) fn title(result: &StudyResult, lang: Lang) -> String {
    facts::headline(result, lang).unwrap_or_else(|| Word::ChartCurve.text(lang).to_owned())
}

/// Curve of a variant in one panel: `(rps, low, mean, high)`.
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
                let [low, mean, high] = number::band(of(&point.at));
                [point.at.rps, low, mean, high]
            })
            .collect();
        if !points.is_empty() {
            all.push(Series { index, name: &variant.name, points });
        }
    }
    all
}

/// Draws the chart; `None` without a curve.
pub(super) fn draw(result: &StudyResult, lang: Lang) -> Option<Canvas> {
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
    // Heading, labels of the lines, then the panel: nothing crosses the words.
    let first = marks + 76.0;
    let last = first + panels as f64 * PANEL + (panels as f64 - 1.0) * 50.0;
    let drawn = canvas::draw(last + 98.0, &title, |canvas| {
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
            let above = if frames.is_empty() { top - marks } else { 17.0 };
            panel.frame(canvas, words.text(lang), above, top + PANEL >= last);
            frames.push((panel, series, is_p99));
            top += PANEL + 50.0;
        }
        let Some((upper, ..)) = frames.first() else { return };
        let tops: Vec<(f64, f64)> =
            frames.iter().map(|(panel, ..)| (panel.top, panel.bottom())).collect();
        let uprights = saturation_marks(canvas, result, upper, &tops, marks + 32.0, lang);
        for (panel, series, is_p99) in &frames {
            lines(canvas, panel, series);
            let upright = |x: &f64| vec![(*x, panel.top), (*x, panel.bottom())];
            let mut paths: Vec<Vec<Place>> = uprights.iter().map(upright).collect();
            for one in *series {
                paths.push(panel.path(&one.points));
                paths.extend(panel.edges(&one.points));
            }
            limits(canvas, result, panel, *is_p99, &paths, lang);
            names(canvas, panel, series);
        }
        let centre = MARGIN + TICKS + width / 2.0;
        let words = Word::OfferedAxis.text(lang);
        canvas.text(words, (centre, last + 46.0), Ink::middle(LABEL, INK));
        if result.variants.iter().any(|variant| variant.saturation.is_some()) {
            let percent = number::plain(result.head.confidence * 100.0);
            let mut note = say(lang, Word::LinesNote, &[&percent, &curve_count(result, lang)]);
            if few(result) {
                note = format!("{note} · {}", Word::BandsFew.text(lang));
            }
            canvas.text(&note, (centre, last + 72.0), Ink::middle(SMALL, FAINT));
        }
    });
    Some(drawn)
}

/// Whether a line or a point of a curve has too few replications for a band.
fn few(result: &StudyResult) -> bool {
    let lines = result.variants.iter().filter_map(|variant| variant.saturation.as_ref());
    let points = result.variants.iter().flat_map(|variant| &variant.curve);
    let all = lines.map(|line| &line.rps).chain(points.map(|point| &point.at.p99_ms));
    all.filter(|one| number::known(one)).any(number::few)
}

/// Formats the number of replications behind the curves: `n 2`, `n 2–8`.
fn curve_count(result: &StudyResult, lang: Lang) -> String {
    let points = || result.variants.iter().flat_map(|variant| &variant.curve);
    let counts = || points().map(|point| &point.at.p99_ms).filter(|p99| number::known(p99));
    let low = counts().min_by_key(|p99| p99.n).copied().unwrap_or_default();
    let high = counts().max_by_key(|p99| p99.n).copied().unwrap_or_default();
    if low.n == high.n || high.is_exact() {
        return facts::count(&low, lang);
    }
    say(lang, Word::Replications, &[&format!("{}–{}", low.n, high.n)])
}

fn load_axis(result: &StudyResult, p99: &[Series], rates: &[Series]) -> Axis {
    let loads = p99.iter().chain(rates).flat_map(|s| s.points.iter().map(|point| point[0]));
    let lines =
        result.variants.iter().filter_map(|v| v.saturation.as_ref()).map(|s| number::reach(&s.rps));
    let most = loads.chain(lines).chain([result.target_load.rps]).filter(|v| v.is_finite());
    Axis::up_to(most.fold(0.0, f64::max) * 1.03, 7.0)
}

fn p99_axis(result: &StudyResult, series: &[Series]) -> Axis {
    let points = || series.iter().flat_map(|s| &s.points);
    let limit = p99_limit(result);
    let low = points().map(|p| p[2]).filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min);
    // By means: the interval of two replications may reach far beyond any value.
    let high = points().map(|p| p[2]).chain(limit).fold(0.0, f64::max) * 1.1;
    Axis::fitting(low, high, 5.0)
}

fn rate_axis(events: Option<f64>, series: &[Series]) -> Axis {
    let high = series.iter().flat_map(|s| &s.points).map(|p| p[2] * 1.1);
    // Space above the limit for its label.
    Axis::from_zero(high.chain(events.map(|e| e * 1.1)).fold(0.0, f64::max), 5.0)
}

fn p99_limit(result: &StudyResult) -> Option<f64> {
    result.targets.iter().find(|target| target.metric == Metric::P99Ms).map(|target| target.limit)
}

fn lines(canvas: &mut Canvas, panel: &Panel, series: &[Series]) {
    let lines: Vec<_> =
        series.iter().map(|one| (one.points.clone(), style::variant(one.index))).collect();
    panel.series(canvas, &lines, 2.75);
}

fn limits(
    canvas: &mut Canvas,
    result: &StudyResult,
    panel: &Panel,
    is_p99: bool,
    paths: &[Vec<Place>],
    lang: Lang,
) {
    if is_p99 {
        if let Some(limit) = p99_limit(result) {
            let words = say(lang, Word::P99Limit, &[&number::plain(limit)]);
            panel.limit(canvas, limit, &words, paths);
        }
    } else if let Some(events) = result.target_load.events_per_s {
        let words = say(lang, Word::EventsLimit, &[&number::plain(events)]);
        panel.limit(canvas, events, &words, paths);
    } else {
        let end = panel.x.high().min(panel.y.high());
        let from = (panel.x(0.0), panel.y(0.0));
        canvas.line(from, (panel.x(end), panel.y(end)), FAINT, 1.0);
        let words = Word::OfferedEqual.text(lang);
        let at = (panel.x(end * 0.9) - 12.0, panel.y(end * 0.9) - 6.0);
        canvas.text(words, at, Ink::right(SMALL, FAINT));
    }
}

/// Draws labels at the ends of curves, spread apart, with hairlines to the ends.
fn names(canvas: &mut Canvas, panel: &Panel, series: &[Series]) {
    let ends: Vec<(f64, f64)> = series
        .iter()
        .filter_map(|one| one.points.last())
        .map(|last| (panel.x(last[0]), panel.y(last[2])))
        .collect();
    let room = WIDTH - MARGIN - panel.right() - LEADER;
    let labels: Vec<Vec<String>> =
        series.iter().map(|one| style::break_name(one.name, SMALL, room, 2)).collect();
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

/// Draws dashed lines where the variants saturate and a solid one at the target, labelled above;
/// returns their positions.
fn saturation_marks(
    canvas: &mut Canvas,
    result: &StudyResult,
    panel: &Panel,
    panels: &[(f64, f64)],
    top: f64,
    lang: Lang,
) -> Vec<f64> {
    let wanted = result.target_load.rps;
    let target = say(lang, Word::WantedRps, &[&format!("{} RPS", number::plain(wanted))]);
    let mut marks = vec![(panel.x(wanted), target, None)];
    for (index, variant) in result.variants.iter().enumerate() {
        let Some(saturation) = variant.saturation.as_ref().filter(|s| number::known(&s.rps)) else {
            continue;
        };
        let x = panel.x(saturation.rps.mean);
        marks.push((x, facts::line(saturation, lang), Some((index, saturation))));
    }
    for (from, to) in panels {
        for (x, _, line) in &marks {
            let Some((index, saturation)) = line else {
                canvas.line((*x, *from), (*x, *to), INK, 1.5);
                continue;
            };
            let colour = style::variant(*index);
            if number::half_width(&saturation.rps).is_some() && !number::few(&saturation.rps) {
                let (low, high) = (panel.x(saturation.rps.low), panel.x(saturation.rps.high));
                canvas.rectangle((low, *from), (high, *to), colour, 0.10);
            }
            // Coincident lines alternate as dashes.
            let near = |other: &&(f64, String, Option<(usize, &Saturation)>)| {
                other.2.is_some() && (other.0 - x).abs() < 2.5
            };
            let sharing = marks.iter().filter(near).count();
            let turn = marks.iter().filter(near).position(|o| o.2.map(|l| l.0) == Some(*index));
            canvas.dashed((*x, *from), (*x, *to), colour, 2.0, (turn.unwrap_or(0), sharing));
        }
    }
    let wishes: Vec<(f64, f64)> =
        marks.iter().map(|(x, text, _)| (*x, style::text_width(text, SMALL) + 16.0)).collect();
    let places = style::spread(&wishes, MARGIN, WIDTH - MARGIN);
    for ((x, text, line), place) in marks.iter().zip(places) {
        let colour = line.map_or(INK, |(index, _)| style::variant(index));
        let ink = if line.is_some() { style::dark(colour) } else { INK };
        canvas.text(text, (place, top), Ink::middle(SMALL, ink));
        canvas.path(&[(place, top + 11.0), (*x, panel.top - 12.0), (*x, panel.top)], colour, 0.75);
    }
    marks.iter().map(|(x, ..)| *x).collect()
}
