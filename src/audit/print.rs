//! What an audit found, as text for people and as JSON, and the handbook of rules.

use std::fmt::Write as _;

use serde_json::{Value, json as object};

use super::{About, Audit, Bill, Finding, Rule, Severity, figure, rules};

/// Findings of one code that the text shows unless all are asked for; the rest is counted. JSON has all.
const SHOWN: usize = 3;

/// Findings by severity and rule, then what it costs.
pub fn text(audit: &Audit, all_places: bool) -> String {
    let shown = if all_places { usize::MAX } else { SHOWN };
    let mut text = String::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let of = audit.findings.iter().filter(|finding| finding.severity == severity);
        let all: Vec<&Finding> = of.collect();
        if all.is_empty() {
            continue;
        }
        let word = severity.word();
        let _ = writeln!(text, "\n{} {word}{}", all.len(), if all.len() == 1 { "" } else { "s" });
        for same in all.chunk_by(|a, b| a.code == b.code) {
            let Some(about) = super::explain(same[0].code) else { continue };
            let _ = writeln!(text, "\n{word}[{}]: {}", about.code, about.title);
            for finding in same.iter().take(shown) {
                let _ = write!(text, "  {}:{}", finding.file, finding.line);
                if !finding.variants.is_empty() {
                    let _ = write!(text, " ({})", finding.variants.join(", "));
                }
                let _ = writeln!(text, "\n    {}\n    -> {}", finding.message, finding.consequence);
            }
            if same.len() > shown {
                let _ = writeln!(text, "  and {} more (--all)", same.len() - shown);
            }
            let _ = writeln!(text, "  = remedy: {}", about.remedy);
        }
    }
    for same in audit.bills.chunk_by(|a, b| a.items == b.items && a.stated == b.stated) {
        bill(&mut text, same);
    }
    text
}

/// Dollars with cents.
fn dollars(amount: f64) -> String {
    let cents = format!("{amount:.2}");
    let (whole, rest) = cents.split_once('.').unwrap_or((&cents, "00"));
    format!("${}.{rest}", figure(whole.parse::<f64>().unwrap_or(0.0)))
}

fn bill(text: &mut String, same: &[Bill]) {
    let Some(first) = same.first().filter(|bill| !bill.items.is_empty()) else { return };
    let names: Vec<&str> = same.iter().map(|bill| bill.variant.as_str()).collect();
    let _ = writeln!(text, "\ncost of {} in {}, a month of 730 h:", names.join(", "), first.region);
    for item in &first.items {
        let amount = item.monthly.map_or_else(|| "not priced".to_owned(), dollars);
        let _ = writeln!(text, "  {:<36} {:<24} {amount:>12}", item.part, item.what);
    }
    let _ = writeln!(text, "  {:<61} {:>12}", "all that has a price", dollars(first.total()));
    if let Some(stated) = first.stated {
        let covers =
            if first.covers.is_empty() { "all".to_owned() } else { first.covers.join(", ") };
        let label = format!("the document says, for {covers}");
        let _ = writeln!(text, "  {label:<61} {:>12}", dollars(stated));
        if !first.covers.is_empty() {
            let label = "the same by the price table";
            let _ = writeln!(text, "  {label:<61} {:>12}", dollars(first.covered_total()));
        }
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
