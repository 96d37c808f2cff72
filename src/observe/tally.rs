//! Tally: reduces records to counts, quantiles and time-weighted means by bin.

use super::answers::Answers;
use super::histogram::Histogram;
use super::waits::{WaitTimes, Waits};
use super::{Credited, Failure, Observer, Phase, Record, Spent, Station};
use crate::units::{Span, Time};

/// Facts about the model and the window that a tally needs.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Number of stations.
    pub stations: usize,
    /// For each topic, whether its records count as events.
    pub counted: Vec<bool>,
    /// Stations whose number waiting is the lag of a listener.
    pub lags: Vec<usize>,
    /// Start of observation; everything before is warm-up.
    pub from: Time,
    /// Length of observation; zero for as long as there are marks. Requests that arrived in that
    /// time are followed beyond it.
    pub measure: Span,
    /// Patience of users; a request older than that and unfinished at the end of the run has
    /// failed.
    pub patience: Option<Span>,
    /// Whether each bin keeps the outcomes of the requests that arrived in it, so that bins can
    /// serve as batches.
    pub keep_times: bool,
    /// Length of the slices used for warm-up detection; zero for none.
    pub slice: Span,
}

/// Time series of a run, in short slices from the start of observation: one value per slice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slices {
    /// Users' requests in progress, averaged over time.
    pub in_flight: Vec<f64>,
    /// Users' requests answered.
    pub answered: Vec<f64>,
    /// Records waiting for a listener whose lag counts, averaged over time.
    pub lag: Vec<f64>,
    /// Flows completed.
    pub completed: Vec<f64>,
}

/// The current slice. Requests in progress are counted from time zero, through the warm-up; areas
/// are computed as those of a [`Level`].
#[derive(Clone, Copy, Debug, Default)]
struct Slice {
    /// Start of the slice; before observation begins, the start of observation.
    begin: Time,
    end: Time,
    in_flight: i64,
    in_flight_moment: f64,
    lag: i64,
    lag_moment: f64,
    answered: u32,
    completed: u32,
}

/// Level of a station in the current bin.
///
/// The area under a level that changes by d at t is, at the end, the level times the length minus
/// the sum of d·t: one multiplication per change, without the time of the previous change.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    busy: f64,
    /// Sum of change × time since the bin began \[ns\].
    busy_moment: f64,
    /// Total service time of the arrivals at a first-come-first-served device \[ns\].
    asked: f64,
    left: u64,
    /// Whether the number waiting is the lag of a listener.
    lag: bool,
    waiting: i64,
    waiting_moment: f64,
    waiting_least: i64,
    waiting_most: i64,
    waited_least: Option<Span>,
}

impl Level {
    /// Closes the bin of this length \[ns\] and starts the next.
    fn close(&mut self, length: f64) -> StationBin {
        // Sums of fractions of cores may miss zero by rounding.
        let mean = |level: f64, moment: f64| ((level * length - moment) / length).max(0.0);
        let seen = StationBin {
            busy: mean(self.busy, self.busy_moment),
            waiting: mean(self.waiting as f64, self.waiting_moment),
            waiting_least: self.waiting_least,
            waiting_most: self.waiting_most,
            left: self.left,
            asked: self.asked / length,
            waited_least: self.waited_least.unwrap_or_default(),
        };
        *self = Level {
            busy: self.busy,
            waiting: self.waiting,
            waiting_least: self.waiting,
            waiting_most: self.waiting,
            lag: self.lag,
            ..Level::default()
        };
        seen
    }
}

/// Statistics of one station over one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StationBin {
    /// Capacity in use, averaged over time, in the station's unit.
    pub busy: f64,
    /// Number waiting, averaged over time.
    pub waiting: f64,
    /// Minimum number waiting at any instant.
    pub waiting_least: i64,
    /// Maximum number waiting at any instant.
    pub waiting_most: i64,
    /// Departures from its queue, or jobs that passed through it.
    pub left: u64,
    /// Offered load of a first-come-first-served device, averaged over time: exceeds its capacity
    /// under overload; zero for other stations.
    pub asked: f64,
    /// Minimum waiting time at a first-come-first-served device; zero for other stations.
    pub waited_least: Span,
}

