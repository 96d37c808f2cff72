//! Drawing surface of charts: shapes in pixels, kept until a file is made of them.

use std::fmt::{Display, Write};

use plotters::style::RGBColor;

use super::style::{PAPER, WIDTH, hex};
use crate::plain;

/// PNG.
pub(crate) mod raster;

/// Font families by preference; the first is the one that PNG charts embed.
const FONTS: &str = "Ubuntu, Ubuntu Light, Noto Sans KR, Apple SD Gothic Neo, Malgun Gothic, \
                     NanumGothic, Helvetica, Arial, sans-serif";

/// Horizontal anchor of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Left end.
    Left,
    /// Middle.
    Middle,
    /// Right end.
    Right,
}

/// Style of text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ink {
    /// Size \[px\].
    pub(crate) size: f64,
    /// Colour.
    pub(crate) colour: RGBColor,
    /// Horizontal anchor.
    pub(crate) side: Side,
}

impl Ink {
    /// Returns a style with text anchored at its left end.
    pub(crate) fn left(size: f64, colour: RGBColor) -> Ink {
        Ink { size, colour, side: Side::Left }
    }

    /// Returns a style with text anchored at its middle.
    pub(crate) fn middle(size: f64, colour: RGBColor) -> Ink {
        Ink { size, colour, side: Side::Middle }
    }

    /// Returns a style with text anchored at its right end.
    pub(crate) fn right(size: f64, colour: RGBColor) -> Ink {
        Ink { size, colour, side: Side::Right }
    }
}

type Point = (f64, f64);

/// A shape, in pixels.
enum Shape {
    Line { from: Point, to: Point, colour: RGBColor, width: f64 },
    Path { points: Vec<Point>, colour: RGBColor, width: f64 },
    Area { points: Vec<Point>, colour: RGBColor, alpha: f64 },
    Rectangle { from: Point, to: Point, colour: RGBColor, alpha: f64 },
    Dot { at: Point, radius: f64, colour: RGBColor },
    Text { text: String, at: Point, ink: Ink },
}

/// A drawing in pixels, `(0, 0)` at the top left.
pub(crate) struct Canvas {
    height: f64,
    title: String,
    shapes: Vec<Shape>,
}

/// Draws on a white canvas, 1,200 px wide. `title` is the alternative text for screen readers.
pub(crate) fn draw(height: f64, title: &str, paint: impl FnOnce(&mut Canvas)) -> Canvas {
    let mut canvas = Canvas { height, title: plain::visible(title), shapes: Vec::new() };
    canvas.rectangle((0.0, 0.0), (WIDTH, height), PAPER, 1.0);
    paint(&mut canvas);
    canvas
}

impl Canvas {
    /// Draws a straight line.
    pub(crate) fn line(&mut self, from: Point, to: Point, colour: RGBColor, width: f64) {
        self.shapes.push(Shape::Line { from, to, colour, width });
    }

