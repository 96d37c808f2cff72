//! Units: simulated time in whole nanoseconds.
//!
//! A point in time is a [`Time`], a duration a [`Span`]; both count nanoseconds in a `u64`, which
//! reaches 584 years, so that no run can overflow. Everything below the scenario room computes in
//! these; text such as `250ms` is parsed and formatted by the rooms that face people.

use std::ops::{Add, AddAssign, Sub};

/// Nanoseconds in a second.
pub const NANOS_PER_SECOND: f64 = 1e9;

/// A duration of simulated time \[ns\].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

/// A point in simulated time \[ns since the run began\].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

impl Span {
    /// The duration zero.
    pub const ZERO: Span = Span(0);

    /// Converts from seconds, rounded to the nearest nanosecond; negative or non-finite input gives
    /// zero.
    pub fn from_secs(seconds: f64) -> Span {
        Span((seconds * NANOS_PER_SECOND).round().max(0.0) as u64)
    }

    /// Converts from whole milliseconds.
    pub const fn from_millis(millis: u64) -> Span {
        Span(millis * 1_000_000)
    }

    /// Converts to seconds.
    #[inline]
    pub fn secs(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND
    }

    /// Converts to milliseconds.
    pub fn millis(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl Time {
    /// The start of a run.
    pub const ZERO: Time = Time(0);

    /// Later than any event: "never".
    pub const NEVER: Time = Time(u64::MAX);

    /// Converts to seconds since the start of the run.
    pub fn secs(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND
    }

    /// Returns the time elapsed since `earlier`; zero when `earlier` is not earlier.
    pub fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Span> for Time {
    type Output = Time;
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Time> for Time {
    type Output = Span;
    fn sub(self, earlier: Time) -> Span {
        self.since(earlier)
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_round_to_the_nanosecond() {
        assert_eq!(Span::from_secs(0.001), Span::from_millis(1));
        assert_eq!(Span::from_secs(-1.0), Span::ZERO);
        assert_eq!(Span::from_secs(f64::NAN), Span::ZERO);
    }

    #[test]
    fn never_stays_never() {
        assert_eq!(Time::NEVER + Span::from_millis(1), Time::NEVER);
        assert_eq!(Time(5) - Time(9), Span::ZERO);
    }
}
