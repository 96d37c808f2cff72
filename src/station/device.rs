//! A server that takes one piece of work after another and knows on arrival how long each will take:
//! a disk with a rate of operations, the command thread of a cache.
//!
//! Because the order is first come first served and the service time is known, the end is known on
//! arrival (Lindley's recursion): no event is needed inside the station.

use crate::units::{Span, Time};

/// A first-come-first-served server.
#[derive(Clone, Copy, Debug, Default)]
pub struct Device {
    free_at: Time,
}

impl Device {
    /// When all work is done that has come.
    pub fn free_at(&self) -> Time {
        self.free_at
    }

    /// Work of length `service` arrives; it begins when all before it is done. Returns (start, end).
    pub fn enter(&mut self, now: Time, service: Span) -> (Time, Time) {
        let start = self.free_at.max(now);
        self.free_at = start + service;
        debug_assert!(start >= now && self.free_at >= start, "work begins after it came");
        (start, self.free_at)
    }
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
    }
}
