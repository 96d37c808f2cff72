//! Utilisation of each station, hour by hour, one panel per variant.

use super::Heading;
use crate::report::canvas::{self, Canvas, Ink};
use crate::report::number;
use crate::report::style::{self, FAINT, INK, LABEL, MARGIN, SMALL, WIDTH};
use crate::report::words::{Lang, Word, say};
use crate::study::result::{StationResult, StudyResult, VariantResult};

/// Utilisation that a station must exceed at some time to be shown.
const QUIET: f64 = 0.05;
/// Utilisation from which on a station counts as saturated.
const FULL: f64 = 0.95;
/// Largest number of stations in a chart.
const MOST: usize = 25;
/// Largest number of panels side by side.
const BESIDE: usize = 3;
/// Height of a row \[px\].
const ROW: f64 = 25.0;
/// Space between panels \[px\].
const GAP: f64 = 32.0;
/// Length below which a day is shown bin by bin \[s\].
const SHORT: f64 = 6.0 * HOUR;
const HOUR: f64 = 3600.0;
/// Largest number of columns in a panel.
const COLUMNS: f64 = 48.0;

/// Mean utilisation of a station by column of the chart.
struct Row {
    /// First column, counted from midnight, and the utilisation in each.
    first: usize,
    shares: Vec<Option<f64>>,
}

fn with_day(result: &StudyResult) -> Vec<&VariantResult> {
    let has = |variant: &&VariantResult| {
        variant.stations.iter().any(|station| !station.busy_by_bin.is_empty())
    };
    result.variants.iter().filter(has).collect()
}

/// Returns the width of a column \[s\]: an hour of a day, less where only a part of one was run.
fn column(variants: &[&VariantResult]) -> f64 {
    let bins = || variants.iter().flat_map(|variant| &variant.day);
    let start = bins().map(|bin| bin.start_s).fold(f64::INFINITY, f64::min);
    let end = bins().map(|bin| bin.start_s + bin.length_s).fold(0.0, f64::max);
    let bin = bins().map(|bin| bin.length_s).fold(0.0, f64::max);
    if end - start >= SHORT || !(end > start && bin > 0.0) {
        return HOUR;
    }
    // Whole bins, and no more columns than can be told apart.
    bin * ((end - start) / bin / COLUMNS).ceil().max(1.0)
}

/// Averages bins into columns, by the column in which they begin.
fn row(variant: &VariantResult, station: &StationResult, column: f64) -> Row {
    let bins = station.busy_by_bin.len();
    let column_of = |index: usize| match variant.day.get(index) {
        Some(bin) => (bin.start_s / column + 1e-9).clamp(0.0, 9_999.0) as usize,
        // Without times, the bins are taken to share a day evenly.
        None => index * 24 / bins.max(1),
    };
    let first = (0..bins).map(column_of).min().unwrap_or(0);
    let last = (0..bins).map(column_of).max().unwrap_or(0);
    let mut sums = vec![(0.0, 0u32); last + 1 - first];
    for (index, busy) in station.busy_by_bin.iter().enumerate().filter(|(_, b)| b.is_finite()) {
        let sum = &mut sums[column_of(index) - first];
        *sum = (sum.0 + busy, sum.1 + 1);
    }
    let mut shares: Vec<Option<f64>> =
        sums.iter().map(|(sum, count)| (*count > 0).then(|| sum / f64::from(*count))).collect();
    // A bin longer than a column fills those that it covers.
    for index in 1..shares.len() {
        shares[index] = shares[index].or(shares[index - 1]);
    }
    Row { first, shares }
}

fn peak(row: &Row) -> Option<(usize, f64)> {
    let shares = row.shares.iter().enumerate().filter_map(|(at, share)| Some((at, (*share)?)));
    let best = shares.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    Some((row.first + best.0, best.1))
}