impl StationBin {
    /// Maximum number waiting at any instant, for a bin run in a time shorter by the factor
    /// `compress` at the same rates: the part that was present throughout is a backlog and grows
    /// with time; the rest is not scaled.
    pub fn backlog(&self, compress: f64) -> i64 {
        self.waiting_most + ((compress - 1.0) * self.waiting_least as f64).round() as i64
    }
}

/// Statistics of one bin.
#[derive(Clone, Debug, Default)]
pub struct Bin {
    /// Start of the bin.
    pub start: Time,
    /// Length of the bin.
    pub length: Span,
    /// Requests offered by users.
    pub offered: u64,
    /// Requests answered in time, by the time of the answer.
    pub answered: u64,
    /// Requests that failed, by the time of the failure, for each [`Failure`].
    pub failed: [u64; Failure::ALL.len()],
    /// Outcomes of the requests that arrived in the bin, whenever they ended; empty unless
    /// requested by the layout.
    pub answers: Answers,
    /// Sum over answered requests of the time in each phase \[ns\].
    pub spent: [u128; Phase::ALL.len()],
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
    /// Ready pods in excess of the initial number, averaged over time, by service; truncated after
    /// the last service with changes.
    pub pods: Vec<f64>,
    /// Nodes in excess of the initial number, averaged over time, by group; truncated after the
    /// last group with changes.
    pub nodes: Vec<f64>,
    /// CPU time used by nodes beyond the earned credits, cumulative over the run to the end of the
    /// bin, by group; truncated after the last group with any.
    pub owed: Vec<Span>,
    /// Times of the first and the last answer within the bin; `None` where nothing was answered.
    pub first_and_last: Option<(Time, Time)>,
    /// Credit balance at the end of the bin of the nodes of each group together \[vCPU minutes\],
    /// `None` for a group without credits; truncated after the last group with any.
    pub node_credits: Vec<Option<f64>>,
    /// Credit balance at the end of the bin of each database's volume \[operations\], `None` for a
    /// volume without credits; truncated after the last database with any.
    pub volume_credits: Vec<Option<f64>>,
    /// Maximum lag of any listener at any instant.
    pub max_lag: i64,
    /// States of the timeline that were completely in place from the given time on.
    pub settled: Vec<(u32, Time)>,
}

impl Bin {
    /// 99th percentile of good answers to requests that arrived in the bin \[ms\]; NaN without any,
    /// or where the layout does not request outcomes.
    pub fn p99_ms(&self) -> f64 {
        self.quantile_ms(0.99)
    }

    /// The `p` quantile of response times \[ms\].
    pub fn quantile_ms(&self, p: f64) -> f64 {
        self.answers.quantiles([p], false)[0].map_or(f64::NAN, |found| found.least * 1e3)
    }

    /// Returns the number of failed requests, for any reason.
    pub fn failures(&self) -> u64 {
        self.failed.iter().sum()
    }
}

/// Statistics of one replication.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    layout: Layout,
    levels: Vec<Level>,
    /// For each service the change in ready pods since the run began, and the sum of change × time
    /// since the bin began \[ns\].
    pods: Vec<(f64, f64)>,
    /// For each group the change in nodes since the run began, and the sum of change × time since
    /// the bin began \[ns\].
    nodes: Vec<(f64, f64)>,
    current: Bin,
    /// End of observation.
    until: Time,
    /// Response times of requests that arrived in the current bin.
    bin_times: Histogram,
    /// Number of requests that arrived in the observed time and have not ended.
    open: u64,
    /// Number of records published before the end of the observed time and not yet handled; and the
    /// number handled in it.
    open_records: u64,
    records: u64,
    /// Waits that began in the observed time, by station.
    waits: Vec<WaitTimes>,
    started: bool,
    slice: Slice,
    /// Time series of the observed time; empty unless requested by the layout.
    pub slices: Slices,
    /// Closed bins, in order, without the warm-up.
    pub bins: Vec<Bin>,
    /// Response times of the requests that arrived in the observed time and were answered in time.
    pub times: Histogram,
    /// Number of requests that arrived in the observed time and failed.
    pub failed: u64,
    /// Failed requests of the observed time by endpoint.
    failed_by: Vec<u64>,
    /// Ages of the requests that had neither been answered nor failed at the end of the run.
    pub unfinished: Histogram,
    /// Time from a user's request to the completion of its flow.
    pub flow_times: Histogram,
    /// Sum over answered requests of the time in each phase \[ns\].
    pub spent: [u128; Phase::ALL.len()],
    /// Sums by phase since they were last added to the bin, and their total: 64-bit integers are
    /// faster.
    recent: Spent,
    recent_total: u64,
    /// Requests answered in time.
    pub answered: u64,
}

