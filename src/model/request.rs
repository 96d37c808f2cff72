//! Requests in flight: what the model remembers of each, in a slab that is reused.

mod life;
mod program;

use std::collections::VecDeque;

use super::spec::{Hold, Id};
use crate::observe::{Phase, Spent};
use crate::random::Key;
use crate::units::{Span, Time};

/// Sender of a request, to whom its answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A user who makes one request and is gone.
    Visitor,
    /// A user in a session: index and generation in the users' slab.
    User(u32),
    /// A request that waits for this one.
    Caller { caller: u32, generation: u32 },
    /// A caller's proxy: the request that this is a try of.
    Try(u32),
    /// Nobody waits.
    Nobody,
    /// A consumer thread at work on a record.
    Consumer(u32),
}

impl Origin {
    /// Whether a user waits for it.
    pub(crate) fn is_user(self) -> bool {
        matches!(self, Origin::Visitor | Origin::User(_))
    }
}

/// Meaning of a request's timer when it fires, with what the rest of its step needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// It reaches the balancer.
    Arrive,
    /// The step is over: go on with the next.
    Proceed,
    /// The statements have reached the database, where they take this time of its processor.
    ReachDatabase { database: Id, demand: Span },
    /// A storage operation of this database is done.
    StorageDone(Id),
    /// A shard has answered a command.
    CacheAnswered { shard: Id, commands: Commands },
    /// A cache command has waited in vain.
    CacheLost,
    /// The called service has taken too long.
    CallTimeout,
    /// The mesh before it has waited long enough, over all tries.
    MeshTimeout,
    /// It was offered a connection, and is awake.
    WakeUp,
}

/// Commands of a step to a cache: each has the server for a time of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Commands {
    /// First shard of the cache.
    pub(crate) cache: Id,
    /// Sampler of the server's time for one command.
    pub(crate) time: Id,
    /// Number of the step's draw.
    pub(crate) draw: u64,
}

/// No connection, and no request: marks a transaction that runs on the connection of its request.
pub(crate) const NONE: u32 = u32::MAX;

/// No pod: marks a request that is with its caller's proxy, while pods have tries of it.
pub(crate) const PROXY: u32 = u32::MAX - 1;

/// A request in flight: 256 bytes, so that its place in the slab is a shift of its number.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Identity: all its draws come from here.
    pub(crate) key: Key,
    /// Identity of the user's request that it goes back to, and when that was made.
    pub(crate) flow: Key,
    pub(crate) flow_started: Time,
    pub(crate) arrived: Time,
    pub(crate) phase_since: Time,
    pub(crate) spent: Spent,
    pub(crate) phase: Phase,
    pub(crate) timer: Timer,
    pub(crate) origin: Origin,
    pub(crate) generation: u32,
    /// How often the user has asked for this before.
    pub(crate) tries: u32,
    /// Next step, an index into the description's ops.
    pub(crate) pc: u32,
    pub(crate) endpoint: Id,
    pub(crate) pod: u32,
    /// Pieces of the current step still to do: cache commands, storage operations.
    pub(crate) left: u32,
    /// The request that it made in its latest call.
    pub(crate) callee: u32,
    /// The pool, among those of all pods, whose connection it waits for, or waited for last; and how long
    /// it keeps that.
    pub(crate) pool: u32,
    pub(crate) hold: Hold,
    /// The lock that it waits for, or waited for last.
    pub(crate) lock: Id,
    /// Connection held to the end of the response, or [`NONE`].
    pub(crate) session: u32,
    /// Connections of open transactions, innermost last; [`NONE`] for one on the request's own.
    pub(crate) transactions: Vec<u32>,
    /// Locks held, innermost last.
    pub(crate) locks: Vec<u32>,
    /// Whether a slab entry is in use.
    pub(crate) alive: bool,
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

    /// Whether a user waits for it now, and not before asking again.
    pub(crate) fn is_asked_by_user(&self) -> bool {
        self.origin.is_user() && (self.tries == 0 || self.pod != NONE)
    }

    /// A connection is granted: to the whole request, or to its innermost transaction.
    #[inline]
    pub(crate) fn keep(&mut self, pool: u32, hold: Hold) {
        match hold {
            Hold::Request => {
                self.session = pool;
                self.transactions.push(NONE);
            }
            Hold::Transaction => self.transactions.push(pool),
        }
    }

    /// Time until `now` belongs to the phase that ends; `phase` begins.
    #[inline]
    pub(crate) fn enter(&mut self, now: Time, phase: Phase) {
        self.spent[self.phase as usize] += (now - self.phase_since).0;
        self.phase = phase;
        self.phase_since = now;
    }
}