/// Returns the stations worth showing, those that are busy longest first, and the number left out.
fn stations<'a>(variants: &[&'a VariantResult]) -> (Vec<&'a str>, usize) {
    let mut found: Vec<(&str, f64, f64)> = Vec::new();
    let column = column(variants);
    for variant in variants {
        for station in &variant.stations {
            let row = row(variant, station, column);
            let most = peak(&row).map_or(0.0, |(_, share)| share);
            let sum: f64 = row.shares.iter().flatten().sum();
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

/// A station that is saturated at some time.
struct Filled<'a> {
    station: &'a str,
    variant: &'a str,
    /// Number of columns in which it is saturated.
    columns: usize,
    /// Time of the first of them \[s after midnight\].
    from: f64,
    /// Whether the station limits the variant's line.
    draws: bool,
}

/// Returns the finding: which station saturates, when, where and for how long; else the busiest.
pub(super) fn title(result: &StudyResult, lang: Lang) -> String {
    let mut best: Option<(f64, usize, &str, &str)> = None;
    let mut full: Vec<Filled> = Vec::new();
    let variants = with_day(result);
    let column = column(&variants);
    for variant in variants {
        for station in &variant.stations {
            let row = row(variant, station, column);
            if let Some((at, share)) = peak(&row)
                && best.is_none_or(|(most, ..)| share > most)
            {
                best = Some((share, at, &station.name, &variant.name));
            }
            let is_full = |share: &Option<f64>| share.is_some_and(|share| share >= FULL);
            let columns = row.shares.iter().filter(|share| is_full(share)).count();
            let Some(first) = row.shares.iter().position(is_full) else { continue };
            let from = (row.first + first) as f64 * column;
            let name = &station.name;
            let draws = variant.saturation.as_ref().is_some_and(|line| {
                line.resource.as_ref() == Some(name) || line.ties.contains(name)
            });
            let found = Filled { station: name, variant: &variant.name, columns, from, draws };
            match full.iter_mut().find(|known| known.station == found.station) {
                Some(known) if (draws, columns) > (known.draws, known.columns) => *known = found,
                Some(_) => {}
                None => full.push(found),
            }
        }
    }
    let clock = |at: f64| number::clock_every(at, column);
    // The limiting station matters most; a consumer of bookkeeping records may be saturated all day
    // without harm.
    let telling = full.iter().rev().max_by_key(|filled| (filled.draws, filled.columns));
    if let Some(longest) = telling {
        let lasts = longest.columns as f64 * column;
        let lasts = if lasts >= HOUR {
            say(lang, Word::Hours, &[&number::plain(lasts / HOUR)])
        } else if lasts >= 60.0 {
            say(lang, Word::Minutes, &[&number::plain(lasts / 60.0)])
        } else {
            say(lang, Word::Seconds, &[&number::plain(lasts)])
        };
        let (all, from) = (full.len().to_string(), clock(longest.from));
        let percent = number::plain(FULL * 100.0);
        let said = [longest.station, longest.variant, &from, &lasts, &all, &percent];
        let word = if full.len() > 1 { Word::HeatTitleFull } else { Word::HeatTitleOne };
        return say(lang, word, &said);
    }
    let Some((share, at, station, variant)) = best else {
        return Word::ChartHeat.text(lang).to_owned();
    };
    let percent = number::fixed(share * 100.0, 0);
    say(lang, Word::HeatTitle, &[station, variant, &percent, &clock(at as f64 * column)])
}

/// Draws the chart; `None` when no station is ever busy.
pub(super) fn draw(result: &StudyResult, lang: Lang) -> Option<Canvas> {
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
    let titles = variants.iter().map(|v| style::break_name(&v.name, LABEL, width, 2).len());
    let title_room = 22.0 * titles.max().unwrap_or(1) as f64;
    let length = column(&variants);
    let top = heading.bottom() + 36.0 + title_room;
    let body = ROW * names.len() as f64;
    let between = 52.0 + title_room;
    let next = body + between;
    let bottom = top + next * rows_of_panels as f64 - between + 40.0;
    let note = if left_out > 0 { 26.0 } else { 0.0 };
    let drawn = canvas::draw(bottom + note + 12.0, &title, |canvas| {
        heading.draw(canvas);
        scale(canvas, heading.bottom() + 12.0, lang);
        for (index, variant) in variants.iter().enumerate() {
            let (row, column) = (index / beside, index % beside);
            let left = MARGIN + label + (width + GAP) * column as f64;
            let top = top + next * row as f64;
            if column == 0 {
                for (line, name) in names.iter().enumerate() {
                    let y = top + ROW * (line as f64 + 0.5);
                    let name = style::fit_name(name, SMALL, label - 12.0);
                    canvas.text(&name, (MARGIN + label - 10.0, y), Ink::right(SMALL, INK));
                }
            }
            panel(canvas, variant, &names, (left, top), (width, length));
        }
        if left_out > 0 {
            let text = say(lang, Word::HeatLeftOut, &[&left_out.to_string()]);
            canvas.text(&text, (MARGIN, bottom + 10.0), Ink::left(SMALL, FAINT));
        }
    });
    Some(drawn)
}

fn panel(
    canvas: &mut Canvas,
    variant: &VariantResult,
    names: &[&str],
    (left, top): (f64, f64),
    (width, column): (f64, f64),
) {
    let title = style::break_name(&variant.name, LABEL, width, 2);
    let middle = top - 16.0 - (title.len() as f64 - 1.0) * LABEL * 0.6;
    canvas.block(&title, (left, middle), Ink::left(LABEL, INK));
    let rows: Vec<Option<Row>> = names
        .iter()
        .map(|name| {
            let station = variant.stations.iter().find(|station| station.name == *name)?;
            (!station.busy_by_bin.is_empty()).then(|| row(variant, station, column))
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
    // As many labels as fit: "00:00" takes about 44 px, with seconds 68.
    let span = (end - first) as f64 * column;
    let every = number::round_length(span, (width / 64.0).floor().max(2.0));
    let every = if every < 60.0 {
        number::round_length(span, (width / 90.0).floor().max(1.0))
    } else {
        every
    };
    let begin = first as f64 * column;
    let mut at = (begin / every).ceil() * every;
    while at <= begin + span + 1e-6 {
        let x = left + width * (at - begin) / span;
        canvas.line((x, bottom), (x, bottom + 5.0), FAINT, 1.0);
        let text = number::clock_every(at, every);
        let half = style::text_width(&text, 14.0) / 2.0;
        let x = x.clamp(left + half - 4.0, left + width - half + 2.0);
        canvas.text(&text, (x, bottom + 16.0), Ink::middle(14.0, FAINT));
        at += every;
    }
}

/// Draws the colour scale, at the right above the panels.
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
