//! What a load asks of a system, from the description alone: no queue is simulated.
//!
//! Rates follow from the load through calls and topics; the time in work of every resource is rate times
//! mean (utilisation law, Denning and Buzen 1978), and what is held is rate times time held (Little 1961).
//! Times held here are without any queue, so what is really held is more.

use crate::model::spec::{Hold, Op, Spec};
use crate::study::theory::{Flows, walk};

/// A program: an endpoint or a listener.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    /// `service.endpoint` or `service.listener`.
    pub(crate) name: String,
    /// Index of its service.
    pub(crate) service: usize,
    /// How often it runs \[1/s\].
    pub(crate) rate: f64,
    /// Mean time without any queue \[s\].
    pub(crate) mean: f64,
    /// Mean CPU time on the pod \[s\].
    pub(crate) cpu: f64,
    /// Most connections of one pool that it holds at the same time, and that pool.
    pub(crate) nested: Option<(usize, u32)>,
    /// Mean CPU time on the pod while a connection is held \[s\].
    pub(crate) cpu_held: f64,
    /// Calls made while a connection is held, a run.
    pub(crate) calls_held: f64,
    /// Mean wait for something outside while a connection is held \[s\].
    pub(crate) delay_held: f64,
    /// Counted records that it publishes, a run.
    pub(crate) events: f64,
}

/// What a load asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    /// All endpoints, then all listeners, in the order of the description.
    pub(crate) programs: Vec<Program>,
    /// CPU of each service \[cores\].
    pub(crate) cpu: Vec<f64>,
    /// CPU of each database \[cores\].
    pub(crate) database_cpu: Vec<f64>,
    /// Storage operations of each database \[1/s\].
    pub(crate) ios: Vec<f64>,
    /// Time in work of each cache's command thread.
    pub(crate) cache: Vec<f64>,
    /// Time held of each lock.
    pub(crate) locks: Vec<f64>,
    /// Connections held of each pool of each service, all pods together.
    pub(crate) held: Vec<Vec<f64>>,
    /// Records appended to each topic \[1/s\].
    pub(crate) topics: Vec<f64>,
    /// Counted records \[1/s\].
    pub(crate) events: f64,
}

impl Work {
    /// At `load`; none for a closed load, whose rate follows from its waits, and for circles.
    pub(crate) fn of(spec: &Spec, load: f64) -> Option<Work> {
        let flows = Flows::of(spec, load)?;
        let mut means = vec![None; spec.endpoints.len()];
        for endpoint in 0..spec.endpoints.len() {
            mean_of(spec, endpoint, &mut means);
        }
        let means: Vec<f64> = means.into_iter().map(Option::unwrap_or_default).collect();
        let mut work = Work {
            programs: Vec::new(),
            cpu: vec![0.0; spec.services.len()],
            database_cpu: vec![0.0; spec.databases.len()],
            ios: vec![0.0; spec.databases.len()],
            cache: vec![0.0; spec.caches.len()],
            locks: vec![0.0; spec.locks.len()],
            held: spec.services.iter().map(|service| vec![0.0; service.pools.len()]).collect(),
            topics: flows.topics.clone(),
            events: 0.0,
        };
        let endpoints = spec.endpoints.iter().zip(&flows.endpoints).map(|(endpoint, rate)| {
            (endpoint.name.as_str(), endpoint.service, endpoint.entry, *rate)
        });
        let listeners = spec.listeners.iter().map(|listener| {
            let rate = flows.topics[listener.topic as usize];
            (listener.name.as_str(), listener.service, listener.entry, rate)
        });
        for (name, service, entry, rate) in endpoints.chain(listeners) {
            let known = Program {
                name: name.into(),
                service: service as usize,
                rate,
                ..Program::default()
            };
            let program = work.walk(spec, known, entry, &means)?;
            work.programs.push(program);
        }
        let counted = spec.topics.iter().zip(&work.topics).filter(|(topic, _)| topic.counted);
        work.events = counted.fold(0.0, |sum, (_, rate)| sum + rate);
        Some(work)
    }

