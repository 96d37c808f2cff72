//! A processor under processor sharing.
//!
//! With n jobs on C cores each job advances at rate min(1, C / n): no job uses more than one core,
//! and under contention all get equal shares. Jobs are ordered by the *virtual time* (attained
//! service) at which they end, so that an arrival or a departure moves one pending event, not one
//! per job.
//!
//! A limit below the cores of the machine has two forms. The *smooth* one, [`Cpu::new`], takes the
//! limit for C: 250 millicores are a quarter of a core all the time. The other,
//! [`Cpu::with_quota`], follows the Linux scheduler (CFS bandwidth control, `kernel/sched/fair.c`):
//! in each period jobs run on all cores of the machine until together they have used limit ×
//! period, and are then throttled until the period ends. The long-run throughput is the same, the
//! response time of a job is not.

mod jobs;
mod quota;

use self::jobs::Jobs;
pub use self::quota::Usage;
use self::quota::{Quota, nearest};
use crate::units::{Span, Time};

/// Default period of a CPU quota: `sched_cfs_period_us` is 100 ms in the kernel and in Kubernetes
/// (`cpuCFSQuotaPeriod`).
pub const CFS_PERIOD: Span = Span::from_millis(100);

/// A shared processor.
#[derive(Clone, Debug)]
pub struct Cpu {
    /// Long-run capacity in cores.
    cores: f64,
    /// Cores shared by the jobs while not throttled, and the reciprocal.
    shared: f64,
    per_core: f64,
    /// Number of cores, rounded up: with more jobs than that they share.
    whole: usize,
    /// Jobs ordered by (virtual end as bits of a non-negative f64, order of arrival and who).
    jobs: Jobs,
    /// Slowdown factor of a job that is alone; and the part of it caused by the machine.
    slowness: f64,
    slow: f64,
    /// Attained service of a job present since the processor was last idle \[ns\].
    attained: f64,
    updated: Time,
    started: u64,
    /// Total demand of all jobs ever started \[ns\].
    demanded: u64,
    /// `None` in the smooth form.
    quota: Option<Box<Quota>>,
}

/// Change in the use of a processor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelChange {
    /// Change of the cores in use.
    pub busy: f64,
    /// Change of the number of jobs in excess of the cores.
    pub sharing: i64,
}

impl Cpu {
    /// Creates an idle processor of `cores` > 0 cores.
    pub fn new(cores: f64) -> Cpu {
        debug_assert!(cores > 0.0, "a processor without cores never finishes");
        Cpu {
            cores,
            shared: cores,
            per_core: 1.0 / cores,
            whole: cores.ceil() as usize,
            jobs: Jobs::default(),
            slowness: 1.0,
            slow: 1.0,
            attained: 0.0,
            updated: Time::ZERO,
            started: 0,
            demanded: 0,
            quota: None,
        }
    }

    /// Creates an idle processor of `vcpus` > 0 cores, on which jobs may use `limit` > 0 cores'
    /// time per `period`. Periods end at `phase` and whole periods later; the kernel gives each
    /// group a random phase. Quota left over at the end of a period is lost (no burst,
    /// `cpu.cfs_burst_us` = 0). The slices of 5 ms in which the kernel hands the quota to its cores
    /// are not modelled.
    pub fn with_quota(limit: f64, vcpus: f64, period: Span, phase: Span) -> Cpu {
        let mut cpu = Cpu::new(vcpus);
        cpu.quota = Some(Box::new(Quota::new(limit, vcpus, period, phase)));
        cpu.has(vcpus);
        cpu
    }

    /// Sets the capacity to `cores` > 0 cores from `now` on, also for jobs in progress: for
    /// machines with exhausted credits or more demand than cores. With a quota these are the cores
    /// that jobs run on until throttled (`vcpus`, which need not be an integer here); the limit
    /// stays.
    ///
    /// [`Cpu::next`] changes.
    pub fn set_capacity(&mut self, now: Time, cores: f64) -> LevelChange {
        let jobs = self.jobs.len();
        if jobs > 0 {
            self.advance(now);
        }
        let before = (self.busy(), self.sharing());
        self.has(cores);
        self.share();
        let change =
            LevelChange { busy: self.busy() - before.0, sharing: self.sharing() - before.1 };
        self.moved(now, change)
    }

