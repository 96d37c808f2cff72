//! Comparison of theory and simulation, in words and numbers.

use super::block::{Cell, words};
use super::number;
use super::words::{Lang, Word, part, say};
use crate::stats::Estimate;
use crate::study::result::{Agreement, Check, Measure, StudyResult};

/// Names a measure and its place: `busy: order CPU`.
pub(crate) fn measure(check: &Check, lang: Lang) -> String {
    let word = match check.measure {
        Measure::MeanMs => Word::Mean,
        Measure::P50Ms => Word::P50,
        Measure::P95Ms => Word::P95,
        Measure::P99Ms => Word::P99,
        Measure::ErrorRate => Word::Errors,
        Measure::GoodputRps => Word::Goodput,
        Measure::EventsPerS => Word::Events,
        Measure::OrdersPerS => Word::Orders,
        Measure::MaxLag => Word::Lag,
        Measure::PartMs => Word::MeasurePart,
        Measure::Busy => Word::MeasureBusy,
        Measure::Waiting => Word::MeasureWaiting,
        Measure::LineRps => Word::MeasureLine,
        Measure::Resource => Word::MeasureResource,
    };
    let name = word.text(lang);
    let place = |at: &String| match check.measure {
        Measure::PartMs => part(at, lang),
        _ => at.clone(),
    };
    check.at.as_ref().map_or_else(|| name.to_owned(), |at| format!("{name}: {}", place(at)))
}

fn is_share(measure: Measure) -> bool {
    matches!(measure, Measure::ErrorRate | Measure::Busy)
}

/// Formats the theoretical prediction.
pub(crate) fn expected(check: &Check) -> String {
    let bound = if check.bound { "≤ " } else { "" };
    if is_share(check.measure) {
        format!("{bound}{} %", digits(check.theory * 100.0))
    } else {
        format!("{bound}{}", digits(check.theory))
    }
}

/// Formats to four significant digits, so that rounding does not matter beside a simulated value
/// with its error.
fn digits(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".into();
    }
    let decimals = (3 - size.log10().floor() as i32).clamp(0, 6);
    let text = number::fixed(value, decimals);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Formats the simulated value, with its interval.
pub(crate) fn simulated(check: &Check) -> String {
    shown(check.measure, &check.simulation)
}

/// Formats an estimate in the customary unit of a measure.
pub(crate) fn shown(measure: Measure, estimate: &Estimate) -> String {
    if is_share(measure) { number::percent(estimate) } else { number::estimate(estimate) }
}

/// Returns the cells of a check: measure, law, theory, simulation, replications, verdict, source.
pub(crate) fn cells(check: &Check, lang: Lang) -> [Cell; 7] {
    [
        Cell::text(measure(check, lang)),
        Cell::text(&check.law),
        Cell::number(expected(check)),
        Cell::estimate(Some(&check.simulation), |found| shown(check.measure, found)),
        Cell::number(check.simulation.n.to_string()),
        Cell::verdict(check.agreement, words(verdict(check.agreement, lang))),
        Cell::text(&check.source),
    ]
}

/// Returns the word for the agreement of the two.
pub(crate) fn verdict(agreement: Agreement, lang: Lang) -> &'static str {
    match agreement {
        Agreement::Agrees => Word::Agrees,
        Agreement::Differs => Word::Differs,
        Agreement::Saturated => Word::Saturated,
    }
    .text(lang)
}

/// Summarises all checks in a sentence; `None` without any.
pub(crate) fn sentence(result: &StudyResult, lang: Lang) -> Option<String> {
    let all = || result.variants.iter().flat_map(|variant| &variant.theory);
    let count = |agreement| all().filter(|check| check.agreement == agreement).count();
    let (agree, differ) = (count(Agreement::Agrees), count(Agreement::Differs));
    let mut text = String::new();
    if agree + differ > 0 {
        text =
            say(lang, Word::TheorySentence, &[&agree.to_string(), &(agree + differ).to_string()]);
    }
    for check in all().filter(|check| check.agreement == Agreement::Differs).take(3) {
        let said = [&measure(check, lang), &expected(check), &simulated(check)];
        text.push(' ');
        text.push_str(&say(lang, Word::TheoryDiffers, &said.map(String::as_str)));
    }
    // The most overloaded station of all variants represents the others.
    let over = all().filter_map(|check| Some((check, check.asked?)));
    if let Some((most, asked)) = over.max_by(|a, b| a.1.total_cmp(&b.1)) {
        if !text.is_empty() {
            text.push(' ');
        }
        let at = most.at.clone().unwrap_or_default();
        let said = [super::facts::load(result, lang), at, number::plain(asked)];
        text.push_str(&say(lang, Word::TheorySaturated, &said.each_ref().map(String::as_str)));
    }
    (!text.is_empty()).then_some(text)
}
