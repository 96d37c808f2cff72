//! Limits on a spec: the capacity of a run, and bounds beyond which a number is likelier a slip.

use std::ops::RangeInclusive;

use super::excess::{Counted, Excess};
use super::{Balancer, Happening, Journey, Service, Spec, Timed, Visit};
use crate::units::Span;

/// Longest time: 400 days \[s\].
pub(crate) const LONGEST: f64 = 400.0 * 86_400.0;
/// Highest rate \[1/s\].
pub(crate) const FASTEST: f64 = 10_000_000.0;
/// Lowest rate beside zero \[1/s\]: once in 30 years. Ratios of lower rates leave all bounds.
pub(crate) const SLOWEST: f64 = 1e-9;
/// Processor of a pod, a node or a database \[cores\].
pub(crate) const CORES: RangeInclusive<f64> = 0.001..=10_000.0;
/// Most virtual users.
pub(crate) const USERS: u64 = 1_000_000;
/// Most users in session at once.
pub(crate) const SESSIONS: f64 = 5e6;
/// Most requests of a journey.
pub(crate) const VISITS: usize = 1_000;
/// Deepest nesting of steps.
pub(crate) const DEEPEST: usize = 64;
/// Most hours of a curve: a leap year.
pub(crate) const HOURS: usize = 8_784;
/// Most commands of a step to a cache.
pub(crate) const COMMANDS: u64 = 10_000;
/// Most brokers, and replicas of a topic.
pub(crate) const BROKERS: u64 = 1_000;
pub(crate) const REPLICAS: u64 = 100;
/// Most partitions of a topic.
pub(crate) const PARTITIONS: u64 = 100_000;
/// Most threads of a listener in each pod, records of a poll, and further attempts at a record.
pub(crate) const CONCURRENCY: u64 = 10_000;
pub(crate) const POLL_RECORDS: u64 = 1_000_000;
pub(crate) const RETRIES: u64 = 10_000;
/// Shortest time between heartbeats.
pub(crate) const HEARTBEAT: Span = Span::from_millis(1);
/// Most nodes of a system.
pub(crate) const NODES: u64 = 10_000;
/// Most pods that a node may have.
pub(crate) const PODS_OF_NODE: u64 = 10_000;
/// How many times slower a pod is that has just begun.
pub(crate) const WARM_UP: RangeInclusive<f64> = 1.0..=100.0;
/// Shortest processor time between two garbage collections.
pub(crate) const COLLECTION: Span = Span::from_millis(1);
/// Most further tries of a proxy or a user, connections of a proxy and requests that wait for one.
pub(crate) const TRIES: u64 = 100;
pub(crate) const PROXY_CONNECTIONS: u64 = 1_000_000;
/// Most that may happen on a day.
pub(crate) const HAPPENINGS: usize = 10_000;
/// Largest factor on the rate of arrivals, and on the times of a server.
pub(crate) const FACTOR: f64 = 1e4;

impl Spec {
    /// Returns the counts of parts that exceed the capacity of a run.
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
        let (watched, kept) = self.clients(pods);
        let counts = [
            (Counted::Pods, pods),
            (Counted::Connections, connections),
            (Counted::Partitions, partitions),
            (Counted::Consumers, threads),
            (Counted::Watched, watched),
            (Counted::Kept, kept),
        ];
        let all = counts.into_iter().map(|(of, count)| Excess { of, count });
        all.filter(|excess| excess.count > excess.of.most()).collect()
    }
    /// Pods that proxies keep an eye on, and connections that are kept, where there are so many `pods`.
    fn clients(&self, pods: u64) -> (u64, u64) {
        let watched = self.meshes.iter().map(|mesh| {
            let own = self.services.get(mesh.service as usize).map_or(0, Service::most_pods);
            u64::from(own).saturating_mul(1 + pods)
        });
        let kept = self.services.iter().map(|service| match service.balancer {
            Balancer::Sticky(keep) => {
                u64::from(keep.users).saturating_add(pods.saturating_mul(u64::from(keep.callers)))
            }
            Balancer::RoundRobin | Balancer::Random | Balancer::LeastRequests => 0,
        });
        (watched.fold(0, u64::saturating_add), kept.fold(0, u64::saturating_add))
    }

    /// Users in session at once under an open load (Little's law, for the longest journey), and how long
    /// that journey is without any answer's time \[s\].
    pub(crate) fn in_session(&self) -> Option<(f64, f64)> {
        let open = self.load.open?;
        let think = |visit: &Visit| {
            visit.think.map_or(0.0, |think| self.samplers[think as usize].dist().mean())
        };
        let length = |journey: &Journey| journey.visits.iter().map(think).sum::<f64>();
        let longest = self.load.journeys.iter().map(length).fold(0.0, f64::max);
        Some((open.requests_per_s / self.load.requests_per_user() * longest, longest))
    }
}

impl Spec {
    /// Has this happen, in order of time, and makes room for the pods that it asks for.
    pub(crate) fn set_timeline(&mut self, timeline: &[Timed]) {
        for timed in timeline {
            if let Happening::Scale { service, pods } = timed.what
                && let Some(service) = self.services.get_mut(service as usize)
            {
                service.lifecycle.most = service.lifecycle.most.max(pods);
            }
        }
        let most: Vec<u32> = self.services.iter().map(Service::most_pods).collect();
        for timed in timeline {
            if let Happening::Deploy { service } = timed.what
                && let Some(state) = self.services.get_mut(service as usize)
            {
                // A full set of new ones, while the old ones may still be leaving.
                let most = most[service as usize];
                let surplus = state.lifecycle.rollout.surplus(most);
                state.lifecycle.most = most.saturating_mul(2).saturating_add(surplus);
            }
        }
        self.timeline = timeline.to_vec();
    }
}
