//! The day: offered load and throughput, response time, lag.

use super::Heading;
use super::axis::{Axis, Panel};
use crate::report::canvas::{self, Canvas, Ink};
use crate::report::style::{self, FAINT, GRID, INK, LABEL, MARGIN, SMALL, WIDTH};
use crate::report::words::{Lang, Word, say};
use crate::report::{number, over_day};
use crate::stats::Estimate;
use crate::study::day::{DayBin, EventEffect};
use crate::study::metric::Metric;
use crate::study::result::{StudyResult, VariantResult};

/// Largest number of variants in a chart.
const MOST: usize = 4;
/// Space for tick labels, at the left \[px\].
const TICKS: f64 = 92.0;
/// Height of a panel \[px\].
const PANEL: f64 = 210.0;
/// Distance from one panel to the next \[px\].
const NEXT: f64 = PANEL + 52.0;
/// Largest number of events that are marked.
const MOST_FLAGS: usize = 40;

fn shown(result: &StudyResult) -> Vec<(usize, &VariantResult)> {
    let with_day = |(_, variant): &(usize, &VariantResult)| !variant.day.is_empty();
    result.variants.iter().enumerate().filter(with_day).collect()
}

/// Returns the bin of a variant's day with the smallest share answered in time, and that share.
fn worst(variant: &VariantResult) -> Option<(f64, &DayBin)> {
    let known = |bin: &&DayBin| number::known(&bin.goodput_rps) && bin.offered_rps.mean > 0.0;
    let share = |bin: &DayBin| (bin.goodput_rps.mean / bin.offered_rps.mean).clamp(0.0, 1.0);
    let shares = variant.day.iter().filter(known).map(|bin| (share(bin), bin));
    shares.reduce(|worst, next| if next.0 < worst.0 { next } else { worst })
}

/// Returns the finding: the worst time of the day.
pub(super) fn title(result: &StudyResult, lang: Lang) -> String {
    let variants = shown(result);
    let worsts: Vec<(&str, f64, &DayBin)> = variants
        .iter()
        .filter_map(|(_, variant)| worst(variant).map(|(share, bin)| (&*variant.name, share, bin)))
        .collect();
    let Some((name, share, bin)) = worsts.iter().min_by(|a, b| a.1.total_cmp(&b.1)) else {
        return lag(&variants, lang).unwrap_or_else(|| Word::ChartDay.text(lang).to_owned());
    };
    // Rounded down: "99.9 %" must not be said of less.
    let percent = number::plain((share * 1000.0).floor() / 10.0);
    if *share < 0.99 && (2..=MOST).contains(&worsts.len()) {
        let all: Vec<String> = worsts
            .iter()
            .map(|(name, share, _)| {
                format!("{name} {} %", number::fixed((share * 100.0).floor(), 0))
            })
            .collect();
        say(lang, Word::DayTitleWorst, &[&all.join(", ")])
    } else if *share < 0.99 {
        let clock = number::clock_every(bin.start_s, bin.length_s);
        let rps = number::mean(&bin.offered_rps);
        say(lang, Word::DayTitleBad, &[name, &percent, &clock, &rps])
    } else if *share >= 0.999_5 {
        Word::DayTitleAll.text(lang).to_owned()
    } else if variants.len() == 1 {
        say(lang, Word::DayTitleGoodOne, &[&percent, name])
    } else {
        say(lang, Word::DayTitleGood, &[&percent])
    }
}

/// Share of the largest lag at which a backlog counts as worked off.
const WORKED_OFF: f64 = 0.05;

