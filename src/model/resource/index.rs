//! Indexes: collections that grow by inserts; entries expire, and a periodic sweep removes the
//! expired ones.

use std::collections::VecDeque;

use crate::model::run::Run;
use crate::model::spec::{self, Curve};
use crate::units::{Span, Time};

/// Entries of an index, grouped by the sweep that will remove them: those of one sweep are
/// equivalent.
#[derive(Clone, Debug)]
pub(super) struct Index {
    ttl: Span,
    sweep: Span,
    /// Number of each sweep and the entries that it removes, in order.
    leaving: VecDeque<(u64, u64)>,
    size: u64,
    /// Number of entries that each of these represents.
    copies: f64,
    /// Whether its size is constant.
    still: bool,
}

impl Index {
    /// Creates the initial state.
    ///
    /// Entries live for minutes, a run's window lasts for one. So a steady run has the size that
    /// its load sustains, averaged over a sweep's period, and keeps it constant; a day begins just
    /// after a sweep, as if the rate of midnight had been in effect for ever. Where the spec does
    /// not determine the rate (virtual users), it begins empty.
    pub(super) fn new(index: &spec::Index, run: &Run, curve: &Curve) -> Index {
        let (ttl, sweep) = (index.ttl, index.sweep);
        let mut state =
            Index { ttl, sweep, leaving: VecDeque::new(), size: 0, copies: 1.0, still: true };
        let per_s = index.per_s.map(|per_s| per_s * run.scale);
        if let Some(fixed) = index.fixed {
            state.size = fixed;
        } else if let (Some(per_s), false) = (per_s, run.follow_curve) {
            state.size = index.mean(per_s).round() as u64;
        } else {
            (state.still, state.copies) = (false, index.copies);
            state.fill(per_s.unwrap_or(0.0) * curve.at(0.0));
        }
        state
    }

    /// Adds the entries that were inserted evenly before the run and are still there.
    fn fill(&mut self, per_s: f64) {
        let (ttl, sweep) = (self.ttl.secs(), self.sweep.secs());
        let mut before = 0;
        for number in 1_u32.. {
            // Sweep k removes entries inserted before k sweeps − ttl; count those from before the
            // run.
            let until = (f64::from(number) * sweep - ttl).min(0.0);
            let all = (per_s * (until + ttl)).round() as u64;
            if all > before {
                self.leaving.push_back((u64::from(number), all - before));
            }
            before = all;
            if until >= 0.0 {
                break;
            }
        }
        self.size = before;
    }

    /// Returns the number of entries at `now`.
    #[inline]
    pub(super) fn size(&mut self, now: Time) -> u64 {
        while let Some((number, count)) = self.leaving.front().copied()
            && number * self.sweep.0 <= now.0
        {
            self.leaving.pop_front();
            self.size -= count;
        }
        self.size
    }

    /// Inserts entries.
    pub(super) fn insert(&mut self, now: Time, entries: u32) {
        if self.still {
            return;
        }
        self.size(now);
        let entries = u64::from(entries);
        let number = (now + self.ttl).0.div_ceil(self.sweep.0);
        match self.leaving.back_mut() {
            Some((last, count)) if *last == number => *count += entries,
            _ => self.leaving.push_back((number, entries)),
        }
        self.size += entries;
    }

    /// Returns the time of work that takes `thousand` per thousand entries.
    #[inline]
    pub(super) fn work(&mut self, now: Time, thousand: Span) -> Span {
        let size = self.size(now) as f64 * self.copies;
        Span((thousand.0 as f64 * size / 1000.0).round() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESERVATIONS: Span = Span::from_millis(900_000);
    const SWEEP: Span = Span::from_millis(300_000);

    fn at(seconds: u64) -> Time {
        Time(seconds * 1_000_000_000)
    }

    fn index(per_s: Option<f64>, follow_curve: bool) -> Index {
        let described = spec::Index {
            name: "reservations".into(),
            ttl: RESERVATIONS,
            sweep: SWEEP,
            fixed: None,
            copies: 1.0,
            per_s,
        };
        let run = Run {
            seed: 1,
            replication: 0,
            scale: 2.0,
            follow_curve,
            warm_up: Span::ZERO,
            bin: SWEEP,
            bins: 1,
            follow: Span::ZERO,
        };
        Index::new(&described, &run, &Curve::default())
    }

    /// Inserted at 1 s and at 299 s: both have expired by 1,199 s, and the sweep at 1,200 s removes
    /// them; an entry of 300 s expires at 1,200 s, when that sweep runs.
    #[test]
    fn sweeps_remove_what_has_expired() {
        let mut index = index(None, true);
        index.insert(at(1), 2);
        index.insert(at(299), 1);
        index.insert(at(300), 1);
        index.insert(at(301), 5);
        assert_eq!(index.size(at(1_199)), 9);
        assert_eq!(index.size(at(1_200)), 5);
        assert_eq!(index.size(at(1_499)), 5);
        assert_eq!(index.size(at(1_500)), 0);
        assert_eq!(index.work(at(1_500), Span(7)), Span::ZERO);
    }

    /// 5/s in the spec, twice that in the run: 9,000 after each sweep and 12,000 before the next.
    #[test]
    fn a_day_begins_just_after_a_sweep() {
        let mut index = index(Some(5.0), true);
        assert_eq!(index.size(at(0)), 9_000);
        for second in 0..1_500 {
            let since = second % 300;
            assert_eq!(index.size(at(second)), 9_000 + 10 * since, "at {second} s");
            index.insert(at(second) + Span::from_millis(500), 10);
        }
    }

    #[test]
    fn a_steady_run_stands_at_the_mean() {
        let mut index = index(Some(5.0), false);
        index.insert(at(10), 1_000);
        assert_eq!(index.size(at(100_000)), 10_500);
        // One microsecond per entry.
        assert_eq!(index.work(at(0), Span(1_000_000)), Span(10_500_000));
    }
}
