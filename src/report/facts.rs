//! Sentences and verdicts that several reports share.

use super::number;
use super::words::{Lang, Word, metric, say};
use crate::stats::Estimate;
use crate::study::result::{
    Comparison, Edit, Saturation, StudyResult, Target, VariantResult, Verdict,
};

/// Whether an interval lies at or above what is wanted; none where there is no number.
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

/// Whether a variant's line lies at or above the load wanted.
pub(crate) fn carries(variant: &VariantResult, rps: f64) -> Option<Verdict> {
    let saturation = variant.saturation.as_ref()?;
    if saturation.beyond_search && saturation.rps.mean >= rps && number::known(&saturation.rps) {
        return Some(Verdict::Met);
    }
    at_least(&saturation.rps, rps)
}

/// A verdict's word.
pub(crate) fn verdict(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Met => Word::Met,
        Verdict::Missed => Word::Missed,
        Verdict::Undecided => Word::Undecided,
    }
    .text(lang)
}

/// A condition in words: `p99 ≤ 500 ms`.
pub(crate) fn target(target: &Target, lang: Lang) -> String {
    let name = metric(&target.metric, lang);
    match target.metric.as_str() {
        "drift" => name,
        "error_rate" => format!("{name} ≤ {} %", number::plain(target.limit * 100.0)),
        timed if timed.ends_with("_ms") => format!("{name} ≤ {} ms", number::plain(target.limit)),
        _ => format!("{name} ≤ {}", number::plain(target.limit)),
    }
}

/// The target load in words: `1,000 RPS (5 M MAU)`.
pub(crate) fn load(result: &StudyResult, lang: Lang) -> String {
    let rps = format!("{} RPS", number::plain(result.target_load.rps));
    match result.target_load.mau {
        Some(mau) => format!("{rps} ({} MAU)", number::users_plain(mau, lang)),
        None => rps,
    }
}

/// The replications behind the answer: `8`, or `5–8` where they differ; none without any.
pub(crate) fn replications(result: &StudyResult) -> Option<(u32, u32)> {
    let mut seen: Vec<u32> = Vec::new();
    for variant in &result.variants {
        seen.extend(variant.saturation.iter().map(|saturation| saturation.rps.n));
        seen.extend(variant.at_target.iter().map(|at| at.p99_ms.n));
        seen.extend(variant.day.iter().map(|bin| bin.offered_rps.n));
    }
    seen.retain(|n| *n > 0);
    Some((*seen.iter().min()?, *seen.iter().max()?))
}

/// `n 8`, `n 5–8`.
pub(crate) fn replications_text(result: &StudyResult, lang: Lang) -> Option<String> {
    let (low, high) = replications(result)?;
    let text = if low == high { low.to_string() } else { format!("{low}–{high}") };
    Some(say(lang, Word::Replications, &[&text]))
}

/// What the result holds for: mix, calibration, seed, replications, confidence.
pub(crate) fn conditions(result: &StudyResult, lang: Lang) -> Vec<String> {
    let mut parts = Vec::new();
    if !result.mix.is_empty() {
        parts.push(say(lang, Word::Mix, &[&result.mix]));
    }
    if !result.calibration.is_empty() {
        parts.push(say(lang, Word::Calibration, &[&result.calibration]));
    }
    parts.push(say(lang, Word::Seed, &[&result.seed.to_string()]));
    parts.extend(replications_text(result, lang));
    parts.push(say(lang, Word::Intervals, &[&number::plain(result.confidence * 100.0)]));
    parts
}

/// A saturation load as text, `> 2,000` when it lies beyond the search.
pub(crate) fn line(saturation: &Saturation, lang: Lang) -> String {
    if saturation.beyond_search {
        say(lang, Word::MoreThan, &[&number::mean(&saturation.rps)])
    } else {
        number::estimate(&saturation.rps)
    }
}

/// The finding about the line against the load wanted, in one sentence.
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
    let mean = |saturation: &Saturation| number::mean(&saturation.rps);
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

