//! Laws of queueing theory with concrete parameters, and their predictions for the measures of a
//! study.

use super::metric::Metric;
use super::result::{Measure, Target};
use crate::stats::analytic::general::{mg1_mean_wait, ps_mean_response};
use crate::stats::analytic::markov::{
    mmc_leaving, mmc_mean_wait, mmc_response_quantile, mmc_wait_quantile, mmck,
};
use crate::stats::analytic::network::{Station, closed_network, open_network};
use crate::stats::analytic::{DomainError, utilisation};

/// A law with its parameters: rates per second, times in seconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// M/M/c: `copies` identical stations, each with its share of the rate.
    Servers {
        /// Arrivals per second, over all copies.
        rate: f64,
        /// Mean service time \[s\].
        service: f64,
        /// Servers of each copy.
        servers: u32,
        /// Number of identical independent stations.
        copies: u32,
    },
    /// M/M/c/K: finite capacity.
    Room {
        /// Arrivals per second.
        rate: f64,
        /// Mean service time \[s\].
        service: f64,
        /// Servers.
        servers: u32,
        /// Capacity K, including the places in service.
        room: u32,
    },
    /// M/G/1, first come, first served.
    General {
        /// Arrivals per second, over all copies.
        rate: f64,
        /// Mean service time \[s\].
        service: f64,
        /// Coefficient of variation of the service time; 0 for a constant.
        cv: f64,
        /// Number of identical independent stations.
        copies: u32,
    },
    /// M/G/1 with processor sharing.
    Sharing {
        /// Arrivals per second, over all copies.
        rate: f64,
        /// Mean service time \[s\].
        service: f64,
        /// Number of identical independent stations.
        copies: u32,
    },
    /// M/M/c with abandonment after a constant patience.
    Patience {
        /// Arrivals per second.
        rate: f64,
        /// Mean service time \[s\].
        service: f64,
        /// Servers.
        servers: u32,
        /// Longest wait \[s\].
        patience: f64,
    },
    /// M/M/1 stations in tandem.
    Tandem {
        /// Arrivals per second.
        rate: f64,
        /// Mean service time of each station \[s\].
        services: Vec<f64>,
    },
    /// Closed network: a fixed number of users who think and then visit the stations.
    Closed {
        /// Users.
        users: u32,
        /// Mean think time between an answer and the next request \[s\].
        think: f64,
        /// Mean service time \[s\] and number of servers of each station; `None` servers for a pure
        /// delay.
        stations: Vec<(f64, Option<u32>)>,
    },
    /// A value computed by hand.
    Value {
        /// The value, in the unit of the measure.
        is: f64,
        /// Derivation.
        because: String,
    },
}

/// Reason why a law makes no prediction for a measure.
#[derive(Clone, Debug, PartialEq)]
pub enum Silence {
    /// The law does not cover the measure.
    NotItsMeasure,
    /// Its parameters are outside the law's domain.
    Outside(DomainError),
    /// A line requires a prediction for every target; this one has none.
    NoTarget(Metric),
    /// A line requires targets.
    Untargeted,
    /// No rate in the plausible range meets the targets, or all do.
    NoLine,
}

impl From<DomainError> for Silence {
    fn from(error: DomainError) -> Silence {
        Silence::Outside(error)
    }
}

impl std::fmt::Display for Silence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Silence::NotItsMeasure => f.write_str("this law says nothing of this measure"),
            Silence::Outside(error) => write!(f, "the law has no answer: {error}"),
            Silence::NoTarget(metric) => {
                write!(f, "this law says nothing of the target {metric}, so it knows no line")
            }
            Silence::Untargeted => f.write_str("without `targets` there is no line"),
            Silence::NoLine => {
                f.write_str("the law gives no line: no rate or every rate is carried")
            }
        }
    }
}

type Said = Result<f64, Silence>;

const MILLIS: f64 = 1e3;

impl Law {
    /// Returns its name, in Kendall's notation where it has one.
    pub fn name(&self) -> String {
        let copies = |count: u32, name: String| {
            if count > 1 { format!("{count} × {name}") } else { name }
        };
        match self {
            Law::Servers { servers, copies: count, .. } => copies(*count, format!("M/M/{servers}")),
            Law::Room { servers, room, .. } => format!("M/M/{servers}/{room}"),
            Law::General { cv, copies: count, .. } if *cv == 0.0 => copies(*count, "M/D/1".into()),
            Law::General { cv, copies: count, .. } => copies(*count, format!("M/G/1, cv {cv}")),
            Law::Sharing { copies: count, .. } => copies(*count, "M/G/1-PS".into()),
            Law::Patience { servers, patience, .. } => {
                format!("M/M/{servers}, leaving after {} ms", patience * MILLIS)
            }
            Law::Tandem { services, .. } => format!("{} M/M/1 in a row", services.len()),
            Law::Closed { users, .. } => format!("closed network, {users} users"),
            Law::Value { because, .. } => because.clone(),
        }
    }

