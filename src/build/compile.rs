//! Compilation of builders to a spec: resolves names to indices and collects all faults.

mod day;
mod kafka;
mod load;
mod mesh;
mod nodes;
mod program;
mod service;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::fault::{Fault, Faults, Kind};
use super::system::{DatabaseBuilder, SpecBuilder};
use crate::model::spec::limits::{CORES, LONGEST};
use crate::model::spec::usual::IO_LATENCY;
use crate::model::spec::{Cache, Database, Endpoint, Id, Lock, Spec};
use crate::model::visit::{LARGEST_CIRCLE, Links, MOST_CAUSED};
use crate::random::{Dist, Sampler};
use crate::units::Span;

/// Maximum shape parameter of a distribution.
const LARGEST: f64 = 1e7;

impl SpecBuilder {
    /// Builds the spec.
    ///
    /// # Errors
    /// Returns all faults at once, in the order of the components. Concurrent sessions, placement,
    /// cycles and fan-out are checked only where there are no other faults.
    pub fn build(&self) -> Result<Spec, Faults> {
        let mut compiler = Compiler::default();
        compiler.names(self);
        compiler.servers(self);
        compiler.topics(self);
        compiler.cluster(self);
        for (id, service) in (0..).zip(&self.services) {
            compiler.service(id, service);
        }
        compiler.load(&self.load);
        compiler.day(self);
        compiler.whole();
        if compiler.faults.is_empty() { Ok(compiler.spec) } else { Err(Faults(compiler.faults)) }
    }
}

/// State of the compilation: the spec so far, and the faults found.
#[derive(Default)]
struct Compiler {
    spec: Spec,
    faults: Vec<Fault>,
    endpoints: BTreeMap<String, Id>,
}

/// Returns the index of the first name that is equal to `name`.
fn place(names: impl IntoIterator<Item = impl AsRef<str>>, name: &str) -> Option<Id> {
    (0..).zip(names).find(|(_, known)| known.as_ref() == name).map(|(at, _)| at)
}

impl Compiler {
    /// Numbers the endpoints, and reports duplicate names.
    fn names(&mut self, system: &SpecBuilder) {
        self.distinct(Kind::Service, system.services.iter().map(|service| &service.name));
        self.distinct(Kind::Database, system.databases.iter().map(|database| &database.name));
        self.distinct(Kind::Cache, system.caches.iter().map(|(name, _)| name));
        self.distinct(Kind::Topic, system.topics.iter().map(|topic| &topic.0.name));
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
        for DatabaseBuilder { name, cores, connections, reserved } in &system.databases {
            self.range(name, "cores", *cores, CORES);
            match *connections {
                Some(0) => self.some(name, "connections", 0),
                Some(most) if most <= *reserved => self.beyond(
                    name,
                    ("reserved connections", (*reserved).into()),
                    ("connections", most.into()),
                ),
                Some(_) | None => {}
            }
            self.spec.databases.push(Database {
                name: name.clone(),
                cores: *cores,
                iops: None,
                io_credits: None,
                io_latency: IO_LATENCY,
                max_connections: connections.map(|most| most.saturating_sub(*reserved)),
                reserved: *reserved,
            });
        }
        for (of, (name, round_trip)) in (0..).zip(&system.caches) {
            self.time(name, "a round trip", *round_trip);
            let (name, round_trip) = (name.clone(), *round_trip);
            self.spec.caches.push(Cache { name, of, shards: 1, round_trip });
        }
        self.spec.locks = system.locks.iter().map(|name| Lock { name: name.clone() }).collect();
    }

