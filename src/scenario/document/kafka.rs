//! Kafka: topics, brokers and listeners.

use super::step::Step;
use crate::model::spec::limits::{
    BROKERS, CONCURRENCY, PARTITIONS, POLL_RECORDS, REPLICAS, RETRIES,
};
use crate::scenario::decode::{Setting, document, words};
use crate::scenario::values::{Count, Duration, Flag, Name, Share};

words! {
    /// Partition assignment strategy of a consumer group.
    enum AssignorWord {
        /// `RangeAssignor`: topic by topic in the order of members; a rebalance stops all members.
        "range" => Range,
        /// `CooperativeStickyAssignor`: moves as few partitions as possible; a rebalance stops only
        /// those that move.
        "cooperative-sticky" => CooperativeSticky,
    }

    /// Offset commit policy of a listener.
    enum AckWord {
        /// After each record.
        "record" => Record,
        /// Once per poll.
        "batch" => Batch,
    }
}

document! {
    /// Settings of the simulated Kafka cluster.
    struct KafkaDoc {
        /// Number of brokers. Partition p of a topic has its replicas on the brokers from p on, the
        /// first of which is the leader; 3 by default.
        brokers: Option<Setting<Count<1, BROKERS>>>,
        /// Time from the loss of a broker until its partitions have another leader, mostly that
        /// until the loss is noticed (`broker.session.timeout.ms`); 9 s by default.
        election: Option<Setting<Duration>>,
        /// Time that an empty group waits for more members (`group.initial.rebalance.delay.ms`); 3
        /// s by default.
        initial_rebalance_delay: Option<Setting<Duration>>,
        /// Longest time until producers write to new partitions (`metadata.max.age.ms`); 300 s by default.
        metadata_max_age: Option<Setting<Duration>>,
        /// Longest wait for an acknowledgement (`delivery.timeout.ms`); 120 s by default.
        delivery_timeout: Option<Setting<Duration>>,
    }

    /// A Kafka topic.
    struct TopicDoc {
        /// Number of partitions.
        partitions: Setting<Count<1, PARTITIONS>>,
        /// Replicas of each partition, on as many brokers; 1 by default.
        replicas: Option<Setting<Count<1, REPLICAS>>>,
        /// In-sync replicas without which writes with `acks: all` are refused
        /// (`min.insync.replicas`); 1 by default.
        min_insync: Option<Setting<Count<1, REPLICAS>>>,
        /// Whether its records count as events; `true` by default.
        counted: Option<Flag>,
    }

    /// A Kafka listener.
    struct ListenerDoc {
        /// Consumer of the catalogue that supplies the settings not given here.
        kind: Option<Name>,
        /// Topic that the listener reads.
        topic: Name,
        /// Consumer group; the name of the service by default.
        group: Option<Name>,
        /// Consumer threads per pod; 1 by default.
        concurrency: Option<Setting<Count<1, CONCURRENCY>>>,
        /// Offset commit policy; `batch` by default.
        ack: Option<Setting<AckWord>>,
        /// Most records returned by a poll (`max.poll.records`); 500 by default.
        max_poll_records: Option<Setting<Count<1, POLL_RECORDS>>>,
        /// Further attempts at a record that failed; 9 by default.
        retries: Option<Setting<Count<0, RETRIES>>>,
        /// Pause before each further attempt; none by default.
        back_off: Option<Setting<Duration>>,
        /// Time without a heartbeat after which the group considers a member dead
        /// (`session.timeout.ms`); 45 s by default.
        session_timeout: Option<Setting<Duration>>,
        /// Interval between heartbeats (`heartbeat.interval.ms`), by which members learn of a
        /// rebalance; 3 s by default.
        heartbeat: Option<Setting<Duration>>,
        /// Longest time between two polls (`max.poll.interval.ms`), and longest time that a
        /// rebalance waits for a member. A member that takes longer is removed, and its records are
        /// read again; 300 s by default.
        max_poll_interval: Option<Setting<Duration>>,
        /// Partition assignment strategy, which decides what a rebalance stops; `range` by default.
        assignor: Option<Setting<AssignorWord>>,
        /// Whether members are static (`group.instance.id`): one that is back within the session
        /// timeout keeps its partitions; `false` by default.
        r#static: Option<Setting<Flag>>,
        /// Longest time until the group notices new partitions (`metadata.max.age.ms`); 300 s by default.
        metadata_max_age: Option<Setting<Duration>>,
        /// Share of records that fail at every attempt; none by default.
        fails: Option<Setting<Share>>,
        /// Whether the client commits by itself, even records whose processing failed
        /// (`enable.auto.commit`); `false` by default.
        auto_commit: Option<Setting<Flag>>,
        /// Kind of flow that is completed when a record has been processed here.
        completes: Option<Name>,
        /// Steps that process a record.
        steps: Vec<Step>,
    }
}
