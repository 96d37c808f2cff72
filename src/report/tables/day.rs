//! Tables of days: bins, targets and events.

use super::{Table, word};
use crate::study::day::{DayAnswer, DayEvent, Holder, Recovery};
use crate::study::result::{StudyResult, VariantResult};

/// Returns the distinct names in order of first occurrence.
fn names<'a, T: PartialEq + 'a>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut found: Vec<T> = Vec::new();
    for name in all {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn answers(result: &StudyResult) -> impl Iterator<Item = (&VariantResult, &DayAnswer)> {
    result.variants.iter().filter_map(|variant| Some((variant, variant.day_answer.as_ref()?)))
}

fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Returns a row for each bin; pods, lags and credits have a column for each service, group and
/// holder.
pub(super) fn bins(result: &StudyResult) -> Table {
    let mut table = Table::default();
    let pods = result.variants.iter().flat_map(|variant| &variant.pods);
    let services = names(pods.map(|pods| pods.service.as_str()));
    let lags = answers(result).flat_map(|(_, answer)| &answer.lags);
    let groups = names(lags.map(|lag| lag.group.as_str()));
    let holders =
        names(answers(result).flat_map(|(_, answer)| &answer.credits).map(|left| &left.of));
    for variant in &result.variants {
        let answer = variant.day_answer.as_ref();
        for (index, bin) in variant.day.iter().enumerate() {
            let row = table
                .start()
                .put("variant", &variant.name)
                .put("start_s", bin.start_s)
                .put("length_s", bin.length_s)
                .estimate("offered_rps", Some(&bin.offered_rps))
                .estimate("goodput_rps", Some(&bin.goodput_rps))
                .estimate("p50_ms", bin.p50_ms.as_ref())
                .estimate("p99_ms", bin.p99_ms.as_ref())
                .estimate("error_rate", bin.error_rate.as_ref())
                .estimate("max_lag", Some(&bin.max_lag))
                .estimate("orders_per_s", Some(&bin.orders_per_s))
                .estimate("thread_wait_ms", bin.waits.thread_ms.as_ref())
                .estimate("connection_wait_ms", bin.waits.connection_ms.as_ref())
                .estimate("record_wait_ms", bin.waits.record_ms.as_ref())
                .put("verdict", bin.verdict.map_or(String::new(), |verdict| word(&verdict)));
            for service in &services {
                let pods = variant.pods.iter().find(|pods| pods.service == *service);
                let count = pods.and_then(|pods| pods.by_bin.get(index)).copied();
                row.put(&format!("pods_{service}"), number(count));
            }
            for group in &groups {
                let lag = answer.and_then(|a| a.lags.iter().find(|lag| lag.group == *group));
                let lag = lag.and_then(|lag| lag.by_bin.get(index));
                row.estimate(&format!("lag_{group}"), lag);
            }
            for holder in &holders {
                let (Holder::Nodes { group: name } | Holder::Volume { database: name }) = holder;
                let left = answer.and_then(|a| a.credits.iter().find(|left| left.of == **holder));
                let left = left.and_then(|left| left.by_bin.get(index)).copied().flatten();
                row.put(&format!("credits_{name}"), number(left));
            }
        }
    }
    table
}

fn recovery(recovery: Recovery) -> (&'static str, Option<f64>) {
    match recovery {
        Recovery::Unneeded => ("unneeded", None),
        Recovery::From { at_s } => ("from", Some(at_s)),
        Recovery::Never => ("never", None),
        Recovery::Undecided => ("undecided", None),
    }
}

/// Returns a row for each target over the day.
pub(super) fn targets(result: &StudyResult) -> Table {
    let mut table = Table::default();
    for (variant, answer) in answers(result) {
        for target in &answer.targets {
            let (kind, at_s) = recovery(target.recovery);
            let worst = target.worst.as_ref();
            table
                .start()
                .put("variant", &variant.name)
                .put("metric", target.metric)
                .put("limit", target.limit)
                .put("verdict", word(&target.verdict))
                .put("judged_s", target.judged_s)
                .put("missed_s", target.missed_s)
                .put("undecided_s", target.undecided_s)
                .put("first_missed_s", number(target.first_missed_s))
                .put("worst_from_s", number(worst.map(|worst| worst.from_s)))
                .put("worst_to_s", number(worst.map(|worst| worst.to_s)))
                .put("worst_value", number(worst.and_then(|worst| worst.value)))
                .put("worst_answered", number(worst.and_then(|worst| worst.answered)))
                .put("recovery", kind)
                .put("recovered_s", number(at_s));
        }
    }
    table
}

/// Returns the subject of an event and its magnitude.
fn details(event: &DayEvent) -> (&str, Option<f64>) {
    match event {
        DayEvent::Kill { service, pods } | DayEvent::Scale { service, pods } => {
            (service, Some(f64::from(*pods)))
        }
        DayEvent::Deploy { service } => (service, None),
        DayEvent::Change { what } => (what, None),
        DayEvent::Partitions { topic, partitions } => (topic, Some(f64::from(*partitions))),
        DayEvent::Poison { topic, share } => (topic, Some(*share)),
        DayEvent::LoseBroker { broker } => ("", Some(f64::from(*broker))),
        DayEvent::FailNode { node_group, nodes } => (node_group, Some(f64::from(*nodes))),
        DayEvent::SlowDatabase { database, factor } => (database, Some(*factor)),
        DayEvent::SlowCache { cache, factor } => (cache, Some(*factor)),
        DayEvent::LoseCache { cache } => (cache, None),
        DayEvent::Traffic { factor } => ("", Some(*factor)),
    }
}

/// Returns a row for each event.
pub(super) fn events(result: &StudyResult) -> Table {
    let mut table = Table::default();
    for (variant, answer) in answers(result) {
        for effect in &answer.events {
            let kind = serde_json::to_value(&effect.event).unwrap_or_default();
            let (of, amount) = details(&effect.event);
            let (back, at_s) = recovery(effect.recovery);
            let [before, most] = &effect.lag;
            table
                .start()
                .put("variant", &variant.name)
                .put("at_s", effect.at_s)
                .put("ended_s", number(effect.ended_s))
                .put("event", kind["kind"].as_str().unwrap_or_default())
                .put("of", of)
                .put("amount", number(amount))
                .put("missed_before", effect.missed_before)
                .put("missed_s", effect.missed_s)
                .put("answered", number(effect.answered))
                .put("p99_ms", number(effect.p99_ms))
                .put("recovery", back)
                .put("recovered_s", number(at_s))
                .estimate("lag_before", Some(before))
                .estimate("lag_most", Some(most))
                .put("lag_drained_s", number(effect.lag_drained_s));
        }
    }
    table
}
