//! Connection pools of pods: requests acquire connections, wait for them and return them; the adder
//! opens and the housekeeper closes them.

use super::{Adder, PodPool, closed};
use crate::engine::Class;
use crate::model::request::{Request, Timer};
use crate::model::spec::{Hold, Id};
use crate::model::world::World;
use crate::observe::{Failure, Observer, Phase, Record};
use crate::random::Key;
use crate::station::pool::{Handed, Woken};
use crate::units::{Span, Time};

/// Connection back-off after a refusal (`HikariPool.java`: 10 ms, doubling, at most 5 s).
const BACK_OFF_FIRST: Span = Span::from_millis(10);
const BACK_OFF_MOST: Span = Span::from_millis(5_000);
/// Draw number of whether a thread takes back the connection that it has just returned, distinct
/// from those of steps.
const DRAW_TAKE_BACK: u64 = u64::MAX - 4;

/// Whether the request's thread returned a connection at this very instant, went straight on to the
/// request, and fails to ask for it again before the waiter that was offered it wakes up. The spec
/// does not say what a container does between two requests: a measured share decides. Where the
/// spec gives the thread work to do first, the instants decide.
fn comes_too_late(request: &Request, state: &PodPool<'_>, now: Time) -> bool {
    request.is_next_of_its_thread(now)
        && request.key().uniform(DRAW_TAKE_BACK) >= state.described.take_back
}

