//! Requests that are lost: with their pod, with their caller, or because nobody waits for them.

use crate::model::request::{NONE, Origin};
use crate::model::world::World;
use crate::observe::{Failure, Observer, Phase};

impl<O: Observer> World<'_, O> {
    /// Closes the connections of a pod's callers; the work continues as orphaned.
    pub(in crate::model) fn drop_callers(&mut self, pod: u32) {
        let asked = |id: &u32| !matches!(self.requests[*id].origin, Origin::Consumer(_));
        let all: Vec<u32> = self.requests.on_pod(pod).filter(asked).collect();
        for id in all {
            if self.requests[id].alive && self.requests[id].origin != Origin::Nobody {
                let told = self.requests.copy(id);
                self.requests.orphan(id);
                self.fail_up(told, Failure::Lost);
            }
        }
    }

    /// Fails the request and, recursively, the callers that wait for it.
    fn fail_up(&mut self, id: u32, why: Failure) {
        let mut failing = self.conclude(id, Some(why));
        while let Some(caller) = failing.filter(|caller| self.requests[*caller].pod != NONE) {
            self.give_up_all(caller);
            failing = self.conclude(caller, Some(Failure::CallFailed));
        }
    }

    /// Loses all requests of a pod that died.
    pub(in crate::model) fn lose_requests(&mut self, pod: u32) {
        let lost: Vec<u32> = self.requests.on_pod(pod).collect();
        for id in &lost {
            match self.requests[*id].phase {
                Phase::LockWait => self.leave_lock_queue(*id),
                Phase::Call => self.hang_up(*id),
                _ => {}
            }
        }
        for id in &lost {
            while let Some(lock) = self.requests.drop_lock(*id) {
                self.unlock(*id, lock);
            }
            // Threads and connections were lost with the pod.
            let request = self.requests.at(*id);
            request.transactions.clear();
            (request.session, request.pod) = (NONE, NONE);
        }
        for id in lost {
            self.lose(id);
        }
    }

    /// Loses a request with its pod, after which it holds nothing. A statement in work on a
    /// database's processor runs to its end as orphaned.
    fn lose(&mut self, id: u32) {
        let request = &self.requests[id];
        if !request.alive {
            return; // Its caller has been notified already.
        }
        let orphan = request.phase == Phase::Database;
        if matches!(request.origin, Origin::Consumer(_)) {
            // Its record will be polled again by the next owner of the partition.
            return self.forget(id, orphan);
        }
        let told = if orphan { self.requests.copy(id) } else { id };
        if orphan {
            self.requests.orphan(id);
        }
        self.fail_up(told, Failure::Lost);
    }

    /// Removes a request that no one waits for; an orphan is removed when its statement ends.
    pub(in crate::model) fn forget(&mut self, id: u32, orphan: bool) {
        self.requests.orphan(id);
        if !orphan {
            self.agenda.clear(self.slots.request(id));
            self.requests.end(id);
        }
    }
}
