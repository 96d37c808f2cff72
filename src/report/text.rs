//! The terminal's answer: one column per variant, the reasons below.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::facts;
use super::number;
use super::words::{Lang, Word, metric, say};
use crate::study::result::{AtLoad, Saturation, StudyResult, VariantResult, Verdict};

/// No line is wider than this.
const WIDEST: usize = 118;
/// Cells are wrapped to this width.
const CELL: usize = 24;
/// Space between columns.
const GAP: usize = 2;
/// Before labels of a group.
const INDENT: &str = "  ";
/// Names of the few assumed inputs that the answer mentions.
const NAMED: usize = 4;

/// How a cell is coloured.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Tone {
    #[default]
    Plain,
    Strong,
    Good,
    Bad,
    Open,
}

impl Tone {
    fn code(self) -> &'static str {
        match self {
            Tone::Plain => "",
            Tone::Strong => "\x1b[1m",
            Tone::Good => "\x1b[32m",
            Tone::Bad => "\x1b[31m",
            Tone::Open => "\x1b[33m",
        }
    }
}

struct Row {
    /// Heading of the group that begins here, or empty.
    group: String,
    /// Label; empty where the heading is label enough.
    label: String,
    cells: Vec<(String, Tone)>,
}

/// The answer as a table and sentences, at most 118 columns wide; `colour` adds ANSI colours.
pub fn text(result: &StudyResult, lang: Lang, colour: bool) -> String {
    let mut lines = Vec::new();
    let mut head = vec![result.system.clone(), format!("{} ({})", result.scenario, result.study)];
    head.extend(facts::conditions(result, lang));
    head.retain(|part| !part.is_empty());
    lines.extend(wrap(&head.join(" · "), WIDEST));
    let rows = rows(result, lang);
    if !rows.is_empty() {
        table(&mut lines, result, &rows, colour);
    }
    for block in [reasons(result, lang), plan(result, lang), cautions(result, lang)] {
        if !block.is_empty() {
            lines.push(String::new());
            lines.extend(block);
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Every row of the table, over all variants.
fn rows(result: &StudyResult, lang: Lang) -> Vec<Row> {
    let mut rows = Vec::new();
    saturation_rows(&mut rows, result, lang);
    at_target_rows(&mut rows, result, lang);
    verdict_rows(&mut rows, result, lang);
    rows
}

fn saturation_rows(rows: &mut Vec<Row>, result: &StudyResult, lang: Lang) {
    if result.variants.iter().all(|variant| variant.saturation.is_none()) {
        return;
    }
    let mut put = |group: &str, name: &str, tone: Tone, cell: &dyn Fn(&Saturation) -> String| {
        let cells: Vec<_> = result
            .variants
            .iter()
            .map(|v| (v.saturation.as_ref().map_or(String::new(), cell), tone))
            .collect();
        if cells.iter().any(|(cell, _)| !cell.is_empty() && cell != number::NOTHING) {
            rows.push(Row { group: group.to_owned(), label: name.to_owned(), cells });
        }
    };
    let rps = |s: &Saturation| format!("{}{}", facts::line(s, lang), facts::n_of(&s.rps));
    put(Word::SaturatesAt.text(lang), "RPS", Tone::Strong, &rps);
    put("", Word::Events.text(lang), Tone::Plain, &|s| number::estimate(&s.events_per_s));
    put("", Word::Orders.text(lang), Tone::Plain, &|s| number::estimate(&s.orders_per_s));
    let users = |s: &Saturation| s.mau.as_ref().map_or(String::new(), |m| number::users(m, lang));
    put("", "MAU", Tone::Plain, &users);
    put(Word::FirstToGo.text(lang), "", Tone::Strong, &|s| {
        let mut names = vec![s.resource.as_str()];
        names.extend(s.ties.iter().map(String::as_str));
        names.join(" = ")
    });
}

fn at_target_rows(rows: &mut Vec<Row>, result: &StudyResult, lang: Lang) {
    let mut group = say(lang, Word::AtLoad, &[&facts::load(result, lang)]);
    let mut put = |name: Word, cell: &dyn Fn(&AtLoad) -> String| {
        let cells: Vec<_> = result
            .variants
            .iter()
            .map(|v| (v.at_target.as_ref().map_or(String::new(), cell), Tone::Plain))
            .collect();
        if cells.iter().any(|(cell, _)| !cell.is_empty() && cell != number::NOTHING) {
            let group = std::mem::take(&mut group);
            rows.push(Row { group, label: name.text(lang).to_owned(), cells });
        }
    };
    put(Word::P50, &|at| number::estimate(&at.p50_ms));
    put(Word::P95, &|at| number::estimate(&at.p95_ms));
    put(Word::P99, &|at| number::estimate(&at.p99_ms));
    put(Word::Errors, &|at| number::percent(&at.error_rate));
    put(Word::Goodput, &|at| number::estimate(&at.goodput_rps));
    put(Word::Events, &|at| number::estimate(&at.events_per_s));
    put(Word::Orders, &|at| number::estimate(&at.orders_per_s));
    put(Word::Lag, &|at| number::estimate(&at.max_lag));
}

fn verdict_rows(rows: &mut Vec<Row>, result: &StudyResult, lang: Lang) {
    let mut group = Word::Target.text(lang).to_owned();
    let mut put = |name: String, verdict: &dyn Fn(&VariantResult) -> Option<Verdict>| {
        let cells: Vec<_> =
            result.variants.iter().map(|v| verdict_cell(verdict(v), lang)).collect();
        if cells.iter().any(|(cell, _)| !cell.is_empty()) {
            rows.push(Row { group: std::mem::take(&mut group), label: name, cells });
        }
    };
    let wanted = result.target_load.rps;
    put(format!("{} RPS", number::plain(wanted)), &|v| facts::carries(v, wanted));
    if let Some(events) = result.target_load.events_per_s {
        put(format!("{} {}", number::plain(events), Word::Events.text(lang)), &|v| {
            v.at_target.as_ref().and_then(|at| facts::at_least(&at.events_per_s, events))
        });
    }
    for (index, target) in result.targets.iter().enumerate() {
        put(facts::target(target, lang), &|v| {
            let at_index = v.verdicts.get(index).filter(|found| found.metric == target.metric);
            at_index.map(|found| found.verdict)
        });
    }
}

fn verdict_cell(verdict: Option<Verdict>, lang: Lang) -> (String, Tone) {
    let tone = match verdict {
        Some(Verdict::Met) => Tone::Good,
        Some(Verdict::Missed) => Tone::Bad,
        Some(Verdict::Undecided) => Tone::Open,
        None => Tone::Plain,
    };
    (verdict.map_or(String::new(), |verdict| facts::verdict(verdict, lang).to_owned()), tone)
}

/// Lays the rows out; variants that do not fit beside each other come in further blocks.
fn table(lines: &mut Vec<String>, result: &StudyResult, rows: &[Row], colour: bool) {
    let label = rows.iter().map(Row::label_width).max().unwrap_or(0).min(CELL);
    let columns: Vec<usize> = result
        .variants
        .iter()
        .enumerate()
        .map(|(index, variant)| {
            let cells = rows.iter().map(|row| row.cells[index].0.width());
            cells.chain([variant.name.width()]).max().unwrap_or(0).clamp(8, CELL)
        })
        .collect();
    let mut from = 0;
    while from < columns.len() {
        let mut to = from + 1;
        let mut width = label + GAP + columns[from];
        while to < columns.len() && width + GAP + columns[to] <= WIDEST {
            width += GAP + columns[to];
            to += 1;
        }
        lines.push(String::new());
        let names = Row {
            group: String::new(),
            label: String::new(),
            cells: result.variants.iter().map(|v| (v.name.clone(), Tone::Strong)).collect(),
        };
        for row in std::iter::once(&names).chain(rows) {
            lay_row(lines, row, label, &columns, from..to, colour);
        }
        from = to;
    }
}

impl Row {
    /// The label as laid out: indented below its group.
    fn indented(&self) -> String {
        match self.label.as_str() {
            "" => self.group.clone(),
            label => format!("{INDENT}{label}"),
        }
    }

    fn label_width(&self) -> usize {
        self.indented().width()
    }
}

fn lay_row(
    lines: &mut Vec<String>,
    row: &Row,
    label: usize,
    columns: &[usize],
    range: std::ops::Range<usize>,
    colour: bool,
) {
    if !row.group.is_empty() && !row.label.is_empty() {
        lines.extend(hanging(&row.group, 2));
    }
    let indent = if row.label.is_empty() { "" } else { INDENT };
    let name = wrap(row.indented().trim_start(), label.saturating_sub(indent.len()).max(1));
    let cells: Vec<Vec<String>> =
        range.clone().map(|index| wrap(&row.cells[index].0, columns[index])).collect();
    let tallest = cells.iter().map(Vec::len).chain([name.len()]).max().unwrap_or(1);
    for line in 0..tallest {
        let part = |lines: &[String]| lines.get(line).cloned().unwrap_or_default();
        let mut text = pad(&format!("{indent}{}", part(&name)), label);
        for (cell, index) in cells.iter().zip(range.clone()) {
            text.push_str(&" ".repeat(GAP));
            let padded = pad(&part(cell), columns[index]);
            let tone = row.cells[index].1;
            if colour && tone != Tone::Plain && !padded.trim().is_empty() {
                let filled = padded.trim_end();
                let space = " ".repeat(padded.width() - filled.width());
                text.push_str(&format!("{}{filled}\x1b[0m{space}", tone.code()));
            } else {
                text.push_str(&padded);
            }
        }
        lines.push(text.trim_end().to_owned());
    }
}

/// Why each variant saturates where it does; variants with one reason share it.
fn reasons(result: &StudyResult, lang: Lang) -> Vec<String> {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for variant in &result.variants {
        let Some(saturation) = variant.saturation.as_ref().filter(|s| !s.reason.is_empty()) else {
            continue;
        };
        let agreement = number::plain(saturation.agreement * 100.0);
        let agreement = say(lang, Word::Agreement, &[&agreement]);
        let binding = match saturation.binding_target.as_str() {
            "" => String::new(),
            name => format!("; {}: {}", Word::BindingTarget.text(lang), metric(name, lang)),
        };
        let reason = format!("{} [{agreement}{binding}]", saturation.reason);
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(&variant.name),
            None => reasons.push((reason, vec![&variant.name])),
        }
    }
    let lead = Word::Because.text(lang);
    let lines = reasons.iter().flat_map(|(reason, names)| {
        hanging(&format!("{lead} ({}): {reason}", names.join(", ")), 2)
    });
    lines.collect()
}

/// What the plan moves, and what its edits do.
fn plan(result: &StudyResult, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    for comparison in &result.comparisons {
        if let Some(sentence) = facts::moved(result, comparison, lang) {
            lines.extend(hanging(&sentence, 2));
        }
    }
    for plan in facts::edits(result, lang) {
        lines.extend(hanging(&plan.sentence, 2));
        for (why, edits) in plan.without {
            let names: Vec<&str> = edits.iter().map(|edit| edit.set.as_str()).collect();
            let names = facts::few(&names, NAMED, lang);
            let count = edits.len().to_string();
            let sentence = say(lang, Word::EditsWithout, &[&count, why, &names]);
            lines.extend(hanging(&format!("  {sentence}"), 4));
        }
    }
    lines
}

/// What limits the answer: disagreements, assumptions, warnings.
fn cautions(result: &StudyResult, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    if !result.disagreements.is_empty() {
        lines.push(Word::Disagreements.text(lang).to_owned());
        for disagreement in &result.disagreements {
            lines.extend(hanging(&format!("  {disagreement}"), 4));
        }
    }
    let assumed = facts::assumed(result);
    if !assumed.is_empty() {
        let names = facts::few(&assumed, NAMED, lang);
        let count = assumed.len().to_string();
        lines.extend(hanging(&say(lang, Word::AssumedCount, &[&count, &names]), 2));
    }
    for warning in &result.warnings {
        lines.extend(hanging(&say(lang, Word::Warning, &[warning]), 2));
    }
    lines
}

/// Wrapped to the page, further lines indented.
fn hanging(text: &str, indent: usize) -> Vec<String> {
    let body = text.trim_start();
    let first = text.len() - body.len();
    let deepest = indent.max(first);
    wrap(body, WIDEST - deepest)
        .into_iter()
        .enumerate()
        .map(|(index, line)| {
            let depth = if index == 0 { first } else { indent };
            format!("{}{line}", " ".repeat(depth))
        })
        .collect()
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// Broken at spaces into lines of at most `width` columns; longer words are broken anywhere. Control
/// characters, which names from files may hold, become spaces.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in clean.split(' ').filter(|word| !word.is_empty()) {
        let size = word.width();
        let space = usize::from(used > 0);
        if used > 0 && used + space + size > width {
            lines.push(String::new());
            used = 0;
        } else if space > 0 {
            push(&mut lines, ' ');
            used += 1;
        }
        for c in word.chars() {
            let size = c.width().unwrap_or(0);
            if used > 0 && used + size > width {
                lines.push(String::new());
                used = 0;
            }
            push(&mut lines, c);
            used += size;
        }
    }
    lines
}

fn push(lines: &mut [String], c: char) {
    if let Some(line) = lines.last_mut() {
        line.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_counts_columns_not_letters() {
        assert_eq!(wrap("order CPU is busy", 9), ["order CPU", "is busy"]);
        assert_eq!(wrap("가나다라", 4), ["가나", "다라"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("a\x1b[2Jb\nc", 20), ["a [2Jb c"]);
    }
}