/// Whether a variant meets all that is wanted at the target load; none where nothing was judged.
pub(crate) fn meets_all(result: &StudyResult, variant: &VariantResult) -> Option<bool> {
    let wanted = &result.target_load;
    let events = wanted.events_per_s.zip(variant.at_target.as_ref());
    let events = events.and_then(|(wanted, at)| at_least(&at.events_per_s, wanted));
    let verdicts = variant.verdicts.iter().map(|found| found.verdict);
    let mut all = verdicts.chain(carries(variant, wanted.rps)).chain(events).peekable();
    all.peek()?;
    Some(all.all(|verdict| verdict == Verdict::Met))
}

/// What a comparison found, in a sentence or two.
pub(crate) fn moved(result: &StudyResult, comparison: &Comparison, lang: Lang) -> Option<String> {
    let mut text = String::new();
    let moved = &comparison.saturation_rps;
    if number::known(moved) {
        let line_of = |name: &str| {
            let variant = result.variants.iter().find(|variant| variant.name == name)?;
            variant.saturation.as_ref().map(|saturation| number::mean(&saturation.rps))
        };
        let (from, to) = (&comparison.from, &comparison.to);
        let (change, n) = (number::difference(moved), moved.n.to_string());
        let decided = moved.n >= 2 && (moved.low > 0.0 || moved.high < 0.0);
        text = match (decided, line_of(from), line_of(to)) {
            (true, Some(a), Some(b)) => say(lang, Word::Moves, &[from, to, &a, &b, &change, &n]),
            _ => say(lang, Word::MovesNothing, &[from, to, &change, &n]),
        };
    }
    if number::known(&comparison.p99_ms) {
        let change = number::difference(&comparison.p99_ms);
        if !text.is_empty() {
            text.push(' ');
        } else {
            text = format!("{} → {}: ", comparison.from, comparison.to);
        }
        text.push_str(&say(lang, Word::MovesP99, &[&change, &comparison.p99_ms.n.to_string()]));
    }
    (!text.is_empty()).then_some(text)
}

/// ` (n 8)`.
pub(crate) fn n_of(estimate: &Estimate) -> String {
    format!(" (n {})", estimate.n)
}

/// What the edits of one plan come to.
pub(crate) struct PlanEdits<'a> {
    /// How many change what runs, in a sentence.
    pub(crate) sentence: String,
    /// Edits without effect, grouped by reason.
    pub(crate) without: Vec<(&'a str, Vec<&'a Edit>)>,
}

/// What the edits come to, plan by plan in the order of the result.
pub(crate) fn edits(result: &StudyResult, lang: Lang) -> Vec<PlanEdits<'_>> {
    let mut plans: Vec<(&str, Vec<&Edit>)> = Vec::new();
    for edit in &result.edits {
        group(&mut plans, &edit.plan, edit);
    }
    plans
        .into_iter()
        .map(|(plan, edits)| {
            let mut without = Vec::new();
            for edit in edits.iter().filter(|edit| !edit.effective) {
                group(&mut without, &edit.why, *edit);
            }
            let effective = edits.iter().filter(|edit| edit.effective).count().to_string();
            let all = edits.len().to_string();
            PlanEdits { sentence: say(lang, Word::EditsCount, &[plan, &effective, &all]), without }
        })
        .collect()
}

fn group<'a>(groups: &mut Vec<(&'a str, Vec<&'a Edit>)>, key: &'a str, edit: &'a Edit) {
    match groups.iter_mut().find(|(known, _)| *known == key) {
        Some((_, members)) => members.push(edit),
        None => groups.push((key, vec![edit])),
    }
}

/// A list of which only the first few are named.
pub(crate) fn few(names: &[&str], most: usize, lang: Lang) -> String {
    if names.len() <= most {
        return names.join(", ");
    }
    let more = (names.len() - most).to_string();
    say(lang, Word::AndMore, &[&names[..most].join(", "), &more])
}

/// Names of the inputs that are assumed.
pub(crate) fn assumed(result: &StudyResult) -> Vec<&str> {
    let of_basis = |input: &&crate::study::result::Assumption| input.basis == "assumed";
    result.assumed.iter().filter(of_basis).map(|input| input.name.as_str()).collect()
}
