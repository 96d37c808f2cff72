//! Poisson arrivals and general service: M/G/1, M/D/1, processor sharing, and approximations for
//! M/G/c and G/G/c.

use libm::exp;

use super::markov::mmc_mean_wait;
use super::{Result, at_most, not_negative, positive, stable};

/// M/G/1 first come, first served: mean wait \[s\], service excluded: Wq = ρ·S·(1 + scv) / (2·(1 −
/// ρ)) (Pollaczek 1930, Khinchine 1932; Kleinrock, *Queueing Systems* I, ch. 5).
///
/// `arrival_rate` per s ≥ 0, `service_time` S in s > 0, `scv` the squared coefficient of variation
/// of service ≥ 0 (0 constant, 1 exponential).
///
/// # Errors
/// [`DomainError::Unstable`](super::DomainError::Unstable) from ρ = 1;
/// [`DomainError::Negative`](super::DomainError::Negative) or
/// [`DomainError::NotPositive`](super::DomainError::NotPositive) outside the domain.
pub fn mg1_mean_wait(arrival_rate: f64, service_time: f64, scv: f64) -> Result<f64> {
    let rho = stable(arrival_rate, service_time, 1)?;
    not_negative("squared coefficient of variation", scv)?;
    Ok(rho * service_time * (1.0 + scv) / (2.0 * (1.0 - rho)))
}

/// M/D/1: mean wait \[s\], service excluded: Wq = ρ·S / (2·(1 − ρ)), half that of M/M/1.
///
/// # Errors
/// Those of [`mg1_mean_wait`].
pub fn md1_mean_wait(arrival_rate: f64, service_time: f64) -> Result<f64> {
    mg1_mean_wait(arrival_rate, service_time, 0.0)
}

/// Maximum wait, in service times, supported by [`md1_wait_at_most`].
pub const MD1_LONGEST_WAIT: f64 = 1e6;

/// M/D/1 first come, first served: P(wait ≤ `time`), `time` in s ≥ 0.
///
/// Erlang's formula (1909; Crommelin 1932 for c servers), whose terms alternate and cancel, in the
/// form of Franx (2001, *Operations Research Letters* 29), whose terms are all positive: for (k −
/// 1)·S ≤ t < k·S and u = k·S − t, P(W ≤ t) = e^(−λu) Σⱼ₌₀ᵏ⁻¹ P(at most k − j in the system)
/// (λu)ʲ/j!. The number in the system follows from the balance of crossings, positive terms again:
/// π(n+1)·a(0) = π(0)·P(A > n) + Σᵢ₌₁ⁿ π(i)·P(A > n + 1 − i), A Poisson arrivals in a service.
///
/// # Errors
/// Those of [`mg1_mean_wait`]; [`DomainError::Negative`](super::DomainError::Negative) for `time`;
/// [`DomainError::TooLarge`](super::DomainError::TooLarge) beyond [`MD1_LONGEST_WAIT`] service
/// times.
pub fn md1_wait_at_most(arrival_rate: f64, service_time: f64, time: f64) -> Result<f64> {
    let rho = stable(arrival_rate, service_time, 1)?;
    let services = not_negative("time", time)? / service_time;
    at_most("wait in service times", services, MD1_LONGEST_WAIT)?;
    if rho <= 0.0 {
        return Ok(1.0);
    }
    let whole = services.floor();
    let k = whole as usize + 1;
    let at_most_present = md1_present(rho, k);
    let mean = rho * (whole + 1.0 - services);
    let mut weight = exp(-mean);
    let mut total = 0.0;
    for j in 0..k {
        total += weight * at_most_present[k - j];
        weight *= mean / (j as f64 + 1.0);
        // The mean is below one: all further terms are smaller.
        if weight < 1e-30 {
            break;
        }
    }
    Ok(total.min(1.0))
}

/// M/D/1 at utilisation `rho` in (0, 1): P(at most n in the system) for n from 0 to `most` ≥ 1.
fn md1_present(rho: f64, most: usize) -> Vec<f64> {
    let beyond = poisson_tails(rho);
    let none = exp(-rho);
    let mut shares = vec![1.0 - rho];
    let mut sum = 1.0 - rho;
    let mut sums = vec![sum];
    for n in 0..most {
        let from_empty = shares[0] * beyond.get(n).copied().unwrap_or(0.0);
        let first = (n + 1).saturating_sub(beyond.len() - 1).max(1);
        let from_busy: f64 = (first..=n).map(|i| shares[i] * beyond[n + 1 - i]).sum();
        let next = (from_empty + from_busy) / none;
        shares.push(next);
        sum += next;
        sums.push(sum.min(1.0));
    }
    sums
}

