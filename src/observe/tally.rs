//! Records made into numbers: counts, quantiles and time-weighted means, bin by bin.

use super::histogram::Histogram;
use super::{Failure, Observer, Phase, Record, Spent};
use crate::units::{Span, Time};

/// What a tally must know of the model.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Number of stations.
    pub stations: usize,
    /// For each topic whether its records count as events.
    pub counted: Vec<bool>,
    /// Stations whose number waiting is the lag of a listener.
    pub lags: Vec<usize>,
    /// When observation begins; everything before is warm-up.
    pub from: Time,
}

#[derive(Clone, Copy, Debug, Default)]
struct Level {
    busy: f64,
    waiting: i64,
    since: Time,
    busy_time: f64,
    waiting_time: f64,
    waiting_least: i64,
    waiting_most: i64,
    left: u64,
    waited_least: Option<Span>,
}

impl Level {
    fn advance(&mut self, now: Time) {
        let passed = (now - self.since).0 as f64;
        self.busy_time += self.busy * passed;
        self.waiting_time += self.waiting as f64 * passed;
        self.since = now;
    }

    /// What the level was over the bin that ends `now`; begins the next bin.
    fn close(&mut self, now: Time, length: f64) -> StationBin {
        self.advance(now);
        let seen = StationBin {
            busy: self.busy_time / length,
            waiting: self.waiting_time / length,
            waiting_least: self.waiting_least,
            waiting_most: self.waiting_most,
            left: self.left,
            waited_least: self.waited_least.unwrap_or_default(),
        };
        *self = Level {
            busy: self.busy,
            waiting: self.waiting,
            since: now,
            waiting_least: self.waiting,
            waiting_most: self.waiting,
            ..Level::default()
        };
        seen
    }
}

/// One station over one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StationBin {
    /// Capacity in use, mean over time, in the station's unit.
    pub busy: f64,
    /// Number waiting, mean over time.
    pub waiting: f64,
    /// Fewest waiting at any instant.
    pub waiting_least: i64,
    /// Most waiting at any instant.
    pub waiting_most: i64,
    /// How many left it, or passed through it.
    pub left: u64,
    /// Shortest wait of all that passed a first-come-first-served device; zero for other stations.
    pub waited_least: Span,
}

/// Everything about one bin.
#[derive(Clone, Debug, Default)]
pub struct Bin {
    /// Start of the bin.
    pub start: Time,
    /// Its length.
    pub length: Span,
    /// Requests offered by users.
    pub offered: u64,
    /// Requests answered in time.
    pub answered: u64,
    /// Requests that failed, by [`Failure`].
    pub failed: [u64; 5],
    /// Response times of all requests but those refused \[s\]: p50, p95, p99.
    pub quantiles: [f64; 3],
    /// Counted events published.
    pub events: u64,
    /// Flows completed.
    pub completed: u64,
    /// Connections that a database refused.
    pub connections_refused: u64,
    /// Records skipped after their last failed attempt.
    pub skipped: u64,
    /// Stations, in the model's order.
    pub stations: Vec<StationBin>,
    /// Largest lag of any listener at any instant.
    pub max_lag: i64,
}

impl Bin {
    /// Requests that failed, for whatever reason.
    pub fn failures(&self) -> u64 {
        self.failed.iter().sum()
    }
}

/// Counts of one replication.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    layout: Layout,
    levels: Vec<Level>,
    current: Bin,
    bin_times: Histogram,
    started: bool,
    /// Closed bins, in order; the warm-up is not among them.
    pub bins: Vec<Bin>,
    /// Response times of all requests but those refused: late answers and time-outs count.
    pub times: Histogram,
    /// Time from a user's request to the completion of its flow.
    pub flow_times: Histogram,
    /// Sum over answered requests of the time in each phase \[ns\].
    pub spent: [u128; Phase::ALL.len()],
    /// Requests answered in time.
    pub answered: u64,
}

impl Tally {
    /// A tally for a model of this layout.
    pub fn new(layout: Layout) -> Tally {
        Tally {
            levels: vec![Level::default(); layout.stations],
            started: layout.from == Time::ZERO,
            layout,
            ..Tally::default()
        }
    }

    /// Stations whose number waiting is the lag of a listener.
    pub fn lags(&self) -> &[usize] {
        &self.layout.lags
    }

