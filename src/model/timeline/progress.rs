//! Progress of a day's timeline.

use crate::model::spec::Id;

/// Progress of a day's timeline.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    /// Number of events that are past.
    pub(super) happened: usize,
    /// Resulting state of the system; 0 is the first.
    pub(super) state: u32,
    /// Parts of the last change that are not yet in place.
    pub(super) unsettled: Option<Unsettled>,
}

impl Timeline {
    /// Returns the number of the current state; 0 is the first.
    pub(crate) fn state(&self) -> u32 {
        self.state
    }

    /// Suspends the last change while `self` is in the middle of a step; see [`Timeline::resume`].
    pub(crate) fn suspend(&mut self) -> Option<Unsettled> {
        self.unsettled.take()
    }

    /// Resumes waiting for the suspended change.
    pub(crate) fn resume(&mut self, unsettled: Option<Unsettled>) {
        self.unsettled = unsettled;
    }
}

/// Parts required by a state of the timeline that are not all in place yet.
#[derive(Clone, Debug)]
pub(crate) struct Unsettled {
    pub(super) state: Id,
    /// Services that change.
    pub(super) services: Vec<Id>,
    /// Whether a node group changes.
    pub(super) nodes: bool,
}
