//! Requests in flight: the state of each, in a reusable slab. Others read it, and change it only by
//! what may happen to a request.

mod call;
mod life;
mod lost;
mod program;

use std::collections::VecDeque;

use super::run::Cost;
use super::spec::{Hold, Id};
use crate::observe::{Phase, Spent};
use crate::random::Key;
use crate::units::{Span, Time};

/// Sender of a request, which receives its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A user with a single request, without a session.
    Visitor,
    /// A user in a session: index and generation in the users' slab.
    User(u32),
    /// A request that waits for this one.
    Caller { caller: u32, generation: u32 },
    /// A caller's proxy: the request that this is a try of.
    Try(u32),
    /// Orphaned: no one waits for the answer.
    Nobody,
    /// A consumer thread that processes a record.
    Consumer(u32),
}

impl Origin {
    /// Whether the sender is a user.
    pub(crate) fn is_user(self) -> bool {
        matches!(self, Origin::Visitor | Origin::User(_))
    }
}

/// Meaning of a request's timer when it fires, with the data that the rest of its step needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// The request reaches the load balancer.
    Arrive,
    /// The step is over: continue with the next.
    Proceed,
    /// The statements have reached the database, with this demand on its processor.
    ReachDatabase { database: Id, demand: Span },
    /// A storage operation of this database has completed.
    StorageDone(Id),
    /// A shard has answered a command.
    CacheAnswered { shard: Id, commands: Commands },
    /// A cache command has timed out.
    CacheLost,
    /// The call to a service has timed out.
    CallTimeout,
    /// The timeout of the mesh over all tries has expired.
    MeshTimeout,
    /// The thread was offered a connection, and has woken up.
    WakeUp,
}

/// Cache commands of a step, each with a service time of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Commands {
    /// First shard of the cache.
    pub(crate) cache: Id,
    /// Sampler of the service time of one command.
    pub(crate) time: Id,
    /// Draw number of the step.
    pub(crate) draw: u64,
}

/// Null index for connections and requests; marks a transaction that reuses the connection of its
/// request.
pub(crate) const NONE: u32 = u32::MAX;

/// Null index for pods: marks a request in its caller's proxy, while pods have tries of it.
pub(crate) const PROXY: u32 = u32::MAX - 1;

/// A request in flight: 256 bytes, so that its address in the slab is a shift of its number.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Key from which all its draws are derived.
    key: Key,
    /// Key of the user's request that it descends from, and the time of that.
    flow: Key,
    flow_started: Time,
    arrived: Time,
    phase_since: Time,
    spent: Spent,
    phase: Phase,
    timer: Timer,
    origin: Origin,
    generation: u32,
    /// Number of times that the user has made this request before.
    tries: u32,
    /// Program counter, an index into the spec's ops.
    pc: u32,
    endpoint: Id,
    pod: u32,
    /// Remaining parts of the current step: cache commands, storage operations.
    left: u32,
    /// Request made by its latest call.
    callee: u32,
    /// Pool, among those of all pods, whose connection it waits for or last waited for; and how
    /// long it holds that.
    pool: u32,
    hold: Hold,
    /// Lock that it waits for, or last waited for.
    lock: Id,
    /// Connection held until the end of the response, or [`NONE`].
    session: u32,
    /// Connections of open transactions, innermost last; [`NONE`] for one that reuses the request's
    /// own.
    transactions: Vec<u32>,
    /// Locks held, innermost last.
    locks: Vec<u32>,
    /// Whether the slab entry is in use.
    alive: bool,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Request>() == 256, "a place is no shift of a number");

impl Request {
    fn blank() -> Request {
        Request {
            key: Key::default(),
            flow: Key::default(),
            flow_started: Time::ZERO,
            arrived: Time::ZERO,
            phase_since: Time::ZERO,
            spent: Spent::default(),
            phase: Phase::ThreadWait,
            timer: Timer::Proceed,
            origin: Origin::Nobody,
            generation: 0,
            tries: 0,
            pc: 0,
            endpoint: 0,
            pod: 0,
            left: 0,
            callee: NONE,
            pool: NONE,
            hold: Hold::Transaction,
            lock: 0,
            session: NONE,
            transactions: Vec::new(),
            locks: Vec::new(),
            alive: false,
        }
    }

