//! Findings of the audit in English: a file for each family of rules.

mod arithmetic;
mod capacity;
mod hazard;
mod kafka;
mod limit;
mod money;
mod setting;

use crate::audit::{Found, Seconds, TimeUnit};

/// Describes a finding.
pub(super) fn message(found: &Found) -> String {
    match found {
        Found::Setting(found) => setting::message(found),
        Found::Limit(found) => limit::message(found),
        Found::Capacity(found) => capacity::message(found),
        Found::Kafka(found) => kafka::message(found),
        Found::Hazard(found) => hazard::message(found),
        Found::Arithmetic(found) => arithmetic::message(found),
        Found::Money(found) => money::message(found),
    }
}

/// Describes the consequence of a finding.
pub(super) fn consequence(found: &Found) -> String {
    match found {
        Found::Setting(found) => setting::consequence(found),
        Found::Limit(found) => limit::consequence(found),
        Found::Capacity(found) => capacity::consequence(found),
        Found::Kafka(found) => kafka::consequence(found),
        Found::Hazard(found) => hazard::consequence(found),
        Found::Arithmetic(found) => arithmetic::consequence(found),
        Found::Money(found) => money::consequence(found),
    }
}

/// Formats a time for readers.
fn time(seconds: Seconds) -> String {
    let (number, unit) = seconds.in_unit();
    let unit = match unit {
        TimeUnit::Millisecond => "ms",
        TimeUnit::Second => "s",
        TimeUnit::Minute => "min",
        TimeUnit::Hour => "h",
        TimeUnit::Day => "days",
    };
    format!("{number} {unit}")
}