    fn answered(&mut self, took: Span, spent: &Spent) {
        self.current.answered += 1;
        self.bin_times.record(took);
        self.answered += 1;
        for (sum, nanos) in self.spent.iter_mut().zip(spent) {
            *sum += u128::from(*nanos);
        }
    }
}

impl Observer for Tally {
    fn record(&mut self, now: Time, record: Record<'_>) {
        match record {
            Record::Level { station, busy, waiting } => {
                let level = &mut self.levels[station as usize];
                level.advance(now);
                level.busy += busy;
                if waiting != 0 {
                    level.waiting += waiting;
                    level.waiting_least = level.waiting_least.min(level.waiting);
                    level.waiting_most = level.waiting_most.max(level.waiting);
                }
                // A consumer that goes idle has passed nothing but what it committed.
                let idle = waiting == 0 && self.layout.lags.contains(&(station as usize));
                level.left += match waiting {
                    ..0 => waiting.unsigned_abs(),
                    _ => u64::from(busy < 0.0 && !idle),
                };
            }
            Record::Passed { station, waited, served } => {
                let level = &mut self.levels[station as usize];
                level.busy_time += served.0 as f64;
                level.waiting_time += waited.0 as f64;
                level.left += 1;
                level.waited_least =
                    Some(level.waited_least.map_or(waited, |least| least.min(waited)));
            }
            Record::Offered { .. } => self.current.offered += 1,
            Record::Answered { took, spent, .. } => self.answered(took, spent),
            Record::Failed { why, took, .. } => {
                self.current.failed[why as usize] += 1;
                // A refusal is instant and says nothing of how long answers take.
                if why != Failure::Refused {
                    self.bin_times.record(took);
                }
            }
            Record::Published { topic } => {
                self.current.events += u64::from(self.layout.counted[topic as usize]);
            }
            Record::Consumed { skipped, .. } => self.current.skipped += u64::from(skipped),
            Record::Completed { took } => {
                self.current.completed += 1;
                self.flow_times.record(took);
            }
            Record::ConnectionRefused { .. } => self.current.connections_refused += 1,
        }
    }

    fn mark(&mut self, now: Time) {
        let start = self.current.start;
        let length = (now - start).0.max(1) as f64;
        let stations: Vec<StationBin> =
            self.levels.iter_mut().map(|level| level.close(now, length)).collect();
        let mut bin = std::mem::take(&mut self.current);
        self.current.start = now;
        if self.started {
            bin.length = now - start;
            bin.quantiles = [0.5, 0.95, 0.99].map(|p| self.bin_times.quantile(p));
            bin.max_lag =
                self.layout.lags.iter().map(|lag| stations[*lag].waiting_most).max().unwrap_or(0);
            bin.stations = stations;
            self.times.merge(&self.bin_times);
            self.bins.push(bin);
        } else {
            self.started = now >= self.layout.from;
            self.flow_times.clear();
            self.spent = Default::default();
            self.answered = 0;
        }
        self.bin_times.clear();
    }
}

impl Failure {
    /// All failures, in the order of their numbers.
    pub const ALL: [Failure; 5] = [
        Failure::Refused,
        Failure::ConnectionTimeout,
        Failure::CallTimeout,
        Failure::CallFailed,
        Failure::TooLate,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_weighted_by_time_and_warm_up_is_dropped() {
        let mut tally = Tally::new(Layout { stations: 1, from: Time(100), ..Layout::default() });
        tally.record(Time(50), Record::Level { station: 0, busy: 1.0, waiting: 3 });
        tally.record(Time(60), Record::Offered { endpoint: 0 });
        tally.mark(Time(100));
        tally.record(Time(150), Record::Level { station: 0, busy: 1.0, waiting: -2 });
        tally.record(Time(150), Record::Offered { endpoint: 0 });
        tally.mark(Time(200));
        assert_eq!(tally.bins.len(), 1);
        let bin = &tally.bins[0];
        assert_eq!(bin.offered, 1);
        assert!((bin.stations[0].busy - 1.5).abs() < 1e-12);
        assert!((bin.stations[0].waiting - 2.0).abs() < 1e-12);
        assert_eq!((bin.stations[0].waiting_least, bin.stations[0].waiting_most), (1, 3));
    }
}
