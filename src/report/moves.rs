//! Differences between variants, one sentence per variant: the most informative of all pairs
//! compared.

use super::facts;
use super::number;
use super::words::{Lang, Word, say};
use crate::stats::Estimate;
use crate::study::result::{Comparison, StudyResult, VariantResult};

/// Returns a sentence comparing each variant with the one before it; one without a measurable
/// difference is named in the next sentence. The last variant is also compared with the current
/// system.
pub(crate) fn sentences(result: &StudyResult, lang: Lang) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut idle: Option<&Comparison> = None;
    for (index, variant) in result.variants.iter().enumerate().skip(1) {
        let mut before = result.variants[..index].iter().rev();
        let Some(comparison) = before.find_map(|from| find(result, from, variant)) else {
            continue;
        };
        if !decided(&comparison.saturation_rps) {
            // Two in a row without a difference: the earlier one gets its own sentence.
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
    let today = earlier.iter().position(|variant| variant.name == facts::TODAY).unwrap_or(0);
    // The variant directly before has been compared already.
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

/// Whether two variants differ by no more than the measurement error, for variants named beside
/// each other.
pub(crate) fn alike(result: &StudyResult, from: &VariantResult, to: &VariantResult) -> bool {
    find(result, from, to).is_some_and(|comparison| {
        let change = &comparison.saturation_rps;
        number::known(change) && change.n >= 2 && !decided(change)
    })
}

/// Describes a comparison; `aside` is one without a difference that led to the start of this one.
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
    if let Some(common) = &comparison.common
        && number::known(&common.mean_ms)
        && number::known(&common.p99_ms)
    {
        let (mean, p99) = (number::difference(&common.mean_ms), number::difference(&common.p99_ms));
        let (rps, n) = (number::plain(common.rps), facts::count(&common.mean_ms, lang));
        text.push_str(if text.is_empty() { "" } else { " " });
        text.push_str(&say(lang, Word::MovesCommon, &[&rps, &mean, &p99, &n]));
    }
    (!text.is_empty()).then_some(text)
}

/// Describes the variance reduction by pairing for one comparison, measure by measure; `None` where
/// nothing varies.
pub(crate) fn gain(comparison: &Comparison, lang: Lang) -> Option<String> {
    gains(&[comparison], lang).map(|gains| say(lang, Word::PairingGain, &[&gains]))
}

/// Describes the variance reduction by pairing over all comparisons, from the smallest to the
/// largest.
pub(crate) fn gain_overall(result: &StudyResult, lang: Lang) -> Option<String> {
    let all: Vec<&Comparison> = result.comparisons.iter().collect();
    gains(&all, lang).map(|gains| say(lang, Word::PairingLead, &[&gains]))
}

fn gains(comparisons: &[&Comparison], lang: Lang) -> Option<String> {
    let range = |pick: &dyn Fn(&Comparison) -> Option<f64>| {
        let found: Vec<f64> = comparisons
            .iter()
            .filter_map(|comparison| pick(comparison))
            .filter(|ratio| ratio.is_finite())
            .collect();
        let least = found.iter().copied().reduce(f64::min)?;
        let most = found.iter().copied().reduce(f64::max)?;
        let (least, most) = (number::plain(least), number::plain(most));
        Some(if least == most { least } else { format!("{least}–{most}") })
    };
    let common = comparisons.iter().find_map(|comparison| comparison.common.as_ref());
    let rps = common.map_or(String::new(), |common| number::plain(common.rps));
    let parts: Vec<String> = [
        range(&|found| found.variance_ratio).map(|gain| say(lang, Word::PairingLine, &[&gain])),
        range(&|found| found.common.as_ref()?.mean_variance_ratio)
            .map(|gain| say(lang, Word::PairingMean, &[&rps, &gain])),
        range(&|found| found.common.as_ref()?.p99_variance_ratio)
            .map(|gain| say(lang, Word::PairingP99, &[&rps, &gain])),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Whether the slowest requests at the target load all take the same time, the patience of users
/// who leave. A difference to such a number says nothing about the system.
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
    use crate::study::result::AtCommonLoad;

    fn compared(from: &str, to: &str, mean: f64, half: f64) -> Comparison {
        Comparison {
            from: from.to_owned(),
            to: to.to_owned(),
            saturation_rps: Estimate::interval(mean, mean - half, mean + half, 8),
            p99_ms: Estimate::interval(0.0, 0.0, 0.0, 8),
            variance_ratio: None,
            p99_variance_ratio: None,
            common: None,
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
    fn what_pairing_gains_is_said_from_the_least_to_the_most() {
        let mut result = result();
        assert_eq!(gain_overall(&result, Lang::En), None);
        let change = Estimate::interval(-1.0, -1.5, -0.5, 8);
        result.comparisons.truncate(2);
        result.comparisons[0].variance_ratio = Some(2.0);
        result.comparisons[1].variance_ratio = Some(6.0);
        result.comparisons[1].common = Some(AtCommonLoad {
            rps: 140.0,
            mean_ms: change,
            mean_variance_ratio: Some(30.0),
            p99_ms: change,
            p99_variance_ratio: None,
        });
        let found = gain_overall(&result, Lang::En).unwrap();
        assert!(found.ends_with("line 2–6, mean response at 140 RPS 30."), "{found}");
        assert!(gain(&result.comparisons[0], Lang::Ko).unwrap().ends_with("포화 지점 2."));
        assert!(sentences(&result, Lang::En)[0].contains(
            "At 140 RPS, which both carry, mean response changes by −1.0 ± 0.5 ms and p99 by −1.0 \
             ± 0.5 ms (n 8)."
        ));
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
        let better = Estimate::interval(-812.0, -840.0, -784.0, 8);
        result.comparisons[3].p99_ms = better;
        let shown = |result: &StudyResult| sentences(result, Lang::En)[1].contains("−810 ± 30 ms");
        assert!(shown(&result));
        let cut = Estimate::interval(30_000.0, 30_000.0, 30_000.0, 8);
        let at = result.variants[2].at_target.as_mut().unwrap();
        (at.p95_ms, at.p99_ms) = (cut, cut);
        assert!(!shown(&result));
    }
}
