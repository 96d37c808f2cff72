//! Phases and cost: a bar for each load sized for, stacked by kind of item, below that of the
//! current system, and beside the cost stated in the document.

use super::Heading;
use super::axis::{Axis, Panel};
use crate::report::canvas::{self, Canvas, Ink};
use crate::report::number;
use crate::report::size::{conditions, dollars, finding, load_name, probability};
use crate::report::style::{self, FAINT, GRID, INK, LABEL, MARGIN, SMALL, WIDTH};
use crate::report::words::size as words_of_size;
use crate::report::words::{Lang, Word, say};
use crate::study::size::{CostItem, SizedLoad, Sizing};

/// Largest number of lines for the settings of a phase.
const CHANGES: usize = 8;
/// Space for the names of loads \[px\].
const NAMES: f64 = 190.0;
/// Space for totals, at the right \[px\].
const TOTALS: f64 = 90.0;
/// Height of a bar \[px\].
const BAR: f64 = 40.0;
/// Height of the bar of the stated cost \[px\].
const STATED: f64 = 16.0;
/// Height of a line of text \[px\].
const LINE: f64 = 21.0;
/// Space between rows \[px\].
const GAP: f64 = 22.0;

/// Whether there is anything to draw: a configuration with a price.
pub(crate) fn has(sizing: &Sizing) -> bool {
    sizing.phases.iter().any(|phase| phase.monthly_usd.is_some_and(|usd| usd > 0.0))
}

/// Returns the kind of a bill's item: the first part of its path.
fn kind(item: &CostItem) -> &str {
    item.part.split('.').next().unwrap_or_default()
}

/// Returns the name of a kind.
fn words(kind: &str, lang: Lang) -> String {
    let word = match kind {
        "node_groups" => Word::SizeKindNodes,
        "databases" => Word::SizeKindDatabases,
        "caches" => Word::SizeKindCaches,
        "brokers" => Word::SizeKindBrokers,
        "charges" => Word::SizeKindCharges,
        other => return other.replace('_', " "),
    };
    word.text(lang).to_owned()
}

/// A row: its label, the cost of each kind, and the text below.
struct Row<'a> {
    name: String,
    parts: Vec<f64>,
    phase: Option<&'a SizedLoad>,
    below: Vec<String>,
}

impl Row<'_> {
    fn total(&self) -> f64 {
        self.parts.iter().sum()
    }

    fn stated(&self) -> Option<f64> {
        Some(self.phase?.stated.as_ref()?.monthly_usd)
    }

    fn height(&self) -> f64 {
        let stated = if self.stated().is_some() { STATED + 4.0 + LINE } else { 0.0 };
        BAR + stated + LINE * self.below.len() as f64 + GAP
    }
}

/// Returns the cost of each kind, in the order of `kinds`; an item without a price counts as in the
/// variant.
fn parts(phase: &SizedLoad, kinds: &[&str], price: fn(&CostItem) -> Option<f64>) -> Vec<f64> {
    let of = |which: &&str| {
        let items = phase.cost.iter().filter(|item| kind(item) == *which);
        items.filter_map(price).fold(0.0, |sum, usd| sum + usd)
    };
    kinds.iter().map(of).collect()
}

fn below(phase: &SizedLoad, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(phase.probability.as_ref().map(|share| probability(share, lang)));
    if !phase.unpriced.is_empty() {
        lines.push(say(lang, Word::SizeUnpriced, &[&phase.unpriced.join(", ")]));
    }
    let changed =
        phase.changes.iter().map(|change| format!("{}\u{a0}=\u{a0}{}", change.set, change.to));
    let changed: Vec<String> = changed.collect();
    lines.extend(style::break_lines(
        &changed.join(" · "),
        SMALL,
        WIDTH - 2.0 * MARGIN - NAMES,
        CHANGES,
    ));
    lines
}

fn rows<'a>(sizing: &'a Sizing, kinds: &[&str], lang: Lang) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    if let Some(first) = sizing.phases.iter().find(|phase| !phase.cost.is_empty()) {
        let parts = parts(first, kinds, |item| item.before_usd);
        let name = Word::SizeChartNow.text(lang).to_owned();
        rows.push(Row { name, parts, phase: None, below: Vec::new() });
    }
    for phase in &sizing.phases {
        let name = load_name(phase, sizing, lang);
        let (parts, below) = match phase.monthly_usd {
            Some(_) => {
                let price = |item: &CostItem| item.monthly_usd.or(item.before_usd);
                (parts(phase, kinds, price), below(phase, lang))
            }
            None => (vec![0.0; kinds.len()], Vec::new()),
        };
        rows.push(Row { name, parts, phase: Some(phase), below });
    }
    rows
}

