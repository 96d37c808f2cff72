//! Resources used by requests: one module per kind. Each changes its own state only here; others
//! ask for what they need.

mod cache;
mod cpu;
mod database;
mod faults;
mod index;
mod lock;
mod pool;

use std::collections::VecDeque;

use self::index::Index;
use super::request::NONE;
use super::run::Run;
use super::spec::{self, Id, Spec};
use crate::station::cpu::Cpu;
use crate::station::credits::IoCredits;
use crate::station::device::Device;
use crate::station::pool::Pool;
use crate::units::{Span, Time};

/// State of everything that requests compute on, hold or wait for, but for threads.
#[derive(Debug)]
pub(super) struct Resources<'a> {
    /// Processors of all pods, then of all databases.
    cpus: Vec<Cpu>,
    /// Number of those of pods.
    pod_cpus: u32,
    /// Processor whose jobs changed last in this event and that is not yet rescheduled, or none.
    changed: u32,
    pools: Vec<PodPool<'a>>,
    /// Scratch buffer: requests whose connection timeout has expired.
    expired: Vec<u32>,
    databases: Vec<Database>,
    caches: Vec<Cache>,
    locks: Vec<Lock>,
    indexes: Vec<Index>,
}

/// A pod's connection pool.
#[derive(Clone, Debug)]
struct PodPool<'a> {
    pool: Pool,
    /// Settings of its pod.
    described: &'a spec::Pool,
    service: Id,
    number: Id,
    adder: Adder,
    back_off: Span,
}

/// State of a pool's adder thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Adder {
    Resting,
    Opening,
    Pausing,
}

/// State of a database.
#[derive(Clone, Debug)]
struct Database {
    storage: Device,
    credits: Option<IoCredits>,
    connections: u32,
    /// Factor on its service times; 1 unless a fault slows it.
    slow: f64,
}

/// State of a cache, or of one of its shards.
#[derive(Clone, Debug)]
struct Cache {
    commands: Device,
    /// Factor on the service time of a command; 1 unless a fault slows it.
    slow: f64,
    /// Timeout of a command while the cache is unavailable.
    lost: Option<Span>,
}

/// State of a lock.
#[derive(Clone, Debug, Default)]
struct Lock {
    holder: Option<u32>,
    waiting: VecDeque<u32>,
}

impl Database {
    fn new(described: &spec::Database, run: &Run) -> Database {
        // A steady load is simulated as if credits lasted: how long they do is another question.
        let bucket = described.io_credits.filter(|_| run.follow_curve);
        let credits = described.iops.zip(bucket).map(|(burst, bucket)| {
            IoCredits::new(bucket.baseline, burst.max(bucket.baseline), bucket.capacity)
        });
        Database { storage: Device::default(), credits, connections: 0, slow: 1.0 }
    }
}

/// Creates an empty pool.
fn closed(settings: &spec::Pool) -> Pool {
    Pool::new(settings.maximum, settings.minimum_idle, 0, settings.wake_up)
}