    /// Checks the system as a whole: size, concurrent sessions, placement of pods, cycles of calls
    /// and messages, and fan-out.
    fn whole(&mut self) {
        self.faults.extend(self.spec.excesses().into_iter().map(Fault::TooLarge));
        // Unresolved names stand as index 0, so that the call graph would be meaningless.
        if !self.faults.is_empty() {
            return;
        }
        self.sessions();
        self.settle();
        if !self.faults.is_empty() {
            return;
        }
        let Some(links) = Links::of(&self.spec) else { return };
        if links.callees_first().is_none() {
            self.faults.push(Fault::Circle);
            return;
        }
        if let Some(circle) = links.unbounded() {
            let most = LARGEST_CIRCLE as f64;
            let size = circle.len() as f64;
            if size > most {
                self.range("messages", "programs in a circle", size, 0.0..=most);
            } else {
                self.faults.push(Fault::Endless);
            }
            return;
        }
        let endpoints = self.spec.endpoints.iter().map(|endpoint| &endpoint.name);
        let names = endpoints.chain(self.spec.listeners.iter().map(|listener| &listener.name));
        // The first of equals, because it is nearest to the user.
        let beyond = names.zip(links.caused()).filter(|(_, caused)| *caused > MOST_CAUSED);
        let worst = beyond.reduce(|a, b| if b.1 > a.1 { b } else { a });
        let fault = worst.map(|(at, caused)| Fault::FanOut { at: at.clone(), caused });
        self.faults.extend(fault);
    }

    /// Checks that a count is not zero.
    fn some(&mut self, at: &str, what: &'static str, count: u32) {
        if count == 0 {
            self.faults.push(Fault::Zero { at: at.into(), what });
        }
    }

    /// Checks that a count is between 1 and `most`.
    fn count(&mut self, at: &str, what: &'static str, value: u32, most: u64) {
        self.some(at, what, value);
        self.range(at, what, value.into(), 0.0..=most as f64);
    }

    fn range(&mut self, at: &str, what: &'static str, value: f64, within: RangeInclusive<f64>) {
        if !within.contains(&value) {
            self.faults.push(Fault::Range { at: at.into(), what, value });
        }
    }

    fn share(&mut self, at: &str, what: &'static str, value: f64) {
        self.range(at, what, value, 0.0..=1.0);
    }

    fn time(&mut self, at: &str, what: &'static str, value: Span) {
        self.range(at, what, value.secs(), 0.0..=LONGEST);
    }

    /// Checks that a number is at most another.
    fn within(&mut self, at: &str, value: (&'static str, f64), most: (&'static str, f64)) {
        if value.1 > most.1 {
            self.beyond(at, value, most);
        }
    }

    fn beyond(&mut self, at: &str, value: (&'static str, f64), most: (&'static str, f64)) {
        let ((what, value), (limit, most)) = (value, most);
        self.faults.push(Fault::Beyond { at: at.into(), what, value, limit, most });
    }

    /// Returns the index of the component with this name; `None`, with a fault, where there is none.
    fn named(&mut self, kind: Kind, name: &str, at: &str) -> Option<Id> {
        let spec = &self.spec;
        let groups = || spec.cluster.iter().flat_map(|cluster| &cluster.groups);
        let found = match kind {
            Kind::Service => place(spec.services.iter().map(|one| &one.name), name),
            Kind::Endpoint => self.endpoints.get(name).copied(),
            Kind::Database => place(spec.databases.iter().map(|one| &one.name), name),
            Kind::Cache => place(spec.caches.iter().map(|one| &one.name), name),
            Kind::Lock => place(spec.locks.iter().map(|one| &one.name), name),
            Kind::Topic => place(spec.topics.iter().map(|one| &one.name), name),
            Kind::Listener => place(spec.listeners.iter().map(|one| &one.name), name),
            Kind::NodeGroup => place(groups().map(|one| &one.name), name),
            Kind::Journey => place(spec.load.journeys.iter().map(|one| &one.name), name),
            // Those of a service have their own names.
            Kind::Pool => None,
        };
        self.known(found, kind, name, at)
    }

    /// Passes on what was found, and reports a fault where that is nothing.
    fn known(&mut self, found: Option<Id>, kind: Kind, name: &str, at: &str) -> Option<Id> {
        if found.is_none() {
            self.faults.push(Fault::Unknown { at: at.into(), kind, name: name.into() });
        }
        found
    }

    /// Returns the index of the sampler of a law; equal laws share one.
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

/// Returns whether a law has a positive mean; also for an invalid one, so that it is reported.
fn takes_time(law: &Dist) -> bool {
    wrong(law).is_some() || law.mean() > 0.0
}

/// Returns the first parameter of a law that is out of range, with its name.
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
