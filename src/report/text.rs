//! Terminal output of a study: one column per variant, the explanations below.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::words::{Lang, Word, say};
use super::{claims, cost, edits, facts, moves, number, over_day, spark, steps, theory};
use crate::plain;
use crate::stats::Estimate;
use crate::study::result::{Saturation, StudyResult, VariantResult, Verdict};

/// Largest width of a line \[columns\].
const WIDEST: usize = 118;
/// Width to which cells are wrapped where not all variants fit beside each other otherwise.
const CELL: usize = 24;
/// Space between columns.
const GAP: usize = 2;
/// Indentation of labels in a group.
const INDENT: &str = "  ";
/// Number of assumed inputs that are named.
const NAMED: usize = 1;
/// Number of events of the day that are described.
const HAPPENED: usize = 5;
/// Number of warnings that are repeated.
const WARNINGS: usize = 6;

/// Colour of a cell.
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
    fn style(self) -> Style {
        match self {
            Tone::Plain => Style::new(),
            Tone::Strong => Style::new().bold(),
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Bad => AnsiColor::Red.on_default(),
            Tone::Open => AnsiColor::Yellow.on_default(),
        }
    }
}

struct Row {
    /// Heading of the group that begins here, or empty.
    group: String,
    /// Label; empty where the heading suffices.
    label: String,
    cells: Vec<(String, Tone)>,
    /// Number of replications.
    n: String,
}