impl<'a> Resources<'a> {
    /// Creates the initial state, with the resources of all pods that may ever exist.
    pub(super) fn new(spec: &'a Spec, run: &Run) -> Resources<'a> {
        let (mut cpus, mut pools) = (Vec::new(), Vec::new());
        for (number, service) in (0..).zip(&spec.services) {
            for _ in 0..service.most_pods() {
                cpus.push(Cpu::new(service.cores));
                pools.extend((0..).zip(&service.pools).map(|(index, settings)| PodPool {
                    pool: closed(settings),
                    described: settings,
                    service: number,
                    number: index,
                    adder: Adder::Resting,
                    back_off: Span::ZERO,
                }));
            }
        }
        let pod_cpus = cpus.len() as u32;
        cpus.extend(spec.databases.iter().map(|database| Cpu::new(database.cores)));
        let index = |index| Index::new(index, run, &spec.load.curve);
        let cache = Cache { commands: Device::default(), slow: 1.0, lost: None };
        Resources {
            cpus,
            pod_cpus,
            changed: NONE,
            pools,
            expired: Vec::new(),
            databases: spec.databases.iter().map(|of| Database::new(of, run)).collect(),
            caches: vec![cache; spec.caches.len()],
            locks: vec![Lock::default(); spec.locks.len()],
            indexes: spec.indexes.iter().map(index).collect(),
        }
    }

    /// Returns the number of processors.
    pub(super) fn cpu_count(&self) -> usize {
        self.cpus.len()
    }

    /// Returns the number of pools of all pods.
    pub(super) fn pool_count(&self) -> usize {
        self.pools.len()
    }

    /// Returns a processor, of a pod or of a database.
    #[inline]
    pub(super) fn cpu(&self, number: u32) -> &Cpu {
        &self.cpus[number as usize]
    }

    /// Returns the processor time that a processor has given up to now.
    pub(super) fn cpu_used(&mut self, number: u32, now: Time) -> Span {
        self.cpus[number as usize].used(now)
    }

    /// Replaces the processor of a pod, and returns the old one with its jobs.
    pub(super) fn replace_cpu(&mut self, pod: u32, new: Cpu) -> Cpu {
        std::mem::replace(&mut self.cpus[pod as usize], new)
    }

    /// Returns the number of a database's processor.
    #[inline]
    fn cpu_of(&self, database: Id) -> u32 {
        self.pod_cpus + database
    }

    /// Whether a processor's jobs have changed and it is not yet rescheduled.
    #[inline]
    pub(super) fn have_changed(&self) -> bool {
        self.changed != NONE
    }

    /// Gives a starting pod, whose pools begin at `first`, closed ones with these settings.
    pub(super) fn renew_pools(&mut self, first: u32, settings: &'a [spec::Pool]) {
        for (pool, settings) in self.pools[first as usize..].iter_mut().zip(settings) {
            (pool.described, pool.pool) = (settings, closed(settings));
        }
    }

    /// Inserts entries into an index.
    pub(super) fn insert(&mut self, index: Id, now: Time, entries: u32) {
        self.indexes[index as usize].insert(now, entries);
    }

    /// Returns the time of a step that reads all entries of an index, at its current size, where a
    /// thousand take `thousand`.
    #[inline]
    pub(super) fn work_of_index(&mut self, index: Id, now: Time, thousand: Span) -> Span {
        self.indexes[index as usize].work(now, thousand)
    }

    /// Compares what is in use with what requests hold: connections of each pool, and locks, once
    /// or more often each; and who stands in line with who waits for a connection and for a lock.
    pub(super) fn audit(&self, held: &[u32], locks: usize, waiting: (usize, usize)) {
        let mut open = vec![0; self.databases.len()];
        let mut in_line = 0;
        for (state, held) in self.pools.iter().zip(held) {
            let pool = state.described;
            open[pool.database as usize] += state.pool.open();
            in_line += state.pool.waiting();
            assert_eq!(state.pool.in_use(), *held, "connections in use");
            assert!(state.pool.open() <= pool.maximum, "more connections than the maximum");
        }
        assert_eq!(in_line, waiting.0, "waiting for connections");
        for (database, open) in self.databases.iter().zip(open) {
            assert_eq!(database.connections, open, "connections of a database");
        }
        let in_line: usize = self.locks.iter().map(|lock| lock.waiting.len()).sum();
        assert_eq!(in_line, waiting.1, "waiting for locks");
        let taken = self.locks.iter().filter(|lock| lock.holder.is_some()).count();
        assert!(taken <= locks, "a lock is taken and nobody has it");
    }

    /// Returns the number of jobs on all processors.
    pub(super) fn jobs(&self) -> usize {
        self.cpus.iter().map(Cpu::jobs).sum()
    }
}

/// Scales a span by a factor, truncated to whole nanoseconds.
#[inline]
fn stretched(span: Span, times: f64) -> Span {
    // 1 means unchanged and avoids any rounding.
    if times.to_bits() == 1_f64.to_bits() { span } else { Span((span.0 as f64 * times) as u64) }
}
