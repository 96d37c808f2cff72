//! CPU quota per period, as by the kernel's CFS bandwidth control.

use crate::units::{Span, Time};

/// Cumulative use of a quota.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// CPU time \[ns\]: corresponds to `usage_usec` of `cpu.stat`, and to the usage seen by an
    /// autoscaler.
    pub used: f64,
    /// Throttled time: jobs were present and none ran \[ns\].
    pub stalled: f64,
}

/// Quota of a period, and its remainder.
#[derive(Clone, Debug)]
pub(super) struct Quota {
    pub(super) limit: f64,
    /// Cores of the machine.
    pub(super) vcpus: f64,
    pub(super) period: Span,
    /// CPU time per period \[ns\].
    pub(super) budget: f64,
    /// Remaining quota in the period that ends at `ends`.
    pub(super) left: f64,
    pub(super) ends: Time,
    pub(super) usage: Usage,
    /// Whether jobs are throttled, and the cores reported as in use.
    pub(super) stalled: bool,
    /// Whether the next change is the beginning or end of throttling, rather than the end of a job.
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

    /// Advances an idle quota to `now`: the current period has its remainder, or the full quota.
    pub(super) fn refill(&mut self, now: Time) {
        if now >= self.ends {
            let gone = (now - self.ends).0 / self.period.0;
            self.ends = Time(self.ends.0 + (gone + 1) * self.period.0);
            self.left = self.budget;
        }
    }

    /// Returns how long jobs that together use `rate` cores can run in a full period \[ns\].
    pub(super) fn running(&self, rate: f64) -> f64 {
        (self.budget / rate).min(self.period.0 as f64)
    }

    /// Returns how long they can run in the remainder of the current period, from `from` on \[ns\].
    pub(super) fn running_now(&self, from: Time, rate: f64) -> f64 {
        (self.left / rate).min((self.ends - from).0 as f64)
    }

    /// Advances from `from` to `now` with jobs that together use `rate` > 0 cores; returns how long
    /// they ran \[ns\].
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

    /// Returns the earlier of two times: the end of a job with a remaining running time of `run`
    /// \[ns\], among jobs that together use `rate` > 0 cores from `from` on, and the next beginning
    /// or end of throttling.
    #[inline]
    pub(super) fn due(&mut self, from: Time, run: f64, rate: f64) -> Time {
        // Usually the job ends before the quota is exhausted: avoids a division.
        if run * rate <= self.left && from + nearest(run) < self.ends {
            self.turns = false;
            return from + nearest(run);
        }
        let (end, turn) = (self.end(from, run, rate), self.turn(from, rate));
        self.turns = turn < end;
        end.min(turn)
    }

    /// Returns when jobs that use `rate` > 0 cores from `from` on are next throttled or released.
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

    /// Returns when a job with a remaining running time of `run` \[ns\] ends, among others, from
    /// `from` on.
    ///
    /// Time is in nanoseconds: a job that lacks half of one is completed, rather than throttled for
    /// a period.
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

    /// Adds the use that rounding of times has missed \[cores × ns\].
    #[inline]
    pub(super) fn correct(&mut self, more: f64) {
        self.left = (self.left - more).clamp(0.0, self.budget);
        self.usage.used += more;
    }
}

/// Rounds to the nearest nanosecond.
#[inline]
pub(super) fn nearest(nanos: f64) -> Span {
    Span((nanos + 0.5) as i64 as u64)
}
