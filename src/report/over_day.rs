//! The day in sentences: targets over the day, outages, and the effects of events.

use super::words::{Lang, Word, metric, say};
use super::{facts, number};
use crate::study::day::{DayAnswer, DayEvent, DayVerdict, EventEffect, Recovery, Silence, overall};
use crate::study::metric::Metric;
use crate::study::result::{StudyResult, Target, VariantResult, Verdict};

/// Horizon below which times are given to the second \[s\].
const SHORT: f64 = 6.0 * 3_600.0;
/// Share from which on all requests count as answered, in a sentence.
const ALL: f64 = 0.995;
/// Factor from which on an increase of the lag is reported.
const RISE: f64 = 1.25;
/// Lag that still counts as none \[records\].
const NO_LAG: f64 = 1.0;

/// Iterates over the variants that have an answer for the day.
pub(crate) fn days(result: &StudyResult) -> impl Iterator<Item = (&VariantResult, &DayAnswer)> {
    result.variants.iter().filter_map(|variant| Some((variant, variant.day_answer.as_ref()?)))
}

/// Formats a time of day: to the second where only a part of a day was run.
pub(crate) fn clock(variant: &VariantResult, at_s: f64) -> String {
    let end = variant.day.last().map_or(0.0, |bin| bin.start_s + bin.length_s);
    number::clock_every(at_s, if end < SHORT { 1.0 } else { 60.0 })
}

/// Whether less than a day was run, so that its times are not those of a clock.
pub(crate) fn is_short(result: &StudyResult) -> bool {
    let bins = || result.variants.iter().flat_map(|variant| &variant.day);
    bins().map(|bin| bin.start_s + bin.length_s).fold(0.0, f64::max) < SHORT
}

/// Returns the finding, in one sentence without its full stop; `None` where no day was judged.
pub(crate) fn headline(result: &StudyResult, lang: Lang) -> Option<String> {
    let judged: Vec<(&VariantResult, &DayAnswer, Verdict)> = days(result)
        .filter_map(|(variant, answer)| Some((variant, answer, answer.verdict?)))
        .collect();
    let all = overall(judged.iter().map(|(.., verdict)| *verdict))?;
    if all == Verdict::Met {
        let name = match judged.as_slice() {
            [(variant, ..)] => variant.name.clone(),
            _ => Word::EveryVariant.text(lang).to_owned(),
        };
        let text = say(lang, Word::DayMet, &[&name]);
        return Some(if judged.len() > 1 { capital(&text) } else { text });
    }
    let telling = judged.iter().filter(|(.., verdict)| *verdict == all);
    let said: Vec<String> =
        telling.map(|(variant, answer, _)| found(variant, answer, lang)).collect();
    Some(said.join("; "))
}

/// Describes the targets that a variant misses, and for how long.
fn found(variant: &VariantResult, answer: &DayAnswer, lang: Lang) -> String {
    let lasts = |of: fn(&DayVerdict) -> f64| {
        let most = answer.targets.iter().map(of).fold(0.0, f64::max);
        number::duration(most, lang)
    };
    let run = lasts(|target| target.judged_s);
    if answer.verdict != Some(Verdict::Missed) {
        return say(lang, Word::DayOpen, &[&variant.name, &lasts(|t| t.undecided_s), &run]);
    }
    // Bins that miss any target.
    let missed = variant.day.iter().filter(|bin| bin.verdict == Some(Verdict::Missed));
    let missed = missed.map(|bin| bin.length_s).fold(0.0, |sum, length| sum + length);
    let missed = answer.targets.iter().map(|target| target.missed_s).fold(missed, f64::max);
    let missed = number::duration(missed, lang);
    let mut text = say(lang, Word::DayMissed, &[&variant.name, &missed, &run]);
    if let Some(silence) = &answer.silence {
        let silent = silent(variant, answer, silence, lang);
        match lang {
            Lang::En => text.push(' '),
            Lang::Ko => text.push_str(", "),
        }
        text.push_str(&silent);
    }
    text
}

/// Describes a period without answers.
fn silent(variant: &VariantResult, answer: &DayAnswer, silence: &Silence, lang: Lang) -> String {
    let range = |[from, to]: [f64; 2]| {
        let ends = [clock(variant, from), clock(variant, to)];
        if ends[0] == ends[1] { ends[0].clone() } else { ends.join("/") }
    };
    let from = range(silence.from_s);
    let text = match silence.until_s {
        None => say(lang, Word::DaySilentFrom, &[&from]),
        Some(until) => say(lang, Word::DaySilentUntil, &[&from, &range(until)]),
    };
    if silence.replications == answer.replications {
        return text;
    }
    let counts = [silence.replications, answer.replications].map(|count| count.to_string());
    format!("{text} ({})", say(lang, Word::DaySilentSome, &[&counts[0], &counts[1]]))
}

