//! Runs of single replications, reduced to the numbers that studies use.

use super::metric::Metric;
use super::result::{Target, Unanswered};
use super::setup::{Day, Window};
use super::stop;
use super::watch::Watcher;
use crate::model::spec::{Resource, Spec};
use crate::model::stations::{Station, active_threads, stations};
use crate::model::{Cost, Run, simulate_unless};
use crate::observe::Phase;
use crate::observe::answers::{Answers, Bounded};
use crate::observe::tally::{Bin, Layout, Slices, StationBin, Tally};
use crate::observe::waits::Waits;
use crate::units::{Span, Time};

/// Bins that the observed window is divided into for the drift test.
const QUARTERS: u32 = 4;
/// Percentiles of response times that a study reports.
const SHARES: [f64; 3] = [0.5, 0.95, 0.99];
/// Slices that the window is divided into to find where it settles: 80 batches of five.
pub(super) const SLICES: u32 = 400;

/// Outcome of one replication at one load.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// Load offered, on the axis of the study \[requests/s, or records/s without requests\].
    pub(crate) load: f64,
    /// Answers to the requests that arrived in the window.
    pub(crate) answers: Answers,
    /// Mean and percentiles of the response times of good answers; NaN without any, and a lower
    /// bound where some requests had not ended.
    pub(crate) mean_ms: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p95_ms: f64,
    pub(crate) p99_ms: f64,
    /// Percentiles in which requests without a good answer count as slower than any other; infinite
    /// where those decide.
    pub(crate) of_all_ms: [f64; 3],
    /// Waits by station.
    pub(crate) waits: Vec<Waits>,
    /// 99th percentile of the waits at the worst station with any arrivals; NaN without.
    pub(crate) p99_wait_ms: f64,
    pub(crate) error_rate: f64,
    /// Failed requests of the window by endpoint; truncated after the last endpoint with any.
    pub(crate) failed_by: Vec<f64>,
    /// Of the requests that arrived: the number that failed, and the number that ended.
    pub(crate) failed: f64,
    pub(crate) ended: f64,
    /// Whether the load contains requests: where it is records only, targets on requests are met
    /// vacuously.
    pub(crate) asked: bool,
    /// Whether there was any activity: requests or records arrived, or work was done.
    pub(crate) active: bool,
    pub(crate) goodput_rps: f64,
    pub(crate) events_per_s: f64,
    pub(crate) orders_per_s: f64,
    pub(crate) max_lag: f64,
    /// Indices of stations whose queue grew and never emptied.
    pub(crate) drifting: Vec<usize>,
    /// Indices of bookkeeping stations, which never set the line, whose queue grew and never
    /// emptied.
    pub(crate) aside: Vec<usize>,
    /// Share of the load retained in each station's queue; 0 for stations that kept up, and for
    /// shared processors.
    pub(crate) kept: Vec<f64>,
    /// Time-averaged capacity in use at each station over the window, in its unit.
    pub(crate) busy: Vec<f64>,
    /// Time-averaged number waiting at each station over the window.
    pub(crate) waiting: Vec<f64>,
    /// Time-averaged number of ready pods over the window in excess of the initial number, by
    /// service; truncated after the last non-zero value.
    pub(crate) pods: Vec<f64>,
    /// Breakdown of the time of an answered request: mean \[ms\] by phase.
    pub(crate) anatomy_ms: [f64; Phase::ALL.len()],
    pub(crate) connections_refused: u64,
    /// Time series over the window; empty unless requested.
    pub(crate) slices: Slices,
    pub(crate) cost: Cost,
}

/// Identification of a replication's random draws.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draws {
    /// Seed of the study.
    pub(crate) seed: u64,
    /// Number of the replication.
    pub(crate) number: u32,
}

/// Whether the load contains requests of users.
fn asks(spec: &Spec) -> bool {
    spec.load.open.is_some() || spec.load.closed.is_some()
}

/// Load of the spec as written, on the axis of the study.
pub(crate) fn base_load(spec: &Spec) -> f64 {
    // An empty sum of floats is −0; the load of nothing must be 0.
    let records = spec.load.records.iter().fold(0.0, |sum, source| sum + source.per_s);
    spec.load.open.map_or(records, |open| open.requests_per_s)
}

