//! Style of all charts: colours, sizes, scales, and fitting of text.
//!
//! Colours of variants are those of Okabe and Ito (2008), distinguishable for colour-blind readers;
//! the scale of shares is a straight path through lightness in `OKLCh` (Ottosson 2020), so that
//! equal steps of a share look like equal steps, in greyscale print too.

use plotters::style::RGBColor;
use unicode_width::UnicodeWidthChar;

/// Width of every chart \[px\].
pub(crate) const WIDTH: f64 = 1200.0;
/// Margin around everything \[px\].
pub(crate) const MARGIN: f64 = 24.0;

/// Size of the title \[px\].
pub(crate) const TITLE: f64 = 25.0;
/// Size of panel headings and line labels \[px\].
pub(crate) const LABEL: f64 = 18.0;
/// Size of tick labels and notes \[px\].
pub(crate) const SMALL: f64 = 16.0;

/// Colour of text and axes.
pub(crate) const INK: RGBColor = RGBColor(0x22, 0x26, 0x2b);
/// Colour of secondary text.
pub(crate) const FAINT: RGBColor = RGBColor(0x5b, 0x63, 0x6b);
/// Colour of grid lines.
pub(crate) const GRID: RGBColor = RGBColor(0xe3, 0xe6, 0xe9);
/// Colour of the background.
pub(crate) const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
/// Colours of text on light and on dark data colours: not quite those of ink and paper, which
/// change in dark mode, whereas data colours do not. The dark one is nearly black, because only
/// then one of the two has a contrast of 4.5:1 on every colour.
const ON_LIGHT: RGBColor = RGBColor(0x05, 0x05, 0x06);
const ON_DARK: RGBColor = RGBColor(0xff, 0xff, 0xfe);

const VARIANTS: [RGBColor; 8] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0x33, 0x33, 0x33),
    RGBColor(0x8c, 0x6d, 0x46),
];

/// Returns the colour of a variant.
pub(crate) fn variant(index: usize) -> RGBColor {
    VARIANTS[index % VARIANTS.len()]
}

/// Returns a shade of the colour that is dark enough for text on the background.
pub(crate) fn dark(colour: RGBColor) -> RGBColor {
    let RGBColor(r, g, b) = colour;
    let mut factor = 1.0;
    let shade = |factor: f64| {
        let part = |c: u8| (f64::from(c) * factor).round() as u8;
        RGBColor(part(r), part(g), part(b))
    };
    // WCAG requires a contrast of 4.5:1 for text on white, which is reached at this luminance.
    while luminance(shade(factor)) > 0.18 && factor > 0.2 {
        factor -= 0.05;
    }
    shade(factor)
}

/// Returns a tint of the colour that is light enough for dark text on it; the same in dark mode.
pub(crate) fn pale(colour: RGBColor) -> RGBColor {
    light(colour, 0.36)
}

/// Returns the text colour that is readable on a colour.
pub(crate) fn ink_on(colour: RGBColor) -> RGBColor {
    if contrast(ON_LIGHT, colour) >= contrast(ON_DARK, colour) { ON_LIGHT } else { ON_DARK }
}

/// A colour of charts and its counterparts in dark mode.
pub(crate) struct Night {
    /// Colour on a white background.
    pub(crate) day: RGBColor,
    /// Colour of lines and shapes on a dark background.
    pub(crate) shape: RGBColor,
    /// Colour of text on a dark background.
    pub(crate) text: RGBColor,
}

/// Returns the colours that change in dark mode.
pub(crate) fn night() -> Vec<Night> {
    let both = |day, night| Night { day, shape: night, text: night };
    let mut all = vec![
        both(PAPER, NIGHT),
        both(INK, RGBColor(0xe6, 0xe9, 0xec)),
        both(FAINT, RGBColor(0xa9, 0xb1, 0xb9)),
        both(GRID, RGBColor(0x34, 0x3a, 0x41)),
    ];
    for colour in VARIANTS {
        let text = light(colour, 0.25);
        // WCAG requires 3:1 for lines, 4.5:1 for their labels.
        let shape = if contrast(colour, NIGHT) < 3.0 { text } else { colour };
        all.push(Night { day: colour, shape, text });
        if dark(colour) != colour {
            all.push(both(dark(colour), text));
        }
    }
    all
}

/// Background in dark mode.
pub(crate) const NIGHT: RGBColor = RGBColor(0x16, 0x19, 0x1d);

/// Mixes the colour with white until it reaches a luminance.
fn light(colour: RGBColor, enough: f64) -> RGBColor {
    let mut part = 0.0;
    let mixed = |part: f64| {
        let mix = |c: u8| (f64::from(c) + (255.0 - f64::from(c)) * part).round() as u8;
        RGBColor(mix(colour.0), mix(colour.1), mix(colour.2))
    };
    while luminance(mixed(part)) < enough && part < 1.0 {
        part += 0.05;
    }
    mixed(part)
}

