//! Pieces of work: each a scenario of `scenarios/bench`, loaded as `plimsoll run` loads it, and one
//! replication at its target load, tallied as `plimsoll run` tallies it.

use std::path::Path;
use std::time::Instant;

use plimsoll::model::spec::{Resource, Spec};
use plimsoll::model::stations::{Station, stations};
use plimsoll::model::{Cost, Run, simulate};
use plimsoll::observe::tally::{Layout, Tally};
use plimsoll::scenario::{Options, load, render};
use plimsoll::study::setup::{Day, Window};
use plimsoll::units::{Span, Time};

/// Bins of a steady window, and its slices: the same as in the study room.
const QUARTERS: u32 = 4;
const SLICES: u64 = 400;

/// Known answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Known {
    /// Mean response time \[s\].
    Mean(f64),
    /// Requests answered per second.
    Rate(f64),
    /// Busy threads and lag of each listener.
    Listeners { busy: f64, lag: f64 },
    /// No closed form.
    Nothing,
}

/// A scenario, ready to be simulated.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) name: &'static str,
    pub(crate) known: Known,
    pub(crate) spec: Spec,
    seed: u64,
    window: Window,
    day: Option<Day>,
}

/// Result and cost of one replication.
pub(crate) struct Seen {
    pub(crate) cost: Cost,
    pub(crate) tally: Tally,
    /// Wall time of the simulation alone \[s\].
    pub(crate) seconds: f64,
    /// CPU time of the simulation, which other processes affect less; wall time where the platform
    /// does not provide it \[s\].
    pub(crate) cpu_s: f64,
    /// Simulated time that was tallied \[s\].
    pub(crate) watched_s: f64,
    /// Peak allocated bytes, and number of allocations from start to end.
    pub(crate) peak_bytes: u64,
    pub(crate) allocations: u64,
}

/// CPU time of this thread \[s\], in steps of a few milliseconds; available on Linux.
fn processor_s() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos: f64 = told.split(' ').next()?.parse().ok()?;
    Some(nanos / 1e9)
}

/// All pieces of work, in the order of their table.
pub(crate) const WORKS: [(&str, Known); 8] = [
    // Erlang C: a wait of 0.28603 service times of a millisecond.
    ("w1", Known::Mean(1.286_03e-3)),
    ("w2", Known::Mean(13.2e-3)),
    ("w3", Known::Nothing),
    ("w3-carried", Known::Rate(120.0)),
    ("w4-5m", Known::Nothing),
    ("w4-20m", Known::Nothing),
    ("w5", Known::Listeners { busy: 1.8, lag: 4.5 }),
    ("w6", Known::Rate(50_000.0 / 50.010)),
];

impl Work {
    /// Loads `scenarios/bench/<name>.yaml`.
    ///
    /// # Errors
    /// The problems of the file.
    pub(crate) fn load(name: &'static str, known: Known) -> Result<Work, String> {
        Work::read(name, Path::new(&format!("scenarios/bench/{name}.yaml")), known)
    }

    /// Loads a scenario.
    ///
    /// # Errors
    /// The problems of the file.
    pub(crate) fn read(name: &'static str, path: &Path, known: Known) -> Result<Work, String> {
        let loaded =
            load(path, &Options::default()).map_err(|problems| render(&problems, false))?;
        let study = loaded.study;
        let spec = study.case(0, 0, 0).clone();
        Ok(Work { name, known, spec, seed: study.seed, window: study.window, day: study.day })
    }

    /// Returns the run of replication `number` over `share` of the observed window, or of the day.
    fn run(&self, share: f64, number: u64) -> Run {
        let part = |span: Span| Span((span.0 as f64 * share).round().max(1.0) as u64);
        let steady = Run {
            seed: self.seed,
            replication: number,
            scale: 1.0,
            follow_curve: false,
            warm_up: self.window.warm_up,
            bin: Span(part(self.window.measure).0 / u64::from(QUARTERS)),
            bins: QUARTERS,
            follow: Span::ZERO,
        };
        self.day.as_ref().map_or(steady, |day| Run {
            follow_curve: true,
            warm_up: Span::ZERO,
            bin: part(day.bin),
            bins: day.horizon.0.div_ceil(day.bin.0.max(1)) as u32,
            ..steady
        })
    }

