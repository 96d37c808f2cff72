//! Waiting times at a station: for a thread, for a connection, or of a record to be polled from a
//! partition.

use super::histogram::{Counts, Histogram};
use crate::units::Span;

/// Waits at a station that began in a window.
#[derive(Clone, Debug, Default)]
pub(crate) struct WaitTimes {
    /// Waits above zero; allocated with the first of them.
    waited: Option<Box<Histogram>>,
    /// Number of arrivals that need not wait.
    pub(crate) at_once: u64,
    /// Number of waits cut short by the end of the run.
    open: u64,
}

/// Waiting times at a station, in compact form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// Waits of all arrivals, zeros included; those cut short by the end of the run count with
    /// their age.
    pub times: Counts,
    /// Number of waits cut short by the end of the run.
    pub open: u64,
}

impl WaitTimes {
    #[inline]
    pub(crate) fn record(&mut self, took: Span, open: bool) {
        self.waited.get_or_insert_default().record(took);
        self.open += u64::from(open);
    }

    /// Resets the waits.
    pub(crate) fn clear(&mut self) {
        if let Some(waited) = &mut self.waited {
            waited.clear();
        }
        (self.at_once, self.open) = (0, 0);
    }

    pub(crate) fn compact(&self) -> Waits {
        let mut times = self.waited.as_ref().map(|waited| waited.compact()).unwrap_or_default();
        times.insert_many(Span::ZERO, self.at_once);
        Waits { times, open: self.open }
    }
}
