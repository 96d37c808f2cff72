//! Poisson arrivals and exponential service: Erlang's formulas, M/M/c and M/M/c/K.

use libm::{exp, expm1, log};

use super::{DomainError, Result, at_most, not_negative, positive, share, stable, utilisation};

/// Maximum number of servers or places for which an exact answer is computed.
pub const MOST_PLACES: u32 = 1_000_000;

/// Erlang B: share of arrivals that find all servers busy and are lost, M/G/c/c.
///
/// B(0, a) = 1, B(n, a) = a·B(n − 1, a) / (n + a·B(n − 1, a)) (Cooper, *Introduction to Queueing
/// Theory*, 2nd ed., ch. 3; insensitive to the law of service). `offered` = λ·S in erlang ≥ 0.
///
/// # Errors
/// [`DomainError::Negative`] for `offered`, [`DomainError::TooLarge`] above [`MOST_PLACES`]
/// servers.
pub fn erlang_b(servers: u32, offered: f64) -> Result<f64> {
    not_negative("offered load", offered)?;
    at_most("servers", f64::from(servers), f64::from(MOST_PLACES))?;
    Ok((1..=servers).fold(1.0, |blocked, n| {
        let busy = offered * blocked;
        busy / (f64::from(n) + busy)
    }))
}

/// Erlang C: share of arrivals that wait, M/M/c.
///
/// C = B / (1 − ρ·(1 − B)) with B of [`erlang_b`] and ρ = `offered`/`servers` (Cooper, ch. 3).
///
/// # Errors
/// [`DomainError::Unstable`] from ρ = 1; [`DomainError::NotPositive`] without servers; those of
/// [`erlang_b`].
pub fn erlang_c(servers: u32, offered: f64) -> Result<f64> {
    let blocked = erlang_b(servers, offered)?;
    let rho = offered / positive("servers", f64::from(servers))?;
    if rho >= 1.0 {
        return Err(DomainError::Unstable { rho });
    }
    Ok(blocked / (1.0 - rho * (1.0 - blocked)))
}

/// M/M/c: the share of arrivals that wait, [`erlang_c`] of λ·S.
///
/// `arrival_rate` λ per s ≥ 0, `service_time` S in s > 0, `servers` c ≥ 1.
///
/// # Errors
/// [`DomainError::Unstable`] from ρ = λS/c = 1; [`DomainError::Negative`],
/// [`DomainError::NotPositive`] or [`DomainError::TooLarge`] outside the domain.
pub fn mmc_wait_probability(arrival_rate: f64, service_time: f64, servers: u32) -> Result<f64> {
    stable(arrival_rate, service_time, servers)?;
    erlang_c(servers, arrival_rate * service_time)
}

/// M/M/c: mean wait in queue \[s\], service excluded: Wq = C·S / (c·(1 − ρ)) (Cooper, ch. 3; Gross
/// and Harris, *Fundamentals of Queueing Theory*, 3rd ed., ch. 2).
///
/// # Errors
/// Those of [`mmc_wait_probability`].
pub fn mmc_mean_wait(arrival_rate: f64, service_time: f64, servers: u32) -> Result<f64> {
    let rho = stable(arrival_rate, service_time, servers)?;
    let waits = mmc_wait_probability(arrival_rate, service_time, servers)?;
    Ok(waits * service_time / (f64::from(servers) * (1.0 - rho)))
}

/// M/M/c: mean response \[s\], wait and service: W = Wq + S.
///
/// # Errors
/// Those of [`mmc_wait_probability`].
pub fn mmc_mean_response(arrival_rate: f64, service_time: f64, servers: u32) -> Result<f64> {
    Ok(mmc_mean_wait(arrival_rate, service_time, servers)? + service_time)
}

/// M/M/c: mean number waiting, those in service excluded: Lq = λ·Wq (Little).
///
/// # Errors
/// Those of [`mmc_wait_probability`].
pub fn mmc_mean_queue(arrival_rate: f64, service_time: f64, servers: u32) -> Result<f64> {
    Ok(arrival_rate * mmc_mean_wait(arrival_rate, service_time, servers)?)
}

/// M/M/c first come, first served: P(wait > `time`) = C·exp(−c·(1 − ρ)·time/S) (Gross and Harris,
/// ch. 2). `time` in s ≥ 0.
///
/// # Errors
/// Those of [`mmc_wait_probability`], and [`DomainError::Negative`] for `time`.
pub fn mmc_wait_exceeds(
    arrival_rate: f64,
    service_time: f64,
    servers: u32,
    time: f64,
) -> Result<f64> {
    not_negative("time", time)?;
    let rho = stable(arrival_rate, service_time, servers)?;
    let waits = mmc_wait_probability(arrival_rate, service_time, servers)?;
    Ok(waits * exp(-f64::from(servers) * (1.0 - rho) * time / service_time))
}