/// Returns the contrast ratio of two colours according to WCAG 2, from 1 to 21.
pub(crate) fn contrast(one: RGBColor, other: RGBColor) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

/// Formats a colour as in CSS: `#0072B2`.
pub(crate) fn hex(colour: RGBColor) -> String {
    let RGBColor(r, g, b) = colour;
    format!("#{r:02X}{g:02X}{b:02X}")
}

/// Returns the relative luminance according to WCAG 2.
fn luminance(colour: RGBColor) -> f64 {
    let linear = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
    };
    let RGBColor(r, g, b) = colour;
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

/// Returns the colour of a share between 0 (light) and 1 (dark).
pub(crate) fn share(share: f64) -> RGBColor {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let lightness = 0.975 - 0.665 * share;
    let hump = libm::sin(std::f64::consts::PI * libm::pow(share, 0.8)).max(0.0);
    let chroma = 0.012 + 0.165 * hump + 0.05 * share;
    // From yellow over red to violet, as flames do: the same order in every language.
    let hue = (100.0 - 130.0 * share).to_radians();
    let (green_red, blue_yellow) = (chroma * libm::cos(hue), chroma * libm::sin(hue));
    let cone = |by_red: f64, by_yellow: f64| {
        let response = lightness + by_red * green_red + by_yellow * blue_yellow;
        response * response * response
    };
    let cones = [
        cone(0.396_337_777_4, 0.215_803_757_3),
        cone(-0.105_561_345_8, -0.063_854_172_8),
        cone(-0.089_484_177_5, -1.291_485_548),
    ];
    let encode = |weights: [f64; 3]| {
        let linear: f64 = weights.iter().zip(cones).map(|(weight, cone)| weight * cone).sum();
        let linear = linear.clamp(0.0, 1.0);
        let coded = if linear <= 0.003_130_8 {
            12.92 * linear
        } else {
            1.055 * libm::pow(linear, 1.0 / 2.4) - 0.055
        };
        (coded * 255.0).round() as u8
    };
    RGBColor(
        encode([4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2]),
        encode([-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5]),
        encode([-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701]),
    )
}

/// Returns a conservative estimate of the width of text \[px\]: about as wide as in Nanum Gothic, the
/// widest of the families that charts ask for.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    let em: f64 = text
        .chars()
        .map(|c| match c {
            _ if c.width().unwrap_or(0) >= 2 => 1.0,
            'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | 'I' => 0.3,
            'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '-' | '/' | '·' => 0.37,
            'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.95,
            c if c.is_ascii_uppercase() => 0.75,
            _ => 0.61,
        })
        .sum();
    em * size
}

