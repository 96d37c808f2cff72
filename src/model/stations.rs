//! Stations of a spec: the units of measurement and of relief.

use super::mesh::clients::proxies;
use super::spec::mesh::UNLIMITED;
use super::spec::{Id, Op, Resource, Spec};
use crate::observe::conservation::{Layout, Ledger, Reader};

/// A station in reports and statistics: all pods of a service together.
#[derive(Clone, Debug, PartialEq)]
pub struct Station {
    /// Display name, such as `order CPU` or `order.master connections`.
    pub name: String,
    /// Resource that it represents.
    pub resource: Resource,
    /// Capacity in the unit in which `busy` is reported (cores, threads, connections, …).
    pub capacity: f64,
}

/// Index of the first station of each kind in the list of [`stations`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbering {
    pub(crate) cpu: u32,
    pub(crate) threads: u32,
    /// First pool of each service.
    pub(crate) pools: Vec<u32>,
    pub(crate) database_cpu: u32,
    pub(crate) database_io: u32,
    pub(crate) database_connections: u32,
    pub(crate) caches: u32,
    pub(crate) listeners: u32,
    pub(crate) locks: u32,
    pub(crate) nodes: u32,
    pub(crate) node_count: usize,
    /// Proxy connections of each mesh; meaningless where they are unlimited.
    pub(crate) proxies: Vec<u32>,
}

/// Returns all stations of `spec`, in a fixed order.
pub fn stations(spec: &Spec) -> Vec<Station> {
    build(spec).0
}

pub(crate) fn build(spec: &Spec) -> (Vec<Station>, Numbering) {
    let mut list: Vec<Station> = Vec::new();
    let mut numbering = Numbering::default();
    let push = |list: &mut Vec<Station>, name: String, resource: Resource, capacity: f64| {
        list.push(Station { name, resource, capacity });
    };
    let ids = |n: usize| 0..n as Id;
    for i in ids(spec.services.len()) {
        let name = format!("{} CPU", spec.services[i as usize].name);
        push(&mut list, name, Resource::Cpu(i), processors(spec, i));
    }
    numbering.threads = list.len() as u32;
    for i in ids(spec.services.len()) {
        let service = &spec.services[i as usize];
        let capacity = f64::from(service.threads.maximum) * f64::from(service.pods);
        push(&mut list, format!("{} threads", service.name), Resource::Threads(i), capacity);
    }
    for i in ids(spec.services.len()) {
        let service = &spec.services[i as usize];
        numbering.pools.push(list.len() as u32);
        for (p, pool) in service.pools.iter().enumerate() {
            let capacity = f64::from(pool.maximum) * f64::from(service.pods);
            let name = format!("{} {} connections", service.name, pool.name);
            push(&mut list, name, Resource::Pool(i, p as Id), capacity);
        }
    }
    numbering.database_cpu = list.len() as u32;
    for (i, database) in (0..).zip(&spec.databases) {
        push(&mut list, format!("{} CPU", database.name), Resource::DatabaseCpu(i), database.cores);
    }
    numbering.database_io = list.len() as u32;
    for (i, database) in (0..).zip(&spec.databases) {
        push(&mut list, format!("{} storage", database.name), Resource::DatabaseIo(i), 1.0);
    }
    numbering.database_connections = list.len() as u32;
    for (i, database) in (0..).zip(&spec.databases) {
        let capacity = database.max_connections.map_or(f64::INFINITY, f64::from);
        let name = format!("{} connection limit", database.name);
        push(&mut list, name, Resource::DatabaseConnections(i), capacity);
    }
    numbering.caches = list.len() as u32;
    for (i, cache) in (0..).zip(&spec.caches) {
        push(&mut list, format!("{} commands", cache.name), Resource::Cache(i), 1.0);
    }
    numbering.listeners = list.len() as u32;
    for (i, listener) in (0..).zip(&spec.listeners) {
        let name = format!("{} consumers", listener.name);
        push(&mut list, name, Resource::Listener(i), f64::from(active_threads(spec, i)));
    }
    numbering.locks = list.len() as u32;
    for (i, lock) in (0..).zip(&spec.locks) {
        push(&mut list, format!("{} lock", lock.name), Resource::Lock(i), 1.0);
    }
    numbering.nodes = list.len() as u32;
    numbering.node_count = add_nodes(spec, &mut list);
    for (i, mesh) in (0..).zip(&spec.meshes) {
        numbering.proxies.push(list.len() as u32);
        if let Some(limits) = mesh.limits.filter(|limits| limits.connections < UNLIMITED) {
            let name = format!("{} mesh connections", spec.services[mesh.service as usize].name);
            let capacity = f64::from(limits.connections) * f64::from(proxies(spec, mesh));
            push(&mut list, name, Resource::Proxy(i, mesh.service), capacity);
        }
    }
    (list, numbering)
}

