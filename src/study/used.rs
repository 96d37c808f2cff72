//! Capacity and usage on a day: what existed, which may change, and the usage of everything billed
//! by time or use: nodes, and vCPUs of databases.

use super::result::{DatabaseUse, NodeUse, Used};
use super::setup::Day;
use crate::model::spec::{Id, Resource, Spec};
use crate::model::stations::{Station, stations};
use crate::observe::tally::Bin;
use crate::stats::CONFIDENCE;
use crate::stats::Estimate;

/// Utilisation of a capacity, which may be unlimited.
pub(super) fn share_of(busy: f64, capacity: f64) -> f64 {
    if capacity.is_finite() && capacity > 0.0 { busy / capacity } else { 0.0 }
}

/// Computes the usage over all bins, of one day or several, in each replication.
pub(super) fn used(series: &[&[Bin]], spec: &Spec, stations: &[Station]) -> Used {
    let over = |pick: &dyn Fn(&[Bin]) -> f64| {
        let values: Vec<f64> = series.iter().map(|bins| pick(bins)).collect();
        Estimate::from_samples(&values, CONFIDENCE)
    };
    let mean = |bins: &[Bin], pick: &dyn Fn(&Bin) -> f64| {
        let length: f64 = bins.iter().map(|bin| bin.length.secs()).sum();
        bins.iter().map(|bin| pick(bin) * bin.length.secs()).sum::<f64>() / length
    };
    let nodes = spec.cluster.iter().flat_map(|cluster| {
        cluster.groups.iter().enumerate().map(|(number, group)| {
            let there = |bin: &Bin| {
                f64::from(group.nodes) + bin.nodes.get(number).copied().unwrap_or_default()
            };
            // Cumulative over the whole run, as of the end of the last bin.
            let owed = |bins: &[Bin]| {
                let length: f64 = bins.iter().map(|bin| bin.length.secs()).sum();
                let owed = bins.last().and_then(|bin| bin.owed.get(number));
                owed.map_or(0.0, |owed| owed.secs() / length)
            };
            let bins = series.iter().map(|bins| bins.len()).min().unwrap_or(0);
            let at = |bin: usize| {
                series.iter().map(|bins| there(&bins[bin])).sum::<f64>() / series.len() as f64
            };
            let charged = cluster.shared && group.credits.is_some_and(|credits| credits.unlimited);
            NodeUse {
                group: group.name.clone(),
                nodes: over(&|bins| mean(bins, &there)),
                by_bin: (0..bins).map(at).collect(),
                beyond: charged.then(|| over(&owed)),
            }
        })
    });
    let databases = stations.iter().enumerate().filter_map(|(number, station)| {
        let Resource::DatabaseCpu(database) = station.resource else { return None };
        Some(DatabaseUse {
            database: spec.databases[database as usize].name.clone(),
            cores: over(&|bins| mean(bins, &|bin| bin.stations[number].busy)),
        })
    });
    Used { nodes: nodes.collect(), databases: databases.collect() }
}

/// Capacity of stations over the day, as pods come and go and settings change.
pub(super) struct There<'a> {
    spec: &'a Spec,
    day: &'a Day,
    /// Stations under the initial spec, and under each that its changes lead to.
    states: Vec<(&'a Spec, Vec<Station>)>,
}

impl There<'_> {
    pub(super) fn new<'a>(spec: &'a Spec, day: &'a Day) -> There<'a> {
        let states = std::iter::once(spec).chain(&spec.later);
        There { spec, day, states: states.map(|state| (state, stations(state))).collect() }
    }

    /// Utilisation of a station in a bin, at most 1: pods also use capacity before and after they
    /// are ready.
    pub(super) fn share(&self, station: usize, number: usize, bin: &Bin) -> f64 {
        let busy = bin.stations[station].busy;
        share_of(busy, self.capacity(station, number, bin).max(busy))
    }

    /// Capacity of a station in a bin, in the unit of the station: by the settings in force at its
    /// midpoint and the mean number of ready pods.
    fn capacity(&self, station: usize, number: usize, bin: &Bin) -> f64 {
        let middle = (number as f64 + 0.5) * self.day.bin.secs();
        let state = self.day.steps.iter().take_while(|step| step.0.secs() <= middle).count();
        let (spec, all) = &self.states[state.min(self.states.len() - 1)];
        let Some(found) = self.states[0].1.get(station) else { return 0.0 };
        let found = all.iter().find(|other| other.name == found.name).unwrap_or(found);
        let pods = |service: Id| {
            let began = f64::from(self.spec.services[service as usize].pods);
            (began + bin.pods.get(service as usize).copied().unwrap_or_default()).max(0.0)
        };
        capacity_of(spec, found, &pods)
    }
}

