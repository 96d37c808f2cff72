//! Credits of burstable instances and volumes, which are fast until a balance is spent.
//!
//! A burstable instance earns CPU credits at a fixed rate and spends them while it computes; a
//! `gp2` volume does the same with I/O operations. Both are a token bucket that fills and drains at
//! constant rates between two changes of use, so the time at which it is empty is known exactly:
//! the caller reports each change of use and asks when the limit changes next.
//!
//! ([EC2 user guide]: `burstable-credits-baseline-concepts`, unlimited mode, `ebs-volume-types`.)
//!
//! [EC2 user guide]: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/

use crate::units::{NANOS_PER_SECOND, Span, Time};

/// A level with a piecewise constant rate of change.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    level: f64,
    lowest: f64,
    highest: f64,
    /// Change of the level \[1/s\].
    rate: f64,
    updated: Time,
    /// Time at which the level reaches its lower or upper bound.
    bound_at: Time,
}

impl Bucket {
    fn new(now: Time, level: f64, lowest: f64, highest: f64) -> Bucket {
        debug_assert!(lowest <= level && level <= highest, "a level outside its bounds");
        Bucket { level, lowest, highest, rate: 0.0, updated: now, bound_at: Time::NEVER }
    }

    /// Advances to `now`; returns the demand in excess of the lower bound.
    fn advance(&mut self, now: Time) -> f64 {
        debug_assert!(self.updated <= now, "time goes back");
        let mut short = 0.0;
        if self.bound_at <= now {
            // Assigned, not computed: a rounding residue must not keep a limit up or down.
            self.level = if self.rate < 0.0 { self.lowest } else { self.highest };
            short = (now - self.bound_at).secs() * (-self.rate).max(0.0);
        } else {
            self.level += self.rate * (now - self.updated).secs();
        }
        self.updated = now;
        short
    }

    /// Sets the rate of change from `updated` on.
    fn set_rate(&mut self, rate: f64) {
        self.rate = rate;
        self.bound_at = if rate < 0.0 {
            self.reaches(self.lowest)
        } else if rate > 0.0 {
            self.reaches(self.highest)
        } else {
            Time::NEVER
        };
    }

    /// Returns when the level, moving towards `level`, reaches it: the first nanosecond that is not
    /// too early.
    fn reaches(&self, level: f64) -> Time {
        self.updated + Span(((level - self.level) / self.rate * NANOS_PER_SECOND).ceil() as u64)
    }
}

/// Behaviour of an instance whose credits are spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It falls to its baseline.
    Standard,
    /// It continues at full speed and accrues surplus credits.
    Unlimited,
}

/// CPU credits of a burstable instance. One credit is one vCPU for one minute.
///
/// In standard mode the limit falls to the baseline at the instant at which the balance is zero;
/// the real one is lowered gradually. In unlimited mode it spends surplus credits, which later
/// earnings pay back; the part that exceeds its maximum balance is charged. The price is not known
/// here.
#[derive(Clone, Copy, Debug)]
pub struct CpuCredits {
    vcpus: f64,
    /// Baseline: CPU use that costs no credits \[vCPU\].
    baseline: f64,
    mode: Mode,
    busy: f64,
    /// Credit balance; negative for surplus credits.
    balance: Bucket,
    charged: f64,
}

impl CpuCredits {
    /// Creates an idle instance that starts now, with a `balance` of credits of at most `maximum`.
    pub fn new(
        now: Time,
        mode: Mode,
        vcpus: u32,
        earned_per_hour: f64,
        maximum: f64,
        balance: f64,
    ) -> CpuCredits {
        debug_assert!(earned_per_hour > 0.0 && balance >= 0.0);
        let owed = match mode {
            Mode::Standard => 0.0,
            Mode::Unlimited => -maximum,
        };
        let mut credits = CpuCredits {
            vcpus: f64::from(vcpus),
            baseline: earned_per_hour / 60.0,
            mode,
            busy: 0.0,
            balance: Bucket::new(now, balance, owed, maximum),
            charged: 0.0,
        };
        credits.balance.set_rate(credits.rate());
        credits
    }

