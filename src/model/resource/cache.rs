//! Caches: sequential commands to shards.

use super::stretched;
use crate::model::request::{Commands, Request, Timer};
use crate::model::spec::Id;
use crate::model::world::World;
use crate::observe::{Failure, Observer, Record};
use crate::units::Span;

impl<O: Observer> World<'_, O> {
    /// Sends the next command of a step to its shard.
    pub(in crate::model) fn command(&mut self, id: u32, commands: Commands) {
        let Commands { cache, time, draw } = commands;
        let request = &self.requests[id];
        let own = draw.wrapping_add(u64::from(request.left()));
        let service = self.spec.samplers[time as usize].draw(request.key(), own);
        let shard = self.shard_of_command(request, cache, draw);
        self.command_of(id, shard, service, commands);
    }

    /// Returns the shard with the key of a command, among those of the cache whose first shard is
    /// `cache`; `draw` is that of its step.
    fn shard_of_command(&self, request: &Request, cache: Id, draw: u64) -> Id {
        let shards = self.spec.caches[cache as usize].shards;
        if shards <= 1 {
            return cache;
        }
        // The hash of the key is any uniform number, drawn independently of the service time.
        let hash = request.key().item(draw.wrapping_add(u64::from(request.left()))).bits(0);
        cache + ((u128::from(hash) * u128::from(shards)) >> 64) as Id
    }

    /// Queues one command at a shard with the given service time.
    pub(in crate::model) fn command_of(
        &mut self,
        id: u32,
        shard: Id,
        service: Span,
        commands: Commands,
    ) {
        let state = &mut self.resources.caches[shard as usize];
        if let Some(timeout) = state.lost {
            // The step's other commands are not attempted.
            return self.set_timer(id, timeout, Timer::CacheLost);
        }
        let slow = state.slow;
        let service = stretched(service, slow);
        let (start, end) = state.commands.enter(self.now, service);
        let station = self.numbering.caches + shard;
        self.record(Record::Passed { station, waited: start - self.now, served: service });
        let after = (end - self.now) + self.spec.caches[shard as usize].round_trip;
        self.set_timer(id, after, Timer::CacheAnswered { shard, commands });
    }

    pub(in crate::model) fn cache_answered(&mut self, id: u32, commands: Commands) {
        if self.requests.end_part(id) {
            self.command(id, commands);
        } else {
            self.step(id);
        }
    }

    /// Handles a command timeout: the step continues if it handles a miss, otherwise it fails.
    pub(in crate::model) fn cache_lost(&mut self, id: u32) {
        if self.goes_on_without_cache(id) {
            self.step(id);
        } else {
            self.fail(id, Failure::CallTimeout);
        }
    }
}
