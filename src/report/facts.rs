//! Sentences and verdicts that several reports share.

use std::fmt::Write;

use super::caution;
use super::number;
use super::words::{Lang, Word, cause, doubt, metric, say};
use crate::stats::Estimate;
use crate::study::basis::Basis;
use crate::study::caution::Caution;
use crate::study::doubt::Warning;
use crate::study::metric::Metric;
use crate::study::result::{
    Alternative, AtLoad, Axis, Saturation, StudyResult, Target, VariantResult, Verdict,
    WarmUpSource,
};

/// Name of the variant that represents the current system; where none has it, the first variant
/// does.
pub(crate) const TODAY: &str = "effective";

/// Returns the verdict on whether an interval lies at or above a wanted value; `None` without an
/// estimate.
pub(crate) fn at_least(estimate: &Estimate, wanted: f64) -> Option<Verdict> {
    if !number::known(estimate) {
        return None;
    }
    // One replication has no interval: it can decide nothing.
    if estimate.n < 2 {
        return Some(Verdict::Undecided);
    }
    Some(if estimate.low >= wanted {
        Verdict::Met
    } else if estimate.high < wanted {
        Verdict::Missed
    } else {
        Verdict::Undecided
    })
}

/// Returns the verdict on whether a variant's line lies at or above the wanted load.
pub(crate) fn carries(variant: &VariantResult, rps: f64) -> Option<Verdict> {
    carries_line(variant.saturation.as_ref()?, rps)
}

fn carries_line(saturation: &Saturation, rps: f64) -> Option<Verdict> {
    if saturation.beyond_search && saturation.rps.mean >= rps && number::known(&saturation.rps) {
        return Some(Verdict::Met);
    }
    at_least(&saturation.rps, rps)
}

/// Returns the word for a verdict.
pub(crate) fn verdict(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Met => Word::Met,
        Verdict::Missed => Word::Missed,
        Verdict::Undecided => Word::Undecided,
    }
    .text(lang)
}

/// Formats a target: `p99 ≤ 500 ms`.
pub(crate) fn target(target: &Target, lang: Lang) -> String {
    let name = metric(target.metric, lang);
    match target.metric {
        Metric::Drift => name,
        Metric::ErrorRate => format!("{name} ≤ {} %", number::plain(target.limit * 100.0)),
        Metric::MeanMs | Metric::P50Ms | Metric::P95Ms | Metric::P99Ms | Metric::P99WaitMs => {
            format!("{name} ≤ {} ms", number::plain(target.limit))
        }
        Metric::MaxLag => format!("{name} ≤ {}", number::plain(target.limit)),
        Metric::EventsPerS => format!("{name} ≥ {}", number::plain(target.limit)),
    }
}

/// Formats the target load: `1,000 RPS (5 M MAU)`; in records, or as the number of users, where it
/// is not one of requests.
pub(crate) fn load(result: &StudyResult, lang: Lang) -> String {
    let target = &result.target_load;
    let rate = number::plain(target.rps);
    match (target.axis, target.mau) {
        (Axis::Closed, _) => Word::ClosedLoad.text(lang).to_owned(),
        (Axis::Records, _) => say(lang, Word::RecordsLoad, &[&rate]),
        (Axis::Requests, Some(mau)) => {
            format!("{rate} RPS ({} MAU)", number::users_plain(mau, mau, lang))
        }
        (Axis::Requests, None) => format!("{rate} RPS"),
    }
}

/// A table row on the response to the load asked about: name, estimate and format.
pub(crate) struct LoadRow {
    /// Name of the row.
    pub(crate) word: Word,
    of: fn(&AtLoad) -> Estimate,
    show: fn(&Estimate) -> String,
}

impl LoadRow {
    /// Returns the estimate of a variant.
    pub(crate) fn estimate(&self, at: &AtLoad) -> Estimate {
        (self.of)(at)
    }

    /// Formats the estimate of a variant.
    pub(crate) fn cell(&self, at: &AtLoad) -> String {
        (self.show)(&self.estimate(at))
    }

    /// Returns the number of replications.
    pub(crate) fn n(&self, result: &StudyResult, lang: Lang) -> String {
        row_n(result, |variant| variant.at_target.as_ref().map(self.of), lang)
    }
}

/// Returns the complement of a share, 1 − share.
fn complement(share: &Estimate) -> Estimate {
    Estimate { mean: 1.0 - share.mean, low: 1.0 - share.high, high: 1.0 - share.low, ..*share }
}

