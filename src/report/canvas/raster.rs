//! A canvas as PNG.

use plotters::style::RGBColor;
use tiny_skia::{FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform};
use ttf_parser::{Face, OutlineBuilder};

use super::{Canvas, Ink, Point, Shape, Side, WIDTH, baseline, length};
use crate::report::fonts::Fonts;

/// Width of the line around letters \[px\]: the built-in face is a light one, and thin letters do not
/// survive print.
const AROUND: f32 = 0.4;

/// Longest side of a PNG \[px\]: 160 MB of pixels while it is made.
const LONGEST: f32 = 16_384.0;

/// Why a canvas has no PNG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoPicture {
    /// A letter that no font has.
    Letter,
    /// Too large, or it cannot be encoded.
    Size,
}

/// Encodes the canvas as PNG with `scale` pixels per pixel of the canvas.
///
/// # Errors
///
/// When no font has one of its letters, so that no file ever shows an empty box, or when it is too large.
pub(crate) fn png(canvas: &Canvas, fonts: &Fonts, scale: f32) -> Result<Vec<u8>, NoPicture> {
    let [width, height] = [WIDTH, canvas.height].map(|side| (side.round() as f32 * scale).round());
    if height > LONGEST {
        return Err(NoPicture::Size);
    }
    let pixmap = Pixmap::new(width as u32, height as u32).ok_or(NoPicture::Size)?;
    let faces = fonts.faces();
    let mut sheet = Sheet { pixmap, transform: Transform::from_scale(scale, scale) };
    for shape in &canvas.shapes {
        sheet.draw(shape, &faces)?;
    }
    sheet.pixmap.encode_png().map_err(|_| NoPicture::Size)
}

struct Sheet {
    pixmap: Pixmap,
    transform: Transform,
}

impl Sheet {
    fn draw(&mut self, shape: &Shape, faces: &[Face<'_>]) -> Result<(), NoPicture> {
        match shape {
            Shape::Line { from, to, colour, width } => {
                self.stroke(through(&[*from, *to], false), *colour, length(*width) as f32);
            }
            Shape::Path { points, colour, width } => {
                self.stroke(through(points, false), *colour, length(*width) as f32);
            }
            Shape::Area { points, colour, alpha } => {
                self.fill(through(points, true), *colour, *alpha);
            }
            Shape::Rectangle { from, to, colour, alpha } => {
                let [left, top, right, bottom] =
                    [from.0, from.1, to.0, to.1].map(|at| length(at) as f32);
                let corners = Rect::from_ltrb(left, top, right, bottom);
                self.fill(corners.map(PathBuilder::from_rect), *colour, *alpha);
            }
            Shape::Dot { at, radius, colour } => {
                let [x, y, radius] = [at.0, at.1, *radius].map(|number| length(number) as f32);
                self.fill(PathBuilder::from_circle(x, y, radius), *colour, 1.0);
            }
            Shape::Text { text, at, ink } => {
                let letters = outline(text, *at, *ink, faces)?;
                self.stroke(letters.clone(), ink.colour, AROUND);
                self.fill(letters, ink.colour, 1.0);
            }
        }
        Ok(())
    }

    fn fill(&mut self, path: Option<Path>, colour: RGBColor, alpha: f64) {
        if let Some(path) = path {
            let paint = paint(colour, alpha);
            self.pixmap.fill_path(&path, &paint, FillRule::Winding, self.transform, None);
        }
    }

    fn stroke(&mut self, path: Option<Path>, colour: RGBColor, width: f32) {
        if let Some(path) = path {
            let stroke = Stroke { width, ..Stroke::default() };
            self.pixmap.stroke_path(&path, &paint(colour, 1.0), &stroke, self.transform, None);
        }
    }
}

fn paint(colour: RGBColor, alpha: f64) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    let alpha = (alpha.clamp(0.0, 1.0) * 255.0).round() as u8;
    paint.set_color_rgba8(colour.0, colour.1, colour.2, alpha);
    paint
}

/// A path through points; none where it has no extent.
fn through(points: &[Point], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let (x, y) = (length(*x) as f32, length(*y) as f32);
        if index == 0 {
            path.move_to(x, y);
        } else {
            path.line_to(x, y);
        }
    }
    if closed {
        path.close();
    }
    path.finish()
}