    /// Credits earned minus credits spent \[1/s\].
    fn rate(&self) -> f64 {
        (self.baseline - self.busy) / 60.0
    }

    /// Sets the use to `busy` vCPUs from now on, or as many as [`CpuCredits::limit`] allows; to be
    /// called whenever that changes, and at the time of [`CpuCredits::next_change`].
    pub fn advance(&mut self, now: Time, busy: f64) {
        let short = self.balance.advance(now);
        match self.mode {
            Mode::Standard => debug_assert!(short <= 0.0, "use went on after the credits"),
            Mode::Unlimited => self.charged += short,
        }
        self.busy = busy.clamp(0.0, self.limit());
        self.balance.set_rate(self.rate());
    }

    /// Returns when the limit falls at unchanged use. It rises with the first credit, so with the
    /// first [`CpuCredits::advance`] after a time below the baseline.
    pub fn next_change(&self) -> Time {
        match self.mode {
            Mode::Standard if self.balance.rate < 0.0 => self.balance.bound_at,
            Mode::Standard | Mode::Unlimited => Time::NEVER,
        }
    }

    /// Returns the maximum use \[vCPU\], as of the last call of [`CpuCredits::advance`].
    pub fn limit(&self) -> f64 {
        match self.mode {
            Mode::Standard if self.balance.level <= 0.0 => self.baseline.min(self.vcpus),
            Mode::Standard | Mode::Unlimited => self.vcpus,
        }
    }

    /// Returns the credit balance (`CPUCreditBalance`).
    pub fn balance(&self) -> f64 {
        self.balance.level.max(0.0)
    }

    /// Returns the surplus credits that may still be paid back (`CPUSurplusCreditBalance`). They
    /// are also charged when the instance stops.
    pub fn surplus(&self) -> f64 {
        (-self.balance.level).max(0.0)
    }

    /// Returns the surplus credits that are charged in any case (`CPUSurplusCreditsCharged`); sixty
    /// are one vCPU for one hour.
    pub fn charged(&self) -> f64 {
        self.charged
    }
}

/// I/O credits of a volume.
///
/// Its use is reported as a rate ([`IoCredits::advance`]) or operation by operation
/// ([`IoCredits::serve`]), not both.
#[derive(Clone, Copy, Debug)]
pub struct IoCredits {
    baseline: f64,
    burst: f64,
    balance: Bucket,
}

impl IoCredits {
    /// Creates a volume that performs `burst` operations per second while it has credits, of its
    /// full `bucket`, and at least `baseline` > 0 without.
    pub fn new(baseline: f64, burst: f64, bucket: f64) -> IoCredits {
        debug_assert!(0.0 < baseline && baseline <= burst);
        let mut balance = Bucket::new(Time::ZERO, bucket, 0.0, bucket);
        balance.set_rate(baseline);
        IoCredits { baseline, burst, balance }
    }

    /// Sets the use to `iops` operations per second from now on, or as many as [`IoCredits::limit`]
    /// allows; to be called whenever that changes, and at the time of [`IoCredits::next_change`].
    pub fn advance(&mut self, now: Time, iops: f64) {
        let short = self.balance.advance(now);
        debug_assert!(short <= 0.0, "use went on after the credits");
        self.balance.set_rate(self.baseline - iops.clamp(0.0, self.limit()));
    }

    /// Returns when the limit falls at unchanged use.
    pub fn next_change(&self) -> Time {
        if self.balance.rate < 0.0 { self.balance.bound_at } else { Time::NEVER }
    }

    /// Returns the maximum operations per second, as of the last call.
    pub fn limit(&self) -> f64 {
        if self.balance.level > 0.0 { self.burst } else { self.baseline }
    }

    /// Returns the credit balance \[operations\].
    pub fn balance(&self) -> f64 {
        self.balance.level
    }

