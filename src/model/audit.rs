//! Consistency check in debug builds: the state of the stations and the state of the requests
//! account for the same resources twice.

use super::request::Origin;
use super::world::World;
use crate::observe::{Observer, Phase};

impl<O: Observer> World<'_, O> {
    /// Compares both accounts; only between events, when the ready list is empty.
    pub(super) fn audit(&self) {
        let alive = self.requests.alive().count() as u64;
        assert_eq!(self.requests.in_flight(), alive, "requests in flight");
        assert!(self.requests.nobody_is_ready(), "somebody is ready and does not go on");

        self.audit_meshes();
        let mut held = vec![0; self.resources.pool_count()];
        let mut threads = vec![0; self.fleet.pod_count() as usize];
        let (mut locks, mut waits) = (0, [0; Phase::ALL.len()]);
        for request in self.requests.alive() {
            for pool in request.connections() {
                held[pool as usize] += 1;
            }
            locks += request.locks().len();
            waits[request.phase() as usize] += 1;
            let queues = request.phase() == Phase::ThreadWait;
            // Requests on their way to a pod, or left over from a dead one, are in no queue.
            if let Some(threads) = threads.get_mut(request.pod() as usize) {
                *threads += u32::from(!queues && !matches!(request.origin(), Origin::Consumer(_)));
            }
        }
        let waiting = (waits[Phase::ConnectionWait as usize], waits[Phase::LockWait as usize]);
        self.resources.audit(&held, locks, waiting);
        self.fleet.audit(&threads);
        // Jobs of starting pods belong to no request.
        let most = alive + u64::from(self.fleet.pod_count());
        assert!(self.resources.jobs() as u64 <= most, "more jobs than requests");
        self.audit_groups();
    }
}