/// Returns the finding about lag, for the variant with the largest: its size, its time, and when it
/// is worked off. `None` without a lag.
fn lag(variants: &[(usize, &VariantResult)], lang: Lang) -> Option<String> {
    let mean = |bin: &DayBin| if number::known(&bin.max_lag) { bin.max_lag.mean } else { 0.0 };
    let peak = |variant: &VariantResult| {
        let bins = variant.day.iter().enumerate();
        bins.map(|(at, bin)| (at, mean(bin))).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    };
    let peaks = variants.iter().filter_map(|(_, variant)| Some((*variant, peak(variant)?)));
    let (variant, (at, most)) = peaks.max_by(|a, b| a.1.1.total_cmp(&b.1.1))?;
    if most < 0.5 {
        return None;
    }
    let clock = |bin: &DayBin| number::clock_every(bin.start_s, bin.length_s);
    let (name, bins) = (&variant.name, &variant.day);
    let mut sorted: Vec<f64> = bins.iter().map(mean).collect();
    sorted.sort_by(f64::total_cmp);
    let lag_at = |at: usize| number::mean(&bins[at].max_lag);
    let text = lag_at(at);
    // A lag that is there all day is not a backlog.
    let usual = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    let last = bins.last().map_or(0.0, mean);
    if usual > most / 2.0 && last <= usual {
        return Some(say(lang, Word::LagStays, &[name, &text]));
    }
    let done = bins[at..].iter().find(|bin| mean(bin) <= most * WORKED_OFF);
    Some(match done {
        Some(done) => say(lang, Word::LagDrains, &[name, &text, &clock(&bins[at]), &clock(done)]),
        None => {
            say(lang, Word::LagGrows, &[name, &text, &clock(&bins[at]), &lag_at(bins.len() - 1)])
        }
    })
}

/// A row (panel) of the chart.
struct Row {
    heading: Word,
    of: fn(&DayBin) -> Option<&Estimate>,
    is_rate: bool,
    is_time: bool,
}

const ROWS: [Row; 3] = [
    Row {
        heading: Word::DayRates,
        of: |bin| Some(&bin.goodput_rps),
        is_rate: true,
        is_time: false,
    },
    Row { heading: Word::P99Axis, of: |bin| bin.p99_ms.as_ref(), is_rate: false, is_time: true },
    Row { heading: Word::DayLag, of: |bin| Some(&bin.max_lag), is_rate: false, is_time: false },
];

/// Draws the chart; `None` when no day was run.
pub(super) fn draw(result: &StudyResult, lang: Lang) -> Option<Canvas> {
    let all = shown(result);
    let variants = &all[..all.len().min(MOST)];
    let bins = || variants.iter().flat_map(|(_, variant)| &variant.day);
    let has_data = |row: &&Row| bins().any(|bin| known(row, bin).is_some_and(|e| e.high > 0.0));
    let rows: Vec<&Row> = ROWS.iter().filter(has_data).collect();
    if rows.is_empty() {
        return None;
    }
    let title = title(result, lang);
    let heading = Heading::new(&title, result, lang);
    let rates = rows.iter().any(|row| row.is_rate);
    let legend = Legend::new(variants, all.len() - variants.len(), rates, lang);
    let first = heading.bottom() + legend.height() + 44.0;
    let last = first + NEXT * (rows.len() as f64 - 1.0) + PANEL;
    let start = bins().map(|bin| bin.start_s).fold(f64::INFINITY, f64::min);
    let end = bins().map(|bin| bin.start_s + bin.length_s).fold(0.0, f64::max);
    // Keeps the number of labels about the same, whatever the length of the day.
    let every = number::round_length(end - start, 9.0);
    let drawn = canvas::draw(last + 66.0, &title, |canvas| {
        heading.draw(canvas);
        legend.draw(canvas, heading.bottom() + 8.0);
        let width = WIDTH - 2.0 * MARGIN - TICKS - 16.0;
        for (index, row) in rows.iter().enumerate() {
            let top = first + NEXT * index as f64;
            let y = scale(row, variants, p99_limit(result));
            let x = Axis::clock(start, end, every);
            let panel = Panel { left: MARGIN + TICKS, top, width, height: PANEL, x, y };
            if row.is_rate {
                offered(canvas, &panel, variants);
            }
            let mut words = row.heading.text(lang).to_owned();
            // Where the load is one of requests, the lag has a finding of its own.
            if let (false, false, Some(found)) = (row.is_rate, row.is_time, lag(variants, lang))
                && found != title
            {
                words = format!("{words} · {found}");
            }
            panel.frame(canvas, &words, 17.0, index + 1 == rows.len());
            let flags = variants.iter().find_map(|(_, variant)| variant.day_answer.as_ref());
            let flags = flags.map_or(&[][..], |answer| &answer.events);
            flag(canvas, &panel, flags, index == 0, lang);
            let lines: Vec<_> = variants
                .iter()
                .flat_map(|(index, variant)| {
                    let colour = style::variant(*index);
                    runs(row, &variant.day).into_iter().map(move |run| (run, colour))
                })
                .collect();
            panel.series(canvas, &lines, 2.5);
            if let (true, [(_, only)]) = (row.is_time, variants) {
                gaps(canvas, &panel, &only.day, lang);
            }
            if let (true, Some(limit)) = (row.is_time, p99_limit(result)) {
                let words = say(lang, Word::P99Limit, &[&number::plain(limit)]);
                let mut paths: Vec<_> = lines.iter().map(|(line, _)| panel.path(line)).collect();
                paths.extend(lines.iter().flat_map(|(line, _)| panel.edges(line)));
                panel.limit(canvas, limit, &words, &paths);
            }
        }
        let middle = MARGIN + TICKS + width / 2.0;
        let words = if over_day::is_short(result) { Word::SinceStart } else { Word::DayClock };
        canvas.text(words.text(lang), (middle, last + 44.0), Ink::middle(LABEL, INK));
        let rates = || bins().map(|bin| &bin.goodput_rps).filter(|rate| number::known(rate));
        if rates().any(number::few) {
            let note = (WIDTH - MARGIN, last + 44.0);
            canvas.text(Word::BandsFew.text(lang), note, Ink::right(SMALL, FAINT));
        }
    });
    Some(drawn)
}

