//! Predictions of queueing theory, for tests, for pruning, and for the sanity line of a report.
//!
//! Rates are per second, times in seconds, shares from 0 to 1. An arrival rate may be zero; service
//! times must be positive. An unstable system is an error, not an infinity.

use thiserror::Error;

pub mod general;
pub mod markov;
pub mod network;

/// Reason why theory has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum DomainError {
    /// The offered load is at least the capacity: the queue grows without bound.
    #[error("the station is not stable: its utilisation would be {rho}, and must be below 1")]
    Unstable {
        /// Offered load per server.
        rho: f64,
    },
    /// A number that must be positive and finite.
    #[error("{name} must be a number above zero, not {value}")]
    NotPositive {
        /// Name of the number.
        name: &'static str,
        /// The given value.
        value: f64,
    },
    /// A number that must be non-negative and finite.
    #[error("{name} must be zero or a number above zero, not {value}")]
    Negative {
        /// Name of the number.
        name: &'static str,
        /// The given value.
        value: f64,
    },
    /// A share that must be at least zero and below one.
    #[error("{name} must be at least 0 and below 1, not {value}")]
    NotShare {
        /// Name of the number.
        name: &'static str,
        /// The given value.
        value: f64,
    },
    /// Capacity smaller than the number of servers.
    #[error("a capacity of {capacity} is below the {servers} servers it includes")]
    CapacityBelowServers {
        /// Capacity of the system, places in service included.
        capacity: u32,
        /// Number of servers.
        servers: u32,
    },
    /// Neither a station nor thinking takes time, so that throughput is unbounded.
    #[error("nothing in the network takes time: give a station or a think time")]
    NothingTakesTime,
    /// An exact answer would take too long.
    #[error("{name} must not exceed {limit} for an exact answer, and is {value}")]
    TooLarge {
        /// Name of the number.
        name: &'static str,
        /// The given value.
        value: f64,
        /// The largest value supported.
        limit: f64,
    },
}

type Result<T> = std::result::Result<T, DomainError>;

fn positive(name: &'static str, value: f64) -> Result<f64> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(DomainError::NotPositive { name, value })
    }
}

fn not_negative(name: &'static str, value: f64) -> Result<f64> {
    if value >= 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(DomainError::Negative { name, value })
    }
}

fn share(name: &'static str, value: f64) -> Result<f64> {
    if (0.0..1.0).contains(&value) { Ok(value) } else { Err(DomainError::NotShare { name, value }) }
}

fn at_most(name: &'static str, value: f64, limit: f64) -> Result<f64> {
    if value <= limit { Ok(value) } else { Err(DomainError::TooLarge { name, value, limit }) }
}

/// Utilisation of a stable station.
fn stable(arrival_rate: f64, service_time: f64, servers: u32) -> Result<f64> {
    let rho = utilisation(arrival_rate, service_time, servers)?;
    if rho < 1.0 { Ok(rho) } else { Err(DomainError::Unstable { rho }) }
}

/// Utilisation law: ρ = X·S/c, the share of time that a server is busy; above 1 for a load that
/// cannot be served.
///
/// Denning and Buzen 1978. `throughput` per s ≥ 0, `service_time` in s > 0, `servers` ≥ 1.
///
/// # Errors
/// [`DomainError::Negative`] or [`DomainError::NotPositive`] outside these.
pub fn utilisation(throughput: f64, service_time: f64, servers: u32) -> Result<f64> {
    not_negative("throughput", throughput)?;
    positive("service time", service_time)?;
    positive("servers", f64::from(servers))?;
    not_negative("utilisation", throughput * service_time / f64::from(servers))
}

/// Little's law: L = λ·W, the mean number in a system (Little 1961). `rate` per s ≥ 0, `time` in s
/// ≥ 0.
///
/// # Errors
/// [`DomainError::Negative`] outside these.
pub fn little_number(rate: f64, time: f64) -> Result<f64> {
    Ok(not_negative("rate", rate)? * not_negative("time", time)?)
}

/// Little's law: W = L/λ, the mean time \[s\] in a system. `number` ≥ 0, `rate` per s > 0.
///
/// # Errors
/// [`DomainError::Negative`] or [`DomainError::NotPositive`] outside these.
pub fn little_time(number: f64, rate: f64) -> Result<f64> {
    Ok(not_negative("number", number)? / positive("rate", rate)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::assert_close;

    #[test]
    fn operational_laws() {
        assert_close(utilisation(160.0, 0.05, 10).unwrap(), 0.8, 1e-15);
        assert_close(little_number(400.0, 0.25).unwrap(), 100.0, 1e-12);
        assert_close(little_time(100.0, 400.0).unwrap(), 0.25, 1e-15);
    }

    #[test]
    fn errors_name_what_is_wrong() {
        let message = stable(200.0, 0.05, 10).unwrap_err().to_string();
        assert_eq!(
            message,
            "the station is not stable: its utilisation would be 1, and must be below 1"
        );
        let message = utilisation(f64::NAN, 0.05, 10).unwrap_err().to_string();
        assert_eq!(message, "throughput must be zero or a number above zero, not NaN");
        let message = utilisation(1.0, 0.05, 0).unwrap_err().to_string();
        assert_eq!(message, "servers must be a number above zero, not 0");
        assert!(little_time(1.0, 0.0).is_err());
        assert!(little_number(-1.0, 1.0).is_err());
    }
}
