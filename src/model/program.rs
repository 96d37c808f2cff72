//! Requests run their programs: steps, and the stations that steps use.

use super::World;
use super::request::{self, Origin, Request, Timer};
use super::spec::{Id, Op};
use crate::engine::Class;
use crate::observe::{Failure, Observer, Phase, Record};
use crate::station::cpu::Change;
use crate::units::{NANOS_PER_SECOND, Span};

/// So many times as long.
#[inline]
fn stretched(span: Span, times: f64) -> Span {
    // One stands for "as long as ever"; nothing computes it.
    if times.to_bits() == 1_f64.to_bits() { span } else { Span((span.0 as f64 * times) as u64) }
}

impl<O: Observer> World<'_, O> {
    /// Run the request's program until it must wait or ends.
    #[expect(clippy::too_many_lines, reason = "one arm a step")]
    pub(super) fn step(&mut self, id: u32) {
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
    fn wait(&mut self, id: u32, phase: Phase, span: Span, timer: Timer) {
        let now = self.now;
        let request = &mut self.requests[id];
        request.enter(now, phase);
        request.timer = timer;
        self.agenda.set(self.slots.request(id), now + span, Class::Complete);
    }

    #[inline]
    pub(super) fn enter(&mut self, id: u32, phase: Phase) {
        let now = self.now;
        self.requests[id].enter(now, phase);
    }

    // Processors.

    #[inline]
    pub(super) fn compute(&mut self, cpu: u32, id: u32, demand: Span) {
        let demand = if self.uneven { self.uneven_work(cpu, demand) } else { demand };
        let change = self.cpus[cpu as usize].start(self.now, id, demand);
        self.processor_changed(cpu, change);
    }

    /// Processor time of a step where code may be cold and garbage may be collected first.
    #[inline(never)]
    fn uneven_work(&mut self, pod: u32, demand: Span) -> Span {
        let Some(state) = self.pods.get_mut(pod as usize) else { return demand };
        let lifecycle = &state.described.lifecycle;
        let mut demand = demand;
        if let Some(warm_up) = lifecycle.warm_up
            && self.now < state.warm_at
            && state.life != super::Life::Starting
        {
            let cold = (state.warm_at - self.now).secs() / warm_up.lasts.secs();
            demand = Span::from_secs(demand.secs() * (1.0 + (warm_up.factor - 1.0) * cold));
        }
        if let Some(collection) = lifecycle.collection {
            state.uncollected = state.uncollected + demand;
            if state.uncollected >= collection.every {
                state.uncollected = Span::ZERO;
                self.cpus[pod as usize].pause(self.now, collection.pause);
            }
        }
        demand
    }

    #[inline]
    pub(super) fn cpu_done(&mut self, cpu: u32) {
        if self.cpus[cpu as usize].only_turns() {
            let change = self.cpus[cpu as usize].look(self.now);
            return self.processor_changed(cpu, change);
        }
        let Some((id, change)) = self.cpus[cpu as usize].finish(self.now) else { return };
        self.processor_changed(cpu, change);
        if id == request::NONE {
            return; // The start of a pod, for which nobody waits.
        }
        if (cpu as usize) < self.pods.len() {
            self.step(id);
        } else if self.requests[id].pod == request::NONE {
            self.forget(id, false); // Its pod is gone.
        } else if !self.use_storage(id) {
            self.step(id);
        }
    }

    /// Jobs began or ended; what follows from it is seen to when the event is over, since whoever ends
    /// often begins anew in the same instant.
    #[inline]
    fn processor_changed(&mut self, cpu: u32, change: Change) {
        if self.changed != cpu {
            if self.changed != request::NONE {
                self.settle_processor();
            }
            self.changed = cpu;
        }
        if change.busy != 0.0 || change.sharing != 0 {
            let station = match self.pods.get(cpu as usize) {
                Some(pod) => self.numbering.cpu + pod.service,
                None => self.numbering.database_cpu + (cpu - self.pods.len() as u32),
            };
            self.level(station, change.busy, change.sharing);
        }
    }

    /// See to the processor whose jobs have changed: to its node's shares, then to its next event.
    #[inline(never)]
    pub(super) fn settle_processor(&mut self) {
        let cpu = std::mem::replace(&mut self.changed, request::NONE);
        if self.shared_nodes && (cpu as usize) < self.pods.len() {
            self.share_node(cpu);
        }
        let at = self.cpus[cpu as usize].due();
        self.agenda.set(self.slots.cpus + cpu, at, Class::Complete);
    }

    // Databases and caches.

    pub(super) fn reach_database(&mut self, id: u32) {
        if !self.work_on_database(id) {
            self.step(id);
        }
    }

    /// The query's processor time, then its storage; false when it has neither.
    fn work_on_database(&mut self, id: u32) -> bool {
        let request = &self.requests[id];
        let Op::Query { database, work, draw, .. } = self.spec.ops[request.pc as usize - 1] else {
            unreachable!("only a query reaches a database");
        };
        let demand = work
            .map_or(Span::ZERO, |work| self.spec.samplers[work as usize].draw(request.key, draw));
        if demand == Span::ZERO {
            return self.use_storage(id);
        }
        self.enter(id, Phase::Database);
        self.compute(self.pods.len() as u32 + database, id, demand);
        true
    }

    fn use_storage(&mut self, id: u32) -> bool {
        let request = &self.requests[id];
        let Op::Query { draw, ios, io_chance, .. } = self.spec.ops[request.pc as usize - 1] else {
            unreachable!("only a query uses storage");
        };
        let one_more = io_chance > 0.0 && request.key.item(draw).uniform(0) < io_chance;
        let operations = ios + u32::from(one_more);
        if operations == 0 {
            return false;
        }
        self.requests[id].left = operations;
        self.enter(id, Phase::Storage);
        self.storage_operation(id);
        true
    }

    fn storage_operation(&mut self, id: u32) {
        let Op::Query { database, .. } = self.spec.ops[self.requests[id].pc as usize - 1] else {
            unreachable!("only a query uses storage");
        };
        let device = &self.spec.databases[database as usize];
        // The rate spaces the beginnings of operations; each then takes the latency of one.
        let mut start = self.now;
        let state = &mut self.databases[database as usize];
        let slow = state.slow;
        if let Some(iops) = device.iops {
            let spacing = match &mut state.credits {
                Some(credits) => credits.serve(state.storage.free_at().max(self.now)),
                None => Span((NANOS_PER_SECOND / iops) as u64),
            };
            let spacing = stretched(spacing, slow);
            start = state.storage.enter(self.now, spacing).0;
            let station = self.numbering.database_io + database;
            self.record(Record::Passed { station, waited: start - self.now, served: spacing });
        }
        let latency = device.io_latency;
        let latency = stretched(latency, slow);
        let after = (start - self.now) + latency;
        self.set_timer(id, after, Timer::StorageDone);
    }

    pub(super) fn storage_done(&mut self, id: u32) {
        self.requests[id].left -= 1;
        if self.requests[id].left > 0 {
            self.storage_operation(id);
        } else {
            self.step(id);
        }
    }

    /// One command to the cache.
    fn command(&mut self, id: u32) {
        let request = &self.requests[id];
        let Op::Cache { cache, time, draw, .. } = self.spec.ops[request.pc as usize - 1] else {
            unreachable!("only a cache step sends commands");
        };
        let own = draw.wrapping_add(u64::from(request.left));
        let service = self.spec.samplers[time as usize].draw(request.key, own);
        let shard = self.shard_of_command(request, cache, draw);
        self.command_of(id, shard, service);
    }

    /// The shard to which the command of a request goes, of those of the cache that begins with `cache`;
    /// `draw` is that of its step.
    pub(super) fn shard_of_command(&self, request: &Request, cache: Id, draw: u64) -> Id {
        let shards = self.spec.caches[cache as usize].shards;
        if shards <= 1 {
            return cache;
        }
        // The key's hash: as good as any number, and drawn apart from the time that it takes.
        let hash = request.key.item(draw.wrapping_add(u64::from(request.left))).bits(0);
        cache + ((u128::from(hash) * u128::from(shards)) >> 64) as Id
    }

    /// A command that takes the cache's server so long.
    pub(super) fn command_of(&mut self, id: u32, cache: Id, service: Span) {
        let state = &mut self.caches[cache as usize];
        if let Some(timeout) = state.lost {
            self.requests[id].left = 1; // The others are not tried.
            return self.set_timer(id, timeout, Timer::CacheLost);
        }
        let slow = state.slow;
        let service = stretched(service, slow);
        let (start, end) = state.commands.enter(self.now, service);
        let station = self.numbering.caches + cache;
        self.record(Record::Passed { station, waited: start - self.now, served: service });
        let after = (end - self.now) + self.spec.caches[cache as usize].round_trip;
        self.set_timer(id, after, Timer::CacheAnswered);
    }

    pub(super) fn cache_answered(&mut self, id: u32) {
        self.requests[id].left -= 1;
        if self.requests[id].left > 0 {
            self.command(id);
        } else {
            self.step(id);
        }
    }

    /// A command waited in vain: the step goes on where it knows what to do on a miss, else it fails.
    pub(super) fn cache_lost(&mut self, id: u32) {
        match self.spec.ops[self.requests[id].pc as usize] {
            Op::Hit { .. } => {
                self.requests[id].pc += 1;
                self.step(id);
            }
            _ => self.fail(id, Failure::CallTimeout),
        }
    }

    // Other services.

    /// Whether there is room for one request more: those that requests make may be as many again as those
    /// of users. Counts what finds none.
    pub(super) fn has_room(&mut self) -> bool {
        let room = self.in_flight < 2 * self.room;
        self.cost.no_room += u64::from(!room);
        room
    }

    fn child(&mut self, id: u32, endpoint: Id, draw: u64, origin: Origin) -> u32 {
        let parent = &self.requests[id];
        let (key, flow, started) = (parent.key.item(draw), parent.flow, parent.flow_started);
        let child = self.begin(endpoint, key, origin);
        self.requests[child].flow = flow;
        self.requests[child].flow_started = started;
        child
    }

    fn call(&mut self, id: u32, endpoint: Id, trip: Span, timeout: Option<Span>, draw: u64) {
        let origin = Origin::Caller { caller: id, generation: self.requests[id].generation };
        let child = self.child(id, endpoint, draw, origin);
        self.requests[id].left = child;
        if let Some(timeout) = timeout {
            self.set_timer(id, timeout, Timer::CallTimeout);
        }
        self.set_timer(child, trip, Timer::Arrive);
    }

    // Locks.

    fn lock(&mut self, id: u32, lock: Id) -> bool {
        let state = &mut self.locks[lock as usize];
        let station = self.numbering.locks + lock;
        if state.holder == Some(id) {
            // Whoever holds it may take it again, as with `ReentrantLock`, and need not wait for itself.
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
        self.level(station, 0.0, 1);
        self.enter(id, Phase::LockWait);
        false
    }

    /// The request does not wait for its lock any more.
    pub(super) fn leave_lock_queue(&mut self, id: u32) {
        let Op::Lock { lock } = self.spec.ops[self.requests[id].pc as usize - 1] else {
            unreachable!("only a step that takes a lock waits for one");
        };
        self.locks[lock as usize].waiting.retain(|waiting| *waiting != id);
        self.level(self.numbering.locks + lock, 0.0, -1);
    }

    /// The request gives back `lock`, which it has struck off its list once.
    pub(super) fn unlock(&mut self, id: u32, lock: Id) {
        let state = &mut self.locks[lock as usize];
        let station = self.numbering.locks + lock;
        debug_assert_eq!(state.holder, Some(id), "only its holder gives back a lock");
        if self.requests[id].locks.contains(&lock) {
            return; // Taken more than once.
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