/// M/M/c first come, first served: the `p` quantile of the wait \[s\], zero where at least a share
/// `p` does not wait: S·ln(C/(1 − p)) / (c·(1 − ρ)), the inverse of [`mmc_wait_exceeds`].
/// 0 ≤ `p` < 1.
///
/// # Errors
/// Those of [`mmc_wait_probability`], and [`DomainError::NotShare`] for `p`.
pub fn mmc_wait_quantile(
    arrival_rate: f64,
    service_time: f64,
    servers: u32,
    p: f64,
) -> Result<f64> {
    share("p", p)?;
    let rho = stable(arrival_rate, service_time, servers)?;
    let waits = mmc_wait_probability(arrival_rate, service_time, servers)?;
    if waits <= 1.0 - p {
        return Ok(0.0);
    }
    Ok(log(waits / (1.0 - p)) * service_time / (f64::from(servers) * (1.0 - rho)))
}

/// M/M/c first come, first served: P(response > `time`), wait and service together.
///
/// The wait is zero with probability 1 − C and else exponential of rate a = c·μ − λ, independent of
/// the service: (1 − C)·e^(−μt) + C·(a·e^(−μt) − μ·e^(−at))/(a − μ), in the limit a = μ (1 −
/// C)·e^(−μt) + C·(1 + μt)·e^(−μt) (Gross and Harris, ch. 2). `time` in s ≥ 0.
///
/// # Errors
/// Those of [`mmc_wait_probability`], and [`DomainError::Negative`] for `time`.
pub fn mmc_response_exceeds(
    arrival_rate: f64,
    service_time: f64,
    servers: u32,
    time: f64,
) -> Result<f64> {
    not_negative("time", time)?;
    stable(arrival_rate, service_time, servers)?;
    let waits = mmc_wait_probability(arrival_rate, service_time, servers)?;
    let mu = 1.0 / service_time;
    let a = f64::from(servers) * mu - arrival_rate;
    let (served, waited) = (exp(-mu * time), exp(-a * time));
    // Near the limit the difference quotient suffers from cancellation, and the limit itself is as
    // accurate.
    let both = if (a - mu).abs() > 1e-7 * mu {
        (a * served - mu * waited) / (a - mu)
    } else {
        (1.0 + mu * time) * served
    };
    Ok((1.0 - waits) * served + waits * both)
}

/// M/M/c first come, first served: the `p` quantile of the response \[s\], the inverse of
/// [`mmc_response_exceeds`] by bisection to the last digits. 0 ≤ `p` < 1.
///
/// # Errors
/// Those of [`mmc_response_exceeds`], and [`DomainError::NotShare`] for `p`.
pub fn mmc_response_quantile(
    arrival_rate: f64,
    service_time: f64,
    servers: u32,
    p: f64,
) -> Result<f64> {
    share("p", p)?;
    let exceeds = |time| mmc_response_exceeds(arrival_rate, service_time, servers, time);
    let (mut low, mut high) = (0.0, service_time);
    while exceeds(high)? > 1.0 - p {
        (low, high) = (high, 2.0 * high);
    }
    // Two hundred halvings exhaust the precision; a response beyond 2¹⁰⁰ service times is not that
    // of a stable queue.
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if exceeds(middle)? > 1.0 - p {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(f64::midpoint(low, high))
}

/// M/M/c with abandonment after a constant `patience`: share of customers that leave unserved.
///
/// With J = ∫₀^∞ exp(∫₀ᵗ (λ·1\[u < τ\] − cμ) du) dt = (1 − e^(−(cμ − λ)τ))/(cμ − λ) + e^(−(cμ −
/// λ)τ)/(cμ) and e = Σ aʲ/j! over j < c, divided by its last term: (1 + (λ − cμ)·J)/(e + λ·J)
/// (Baccelli and Hebuterne 1981; Zeltyn and Mandelbaum 2005 for constant patience). Loads above
/// capacity are in the domain. `patience` τ in s ≥ 0; zero is Erlang's loss system.
///
/// # Errors
/// [`DomainError::Negative`], [`DomainError::NotPositive`] or [`DomainError::TooLarge`] outside the
/// domain.
pub fn mmc_leaving(
    arrival_rate: f64,
    service_time: f64,
    servers: u32,
    patience: f64,
) -> Result<f64> {
    utilisation(arrival_rate, service_time, servers)?;
    positive("servers", f64::from(servers))?;
    at_most("servers", f64::from(servers), f64::from(MOST_PLACES))?;
    not_negative("patience", patience)?;
    if arrival_rate <= 0.0 {
        return Ok(0.0);
    }
    let capacity = f64::from(servers) / service_time;
    let spare = capacity - arrival_rate;
    let left = exp(-spare * patience);
    // expm1 keeps the precision where load and capacity are nearly equal; in the limit the value is
    // τ.
    let waiting = if spare == 0.0 { patience } else { -expm1(-spare * patience) / spare };
    if !left.is_finite() {
        // With this patience above capacity, all but the excess are served.
        return Ok(-spare / arrival_rate);
    }
    let j = waiting + left / capacity;
    let offered = arrival_rate * service_time;
    let mut term = 1.0;
    let mut busy = 1.0;
    for below in (1..servers).rev() {
        term *= f64::from(below) / offered;
        busy += term;
    }
    Ok((1.0 - spare * j) / (busy + arrival_rate * j))
}

/// Measures of a station with a finite queue; see [`mmck`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossQueue {
    /// Blocking probability: share of arrivals rejected.
    pub blocking: f64,
    /// Throughput: arrivals accepted per second.
    pub throughput: f64,
    /// Mean number waiting, those in service excluded.
    pub mean_queue: f64,
    /// Mean wait of accepted arrivals \[s\], service excluded.
    pub mean_wait: f64,
    /// Utilisation of a server.
    pub utilisation: f64,
}