/// Maximum share of the observed time's records that may be left at its end for the run to wait for
/// the rest. With more left there is a growing backlog, and waiting for its end would only show its
/// length.
const RECORDS_LEFT: f64 = 0.05;

impl Tally {
    /// Creates a tally for a model of this layout.
    pub fn new(layout: Layout) -> Tally {
        let mut levels = vec![Level::default(); layout.stations];
        for lag in &layout.lags {
            levels[*lag].lag = true;
        }
        // Without slices the first one never ends.
        let sliced = layout.slice > Span::ZERO;
        let end = if sliced { layout.from + layout.slice } else { Time::NEVER };
        let measured = layout.measure > Span::ZERO;
        Tally {
            waits: vec![WaitTimes::default(); levels.len()],
            until: if measured { layout.from + layout.measure } else { Time::NEVER },
            levels,
            started: layout.from == Time::ZERO,
            slice: Slice { begin: layout.from, end, ..Slice::default() },
            layout,
            ..Tally::default()
        }
    }

    /// Stations whose number waiting is the lag of a listener.
    pub fn lags(&self) -> &[usize] {
        &self.layout.lags
    }

    /// Waits that began in the observed time, by station.
    pub fn waits(&self) -> Vec<Waits> {
        self.waits.iter().map(WaitTimes::compact).collect()
    }

    /// Returns the failed requests that arrived in the observed time, by endpoint; truncated after
    /// the last endpoint with any.
    pub fn failed_by(&self) -> &[u64] {
        &self.failed_by
    }

    /// Outcomes of the requests that arrived in the observed time.
    pub fn answers(&self) -> Answers {
        let (good, unfinished) = (self.times.compact(), self.unfinished.compact());
        Answers { good, failed: self.failed, unfinished }
    }

    /// Whether an event `ago` before `now` lies in the observed time.
    #[inline]
    fn observed(&self, now: Time, ago: Span) -> bool {
        let began = now.0 - ago.0;
        // A mark comes after everything else at its instant: that instant belongs to the warm-up,
        // and time zero is observed only without one.
        (began > self.layout.from.0 || self.layout.from == Time::ZERO) && began <= self.until.0
    }

    /// Returns the bin in which a request that ends now arrived, unless it is the current one.
    fn bin_of(&mut self, now: Time, ago: Span) -> Option<&mut Bin> {
        let began = Time(now.0 - ago.0);
        let place = self.bins.partition_point(|bin| bin.start < began).max(1) - 1;
        self.bins.get_mut(place)
    }

    /// Whether a request that arrived `ago` before `now` did so in the current bin.
    #[inline]
    fn is_current(&self, now: Time, ago: Span) -> bool {
        now.0 - ago.0 > self.current.start.0 || self.bins.is_empty()
    }

    fn answered_in_bin(&mut self, now: Time, took: Span) {
        if self.is_current(now, took) {
            self.bin_times.record(took);
        } else if let Some(bin) = self.bin_of(now, took) {
            bin.answers.good.insert_many(took, 1);
        }
    }

    #[inline(never)]
    fn failed(&mut self, now: Time, took: Span, endpoint: u32) {
        self.open = self.open.saturating_sub(1);
        self.failed += 1;
        let place = endpoint as usize;
        if self.failed_by.len() <= place {
            self.failed_by.resize(place + 1, 0);
        }
        self.failed_by[place] += 1;
        if self.layout.keep_times {
            if self.is_current(now, took) {
                self.current.answers.failed += 1;
            } else if let Some(bin) = self.bin_of(now, took) {
                bin.answers.failed += 1;
            }
        }
    }

