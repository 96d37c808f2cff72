//! Breakdown of the response time of successful requests: one stacked bar per variant.

use plotters::style::RGBColor;

use super::Heading;
use super::axis::Axis;
use crate::report::canvas::{self, Canvas, Ink};
use crate::report::number;
use crate::report::style::{self, FAINT, GRID, INK, LABEL, MARGIN, SMALL, WIDTH};
use crate::report::words::{self, Lang, Word, say};
use crate::study::result::{StudyResult, VariantResult};

/// Largest number of parts distinguished; the rest is "other".
const MOST: usize = 7;
/// Share of the bar below which, in every variant, a part is "other".
const TINY: f64 = 0.03;
/// Height of a bar, and distance from one to the next \[px\].
const BAR: f64 = 40.0;
const NEXT: f64 = 62.0;
/// Ratio of totals beyond which bars show shares, since the short ones would vanish.
const UNEQUAL: f64 = 8.0;

const PARTS: [RGBColor; MOST] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0xf0, 0xe4, 0x42),
];
const OTHER: RGBColor = RGBColor(0xb4, 0xba, 0xc0);

/// Bar of a variant: `(index of the part, ms)`; the index after the last is "other".
struct Bar<'a> {
    variant: &'a VariantResult,
    parts: Vec<(usize, f64)>,
    total: f64,
}

fn total(variant: &VariantResult) -> f64 {
    let known = variant.anatomy.iter().filter(|part| number::known(&part.mean_ms));
    known.map(|part| part.mean_ms.mean.max(0.0)).sum()
}

fn with_time(result: &StudyResult) -> Vec<&VariantResult> {
    result.variants.iter().filter(|variant| total(variant) > 0.0).collect()
}

/// Returns the parts distinguished, the largest in any variant, in the order in which requests meet
/// them.
fn parts<'a>(variants: &[&'a VariantResult]) -> Vec<&'a str> {
    let mut sizes: Vec<(&str, f64)> = Vec::new();
    for variant in variants {
        let total = total(variant);
        for part in variant.anatomy.iter().filter(|part| number::known(&part.mean_ms)) {
            let share = part.mean_ms.mean / total;
            match sizes.iter_mut().find(|(name, _)| *name == part.part) {
                Some(known) => known.1 = known.1.max(share),
                None => sizes.push((&part.part, share)),
            }
        }
    }
    let mut ranked: Vec<f64> = sizes.iter().map(|(_, share)| *share).collect();
    ranked.sort_by(|a, b| b.total_cmp(a));
    let least = ranked.get(MOST).copied().unwrap_or(0.0);
    let kept = sizes.iter().filter(|(_, share)| *share >= TINY && *share > least);
    kept.map(|(name, _)| *name).take(MOST).collect()
}

fn bars<'a>(variants: &[&'a VariantResult], names: &[&str]) -> Vec<Bar<'a>> {
    let bar = |variant: &&'a VariantResult| {
        let mut sums = vec![0.0; names.len() + 1];
        for part in variant.anatomy.iter().filter(|part| number::known(&part.mean_ms)) {
            let place = names.iter().position(|name| *name == part.part).unwrap_or(names.len());
            sums[place] += part.mean_ms.mean.max(0.0);
        }
        let parts = sums.into_iter().enumerate().filter(|(_, ms)| *ms > 0.0).collect();
        Bar { variant, parts, total: total(variant) }
    };
    variants.iter().map(bar).collect()
}

/// Returns the finding: the largest part of the longest bar.
pub(super) fn title(result: &StudyResult, lang: Lang) -> String {
    let longest = with_time(result).into_iter().max_by(|a, b| total(a).total_cmp(&total(b)));
    let found = longest.and_then(|variant| {
        let known = variant.anatomy.iter().filter(|part| number::known(&part.mean_ms));
        let part = known.max_by(|a, b| a.mean_ms.mean.total_cmp(&b.mean_ms.mean))?;
        Some((variant, part))
    });
    let Some((variant, part)) = found else {
        return Word::ChartAnatomy.text(lang).to_owned();
    };
    let percent = number::fixed(100.0 * part.mean_ms.mean / total(variant), 0);
    say(lang, Word::AnatomyTitle, &[&words::part(&part.part, lang), &percent, &variant.name])
}

