//! The model: one replication of a described system under load.
//!
//! [`simulate`] runs a [`spec::Spec`] through the event list and tells an observer what happens. It
//! cannot fail: what reaches it is valid. It cannot see: no files, no clock, no entropy.
//!
//! `World` owns all stations. Each event is one arm of one `match`; a request runs the steps of its
//! program until it must wait, and whoever frees what another waits for puts the other on the list of
//! those ready, which is emptied before the next event: no recursion, and a written order.

mod audit;
mod begin;
mod change;
mod consumer;
mod deploy;
mod end;
mod index;
mod load;
mod marks;
mod membership;
mod mesh;
mod nodes;
mod pods;
mod program;
mod request;
mod scale;
mod slots;
pub mod spec;
pub mod stations;
mod sticky;
#[cfg(test)]
mod tests;
mod topics;
mod users;

use std::collections::VecDeque;

pub use self::change::obstacles;
use self::consumer::{Subscription, Thread};
use self::deploy::Progress;
use self::index::Index;
use self::load::{Arrivals, Choice, Users};
use self::membership::Group;
use self::mesh::Meshes;
use self::nodes::Nodes;
pub use self::nodes::{Unplaced, eks_allocatable, settle};
use self::pods::Life;
use self::request::{Origin, Ready, Request, Requests, Timer};
use self::scale::{Scaler, Seen};
use self::slots::{Event, SLOT_MARK, SLOT_SOURCES, SLOT_TIMELINE, Slots};
use self::spec::{Balancer, Id, Op, Spec};
use self::stations::Numbering;
use self::sticky::Kept;
use crate::engine::{Agenda, Class};
use crate::observe::{Failure, Observer, Phase, Record};
use crate::random::Key;
use crate::station::cpu::Cpu;
use crate::station::credits::IoCredits;
use crate::station::device::Device;
use crate::station::group::Action;
use crate::station::pool::Pool;
use crate::units::{Span, Time};

/// Most requests in flight and users in session that a replication has room for, half a gigabyte of them:
/// a system in which more than this wait is beyond any answer but "overloaded".
/// Tests run into a smaller one.
pub const MOST_IN_FLIGHT: u64 = if cfg!(test) { 30_000 } else { 2_000_000 };
/// Most records that listeners have before them, each listener its own: a third of a gigabyte.
pub const MOST_RECORDS: u64 = if cfg!(test) { 30_000 } else { 10_000_000 };

/// One replication.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Seed of the study.
    pub seed: u64,
    /// Number of the replication.
    pub replication: u64,
    /// Factor on the description's rates of users and of outside records.
    pub scale: f64,
    /// Whether the rate follows the description's curve from midnight, or stays at the peak.
    pub follow_curve: bool,
    /// First mark: the end of the warm-up; zero for none.
    pub warm_up: Span,
    /// Further marks, one after each of these.
    pub bin: Span,
    /// Number of bins; the run ends with the last.
    pub bins: u32,
}

/// What a replication took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Events fired.
    pub events: u64,
    /// Requests and records that were brought to an end.
    pub completions: u64,
    /// Users' requests still without an answer at the end, older than their patience.
    pub overdue: u64,
    /// Users' requests still without an answer at the end.
    pub unanswered: u64,
    /// Largest number of requests in flight.
    pub in_flight_most: u64,
    /// Requests, sessions and records that found no room in the model itself; with any, its answer is that
    /// of a system that turns them away.
    pub no_room: u64,
}

/// Events between two looks at whether to stop: some tenths of a millisecond.
const BETWEEN_LOOKS: u64 = 1 << 12;

/// Run one replication and tell `observer` what happens.
pub fn simulate<O: Observer>(spec: &Spec, run: &Run, observer: &mut O) -> Cost {
    let mut world = World::new(spec, run, observer);
    world.start(&|| false);
    world.run(&|| false);
    world.cost()
}

