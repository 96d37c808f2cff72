//! Connection pool with the behaviour of `HikariCP`.
//!
//! A request takes a free connection, the most recently used first. Where there is none it queues.
//! A returned connection is free at once: it is offered to the first in line, which must wake up,
//! and takes it then if it is still free. A request that arrives in between takes it instead, and
//! the waiter that was offered it queues again, at the tail and with the rest of its time. With a
//! wake-up time of zero the first in line gets the connection directly, strictly in order. A wait
//! beyond the timeout fails. One adder opens connections one at a time, pausing after each, and
//! only while there are fewer than the maximum and either too few are idle or more wait than are
//! idle. A housekeeper closes connections that were idle too long, down to the minimum.
//! (`HikariPool.java` of 5.1 and 6.0.)
//!
//! Behaviour of `ConcurrentBag.java`, in 2.7.9, 4.0.3, 5.0.1, 5.1.0, 6.0.0 and after:
//! - `requite` sets the state to `NOT_IN_USE` first. While there are waiters it then offers the
//!   connection to the head of a fair `SynchronousQueue`, and ends when that succeeds or the state
//!   has changed; only without waiters does it put the connection on the thread's own list (of at
//!   most 50, later 16).
//! - `borrow` looks through the thread's own list, last returned first, then counts itself among
//!   the waiters and looks through the shared list, then polls the queue; each connection is taken
//!   by a compare-and-set from `NOT_IN_USE` to `IN_USE`. A poll that ends with a connection whose
//!   compare-and-set fails deducts the time from the remaining one, and polls again, at the tail,
//!   if that is more than 10 µs.
//! - `add` offers a new connection like a returned one.
//!
//! So a connection that a thread has just returned while others wait is on no list of its own, but
//! the thread finds it in the shared one, free until the waiter is awake. The own list decides only
//! which of several free connections a thread takes: connections are interchangeable here, and the
//! most recently used goes first. A thread that returns a connection while all waiters are waking
//! up spins until one of them queues again; here the connection is idle and is offered to that one
//! then, and the thread continues.

use std::collections::VecDeque;

use crate::units::{Span, Time};

/// Marks an idle connection that is offered to no waiter.
const NOBODY: u32 = u32::MAX;
/// Remaining time at which a waiter that woke up in vain gives up (`ConcurrentBag.borrow`).
const TOO_LITTLE: Span = Span(10_000);

/// An idle connection.
#[derive(Clone, Copy, Debug)]
struct Idle {
    since: Time,
    /// Waiter that was offered it and is waking up, or [`NOBODY`].
    offered: u32,
}

/// A waiter in the queue.
#[derive(Clone, Copy, Debug)]
struct Waiter {
    who: u32,
    since: Time,
    /// Whether it has woken up in vain, so that it stands behind later arrivals.
    again: bool,
}

/// Hand-over of a returned or new connection to a waiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handed {
    /// The first in line takes it.
    Taken(u32),
    /// The first in line is offered it and must wake up.
    Offered(u32),
}

/// Outcome of a wake-up for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// It has the connection.
    Takes,
    /// Another request took it, and the time is up.
    Fails,
    /// Another request took it; the waiter queues again at the tail.
    Waits,
    /// Another request took it, and another connection was free: the waiter is offered that one.
    Offered,
}

/// A connection pool.
#[derive(Clone, Debug)]
pub struct Pool {
    maximum: u32,
    minimum_idle: u32,
    /// Whether the first in line gets a connection directly, without waking up.
    direct: bool,
    /// Idle connections; the most recently used is handed out first.
    idle: Vec<Idle>,
    in_use: u32,
    /// Waiters in the queue.
    waiting: VecDeque<Waiter>,
    /// Number of them that have woken up in vain.
    again: u32,
    /// Waiters that were offered a connection and are waking up.
    waking: Vec<Waiter>,
}

impl Pool {
    /// Creates a pool with `open` idle connections, whose waiters need `wake_up` to wake up.
    pub fn new(maximum: u32, minimum_idle: u32, open: u32, wake_up: Span) -> Pool {
        debug_assert!(maximum > 0 && minimum_idle <= maximum && open <= maximum);
        Pool {
            maximum,
            minimum_idle,
            direct: wake_up == Span::ZERO,
            idle: vec![Idle { since: Time::ZERO, offered: NOBODY }; open as usize],
            in_use: 0,
            waiting: VecDeque::new(),
            again: 0,
            waking: Vec::new(),
        }
    }

    /// Invariant: no waiter is queued while an idle connection is offered to none, and there are
    /// never more connections than the maximum.
    fn assert_sound(&self) {
        debug_assert!(
            self.waiting.is_empty() || self.idle.iter().all(|idle| idle.offered != NOBODY),
            "a wake-up is lost"
        );
        debug_assert!(self.open() <= self.maximum, "more connections than the maximum");
        debug_assert!(
            self.idle.is_sorted_by_key(|idle| idle.since),
            "the longest idle are in front"
        );
    }

    /// Returns the number of open connections.
    #[inline]
    pub fn open(&self) -> u32 {
        self.idle.len() as u32 + self.in_use
    }