    /// Returns the key that all its draws follow from.
    #[inline]
    pub(crate) fn key(&self) -> Key {
        self.key
    }

    /// Returns the key of the user's request that it descends from, and the time of that.
    #[inline]
    pub(crate) fn flow(&self) -> (Key, Time) {
        (self.flow, self.flow_started)
    }

    #[inline]
    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    #[inline]
    pub(crate) fn endpoint(&self) -> Id {
        self.endpoint
    }

    /// Returns its pod: [`NONE`] on its way or after its pod has died, [`PROXY`] in a proxy.
    #[inline]
    pub(crate) fn pod(&self) -> u32 {
        self.pod
    }

    #[inline]
    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    #[inline]
    pub(crate) fn timer(&self) -> Timer {
        self.timer
    }

    /// Returns the number of times that the user has made this request before.
    pub(crate) fn tries(&self) -> u32 {
        self.tries
    }

    /// Returns the number of remaining parts of the current step.
    #[inline]
    pub(crate) fn left(&self) -> u32 {
        self.left
    }

    /// Returns the request made by its latest call.
    pub(crate) fn callee(&self) -> u32 {
        self.callee
    }

    /// Returns the pool whose connection it waits for or last waited for.
    #[inline]
    pub(crate) fn pool(&self) -> u32 {
        self.pool
    }

    /// Returns the lock that it waits for or last waited for.
    pub(crate) fn lock(&self) -> Id {
        self.lock
    }

    /// Returns the locks that it holds, innermost last.
    #[inline]
    pub(crate) fn locks(&self) -> &[Id] {
        &self.locks
    }

    /// Returns the pools whose connections it holds, one for each.
    pub(crate) fn connections(&self) -> impl Iterator<Item = u32> {
        let all = self.transactions.iter().chain([&self.session]).copied();
        all.filter(|pool| *pool != NONE)
    }

    /// Whether it is in flight and not yet answered, failed or forgotten.
    pub(crate) fn is_alive(&self) -> bool {
        self.alive
    }

    /// Returns its time since arrival.
    pub(crate) fn age(&self, now: Time) -> Span {
        now - self.arrived
    }

    /// Returns its time in the current phase.
    #[inline]
    pub(crate) fn in_phase(&self, now: Time) -> Span {
        now - self.phase_since
    }

    /// Whether a user is waiting for it now, rather than backing off before a retry.
    pub(crate) fn is_asked_by_user(&self) -> bool {
        self.origin.is_user() && (self.tries == 0 || self.pod != NONE)
    }

    /// Whether its thread has reached it at this instant, directly from another request.
    pub(crate) fn is_next_of_its_thread(&self, now: Time) -> bool {
        let queued = self.spent[Phase::ThreadWait as usize];
        queued > 0 && self.arrived + Span(queued) == now
    }

    /// Stores a granted connection: for the whole request, or for its innermost transaction.
    #[inline]
    fn keep(&mut self, pool: u32, hold: Hold) {
        match hold {
            Hold::Request => {
                self.session = pool;
                self.transactions.push(NONE);
            }
            Hold::Transaction => self.transactions.push(pool),
        }
    }

    /// Attributes the time until `now` to the phase that ends, and begins `phase`.
    #[inline]
    fn enter(&mut self, now: Time, phase: Phase) {
        self.spent[self.phase as usize] += (now - self.phase_since).0;
        self.phase = phase;
        self.phase_since = now;
    }
}

/// Ready list: runnable requests in the order in which they became so. Usually it holds one.
#[derive(Clone, Debug)]
struct Ready {
    /// The first, or [`NONE`]; the queue is non-empty only while there is a first.
    first: u32,
    others: VecDeque<u32>,
}