fn p99_limit(result: &StudyResult) -> Option<f64> {
    result.targets.iter().find(|target| target.metric == Metric::P99Ms).map(|target| target.limit)
}

/// Returns the estimate that a row shows of a bin; `None` where it is missing.
fn known<'a>(row: &Row, bin: &'a DayBin) -> Option<&'a Estimate> {
    (row.of)(bin).filter(|estimate| number::known(estimate))
}

/// Returns the points of a line as segments, with a gap where an estimate is missing.
fn runs(row: &Row, day: &[DayBin]) -> Vec<Vec<[f64; 4]>> {
    let point = |bin: &DayBin| {
        let [low, mean, high] = number::band(known(row, bin)?);
        Some([bin.start_s + bin.length_s / 2.0, low, mean, high])
    };
    let pieces = day.chunk_by(|a, b| known(row, a).is_some() == known(row, b).is_some());
    let pieces = pieces.map(|bins| bins.iter().filter_map(point).collect::<Vec<_>>());
    pieces.filter(|points| !points.is_empty()).collect()
}

/// Labels each sufficiently wide gap of a panel as a time without answers.
fn gaps(canvas: &mut Canvas, panel: &Panel, day: &[DayBin], lang: Lang) {
    let words = Word::DayNothing.text(lang);
    let asked = |bin: &DayBin| bin.p99_ms.is_none() && bin.offered_rps.mean > 0.0;
    for gap in day.chunk_by(|a, b| asked(a) == asked(b)) {
        let (Some(first), Some(last)) = (gap.first(), gap.last()) else { continue };
        let ends = [first.start_s, last.start_s + last.length_s].map(|at| panel.x(at));
        if asked(first) && ends[1] - ends[0] > style::text_width(words, SMALL) + 16.0 {
            let middle = (f64::midpoint(ends[0], ends[1]), panel.top + panel.height / 2.0);
            canvas.text(words, middle, Ink::middle(SMALL, FAINT));
        }
    }
}

/// Marks events, in the top panel with labels as far as these do not overlap.
fn flag(canvas: &mut Canvas, panel: &Panel, events: &[EventEffect], named: bool, lang: Lang) {
    let mut free = panel.left;
    for effect in events.iter().filter(|effect| panel.x.reaches(effect.at_s)).take(MOST_FLAGS) {
        let x = panel.x(effect.at_s);
        canvas.dashed((x, panel.top), (x, panel.bottom()), FAINT, 1.25, (0, 1));
        let words = over_day::event(&effect.event, lang);
        let width = style::text_width(&words, SMALL);
        // At the left of its line where there is no space at the right.
        let left = if x + width + 8.0 > panel.right() { x - width - 6.0 } else { x + 6.0 };
        if named && left >= free {
            let corner = (left + width + 3.0, panel.top + 20.0);
            canvas.rectangle((left - 3.0, panel.top + 2.0), corner, style::PAPER, 0.85);
            canvas.text(&words, (left, panel.top + 11.0), Ink::left(SMALL, INK));
            free = left + width + 8.0;
        }
    }
}