/// The same until `stopped` says so, which is asked every few thousand events; none then, for what was
/// seen of a part of a run answers nothing.
pub fn simulate_unless<O: Observer>(
    spec: &Spec,
    run: &Run,
    observer: &mut O,
    stopped: &dyn Fn() -> bool,
) -> Option<Cost> {
    if stopped() {
        return None;
    }
    let mut world = World::new(spec, run, observer);
    world.start(stopped);
    world.run(stopped).then(|| world.cost())
}

#[derive(Clone, Debug)]
struct Pod<'a> {
    service: Id,
    /// The settings with which it was started.
    described: &'a spec::Service,
    life: Life,
    /// Which of its service's versions it is.
    version: u32,
    /// Its node, or none.
    node: u32,
    /// What it would use of its node alone \[millicores\], and what it has of it now \[cores\].
    wants: u64,
    has: f64,
    /// When its code is warm.
    warm_at: Time,
    /// Processor time of its work since it last collected garbage.
    uncollected: Span,
    /// For its autoscaler; and the processor time that its slot had used before it began.
    seen: Seen,
    used_before: Span,
    /// First of its pools in `World::pools`.
    pools: u32,
    busy_threads: u32,
    waiting: VecDeque<u32>,
}

#[derive(Clone, Debug)]
struct Service {
    /// All pods that there may ever be.
    pods: std::ops::Range<u32>,
    /// Those that requests are sent to, in order.
    ready: Vec<u32>,
    /// Whose turn it is among them.
    next: u32,
    /// Pods that there should be.
    wanted: u32,
    /// The newest version; the one that requests go to, if not to all; how far one replaces the other.
    version: u32,
    /// State of the timeline that each version was deployed in; 0 is the first.
    deployed_in: Vec<u32>,
    active: Option<u32>,
    rollout: Option<Progress>,
}

/// What the adder of a pool is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Adder {
    Resting,
    Opening,
    Pausing,
}

#[derive(Clone, Debug)]
struct PodPool<'a> {
    pool: Pool,
    /// The settings of its pod.
    described: &'a spec::Pool,
    service: Id,
    number: Id,
    adder: Adder,
    back_off: Span,
}

#[derive(Clone, Debug)]
struct Database {
    storage: Device,
    credits: Option<IoCredits>,
    connections: u32,
    /// Times as long as its work takes now.
    slow: f64,
}

#[derive(Clone, Debug)]
struct Cache {
    commands: Device,
    /// Times as long as a command takes now.
    slow: f64,
    /// While it does not answer, how long a command waits.
    lost: Option<Span>,
}

#[derive(Clone, Debug, Default)]
struct Lock {
    holder: Option<u32>,
    waiting: VecDeque<u32>,
}

struct World<'a, O: Observer> {
    /// The system as it is now, and as it was at first.
    spec: &'a Spec,
    first: &'a Spec,
    run: &'a Run,
    observer: &'a mut O,
    now: Time,
    end: Time,
    agenda: Agenda,
    slots: Slots,
    numbering: Numbering,
    services: Vec<Service>,
    pods: Vec<Pod<'a>>,
    /// Processors of all pods, then of all databases.
    cpus: Vec<Cpu>,
    pools: Vec<PodPool<'a>>,
    databases: Vec<Database>,
    caches: Vec<Cache>,
    locks: Vec<Lock>,
    indexes: Vec<Index>,
    meshes: Meshes,
    /// Connections that are kept to each service.
    kept: Vec<Option<Kept>>,
    /// For each topic the subscriptions that read it.
    readers: Vec<Vec<u32>>,
    topics: Vec<topics::Topic>,
    /// Brokers that are lost, or were.
    lost: Vec<topics::Lost>,
    subscriptions: Vec<Subscription>,
    threads: Vec<Thread<'a>>,
    groups: Vec<Group>,
    /// Scratch: what members have to do.
    actions: Vec<Action>,
    scalers: Vec<Scaler>,
    nodes: Option<Box<Nodes>>,
    /// Whether pods share the processors of their nodes.
    shared_nodes: bool,
    /// Whether any pod's work takes other than its demand: cold code, garbage.
    uneven: bool,
    /// How much of the timeline has happened, and which state it has made.
    happened: usize,
    state: u32,
    /// The last of its states, until all that it asks for is there.
    unsettled: Option<change::Unsettled>,
    requests: Requests,
    users: Users,
    choice: Choice,
    arrivals: Option<(Arrivals, Key)>,
    sources: Vec<(Arrivals, Key)>,
    ready: Ready,
    /// The processor whose jobs have changed last in this event and that is not seen to, or none.
    changed: u32,
    /// Scratch: those whose wait for a connection has run out.
    expired: Vec<u32>,
    cost: Cost,
    in_flight: u64,
    /// Most requests in flight that users make, and users in session.
    room: u64,
    /// Records that subscriptions keep.
    kept_records: u64,
}

