//! Before and after: the lines, what users get at the load asked about, and the verdicts.

use super::{Block, ByVariant, Source, bold, escape};
use crate::report::chart::Chart;
use crate::report::words::{Word, say};
use crate::report::{facts, moves, number, over_day};
use crate::study::result::Verdict;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let mut blocks = vec![Block::Heading(Word::BeforeAfter)];
    let described = result.variants.iter().filter(|variant| !variant.about.is_empty());
    let about = described.map(|v| format!("{}: {}", bold(&v.name), escape(&v.about)));
    blocks.push(Block::List(about.collect()));
    let mut table = ByVariant::new(result);
    let line_n = facts::line_n(result, lang);
    let at = Word::SaturatesAt.text(lang);
    table.put(format!("{at}, RPS"), &line_n, |v| {
        v.saturation.as_ref().map(|s| facts::line(s, lang))
    });
    table.put(format!("{at}, {}", Word::Events.text(lang)), &line_n, |v| {
        v.saturation.as_ref().map(|s| number::estimate(&s.events_per_s))
    });
    table.put(format!("{at}, {}", Word::Orders.text(lang)), &line_n, |v| {
        v.saturation.as_ref().map(|s| number::estimate(&s.orders_per_s))
    });
    table
        .put(format!("{at}, MAU"), &line_n, |v| facts::users(result, v.saturation.as_ref()?, lang));
    table.put(source.word(Word::FirstToGo), &line_n, |v| {
        v.saturation.as_ref().map(|s| escape(&facts::first_to_go(s, lang)))
    });
    let at = say(lang, Word::AtLoad, &[&facts::load(result, lang)]);
    for row in facts::load_rows(result) {
        let name = format!("{at}: {}", row.word.text(lang));
        table.put(name, &row.n(result, lang), |v| v.at_target.as_ref().map(|at| row.cell(at)));
    }
    blocks.push(table.table());
    let moved = moves::sentences(result, lang);
    blocks.push(Block::List(moved.iter().map(|sentence| escape(sentence)).collect()));
    blocks.extend(targets(source));
    blocks.extend(source.figure(Chart::Saturation));
    blocks
}

/// Verdicts on each condition.
fn targets(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let wanted = result.target_load.rps;
    let word = |verdict: Option<Verdict>| Some(facts::verdict(verdict?, lang).to_owned());
    let (line_n, load_n) = (facts::line_n(result, lang), facts::load_n(result, lang));
    let mut table = ByVariant::new(result);
    table.put(format!("{} RPS", number::plain(wanted)), &line_n, |v| {
        word(facts::carries(v, wanted))
    });
    if let Some(events) = result.target_load.events_per_s {
        let name = format!("{} {}", number::plain(events), Word::Events.text(lang));
        table.put(name, &load_n, |v| {
            word(v.at_target.as_ref().and_then(|at| facts::at_least(&at.events_per_s, events)))
        });
    }
    for (index, target) in result.targets.iter().enumerate() {
        table.put(escape(&facts::target(target, lang)), &load_n, |v| {
            let found = v.verdicts.get(index).filter(|found| found.metric == target.metric);
            word(found.map(|found| found.verdict))
        });
    }
    if let Some(drift) = facts::drift(result) {
        table.put(facts::target(&drift, lang), &load_n, |v| word(facts::drift_verdict(v)));
    }
    for (metric, name) in over_day::conditions(result, lang) {
        let name = format!("{}: {}", Word::OverDay.text(lang), escape(&name));
        table.put(name, &facts::day_n(result), |v| {
            over_day::of(v, metric).map(|found| over_day::cell(found, lang))
        });
    }
    if table.rows.is_empty() {
        return Vec::new();
    }
    vec![Block::Heading(Word::TargetsHeading), table.table()]
}