    /// Returns the credit balance at `now` without any operation until then \[operations\].
    pub fn balance_at(&self, now: Time) -> f64 {
        let mut balance = self.balance;
        balance.advance(balance.updated.max(now));
        balance.level
    }

    /// Returns the service time of an operation that starts now, not before the end of the previous
    /// one: a sequential server needs no rates. An operation at burst speed costs a credit; with a
    /// balance below one it takes as long as earning one, which pays for it.
    pub fn serve(&mut self, now: Time) -> Span {
        let since = self.balance.updated;
        self.balance.advance(since.max(now));
        if self.balance.level >= 1.0 {
            self.balance.level -= 1.0;
            self.balance.set_rate(self.baseline);
            return Span::from_secs(1.0 / self.burst);
        }
        let service = Span::from_secs(1.0 / self.baseline);
        self.balance.updated += service;
        self.balance.set_rate(self.baseline);
        service
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600;

    /// 100 per second accrue, up to 1,000: after one operation 999 are left, and all again 10 ms
    /// later.
    #[test]
    fn a_balance_is_known_between_operations() {
        let mut volume = IoCredits::new(100.0, 3_000.0, 1_000.0);
        assert!(close(volume.balance_at(Time::ZERO), 1_000.0));
        let _ = volume.serve(Time::ZERO);
        assert!(close(volume.balance_at(Time::ZERO), 999.0));
        assert!(close(volume.balance_at(Time::ZERO + Span::from_millis(5)), 999.5));
        assert!(close(volume.balance_at(Time::ZERO + Span::from_secs(9.0)), 1_000.0));
    }

    fn at(seconds: u64) -> Time {
        Time(seconds * 1_000_000_000)
    }

    /// `t3.large`: 2 vCPUs, 36 credits per hour, at most 864.
    fn t3_large(mode: Mode, balance: f64) -> CpuCredits {
        CpuCredits::new(Time::ZERO, mode, 2, 36.0, 864.0, balance)
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9 * b.abs().max(1.0)
    }

    #[test]
    fn a_full_balance_lasts_ten_hours_and_then_the_baseline_is_left() {
        let mut credits = t3_large(Mode::Standard, 864.0);
        credits.advance(Time::ZERO, 2.0);
        assert!(close(credits.limit(), 2.0));
        // 120 spent and 36 earned per hour: 864 / 84 = 10.2857 h = 37,028.571428571… s.
        let empty = credits.next_change();
        assert_eq!(empty, Time(37_028_571_428_572));
        credits.advance(empty, 2.0);
        // 36 credits per hour are 0.6 vCPU, 30 % of each.
        assert!(close(credits.limit(), 0.6) && close(credits.balance(), 0.0));
        assert_eq!(credits.next_change(), Time::NEVER);
        credits.advance(empty + Span::from_millis(1_000_000), 2.0);
        assert!(close(credits.limit(), 0.6), "at the baseline nothing is left over");
    }

    #[test]
    fn idle_time_is_earned_back_up_to_the_maximum() {
        let mut credits = t3_large(Mode::Standard, 0.0);
        assert!(close(credits.limit(), 0.6));
        credits.advance(at(HOUR), 2.0);
        assert!(close(credits.balance(), 36.0) && close(credits.limit(), 2.0));
        // 36 / 84 h = 1,542.857142857… s.
        assert_eq!(credits.next_change(), Time((HOUR * 1_000_000_000) + 1_542_857_142_858));
        // 24 h fill it, and further credits are lost.
        let mut idle = t3_large(Mode::Standard, 0.0);
        idle.advance(at(23 * HOUR), 0.0);
        assert!(close(idle.balance(), 828.0));
        idle.advance(at(30 * HOUR), 0.0);
        assert!(close(idle.balance(), 864.0));
    }

    #[test]
    fn a_later_instance_earns_from_its_launch_on() {
        let mut credits = CpuCredits::new(at(HOUR), Mode::Standard, 2, 36.0, 864.0, 0.0);
        credits.advance(at(2 * HOUR), 0.0);
        assert!(close(credits.balance(), 36.0));
    }

    #[test]
    fn use_below_the_baseline_earns_and_above_spends() {
        let mut credits = t3_large(Mode::Standard, 100.0);
        credits.advance(Time::ZERO, 0.5);
        // 0.1 vCPU below the baseline are 6 credits per hour; 1 vCPU above are 60.
        credits.advance(at(HOUR), 1.6);
        assert!(close(credits.balance(), 106.0));
        credits.advance(at(2 * HOUR), 0.6);
        assert!(close(credits.balance(), 46.0));
        assert_eq!(credits.next_change(), Time::NEVER);
    }

    #[test]
    fn unlimited_owes_a_day_of_earnings_and_is_charged_for_more() {
        // `t3.micro`: 12 credits per hour, at most 288; at 100 % it spends 108 per hour more than
        // it earns.
        let launch = Time::ZERO;
        let mut credits = CpuCredits::new(launch, Mode::Unlimited, 2, 12.0, 288.0, 108.0);
        credits.advance(launch, 2.0);
        assert_eq!(credits.next_change(), Time::NEVER);
        credits.advance(at(2 * HOUR), 2.0);
        assert!(close(credits.surplus(), 108.0) && close(credits.balance(), 0.0));
        assert!(close(credits.limit(), 2.0) && close(credits.charged(), 0.0));
        // 540 credits in five hours: 108 from the balance, 288 surplus, 144 charged.
        credits.advance(at(5 * HOUR), 0.0);
        assert!(close(credits.surplus(), 288.0) && close(credits.charged(), 144.0));
        // Ten idle hours pay back 120, thirty hours all of it.
        credits.advance(at(15 * HOUR), 0.0);
        assert!(close(credits.surplus(), 168.0) && close(credits.charged(), 144.0));
        credits.advance(at(35 * HOUR), 0.0);
        assert!(close(credits.surplus(), 0.0) && close(credits.balance(), 72.0));
    }

    #[test]
    fn a_small_volume_is_fast_for_half_an_hour() {
        let mut volume = IoCredits::new(100.0, 3_000.0, 5_400_000.0);
        volume.advance(Time::ZERO, 3_000.0);
        // 5.4 million at 2,900 per second: 1,862.068965517… s.
        let empty = volume.next_change();
        assert_eq!(empty, Time(1_862_068_965_518));
        volume.advance(empty, 3_000.0);
        assert!(close(volume.limit(), 100.0));
        assert_eq!(volume.next_change(), Time::NEVER);
        // Ten idle seconds earn a thousand credits.
        volume.advance(empty, 0.0);
        volume.advance(empty + Span::from_millis(10_000), 3_000.0);
        assert!(close(volume.balance(), 1_000.0) && close(volume.limit(), 3_000.0));
    }

    #[test]
    fn operation_by_operation_it_empties_at_the_same_time() {
        // A burst of 4 per second on a baseline of 1 and a bucket of 3: each operation takes 250
        // ms, costs 1 and earns 0.25. Levels at the starts: 3, 2.25, 1.5, 0.75: the fourth is slow
        // and leaves 0.75, so is the fifth.
        let mut volume = IoCredits::new(1.0, 4.0, 3.0);
        let (mut now, mut ends) = (Time::ZERO, Vec::new());
        for _ in 0..5 {
            now += volume.serve(now);
            ends.push(now.0 / 1_000_000);
        }
        assert_eq!(ends, [250, 500, 750, 1_750, 2_750]);
        // After a quarter of a second of idling there is a whole credit again.
        now += Span::from_millis(250);
        assert_eq!(volume.serve(now), Span::from_millis(250));
        assert_eq!(volume.serve(now + Span::from_millis(250)), Span::from_millis(1_000));
    }

    #[test]
    fn a_flat_volume_is_never_slower() {
        let mut volume = IoCredits::new(1_000.0, 1_000.0, 5_400_000.0);
        let mut now = Time::ZERO;
        for _ in 0..10_000 {
            now += volume.serve(now);
        }
        assert_eq!(now, at(10));
    }
}