impl Default for Ready {
    fn default() -> Ready {
        Ready { first: NONE, others: VecDeque::new() }
    }
}

impl Ready {
    #[inline]
    fn is_empty(&self) -> bool {
        self.first == NONE
    }

    #[inline]
    fn push(&mut self, id: u32) {
        if self.is_empty() {
            self.first = id;
        } else {
            self.others.push_back(id);
        }
    }

    #[inline]
    fn pop(&mut self) -> Option<u32> {
        if self.is_empty() {
            return None;
        }
        let next = self.others.pop_front().unwrap_or(NONE);
        Some(std::mem::replace(&mut self.first, next))
    }
}

/// All requests in flight: a slab, whose size grows with their maximum number, not with time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests {
    all: Vec<Request>,
    free: Vec<u32>,
    ready: Ready,
    in_flight: u64,
    /// Maximum number in flight when one was made.
    most: u64,
    /// Requests and records completed.
    completions: u64,
    /// Requests, sessions and records that exceeded the capacity of the model itself.
    no_room: u64,
}

impl Requests {
    /// Allocates a request that begins at `now`; the caller fills in the rest.
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    fn begin(&mut self, now: Time, key: Key, origin: Origin) -> (u32, &mut Request) {
        let id = self.free.pop().unwrap_or_else(|| {
            self.all.push(Request::blank());
            (self.all.len() - 1) as u32
        });
        self.in_flight += 1;
        let request = &mut self.all[id as usize];
        request.key = key;
        request.flow = key;
        request.flow_started = now;
        request.arrived = now;
        request.phase_since = now;
        request.spent = Spent::default();
        request.phase = Phase::ThreadWait;
        request.origin = origin;
        request.session = NONE;
        request.tries = 0;
        request.alive = true;
        (id, request)
    }

    /// Frees a request; its number and generation no longer resolve.
    #[inline]
    fn end(&mut self, id: u32) {
        let request = &mut self.all[id as usize];
        debug_assert!(request.alive && request.transactions.is_empty() && request.locks.is_empty());
        request.alive = false;
        request.generation = request.generation.wrapping_add(1);
        self.free.push(id);
        self.in_flight -= 1;
    }

    /// Duplicates the entry of a request; the duplicate holds nothing.
    fn copy(&mut self, id: u32) -> u32 {
        let Request { key, origin, arrived, endpoint, phase, phase_since, spent, tries, .. } =
            self.all[id as usize];
        let (copy, request) = self.begin(arrived, key, origin);
        (request.endpoint, request.pod, request.tries) = (endpoint, NONE, tries);
        (request.phase, request.phase_since, request.spent) = (phase, phase_since, spent);
        copy
    }

    #[inline]
    fn at(&mut self, id: u32) -> &mut Request {
        &mut self.all[id as usize]
    }

    /// Returns the requests that a pod has in work or in its queues.
    fn on_pod(&self, pod: u32) -> impl Iterator<Item = u32> {
        self.numbered().filter(move |(_, request)| request.pod == pod).map(|(id, _)| id)
    }