/// Returns a sentence for each target that a variant does not meet over the day.
pub(crate) fn targets(variant: &VariantResult, answer: &DayAnswer, lang: Lang) -> Vec<String> {
    let not_met = answer.targets.iter().filter(|target| target.verdict != Verdict::Met);
    not_met.map(|target| sentence(variant, target, lang)).collect()
}

fn sentence(variant: &VariantResult, target: &DayVerdict, lang: Lang) -> String {
    let run = number::duration(target.judged_s, lang);
    let name = name(target, lang);
    let Some(first) = target.first_missed_s else {
        let open = number::duration(target.undecided_s, lang);
        return format!("{}.", say(lang, Word::DayTargetOpen, &[&name, &open, &run]));
    };
    let missed = number::duration(target.missed_s, lang);
    let first = clock(variant, first);
    let mut text = say(lang, Word::DayTargetMissed, &[&name, &missed, &run, &first]);
    if let Some(worst) = &target.worst {
        let value = worst.value.filter(|_| worst.answered != Some(0.0));
        let value = value.map_or_else(
            || Word::DayNothing.text(lang).to_owned(),
            |value| shown(target, value, lang),
        );
        let ends = [worst.from_s, worst.to_s].map(|at| clock(variant, at));
        text.push_str("; ");
        text.push_str(&say(lang, Word::DayWorst, &[&ends[0], &ends[1], &value]));
    }
    let recovery = match target.recovery {
        Recovery::Unneeded => None,
        Recovery::From { at_s } => Some(say(lang, Word::RecoversAt, &[&clock(variant, at_s)])),
        Recovery::Never => Some(Word::RecoversNever.text(lang).to_owned()),
        Recovery::Undecided => Some(Word::RecoversOpen.text(lang).to_owned()),
    };
    if let Some(recovery) = recovery {
        text.push_str("; ");
        text.push_str(&recovery);
    }
    text.push('.');
    text
}

/// Formats the condition as [`facts::target`] does; wanted events as a rate.
pub(crate) fn name(target: &DayVerdict, lang: Lang) -> String {
    if target.metric == Metric::EventsPerS {
        return format!("{} {}", number::plain(target.limit), Word::Events.text(lang));
    }
    let condition = Target::new(target.metric, target.limit);
    facts::target(&condition, lang)
}

/// Formats a value of the metric with its unit.
fn shown(target: &DayVerdict, value: f64, lang: Lang) -> String {
    let time = |name: &str| format!("{name} {} ms", number::plain(value));
    match target.metric {
        Metric::ErrorRate => {
            format!("{} {} %", Word::Errors.text(lang), number::plain(value * 100.0))
        }
        Metric::EventsPerS => format!("{} {}", number::plain(value), Word::Events.text(lang)),
        Metric::MeanMs | Metric::P50Ms | Metric::P95Ms | Metric::P99Ms | Metric::P99WaitMs => {
            time(&metric(target.metric, lang))
        }
        Metric::MaxLag | Metric::Drift => number::plain(value),
    }
}

/// Formats the verdict on a target for a cell, with the time for which it is missed.
pub(crate) fn cell(target: &DayVerdict, lang: Lang) -> String {
    match target.verdict {
        Verdict::Met => Word::Met.text(lang).to_owned(),
        Verdict::Missed => {
            say(lang, Word::DayMissedFor, &[&number::duration(target.missed_s, lang)])
        }
        Verdict::Undecided => {
            say(lang, Word::DayOpenFor, &[&number::duration(target.undecided_s, lang)])
        }
    }
}

/// Returns the day's targets by which any variant was judged, in order: metric and words.
pub(crate) fn conditions(result: &StudyResult, lang: Lang) -> Vec<(Metric, String)> {
    let mut found: Vec<(Metric, String)> = Vec::new();
    for target in days(result).flat_map(|(_, answer)| &answer.targets) {
        if !found.iter().any(|(metric, _)| *metric == target.metric) {
            found.push((target.metric, name(target, lang)));
        }
    }
    found
}

/// Returns the verdict on a metric for a variant's day.
pub(crate) fn of(variant: &VariantResult, metric: Metric) -> Option<&DayVerdict> {
    let answer = variant.day_answer.as_ref()?;
    answer.targets.iter().find(|target| target.metric == metric)
}

/// Describes the events of a variant's day, a sentence each in order of time; where there are more
/// than `most`, those that did most harm.
pub(crate) fn happened(
    variant: &VariantResult,
    answer: &DayAnswer,
    most: usize,
    lang: Lang,
) -> Vec<String> {
    let mut told: Vec<(usize, &EventEffect)> = answer.events.iter().enumerate().collect();
    told.sort_by(|a, b| b.1.missed_s.total_cmp(&a.1.missed_s));
    told.truncate(most);
    told.sort_by_key(|(place, _)| *place);
    let mut lines: Vec<String> =
        told.iter().map(|(_, effect)| happening(variant, answer, effect, lang)).collect();
    if answer.events.len() > most {
        let more = (answer.events.len() - most).to_string();
        lines.push(say(lang, Word::HappenedMore, &[&more]));
    }
    lines
}

