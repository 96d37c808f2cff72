//! Capacity and relaxation time of each station, derived from the spec without simulation.
//!
//! A thread, a connection, a lock or a consumer is held for at least the uncontended time of the
//! steps in between, and processors, storage and caches are busy for the service demand placed on
//! them. By the utilisation law (Denning and Buzen 1978) that bounds the throughput of a station.
//! Where nothing done while a station is held waits for another resource, the bound is attained
//! once the station is full.
//!
//! A queue in front of a station forgets its initial state in about one relaxation time: 2σ²/θ² for
//! reflected Brownian motion of drift −θ and variance σ², the limit of all queues near saturation
//! (Abate and Whitt 1987); 4 S / (c (1 − ρ)²) for M/M/c.

use super::replicate::{aside, base_load};
use super::theory::{ceiling, flows, shares};
use crate::model::spec::{Ack, Balancer, Hold, Id, Op, Resource, Service, Spec};
use crate::model::stations::{active_threads, stations};
use crate::model::visit::{Flows, walk};
use crate::units::Span;

/// Largest squared coefficient of variation for which a relaxation time is computed: beyond it
/// nothing settles.
const MOST_VARIED: f64 = 100.0;

/// Throughput limit of a station.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ceiling {
    /// Index of the station.
    pub(crate) station: usize,
    /// Load at which its utilisation is 1, on the axis of the study; no higher load can be carried.
    pub(crate) load: f64,
    /// Whether the limit is attained once the station is full, because no holder waits for another
    /// resource.
    pub(crate) reached: bool,
    /// Relaxation time at utilisation ρ, multiplied by (1 − ρ)² / ρ \[s\].
    forgets: f64,
}

/// Throughput limits of all stations whose work the spec determines, in ascending order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ceilings(Vec<Ceiling>);

impl Ceilings {
    /// Returns no limits for a closed load, nor for cycles of calls.
    pub(crate) fn of(spec: &Spec) -> Ceilings {
        let base = base_load(spec);
        let Some(flows) = flows(spec, base).filter(|_| base > 0.0) else {
            return Ceilings::default();
        };
        let mut work = Work::new(spec);
        work.programs(&flows);
        let mut found = work.ceilings(base);
        // Work on an index grows with the load, and nodes are shared: the operational laws cover
        // both.
        if !spec.indexes.is_empty() {
            found.clear();
            if let Some((load, name)) = ceiling(spec) {
                let place = stations(spec).iter().position(|station| station.name == name);
                found.extend(place.map(|station| Ceiling {
                    station,
                    load,
                    reached: false,
                    forgets: 0.0,
                }));
            }
        }
        for (station, share) in shares(spec, base).into_iter().enumerate() {
            let node = matches!(stations(spec)[station].resource, Resource::Node(_));
            // Utilisation is proportional to the load only where no work grows with it.
            if node && share > 0.0 && spec.indexes.is_empty() {
                found.push(Ceiling { station, load: base / share, reached: false, forgets: 0.0 });
            }
        }
        let all = stations(spec);
        found.retain(|ceiling| ceiling.load > 0.0 && ceiling.load.is_finite());
        // Bookkeeping stations never set the line.
        found.retain(|ceiling| !aside(spec, &all[ceiling.station]));
        found.sort_by(|a, b| a.load.total_cmp(&b.load).then(a.station.cmp(&b.station)));
        Ceilings(found)
    }

    /// Returns the station that saturates first.
    pub(crate) fn lowest(&self) -> Option<Ceiling> {
        self.0.first().copied()
    }

    /// Returns the stations, among those that are not full, whose relaxation time at `load` exceeds
    /// `longest` \[s\].
    pub(crate) fn slower(&self, load: f64, longest: f64) -> Vec<usize> {
        let slow = self.0.iter().filter(|ceiling| ceiling.relaxation(load) > longest);
        slow.map(|ceiling| ceiling.station).collect()
    }

    /// Returns the longest relaxation time at `load` \[s\] among the stations that are not full; 0
    /// where no time varies.
    pub(crate) fn relaxation(&self, load: f64) -> f64 {
        self.0.iter().map(|ceiling| ceiling.relaxation(load)).fold(0.0, f64::max)
    }
}

