//! Demands and duration of one run of a program, alone in the system.

use std::collections::BTreeMap;

use super::links::{Links, Next, attempts, next, walk};
use crate::model::spec::{Ack, Hold, Id, Listener, Op, Resource, Service, Spec};
use crate::units::Span;

/// Period of a CPU quota \[s\] (`cfs_period_us`).
const PERIOD: f64 = 0.1;

/// Work at a station, or holding time of a resource: in seconds; for storage in operations.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Work {
    /// Total work.
    pub(crate) all: f64,
    /// Part that is proportional to indexes whose size grows with the load.
    pub(crate) grows: f64,
}

impl Work {
    /// Adds `times` another amount of work.
    pub(crate) fn add(&mut self, other: Work, times: f64) {
        self.all += other.all * times;
        self.grows += other.grows * times;
    }

    /// Returns the factor on the load at which this fills `capacity`: at x times the load it is
    /// grows · x² + (all − grows) · x.
    pub(crate) fn room(self, capacity: f64) -> f64 {
        let rest = self.all - self.grows;
        let root = (rest * rest + 4.0 * self.grows * capacity).sqrt();
        2.0 * capacity / (rest + root)
    }
}

/// An endpoint or listener, in the mean and without queueing. A run of a listener is one attempt at
/// one record.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Program {
    /// `service.endpoint` or `service.listener`.
    pub(crate) name: String,
    /// Index of its service.
    pub(crate) service: usize,
    /// Index of the listener; `None` for an endpoint.
    pub(crate) listener: Option<Id>,
    /// Mean duration of a run \[s\].
    pub(crate) mean: f64,
    /// Variance of the duration \[s²\]; may be infinite.
    pub(crate) variance: f64,
    /// Time that a run holds its thread \[s\]; for a listener including its share of commits and
    /// pauses.
    pub(crate) thread: Work,
    /// CPU time on the pod \[s\].
    pub(crate) cpu: f64,
    /// Work at processors, storage and caches.
    pub(crate) work: BTreeMap<Resource, Work>,
    /// Holding time of a connection of each pool of its service \[s\].
    pub(crate) held: BTreeMap<usize, Work>,
    /// Holding time of connections of each pool if they were returned after each transaction \[s\].
    pub(crate) needed: BTreeMap<usize, f64>,
    /// Holding time of each lock \[s\].
    pub(crate) locks: BTreeMap<Id, Work>,
    /// Maximum number of connections of one pool held at once, with that pool.
    pub(crate) nested: Option<(usize, u32)>,
    /// CPU time on the pod while a connection is held \[s\].
    pub(crate) cpu_held: f64,
    /// Calls made while a connection is held.
    pub(crate) calls_held: f64,
    /// External delay while a connection is held \[s\].
    pub(crate) delay_held: f64,
    /// Counted records that it publishes.
    pub(crate) events: f64,
}

/// Connections and locks held by a run when it reaches a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    /// Pool of the connection held until the end of the response.
    session: Option<usize>,
    /// Pool of each open transaction, and whether it has a connection of its own.
    transactions: Vec<(usize, bool)>,
    locks: Vec<Id>,
}

impl Held {
    /// Returns the pool of each connection held.
    fn connections(&self) -> impl Iterator<Item = usize> {
        let own = self.transactions.iter().filter(|(_, own)| *own);
        own.map(|(pool, _)| *pool).chain(self.session)
    }

    fn is_connected(&self) -> bool {
        self.connections().next().is_some()
    }
}

/// Analyses all programs, endpoints before listeners; `thousands` holds the size of each index in
/// thousands of entries. Returns `None` where calls form a cycle.
pub(crate) fn programs(spec: &Spec, links: &Links, thousands: &[f64]) -> Option<Vec<Program>> {
    let endpoints = spec.endpoints.iter().map(|one| (one.name.clone(), one.service, None));
    let listeners = (0..).zip(&spec.listeners);
    let listeners = listeners.map(|(id, one)| (one.name.clone(), one.service, Some(id)));
    let mut all: Vec<Program> = endpoints
        .chain(listeners)
        .map(|(name, service, listener)| Program {
            name,
            service: service as usize,
            listener,
            ..Program::default()
        })
        .collect();
    for number in links.callees_first()? {
        let program = std::mem::take(&mut all[number]);
        let read = Reading { spec, thousands, known: &all };
        let program = read.program(program, number)?;
        all[number] = program;
    }
    Some(all)
}

