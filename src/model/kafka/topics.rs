//! Events on topics and brokers: added partitions, poison records, lost brokers. Group coordinators
//! are on none of these brokers: groups depend on their members only.

use super::topic::{Lost, partition_state};
use crate::model::request::Timer;
use crate::model::spec::Id;
use crate::model::world::World;
use crate::observe::{Observer, Phase};
use crate::random::Key;
use crate::units::Span;

/// Draw numbers of acknowledgement times, counting down from here, distinct from that of the
/// partition.
const DRAW_LEADER: u64 = u64::MAX - 2;

impl<O: Observer> World<'_, O> {
    pub(in crate::model) fn poison(&mut self, topic: Id, share: f64) {
        self.kafka.topics[topic as usize].poison.push((self.now, share));
    }

    /// Adds partitions to a topic: each producer writes to them after its next metadata refresh,
    /// and each group reads them after its own.
    pub(in crate::model) fn add_partitions(&mut self, topic: Id, partitions: u32) {
        for reader in 0..self.kafka.readers[topic as usize].len() {
            let listener = self.kafka.readers[topic as usize][reader];
            let subscription = &mut self.kafka.subscriptions[listener as usize];
            let before = subscription.partitions.len() as u32;
            if self.spec.listeners[listener as usize].partitions.is_some() || before >= partitions {
                continue;
            }
            subscription.grow(partitions as usize);
            self.will_notice(listener, partitions);
        }
        let (written, now) = (self.spec.topics[topic as usize].partitions, self.now);
        let state = &mut self.kafka.topics[topic as usize];
        let before = state.partitions.max(written);
        if partitions > before {
            (state.added, state.partitions) = (Some((before, now)), partitions);
        }
    }

    pub(in crate::model) fn lose_broker(&mut self, broker: u32, back_after: Span) {
        let (now, back) = (self.now, self.now + back_after);
        self.kafka.lost.retain(|lost| lost.back > now && lost.broker != broker);
        let elected = (now + self.spec.kafka.election).min(back);
        self.kafka.lost.push(Lost { broker, elected, back });
    }

    /// Waits for the acknowledgement of the record that the request has just appended; returns true
    /// when it is immediate. A producer retries until its delivery timeout, and then its request
    /// fails.
    pub(in crate::model) fn await_acknowledgement(
        &mut self,
        id: u32,
        topic: Id,
        keyed: bool,
        (leader, follower): (Id, Option<Id>),
        draw: u64,
    ) -> bool {
        let request = &self.requests[id];
        let key = request.key().item(draw);
        let spec = &self.spec.topics[topic as usize];
        let mut in_sync = spec.replication.replicas;
        let mut wait = Span::ZERO;
        if !self.kafka.lost.is_empty() {
            let place = if keyed { request.flow().0.0 } else { key.bits(0) };
            let added = self.kafka.topics[topic as usize].partitions.max(spec.partitions);
            let partitions = self.written_to(topic, request.pod(), added as usize) as u128;
            let partition = ((u128::from(place) * partitions) >> 64) as u32;
            let (left, elected, back) =
                partition_state(self.spec, &self.kafka.lost, self.now, topic, partition);
            let short = follower.is_some() && left < spec.replication.in_sync;
            wait = if short { back - self.now } else { elected - self.now };
            in_sync = if short { spec.replication.in_sync } else { left };
        }
        if wait >= self.spec.kafka.delivery_timeout {
            self.enter(id, Phase::Network);
            self.set_timer(id, self.spec.kafka.delivery_timeout, Timer::CallTimeout);
            return false;
        }
        wait = wait + self.spec.samplers[leader as usize].draw(key, DRAW_LEADER);
        if let Some(follower) = follower {
            let law = &self.spec.samplers[follower as usize];
            let times = (1..u64::from(in_sync)).map(|number| law.draw(key, DRAW_LEADER - number));
            wait = wait + times.max().unwrap_or(Span::ZERO);
        }
        if wait > Span::ZERO {
            self.enter(id, Phase::Network);
            self.set_timer(id, wait, Timer::Proceed);
        }
        wait == Span::ZERO
    }

    /// Returns the number of partitions a producer writes to where there are `partitions`.
    /// Producers refresh metadata in turn, each at its own phase.
    #[inline]
    pub(super) fn written_to(&self, topic: Id, producer: u32, partitions: usize) -> usize {
        match self.kafka.topics[topic as usize].added {
            None => partitions,
            Some((before, since)) => {
                let phase = Key::root(self.run.seed, self.run.replication)
                    .named("producers")
                    .item(u64::from(producer))
                    .uniform(u64::from(topic));
                let age = Span::from_secs(phase * self.spec.kafka.metadata_age.secs());
                if self.now < since + age { before as usize } else { partitions }
            }
        }
    }
}
