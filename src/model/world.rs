//! The world of a replication: the state of each subject, and the loop of events.

use super::fleet::Fleet;
use super::kafka::Kafka;
use super::mesh::proxy::Meshes;
use super::request::Requests;
use super::resource::Resources;
use super::run::{BETWEEN_LOOKS, MOST_IN_FLIGHT, Run};
use super::slots::{Event, SLOT_MARK, SLOT_SOURCES, SLOT_TIMELINE, Slots};
use super::spec::Spec;
use super::stations::{self, Numbering};
use super::timeline::progress::Timeline;
use super::users::load::Users;
use crate::engine::{Agenda, Class, MOST_SLOTS, Slot};
use crate::observe::{Observer, Record};
use crate::random::Key;
use crate::units::{Span, Time};

pub(super) struct World<'a, O: Observer> {
    /// Current spec, and the initial one.
    pub(super) spec: &'a Spec,
    pub(super) first: &'a Spec,
    pub(super) run: &'a Run,
    pub(super) observer: &'a mut O,
    pub(super) now: Time,
    /// End of observation, and latest end of the run.
    last_mark: Time,
    pub(super) end: Time,
    pub(super) agenda: Agenda,
    pub(super) slots: Slots,
    pub(super) numbering: Numbering,
    /// Number of events so far.
    pub(super) events: u64,
    pub(super) fleet: Fleet<'a>,
    pub(super) resources: Resources<'a>,
    pub(super) requests: Requests,
    pub(super) users: Users,
    pub(super) kafka: Kafka<'a>,
    pub(super) meshes: Meshes,
    pub(super) timeline: Timeline,
}

/// Returns the maximum number of users' requests in flight. Requests made by other requests may be
/// as many again, each consumer thread has one of its own, and all of them need slots in the event
/// list beside the permanent ones.
fn room(slots: &Slots, threads: u64) -> u64 {
    let all = u64::from(MOST_SLOTS.saturating_sub(slots.dynamic)) / 3;
    (all.saturating_sub(threads) / 2).min(MOST_IN_FLIGHT)
}

impl<'a, O: Observer> World<'a, O> {
    /// Creates the initial state.
    pub(super) fn new(spec: &'a Spec, run: &'a Run, observer: &'a mut O) -> World<'a, O> {
        let (_, numbering) = stations::build(spec);
        let measured = Span(run.bin.0.saturating_mul(u64::from(run.bins)));
        let last_mark = Time::ZERO + run.warm_up + measured;
        let fleet = Fleet::new(spec);
        let resources = Resources::new(spec, run);
        let kafka = Kafka::new(spec, &fleet);
        let meshes = Meshes::new(spec, fleet.pod_count());
        let slots = Slots::after(
            SLOT_SOURCES + spec.load.records.len() as Slot,
            [
                resources.cpu_count(),
                3 * resources.pool_count(),
                fleet.pod_count() as usize,
                kafka.groups(),
                fleet.scaler_count(),
                spec.services.len(),
                kafka.threads(),
                meshes.len() as usize,
            ],
        );
        let users = Users::new(&spec.load, room(&slots, kafka.threads() as u64));
        let mut world = World {
            spec,
            first: spec,
            run,
            observer,
            now: Time::ZERO,
            last_mark,
            end: last_mark + run.follow,
            agenda: Agenda::new(spec.order),
            slots,
            numbering,
            events: 0,
            fleet,
            resources,
            requests: Requests::default(),
            users,
            kafka,
            meshes,
            timeline: Timeline::default(),
        };
        world.seat_pods();
        world
    }
}

impl<O: Observer> World<'_, O> {
    /// Fills the pools to their minimum, starts the arrival streams and sets the first mark.
    pub(super) fn start(&mut self, stopped: &dyn Fn() -> bool) {
        let root = Key::root(self.run.seed, self.run.replication);
        let first = if self.run.warm_up == Span::ZERO { self.run.bin } else { self.run.warm_up };
        self.agenda.set(SLOT_MARK, Time::ZERO + first, Class::Observe);
        self.start_pods();
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
        self.start_sources(root.named("records"));
        self.start_closed(root.named("virtual users"));
        self.drain();
    }

    /// Runs until the end, or until `stopped`; returns whether the end was reached.
    pub(super) fn run(&mut self, stopped: &dyn Fn() -> bool) -> bool {
        if stopped() {
            return false;
        }
        while let Some((at, slot)) = self.agenda.pop_until(self.last_mark) {
            self.fire(at, slot);
            if self.events.is_multiple_of(BETWEEN_LOOKS) && stopped() {
                return false;
            }
        }
        while self.end > self.last_mark
            && self.observer.awaits()
            && let Some((at, slot)) = self.agenda.pop_until(self.end)
        {
            self.fire(at, slot);
            if self.events.is_multiple_of(BETWEEN_LOOKS) && stopped() {
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
        self.events += 1;
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
        while let Some(id) = self.requests.next_ready() {
            self.step(id);
        }
        if self.meshes.has_granted() {
            self.let_go_on();
        }
        if self.resources.have_changed() {
            self.settle_processor();
        }
    }

    #[inline(never)]
    fn let_go_on(&mut self) {
        while let Some(id) = self.meshes.next_granted() {
            self.send_try(id);
            while let Some(id) = self.requests.next_ready() {
                self.step(id);
            }
        }
    }

    fn mark(&mut self) {
        self.tell_of_devices();
        self.tell_of_nodes();
        self.tell_of_credits();
        self.tell_of_volumes();
        self.observer.mark(self.now);
        if cfg!(debug_assertions) {
            self.audit();
        }
        if self.now < self.last_mark {
            self.agenda.set(SLOT_MARK, self.now + self.run.bin, Class::Observe);
        }
    }

    #[inline]
    pub(super) fn record(&mut self, record: Record<'_>) {
        self.observer.record(self.now, record);
    }

    #[inline]
    pub(super) fn level(&mut self, station: u32, busy: f64, waiting: i64) {
        self.observer.level(self.now, station, busy, waiting);
    }

    /// Reports a change of the number in service that leaves the queue unchanged.
    #[inline]
    pub(super) fn busy(&mut self, station: u32, change: f64) {
        self.observer.busy(self.now, station, change);
    }
}