/// Returns the rows on the response to the load asked about, in order, leaving out those that are
/// empty in every variant because the system has no such part or the load no requests.
pub(crate) fn load_rows(result: &StudyResult) -> Vec<LoadRow> {
    let some = |pick: fn(&AtLoad) -> &Estimate| {
        result.variants.iter().filter_map(|v| v.at_target.as_ref()).any(|at| pick(at).high > 0.0)
    };
    let asked = some(|at| &at.goodput_rps) || some(|at| &at.error_rate);
    let flows = [some(|at| &at.events_per_s), some(|at| &at.orders_per_s), some(|at| &at.max_lag)];
    let row = |word, of, show| LoadRow { word, of, show };
    let number: fn(&Estimate) -> String = number::estimate;
    let users: [LoadRow; 7] = [
        row(Word::GoodAnswers, |at| complement(&at.error_rate), number::percent),
        row(Word::GoodMean, |at| at.mean_ms, number),
        row(Word::GoodP50, |at| at.p50_ms, number),
        row(Word::GoodP95, |at| at.p95_ms, number),
        row(Word::GoodP99, |at| at.p99_ms, number),
        row(Word::Errors, |at| at.error_rate, number::percent),
        row(Word::Goodput, |at| at.goodput_rps, number),
    ];
    let others: [LoadRow; 3] = [
        row(Word::Events, |at| at.events_per_s, number),
        row(Word::Orders, |at| at.orders_per_s, number),
        row(Word::Lag, |at| at.max_lag, number),
    ];
    let others = others.into_iter().zip(flows).filter(|(_, some)| *some).map(|(row, _)| row);
    users.into_iter().filter(|_| asked).chain(others).collect()
}

/// Returns the smallest and largest number of replications behind the answer; `None` without any.
pub(crate) fn replications(result: &StudyResult) -> Option<(u32, u32)> {
    let mut seen: Vec<u32> = Vec::new();
    for variant in &result.variants {
        seen.extend(variant.saturation.iter().map(|saturation| saturation.rps.n));
        seen.extend(variant.at_target.iter().map(|at| at.p99_ms.n));
        seen.extend(variant.day.iter().map(|bin| bin.offered_rps.n));
    }
    seen.retain(|n| *n > 0 && *n != Estimate::EXACT);
    Some((*seen.iter().min()?, *seen.iter().max()?))
}

/// Formats the number of replications: `n 8`, `n 5–8`.
pub(crate) fn replications_text(result: &StudyResult, lang: Lang) -> Option<String> {
    let (low, high) = replications(result)?;
    let text = if low == high { low.to_string() } else { format!("{low}–{high}") };
    Some(say(lang, Word::Replications, &[&text]))
}

/// Describes the warm-up, and the method of batch means where a single run replaces replications.
pub(crate) fn sampling(result: &StudyResult, lang: Lang) -> Vec<String> {
    let kinds = [
        (WarmUpSource::Given, Word::HowWarmUpGiven),
        (WarmUpSource::Found, Word::HowWarmUpFound),
        (WarmUpSource::Unsettled, Word::HowWarmUpUnsettled),
    ];
    let mut lines = Vec::new();
    for (source, word) in kinds {
        let mut lengths: Vec<(String, f64)> = Vec::new();
        for variant in &result.variants {
            let asked = variant.at_target.as_ref().map(|at| at.warm_up);
            let near = say(lang, Word::WarmUpSearch, &[&variant.name]);
            for (place, warm_up) in [(&variant.name, asked), (&near, variant.search_warm_up)] {
                if let Some(warm_up) = warm_up.filter(|warm_up| warm_up.source == source) {
                    lengths.push((place.clone(), warm_up.seconds));
                }
            }
        }
        let Some((_, first)) = lengths.first() else { continue };
        let text = if lengths.iter().all(|(_, length)| length.total_cmp(first).is_eq()) {
            format!("{} s", number::plain(*first))
        } else {
            let each = lengths
                .iter()
                .map(|(place, length)| format!("{place} {} s", number::plain(*length)));
            each.collect::<Vec<_>>().join(", ")
        };
        lines.push(say(lang, word, &[&text]));
    }
    let batches = result.variants.iter().find_map(|variant| variant.at_target.as_ref()?.batches);
    lines.extend(batches.map(|batches| say(lang, Word::HowBatches, &[&batches.to_string()])));
    lines
}

