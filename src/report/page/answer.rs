//! The answer in three sentences, and the warnings to read before using the numbers.

use super::source::Source;
use crate::report::block::{Block, Inline, strong, words};
use crate::report::facts;
use crate::report::number;
use crate::report::over_day;
use crate::report::words::{Word, say};
use crate::study::result::{Saturation, VariantResult};

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let result = source.result;
    let found = [over_day::headline(result, source.lang), facts::headline(result, source.lang)];
    let mut sentences: Vec<Inline> =
        found.iter().flatten().map(|headline| strong(format!("{headline}."))).collect();
    if found[1].is_none() {
        sentences.push(source.word(Word::AnswerNoSaturation));
    }
    sentences.extend(lines(source).into_iter().chain(users(source)).map(words));
    let mut blocks = vec![source.heading(Word::Answer)];
    if !result.head.about.is_empty() {
        blocks.push(Block::Paragraph(words(&result.head.about)));
    }
    blocks.push(Block::Lead(Inline::joined(sentences, &words(" "))));
    let several = over_day::days(result).count() > 1;
    let day = over_day::days(result).flat_map(|(variant, answer)| {
        let of = strong(&variant.name).and(words(": "));
        let of = if several { of } else { Inline::default() };
        let missed = over_day::targets(variant, answer, source.lang);
        missed.into_iter().map(move |sentence| of.clone().and(words(sentence)))
    });
    let day: Vec<Inline> = day.collect();
    if !day.is_empty() {
        blocks.push(Block::List(day));
    }
    let mut items: Vec<Inline> = Vec::new();
    if source.manifest.partial {
        items.push(source.word(Word::Partial));
    }
    let warnings = facts::warnings(result, source.lang).0;
    items.extend(warnings.iter().map(Inline::quoted));
    items.extend(source.notes.iter().map(words));
    if !items.is_empty() {
        blocks.extend([source.heading(Word::WarningsHeading), Block::List(items)]);
    }
    blocks
}

/// Describes where the line lies, which resource limits it, and where it was before the change.
fn lines(source: &Source) -> Option<String> {
    let Source { result, lang, .. } = *source;
    let found = |variant: &VariantResult| {
        let saturation = variant.saturation.as_ref()?;
        let mut line = format!("{} RPS", facts::line(saturation, lang));
        if let Some(users) = facts::users(result, saturation, lang) {
            line = format!("{line} ({users} MAU)");
        }
        Some((variant.name.clone(), line, drawn_by(saturation, lang)))
    };
    let (name, line, first) = found(result.variants.last()?)?;
    let today = facts::today(result);
    let before = today.filter(|_| result.variants.len() > 1).and_then(found);
    Some(match before {
        Some((before, line_before, first_before)) => say(
            lang,
            Word::AnswerLines,
            &[&name, &line, &first, &before, &line_before, &first_before],
        ),
        None => say(lang, Word::AnswerLine, &[&name, &line, &first]),
    })
}

fn drawn_by(saturation: &Saturation, lang: crate::report::Lang) -> String {
    let name = facts::first_to_go(saturation, lang);
    if saturation.beyond_search { Word::AnswerBeyond.text(lang).to_owned() } else { name }
}

/// Describes the response to the load asked about.
fn users(source: &Source) -> Option<String> {
    let Source { result, lang, .. } = *source;
    let last = result.variants.last()?;
    let at = last.at_target.as_ref()?;
    let judged: Vec<bool> =
        result.variants.iter().filter_map(|v| facts::meets_all(result, v)).collect();
    let met = judged.iter().filter(|met| **met).count();
    let load = match over_day::days(result).next() {
        // Says that it holds for a steady load, not for the day.
        Some(_) => say(lang, Word::SteadyLoad, &[&facts::load(result, lang)]),
        None => facts::load(result, lang),
    };
    let name = &last.name;
    let mut text = if number::known(&at.p99_ms) && at.p99_ms.mean > 0.0 {
        let (p99, errors) = (number::estimate(&at.p99_ms), number::percent(&at.error_rate));
        let goodput = number::estimate(&at.goodput_rps);
        say(lang, Word::AnswerUsers, &[&load, name, &p99, &goodput, &errors])
    } else if number::known(&at.error_rate) && at.error_rate.mean > 0.0 {
        let errors = number::percent(&at.error_rate);
        say(lang, Word::AnswerNobody, &[&load, name, &errors])
    } else if at.max_lag.mean <= 0.0 && at.events_per_s.mean <= 0.0 {
        return Some(format!("{}.", say(lang, Word::AnswerUnseen, &[&load, name])));
    } else {
        let lag = number::estimate(&at.max_lag);
        say(lang, Word::AnswerRecords, &[&load, name, &lag])
    };
    let all = judged.len().to_string();
    text.push_str(&match (met, judged.len()) {
        (_, 0) => String::new(),
        (1, 1) => say(lang, Word::AnswerMeetsOne, &[]),
        (0, 1) => say(lang, Word::AnswerMissesOne, &[]),
        (0, _) => say(lang, Word::AnswerMeetsNone, &[&all]),
        (met, total) if met == total => say(lang, Word::AnswerMeetsAll, &[&all]),
        _ => say(lang, Word::AnswerMeets, &[&met.to_string(), &all]),
    });
    text.push('.');
    Some(text)
}