/// Adds the initial nodes, where pods share them; returns their number.
fn add_nodes(spec: &Spec, list: &mut Vec<Station>) -> usize {
    let shared = spec.cluster.as_ref().filter(|cluster| cluster.shared);
    let Some(cluster) = shared else { return 0 };
    for (i, node) in (0..).zip(&cluster.first) {
        let before = &cluster.first[..i as usize];
        let own = before.iter().filter(|other| other.group == node.group).count();
        let group = &cluster.groups[node.group as usize];
        let name = format!("node {}-{} CPU", group.name, own + 1);
        list.push(Station { name, resource: Resource::Node(i), capacity: node.vcpus });
    }
    cluster.first.len()
}

/// Returns the processor capacity that the initial pods of a service may use together, alone on
/// their nodes \[cores\]: their limits; without a limit the capacity of the nodes on which they
/// run, where those are shared.
pub fn processors(spec: &Spec, service: Id) -> f64 {
    let of = &spec.services[service as usize];
    let shared = spec.cluster.as_ref().filter(|cluster| cluster.shared && of.lifecycle.unlimited);
    let places = shared.and_then(|cluster| cluster.places.get(service as usize));
    match (shared, places) {
        (Some(cluster), Some(places)) if !places.is_empty() => {
            let nodes: std::collections::BTreeSet<u32> = places.iter().copied().collect();
            nodes.iter().map(|node| cluster.first[*node as usize].vcpus).sum()
        }
        _ => of.cores * f64::from(of.pods),
    }
}

/// Returns the number of consumer threads of a listener that own a partition: at most the number of
/// partitions.
pub fn active_threads(spec: &Spec, listener: Id) -> u32 {
    let partitions = spec.partitions(listener);
    let listener = &spec.listeners[listener as usize];
    let threads = spec.services[listener.service as usize].pods * listener.concurrency;
    threads.min(partitions)
}

impl Spec {
    /// Creates the ledger for a run of this spec.
    pub fn ledger(&self) -> Ledger {
        let mut layout = Layout { topics: self.topics.len(), ..Layout::default() };
        for (number, station) in (0..).zip(stations(self)) {
            layout.capacities.push(match station.resource {
                // The lower of the server's limit and the total size of all pools.
                Resource::DatabaseConnections(database) => {
                    let most = |service: &super::spec::Service| {
                        let pools = service.pools.iter().filter(|pool| pool.database == database);
                        pools.map(|pool| f64::from(pool.maximum)).sum::<f64>()
                            * f64::from(service.pods)
                    };
                    station.capacity.min(self.services.iter().map(most).sum())
                }
                // Until its quota is exhausted, a pod may use all cores of its node; without a
                // limit always.
                Resource::Cpu(service) => {
                    let service = &self.services[service as usize];
                    let groups = self.cluster.iter().flat_map(|cluster| &cluster.groups);
                    let first = self.cluster.iter().flat_map(|cluster| &cluster.first);
                    let vcpus = groups.map(|group| group.vcpus).chain(first.map(|node| node.vcpus));
                    let all = vcpus.fold(service.cores.ceil(), f64::max);
                    let life = &service.lifecycle;
                    let cores = if life.quota || life.unlimited { all } else { service.cores };
                    cores * f64::from(service.pods)
                }
                Resource::Threads(_)
                | Resource::Pool(..)
                | Resource::DatabaseCpu(_)
                | Resource::DatabaseIo(_)
                | Resource::Cache(_)
                | Resource::Listener(_)
                | Resource::Lock(_)
                | Resource::Node(_)
                | Resource::Proxy(..) => station.capacity,
            });
            layout.standing.push(matches!(station.resource, Resource::DatabaseConnections(_)));
            if let Resource::Listener(listener) = station.resource {
                let threads = active_threads(self, listener);
                let listener = &self.listeners[listener as usize];
                let (topic, batch) = (listener.topic, u64::from(listener.max_poll_records));
                let uncommitted_most = u64::from(threads) * batch;
                layout.readers.push(Reader { station: number, topic, uncommitted_most });
            }
        }
        Ledger::new(layout)
    }