    /// Handles a request that is unfinished at the end of the run.
    #[inline(never)]
    fn unfinished(&mut self, now: Time, age: Span, endpoint: u32) {
        if self.layout.patience.is_some_and(|patience| age > patience) {
            return self.failed(now, age, endpoint);
        }
        self.open = self.open.saturating_sub(1);
        self.unfinished.record(age);
        if self.layout.keep_times
            && let Some(bin) = self.bin_of(now, age)
        {
            bin.answers.unfinished.insert_many(age, 1);
        }
    }

    #[expect(clippy::inline_always, reason = "in one place, on the way of every request")]
    #[inline(always)]
    fn answered(&mut self, now: Time, took: Span, spent: &Spent) {
        self.current.answered += 1;
        if self.observed(now, took) {
            self.open = self.open.wrapping_sub(1);
            self.times.record(took);
            if self.layout.keep_times {
                self.answered_in_bin(now, took);
            }
        }
        self.answered += 1;
        // The phases of a response sum to the whole.
        if self.recent_total.checked_add(took.0).is_none() {
            self.carry_over();
        }
        self.recent_total += took.0;
        for (sum, nanos) in self.recent.iter_mut().zip(spent) {
            *sum += *nanos;
        }
    }

    #[inline]
    fn level_changed(&mut self, now: Time, station: Station, busy: f64, waiting: i64) {
        if waiting == 0 {
            self.busy_changed(now, station, busy);
        } else {
            self.queue_changed(now, station, busy, waiting);
        }
    }

    #[expect(clippy::needless_bitwise_bool, reason = "a jump would guess wrongly every other time")]
    #[inline]
    fn busy_changed(&mut self, now: Time, station: Station, busy: f64) {
        let since = (now.0 - self.current.start.0).cast_signed() as f64;
        let level = &mut self.levels[station as usize];
        level.busy += busy;
        level.busy_moment += busy * since;
        // A consumer that becomes idle has passed only what it committed.
        level.left += u64::from((busy < 0.0) & !level.lag);
        self.waits[station as usize].at_once += u64::from((busy > 0.0) & !level.lag);
    }

    fn queue_changed(&mut self, now: Time, station: Station, busy: f64, waiting: i64) {
        let since = (now.0 - self.current.start.0).cast_signed() as f64;
        let level = &mut self.levels[station as usize];
        if busy <= 0.0 {
            // A job that starts service as it leaves the queue is counted by its leaving; if the
            // server was idle in between, its release has already been counted.
            level.left += waiting.min(0).unsigned_abs();
        }
        if busy != 0.0 {
            level.busy += busy;
            level.busy_moment += busy * since;
            level.left += u64::from(busy < 0.0 && waiting > 0);
        }
        level.waiting_moment += waiting as f64 * since;
        level.waiting += waiting;
        level.waiting_least = level.waiting_least.min(level.waiting);
        level.waiting_most = level.waiting_most.max(level.waiting);
        if level.lag {
            self.lag_changed(now, waiting);
        }
    }

    #[inline(never)]
    fn lag_changed(&mut self, now: Time, waiting: i64) {
        let since = self.sliced(now);
        self.slice.lag += waiting;
        self.slice.lag_moment += waiting as f64 * since;
    }

    fn carry_over(&mut self) {
        for (sum, nanos) in self.current.spent.iter_mut().zip(self.recent) {
            *sum += u128::from(nanos);
        }
        (self.recent, self.recent_total) = (Spent::default(), 0);
    }

    /// Advances the slices to `now`; returns the length of the current one so far \[ns\].
    #[inline]
    fn sliced(&mut self, now: Time) -> f64 {
        if now >= self.slice.end {
            self.close_slices(now);
        }
        now.0.saturating_sub(self.slice.begin.0).cast_signed() as f64
    }

