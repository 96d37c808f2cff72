//! Faults of a description, as values.

use std::fmt;

use thiserror::Error;

use crate::model::spec::Excess;

/// Kind of a part that others refer to by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A service.
    Service,
    /// An endpoint, as `service.endpoint`.
    Endpoint,
    /// A connection pool of a service.
    Pool,
    /// A database.
    Database,
    /// A cache.
    Cache,
    /// A lock.
    Lock,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Kind::Service => "service",
            Kind::Endpoint => "endpoint",
            Kind::Pool => "pool",
            Kind::Database => "database",
            Kind::Cache => "cache",
            Kind::Lock => "lock",
        })
    }
}

/// Reason for which a description cannot be simulated. `at` is the path of the part at fault, such as
/// `shop.order`.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Fault {
    /// A name that no part of its kind has.
    #[error("{at}: there is no {kind} `{name}`")]
    Unknown {
        /// Path of the part that refers to it.
        at: String,
        /// Kind of the part referred to.
        kind: Kind,
        /// The name.
        name: String,
    },
    /// A name that two parts of a kind have.
    #[error("there are two {kind}s `{name}`")]
    Duplicate {
        /// Kind of the parts.
        kind: Kind,
        /// Their name.
        name: String,
    },
    /// A service whose name has a dot, which separates services from endpoints.
    #[error("the service's name `{0}` has a dot")]
    Dotted(String),
    /// A number of pods, threads, connections, commands or users that is zero.
    #[error("{at}: no {what}")]
    Zero {
        /// Path of the part.
        at: String,
        /// What there are none of.
        what: &'static str,
    },
    /// A number outside of its range: negative, not finite, or too large.
    #[error("{at}: {what} of {value}")]
    Range {
        /// Path of the part.
        at: String,
        /// What the number is.
        what: &'static str,
        /// The number.
        value: f64,
    },
    /// A query that is in no transaction, and so has no connection to run on.
    #[error("{0}: a query is in no transaction")]
    Unconnected(String),
    /// No endpoint, or none that users ask for.
    #[error("nothing to do: users ask for no endpoint")]
    Idle,
    /// No load.
    #[error("there is no load")]
    NoLoad,
    /// An open and a closed load.
    #[error("there is an open load and a closed one")]
    TwoLoads,
    /// Endpoints that call each other in a circle.
    #[error("calls form a circle")]
    Circle,
    /// A request that causes more requests than a simulation can follow.
    #[error("{at}: a request causes {caused} others on the mean")]
    FanOut {
        /// Endpoint.
        at: String,
        /// Requests that it causes on the mean, itself included.
        caused: f64,
    },
    /// More parts than a run can remember.
    #[error("the services have {0}")]
    TooLarge(Excess),
}

/// All faults of a description, at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.0.iter().enumerate() {
            let before = if number > 0 { "\n" } else { "" };
            write!(out, "{before}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
