//! What an audit found, as text for people and as JSON, and the handbook of rules.

use std::fmt::Write as _;

use serde_json::{Value, json as object};
use unicode_width::UnicodeWidthStr as _;

use super::{About, Audit, Bill, Finding, Rule, Severity, figure, rules};
use crate::study::result::ASSUMED;

/// Findings of one code that the text shows unless all are asked for; the rest is counted. JSON has all.
const SHOWN: usize = 3;

/// Columns of a terminal.
const COLUMNS: usize = 100;
/// Columns of what a bill lists, and of what it costs.
const BILLED: (usize, usize) = (61, 12);

/// Findings by severity and rule, then what it costs. `say` puts each sentence into the reader's language.
pub fn text(audit: &Audit, all_places: bool, say: &dyn Fn(&str) -> String) -> String {
    let shown = if all_places { usize::MAX } else { SHOWN };
    let mut text = String::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let of = audit.findings.iter().filter(|finding| finding.severity == severity);
        let all: Vec<&Finding> = of.collect();
        if all.is_empty() {
            continue;
        }
        let word = severity.word();
        let count = format!("{} {word}{}", all.len(), if all.len() == 1 { "" } else { "s" });
        let _ = writeln!(text, "\n{}", say(&count));
        for same in all.chunk_by(|a, b| a.code == b.code) {
            let Some(about) = super::explain(same[0].code) else { continue };
            let title = say(&format!("{word}[{}]: {}", about.code, about.title));
            let _ = writeln!(text, "\n{title}");
            for finding in same.iter().take(shown) {
                let _ = write!(text, "  {}:{}", finding.file, finding.line);
                if !finding.variants.is_empty() {
                    let _ = write!(text, " ({})", finding.variants.join(", "));
                }
                text.push('\n');
                folded(&mut text, 4, 4, &say(&finding.message));
                folded(&mut text, 4, 7, &format!("-> {}", say(&finding.consequence)));
            }
            if same.len() > shown {
                let more = format!("and {} more (--all)", same.len() - shown);
                let _ = writeln!(text, "  {}", say(&more));
            }
            folded(&mut text, 2, 4, &say(&format!("= remedy: {}", about.remedy)));
        }
    }
    for same in audit.bills.chunk_by(|a, b| a.items == b.items && a.stated == b.stated) {
        bill(&mut text, same, say);
    }
    text
}

/// A sentence on lines of at most 100 columns, the first indented by `first`, the others by `rest`. Words
/// stay whole.
pub fn folded(text: &mut String, first: usize, rest: usize, sentence: &str) {
    let mut used = first;
    text.push_str(&" ".repeat(first));
    for (at, word) in sentence.split(' ').enumerate() {
        let width = word.width();
        if at > 0 && used + 1 + width > COLUMNS {
            text.push('\n');
            text.push_str(&" ".repeat(rest));
            used = rest;
        } else if at > 0 {
            text.push(' ');
            used += 1;
        }
        text.push_str(word);
        used += width;
    }
    text.push('\n');
}

/// Dollars with cents.
fn dollars(amount: f64) -> String {
    let cents = format!("{amount:.2}");
    let (whole, rest) = cents.split_once('.').unwrap_or((&cents, "00"));
    format!("${}.{rest}", figure(whole.parse::<f64>().unwrap_or(0.0)))
}

fn bill(text: &mut String, same: &[Bill], say: &dyn Fn(&str) -> String) {
    let Some(first) = same.first().filter(|bill| !bill.items.is_empty()) else { return };
    let names: Vec<&str> = same.iter().map(|bill| bill.variant.as_str()).collect();
    let head = format!("cost of {} in {}, a month of 730 h:", names.join(", "), first.region);
    text.push('\n');
    folded(text, 0, 2, &say(&head));
    let mut line = |what: &str, amount: &str| {
        let gap = |width: usize, text: &str| " ".repeat(width.saturating_sub(text.width()));
        let (left, right) = BILLED;
        let _ = writeln!(text, "  {what}{} {}{amount}", gap(left, what), gap(right, amount));
    };
    for item in &first.items {
        let amount = item.monthly.map_or_else(|| say("not priced"), dollars);
        line(&format!("{:<36} {}", item.part, item.what), &amount);
    }
    line(&say("all that has a price"), &dollars(first.total()));
    let assumed = first.items.iter().any(|item| item.what.ends_with(ASSUMED));
    if let Some(stated) = first.stated {
        let covers =
            if first.covers.is_empty() { "all".to_owned() } else { first.covers.join(", ") };
        line(&say(&format!("the document says, for {covers}")), &dollars(stated));
        if !first.covers.is_empty() {
            line(&say("the same by the price table"), &dollars(first.covered_total()));
        }
    }
    if assumed {
        let _ = writeln!(text, "  {ASSUMED} {}", say("the price is assumed"));
    }
}

/// Findings and bills as JSON: `.findings[]` and `.cost[]`.
pub fn json(audit: &Audit) -> (Vec<Value>, Vec<Value>) {
    let findings = audit.findings.iter().map(|finding| {
        object!({
            "code": finding.code,
            "severity": finding.severity.word(),
            "message": finding.message,
            "consequence": finding.consequence,
            "remedy": finding.remedy,
            "file": finding.file,
            "line": finding.line,
            "column": finding.column,
            "variants": finding.variants,
        })
    });
    let cost = audit.bills.iter().map(|bill| {
        let items: Vec<Value> = bill
            .items
            .iter()
            .map(|item| {
                object!({
                    "part": item.part,
                    "what": item.what,
                    "monthly_usd": item.monthly,
                    "covered": bill.covered(item),
                })
            })
            .collect();
        object!({
            "variant": bill.variant,
            "region": bill.region,
            "items": items,
            "priced_usd": bill.total(),
            "stated_usd": bill.stated,
            "covered_usd": (!bill.covers.is_empty()).then(|| bill.covered_total()),
            "not_priced": bill.unpriced().map(|item| item.part.clone()).collect::<Vec<_>>(),
        })
    });
    (findings.collect(), cost.collect())
}

/// All rules as Markdown: the text of `docs/rules.md`.
pub fn handbook() -> String {
    let families = [
        ('0', "Settings without effect"),
        ('1', "Hard limits, capacity and consumers"),
        ('2', "Hazards"),
        ('3', "Arithmetic of the load"),
        ('4', "Money"),
    ];
    let mut text = String::from(
        "# Rules\n\nWhat `plimsoll check` looks for in a system, a plan and the numbers of a document, \
         without simulating. Made by `plimsoll explain --write docs/rules.md`; do not edit.\n\nThe first \
         letter is the severity: E cannot be (exit status 1), W does not do what it seems to or fails \
         under circumstances to be expected, N is worth knowing.\n",
    );
    for (digit, title) in families {
        let _ = writeln!(text, "\n## {title}\n\n| code | rule |\n|---|---|");
        let own =
            || rules().map(Rule::about).filter(|about| about.code.chars().nth(2) == Some(digit));
        for about in own() {
            let _ = writeln!(
                text,
                "| [{0}](#{1}) | {2} |",
                about.code,
                about.code.to_lowercase(),
                about.title
            );
        }
        for About { code, title, cause, consequence, remedy, source } in own() {
            let _ = writeln!(
                text,
                "\n### {code}\n\n**{title}.** {cause} {consequence}\n\nRemedy: {remedy}\n\nSource: {source}."
            );
        }
    }
    text
}
