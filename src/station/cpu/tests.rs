use proptest::prelude::*;

use super::*;

fn millis(value: u64) -> Time {
    Time(value * 1_000_000)
}

fn run(cores: f64, jobs: &[(u64, u64)]) -> Vec<(u32, Time)> {
    run_on(Cpu::new(cores), jobs)
}

/// Runs jobs with arrivals \[ms\] and demands \[ms\], and returns their ends in order.
fn run_on(mut cpu: Cpu, jobs: &[(u64, u64)]) -> Vec<(u32, Time)> {
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
    // 0–5 ms alone (5 ms done), then shared: the short job of 2 ms needs 4 ms, ends at 9 ms; the
    // long one has 3 ms left of its 10 and ends at 12 ms.
    assert_eq!(run(1.0, &[(0, 10), (5, 2)]), [(1, millis(9)), (0, millis(12))]);
}

#[test]
fn equal_jobs_end_in_the_order_they_came() {
    assert_eq!(
        run(1.0, &[(0, 3), (0, 3), (0, 3)]).iter().map(|end| end.0).collect::<Vec<_>>(),
        [0, 1, 2]
    );
}

/// A job of 10 ms on a machine slowed down fivefold from 2 ms to 22 ms: 2 + 20 / 5 = 6 ms are done
/// by then, and it ends at 26 ms. One that starts at 12 ms shares the core: by 22 ms it has
/// received 1 ms and the first 2 + 2 + 1 = 5; then they need 4 and 5 at half a core each: ends at
/// 30 and 31 ms.
#[test]
fn a_machine_is_slow_for_a_while() {
    let ends = |jobs: &[(u64, u64)]| {
        let mut cpu = Cpu::new(1.0);
        let mut ends = Vec::new();
        let mut changes = vec![(2, 5.0), (22, 1.0)].into_iter().peekable();
        let mut jobs = jobs.iter().enumerate().peekable();
        loop {
            let change = changes.peek().map_or(Time::NEVER, |(at, _)| millis(*at));
            let job = jobs.peek().map_or(Time::NEVER, |(_, (at, _))| millis(*at));
            let next = cpu.next();
            if next == Time::NEVER && change == Time::NEVER && job == Time::NEVER {
                return ends;
            }
            if next <= change.min(job) {
                ends.extend(cpu.finish(next).map(|(who, _)| (who, next)));
            } else if job <= change {
                let (who, (at, demand)) = jobs.next().expect("it was peeked at");
                cpu.start(millis(*at), who as u32, Span::from_millis(*demand));
            } else {
                let (at, times) = changes.next().expect("it was peeked at");
                cpu.set_slow(millis(at), times);
            }
        }
    };
    assert_eq!(ends(&[(0, 10)]), [(0, millis(26))]);
    assert_eq!(ends(&[(0, 10), (12, 5)]), [(1, millis(30)), (0, millis(31))]);
}

fn micros(value: u64) -> Time {
    Time(value * 1_000)
}

fn quota(limit: f64, vcpus: f64) -> Cpu {
    Cpu::with_quota(limit, vcpus, CFS_PERIOD, Span::ZERO)
}

#[test]
fn two_threads_use_up_a_quota_of_one_core_in_half_the_period() {
    // 50 ms of running and 50 ms of throttling, three times, then the last 50 ms of the 200.
    let ends = run_on(quota(1.0, 2.0), &[(0, 200), (0, 200)]);
    assert_eq!(ends, [(0, millis(350)), (1, millis(350))]);
}

#[test]
fn a_quarter_of_a_core_stalls_for_seven_eighths_of_the_period() {
    // 25 ms of quota, used by two in 12.5 ms.
    let mut cpu = quota(0.25, 2.0);
    cpu.start(Time::ZERO, 0, Span::from_millis(25));
    cpu.start(Time::ZERO, 1, Span::from_millis(25));
    assert_eq!(cpu.next(), micros(112_500));
    let ms = 1e6;
    for (at, used, stalled) in [(5, 10.0, 0.0), (50, 25.0, 37.5), (100, 25.0, 87.5)] {
        let expected = Usage { used: used * ms, stalled: stalled * ms };
        assert_eq!(cpu.usage(millis(at)), Some(expected), "at {at} ms");
    }
    assert_eq!(cpu.finish(micros(112_500)).map(|end| end.0), Some(0));
    assert_eq!(cpu.next(), micros(112_500));
    assert_eq!(cpu.finish(micros(112_500)).map(|end| end.0), Some(1));
    let all = Usage { used: 50.0 * ms, stalled: 87.5 * ms };
    assert_eq!(cpu.usage(millis(500)), Some(all), "an idle processor does not stall");
    assert_eq!(Cpu::new(1.0).usage(millis(1)), None);
}