fn tally_for(
    spec: &Spec,
    stations: &[Station],
    from: Span,
    measure: Span,
    slice: Span,
    keep_times: bool,
) -> Tally {
    let lags = (0..stations.len())
        .filter(|station| {
            matches!(stations[*station].resource, Resource::Listener(_))
                && !aside(spec, &stations[*station])
        })
        .collect();
    Tally::new(Layout {
        stations: stations.len(),
        counted: spec.topics.iter().map(|topic| topic.counted).collect(),
        lags,
        from: Time::ZERO + from,
        measure,
        patience: spec.load.patience,
        keep_times,
        slice,
    })
}

/// Runs `spec` at `load` (0 for a closed load, which is run as specified) and observes a steady
/// window. This function and the following ones unwind out of the task when the watcher stops it.
pub(crate) fn steady(
    spec: &Spec,
    window: Window,
    load: f64,
    draws: Draws,
    watcher: &dyn Watcher,
) -> Outcome {
    let (tally, cost) = simulated(spec, window, load, draws, (QUARTERS, Span::ZERO), watcher);
    whole(spec, tally, load, cost)
}

/// Runs and observes a steady window with the time series that show whether it has settled.
pub(crate) fn watched(
    spec: &Spec,
    window: Window,
    load: f64,
    draws: Draws,
    watcher: &dyn Watcher,
) -> Outcome {
    let slice = Span(window.measure.0 / u64::from(SLICES));
    let (tally, cost) = simulated(spec, window, load, draws, (QUARTERS, slice), watcher);
    whole(spec, tally, load, cost)
}

/// Runs once with the window divided into `batches`, and returns an outcome for each. What belongs
/// to the run as a whole is stored in the first (slices, cost) or in all (whether a queue drifts).
pub(crate) fn batched(
    spec: &Spec,
    window: Window,
    load: f64,
    draws: Draws,
    batches: u32,
    watcher: &dyn Watcher,
) -> Vec<Outcome> {
    let slice = Span(window.measure.0 / u64::from(SLICES));
    let (mut tally, cost) = simulated(spec, window, load, draws, (batches, slice), watcher);
    let bins = std::mem::take(&mut tally.bins);
    let all = drifted(spec, &quarters(&bins), Outcome { load, ..Outcome::default() });
    let mut outcomes: Vec<Outcome> = bins
        .iter()
        .map(|bin| {
            let batch = outcome(std::slice::from_ref(bin), bin.answers.clone(), Vec::new(), load);
            Outcome {
                asked: asks(spec),
                drifting: all.drifting.clone(),
                aside: all.aside.clone(),
                kept: all.kept.clone(),
                ..batch
            }
        })
        .collect();
    if let Some(first) = outcomes.first_mut() {
        (first.slices, first.cost) = (tally.slices, cost);
    }
    outcomes
}

fn simulated(
    spec: &Spec,
    window: Window,
    load: f64,
    draws: Draws,
    (bins, slice): (u32, Span),
    watcher: &dyn Watcher,
) -> (Tally, Cost) {
    let base = base_load(spec);
    let run = Run {
        seed: draws.seed,
        replication: u64::from(draws.number),
        scale: if base > 0.0 && load > 0.0 { load / base } else { 1.0 },
        follow_curve: false,
        warm_up: window.warm_up,
        bin: Span(window.measure.0 / u64::from(bins)),
        bins,
        follow: window.follow,
    };
    let measure = Span(run.bin.0 * u64::from(bins));
    let stations = stations(spec);
    let keep_times = bins != QUARTERS;
    let mut tally = tally_for(spec, &stations, window.warm_up, measure, slice, keep_times);
    let cost = simulate_unless(spec, &run, &mut tally, &|| watcher.stopped());
    (tally, cost.unwrap_or_else(|| stop::leave()))
}

/// Outcome of a window as a whole.
fn whole(spec: &Spec, mut tally: Tally, load: f64, cost: Cost) -> Outcome {
    let slices = std::mem::take(&mut tally.slices);
    let seen = outcome(&tally.bins, tally.answers(), tally.waits(), load);
    let failed_by = tally.failed_by().iter().map(|count| *count as f64).collect();
    drifted(spec, &tally.bins, Outcome { slices, cost, asked: asks(spec), failed_by, ..seen })
}