/// Outlines of a line of text; none where it has only spaces.
fn outline(text: &str, at: Point, ink: Ink, faces: &[Face<'_>]) -> Result<Option<Path>, NoPicture> {
    let mut glyphs = Vec::new();
    let mut width = 0.0;
    for letter in text.chars() {
        let found = faces.iter().find_map(|face| Some((face, face.glyph_index(letter)?)));
        let (face, glyph) = found.ok_or(NoPicture::Letter)?;
        let scale = ink.size as f32 / f32::from(face.units_per_em());
        glyphs.push((face, glyph, scale, width));
        width += f32::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * scale;
    }
    let left = length(at.0) as f32
        - match ink.side {
            Side::Left => 0.0,
            Side::Middle => width / 2.0,
            Side::Right => width,
        };
    let mut letters =
        Letters { path: PathBuilder::new(), x: left, y: baseline(at, ink) as f32, scale: 1.0 };
    for (face, glyph, scale, offset) in glyphs {
        letters.x = left + offset;
        letters.scale = scale;
        // Spaces have no outline.
        let _ = face.outline_glyph(glyph, &mut letters);
    }
    Ok(letters.path.finish())
}

/// Moves the outline of one glyph, in font units with y upwards, to its place on the canvas.
struct Letters {
    path: PathBuilder,
    x: f32,
    y: f32,
    scale: f32,
}

impl Letters {
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for Letters {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.place(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.place(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.place(x1, y1), self.place(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) =
            (self.place(x1, y1), self.place(x2, y2), self.place(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw;
    use super::*;
    use crate::report::style::{INK, SMALL};

    fn drawn(paint: impl FnOnce(&mut Canvas)) -> Pixmap {
        Pixmap::decode_png(&png(&draw(20.0, "", paint), &Fonts::latin(), 1.0).unwrap()).unwrap()
    }

    /// Columns with a pixel darker than half.
    fn dark(pixels: &Pixmap) -> Vec<u32> {
        let dark = |x: &u32| {
            (0..pixels.height()).any(|y| pixels.pixel(*x, y).is_some_and(|pixel| pixel.red() < 128))
        };
        (0..pixels.width()).filter(dark).collect()
    }

    #[test]
    fn shapes_lie_where_they_are_drawn() {
        let paper = drawn(|_| ());
        assert_eq!((paper.width(), paper.height()), (1200, 20));
        assert!(dark(&paper).is_empty());
        let filled = drawn(|canvas| canvas.rectangle((10.0, 5.0), (13.0, 15.0), INK, 1.0));
        assert_eq!(dark(&filled), [10, 11, 12]);
        let line = drawn(|canvas| canvas.line((100.0, 10.0), (103.0, 10.0), INK, 2.0));
        assert_eq!(dark(&line), [100, 101, 102]);
        // A quarter of the ink over white stays light.
        let light = drawn(|canvas| canvas.rectangle((0.0, 0.0), (9.0, 9.0), INK, 0.25));
        assert!(dark(&light).is_empty());
        assert!(light.pixel(4, 4).is_some_and(|pixel| pixel.red() < 230));
    }

    #[test]
    fn text_is_held_by_its_side() {
        let ends = |ink: Ink| {
            let columns = dark(&drawn(|canvas| canvas.text("HHH", (600.0, 10.0), ink)));
            (columns[0], columns[columns.len() - 1])
        };
        let left = ends(Ink::left(SMALL, INK));
        let middle = ends(Ink::middle(SMALL, INK));
        let right = ends(Ink::right(SMALL, INK));
        assert!((600..604).contains(&left.0), "{left:?}");
        assert!((596..600).contains(&right.1), "{right:?}");
        assert!((middle.0 + middle.1).abs_diff(1200) < 3, "{middle:?}");
        assert!((left.1 - left.0).abs_diff(right.1 - right.0) < 2);
    }

    #[test]
    fn what_cannot_be_drawn_has_no_picture() {
        let hangul = draw(20.0, "", |c| c.text("포화", (0.0, 10.0), Ink::left(SMALL, INK)));
        assert_eq!(png(&hangul, &Fonts::latin(), 1.0), Err(NoPicture::Letter));
        let endless = draw(1e9, "", |_| ());
        assert_eq!(png(&endless, &Fonts::latin(), 2.0), Err(NoPicture::Size));
        let strange = draw(20.0, "", |canvas| {
            canvas.dot((f64::NAN, f64::INFINITY), f64::NAN, INK);
            canvas.path(&[(f64::NEG_INFINITY, 0.0), (0.0, f64::NAN)], INK, -1.0);
            canvas.rectangle((5.0, 5.0), (1.0, 1.0), INK, f64::NAN);
        });
        assert!(png(&strange, &Fonts::latin(), 1.0).is_ok());
    }
}