fn scale(row: &Row, variants: &[(usize, &VariantResult)], limit: Option<f64>) -> Axis {
    let bins = || variants.iter().flat_map(|(_, variant)| &variant.day);
    let known = || bins().filter_map(|bin| known(row, bin));
    // By means: the interval of two replications may reach far beyond any value.
    let mut high = known().map(|estimate| estimate.mean * 1.05).fold(0.0, f64::max);
    if row.is_rate {
        high = bins().map(|bin| bin.offered_rps.mean).fold(high, f64::max);
    }
    // A limit far above the values would flatten the curve.
    if let (true, Some(limit)) = (row.is_time, limit.filter(|limit| *limit < 3.0 * high)) {
        high = high.max(limit);
    }
    let low = known().map(|e| e.mean).filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min);
    if row.is_time { Axis::fitting(low, high, 4.0) } else { Axis::from_zero(high, 4.0) }
}

/// Draws the offered load as a grey area in the background: with common random numbers it is the
/// same for all variants.
fn offered(canvas: &mut Canvas, panel: &Panel, variants: &[(usize, &VariantResult)]) {
    let Some((_, variant)) = variants.first() else { return };
    let known = variant.day.iter().filter(|bin| number::known(&bin.offered_rps));
    let hill: Vec<(f64, f64)> = known
        .map(|bin| (panel.x(bin.start_s + bin.length_s / 2.0), panel.y(bin.offered_rps.mean)))
        .collect();
    let (Some(first), Some(last)) = (hill.first().copied(), hill.last().copied()) else { return };
    let mut shape = vec![(first.0, panel.bottom())];
    shape.extend(&hill);
    shape.push((last.0, panel.bottom()));
    canvas.area(&shape, GRID, 1.0);
    canvas.path(&hill, FAINT, 1.25);
}

/// Legend above the panels, on as many lines as it needs.
pub(super) struct Legend {
    /// Line, left end, text, colour (`None`: the offered load).
    entries: Vec<(usize, f64, String, Option<usize>)>,
    lines: usize,
}

impl Legend {
    /// Lays out the legend; `more` variants are not shown, and `offered` says whether the offered
    /// load is.
    pub(super) fn new(
        variants: &[(usize, &VariantResult)],
        more: usize,
        offered: bool,
        lang: Lang,
    ) -> Legend {
        let mut texts = Vec::new();
        texts.extend(offered.then(|| (Word::DayOffered.text(lang).to_owned(), None)));
        for (index, variant) in variants {
            texts.push((style::fit_name(&variant.name, LABEL, 420.0), Some(*index)));
        }
        let mut entries = Vec::new();
        let (mut line, mut x) = (0, MARGIN);
        for (text, colour) in texts {
            let width = 36.0 + style::text_width(&text, LABEL) + 28.0;
            if x > MARGIN && x + width > WIDTH - MARGIN {
                line += 1;
                x = MARGIN;
            }
            entries.push((line, x, text, colour));
            x += width;
        }
        if more > 0 {
            line += 1;
            let text = say(lang, Word::MoreVariants, &[&more.to_string(), "day.csv"]);
            entries.push((line, MARGIN, text, Some(usize::MAX)));
        }
        Legend { entries, lines: line + 1 }
    }

    pub(super) fn height(&self) -> f64 {
        28.0 * self.lines as f64
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, top: f64) {
        for (line, x, text, colour) in &self.entries {
            let y = top + 28.0 * *line as f64 + 8.0;
            match colour {
                Some(usize::MAX) => canvas.text(text, (*x, y), Ink::left(SMALL, FAINT)),
                Some(index) => {
                    let colour = style::variant(*index);
                    canvas.line((*x, y), (*x + 28.0, y), colour, 4.0);
                    let ink = Ink::left(LABEL, style::dark(colour));
                    canvas.text(text, (*x + 36.0, y), ink);
                }
                None => {
                    canvas.rectangle((*x, y - 7.0), (*x + 28.0, y + 7.0), GRID, 1.0);
                    canvas.line((*x, y - 7.0), (*x + 28.0, y - 7.0), FAINT, 1.25);
                    canvas.text(text, (*x + 36.0, y), Ink::left(LABEL, FAINT));
                }
            }
        }
    }
}
