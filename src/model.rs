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
mod end;
mod fleet;
mod kafka;
mod mesh;
mod request;
mod resource;
mod slots;
pub mod spec;
pub mod stations;
#[cfg(test)]
mod tests;
mod timeline;
mod users;
pub(crate) mod visit;

use self::fleet::nodes::Nodes;
pub use self::fleet::nodes::{Unplaced, eks_allocatable, settle};
use self::fleet::pods::{Life, Pod, Service};
use self::fleet::scale::Scaler;
use self::fleet::sticky::Kept;
use self::kafka::Kafka;
use self::mesh::Meshes;
use self::request::{Ready, Requests};
use self::resource::cache::Cache;
use self::resource::database::Database;
use self::resource::index::Index;
use self::resource::lock::Lock;
use self::resource::pool::PodPool;
use self::slots::{Event, SLOT_MARK, SLOT_SOURCES, SLOT_TIMELINE, Slots};
use self::spec::Spec;
use self::stations::Numbering;
use self::timeline::Timeline;
pub use self::timeline::change::obstacles;
use self::users::load::{Arrivals, Choice, Users};
use crate::engine::{Agenda, Class};
use crate::observe::{Observer, Record};
use crate::random::Key;
use crate::station::cpu::Cpu;
pub use crate::station::placement::Lack;
use crate::units::{Span, Time};

/// Most requests in flight and users in session that a replication has room for, half a gigabyte of them:
/// a system in which more than this wait is beyond any answer but "overloaded".
/// Tests run into a smaller one.
pub const MOST_IN_FLIGHT: u64 = if cfg!(test) { 30_000 } else { 2_000_000 };
/// Most records that listeners have before them, each listener its own: a third of a gigabyte.
pub const MOST_RECORDS: u64 = if cfg!(test) { 250_000 } else { 10_000_000 };

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
    /// Number of bins; observation ends with the last.
    pub bins: u32,
    /// How long the run goes on after that, load and all, as long as the observer waits for what began
    /// before.
    pub follow: Span,
}

/// Effort of a replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Events fired.
    pub events: u64,
    /// Requests and records that were brought to an end.
    pub completions: u64,
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

/// Run one replication unless `stopped`, which is asked every few thousand events, ends it early: none
/// then, for a part of a run answers nothing.
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

struct World<'a, O: Observer> {
    /// The system as it is now, and as it was at first.
    spec: &'a Spec,
    first: &'a Spec,
    run: &'a Run,
    observer: &'a mut O,
    now: Time,
    /// When observation ends, and when the run does at the latest.
    last_mark: Time,
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
    kafka: Kafka<'a>,
    scalers: Vec<Scaler>,
    nodes: Option<Box<Nodes>>,
    /// Whether pods share the processors of their nodes.
    shared_nodes: bool,
    /// Whether any pod's work takes other than its demand: cold code, garbage.
    uneven: bool,
    timeline: Timeline,
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
        while let Some((at, slot)) = self.agenda.pop_until(self.last_mark) {
            self.fire(at, slot);
            if self.cost.events.is_multiple_of(BETWEEN_LOOKS) && stopped() {
                return false;
            }
        }
        while self.end > self.last_mark
            && self.observer.awaits()
            && let Some((at, slot)) = self.agenda.pop_until(self.end)
        {
            self.fire(at, slot);
            if self.cost.events.is_multiple_of(BETWEEN_LOOKS) && stopped() {
                return false;
            }
        }
        true
    }

    #[expect(clippy::inline_always, reason = "the loop that all time is spent in")]
    #[inline(always)]
    fn fire(&mut self, at: Time, slot: u32) {
        debug_assert!(at >= self.now, "time runs forward");
        self.now = at;
        self.cost.events += 1;
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
            Event::Timeline => self.happen(),
            Event::Scrape => self.scrape(),
            Event::Scaler(scaler) => self.sync(scaler),
            Event::Proxy(proxy) => self.sweep(proxy),
            Event::Mark => self.mark(),
        }
        self.drain();
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
        self.tell_of_devices();
        self.tell_of_nodes();
        self.tell_of_credits();
        self.observer.mark(self.now);
        if cfg!(debug_assertions) {
            self.audit();
        }
        if self.now < self.last_mark {
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

    /// Tells a change of those in service, where nobody begins or ceases to wait.
    #[inline]
    fn busy(&mut self, station: u32, change: f64) {
        self.observer.busy(self.now, station, change);
    }
}
