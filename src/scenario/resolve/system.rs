//! One system under one view and calibration: from names to indices and SI units.

mod pools;

use std::collections::{BTreeMap, BTreeSet};

use super::nodes::Fidelity;
use super::program::Program;
use crate::model::spec::usual::{IO_LATENCY, RESERVED};
use crate::model::spec::{
    Ack, Cache, Database, Endpoint, Id, IoBucket, Lifecycle, Listener, Lock, Service, Spec,
    Threads, Topic,
};
use crate::random::{Dist, MOST_DRAWS, Sampler};
use crate::scenario::catalog::Catalog;
use crate::scenario::decode::{Map, Setting};
use crate::scenario::document::{
    AckWord, CalibrationDoc, DatabaseDoc, ListenerDoc, ServiceDoc, SystemDoc, UnitsDoc, View,
};
use crate::scenario::files::Files;
use crate::scenario::problem::{Problems, SourceSpan};
use crate::scenario::time::{Form, Time};
use crate::scenario::values::find;
use crate::scenario::values::{Count, Duration, Name};
use crate::study::basis::Basis;
use crate::study::caution::Caution;
use crate::study::effect::Origin;
use crate::study::result::{Assumption, SettingPath};
use crate::units::Span;

/// Samplers by their laws, shared by all cases, since building a quantile table takes a while.
#[derive(Debug, Default)]
pub(super) struct Laws {
    made: Vec<Sampler>,
    /// Whether the limit on the number of laws was exceeded.
    pub(super) full: bool,
}

/// Largest number of different laws of a study; each takes 32 KiB.
const MOST_LAWS: usize = 2000;

impl Laws {
    /// Returns the index of the sampler of `dist` in `list`.
    pub(super) fn index(&mut self, dist: &Dist, list: &mut Vec<Sampler>) -> Id {
        if let Some(at) = list.iter().position(|sampler| sampler.dist() == dist) {
            return at as Id;
        }
        let known = self.made.iter().find(|sampler| sampler.dist() == dist);
        let sampler = known.cloned().unwrap_or_else(|| {
            self.full |= self.made.len() >= MOST_LAWS;
            let made = Sampler::new(if self.full { Dist::Constant(0.0) } else { dist.clone() });
            self.made.push(made.clone());
            made
        });
        list.push(sampler);
        (list.len() - 1) as Id
    }
}

/// Inputs in use, over all cases.
#[derive(Debug, Default)]
pub(super) struct Used {
    /// Times that rest on assumptions.
    pub(super) assumed: Vec<Assumption>,
    /// Times of the system without a basis: assumed, unless a law defines the system.
    pub(super) bare: Vec<(SourceSpan, Assumption)>,
    /// Named times of calibrations, by their location.
    pub(super) times: BTreeSet<SourceSpan>,
    /// Catalogue parts and parts of the system, by kind and name.
    pub(super) parts: BTreeSet<(&'static str, String)>,
}

/// An edge of the causality graph: one program leads to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: Target,
    pub(super) waits: bool,
    pub(super) span: SourceSpan,
}

/// Target of an edge.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    Endpoint(Id),
    Topic(Id),
}

/// Builder of one [`Spec`]; the load is added later.
pub(super) struct Compiler<'a> {
    pub(super) problems: &'a mut Problems,
    pub(super) files: &'a mut Files,
    pub(super) catalog: &'a Catalog,
    pub(super) laws: &'a mut Laws,
    pub(super) used: &'a mut Used,
    pub(super) system: &'a SystemDoc,
    pub(super) view: View,
    pub(super) calibration: Option<&'a CalibrationDoc>,
    pub(super) fidelity: Fidelity,
    /// Whether nothing will be simulated.
    pub(super) check_only: bool,
    pub(super) endpoints: BTreeMap<String, Id>,
    pub(super) edges: Vec<Edge>,
    pub(super) spec: Spec,
}

