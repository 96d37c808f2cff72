//! What variants move, in one sentence per variant: the pairs that tell most, of all those compared.

use super::facts;
use super::number;
use super::words::{Lang, Word, say};
use crate::stats::Estimate;
use crate::study::result::{Comparison, StudyResult, VariantResult};

/// The variant that is taken for what runs today, where one has this name; the first otherwise.
const TODAY: &str = "effective";

/// A sentence per variant against the one before it; one that moves nothing measurable is named in
/// the next sentence. The last one is compared with what runs today as well.
pub(crate) fn sentences(result: &StudyResult, lang: Lang) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut idle: Option<&Comparison> = None;
    for (index, variant) in result.variants.iter().enumerate().skip(1) {
        let mut before = result.variants[..index].iter().rev();
        let Some(comparison) = before.find_map(|from| find(result, from, variant)) else {
            continue;
        };
        if !decided(&comparison.saturation_rps) {
            // Two in a row: the earlier one gets its own sentence.
            sentences
                .extend(idle.replace(comparison).and_then(|idle| one(result, idle, None, lang)));
            continue;
        }
        let aside = idle.take_if(|idle| idle.to == comparison.from);
        sentences.extend(idle.take().and_then(|idle| one(result, idle, None, lang)));
        sentences.extend(one(result, comparison, aside, lang));
    }
    sentences.extend(idle.and_then(|idle| one(result, idle, None, lang)));
    sentences.extend(altogether(result, lang));
    sentences
}

fn altogether(result: &StudyResult, lang: Lang) -> Option<String> {
    let (last, earlier) = result.variants.split_last()?;
    let today = earlier.iter().position(|variant| variant.name == TODAY).unwrap_or(0);
    // The one directly before has had its sentence.
    if today + 1 >= earlier.len() {
        return None;
    }
    let comparison = find(result, &earlier[today], last)?;
    one(result, comparison, None, lang)
}

fn find<'a>(
    result: &'a StudyResult,
    from: &VariantResult,
    to: &VariantResult,
) -> Option<&'a Comparison> {
    result
        .comparisons
        .iter()
        .find(|comparison| comparison.from == from.name && comparison.to == to.name)
}

/// Whether an interval excludes zero.
fn decided(change: &Estimate) -> bool {
    number::known(change) && change.n >= 2 && (change.low > 0.0 || change.high < 0.0)
}

/// Whether a change of variants is within what was measured, for variants named beside each other.
pub(crate) fn alike(result: &StudyResult, from: &VariantResult, to: &VariantResult) -> bool {
    find(result, from, to).is_some_and(|comparison| {
        let change = &comparison.saturation_rps;
        number::known(change) && change.n >= 2 && !decided(change)
    })
}

/// What a comparison found; `aside` is one that moved nothing and led to where this one begins.
fn one(
    result: &StudyResult,
    comparison: &Comparison,
    aside: Option<&Comparison>,
    lang: Lang,
) -> Option<String> {
    let mut text = String::new();
    let moved = &comparison.saturation_rps;
    let variant = |name: &str| result.variants.iter().find(|variant| variant.name == name);
    let (from, to) = (&comparison.from, &comparison.to);
    if number::known(moved) {
        let line_of = |name: &str| {
            let saturation = variant(name)?.saturation.as_ref()?;
            Some(facts::line_mean(saturation, lang))
        };
        let (change, n) = (number::difference(moved), facts::count(moved, lang));
        let aside = aside.map_or(String::new(), |idle| {
            let change = number::difference(&idle.saturation_rps);
            say(lang, Word::MovesAside, &[&idle.from, &change])
        });
        text = match (decided(moved), line_of(from), line_of(to)) {
            (true, Some(a), Some(b)) => {
                say(lang, Word::Moves, &[from, to, &a, &b, &change, &n, &aside])
            }
            _ => say(lang, Word::MovesNothing, &[from, to, &change, &n]),
        };
    }
    let p99 = &comparison.p99_ms;
    let still = p99.mean.abs() <= 0.0 && number::half_width(p99).is_none_or(|half| half <= 0.0);
    let cut = [from, to].iter().any(|name| variant(name).is_some_and(at_ceiling));
    if number::known(p99) && !still && !cut {
        let change = number::difference(p99);
        if text.is_empty() {
            text = format!("{from} → {to}:");
        }
        text.push(' ');
        text.push_str(&say(lang, Word::MovesP99, &[&change, &facts::count(p99, lang)]));
    }
    (!text.is_empty()).then_some(text)
}

/// Whether the slowest requests at the target load all take the same time: that of users who leave.
/// A difference to such a number says nothing about the system.
fn at_ceiling(variant: &VariantResult) -> bool {
    variant.at_target.as_ref().is_some_and(|at| {
        let fixed = |estimate: &Estimate| {
            number::known(estimate) && estimate.n >= 2 && estimate.high <= estimate.low
        };
        fixed(&at.p95_ms) && fixed(&at.p99_ms) && at.p95_ms.mean >= at.p99_ms.mean
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn compared(from: &str, to: &str, mean: f64, half: f64) -> Comparison {
        Comparison {
            from: from.to_owned(),
            to: to.to_owned(),
            saturation_rps: Estimate { mean, low: mean - half, high: mean + half, n: 8 },
            p99_ms: Estimate { mean: 0.0, low: 0.0, high: 0.0, n: 8 },
            variance_ratio: None,
        }
    }

    fn result() -> StudyResult {
        let variants = [("as-written", 177.0), ("effective", 176.0), ("planned", 218.0)];
        let mut result =
            fixture::study(&[variants[0], variants[1], variants[2], ("intended", 314.0)], 0);
        result.comparisons = vec![
            compared("as-written", "effective", 0.0, 2.0),
            compared("effective", "planned", 42.0, 4.0),
            compared("as-written", "planned", 42.0, 3.0),
            compared("planned", "intended", 96.0, 5.0),
            compared("effective", "intended", 138.0, 6.0),
            compared("as-written", "intended", 138.0, 5.0),
        ];
        result
    }

    #[test]
    fn a_sentence_per_step_and_one_for_all_steps() {
        assert_eq!(
            sentences(&result(), Lang::En),
            [
                "planned moves the line from 176 to 218 RPS (+42 ± 4 RPS, n 8, paired with \
                 effective, which does not measurably differ from as-written: 0 ± 2 RPS).",
                "intended moves the line from 218 to 314 RPS (+96 ± 5 RPS, n 8, paired with planned).",
                "intended moves the line from 176 to 314 RPS (+138 ± 6 RPS, n 8, paired with \
                 effective).",
            ]
        );
    }

    #[test]
    fn a_last_variant_that_moves_nothing_is_named() {
        let mut result = result();
        result.comparisons[3] = compared("planned", "intended", 1.0, 5.0);
        result.comparisons.truncate(4);
        let found = sentences(&result, Lang::En);
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[1],
            "intended does not measurably move the line (+1 ± 5 RPS, n 8, paired with planned)."
        );
    }

    #[test]
    fn p99_is_compared_only_where_it_was_not_cut_off() {
        let mut result = result();
        let better = Estimate { mean: -812.0, low: -840.0, high: -784.0, n: 8 };
        result.comparisons[3].p99_ms = better;
        let shown = |result: &StudyResult| sentences(result, Lang::En)[1].contains("−810 ± 30 ms");
        assert!(shown(&result));
        let cut = Estimate { mean: 30_000.0, low: 30_000.0, high: 30_000.0, n: 8 };
        let at = result.variants[2].at_target.as_mut().unwrap();
        (at.p95_ms, at.p99_ms) = (cut, cut);
        assert!(!shown(&result));
    }
}