    /// Draws a dashed straight line; `(turn, of)` offsets the dashes of one of several coincident
    /// lines.
    pub(crate) fn dashed(
        &mut self,
        from: Point,
        to: Point,
        colour: RGBColor,
        width: f64,
        (turn, of): (usize, usize),
    ) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        let (dash, gap) = (8.0, 6.0);
        let mut at = (dash + gap) * turn as f64;
        while at < length {
            let end = (at + dash).min(length);
            let point = |t: f64| (from.0 + dx * t / length, from.1 + dy * t / length);
            self.line(point(at), point(end), colour, width);
            at += (dash + gap) * of.max(1) as f64;
        }
    }

    /// Draws a polyline.
    pub(crate) fn path(&mut self, points: &[Point], colour: RGBColor, width: f64) {
        if points.len() > 1 {
            self.shapes.push(Shape::Path { points: points.to_vec(), colour, width });
        }
    }

    /// Draws a filled polygon.
    pub(crate) fn area(&mut self, points: &[Point], colour: RGBColor, alpha: f64) {
        if points.len() > 2 {
            self.shapes.push(Shape::Area { points: points.to_vec(), colour, alpha });
        }
    }

    /// Draws a filled rectangle.
    pub(crate) fn rectangle(&mut self, from: Point, to: Point, colour: RGBColor, alpha: f64) {
        self.shapes.push(Shape::Rectangle { from, to, colour, alpha });
    }

    /// Draws a dot.
    pub(crate) fn dot(&mut self, at: Point, radius: f64, colour: RGBColor) {
        self.shapes.push(Shape::Dot { at, radius, colour });
    }

    /// Draws text, vertically centred on `at`.
    pub(crate) fn text(&mut self, text: &str, at: Point, ink: Ink) {
        if !text.trim().is_empty() {
            self.shapes.push(Shape::Text { text: plain::visible(text), at, ink });
        }
    }

    /// Draws lines of text as a block, vertically centred on `at`.
    pub(crate) fn block(&mut self, lines: &[String], at: Point, ink: Ink) {
        let first = at.1 - (lines.len() as f64 - 1.0) * ink.size * 0.6;
        for (index, line) in lines.iter().enumerate() {
            self.text(line, (at.0, first + index as f64 * ink.size * 1.2), ink);
        }
    }

    /// Returns the drawing as SVG.
    pub(crate) fn svg(&self) -> String {
        let height = self.height.round();
        let mut svg = format!(
            "<svg width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
             xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" font-family=\"{FONTS}\">\n\
             <title>{}</title>\n",
            escaped(&self.title)
        );
        for shape in &self.shapes {
            shape.write(&mut svg);
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// Rounds a length to a hundredth of a pixel, finer than any screen or printer resolves.
fn length(length: f64) -> f64 {
    // Charts of strange results must still be drawn: NaN becomes 0, and extremes are clamped.
    let length = if length.is_nan() { 0.0 } else { length.clamp(-1e6, 1e6) };
    // Adding zero turns minus zero into zero.
    (length * 100.0).round() / 100.0 + 0.0
}

/// Returns the baseline of a text: 0.34 em below the middle of its letters.
fn baseline(at: Point, ink: Ink) -> f64 {
    length(at.1 + ink.size * 0.34)
}

/// Formats points as the `points` attribute of SVG.
fn path(points: &[Point]) -> String {
    let points = points.iter().map(|(x, y)| format!("{},{}", length(*x), length(*y)));
    points.collect::<Vec<_>>().join(" ")
}

/// Escapes text for SVG.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Shape {
    /// Writes the shape as an SVG element.
    fn write(&self, svg: &mut String) {
        match self {
            Shape::Line { from, to, colour, width } => {
                let mut tag = Tag::open(svg, "line");
                tag.put("stroke", hex(*colour)).put("stroke-width", length(*width));
                tag.put("x1", length(from.0)).put("y1", length(from.1));
                tag.put("x2", length(to.0)).put("y2", length(to.1));
                tag.close();
            }
            Shape::Path { points, colour, width } => {
                let mut tag = Tag::open(svg, "polyline");
                tag.put("fill", "none").put("stroke", hex(*colour));
                tag.put("stroke-width", length(*width)).put("points", path(points));
                tag.close();
            }
            Shape::Area { points, colour, alpha } => {
                let mut tag = Tag::open(svg, "polygon");
                tag.fill(*colour, *alpha).put("points", path(points));
                tag.close();
            }
            Shape::Rectangle { from, to, colour, alpha } => {
                let [left, top, right, bottom] = [from.0, from.1, to.0, to.1].map(length);
                let mut tag = Tag::open(svg, "rect");
                tag.put("x", left).put("y", top);
                tag.put("width", length(right - left)).put("height", length(bottom - top));
                tag.fill(*colour, *alpha);
                tag.close();
            }
            Shape::Dot { at, radius, colour } => {
                let mut tag = Tag::open(svg, "circle");
                tag.put("cx", length(at.0)).put("cy", length(at.1)).put("r", length(*radius));
                tag.fill(*colour, 1.0);
                tag.close();
            }
            Shape::Text { text, at, ink } => {
                let anchor = match ink.side {
                    Side::Left => "start",
                    Side::Middle => "middle",
                    Side::Right => "end",
                };
                let mut tag = Tag::open(svg, "text");
                tag.put("x", length(at.0)).put("y", baseline(*at, *ink));
                tag.put("text-anchor", anchor).put("font-size", ink.size);
                tag.fill(ink.colour, 1.0);
                tag.close_around(text);
            }
        }
    }
}

/// A tag under construction; its attributes need no escaping. Writing to a string cannot fail.
struct Tag<'a> {
    svg: &'a mut String,
    name: &'static str,
}

impl<'a> Tag<'a> {
    fn open(svg: &'a mut String, name: &'static str) -> Tag<'a> {
        let _ = write!(svg, "<{name}");
        Tag { svg, name }
    }

    fn put(&mut self, name: &str, value: impl Display) -> &mut Tag<'a> {
        let _ = write!(self.svg, " {name}=\"{value}\"");
        self
    }

    fn fill(&mut self, colour: RGBColor, alpha: f64) -> &mut Tag<'a> {
        if alpha < 1.0 {
            self.put("opacity", alpha);
        }
        self.put("fill", hex(colour))
    }

    fn close(self) {
        self.svg.push_str("/>\n");
    }

    fn close_around(self, text: &str) {
        let _ = writeln!(self.svg, ">{}</{}>", escaped(text), self.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::style::{INK, SMALL};

    #[test]
    fn shapes_are_written_to_a_hundredth_of_a_pixel() {
        let drawn = draw(20.0, "a < b", |canvas| {
            canvas.line((0.0, -0.001), (1.0 / 3.0, 10.0), INK, 1.25);
            canvas.area(&[(0.0, 0.0), (1.0, 0.0), (1.0, 2.5)], INK, 0.12);
            canvas.dot((f64::NAN, f64::INFINITY), 4.0, INK);
            canvas.text("</text>\u{1b}&", (10.0, 10.0), Ink::middle(SMALL, INK));
            canvas.text(" ", (10.0, 10.0), Ink::left(SMALL, INK));
            canvas.path(&[(0.0, 0.0)], INK, 1.0);
        });
        let expected = [
            "<title>a &lt; b</title>",
            "<rect x=\"0\" y=\"0\" width=\"1200\" height=\"20\" fill=\"#FFFFFF\"/>",
            "<line stroke=\"#22262B\" stroke-width=\"1.25\" x1=\"0\" y1=\"0\" x2=\"0.33\" y2=\"10\"/>",
            "<polygon opacity=\"0.12\" fill=\"#22262B\" points=\"0,0 1,0 1,2.5\"/>",
            "<circle cx=\"0\" cy=\"1000000\" r=\"4\" fill=\"#22262B\"/>",
            "<text x=\"10\" y=\"15.44\" text-anchor=\"middle\" font-size=\"16\" fill=\"#22262B\">\
             &lt;/text&gt;␛&amp;</text>",
            "</svg>",
        ];
        assert_eq!(drawn.svg().lines().skip(1).collect::<Vec<_>>(), expected);
    }
}