#[test]
fn who_comes_during_a_stall_waits_for_the_next_period() {
    // Job 0 runs 50 ms and is throttled with 10 ms left; from 100 ms on both share the core.
    let ends = run_on(quota(0.5, 1.0), &[(0, 60), (70, 10)]);
    assert_eq!(ends, [(0, millis(120)), (1, millis(120))]);
}

#[test]
fn periods_end_at_their_phase_and_refill_the_quota() {
    // Periods end at 30, 130, 230 ms, with 50 ms each. Job 0 uses 30 ms of the first and 30 ms of
    // the second, and ends at 60 ms. Job 1 finds 20 ms, and is throttled from 120 to 130 ms. Job 2
    // finds 10 ms used.
    let cpu = Cpu::with_quota(0.5, 1.0, CFS_PERIOD, Span::from_millis(130));
    let ends = run_on(cpu, &[(0, 60), (100, 30), (150, 45)]);
    assert_eq!(ends, [(0, millis(60)), (1, millis(140)), (2, millis(235))]);
}

/// Three jobs on two cores. The first ends at half a nanosecond, which is rounded; the others need
/// the remaining quota to the nanosecond: that of one period, and that of three.
#[test]
fn a_rounded_nanosecond_does_not_cost_a_period() {
    for short in (10_000_001..10_001_001).step_by(2) {
        let rest = (100_000_000 - 1 - 3 * short) / 2;
        let jobs = [(0, short), (0, short + rest), (0, short + rest + 1)];
        let ends = drive(quota(1.0, 2.0), &jobs, |_, _| {});
        assert!(ends[2] <= Time(50_000_002), "{short}: {ends:?}");

        let period = 100_000_001;
        let rest = 3 * (period - short) / 2;
        let jobs = [(0, short), (0, short + rest), (0, short + rest)];
        let cpu = Cpu::with_quota(1.0, 2.0, Span(period), Span::ZERO);
        let ends = drive(cpu, &jobs, |_, _| {});
        assert!(ends[2] <= Time(2 * period + period / 2 + 2), "{short}: {ends:?}");
    }
}

/// Three jobs on two cores, which together need the quota of one period or of two, advance at two
/// thirds, which has no exact double.
#[test]
fn a_rounded_fraction_does_not_cost_a_period() {
    let period = 99_999_999;
    for periods in [1, 2] {
        for step in 100_001..100_051 {
            let mut cpu = Cpu::with_quota(1.0, 2.0, Span(period), Span::ZERO);
            for who in 0..3 {
                cpu.start(Time::ZERO, who, Span(periods * period / 3));
            }
            // Each look rounds.
            for look in 1..499 {
                cpu.set_capacity(Time(look * step), 2.0);
            }
            let expected = (periods - 1) * period + 50_000_000;
            assert!(cpu.next().0.abs_diff(expected) <= 1, "{step}: {:?}", cpu.next());
        }
    }
}

#[test]
fn jobs_beyond_the_cores_use_the_quota_no_faster() {
    // Four jobs on two cores: 25 ms each in the 50 ms until the quota is exhausted.
    let ends = run_on(quota(1.0, 2.0), &[(0, 50); 4]);
    assert_eq!(ends.iter().map(|end| end.1).collect::<Vec<_>>(), [millis(150); 4]);
}

#[test]
fn the_long_run_throughput_is_the_limit() {
    // 10 s of work, 50 ms per period: 200 periods, the last of which ends after 25 ms on two cores.
    let ends = run_on(quota(0.5, 2.0), &[(0, 1_000); 10]);
    assert!(ends.iter().all(|end| end.1 == millis(19_925)), "{ends:?}");
}

