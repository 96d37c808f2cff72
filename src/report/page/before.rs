//! Before and after: the lines, the response to the load asked about, and the verdicts.

use super::source::{ByVariant, Source};
use crate::report::block::{Block, Cell, strong, words};
use crate::report::chart::Chart;
use crate::report::words::{Word, say};
use crate::report::{facts, moves, number, over_day};
use crate::stats::Estimate;
use crate::study::result::{Saturation, VariantResult};

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let mut blocks = vec![source.heading(Word::BeforeAfter)];
    let described = result.variants.iter().filter(|variant| !variant.about.is_empty());
    let about = described.map(|v| strong(&v.name).and(words(format!(": {}", v.about))));
    blocks.push(Block::List(about.collect()));
    let mut table = ByVariant::new(result);
    let line_n = facts::line_n(result, lang);
    let at = Word::SaturatesAt.text(lang);
    table.put(format!("{at}, RPS"), &line_n, |v| {
        let line = v.saturation.as_ref()?;
        Some(Cell::estimate(Some(&line.rps), |_| facts::line(line, lang)))
    });
    let flow = |of: fn(&Saturation) -> &Estimate| {
        move |v: &VariantResult| {
            Some(Cell::estimate(Some(of(v.saturation.as_ref()?)), number::estimate))
        }
    };
    let [events, orders] = [Word::Events, Word::Orders].map(|word| word.text(lang));
    table.put(format!("{at}, {events}"), &line_n, flow(|line| &line.events_per_s));
    table.put(format!("{at}, {orders}"), &line_n, flow(|line| &line.orders_per_s));
    table.put(format!("{at}, MAU"), &line_n, |v| {
        let line = v.saturation.as_ref()?;
        let users = facts::users(result, line, lang)?;
        Some(Cell::estimate(line.mau.as_ref(), |_| users.clone()))
    });
    table.put(Word::FirstToGo.text(lang), &line_n, |v| {
        v.saturation.as_ref().map(|line| Cell::text(facts::first_to_go(line, lang)))
    });
    let at = say(lang, Word::AtLoad, &[&facts::load(result, lang)]);
    for row in facts::load_rows(result) {
        let name = format!("{at}: {}", row.word.text(lang));
        table.put(name, &row.n(result, lang), |v| {
            let at = v.at_target.as_ref()?;
            Some(Cell::estimate(Some(&row.estimate(at)), |_| row.cell(at)))
        });
    }
    blocks.push(table.table());
    let moved = moves::sentences(result, lang);
    blocks.push(Block::List(moved.iter().map(words).collect()));
    blocks.extend(targets(source));
    blocks.extend(source.figure(Chart::Saturation));
    blocks
}

/// Returns the verdicts on each target.
fn targets(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let wanted = result.target_load.rps;
    let (line_n, load_n) = (facts::line_n(result, lang), facts::load_n(result, lang));
    let mut table = ByVariant::new(result);
    table.put(format!("{} RPS", number::plain(wanted)), &line_n, |v| {
        Some(source.verdict(facts::carries(v, wanted)?))
    });
    if let Some(events) = result.target_load.events_per_s {
        let name = format!("{} {}", number::plain(events), Word::Events.text(lang));
        table.put(name, &load_n, |v| {
            let at = v.at_target.as_ref()?;
            Some(source.verdict(facts::at_least(&at.events_per_s, events)?))
        });
    }
    for (index, target) in result.targets.iter().enumerate() {
        table.put(facts::target(target, lang), &load_n, |v| {
            let found = v.verdicts.get(index).filter(|found| found.metric == target.metric);
            Some(source.verdict(found?.verdict))
        });
    }
    if let Some(drift) = facts::drift(result) {
        let verdict = |v: &VariantResult| Some(source.verdict(facts::drift_verdict(v)?));
        table.put(facts::target(&drift, lang), &load_n, verdict);
    }
    for (metric, name) in over_day::conditions(result, lang) {
        let name = format!("{}: {name}", Word::OverDay.text(lang));
        table.put(name, &facts::day_n(result), |v| {
            let found = over_day::of(v, metric)?;
            Some(Cell::verdict(found.verdict, words(over_day::cell(found, lang))))
        });
    }
    if table.is_empty() {
        return Vec::new();
    }
    vec![source.heading(Word::TargetsHeading), table.table()]
}