/// Requests that can go on, in the order in which it became so. Mostly it is one.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    /// The first, or [`NONE`]; others only while there is a first.
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
    pub(crate) fn is_empty(&self) -> bool {
        self.first == NONE
    }

    #[inline]
    pub(crate) fn push(&mut self, id: u32) {
        if self.is_empty() {
            self.first = id;
        } else {
            self.others.push_back(id);
        }
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<u32> {
        if self.is_empty() {
            return None;
        }
        let next = self.others.pop_front().unwrap_or(NONE);
        Some(std::mem::replace(&mut self.first, next))
    }
}

/// All requests in flight; memory grows with their largest number, never with time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests {
    all: Vec<Request>,
    free: Vec<u32>,
}

impl Requests {
    /// A request that begins at `now`; the caller fills in the rest.
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    pub(crate) fn begin(&mut self, now: Time, key: Key, origin: Origin) -> (u32, &mut Request) {
        let id = self.free.pop().unwrap_or_else(|| {
            self.all.push(Request::blank());
            (self.all.len() - 1) as u32
        });
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

    /// A request is over; whoever still holds its number and generation will not find it.
    #[inline]
    pub(crate) fn end(&mut self, id: u32) {
        let request = &mut self.all[id as usize];
        debug_assert!(request.alive && request.transactions.is_empty() && request.locks.is_empty());
        request.alive = false;
        request.generation = request.generation.wrapping_add(1);
        self.free.push(id);
    }

    /// Those that a pod works on or has in its queues.
    pub(crate) fn on_pod(&self, pod: u32) -> impl Iterator<Item = u32> {
        let here = move |(_, request): &(u32, &Request)| request.alive && request.pod == pod;
        (0..).zip(&self.all).filter(here).map(|(id, _)| id)
    }

    /// A second entry for a request, which holds nothing.
    pub(crate) fn copy(&mut self, id: u32) -> u32 {
        let Request { key, origin, arrived, endpoint, phase, phase_since, spent, tries, .. } =
            self.all[id as usize];
        let (copy, request) = self.begin(arrived, key, origin);
        (request.endpoint, request.pod, request.tries) = (endpoint, NONE, tries);
        (request.phase, request.phase_since, request.spent) = (phase, phase_since, spent);
        copy
    }

    /// Requests by their numbers, and places that are free.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (u32, &Request)> {
        (0..).zip(&self.all)
    }

    /// The request at a place, if there ever was one.
    pub(crate) fn get(&self, id: u32) -> Option<&Request> {
        self.all.get(id as usize)
    }

    /// Requests in flight.
    pub(crate) fn in_flight(&self) -> impl Iterator<Item = &Request> {
        self.all.iter().filter(|request| request.alive)
    }
}

impl std::ops::Index<u32> for Requests {
    type Output = Request;
    #[inline]
    fn index(&self, id: u32) -> &Request {
        &self.all[id as usize]
    }
}

impl std::ops::IndexMut<u32> for Requests {
    #[inline]
    fn index_mut(&mut self, id: u32) -> &mut Request {
        &mut self.all[id as usize]
    }
}
