//! Records appended to topics by steps.

use crate::random::Dist;

/// Builder of a record to append to a topic. By default its key is that of its flow, so that all
/// records of a flow are in partitions of the same number, and its acknowledgement is not awaited.
#[derive(Clone, Debug, PartialEq)]
pub struct Publish {
    pub(super) topic: String,
    pub(super) keyed: bool,
    /// Laws of the leader's acknowledgement time and, with `acks=all`, of a follower's additional
    /// one \[s\].
    pub(super) acks: Option<(Dist, Option<Dist>)>,
}

impl Publish {
    /// Creates a record for a topic.
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

    /// Removes its key: the partition is chosen uniformly at random.
    #[must_use]
    pub fn unkeyed(mut self) -> Publish {
        self.keyed = false;
        self
    }

    /// Waits until the leader of its partition has it (`acks=1`), for a time drawn from the law
    /// `leader` \[s\].
    #[must_use]
    pub fn acks_leader(mut self, leader: Dist) -> Publish {
        self.acks = Some((leader, None));
        self
    }

    /// Waits until all in-sync replicas have it (`acks=all`): the leader after a time drawn from
    /// the law `leader`, each follower after an additional time drawn from the law `follower`
    /// \[s\].
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