    /// Returns the spec with `factor` times the capacity of `resource`, rounded up to integers.
    #[must_use]
    pub fn relieved(&self, resource: Resource, factor: f64) -> Spec {
        let more = |count: u32| (f64::from(count) * factor).ceil().min(f64::from(u32::MAX)) as u32;
        let mut spec = self.clone();
        match resource {
            Resource::Cpu(i) => spec.services[i as usize].cores *= factor,
            Resource::Threads(i) => {
                let threads = &mut spec.services[i as usize].threads;
                threads.maximum = more(threads.maximum);
            }
            Resource::Pool(i, p) => {
                let pool = &mut spec.services[i as usize].pools[p as usize];
                pool.maximum = more(pool.maximum);
                pool.minimum_idle = more(pool.minimum_idle);
            }
            Resource::DatabaseCpu(i) => spec.databases[i as usize].cores *= factor,
            Resource::DatabaseIo(i) => {
                let database = &mut spec.databases[i as usize];
                database.iops = database.iops.map(|iops| iops * factor);
            }
            Resource::DatabaseConnections(i) => {
                let database = &mut spec.databases[i as usize];
                database.max_connections = database.max_connections.map(more);
            }
            Resource::Cache(i) => {
                // A faster shard makes a faster cluster: the shard of each key is drawn per
                // command.
                let of = spec.caches[i as usize].of;
                for op in &mut spec.ops {
                    if let Op::Cache { cache, time, .. } | Op::CacheOfIndex { cache, time, .. } = op
                        && spec.caches[*cache as usize].of == of
                    {
                        let faster = spec.samplers[*time as usize].dist().scaled(1.0 / factor);
                        spec.samplers.push(crate::random::Sampler::new(faster));
                        *time = (spec.samplers.len() - 1) as Id;
                    }
                }
            }
            Resource::Proxy(i, _) => {
                if let Some(limits) = &mut spec.meshes[i as usize].limits {
                    limits.connections = more(limits.connections);
                    limits.pending = more(limits.pending);
                }
            }
            Resource::Listener(i) => {
                let active = active_threads(self, i);
                let pods = self.services[self.listeners[i as usize].service as usize].pods;
                let partitions = self.partitions(i).max(more(active));
                let listener = &mut spec.listeners[i as usize];
                // The active threads are multiplied, with a partition for each of them.
                listener.partitions = Some(partitions);
                listener.concurrency = listener.concurrency.max(more(active).div_ceil(pods));
            }
            Resource::Node(i) => {
                // A larger machine; the pods that fit on it stay the same.
                if let Some(cluster) = &mut spec.cluster {
                    cluster.first[i as usize].vcpus *= factor;
                }
            }
            Resource::Lock(i) => {
                // A lock cannot be divided: relief removes it.
                for (place, op) in (0..).zip(&mut spec.ops) {
                    if matches!(op, Op::Lock { lock } | Op::Unlock { lock } if *lock == i) {
                        *op = Op::Jump { target: place + 1, chance: 1.0, draw: 0 };
                    }
                }
            }
        }
        spec
    }
}
