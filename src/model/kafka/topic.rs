//! State of topics and of lost brokers.

use crate::model::spec::{Id, Spec};
use crate::units::Time;

/// A lost broker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lost {
    pub(super) broker: u32,
    /// Time at which other brokers lead its partitions.
    pub(super) elected: Time,
    pub(super) back: Time,
}

/// Dynamic state of a topic.
#[derive(Clone, Debug, Default)]
pub(super) struct Topic {
    /// Number of partitions since the latest addition; zero before the first.
    pub(super) partitions: u32,
    /// Number of partitions before the latest addition, and its time.
    pub(super) added: Option<(u32, Time)>,
    /// Times from which a share of its records fails at every attempt, with that share.
    pub(super) poison: Vec<(Time, f64)>,
}

impl Topic {
    /// Returns the share of the records appended at `appended` that fail at every attempt.
    pub(super) fn poison(&self, appended: Time) -> f64 {
        let before = |(since, _): &&(Time, f64)| *since <= appended;
        self.poison.iter().rev().find(before).map_or(0.0, |(_, share)| *share)
    }
}

/// Returns the number of in-sync replicas of a partition, the time until which it has no leader,
/// and the time at which the next replica is back.
pub(super) fn partition_state(
    spec: &Spec,
    lost: &[Lost],
    now: Time,
    topic: Id,
    partition: u32,
) -> (u32, Time, Time) {
    let (mut in_sync, mut elected, mut back) = (0, Time::ZERO, Time::NEVER);
    for replica in 0..spec.topics[topic as usize].replication.replicas {
        // The replicas of each topic start at a different broker.
        let broker = (topic + partition + replica) % spec.kafka.brokers;
        match lost.iter().find(|lost| lost.broker == broker && lost.back > now) {
            Some(lost) => {
                back = back.min(lost.back);
                if in_sync == 0 {
                    elected = elected.max(lost.elected);
                }
            }
            None => in_sync += 1,
        }
    }
    (in_sync, if in_sync == 0 { back } else { elected }, back)
}

/// Whether a partition can be read now.
pub(super) fn is_readable(
    spec: &Spec,
    lost: &[Lost],
    now: Time,
    topic: Id,
    partition: u32,
) -> bool {
    lost.is_empty() || partition_state(spec, lost, now, topic, partition).1 <= now
}