/// P(A > k) for A Poisson with a mean below one, until negligible; each a sum of positive terms.
fn poisson_tails(mean: f64) -> Vec<f64> {
    let mut terms = vec![exp(-mean)];
    while let Some(&last) = terms.last().filter(|&&last| last > 1e-40) {
        terms.push(last * mean / terms.len() as f64);
    }
    let mut tails = vec![0.0; terms.len()];
    for k in (1..terms.len()).rev() {
        tails[k - 1] = tails[k] + terms[k];
    }
    tails
}

/// M/G/1 processor sharing: mean response \[s\], S / (1 − ρ), insensitive to the law of service
/// (Kleinrock, *Queueing Systems* II, section 4.4).
///
/// # Errors
/// Those of [`mg1_mean_wait`].
pub fn ps_mean_response(arrival_rate: f64, service_time: f64) -> Result<f64> {
    Ok(service_time / (1.0 - stable(arrival_rate, service_time, 1)?))
}

/// M/G/1 processor sharing: mean response \[s\] of a job that needs `work` seconds: work / (1 − ρ)
/// (Kleinrock II, section 4.4). `work` ≥ 0, in s at the full rate of the server.
///
/// # Errors
/// Those of [`mg1_mean_wait`], and [`DomainError::Negative`](super::DomainError::Negative) for
/// `work`.
pub fn ps_conditional_response(arrival_rate: f64, service_time: f64, work: f64) -> Result<f64> {
    not_negative("work", work)?;
    Ok(work / (1.0 - stable(arrival_rate, service_time, 1)?))
}

/// M/G/c, approximately: mean wait \[s\], Wq ≈ Wq(M/M/c)·(1 + scv)/2 (Lee and Longton 1959).
///
/// Exact for exponential service, for one server, and in the limit ρ → 1. Otherwise it overstates
/// the effect of variability: too short for `scv` < 1, too long for `scv` > 1, the more so the more
/// servers and the lower ρ, because with many idle servers the true wait tends to that of M/M/c
/// whatever the law. Against exact M/D/c (Crommelin's chain solved numerically) the error at ρ =
/// 0.5, 0.7, 0.8, 0.9 is −6, −3, −2, −1 % with 2 servers, −21, −10, −6, −3 % with 8, and −33, −18,
/// −11, −5 % with 20.
///
/// # Errors
/// Those of [`mmc_mean_wait`], and [`DomainError::Negative`](super::DomainError::Negative) for
/// `scv`.
pub fn mgc_mean_wait(arrival_rate: f64, service_time: f64, scv: f64, servers: u32) -> Result<f64> {
    ggc_mean_wait(arrival_rate, 1.0, service_time, scv, servers)
}