    fn walk(
        &mut self,
        spec: &Spec,
        mut program: Program,
        entry: u32,
        means: &[f64],
    ) -> Option<Program> {
        let service = program.service;
        // Connections held: pool, and whether to the end of the program.
        let mut open: Vec<(usize, bool)> = Vec::new();
        let mut locks: Vec<usize> = Vec::new();
        let mut begun: Vec<bool> = Vec::new();
        walk(spec, entry, 1.0, |op, share| {
            let time = duration(spec, service, op, means);
            let rate = program.rate * share;
            program.mean += share * time;
            for (pool, _) in &open {
                self.held[service][*pool] += rate * time;
            }
            for lock in &locks {
                self.locks[*lock] += rate * time;
            }
            let mean = |id: u32| spec.samplers[id as usize].dist().mean();
            match *op {
                Op::Cpu { time, .. } => {
                    program.cpu += share * mean(time);
                    self.cpu[service] += rate * mean(time);
                    program.cpu_held += if open.is_empty() { 0.0 } else { share * mean(time) };
                }
                Op::Delay { time, .. } if !open.is_empty() => {
                    program.delay_held += share * mean(time);
                }
                Op::Call { .. } if !open.is_empty() => program.calls_held += share,
                Op::Begin { pool, hold } => {
                    let reused = hold == Hold::Request && open.iter().any(|(_, long)| *long);
                    begun.push(!reused && hold == Hold::Transaction);
                    if !reused {
                        open.push((pool as usize, hold == Hold::Request));
                        let same = open.iter().filter(|(held, _)| *held == pool as usize).count();
                        if program.nested.is_none_or(|(_, most)| (most as usize) < same) {
                            program.nested = Some((pool as usize, same as u32));
                        }
                    }
                }
                Op::Finish => {
                    if begun.pop() == Some(true)
                        && let Some(at) = open.iter().rposition(|(_, long)| !long)
                    {
                        open.remove(at);
                    }
                }
                Op::Query { database, work, ios, io_chance, .. } => {
                    self.database_cpu[database as usize] += rate * work.map_or(0.0, mean);
                    self.ios[database as usize] += rate * (f64::from(ios) + io_chance);
                }
                Op::Cache { cache, operations, time, .. } => {
                    let shards = spec.caches[cache as usize].shards;
                    for shard in cache..cache + shards {
                        self.cache[shard as usize] +=
                            rate * f64::from(operations) * mean(time) / f64::from(shards);
                    }
                }
                Op::Publish { topic, .. } if spec.topics[topic as usize].counted => {
                    program.events += share;
                }
                Op::Lock { lock } => locks.push(lock as usize),
                Op::Unlock { .. } => {
                    locks.pop();
                }
                _ => {}
            }
        })?;
        Some(program)
    }

    /// The program of this name.
    pub(crate) fn program(&self, name: &str) -> Option<&Program> {
        self.programs.iter().find(|program| program.name == name)
    }
}

/// Mean time of a step without any queue \[s\].
fn duration(spec: &Spec, service: usize, op: &Op, means: &[f64]) -> f64 {
    let mean = |id: u32| spec.samplers[id as usize].dist().mean();
    match *op {
        Op::Cpu { time, .. } => mean(time) / spec.services[service].cores.min(1.0),
        Op::Delay { time, .. } => mean(time),
        Op::Query { database, round_trips, work, ios, io_chance, .. } => {
            let database = &spec.databases[database as usize];
            let storage = (f64::from(ios) + io_chance) * database.io_latency.secs();
            round_trips.secs() + work.map_or(0.0, mean) / database.cores.min(1.0) + storage
        }
        Op::Cache { cache, operations, time, .. } => {
            let round_trip = spec.caches[cache as usize].round_trip.secs();
            f64::from(operations) * (mean(time) + round_trip)
        }
        Op::Call { endpoint, round_trip, .. } => {
            round_trip.secs() + means.get(endpoint as usize).copied().unwrap_or_default()
        }
        _ => 0.0,
    }
}

/// Mean time of an endpoint, with the endpoints that it calls. Calls form no circle.
fn mean_of(spec: &Spec, endpoint: usize, means: &mut Vec<Option<f64>>) -> f64 {
    if let Some(known) = means[endpoint] {
        return known;
    }
    let place = &spec.endpoints[endpoint];
    let mut steps: Vec<(Op, f64)> = Vec::new();
    let done = walk(spec, place.entry, 1.0, |op, share| steps.push((*op, share)));
    let mut mean = 0.0;
    for (op, share) in steps.iter().filter(|_| done.is_some()) {
        if let Op::Call { endpoint, round_trip, .. } = op {
            mean += share * (round_trip.secs() + mean_of(spec, *endpoint as usize, means));
        } else {
            mean += share * duration(spec, place.service as usize, op, &[]);
        }
    }
    means[endpoint] = Some(mean);
    mean
}
