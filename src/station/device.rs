//! First-come-first-served server with service times known on arrival: a disk with a rate of
//! operations, the command thread of a cache.
//!
//! Because of that, completion times are known on arrival too (Lindley's recursion): no event is
//! needed inside the station.

use crate::units::{Span, Time};

/// A first-come-first-served server.
#[derive(Clone, Copy, Debug, Default)]
pub struct Device {
    free_at: Time,
    /// Total service time of all arrivals, and the part of it reported before.
    asked: Span,
    told: Span,
}

impl Device {
    /// Returns when all work that has arrived is done.
    pub fn free_at(&self) -> Time {
        self.free_at
    }

    /// Multiplies all service times by `times` from `now` on, including those of earlier arrivals.
    pub fn stretch(&mut self, now: Time, times: f64) {
        self.free(stretched(now, self.free_at, times));
    }

    fn free(&mut self, at: Time) {
        self.asked = Span((self.asked.0 + at.0).saturating_sub(self.free_at.0));
        self.free_at = at;
    }

    /// Drops the work not done by `now`.
    pub fn drop_all(&mut self, now: Time) {
        self.free(self.free_at.min(now));
    }

    /// Returns the busy time up to `now` since the last call.
    pub fn worked(&mut self, now: Time) -> Span {
        let ahead = if self.free_at > now { self.free_at - now } else { Span::ZERO };
        let all = Span(self.asked.0.saturating_sub(ahead.0));
        let before = std::mem::replace(&mut self.told, all);
        Span(all.0.saturating_sub(before.0))
    }

    /// Adds a job of length `service`, which starts when all earlier ones are done. Returns (start,
    /// end).
    pub fn enter(&mut self, now: Time, service: Span) -> (Time, Time) {
        let start = self.free_at.max(now);
        self.free_at = start + service;
        self.asked = self.asked + service;
        debug_assert!(start >= now && self.free_at >= start, "work begins after it came");
        (start, self.free_at)
    }
}

/// Returns the new time of an event due at `at`, when the remaining time is multiplied by `times`
/// from `now` on.
pub fn stretched(now: Time, at: Time, times: f64) -> Time {
    if at <= now { at } else { now + Span(((at - now).0 as f64 * times).round() as u64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_waits_for_the_work_before_it() {
        let mut device = Device::default();
        assert_eq!(device.enter(Time(0), Span(10)), (Time(0), Time(10)));
        assert_eq!(device.enter(Time(4), Span(10)), (Time(10), Time(20)));
        assert_eq!(device.enter(Time(50), Span(1)), (Time(50), Time(51)));
        assert_eq!(device.worked(Time(60)), Span(21));
    }

    /// Three jobs of 10 from 0 on; from 5 on everything is four times slower: the first, half done,
    /// ends at 25, the others at 65 and 105. At 45 the device recovers: they end at 50 and 60.
    #[test]
    fn what_is_queued_is_stretched_and_shrinks_again() {
        let mut device = Device::default();
        let ends: Vec<Time> = (0..3).map(|_| device.enter(Time(0), Span(10)).1).collect();
        let slow: Vec<Time> = ends.iter().map(|end| stretched(Time(5), *end, 4.0)).collect();
        device.stretch(Time(5), 4.0);
        assert_eq!(slow, [Time(25), Time(65), Time(105)]);
        assert_eq!(device.free_at(), Time(105));
        let sound: Vec<Time> = slow.iter().map(|end| stretched(Time(45), *end, 0.25)).collect();
        assert_eq!(device.worked(Time(45)), Span(45));
        device.stretch(Time(45), 0.25);
        assert_eq!(sound, [Time(25), Time(50), Time(60)]);
        assert_eq!(device.enter(Time(46), Span(10)), (Time(60), Time(70)));
        assert_eq!(device.worked(Time(61)), Span(16));
        device.drop_all(Time(62));
        assert_eq!(device.worked(Time(62)), Span(1));
        assert_eq!(device.enter(Time(62), Span(10)), (Time(62), Time(72)));
    }
}
