//! From builders to a description: names become indices, and all that is wrong is found on the way.

use std::collections::BTreeMap;

use super::fault::{Fault, Faults, Kind};
use super::step::{Form, Step};
use super::system::{DatabaseBuilder, ServiceBuilder, SpecBuilder};
use crate::model::spec::{
    Cache, Closed, Curve, Database, Endpoint, Hold, Id, Journey, Lifecycle, Load, Lock, Op, Open,
    Pool, RECONNECT, Service, Spec, Visit,
};
use crate::model::visit::{Links, MOST_CAUSED};
use crate::random::{Dist, Key, Sampler};
use crate::units::Span;

/// Largest number of a rate, of cores and of weights.
const LARGEST: f64 = 1e7;
/// Longest mean of a law \[s\]: a year.
const LONGEST: f64 = 3.2e7;

impl SpecBuilder {
    /// The description that these parts make.
    ///
    /// # Errors
    /// All faults at once, in the order of the parts.
    pub fn build(&self) -> Result<Spec, Faults> {
        let mut compiler = Compiler::default();
        compiler.names(self);
        compiler.servers(self);
        for (id, service) in (0..).zip(&self.services) {
            compiler.service(id, service, self);
        }
        compiler.load(self);
        compiler.whole();
        if compiler.faults.is_empty() { Ok(compiler.spec) } else { Err(Faults(compiler.faults)) }
    }
}

/// A description that is being written.
#[derive(Default)]
struct Compiler {
    spec: Spec,
    faults: Vec<Fault>,
    endpoints: BTreeMap<String, Id>,
}

/// Place of a program's steps: their service, the pools of the transactions around them, and the path.
#[derive(Clone, Copy)]
struct Scope<'a> {
    pools: &'a [Pool],
    database: Option<Id>,
    /// Path of the endpoint, for faults.
    at: &'a str,
    /// Path of the list of steps, for draws.
    path: &'a str,
}

/// Place of the first part with this name.
fn place(names: impl IntoIterator<Item = impl AsRef<str>>, name: &str) -> Option<Id> {
    (0..).zip(names).find(|(_, known)| known.as_ref() == name).map(|(at, _)| at)
}

impl Compiler {
    /// Numbers the endpoints, and finds names that are given twice.
    fn names(&mut self, system: &SpecBuilder) {
        self.distinct(Kind::Service, system.services.iter().map(|service| &service.name));
        self.distinct(Kind::Database, system.databases.iter().map(|database| &database.name));
        self.distinct(Kind::Cache, system.caches.iter().map(|(name, _)| name));
        self.distinct(Kind::Lock, &system.locks);
        for (service, described) in (0..).zip(&system.services) {
            if described.name.contains('.') {
                self.faults.push(Fault::Dotted(described.name.clone()));
            }
            for (endpoint, _) in &described.endpoints {
                let name = format!("{}.{endpoint}", described.name);
                let id = self.spec.endpoints.len() as Id;
                if self.endpoints.insert(name.clone(), id).is_some() {
                    let kind = Kind::Endpoint;
                    self.faults.push(Fault::Duplicate { kind, name: name.clone() });
                }
                self.spec.endpoints.push(Endpoint { name, service, entry: 0 });
            }
        }
    }

