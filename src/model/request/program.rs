//! Interpreter of request programs: steps, and the stations that they use.

use crate::engine::Class;
use crate::model::request::{Commands, NONE, Timer};
use crate::model::spec::{Id, Op};
use crate::model::world::World;
use crate::observe::{Observer, Phase};
use crate::units::Span;

impl<O: Observer> World<'_, O> {
    /// Runs the request's program until it blocks or ends.
    pub(in crate::model) fn step(&mut self, id: u32) {
        let spec = self.spec;
        loop {
            let request = self.requests.at(id);
            let (pc, key) = (request.pc, request.key);
            request.pc = pc + 1;
            let drawn = |time: Id, draw| spec.samplers[time as usize].draw(key, draw);
            let goes_on = match spec.ops[pc as usize] {
                Op::Cpu { time, draw } => self.compute_on_pod(id, drawn(time, draw)),
                Op::Delay { time, draw } => self.delay(id, drawn(time, draw)),
                Op::Begin { pool, hold } => self.begin_transaction(id, pool, hold),
                Op::Finish => self.finish_transaction(id),
                Op::Query { database, round_trips, work, draw, ios, io_chance } => {
                    // All draws of the step are made here: they are addressed by number, so the
                    // time of drawing is irrelevant.
                    let one_more = io_chance > 0.0 && key.item(draw).uniform(0) < io_chance;
                    self.requests.at(id).left = ios + u32::from(one_more);
                    let demand = work.map_or(Span::ZERO, |work| drawn(work, draw));
                    self.query(id, database, round_trips, demand)
                }
                Op::Cache { cache, operations, time, draw } => {
                    self.enter(id, Phase::Cache);
                    self.requests.at(id).left = operations;
                    return self.command(id, Commands { cache, time, draw });
                }
                Op::CpuOfIndex { index, time, draw } => {
                    let work = self.resources.work_of_index(index, self.now, drawn(time, draw));
                    self.compute_on_pod(id, work)
                }
                Op::DelayOfIndex { index, time, draw } => {
                    let work = self.resources.work_of_index(index, self.now, drawn(time, draw));
                    self.delay(id, work)
                }
                Op::CacheOfIndex { index, cache, time, draw } => {
                    let work = self.resources.work_of_index(index, self.now, drawn(time, draw));
                    self.enter(id, Phase::Cache);
                    self.requests.at(id).left = 1;
                    return self.command_of(id, cache, work, Commands { cache, time, draw });
                }
                Op::Insert { index, entries } => {
                    self.resources.insert(index, self.now, entries);
                    true
                }
                Op::Call { endpoint, round_trip, timeout, draw } => {
                    return self.call(id, endpoint, round_trip, timeout, draw);
                }
                Op::Send { endpoint, after, draw } => {
                    self.send(id, endpoint, drawn(after, draw), draw)
                }
                Op::Publish { topic, keyed, draw } => self.publish(id, topic, keyed, draw),
                Op::Acknowledged { topic, keyed, leader, follower, draw } => {
                    self.await_acknowledgement(id, topic, keyed, (leader, follower), draw)
                }
                Op::Jump { target, chance, draw } => {
                    self.jump_if(id, target, chance >= 1.0 || key.uniform(draw) < chance)
                }
                Op::Hit { target, chance, draw, .. } => {
                    self.jump_if(id, target, key.uniform(draw) < chance)
                }
                Op::Lock { lock } => self.lock(id, lock),
                Op::Unlock { lock } => self.release_lock(id, lock),
                Op::End => return self.finish(id),
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Ends the innermost transaction: its connection is returned unless it is held until the
    /// response.
    #[inline]
    fn finish_transaction(&mut self, id: u32) -> bool {
        let popped = self.requests.at(id).transactions.pop();
        debug_assert!(popped.is_some(), "a transaction ends that did not begin");
        if let Some(pool) = popped.filter(|pool| *pool != NONE) {
            self.give_back(pool);
        }
        true
    }

    /// Whether the program handles a miss of the cache that it has just asked, with which it then
    /// goes on.
    pub(in crate::model) fn goes_on_without_cache(&mut self, id: u32) -> bool {
        let request = self.requests.at(id);
        let handles = matches!(self.spec.ops[request.pc as usize], Op::Hit { .. });
        request.pc += u32::from(handles);
        handles
    }

    /// Computes on the request's pod; returns true when that takes no time.
    #[inline]
    fn compute_on_pod(&mut self, id: u32, demand: Span) -> bool {
        if demand == Span::ZERO {
            return true;
        }
        self.enter(id, Phase::Cpu);
        self.compute(self.requests[id].pod, id, demand);
        false
    }

    /// Delays a request without queueing; returns true when that takes no time.
    #[inline]
    fn delay(&mut self, id: u32, span: Span) -> bool {
        if span == Span::ZERO {
            return true;
        }
        self.wait(id, Phase::Delay, span, Timer::Proceed);
        false
    }

    #[inline]
    fn jump_if(&mut self, id: u32, target: u32, taken: bool) -> bool {
        if taken {
            self.requests.at(id).pc = target;
        }
        true
    }

    /// Sets the request's timer; until it fires, its time is attributed to `phase`.
    #[inline]
    pub(in crate::model) fn wait(&mut self, id: u32, phase: Phase, span: Span, timer: Timer) {
        let now = self.now;
        let request = self.requests.at(id);
        request.enter(now, phase);
        request.timer = timer;
        self.agenda.set(self.slots.request(id), now + span, Class::Complete);
    }

    #[inline]
    pub(in crate::model) fn enter(&mut self, id: u32, phase: Phase) {
        let now = self.now;
        self.requests.at(id).enter(now, phase);
    }
}
