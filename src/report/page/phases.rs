//! What later phases need, and at what price.

use serde::Deserialize;
use serde_json::Value;

use super::{Block, Source, code, escape};
use crate::report::number;
use crate::report::words::{Word, say};

/// An entry of `phases` in `summary.json`.
#[derive(Deserialize)]
struct Phase {
    /// Monthly active users that it is for.
    mau: f64,
    /// Settings that differ from what runs today.
    #[serde(default)]
    changes: Value,
    /// Price of a month \[USD\].
    #[serde(default)]
    monthly_usd: Option<f64>,
    /// Probability that every target is met: a number, or an estimate with its bounds.
    #[serde(default)]
    probability: Value,
    /// What saturates first there.
    #[serde(default)]
    binds: Value,
}

/// What an entry says, line by line: a text, a list, or names with values.
pub(super) fn texts(value: &Value) -> Vec<String> {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Value::Null => Vec::new(),
        Value::Array(list) => list
            .iter()
            .map(|entry| match (entry.get("set").and_then(Value::as_str), entry.get("to")) {
                (Some(set), Some(to)) => format!("{set}: {}", plain(to)),
                _ => plain(entry),
            })
            .collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{name}: {}", plain(value))).collect()
        }
        other => vec![plain(other)],
    }
}

/// A probability with or without bounds.
fn chance(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.get("mean")?.as_f64())
}

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let lang = source.lang;
    let phases: Vec<Phase> = source.entries("phases");
    if phases.is_empty() {
        return Vec::new();
    }
    let most = phases.iter().map(|phase| phase.mau).fold(0.0, f64::max);
    let nothing = || number::NOTHING.to_owned();
    let header = source.header(&[
        Word::Users,
        Word::MonthlyCost,
        Word::Probability,
        Word::FirstToGo,
        Word::Changes,
    ]);
    let rows = phases
        .iter()
        .map(|phase| {
            let changes: Vec<String> = texts(&phase.changes).iter().map(|t| code(t)).collect();
            let binds: Vec<String> = texts(&phase.binds).iter().map(|t| escape(t)).collect();
            let share = |p: f64| format!("{} %", number::plain(p * 100.0));
            vec![
                number::users_plain(phase.mau, most, lang),
                phase.monthly_usd.map_or_else(nothing, |usd| {
                    say(lang, Word::Dollars, &[&number::fixed(usd, 0)])
                }),
                chance(&phase.probability).map_or_else(nothing, share),
                if binds.is_empty() { nothing() } else { binds.join(", ") },
                changes.join("<br>"),
            ]
        })
        .collect();
    vec![Block::Heading(Word::PhasesHeading), Block::Table { header, rows }]
}
