//! The model: one replication of a described system under load.
//!
//! [`simulate`] runs a [`spec::Spec`] through the event list and reports what happens to an
//! observer. It cannot fail: its input has been validated. It has no access to files, the clock or
//! entropy.
//!
//! `World` owns all stations. Each event is one arm of one `match`; a request runs the steps of its
//! program until it blocks, and an event that unblocks another request puts that one on the ready
//! list, which is drained before the next event: no recursion, and a defined order.

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

/// Maximum number of requests in flight plus users in session that a replication can hold, half a
/// gigabyte of them: a system with a longer queue is overloaded, whatever else is asked. Tests use
/// a smaller limit, so that they can exceed it.
pub const MOST_IN_FLIGHT: u64 = if cfg!(test) { 30_000 } else { 2_000_000 };
/// Maximum number of unread records over all listeners, counted per listener: a third of a
/// gigabyte.
pub const MOST_RECORDS: u64 = if cfg!(test) { 250_000 } else { 10_000_000 };

/// Parameters of one replication.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Seed of the study.
    pub seed: u64,
    /// Number of the replication.
    pub replication: u64,
    /// Factor on the spec's rates of users and of external records.
    pub scale: f64,
    /// Whether the rate follows the spec's load curve from midnight, or stays at the peak.
    pub follow_curve: bool,
    /// Time of the first mark, the end of the warm-up; zero for none.
    pub warm_up: Span,
    /// Interval between further marks.
    pub bin: Span,
    /// Number of bins; observation ends with the last.
    pub bins: u32,
    /// Maximum follow-up time: the run continues under load for as long as the observer waits for
    /// requests that began within the window.
    pub follow: Span,
}

/// Computational cost of a replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Events processed.
    pub events: u64,
    /// Requests and records completed.
    pub completions: u64,
    /// Users' requests still unanswered at the end.
    pub unanswered: u64,
    /// Maximum number of requests in flight.
    pub in_flight_most: u64,
    /// Requests, sessions and records that exceeded the capacity of the model itself; if there are
    /// any, the result is that of a system that rejects them.
    pub no_room: u64,
}

/// Number of events between two checks for cancellation: some tenths of a millisecond.
const BETWEEN_LOOKS: u64 = 1 << 12;

/// Runs one replication and reports what happens to `observer`.
pub fn simulate<O: Observer>(spec: &Spec, run: &Run, observer: &mut O) -> Cost {
    let mut world = World::new(spec, run, observer);
    world.start(&|| false);
    world.run(&|| false);
    world.cost()
}

/// Runs one replication unless `stopped`, which is polled every few thousand events, ends it early.
/// Returns `None` in that case, since a partial run has no result.
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
    /// Current spec, and the initial one.
    spec: &'a Spec,
    first: &'a Spec,
    run: &'a Run,
    observer: &'a mut O,
    now: Time,
    /// End of observation, and latest end of the run.
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
    /// Kept-alive connections to each service.
    kept: Vec<Option<Kept>>,
    kafka: Kafka<'a>,
    scalers: Vec<Scaler>,
    nodes: Option<Box<Nodes>>,
    /// Whether pods share the processors of their nodes.
    shared_nodes: bool,
    /// Whether the processor time of any pod may differ from its demand, because of cold code or
    /// garbage collection.
    uneven: bool,
    timeline: Timeline,
    requests: Requests,
    users: Users,
    choice: Choice,
    arrivals: Option<(Arrivals, Key)>,
    sources: Vec<(Arrivals, Key)>,
    ready: Ready,
    /// Processor whose jobs changed last in this event and that is not yet rescheduled, or none.
    changed: u32,
    /// Scratch buffer: requests whose connection timeout has expired.
    expired: Vec<u32>,
    cost: Cost,
    in_flight: u64,
    /// Maximum number of users' requests in flight plus users in session.
    room: u64,
}

impl<O: Observer> World<'_, O> {
    /// Fills the pools to their minimum, starts the arrival streams and sets the first mark.
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
                // A further stream into the same topic needs a key of its own.
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

    /// Runs until the end, or until `stopped`; returns whether the end was reached.
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

    /// Drains the ready list, then reschedules what has changed.
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

    /// Reports a change of the number in service that leaves the queue unchanged.
    #[inline]
    fn busy(&mut self, station: u32, change: f64) {
        self.observer.busy(self.now, station, change);
    }
}