/// Mean and variance of a time, and the part of the mean that grows with the load.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Time {
    mean: f64,
    variance: f64,
    grows: f64,
}

impl Time {
    /// Adds another, independent time.
    fn and(self, other: Time) -> Time {
        Time {
            mean: self.mean + other.mean,
            variance: self.variance + other.variance,
            grows: self.grows + other.grows,
        }
    }

    /// Scales a time by a factor.
    fn times(self, factor: f64) -> Time {
        Time {
            mean: self.mean * factor,
            variance: self.variance * factor * factor,
            grows: self.grows * factor,
        }
    }

    /// Rescales to this mean.
    fn stretched(self, mean: f64) -> Time {
        if self.mean > 0.0 { self.times(mean / self.mean) } else { self }
    }
}

/// Begins a transaction: with a connection of its own, or reusing the one held until the end of the
/// response.
fn begin(program: &mut Program, pool: usize, until: Hold, held: &mut Held) {
    let session = until == Hold::Request;
    let reused = session && held.session.is_some();
    held.transactions.push((pool, !session));
    if session && !reused {
        held.session = Some(pool);
    }
    if !reused {
        let same = held.connections().filter(|other| *other == pool).count() as u32;
        if program.nested.is_none_or(|(_, most)| most < same) {
            program.nested = Some((pool, same));
        }
    }
}

/// Analysis of one program after those that it calls.
struct Reading<'a> {
    spec: &'a Spec,
    thousands: &'a [f64],
    known: &'a [Program],
}