/// Adds the results of the drift test on the quarters of a window to its outcome.
fn drifted(spec: &Spec, quarters: &[Bin], mut outcome: Outcome) -> Outcome {
    let stations = stations(spec);
    for station in drifting(quarters) {
        if aside(spec, &stations[station]) {
            outcome.aside.push(station);
            continue;
        }
        outcome.drifting.push(station);
    }
    outcome.kept = stations
        .iter()
        .enumerate()
        .map(|(number, station)| {
            let drifts = outcome.drifting.contains(&number);
            let levels: Vec<StationBin> = quarters.iter().map(|bin| bin.stations[number]).collect();
            stayed(spec, station, &levels, drifts)
        })
        .collect();
    outcome
}

/// Share of the load retained in the queue of a station that was never empty in the second half of
/// the window; 0 for a station that kept up, and for processors: under processor sharing small jobs
/// overtake, so that the number of jobs says little about the amount of work.
fn stayed(spec: &Spec, station: &Station, levels: &[StationBin], drifts: bool) -> f64 {
    // Records in service count as lag.
    let in_work = match station.resource {
        Resource::Cpu(_) | Resource::DatabaseCpu(_) | Resource::Node(_) => return 0.0,
        Resource::Listener(listener) => i64::from(active_threads(spec, listener)),
        Resource::Threads(_)
        | Resource::Pool(..)
        | Resource::DatabaseIo(_)
        | Resource::DatabaseConnections(_)
        | Resource::Cache(_)
        | Resource::Lock(_)
        | Resource::Proxy(..) => 0,
    };
    let [.., third, last] = levels else { return 0.0 };
    let behind = is_never_empty(third, in_work) && is_never_empty(last, in_work);
    if !drifts && !behind {
        return 0.0;
    }
    let share = kept(levels, in_work) / queueing_share(spec, station);
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
}

/// Merges many bins into quarters, with the fields that [`drifting`] needs.
fn quarters(bins: &[Bin]) -> Vec<Bin> {
    let parts = QUARTERS as usize;
    (0..parts)
        .map(|part| &bins[part * bins.len() / parts..(part + 1) * bins.len() / parts])
        .map(|bins| {
            let mut whole = bins.first().cloned().unwrap_or_default();
            for (number, next) in bins.iter().enumerate().skip(1) {
                whole.length = whole.length + next.length;
                for (sum, more) in whole.stations.iter_mut().zip(&next.stations) {
                    sum.busy += (more.busy - sum.busy) / (number + 1) as f64;
                    sum.asked += (more.asked - sum.asked) / (number + 1) as f64;
                    sum.waiting += (more.waiting - sum.waiting) / (number + 1) as f64;
                    sum.waiting_least = sum.waiting_least.min(more.waiting_least);
                    sum.waited_least = sum.waited_least.min(more.waited_least);
                    sum.left += more.left;
                }
            }
            whole
        })
        .collect()
}

/// Share of the arrivals at a saturated station that reach its saturated part: of a listener whose
/// threads have unequal numbers of partitions, only the threads with the most saturate first.
fn queueing_share(spec: &Spec, station: &Station) -> f64 {
    let Resource::Listener(listener) = station.resource else { return 1.0 };
    let (partitions, threads) = (spec.partitions(listener), active_threads(spec, listener));
    match partitions % threads {
        0 => 1.0,
        fullest => f64::from(fullest * partitions.div_ceil(threads)) / f64::from(partitions),
    }
}

/// Whether a station serves bookkeeping only: a listener of a topic whose records do not count as
/// events. No user waits for it; it is reported when it falls behind, but never sets the line.
pub(super) fn aside(spec: &Spec, station: &Station) -> bool {
    let Resource::Listener(listener) = station.resource else { return false };
    let topic = spec.listeners[listener as usize].topic;
    !spec.topics[topic as usize].counted
}