    /// Predicts `measure`, in the measure's unit. `targets` define the line.
    ///
    /// # Errors
    /// [`Silence`] where the law does not cover the measure or its parameters are outside its
    /// domain.
    pub fn expects(&self, measure: Measure, targets: &[Target]) -> Said {
        if let Law::Value { is, .. } = self {
            return Ok(*is);
        }
        match measure {
            Measure::LineRps => self.line(targets),
            // If the law has a line at all, its own station sets it.
            Measure::Resource => self.line(targets).map(|_| 1.0),
            Measure::GoodputRps if self.loses_none() => {
                // Only a stable system answers everything that is offered.
                self.expects(Measure::MeanMs, targets)?;
                Ok(self.rate())
            }
            _ => match *self {
                Law::Servers { rate, service, servers, copies } => {
                    let one = rate / f64::from(copies.max(1));
                    of_servers(measure, one, service, servers, copies)
                }
                Law::Room { rate, service, servers, room } => {
                    of_room(measure, rate, service, servers, room)
                }
                Law::General { rate, service, cv, copies } => {
                    let one = rate / f64::from(copies.max(1));
                    let wait = mg1_mean_wait(one, service, cv * cv)?;
                    of_one(measure, wait, one, service, copies)
                }
                Law::Sharing { rate, service, copies } => {
                    let one = rate / f64::from(copies.max(1));
                    match measure {
                        Measure::MeanMs | Measure::PartMs => {
                            Ok(ps_mean_response(one, service)? * MILLIS)
                        }
                        Measure::Busy => Ok(utilisation(one, service, 1)?),
                        _ => Err(Silence::NotItsMeasure),
                    }
                }
                Law::Patience { rate, service, servers, patience } => {
                    let leaving = mmc_leaving(rate, service, servers, patience)?;
                    match measure {
                        Measure::ErrorRate => Ok(leaving),
                        Measure::GoodputRps => Ok(rate * (1.0 - leaving)),
                        Measure::Busy => Ok(rate * (1.0 - leaving) * service / f64::from(servers)),
                        _ => Err(Silence::NotItsMeasure),
                    }
                }
                Law::Tandem { rate, ref services } => {
                    let stations: Vec<Station> =
                        services.iter().map(|service| Station::single(*service)).collect();
                    let found = open_network(rate, &stations)?;
                    match measure {
                        Measure::MeanMs => Ok(found.response * MILLIS),
                        Measure::PartMs => {
                            Ok((found.response - services.iter().sum::<f64>()) * MILLIS)
                        }
                        _ => Err(Silence::NotItsMeasure),
                    }
                }
                Law::Closed { users, think, ref stations } => {
                    of_closed(measure, users, think, stations)
                }
                Law::Value { .. } => Err(Silence::NotItsMeasure),
            },
        }
    }

    fn loses_none(&self) -> bool {
        matches!(
            self,
            Law::Servers { .. } | Law::General { .. } | Law::Sharing { .. } | Law::Tandem { .. }
        )
    }

    fn rate(&self) -> f64 {
        match self {
            Law::Servers { rate, .. }
            | Law::Room { rate, .. }
            | Law::General { rate, .. }
            | Law::Sharing { rate, .. }
            | Law::Patience { rate, .. }
            | Law::Tandem { rate, .. } => *rate,
            Law::Closed { .. } | Law::Value { .. } => 0.0,
        }
    }

    fn at(&self, other: f64) -> Law {
        let mut law = self.clone();
        match &mut law {
            Law::Servers { rate, .. }
            | Law::Room { rate, .. }
            | Law::General { rate, .. }
            | Law::Sharing { rate, .. }
            | Law::Patience { rate, .. }
            | Law::Tandem { rate, .. } => *rate = other,
            Law::Closed { .. } | Law::Value { .. } => {}
        }
        law
    }

    /// 99th percentile of the waiting times \[ms\].
    fn p99_wait(&self) -> Said {
        let Law::Servers { rate, service, servers, copies } = *self else {
            return Err(Silence::NotItsMeasure);
        };
        let one = rate / f64::from(copies.max(1));
        Ok(mmc_wait_quantile(one, service, servers, 0.99)? * MILLIS)
    }

