//! Observer of a study's progress, which may stop it.

use super::result::Axis;

/// Observes the progress of a study, and may stop it.
pub trait Watcher: Sync {
    /// Called when a part of the study with `steps` steps begins.
    fn begin(&self, what: &str, steps: u64);
    /// Called when a step is done.
    fn step(&self);
    /// Whether to stop: steps not begun or in progress are left out and the result says so.
    fn stopped(&self) -> bool;
    /// Called when a provisional result of the main answer is known. Time and order of these calls
    /// may depend on the machine.
    fn provisional(&self, _: &Provisional<'_>) {}
}

/// Provisional knowledge of a variant's line during its search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Provisional<'a> {
    /// Name of the variant.
    pub variant: &'a str,
    /// Unit of loads: requests, records or users.
    pub axis: Axis,
    /// Position of the line so far.
    pub line: SoFar<'a>,
}

/// Provisional position of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SoFar<'a> {
    /// Upper bound by the spec alone: no line lies above this load \[per s\], which saturates the
    /// named station.
    AtMost(f64, &'a str),
    /// Mean of the lines of some of the replications.
    About {
        /// Mean line \[per s\].
        load: f64,
        /// Replications behind the mean.
        of: u32,
        /// Replications that will be run.
        all: u32,
    },
}

/// Watcher that ignores progress and never stops.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watcher for Unwatched {
    fn begin(&self, _: &str, _: u64) {}
    fn step(&self) {}
    fn stopped(&self) -> bool {
        false
    }
}

/// Passes on the stop signal only: steps of a nested study are not progress of the outer one.
pub struct Quiet<'a>(pub &'a dyn Watcher);

impl Watcher for Quiet<'_> {
    fn begin(&self, _: &str, _: u64) {}
    fn step(&self) {}
    fn stopped(&self) -> bool {
        self.0.stopped()
    }
}