impl<O: Observer> World<'_, O> {
    /// Open the pools to their minimum, begin the streams, set the first mark.
    fn start(&mut self, stopped: &dyn Fn() -> bool) {
        let root = Key::root(self.run.seed, self.run.replication);
        let first = if self.run.warm_up == Span::ZERO { self.run.bin } else { self.run.warm_up };
        self.agenda.set(SLOT_MARK, Time::ZERO + first, Class::Observe);
        for pod in 0..self.pods.len() as u32 {
            if self.pods[pod as usize].life == Life::Ready {
                self.open_pools(pod);
            }
        }
        self.settle_groups();
        if let Some(first) = self.spec.timeline.first()
            && self.run.follow_curve
        {
            self.agenda.set(SLOT_TIMELINE, Time::ZERO + first.at, Class::Arrive);
        }
        self.start_nodes();
        self.start_meshes();
        self.start_scalers(root);
        self.start_arrivals(root.named("users"), stopped);
        for number in 0..self.spec.load.records.len() as u32 {
            let source = self.spec.load.records[number as usize];
            let before = &self.spec.load.records[..number as usize];
            let same = before.iter().filter(|other| other.topic == source.topic).count();
            let mut key =
                root.named("records").named(&self.spec.topics[source.topic as usize].name);
            if same > 0 {
                // A further stream into the same topic is another stream.
                key = key.item(same as u64);
            }
            let follow = self.run.follow_curve;
            let per_s = self.run.scale * source.per_s;
            let arrivals = Arrivals::new(key, per_s, source.regular, follow, 0.0);
            self.sources.push((arrivals, Key::default()));
            self.next_source(number);
        }
        self.start_closed(root.named("virtual users"));
        self.drain();
    }

    /// Until the end, or until `stopped`: whether it came to the end.
    fn run(&mut self, stopped: &dyn Fn() -> bool) -> bool {
        if stopped() {
            return false;
        }
        while let Some((at, slot)) = self.agenda.pop_until(self.end) {
            debug_assert!(at >= self.now, "time runs forward");
            self.now = at;
            self.cost.events += 1;
            if self.cost.events.is_multiple_of(BETWEEN_LOOKS) && stopped() {
                return false;
            }
            match self.slots.event(slot) {
                Event::Request(id) => self.request_timer(id),
                Event::Cpu(cpu) => self.cpu_done(cpu),
                Event::Arrival => self.user_arrives(),
                Event::User(id) => self.user_acts(id),
                Event::Patience(id) => self.patience_ends(id),
                Event::Thread(thread) => self.thread_timer(thread),
                Event::Source(source) => self.source_record(source),
                Event::PoolDeadline(pool) => self.pool_deadline(pool),
                Event::PoolAdder(pool) => self.pool_adder(pool),
                Event::PoolHousekeeping(pool) => self.pool_housekeeping(pool),
                Event::Pod(pod) => self.pod_timer(pod),
                Event::Rollout(service) => self.rollout_timer(service),
                Event::Credits => self.count_credits(),
                Event::Scan => self.scan_nodes(),
                Event::Nodes => self.nodes_arrive(),
                Event::Rebalance(group) => self.group_timer(group),
                Event::Timeline => self.timeline(),
                Event::Scrape => self.scrape(),
                Event::Scaler(scaler) => self.sync(scaler),
                Event::Proxy(proxy) => self.sweep(proxy),
                Event::Mark => self.mark(),
            }
            self.drain();
        }
        true
    }

    /// Let all go on who can; see to what has changed.
    #[expect(clippy::inline_always, reason = "after every event, and mostly there is nobody")]
    #[inline(always)]
    fn drain(&mut self) {
        while let Some(id) = self.ready.pop() {
            self.step(id);
        }
        if !self.meshes.granted.is_empty() {
            self.let_go_on();
        }
        if self.changed != request::NONE {
            self.settle_processor();
        }
    }

    #[inline(never)]
    fn let_go_on(&mut self) {
        while let Some(id) = self.meshes.granted.pop_front() {
            self.send_try(id);
            while let Some(id) = self.ready.pop() {
                self.step(id);
            }
        }
    }

    fn mark(&mut self) {
        self.tell_of_nodes();
        self.observer.mark(self.now);
        if cfg!(debug_assertions) {
            self.audit();
        }
        if self.now < self.end {
            self.agenda.set(SLOT_MARK, self.now + self.run.bin, Class::Observe);
        }
    }

    #[inline]
    fn record(&mut self, record: Record<'_>) {
        self.observer.record(self.now, record);
    }

    #[inline]
    fn level(&mut self, station: u32, busy: f64, waiting: i64) {
        self.observer.level(self.now, station, busy, waiting);
    }

    /// The same where nobody begins or ceases to wait.
    #[inline]
    fn busy(&mut self, station: u32, change: f64) {
        self.observer.busy(self.now, station, change);
    }

    // Requests.

    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    fn begin(&mut self, endpoint: Id, key: Key, origin: Origin) -> u32 {
        let (id, request) = self.requests.begin(self.now, key, origin);
        request.endpoint = endpoint;
        request.pod = request::NONE;
        request.pc = self.spec.endpoints[endpoint as usize].entry;
        self.in_flight += 1;
        self.cost.in_flight_most = self.cost.in_flight_most.max(self.in_flight);
        id
    }

    /// The request reaches the balancer: a thread, the queue, or refused. To be called where nobody is
    /// ready, and last: a request that has a thread begins to work.
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    fn arrive(&mut self, id: u32, key: Key, endpoint: Id, origin: Origin) {
        debug_assert!(self.ready.is_empty(), "others were ready before");
        let service = self.spec.endpoints[endpoint as usize].service;
        if let Some(mesh) = self.meshes.before(service) {
            return self.through_mesh(id, mesh);
        }
        let Some(pod) = self.choose_pod(service, key, origin) else { return self.refuse(id) };
        self.reach_pod(id, service, pod, true);
    }

    /// The request reaches its pod. With `now` one that has a thread begins to work, else it is ready to.
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    fn reach_pod(&mut self, id: u32, service: Id, pod: u32, now: bool) {
        self.requests[id].pod = pod;
        let station = self.numbering.threads + service;
        let state = &mut self.pods[pod as usize];
        let threads = state.described.threads;
        if state.busy_threads < threads.maximum {
            state.busy_threads += 1;
            self.busy(station, 1.0);
            self.enter(id, Phase::Cpu);
            if now {
                self.step(id);
            } else {
                self.ready.push(id);
            }
        } else if (state.waiting.len() as u64)
            < u64::from(threads.accepted) + u64::from(threads.backlog)
        {
            state.waiting.push_back(id);
            self.level(station, 0.0, 1);
            if !now {
                self.enter(id, Phase::ThreadWait);
            }
        } else {
            self.refuse(id);
        }
    }

    fn refuse(&mut self, id: u32) {
        if let Some(caller) = self.conclude(id, Some(Failure::Refused)) {
            self.fail(caller, Failure::CallFailed);
        }
    }

    /// A pod that is ready; none when none is.
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    fn choose_pod(&mut self, service: Id, key: Key, origin: Origin) -> Option<u32> {
        if self.spec.services[service as usize].balancer != Balancer::RoundRobin {
            return self.choose_by_rule(service, key, origin);
        }
        self.next_in_turn(service)
    }

    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    fn next_in_turn(&mut self, service: Id) -> Option<u32> {
        let state = &mut self.services[service as usize];
        let pod = *state.ready.get(state.next as usize)?;
        let next = state.next + 1;
        state.next = if next as usize == state.ready.len() { 0 } else { next };
        Some(pod)
    }

    /// The same by whatever rule the service has.
    #[inline(never)]
    fn choose_by_rule(&mut self, service: Id, key: Key, origin: Origin) -> Option<u32> {
        /// Number of the draw of the balancer, apart from those of steps.
        const DRAW_BALANCER: u64 = u64::MAX;
        let state = &self.services[service as usize];
        match self.spec.services[service as usize].balancer {
            Balancer::RoundRobin => self.next_in_turn(service),
            Balancer::Random => {
                let count = state.ready.len() as u128;
                let place = (u128::from(key.bits(DRAW_BALANCER)) * count) >> 64;
                state.ready.get(place as usize).copied()
            }
            Balancer::LeastRequests => {
                let load = |pod: &u32| {
                    let pod = &self.pods[*pod as usize];
                    pod.busy_threads as usize + pod.waiting.len()
                };
                state.ready.iter().min_by_key(|pod| load(pod)).copied()
            }
            Balancer::Sticky(keep) => self.kept_pod(service, keep, key, origin),
        }
    }

    /// The program has come to its end.
    #[inline(never)]
    fn finish(&mut self, id: u32) {
        debug_assert!(!self.agenda.is_set(self.slots.request(id)), "it waits for nothing");
        self.give_up_all(id);
        let failing = self.tell_and_forget(id, None);
        debug_assert!(failing.is_none(), "who has an answer fails nobody");
    }

    /// The request has failed while it held a thread or worked on a record, and with it whoever waits for
    /// the answer, and so on up the chain of calls.
    #[inline(never)]
    fn fail(&mut self, id: u32, failure: Failure) {
        self.give_up_all(id);
        let mut failing = self.conclude(id, Some(failure));
        while let Some(caller) = failing {
            self.give_up_all(caller);
            failing = self.conclude(caller, Some(Failure::CallFailed));
        }
    }

    /// Give back whatever the request holds: locks, connections, its thread.
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    fn give_up_all(&mut self, id: u32) {
        while let Some(lock) = self.requests[id].locks.pop() {
            self.unlock(id, lock);
        }
        while let Some(pool) = self.requests[id].transactions.pop() {
            if pool != request::NONE {
                self.give_back(pool);
            }
        }
        let session = std::mem::replace(&mut self.requests[id].session, request::NONE);
        if session != request::NONE {
            self.give_back(session);
        }
        if !matches!(self.requests[id].origin, Origin::Consumer(_)) {
            self.free_thread(self.requests[id].pod);
        }
    }

    #[inline]
    fn free_thread(&mut self, pod: u32) {
        let state = &mut self.pods[pod as usize];
        let station = self.numbering.threads + state.service;
        if let Some(next) = state.waiting.pop_front() {
            self.level(station, 0.0, -1);
            self.enter(next, Phase::Cpu);
            self.ready.push(next);
        } else {
            state.busy_threads -= 1;
            let leaving = state.life == Life::Ending;
            self.busy(station, -1.0);
            if leaving {
                self.leave_if_done(pod);
            }
        }
    }

    /// Tell whoever asked, and forget the request; returns the caller if that must now fail too.
    #[inline(never)]
    fn conclude(&mut self, id: u32, failure: Option<Failure>) -> Option<u32> {
        self.agenda.clear(self.slots.request(id));
        self.tell_and_forget(id, failure)
    }

    #[expect(clippy::inline_always, reason = "on the way of every request, which mostly succeeds")]
    #[inline(always)]
    fn tell_and_forget(&mut self, id: u32, failure: Option<Failure>) -> Option<u32> {
        let now = self.now;
        let request = &mut self.requests[id];
        request.enter(now, Phase::Delay);
        let (origin, endpoint, took) = (request.origin, request.endpoint, now - request.arrived);
        if origin.is_user() {
            let late = self.spec.load.patience.is_some_and(|patience| took > patience);
            let failure = failure.or(late.then_some(Failure::TooLate));
            // What the user saw of a late answer is the end of its patience.
            let took = self.spec.load.patience.map_or(took, |patience| took.min(patience));
            match failure {
                None => {
                    let spent = &self.requests[id].spent;
                    self.observer.record(now, Record::Answered { endpoint, took, spent });
                }
                Some(why) => self.record(Record::Failed { endpoint, why, took }),
            }
            if self.watches() {
                self.agenda.clear(self.slots.patience(id));
            }
            let over = failure.is_none() || !self.asks_again(id);
            if let Origin::User(user) = origin
                && over
            {
                self.user_answered(user, failure.is_none());
            }
        }
        self.requests.end(id);
        self.in_flight -= 1;
        self.cost.completions += 1;
        match origin {
            Origin::Caller { caller, generation } => {
                return self.call_over(caller, generation, failure.is_some());
            }
            Origin::Consumer(thread) => self.record_done(thread, failure),
            Origin::Try(hop) => return self.try_over(hop, id, failure),
            Origin::Visitor | Origin::User(_) | Origin::Nobody => {}
        }
        None
    }

    fn call_over(&mut self, caller: u32, generation: u32, failed: bool) -> Option<u32> {
        let waiting = &self.requests[caller];
        if !waiting.alive || waiting.generation != generation || waiting.phase != Phase::Call {
            return None; // It has given up on this call.
        }
        self.agenda.clear(self.slots.request(caller));
        if failed {
            return Some(caller);
        }
        self.ready.push(caller);
        None
    }

    #[inline]
    fn request_timer(&mut self, id: u32) {
        match self.requests[id].timer {
            Timer::Arrive => {
                let now = self.now;
                let request = &mut self.requests[id];
                request.arrived = now;
                request.phase_since = now;
                if request.tries > 0 && request.origin.is_user() {
                    let endpoint = request.endpoint;
                    self.record(Record::Offered { endpoint });
                    self.watch_patience(id);
                }
                let Request { key, endpoint, origin, .. } = self.requests[id];
                self.arrive(id, key, endpoint, origin);
            }
            Timer::Proceed => self.proceed(id),
            Timer::ReachDatabase => self.reach_database(id),
            Timer::StorageDone => self.storage_done(id),
            Timer::CacheAnswered => self.cache_answered(id),
            Timer::CacheLost => self.cache_lost(id),
            Timer::CallTimeout => {
                self.hang_up(id);
                self.fail(id, Failure::CallTimeout);
            }
            Timer::MeshTimeout => self.mesh_timed_out(id),
        }
    }

    /// The request goes on with its program, which often ends here.
    #[inline]
    fn proceed(&mut self, id: u32) {
        match self.spec.ops[self.requests[id].pc as usize] {
            Op::End => self.finish(id),
            _ => self.step(id),
        }
    }

    #[inline]
    fn set_timer(&mut self, id: u32, after: Span, timer: Timer) {
        self.requests[id].timer = timer;
        let class = match timer {
            Timer::CallTimeout | Timer::MeshTimeout => Class::Expire,
            // What is freed in this very instant is free for whoever comes.
            Timer::Arrive => Class::Arrive,
            _ => Class::Complete,
        };
        self.agenda.set(self.slots.request(id), self.now + after, class);
    }
}
