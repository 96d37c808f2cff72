//! Chart: nanoseconds per event over size, one line per axis, logarithmic in size.

use plotters::backend::SVGBackend;
use plotters::prelude::{DrawingBackend, IntoFont, RGBColor, ShapeStyle, TextStyle};
use plotters::style::Color;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// A line of the chart.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    /// Size and nanoseconds per event, by size.
    pub(crate) points: Vec<(f64, f64)>,
}

/// Colours of Okabe and Ito (2008), which colour-blind readers can distinguish.
const COLOURS: [RGBColor; 6] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x33, 0x33, 0x33),
];
const INK: RGBColor = RGBColor(0x22, 0x26, 0x2b);
const GRID: RGBColor = RGBColor(0xe3, 0xe6, 0xe9);
const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
const FONTS: &str = "Ubuntu, Helvetica, Arial, sans-serif";

/// Size of the drawing, and its panel from the top left \[px\].
const SIZE: (i32, i32) = (1_200, 620);
const LEFT: i32 = 80;
const TOP: i32 = 80;
const RIGHT: i32 = 820;
const BOTTOM: i32 = 540;
const SMALL: i32 = 16;
const LARGE: i32 = 22;

struct Paper<'a> {
    backend: SVGBackend<'a>,
}

// Drawing into a string cannot fail: the results below are ignored.
impl Paper<'_> {
    fn line(&mut self, points: &[(i32, i32)], colour: RGBColor, width: u32) {
        let style = ShapeStyle { color: colour.to_rgba(), filled: false, stroke_width: width };
        self.backend.draw_path(points.iter().copied(), &style).ok();
    }

    fn dot(&mut self, at: (i32, i32), colour: RGBColor) {
        let style = ShapeStyle { color: colour.to_rgba(), filled: true, stroke_width: 1 };
        self.backend.draw_circle(at, 4, &style, true).ok();
    }

    fn text(&mut self, text: &str, at: (i32, i32), em: i32, side: HPos, colour: RGBColor) {
        let font = (FONTS, f64::from(em) * 1.24).into_font();
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(side, VPos::Top));
        self.backend.draw_text(text, &style, (at.0, at.1 - em / 2)).ok();
    }
}

/// Formats with commas between thousands.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Draws the chart as SVG.
pub(crate) fn draw(lines: &[Line]) -> String {
    let all = || lines.iter().flat_map(|line| &line.points);
    let highest = all().map(|point| point.1).fold(1.0, f64::max);
    let decades = all().map(|point| point.0.log10()).fold(1.0, f64::max).ceil();
    // A round step that gives four to eight of them.
    let step = [10.0, 20.0, 50.0, 100.0, 200.0, 500.0]
        .into_iter()
        .find(|step| highest / step <= 8.0)
        .unwrap_or(1_000.0);
    let top = (highest / step).ceil() * step;
    let x = |size: f64| LEFT + (size.log10() / decades * f64::from(RIGHT - LEFT)).round() as i32;
    let y = |nanos: f64| BOTTOM - (nanos / top * f64::from(BOTTOM - TOP)).round() as i32;
    let size = (SIZE.0.unsigned_abs(), SIZE.1.unsigned_abs());
    let mut svg = String::new();
    {
        let mut paper = Paper { backend: SVGBackend::with_string(&mut svg, size) };
        let white = ShapeStyle { color: PAPER.to_rgba(), filled: true, stroke_width: 0 };
        paper.backend.draw_rect((0, 0), SIZE, &white, true).ok();
        let title = "Time of an event over size";
        paper.text(title, (24, 32), LARGE, HPos::Left, INK);
        paper.text("ns an event", (LEFT, TOP - 22), SMALL, HPos::Left, INK);
        let ticks = (top / step).round() as i32;
        for tick in 0..=ticks {
            let nanos = f64::from(tick) * step;
            paper.line(&[(LEFT, y(nanos)), (RIGHT, y(nanos))], GRID, 1);
            paper.text(&grouped(nanos), (LEFT - 10, y(nanos)), SMALL, HPos::Right, INK);
        }
        for decade in 0..=decades as i32 {
            let size = 10f64.powi(decade);
            paper.line(&[(x(size), TOP), (x(size), BOTTOM)], GRID, 1);
            paper.text(&grouped(size), (x(size), BOTTOM + 20), SMALL, HPos::Center, INK);
        }
        let middle = i32::midpoint(LEFT, RIGHT);
        paper.text("size", (middle, BOTTOM + 50), SMALL, HPos::Center, INK);
        names_and_lines(&mut paper, lines, x, y);
    }
    svg
}

/// Draws the lines, and their names at the right in the order of their ends.
fn names_and_lines(
    paper: &mut Paper,
    lines: &[Line],
    x: impl Fn(f64) -> i32,
    y: impl Fn(f64) -> i32,
) {
    let last = |line: &Line| line.points.last().map_or(0.0, |point| point.1);
    let mut order: Vec<(usize, &Line)> = lines.iter().enumerate().collect();
    order.sort_by(|a, b| last(b.1).total_cmp(&last(a.1)));
    for (row, (index, line)) in (0..).zip(order) {
        let colour = COLOURS[index % COLOURS.len()];
        let path: Vec<(i32, i32)> =
            line.points.iter().map(|&(size, nanos)| (x(size), y(nanos))).collect();
        paper.line(&path, colour, 3);
        for &point in &path {
            paper.dot(point, colour);
        }
        let height = TOP + 12 + 30 * row;
        paper.line(&[(RIGHT + 24, height), (RIGHT + 52, height)], colour, 3);
        paper.dot((RIGHT + 38, height), colour);
        paper.text(line.name, (RIGHT + 62, height), SMALL, HPos::Left, INK);
    }
}
