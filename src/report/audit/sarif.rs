//! Findings as SARIF 2.1.0, which code hosts show beside the lines of a pull request.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::told::{Told, told};
use crate::audit::{Audit, Rule, Severity, rules};
use crate::report::words::Lang;
use crate::scenario::{Problem, explain};

/// Returns the SARIF level of a severity.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(code: &str, level: &str, text: &str, file: &str, line: usize, column: usize) -> Value {
    json!({
        "ruleId": code,
        "level": level,
        "message": { "text": text },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": address(file) },
                "region": { "startLine": line, "startColumn": column },
            },
        }],
    })
}

/// Encodes a path as a relative reference (RFC 3986).
fn address(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'\\' => text.push('/'),
            byte if plain(byte) => text.push(char::from(byte)),
            byte => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

/// Returns problems of the input and findings of the audit as one SARIF log.
pub fn sarif(problems: &[Problem], audit: Option<&Audit>) -> Value {
    let mut descriptors: Vec<Value> = rules()
        .map(Rule::about)
        .map(|about| {
            json!({
                "id": about.code,
                "shortDescription": { "text": about.title },
                "fullDescription": { "text": format!("{} {}", about.cause, about.consequence) },
                "help": { "text": format!("{} Source: {}", about.remedy, about.source) },
                "defaultConfiguration": { "level": level(Severity::of(about.code)) },
            })
        })
        .collect();
    for problem in problems {
        let Some(known) = explain(problem.code) else { continue };
        if descriptors.iter().all(|rule| rule["id"] != known.code) {
            descriptors.push(json!({
                "id": known.code,
                "shortDescription": { "text": known.title },
                "fullDescription": { "text": known.cause },
                "help": { "text": known.remedy },
                "defaultConfiguration": { "level": level(Severity::of(known.code)) },
            }));
        }
    }
    let problems = problems.iter().map(|one| {
        let level = level(Severity::of(one.code));
        result(one.code, level, &one.message, &one.file, one.line, one.column)
    });
    let findings = audit.into_iter().flat_map(|audit| &audit.findings).map(|one| {
        let Told { message, consequence, remedy, .. } = told(one, Lang::En);
        let text = format!("{message}: {consequence}. Remedy: {remedy}");
        result(one.code, level(one.severity), &text, &one.file, one.line, one.column)
    });
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "plimsoll",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": descriptors,
            } },
            "columnKind": "unicodeCodePoints",
            "results": problems.chain(findings).collect::<Vec<_>>(),
        }],
    })
}
