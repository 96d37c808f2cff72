//! Random small systems: a few services, pools, stores and topics, with programs that nest, call,
//! send and publish without ever forming a cycle.
//!
//! Many times are whole milliseconds or zero, so that many events are simultaneous.

use plimsoll::model::spec::*;
use plimsoll::model::{Cost, Run, simulate};
use plimsoll::observe::Observer;
use plimsoll::random::{Dist, Sampler};
use plimsoll::units::Span;
use proptest::collection::vec;
use proptest::prelude::*;

/// A step before it is compiled to operations; numbers are taken modulo the number of parts.
#[derive(Clone, Debug)]
enum Step {
    Cpu(usize),
    Delay(usize),
    Transaction { pool: usize, request: bool, steps: Vec<Step> },
    Query { time: Option<usize>, round_trip: u64, ios: u32, more: bool },
    Cache { operations: u32, time: usize },
    Publish { topic: usize, keyed: bool },
    Call { endpoint: usize, timeout: Option<u64> },
    Send { endpoint: usize, after: usize },
    Perhaps { chance: f64, steps: Vec<Step> },
    Lock { lock: usize, steps: Vec<Step> },
}

/// Laws that programs draw from \[s\].
const LAWS: usize = 6;

fn laws() -> Vec<Sampler> {
    [
        Dist::Constant(0.0),
        Dist::Constant(0.001),
        Dist::Constant(0.003),
        Dist::Exponential(0.002),
        Dist::LogNormal { mean: 0.002, cv: 2.0 },
        Dist::Gamma { mean: 0.001, cv: 0.5 },
    ]
    .map(Sampler::new)
    .to_vec()
}

fn millis(value: u64) -> Span {
    Span::from_millis(value)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let leaf = prop_oneof![
        (0..LAWS).prop_map(Step::Cpu),
        (0..LAWS).prop_map(Step::Delay),
        (prop::option::of(0..LAWS), 0..2_u64, 0..3_u32, any::<bool>())
            .prop_map(|(time, round_trip, ios, more)| Step::Query { time, round_trip, ios, more }),
        (1..4_u32, 0..LAWS).prop_map(|(operations, time)| Step::Cache { operations, time }),
        (0..8_usize, any::<bool>()).prop_map(|(topic, keyed)| Step::Publish { topic, keyed }),
        (0..8_usize, prop::option::of(0..20_u64))
            .prop_map(|(endpoint, timeout)| Step::Call { endpoint, timeout }),
        (0..8_usize, 0..LAWS).prop_map(|(endpoint, after)| Step::Send { endpoint, after }),
    ];
    let step = leaf.prop_recursive(3, 12, 3, |inner| {
        let steps = vec(inner, 0..3);
        prop_oneof![
            (0..4_usize, any::<bool>(), steps.clone())
                .prop_map(|(pool, request, steps)| Step::Transaction { pool, request, steps }),
            (0.0..1.0, steps.clone()).prop_map(|(chance, steps)| Step::Perhaps { chance, steps }),
            (0..4_usize, steps).prop_map(|(lock, steps)| Step::Lock { lock, steps }),
        ]
    });
    vec(step, 0..4)
}

/// Compiles programs; effects only lead to later entries in the list of endpoints, then topics,
/// never back.
struct Writer<'a> {
    spec: &'a mut Spec,
    service: usize,
    /// Endpoints that may be called; empty for a listener.
    endpoints: std::ops::Range<usize>,
    /// Topics that may be written to.
    topics: std::ops::Range<usize>,
    /// Locks below this one may be held.
    lock: usize,
    open: Vec<usize>,
    /// Whether each call must have a timeout.
    patient: bool,
    draws: u64,
}

