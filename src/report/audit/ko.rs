//! Findings of the audit in Korean: a file for each family of rules. Particles stand in both forms,
//! as in `을(를)`; the fitting one is chosen once the whole sentence is known.

mod arithmetic;
mod capacity;
mod hazard;
mod kafka;
mod limit;
mod money;
mod rules;
mod setting;

pub(super) use self::rules::RULES;

use crate::audit::{Found, Seconds, TimeUnit};
use crate::report::particles;

/// Describes a finding.
pub(super) fn message(found: &Found) -> String {
    particles::chosen(&match found {
        Found::Setting(found) => setting::message(found),
        Found::Limit(found) => limit::message(found),
        Found::Capacity(found) => capacity::message(found),
        Found::Kafka(found) => kafka::message(found),
        Found::Hazard(found) => hazard::message(found),
        Found::Arithmetic(found) => arithmetic::message(found),
        Found::Money(found) => money::message(found),
    })
}

/// Describes the consequence of a finding.
pub(super) fn consequence(found: &Found) -> String {
    particles::chosen(&match found {
        Found::Setting(found) => setting::consequence(found),
        Found::Limit(found) => limit::consequence(found),
        Found::Capacity(found) => capacity::consequence(found),
        Found::Kafka(found) => kafka::consequence(found),
        Found::Hazard(found) => hazard::consequence(found),
        Found::Arithmetic(found) => arithmetic::consequence(found),
        Found::Money(found) => money::consequence(found),
    })
}

/// Formats a time for readers: long units are Korean words, short ones are symbols.
fn time(seconds: Seconds) -> String {
    let (number, unit) = seconds.in_unit();
    let unit = match unit {
        TimeUnit::Millisecond => " ms",
        TimeUnit::Second => " s",
        TimeUnit::Minute => "분",
        TimeUnit::Hour => "시간",
        TimeUnit::Day => "일",
    };
    format!("{number}{unit}")
}