impl Ceiling {
    /// Relaxation time at `load` \[s\]; 0 where the station is full.
    fn relaxation(&self, load: f64) -> f64 {
        let rho = load / self.load;
        if rho < 1.0 { self.forgets * rho / (1.0 - rho).powi(2) } else { 0.0 }
    }
}

/// Total time of a sequence of steps: mean, variance, and whether all of it is known.
#[derive(Clone, Copy, Debug, Default)]
struct Took {
    mean: f64,
    variance: f64,
    waits: bool,
}

impl Took {
    /// Adds a step that is taken with probability `chance`.
    fn then(&mut self, chance: f64, step: Took) {
        self.mean += chance * step.mean;
        let second = step.variance + step.mean * step.mean;
        self.variance += chance * second - (chance * step.mean).powi(2);
        self.waits |= step.waits;
    }
}

/// Load on a station while it is held.
#[derive(Clone, Copy, Debug, Default)]
struct Use {
    per_s: f64,
    /// Sums of rate × time and of rate × time².
    busy: f64,
    squares: f64,
    waits: bool,
}

/// A resource acquired and not yet released.
struct Held {
    /// `None` for a transaction that reuses a connection already held.
    resource: Option<Resource>,
    lock: bool,
    to_the_end: bool,
    open: bool,
    chance: f64,
    took: Took,
}

/// Traversal of all work in a spec.
struct Work<'a> {
    spec: &'a Spec,
    uses: Vec<(Resource, Use)>,
    /// Time of each endpoint, once known.
    endpoints: Vec<Option<Took>>,
}