impl Writer<'_> {
    fn draw(&mut self) -> u64 {
        self.draws += 1;
        1000 * self.draws
    }

    fn emit(&mut self, op: Op) {
        self.spec.ops.push(op);
    }

    fn write(&mut self, steps: &[Step]) -> u32 {
        let entry = self.spec.ops.len() as u32;
        self.steps(steps);
        self.emit(Op::End);
        entry
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            self.step(step);
        }
    }

    fn step(&mut self, step: &Step) {
        let draw = self.draw();
        match step {
            Step::Cpu(time) => self.emit(Op::Cpu { time: *time as Id, draw }),
            Step::Delay(time) => self.emit(Op::Delay { time: *time as Id, draw }),
            Step::Transaction { pool, request, steps } => {
                let pools = self.spec.services[self.service].pools.len();
                if pools == 0 {
                    return self.steps(steps);
                }
                let hold = if *request { Hold::Request } else { Hold::Transaction };
                self.emit(Op::Begin { pool: (pool % pools) as Id, hold });
                self.open.push(pool % pools);
                self.steps(steps);
                self.open.pop();
                self.emit(Op::Finish);
            }
            Step::Query { time, round_trip, ios, more } => {
                let Some(pool) = self.open.last() else { return };
                let database = self.spec.services[self.service].pools[*pool].database;
                self.emit(Op::Query {
                    database,
                    round_trips: millis(*round_trip),
                    work: time.map(|time| time as Id),
                    draw,
                    ios: *ios,
                    io_chance: if *more { 0.5 } else { 0.0 },
                });
            }
            Step::Cache { operations, time } => {
                if !self.spec.caches.is_empty() {
                    let (operations, time) = (*operations, *time as Id);
                    self.emit(Op::Cache { cache: 0, operations, time, draw });
                }
            }
            Step::Publish { topic, keyed } => {
                if !self.topics.is_empty() {
                    let topic = (self.topics.start + topic % self.topics.len()) as Id;
                    self.emit(Op::Publish { topic, keyed: *keyed, draw });
                }
            }
            Step::Call { endpoint, timeout } => {
                if !self.endpoints.is_empty() {
                    let endpoint = (self.endpoints.start + endpoint % self.endpoints.len()) as Id;
                    let timeout = timeout.or(self.patient.then_some(15)).map(millis);
                    self.emit(Op::Call {
                        endpoint,
                        round_trip: millis(draw / 1000 % 2),
                        timeout,
                        draw,
                    });
                }
            }
            Step::Send { endpoint, after } => {
                if !self.endpoints.is_empty() {
                    let endpoint = (self.endpoints.start + endpoint % self.endpoints.len()) as Id;
                    self.emit(Op::Send { endpoint, after: *after as Id, draw });
                }
            }
            Step::Perhaps { chance, steps } => {
                let at = self.spec.ops.len();
                self.emit(Op::Jump { target: 0, chance: 1.0 - chance, draw });
                self.steps(steps);
                let here = self.spec.ops.len() as u32;
                if let Op::Jump { target, .. } = &mut self.spec.ops[at] {
                    *target = here;
                }
            }
            Step::Lock { lock, steps } => {
                let all = self.spec.locks.len();
                if self.lock >= all {
                    return self.steps(steps);
                }
                // In ascending order only, or the same one again.
                let outer = self.lock;
                let lock = outer + lock % (all - outer);
                self.lock = lock;
                self.emit(Op::Lock { lock: lock as Id });
                self.steps(steps);
                self.emit(Op::Unlock { lock: lock as Id });
                self.lock = outer;
            }
        }
    }
}

fn pool() -> impl Strategy<Value = Pool> {
    let times = (1..30_u64, prop::option::of(1..20_u64), 0..3_u64, 0..4_u64, 1..30_u64);
    // From zero to longer than most waits and holds.
    let wake_up = prop::sample::select(vec![0, 90_000, 1_000_000, 10_000_000]);
    let take_back = prop::sample::select(vec![0.0, 0.3, 1.0]);
    let counts = (1..4_u32, 0..4_u32, 0..2_u32);
    (counts, times, wake_up, take_back).prop_map(|(counts, times, wake_up, take_back)| Pool {
        name: String::new(),
        database: counts.2,
        maximum: counts.0,
        minimum_idle: counts.1.min(counts.0),
        connection_timeout: millis(times.0),
        idle_timeout: times.1.map(millis),
        connect: millis(times.2),
        growth_pause: millis(times.3),
        housekeeping: millis(times.4),
        wake_up: Span(wake_up),
        take_back,
    })
}

