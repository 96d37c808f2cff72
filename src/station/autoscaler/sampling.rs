//! Recent resource usage of a pod, as reported by the metrics server.
//!
//! Every 15 s it reads from each node the cumulative CPU time of every container and its current
//! memory usage. CPU usage is the difference of the last two readings divided by the time in
//! between, so it is an average over 15 s and up to 15 s old; a container has none before two
//! readings lie within its life. Between 10 s and 15 s after its start the start itself counts as
//! the earlier reading. (kubernetes-sigs/metrics-server, `pkg/storage/pod.go`, `types.go`;
//! resolution from `manifests/base/deployment.yaml`.)
//!
//! A reading is assumed to be as old as the scrape that fetched it. The kubelet itself measures
//! only every 10 s to 15 s; that delay is not modelled.

use crate::units::{Span, Time};

/// Scrape interval (`--metric-resolution`).
pub const RESOLUTION: Span = Span::from_millis(15_000);
/// Container age from which a single reading suffices (`freshContainerMinMetricsResolution`).
pub const FRESH: Span = Span::from_millis(10_000);

/// Usage of a pod over a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// CPU usage, averaged over the window, rounded up \[millicores\].
    pub millicores: u64,
    /// Memory usage at the end of the window \[bytes\].
    pub memory: u64,
    /// End of the window.
    pub at: Time,
    /// Length of the window, above zero.
    pub window: Span,
}

/// The last two readings of one pod.
#[derive(Clone, Copy, Debug)]
pub struct Readings {
    started: Time,
    /// Time of the reading, and cumulative CPU time.
    last: Option<(Time, Span)>,
    memory: u64,
    previous: Option<(Time, Span)>,
}

impl Readings {
    /// Creates the readings of a pod whose containers start now.
    pub fn new(now: Time) -> Readings {
        Readings { started: now, last: None, memory: 0, previous: None }
    }

    /// Records a scrape: `used` is the cumulative CPU time and `memory` the bytes in use.
    pub fn scrape(&mut self, now: Time, used: Span, memory: u64) {
        debug_assert!(self.last.is_none_or(|(at, _)| at < now), "two scrapes at once");
        let age = now - self.started;
        self.previous = if FRESH <= age && age < RESOLUTION {
            Some((self.started, Span::ZERO))
        } else {
            // A reading from before a restart does not count.
            self.last.filter(|(at, _)| self.started < *at)
        };
        debug_assert!(self.previous.is_none_or(|(_, before)| before <= used), "time given back");
        self.last = Some((now, used));
        self.memory = memory;
    }

    /// Returns the latest sample of the pod; `None` before there is one.
    pub fn sample(&self) -> Option<Sample> {
        let ((at, used), (since, before)) = (self.last?, self.previous?);
        let window = at - since;
        // Integer nanocores, rounded down as the metrics server does; then millicores, rounded up
        // as Kubernetes rounds every quantity.
        let nanocores =
            u128::from(used.0.saturating_sub(before.0)) * 1_000_000_000 / u128::from(window.0);
        let millicores = u64::try_from(nanocores.div_ceil(1_000_000)).unwrap_or(u64::MAX);
        Some(Sample { millicores, memory: self.memory, at, window })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Time(seconds * 1_000_000_000)
    }

    fn read(readings: &mut Readings, seconds: u64, used_millis: u64) -> Option<(u64, u64)> {
        readings.scrape(at(seconds), Span::from_millis(used_millis), 0);
        readings.sample().map(|sample| (sample.millicores, sample.window.0 / 1_000_000_000))
    }

    #[test]
    fn use_is_the_mean_between_the_last_two_scrapes() {
        let mut readings = Readings::new(at(8));
        assert_eq!(readings.sample(), None);
        // 7 s old: one reading does not suffice.
        assert_eq!(read(&mut readings, 15, 7_000), None);
        // 3 s of CPU time in 15 s.
        assert_eq!(read(&mut readings, 30, 10_000), Some((200, 15)));
        // 1 s in 15 s is 66.67 millicores.
        assert_eq!(read(&mut readings, 45, 11_000), Some((67, 15)));
        assert_eq!(read(&mut readings, 60, 11_000), Some((0, 15)));
    }

    #[test]
    fn between_ten_and_fifteen_seconds_the_start_is_a_reading() {
        // 12 s old with 6 s used: half a core over 12 s.
        assert_eq!(read(&mut Readings::new(at(3)), 15, 6_000), Some((500, 12)));
        assert_eq!(read(&mut Readings::new(at(5)), 15, 5_000), Some((500, 10)));
        assert_eq!(read(&mut Readings::new(at(6)), 15, 5_000), None);
        assert_eq!(read(&mut Readings::new(at(0)), 15, 5_000), None);
    }

    #[test]
    fn memory_is_that_of_the_last_scrape() {
        let mut readings = Readings::new(at(0));
        readings.scrape(at(15), Span::ZERO, 700);
        readings.scrape(at(30), Span::ZERO, 900);
        let sample = readings.sample().expect("two scrapes");
        assert_eq!((sample.memory, sample.at), (900, at(30)));
    }
}
