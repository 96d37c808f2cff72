//! Line (saturation throughput) of a replication, alone or pooled with others.

use super::metric::Metric;
use super::replicate::Outcome;
use super::setup::Window;
use crate::stats::Estimate;

/// Line of one replication: the largest load that is sustained.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// The load, interpolated between the runs nearest to it; for pooled lines the value assigned
    /// to this replication, see [`super::search::Case::settle`].
    pub(crate) load: f64,
    /// Systematic error of that estimate, in addition to sampling error.
    pub(crate) doubt: f64,
    /// Outcome at the highest load up to the line that was carried.
    pub(crate) carried: Option<Outcome>,
    /// Outcome at the lowest load that failed; `None` where the upper end of the search was
    /// carried.
    pub(crate) failed: Option<Outcome>,
    /// Pooled data behind the estimate; `None` where the replication was estimated alone.
    pub(crate) pooled: Option<Box<Pooled>>,
}

/// Scale on which loads are laid out: the logarithm of the load, or of the gap to the load that
/// saturates a station.
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

    /// Derivative of the load along the scale.
    pub(super) fn slope(self, place: f64) -> f64 {
        match self.full {
            Some(full) => full * (-place).exp(),
            None => place.exp(),
        }
    }

    /// Width of a bracket that is narrow enough for linear interpolation, and distance of the last
    /// probes from the root.
    pub(super) fn near(self) -> (f64, f64) {
        if self.full.is_some() { (0.6, 0.12) } else { (0.15, 0.03) }
    }

    /// Default slope of a metric's logarithm along the scale, where nothing else is known.
    pub(super) fn usual(self) -> f64 {
        if self.full.is_some() { 1.0 } else { 4.0 }
    }
}

/// A replication's share in a pooled line.
#[derive(Clone, Debug)]
pub(crate) struct Pooled {
    pub(super) scale: Scale,
    /// Runs at the two loads nearest to the line, the lower first.
    pub(super) seen: [Outcome; 2],
    pub(super) windows: [Window; 2],
    /// Load at which it fails, and the window of that run.
    pub(super) beyond: f64,
    pub(crate) window: Window,
    /// Highest place tried, if every target was still met there.
    pub(super) top: Option<f64>,
    /// The line, with the interval over all replications.
    pub(crate) rps: Estimate,
    /// Metric that misses first: that of a target, or `drift`.
    pub(crate) binding: Option<Metric>,
    /// Whether the runs are too short for how slowly the queues settle.
    pub(crate) short: bool,
}
