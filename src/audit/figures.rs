//! Numbers in findings. Each keeps its full value but equals another where both are written alike,
//! so that variants that differ by rounding share one finding.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A plain number.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Figure(pub f64);

impl fmt::Display for Figure {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&figure(self.0))
    }
}

/// A share, where 1 is the whole.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Share(pub f64);

impl fmt::Display for Share {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} %", figure((self.0 * 1000.0).round() / 10.0))
    }
}

/// An amount of money \[US dollars\].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Dollars(pub f64);

impl fmt::Display for Dollars {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0.0 { "-" } else { "" };
        write!(to, "{sign}${}", figure((self.0.abs() * 100.0).round() / 100.0))
    }
}

/// A duration \[s\]. It has no text of its own, because the words for long units depend on the
/// language.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub f64);

/// Unit in which a duration reads best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// For less than a second.
    Millisecond,
    /// For less than two minutes.
    Second,
    /// For less than two hours.
    Minute,
    /// For less than two days.
    Hour,
    /// For two days and more.
    Day,
}

impl Seconds {
    /// Converts the duration to the unit in which it reads best.
    pub fn in_unit(self) -> (Figure, TimeUnit) {
        let (number, unit) = match self.0 {
            s if s < 1.0 => (s * 1000.0, TimeUnit::Millisecond),
            s if s < 120.0 => (s, TimeUnit::Second),
            s if s < 7200.0 => (s / 60.0, TimeUnit::Minute),
            s if s < 172_800.0 => (s / 3600.0, TimeUnit::Hour),
            s => (s / 86_400.0, TimeUnit::Day),
        };
        (Figure(number), unit)
    }
}

/// Implements equality of the written form.
macro_rules! equal_as_text {
    ($($kind:ty),*) => {$(
        impl PartialEq for $kind {
            fn eq(&self, other: &Self) -> bool {
                self.to_string() == other.to_string()
            }
        }
        impl Eq for $kind {}
    )*};
}

equal_as_text!(Figure, Share, Dollars);

impl PartialEq for Seconds {
    fn eq(&self, other: &Self) -> bool {
        self.in_unit() == other.in_unit()
    }
}

impl Eq for Seconds {}

/// Formats a number to three significant digits, with thousands separators.
pub(super) fn figure(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if size >= 100.0 || (size - size.round()).abs() < 1e-9 => 0,
        _ if size >= 10.0 => 1,
        _ if size >= 0.1 => 2,
        _ => 4,
    };
    let text = format!("{value:.decimals$}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let texts = [1_234_567.0, 200.0, 13.54, 2.0, 0.0954, 0.5, -1500.0].map(figure);
        assert_eq!(texts, ["1,234,567", "200", "13.5", "2", "0.0954", "0.50", "-1,500"]);
        assert_eq!(Share(0.123).to_string(), "12.3 %");
        assert_eq!(Dollars(-60.004).to_string(), "-$60");
        let units = [0.25, 30.0, 600.0, 7200.0, 259_200.0].map(|s| Seconds(s).in_unit());
        let written = units.map(|(number, unit)| format!("{number} {unit:?}"));
        assert_eq!(written, ["250 Millisecond", "30 Second", "10 Minute", "2 Hour", "3 Day"]);
    }

    #[test]
    fn what_is_written_alike_is_equal() {
        assert_eq!(Figure(1739.13), Figure(1739.21));
        assert_ne!(Figure(1739.13), Figure(1740.0));
        assert_eq!(Seconds(99.41), Seconds(99.36));
        // The digits alone do not decide: 2 s are not 2 min.
        assert_ne!(Seconds(2.0), Seconds(120.0));
    }
}
