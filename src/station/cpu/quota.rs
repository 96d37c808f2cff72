//! A quota of a processor's time in each period, as the kernel's CFS bandwidth control has it.

use super::nearest;
use crate::units::{Span, Time};

/// Use of a quota since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Time of cores \[ns\]: what `usage_usec` of `cpu.stat` counts, and what an autoscaler sees.
    pub used: f64,
    /// How long jobs were there and none ran \[ns\].
    pub stalled: f64,
}

/// The quota of a period, and what is left of it.
#[derive(Clone, Debug)]
pub(super) struct Quota {
    pub(super) limit: f64,
    /// Cores of the machine.
    pub(super) vcpus: f64,
    pub(super) period: Span,
    /// Time of cores in each period \[ns\].
    pub(super) budget: f64,
    /// Rest of the quota in the period that ends at `ends`.
    pub(super) left: f64,
    pub(super) ends: Time,
    pub(super) usage: Usage,
    /// Whether jobs are there and the quota is used up, and the cores that were said to be in use.
    pub(super) stalled: bool,
    /// Whether what was due next was no end of a job, but that jobs begin or cease to stall.
    pub(super) turns: bool,
    pub(super) shown: f64,
}

impl Quota {
    pub(super) fn new(limit: f64, vcpus: f64, period: Span, phase: Span) -> Quota {
        debug_assert!(limit > 0.0 && period > Span::ZERO, "a quota of nothing lets nobody finish");
        let budget = limit * period.0 as f64;
        let ends = Time(phase.0 % period.0);
        let usage = Usage::default();
        Quota {
            limit,
            vcpus,
            period,
            budget,
            left: budget,
            ends,
            usage,
            stalled: false,
            turns: false,
            shown: 0.0,
        }
    }

    /// Nobody ran up to `now`: the period in which it lies has what was left of it, or everything.
    pub(super) fn refill(&mut self, now: Time) {
        if now >= self.ends {
            let gone = (now - self.ends).0 / self.period.0;
            self.ends = Time(self.ends.0 + (gone + 1) * self.period.0);
            self.left = self.budget;
        }
    }

    /// How long jobs that together use `rate` cores can run in a whole period \[ns\].
    pub(super) fn running(&self, rate: f64) -> f64 {
        (self.budget / rate).min(self.period.0 as f64)
    }

    /// How long they can run in what is left, from `from` on, of the period under way \[ns\].
    pub(super) fn running_now(&self, from: Time, rate: f64) -> f64 {
        (self.left / rate).min((self.ends - from).0 as f64)
    }

    /// Jobs that together use `rate` > 0 cores were there from `from` to `now`; how long they ran \[ns\].
    #[inline]
    pub(super) fn run(&mut self, from: Time, now: Time, rate: f64) -> f64 {
        let passed = (now - from).0 as f64;
        let ran = if now < self.ends {
            let wanted = rate * passed;
            if wanted <= self.left {
                self.left -= wanted;
                passed
            } else {
                let ran = self.left / rate;
                self.left = 0.0;
                ran
            }
        } else {
            let first = self.running_now(from, rate);
            let whole = (now - self.ends).0 / self.period.0;
            self.refill(now);
            let begun = Time(self.ends.0 - self.period.0);
            let last = self.running(rate).min((now - begun).0 as f64);
            self.left = self.budget - rate * last;
            first + whole as f64 * self.running(rate) + last
        };
        self.usage.used += rate * ran;
        self.usage.stalled += passed - ran;
        ran
    }

    /// The earlier of two instants: the end of a job that has to run for `run` more \[ns\], beside others
    /// that together use `rate` > 0 cores from `from` on, and the next beginning or end of a stall.
    #[inline]
    pub(super) fn due(&mut self, from: Time, run: f64, rate: f64) -> Time {
        // Mostly the job ends before the quota does: without a division.
        if run * rate <= self.left && from + nearest(run) < self.ends {
            self.turns = false;
            return from + nearest(run);
        }
        let (end, turn) = (self.end(from, run, rate), self.turn(from, rate));
        self.turns = turn < end;
        end.min(turn)
    }

    /// When jobs that use `rate` > 0 cores from `from` on next begin or cease to stall.
    pub(super) fn turn(&self, from: Time, rate: f64) -> Time {
        if self.stalled {
            return self.ends;
        }
        let now = self.left / rate;
        if now < (self.ends - from).0 as f64 {
            return from + Span(now.ceil() as u64);
        }
        let each = self.running(rate);
        if each < self.period.0 as f64 { self.ends + Span(each.ceil() as u64) } else { Time::NEVER }
    }

    /// When a job ends that has to run for `run` more \[ns\], beside others, from `from` on.
    ///
    /// The clock counts nanoseconds: what lacks half of one is done, rather than stalled for a period.
    #[inline(never)]
    pub(super) fn end(&self, from: Time, run: f64, rate: f64) -> Time {
        let now = self.running_now(from, rate);
        if run <= now + 0.5 {
            return from + nearest(run);
        }
        let later = run - now;
        let each = self.running(rate);
        let whole = (((later - 0.5) / each).ceil() - 1.0).max(0.0);
        let last = later - whole * each;
        self.ends + Span((whole as u64).saturating_mul(self.period.0)) + nearest(last.max(0.0))
    }

    /// Jobs used `more` than their rounded times say \[ns of cores\].
    #[inline]
    pub(super) fn correct(&mut self, more: f64) {
        self.left = (self.left - more).clamp(0.0, self.budget);
        self.usage.used += more;
    }
}
