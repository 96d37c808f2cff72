//! Records that steps append to topics.

use crate::random::Dist;

/// A record to be appended to a topic, under construction: with the key of its flow, so that all records of
/// a flow are in partitions of the same number, and without waiting for its acknowledgement.
#[derive(Clone, Debug, PartialEq)]
pub struct Publish {
    pub(super) topic: String,
    pub(super) keyed: bool,
    /// Times until the leader has it, and until a follower has it where those are waited for.
    pub(super) acks: Option<(Dist, Option<Dist>)>,
}

impl Publish {
    /// A record for a topic.
    ///
    /// ```
    /// use plimsoll::build::{Publish, Step};
    /// use plimsoll::random::Dist;
    ///
    /// let quick = Step::publish("orders");
    /// let safe = Step::publish(
    ///     Publish::to("orders").acks_all(Dist::Exponential(0.001), Dist::Exponential(0.002)),
    /// );
    /// ```
    pub fn to(topic: impl Into<String>) -> Publish {
        Publish { topic: topic.into(), keyed: true, acks: None }
    }

    /// Gives it no key: each partition is equally likely.
    #[must_use]
    pub fn unkeyed(mut self) -> Publish {
        self.keyed = false;
        self
    }

    /// Waits until the leader of its partition has it (`acks=1`), a time by this law \[s\].
    #[must_use]
    pub fn acks_leader(mut self, leader: Dist) -> Publish {
        self.acks = Some((leader, None));
        self
    }

    /// Waits until all replicas in sync have it (`acks=all`): the leader after a time by the first law,
    /// each follower after a further time by the second \[s\].
    #[must_use]
    pub fn acks_all(mut self, leader: Dist, follower: Dist) -> Publish {
        self.acks = Some((leader, Some(follower)));
        self
    }
}

impl<Topic: Into<String>> From<Topic> for Publish {
    fn from(topic: Topic) -> Publish {
        Publish::to(topic)
    }
}
