//! Number of pods over the day, one panel for each service whose number changes.

use super::Heading;
use super::axis::{Axis, Panel};
use super::day::Legend;
use crate::report::canvas::{self, Canvas, Ink};
use crate::report::style::{self, INK, LABEL, MARGIN, WIDTH};
use crate::report::words::{Lang, Word, say};
use crate::report::{number, over_day};
use crate::study::result::{PodsResult, StudyResult, VariantResult};

/// Largest number of services, and of variants, in a chart.
const MOST: usize = 6;
/// Space for tick labels, at the left \[px\].
const TICKS: f64 = 92.0;
/// Height of a panel, and distance from one to the next \[px\].
const PANEL: f64 = 120.0;
const NEXT: f64 = PANEL + 48.0;
/// Offset between lines \[px\].
const BESIDE: f64 = 3.0;

fn shown(result: &StudyResult) -> Vec<(usize, &VariantResult)> {
    let moves = |(_, variant): &(usize, &VariantResult)| !variant.pods.is_empty();
    result.variants.iter().enumerate().filter(moves).take(MOST).collect()
}

/// Returns the services, those that change most first, and their number.
fn services<'a>(variants: &[(usize, &'a VariantResult)]) -> (Vec<&'a str>, usize) {
    let mut found: Vec<(&str, f64)> = Vec::new();
    for pods in variants.iter().flat_map(|(_, variant)| &variant.pods) {
        let (low, high) = range(pods);
        match found.iter_mut().find(|(name, _)| *name == pods.service) {
            Some((_, most)) => *most = most.max(high - low),
            None => found.push((&pods.service, high - low)),
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    let all = found.len();
    (found.into_iter().take(MOST).map(|(name, _)| name).collect(), all)
}

fn range(pods: &PodsResult) -> (f64, f64) {
    let each = || pods.by_bin.iter().copied();
    (each().fold(f64::INFINITY, f64::min), each().fold(0.0, f64::max))
}

/// Returns the finding: which service reaches how many pods, and when.
pub(super) fn title(result: &StudyResult, lang: Lang) -> String {
    let mut best: Option<(f64, &VariantResult, &PodsResult)> = None;
    for variant in &result.variants {
        for pods in &variant.pods {
            let (low, high) = range(pods);
            if best.is_none_or(|(most, ..)| high - low > most) {
                best = Some((high - low, variant, pods));
            }
        }
    }
    let Some((_, variant, pods)) = best else { return Word::ChartPods.text(lang).to_owned() };
    let (low, high) = range(pods);
    let at = pods.by_bin.iter().position(|count| *count >= high).unwrap_or(0);
    let (start, length) =
        variant.day.get(at).map_or((0.0, 3600.0), |bin| (bin.start_s, bin.length_s));
    let clock = number::clock_every(start, length);
    let (low, high) = (number::plain(low), number::plain(high));
    say(lang, Word::PodsTitle, &[&pods.service, &low, &high, &clock, &variant.name])
}

/// Draws the chart; `None` where no number of pods changes.
pub(super) fn draw(result: &StudyResult, lang: Lang) -> Option<Canvas> {
    let variants = shown(result);
    let (services, _) = services(&variants);
    if services.is_empty() {
        return None;
    }
    let title = title(result, lang);
    let heading = Heading::new(&title, result, lang);
    let more = result.variants.iter().filter(|v| !v.pods.is_empty()).count() - variants.len();
    let legend = Legend::new(&variants, more, false, lang);
    let first = heading.bottom() + legend.height() + 44.0;
    let last = first + NEXT * (services.len() as f64 - 1.0) + PANEL;
    let bins = || variants.iter().flat_map(|(_, variant)| &variant.day);
    let start = bins().map(|bin| bin.start_s).fold(f64::INFINITY, f64::min);
    let end = bins().map(|bin| bin.start_s + bin.length_s).fold(0.0, f64::max);
    if end <= start {
        return None;
    }
    let every = number::round_length(end - start, 9.0);
    let width = WIDTH - 2.0 * MARGIN - TICKS - 16.0;
    let drawn = canvas::draw(last + 66.0, &title, |canvas| {
        heading.draw(canvas);
        legend.draw(canvas, heading.bottom() + 8.0);
        for (index, service) in services.iter().enumerate() {
            let lines: Vec<_> = variants
                .iter()
                .filter_map(|(index, variant)| {
                    let pods = variant.pods.iter().find(|pods| pods.service == *service)?;
                    Some((steps(variant, pods), style::variant(*index)))
                })
                .collect();
            let most = lines.iter().flat_map(|(line, _)| line).map(|p| p[2]).fold(1.0, f64::max);
            let panel = Panel {
                left: MARGIN + TICKS,
                top: first + NEXT * index as f64,
                width,
                height: PANEL,
                x: Axis::clock(start, end, every),
                y: Axis::from_zero(most, 3.0),
            };
            let words = say(lang, Word::PodsOf, &[service]);
            panel.frame(canvas, &words, 17.0, index + 1 == services.len());
            // Counts are whole and often equal: lines are offset so that all are seen.
            let middle = (lines.len() as f64 - 1.0) / 2.0;
            for (place, (line, colour)) in lines.iter().enumerate() {
                let aside = (place as f64 - middle) * BESIDE;
                let path = panel.path(line).into_iter().map(|(x, y)| (x, y + aside));
                canvas.path(&path.collect::<Vec<_>>(), *colour, 2.5);
            }
        }
        let middle = MARGIN + TICKS + width / 2.0;
        let words = if over_day::is_short(result) { Word::SinceStart } else { Word::DayClock };
        canvas.text(words.text(lang), (middle, last + 44.0), Ink::middle(LABEL, INK));
    });
    Some(drawn)
}

/// Returns the mean of each bin as steps: `(x, low, mean, high)`.
fn steps(variant: &VariantResult, pods: &PodsResult) -> Vec<[f64; 4]> {
    let bins = variant.day.iter().zip(&pods.by_bin);
    bins.flat_map(|(bin, count)| {
        [bin.start_s, bin.start_s + bin.length_s].map(|at| [at, *count, *count, *count])
    })
    .collect()
}
