//! Queueing networks: open (Jackson) and closed (mean value analysis, convolution, bounds).

use libm::{exp, lgamma, log};

use super::markov::mmc_mean_response;
use super::{DomainError, Result, at_most, not_negative, positive, utilisation};

/// A station of a network: exponential servers behind one queue, first come, first served (or one
/// processor-sharing server with any law of service).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Station {
    /// Service demand of a job here, over all its visits \[s\]: visits times mean service time, 1/μ
    /// for one visit.
    pub demand: f64,
    /// Number of servers.
    pub servers: u32,
}

impl Station {
    /// Creates a station with one server.
    pub fn single(demand: f64) -> Station {
        Station { demand, servers: 1 }
    }

    /// Demand per server \[s\]: the inverse of its saturation throughput.
    fn full_load_time(&self) -> f64 {
        self.demand / f64::from(self.servers)
    }
}

/// Measures of one station of a network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StationLoad {
    /// Utilisation of a server.
    pub utilisation: f64,
    /// Mean residence time of a job here over all its visits, waits included \[s\].
    pub response: f64,
    /// Mean number of jobs here, in service or waiting.
    pub present: f64,
}

/// Measures of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkLoad {
    /// Jobs completed per second.
    pub throughput: f64,
    /// Mean response time of a job over all stations \[s\], think time excluded.
    pub response: f64,
    /// Loads of the stations, in the order given.
    pub stations: Vec<StationLoad>,
}

/// Open network of M/M/c stations, tandems included: each station behaves as if alone (Jackson
/// 1957; Gross and Harris, ch. 4). `arrival_rate` of jobs per s ≥ 0; demands in s > 0.
///
/// # Errors
/// [`DomainError::Unstable`] where a station is; [`DomainError::Negative`],
/// [`DomainError::NotPositive`] or [`DomainError::TooLarge`] outside the domain.
pub fn open_network(arrival_rate: f64, stations: &[Station]) -> Result<NetworkLoad> {
    not_negative("arrival rate", arrival_rate)?;
    let stations = stations
        .iter()
        .map(|station| {
            let response = mmc_mean_response(arrival_rate, station.demand, station.servers)?;
            station_load(station, arrival_rate, response)
        })
        .collect::<Result<Vec<_>>>()?;
    let response = stations.iter().map(|station| station.response).sum();
    Ok(NetworkLoad { throughput: arrival_rate, response, stations })
}

fn station_load(station: &Station, throughput: f64, response: f64) -> Result<StationLoad> {
    Ok(StationLoad {
        utilisation: utilisation(throughput, station.demand, station.servers)?,
        response,
        present: throughput * response,
    })
}

/// Maximum population supported by [`mva`].
pub const MOST_MVA_USERS: u32 = 10_000_000;
/// Maximum population supported by [`closed_network`], whose cost is quadratic in it.
pub const MOST_CLOSED_USERS: u32 = 10_000;

/// Closed network of single-server stations by exact mean value analysis (Reiser and Lavenberg
/// 1980): Rₖ(n) = Dₖ·(1 + Qₖ(n − 1)), X(n) = n / (Z + Σ Rₖ(n)), Qₖ(n) = X(n)·Rₖ(n).
///
/// `users` circulate, each thinking for `think_time` Z in s ≥ 0 (any pure delay belongs here) and
/// then asking for `demands` Dₖ in s > 0.
///
/// # Errors
/// [`DomainError::NothingTakesTime`] without demand and think time; [`DomainError::Negative`] or
/// [`DomainError::NotPositive`] outside the domain; [`DomainError::TooLarge`] above
/// [`MOST_MVA_USERS`].
pub fn mva(users: u32, think_time: f64, demands: &[f64]) -> Result<NetworkLoad> {
    at_most("users", f64::from(users), f64::from(MOST_MVA_USERS))?;
    let stations: Vec<Station> = demands.iter().map(|&demand| Station::single(demand)).collect();
    check_closed(think_time, &stations)?;
    let mut present = vec![0.0; demands.len()];
    let mut responses = demands.to_vec();
    let mut throughput = 0.0;
    for n in 1..=users {
        for ((response, &demand), &present) in responses.iter_mut().zip(demands).zip(&present) {
            *response = demand * (1.0 + present);
        }
        throughput = f64::from(n) / (think_time + responses.iter().sum::<f64>());
        for (present, response) in present.iter_mut().zip(&responses) {
            *present = throughput * response;
        }
    }
    closed_load(throughput, &responses, &stations)
}

