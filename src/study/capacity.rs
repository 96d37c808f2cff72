//! What each station can pass at most, and how long it takes to forget its past, from the description
//! alone.
//!
//! A thread, a connection, a lock or a consumer is held at least as long as its steps take when nobody else
//! is there, and processors, storage and caches are busy for as long as they are asked to work. That bounds
//! what passes (utilisation law, Denning and Buzen 1978). Where nothing that is done while a station is
//! held has to wait for anything else, the bound is what it passes once it is full.
//!
//! A queue in front of a station forgets where it began in about one relaxation time: 2σ²/θ² for reflected
//! Brownian motion of drift −θ and variance σ², the limit of all queues near saturation (Abate and Whitt
//! 1987); 4 S / (c (1 − ρ)²) for M/M/c.

use super::replicate::{aside, base_load};
use super::theory::{ceiling, flows, shares};
use crate::model::spec::{Ack, Balancer, Hold, Id, Op, Resource, Service, Spec};
use crate::model::stations::{active_threads, stations};
use crate::model::visit::{Flows, walk};
use crate::units::Span;

/// Largest squared coefficient of variation that a relaxation time is taken of: beyond, nothing settles.
const MOST_VARIED: f64 = 100.0;

/// What a station can pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ceiling {
    /// Index of the station.
    pub(crate) station: usize,
    /// The load that keeps it busy all the time, on the axis of the study; no more can pass.
    pub(crate) load: f64,
    /// Whether it passes that load once it is full: nothing makes it wait.
    pub(crate) reached: bool,
    /// Relaxation time at utilisation ρ, times (1 − ρ)² / ρ \[s\].
    forgets: f64,
}

/// What all stations can pass whose work the description tells, the least first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ceilings(Vec<Ceiling>);

impl Ceilings {
    /// Nothing for a closed load, and for circles.
    pub(crate) fn of(spec: &Spec) -> Ceilings {
        let base = base_load(spec);
        let Some(flows) = flows(spec, base).filter(|_| base > 0.0) else {
            return Ceilings::default();
        };
        let mut work = Work::new(spec);
        work.programs(&flows);
        let mut found = work.ceilings(base);
        // Work on an index grows with the load, and nodes are shared: the laws know them.
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
            // Shares are in proportion to the load only where no work grows with it.
            if node && share > 0.0 && spec.indexes.is_empty() {
                found.push(Ceiling { station, load: base / share, reached: false, forgets: 0.0 });
            }
        }
        let all = stations(spec);
        found.retain(|ceiling| ceiling.load > 0.0 && ceiling.load.is_finite());
        // What is only bookkeeping draws no line.
        found.retain(|ceiling| !aside(spec, &all[ceiling.station]));
        found.sort_by(|a, b| a.load.total_cmp(&b.load).then(a.station.cmp(&b.station)));
        Ceilings(found)
    }

    /// The station that is full first.
    pub(crate) fn lowest(&self) -> Option<Ceiling> {
        self.0.first().copied()
    }

    /// Stations whose relaxation time at `load` is longer than `longest` \[s\], of those that are not full.
    pub(crate) fn slower(&self, load: f64, longest: f64) -> Vec<usize> {
        let slow = self.0.iter().filter(|ceiling| ceiling.relaxation(load) > longest);
        slow.map(|ceiling| ceiling.station).collect()
    }

    /// Longest relaxation time of a station at `load` \[s\], among those that are not full; 0 where nothing
    /// varies.
    pub(crate) fn relaxation(&self, load: f64) -> f64 {
        self.0.iter().map(|ceiling| ceiling.relaxation(load)).fold(0.0, f64::max)
    }
}

impl Ceiling {
    /// Relaxation time at `load` \[s\]; 0 where it is full.
    fn relaxation(&self, load: f64) -> f64 {
        let rho = load / self.load;
        if rho < 1.0 { self.forgets * rho / (1.0 - rho).powi(2) } else { 0.0 }
    }
}

/// A time that steps take together: mean, variance, and whether all of it is known.
#[derive(Clone, Copy, Debug, Default)]
struct Took {
    mean: f64,
    variance: f64,
    waits: bool,
}

impl Took {
    /// One more step, taken with this probability.
    fn then(&mut self, chance: f64, step: Took) {
        self.mean += chance * step.mean;
        let second = step.variance + step.mean * step.mean;
        self.variance += chance * second - (chance * step.mean).powi(2);
        self.waits |= step.waits;
    }
}

/// What holds a station.
#[derive(Clone, Copy, Debug, Default)]
struct Use {
    per_s: f64,
    /// Sums of rate × time and rate × time².
    busy: f64,
    squares: f64,
    waits: bool,
}

/// Something taken and not yet given back.
struct Held {
    /// None for a transaction that uses a connection held already.
    resource: Option<Resource>,
    lock: bool,
    to_the_end: bool,
    open: bool,
    chance: f64,
    took: Took,
}

/// All work of a description, while it is walked.
struct Work<'a> {
    spec: &'a Spec,
    uses: Vec<(Resource, Use)>,
    /// How long each endpoint takes, once known.
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

    /// Walk all programs: those first that call nobody, then those that call only them.
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

    /// One program that runs so often: what it holds on its way, and how long it takes.
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

    /// How long a step takes when nobody else is there, and what it asks of devices.
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

    /// What each station passes, of those that do not change their size.
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

    /// Servers behind one queue of a station, by how much its fullest part is fuller than the mean, and
    /// whether that part is all that matters and nothing stops it; none where the description does not tell
    /// how large it is.
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

/// What a step takes or gives back.
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

    /// Four threads, 10 ms each, after which 2 ms of a lock.
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
        // Half busy: 4 × 10 ms × 0.5 / 4 / 0.25 = 20 ms for M/M/4.
        close(found.relaxation(200.0), 0.020);
        // Nothing varies, so nothing has to be forgotten.
        let found = Ceilings::of(&spec(Dist::Constant(0.010), true, false));
        close(found.relaxation(399.0), 0.0);
        close(found.lowest().expect("the same").load, 400.0);
    }

    /// Each request holds its thread for 12 ms at least, and waits for the lock: 333.3/s is a bound, not a
    /// capacity. The lock itself passes 500/s.
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
