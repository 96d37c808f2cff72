//! The line of a replication, alone or together with others.

use super::metric::Metric;
use super::replicate::Outcome;
use super::setup::Window;
use crate::stats::Estimate;

/// The line of one replication.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// The load, estimated between the runs nearest to it; of lines estimated together the value of its own
    /// that each replication has, see [`super::search::Case::settle`].
    pub(crate) load: f64,
    /// What that estimate may be wrong by, beside chance.
    pub(crate) doubt: f64,
    /// What was seen at the highest load up to the line that was carried.
    pub(crate) carried: Option<Outcome>,
    /// The lowest load that was seen to fail; none when the search's end was carried.
    pub(crate) failed: Option<Outcome>,
    /// What it is estimated from together with the other replications; none where it stands for itself.
    pub(crate) pooled: Option<Box<Pooled>>,
}

/// How loads are laid out: on the logarithm of the gap to the load that fills a station, or of the load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    pub(crate) full: Option<f64>,
}

impl Scale {
    pub(super) fn place(self, load: f64) -> f64 {
        match self.full {
            Some(full) => -(1.0 - load / full).max(1e-15).ln(),
            None => load.max(f64::MIN_POSITIVE).ln(),
        }
    }

    pub(super) fn load(self, place: f64) -> f64 {
        match self.full {
            Some(full) => -full * (-place).exp_m1(),
            None => place.exp(),
        }
    }

    /// How fast the load rises along the scale.
    pub(super) fn slope(self, place: f64) -> f64 {
        match self.full {
            Some(full) => full * (-place).exp(),
            None => place.exp(),
        }
    }

    /// Bracket that is narrow enough for a straight line, and the distance of the last probes from the
    /// root.
    pub(super) fn near(self) -> (f64, f64) {
        if self.full.is_some() { (0.6, 0.12) } else { (0.15, 0.03) }
    }

    /// Rise of the logarithm of a metric along the scale where nothing else is known.
    pub(super) fn usual(self) -> f64 {
        if self.full.is_some() { 1.0 } else { 4.0 }
    }
}

/// What a replication has of a line that was found from all of them.
#[derive(Clone, Debug)]
pub(crate) struct Pooled {
    pub(super) scale: Scale,
    /// Its runs at the two loads nearest to the line, the lower first.
    pub(super) seen: [Outcome; 2],
    pub(super) windows: [Window; 2],
    /// The load at which it fails, and the window of that run.
    pub(super) beyond: f64,
    pub(crate) window: Window,
    /// Highest place that was looked at, where even there every target was met.
    pub(super) top: Option<f64>,
    /// The line, with the interval of all replications together.
    pub(crate) rps: Estimate,
    /// What misses first: the metric of a target, or `drift`.
    pub(crate) binding: Option<Metric>,
    /// Whether its runs are too short for how slowly the queues settle.
    pub(crate) short: bool,
}
