//! A connection pool as `HikariCP` runs it.
//!
//! Who asks takes a free connection, the last used first. Where there is none it gets in line. A
//! connection that comes back is free at once: the first in line is offered it, must wake up, and takes
//! it then if it is still free. Whoever asks in between takes it instead, and the one that was offered it
//! gets in line again, behind the others and with what is left of its time. With a wake-up of no time the
//! first in line has the connection directly, strictly in order. Whoever waits longer than the timeout
//! fails. One adder opens connections one at a time, pausing after each, and only while there are fewer
//! than the maximum and either too few are idle or more wait than are idle. A housekeeper closes
//! connections that were idle too long, down to the minimum. (`HikariPool.java` of 5.1 and 6.0.)
//!
//! What `ConcurrentBag.java` does, in 2.7.9, 4.0.3, 5.0.1, 5.1.0, 6.0.0 and after:
//! - `requite` sets the state to `NOT_IN_USE` first. While anybody waits it then offers the connection to
//!   the head of a fair `SynchronousQueue`, and ends when that succeeds or the state has changed; only
//!   where nobody waits does it put the connection on the thread's own list (of at most 50, later 16).
//! - `borrow` looks through the thread's own list, last returned first, then counts itself among the
//!   waiters and looks through the shared list, then polls the queue; each connection is taken by a
//!   compare-and-set from `NOT_IN_USE` to `IN_USE`. A poll that ends with a connection whose
//!   compare-and-set fails takes the time off what is left, and polls again, at the tail, if that is more
//!   than 10 µs.
//! - `add` offers a new connection like one that came back.
//!
//! So what a thread has just returned while others wait is on no list of its own, but it finds it in the
//! shared one, free until the waiter is awake. The own list decides only which of several free
//! connections a thread takes: connections are all alike here, and the last used goes first. Who returns
//! a connection when all that wait are waking up spins until one of them gets in line again; here the
//! connection lies idle and is offered to that one then, and the thread goes on.

use std::collections::VecDeque;

use crate::units::{Span, Time};

/// Nobody: marks an idle connection that nobody was offered.
const NOBODY: u32 = u32::MAX;
/// Rest of its time with which a waiter that wakes up in vain gives up (`ConcurrentBag.borrow`).
const TOO_LITTLE: Span = Span(10_000);

/// An idle connection.
#[derive(Clone, Copy, Debug)]
struct Idle {
    since: Time,
    /// The waiter that was offered it and wakes up, or [`NOBODY`].
    offered: u32,
}

/// Somebody who waits.
#[derive(Clone, Copy, Debug)]
struct Waiter {
    who: u32,
    since: Time,
    /// Whether it has woken up in vain, so that it stands behind some who came later.
    again: bool,
}

/// Fate of a connection that came back or was opened, where somebody is in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handed {
    /// The first in line has it.
    Taken(u32),
    /// The first in line is to wake up for it.
    Offered(u32),
}

/// Outcome of a wake-up for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// It has the connection.
    Takes,
    /// Somebody else had it, and the time is up.
    Fails,
    /// Somebody else had it; it stands in line again, as the last.
    Waits,
    /// Somebody else had it, and another was free: it is to wake up for that one.
    Offered,
}

/// A connection pool.
#[derive(Clone, Debug)]
pub struct Pool {
    maximum: u32,
    minimum_idle: u32,
    /// Whether the first in line has a connection directly, and need not wake up.
    direct: bool,
    /// Idle connections; the last used is handed out first.
    idle: Vec<Idle>,
    in_use: u32,
    /// Those in line.
    waiting: VecDeque<Waiter>,
    /// How many of them have woken up in vain.
    again: u32,
    /// Those that were offered a connection and wake up.
    waking: Vec<Waiter>,
}

impl Pool {
    /// A pool with `open` idle connections; who waits needs `wake_up` to wake up.
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

    /// Nobody is in line beside a connection that nobody was offered, and there are never more than the
    /// maximum.
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

    /// Connections open.
    #[inline]
    pub fn open(&self) -> u32 {
        self.idle.len() as u32 + self.in_use
    }

    /// Connections in use.
    pub fn in_use(&self) -> u32 {
        self.in_use
    }

    /// How many wait, those that wake up included.
    #[inline]
    pub fn waiting(&self) -> usize {
        self.waiting.len() + self.waking.len()
    }

    /// Take an idle connection, or get in line. True when a connection was granted.
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

    /// Get in line, whatever is free.
    #[inline]
    pub fn queue(&mut self, now: Time, who: u32) {
        self.waiting.push_back(Waiter { who, since: now, again: false });
    }

    /// Whether the connection that would be handed out next came back in this instant and somebody wakes up
    /// for it.
    #[inline]
    pub fn is_contested(&self, now: Time) -> bool {
        !self.waking.is_empty()
            && self.idle.last().is_some_and(|idle| idle.offered != NOBODY && idle.since == now)
    }

    /// A connection comes back: the first in line has it or wakes up for it, else it is idle.
    #[inline]
    pub fn release(&mut self, now: Time) -> Option<Handed> {
        debug_assert!(self.in_use > 0, "more connections returned than taken");
        self.in_use -= 1;
        self.put(now)
    }

    /// A connection was opened: the first in line has it or wakes up for it, else it is idle.
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

    /// Somebody who was offered a connection is awake.
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
        // Whoever returned a connection while everybody was waking up still offers it.
        if let Some(idle) = self.idle.iter_mut().find(|idle| idle.offered == NOBODY) {
            idle.offered = who;
            self.waking.push(waiter);
            return Woken::Offered;
        }
        self.waiting.push_back(waiter);
        self.again += 1;
        Woken::Waits
    }

    /// Whether the adder should open one more connection.
    #[inline]
    pub fn should_open(&self) -> bool {
        let idle = self.idle.len();
        self.open() < self.maximum && (idle < self.minimum_idle as usize || self.waiting() > idle)
    }

    /// When the patience of somebody in line ends next.
    pub fn deadline(&self, timeout: Span) -> Time {
        // Who came first stands in front, but for those that have woken up in vain.
        let looked_at = if self.again == 0 { 1 } else { self.waiting.len() };
        let since = self.waiting.iter().take(looked_at).map(|waiter| waiter.since).min();
        since.map_or(Time::NEVER, |since| since + timeout)
    }

    /// The first in line that has waited `timeout` by now.
    pub fn expire(&mut self, now: Time, timeout: Span) -> Option<u32> {
        let looked_at = if self.again == 0 { 1 } else { self.waiting.len() };
        let due = |waiter: &Waiter| waiter.since + timeout <= now;
        let place = self.waiting.iter().take(looked_at).position(due)?;
        let waiter = self.waiting.remove(place)?;
        self.again -= u32::from(waiter.again);
        Some(waiter.who)
    }

    /// Close connections idle for `idle_timeout` or longer, oldest first, down to the minimum; how
    /// many were closed.
    pub fn trim(&mut self, now: Time, idle_timeout: Span) -> u32 {
        let surplus = self.idle.len().saturating_sub(self.minimum_idle as usize);
        // Last used is at the end, so the longest idle are in front.
        let old = self.idle.iter().take_while(|idle| now - idle.since >= idle_timeout).count();
        let closed = surplus.min(old);
        self.idle.drain(..closed);
        self.assert_sound();
        closed as u32
    }
}

#[cfg(test)]
mod tests;