fn service() -> impl Strategy<Value = Service> {
    let threads = (1..5_u32, 0..4_u32, 0..3_u32);
    let balancer = prop_oneof![
        Just(Balancer::RoundRobin),
        Just(Balancer::Random),
        Just(Balancer::LeastRequests)
    ];
    let cores = prop::sample::select(vec![0.3, 0.5, 1.0, 1.5, 2.0]);
    (1..4_u32, cores, threads, balancer, vec(pool(), 0..3)).prop_map(
        |(pods, cores, (maximum, accepted, backlog), balancer, pools)| Service {
            name: String::new(),
            pods,
            cores,
            threads: Threads { maximum, accepted, backlog },
            balancer,
            pools,
            lifecycle: Lifecycle::default(),
        },
    )
}

fn listener() -> impl Strategy<Value = Listener> {
    let counts = (1..4_u32, 1..6_u32, 0..3_u32);
    let times = (0..3_u64, 0..3_u64, 0..3_u64);
    (0..8_u32, 0..8_u32, counts, times, any::<bool>()).prop_map(
        |(service, topic, counts, times, each)| Listener {
            name: String::new(),
            service,
            topic,
            group: String::new(),
            concurrency: counts.0,
            ack: if each { Ack::Record } else { Ack::Batch },
            max_poll_records: counts.1,
            fetch: millis(times.0),
            commit: millis(times.1),
            retries: counts.2,
            back_off: millis(times.2),
            partitions: None,
            consumer: Consumer::default(),
            completes_flow: each,
            entry: 0,
        },
    )
}

fn load() -> impl Strategy<Value = Load> {
    let think = prop::option::of(0..LAWS as Id);
    let chance = prop::sample::select(vec![1.0, 1.0, 0.5, 0.0]);
    let visit = (0..8_u32, chance, think.clone()).prop_map(|(endpoint, chance, think)| Visit {
        endpoint,
        chance,
        think,
    });
    let journey = (1..4_u32, vec(visit, 1..4)).prop_map(|(weight, visits)| Journey {
        name: String::new(),
        weight: f64::from(weight),
        visits,
    });
    let open = (50.0..1500.0, any::<bool>())
        .prop_map(|(requests_per_s, regular)| (Some(Open { requests_per_s, regular }), None));
    let closed = (1..20_u32, think).prop_map(|(users, think)| {
        (None, Some(Closed { users, think, reconnect: Span::from_millis(50) }))
    });
    let source = (0..8_u32, 1.0..800.0, any::<bool>()).prop_map(|(topic, per_s, regular)| Source {
        topic,
        per_s,
        regular,
    });
    let patience = prop::option::of((1..20_u64).prop_map(millis));
    (prop_oneof![open, closed], vec(source, 0..2), vec(journey, 1..3), patience).prop_map(
        |((open, closed), records, journeys, patience)| Load {
            open,
            closed,
            records,
            journeys,
            patience,
            ..Load::default()
        },
    )
}

fn stores() -> impl Strategy<Value = (Vec<Database>, Vec<Cache>, Vec<Topic>, Vec<Lock>)> {
    let database = (
        prop::sample::select(vec![0.5, 1.0, 2.5]),
        prop::option::of(200.0..5000.0),
        0..2_u64,
        prop::option::of(1..9_u32),
    )
        .prop_map(|(cores, iops, latency, max_connections)| Database {
            name: String::new(),
            cores,
            iops,
            io_credits: None,
            io_latency: millis(latency),
            max_connections,
            reserved: 0,
        });
    // None, a single server, or a cluster.
    let caches = (0..4_u32, 0..2_u64).prop_map(|(shards, trip)| {
        let shard = |number| Cache {
            name: format!("cache {number}"),
            of: 0,
            shards,
            round_trip: millis(trip),
        };
        (0..shards).map(shard).collect::<Vec<_>>()
    });
    let topic = (1..5_u32).prop_map(|partitions| Topic {
        name: String::new(),
        partitions,
        replication: Replication::default(),
        counted: true,
    });
    (vec(database, 2), caches, vec(topic, 0..4), 0..3_usize).prop_map(
        |(databases, caches, topics, locks)| {
            let lock = |number| Lock { name: format!("lock {number}") };
            (databases, caches, topics, (0..locks).map(lock).collect())
        },
    )
}