    /// Whether it meets all targets and is stable.
    fn meets(&self, targets: &[Target]) -> Result<bool, Silence> {
        for target in targets {
            let of = |measure| self.expects(measure, targets);
            let expected = match target.metric {
                Metric::P50Ms => of(Measure::P50Ms),
                Metric::P95Ms => of(Measure::P95Ms),
                Metric::P99Ms => of(Measure::P99Ms),
                Metric::P99WaitMs => self.p99_wait(),
                Metric::ErrorRate => of(Measure::ErrorRate),
                // A stable queue's lag sets no line; drift does.
                Metric::MeanMs | Metric::MaxLag => of(Measure::MeanMs),
                Metric::Drift | Metric::EventsPerS => {
                    return Err(Silence::NoTarget(target.metric));
                }
            };
            match expected {
                Ok(value) if target.metric == Metric::MaxLag || value <= target.limit => {}
                Ok(_) | Err(Silence::Outside(DomainError::Unstable { .. })) => return Ok(false),
                Err(Silence::NotItsMeasure) => {
                    return Err(Silence::NoTarget(target.metric));
                }
                Err(other) => return Err(other),
            }
        }
        Ok(true)
    }

    /// Finds the largest rate that meets all targets by bisection, since the predictions increase
    /// with the rate.
    fn line(&self, targets: &[Target]) -> Said {
        if self.rate() <= 0.0 {
            return Err(Silence::NotItsMeasure);
        }
        if targets.is_empty() {
            return Err(Silence::Untargeted);
        }
        let (mut low, mut high) = (0.0, self.rate());
        while self.at(high).meets(targets)? {
            (low, high) = (high, 2.0 * high);
            if high > 1e12 {
                return Err(Silence::NoLine);
            }
        }
        for _ in 0..100 {
            let middle = f64::midpoint(low, high);
            if middle > 0.0 && self.at(middle).meets(targets)? {
                low = middle;
            } else {
                high = middle;
            }
        }
        if low > 0.0 { Ok(low) } else { Err(Silence::NoLine) }
    }
}

fn of_servers(measure: Measure, rate: f64, service: f64, servers: u32, copies: u32) -> Said {
    let wait = mmc_mean_wait(rate, service, servers)?;
    let quantile = |p| -> Said { Ok(mmc_response_quantile(rate, service, servers, p)? * MILLIS) };
    match measure {
        Measure::P50Ms => quantile(0.5),
        Measure::P95Ms => quantile(0.95),
        Measure::P99Ms => quantile(0.99),
        Measure::Busy => Ok(utilisation(rate, service, servers)?),
        _ => of_one(measure, wait, rate, service, copies),
    }
}

/// Derives a measure from the mean wait at one of `copies` stations, whatever the law.
fn of_one(measure: Measure, wait: f64, rate: f64, service: f64, copies: u32) -> Said {
    match measure {
        Measure::MeanMs => Ok((wait + service) * MILLIS),
        Measure::PartMs => Ok(wait * MILLIS),
        Measure::Waiting => Ok(rate * wait * f64::from(copies)),
        Measure::Busy => Ok(utilisation(rate, service, 1)?),
        _ => Err(Silence::NotItsMeasure),
    }
}

fn of_room(measure: Measure, rate: f64, service: f64, servers: u32, room: u32) -> Said {
    let found = mmck(rate, service, servers, room)?;
    match measure {
        Measure::ErrorRate => Ok(found.blocking),
        Measure::GoodputRps => Ok(found.throughput),
        Measure::MeanMs => Ok((found.mean_wait + service) * MILLIS),
        Measure::PartMs => Ok(found.mean_wait * MILLIS),
        Measure::Busy => Ok(found.utilisation),
        Measure::Waiting => Ok(found.mean_queue),
        _ => Err(Silence::NotItsMeasure),
    }
}

fn of_closed(measure: Measure, users: u32, think: f64, stations: &[(f64, Option<u32>)]) -> Said {
    // To the other stations, a station without queueing is additional think time.
    let delays: f64 =
        stations.iter().filter(|(_, servers)| servers.is_none()).map(|(service, _)| service).sum();
    let queues: Vec<Station> = stations
        .iter()
        .filter_map(|&(demand, servers)| Some(Station { demand, servers: servers? }))
        .collect();
    let found = closed_network(users, think + delays, &queues)?;
    match measure {
        Measure::GoodputRps => Ok(found.throughput),
        Measure::MeanMs => Ok((found.response + delays) * MILLIS),
        _ => Err(Silence::NotItsMeasure),
    }
}