/// Draws the chart.
pub(crate) fn draw(sizing: &Sizing, lang: Lang) -> Canvas {
    let title = finding(sizing, lang);
    let heading = Heading::of(&title, conditions(sizing, lang));
    let mut kinds: Vec<&str> = Vec::new();
    for item in sizing.phases.iter().flat_map(|phase| &phase.cost) {
        let priced = item.monthly_usd.or(item.before_usd).is_some_and(|usd| usd > 0.0);
        if priced && !kinds.contains(&kind(item)) {
            kinds.push(kind(item));
        }
    }
    let rows = rows(sizing, &kinds, lang);
    let highest = rows.iter().map(|row| row.total().max(row.stated().unwrap_or(0.0)));
    let height: f64 = rows.iter().map(Row::height).sum();
    let top = heading.bottom() + 46.0;
    let panel = Panel {
        left: MARGIN + NAMES,
        top,
        width: WIDTH - 2.0 * MARGIN - NAMES - TOTALS,
        height,
        x: Axis::from_zero(highest.fold(1.0, f64::max), 8.0),
        y: Axis::from_zero(1.0, 1.0),
    };
    canvas::draw(top + height + 64.0, &title, |canvas| {
        heading.draw(canvas);
        legend(canvas, &kinds, top - 26.0, lang);
        for (at, label) in &panel.x.ticks {
            let x = panel.x(*at);
            canvas.line((x, top), (x, top + height), GRID, 1.0);
            canvas.text(label, (x, top + height + 18.0), Ink::middle(SMALL, FAINT));
        }
        let under = (panel.left + panel.width / 2.0, top + height + 44.0);
        canvas.text(Word::SizeChartAxis.text(lang), under, Ink::middle(LABEL, INK));
        let mut y = top + 8.0;
        for row in &rows {
            bar(canvas, &panel, row, &kinds, y, lang);
            y += row.height();
        }
    })
}

/// Draws the legend of colours.
fn legend(canvas: &mut Canvas, kinds: &[&str], y: f64, lang: Lang) {
    let mut x = MARGIN + NAMES;
    for (index, kind) in kinds.iter().enumerate() {
        let text = words(kind, lang);
        let width = 22.0 + style::text_width(&text, SMALL) + 22.0;
        if x + width > WIDTH - MARGIN {
            return;
        }
        canvas.rectangle((x, y - 7.0), (x + 14.0, y + 7.0), colour(index), 1.0);
        canvas.text(&text, (x + 22.0, y), Ink::left(SMALL, INK));
        x += width;
    }
}

/// Returns a colour light enough for dark text, also in dark mode.
fn colour(kind: usize) -> plotters::style::RGBColor {
    style::pale(style::variant(kind))
}

fn bar(canvas: &mut Canvas, panel: &Panel, row: &Row, kinds: &[&str], top: f64, lang: Lang) {
    let middle = top + BAR / 2.0;
    let name = style::fit(&row.name, LABEL, NAMES - 16.0);
    canvas.text(&name, (panel.left - 14.0, middle), Ink::right(LABEL, INK));
    let mut before = 0.0;
    for (index, (usd, kind)) in row.parts.iter().zip(kinds).enumerate() {
        if *usd <= 0.0 {
            continue;
        }
        let (from, to) = (panel.x(before), panel.x(before + usd));
        before += usd;
        let fill = colour(index);
        // Leaves a gap of one pixel between parts.
        canvas.rectangle((from, top), ((to - 1.0).max(from + 0.5), top + BAR), fill, 1.0);
        let ink = Ink::middle(SMALL, style::ink_on(fill));
        let named = format!("{} {}", words(kind, lang), dollars(*usd, lang));
        let labels = [named, dollars(*usd, lang)];
        let fits = labels.iter().find(|text| style::text_width(text, SMALL) + 8.0 < to - from);
        if let Some(text) = fits {
            canvas.text(text, (f64::midpoint(from, to), middle), ink);
        }
    }
    if row.total() > 0.0 {
        let at = (panel.x(row.total()) + 8.0, middle);
        canvas.text(&dollars(row.total(), lang), at, Ink::left(LABEL, INK));
    } else if let Some(phase) = row.phase {
        let none = || number::NOTHING.to_owned();
        let why = phase.note.as_ref().map_or_else(none, |why| words_of_size::obstacle(why, lang));
        under(canvas, panel, &why, middle - LINE / 2.0, FAINT);
    }
    let mut y = top + BAR + 4.0;
    if let Some(stated) = row.phase.and_then(|phase| phase.stated.as_ref()) {
        let end = panel.x(stated.monthly_usd);
        canvas.rectangle((panel.left, y), (end, y + STATED), GRID, 1.0);
        canvas.line((end, y - 2.0), (end, y + STATED + 2.0), INK, 2.0);
        y += STATED;
        let covers = if stated.covers.is_empty() {
            Word::SizeEverything.text(lang).to_owned()
        } else {
            stated.covers.join(", ")
        };
        let (said, found) = (dollars(stated.monthly_usd, lang), dollars(stated.found_usd, lang));
        let text = say(lang, Word::SizeChartDocument, &[&said, &covers, &found]);
        under(canvas, panel, &text, y, INK);
        y += LINE;
    }
    for line in &row.below {
        under(canvas, panel, line, y, FAINT);
        y += LINE;
    }
}

fn under(
    canvas: &mut Canvas,
    panel: &Panel,
    text: &str,
    top: f64,
    colour: plotters::style::RGBColor,
) {
    let text = style::fit(text, SMALL, WIDTH - MARGIN - panel.left);
    canvas.text(&text, (panel.left, top + LINE / 2.0 + 1.0), Ink::left(SMALL, colour));
}