    /// Returns the number of connections in use.
    pub fn in_use(&self) -> u32 {
        self.in_use
    }

    /// Returns the number of waiters, including those waking up.
    #[inline]
    pub fn waiting(&self) -> usize {
        self.waiting.len() + self.waking.len()
    }

    /// Takes an idle connection, or queues. Returns true when a connection was granted.
    #[inline]
    pub fn acquire(&mut self, now: Time, who: u32) -> bool {
        self.assert_sound();
        if self.idle.pop().is_some() {
            self.in_use += 1;
            true
        } else {
            self.queue(now, who);
            false
        }
    }

    /// Queues, even if a connection is free.
    #[inline]
    pub fn queue(&mut self, now: Time, who: u32) {
        self.waiting.push_back(Waiter { who, since: now, again: false });
    }

    /// Whether the connection that would be handed out next was returned at this instant and a
    /// waiter is waking up for it.
    #[inline]
    pub fn is_contested(&self, now: Time) -> bool {
        !self.waking.is_empty()
            && self.idle.last().is_some_and(|idle| idle.offered != NOBODY && idle.since == now)
    }

    /// Returns a connection to the pool: the first in line gets it or wakes up for it, else it is
    /// idle.
    #[inline]
    pub fn release(&mut self, now: Time) -> Option<Handed> {
        debug_assert!(self.in_use > 0, "more connections returned than taken");
        self.in_use -= 1;
        self.put(now)
    }

    /// Adds a new connection: the first in line gets it or wakes up for it, else it is idle.
    pub fn opened(&mut self, now: Time) -> Option<Handed> {
        debug_assert!(self.open() < self.maximum, "more connections than the maximum");
        self.put(now)
    }

    #[inline]
    fn put(&mut self, now: Time) -> Option<Handed> {
        let Some(first) = self.waiting.pop_front() else {
            self.idle.push(Idle { since: now, offered: NOBODY });
            self.assert_sound();
            return None;
        };
        if self.direct {
            self.in_use += 1;
            return Some(Handed::Taken(first.who));
        }
        self.again -= u32::from(first.again);
        self.idle.push(Idle { since: now, offered: first.who });
        self.waking.push(first);
        Some(Handed::Offered(first.who))
    }

    /// Handles the wake-up of a waiter that was offered a connection.
    pub fn wake(&mut self, now: Time, who: u32, timeout: Span) -> Woken {
        let Some(place) = self.waking.iter().position(|waiter| waiter.who == who) else {
            debug_assert!(false, "somebody wakes up who was offered nothing");
            return Woken::Fails;
        };
        let waiter = Waiter { again: true, ..self.waking.remove(place) };
        if let Some(place) = self.idle.iter().rposition(|idle| idle.offered == who) {
            self.idle.remove(place);
            self.in_use += 1;
            self.assert_sound();
            return Woken::Takes;
        }
        if waiter.since + timeout <= now + TOO_LITTLE {
            return Woken::Fails;
        }
        // A connection returned while all waiters were waking up is still to be offered.
        if let Some(idle) = self.idle.iter_mut().find(|idle| idle.offered == NOBODY) {
            idle.offered = who;
            self.waking.push(waiter);
            return Woken::Offered;
        }
        self.waiting.push_back(waiter);
        self.again += 1;
        Woken::Waits
    }

    /// Whether the adder should open another connection.
    #[inline]
    pub fn should_open(&self) -> bool {
        let idle = self.idle.len();
        self.open() < self.maximum && (idle < self.minimum_idle as usize || self.waiting() > idle)
    }

    /// Returns when the next waiter in the queue times out.
    pub fn deadline(&self, timeout: Span) -> Time {
        // The queue is in order of arrival, except for those that have woken up in vain.
        let looked_at = if self.again == 0 { 1 } else { self.waiting.len() };
        let since = self.waiting.iter().take(looked_at).map(|waiter| waiter.since).min();
        since.map_or(Time::NEVER, |since| since + timeout)
    }

    /// Removes the first waiter that has waited `timeout` by now.
    pub fn expire(&mut self, now: Time, timeout: Span) -> Option<u32> {
        let looked_at = if self.again == 0 { 1 } else { self.waiting.len() };
        let due = |waiter: &Waiter| waiter.since + timeout <= now;
        let place = self.waiting.iter().take(looked_at).position(due)?;
        let waiter = self.waiting.remove(place)?;
        self.again -= u32::from(waiter.again);
        Some(waiter.who)
    }

    /// Closes connections idle for `idle_timeout` or longer, oldest first, down to the minimum;
    /// returns their number.
    pub fn trim(&mut self, now: Time, idle_timeout: Span) -> u32 {
        let surplus = self.idle.len().saturating_sub(self.minimum_idle as usize);
        // The most recently used is at the end, so the longest idle are in front.
        let old = self.idle.iter().take_while(|idle| now - idle.since >= idle_timeout).count();
        let closed = surplus.min(old);
        self.idle.drain(..closed);
        self.assert_sound();
        closed as u32
    }
}

#[cfg(test)]
mod tests;
