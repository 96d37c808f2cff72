//! Requests run their programs: steps, and the stations that steps use.

use crate::engine::Class;
use crate::model::World;
use crate::model::request::{self, Origin, Timer};
use crate::model::spec::Op;
use crate::observe::{Failure, Observer, Phase};
use crate::units::Span;

impl<O: Observer> World<'_, O> {
    /// Run the request's program until it must wait or ends.
    #[expect(clippy::too_many_lines, reason = "one arm a step")]
    pub(in crate::model) fn step(&mut self, id: u32) {
        let spec = self.spec;
        loop {
            let request = &mut self.requests[id];
            let (pc, key, pod) = (request.pc, request.key, request.pod);
            request.pc = pc + 1;
            match spec.ops[pc as usize] {
                Op::Cpu { time, draw } => {
                    let demand = spec.samplers[time as usize].draw(key, draw);
                    if demand > Span::ZERO {
                        self.enter(id, Phase::Cpu);
                        return self.compute(pod, id, demand);
                    }
                }
                Op::Delay { time, draw } => {
                    let span = spec.samplers[time as usize].draw(key, draw);
                    if span > Span::ZERO {
                        return self.wait(id, Phase::Delay, span, Timer::Proceed);
                    }
                }
                Op::Begin { pool, hold } => {
                    if !self.begin_transaction(id, pool, hold) {
                        return;
                    }
                }
                Op::Finish => {
                    let popped = self.requests[id].transactions.pop();
                    debug_assert!(popped.is_some(), "a transaction ends that did not begin");
                    if let Some(pool) = popped.filter(|pool| *pool != request::NONE) {
                        self.give_back(pool);
                    }
                }
                Op::Query { round_trips, .. } => {
                    if round_trips > Span::ZERO {
                        return self.wait(id, Phase::Network, round_trips, Timer::ReachDatabase);
                    }
                    if self.work_on_database(id) {
                        return;
                    }
                }
                Op::Cache { operations, .. } => {
                    self.enter(id, Phase::Cache);
                    self.requests[id].left = operations;
                    return self.command(id);
                }
                op
                @ (Op::CpuOfIndex { .. } | Op::DelayOfIndex { .. } | Op::CacheOfIndex { .. }) => {
                    if self.scan(id, op) {
                        return;
                    }
                }
                Op::Insert { index, entries } => {
                    self.indexes[index as usize].insert(self.now, entries);
                }
                Op::Call { endpoint, round_trip, timeout, draw } => {
                    self.enter(id, Phase::Call);
                    if self.has_room() {
                        return self.call(id, endpoint, round_trip, timeout, draw);
                    }
                    return self.fail(id, Failure::CallFailed);
                }
                Op::Send { endpoint, after, draw } => {
                    let span = self.spec.samplers[after as usize].draw(key, draw);
                    if self.has_room() {
                        let child = self.child(id, endpoint, draw, Origin::Nobody);
                        self.set_timer(child, span, Timer::Arrive);
                    }
                }
                Op::Publish { topic, keyed, draw } => self.publish(id, topic, keyed, draw),
                op @ Op::Acknowledged { .. } => {
                    if self.await_acknowledgement(id, op) {
                        return;
                    }
                }
                Op::Jump { target, chance, draw } => {
                    if chance >= 1.0 || key.uniform(draw) < chance {
                        self.requests[id].pc = target;
                    }
                }
                Op::Hit { target, chance, draw, .. } => {
                    if key.uniform(draw) < chance {
                        self.requests[id].pc = target;
                    }
                }
                Op::Lock { lock } => {
                    if !self.lock(id, lock) {
                        return;
                    }
                }
                Op::Unlock { lock } => {
                    let popped = self.requests[id].locks.pop();
                    debug_assert_eq!(popped, Some(lock), "locks end in reverse order");
                    self.unlock(id, lock);
                }
                Op::End => return self.finish(id),
            }
        }
    }

    /// Until the timer fires, the request's time belongs to `phase`.
    #[inline]
    pub(in crate::model) fn wait(&mut self, id: u32, phase: Phase, span: Span, timer: Timer) {
        let now = self.now;
        let request = &mut self.requests[id];
        request.enter(now, phase);
        request.timer = timer;
        self.agenda.set(self.slots.request(id), now + span, Class::Complete);
    }

    #[inline]
    pub(in crate::model) fn enter(&mut self, id: u32, phase: Phase) {
        let now = self.now;
        self.requests[id].enter(now, phase);
    }
}
