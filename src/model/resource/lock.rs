//! Locks: reentrant, with one holder and a queue in order of arrival.

use crate::model::spec::Id;
use crate::model::world::World;
use crate::observe::{Observer, Phase};

impl<O: Observer> World<'_, O> {
    /// Acquires a lock; returns false when the request must wait for it.
    pub(in crate::model) fn lock(&mut self, id: u32, lock: Id) -> bool {
        let state = &mut self.resources.locks[lock as usize];
        let station = self.numbering.locks + lock;
        if state.holder == Some(id) {
            // The holder may acquire it again, as with `ReentrantLock`, without waiting for itself.
            self.requests.take_lock(id, lock);
            return true;
        }
        if state.holder.is_none() {
            state.holder = Some(id);
            self.requests.take_lock(id, lock);
            self.level(station, 1.0, 0);
            return true;
        }
        state.waiting.push_back(id);
        self.requests.await_lock(id, lock);
        self.level(station, 0.0, 1);
        self.enter(id, Phase::LockWait);
        false
    }

    /// Removes the request from its lock's queue.
    pub(in crate::model) fn leave_lock_queue(&mut self, id: u32) {
        let lock = self.requests[id].lock();
        self.resources.locks[lock as usize].waiting.retain(|waiting| *waiting != id);
        self.level(self.numbering.locks + lock, 0.0, -1);
    }

    /// Releases the lock that the request acquired last.
    #[inline]
    pub(in crate::model) fn release_lock(&mut self, id: u32, lock: Id) -> bool {
        let popped = self.requests.drop_lock(id);
        debug_assert_eq!(popped, Some(lock), "locks end in reverse order");
        self.unlock(id, lock);
        true
    }

    /// Releases `lock`, which the request has already removed from its list once.
    pub(in crate::model) fn unlock(&mut self, id: u32, lock: Id) {
        let state = &mut self.resources.locks[lock as usize];
        let station = self.numbering.locks + lock;
        debug_assert_eq!(state.holder, Some(id), "only its holder gives back a lock");
        if self.requests[id].locks().contains(&lock) {
            return; // Acquired more than once.
        }
        state.holder = state.waiting.pop_front();
        if let Some(next) = state.holder {
            self.requests.take_lock(next, lock);
            self.requests.make_ready(next);
            self.level(station, 0.0, -1);
        } else {
            self.level(station, -1.0, 0);
        }
    }
}
