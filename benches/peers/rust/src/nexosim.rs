//! NeXosim on one thread: each piece of work is one model that schedules its own inputs, so that no
//! message crosses between models. With two threads the same models take tens of times longer.

use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSinkReader, Output, SinkState, event_slot};
use nexosim::simulation::{Mailbox, SchedulingError, SimInit};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

use crate::work::{self, Draws, Record, Station};

/// Converts a time from now on: at least one nanosecond, as scheduled times must lie in the future.
fn span(seconds: f64) -> Duration {
    Duration::from_nanos(((seconds * 1e9) as u64).max(1))
}

fn seconds_since(instant: MonotonicTime, now: MonotonicTime) -> f64 {
    now.duration_since(instant).as_nanos() as u64 as f64 * 1e-9
}

/// Checks the result of [`Context::schedule_event`], which fails only for times that do not lie in
/// the future.
fn schedule(answer: Result<(), SchedulingError>) {
    answer.expect("every span is at least a nanosecond");
}

/// M/M/8: arrivals and servers.
#[derive(Serialize, Deserialize)]
struct Queue {
    draws: Draws,
    left: u64,
    station: Station<MonotonicTime>,
    waits: Record,
    jobs: u64,
    done: Output<Record>,
}

#[Model]
impl Queue {
    #[nexosim(init)]
    async fn init(&mut self, context: &Context<Self>) {
        schedule(context.schedule_event(span(0.0), schedulable!(Self::arrive), ()));
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, _: (), context: &Context<Self>) {
        self.left -= 1;
        if self.left > 0 {
            let gap = span(self.draws.exponential(work::W1_GAP));
            schedule(context.schedule_event(gap, schedulable!(Self::arrive), ()));
        }
        if let Some(arrived) = self.station.enter(context.time()) {
            self.begin(arrived, context);
        }
    }

    fn begin(&mut self, arrived: MonotonicTime, context: &Context<Self>) {
        self.waits.seconds(seconds_since(arrived, context.time()));
        let service = span(self.draws.exponential(work::SERVICE));
        schedule(context.schedule_event(service, schedulable!(Self::serve), ()));
    }

    #[nexosim(schedulable)]
    async fn serve(&mut self, _: (), context: &Context<Self>) {
        if let Some(arrived) = self.station.leave() {
            self.begin(arrived, context);
        } else if self.waits.jobs == self.jobs {
            self.done.send(self.waits.clone()).await;
        }
    }
}

/// Serves `jobs` customers of W1.
pub fn w1(jobs: u64, seed: u64) -> Record {
    let mut queue = Queue {
        draws: Draws::new(seed),
        left: jobs,
        station: Station::new(work::SERVERS),
        waits: Record::new(),
        jobs,
        done: Output::default(),
    };
    let (sink, mut record) = event_slot(SinkState::Enabled);
    queue.done.connect_sink(sink);
    let mut simulation = SimInit::with_num_threads(1)
        .add_model(queue, Mailbox::new(), "queue")
        .init(MonotonicTime::EPOCH)
        .expect("one model that refers to no other");
    simulation.run().expect("a run ends when nothing is scheduled");
    record.try_read().unwrap_or_else(Record::new)
}

/// A request: its pod and its time of arrival.
#[derive(Clone, Serialize, Deserialize)]
struct Request {
    pod: usize,
    arrived: MonotonicTime,
}

#[derive(Serialize, Deserialize)]
struct Pod {
    threads: Station<Request>,
    cpus: Station<Request>,
    connections: Station<Request>,
}

/// Seven pods, with Poisson arrivals distributed in turn.
#[derive(Serialize, Deserialize)]
struct Web {
    draws: Draws,
    left: u64,
    turn: usize,
    pods: Vec<Pod>,
    responses: Record,
    jobs: u64,
    done: Output<Record>,
}

#[Model]
impl Web {
    #[nexosim(init)]
    async fn init(&mut self, context: &Context<Self>) {
        schedule(context.schedule_event(span(0.0), schedulable!(Self::arrive), ()));
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, _: (), context: &Context<Self>) {
        self.left -= 1;
        if self.left > 0 {
            let gap = span(self.draws.exponential(work::W2_GAP));
            schedule(context.schedule_event(gap, schedulable!(Self::arrive), ()));
        }
        let request = Request { pod: self.turn, arrived: context.time() };
        self.turn += 1;
        if self.turn == self.pods.len() {
            self.turn = 0;
        }
        if let Some(request) = self.pods[request.pod].threads.enter(request) {
            self.work(request, context);
        }
    }

    fn work(&mut self, request: Request, context: &Context<Self>) {
        if let Some(request) = self.pods[request.pod].cpus.enter(request) {
            self.compute(request, context);
        }
    }

    fn compute(&mut self, request: Request, context: &Context<Self>) {
        let time = span(self.draws.cpu());
        schedule(context.schedule_event(time, schedulable!(Self::computed), request));
    }

    fn query(&mut self, request: Request, context: &Context<Self>) {
        let time = span(self.draws.query());
        schedule(context.schedule_event(time, schedulable!(Self::answered), request));
    }

    #[nexosim(schedulable)]
    fn computed(&mut self, request: Request, context: &Context<Self>) {
        if let Some(next) = self.pods[request.pod].cpus.leave() {
            self.compute(next, context);
        }
        if let Some(request) = self.pods[request.pod].connections.enter(request) {
            self.query(request, context);
        }
    }

    #[nexosim(schedulable)]
    async fn answered(&mut self, request: Request, context: &Context<Self>) {
        let response = seconds_since(request.arrived, context.time());
        self.responses.seconds(response);
        let pod = &mut self.pods[request.pod];
        let (query, work) = (pod.connections.leave(), pod.threads.leave());
        if let Some(next) = query {
            self.query(next, context);
        }
        if let Some(next) = work {
            self.work(next, context);
        }
        if self.responses.jobs == self.jobs {
            self.done.send(self.responses.clone()).await;
        }
    }
}

/// Serves `jobs` requests of W2.
pub fn w2(jobs: u64, seed: u64) -> Record {
    let pod = |_| Pod {
        threads: Station::new(work::THREADS),
        cpus: Station::new(work::CPUS),
        connections: Station::new(work::CONNECTIONS),
    };
    let mut web = Web {
        draws: Draws::new(seed),
        left: jobs,
        turn: 0,
        pods: (0..work::PODS).map(pod).collect(),
        responses: Record::new(),
        jobs,
        done: Output::default(),
    };
    let (sink, mut record) = event_slot(SinkState::Enabled);
    web.done.connect_sink(sink);
    let mut simulation = SimInit::with_num_threads(1)
        .add_model(web, Mailbox::new(), "web")
        .init(MonotonicTime::EPOCH)
        .expect("one model that refers to no other");
    simulation.run().expect("a run ends when nothing is scheduled");
    record.try_read().unwrap_or_else(Record::new)
}
