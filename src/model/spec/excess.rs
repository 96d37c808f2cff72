//! Numbers of parts beyond what a run can remember.

use std::fmt;

/// Parts of which there may be too many, all pods that there may ever be included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Pods of all services.
    Pods,
    /// Connections of all pools.
    Connections,
    /// Partitions that all listeners read, each listener its own.
    Partitions,
    /// Consumer threads that could ever have a partition.
    Consumers,
    /// Pods that proxies keep an eye on, each proxy for itself.
    Watched,
    /// Connections that are kept between requests.
    Kept,
}

impl Counted {
    /// Most of them that a run can remember.
    pub fn most(self) -> u64 {
        match self {
            Counted::Pods => 100_000,
            Counted::Connections | Counted::Consumers => 1_000_000,
            Counted::Partitions => 500_000,
            Counted::Watched => 20_000_000,
            Counted::Kept => 5_000_000,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Counted::Pods => "pods",
            Counted::Connections => "connections in their pools",
            Counted::Partitions => "partitions to read, each listener its own",
            Counted::Consumers => "consumer threads",
            Counted::Watched => "pods that proxies keep an eye on, each for itself",
            Counted::Kept => "connections that are kept",
        }
    }
}

/// A number of parts beyond the most that a run can remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excess {
    /// The parts.
    pub of: Counted,
    /// How many there are.
    pub count: u64,
}

impl fmt::Display for Excess {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}; at most {}", self.count, self.of.name(), self.of.most())
    }
}
