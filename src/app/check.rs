//! `check` and `explain`: problems of the input, and findings of the audit.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::error::{AppError, Context, Ending};
use super::input::{language, options, warn_of};
use super::terminal::{answer, print};
use crate::audit::{self, Audit, Rule};
use crate::cli::CheckArgs;
use crate::report;
use crate::report::audit as pages;
use crate::scenario;

/// Formats problems and findings as JSON.
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

pub(super) fn check(args: &CheckArgs) -> Result<Ending, AppError> {
    let input = &args.input;
    let options = scenario::Options { check_only: true, ..options(input) };
    let loaded = scenario::load(&input.scenario, &options)?;
    let audit = audit::audit(&loaded);
    let ending = Ending::of(!audit.failed());
    if args.sarif || input.json {
        let text = if args.sarif {
            format!("{:#}\n", pages::sarif(&loaded.warnings, Some(&audit)))
        } else {
            findings(&loaded.warnings, Some(&audit))
        };
        print(text.as_bytes())?;
        return Ok(ending);
    }
    let lang = language(args.lang);
    warn_of(&loaded, input, args.lang);
    let study = &loaded.study;
    let mut text = pages::head(study, loaded.warnings.len(), lang) + "\n";
    for line in report::edits(&study.edits, lang).lines() {
        pages::folded(&mut text, 0, 2, line);
    }
    text.push_str(&pages::text(&audit, args.all, lang));
    print(text.as_bytes())?;
    Ok(ending)
}

pub(super) fn explain(code: Option<&str>, write: Option<&Path>) -> Result<Ending, AppError> {
    if let Some(path) = write {
        report::replace_file(path, pages::handbook().as_bytes()).context("cannot write")?;
        return Ok(Ending::Met);
    }
    let Some(code) = code else {
        let mut list = String::new();
        for explanation in scenario::EXPLANATIONS {
            let _ = writeln!(list, "{}  {}", explanation.code, explanation.title);
        }
        for about in audit::rules().map(Rule::about) {
            let _ = writeln!(list, "{}  {}", about.code, about.title);
        }
        return answer(list.as_bytes());
    };
    if let Some(about) = audit::explain(code) {
        let audit::About { code, title, cause, consequence, remedy, source } = about;
        let text = format!(
            "{code}: {title}\n\n{cause} {consequence}\n\nRemedy: {remedy}\n\nSource: {source}\n"
        );
        return answer(text.as_bytes());
    }
    let Some(found) = scenario::explain(code) else {
        let text = format!("no problem has the code {code}; `plimsoll explain` lists them");
        return Err(AppError::Asked(text));
    };
    let scenario::Explanation { code, title, cause, remedy, .. } = found;
    answer(format!("{code}: {title}\n\n{cause}\n\nRemedy: {remedy}\n").as_bytes())
}
