//! Simulation runs of a study, counted by purpose.

use std::sync::atomic::{AtomicU64, Ordering};

use super::replicate::{self, Draws, Outcome};
use super::setup::{Day, Study, Window};
use super::watch::Watcher;
use crate::model::Cost;
use crate::model::spec::Spec;
use crate::observe::tally::Bin;
use crate::units::Span;

/// Multiple of the largest limit on a response time for which a search follows the requests of its
/// windows.
const FOLLOWED: f64 = 4.0;

/// Part of a study that simulations are run for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Determining warm-ups.
    WarmUp,
    /// Searching for lines.
    Line,
    /// Relief tests beyond the line.
    Relief,
    /// Estimating the target load.
    Asked,
    /// The load curve, except for loads that other parts have run.
    Curve,
    /// The day.
    Day,
    /// All variants at a load that all of them carry.
    Common,
    /// Loads of claims.
    Claims,
    /// Lines that determine the contribution of each edit.
    Contributions,
}

impl Part {
    /// All parts, in order of execution.
    pub const ALL: [Part; 9] = [
        Part::WarmUp,
        Part::Line,
        Part::Relief,
        Part::Asked,
        Part::Curve,
        Part::Day,
        Part::Common,
        Part::Claims,
        Part::Contributions,
    ];

    /// Returns its name, as in `manifest.json`.
    pub fn name(self) -> &'static str {
        match self {
            Part::WarmUp => "warm-up",
            Part::Line => "line",
            Part::Relief => "relief",
            Part::Asked => "load asked about",
            Part::Curve => "curve",
            Part::Day => "day",
            Part::Common => "common load",
            Part::Claims => "claims",
            Part::Contributions => "contributions",
        }
    }

    /// Whether its runs are reported, at loads chosen by the user; a search also visits loads that
    /// no one chose.
    fn reported(self) -> bool {
        !matches!(self, Part::Line | Part::Relief | Part::Contributions)
    }
}

/// Computational cost of a part of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// The part.
    pub part: Part,
    /// Simulations run.
    pub runs: u64,
    /// Events processed.
    pub events: u64,
}

#[derive(Debug, Default)]
struct Count {
    runs: AtomicU64,
    events: AtomicU64,
    completions: AtomicU64,
    no_room: AtomicU64,
}

/// Runs simulations for a study until its watcher stops them, by unwinding out of the task (see
/// [`super::stop`]). The totals do not depend on the order in which runs end.
pub(crate) struct Runs<'a> {
    pub(crate) study: &'a Study,
    watcher: &'a dyn Watcher,
    counts: [Count; Part::ALL.len()],
}

impl<'a> Runs<'a> {
    pub(crate) fn new(study: &'a Study, watcher: &'a dyn Watcher) -> Runs<'a> {
        Runs { study, watcher, counts: std::array::from_fn(|_| Count::default()) }
    }

    fn draws(&self, number: u32) -> Draws {
        Draws { seed: self.study.seed, number }
    }

    /// Shortens the follow-up time of a search, which only needs to know whether limits are
    /// exceeded and by about how much: a request older than a multiple of the largest limit has
    /// exceeded it, whatever its outcome.
    fn followed(&self, part: Part, window: Window) -> Window {
        if part.reported() {
            return window;
        }
        let times = self.study.targets.iter().filter(|target| target.metric.is_time());
        let longest = times.map(|target| target.limit / 1e3).fold(0.0, f64::max);
        let enough = Span::from_secs(longest * FOLLOWED);
        Window { follow: window.follow.min(enough), ..window }
    }

    /// Counts and runs [`replicate::steady`].
    pub(crate) fn steady(
        &self,
        part: Part,
        spec: &Spec,
        window: Window,
        load: f64,
        number: u32,
    ) -> Outcome {
        let window = self.followed(part, window);
        let seen = replicate::steady(spec, window, load, self.draws(number), self.watcher);
        self.count(part, seen.cost);
        seen
    }

    /// Counts and runs [`replicate::watched`].
    pub(crate) fn watched(
        &self,
        part: Part,
        spec: &Spec,
        window: Window,
        load: f64,
        number: u32,
    ) -> Outcome {
        let seen = replicate::watched(spec, window, load, self.draws(number), self.watcher);
        self.count(part, seen.cost);
        seen
    }

    /// Counts and runs [`replicate::batched`].
    pub(crate) fn batched(
        &self,
        part: Part,
        spec: &Spec,
        window: Window,
        load: f64,
        batches: u32,
    ) -> Vec<Outcome> {
        let seen = replicate::batched(spec, window, load, self.draws(0), batches, self.watcher);
        if let Some(first) = seen.first() {
            self.count(part, first.cost);
        }
        seen
    }

    /// Counts and runs [`replicate::day`].
    pub(crate) fn day(&self, spec: &Spec, asked: &Day, number: u32) -> Vec<Bin> {
        let (bins, cost) = replicate::day(spec, asked, self.draws(number), self.watcher);
        self.count(Part::Day, cost);
        bins
    }

    fn count(&self, part: Part, cost: Cost) {
        let count = &self.counts[part as usize];
        for (sum, more) in [
            (&count.runs, 1),
            (&count.events, cost.events),
            (&count.completions, cost.completions),
            (&count.no_room, cost.no_room),
        ] {
            sum.fetch_add(more, Ordering::Relaxed);
        }
    }

    /// Returns the cost of each part that ran anything.
    pub(crate) fn spent(&self) -> Vec<Spent> {
        let of = |part: Part| {
            let count = &self.counts[part as usize];
            let read = |sum: &AtomicU64| sum.load(Ordering::Relaxed);
            Spent { part, runs: read(&count.runs), events: read(&count.events) }
        };
        Part::ALL.into_iter().map(of).filter(|spent| spent.runs > 0).collect()
    }

    /// Returns the number of requests and records completed.
    pub(crate) fn completions(&self) -> u64 {
        self.counts.iter().map(|count| count.completions.load(Ordering::Relaxed)).sum()
    }

    /// Returns the number of requests, sessions and records that exceeded the capacity of the
    /// model, in reported runs.
    pub(crate) fn no_room(&self) -> u64 {
        let reported = Part::ALL.into_iter().filter(|part| part.reported());
        reported.map(|part| self.counts[part as usize].no_room.load(Ordering::Relaxed)).sum()
    }
}