/// Returns the conditions of the result: mix, calibration, seed, replications, confidence.
pub(crate) fn conditions(result: &StudyResult, lang: Lang) -> Vec<String> {
    let mut parts = Vec::new();
    if !result.head.mix.is_empty() {
        parts.push(say(lang, Word::Mix, &[&result.head.mix]));
    }
    if !result.head.calibration.is_empty() {
        parts.push(say(lang, Word::Calibration, &[&result.head.calibration]));
    }
    parts.push(say(lang, Word::Seed, &[&result.head.seed.to_string()]));
    parts.extend(replications_text(result, lang));
    parts.push(say(lang, Word::Intervals, &[&number::plain(result.head.confidence * 100.0)]));
    parts
}

/// Formats a saturation load with its interval, or as `> 2,000` when it lies beyond the search.
pub(crate) fn line(saturation: &Saturation, lang: Lang) -> String {
    if saturation.beyond_search {
        line_mean(saturation, lang)
    } else {
        number::estimate(&saturation.rps)
    }
}

/// Formats the mean of a saturation load, or `> 2,000` when it lies beyond the search.
pub(crate) fn line_mean(saturation: &Saturation, lang: Lang) -> String {
    beyond(saturation, number::mean(&saturation.rps), lang)
}

/// Formats the number of users whose peak is a line, with `>` when it lies beyond the search;
/// `None` without users. All variants share one unit, so that a row can be compared.
pub(crate) fn users(result: &StudyResult, saturation: &Saturation, lang: Lang) -> Option<String> {
    let users = saturation.mau.as_ref()?;
    let lines = result.variants.iter().filter_map(|variant| variant.saturation.as_ref());
    let most = lines.filter_map(|s| s.mau.as_ref()).map(|mau| mau.mean).fold(0.0, f64::max);
    Some(if saturation.beyond_search && number::known(users) {
        beyond(saturation, number::users_plain(users.mean, most, lang), lang)
    } else {
        number::users(users, most, lang)
    })
}

fn beyond(saturation: &Saturation, text: String, lang: Lang) -> String {
    if saturation.beyond_search { say(lang, Word::MoreThan, &[&text]) } else { text }
}

/// Compares the line with the wanted load, in one sentence.
pub(crate) fn headline(result: &StudyResult, lang: Lang) -> Option<String> {
    let wanted = result.target_load.rps;
    let mut lines: Vec<(&str, &Saturation, Verdict)> = Vec::new();
    for variant in &result.variants {
        if let (Some(saturation), Some(verdict)) = (&variant.saturation, carries(variant, wanted)) {
            lines.push((&variant.name, saturation, verdict));
        }
    }
    let target = number::plain(wanted);
    let lowest = lines.iter().min_by(|a, b| a.1.rps.mean.total_cmp(&b.1.rps.mean))?;
    let highest = lines.iter().max_by(|a, b| a.1.rps.mean.total_cmp(&b.1.rps.mean))?;
    let mean = |saturation: &Saturation| line_mean(saturation, lang);
    if let [(name, saturation, verdict)] = lines.as_slice() {
        let word = match verdict {
            Verdict::Met => Word::TitleOneMet,
            Verdict::Missed => Word::TitleOneMissed,
            Verdict::Undecided => Word::TitleOneOpen,
        };
        return Some(say(lang, word, &[name, &mean(saturation), &target]));
    }
    let met: Vec<&str> =
        lines.iter().filter(|(_, _, v)| *v == Verdict::Met).map(|(name, _, _)| *name).collect();
    let missed = lines.iter().filter(|(_, _, v)| *v == Verdict::Missed).count();
    Some(if met.len() == lines.len() {
        say(lang, Word::TitleAll, &[&target, &mean(lowest.1)])
    } else if met.is_empty() {
        let word = if missed == lines.len() { Word::TitleNone } else { Word::TitleOpen };
        say(lang, word, &[&target, &mean(lowest.1), &mean(highest.1)])
    } else {
        let others = || lines.iter().filter(|(_, _, v)| *v != Verdict::Met).map(|(_, s, _)| *s);
        let by_mean = |a: &&Saturation, b: &&Saturation| a.rps.mean.total_cmp(&b.rps.mean);
        let (low, high) = (others().min_by(by_mean)?, others().max_by(by_mean)?);
        let (low, high) = (mean(low), mean(high));
        let range = if low == high { low } else { format!("{low}–{high}") };
        say(lang, Word::TitleSome, &[&target, &few(&met, 2, lang), &range])
    })
}

/// Whether a variant meets all targets at the target load, held steadily; `None` where nothing was
/// judged.
pub(crate) fn meets_all(result: &StudyResult, variant: &VariantResult) -> Option<bool> {
    let wanted = &result.target_load;
    let events = wanted.events_per_s.zip(variant.at_target.as_ref());
    let events = events.and_then(|(wanted, at)| at_least(&at.events_per_s, wanted));
    let verdicts = variant.verdicts.iter().map(|found| found.verdict);
    let mut all = verdicts.chain(carries(variant, wanted.rps)).chain(events).peekable();
    all.peek()?;
    Some(all.all(|verdict| verdict == Verdict::Met))
}

