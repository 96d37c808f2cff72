//! How busy each station is, hour by hour, one panel per variant.

use super::Heading;
use crate::report::number;
use crate::report::style::{self, Canvas, FAINT, INK, Ink, LABEL, MARGIN, SMALL, WIDTH};
use crate::report::words::{Lang, Word, say};
use crate::study::result::{StationResult, StudyResult, VariantResult};

/// Stations that never exceed this share are left out.
const QUIET: f64 = 0.05;
/// From this share on, a station is as good as full.
const FULL: f64 = 0.95;
/// Stations that one chart can show.
const MOST: usize = 25;
/// Panels beside each other.
const BESIDE: usize = 3;
/// Height of a row \[px\].
const ROW: f64 = 25.0;
/// Space between panels \[px\].
const GAP: f64 = 32.0;

/// Mean busy share by hour of the day.
struct Hours {
    /// Hours since midnight of the first, and the shares.
    first: usize,
    shares: Vec<Option<f64>>,
}

fn with_day(result: &StudyResult) -> Vec<&VariantResult> {
    let has = |variant: &&VariantResult| {
        variant.stations.iter().any(|station| !station.busy_by_bin.is_empty())
    };
    result.variants.iter().filter(has).collect()
}

/// Bins folded into hours, weighted by the part of the bin that lies in the hour's start.
fn hours(variant: &VariantResult, station: &StationResult) -> Hours {
    let bins = station.busy_by_bin.len();
    let hour_of = |index: usize| match variant.day.get(index) {
        Some(bin) => (bin.start_s / 3600.0).clamp(0.0, 239.0) as usize,
        // Without times, the bins are taken to share a day evenly.
        None => index * 24 / bins.max(1),
    };
    let first = (0..bins).map(hour_of).min().unwrap_or(0);
    let last = (0..bins).map(hour_of).max().unwrap_or(0);
    let mut sums = vec![(0.0, 0u32); last + 1 - first];
    for (index, busy) in station.busy_by_bin.iter().enumerate().filter(|(_, b)| b.is_finite()) {
        let sum = &mut sums[hour_of(index) - first];
        *sum = (sum.0 + busy, sum.1 + 1);
    }
    let mut shares: Vec<Option<f64>> =
        sums.iter().map(|(sum, count)| (*count > 0).then(|| sum / f64::from(*count))).collect();
    // A bin longer than an hour fills the hours that it covers.
    for index in 1..shares.len() {
        shares[index] = shares[index].or(shares[index - 1]);
    }
    Hours { first, shares }
}

fn peak(hours: &Hours) -> Option<(usize, f64)> {
    let shares =
        hours.shares.iter().enumerate().filter_map(|(hour, share)| Some((hour, (*share)?)));
    let best = shares.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    Some((hours.first + best.0, best.1))
}

/// Stations worth showing, those that are busy longest first, and how many are left out.
fn stations<'a>(variants: &[&'a VariantResult]) -> (Vec<&'a str>, usize) {
    let mut found: Vec<(&str, f64, f64)> = Vec::new();
    for variant in variants {
        for station in &variant.stations {
            let hours = hours(variant, station);
            let most = peak(&hours).map_or(0.0, |(_, share)| share);
            let sum: f64 = hours.shares.iter().flatten().sum();
            match found.iter_mut().find(|(name, ..)| *name == station.name) {
                Some((_, known, total)) => {
                    *known = known.max(most);
                    *total += sum;
                }
                None => found.push((&station.name, most, sum)),
            }
        }
    }
    let all = found.len();
    found.retain(|(_, most, _)| *most > QUIET);
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found.truncate(MOST);
    found.sort_by(|a, b| b.2.total_cmp(&a.2));
    (found.iter().map(|(name, ..)| *name).collect(), all - found.len())
}

/// The finding: how many stations are full at some hour and which one longest, or the busiest.
pub(super) fn title(result: &StudyResult, lang: Lang) -> String {
    let mut best: Option<(f64, usize, &str, &str)> = None;
    let mut full: Vec<(&str, usize, &str)> = Vec::new();
    for variant in with_day(result) {
        for station in &variant.stations {
            let hours = hours(variant, station);
            if let Some((hour, share)) = peak(&hours)
                && best.is_none_or(|(most, ..)| share > most)
            {
                best = Some((share, hour, &station.name, &variant.name));
            }
            let count = hours.shares.iter().flatten().filter(|share| **share >= FULL).count();
            if count == 0 {
                continue;
            }
            match full.iter_mut().find(|(name, ..)| *name == station.name) {
                Some(known) if count > known.1 => (known.1, known.2) = (count, &variant.name),
                Some(_) => {}
                None => full.push((&station.name, count, &variant.name)),
            }
        }
    }
    let longest = full.iter().rev().max_by_key(|(_, count, _)| *count);
    if let Some((station, count, variant)) = longest.filter(|_| full.len() > 1) {
        let (all, count) = (full.len().to_string(), count.to_string());
        let full = number::plain(FULL * 100.0);
        return say(lang, Word::HeatTitleFull, &[&all, station, variant, &count, &full]);
    }
    let Some((share, hour, station, variant)) = best else {
        return Word::ChartHeat.text(lang).to_owned();
    };
    let clock = number::clock(hour as f64 * 3600.0);
    let percent = number::fixed(share * 100.0, 0);
    say(lang, Word::HeatTitle, &[station, variant, &percent, &clock])
}

