//! A connection pool as `HikariCP` runs it.
//!
//! Idle connections are handed out last-used first; waiters are served first come first served and a
//! returned connection goes to the first of them directly; whoever waits longer than the timeout fails.
//! One adder opens connections one at a time, pausing after each, and only while there are fewer than
//! the maximum and either too few are idle or more wait than are idle. A housekeeper closes connections
//! that were idle too long, down to the minimum.
//! (`HikariPool.java`, `ConcurrentBag.java`, versions 5.1 and 6.0.)

use std::collections::VecDeque;

use crate::units::{Span, Time};

/// A connection pool.
#[derive(Clone, Debug)]
pub struct Pool {
    maximum: u32,
    minimum_idle: u32,
    /// When each idle connection was last used; the last is handed out first.
    idle: Vec<Time>,
    in_use: u32,
    waiting: VecDeque<(u32, Time)>,
}

impl Pool {
    /// A pool with `open` idle connections.
    pub fn new(maximum: u32, minimum_idle: u32, open: u32) -> Pool {
        debug_assert!(maximum > 0 && minimum_idle <= maximum && open <= maximum);
        Pool {
            maximum,
            minimum_idle,
            idle: vec![Time::ZERO; open as usize],
            in_use: 0,
            waiting: VecDeque::new(),
        }
    }

    /// Nobody waits beside an idle connection, and there are never more than the maximum.
    fn assert_sound(&self) {
        debug_assert!(self.waiting.is_empty() || self.idle.is_empty(), "a wake-up is lost");
        debug_assert!(self.open() <= self.maximum, "more connections than the maximum");
        debug_assert!(self.idle.is_sorted(), "the longest idle are in front");
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

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Take an idle connection, or join the waiters. True when a connection was granted.
    #[inline]
    pub fn acquire(&mut self, now: Time, who: u32) -> bool {
        self.assert_sound();
        if self.waiting.is_empty() && self.idle.pop().is_some() {
            self.in_use += 1;
            true
        } else {
            self.waiting.push_back((who, now));
            false
        }
    }

    /// A connection comes back: the first waiter has it, else it becomes idle.
    #[inline]
    pub fn release(&mut self, now: Time) -> Option<u32> {
        debug_assert!(self.in_use > 0, "more connections returned than taken");
        if let Some((who, _)) = self.waiting.pop_front() {
            return Some(who);
        }
        self.in_use -= 1;
        self.idle.push(now);
        self.assert_sound();
        None
    }

    /// Whether the adder should open one more connection.
    #[inline]
    pub fn should_open(&self) -> bool {
        let idle = self.idle.len();
        self.open() < self.maximum
            && (idle < self.minimum_idle as usize || self.waiting.len() > idle)
    }

    /// A connection was opened: the first waiter has it, else it becomes idle.
    pub fn opened(&mut self, now: Time) -> Option<u32> {
        debug_assert!(self.open() < self.maximum, "more connections than the maximum");
        if let Some((who, _)) = self.waiting.pop_front() {
            self.in_use += 1;
            return Some(who);
        }
        self.idle.push(now);
        None
    }

    /// When the first waiter's patience ends.
    pub fn deadline(&self, timeout: Span) -> Time {
        self.waiting.front().map_or(Time::NEVER, |(_, since)| *since + timeout)
    }

    /// The first waiter, if it has waited `timeout` by now.
    pub fn expire(&mut self, now: Time, timeout: Span) -> Option<u32> {
        match self.waiting.front() {
            Some((who, since)) if *since + timeout <= now => {
                let who = *who;
                self.waiting.pop_front();
                Some(who)
            }
            _ => None,
        }
    }

    /// Close connections idle for `idle_timeout` or longer, oldest first, down to the minimum; how
    /// many were closed.
    pub fn trim(&mut self, now: Time, idle_timeout: Span) -> u32 {
        let surplus = self.idle.len().saturating_sub(self.minimum_idle as usize);
        // Last used is at the end, so the longest idle are in front.
        let old = self.idle.iter().take_while(|since| now - **since >= idle_timeout).count();
        let closed = surplus.min(old);
        self.idle.drain(..closed);
        self.assert_sound();
        closed as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_returned_connection_goes_to_the_first_waiter() {
        let mut pool = Pool::new(1, 1, 1);
        assert!(pool.acquire(Time(0), 7));
        assert!(!pool.acquire(Time(1), 8));
        assert!(!pool.acquire(Time(2), 9));
        assert_eq!(pool.release(Time(3)), Some(8));
        assert_eq!(pool.release(Time(4)), Some(9));
        assert_eq!(pool.release(Time(5)), None);
        assert_eq!((pool.open(), pool.in_use()), (1, 0));
    }

    #[test]
    fn waiters_expire_first_come_first() {
        let mut pool = Pool::new(1, 1, 1);
        assert!(pool.acquire(Time(0), 1));
        assert!(!pool.acquire(Time(10), 2));
        assert!(!pool.acquire(Time(20), 3));
        assert_eq!(pool.deadline(Span(30)), Time(40));
        assert_eq!(pool.expire(Time(39), Span(30)), None);
        assert_eq!(pool.expire(Time(40), Span(30)), Some(2));
        assert_eq!(pool.deadline(Span(30)), Time(50));
    }

    #[test]
    fn opens_only_for_more_waiters_than_idle_or_too_few_idle() {
        let mut pool = Pool::new(3, 0, 1);
        assert!(!pool.should_open());
        assert!(pool.acquire(Time(0), 1));
        assert!(!pool.should_open());
        assert!(!pool.acquire(Time(0), 2));
        assert!(pool.should_open());
        assert_eq!(pool.opened(Time(5)), Some(2));
        assert!(!pool.should_open());
        assert!(Pool::new(3, 2, 1).should_open());
        assert!(!Pool::new(2, 2, 2).should_open());
    }

    #[test]
    fn trims_the_longest_idle_down_to_the_minimum() {
        let mut pool = Pool::new(5, 2, 0);
        for at in [1, 2, 3, 4] {
            assert_eq!(pool.opened(Time(at)), None);
        }
        assert_eq!(pool.trim(Time(10), Span(100)), 0);
        assert_eq!(pool.trim(Time(102), Span(100)), 2);
        assert_eq!(pool.open(), 2);
        assert_eq!(pool.trim(Time(1_000), Span(100)), 0);
    }
}