#[test]
fn the_level_is_what_jobs_use() {
    // 150 ms of quota, exhausted by three in 50 ms: they are throttled until the period ends.
    let mut cpu = quota(1.5, 4.0);
    for (who, sharing) in [0, 0, 1].into_iter().enumerate() {
        let change = cpu.start(Time::ZERO, who as u32, Span::from_millis(60));
        assert_eq!(change, LevelChange { busy: 1.0, sharing });
    }
    assert_eq!((cpu.busy(), cpu.due(), cpu.next()), (3.0, millis(50), millis(110)));
    assert!(cpu.only_turns());
    assert_eq!(cpu.look(millis(50)), LevelChange { busy: -3.0, sharing: 0 });
    assert_eq!((cpu.busy(), cpu.wanted(1.0), cpu.due()), (0.0, 0.0, millis(100)));
    assert_eq!(cpu.look(millis(100)), LevelChange { busy: 3.0, sharing: 0 });
    assert_eq!((cpu.due(), cpu.next()), (millis(110), millis(110)));
    assert!(!cpu.only_turns(), "at 150 ms they would stall again");
    let end = cpu.finish(millis(110)).map(|end| end.1);
    assert_eq!(end, Some(LevelChange { busy: -1.0, sharing: -1 }));
}

#[test]
fn capacity_may_change_under_the_jobs() {
    let mut cpu = Cpu::new(2.0);
    cpu.start(Time::ZERO, 0, Span::from_millis(20));
    cpu.start(Time::ZERO, 1, Span::from_millis(20));
    // 10 ms each are done; then each has a quarter of a core for 20 ms, then a whole core again.
    assert_eq!(cpu.set_capacity(millis(10), 0.5), LevelChange { busy: -1.5, sharing: 1 });
    assert_eq!(cpu.next(), millis(50));
    assert_eq!(cpu.set_capacity(millis(30), 2.0), LevelChange { busy: 1.5, sharing: -1 });
    assert_eq!(cpu.next(), millis(35));

    let mut cpu = quota(1.0, 2.0);
    cpu.start(Time::ZERO, 0, Span::from_millis(40));
    cpu.start(Time::ZERO, 1, Span::from_millis(40));
    assert_eq!(cpu.next(), millis(40));
    // Half a core is less than the limit: 30 ms left for each, at a quarter of a core, without
    // throttling.
    assert_eq!(cpu.set_capacity(millis(10), 0.5), LevelChange { busy: -1.5, sharing: 0 });
    assert_eq!(cpu.next(), millis(130));
    assert_eq!(cpu.usage(millis(130)).map(|usage| usage.stalled), Some(0.0));

    let mut idle = Cpu::new(1.0);
    assert_eq!(idle.set_capacity(millis(5), 4.0), LevelChange { busy: 0.0, sharing: 0 });
    idle.start(millis(7), 0, Span::from_millis(10));
    assert_eq!(idle.next(), millis(17));
}

/// Reference: the same processor stepped from event to event; returns when each job ends \[ns\].
fn step(limit: f64, vcpus: f64, period: u64, phase: u64, jobs: &[(u64, u64)]) -> Vec<f64> {
    let (period, budget) = (period as f64, limit * period as f64);
    let (mut now, mut left) = (0.0, budget);
    let mut boundary = if phase > 0 { phase as f64 } else { period };
    let mut rest: Vec<f64> = jobs.iter().map(|job| job.1 as f64).collect();
    let mut ends = vec![f64::NAN; jobs.len()];
    loop {
        let here: Vec<usize> =
            (0..jobs.len()).filter(|i| jobs[*i].0 as f64 <= now && rest[*i] > 0.0).collect();
        let rate = (here.len() as f64).min(vcpus);
        let each = if left > 0.0 { rate / here.len() as f64 } else { 0.0 };
        let arrivals = jobs.iter().map(|job| job.0 as f64).filter(|at| *at > now);
        let mut to = arrivals.fold(boundary, f64::min);
        if each > 0.0 {
            let shortest = here.iter().map(|i| rest[*i]).fold(f64::MAX, f64::min);
            to = to.min(now + shortest / each).min(now + left / rate);
        } else if here.is_empty() && rest.iter().all(|rest| *rest <= 0.0) {
            return ends;
        }
        for i in here {
            rest[i] -= each * (to - now);
            if rest[i] < 1e-3 {
                (rest[i], ends[i]) = (0.0, to);
            }
        }
        left -= if each > 0.0 { rate * (to - now) } else { 0.0 };
        left = if left < 1e-3 { 0.0 } else { left };
        now = to;
        if now >= boundary {
            (left, boundary) = (budget, boundary + period);
        }
    }
}

