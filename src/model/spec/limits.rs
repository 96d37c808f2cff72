//! Limits on the size of a spec: the capacity of a run.

use super::excess::{Counted, Excess};
use super::{Service, Spec};

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
