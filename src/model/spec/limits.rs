//! Limits on a spec: the capacity of a run, and bounds beyond which a number is probably a typing
//! error. Documents and builders share them.

use std::ops::RangeInclusive;

use super::excess::{Counted, Excess};
use super::{Balancer, Happening, Journey, Service, Spec, Timed, Visit};
use crate::units::Span;

/// Maximum time: 400 days \[s\].
pub(crate) const LONGEST: f64 = 400.0 * 86_400.0;
/// Maximum rate \[1/s\].
pub(crate) const FASTEST: f64 = 10_000_000.0;
/// Minimum positive rate \[1/s\]: once in 30 years. Ratios of lower rates are unbounded.
pub(crate) const SLOWEST: f64 = 1e-9;
/// Range of the processor capacity of a pod, a node or a database \[cores\].
pub(crate) const CORES: RangeInclusive<f64> = 0.001..=10_000.0;
/// Maximum number of virtual users of a closed load.
pub(crate) const USERS: u64 = 1_000_000;
/// Maximum number of concurrent sessions of an open load.
pub(crate) const SESSIONS: f64 = 5e6;
/// Maximum number of requests of a journey.
pub(crate) const VISITS: usize = 1_000;
/// Maximum nesting depth of steps.
pub(crate) const DEEPEST: usize = 64;
/// Maximum number of hours of a load curve: a leap year.
pub(crate) const HOURS: usize = 8_784;
/// Maximum number of commands of a cache step.
pub(crate) const COMMANDS: u64 = 10_000;
/// Maximum number of Kafka brokers.
pub(crate) const BROKERS: u64 = 1_000;
/// Maximum number of replicas of a partition.
pub(crate) const REPLICAS: u64 = 100;
/// Maximum number of partitions of a topic.
pub(crate) const PARTITIONS: u64 = 100_000;
/// Maximum number of threads of a listener in each pod.
pub(crate) const CONCURRENCY: u64 = 10_000;
/// Maximum number of records of a poll.
pub(crate) const POLL_RECORDS: u64 = 1_000_000;
/// Maximum number of retries of a record.
pub(crate) const RETRIES: u64 = 10_000;
/// Minimum heartbeat interval.
pub(crate) const HEARTBEAT: Span = Span::from_millis(1);
/// Maximum number of nodes of a system.
pub(crate) const NODES: u64 = 10_000;
/// Upper bound of a node's maximum number of pods.
pub(crate) const PODS_OF_NODE: u64 = 10_000;
/// Range of the slowdown factor of a pod that has just become ready.
pub(crate) const WARM_UP: RangeInclusive<f64> = 1.0..=100.0;
/// Minimum processor time between two garbage collections.
pub(crate) const COLLECTION: Span = Span::from_millis(1);
/// Maximum number of retries by a proxy or a user.
pub(crate) const TRIES: u64 = 100;
/// Maximum number of connections of a proxy.
pub(crate) const PROXY_CONNECTIONS: u64 = 1_000_000;
/// Maximum number of events of a timeline.
pub(crate) const HAPPENINGS: usize = 10_000;
/// Maximum factor on the arrival rate, and on the service times of a server.
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
    /// Returns the number of pods watched by proxies, each proxy counted for itself, and the number
    /// of keep-alive connections, for a total of `pods` pods.
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

    /// Returns the mean number of concurrent sessions under an open load, by Little's law for the
    /// longest journey, and the mean duration of that journey without response times \[s\].
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
    /// Sets the timeline, in chronological order, and raises the maximum numbers of pods to those
    /// that its events require.
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
                // A full set of new pods may coexist with old ones that are still terminating.
                let most = most[service as usize];
                let surplus = state.lifecycle.rollout.surplus(most);
                state.lifecycle.most = most.saturating_mul(2).saturating_add(surplus);
            }
        }
        self.timeline = timeline.to_vec();
    }
}