/// Renders the answer as a table and sentences, at most 118 columns wide; `colour` adds ANSI
/// colours.
pub(super) fn text(result: &StudyResult, lang: Lang, colour: bool) -> String {
    let mut lines = Vec::new();
    let mut head = vec![
        result.head.system.clone(),
        format!("{} ({})", result.head.scenario, result.head.study),
    ];
    head.extend(facts::conditions(result, lang));
    head.retain(|part| !part.is_empty());
    lines.extend(wrap(&head.join(" · "), WIDEST));
    if result.partial {
        lines.extend(wrap(Word::Partial.text(lang), WIDEST));
    }
    lines.extend(wrap(&result.head.about, WIDEST).into_iter().filter(|line| !line.is_empty()));
    let findings = [over_day::headline(result, lang), facts::headline(result, lang)];
    lines.extend(findings.iter().flatten().flat_map(|line| wrap(line, WIDEST)));
    let rows = rows(result, lang);
    if !rows.is_empty() {
        table(&mut lines, result, &rows, colour);
    }
    let (reasons, plan) = (reasons(result, lang), plan(result, lang));
    let claims = claims(result, lang);
    let (others, sanity) = (alternatives(result, lang, colour), sanity(result, lang));
    let changes: Vec<String> =
        steps::lines(result, lang).iter().flat_map(|line| hanging(line, 2)).collect();
    let cost: Vec<String> =
        cost::lines(result, lang).iter().flat_map(|line| hanging(line, 2)).collect();
    let day = day(result, lang);
    for block in [day, reasons, plan, claims, changes, cost, others, sanity, cautions(result, lang)]
    {
        if !block.is_empty() {
            lines.push(String::new());
            lines.extend(block);
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Returns the rows of the table, over all variants.
fn rows(result: &StudyResult, lang: Lang) -> Vec<Row> {
    let mut rows = Vec::new();
    saturation_rows(&mut rows, result, lang);
    at_target_rows(&mut rows, result, lang);
    verdict_rows(&mut rows, result, lang);
    if let Some((label, lines)) = spark::p99(result, lang) {
        let cells = lines.into_iter().map(|line| (line, Tone::Plain)).collect();
        rows.push(Row { group: String::new(), label, cells, n: String::new() });
    }
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
            let n = facts::line_n(result, lang);
            rows.push(Row { group: group.to_owned(), label: name.to_owned(), cells, n });
        }
    };
    put(Word::SaturatesAt.text(lang), "RPS", Tone::Strong, &|s| facts::line(s, lang));
    let some = |estimate: &Estimate| {
        if estimate.high > 0.0 { number::estimate(estimate) } else { String::new() }
    };
    put("", Word::Events.text(lang), Tone::Plain, &|s| some(&s.events_per_s));
    put("", Word::Orders.text(lang), Tone::Plain, &|s| some(&s.orders_per_s));
    let users = |s: &Saturation| facts::users(result, s, lang).unwrap_or_default();
    put("", "MAU", Tone::Plain, &users);
    put(Word::FirstToGo.text(lang), "", Tone::Strong, &|s| facts::first_to_go(s, lang));
}

fn at_target_rows(rows: &mut Vec<Row>, result: &StudyResult, lang: Lang) {
    let mut group = say(lang, Word::AtLoad, &[&facts::load(result, lang)]);
    for row in facts::load_rows(result) {
        let cells: Vec<_> = result
            .variants
            .iter()
            .map(|v| (v.at_target.as_ref().map_or(String::new(), |at| row.cell(at)), Tone::Plain))
            .collect();
        if cells.iter().any(|(cell, _)| !cell.is_empty() && cell != number::NOTHING) {
            let group = std::mem::take(&mut group);
            let (label, n) = (row.word.text(lang).to_owned(), row.n(result, lang));
            rows.push(Row { group, label, cells, n });
        }
    }
}

fn verdict_rows(rows: &mut Vec<Row>, result: &StudyResult, lang: Lang) {
    let mut group = Word::Target.text(lang).to_owned();
    let (line_n, load_n) = (facts::line_n(result, lang), facts::load_n(result, lang));
    let mut put = |name: String, n: &str, verdict: &dyn Fn(&VariantResult) -> Option<Verdict>| {
        let cells: Vec<_> =
            result.variants.iter().map(|v| verdict_cell(verdict(v), lang)).collect();
        if cells.iter().any(|(cell, _)| !cell.is_empty()) {
            let group = std::mem::take(&mut group);
            rows.push(Row { group, label: name, cells, n: n.to_owned() });
        }
    };
    let wanted = result.target_load.rps;
    put(format!("{} RPS", number::plain(wanted)), &line_n, &|v| facts::carries(v, wanted));
    if let Some(events) = result.target_load.events_per_s {
        put(format!("{} {}", number::plain(events), Word::Events.text(lang)), &load_n, &|v| {
            v.at_target.as_ref().and_then(|at| facts::at_least(&at.events_per_s, events))
        });
    }
    for (index, target) in result.targets.iter().enumerate() {
        put(facts::target(target, lang), &load_n, &|v| {
            let at_index = v.verdicts.get(index).filter(|found| found.metric == target.metric);
            at_index.map(|found| found.verdict)
        });
    }
    if let Some(drift) = facts::drift(result) {
        put(facts::target(&drift, lang), &load_n, &facts::drift_verdict);
    }
    day_rows(rows, result, lang);
}

/// Adds the verdicts over the day, each with the time for which a target is missed.
fn day_rows(rows: &mut Vec<Row>, result: &StudyResult, lang: Lang) {
    let mut group = Word::OverDay.text(lang).to_owned();
    let n = facts::day_n(result);
    for (metric, name) in over_day::conditions(result, lang) {
        let cell = |variant: &VariantResult| match over_day::of(variant, metric) {
            Some(found) => (over_day::cell(found, lang), verdict_cell(Some(found.verdict), lang).1),
            None => (String::new(), Tone::Plain),
        };
        let cells = result.variants.iter().map(cell).collect();
        rows.push(Row { group: std::mem::take(&mut group), label: name, cells, n: n.clone() });
    }
}

/// Describes the targets missed over the day, and the effects of events.
fn day(result: &StudyResult, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    let several = over_day::days(result).count() > 1;
    for (variant, answer) in over_day::days(result) {
        for sentence in over_day::targets(variant, answer, lang) {
            let name = if several { format!("{}: ", variant.name) } else { String::new() };
            lines.extend(hanging(&format!("{name}{sentence}"), 2));
        }
    }
    for (variant, answer) in over_day::days(result) {
        let happened = over_day::happened(variant, answer, HAPPENED, lang);
        if happened.is_empty() {
            continue;
        }
        lines.push(over_day::happened_lead(result, variant, lang));
        let told = happened.iter().map(|sentence| format!("{INDENT}{sentence}"));
        lines.extend(told.flat_map(|sentence| hanging(&sentence, 4)));
    }
    lines
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

/// Lays out the rows; variants that do not fit beside each other go into further blocks.
fn table(lines: &mut Vec<String>, result: &StudyResult, rows: &[Row], colour: bool) {
    let label = rows.iter().map(Row::label_width).max().unwrap_or(0).min(CELL);
    let natural: Vec<usize> = result
        .variants
        .iter()
        .enumerate()
        .map(|(index, variant)| {
            let cells = rows.iter().map(|row| row.cells[index].0.width());
            cells.chain([variant.name.width()]).max().unwrap_or(0).max(8)
        })
        .collect();
    // Every block ends with the replications, whose column no variant may take.
    let n_width = rows.iter().map(|row| row.n.width()).max().unwrap_or(0).max(1);
    let columns = columns(&natural, label, n_width);
    let mut from = 0;
    while from < columns.len() {
        let mut to = from + 1;
        let mut width = label + GAP + columns[from];
        while to < columns.len() && width + GAP + columns[to] + GAP + n_width <= WIDEST {
            width += GAP + columns[to];
            to += 1;
        }
        lines.push(String::new());
        let names = Row {
            group: String::new(),
            label: String::new(),
            cells: result.variants.iter().map(|v| (v.name.clone(), Tone::Strong)).collect(),
            n: "n".into(),
        };
        for row in std::iter::once(&names).chain(rows) {
            lay_row(lines, row, label, &columns, from..to, colour);
        }
        from = to;
    }
}

/// Returns the widths of columns: the natural ones while all fit, else the widest are narrowed, but
/// not below [`CELL`].
fn columns(natural: &[usize], label: usize, n: usize) -> Vec<usize> {
    let at_most = |most: usize| natural.iter().map(move |width| (*width).min(most));
    let room = WIDEST.saturating_sub(label + GAP * natural.len() + GAP + n);
    let widest = natural.iter().copied().max().unwrap_or(0);
    let most = (CELL..=widest.max(CELL)).rev().find(|most| at_most(*most).sum::<usize>() <= room);
    at_most(most.unwrap_or(CELL)).collect()
}

impl Row {
    /// Returns the label, indented below its group.
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
                // Writing to a string cannot fail.
                let style = tone.style();
                let _ = write!(text, "{style}{filled}{style:#}{space}");
            } else {
                text.push_str(&padded);
            }
        }
        if line == 0 {
            text.push_str(&" ".repeat(GAP));
            text.push_str(&row.n);
        }
        lines.push(text.trim_end().to_owned());
    }
}

