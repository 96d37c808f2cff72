//! Locks: reentrant, with one holder and a queue in order of arrival.

use std::collections::VecDeque;

use crate::model::World;
use crate::model::spec::Id;
use crate::observe::{Observer, Phase};

/// State of a lock.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct Lock {
    pub(in crate::model) holder: Option<u32>,
    pub(in crate::model) waiting: VecDeque<u32>,
}

impl<O: Observer> World<'_, O> {
    /// Acquires a lock; returns false when the request must wait for it.
    pub(in crate::model) fn lock(&mut self, id: u32, lock: Id) -> bool {
        let state = &mut self.locks[lock as usize];
        let station = self.numbering.locks + lock;
        if state.holder == Some(id) {
            // The holder may acquire it again, as with `ReentrantLock`, without waiting for itself.
            self.requests[id].locks.push(lock);
            return true;
        }
        if state.holder.is_none() {
            state.holder = Some(id);
            self.requests[id].locks.push(lock);
            self.level(station, 1.0, 0);
            return true;
        }
        state.waiting.push_back(id);
        self.requests[id].lock = lock;
        self.level(station, 0.0, 1);
        self.enter(id, Phase::LockWait);
        false
    }

    /// Removes the request from its lock's queue.
    pub(in crate::model) fn leave_lock_queue(&mut self, id: u32) {
        let lock = self.requests[id].lock;
        self.locks[lock as usize].waiting.retain(|waiting| *waiting != id);
        self.level(self.numbering.locks + lock, 0.0, -1);
    }

    /// Releases the lock that the request acquired last.
    #[inline]
    pub(in crate::model) fn release_lock(&mut self, id: u32, lock: Id) -> bool {
        let popped = self.requests[id].locks.pop();
        debug_assert_eq!(popped, Some(lock), "locks end in reverse order");
        self.unlock(id, lock);
        true
    }

    /// Releases `lock`, which the request has already removed from its list once.
    pub(in crate::model) fn unlock(&mut self, id: u32, lock: Id) {
        let state = &mut self.locks[lock as usize];
        let station = self.numbering.locks + lock;
        debug_assert_eq!(state.holder, Some(id), "only its holder gives back a lock");
        if self.requests[id].locks.contains(&lock) {
            return; // Acquired more than once.
        }
        state.holder = state.waiting.pop_front();
        if let Some(next) = state.holder {
            self.requests[next].locks.push(lock);
            self.ready.push(next);
            self.level(station, 0.0, -1);
        } else {
            self.level(station, -1.0, 0);
        }
    }
}
