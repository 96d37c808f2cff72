//! What happens to topics: partitions are added, records appear that nobody can handle.

use super::World;
use super::spec::Id;
use crate::observe::Observer;
use crate::random::Key;
use crate::units::{Span, Time};

/// A topic that something has happened to.
#[derive(Clone, Debug, Default)]
pub(super) struct Topic {
    /// Partitions before the latest addition, and when that was.
    added: Option<(u32, Time)>,
    /// Since when which share of its records fails at every attempt.
    poison: Vec<(Time, f64)>,
}

impl Topic {
    /// Share of the records appended at `appended` that fail at every attempt.
    pub(super) fn poison(&self, appended: Time) -> f64 {
        let before = |(since, _): &&(Time, f64)| *since <= appended;
        self.poison.iter().rev().find(before).map_or(0.0, |(_, share)| *share)
    }
}

impl<O: Observer> World<'_, O> {
    pub(super) fn poison(&mut self, topic: Id, share: f64) {
        self.topics[topic as usize].poison.push((self.now, share));
    }

    /// A topic has more partitions: each producer writes to them when it has asked for metadata, and each
    /// group reads them when it has.
    pub(super) fn add_partitions(&mut self, topic: Id, partitions: u32) {
        for reader in 0..self.readers[topic as usize].len() {
            let listener = self.readers[topic as usize][reader];
            let subscription = &mut self.subscriptions[listener as usize];
            let before = subscription.partitions.len() as u32;
            if self.spec.listeners[listener as usize].partitions.is_some() || before >= partitions {
                continue;
            }
            subscription.grow(partitions as usize);
            self.topics[topic as usize].added = Some((before, self.now));
            self.will_notice(listener, partitions);
        }
    }

    /// To how many partitions a producer writes where there are `partitions`. Producers ask for metadata
    /// in turn, each at its own phase.
    #[inline]
    pub(super) fn written_to(&self, topic: Id, producer: u32, partitions: usize) -> usize {
        match self.topics[topic as usize].added {
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