/// Formats the number of replications behind a row: `8`, `8–16` where variants differ; empty
/// without any.
fn row_n(
    result: &StudyResult,
    pick: impl Fn(&VariantResult) -> Option<Estimate>,
    lang: Lang,
) -> String {
    let all: Vec<Estimate> = result.variants.iter().filter_map(pick).collect();
    if all.iter().any(Estimate::is_exact) {
        return Word::Exact.text(lang).to_owned();
    }
    let (least, most) = (all.iter().map(|e| e.n).min(), all.iter().map(|e| e.n).max());
    match (least, most) {
        (Some(least), Some(most)) if least == most => least.to_string(),
        (Some(least), Some(most)) => format!("{least}–{most}"),
        _ => String::new(),
    }
}

/// Formats the number of replications behind the lines.
pub(crate) fn line_n(result: &StudyResult, lang: Lang) -> String {
    row_n(result, |variant| variant.saturation.as_ref().map(|line| line.rps), lang)
}

/// Formats the number of replications behind the lines of another mix or calibration: `4`, or
/// `4–8`.
pub(crate) fn alternative_n(alternative: &Alternative) -> String {
    let all = || alternative.variants.iter().map(|variant| variant.saturation.rps.n);
    match (all().min(), all().max()) {
        (Some(least), Some(most)) if least == most => least.to_string(),
        (Some(least), Some(most)) => format!("{least}–{most}"),
        _ => String::new(),
    }
}

/// Formats the number of replications behind the response to the load asked about.
pub(crate) fn load_n(result: &StudyResult, lang: Lang) -> String {
    row_n(result, |variant| variant.at_target.as_ref().map(|at| at.goodput_rps), lang)
}

/// Formats the number of replications of the day.
pub(crate) fn day_n(result: &StudyResult) -> String {
    let all = result.variants.iter().filter_map(|variant| variant.day_answer.as_ref());
    all.map(|answer| answer.replications).min().map_or(String::new(), |n| n.to_string())
}

/// Formats the number of replications, `n 8`, or says that the number is exact.
pub(crate) fn count(estimate: &Estimate, lang: Lang) -> String {
    if estimate.is_exact() {
        Word::Exact.text(lang).to_owned()
    } else {
        say(lang, Word::Replications, &[&estimate.n.to_string()])
    }
}

/// Whether no single resource's relief (what-if capacity increase) moves the line, and no group of
/// jointly limiting resources was found.
pub(crate) fn several(saturation: &Saturation) -> bool {
    !saturation.beyond_search
        && saturation.ties.is_empty()
        && !saturation.relief.is_empty()
        && saturation.relief.iter().all(|relief| relief.carried <= 0.5)
}

/// Names the resource that saturates first, in few words.
pub(crate) fn first_to_go(saturation: &Saturation, lang: Lang) -> String {
    if saturation.beyond_search {
        return number::NOTHING.to_owned();
    }
    if several(saturation) {
        return Word::Several.text(lang).to_owned();
    }
    let names: Vec<&str> =
        saturation.resource.iter().chain(&saturation.ties).map(String::as_str).collect();
    if names.is_empty() { Word::Unknown.text(lang).to_owned() } else { names.join(" = ") }
}

/// Explains which resource saturates first and how, in one sentence.
pub(crate) fn because(saturation: &Saturation, lang: Lang) -> String {
    let reason = cause::reason(saturation, lang);
    let Some(resource) = &saturation.resource else { return reason };
    let mut text = if several(saturation) {
        let name = say(lang, Word::SeveralAmong, &[resource]);
        format!("{name} – {}", cause::shared(saturation, lang))
    } else {
        format!("{} – {reason}", first_to_go(saturation, lang))
    };
    if saturation.agreement < 0.9995 && !several(saturation) {
        let share = number::plain(saturation.agreement * 100.0);
        // Writing to a string cannot fail.
        let _ = write!(text, " ({})", say(lang, Word::Agreement, &[&share]));
    }
    text
}

/// Returns the stability condition, that no queue grows, where the study judged it without a target
/// of that name.
pub(crate) fn drift(result: &StudyResult) -> Option<Target> {
    let judged = |variant: &VariantResult| drift_verdict(variant).is_some();
    let named = result.targets.iter().any(|target| target.metric == Metric::Drift);
    (!named && result.variants.iter().any(judged)).then(|| Target::new(Metric::Drift, 0.0))
}