    /// Sets the slowdown to `times` > 0 relative to a healthy machine from `now` on, also for jobs
    /// in progress: their remaining time is stretched, their attained service is not. They occupy
    /// their cores meanwhile.
    ///
    /// [`Cpu::next`] changes.
    pub fn set_slow(&mut self, now: Time, times: f64) {
        debug_assert!(times > 0.0, "a machine that takes no time");
        if !self.jobs.is_empty() {
            self.advance(now);
        }
        self.slow = times;
        self.share();
    }

    fn has(&mut self, cores: f64) {
        debug_assert!(cores > 0.0, "a processor without cores never finishes");
        self.cores = self.quota.as_ref().map_or(cores, |quota| cores.min(quota.limit));
        (self.shared, self.per_core) = (cores, 1.0 / cores);
        self.whole = self.cores.ceil() as usize;
    }

    /// Returns the number of jobs in excess of the cores.
    pub fn sharing(&self) -> i64 {
        self.jobs.len().saturating_sub(self.whole).cast_signed() as i64
    }

    /// Returns the use of the quota up to `now`, which must not lie before the last change; `None`
    /// in the smooth form, where [`Cpu::busy`] is exact at every instant.
    pub fn usage(&self, now: Time) -> Option<Usage> {
        let mut quota = (**self.quota.as_ref()?).clone();
        if !self.jobs.is_empty() {
            quota.run(self.updated, now, self.rate());
        }
        Some(quota.usage)
    }

    /// Returns the time of the next spontaneous change: a job ends, or throttling begins or ends.
    #[inline]
    pub fn due(&mut self) -> Time {
        let Some(left) = self.left() else { return Time::NEVER };
        let rate = self.rate();
        match &mut self.quota {
            None => self.updated + nearest(left),
            Some(quota) => quota.due(self.updated, left, rate),
        }
    }

    /// Whether the time returned by [`Cpu::due`] is that of throttling rather than the end of a
    /// job: [`Cpu::look`] then returns the change.
    #[inline]
    pub fn only_turns(&self) -> bool {
        self.quota.as_ref().is_some_and(|quota| quota.turns)
    }

    /// Advances over the quota periods that began or ended up to `now`.
    pub fn look(&mut self, now: Time) -> LevelChange {
        self.advance(now);
        self.moved(now, LevelChange { busy: 0.0, sharing: 0 })
    }

    /// With a quota, the cores in use depend on whether it is exhausted.
    #[inline]
    fn moved(&mut self, now: Time, change: LevelChange) -> LevelChange {
        let rate = self.rate();
        let Some(quota) = &mut self.quota else { return change };
        quota.stalled = rate > 0.0 && now < quota.ends && quota.left <= rate;
        let busy = if quota.stalled { 0.0 } else { rate };
        LevelChange { busy: busy - std::mem::replace(&mut quota.shown, busy), ..change }
    }

    /// Returns the cores that jobs would use with the machine to themselves; 0 while throttled. In
    /// the smooth form they may use `limit`, whatever the current capacity.
    #[inline]
    pub fn wanted(&self, limit: f64) -> f64 {
        let jobs = self.jobs.len().cast_signed() as f64;
        match &self.quota {
            None => jobs.min(limit),
            Some(quota) if quota.stalled => 0.0,
            Some(quota) => jobs.min(quota.vcpus),
        }
    }

    /// Cores in use while not throttled.
    #[inline]
    fn rate(&self) -> f64 {
        (self.jobs.len().cast_signed() as f64).min(self.shared)
    }

    /// Returns the number of jobs.
    pub fn jobs(&self) -> usize {
        self.jobs.len()
    }

    /// Returns the cores in use: at most the capacity and one per job, and 0 while throttled.
    pub fn busy(&self) -> f64 {
        match &self.quota {
            Some(quota) => quota.shown,
            None => self.busy_with(self.jobs.len()),
        }
    }

    #[inline]
    fn busy_with(&self, jobs: usize) -> f64 {
        (jobs.cast_signed() as f64).min(self.cores)
    }

    /// Change of use when a job is added to `jobs`; negated, when one is removed.
    #[inline]
    fn one_more(&self, jobs: usize) -> LevelChange {
        LevelChange {
            busy: self.busy_with(jobs + 1) - self.busy_with(jobs),
            sharing: i64::from(jobs >= self.whole),
        }
    }