/// As SVG; none when no station is ever busy.
pub(super) fn draw(result: &StudyResult, lang: Lang) -> Option<String> {
    let variants = with_day(result);
    let (names, left_out) = stations(&variants);
    if names.is_empty() {
        return None;
    }
    let title = title(result, lang);
    let heading = Heading::new(&title, result, lang);
    let widest = names.iter().map(|name| style::text_width(name, SMALL)).fold(0.0, f64::max);
    let label = (widest + 14.0).min(310.0);
    let beside = variants.len().min(BESIDE);
    let rows_of_panels = variants.len().div_ceil(beside);
    // Even rows: four panels stand two by two.
    let beside = variants.len().div_ceil(rows_of_panels);
    let room = WIDTH - 2.0 * MARGIN - label - GAP * (beside as f64 - 1.0);
    let width = room / beside as f64;
    let titles = variants.iter().map(|v| style::break_lines(&v.name, LABEL, width, 2).len());
    let title_room = 22.0 * titles.max().unwrap_or(1) as f64;
    let top = heading.bottom() + 36.0 + title_room;
    let body = ROW * names.len() as f64;
    let between = 52.0 + title_room;
    let next = body + between;
    let bottom = top + next * rows_of_panels as f64 - between + 40.0;
    let note = if left_out > 0 { 26.0 } else { 0.0 };
    let svg = style::draw(bottom + note + 12.0, &title, |canvas| {
        heading.draw(canvas);
        scale(canvas, heading.bottom() + 12.0, lang);
        for (index, variant) in variants.iter().enumerate() {
            let (row, column) = (index / beside, index % beside);
            let left = MARGIN + label + (width + GAP) * column as f64;
            let top = top + next * row as f64;
            if column == 0 {
                for (line, name) in names.iter().enumerate() {
                    let y = top + ROW * (line as f64 + 0.5);
                    let name = style::fit(name, SMALL, label - 12.0);
                    canvas.text(&name, (MARGIN + label - 10.0, y), Ink::right(SMALL, INK));
                }
            }
            panel(canvas, variant, &names, (left, top), width);
        }
        if left_out > 0 {
            let text = say(lang, Word::HeatLeftOut, &[&left_out.to_string()]);
            canvas.text(&text, (MARGIN, bottom + 10.0), Ink::left(SMALL, FAINT));
        }
    });
    Some(svg)
}

fn panel(canvas: &mut Canvas, variant: &VariantResult, names: &[&str], at: (f64, f64), width: f64) {
    let (left, top) = at;
    let title = style::break_lines(&variant.name, LABEL, width, 2);
    let middle = top - 16.0 - (title.len() as f64 - 1.0) * LABEL * 0.6;
    canvas.block(&title, (left, middle), Ink::left(LABEL, INK));
    let rows: Vec<Option<Hours>> = names
        .iter()
        .map(|name| {
            let station = variant.stations.iter().find(|station| station.name == *name)?;
            (!station.busy_by_bin.is_empty()).then(|| hours(variant, station))
        })
        .collect();
    let first = rows.iter().flatten().map(|row| row.first).min().unwrap_or(0);
    let end = rows.iter().flatten().map(|row| row.first + row.shares.len()).max().unwrap_or(24);
    let cell = width / (end - first).max(1) as f64;
    for (line, row) in rows.iter().enumerate() {
        let y = top + ROW * line as f64;
        let Some(row) = row else {
            let middle = (left + width / 2.0, y + ROW / 2.0);
            canvas.text(number::NOTHING, middle, Ink::middle(SMALL, FAINT));
            continue;
        };
        for (index, share) in row.shares.iter().enumerate() {
            let Some(share) = share else { continue };
            let x = left + cell * (row.first + index - first) as f64;
            let to = (x + cell - 0.75, y + ROW - 1.25);
            canvas.rectangle((x, y), to, style::share(*share), 1.0);
        }
    }
    let bottom = top + ROW * names.len() as f64;
    // As many labels as fit: "00:00" takes about 44 px.
    let fitting = (64.0 / cell).ceil() as usize;
    let every = [1, 2, 3, 6, 12, 24].into_iter().find(|every| *every >= fitting).unwrap_or(24);
    for hour in (first..=end).filter(|hour| hour.is_multiple_of(every)) {
        let x = left + cell * (hour - first) as f64;
        canvas.line((x, bottom), (x, bottom + 5.0), FAINT, 1.0);
        let text = number::clock(hour as f64 * 3600.0);
        let half = style::text_width(&text, 14.0) / 2.0;
        let x = x.clamp(left + half - 4.0, left + width - half + 2.0);
        canvas.text(&text, (x, bottom + 16.0), Ink::middle(14.0, FAINT));
    }
}

/// The common scale of colours, at the right above the panels.
fn scale(canvas: &mut Canvas, y: f64, lang: Lang) {
    let width = 260.0;
    let left = WIDTH - MARGIN - width - 52.0;
    let steps = 52;
    for step in 0..steps {
        let part = |step: i32| left + width * f64::from(step) / f64::from(steps);
        let colour = style::share((f64::from(step) + 0.5) / f64::from(steps));
        canvas.rectangle((part(step), y - 8.0), (part(step + 1), y + 8.0), colour, 1.0);
    }
    let words = Word::HeatScale.text(lang);
    canvas.text(&format!("{words}  0 %"), (left - 8.0, y), Ink::right(SMALL, FAINT));
    canvas.text("100 %", (left + width + 8.0, y), Ink::left(SMALL, FAINT));
}