/// M/M/c/K: `servers` c and at most `capacity` K in the system, those in service included; arrivals
/// that find it full are lost.
///
/// Blocking is p(K) of the birth–death chain; Lq = Σ (n − c)·p(n), Wq = Lq / (λ·(1 − p(K))) (Gross
/// and Harris, ch. 2). Loads above capacity are in the domain. `arrival_rate` per s ≥ 0,
/// `service_time` in s > 0.
///
/// # Errors
/// [`DomainError::CapacityBelowServers`]; [`DomainError::Negative`], [`DomainError::NotPositive`];
/// [`DomainError::TooLarge`] above [`MOST_PLACES`].
pub fn mmck(
    arrival_rate: f64,
    service_time: f64,
    servers: u32,
    capacity: u32,
) -> Result<LossQueue> {
    utilisation(arrival_rate, service_time, servers)?;
    at_most("capacity", f64::from(capacity), f64::from(MOST_PLACES))?;
    if capacity < servers {
        return Err(DomainError::CapacityBelowServers { capacity, servers });
    }
    if arrival_rate <= 0.0 {
        let idle = 0.0;
        return Ok(LossQueue {
            blocking: idle,
            throughput: idle,
            mean_queue: idle,
            mean_wait: idle,
            utilisation: idle,
        });
    }
    let births = vec![arrival_rate; capacity as usize];
    let deaths: Vec<f64> =
        (1..=capacity).map(|n| f64::from(n.min(servers)) / service_time).collect();
    let present = birth_death(&births, &deaths)?;
    let blocking = present.last().copied().unwrap_or(0.0);
    let throughput = arrival_rate * (1.0 - blocking);
    let waiting = present.iter().skip(servers as usize).enumerate();
    let mean_queue: f64 = waiting.map(|(queue, share)| queue as f64 * share).sum();
    let mean_wait = if throughput > 0.0 { mean_queue / throughput } else { 0.0 };
    let utilisation = throughput * service_time / f64::from(servers);
    Ok(LossQueue { blocking, throughput, mean_queue, mean_wait, utilisation })
}

