//! Conventional implementation: a binary heap of the standard library with floating-point times,
//! ziggurats of `rand_distr`, deques.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

use rand_distr::{Distribution, Exp1, LogNormal};

use super::parts::{Histogram, Xoshiro};
use super::{
    Found, W1_RATE, W1_SERVERS, W1_SERVICE, W2_CONNECTIONS, W2_CORES, W2_CPU, W2_PODS, W2_QUERY,
    W2_RATE, W2_THREADS, Watch,
};

#[derive(Clone, Copy, PartialEq)]
enum What {
    Arrive,
    Compute(u32),
    Query(u32),
}

/// An event; the order is reversed, since the heap returns the greatest first.
#[derive(Clone, Copy, PartialEq)]
struct Event {
    at: f64,
    sequence: u64,
    what: What,
}

impl Eq for Event {}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Event) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Event {
    fn cmp(&self, other: &Event) -> Ordering {
        other.at.total_cmp(&self.at).then_with(|| other.sequence.cmp(&self.sequence))
    }
}

#[derive(Default)]
struct Events {
    heap: BinaryHeap<Event>,
    scheduled: u64,
}

impl Events {
    fn push(&mut self, at: f64, what: What) {
        self.scheduled += 1;
        self.heap.push(Event { at, sequence: self.scheduled, what });
    }
}

fn exponential(random: &mut Xoshiro, mean: f64) -> f64 {
    let unit: f64 = Exp1.sample(random);
    unit * mean
}

fn nanos(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}

/// M/M/8: measures the wait of this many customers.
pub(crate) fn w1(customers: u64) -> Found {
    let mut random = Xoshiro::new(2);
    let mut events = Events::default();
    let mut waiting: VecDeque<f64> = VecDeque::new();
    let mut busy = 0;
    let mut waits = Histogram::new();
    events.push(exponential(&mut random, 1.0 / W1_RATE), What::Arrive);
    let watch = Watch::start();
    while waits.count() < customers {
        let Some(Event { at: now, what, .. }) = events.heap.pop() else { break };
        if what == What::Arrive {
            events.push(now + exponential(&mut random, 1.0 / W1_RATE), What::Arrive);
            if busy == W1_SERVERS {
                waiting.push_back(now);
                continue;
            }
            busy += 1;
            waits.record(0);
        } else if let Some(came) = waiting.pop_front() {
            waits.record(nanos(now - came));
        } else {
            busy -= 1;
            continue;
        }
        events.push(now + exponential(&mut random, W1_SERVICE), What::Compute(0));
    }
    watch.stop(&waits)
}

#[derive(Default)]
struct Pod {
    threads: usize,
    cores: usize,
    connections: usize,
    for_thread: VecDeque<u32>,
    for_core: VecDeque<u32>,
    for_connection: VecDeque<u32>,
}

/// The log-normal distribution with this mean and a coefficient of variation of 1.
fn log_normal(mean: f64) -> LogNormal<f64> {
    LogNormal::from_mean_cv(mean, 1.0).expect("mean and spread are positive")
}

/// Requests through threads, cores and connections: measures the response of this many requests.
pub(crate) fn w2(answers: u64) -> Found {
    let mut random = Xoshiro::new(2);
    let mut events = Events::default();
    let (cpu, query) = (log_normal(W2_CPU), log_normal(W2_QUERY));
    let mut pods: Vec<Pod> = (0..W2_PODS).map(|_| Pod::default()).collect();
    // Time of arrival and pod of each request in flight.
    let mut requests: Vec<(f64, usize)> = Vec::new();
    let mut free: Vec<u32> = Vec::new();
    let mut turn = 0;
    let mut times = Histogram::new();
    events.push(exponential(&mut random, 1.0 / W2_RATE), What::Arrive);
    let watch = Watch::start();
    while times.count() < answers {
        let Some(Event { at: now, what, .. }) = events.heap.pop() else { break };
        let mut wants_core = None;
        match what {
            What::Arrive => {
                events.push(now + exponential(&mut random, 1.0 / W2_RATE), What::Arrive);
                let id = free.pop().unwrap_or_else(|| {
                    requests.push((0.0, 0));
                    (requests.len() - 1) as u32
                });
                requests[id as usize] = (now, turn);
                let pod = &mut pods[turn];
                turn = (turn + 1) % W2_PODS;
                if pod.threads == W2_THREADS {
                    pod.for_thread.push_back(id);
                } else {
                    pod.threads += 1;
                    wants_core = Some(id);
                }
            }
            What::Compute(id) => {
                let pod = &mut pods[requests[id as usize].1];
                if pod.connections == W2_CONNECTIONS {
                    pod.for_connection.push_back(id);
                } else {
                    pod.connections += 1;
                    events.push(now + query.sample(&mut random), What::Query(id));
                }
                pod.cores -= 1;
                wants_core = pod.for_core.pop_front();
            }
            What::Query(id) => {
                let (came, pod) = requests[id as usize];
                times.record(nanos(now - came));
                free.push(id);
                let pod = &mut pods[pod];
                match pod.for_connection.pop_front() {
                    Some(next) => events.push(now + query.sample(&mut random), What::Query(next)),
                    None => pod.connections -= 1,
                }
                match pod.for_thread.pop_front() {
                    Some(next) => wants_core = Some(next),
                    None => pod.threads -= 1,
                }
            }
        }
        if let Some(id) = wants_core {
            let pod = &mut pods[requests[id as usize].1];
            if pod.cores == W2_CORES {
                pod.for_core.push_back(id);
            } else {
                pod.cores += 1;
                events.push(now + cpu.sample(&mut random), What::Compute(id));
            }
        }
    }
    watch.stop(&times)
}
