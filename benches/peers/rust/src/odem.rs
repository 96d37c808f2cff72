//! odem-rs: asynchronous processes. W1 has a process for each server, as the tool's own M/M/1 does;
//! W2 one for each request, from a pool with reusable slots. The tool's facility has one server, so
//! stations with several pass a freed server to the waker of the longest-waiting process.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::pin;
use std::task::Waker;

use odem_rs::prelude::*;

use crate::work::{self, Draws, Record};

/// M/M/8: the queue, the sleeping servers, and the waits \[s\].
struct Queue {
    draws: RefCell<Draws>,
    waiting: RefCell<VecDeque<f64>>,
    asleep: RefCell<Vec<Waker>>,
    waits: RefCell<Record>,
}

async fn serve(simulation: &Sim, queue: &Queue) {
    let waker = waker().await;
    loop {
        loop {
            let next = queue.waiting.borrow_mut().pop_front();
            let Some(arrived) = next else { break };
            queue.waits.borrow_mut().seconds(simulation.now() - arrived);
            let service = queue.draws.borrow_mut().exponential(work::SERVICE);
            simulation.advance(service).await;
        }
        queue.asleep.borrow_mut().push(waker.clone());
        sleep().await;
    }
}

#[odem_rs::main]
async fn run_w1(simulation: &Sim, jobs: u64, seed: u64) -> Record {
    let queue = Queue {
        draws: RefCell::new(Draws::new(seed)),
        waiting: RefCell::default(),
        asleep: RefCell::default(),
        waits: RefCell::new(Record::new()),
    };
    {
        let servers = pin!(Pool::with_capacity(work::SERVERS).with(Job::new));
        for _ in 0..work::SERVERS {
            servers.activate(simulation, serve(simulation, &queue));
        }
        for _ in 0..jobs {
            let gap = queue.draws.borrow_mut().exponential(work::W1_GAP);
            simulation.advance(gap).await;
            queue.waiting.borrow_mut().push_back(simulation.now());
            let idle = queue.asleep.borrow_mut().pop();
            if let Some(server) = idle {
                server.wake();
            }
        }
        // By then all arrivals have been served.
        simulation.advance(1000.0).await;
        queue.asleep.borrow_mut().clear();
    }
    queue.waits.into_inner()
}

/// Serves `jobs` customers of W1.
pub fn w1(jobs: u64, seed: u64) -> Record {
    run_w1(jobs, seed)
}

/// Identical servers; waiting processes are woken in order of arrival.
struct Servers {
    free: Cell<usize>,
    waiting: RefCell<VecDeque<Waker>>,
}

impl Servers {
    fn new(servers: usize) -> Servers {
        Servers { free: Cell::new(servers), waiting: RefCell::default() }
    }

    /// Takes a free server, if there is one.
    fn enter(&self) -> bool {
        let free = self.free.get();
        self.free.set(free.saturating_sub(1));
        free > 0
    }

    /// Waits for a server. A departing process passes its server on, so that none overtakes before
    /// this one runs.
    async fn queue(&self) {
        let waker = waker().await;
        self.waiting.borrow_mut().push_back(waker);
        sleep().await;
    }

    fn leave(&self) {
        let next = self.waiting.borrow_mut().pop_front();
        match next {
            Some(waker) => waker.wake(),
            None => self.free.set(self.free.get() + 1),
        }
    }
}

struct Pod {
    threads: Servers,
    cpus: Servers,
    connections: Servers,
}

struct Common {
    draws: RefCell<Draws>,
    responses: RefCell<Record>,
}

async fn request(simulation: &Sim, pod: &Pod, common: &Common) {
    let arrived = simulation.now();
    if !pod.threads.enter() {
        pod.threads.queue().await;
    }
    if !pod.cpus.enter() {
        pod.cpus.queue().await;
    }
    let time = common.draws.borrow_mut().cpu();
    simulation.advance(time).await;
    pod.cpus.leave();
    if !pod.connections.enter() {
        pod.connections.queue().await;
    }
    let time = common.draws.borrow_mut().query();
    simulation.advance(time).await;
    pod.connections.leave();
    pod.threads.leave();
    let response = simulation.now() - arrived;
    common.responses.borrow_mut().seconds(response);
}

#[odem_rs::main]
async fn run_w2(simulation: &Sim, jobs: u64, seed: u64) -> Record {
    let common =
        Common { draws: RefCell::new(Draws::new(seed)), responses: RefCell::new(Record::new()) };
    let pod = |_| Pod {
        threads: Servers::new(work::THREADS),
        cpus: Servers::new(work::CPUS),
        connections: Servers::new(work::CONNECTIONS),
    };
    let pods: Vec<Pod> = (0..work::PODS).map(pod).collect();
    {
        let requests = pin!(Pool::dynamic().with(Job::new));
        let mut turn = pods.iter().cycle();
        for _ in 0..jobs {
            let gap = common.draws.borrow_mut().exponential(work::W2_GAP);
            simulation.advance(gap).await;
            if let Some(pod) = turn.next() {
                requests.activate(simulation, request(simulation, pod, &common));
            }
        }
        // By then all arrivals have been answered.
        simulation.advance(1000.0).await;
    }
    common.responses.into_inner()
}

/// Serves `jobs` requests of W2.
pub fn w2(jobs: u64, seed: u64) -> Record {
    run_w2(jobs, seed)
}