/// Returns the verdict on stability, that no queue grows, at the target load.
pub(crate) fn drift_verdict(variant: &VariantResult) -> Option<Verdict> {
    let found = variant.verdicts.iter().find(|found| found.metric == Metric::Drift)?;
    Some(found.verdict)
}

/// Names what fails first beyond the line.
pub(crate) fn fails(saturation: &Saturation, lang: Lang) -> Option<String> {
    Some(match saturation.binding_target? {
        Metric::Drift => Word::FailsDrift.text(lang).to_owned(),
        name => say(lang, Word::Fails, &[&metric(name, lang)]),
    })
}

/// Describes differences under other mixes and calibrations: whether the load is carried, which
/// resource saturates first, where the line lies.
pub(crate) fn alternatives(result: &StudyResult, lang: Lang) -> Option<String> {
    if result.alternatives.is_empty() {
        return None;
    }
    let wanted = result.target_load.rps;
    let (mut carried, mut first): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
    for variant in &result.variants {
        let Some(main) = &variant.saturation else { continue };
        let others = result.alternatives.iter().flat_map(|alternative| &alternative.variants);
        let others = others.filter(|other| other.name == variant.name).map(|o| &o.saturation);
        let others: Vec<&Saturation> = others.collect();
        if others.iter().any(|other| carries_line(other, wanted) != carries_line(main, wanted)) {
            carried.push(&variant.name);
        }
        if others.iter().any(|other| first_to_go(other, lang) != first_to_go(main, lang)) {
            first.push(&variant.name);
        }
        for line in others.iter().copied().chain([main]).filter(|s| number::known(&s.rps)) {
            (low, high) = (low.min(line.rps.mean), high.max(line.rps.mean));
        }
    }
    let names = |changed: &[&str], same: Word, other: Word| match changed {
        [] => same.text(lang).to_owned(),
        all if all.len() > 1 && all.len() == result.variants.len() => {
            say(lang, other, &[Word::EveryVariant.text(lang)])
        }
        _ => say(lang, other, &[&changed.join(", ")]),
    };
    let target = number::plain(wanted);
    let carried = names(&carried, Word::VerdictSame, Word::VerdictChanges);
    let first = names(&first, Word::FirstSame, Word::FirstChanges);
    let (low, high) = (number::fixed(low, 0), number::fixed(high, 0));
    Some(say(lang, Word::AlternativesSentence, &[&target, &carried, &first, &low, &high]))
}

/// Splits the warnings by weight: those on the meaning of the numbers, and those on unused inputs.
pub(crate) fn warnings(result: &StudyResult, lang: Lang) -> (Vec<String>, Vec<String>) {
    let (spare, weighty): (Vec<&Caution>, Vec<&Caution>) =
        result.cautions.iter().partition(|one| one.is_spare());
    let said = |one: &Caution| caution::caution(one, lang);
    let of_study = |one: &Warning| doubt::warning(one, lang);
    // The warning about an interrupted study comes first.
    let stopped = usize::from(result.partial).min(result.warnings.len());
    let (first, rest) = result.warnings.split_at(stopped);
    let weighty = (first.iter().map(of_study))
        .chain(weighty.into_iter().map(said))
        .chain(rest.iter().map(of_study));
    (weighty.collect(), spare.into_iter().map(said).collect())
}

/// Joins names, of which only the first few are listed.
pub(crate) fn few(names: &[&str], most: usize, lang: Lang) -> String {
    if names.len() <= most {
        return names.join(", ");
    }
    let more = (names.len() - most).to_string();
    say(lang, Word::AndMore, &[&names[..most].join(", "), &more])
}

/// Returns the variant that represents the current system: the one named `effective`, else the
/// first.
pub(crate) fn today(result: &StudyResult) -> Option<&VariantResult> {
    let named = result.variants.iter().find(|variant| variant.name == TODAY);
    named.or(result.variants.first())
}

/// Describes the basis of an input.
pub(crate) fn basis(basis: Basis, lang: Lang) -> &'static str {
    let word = match basis {
        Basis::Assumed => Word::BasisAssumed,
        Basis::Plan => Word::BasisPlan,
        Basis::Vendor => Word::BasisVendor,
        Basis::Measured => Word::BasisMeasured,
    };
    word.text(lang)
}

/// Returns the names of assumed inputs.
pub(crate) fn assumed(result: &StudyResult) -> Vec<&str> {
    let of_basis = |input: &&crate::study::result::Assumption| input.basis == Basis::Assumed;
    result.assumed.iter().filter(of_basis).map(|input| input.name.as_str()).collect()
}