    fn distinct<'a>(&mut self, kind: Kind, names: impl IntoIterator<Item = &'a String>) {
        let mut seen = BTreeMap::new();
        for name in names {
            let count = seen.entry(name).or_insert(0);
            *count += 1;
            if *count == 2 {
                self.faults.push(Fault::Duplicate { kind, name: name.clone() });
            }
        }
    }

    fn servers(&mut self, system: &SpecBuilder) {
        for DatabaseBuilder { name, cores, connections } in &system.databases {
            self.positive(name, "cores", *cores);
            if *connections == Some(0) {
                self.faults.push(Fault::Zero { at: name.clone(), what: "connections" });
            }
            self.spec.databases.push(Database {
                name: name.clone(),
                cores: *cores,
                iops: None,
                io_credits: None,
                io_latency: Span::ZERO,
                max_connections: *connections,
                reserved: 0,
            });
        }
        for (of, (name, round_trip)) in (0..).zip(&system.caches) {
            let (name, round_trip) = (name.clone(), *round_trip);
            self.spec.caches.push(Cache { name, of, shards: 1, round_trip });
        }
        self.spec.locks = system.locks.iter().map(|name| Lock { name: name.clone() }).collect();
    }

    fn service(&mut self, id: Id, described: &ServiceBuilder, system: &SpecBuilder) {
        let at = &described.name;
        for (count, what) in [(described.pods, "pods"), (described.threads.maximum, "threads")] {
            if count == 0 {
                self.faults.push(Fault::Zero { at: at.clone(), what });
            }
        }
        self.positive(at, "cores", described.cores);
        self.distinct(Kind::Pool, described.pools.iter().map(|pool| &pool.pool.name));
        let mut pools = Vec::new();
        for builder in &described.pools {
            let at = format!("{at}.{}", builder.pool.name);
            if builder.pool.maximum == 0 {
                self.faults.push(Fault::Zero { at: at.clone(), what: "connections" });
            }
            let known = system.databases.iter().map(|database| &database.name);
            let database = self.found(Kind::Database, &builder.database, known, &at);
            pools.push(Pool { database: database.unwrap_or(0), ..builder.pool.clone() });
        }
        let own = (0..self.spec.endpoints.len())
            .filter(|endpoint| self.spec.endpoints[*endpoint].service == id);
        for (endpoint, (_, steps)) in own.collect::<Vec<_>>().into_iter().zip(&described.endpoints)
        {
            let path = self.spec.endpoints[endpoint].name.clone();
            self.spec.endpoints[endpoint].entry = self.spec.ops.len() as u32;
            self.steps(steps, Scope { pools: &pools, database: None, at: &path, path: &path });
            self.spec.ops.push(Op::End);
        }
        self.spec.services.push(Service {
            name: described.name.clone(),
            pods: described.pods,
            cores: described.cores,
            threads: described.threads,
            balancer: described.balancer,
            pools,
            lifecycle: Lifecycle::default(),
        });
    }

    /// Writes steps in order. The draws of each are numbered by its label and by how often that came before
    /// in the list, so that a step added elsewhere leaves them as they are.
    fn steps(&mut self, steps: &[Step], scope: Scope<'_>) {
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for step in steps {
            let label = step.label();
            let count = seen.entry(label.clone()).or_insert(0);
            *count += 1;
            let path = format!("{}/{label}#{count}", scope.path);
            self.step(step, Scope { path: &path, ..scope });
        }
    }

    fn step(&mut self, step: &Step, scope: Scope<'_>) {
        let (at, draw) = (scope.at, Key::default().named(scope.path).0);
        match &step.0 {
            Form::Cpu(law) => {
                let time = self.sampler(law, at);
                self.spec.ops.push(Op::Cpu { time, draw });
            }
            Form::Delay(law) => {
                let time = self.sampler(law, at);
                self.spec.ops.push(Op::Delay { time, draw });
            }
            Form::Transaction { pool, steps } => {
                let known = scope.pools.iter().map(|pool| &pool.name);
                let found = self.found(Kind::Pool, pool, known, at).unwrap_or(0);
                let database = scope.pools.get(found as usize).map_or(0, |pool| pool.database);
                self.spec.ops.push(Op::Begin { pool: found, hold: Hold::Transaction });
                self.steps(steps, Scope { database: Some(database), ..scope });
                self.spec.ops.push(Op::Finish);
            }
            Form::Query(law) => {
                let work = Some(self.sampler(law, at));
                let Some(database) = scope.database else {
                    self.faults.push(Fault::Unconnected(at.into()));
                    return;
                };
                let (round_trips, ios, io_chance) = (Span::ZERO, 0, 0.0);
                self.spec.ops.push(Op::Query { database, round_trips, work, draw, ios, io_chance });
            }
            Form::Cache { cache, commands, time } => {
                let time = self.sampler(time, at);
                if *commands == 0 {
                    self.faults.push(Fault::Zero { at: at.into(), what: "commands" });
                }
                let known: Vec<String> =
                    self.spec.caches.iter().map(|cache| cache.name.clone()).collect();
                let cache = self.found(Kind::Cache, cache, known, at).unwrap_or(0);
                self.spec.ops.push(Op::Cache { cache, operations: *commands, time, draw });
            }
            Form::Call { endpoint, round_trip, timeout } => {
                let known = self.endpoint(endpoint, at);
                let (endpoint, round_trip, timeout) = (known.unwrap_or(0), *round_trip, *timeout);
                self.spec.ops.push(Op::Call { endpoint, round_trip, timeout, draw });
            }
            Form::Lock { lock, steps } => {
                let known: Vec<String> =
                    self.spec.locks.iter().map(|lock| lock.name.clone()).collect();
                let lock = self.found(Kind::Lock, lock, known, at).unwrap_or(0);
                self.spec.ops.push(Op::Lock { lock });
                self.steps(steps, scope);
                self.spec.ops.push(Op::Unlock { lock });
            }
            Form::Sometimes { probability, steps } => self.sometimes(*probability, steps, scope),
        }
    }

    fn sometimes(&mut self, probability: f64, steps: &[Step], scope: Scope<'_>) {
        if !(0.0..=1.0).contains(&probability) {
            let at = scope.at.into();
            self.faults.push(Fault::Range { at, what: "a probability", value: probability });
        }
        let draw = Key::default().named(scope.path).0;
        let over = self.spec.ops.len();
        self.spec.ops.push(Op::End);
        self.steps(steps, scope);
        let target = self.spec.ops.len() as u32;
        self.spec.ops[over] = Op::Jump { target, chance: 1.0 - probability, draw };
    }

    fn load(&mut self, system: &SpecBuilder) {
        match (system.open, &system.closed) {
            (None, None) => self.faults.push(Fault::NoLoad),
            (Some(_), Some(_)) => self.faults.push(Fault::TwoLoads),
            (Some(_), None) | (None, Some(_)) => {}
        }
        if let Some(requests_per_s) = system.open {
            self.positive("load", "a rate", requests_per_s);
        }
        if let Some((users, _)) = system.closed
            && users == 0
        {
            self.faults.push(Fault::Zero { at: "load".into(), what: "users" });
        }
        let think = system.closed.as_ref().and_then(|(_, think)| think.as_ref());
        let think = think.map(|law| self.sampler(law, "load"));
        let mut journeys = Vec::new();
        let all = self.spec.endpoints.iter().map(|endpoint| (endpoint.name.clone(), 1.0));
        let mix = if system.mix.is_empty() { all.collect() } else { system.mix.clone() };
        for (name, weight) in mix {
            if !(0.0..=LARGEST).contains(&weight) {
                let at = format!("mix {name}");
                self.faults.push(Fault::Range { at, what: "a weight", value: weight });
            }
            let Some(endpoint) = self.endpoint(&name, "mix") else { continue };
            let visits = vec![Visit { endpoint, chance: 1.0, think: None }];
            journeys.push(Journey { name, weight, visits });
        }
        if journeys.iter().all(|journey| journey.weight <= 0.0) {
            self.faults.push(Fault::Idle);
        }
        self.spec.load = Load {
            open: system.open.map(|requests_per_s| Open { requests_per_s, regular: false }),
            closed: system.closed.as_ref().map(|(users, _)| Closed {
                users: *users,
                think,
                reconnect: RECONNECT,
            }),
            records: Vec::new(),
            journeys,
            patience: system.patience,
            retries: None,
            curve: Curve::default(),
        };
    }

    /// Checks what only the whole shows: circles of calls, requests that cause too many, and its size.
    fn whole(&mut self) {
        self.faults.extend(self.spec.excesses().into_iter().map(Fault::TooLarge));
        // With a name that nothing has, a call leads anywhere.
        if !self.faults.is_empty() {
            return;
        }
        let Some(links) = Links::of(&self.spec) else { return };
        if links.callees_first().is_none() {
            self.faults.push(Fault::Circle);
            return;
        }
        let most = self.spec.endpoints.iter().zip(links.caused());
        if let Some((endpoint, caused)) = most.max_by(|a, b| a.1.total_cmp(&b.1))
            && caused > MOST_CAUSED
        {
            self.faults.push(Fault::FanOut { at: endpoint.name.clone(), caused });
        }
    }

    fn positive(&mut self, at: &str, what: &'static str, value: f64) {
        if !(value > 0.0 && value <= LARGEST) {
            self.faults.push(Fault::Range { at: at.into(), what, value });
        }
    }

    fn found(
        &mut self,
        kind: Kind,
        name: &str,
        known: impl IntoIterator<Item = impl AsRef<str>>,
        at: &str,
    ) -> Option<Id> {
        let found = place(known, name);
        if found.is_none() {
            self.faults.push(Fault::Unknown { at: at.into(), kind, name: name.into() });
        }
        found
    }

    fn endpoint(&mut self, name: &str, at: &str) -> Option<Id> {
        let found = self.endpoints.get(name).copied();
        if found.is_none() {
            let kind = Kind::Endpoint;
            self.faults.push(Fault::Unknown { at: at.into(), kind, name: name.into() });
        }
        found
    }

    /// Index of the sampler of a law; each law has one.
    fn sampler(&mut self, law: &Dist, at: &str) -> Id {
        if let Some((what, value)) = wrong(law) {
            self.faults.push(Fault::Range { at: at.into(), what, value });
            return 0;
        }
        let known = self.spec.samplers.iter().position(|sampler| sampler.dist() == law);
        known.unwrap_or_else(|| {
            self.spec.samplers.push(Sampler::new(law.clone()));
            self.spec.samplers.len() - 1
        }) as Id
    }
}