fn closed_load(throughput: f64, responses: &[f64], stations: &[Station]) -> Result<NetworkLoad> {
    let loads = stations.iter().zip(responses);
    let stations = loads
        .map(|(station, &response)| station_load(station, throughput, response))
        .collect::<Result<Vec<_>>>()?;
    Ok(NetworkLoad { throughput, response: responses.iter().sum(), stations })
}

fn check_closed(think_time: f64, stations: &[Station]) -> Result<()> {
    not_negative("think time", think_time)?;
    for station in stations {
        positive("demand", station.demand)?;
        positive("servers", f64::from(station.servers))?;
    }
    if stations.is_empty() && think_time <= 0.0 {
        return Err(DomainError::NothingTakesTime);
    }
    Ok(())
}

/// Closed network of stations with any number of servers, exactly, by convolution (Buzen 1973): G =
/// f₀ * f₁ * …, with fₖ(j) = Dₖʲ / Πᵢ₌₁ʲ min(i, cₖ) and Zʲ/j! for thinking; X(N) = G(N − 1)/G(N),
/// and P(j at k) = fₖ(j)·G₍₋ₖ₎(N − j)/G(N).
///
/// Computed in logarithms: all terms are positive, so that unlike in mean value analysis with
/// multiple servers there is no cancellation. `users` N, `think_time` Z in s ≥ 0. The cost is
/// quadratic in the number of users and proportional to the number of stations.
///
/// # Errors
/// Those of [`mva`], with the bound [`MOST_CLOSED_USERS`].
pub fn closed_network(users: u32, think_time: f64, stations: &[Station]) -> Result<NetworkLoad> {
    at_most("users", f64::from(users), f64::from(MOST_CLOSED_USERS))?;
    check_closed(think_time, stations)?;
    if users == 0 {
        let responses: Vec<f64> = stations.iter().map(|station| station.demand).collect();
        return closed_load(0.0, &responses, stations);
    }
    let most = users as usize;
    let factors: Vec<Vec<f64>> =
        stations.iter().map(|station| log_factors(station, most)).collect();
    // Products of all factors before station k (the think time first), and after it.
    let mut before = vec![log_thinking(think_time, most)];
    for factor in &factors {
        let next = log_convolve(&before[before.len() - 1], factor);
        before.push(next);
    }
    let constants = &before[factors.len()];
    let throughput = exp(constants[most - 1] - constants[most]);
    let mut responses = vec![0.0; stations.len()];
    let mut after = log_thinking(0.0, most);
    for k in (0..factors.len()).rev() {
        let others = log_convolve(&before[k], &after);
        let present: f64 = (1..=most)
            .map(|j| j as f64 * exp(factors[k][j] + others[most - j] - constants[most]))
            .sum();
        responses[k] = present / throughput;
        after = log_convolve(&after, &factors[k]);
    }
    closed_load(throughput, &responses, stations)
}

/// ln(Dʲ / Π min(i, c)) for j from 0 to `most`.
fn log_factors(station: &Station, most: usize) -> Vec<f64> {
    let demand = log(station.demand);
    let servers = f64::from(station.servers);
    let steps = (1..=most).scan(0.0, |sum, j| {
        *sum += demand - log(servers.min(j as f64));
        Some(*sum)
    });
    std::iter::once(0.0).chain(steps).collect()
}

/// ln(Zʲ/j!) for j from 0 to `most`; without think time only j = 0 remains.
fn log_thinking(think_time: f64, most: usize) -> Vec<f64> {
    let log_time = log(think_time);
    let steps = (1..=most).map(|j| {
        if think_time > 0.0 {
            j as f64 * log_time - lgamma(j as f64 + 1.0)
        } else {
            f64::NEG_INFINITY
        }
    });
    std::iter::once(0.0).chain(steps).collect()
}

/// ln Σⱼ exp(a(j) + b(n − j)) for each n.
fn log_convolve(a: &[f64], b: &[f64]) -> Vec<f64> {
    (0..a.len().min(b.len()))
        .map(|n| {
            let terms = || a[..=n].iter().zip(b[..=n].iter().rev()).map(|(a, b)| a + b);
            let most = terms().fold(f64::NEG_INFINITY, f64::max);
            if most.is_infinite() {
                return most;
            }
            // Terms below e⁻⁴⁵ of the largest vanish in its last bit, whatever their number.
            let small = terms().map(|term| term - most).filter(|&term| term > -45.0);
            most + log(small.map(exp).sum::<f64>())
        })
        .collect()
}