    #[inline(never)]
    fn close_slices(&mut self, now: Time) {
        let (slice, length) = (&mut self.slice, self.layout.slice.0 as f64);
        while now >= slice.end {
            let mean = |moment: f64, level: i64| level as f64 - moment / length;
            self.slices.in_flight.push(mean(slice.in_flight_moment, slice.in_flight));
            self.slices.lag.push(mean(slice.lag_moment, slice.lag));
            self.slices.answered.push(f64::from(slice.answered));
            self.slices.completed.push(f64::from(slice.completed));
            *slice = Slice {
                begin: slice.end,
                end: slice.end + self.layout.slice,
                in_flight: slice.in_flight,
                lag: slice.lag,
                ..Slice::default()
            };
        }
    }

    /// Handles the arrival or the end of a user's request.
    #[inline]
    fn flow(&mut self, now: Time, change: i64) {
        if self.layout.slice == Span::ZERO {
            return; // No slices were requested.
        }
        let since = self.sliced(now);
        self.slice.in_flight += change;
        self.slice.in_flight_moment += change as f64 * since;
    }
}

/// Records a change in the number of something, at time `since` after the bin began.
fn changed(levels: &mut Vec<(f64, f64)>, since: Span, of: u32, change: i32) {
    levels.resize(levels.len().max(of as usize + 1), (0.0, 0.0));
    let (level, moment) = &mut levels[of as usize];
    *level += f64::from(change);
    *moment += f64::from(change) * since.0 as f64;
}

impl Tally {
    /// A job of a first-come-first-served device is known from start to end on arrival.
    #[expect(clippy::inline_always, reason = "where a record is made, its kind is known")]
    #[inline(always)]
    fn passed(&mut self, station: Station, waited: Span, served: Span) {
        let level = &mut self.levels[station as usize];
        level.asked += served.0 as f64;
        level.waiting_moment -= waited.0 as f64;
        level.left += 1;
        level.waited_least = Some(level.waited_least.map_or(waited, |least| least.min(waited)));
    }

    #[expect(clippy::inline_always, reason = "where a record is made, its kind is known")]
    #[inline(always)]
    fn consumed(&mut self, now: Time, age: Span, skipped: bool) {
        self.current.skipped += u64::from(skipped);
        if now <= self.until {
            self.records += u64::from(self.started);
        } else if now.0 - age.0 <= self.until.0 {
            self.open_records = self.open_records.saturating_sub(1);
        }
    }

    fn credits_left(&mut self, of: Credited, left: f64) {
        let (credits, number) = match of {
            Credited::Nodes(group) => (&mut self.current.node_credits, group as usize),
            Credited::Volume(database) => (&mut self.current.volume_credits, database as usize),
        };
        credits.resize(credits.len().max(number + 1), None);
        credits[number] = Some(left);
    }
}

impl Observer for Tally {
    #[expect(clippy::inline_always, reason = "where a record is made, its kind is known")]
    #[inline(always)]
    fn record(&mut self, now: Time, record: Record<'_>) {
        match record {
            Record::Level { station, busy, waiting } => {
                self.level_changed(now, station, busy, waiting);
            }
            Record::Passed { station, waited, served } => self.passed(station, waited, served),
            Record::Used { station, used } => {
                let level = &mut self.levels[station as usize];
                level.busy_moment -= used.0 as f64;
                level.left += 1;
            }
            Record::Offered { .. } => {
                self.flow(now, 1);
                self.current.offered += 1;
                self.open = self.open.wrapping_add(u64::from(self.observed(now, Span::ZERO)));
            }
            Record::Answered { took, spent, .. } => {
                self.flow(now, -1);
                self.slice.answered += u32::from(now > self.layout.from);
                let first = self.current.first_and_last.map_or(now, |(first, _)| first);
                self.current.first_and_last = Some((first, now));
                self.answered(now, took, spent);
            }
            Record::Failed { endpoint, why, took } => {
                self.flow(now, -1);
                self.current.failed[why as usize] += 1;
                if self.observed(now, took) {
                    self.failed(now, took, endpoint);
                }
            }
            Record::Unfinished { age, endpoint } => {
                if self.observed(now, age) {
                    self.unfinished(now, age, endpoint);
                }
            }
            Record::Waited { station, took, open } => {
                if self.observed(now, took) {
                    self.waits[station as usize].record(took, open);
                }
            }
            Record::Published { topic } => {
                self.current.events += u64::from(self.layout.counted[topic as usize]);
            }
            Record::Consumed { age, skipped, .. } => self.consumed(now, age, skipped),
            Record::Completed { took } => {
                self.sliced(now);
                self.slice.completed += u32::from(now > self.layout.from);
                self.current.completed += 1;
                self.flow_times.record(took);
            }
            Record::Pods { service, change } => {
                changed(&mut self.pods, now - self.current.start, service, change);
            }
            Record::Nodes { group, change } => {
                changed(&mut self.nodes, now - self.current.start, group, change);
            }
            Record::Owed { group, used } => {
                let owed = &mut self.current.owed;
                owed.resize(owed.len().max(group as usize + 1), Span::ZERO);
                owed[group as usize] = used;
            }
            Record::Credits { of, left } => self.credits_left(of, left),
            Record::Settled { state } => self.current.settled.push((state, now)),
            // Its work is reported when it is done.
            Record::Retimed { .. } => {}
            Record::ConnectionRefused { .. } => self.current.connections_refused += 1,
        }
    }

