//! Configuration changes during the day, and their effects.

use super::number;
use super::words::{Lang, Word, say};
use crate::stats::Estimate;
use crate::study::result::{StepResult, StudyResult, VariantResult};

/// Column headings of the table of a variant's changes.
pub(crate) const HEADER: [Word; 6] =
    [Word::StepAt, Word::StepChange, Word::StepThrough, Word::Errors, Word::StepP99, Word::Lag];

/// Iterates over the variants that were changed while they ran.
pub(crate) fn changed(result: &StudyResult) -> impl Iterator<Item = &VariantResult> {
    result.variants.iter().filter(|variant| !variant.steps.is_empty())
}

/// Formats the time of a change.
pub(crate) fn at(step: &StepResult) -> String {
    number::clock_every(step.at_s, 1.0)
}

/// Describes a change; the first row is the time before any change.
pub(crate) fn what(step: &StepResult, lang: Lang) -> String {
    if is_before(step) { Word::StepBefore.text(lang).to_owned() } else { step.what.clone() }
}

/// Formats the time at which a change was in place; `None` where there was no change.
pub(crate) fn through(step: &StepResult, lang: Lang) -> Option<String> {
    let said = |after: f64| say(lang, Word::StepAfter, &[&number::plain(after)]);
    let never = || Word::StepNever.text(lang).to_owned();
    (!is_before(step)).then(|| step.settled_after_s.map_or_else(never, said))
}

fn is_before(step: &StepResult) -> bool {
    step.what.is_empty()
}

/// Returns a line for each change, for the terminal.
pub(crate) fn lines(result: &StudyResult, lang: Lang) -> Vec<String> {
    let shown = |estimate: Option<&Estimate>, show: fn(&Estimate) -> String| {
        estimate.map_or_else(|| number::NOTHING.to_owned(), show)
    };
    let mut lines = Vec::new();
    for variant in changed(result) {
        lines.push(say(lang, Word::StepsOf, &[&variant.name]));
        for step in &variant.steps {
            let through =
                through(step, lang).map_or(String::new(), |through| format!("{through}; "));
            let said = [
                shown(step.error_rate.as_ref(), number::percent),
                shown(step.p99_ms.as_ref(), number::mean),
                number::mean(&step.max_lag),
            ];
            let rest = say(lang, Word::StepLine, &said.each_ref().map(String::as_str));
            lines.push(format!("{} {}: {through}{rest}", at(step), what(step, lang)));
        }
    }
    lines
}