/// Runs a day of `spec` and returns its bins; the largest lag of each is scaled up for compression.
pub(crate) fn day(
    spec: &Spec,
    asked: &Day,
    draws: Draws,
    watcher: &dyn Watcher,
) -> (Vec<Bin>, Cost) {
    let shrink = |span: Span| Span((span.0 as f64 / asked.compress).round().max(1.0) as u64);
    let mut spec = spec.clone();
    spec.load.curve.slice = shrink(spec.load.curve.slice);
    for index in &mut spec.indexes {
        (index.ttl, index.sweep) = (shrink(index.ttl), shrink(index.sweep));
        index.copies = asked.compress;
    }
    let bin = shrink(asked.bin);
    let run = Run {
        seed: draws.seed,
        replication: u64::from(draws.number),
        scale: 1.0,
        follow_curve: true,
        warm_up: Span::ZERO,
        bin,
        bins: day_bins(asked),
        follow: Span::ZERO,
    };
    let stations = stations(&spec);
    let mut tally = tally_for(&spec, &stations, Span::ZERO, Span::ZERO, Span::ZERO, true);
    let listeners = tally.lags().to_vec();
    let cost = simulate_unless(&spec, &run, &mut tally, &|| watcher.stopped());
    let cost = cost.unwrap_or_else(|| stop::leave());
    let mut bins = tally.bins;
    for bin in &mut bins {
        let lag = |station: &usize| bin.stations[*station].backlog(asked.compress);
        bin.max_lag = listeners.iter().map(lag).max().unwrap_or(0);
    }
    (bins, cost)
}

/// Returns the number of bins of a day.
pub(crate) fn day_bins(asked: &Day) -> u32 {
    asked.horizon.0.div_ceil(asked.bin.0.max(1)) as u32
}

fn outcome(bins: &[Bin], answers: Answers, waits: Vec<Waits>, load: f64) -> Outcome {
    let seconds: f64 = bins.iter().map(|bin| bin.length.secs()).sum();
    let sum = |pick: &dyn Fn(&Bin) -> u64| -> f64 { bins.iter().map(pick).sum::<u64>() as f64 };
    let answered = sum(&|bin| bin.answered);
    let over_stations = |pick: &dyn Fn(&Bin, usize) -> f64| -> Vec<f64> {
        let count = bins.first().map_or(0, |bin| bin.stations.len());
        (0..count)
            .map(|station| {
                bins.iter().map(|bin| pick(bin, station) * bin.length.secs()).sum::<f64>() / seconds
            })
            .collect()
    };
    let mut spent = [0_u128; Phase::ALL.len()];
    for bin in bins {
        for (sum, nanos) in spent.iter_mut().zip(bin.spent) {
            *sum += nanos;
        }
    }
    let services = bins.iter().map(|bin| bin.pods.len()).max().unwrap_or(0);
    let pods = |service: usize| -> f64 {
        let more = |bin: &Bin| bin.pods.get(service).copied().unwrap_or_default();
        bins.iter().map(|bin| more(bin) * bin.length.secs()).sum::<f64>() / seconds
    };
    let millis = |value: Option<Bounded>| value.map_or(f64::NAN, |value| value.least * 1e3);
    let [p50_ms, p95_ms, p99_ms] = answers.quantiles(SHARES, false).map(millis);
    let worst_wait = waits.iter().filter_map(|waits| waits.times.quantile(0.99));
    let events = sum(&|bin| bin.events);
    let busy = over_stations(&|bin, station| bin.stations[station].busy);
    let failed = answers.failed as f64;
    let ended = failed + answers.good.count() as f64;
    Outcome {
        load,
        mean_ms: millis(answers.mean()),
        p50_ms,
        p95_ms,
        p99_ms,
        of_all_ms: answers.quantiles(SHARES, true).map(millis),
        p99_wait_ms: worst_wait.fold(f64::NAN, f64::max) * 1e3,
        error_rate: if failed > 0.0 { failed / ended } else { 0.0 },
        failed,
        ended,
        active: answers.arrived() > 0 || events > 0.0 || busy.iter().any(|busy| *busy > 0.0),
        goodput_rps: answered / seconds,
        events_per_s: events / seconds,
        orders_per_s: sum(&|bin| bin.completed) / seconds,
        max_lag: bins.iter().map(|bin| bin.max_lag).max().unwrap_or(0) as f64,
        busy,
        waiting: over_stations(&|bin, station| bin.stations[station].waiting),
        pods: (0..services).map(pods).collect(),
        anatomy_ms: spent.map(|nanos| nanos as f64 / 1e6 / answered.max(1.0)),
        connections_refused: bins.iter().map(|bin| bin.connections_refused).sum(),
        answers,
        waits,
        ..Outcome::default()
    }
}