    #[inline]
    fn advance(&mut self, now: Time) {
        if now < self.updated {
            return; // All jobs are paused.
        }
        let mut passed = (now - self.updated).0.cast_signed() as f64;
        if self.quota.is_some() {
            passed = self.run(now);
        }
        // Division by one is exact but slow.
        let alone = self.slowness.to_bits() == 1_f64.to_bits();
        self.attained += if alone { passed } else { passed / self.slowness };
        self.updated = now;
    }

    /// Returns how long jobs ran since the last change \[ns\].
    #[inline]
    fn run(&mut self, now: Time) -> f64 {
        let rate = self.rate();
        match &mut self.quota {
            Some(quota) if rate > 0.0 => quota.run(self.updated, now, rate),
            _ => 0.0,
        }
    }

    #[inline]
    fn share(&mut self) {
        self.slowness = (self.jobs.len().cast_signed() as f64 * self.per_core).max(1.0) * self.slow;
    }

    /// Starts a job of `who` with `demand` of one core's time.
    #[inline]
    pub fn start(&mut self, now: Time, who: u32, demand: Span) -> LevelChange {
        let jobs = self.jobs.len();
        if jobs == 0 {
            // The processor is idle: virtual time and order of arrival can restart from zero.
            (self.attained, self.started, self.updated) = (0.0, 0, self.updated.max(now));
            if let Some(quota) = &mut self.quota {
                quota.refill(now);
            }
        } else {
            self.advance(now);
        }
        self.started += 1;
        self.demanded += demand.0;
        let end = self.attained + demand.0.cast_signed() as f64;
        self.jobs.push((end.to_bits(), self.started << u32::BITS | u64::from(who)));
        self.share();
        let change = self.one_more(jobs);
        self.moved(now, change)
    }

    /// Stops all jobs for `pause` from `now` on, while the collector computes on one core (a
    /// stop-the-world garbage collection). Jobs that start meanwhile wait. With a quota the pause
    /// itself is not charged.
    ///
    /// [`Cpu::next`] changes.
    pub fn pause(&mut self, now: Time, pause: Span) {
        if !self.jobs.is_empty() {
            self.advance(now);
        }
        self.updated = self.updated.max(now) + pause;
        self.demanded += pause.0;
        if let Some(quota) = &mut self.quota {
            quota.refill(self.updated);
        }
    }

    /// Returns the service attained by all jobs up to `now` since the beginning, in cores × time.
    pub fn used(&mut self, now: Time) -> Span {
        if !self.jobs.is_empty() {
            self.advance(now);
        }
        let left = |(end, _): (u64, u64)| (f64::from_bits(end) - self.attained).max(0.0);
        let left: f64 = self.jobs.iter().map(left).sum();
        Span(self.demanded.saturating_sub(left as u64))
    }

    /// Returns when the next job ends without further changes.
    #[inline]
    pub fn next(&self) -> Time {
        let Some(left) = self.left() else { return Time::NEVER };
        match &self.quota {
            None => self.updated + nearest(left),
            Some(quota) => quota.end(self.updated, left, self.rate()),
        }
    }

    /// Running time until the first job ends \[ns\].
    #[inline]
    fn left(&self) -> Option<f64> {
        let (end, _) = self.jobs.first()?;
        Some((f64::from_bits(end) - self.attained).max(0.0) * self.slowness)
    }

    /// Completes the job that ends now: to be called at the time returned by [`Cpu::next`].
    #[inline]
    pub fn finish(&mut self, now: Time) -> Option<(u32, LevelChange)> {
        self.advance(now);
        let (end, turn) = self.jobs.pop()?;
        // Tolerance: a nanosecond of rounding, and the precision of a double for long times.
        debug_assert!(
            (f64::from_bits(end) - self.attained).abs() <= 2.0 + self.attained * 1e-12,
            "a job ends that has not had its service"
        );
        // The virtual end is exact by construction; time is rounded to nanoseconds, attained
        // service is not.
        let exact = f64::from_bits(end);
        if let Some(quota) = &mut self.quota {
            let jobs = self.jobs.len() + 1;
            quota.correct((exact - self.attained) * jobs.cast_signed() as f64);
        }
        self.attained = exact;
        self.share();
        let more = self.one_more(self.jobs.len());
        let change = LevelChange { busy: -more.busy, sharing: -more.sharing };
        Some((turn as u32, self.moved(now, change)))
    }
}

#[cfg(test)]
mod tests;