/// Capacity of a station in its unit, with the given number of pods of each service.
pub(super) fn capacity_of(spec: &Spec, station: &Station, pods: &dyn Fn(Id) -> f64) -> f64 {
    let each = |service: Id| station.capacity / f64::from(spec.services[service as usize].pods);
    match station.resource {
        Resource::Cpu(service) | Resource::Threads(service) | Resource::Pool(service, _) => {
            each(service) * pods(service)
        }
        Resource::Listener(listener) => {
            let partitions = f64::from(spec.partitions(listener));
            let listener = &spec.listeners[listener as usize];
            (pods(listener.service) * f64::from(listener.concurrency)).min(partitions)
        }
        Resource::DatabaseCpu(_)
        | Resource::DatabaseIo(_)
        | Resource::DatabaseConnections(_)
        | Resource::Cache(_)
        | Resource::Lock(_)
        | Resource::Node(_)
        | Resource::Proxy(..) => station.capacity,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::spec::{Balancer, Lifecycle, Service, Threads};
    use crate::model::spec::{Cluster, CpuCredits, NodeGroup, Requests};
    use crate::observe::tally::StationBin;
    use crate::units::Span;

    /// Two pods of one core each, which have two cores from 1:00 on; bins of half an hour.
    #[test]
    fn shares_are_of_what_is_there_at_the_time() {
        let state = |cores: f64| {
            let web = Service {
                name: "web".into(),
                pods: 2,
                cores,
                threads: Threads { maximum: 10, accepted: 0, backlog: 0 },
                balancer: Balancer::RoundRobin,
                pools: Vec::new(),
                lifecycle: Lifecycle::default(),
            };
            Spec { services: vec![web], ..Spec::default() }
        };
        let spec = Spec { later: vec![state(2.0)], ..state(1.0) };
        let day = Day {
            bin: Span::from_secs(1_800.0),
            horizon: Span::from_secs(7_200.0),
            replications: 1,
            compress: 1.0,
            variants: vec![0],
            steps: vec![(Span::from_secs(3_600.0), "more".into())],
        };
        let there = There::new(&spec, &day);
        let share = |number: usize, pods: &[f64], station: usize| {
            let busy = |busy| StationBin { busy, ..StationBin::default() };
            let stations = vec![busy(1.5), busy(5.0)];
            there.share(station, number, &Bin { stations, pods: pods.to_vec(), ..Bin::default() })
        };
        let shares =
            vec![share(1, &[], 0), share(1, &[2.0], 0), share(2, &[1.0], 0), share(2, &[-2.0], 0)];
        // 1.5 of 2, of 4, of 3 pods' 6 cores; and what the last pods still use when none is ready.
        assert_eq!(shares, [0.75, 0.375, 0.25, 1.0]);
        assert_eq!(vec![share(1, &[], 1), share(3, &[2.0], 1)], [0.25, 0.125]);
    }

    /// Two nodes, and a third in the second of two bins, of one hour and three.
    #[test]
    fn nodes_are_weighted_by_time() {
        let credits =
            CpuCredits { unlimited: true, per_hour: 24.0, maximum: 576.0, initial: 576.0 };
        let group = NodeGroup {
            name: "web".into(),
            nodes: 2,
            minimum: 2,
            maximum: 3,
            scaled: true,
            provision: Span::ZERO,
            dedicated: false,
            vcpus: 2.0,
            allocatable: Requests::default(),
            most_pods: 10,
            daemons: Vec::new(),
            credits: Some(credits),
        };
        let cluster = Cluster { groups: vec![group], shared: true, ..Cluster::default() };
        let spec = Spec { cluster: Some(cluster), ..Spec::default() };
        let bin = |hours: f64, nodes: &[f64], owed_hours: f64| Bin {
            length: Span::from_secs(hours * 3_600.0),
            nodes: nodes.to_vec(),
            owed: vec![Span::from_secs(owed_hours * 3_600.0)],
            ..Bin::default()
        };
        let bins = [bin(1.0, &[], 0.5), bin(3.0, &[1.0], 2.0)];
        let found = used(&[&bins, &bins], &spec, &[]);
        assert_eq!(found.nodes[0].by_bin, [2.0, 3.0]);
        // (1 x 2 + 3 x 3) / 4 nodes; 2 vCPU-hours of 4 hours.
        assert!((found.nodes[0].nodes.mean - 2.75).abs() < 1e-12);
        assert_eq!(found.nodes[0].beyond.map(|beyond| beyond.mean), Some(0.5));
    }
}