/// Drift test: returns the stations whose queue was never empty in the second half of the window
/// and grew from the second quarter to the last by more than 1 % of the throughput plus three
/// standard deviations of a Poisson count of that size, which a stable queue does not reach by
/// chance.
fn drifting(quarters: &[Bin]) -> Vec<usize> {
    let [_, second, third, last] = quarters else { return Vec::new() };
    (0..last.stations.len())
        .filter(|&station| {
            let at = |bin: &Bin| bin.stations[station];
            let never_empty = [third, last].iter().all(|bin| is_never_empty(&at(bin), 0));
            let grown = at(last).waiting - at(second).waiting;
            let passed = (at(third).left + at(last).left) as f64;
            never_empty && grown > 0.01 * passed + 3.0 * passed.sqrt()
        })
        .collect()
}

fn is_never_empty(bin: &StationBin, in_work: i64) -> bool {
    bin.waiting_least > in_work || bin.waited_least > Span::ZERO
}

/// Share of the arrivals that a station's queue retained, over the quarters at the end of the
/// window in which more than `in_work` were present at any instant: such a station runs at its
/// capacity, whatever the load.
fn kept(quarters: &[StationBin], in_work: i64) -> f64 {
    let [.., last] = quarters else { return 0.0 };
    if last.waited_least > Span::ZERO {
        let asked = quarters.iter().map(|bin| bin.asked).sum::<f64>() / quarters.len() as f64;
        return (1.0 - 1.0 / asked).max(0.0);
    }
    let empty = quarters.iter().rposition(|bin| !is_never_empty(bin, in_work));
    let before = empty.map_or(0, |empty| empty + 1);
    let first = before.min(quarters.len().saturating_sub(3));
    // From the middle of the first quarter to the middle of the last.
    let span = &quarters[first..];
    let ends = (span[0].left + last.left) as f64 / 2.0;
    let passed = ends + span[1..span.len() - 1].iter().map(|bin| bin.left as f64).sum::<f64>();
    let grown = last.waiting - span[0].waiting;
    grown / (passed + grown)
}

/// Whether a target concerns requests of users.
pub(super) fn of_requests(target: &Target) -> bool {
    match target.metric {
        Metric::MeanMs | Metric::P50Ms | Metric::P95Ms | Metric::P99Ms | Metric::ErrorRate => true,
        Metric::P99WaitMs | Metric::MaxLag | Metric::Drift | Metric::EventsPerS => false,
    }
}

impl Outcome {
    /// Value of a target's metric: NaN where nothing was observed, infinite where requests without
    /// a good answer decide it, a lower bound where some had not ended.
    pub(crate) fn metric(&self, target: &Target) -> f64 {
        if !self.asked && of_requests(target) {
            return 0.0;
        }
        let slow = target.unanswered == Unanswered::Slow;
        let response = |of_all: usize, good: f64| if slow { self.of_all_ms[of_all] } else { good };
        match target.metric {
            Metric::MeanMs if slow && self.failed > 0.0 => f64::INFINITY,
            Metric::MeanMs => self.mean_ms,
            Metric::P50Ms => response(0, self.p50_ms),
            Metric::P95Ms => response(1, self.p95_ms),
            Metric::P99Ms => response(2, self.p99_ms),
            Metric::P99WaitMs => self.p99_wait_ms,
            Metric::ErrorRate => self.error_rate,
            Metric::MaxLag => self.max_lag,
            Metric::Drift => self.drifting.len() as f64,
            // Required only over a day.
            Metric::EventsPerS => 0.0,
        }
    }

    /// Error rate; NaN where no request arrived.
    pub(crate) fn own_error_rate(&self) -> f64 {
        if self.answers.arrived() > 0 { self.error_rate } else { f64::NAN }
    }

    /// Whether it can be judged against every target: there was activity, and each target on
    /// responses saw one.
    pub(crate) fn decides(&self, targets: &[Target]) -> bool {
        self.active && targets.iter().all(|target| !self.metric(target).is_nan())
    }

    /// Returns the first target that is missed; `drift` if all are met but a queue drifts.
    pub(crate) fn missed(&self, targets: &[Target]) -> Option<Metric> {
        let missed = targets.iter().find(|target| self.metric(target) > target.limit);
        match missed {
            Some(target) => Some(target.metric),
            None if self.drifting.is_empty() => None,
            None => Some(Metric::Drift),
        }
    }
}
