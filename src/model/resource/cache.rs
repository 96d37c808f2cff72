//! Caches: commands to their shards, one after the other.

use super::stretched;
use crate::model::World;
use crate::model::request::{Request, Timer};
use crate::model::spec::{Id, Op};
use crate::observe::{Failure, Observer, Record};
use crate::station::device::Device;
use crate::units::Span;

/// State of a cache, or of one of its shards.
#[derive(Clone, Debug)]
pub(in crate::model) struct Cache {
    pub(in crate::model) commands: Device,
    /// Factor on the time of a command; 1 unless a fault slows it.
    pub(in crate::model) slow: f64,
    /// While it does not answer, how long a command waits.
    pub(in crate::model) lost: Option<Span>,
}

impl<O: Observer> World<'_, O> {
    /// One command to the cache.
    pub(in crate::model) fn command(&mut self, id: u32) {
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
    pub(in crate::model) fn shard_of_command(&self, request: &Request, cache: Id, draw: u64) -> Id {
        let shards = self.spec.caches[cache as usize].shards;
        if shards <= 1 {
            return cache;
        }
        // The key's hash: as good as any number, and drawn apart from the time that it takes.
        let hash = request.key.item(draw.wrapping_add(u64::from(request.left))).bits(0);
        cache + ((u128::from(hash) * u128::from(shards)) >> 64) as Id
    }

    /// A command that takes the cache's server so long.
    pub(in crate::model) fn command_of(&mut self, id: u32, cache: Id, service: Span) {
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

    pub(in crate::model) fn cache_answered(&mut self, id: u32) {
        self.requests[id].left -= 1;
        if self.requests[id].left > 0 {
            self.command(id);
        } else {
            self.step(id);
        }
    }

    /// A command waited in vain: the step goes on where it knows what to do on a miss, else it fails.
    pub(in crate::model) fn cache_lost(&mut self, id: u32) {
        match self.spec.ops[self.requests[id].pc as usize] {
            Op::Hit { .. } => {
                self.requests[id].pc += 1;
                self.step(id);
            }
            _ => self.fail(id, Failure::CallTimeout),
        }
    }
}