/// Shortens text to a width, replacing its end by an ellipsis.
pub(crate) fn fit(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if text_width(&kept, size) + 0.9 * size > width {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

/// Shortens a name to a width, replacing its middle by an ellipsis, since names of a system often
/// differ only at their ends.
pub(crate) fn fit_name(name: &str, size: f64, width: f64) -> String {
    if text_width(name, size) <= width {
        return name.to_owned();
    }
    let room = ((width - 0.9 * size) / 2.0).max(0.0);
    // As much of either end as fits.
    let taken = |letters: &mut dyn Iterator<Item = char>| {
        let mut kept = String::new();
        for c in letters {
            kept.push(c);
            if text_width(&kept, size) > room {
                kept.pop();
                break;
            }
        }
        kept
    };
    let head = taken(&mut name.chars());
    let tail: String = taken(&mut name.chars().rev()).chars().rev().collect();
    format!("{}…{}", head.trim_end(), tail.trim_start())
}

/// Breaks a name at spaces into at most `most` lines of a width; a line that is too long loses its
/// middle.
pub(crate) fn break_name(name: &str, size: f64, width: f64, most: usize) -> Vec<String> {
    lines(name, size, width, most).iter().map(|line| fit_name(line, size, width)).collect()
}

/// Breaks text at spaces into at most `most` lines of a width.
pub(crate) fn break_lines(text: &str, size: f64, width: f64, most: usize) -> Vec<String> {
    lines(text, size, width, most).iter().map(|line| fit(line, size, width)).collect()
}

/// Breaks text at spaces into at most `most` lines; only the last, and single words, may be too
/// long.
fn lines(text: &str, size: f64, width: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let full = lines.len() == most;
        match lines.last_mut() {
            Some(line) if full || text_width(&format!("{line} {word}"), size) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Places labels of given sizes as near to their preferred positions as possible without overlap:
/// isotonic regression of the positions less the space used before (pool adjacent violators). Keeps
/// the given order; the preferred positions need not be sorted. Where they need more room than
/// there is, all move closer: sizes include a gap, and a label may be smaller than estimated.
pub(crate) fn spread(wishes: &[(f64, f64)], low: f64, high: f64) -> Vec<f64> {
    let needed: f64 = wishes.iter().map(|(_, size)| size).sum();
    let shrink = if needed > high - low { (high - low) / needed } else { 1.0 };
    let wishes: Vec<(f64, f64)> =
        wishes.iter().map(|(wish, size)| (*wish, size * shrink)).collect();
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by(|a, b| wishes[*a].0.total_cmp(&wishes[*b].0));
    let mut offset = 0.0;
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    let mut offsets = Vec::new();
    for (rank, index) in order.iter().enumerate() {
        let (wish, size) = wishes[*index];
        if rank > 0 {
            offset += f64::midpoint(wishes[order[rank - 1]].1, size);
        }
        offsets.push(offset);
        let mut block = (wish - offset, 1);
        while let Some(last) = blocks.last().copied().filter(|last| last.0 > block.0) {
            blocks.pop();
            let count = last.1 + block.1;
            let sum = last.0 * last.1 as f64 + block.0 * block.1 as f64;
            block = (sum / count as f64, count);
        }
        blocks.push(block);
    }
    let size_at = |rank: usize| order.get(rank).map_or(0.0, |index| wishes[*index].1);
    let lowest = low + size_at(0) / 2.0;
    let highest = high - offset - size_at(order.len().saturating_sub(1)) / 2.0;
    let flat = blocks.iter().flat_map(|(at, count)| std::iter::repeat_n(*at, *count));
    let mut places = vec![0.0; wishes.len()];
    for ((index, at), offset) in order.iter().zip(flat).zip(offsets) {
        places[*index] = at.min(highest).max(lowest) + offset;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_move_apart_as_little_as_they_can() {
        let close = |places: Vec<f64>, expected: &[f64]| {
            assert_eq!(places.len(), expected.len());
            for (place, expected) in places.iter().zip(expected) {
                assert!((place - expected).abs() < 1e-9, "{places:?}");
            }
        };
        close(spread(&[(10.0, 20.0), (100.0, 20.0)], 0.0, 200.0), &[10.0, 100.0]);
        close(spread(&[(50.0, 20.0), (50.0, 20.0)], 0.0, 200.0), &[40.0, 60.0]);
        // Both want the very end: they stay inside.
        close(spread(&[(200.0, 20.0), (199.0, 20.0)], 0.0, 200.0), &[190.0, 170.0]);
        close(spread(&[], 0.0, 1.0), &[]);
        // Three of 100 in the room of 150.
        let crowd = [(10.0, 100.0), (20.0, 100.0), (30.0, 100.0)];
        close(spread(&crowd, 0.0, 150.0), &[25.0, 75.0, 125.0]);
    }

    #[test]
    fn charts_can_be_read_at_night() {
        let all = night();
        for Night { day, shape, .. } in &all {
            let least = if *day == GRID { 1.3 } else { 3.0 };
            assert!(*day == PAPER || contrast(*shape, NIGHT) >= least, "{}", hex(*day));
            assert_eq!(all.iter().filter(|other| other.day == *day).count(), 1, "{}", hex(*day));
        }
        for colour in VARIANTS {
            let name = all.iter().find(|night| night.day == dark(colour)).unwrap();
            assert!(contrast(name.text, NIGHT) >= 4.5, "{}", hex(colour));
            assert!(contrast(dark(colour), PAPER) >= 4.5, "{}", hex(colour));
        }
        let scale = (0..=100).map(|part| share(f64::from(part) / 100.0));
        for colour in VARIANTS.into_iter().chain(VARIANTS.map(pale)).chain(scale) {
            assert!(contrast(ink_on(colour), colour) >= 4.5, "{}", hex(colour));
        }
        // Black on white is 21:1 by definition.
        assert!((contrast(RGBColor(0, 0, 0), PAPER) - 21.0).abs() < 1e-9);
    }

    #[test]
    fn shares_darken_evenly() {
        let steps: Vec<f64> = (0..=10).map(|i| luminance(share(f64::from(i) / 10.0))).collect();
        assert!(steps.windows(2).all(|pair| pair[0] > pair[1]), "{steps:?}");
        assert_eq!(share(f64::NAN), share(0.0));
        assert_eq!(share(7.0), share(1.0));
    }

    #[test]
    fn text_is_cut_where_it_does_not_fit() {
        assert_eq!(fit("order CPU", 10.0, 1000.0), "order CPU");
        let cut = fit("order-db connections", 10.0, 60.0);
        assert!(cut.ends_with('…') && text_width(&cut, 10.0) <= 61.0, "{cut}");
        assert_eq!(break_lines("a b", 10.0, 1.0, 1).len(), 1);
        let ends = ["order consumers of partition 11", "order consumers of partition 12"];
        let [one, other] = ends.map(|name| fit_name(name, 10.0, 90.0));
        assert!(one != other && one.starts_with("order") && one.ends_with("11"), "{one}");
        assert!(text_width(&one, 10.0) <= 90.0, "{one}");
        assert_eq!(fit_name("order CPU", 10.0, 1000.0), "order CPU");
        assert!(fit_name("order CPU", 10.0, 1.0).ends_with('…'));
    }
}
