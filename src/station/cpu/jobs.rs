//! Jobs of a processor, ordered by their ends.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A job: virtual end as bits of a non-negative double, and (order of arrival, who).
pub(super) type Job = (u64, u64);

/// Packs a job's rank into one integer, which compares without a branch.
fn whole((end, turn): Job) -> u128 {
    u128::from(end) << u64::BITS | u128::from(turn)
}

fn parts(whole: u128) -> Job {
    ((whole >> u64::BITS) as u64, whole as u64)
}

/// Jobs ordered by end, then by arrival. Usually there is one, so the first is held outside the
/// heap of the others.
#[derive(Clone, Debug, Default)]
pub(super) struct Jobs {
    count: usize,
    /// Meaningless while there are no jobs.
    first: Job,
    others: BinaryHeap<Reverse<u128>>,
}

impl Jobs {
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.count
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the job that ends first.
    #[inline]
    pub(super) fn first(&self) -> Option<Job> {
        (self.count > 0).then_some(self.first)
    }

    /// Adds the latest arrival: among equal ends it is the last.
    #[inline]
    pub(super) fn push(&mut self, job: Job) {
        if self.count == 0 {
            self.first = job;
        } else {
            self.push_beside(job);
        }
        self.count += 1;
    }

    fn push_beside(&mut self, job: Job) {
        let later =
            if job.0 < self.first.0 { std::mem::replace(&mut self.first, job) } else { job };
        self.others.push(Reverse(whole(later)));
    }

    /// Removes the job that ends first.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<Job> {
        let first = self.first()?;
        self.count -= 1;
        if self.count > 0 {
            self.next();
        }
        Some(first)
    }

    fn next(&mut self) {
        if let Some(Reverse(next)) = self.others.pop() {
            self.first = parts(next);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Job> {
        self.first().into_iter().chain(self.others.iter().map(|Reverse(job)| parts(*job)))
    }
}