/// Explains where each variant saturates; a variant not distinguishable from the one before it
/// shares its explanation.
fn reasons(result: &StudyResult, lang: Lang) -> Vec<String> {
    let mut reasons: Vec<(&VariantResult, &Saturation, Vec<&str>)> = Vec::new();
    for variant in &result.variants {
        let Some(saturation) = variant.saturation.as_ref() else {
            continue;
        };
        let alike = reasons.last_mut().filter(|(known, line, _)| {
            facts::first_to_go(line, lang) == facts::first_to_go(saturation, lang)
                && line.binding_target == saturation.binding_target
                && (line.cause == saturation.cause || moves::alike(result, known, variant))
        });
        match alike {
            Some((.., names)) => names.push(&variant.name),
            None => reasons.push((variant, saturation, Vec::new())),
        }
    }
    let fails: Vec<Option<String>> =
        reasons.iter().map(|(_, saturation, _)| facts::fails(saturation, lang)).collect();
    let common =
        fails.first().cloned().flatten().filter(|_| fails.windows(2).all(|w| w[0] == w[1]));
    let lead = Word::Because.text(lang);
    let mut lines = Vec::new();
    for ((variant, saturation, alike), fails) in reasons.iter().zip(&fails) {
        let name = if alike.is_empty() {
            variant.name.clone()
        } else {
            say(lang, Word::Alike, &[&variant.name, &alike.join(", ")])
        };
        let mut text = format!("{lead} ({name}): {}", facts::because(saturation, lang));
        if let (None, Some(fails)) = (&common, fails) {
            text.push_str("; ");
            text.push_str(fails);
        }
        lines.extend(hanging(&text, 2));
    }
    lines.extend(common.iter().flat_map(|fails| hanging(&format!("({fails})"), 2)));
    lines
}