impl Reading<'_> {
    fn program(&self, mut program: Program, number: usize) -> Option<Program> {
        let spec = self.spec;
        let listener = program.listener.map(|listener| &spec.listeners[listener as usize]);
        let entry = listener.map_or_else(|| spec.endpoints[number].entry, |one| one.entry);
        walk(spec, entry, Held::default(), |op, share, held| {
            self.step(&mut program, op, share, held);
        })?;
        program.variance = self.variance(program.service, entry);
        program.thread.all += listener.map_or(0.0, besides);
        Some(program)
    }

    fn step(&self, program: &mut Program, op: &Op, share: f64, held: &mut Held) {
        let taken = self.takes(program.service, op);
        let (taken, time) = (Work { all: taken.mean, grows: taken.grows }, share * taken.mean);
        program.mean += time;
        program.thread.add(taken, share);
        for pool in held.connections() {
            program.held.entry(pool).or_default().add(taken, share);
        }
        for (pool, _) in &held.transactions {
            *program.needed.entry(*pool).or_default() += time;
        }
        for lock in &held.locks {
            program.locks.entry(*lock).or_default().add(taken, share);
        }
        self.asks(program.service, op, |resource, work| {
            program.work.entry(resource).or_default().add(work, share);
            if matches!(resource, Resource::Cpu(_)) {
                program.cpu += share * work.all;
                program.cpu_held += if held.is_connected() { share * work.all } else { 0.0 };
            }
        });
        match *op {
            Op::Begin { pool, hold } => begin(program, pool as usize, hold, held),
            Op::Finish => drop(held.transactions.pop()),
            Op::Lock { lock } => held.locks.push(lock),
            Op::Unlock { .. } => drop(held.locks.pop()),
            Op::Delay { .. } | Op::DelayOfIndex { .. } | Op::Acknowledged { .. } => {
                program.delay_held += if held.is_connected() { time } else { 0.0 };
            }
            Op::Call { .. } => {
                program.calls_held += if held.is_connected() { share } else { 0.0 };
            }
            Op::Publish { topic, .. } => {
                let counts = self.spec.topics[topic as usize].counted;
                program.events += if counts { share } else { 0.0 };
            }
            Op::Cpu { .. }
            | Op::CpuOfIndex { .. }
            | Op::Query { .. }
            | Op::Cache { .. }
            | Op::CacheOfIndex { .. }
            | Op::Insert { .. }
            | Op::Send { .. }
            | Op::Jump { .. }
            | Op::Hit { .. }
            | Op::End => {}
        }
    }

    fn mean(&self, time: Id) -> f64 {
        self.time(time).mean
    }

    fn time(&self, time: Id) -> Time {
        let law = self.spec.samplers[time as usize].dist();
        let mean = law.mean();
        let variance = if mean > 0.0 { law.scv() * mean * mean } else { 0.0 };
        Time { mean, variance, grows: 0.0 }
    }

    fn of_index(&self, index: Id, time: Id) -> f64 {
        self.mean(time) * self.thousands[index as usize]
    }

    /// Returns the variance of a run's duration: first and second moment of the remaining time,
    /// computed backwards from the last step.
    fn variance(&self, service: usize, entry: u32) -> f64 {
        let ops = &self.spec.ops[entry as usize..];
        let length = ops.iter().position(|op| *op == Op::End).map_or(0, |end| end + 1);
        let mut left = vec![(0.0, 0.0); length + 1];
        for (at, op) in ops[..length].iter().enumerate().rev() {
            let Time { mean, variance, .. } = self.takes(service, op);
            let next = match next(op) {
                Next::End => (0.0, 0.0),
                Next::Branch { target, chance } => {
                    let (jumped, on) = (left[(target - entry) as usize], left[at + 1]);
                    let mix = |jumped: f64, on: f64| chance * jumped + (1.0 - chance) * on;
                    (mix(jumped.0, on.0), mix(jumped.1, on.1))
                }
                Next::Step => left[at + 1],
            };
            let second = variance + mean * mean + 2.0 * mean * next.0 + next.1;
            left[at] = (mean + next.0, second);
        }
        (left[0].1 - left[0].0 * left[0].0).max(0.0)
    }

    /// Returns the time of a step.
    fn takes(&self, service: usize, op: &Op) -> Time {
        let spec = self.spec;
        let alone = |time: Time| time.stretched(computing(&spec.services[service], time.mean));
        let of_index = |index: Id, time: Id| {
            let time = self.time(time).times(self.thousands[index as usize]);
            let fixed = spec.indexes[index as usize].fixed.is_some();
            Time { grows: if fixed { 0.0 } else { time.mean }, ..time }
        };
        let network = |span: Span| Time { mean: span.secs(), ..Time::default() };
        match *op {
            Op::Cpu { time, .. } => alone(self.time(time)),
            Op::CpuOfIndex { index, time, .. } => alone(of_index(index, time)),
            Op::Delay { time, .. } => self.time(time),
            Op::DelayOfIndex { index, time, .. } => of_index(index, time),
            Op::Query { database, round_trips, work, ios, io_chance, .. } => {
                let database = &spec.databases[database as usize];
                let latency = database.io_latency.secs();
                let storage = Time {
                    mean: (f64::from(ios) + io_chance) * latency,
                    variance: io_chance * (1.0 - io_chance) * latency * latency,
                    grows: 0.0,
                };
                let work = work.map_or_else(Time::default, |work| self.time(work));
                network(round_trips).and(work.times(1.0 / database.cores.min(1.0))).and(storage)
            }
            Op::Cache { cache, operations, time, .. } => {
                let one = self.time(time).and(network(spec.caches[cache as usize].round_trip));
                let times = f64::from(operations);
                Time { mean: one.mean * times, variance: one.variance * times, grows: 0.0 }
            }
            Op::CacheOfIndex { index, cache, time, .. } => {
                network(spec.caches[cache as usize].round_trip).and(of_index(index, time))
            }
            Op::Call { endpoint, round_trip, timeout, .. } => {
                let callee = &self.known[endpoint as usize];
                let (mean, grows) = (callee.mean, callee.thread.grows);
                let answer = Time { mean, variance: callee.variance, grows };
                let answer = network(round_trip).and(answer);
                match timeout.filter(|timeout| timeout.secs() < answer.mean) {
                    Some(timeout) => Time { variance: answer.variance, ..network(timeout) },
                    None => answer,
                }
            }
            Op::Acknowledged { leader, follower, .. } => {
                let follower = follower.map_or_else(Time::default, |follower| self.time(follower));
                self.time(leader).and(follower)
            }
            Op::Begin { .. }
            | Op::Finish
            | Op::Insert { .. }
            | Op::Send { .. }
            | Op::Publish { .. }
            | Op::Jump { .. }
            | Op::Hit { .. }
            | Op::Lock { .. }
            | Op::Unlock { .. }
            | Op::End => Time::default(),
        }
    }

    /// Calls `seen` with the work of a step at stations whose work is independent of waits.
    fn asks(&self, service: usize, op: &Op, mut seen: impl FnMut(Resource, Work)) {
        let spec = self.spec;
        let plain = |all: f64| Work { all, grows: 0.0 };
        let entries = |index: Id, time: Id| {
            let all = self.of_index(index, time);
            let grows = if spec.indexes[index as usize].fixed.is_none() { all } else { 0.0 };
            Work { all, grows }
        };
        match *op {
            Op::Cpu { time, .. } => seen(Resource::Cpu(service as Id), plain(self.mean(time))),
            Op::CpuOfIndex { index, time, .. } => {
                seen(Resource::Cpu(service as Id), entries(index, time));
            }
            Op::CacheOfIndex { index, cache, time, .. } => {
                seen(Resource::Cache(cache), entries(index, time));
            }
            Op::Query { database, work, ios, io_chance, .. } => {
                if let Some(work) = work {
                    seen(Resource::DatabaseCpu(database), plain(self.mean(work)));
                }
                seen(Resource::DatabaseIo(database), plain(f64::from(ios) + io_chance));
            }
            Op::Cache { cache, operations, time, .. } => {
                let shards = spec.caches[cache as usize].shards;
                let each = f64::from(operations) * self.mean(time) / f64::from(shards);
                for shard in cache..cache + shards {
                    seen(Resource::Cache(shard), plain(each));
                }
            }
            Op::Delay { .. }
            | Op::DelayOfIndex { .. }
            | Op::Begin { .. }
            | Op::Finish
            | Op::Insert { .. }
            | Op::Call { .. }
            | Op::Send { .. }
            | Op::Publish { .. }
            | Op::Acknowledged { .. }
            | Op::Jump { .. }
            | Op::Hit { .. }
            | Op::Lock { .. }
            | Op::Unlock { .. }
            | Op::End => {}
        }
    }
}