    /// Creates the tally of `plimsoll run`: with slices, except for a day.
    fn tally(&self, run: &Run) -> Tally {
        let stations = stations(&self.spec);
        let watched = Span(run.bin.0 * u64::from(run.bins));
        Tally::new(Layout {
            stations: stations.len(),
            counted: self.spec.topics.iter().map(|topic| topic.counted).collect(),
            lags: self.lags(&stations),
            from: Time::ZERO + run.warm_up,
            measure: watched,
            patience: self.spec.load.patience,
            keep_times: false,
            slice: if self.day.is_some() { Span::ZERO } else { Span(watched.0 / SLICES) },
        })
    }

    fn lags(&self, stations: &[Station]) -> Vec<usize> {
        let counts = |station: &Station| match station.resource {
            Resource::Listener(listener) => {
                let topic = self.spec.listeners[listener as usize].topic;
                self.spec.topics[topic as usize].counted
            }
            _ => false,
        };
        (0..stations.len()).filter(|&station| counts(&stations[station])).collect()
    }

    /// Simulates replication `number` over `share` of the window, on this thread.
    #[expect(clippy::disallowed_methods, reason = "wall time is what is measured")]
    pub(crate) fn simulate(&self, share: f64, number: u64) -> Seen {
        let run = self.run(share, number);
        let mut seen = None;
        let allocated = allocation_counter::measure(|| {
            let mut tally = self.tally(&run);
            let (began, before) = (Instant::now(), processor_s());
            let cost = simulate(&self.spec, &run, &mut tally);
            let seconds = began.elapsed().as_secs_f64();
            let cpu_s = processor_s().zip(before).map_or(seconds, |(after, before)| after - before);
            seen = Some((cost, tally, seconds, cpu_s));
        });
        let (cost, tally, seconds, cpu_s) = seen.expect("the closure has run");
        Seen {
            cost,
            tally,
            seconds,
            cpu_s,
            watched_s: run.bin.secs() * f64::from(run.bins),
            peak_bytes: allocated.bytes_max,
            allocations: allocated.count_total,
        }
    }

    /// Compares the result with the known answer, within `room` of it.
    ///
    /// # Errors
    /// The difference.
    pub(crate) fn check(&self, seen: &Seen, room: f64) -> Result<(), String> {
        if seen.cost.no_room > 0 {
            return Err(format!("{}: {} found no room", self.name, seen.cost.no_room));
        }
        let near = |what: &str, value: f64, known: f64| {
            if (value / known - 1.0).abs() <= room {
                return Ok(());
            }
            Err(format!("{}: {what} {value}, which is not {known} ± {room}", self.name))
        };
        match self.known {
            Known::Mean(mean) => near("mean", seen.tally.times.mean(), mean),
            Known::Rate(rate) => near("rate", seen.tally.answered as f64 / seen.watched_s, rate),
            Known::Listeners { busy, lag } => {
                let stations = stations(&self.spec);
                let listeners = self.lags(&stations);
                let mean = |of: &dyn Fn(usize) -> f64| {
                    listeners.iter().map(|&station| of(station)).sum::<f64>()
                        / listeners.len() as f64
                };
                let bins = &seen.tally.bins;
                let over_bins = |of: &dyn Fn(usize) -> f64| {
                    (0..bins.len()).map(of).sum::<f64>() / bins.len() as f64
                };
                let busy_seen = mean(&|station| over_bins(&|bin| bins[bin].stations[station].busy));
                let lag_seen =
                    mean(&|station| over_bins(&|bin| bins[bin].stations[station].waiting));
                near("busy", busy_seen, busy)?;
                near("lag", lag_seen, lag)
            }
            Known::Nothing if seen.tally.answered == 0 => {
                Err(format!("{}: nothing was answered", self.name))
            }
            Known::Nothing => Ok(()),
        }
    }
}