fn drive(mut cpu: Cpu, jobs: &[(u64, u64)], mut seen: impl FnMut(&Cpu, Time)) -> Vec<Time> {
    let mut ends = vec![Time::NEVER; jobs.len()];
    let mut arrivals = jobs.iter().enumerate().peekable();
    loop {
        let arrival = arrivals.peek().map_or(Time::NEVER, |(_, job)| Time(job.0));
        let now = cpu.next().min(arrival);
        if now == Time::NEVER {
            return ends;
        }
        seen(&cpu, now);
        if cpu.next() <= arrival {
            ends[cpu.finish(now).expect("a job ends").0 as usize] = now;
        } else if let Some((who, job)) = arrivals.next() {
            cpu.start(now, who as u32, Span(job.1));
        }
    }
}

fn seeded(cases: u32) -> ProptestConfig {
    let rng_seed = proptest::test_runner::RngSeed::Fixed(3_145);
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..ProptestConfig::default() }
}

/// Gaps and demands in nanoseconds, so that no two events coincide by chance.
fn jobs() -> impl Strategy<Value = Vec<(u64, u64)>> {
    prop::collection::vec((0..40_000_000_u64, 1..150_000_000_u64), 1..12).prop_map(|jobs| {
        let mut at = 0;
        let arrive = |(gap, demand)| {
            at += gap;
            (at, demand)
        };
        jobs.into_iter().map(arrive).collect()
    })
}

proptest! {
    #![proptest_config(seeded(600))]

    /// The closed form ends each job at the same time as stepping period by period, and no period
    /// uses more run time than its quota.
    #[test]
    fn no_period_uses_more_than_its_quota(
        jobs in jobs(),
        limit in 0.05..3.0_f64,
        vcpus in 1..5_u32,
        phase in 0..100_000_000_u64,
    ) {
        let vcpus = f64::from(vcpus);
        let period = CFS_PERIOD.0;
        let cpu = Cpu::with_quota(limit, vcpus, CFS_PERIOD, Span(phase));
        let (mut boundary, mut before, mut most) = (Time(phase), 0.0, 0.0_f64);
        let ends = drive(cpu, &jobs, |cpu, now| {
            while boundary < now {
                let used = cpu.usage(boundary).expect("has a quota").used;
                most = most.max(used - before);
                (before, boundary) = (used, boundary + CFS_PERIOD);
            }
        });
        prop_assert!(most <= limit * period as f64 + 10.0, "{most} ns in one period");
        for (end, expected) in ends.iter().zip(step(limit, vcpus, period, phase, &jobs)) {
            prop_assert!((end.0 as f64 - expected).abs() < 100.0, "{end:?}, by steps {expected}");
        }
    }

    /// A single job cannot use more than one core: a limit of one or more has no effect.
    #[test]
    fn a_limit_of_a_core_is_nothing_to_one_job(
        jobs in jobs(),
        limit in 1.0..3.0_f64,
        phase in 0..100_000_000_u64,
    ) {
        let mut at = 0;
        let mut alone = jobs;
        for (arrival, demand) in &mut alone {
            *arrival += at;
            at = *arrival + *demand;
        }
        let cpu = Cpu::with_quota(limit, 2.0, CFS_PERIOD, Span(phase));
        let smooth = drive(Cpu::new(limit), &alone, |_, _| {});
        prop_assert_eq!(drive(cpu, &alone, |_, _| {}), smooth);
    }
}