    /// Returns the requests in flight with their numbers.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (u32, &Request)> {
        (0..).zip(&self.all).filter(|(_, request)| request.alive)
    }

    /// Returns the requests in flight.
    pub(crate) fn alive(&self) -> impl Iterator<Item = &Request> {
        self.all.iter().filter(|request| request.alive)
    }

    /// Returns the request at an index, if it is in flight.
    pub(crate) fn get(&self, id: u32) -> Option<&Request> {
        self.all.get(id as usize).filter(|request| request.alive)
    }

    /// Returns the request that once had this number and generation, if it is still in flight.
    pub(crate) fn resolve(&self, id: u32, generation: u32) -> Option<&Request> {
        self.get(id).filter(|request| request.generation == generation)
    }

    /// Returns a request as the origin of those that it makes.
    pub(crate) fn as_caller(&self, caller: u32) -> Origin {
        Origin::Caller { caller, generation: self[caller].generation }
    }

    /// Returns the number of requests in flight.
    #[inline]
    pub(crate) fn in_flight(&self) -> u64 {
        self.in_flight
    }

    /// Counts a request, session or record that the model has no room for.
    #[inline]
    pub(crate) fn has_no_room(&mut self) {
        self.no_room += 1;
    }

    /// Returns what the requests of a run, which `unanswered` end with, have cost.
    pub(crate) fn cost(&self, events: u64, unanswered: u64) -> Cost {
        let Requests { completions, most, no_room, .. } = *self;
        Cost { events, completions, unanswered, in_flight_most: most, no_room }
    }

    /// Puts a request that waited on the ready list.
    #[inline]
    pub(crate) fn make_ready(&mut self, id: u32) {
        self.ready.push(id);
    }

    /// Takes the first request from the ready list.
    #[inline]
    pub(crate) fn next_ready(&mut self) -> Option<u32> {
        self.ready.pop()
    }

    /// Whether the ready list is empty.
    #[inline]
    pub(crate) fn nobody_is_ready(&self) -> bool {
        self.ready.is_empty()
    }

    /// Notes that a request is at a pod, or in its caller's [`PROXY`].
    #[inline]
    pub(crate) fn place(&mut self, id: u32, pod: u32) {
        self.at(id).pod = pod;
    }

    /// Makes a request one that no one waits for.
    pub(crate) fn orphan(&mut self, id: u32) {
        self.at(id).origin = Origin::Nobody;
    }

    /// Ends a part of the current step; returns whether others are left.
    #[inline]
    pub(crate) fn end_part(&mut self, id: u32) -> bool {
        let request = self.at(id);
        request.left -= 1;
        request.left > 0
    }

    /// Whether a request has a connection of its own that a transaction can reuse; the transaction
    /// has begun then.
    #[inline]
    pub(crate) fn reuses_connection(&mut self, id: u32, hold: Hold) -> bool {
        let request = self.at(id);
        let reuses = hold == Hold::Request && request.session != NONE;
        if reuses {
            request.transactions.push(NONE);
        }
        reuses
    }

    /// Gives a request a connection of a pool, without a wait.
    #[inline]
    pub(crate) fn take_connection(&mut self, id: u32, pool: u32, hold: Hold) {
        self.at(id).keep(pool, hold);
    }

    /// Notes which connection a request waits for, and how long it will hold that.
    #[inline]
    pub(crate) fn await_connection(&mut self, id: u32, pool: u32, hold: Hold) {
        let request = self.at(id);
        (request.pool, request.hold) = (pool, hold);
    }

    /// Gives a request the connection that it waited for, and makes it ready.
    #[inline]
    pub(crate) fn grant_connection(&mut self, id: u32, pool: u32) {
        let request = self.at(id);
        request.keep(pool, request.hold);
        self.ready.push(id);
    }

    /// Gives a request a lock.
    pub(crate) fn take_lock(&mut self, id: u32, lock: Id) {
        self.at(id).locks.push(lock);
    }

    /// Notes which lock a request waits for.
    pub(crate) fn await_lock(&mut self, id: u32, lock: Id) {
        self.at(id).lock = lock;
    }

    /// Takes the innermost lock from a request.
    #[inline]
    pub(crate) fn drop_lock(&mut self, id: u32) -> Option<Id> {
        self.at(id).locks.pop()
    }

    /// Makes the time of a request in a proxy that of the try that has answered it, and of the mesh
    /// before that.
    pub(crate) fn answer_by_try(&mut self, id: u32, answer: u32, now: Time) {
        let Request { arrived, spent, .. } = self.all[answer as usize];
        let request = self.at(id);
        let before = (arrived - request.arrived).0;
        (request.spent, request.phase_since) = (spent, now);
        request.spent[Phase::Mesh as usize] += before;
    }
}

impl std::ops::Index<u32> for Requests {
    type Output = Request;
    #[inline]
    fn index(&self, id: u32) -> &Request {
        &self.all[id as usize]
    }
}