/// The parameter of a law that is outside of its range.
fn wrong(law: &Dist) -> Option<(&'static str, f64)> {
    let beyond = |what, value: f64, least: f64, most: f64| {
        (!(least..=most).contains(&value)).then_some((what, value))
    };
    let time = |value| beyond("a time", value, 0.0, LONGEST);
    let shape = |value, least: f64| beyond("a shape", value, least, LARGEST);
    match law {
        Dist::Constant(mean) | Dist::Exponential(mean) => time(*mean),
        Dist::Uniform { low, high } => {
            time(*low).or_else(|| beyond("a time", *high, *low, LONGEST))
        }
        Dist::LogNormal { mean, cv } | Dist::Gamma { mean, cv } => {
            let spread = || beyond("a coefficient of variation", *cv, 1e-3, 1e3);
            beyond("a time", *mean, f64::MIN_POSITIVE, LONGEST).or_else(spread)
        }
        Dist::Weibull { mean, shape: own } => time(*mean).or_else(|| shape(*own, 0.05)),
        Dist::Pareto { mean, shape: own } => time(*mean).or_else(|| shape(*own, 1.0 + 1e-9)),
        Dist::Empirical(values) if values.is_empty() => Some(("a number of values", 0.0)),
        Dist::Empirical(values) => {
            let fall = values.windows(2).find(|pair| pair[0] > pair[1]);
            let fall = fall.map(|pair| ("a value out of order", pair[1]));
            values.iter().find_map(|value| time(*value)).or(fall)
        }
        Dist::Sum(terms) => terms.iter().find_map(|term| wrong(&term.dist)),
    }
}
