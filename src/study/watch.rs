//! Who watches a study, and may stop it.

use super::result::Axis;

/// Who watches a study run, and may stop it.
pub trait Watcher: Sync {
    /// A part of the study begins, of so many steps.
    fn begin(&self, what: &str, steps: u64);
    /// A step is done.
    fn step(&self);
    /// Whether to stop: steps not begun or under way are left out and the result says so.
    fn stopped(&self) -> bool;
    /// Something is known of the main answer before the study is done. When, and in which order, may
    /// depend on the machine.
    fn provisional(&self, _: &Provisional<'_>) {}
}

/// What is known of a variant's line while it is looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Provisional<'a> {
    /// The variant.
    pub variant: &'a str,
    /// What the loads count.
    pub axis: Axis,
    /// What is known.
    pub line: SoFar<'a>,
}

/// How well a line is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SoFar<'a> {
    /// The description alone says that no line lies above this load \[per s\], which fills this station.
    AtMost(f64, &'a str),
    /// Some of all replications have a line; this is the mean of theirs \[per s\].
    About {
        /// The mean \[per s\].
        load: f64,
        /// Replications that it rests on.
        of: u32,
        /// Replications that there will be.
        all: u32,
    },
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watcher for Unwatched {
    fn begin(&self, _: &str, _: u64) {}
    fn step(&self) {}
    fn stopped(&self) -> bool {
        false
    }
}

/// Passes on only whether to stop: the steps of what is a part of something are nobody's progress.
pub struct Quiet<'a>(pub &'a dyn Watcher);

impl Watcher for Quiet<'_> {
    fn begin(&self, _: &str, _: u64) {}
    fn step(&self) {}
    fn stopped(&self) -> bool {
        self.0.stopped()
    }
}
