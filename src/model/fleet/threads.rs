//! Threads of pods: a request takes a free one, waits in the pod's queue, or is refused.

use super::pod::Life;
use crate::model::spec::Id;
use crate::model::world::World;
use crate::observe::{Observer, Phase};

impl<O: Observer> World<'_, O> {
    /// Handles the arrival at a pod. With `now` a request that gets a thread runs immediately,
    /// otherwise it joins the ready list.
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    pub(in crate::model) fn reach_pod(&mut self, id: u32, service: Id, pod: u32, now: bool) {
        self.requests.place(id, pod);
        let station = self.numbering.threads + service;
        let state = &mut self.fleet.pods[pod as usize];
        let threads = state.described.threads;
        if state.busy_threads < threads.maximum {
            state.busy_threads += 1;
            self.busy(station, 1.0);
            self.enter(id, Phase::Cpu);
            if now {
                self.step(id);
            } else {
                self.requests.make_ready(id);
            }
        } else if (state.waiting.len() as u64)
            < u64::from(threads.accepted) + u64::from(threads.backlog)
        {
            state.waiting.push_back(id);
            self.level(station, 0.0, 1);
            if !now {
                self.enter(id, Phase::ThreadWait);
            }
        } else {
            self.refuse(id);
        }
    }

    /// Frees a thread of a pod for the first in its queue.
    #[inline]
    pub(in crate::model) fn free_thread(&mut self, pod: u32) {
        let state = &mut self.fleet.pods[pod as usize];
        let station = self.numbering.threads + state.service;
        if let Some(next) = state.waiting.pop_front() {
            self.level(station, 0.0, -1);
            self.waited(next, station);
            self.enter(next, Phase::Cpu);
            self.requests.make_ready(next);
        } else {
            state.busy_threads -= 1;
            let leaving = state.life == Life::Ending;
            self.busy(station, -1.0);
            if leaving {
                self.leave_if_done(pod);
            }
        }
    }

    /// Removes a request from the queue of its pod.
    pub(in crate::model) fn leave_thread_queue(&mut self, id: u32) {
        let state = &mut self.fleet.pods[self.requests[id].pod() as usize];
        state.waiting.retain(|waiting| *waiting != id);
        let station = self.numbering.threads + state.service;
        self.level(station, 0.0, -1);
    }

    /// Loses the threads of a pod that died, with its queue.
    pub(super) fn drop_threads(&mut self, pod: u32) {
        let state = &mut self.fleet.pods[pod as usize];
        let service = state.service;
        let (busy, waiting) = (state.busy_threads, state.waiting.len().cast_signed() as i64);
        (state.busy_threads, state.waiting) = (0, std::collections::VecDeque::new());
        if busy > 0 || waiting > 0 {
            self.level(self.numbering.threads + service, -f64::from(busy), -waiting);
        }
    }
}