/// Stationary distribution of a birth–death chain with states 0 to n: p(i) ∝ Π
/// births\[j\]/deaths\[j\] for j < i, where `births[j]` leads from j to j + 1 and `deaths[j]` back,
/// both per s (Gross and Harris, ch. 2). Computed in logarithms, so that no product overflows or
/// underflows. Slices of different lengths are truncated to the shorter one.
///
/// # Errors
/// [`DomainError::NotPositive`] for a rate that is not.
pub fn birth_death(births: &[f64], deaths: &[f64]) -> Result<Vec<f64>> {
    let mut logs = Vec::with_capacity(births.len().min(deaths.len()) + 1);
    let mut weight = 0.0;
    logs.push(weight);
    for (&birth, &death) in births.iter().zip(deaths) {
        weight += log(positive("birth rate", birth)?) - log(positive("death rate", death)?);
        logs.push(weight);
    }
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logs.iter().map(|weight| exp(weight - most)).collect();
    let total: f64 = weights.iter().sum();
    Ok(weights.into_iter().map(|weight| weight / total).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::assert_close;

    /// B = (aⁿ/n!) / Σ aᵏ/k!, term by term.
    #[test]
    fn erlang_b_is_the_ratio_of_factorials() {
        for (servers, offered) in [(1, 0.5), (3, 2.0), (10, 8.0), (20, 25.0)] {
            let (mut term, mut sum) = (1.0, 1.0);
            for k in 1..=servers {
                term *= offered / f64::from(k);
                sum += term;
            }
            assert_close(erlang_b(servers, offered).unwrap(), term / sum, 1e-14);
        }
        assert_close(erlang_b(0, 3.0).unwrap(), 1.0, 0.0);
        assert_close(erlang_b(5, 0.0).unwrap(), 0.0, 0.0);
    }

    #[test]
    fn mmc_waits_match_known_values() {
        // Servers held 50 ms: rate, servers, mean wait in ms to the last digit given.
        for (rate, servers, wait_ms) in
            [(160.0, 10, 10.23), (180.0, 10, 33.44), (190.0, 10, 82.56), (320.0, 20, 3.20)]
        {
            let found = 1e3 * mmc_mean_wait(rate, 0.05, servers).unwrap();
            assert_close(found, wait_ms, 0.0051);
        }
        assert_close(mmc_wait_probability(160.0, 0.05, 10).unwrap(), 0.4092, 5e-5);
        assert_close(mmc_wait_probability(320.0, 0.05, 20).unwrap(), 0.2561, 5e-5);
        assert_close(mmc_mean_wait(6.4, 1.0, 8).unwrap(), 0.28603, 5e-6);
    }

    /// M/M/1: C = ρ, Wq = ρS/(1 − ρ), Lq = ρ²/(1 − ρ), quantile −S·ln((1 − p)/ρ)/(1 − ρ).
    #[test]
    fn one_server_has_closed_forms() {
        let (rate, service) = (4.0, 0.2); // ρ = 0.8
        assert_close(mmc_wait_probability(rate, service, 1).unwrap(), 0.8, 1e-14);
        assert_close(mmc_mean_wait(rate, service, 1).unwrap(), 0.8, 1e-14);
        assert_close(mmc_mean_response(rate, service, 1).unwrap(), 1.0, 1e-14);
        assert_close(mmc_mean_queue(rate, service, 1).unwrap(), 3.2, 1e-13);
        // 0.95: ln(0.8/0.05) = ln 16 = 4 ln 2, over (1 − ρ)/S = 1.
        let quantile = mmc_wait_quantile(rate, service, 1, 0.95).unwrap();
        assert_close(quantile, 4.0 * std::f64::consts::LN_2, 1e-13);
        assert_close(mmc_wait_exceeds(rate, service, 1, quantile).unwrap(), 0.05, 1e-14);
        assert_close(mmc_wait_quantile(rate, service, 1, 0.2).unwrap(), 0.0, 0.0);
        assert_close(mmc_wait_quantile(0.0, service, 1, 0.999).unwrap(), 0.0, 0.0);
    }

    #[test]
    fn bounded_queues_have_closed_forms() {
        // M/M/1/3 with ρ = 0.5: weights 8, 4, 2, 1 of 15.
        let found = mmck(5.0, 0.1, 1, 3).unwrap();
        assert_close(found.blocking, 1.0 / 15.0, 1e-14);
        assert_close(found.throughput, 14.0 / 3.0, 1e-13);
        assert_close(found.mean_queue, (2.0 + 2.0) / 15.0, 1e-14);
        assert_close(found.mean_wait, (4.0 / 15.0) / (14.0 / 3.0), 1e-14);
        assert_close(found.utilisation, 7.0 / 15.0, 1e-14);
        // At ρ = 1 all states are equally likely.
        assert_close(mmck(10.0, 0.1, 1, 9).unwrap().blocking, 0.1, 1e-14);
        // Without a queue it is Erlang B, also far above capacity.
        for offered in [2.0, 50.0, 5000.0] {
            let lossy = mmck(offered, 1.0, 10, 10).unwrap();
            assert_close(lossy.blocking, erlang_b(10, offered).unwrap(), 1e-12);
            assert_close(lossy.mean_wait, 0.0, 0.0);
        }
        // With a queue that never fills it is M/M/c.
        let roomy = mmck(160.0, 0.05, 10, 1000).unwrap();
        assert_close(roomy.mean_wait, mmc_mean_wait(160.0, 0.05, 10).unwrap(), 1e-12);
        assert_close(mmck(0.0, 0.05, 10, 20).unwrap().mean_wait, 0.0, 0.0);
    }

    #[test]
    fn outside_the_domain_is_an_error() {
        assert_eq!(erlang_c(2, 2.0), Err(DomainError::Unstable { rho: 1.0 }));
        assert!(erlang_c(0, 0.0).is_err());
        assert!(erlang_b(5, f64::NAN).is_err());
        assert!(erlang_b(u32::MAX, 1.0).is_err());
        assert!(mmc_mean_wait(-1.0, 0.05, 10).is_err());
        assert!(mmc_wait_quantile(1.0, 0.05, 10, 1.0).is_err());
        assert!(mmc_wait_exceeds(1.0, 0.05, 10, -1.0).is_err());
        assert_eq!(
            mmck(1.0, 1.0, 4, 3),
            Err(DomainError::CapacityBelowServers { capacity: 3, servers: 4 })
        );
        assert!(birth_death(&[1.0], &[0.0]).is_err());
        assert_eq!(birth_death(&[], &[]), Ok(vec![1.0]));
    }

    /// M/M/1: the response is exponential with mean S / (1 − ρ).
    #[test]
    fn responses_of_one_server_are_exponential() {
        for p in [0.0, 0.5, 0.95, 0.99, 0.9999] {
            let found = mmc_response_quantile(80.0, 0.010, 1, p).unwrap();
            assert_close(found, -0.05 * log(1.0 - p), 1e-13);
        }
        assert!(mmc_response_quantile(100.0, 0.010, 1, 0.5).is_err());
        assert!(mmc_response_quantile(80.0, 0.010, 1, 1.0).is_err());
    }

    /// The density of wait plus service integrated numerically, by Simpson's rule.
    #[test]
    fn responses_of_many_servers_are_waits_and_services() {
        let (rate, service, servers) = (160.0, 0.050, 10);
        let time = 0.23;
        let waits = mmc_wait_probability(rate, service, servers).unwrap();
        let a = f64::from(servers) / service - rate;
        let steps = 2000;
        let density = |t: f64| waits * a * exp(-a * t) * exp(-(time - t) / service);
        let width = time / f64::from(steps);
        let sum: f64 = (0..=steps)
            .map(|i| {
                let weight = match i {
                    0 => 1.0,
                    i if i == steps => 1.0,
                    i if i % 2 == 1 => 4.0,
                    _ => 2.0,
                };
                weight * density(f64::from(i) * width)
            })
            .sum();
        // Served at once and still in service, waited for less than the time and still in service,
        // or still waiting.
        let expected =
            (1.0 - waits) * exp(-time / service) + sum * width / 3.0 + waits * exp(-a * time);
        let found = mmc_response_exceeds(rate, service, servers, time).unwrap();
        assert_close(found, expected, 1e-10);
        // Where the wait ends at the rate of service (a = μ) the limit is continuous.
        let near = |rate| mmc_response_exceeds(rate, 0.1, 2, 0.3).unwrap();
        assert_close(near(10.0), near(10.0 + 1e-4), 1e-5);
        assert_close(near(10.0), near(10.0 - 1e-4), 1e-5);
    }

    #[test]
    fn patience_between_none_and_all() {
        // Infinite patience: none leaves; zero: Erlang's loss system.
        assert_close(mmc_leaving(150.0, 0.050, 10, 1e3).unwrap(), 0.0, 1e-12);
        assert_close(
            mmc_leaving(220.0, 0.050, 10, 0.0).unwrap(),
            erlang_b(10, 11.0).unwrap(),
            1e-13,
        );
        // Infinite patience above capacity: the excess leaves.
        assert_close(mmc_leaving(250.0, 0.050, 10, 1e6).unwrap(), 0.2, 1e-12);
        // Continuous at capacity.
        let at = |rate| mmc_leaving(rate, 0.050, 10, 0.25).unwrap();
        assert_close(at(200.0), at(200.0 + 1e-6), 1e-7);
        // By hand, with e = 3.13760 and J = (e⁵ − 1)/20 + e⁵/200.
        assert_close(at(220.0), 0.09131, 5e-6);
        assert!(mmc_leaving(220.0, 0.050, 0, 0.25).is_err());
        assert!(mmc_leaving(220.0, 0.050, 10, -0.25).is_err());
        assert_close(mmc_leaving(0.0, 0.050, 10, 0.25).unwrap(), 0.0, 0.0);
    }
}