/// Describes the effect of the plan on the line, and its edits.
fn plan(result: &StudyResult, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    for sentence in moves::sentences(result, lang) {
        lines.extend(hanging(&sentence, 2));
    }
    lines.extend(moves::gain_overall(result, lang).iter().flat_map(|gain| hanging(gain, 2)));
    for plan in edits::plans(&result.edits, lang) {
        lines.extend(hanging(&plan.sentence, 2));
        for sentence in claims::contributions(&plan, lang) {
            lines.extend(hanging(&format!("  {sentence}"), 4));
        }
        for sentence in plan.without {
            lines.extend(hanging(&format!("  {sentence}"), 4));
        }
    }
    lines
}

/// Renders the document's claims, a line for each row of its tables.
fn claims(result: &StudyResult, lang: Lang) -> Vec<String> {
    let Some(sentence) = claims::sentence(result, lang) else { return Vec::new() };
    let mut lines = hanging(&sentence, 2);
    for table in claims::tables(result, lang) {
        lines.extend(table.at.iter().flat_map(|at| hanging(&format!("{INDENT}{at}"), 4)));
        for row in &table.rows {
            let mut text = format!("{INDENT}{INDENT}{}", claims::line(&table, row, lang));
            if let Some(achieved) = row.achieved() {
                let (word, verdict) =
                    (Word::ClaimAchieved.text(lang), claims::verdict(achieved, lang));
                // Writing to a string cannot fail.
                let _ = write!(text, "; {word}: {verdict}");
            }
            lines.extend(hanging(&text, 6));
        }
    }
    lines
}

/// Renders the line of each variant under other mixes and calibrations.
fn alternatives(result: &StudyResult, lang: Lang, colour: bool) -> Vec<String> {
    let Some(sentence) = facts::alternatives(result, lang) else { return Vec::new() };
    let mut lines = vec![Word::AlternativesLead.text(lang).to_owned()];
    let rows: Vec<Row> = result
        .alternatives
        .iter()
        .map(|alternative| {
            let cell = |variant: &VariantResult| {
                let found = alternative.variants.iter().find(|other| other.name == variant.name);
                let text = found.map_or(number::NOTHING.to_owned(), |found| {
                    let line = facts::line(&found.saturation, lang);
                    let first = if facts::several(&found.saturation) {
                        Word::SeveralShort.text(lang).to_owned()
                    } else {
                        facts::first_to_go(&found.saturation, lang)
                    };
                    format!("{line} ({first})")
                });
                (text, Tone::Plain)
            };
            Row {
                group: String::new(),
                label: format!("{} · {}", alternative.mix, alternative.calibration),
                cells: result.variants.iter().map(cell).collect(),
                n: facts::alternative_n(alternative),
            }
        })
        .collect();
    let mut laid = Vec::new();
    table(&mut laid, result, &rows, colour);
    // The first line of a table is empty: here its heading stands above.
    lines.extend(laid.into_iter().skip(1));
    lines.extend(hanging(&sentence, 2));
    lines
}

/// Compares theory with simulation: laws stated in the scenario line by line, the rest in a
/// sentence.
fn sanity(result: &StudyResult, lang: Lang) -> Vec<String> {
    let stated: Vec<Vec<String>> = result
        .variants
        .iter()
        .flat_map(|variant| &variant.theory)
        .filter(|check| check.stated)
        .map(|check| {
            vec![
                theory::measure(check, lang),
                check.law.clone(),
                theory::expected(check),
                theory::simulated(check),
                theory::verdict(check.agreement, lang).to_owned(),
            ]
        })
        .collect();
    let mut lines = Vec::new();
    if !stated.is_empty() {
        let header = [
            Word::TheoryMeasure,
            Word::TheoryLaw,
            Word::TheoryExpected,
            Word::TheorySimulated,
            Word::TheoryVerdict,
        ];
        lines.push(format!("{}:", Word::TheoryHeading.text(lang)));
        lines.extend(aligned(&header.map(|word| word.text(lang).to_owned()), &stated));
    }
    if let Some(sentence) = theory::sentence(result, lang) {
        lines.extend(hanging(&sentence, 2));
    }
    lines
}

