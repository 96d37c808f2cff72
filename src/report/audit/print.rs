//! Findings of an audit as text and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json as object};
use unicode_width::UnicodeWidthStr as _;

use super::told::{Told, told};
use crate::audit::{Audit, Bill, Figure, Finding, Severity};
use crate::report::words::Lang;
use crate::study::result::ASSUMED;
use crate::study::setup::Study;

/// Number of findings per code shown as text unless all are requested; the rest are counted. JSON
/// has all.
const SHOWN: usize = 3;

/// Width of a terminal \[columns\].
const COLUMNS: usize = 100;
/// Widths of a bill's items and amounts \[columns\].
const BILLED: (usize, usize) = (61, 12);

/// Formats a count with its noun.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Describes the input, in a sentence.
pub fn head(study: &Study, warnings: usize, lang: Lang) -> String {
    let name = &study.scenario;
    let [variants, mixes, calibrations, files] =
        [study.variants.len(), study.mixes.len(), study.calibrations.len(), study.inputs.len()];
    match lang {
        Lang::En => format!(
            "{name}: {}, {}, {}, {} read; the input has no errors, {}",
            counted(variants, "variant", "variants"),
            counted(mixes, "mix", "mixes"),
            counted(calibrations, "calibration", "calibrations"),
            counted(files, "file", "files"),
            counted(warnings, "warning", "warnings"),
        ),
        Lang::Ko => format!(
            "{name}: 구성 {variants}개, 요청 비율 {mixes}개, 보정 {calibrations}개, 파일 {files}개 읽음; 입력 오류 \
             없음, 입력 경고 {warnings}건"
        ),
    }
}

fn word(severity: Severity, lang: Lang) -> &'static str {
    match (severity, lang) {
        (severity, Lang::En) => severity.word(),
        (Severity::Error, Lang::Ko) => "오류",
        (Severity::Warning, Lang::Ko) => "경고",
        (Severity::Note, Lang::Ko) => "참고",
    }
}

/// Renders findings by severity and rule, followed by the bills.
pub fn text(audit: &Audit, all_places: bool, lang: Lang) -> String {
    let shown = if all_places { usize::MAX } else { SHOWN };
    let mut text = String::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let of = audit.findings.iter().filter(|finding| finding.severity == severity);
        let all: Vec<&Finding> = of.collect();
        if all.is_empty() {
            continue;
        }
        let word = word(severity, lang);
        let count = match lang {
            Lang::En => counted(all.len(), word, &format!("{word}s")),
            Lang::Ko => format!("{word} {}건", all.len()),
        };
        let _ = writeln!(text, "\n{count}");
        for same in all.chunk_by(|a, b| a.code == b.code) {
            rule(&mut text, same, word, shown, lang);
        }
    }
    for same in audit.bills.chunk_by(|a, b| a.items == b.items && a.stated == b.stated) {
        bill(&mut text, same, lang);
    }
    text
}

/// Renders the findings of one rule.
fn rule(text: &mut String, same: &[&Finding], word: &str, shown: usize, lang: Lang) {
    let Some(first) = same.first() else { return };
    let Told { title, remedy, .. } = told(first, lang);
    let _ = writeln!(text, "\n{word}[{}]: {title}", first.code);
    for finding in same.iter().take(shown) {
        let _ = write!(text, "  {}:{}", finding.file, finding.line);
        if !finding.variants.is_empty() {
            let _ = write!(text, " ({})", finding.variants.join(", "));
        }
        text.push('\n');
        let Told { message, consequence, .. } = told(finding, lang);
        folded(text, 4, 4, &message);
        folded(text, 4, 7, &format!("-> {consequence}"));
    }
    let more = same.len().saturating_sub(shown);
    if more > 0 {
        let _ = match lang {
            Lang::En => writeln!(text, "  and {more} more (--all)"),
            Lang::Ko => writeln!(text, "  그 밖에 {more}건(--all)"),
        };
    }
    let lead = match lang {
        Lang::En => "= remedy",
        Lang::Ko => "= 조치",
    };
    folded(text, 2, 4, &format!("{lead}: {remedy}"));
}

/// Appends a sentence on lines of at most 100 columns, the first indented by `first`, the others by
/// `rest`. Words are never broken.
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

/// Formats dollars with cents.
fn dollars(amount: f64) -> String {
    let cents = format!("{amount:.2}");
    let (whole, rest) = cents.split_once('.').unwrap_or((&cents, "00"));
    format!("${}.{rest}", Figure(whole.parse::<f64>().unwrap_or(0.0)))
}

fn bill(text: &mut String, same: &[Bill], lang: Lang) {
    let Some(first) = same.first().filter(|bill| !bill.items.is_empty()) else { return };
    let say = |english: &'static str, korean: &'static str| match lang {
        Lang::En => english,
        Lang::Ko => korean,
    };
    let names: Vec<&str> = same.iter().map(|bill| bill.variant.as_str()).collect();
    let (names, region) = (names.join(", "), &first.region);
    let head = match lang {
        Lang::En => format!("cost of {names} in {region}, a month of 730 h:"),
        Lang::Ko if region.is_empty() => format!("{names} 구성의 월 비용(월 730시간):"),
        Lang::Ko => format!("{region} 기준 {names} 구성의 월 비용(월 730시간):"),
    };
    text.push('\n');
    folded(text, 0, 2, &head);
    let mut line = |what: &str, amount: &str| {
        let gap = |width: usize, text: &str| " ".repeat(width.saturating_sub(text.width()));
        let (left, right) = BILLED;
        let _ = writeln!(text, "  {what}{} {}{amount}", gap(left, what), gap(right, amount));
    };
    for item in &first.items {
        let unknown = || say("not priced", "가격 미확인").to_owned();
        let amount = item.monthly.map_or_else(unknown, dollars);
        line(&format!("{:<36} {}", item.part, item.what), &amount);
    }
    line(say("all that has a price", "가격을 아는 항목의 합계"), &dollars(first.total()));
    let assumed = first.items.iter().any(|item| item.what.ends_with(ASSUMED));
    if let Some(stated) = first.stated {
        let all = || say("all", "전체").to_owned();
        let covers = if first.covers.is_empty() { all() } else { first.covers.join(", ") };
        let says = say("the document says, for", "문서에 적힌 비용:");
        line(&format!("{says} {covers}"), &dollars(stated));
        if !first.covers.is_empty() {
            let same = say("the same by the price table", "같은 항목의 가격표 기준 비용");
            line(same, &dollars(first.covered_total()));
        }
    }
    if assumed {
        let _ = writeln!(text, "  {ASSUMED} {}", say("the price is assumed", "가정한 가격"));
    }
}

/// Returns findings and bills as JSON: `.findings[]` and `.cost[]`. Sentences are in English; the
/// names and numbers in them are also data, in `found`.
pub fn json(audit: &Audit) -> (Vec<Value>, Vec<Value>) {
    let findings = audit.findings.iter().map(|finding| {
        let Told { message, consequence, remedy, .. } = told(finding, Lang::En);
        object!({
            "code": finding.code,
            "severity": finding.severity.word(),
            "message": message,
            "consequence": consequence,
            "remedy": remedy,
            "found": finding.found,
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
