//! Counts of parts that exceed the capacity of a run.

use std::fmt;

/// Kind of part with a maximum count, including those of all pods that may ever exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Pods of all services.
    Pods,
    /// Connections of all pools.
    Connections,
    /// Partitions read by all listeners, counted per listener.
    Partitions,
    /// Consumer threads that could ever own a partition.
    Consumers,
    /// Pods that proxies keep an eye on, each proxy for itself.
    Watched,
    /// Connections that are kept between requests.
    Kept,
}

impl Counted {
    /// Returns the maximum count in a run.
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

/// A count of parts that exceeds the capacity of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excess {
    /// Kind of part.
    pub of: Counted,
    /// Count.
    pub count: u64,
}

impl fmt::Display for Excess {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}; at most {}", self.count, self.of.name(), self.of.most())
    }
}
