//! SimCore (DSLab): components that receive events by callback, its faster mode. Immediate
//! transitions are calls, not events; the next arrival goes into the queue for events emitted in
//! order, which costs no heap operation.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;
use simcore::{Event, EventHandler, Id, Simulation, SimulationContext, cast};

use crate::work::{self, Draws, Record, Station};

#[derive(Clone, Serialize)]
struct Arrival {}

#[derive(Clone, Serialize)]
struct Served {}

/// M/M/8: arrivals and servers.
struct Queue {
    context: SimulationContext,
    draws: Draws,
    left: u64,
    station: Station<f64>,
    waits: Record,
}

impl Queue {
    fn begin(&mut self, arrived: f64) {
        self.waits.seconds(self.context.time() - arrived);
        let service = self.draws.exponential(work::SERVICE);
        self.context.emit_self(Served {}, service);
    }
}

impl EventHandler for Queue {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Served {} => {
                if let Some(arrived) = self.station.leave() {
                    self.begin(arrived);
                }
            }
            Arrival {} => {
                self.left -= 1;
                if self.left > 0 {
                    let gap = self.draws.exponential(work::W1_GAP);
                    self.context.emit_ordered_self(Arrival {}, gap);
                }
                if let Some(arrived) = self.station.enter(self.context.time()) {
                    self.begin(arrived);
                }
            }
        })
    }
}

/// Serves `jobs` customers of W1.
pub fn w1(jobs: u64, seed: u64) -> Record {
    let mut simulation = Simulation::new(seed);
    let context = simulation.create_context("queue");
    let queue = Rc::new(RefCell::new(Queue {
        context,
        draws: Draws::new(seed),
        left: jobs,
        station: Station::new(work::SERVERS),
        waits: Record::new(),
    }));
    simulation.add_handler("queue", queue.clone());
    queue.borrow().context.emit_ordered_self(Arrival {}, 0.0);
    simulation.step_until_no_events();
    queue.borrow().waits.clone()
}

#[derive(Clone, Serialize)]
struct Computed {
    arrived: f64,
}

#[derive(Clone, Serialize)]
struct Answered {
    arrived: f64,
}

/// State shared by the pods.
struct Common {
    draws: Draws,
    responses: Record,
}

struct Pod {
    context: SimulationContext,
    common: Rc<RefCell<Common>>,
    threads: Station<f64>,
    cpus: Station<f64>,
    connections: Station<f64>,
}

impl Pod {
    fn accept(&mut self, arrived: f64) {
        if let Some(arrived) = self.threads.enter(arrived) {
            self.work(arrived);
        }
    }

    fn work(&mut self, arrived: f64) {
        if let Some(arrived) = self.cpus.enter(arrived) {
            self.compute(arrived);
        }
    }

    fn compute(&mut self, arrived: f64) {
        let time = self.common.borrow_mut().draws.cpu();
        self.context.emit_self(Computed { arrived }, time);
    }

    fn query(&mut self, arrived: f64) {
        let time = self.common.borrow_mut().draws.query();
        self.context.emit_self(Answered { arrived }, time);
    }
}

impl EventHandler for Pod {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Computed { arrived } => {
                if let Some(next) = self.cpus.leave() {
                    self.compute(next);
                }
                if let Some(arrived) = self.connections.enter(arrived) {
                    self.query(arrived);
                }
            }
            Answered { arrived } => {
                let response = self.context.time() - arrived;
                self.common.borrow_mut().responses.seconds(response);
                if let Some(next) = self.connections.leave() {
                    self.query(next);
                }
                if let Some(next) = self.threads.leave() {
                    self.work(next);
                }
            }
        })
    }
}

/// Load balancer: Poisson arrivals, distributed over the pods in turn.
struct Balancer {
    context: SimulationContext,
    common: Rc<RefCell<Common>>,
    pods: Vec<Rc<RefCell<Pod>>>,
    turn: usize,
    left: u64,
}

impl EventHandler for Balancer {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrival {} => {
                self.left -= 1;
                if self.left > 0 {
                    let gap = self.common.borrow_mut().draws.exponential(work::W2_GAP);
                    self.context.emit_ordered_self(Arrival {}, gap);
                }
                let arrived = self.context.time();
                self.pods[self.turn].borrow_mut().accept(arrived);
                self.turn += 1;
                if self.turn == self.pods.len() {
                    self.turn = 0;
                }
            }
        })
    }
}

/// Serves `jobs` requests of W2.
pub fn w2(jobs: u64, seed: u64) -> Record {
    let mut simulation = Simulation::new(seed);
    let common =
        Rc::new(RefCell::new(Common { draws: Draws::new(seed), responses: Record::new() }));
    let mut pods = Vec::new();
    for index in 0..work::PODS {
        let name = format!("pod {index}");
        let pod = Rc::new(RefCell::new(Pod {
            context: simulation.create_context(&name),
            common: common.clone(),
            threads: Station::new(work::THREADS),
            cpus: Station::new(work::CPUS),
            connections: Station::new(work::CONNECTIONS),
        }));
        let _: Id = simulation.add_handler(&name, pod.clone());
        pods.push(pod);
    }
    let balancer = Rc::new(RefCell::new(Balancer {
        context: simulation.create_context("balancer"),
        common: common.clone(),
        pods,
        turn: 0,
        left: jobs,
    }));
    simulation.add_handler("balancer", balancer.clone());
    balancer.borrow().context.emit_ordered_self(Arrival {}, 0.0);
    simulation.step_until_no_events();
    common.borrow().responses.clone()
}