impl<O: Observer> World<'_, O> {
    /// Fills a pool to its minimum, and starts its housekeeper, with a phase from `key`.
    pub(in crate::model) fn open_pool(&mut self, number: u32, key: Key) {
        let state = &mut self.resources.pools[number as usize];
        let pool = state.described;
        let database = &mut self.resources.databases[pool.database as usize];
        let limit = self.spec.databases[pool.database as usize].max_connections;
        let (now, station) = (self.now, self.numbering.database_connections + pool.database);
        // One connection is opened with the pool itself, the rest by the adder before the pod is
        // ready.
        for _ in 0..pool.minimum_idle.max(1) {
            if limit.is_none_or(|limit| database.connections < limit) {
                database.connections += 1;
                state.pool.opened(now);
                self.observer.record(now, Record::Level { station, busy: 1.0, waiting: 0 });
            }
        }
        // Pods start at different instants, and so do their housekeepers.
        let first = Span::from_secs(pool.housekeeping.secs() * key.uniform(0));
        if pool.housekeeping > Span::ZERO {
            let slot = self.slots.pool_housekeeping(number);
            self.agenda.set(slot, now + first, Class::Complete);
        }
        self.wake_adder(number);
    }

    /// Closes a pool with all its connections, in use or not.
    pub(in crate::model) fn close_pool(&mut self, number: u32) {
        let state = &mut self.resources.pools[number as usize];
        let pool = state.described;
        let open = state.pool.open();
        let (in_use, waiting) = (state.pool.in_use(), state.pool.waiting().cast_signed() as i64);
        state.pool = closed(pool);
        (state.adder, state.back_off) = (Adder::Resting, Span::ZERO);
        let station = self.numbering.pools[state.service as usize] + state.number;
        self.resources.databases[pool.database as usize].connections -= open;
        for slot in [
            self.slots.pool_deadline(number),
            self.slots.pool_adder(number),
            self.slots.pool_housekeeping(number),
        ] {
            self.agenda.clear(slot);
        }
        if open > 0 {
            let limit = self.numbering.database_connections + pool.database;
            self.level(limit, -f64::from(open), 0);
        }
        if in_use > 0 || waiting > 0 {
            self.level(station, -f64::from(in_use), -waiting);
        }
    }

    /// Acquires a connection for a transaction, unless it reuses the request's own; returns false
    /// when the request must wait.
    pub(in crate::model) fn begin_transaction(&mut self, id: u32, pool: Id, hold: Hold) -> bool {
        if self.requests.reuses_connection(id, hold) {
            return true;
        }
        let request = &self.requests[id];
        let number = self.fleet.pool_of(request.pod(), pool);
        let state = &mut self.resources.pools[number as usize];
        let station = self.numbering.pools[state.service as usize] + state.number;
        if state.pool.is_contested(self.now) && comes_too_late(request, state, self.now) {
            state.pool.queue(self.now, id);
        } else if state.pool.acquire(self.now, id) {
            self.requests.take_connection(id, number, hold);
            // A request that may have taken a connection offered to another asks for one more
            // (`ConcurrentBag.borrow`).
            let others = state.pool.waiting() > 0;
            self.busy(station, 1.0);
            if others {
                self.wake_adder(number);
            }
            return true;
        }
        self.requests.await_connection(id, number, hold);
        self.level(station, 0.0, 1);
        self.enter(id, Phase::ConnectionWait);
        self.watch(number);
        self.wake_adder(number);
        false
    }

    /// Returns a connection to its pool.
    #[inline]
    pub(in crate::model) fn give_back(&mut self, number: u32) {
        let state = &mut self.resources.pools[number as usize];
        let station = self.numbering.pools[state.service as usize] + state.number;
        match state.pool.release(self.now) {
            Some(Handed::Taken(next)) => {
                self.level(station, 0.0, -1);
                self.granted_after_wait(next, number);
            }
            handed => {
                self.busy(station, -1.0);
                if let Some(Handed::Offered(next)) = handed {
                    self.wake_up(next, number);
                }
            }
        }
    }

    /// Begins the wake-up of a request that was offered a connection.
    fn wake_up(&mut self, id: u32, number: u32) {
        let after = self.resources.pools[number as usize].described.wake_up;
        self.set_timer(id, after, Timer::WakeUp);
    }

    /// Handles the wake-up of a request that was offered a connection.
    pub(in crate::model) fn is_awake(&mut self, id: u32) {
        let number = self.requests[id].pool();
        let state = &mut self.resources.pools[number as usize];
        let timeout = state.described.connection_timeout;
        let station = self.numbering.pools[state.service as usize] + state.number;
        match state.pool.wake(self.now, id, timeout) {
            Woken::Takes => {
                self.level(station, 1.0, -1);
                self.granted_after_wait(id, number);
            }
            Woken::Fails => self.out_of_time(id, station),
            Woken::Waits => {
                // It stands behind others whose time ends later.
                let at = state.pool.deadline(timeout);
                self.agenda.set(self.slots.pool_deadline(number), at, Class::Expire);
            }
            Woken::Offered => self.wake_up(id, number),
        }
    }

    fn out_of_time(&mut self, id: u32, station: u32) {
        self.level(station, 0.0, -1);
        self.waited(id, station);
        self.enter(id, Phase::Cpu);
        self.fail(id, Failure::ConnectionTimeout);
    }

    /// Returns the station of the pool whose connection a request waits for.
    pub(in crate::model) fn pool_station(&self, request: &Request) -> u32 {
        let state = &self.resources.pools[request.pool() as usize];
        self.numbering.pools[state.service as usize] + state.number
    }

    /// Resumes a request that has been granted its connection.
    fn granted_after_wait(&mut self, id: u32, number: u32) {
        let state = &self.resources.pools[number as usize];
        let station = self.numbering.pools[state.service as usize] + state.number;
        self.waited(id, station);
        self.requests.grant_connection(id, number);
    }

    /// Ensures that the pool's deadline is set, to that of its first waiter or an earlier one: a
    /// served waiter leaves it in place, and it is set anew when it fires.
    fn watch(&mut self, number: u32) {
        let slot = self.slots.pool_deadline(number);
        if self.agenda.is_set(slot) {
            return;
        }
        let state = &self.resources.pools[number as usize];
        let pool = state.described;
        let at = state.pool.deadline(pool.connection_timeout);
        self.agenda.set(slot, at, Class::Expire);
    }

    pub(in crate::model) fn pool_deadline(&mut self, number: u32) {
        let state = &mut self.resources.pools[number as usize];
        let pool = state.described;
        let station = self.numbering.pools[state.service as usize] + state.number;
        // All expired waiters fail before any of them returns what it holds: threads that time out
        // at the same instant do not hand each other their connections.
        let mut expired = std::mem::take(&mut self.resources.expired);
        while let Some(id) = state.pool.expire(self.now, pool.connection_timeout) {
            expired.push(id);
        }
        self.watch(number);
        for id in expired.drain(..) {
            self.out_of_time(id, station);
        }
        self.resources.expired = expired;
    }

    /// Wakes the adder to open a connection if one is needed and it is idle.
    fn wake_adder(&mut self, number: u32) {
        let state = &mut self.resources.pools[number as usize];
        if state.adder == Adder::Resting && state.pool.should_open() {
            let pool = state.described;
            state.adder = Adder::Opening;
            let at = self.now + pool.connect + state.back_off;
            self.agenda.set(self.slots.pool_adder(number), at, Class::Complete);
        }
    }

    pub(in crate::model) fn pool_adder(&mut self, number: u32) {
        let state = &mut self.resources.pools[number as usize];
        let pool = state.described;
        let (was, pause) = (state.adder, pool.growth_pause);
        state.adder = Adder::Resting;
        if was == Adder::Opening {
            let database = pool.database;
            let station = self.numbering.database_connections + database;
            let limit = self.spec.databases[database as usize].max_connections;
            let connections = &mut self.resources.databases[database as usize].connections;
            if limit.is_some_and(|limit| *connections >= limit) {
                let doubled = Span(state.back_off.0 * 2);
                state.back_off = doubled.clamp(BACK_OFF_FIRST, BACK_OFF_MOST);
                self.record(Record::ConnectionRefused { station });
            } else {
                *connections += 1;
                state.back_off = Span::ZERO;
                let handed = state.pool.opened(self.now);
                let waiters = self.numbering.pools[state.service as usize] + state.number;
                if pause > Span::ZERO {
                    state.adder = Adder::Pausing;
                    let slot = self.slots.pool_adder(number);
                    self.agenda.set(slot, self.now + pause, Class::Complete);
                }
                self.level(station, 1.0, 0);
                match handed {
                    Some(Handed::Taken(id)) => {
                        self.level(waiters, 1.0, -1);
                        self.granted_after_wait(id, number);
                    }
                    Some(Handed::Offered(id)) => self.wake_up(id, number),
                    None => {}
                }
            }
        }
        self.wake_adder(number);
    }

    pub(in crate::model) fn pool_housekeeping(&mut self, number: u32) {
        let state = &mut self.resources.pools[number as usize];
        let pool = state.described;
        let database = pool.database;
        let closed = pool.idle_timeout.map_or(0, |after| state.pool.trim(self.now, after));
        let slot = self.slots.pool_housekeeping(number);
        self.agenda.set(slot, self.now + pool.housekeeping, Class::Complete);
        if closed > 0 {
            self.resources.databases[database as usize].connections -= closed;
            let station = self.numbering.database_connections + database;
            self.level(station, -f64::from(closed), 0);
        }
        self.wake_adder(number);
    }
}