/// A whole system under a load. With `patient` calls have a timeout, so that every wait ends
/// eventually.
pub(crate) fn system(patient: bool) -> impl Strategy<Value = Spec> {
    let programs = (vec(steps(), 1..5), vec(steps(), 4));
    (vec(service(), 1..4), vec(listener(), 0..4), stores(), load(), programs).prop_map(
        move |(services, listeners, (databases, caches, topics, locks), load, programs)| {
            let listeners = if topics.is_empty() { Vec::new() } else { listeners };
            let (endpoints, ops) = (Vec::new(), Vec::new());
            let spec = Spec {
                services,
                endpoints,
                listeners,
                databases,
                caches,
                topics,
                locks,
                ops,
                samplers: laws(),
                load,
                ..Spec::default()
            };
            finished(spec, &programs.0, &programs.1, patient)
        },
    )
}

/// Completes names, clamps indices to bounds, and compiles programs.
fn finished(mut spec: Spec, programs: &[Vec<Step>], handlers: &[Vec<Step>], patient: bool) -> Spec {
    let (services, topics) = (spec.services.len(), spec.topics.len());
    for (number, service) in spec.services.iter_mut().enumerate() {
        service.name = format!("service {number}");
        for (number, pool) in service.pools.iter_mut().enumerate() {
            pool.name = format!("pool {number}");
        }
    }
    for (number, database) in spec.databases.iter_mut().enumerate() {
        database.name = format!("database {number}");
    }
    for (number, topic) in spec.topics.iter_mut().enumerate() {
        topic.name = format!("topic {number}");
    }
    for (number, steps) in programs.iter().enumerate() {
        let service = number % services;
        let mut writer = Writer {
            spec: &mut spec,
            service,
            endpoints: number + 1..programs.len(),
            topics: 0..topics,
            lock: 0,
            open: Vec::new(),
            patient,
            draws: 100 * number as u64,
        };
        let entry = writer.write(steps);
        let name = format!("endpoint {number}");
        spec.endpoints.push(Endpoint { name, service: service as Id, entry });
    }
    for number in 0..spec.listeners.len() {
        let service = spec.listeners[number].service as usize % services;
        let topic = spec.listeners[number].topic as usize % topics;
        let mut writer = Writer {
            spec: &mut spec,
            service,
            endpoints: 0..0,
            topics: topic + 1..topics,
            lock: 0,
            open: Vec::new(),
            patient,
            draws: 1_000 + 100 * number as u64,
        };
        let entry = writer.write(&handlers[number % handlers.len()]);
        let listener = &mut spec.listeners[number];
        listener.name = format!("listener {number}");
        (listener.service, listener.topic, listener.entry) = (service as Id, topic as Id, entry);
    }
    for journey in &mut spec.load.journeys {
        for visit in &mut journey.visits {
            visit.endpoint %= spec.endpoints.len() as Id;
        }
    }
    if topics == 0 {
        spec.load.records.clear();
    }
    for source in &mut spec.load.records {
        source.topic %= topics as Id;
    }
    spec
}

/// A short run in three bins after a warm-up.
pub(crate) fn run(replication: u64) -> Run {
    Run {
        seed: 11,
        replication,
        scale: 1.0,
        follow_curve: false,
        warm_up: millis(40),
        bin: millis(50),
        bins: 3,
        follow: Span::ZERO,
    }
}

/// Returns the faults in the ledger of a run.
pub(crate) fn unbalanced(spec: &Spec, run: &Run) -> Vec<String> {
    let mut ledger = spec.ledger();
    let cost = simulate(spec, run, &mut ledger);
    ledger.faults(cost.unanswered)
}

/// Runs and returns the observer.
pub(crate) fn observed<O: Observer>(spec: &Spec, run: &Run, mut observer: O) -> (O, Cost) {
    let cost = simulate(spec, run, &mut observer);
    (observer, cost)
}