/// Aligns rows under a header, each column as wide as its widest cell; long cells are cut to fit
/// the page.
pub(crate) fn aligned(header: &[String], rows: &[Vec<String>]) -> Vec<String> {
    let all = || std::iter::once(header).chain(rows.iter().map(Vec::as_slice));
    let widest = |column: usize| {
        let cells = all().filter_map(|row| row.get(column)).map(|cell| cell.width());
        cells.max().unwrap_or(0).min(2 * CELL)
    };
    let widths: Vec<usize> = (0..header.len()).map(widest).collect();
    let line = |row: &[String]| {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| {
                let first = wrap(cell, *width).into_iter().next().unwrap_or_default();
                pad(&first, *width)
            })
            .collect();
        format!("{INDENT}{}", cells.join("  ")).trim_end().to_owned()
    };
    all().map(line).collect()
}

/// Lists the limits of the answer: assumptions and warnings.
fn cautions(result: &StudyResult, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    let assumed = facts::assumed(result);
    if !assumed.is_empty() {
        let names = facts::few(&assumed, NAMED, lang);
        let count = assumed.len().to_string();
        lines.extend(hanging(&say(lang, Word::AssumedCount, &[&count, &names]), 2));
    }
    let (weighty, spare) = facts::warnings(result, lang);
    // Warnings of the study come last, and have not been shown before.
    let shown = &weighty[weighty.len().saturating_sub(WARNINGS)..];
    for warning in shown {
        lines.extend(hanging(&say(lang, Word::Warning, &[warning]), 2));
    }
    match weighty.len() + spare.len() - shown.len() {
        0 => {}
        1 => lines.push(say(lang, Word::WarningsMoreOne, &["1"])),
        more => lines.push(say(lang, Word::WarningsMore, &[&more.to_string()])),
    }
    lines
}

/// Wraps text to the page with a hanging indent.
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

/// Wraps text at spaces into lines of at most `width` columns; longer words are broken after dots
/// and dashes, or anywhere where they have none.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let clean = plain::visible(text);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in clean.split(' ').filter(|word| !word.is_empty()) {
        let mut space = used > 0;
        if space && used + 1 + word.width() > width {
            lines.push(String::new());
            (used, space) = (0, false);
        }
        for part in word.split_inclusive(['.', '-', '/', '_']) {
            if used > 0 && used + usize::from(space) + part.width() > width {
                lines.push(String::new());
                used = 0;
            } else if space {
                push(&mut lines, ' ');
                used += 1;
            }
            space = false;
            for c in part.chars() {
                let size = c.width().unwrap_or(0);
                if used > 0 && used + size > width {
                    lines.push(String::new());
                    used = 0;
                }
                push(&mut lines, c);
                used += size;
            }
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
    fn columns_are_as_wide_as_the_page_allows() {
        // 118 less the label and the gaps leaves 95.
        assert_eq!(columns(&[35, 35, 17, 20], 15, 1), [27, 27, 17, 20]);
        assert_eq!(columns(&[10, 12], 15, 1), [10, 12]);
        assert_eq!(columns(&[60, 60, 60, 60, 60], 15, 1), [CELL; 5]);
    }

    #[test]
    fn wrapping_counts_columns_not_letters() {
        assert_eq!(wrap("order CPU is busy", 9), ["order CPU", "is busy"]);
        assert_eq!(wrap("가나다라", 4), ["가나", "다라"]);
        assert_eq!(wrap("", 4), [""]);
        let name = "product.payment-completed consumers";
        assert_eq!(wrap(name, 24), ["product.payment-", "completed consumers"]);
        assert_eq!(wrap(name, 26), ["product.payment-completed", "consumers"]);
        assert_eq!(wrap(name, 8), ["product.", "payment-", "complete", "d", "consumer", "s"]);
        assert_eq!(wrap("a\x1b[2Jb\nc", 20), ["a␛[2Jb␊c"]);
    }
}