    #[inline]
    fn level(&mut self, now: Time, station: Station, busy: f64, waiting: i64) {
        self.level_changed(now, station, busy, waiting);
    }

    #[inline]
    fn busy(&mut self, now: Time, station: Station, change: f64) {
        self.busy_changed(now, station, change);
    }

    fn mark(&mut self, now: Time) {
        self.sliced(now);
        let start = self.current.start;
        let length = (now - start).0.max(1) as f64;
        let stations: Vec<StationBin> =
            self.levels.iter_mut().map(|level| level.close(length)).collect();
        let mean = |(level, moment): &mut (f64, f64)| {
            let mean = *level - *moment / length;
            *moment = 0.0;
            mean
        };
        let pods: Vec<f64> = self.pods.iter_mut().map(mean).collect();
        let nodes: Vec<f64> = self.nodes.iter_mut().map(mean).collect();
        self.carry_over();
        let mut bin = std::mem::take(&mut self.current);
        self.current.start = now;
        if self.started {
            bin.length = now - start;
            if self.layout.keep_times {
                // Requests that arrived in the bin and are answered later are added then.
                bin.answers.good = self.bin_times.compact();
            }
            for (sum, nanos) in self.spent.iter_mut().zip(bin.spent) {
                *sum += nanos;
            }
            bin.max_lag =
                self.layout.lags.iter().map(|lag| stations[*lag].waiting_most).max().unwrap_or(0);
            bin.stations = stations;
            (bin.pods, bin.nodes) = (pods, nodes);
            self.bins.push(bin);
        } else {
            self.started = now >= self.layout.from;
            self.flow_times.clear();
            self.answered = 0;
            for waits in &mut self.waits {
                waits.clear();
            }
        }
        self.bin_times.clear();
        if now >= self.until {
            self.close();
        }
    }

    fn awaits(&self) -> bool {
        let few = self.open_records as f64 <= RECORDS_LEFT * self.records as f64;
        self.open > 0 || (self.open_records > 0 && few)
    }
}

impl Tally {
    /// Ends the observed time: from now on only requests that began in it are followed.
    fn close(&mut self) {
        self.slice.end = Time::NEVER;
        let left = |station: &usize| self.levels[*station].waiting.max(0).unsigned_abs();
        self.open_records = self.layout.lags.iter().map(left).sum();
    }
}

impl Failure {
    /// All failures, in the order of their discriminants.
    pub const ALL: [Failure; 9] = [
        Failure::Refused,
        Failure::ConnectionTimeout,
        Failure::CallTimeout,
        Failure::CallFailed,
        Failure::TooLate,
        Failure::Lost,
        Failure::Overflow,
        Failure::RateLimited,
        Failure::MeshTimeout,
    ];
}

#[cfg(test)]
mod tests;
