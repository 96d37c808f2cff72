//! Definitions of both pieces of work, and the parts that their models share in all tools: the
//! draws, a first-come-first-served station, and the recorder. All times are nanoseconds unless
//! stated as seconds.

use std::collections::VecDeque;

use rand::SeedableRng;
use rand_distr::{Distribution, Exp1, LogNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

/// W1: servers of M/M/8.
pub const SERVERS: usize = 8;
/// W1: mean service time \[s\].
pub const SERVICE: f64 = 0.001;
/// W1: mean interarrival time \[s\]: 6,400/s, a utilisation of 80 %.
pub const W1_GAP: f64 = 1.0 / 6400.0;

/// W2: pods, which receive requests in turn.
pub const PODS: usize = 7;
/// W2: threads of a pod.
pub const THREADS: usize = 200;
/// W2: CPUs of a pod.
pub const CPUS: usize = 2;
/// W2: connections of a pod.
pub const CONNECTIONS: usize = 15;
/// W2: mean interarrival time \[s\]: 1,000/s.
pub const W2_GAP: f64 = 0.001;

/// Draws of one run: one generator for all, shared by every peer.
#[derive(Clone, Serialize, Deserialize)]
pub struct Draws {
    generator: Xoshiro256PlusPlus,
    #[serde(skip, default = "cpu_time")]
    cpu: LogNormal<f64>,
    #[serde(skip, default = "query_time")]
    query: LogNormal<f64>,
}

/// CPU time \[s\]: mean 5 ms, coefficient of variation 1.
fn cpu_time() -> LogNormal<f64> {
    LogNormal::from_mean_cv(0.005, 1.0).expect("mean and variation are finite and positive")
}

/// Query time, holding a connection \[s\]: mean 8 ms, coefficient of variation 1.
fn query_time() -> LogNormal<f64> {
    LogNormal::from_mean_cv(0.008, 1.0).expect("mean and variation are finite and positive")
}

impl Draws {
    pub fn new(seed: u64) -> Draws {
        Draws {
            generator: Xoshiro256PlusPlus::seed_from_u64(seed),
            cpu: cpu_time(),
            query: query_time(),
        }
    }

    /// Draws an exponential time with this mean, in its unit.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        let unit: f64 = Exp1.sample(&mut self.generator);
        unit * mean
    }

    /// Draws a CPU time \[s\].
    pub fn cpu(&mut self) -> f64 {
        self.cpu.sample(&mut self.generator)
    }

    /// Draws a query time \[s\].
    pub fn query(&mut self) -> f64 {
        self.query.sample(&mut self.generator)
    }
}

/// Identical servers with a first-come-first-served queue.
#[derive(Clone, Serialize, Deserialize)]
pub struct Station<J> {
    free: usize,
    waiting: VecDeque<J>,
}

impl<J> Station<J> {
    pub fn new(servers: usize) -> Station<J> {
        Station { free: servers, waiting: VecDeque::new() }
    }

    /// Returns `job` if it may begin now; otherwise it waits.
    pub fn enter(&mut self, job: J) -> Option<J> {
        if self.free > 0 {
            self.free -= 1;
            return Some(job);
        }
        self.waiting.push_back(job);
        None
    }

    /// Ends a job; returns the one that begins in its place.
    pub fn leave(&mut self) -> Option<J> {
        let next = self.waiting.pop_front();
        if next.is_none() {
            self.free += 1;
        }
        next
    }
}

/// Mean and quantiles of a time: a histogram of 128 buckets per octave.
#[derive(Clone, Serialize, Deserialize)]
pub struct Record {
    pub jobs: u64,
    sum: f64,
    buckets: Vec<u64>,
}

const BITS: u32 = 7;

impl Record {
    pub fn new() -> Record {
        Record { jobs: 0, sum: 0.0, buckets: vec![0; (64 - BITS as usize) << BITS] }
    }

    /// Records a time \[s\].
    pub fn seconds(&mut self, time: f64) {
        self.jobs += 1;
        self.sum += time;
        let whole = (time * 1e9) as u64 | 1 << BITS;
        let octave = whole.ilog2() - BITS;
        let within = (whole >> octave) as usize - (1 << BITS);
        self.buckets[((octave as usize) << BITS) + within] += 1;
    }

    /// Mean, median and 99th percentile \[ms\]; a quantile is the midpoint of its bucket.
    pub fn answer_ms(&self) -> [f64; 3] {
        let quantile = |share: f64| {
            let wanted = (share * self.jobs as f64).ceil() as u64;
            let mut seen = 0;
            for (index, count) in self.buckets.iter().enumerate() {
                seen += count;
                if seen >= wanted.max(1) {
                    let (octave, within) = (index >> BITS, index & ((1 << BITS) - 1));
                    return (((1 << BITS) + within) as f64 + 0.5) * 2f64.powi(octave as i32) / 1e6;
                }
            }
            0.0
        };
        [1e3 * self.sum / self.jobs.max(1) as f64, quantile(0.5), quantile(0.99)]
    }
}
