//! How long others waited at a station: for a thread, for a connection, or to be taken from a partition.

use super::histogram::{Counts, Histogram};
use crate::units::Span;

/// Waits at a station that began in a window.
#[derive(Clone, Debug, Default)]
pub(crate) struct WaitTimes {
    /// Waits above zero; made with the first of them.
    waited: Option<Box<Histogram>>,
    /// Number of those who need not wait.
    pub(crate) at_once: u64,
    /// Of those who waited, how many still did when the run ended.
    open: u64,
}

/// Waits at a station, in the room that they take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waits {
    /// Waits of all, those without any included; what was open when the run ended counts with its age.
    pub times: Counts,
    /// How many still waited when the run ended.
    pub open: u64,
}

impl WaitTimes {
    #[inline]
    pub(crate) fn record(&mut self, took: Span, open: bool) {
        self.waited.get_or_insert_default().record(took);
        self.open += u64::from(open);
    }

    /// Forget everything.
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
