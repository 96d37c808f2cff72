//! A processor shared by all who compute on it.
//!
//! With n jobs on C cores each job advances at rate min(1, C / n): nobody uses more than one core, and
//! when the cores are short all get the same share. A quota of 250 millicores is C = 0.25. Jobs are kept
//! by the *virtual time* (attained service) at which they end, so that an arrival or a departure moves
//! one pending event, not one per job.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::units::{Span, Time};

/// A shared processor.
#[derive(Clone, Debug)]
pub struct Cpu {
    cores: f64,
    /// Its reciprocal.
    per_core: f64,
    /// Cores in whole numbers, rounded up: jobs beyond them have to share.
    whole: usize,
    /// Jobs by (virtual end as bits of a non-negative f64, order of arrival and who).
    jobs: BinaryHeap<Reverse<(u64, u64)>>,
    /// How many times longer than alone a job takes now.
    slowness: f64,
    /// Service attained by a job that was there since the processor was last idle \[ns\].
    attained: f64,
    updated: Time,
    started: u64,
}

/// What a job that begins or ends changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Cores in use.
    pub busy: f64,
    /// Jobs beyond the cores.
    pub sharing: i64,
}

impl Cpu {
    /// An idle processor of `cores` > 0 cores.
    pub fn new(cores: f64) -> Cpu {
        debug_assert!(cores > 0.0, "a processor without cores never finishes");
        Cpu {
            cores,
            per_core: 1.0 / cores,
            whole: cores.ceil() as usize,
            jobs: BinaryHeap::new(),
            slowness: 1.0,
            attained: 0.0,
            updated: Time::ZERO,
            started: 0,
        }
    }

    /// Jobs on the processor.
    pub fn jobs(&self) -> usize {
        self.jobs.len()
    }

    /// Cores in use: never more than there are, never more than one per job.
    pub fn busy(&self) -> f64 {
        self.busy_with(self.jobs.len())
    }

    #[inline]
    /// Jobs beyond the cores.
    pub fn sharing(&self) -> usize {
        self.jobs.len().saturating_sub(self.whole)
    }

    fn busy_with(&self, jobs: usize) -> f64 {
        (jobs.cast_signed() as f64).min(self.cores)
    }

    /// What one job more than `jobs` changes; the other way round what one job less does.
    #[inline]
    fn one_more(&self, jobs: usize) -> Change {
        Change {
            busy: self.busy_with(jobs + 1) - self.busy_with(jobs),
            sharing: i64::from(jobs >= self.whole),
        }
    }

    #[inline]
    fn advance(&mut self, now: Time) {
        let passed = (now - self.updated).0.cast_signed() as f64;
        self.attained += if self.slowness > 1.0 { passed / self.slowness } else { passed };
        self.updated = now;
    }

    #[inline]
    fn share(&mut self) {
        self.slowness = (self.jobs.len().cast_signed() as f64 * self.per_core).max(1.0);
    }

    /// `who` begins to compute for `demand` of one core's time.
    #[inline]
    pub fn start(&mut self, now: Time, who: u32, demand: Span) -> Change {
        let jobs = self.jobs.len();
        if jobs == 0 {
            // Nobody is there who would notice: ends and the order of arrival begin anew.
            (self.attained, self.started, self.updated) = (0.0, 0, now);
        } else {
            self.advance(now);
        }
        self.started += 1;
        let end = self.attained + demand.0.cast_signed() as f64;
        self.jobs.push(Reverse((end.to_bits(), self.started << u32::BITS | u64::from(who))));
        self.share();
        self.one_more(jobs)
    }

    /// When the next job ends if nothing changes.
    #[inline]
    pub fn next(&self) -> Time {
        let Some(Reverse((end, _))) = self.jobs.peek() else { return Time::NEVER };
        let left = (f64::from_bits(*end) - self.attained).max(0.0);
        self.updated + Span((left * self.slowness + 0.5) as i64 as u64)
    }

    /// The job that ends now: to be called at the instant that [`Cpu::next`] named.
    #[inline]
    pub fn finish(&mut self, now: Time) -> Option<(u32, Change)> {
        self.advance(now);
        let Reverse((end, turn)) = self.jobs.pop()?;
        // A nanosecond of rounding, and what a double cannot hold of a long time.
        debug_assert!(
            (f64::from_bits(end) - self.attained).abs() <= 2.0 + self.attained * 1e-12,
            "a job ends that has not had its service"
        );
        // The end is exact by construction; time is rounded to nanoseconds, attained service is not.
        self.attained = f64::from_bits(end);
        self.share();
        let more = self.one_more(self.jobs.len());
        Some((turn as u32, Change { busy: -more.busy, sharing: -more.sharing }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(value: u64) -> Time {
        Time(value * 1_000_000)
    }

    fn run(cores: f64, jobs: &[(u64, u64)]) -> Vec<(u32, Time)> {
        let mut cpu = Cpu::new(cores);
        let mut ends = Vec::new();
        let mut arrivals = jobs.iter().enumerate().peekable();
        loop {
            let next_arrival = arrivals.peek().map_or(Time::NEVER, |(_, (at, _))| millis(*at));
            if cpu.next() <= next_arrival {
                let now = cpu.next();
                let Some((who, _)) = (now != Time::NEVER).then(|| cpu.finish(now)).flatten() else {
                    return ends;
                };
                ends.push((who, now));
            } else if let Some((who, (at, demand))) = arrivals.next() {
                cpu.start(millis(*at), who as u32, Span::from_millis(*demand));
            }
        }
    }

    #[test]
    fn two_jobs_on_one_core_take_twice_as_long() {
        assert_eq!(run(1.0, &[(0, 10), (0, 10)]), [(0, millis(20)), (1, millis(20))]);
    }

    #[test]
    fn a_job_uses_at_most_one_core() {
        assert_eq!(run(2.0, &[(0, 10)]), [(0, millis(10))]);
        assert_eq!(run(2.0, &[(0, 10), (0, 10)]), [(0, millis(10)), (1, millis(10))]);
    }

    #[test]
    fn a_quota_below_one_core_slows_a_single_job() {
        assert_eq!(run(0.25, &[(0, 10)]), [(0, millis(40))]);
    }

    #[test]
    fn a_short_job_overtakes_a_long_one() {
        // 0–5 ms alone (5 ms done), then shared: the short job of 2 ms needs 4 ms, ends at 9 ms; the long
        // one has 3 ms left of its 10 and ends at 12 ms.
        assert_eq!(run(1.0, &[(0, 10), (5, 2)]), [(1, millis(9)), (0, millis(12))]);
    }

    #[test]
    fn equal_jobs_end_in_the_order_they_came() {
        assert_eq!(
            run(1.0, &[(0, 3), (0, 3), (0, 3)]).iter().map(|end| end.0).collect::<Vec<_>>(),
            [0, 1, 2]
        );
    }
}
