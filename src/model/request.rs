//! Requests in flight: the state of each, in a reusable slab.

mod life;
mod program;

use std::collections::VecDeque;

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
    pub(crate) key: Key,
    /// Key of the user's request that it descends from, and the time of that.
    pub(crate) flow: Key,
    pub(crate) flow_started: Time,
    pub(crate) arrived: Time,
    pub(crate) phase_since: Time,
    pub(crate) spent: Spent,
    pub(crate) phase: Phase,
    pub(crate) timer: Timer,
    pub(crate) origin: Origin,
    pub(crate) generation: u32,
    /// Number of times that the user has made this request before.
    pub(crate) tries: u32,
    /// Program counter, an index into the spec's ops.
    pub(crate) pc: u32,
    pub(crate) endpoint: Id,
    pub(crate) pod: u32,
    /// Remaining parts of the current step: cache commands, storage operations.
    pub(crate) left: u32,
    /// Request made by its latest call.
    pub(crate) callee: u32,
    /// Pool, among those of all pods, whose connection it waits for or last waited for; and how
    /// long it holds that.
    pub(crate) pool: u32,
    pub(crate) hold: Hold,
    /// Lock that it waits for, or last waited for.
    pub(crate) lock: Id,
    /// Connection held until the end of the response, or [`NONE`].
    pub(crate) session: u32,
    /// Connections of open transactions, innermost last; [`NONE`] for one that reuses the request's
    /// own.
    pub(crate) transactions: Vec<u32>,
    /// Locks held, innermost last.
    pub(crate) locks: Vec<u32>,
    /// Whether the slab entry is in use.
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

    /// Whether a user is waiting for it now, rather than backing off before a retry.
    pub(crate) fn is_asked_by_user(&self) -> bool {
        self.origin.is_user() && (self.tries == 0 || self.pod != NONE)
    }

    /// Stores a granted connection: for the whole request, or for its innermost transaction.
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

    /// Attributes the time until `now` to the phase that ends, and begins `phase`.
    #[inline]
    pub(crate) fn enter(&mut self, now: Time, phase: Phase) {
        self.spent[self.phase as usize] += (now - self.phase_since).0;
        self.phase = phase;
        self.phase_since = now;
    }
}

/// Ready list: runnable requests in the order in which they became so. Usually it holds one.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
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

/// Slab of all requests in flight; its size grows with their maximum number, not with time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests {
    all: Vec<Request>,
    free: Vec<u32>,
}

impl Requests {
    /// Allocates a request that begins at `now`; the caller fills in the rest.
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

    /// Frees a request; its number and generation no longer resolve.
    #[inline]
    pub(crate) fn end(&mut self, id: u32) {
        let request = &mut self.all[id as usize];
        debug_assert!(request.alive && request.transactions.is_empty() && request.locks.is_empty());
        request.alive = false;
        request.generation = request.generation.wrapping_add(1);
        self.free.push(id);
    }

    /// Returns the requests that a pod has in work or in its queues.
    pub(crate) fn on_pod(&self, pod: u32) -> impl Iterator<Item = u32> {
        let here = move |(_, request): &(u32, &Request)| request.alive && request.pod == pod;
        (0..).zip(&self.all).filter(here).map(|(id, _)| id)
    }

    /// Duplicates the entry of a request; the duplicate holds nothing.
    pub(crate) fn copy(&mut self, id: u32) -> u32 {
        let Request { key, origin, arrived, endpoint, phase, phase_since, spent, tries, .. } =
            self.all[id as usize];
        let (copy, request) = self.begin(arrived, key, origin);
        (request.endpoint, request.pod, request.tries) = (endpoint, NONE, tries);
        (request.phase, request.phase_since, request.spent) = (phase, phase_since, spent);
        copy
    }

    /// Returns all slab entries with their numbers, including free ones.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (u32, &Request)> {
        (0..).zip(&self.all)
    }

    /// Returns the request at an index, if it was ever allocated.
    pub(crate) fn get(&self, id: u32) -> Option<&Request> {
        self.all.get(id as usize)
    }

    /// Returns the requests in flight.
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