/// Returns a run's share of the thread's other activities: commits, of which one serves a whole
/// poll unless they are made after each record, and pauses before further attempts.
fn besides(listener: &Listener) -> f64 {
    let records = match listener.ack {
        Ack::Record => 1.0,
        Ack::Batch => f64::from(listener.max_poll_records.max(1)),
    };
    let again = listener.consumer.fails * f64::from(listener.retries);
    (listener.commit.secs() / records + again * listener.back_off.secs()) / attempts(listener)
}

/// Returns the minimum time in which a pod, alone on its node, performs `cpu` seconds of work in
/// one thread. A quota lets it use a whole core until the period's share is exhausted; if the work
/// starts so that this coincides with the end of the period, the next share is available at once.
pub(crate) fn computing(service: &Service, cpu: f64) -> f64 {
    let cores = service.cores;
    if cores >= 1.0 {
        return cpu;
    }
    if !service.lifecycle.quota {
        return cpu / cores;
    }
    let share = cores * PERIOD;
    let periods = (cpu / share).ceil();
    if periods <= 2.0 { cpu } else { PERIOD * (periods - 2.0) + cpu - (periods - 2.0) * share }
}

/// Returns the maximum of that time: the work starts with a period.
pub(crate) fn computing_at_most(service: &Service, cpu: f64) -> f64 {
    let cores = service.cores;
    if cores >= 1.0 || !service.lifecycle.quota {
        return computing(service, cpu);
    }
    let share = cores * PERIOD;
    let stalls = ((cpu / share).ceil() - 1.0).max(0.0);
    PERIOD * stalls + cpu - stalls * share
}
