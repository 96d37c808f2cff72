//! Consistency check in debug builds: the state of the stations and the state of the requests
//! account for the same resources twice.

use super::World;
use super::request::{NONE, Origin};
use crate::observe::{Observer, Phase};

impl<O: Observer> World<'_, O> {
    /// Compares both accounts; only between events, when the ready list is empty.
    pub(super) fn audit(&self) {
        let alive = self.requests.in_flight().count() as u64;
        assert_eq!(self.in_flight, alive, "requests in flight");
        assert!(self.ready.is_empty(), "somebody is ready and does not go on");

        self.audit_meshes();
        let mut held = vec![0; self.pools.len()];
        let mut threads = vec![0; self.pods.len()];
        let (mut locks, mut waits) = (0, [0; Phase::ALL.len()]);
        for request in self.requests.in_flight() {
            for pool in request.transactions.iter().chain([&request.session]) {
                if *pool != NONE {
                    held[*pool as usize] += 1;
                }
            }
            locks += request.locks.len();
            waits[request.phase as usize] += 1;
            let queues = request.phase == Phase::ThreadWait;
            // Requests on their way to a pod, or left over from a dead one, are in no queue.
            if let Some(threads) = threads.get_mut(request.pod as usize) {
                *threads += u32::from(!queues && !matches!(request.origin, Origin::Consumer(_)));
            }
        }

        let mut open = vec![0; self.databases.len()];
        let mut waiting = 0;
        for (state, held) in self.pools.iter().zip(held) {
            let pool = state.described;
            open[pool.database as usize] += state.pool.open();
            waiting += state.pool.waiting();
            assert_eq!(state.pool.in_use(), held, "connections in use");
            assert!(state.pool.open() <= pool.maximum, "more connections than the maximum");
        }
        assert_eq!(waiting, waits[Phase::ConnectionWait as usize], "waiting for connections");
        for (database, open) in self.databases.iter().zip(open) {
            assert_eq!(database.connections, open, "connections of a database");
        }
        for (pod, busy) in self.pods.iter().zip(threads) {
            assert_eq!(pod.busy_threads, busy, "busy threads");
            let most = pod.described.threads.maximum;
            assert!(pod.waiting.is_empty() || busy == most, "a thread is free and somebody waits");
        }
        let waiting: usize = self.locks.iter().map(|lock| lock.waiting.len()).sum();
        assert_eq!(waiting, waits[Phase::LockWait as usize], "waiting for locks");
        let taken = self.locks.iter().filter(|lock| lock.holder.is_some()).count();
        assert!(taken <= locks, "a lock is taken and nobody has it");
        let computing: usize = self.cpus.iter().map(crate::station::cpu::Cpu::jobs).sum();
        // Jobs of starting pods belong to no request.
        let starts = self.pods.len() as u64;
        assert!(computing as u64 <= alive + starts, "more jobs than requests");
        self.audit_groups();
    }
}
