//! The simulations that a study asks for, counted by what they are for.

use std::sync::atomic::{AtomicU64, Ordering};

use super::replicate::{self, Draws, Outcome};
use super::setup::{Day, Study, Window};
use super::watch::Watcher;
use crate::model::Cost;
use crate::model::spec::Spec;
use crate::observe::tally::Bin;
use crate::units::Span;

/// How many times the largest limit on a response time a search follows what arrived in its windows.
const FOLLOWED: f64 = 4.0;

/// A part of a study, as far as simulations are for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Finding how long runs must warm up.
    WarmUp,
    /// Looking for the line.
    Line,
    /// Relieving resources beyond the line.
    Relief,
    /// The load asked about.
    Asked,
    /// The curve over load, as far as no other part has run its loads.
    Curve,
    /// The day.
    Day,
    /// All variants at a load that they carry.
    Common,
    /// Loads that claims speak of.
    Claims,
    /// Lines that tell what each edit contributes.
    Contributions,
}

impl Part {
    /// All parts, in the order in which a study comes to them.
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

    /// Name, as in `manifest.json`.
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

    /// Whether it is run to be reported, at loads that somebody chose; a search goes where it must.
    fn reported(self) -> bool {
        !matches!(self, Part::Line | Part::Relief | Part::Contributions)
    }
}

/// What a part of a study took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Which part.
    pub part: Part,
    /// Simulations run.
    pub runs: u64,
    /// Events fired in them.
    pub events: u64,
}

#[derive(Debug, Default)]
struct Count {
    runs: AtomicU64,
    events: AtomicU64,
    completions: AtomicU64,
    no_room: AtomicU64,
}

/// Runs simulations for a study, until its watcher stops them: then the task is left (see [`super::stop`]).
/// Sums do not depend on the order in which runs end.
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

    /// A search asks whether limits are exceeded and by about how much: what has not ended when it is some
    /// times as old as the largest of them has exceeded it, whatever becomes of it.
    fn followed(&self, part: Part, window: Window) -> Window {
        if part.reported() {
            return window;
        }
        let times = self.study.targets.iter().filter(|target| target.metric.is_time());
        let longest = times.map(|target| target.limit / 1e3).fold(0.0, f64::max);
        let enough = Span::from_secs(longest * FOLLOWED);
        Window { follow: window.follow.min(enough), ..window }
    }

    /// See [`replicate::steady`].
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

    /// See [`replicate::watched`].
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

    /// See [`replicate::batched`].
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

    /// See [`replicate::day`].
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

    /// What each part took that ran anything.
    pub(crate) fn spent(&self) -> Vec<Spent> {
        let of = |part: Part| {
            let count = &self.counts[part as usize];
            let read = |sum: &AtomicU64| sum.load(Ordering::Relaxed);
            Spent { part, runs: read(&count.runs), events: read(&count.events) }
        };
        Part::ALL.into_iter().map(of).filter(|spent| spent.runs > 0).collect()
    }

    /// Requests and records brought to an end.
    pub(crate) fn completions(&self) -> u64 {
        self.counts.iter().map(|count| count.completions.load(Ordering::Relaxed)).sum()
    }

    /// Requests, sessions and records that found no room in the model, in runs that are reported.
    pub(crate) fn no_room(&self) -> u64 {
        let reported = Part::ALL.into_iter().filter(|part| part.reported());
        reported.map(|part| self.counts[part as usize].no_room.load(Ordering::Relaxed)).sum()
    }
}
