//! Limits on the size of a description: what a run can remember.

use std::fmt;

use super::{Service, Spec};

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
}

impl Counted {
    /// Most of them that a run can remember.
    pub fn most(self) -> u64 {
        match self {
            Counted::Pods => 100_000,
            Counted::Connections | Counted::Consumers => 1_000_000,
            Counted::Partitions => 500_000,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Counted::Pods => "pods",
            Counted::Connections => "connections in their pools",
            Counted::Partitions => "partitions to read, each listener its own",
            Counted::Consumers => "consumer threads",
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

impl Spec {
    /// Parts of which there are more than a run can remember.
    pub fn excesses(&self) -> Vec<Excess> {
        let (mut pods, mut connections) = (0, 0);
        for service in &self.services {
            let own: u64 = service.pools.iter().map(|pool| u64::from(pool.maximum)).sum();
            let count = u64::from(service.most_pods());
            (pods, connections) = (pods + count, connections + count * own);
        }
        let (mut partitions, mut threads) = (0, 0);
        for (number, listener) in (0..).zip(&self.listeners) {
            if self.topics.get(listener.topic as usize).is_none() {
                continue;
            }
            let most = self.most_partitions(number);
            let pods = self.services.get(listener.service as usize).map_or(0, Service::most_pods);
            partitions += u64::from(most);
            threads += u64::from(pods) * u64::from(listener.concurrency.min(most));
        }
        let counts = [
            (Counted::Pods, pods),
            (Counted::Connections, connections),
            (Counted::Partitions, partitions),
            (Counted::Consumers, threads),
        ];
        let all = counts.into_iter().map(|(of, count)| Excess { of, count });
        all.filter(|excess| excess.count > excess.of.most()).collect()
    }
}