/// Bounds on a closed network that hold for any law of service; see [`asymptotic_bounds`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AsymptoticBounds {
    /// Lower bound of the throughput \[per s\].
    pub throughput_low: f64,
    /// Upper bound of the throughput \[per s\].
    pub throughput_high: f64,
    /// Lower bound of the mean response time \[s\].
    pub response_low: f64,
    /// Upper bound of the mean response time \[s\].
    pub response_high: f64,
    /// Knee N*: number of users at which the bottleneck would saturate without waiting; `None`
    /// without stations.
    pub knee: Option<f64>,
}

/// Asymptotic bounds of a closed network: with D = Σ Dₖ and Dmax the largest Dₖ/cₖ,
/// N/(N·D + Z) ≤ X ≤ min(1/Dmax, N/(D + Z)), max(D, N·Dmax − Z) ≤ R ≤ N·D, and N* = (D + Z)/Dmax
/// (Denning and Buzen 1978; Lazowska et al., *Quantitative System Performance*, ch. 5).
///
/// # Errors
/// Those of [`mva`], without a bound on the users.
pub fn asymptotic_bounds(
    users: u32,
    think_time: f64,
    stations: &[Station],
) -> Result<AsymptoticBounds> {
    check_closed(think_time, stations)?;
    let users = f64::from(users);
    let total: f64 = stations.iter().map(|station| station.demand).sum();
    let longest = stations.iter().map(Station::full_load_time).fold(0.0, f64::max);
    let knee = (longest > 0.0).then(|| (total + think_time) / longest);
    let unhindered = users / (total + think_time);
    Ok(AsymptoticBounds {
        throughput_low: if users > 0.0 { users / (users * total + think_time) } else { 0.0 },
        throughput_high: if longest > 0.0 { unhindered.min(1.0 / longest) } else { unhindered },
        response_low: total.max(users * longest - think_time),
        response_high: total.max(users * total),
        knee,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::analytic::markov::{birth_death, erlang_b};
    use crate::stats::assert_close;

    #[test]
    fn a_tandem_is_its_stations_alone() {
        // M/M/1 at ρ = 0.5 and 0.8: responses 0.2 and 1.0 s.
        let found = open_network(5.0, &[Station::single(0.1), Station::single(0.16)]).unwrap();
        assert_close(found.stations[0].response, 0.2, 1e-14);
        assert_close(found.stations[1].response, 0.8, 1e-14);
        assert_close(found.response, 1.0, 1e-14);
        assert_close(found.stations[1].present, 4.0, 1e-13);
        assert_close(found.stations[0].utilisation, 0.5, 1e-15);
        let full = open_network(5.0, &[Station::single(0.1), Station { demand: 0.4, servers: 2 }]);
        assert_eq!(full, Err(DomainError::Unstable { rho: 1.0 }));
    }

    /// Two equal stations, demand 1 s, no think time. By hand: R = 1, X = 1/2, Q = 1/2; then R =
    /// 3/2, X = 2/3, Q = 1; then R = 2, X = 3/4. In general X(N) = N/(N + 1).
    #[test]
    fn balanced_stations_by_hand() {
        for (users, throughput, response) in
            [(1, 0.5, 2.0), (2, 2.0 / 3.0, 3.0), (3, 0.75, 4.0), (40, 40.0 / 41.0, 41.0)]
        {
            let by_mva = mva(users, 0.0, &[1.0, 1.0]).unwrap();
            let by_convolution =
                closed_network(users, 0.0, &[Station::single(1.0), Station::single(1.0)]).unwrap();
            for found in [by_mva, by_convolution] {
                assert_close(found.throughput, throughput, 1e-12);
                assert_close(found.response, response, 1e-11);
                assert_close(found.stations[0].present, f64::from(users) / 2.0, 1e-11);
                assert_close(found.stations[1].utilisation, throughput, 1e-12);
            }
        }
    }

    #[test]
    fn users_at_a_pure_delay_never_wait() {
        assert_close(mva(100, 0.25, &[]).unwrap().throughput, 400.0, 1e-10);
        assert_close(closed_network(100, 0.25, &[]).unwrap().throughput, 400.0, 1e-9);
        // A station with a server for each user is a pure delay.
        let wide = Station { demand: 0.25, servers: 100 };
        let found = closed_network(100, 0.0, &[wide]).unwrap();
        assert_close(found.throughput, 400.0, 1e-9);
        assert_close(found.response, 0.25, 1e-12);
    }

    /// One station with c servers and N thinking users is the machine repair model M/M/c//N.
    #[test]
    fn thinking_users_at_one_station_are_a_birth_death_chain() {
        let (think, demand) = (2.0, 0.1);
        for (users, servers) in [(5_u32, 1_u32), (50, 1), (50, 2), (60, 3), (30, 30)] {
            let births: Vec<f64> = (0..users).map(|n| f64::from(users - n) / think).collect();
            let deaths: Vec<f64> =
                (1..=users).map(|n| f64::from(n.min(servers)) / demand).collect();
            let shares = birth_death(&births, &deaths).unwrap();
            let present: f64 = shares.iter().enumerate().map(|(n, share)| n as f64 * share).sum();
            let throughput = (f64::from(users) - present) / think;
            let found = closed_network(users, think, &[Station { demand, servers }]).unwrap();
            assert_close(found.throughput, throughput, 1e-9);
            assert_close(found.stations[0].present, present, 1e-9);
            if servers == 1 {
                assert_close(mva(users, think, &[demand]).unwrap().throughput, throughput, 1e-9);
                // A single server is idle as often as Erlang's formula loses at Z/D erlang.
                let busy = 1.0 - erlang_b(users, think / demand).unwrap();
                assert_close(found.stations[0].utilisation, busy, 1e-9);
            }
        }
    }

    #[test]
    fn convolution_keeps_its_digits_where_products_overflow() {
        let demands = [0.001, 0.0004, 0.002];
        let stations = demands.map(Station::single);
        let by_mva = mva(2000, 3.0, &demands).unwrap();
        let found = closed_network(2000, 3.0, &stations).unwrap();
        assert_close(found.throughput / by_mva.throughput, 1.0, 1e-9);
        for (found, expected) in found.stations.iter().zip(&by_mva.stations) {
            assert_close(found.present / expected.present, 1.0, 1e-7);
        }
        // All users are accounted for.
        let present: f64 = found.stations.iter().map(|station| station.present).sum();
        assert_close(present + found.throughput * 3.0, 2000.0, 1e-6);
    }

    #[test]
    fn bounds_hold_and_meet_the_exact_answer_at_both_ends() {
        let stations = [Station::single(0.02), Station { demand: 0.12, servers: 4 }];
        // D = 0.14, Dmax = 0.03, Z = 1: N* = 38.
        for users in [1, 10, 38, 100, 400] {
            let bounds = asymptotic_bounds(users, 1.0, &stations).unwrap();
            let exact = closed_network(users, 1.0, &stations).unwrap();
            assert_close(bounds.knee.unwrap(), 38.0, 1e-12);
            assert!(bounds.throughput_low <= exact.throughput * (1.0 + 1e-12));
            assert!(exact.throughput <= bounds.throughput_high * (1.0 + 1e-12));
            assert!(bounds.response_low <= exact.response * (1.0 + 1e-12));
            assert!(exact.response <= bounds.response_high * (1.0 + 1e-12));
        }
        let one = asymptotic_bounds(1, 1.0, &stations).unwrap();
        assert_close(one.throughput_low, one.throughput_high, 1e-15);
        let many = closed_network(400, 1.0, &stations).unwrap();
        assert_close(many.throughput, 1.0 / 0.03, 1e-6);
        assert_eq!(asymptotic_bounds(100, 0.25, &[]).unwrap().knee, None);
        assert_close(asymptotic_bounds(100, 0.25, &[]).unwrap().throughput_high, 400.0, 1e-10);
    }

    #[test]
    fn outside_the_domain_is_an_error() {
        assert_eq!(mva(3, 0.0, &[]), Err(DomainError::NothingTakesTime));
        assert!(mva(3, f64::NAN, &[1.0]).is_err());
        assert!(mva(3, 1.0, &[0.0]).is_err());
        assert!(mva(u32::MAX, 1.0, &[1.0]).is_err());
        assert!(closed_network(20_000, 1.0, &[Station::single(1.0)]).is_err());
        assert!(closed_network(2, 1.0, &[Station { demand: 1.0, servers: 0 }]).is_err());
        assert!(asymptotic_bounds(2, 0.0, &[]).is_err());
        assert_close(mva(0, 1.0, &[1.0]).unwrap().throughput, 0.0, 0.0);
        assert_close(closed_network(0, 1.0, &[Station::single(1.0)]).unwrap().throughput, 0.0, 0.0);
    }
}