/// Returns the lead-in above the events.
pub(crate) fn happened_lead(result: &StudyResult, variant: &VariantResult, lang: Lang) -> String {
    match days(result).count() {
        1 => Word::HappenedAll.text(lang).to_owned(),
        _ => say(lang, Word::HappenedLead, &[&variant.name]),
    }
}

fn happening(
    variant: &VariantResult,
    answer: &DayAnswer,
    effect: &EventEffect,
    lang: Lang,
) -> String {
    let (event, what) = (event(&effect.event, lang), became(variant, answer, effect, lang));
    let at = clock(variant, effect.at_s);
    let text = match effect.ended_s {
        Some(ended) => say(lang, Word::HappenedFrom, &[&at, &clock(variant, ended), &event, &what]),
        None => say(lang, Word::HappenedAt, &[&at, &event, &what]),
    };
    capital(&text)
}

/// Describes the course of the day after an event.
fn became(variant: &VariantResult, answer: &DayAnswer, effect: &EventEffect, lang: Lang) -> String {
    let lasts = number::duration(effect.missed_s, lang);
    let then = match effect.recovery {
        Recovery::Unneeded | Recovery::From { .. } => Word::ThenWell,
        Recovery::Never => Word::ThenNever,
        Recovery::Undecided => Word::ThenOpen,
    };
    let then = then.text(lang);
    let lagging = lag(variant, effect, lang);
    let said = if effect.missed_s <= 0.0 {
        // Where nothing is judged, only the lag says anything.
        let judged =
            answer.verdict.is_some() || variant.day.iter().any(|bin| bin.offered_rps.mean > 0.0);
        judged.then(|| Word::EffectNone.text(lang).to_owned())
    } else {
        let said = match (effect.answered, effect.p99_ms) {
            (Some(share), _) if share < ALL => {
                let percent = number::plain((share * 1000.0).floor() / 10.0);
                say(lang, Word::EffectShare, &[&percent, &lasts, then])
            }
            (Some(_), Some(p99)) => {
                say(lang, Word::EffectSlow, &[&number::plain(p99.round()), &lasts, then])
            }
            _ => say(lang, Word::EffectOther, &[&lasts, then]),
        };
        Some(if effect.missed_before { say(lang, Word::EffectBefore, &[&said]) } else { said })
    };
    said.into_iter().chain(lagging).collect::<Vec<_>>().join("; ")
}

/// Describes the development of the lag; `None` where there is none.
fn lag(variant: &VariantResult, effect: &EventEffect, lang: Lang) -> Option<String> {
    let [before, most] = &effect.lag;
    if most.mean <= NO_LAG {
        return None;
    }
    let (from, to) = (number::plain(before.mean.round()), number::plain(most.mean.round()));
    Some(match effect.lag_drained_s {
        _ if most.mean < RISE * before.mean => say(lang, Word::EffectFlat, &[&to]),
        Some(at) => say(lang, Word::EffectDrained, &[&from, &to, &clock(variant, at)]),
        None => say(lang, Word::EffectLag, &[&from, &to]),
    })
}

/// Names an event in few words.
pub(crate) fn event(event: &DayEvent, lang: Lang) -> String {
    let counted = |count: u32, one: Word, many: Word, of: &str| {
        say(lang, if count == 1 { one } else { many }, &[&count.to_string(), of])
    };
    match event {
        DayEvent::Kill { service, pods } => {
            counted(*pods, Word::EventKillOne, Word::EventKill, service)
        }
        DayEvent::Scale { service, pods } => {
            counted(*pods, Word::EventScaleOne, Word::EventScale, service)
        }
        DayEvent::Deploy { service } => say(lang, Word::EventDeploy, &[service]),
        DayEvent::Change { what } => say(lang, Word::EventChange, &[what]),
        DayEvent::Partitions { topic, partitions } => {
            say(lang, Word::EventPartitions, &[topic, &partitions.to_string()])
        }
        DayEvent::Poison { topic, share } => {
            say(lang, Word::EventPoison, &[topic, &number::plain(share * 100.0)])
        }
        DayEvent::LoseBroker { broker } => say(lang, Word::EventBroker, &[&broker.to_string()]),
        DayEvent::FailNode { node_group, nodes } => {
            counted(*nodes, Word::EventNodeOne, Word::EventNode, node_group)
        }
        DayEvent::SlowDatabase { database: of, factor }
        | DayEvent::SlowCache { cache: of, factor } => {
            say(lang, Word::EventSlow, &[of, &number::plain(*factor)])
        }
        DayEvent::LoseCache { cache } => say(lang, Word::EventLoseCache, &[cache]),
        DayEvent::Traffic { factor } => say(lang, Word::EventTraffic, &[&number::plain(*factor)]),
    }
}

/// Capitalises the first letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