impl Compiler<'_> {
    /// Returns the value of a setting in this view.
    pub(super) fn pick<T: Clone>(&self, setting: &Setting<T>) -> T {
        match self.view {
            View::Written => setting.written.clone(),
            View::Effective => setting.runs.clone(),
        }
    }

    /// Records that the part `name` is used.
    pub(super) fn uses(&mut self, kind: &'static str, name: &str) {
        self.used.parts.insert((kind, name.to_owned()));
    }

    /// Returns the index of `name` in a section of the system.
    pub(super) fn index<T>(
        &mut self,
        map: &Map<T>,
        name: &Name,
        kind: &'static str,
    ) -> Option<usize> {
        self.uses(kind, &name.text);
        find(map, name, kind, "E0201", self.problems)
    }

    /// Returns the index of the endpoint `service.endpoint`.
    pub(super) fn endpoint(&mut self, name: &Name) -> Option<Id> {
        let known = self.endpoints.get(&name.text).copied();
        if known.is_none() {
            let help = self.problems.suggest(&name.text, self.endpoints.keys().map(String::as_str));
            let message = format!("there is no endpoint `{}`", name.text);
            self.problems.report("E0201", name.span, message, help);
        }
        known
    }

    /// Returns the index of the sampler of `dist`.
    pub(super) fn sampler(&mut self, dist: &Dist) -> Id {
        self.laws.index(dist, &mut self.spec.samplers)
    }

    /// Returns the law of a time; constant zero after a problem.
    pub(super) fn law(&mut self, time: &Time) -> Dist {
        self.law_within(time, 0).unwrap_or(Dist::Constant(0.0))
    }

    fn law_within(&mut self, time: &Time, depth: usize) -> Option<Dist> {
        match &time.form {
            Form::Law(dist) => Some(dist.clone()),
            Form::File(name) => {
                let values = self.files.column(time.span, name, self.problems)?;
                Some(Dist::Empirical(values))
            }
            Form::Sum(terms) => {
                let laws: Option<Vec<(u32, Dist)>> = terms
                    .iter()
                    .map(|term| self.law_within(term, depth).map(|law| (1, law)))
                    .collect();
                let laws = laws?;
                self.sum(&laws, time.span)
            }
            Form::Name(name) => {
                if depth > 8 {
                    let message = format!("the time `{name}` refers to itself");
                    self.problems.add("E0203", time.span, message);
                    return None;
                }
                let found = self.named(name, time.span)?;
                self.law_within(&found, depth + 1)
            }
        }
    }

    /// Returns the law of a sum of independent times, each with its multiplicity.
    pub(super) fn sum(&mut self, terms: &[(u32, Dist)], span: SourceSpan) -> Option<Dist> {
        let law = Dist::sum(terms);
        if law.is_none() {
            let message = format!(
                "one of these times has infinite variance and occurs more than {MOST_DRAWS} times; so many \
                 cannot be drawn one by one"
            );
            self.problems.add("E0307", span, message);
        }
        law
    }

    fn named(&mut self, name: &str, span: SourceSpan) -> Option<Time> {
        let of_calibration = self.calibration.and_then(|document| document.times.get(name));
        if let Some(time) = of_calibration.or_else(|| self.system.times.get(name)) {
            self.note(time, "times", name, of_calibration.is_some());
            return Some(time.clone());
        }
        let own = self.calibration.iter().flat_map(|document| document.times.names());
        let names: Vec<&str> = own.chain(self.system.times.names()).collect();
        let help = self.problems.suggest(name, names.iter().copied()).or_else(|| {
            Some("write a duration such as `3ms`, or name a time under `times:`".into())
        });
        let place = self
            .calibration
            .map(|document| format!(" in the calibration `{}`", document.calibration.text))
            .unwrap_or_default();
        self.problems.report("E0203", span, format!("there is no time `{name}`{place}"), help);
        None
    }

    /// Returns the law of a unit cost; constant zero where it is not given.
    pub(super) fn unit(&mut self, name: &str) -> Dist {
        let of_calibration =
            self.calibration.and_then(|document| cost(document.units.as_ref()?, name));
        let of_system = || self.system.units.as_ref().and_then(|units| cost(units, name));
        let Some(time) = of_calibration.or_else(of_system) else { return Dist::Constant(0.0) };
        self.note(time, "units", name, of_calibration.is_some());
        self.law(&time.clone())
    }

    /// Returns the mean of a unit cost that is not drawn; records where a law was given.
    pub(super) fn unit_mean(&mut self, name: &str) -> Span {
        let law = self.unit(name);
        let mean = Span::from_secs(law.mean());
        if !matches!(law, Dist::Constant(_)) {
            self.assume(
                &format!("system: units.{name}"),
                format!("{} ms", mean.secs() * 1e3),
                Origin::MeanOnly,
            );
        }
        mean
    }

    /// Returns a number of storage operations.
    pub(super) fn ios(&self, get: impl Fn(&UnitsDoc) -> Option<f64>) -> f64 {
        let of_calibration = self.calibration.and_then(|document| get(document.units.as_ref()?));
        let of_system = || self.system.units.as_ref().and_then(&get);
        of_calibration.or_else(of_system).unwrap_or(0.0)
    }

    /// Records that a time is used, and whether it was measured.
    fn note(&mut self, time: &Time, section: &str, name: &str, of_calibration: bool) {
        if !self.used.times.insert(time.span) {
            return;
        }
        let (basis, origin) = time.standing();
        let basis = match basis {
            Some(Basis::Measured | Basis::Vendor) => return,
            None if !time.is_bare() => return,
            Some(basis) => basis,
            None => Basis::Assumed,
        };
        let bare = time.standing().0.is_none() && !of_calibration;
        let place = self.calibration.filter(|_| of_calibration);
        let place = place.map_or("system", |document| document.calibration.text.as_str());
        let found = Assumption {
            name: format!("{place}: {section}.{name}"),
            value: time.written.clone(),
            basis,
            setting: Some(SettingPath {
                document: place.to_owned(),
                path: format!("{section}.{name}"),
            }),
            origin: origin.map_or(Origin::NotStated, |text| Origin::Written(text.0.clone())),
        };
        if bare {
            self.used.bare.push((time.span, found));
        } else {
            self.used.assumed.push(found);
        }
    }

    /// Records an assumed default that affects the answer.
    pub(super) fn assume(&mut self, name: &str, value: String, origin: Origin) {
        if self.used.assumed.iter().all(|known| known.name != name) {
            let (basis, setting) = (Basis::Assumed, None);
            let name = name.to_owned();
            self.used.assumed.push(Assumption { name, value, basis, setting, origin });
        }
    }

    /// Returns the law of a time written in a step; one without a basis is recorded. Stated
    /// assumptions are found in the document.
    pub(super) fn law_of_step(&mut self, time: &Time, place: &str) -> Dist {
        let law = self.law(time);
        if time.is_bare() && law.mean() > 0.0 && self.used.times.insert(time.span) {
            let found = Assumption {
                name: format!("system: {place}"),
                value: time.written.clone(),
                basis: Basis::Assumed,
                setting: Some(SettingPath { document: "system".into(), path: place.into() }),
                origin: Origin::NotStated,
            };
            self.used.bare.push((time.span, found));
        }
        law
    }

    /// Compiles everything but the load.
    pub(super) fn compile(&mut self) {
        self.servers();
        let system = self.system;
        for (name, service) in system.services.iter() {
            if name.value.contains('.') {
                let message = format!("the service's name `{}` has a dot", name.value);
                self.problems.add("E0109", name.span, message);
            }
            let id = self.spec.services.len() as Id;
            for (endpoint, _) in service.endpoints.iter() {
                let name = format!("{}.{}", name.value, endpoint.value);
                let index = self.spec.endpoints.len() as Id;
                self.endpoints.insert(name.clone(), index);
                self.spec.endpoints.push(Endpoint { name, service: id, entry: 0 });
            }
            let compiled = self.service(&name.value, service);
            self.spec.services.push(compiled);
            if let Some(mesh) = &service.mesh {
                self.mesh(id, mesh);
            }
        }
        self.settle();
        let (mut endpoint, mut listener) = (0, 0);
        for (id, (name, service)) in system.services.iter().enumerate() {
            for (_, steps) in service.endpoints.iter() {
                let path = self.spec.endpoints[endpoint].name.clone();
                let entry = Program::new(self, id, service, endpoint, true).write(&path, steps);
                self.spec.endpoints[endpoint].entry = entry;
                endpoint += 1;
            }
            for (key, document) in service.listeners.iter() {
                let path = format!("{}.{}", name.value, key.value);
                self.listener(&path, id, &name.value, document);
                let node = self.spec.endpoints.len() + listener;
                let entry = Program::new(self, id, service, node, false)
                    .write(&format!("{path}!"), &document.steps);
                if let Some(last) = self.spec.listeners.last_mut() {
                    last.entry = entry;
                }
                listener += 1;
            }
        }
        self.assume_machines();
        self.check_groups();
        self.check_connections();
        self.check_size();
    }

    /// Returns the index of the first shard of the cache with this name, and the number of shards.
    pub(super) fn cache(&mut self, name: &Name) -> Option<(Id, u32)> {
        let of = self.index(&self.system.caches, name, "cache")? as Id;
        let first = self.spec.caches.iter().position(|cache| cache.of == of)?;
        Some((first as Id, self.spec.caches[first].shards))
    }

    fn servers(&mut self) {
        self.indexes();
        let system = self.system;
        for (name, document) in system.databases.iter() {
            let database = self.database(&name.value, document);
            self.spec.databases.push(database);
        }
        let round_trip =
            if system.caches.is_empty() { Span::ZERO } else { self.unit_mean("cache_round_trip") };
        for (of, (name, document)) in (0..).zip(system.caches.iter()) {
            if let Some(class) = &document.class {
                let class = self.pick(class);
                self.part(&self.catalog.cache_classes, &class, "cache class");
            }
            let shards = document.shards.as_ref().map_or(1, |shards| self.pick(shards).u32());
            for shard in 1..=shards {
                let name = match shards {
                    1 => name.value.clone(),
                    _ => format!("{} shard {shard}", name.value),
                };
                self.spec.caches.push(Cache { name, of, shards, round_trip });
            }
        }
        self.spec.kafka = self.brokers();
        for (name, document) in system.topics.iter() {
            let replication = self.replication(&name.value, document);
            self.spec.topics.push(Topic {
                name: name.value.clone(),
                partitions: self.pick(&document.partitions).u32(),
                replication,
                counted: document.counted.is_none_or(|counted| counted.0),
            });
        }
        for name in system.locks.names() {
            self.spec.locks.push(Lock { name: name.to_owned() });
        }
        self.spec.cluster = self.cluster();
    }

    /// Returns a part of the catalogue.
    fn part<'c, T>(&mut self, map: &'c Map<T>, name: &Name, what: &str) -> Option<&'c T> {
        find(map, name, what, "E0202", self.problems).map(|at| &map.0[at].1)
    }

    fn database(&mut self, name: &str, document: &DatabaseDoc) -> Database {
        let catalog = self.catalog;
        let class = document.class.as_ref().and_then(|class| {
            let class = self.pick(class);
            self.part(&catalog.database_classes, &class, "database class")
        });
        let mut io_latency = IO_LATENCY;
        let (mut iops, mut io_credits) = (None, None);
        if let Some(storage) = &document.storage {
            let kind = self.pick(&storage.r#type);
            let gib = self.pick(&storage.size).gib();
            if let Some(item) = self.part(&catalog.storage_types, &kind, "storage type") {
                let steady = (item.iops_per_gib.map_or(0.0, |rate| rate.0) * gib)
                    .max(item.iops_minimum.map_or(0.0, |rate| rate.0))
                    .max(item.iops_base.map_or(0.0, |rate| rate.0));
                let best = steady.max(item.iops_burst.map_or(0.0, |rate| rate.0));
                iops = (best > 0.0).then_some(best);
                io_credits = item
                    .io_credits
                    .filter(|_| steady > 0.0 && steady < best)
                    .map(|most| IoBucket { baseline: steady, capacity: (most.0 as f64).max(1.0) });
                io_latency = item.latency.map_or(io_latency, Duration::span);
            }
        }
        if let Some(setting) = &document.iops {
            let given = self.pick(setting).0;
            if !(1.0..=10_000_000.0).contains(&given) {
                let message = format!("`iops` is {given}; it must be from 1 to 10,000,000");
                self.problems.add("E0107", setting.span, message);
            }
            (iops, io_credits) = (Some(given.max(1.0)), None);
        }
        let cores = match (&document.cpu, class) {
            (Some(cpu), _) => self.pick(cpu).0,
            (None, Some(class)) => class.vcpu.0,
            (None, None) => 1.0,
        };
        let accepted = match (&document.max_connections, class) {
            (Some(setting), _) => Some(self.pick(setting).u32()),
            (None, class) => class.and_then(|class| class.max_connections).map(Count::u32),
        };
        let reserved = document.reserved.as_ref().map_or(RESERVED, |count| self.pick(count).u32());
        if let (Some(accepted), Some(place)) = (accepted, &document.reserved)
            && accepted <= reserved
        {
            let message =
                format!("all {accepted} connections are `reserved`: none is left for pods");
            self.problems.add("E0305", place.span, message);
        }
        Database {
            name: name.into(),
            cores,
            iops,
            io_credits: io_credits.filter(|_| self.fidelity.credits),
            io_latency,
            max_connections: accepted.map(|accepted| accepted.saturating_sub(reserved).max(1)),
            reserved,
        }
    }

    fn service(&mut self, name: &str, document: &ServiceDoc) -> Service {
        let pools =
            document.pools.iter().map(|(name, pool)| self.pool(&name.value, pool)).collect();
        let cpu = document.pod.as_ref().and_then(|pod| pod.cpu.as_ref());
        let limit = cpu.and_then(|cpu| cpu.limit.as_ref()).map(|cores| self.pick(cores).0);
        let lifecycle = Lifecycle { unlimited: limit.is_none(), ..self.lifecycle(name, document) };
        let cores = limit.unwrap_or_else(|| lifecycle.free_cores(self.spec.cluster.as_ref()));
        if let Some(cpu) = cpu
            && let (Some(request), Some(limit)) = (&cpu.request, &cpu.limit)
            && self.pick(request).0 > self.pick(limit).0
        {
            let message = "the CPU requested is more than the limit";
            self.problems.add("E0305", request.span, message);
        }
        Service {
            name: name.into(),
            pods: self.pods(document),
            cores,
            threads: self.threads(document),
            balancer: self.balancer(document),
            pools,
            lifecycle,
        }
    }

    fn threads(&mut self, document: &ServiceDoc) -> Threads {
        let catalog = self.catalog;
        let runtime = document
            .runtime
            .as_ref()
            .and_then(|runtime| self.part(&catalog.runtimes, runtime, "runtime"));
        let own = document.threads.as_ref().map(|threads| self.pick(threads).u32());
        let Some(maximum) = own.or(runtime.map(|runtime| runtime.threads.u32())) else {
            return Threads::UNLIMITED;
        };
        // Without a runtime, a limit on threads alone means Tomcat's other two limits.
        let connections = match &document.max_connections {
            Some(setting) => self.pick(setting).u32(),
            None => runtime.map_or(8192, |runtime| runtime.max_connections.u32()),
        };
        let backlog = match &document.accept_count {
            Some(setting) => self.pick(setting).u32(),
            None => runtime.map_or(100, |runtime| runtime.accept_count.u32()),
        };
        // With fewer connections than threads, the connections are the limit.
        let maximum = maximum.min(connections);
        Threads { maximum, accepted: connections - maximum, backlog }
    }

    /// Whether requests hold their connection to the end of the response.
    pub(super) fn open_in_view(&self, document: &ServiceDoc) -> bool {
        let runtime =
            document.runtime.as_ref().and_then(|name| self.catalog.runtimes.get(&name.text));
        match &document.open_in_view {
            Some(setting) => self.pick(setting).0,
            None => runtime.and_then(|runtime| runtime.open_in_view).is_some_and(|flag| flag.0),
        }
    }

    fn listener(&mut self, path: &str, service: usize, owner: &str, document: &ListenerDoc) {
        let catalog = self.catalog;
        let kind =
            document.kind.as_ref().and_then(|kind| self.part(&catalog.consumers, kind, "consumer"));
        let topic = self.index(&self.system.topics, &document.topic, "topic").unwrap_or(0);
        let group =
            document.group.as_ref().map_or_else(|| owner.into(), |group| group.text.clone());
        let usual = Listener::spring(path.into(), service as Id, topic as Id, group);
        let concurrency = match &document.concurrency {
            Some(setting) => self.pick(setting).u32(),
            None => kind.and_then(|kind| kind.concurrency).map_or(usual.concurrency, Count::u32),
        };
        let pods = self.spec.services.get(service).map_or(1, |service| service.pods);
        let partitions = self.spec.topics.get(topic).map_or(u32::MAX, |topic| topic.partitions);
        let threads = u64::from(pods) * u64::from(concurrency);
        if threads > u64::from(partitions) {
            let caution = Caution::IdleConsumers {
                listener: path.to_owned(),
                threads,
                partitions,
                topic: document.topic.text.clone(),
                idle: threads - u64::from(partitions),
            };
            self.problems.warn("W0502", document.span, caution);
        }
        let ack = match &document.ack {
            Some(setting) => Some(self.pick(setting)),
            None => kind.and_then(|kind| kind.ack),
        };
        let max_poll_records = match &document.max_poll_records {
            Some(setting) => self.pick(setting).u32(),
            None => kind
                .and_then(|kind| kind.max_poll_records)
                .map_or(usual.max_poll_records, Count::u32),
        };
        let retries = match &document.retries {
            Some(setting) => self.pick(setting).u32(),
            None => kind.and_then(|kind| kind.retries).map_or(usual.retries, Count::u32),
        };
        let back_off = match &document.back_off {
            Some(setting) => self.pick(setting).span(),
            None => kind.and_then(|kind| kind.back_off).map_or(usual.back_off, Duration::span),
        };
        let listener = Listener {
            concurrency,
            ack: match ack {
                Some(AckWord::Record) => Ack::Record,
                Some(AckWord::Batch) => Ack::Batch,
                None => usual.ack,
            },
            max_poll_records,
            fetch: self.unit_mean("fetch"),
            commit: self.unit_mean("commit_offset"),
            retries,
            back_off,
            consumer: self.consumer(path, document, kind),
            completes_flow: document.completes.is_some(),
            ..usual
        };
        self.spec.listeners.push(listener);
    }

    /// Refuses more pods, connections, partitions and consumer threads than a run can remember.
    fn check_size(&mut self) {
        for excess in self.spec.excesses() {
            let message = format!("the services have {excess}");
            self.problems.add("E0107", self.system.system.span, message);
        }
    }

    /// Warns where all pods together may open more connections than a database accepts.
    fn check_connections(&mut self) {
        for (at, (name, document)) in self.system.databases.iter().enumerate() {
            let Database { max_connections: Some(limit), reserved, .. } = self.spec.databases[at]
            else {
                continue;
            };
            let most: u64 = self
                .spec
                .services
                .iter()
                .map(|service| {
                    let pools = service.pools.iter().filter(|pool| pool.database as usize == at);
                    pools.map(|pool| u64::from(pool.maximum)).sum::<u64>() * u64::from(service.pods)
                })
                .sum();
            if most > u64::from(limit) {
                let caution = Caution::PoolsBeyond {
                    connections: most,
                    database: name.value.clone(),
                    accepts: u64::from(limit) + u64::from(reserved),
                    reserved,
                };
                self.problems.warn("W0503", name.span, caution);
                if document.reserved.is_none() {
                    self.assume(
                        &format!("system: databases.{}.reserved", name.value),
                        reserved.to_string(),
                        Origin::ReservedConnections,
                    );
                }
            }
        }
    }
}

fn cost<'a>(units: &'a UnitsDoc, name: &str) -> Option<&'a Time> {
    let cost = match name {
        "statement_application" => &units.statement_application,
        "statement_read" => &units.statement_read,
        "statement_write" => &units.statement_write,
        "statement_round_trip" => &units.statement_round_trip,
        "commit_database" => &units.commit_database,
        "connect" => &units.connect,
        "cache_command" => &units.cache_command,
        "cache_round_trip" => &units.cache_round_trip,
        "cache_application" => &units.cache_application,
        "publish_leader" => &units.publish_leader,
        "publish_follower" => &units.publish_follower,
        "publish_application" => &units.publish_application,
        "record_application" => &units.record_application,
        "fetch" => &units.fetch,
        "commit_offset" => &units.commit_offset,
        "call_round_trip" => &units.call_round_trip,
        _ => return None,
    };
    cost.as_ref()
}