/// G/G/c, approximately: mean wait \[s\], Wq ≈ Wq(M/M/c)·(ca² + cs²)/2 (Allen and Cunneen; Allen,
/// *Probability, Statistics, and Queueing Theory*, 2nd ed.), with `arrival_scv` ca² of the
/// interarrival times and `service_scv` cs² of service, both ≥ 0.
///
/// With Poisson arrivals it is [`mgc_mean_wait`] with its error. Otherwise it is exact only as ρ →
/// 1 (Kingman): two arrival processes with the same ca² lead to different waits, the more so the
/// lower ρ.
///
/// # Errors
/// Those of [`mmc_mean_wait`], and [`DomainError::Negative`](super::DomainError::Negative) for
/// either coefficient.
pub fn ggc_mean_wait(
    arrival_rate: f64,
    arrival_scv: f64,
    service_time: f64,
    service_scv: f64,
    servers: u32,
) -> Result<f64> {
    not_negative("squared coefficient of variation of arrivals", arrival_scv)?;
    not_negative("squared coefficient of variation of service", service_scv)?;
    positive("service time", service_time)?;
    let exponential = mmc_mean_wait(arrival_rate, service_time, servers)?;
    Ok(exponential * f64::midpoint(arrival_scv, service_scv))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::analytic::markov::mmc_mean_response;
    use crate::stats::assert_close;

    #[test]
    fn one_server_waits_by_the_spread_of_service() {
        let (rate, service) = (4.0, 0.2);
        let exponential = mmc_mean_wait(rate, service, 1).unwrap();
        assert_close(mg1_mean_wait(rate, service, 1.0).unwrap(), exponential, 1e-14);
        assert_close(md1_mean_wait(rate, service).unwrap(), exponential / 2.0, 1e-14);
        // ρ = 0.8, S = 0.2, scv 3: 0.8 · 0.2 · 4 / 0.4.
        assert_close(mg1_mean_wait(rate, service, 3.0).unwrap(), 1.6, 1e-14);
        assert!(mg1_mean_wait(5.0, 0.2, 1.0).is_err());
        assert!(mg1_mean_wait(4.0, 0.2, -1.0).is_err());
    }

    /// Erlang's alternating sum, (1 − ρ) Σ (−ρ(t − k))ᵏ/k! · e^(ρ(t − k)), is exact while t is
    /// small.
    #[test]
    fn constant_service_waits_match_erlangs_sum() {
        for rho in [0.1, 0.5, 0.8, 0.95] {
            for t in [0.0, 0.3, 0.999, 1.0, 1.7, 3.0, 4.25, 6.5] {
                let mut sum = 0.0;
                let mut factorial = 1.0;
                for k in 0..=t as i32 {
                    factorial *= f64::from(k.max(1));
                    let rest: f64 = rho * (t - f64::from(k));
                    sum += (-rest).powi(k) / factorial * rest.exp();
                }
                let found = md1_wait_at_most(rho / 0.02, 0.02, t * 0.02).unwrap();
                assert_close(found, (1.0 - rho) * sum, 1e-11);
            }
        }
    }

    /// The mean is the integral of P(W > t); the trapezium rule at 1/200 of a service is good to
    /// 1e-4 of it.
    #[test]
    fn constant_service_waits_integrate_to_their_mean() {
        for rho in [0.5, 0.9] {
            let step = 0.005;
            let beyond = |i: u32| 1.0 - md1_wait_at_most(rho, 1.0, f64::from(i) * step).unwrap();
            let steps = 20_000;
            // W has an atom at zero, where P(W > t) starts at ρ.
            let integral: f64 = step * ((1..steps).map(beyond).sum::<f64>() + beyond(0) / 2.0);
            assert_close(integral / md1_mean_wait(rho, 1.0).unwrap(), 1.0, 1e-4);
        }
    }

    #[test]
    fn constant_service_far_out() {
        assert_close(md1_wait_at_most(0.95, 1.0, 1000.0).unwrap(), 1.0, 1e-12);
        assert_close(md1_wait_at_most(0.0, 1.0, 0.0).unwrap(), 1.0, 0.0);
        assert!(md1_wait_at_most(0.5, 1.0, 1e7).is_err());
        assert!(md1_wait_at_most(0.5, 1.0, f64::NAN).is_err());
        assert!(md1_wait_at_most(1.0, 1.0, 1.0).is_err());
        // The tail falls by e^θ per service time, with θ the root of ρ(e^θ − 1) = θ: 0.2070 at ρ =
        // 0.9.
        let beyond = |t: f64| 1.0 - md1_wait_at_most(0.9, 1.0, t).unwrap();
        let theta = (beyond(40.0) / beyond(60.0)).ln() / 20.0;
        assert_close(0.9 * (theta.exp() - 1.0), theta, 1e-5);
        assert!(theta > 0.1);
    }

    #[test]
    fn sharing_stretches_all_work_alike() {
        assert_close(ps_mean_response(4.0, 0.2).unwrap(), 1.0, 1e-14);
        assert_close(
            ps_mean_response(4.0, 0.2).unwrap(),
            mmc_mean_response(4.0, 0.2, 1).unwrap(),
            1e-14,
        );
        assert_close(ps_conditional_response(4.0, 0.2, 0.05).unwrap(), 0.25, 1e-14);
        assert!(ps_conditional_response(4.0, 0.2, -0.05).is_err());
        assert!(ps_mean_response(5.0, 0.2).is_err());
    }

    #[test]
    fn many_servers_scale_with_both_spreads() {
        let exponential = mmc_mean_wait(160.0, 0.05, 10).unwrap();
        assert_close(mgc_mean_wait(160.0, 0.05, 1.0, 10).unwrap(), exponential, 1e-15);
        assert_close(mgc_mean_wait(160.0, 0.05, 0.0, 10).unwrap(), exponential / 2.0, 1e-15);
        assert_close(mgc_mean_wait(4.0, 0.2, 3.0, 1).unwrap(), 1.6, 1e-14);
        assert_close(ggc_mean_wait(160.0, 4.0, 0.05, 1.0, 10).unwrap(), 2.5 * exponential, 1e-14);
        assert!(mgc_mean_wait(160.0, 0.05, f64::NAN, 10).is_err());
    }
}
