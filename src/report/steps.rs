//! Settings that changed while the system ran, and what became of it.

use super::number;
use super::words::{Lang, Word, say};
use crate::study::result::{StepResult, StudyResult, VariantResult};

/// The columns of the table of a variant's changes.
pub(crate) const HEADER: [Word; 6] =
    [Word::StepAt, Word::StepChange, Word::StepThrough, Word::Errors, Word::StepP99, Word::Lag];

/// Variants that were changed while they ran.
pub(crate) fn changed(result: &StudyResult) -> impl Iterator<Item = &VariantResult> {
    result.variants.iter().filter(|variant| !variant.steps.is_empty())
}

/// The cells of a row, as in [`HEADER`].
pub(crate) fn cells(step: &StepResult, lang: Lang) -> [String; 6] {
    let nothing = || number::NOTHING.to_owned();
    let first = step.what.is_empty();
    let what = if first { Word::StepBefore.text(lang).to_owned() } else { step.what.clone() };
    let through = match step.settled_after_s {
        _ if first => String::new(),
        Some(after) => say(lang, Word::StepAfter, &[&number::plain(after)]),
        None => Word::StepNever.text(lang).to_owned(),
    };
    [
        number::clock_every(step.at_s, 1.0),
        what,
        through,
        step.error_rate.as_ref().map_or_else(nothing, number::percent),
        step.p99_ms.as_ref().map_or_else(nothing, number::mean),
        number::mean(&step.max_lag),
    ]
}

/// A line for each change, for the terminal.
pub(crate) fn lines(result: &StudyResult, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    for variant in changed(result) {
        lines.push(say(lang, Word::StepsOf, &[&variant.name]));
        for step in &variant.steps {
            let [at, what, through, errors, p99, behind] = cells(step, lang);
            let through = if through.is_empty() { through } else { format!("{through}; ") };
            let rest = say(lang, Word::StepLine, &[&errors, &p99, &behind]);
            lines.push(format!("{at} {what}: {through}{rest}"));
        }
    }
    lines
}