/// Draws the chart; `None` without parts.
pub(super) fn draw(result: &StudyResult, lang: Lang) -> Option<Canvas> {
    let variants = with_time(result);
    if variants.is_empty() {
        return None;
    }
    let names = parts(&variants);
    let bars = bars(&variants, &names);
    let longest = bars.iter().map(|bar| bar.total).fold(0.0, f64::max);
    let shortest = bars.iter().map(|bar| bar.total).fold(f64::INFINITY, f64::min);
    let shares = longest / shortest > UNEQUAL;
    let title = title(result, lang);
    let heading = Heading::new(&title, result, lang);
    let has_other = bars.iter().any(|bar| bar.parts.iter().any(|(place, _)| *place == names.len()));
    let legend = legend(&names, has_other, lang);
    let lines = legend.last().map_or(0, |(line, ..)| line + 1);
    let top = heading.bottom() + 28.0 * lines as f64 + 16.0;
    let widest = variants.iter().map(|v| style::text_width(&v.name, SMALL)).fold(0.0, f64::max);
    let label = (widest + 16.0).min(280.0);
    let left = MARGIN + label;
    let width = WIDTH - MARGIN - left - 190.0;
    let axis = if shares { Axis::up_to(100.0, 5.0) } else { Axis::up_to(longest, 6.0) };
    let bottom = top + NEXT * bars.len() as f64;
    let drawn = canvas::draw(bottom + 76.0, &title, |canvas| {
        heading.draw(canvas);
        for (line, x, text, colour) in &legend {
            let y = heading.bottom() + 28.0 * *line as f64 + 10.0;
            canvas.rectangle((*x, y - 8.0), (*x + 16.0, y + 8.0), *colour, 1.0);
            canvas.text(text, (*x + 24.0, y), Ink::left(SMALL, INK));
        }
        for (at, text) in &axis.ticks {
            let x = left + width * axis.place(*at);
            canvas.line((x, top), (x, bottom), GRID, 1.0);
            canvas.text(text, (x, bottom + 16.0), Ink::middle(SMALL, FAINT));
        }
        let words = if shares { Word::AnatomyShareAxis } else { Word::AnatomyAxis };
        let middle = (left + width / 2.0, bottom + 46.0);
        canvas.text(words.text(lang), middle, Ink::middle(LABEL, INK));
        for (index, bar) in bars.iter().enumerate() {
            let y = top + NEXT * index as f64 + (NEXT - BAR) / 2.0;
            let name = style::break_name(&bar.variant.name, SMALL, label - 14.0, 2);
            canvas.block(&name, (left - 12.0, y + BAR / 2.0), Ink::right(SMALL, INK));
            let scale = if shares { 100.0 / bar.total } else { 1.0 };
            let end =
                stack(canvas, bar, names.len(), (left, y), &|ms| width * axis.place(ms * scale));
            let (ms, rps) = (milliseconds(bar.total), number::plain(bar.variant.anatomy_rps));
            let text = say(lang, Word::AnatomyAt, &[&ms, &rps]);
            let right = end + 16.0 + style::text_width(&text, SMALL);
            canvas.rectangle((end + 8.0, y + 8.0), (right, y + BAR - 8.0), style::PAPER, 1.0);
            canvas.text(&text, (end + 12.0, y + BAR / 2.0), Ink::left(SMALL, FAINT));
        }
    });
    Some(drawn)
}

/// Formats with the same number of decimals in every bar, so that they can be compared.
fn milliseconds(ms: f64) -> String {
    number::fixed(ms, if ms < 0.95 { 2 } else { i32::from(ms < 99.5) })
}

/// Draws the parts of a bar, labelled in milliseconds where there is space, and returns its right
/// end.
fn stack(
    canvas: &mut Canvas,
    bar: &Bar,
    named: usize,
    at: (f64, f64),
    place: &dyn Fn(f64) -> f64,
) -> f64 {
    let (left, y) = at;
    let mut sum = 0.0;
    for (part, ms) in &bar.parts {
        let from = left + place(sum);
        sum += ms;
        let to = left + place(sum);
        let colour = if *part < named { PARTS[*part % MOST] } else { OTHER };
        canvas.rectangle((from, y), ((to - 1.0).max(from), y + BAR), colour, 1.0);
        let short = milliseconds(*ms);
        let full = format!("{short} ms");
        let room = to - from - 8.0;
        let text = [full, short].into_iter().find(|text| style::text_width(text, SMALL) <= room);
        if let Some(text) = text {
            let middle = (f64::midpoint(from, to), y + BAR / 2.0);
            canvas.text(&text, middle, Ink::middle(SMALL, style::ink_on(colour)));
        }
    }
    left + place(sum)
}

/// Lays out the legend: line, left end, text and colour of each part's name.
fn legend(names: &[&str], other: bool, lang: Lang) -> Vec<(usize, f64, String, RGBColor)> {
    let mut texts: Vec<(String, RGBColor)> = names
        .iter()
        .zip(PARTS)
        .map(|(name, colour)| (style::fit(&words::part(name, lang), SMALL, 500.0), colour))
        .collect();
    if other {
        texts.push((Word::Other.text(lang).to_owned(), OTHER));
    }
    let mut entries = Vec::new();
    let (mut line, mut x) = (0, MARGIN);
    for (text, colour) in texts {
        let width = 24.0 + style::text_width(&text, SMALL) + 26.0;
        if x > MARGIN && x + width > WIDTH - MARGIN {
            line += 1;
            x = MARGIN;
        }
        entries.push((line, x, text, colour));
        x += width;
    }
    entries
}
