//! `check` and `explain`: what is wrong with the input, and what the audit finds in it.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::{BAD_INPUT, MET, MISSED, complain, language, load, print, warn_of};
use crate::audit::{self, Audit, Rule};
use crate::cli::Checking;
use crate::report;
use crate::report::audit as pages;
use crate::scenario;

/// Problems and findings as JSON.
pub(super) fn findings(problems: &[scenario::Problem], audit: Option<&Audit>) -> String {
    let mut list: Vec<Value> = problems
        .iter()
        .map(|problem| {
            json!({
                "code": problem.code,
                "severity": match problem.severity {
                    scenario::Severity::Error => "error",
                    scenario::Severity::Warning => "warning",
                },
                "message": problem.message,
                "remedy": problem.help,
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
            })
        })
        .collect();
    let Some(audit) = audit else { return format!("{:#}\n", json!({ "findings": list })) };
    let (found, cost) = pages::json(audit);
    list.extend(found);
    format!("{:#}\n", json!({ "findings": list, "cost": cost }))
}

pub(super) fn check(checking: &Checking) -> u8 {
    let reading = &checking.reading;
    let options = scenario::Options { check_only: true, ..super::options(reading) };
    if checking.sarif
        && let Err(problems) = scenario::load(&reading.scenario, &options)
    {
        print(format!("{:#}\n", pages::sarif(&problems, None)).as_bytes());
        return BAD_INPUT;
    }
    let loaded = match load(reading, false, true) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let audit = audit::audit(&loaded);
    let judged = if audit.failed() { MISSED } else { MET };
    if checking.sarif || reading.json {
        let text = if checking.sarif {
            format!("{:#}\n", pages::sarif(&loaded.warnings, Some(&audit)))
        } else {
            findings(&loaded.warnings, Some(&audit))
        };
        return print(text.as_bytes()).max(judged);
    }
    let lang = language(checking.lang);
    warn_of(&loaded, reading, checking.lang);
    let study = &loaded.study;
    let mut text = pages::head(study, loaded.warnings.len(), lang) + "\n";
    for line in report::edits(&study.edits, lang).lines() {
        pages::folded(&mut text, 0, 2, line);
    }
    text.push_str(&pages::text(&audit, checking.all, lang));
    print(text.as_bytes()).max(judged)
}

pub(super) fn explain(code: Option<&str>, write: Option<&Path>) -> u8 {
    if let Some(path) = write {
        return match report::replace_file(path, pages::handbook().as_bytes()) {
            Ok(()) => MET,
            Err(error) => complain(&format!("cannot write {error}")),
        };
    }
    let Some(code) = code else {
        let mut list = String::new();
        for explanation in scenario::EXPLANATIONS {
            let _ = writeln!(list, "{}  {}", explanation.code, explanation.title);
        }
        for about in audit::rules().map(Rule::about) {
            let _ = writeln!(list, "{}  {}", about.code, about.title);
        }
        return print(list.as_bytes());
    };
    if let Some(about) = audit::explain(code) {
        let audit::About { code, title, cause, consequence, remedy, source } = about;
        let text = format!(
            "{code}: {title}\n\n{cause} {consequence}\n\nRemedy: {remedy}\n\nSource: {source}\n"
        );
        return print(text.as_bytes());
    }
    match scenario::explain(code) {
        Some(found) => {
            let text = format!(
                "{}: {}\n\n{}\n\nRemedy: {}\n",
                found.code, found.title, found.cause, found.remedy
            );
            print(text.as_bytes())
        }
        None => complain(&format!("no problem has the code {code}; `plimsoll explain` lists them")),
    }
}