impl<'a> Work<'a> {
    fn new(spec: &'a Spec) -> Work<'a> {
        let uses = stations(spec).into_iter().map(|station| (station.resource, Use::default()));
        Work { spec, uses: uses.collect(), endpoints: vec![None; spec.endpoints.len()] }
    }

    fn add(&mut self, resource: Resource, per_s: f64, took: Took) {
        let Some((_, sum)) = self.uses.iter_mut().find(|(other, _)| *other == resource) else {
            return;
        };
        sum.per_s += per_s;
        sum.busy += per_s * took.mean;
        sum.squares += per_s * (took.variance + took.mean * took.mean);
        sum.waits |= took.waits && per_s > 0.0;
    }

    /// Walks all programs in topological order: those without calls first, then those that call
    /// only them.
    fn programs(&mut self, flows: &Flows) {
        let spec = self.spec;
        let mut callers: Vec<Vec<usize>> = vec![Vec::new(); spec.endpoints.len()];
        let mut ahead = vec![0_u32; spec.endpoints.len()];
        for (caller, endpoint) in spec.endpoints.iter().enumerate() {
            let whole = walk(spec, endpoint.entry, (), |op, _, ()| {
                if let Op::Call { endpoint, .. } = op {
                    callers[*endpoint as usize].push(caller);
                    ahead[caller] += 1;
                }
            });
            if whole.is_none() {
                return;
            }
        }
        let mut ready: Vec<usize> =
            (0..ahead.len()).filter(|endpoint| ahead[*endpoint] == 0).collect();
        while let Some(known) = ready.pop() {
            let endpoint = &spec.endpoints[known];
            let (service, per_s) = (endpoint.service, flows.programs[known]);
            let took = self.program(service, endpoint.entry, per_s);
            self.add(Resource::Threads(service), per_s, took);
            self.endpoints[known] = Some(took);
            for caller in &callers[known] {
                ahead[*caller] -= 1;
                if ahead[*caller] == 0 {
                    ready.push(*caller);
                }
            }
        }
        for (number, listener) in (0..).zip(&spec.listeners) {
            let per_s = flows.topics[listener.topic as usize];
            let mut took = self.program(listener.service, listener.entry, per_s);
            match listener.ack {
                Ack::Record => took.mean += listener.commit.secs(),
                Ack::Batch => took.waits |= listener.commit.secs() > 0.0,
            }
            took.waits |= listener.consumer.fails > 0.0;
            self.add(Resource::Listener(number), per_s, took);
        }
    }

    /// Walks one program that runs at `per_s`: records the resources held on its way and returns
    /// its time.
    fn program(&mut self, service: Id, entry: u32, per_s: f64) -> Took {
        let spec = self.spec;
        let mut whole = Took::default();
        let mut held: Vec<Held> = Vec::new();
        let mut given: Vec<(Resource, f64, Took)> = Vec::new();
        let mut worked: Vec<(Resource, f64, Took)> = Vec::new();
        walk(spec, entry, (), |op, chance, ()| {
            let step = self.step(service, op, chance, &mut worked);
            whole.then(chance, step);
            for one in &mut held {
                one.took.then(chance / one.chance, step);
            }
            change_held(&mut held, service, op, chance, &mut given);
        });
        given
            .extend(held.into_iter().filter_map(|one| Some((one.resource?, one.chance, one.took))));
        for (resource, chance, took) in given.into_iter().chain(worked) {
            self.add(resource, per_s * chance, took);
        }
        whole
    }

    /// Returns the uncontended time of a step and adds its demands on devices to `worked`.
    fn step(
        &self,
        service: Id,
        op: &Op,
        chance: f64,
        worked: &mut Vec<(Resource, f64, Took)>,
    ) -> Took {
        let spec = self.spec;
        let drawn = |time: Id, waits: bool| {
            let dist = spec.samplers[time as usize].dist();
            let mean = dist.mean();
            Took { mean, variance: dist.scv().min(MOST_VARIED) * mean * mean, waits }
        };
        let plain = |mean: f64| Took { mean, variance: 0.0, waits: true };
        match *op {
            Op::Cpu { time, .. } => {
                worked.push((Resource::Cpu(service), chance, drawn(time, false)));
                drawn(time, true)
            }
            Op::Delay { time, .. } => drawn(time, false),
            Op::Query { database, round_trips, work, ios, io_chance, .. } => {
                let mut took = plain(round_trips.secs());
                if let Some(work) = work {
                    worked.push((Resource::DatabaseCpu(database), chance, drawn(work, false)));
                    took.then(1.0, drawn(work, true));
                }
                let database_of = &spec.databases[database as usize];
                let ios = f64::from(ios) + io_chance;
                if let Some(iops) = database_of.iops {
                    let one = Took { mean: 1.0 / iops, ..Took::default() };
                    worked.push((Resource::DatabaseIo(database), chance * ios, one));
                }
                took.then(1.0, plain(ios * database_of.io_latency.secs()));
                took
            }
            Op::Cache { cache, operations, time, .. } => {
                let of = &spec.caches[cache as usize];
                let commands = f64::from(operations);
                for shard in cache..cache + of.shards {
                    let each = chance * commands / f64::from(of.shards);
                    worked.push((Resource::Cache(shard), each, drawn(time, false)));
                }
                plain(commands * (of.round_trip.secs() + drawn(time, true).mean))
            }
            Op::Call { endpoint, round_trip, timeout, .. } => {
                let callee = self.endpoints[endpoint as usize].unwrap_or_default();
                let mut took = plain(round_trip.secs());
                took.then(1.0, callee);
                let most = timeout.map_or(f64::INFINITY, Span::secs);
                Took { mean: took.mean.min(most), waits: true, ..took }
            }
            Op::Acknowledged { leader, .. } => drawn(leader, true),
            Op::CpuOfIndex { .. }
            | Op::DelayOfIndex { .. }
            | Op::CacheOfIndex { .. }
            | Op::Begin { .. }
            | Op::Lock { .. } => plain(0.0),
            Op::Finish
            | Op::Insert { .. }
            | Op::Send { .. }
            | Op::Publish { .. }
            | Op::Jump { .. }
            | Op::Hit { .. }
            | Op::Unlock { .. }
            | Op::End => Took::default(),
        }
    }

    /// Returns the throughput limit of each station whose size is fixed.
    fn ceilings(&self, base: f64) -> Vec<Ceiling> {
        let spec = self.spec;
        let all = stations(spec);
        let varied = self.uses.iter().any(|(_, sum)| {
            sum.per_s > 0.0 && sum.squares * sum.per_s > sum.busy * sum.busy * (1.0 + 1e-9)
        });
        let regular = spec.load.open.is_none_or(|open| open.regular)
            && spec.load.records.iter().all(|source| source.regular);
        let arrivals = if regular && !varied { 0.0 } else { 1.0 };
        let known =
            self.uses.iter().zip(&all).enumerate().filter(|(_, ((_, sum), _))| sum.busy > 0.0);
        known
            .filter_map(|(station, ((resource, sum), of))| {
                let (servers, share, whole) = self.servers(*resource)?;
                let mean = sum.busy / sum.per_s;
                let scv = (sum.squares / sum.per_s / (mean * mean) - 1.0).clamp(0.0, MOST_VARIED);
                Some(Ceiling {
                    station,
                    load: base * of.capacity / (sum.busy * share),
                    reached: whole && !sum.waits && spec.meshes.is_empty(),
                    forgets: 2.0 * mean * (arrivals + scv) / servers,
                })
            })
            .collect()
    }

    /// Servers behind one queue of a station, the factor by which its fullest part exceeds the mean
    /// utilisation, and whether only that part matters and nothing blocks it; `None` where the spec
    /// does not determine its size.
    fn servers(&self, resource: Resource) -> Option<(f64, f64, bool)> {
        let spec = self.spec;
        let of = |service: Id| -> Option<&Service> {
            let service = &spec.services[service as usize];
            let scaled = service.lifecycle.autoscaling.is_some();
            (!scaled && service.lifecycle.pending == 0).then_some(service)
        };
        let even = |service: &Service| {
            let alike = service.pods == 1 || !matches!(service.balancer, Balancer::Sticky(_));
            alike && service.lifecycle.collection.is_none()
        };
        match resource {
            Resource::Cpu(service) => {
                let service = of(service)?;
                let alone = spec.cluster.as_ref().is_none_or(|cluster| !cluster.shared);
                Some((service.cores, 1.0, even(service) && alone && !service.lifecycle.quota))
            }
            Resource::Threads(service) => {
                let service = of(service)?;
                Some((f64::from(service.threads.maximum), 1.0, even(service)))
            }
            Resource::Pool(service, pool) => {
                let service = of(service)?;
                Some((f64::from(service.pools[pool as usize].maximum), 1.0, even(service)))
            }
            Resource::DatabaseCpu(database) => {
                Some((spec.databases[database as usize].cores, 1.0, true))
            }
            Resource::DatabaseIo(_) | Resource::Cache(_) | Resource::Lock(_) => {
                Some((1.0, 1.0, true))
            }
            Resource::Listener(listener) => {
                let topic = spec.listeners[listener as usize].topic;
                if !spec.topics[topic as usize].counted {
                    return None;
                }
                let service = of(spec.listeners[listener as usize].service)?;
                let (partitions, threads) =
                    (spec.partitions(listener), active_threads(spec, listener));
                let fullest = f64::from(partitions.div_ceil(threads));
                let share = fullest * f64::from(threads) / f64::from(partitions);
                Some((1.0, share, even(service)))
            }
            Resource::DatabaseConnections(_) | Resource::Node(_) | Resource::Proxy(..) => None,
        }
    }
}

/// Updates the resources held after a step that acquires or releases one.
fn change_held(
    held: &mut Vec<Held>,
    service: Id,
    op: &Op,
    chance: f64,
    given: &mut Vec<(Resource, f64, Took)>,
) {
    let one = |resource, lock, to_the_end| Held {
        resource,
        lock,
        to_the_end,
        open: true,
        chance,
        took: Took::default(),
    };
    match *op {
        Op::Begin { pool, hold } => {
            let uses = held.iter().any(|other| other.to_the_end);
            let resource = (!uses).then_some(Resource::Pool(service, pool));
            held.push(one(resource, false, !uses && hold == Hold::Request));
        }
        Op::Finish => {
            let Some(place) = held.iter().rposition(|other| !other.lock && other.open) else {
                return;
            };
            held[place].open = false;
            if !held[place].to_the_end {
                let ended = held.remove(place);
                given.extend(ended.resource.map(|of| (of, ended.chance, ended.took)));
            }
        }
        Op::Lock { lock } => held.push(one(Some(Resource::Lock(lock)), true, false)),
        Op::Unlock { lock } => {
            let own = |other: &Held| other.resource == Some(Resource::Lock(lock));
            let Some(place) = held.iter().rposition(own) else { return };
            let ended = held.remove(place);
            given.push((Resource::Lock(lock), ended.chance, ended.took));
        }
        Op::Cpu { .. }
        | Op::Delay { .. }
        | Op::Query { .. }
        | Op::Cache { .. }
        | Op::CpuOfIndex { .. }
        | Op::DelayOfIndex { .. }
        | Op::CacheOfIndex { .. }
        | Op::Insert { .. }
        | Op::Call { .. }
        | Op::Send { .. }
        | Op::Publish { .. }
        | Op::Acknowledged { .. }
        | Op::Jump { .. }
        | Op::Hit { .. }
        | Op::End => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::spec::{Endpoint, Journey, Lifecycle, Load, Lock, Open, Threads, Visit};
    use crate::random::{Dist, Sampler};

    /// Four threads, 10 ms each, followed by 2 ms under a lock.
    fn spec(time: Dist, regular: bool, locked: bool) -> Spec {
        let service = Service {
            name: "server".into(),
            pods: 1,
            cores: 1.0,
            threads: Threads { maximum: 4, accepted: 0, backlog: 0 },
            balancer: Balancer::RoundRobin,
            pools: Vec::new(),
            lifecycle: Lifecycle::default(),
        };
        let mut ops = vec![Op::Delay { time: 0, draw: 0 }];
        if locked {
            let inside = Op::Delay { time: 1, draw: 1 };
            ops.extend([Op::Lock { lock: 0 }, inside, Op::Unlock { lock: 0 }]);
        }
        ops.push(Op::End);
        let visit = Visit { endpoint: 0, chance: 1.0, think: None };
        Spec {
            services: vec![service],
            endpoints: vec![Endpoint { name: "server.serve".into(), service: 0, entry: 0 }],
            ops,
            samplers: vec![Sampler::new(time), Sampler::new(Dist::Constant(0.002))],
            locks: vec![Lock { name: "only".into() }],
            load: Load {
                open: Some(Open { requests_per_s: 20.0, regular }),
                journeys: vec![Journey { name: "only".into(), weight: 1.0, visits: vec![visit] }],
                ..Load::default()
            },
            ..Spec::default()
        }
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9 * expected.max(1.0), "{found} for {expected}");
    }

    #[test]
    fn threads_that_wait_for_nothing_pass_what_they_can() {
        let found = Ceilings::of(&spec(Dist::Exponential(0.010), false, false));
        let lowest = found.lowest().expect("its threads are held");
        assert!(lowest.reached);
        close(lowest.load, 400.0);
        // Utilisation 0.5: 4 × 10 ms × 0.5 / 4 / 0.25 = 20 ms for M/M/4.
        close(found.relaxation(200.0), 0.020);
        // Without variance there is no transient to forget.
        let found = Ceilings::of(&spec(Dist::Constant(0.010), true, false));
        close(found.relaxation(399.0), 0.0);
        close(found.lowest().expect("the same").load, 400.0);
    }

    /// Each request holds its thread for at least 12 ms and waits for the lock: 333.3/s is a bound,
    /// not a capacity. The lock itself passes 500/s.
    #[test]
    fn threads_that_wait_for_a_lock_may_pass_less() {
        let found = Ceilings::of(&spec(Dist::Exponential(0.010), false, true));
        let lowest = found.lowest().expect("its threads are held");
        assert!(!lowest.reached);
        close(lowest.load, 4.0 / 0.012);
        close(found.0[1].load, 500.0);
        assert!(found.0[1].reached);
    }
}
