//! Kafka: topics, brokers, listeners, and records that steps append.

use super::{AckWord, KeyWord, Step};
use crate::model::spec::limits::{
    BROKERS, CONCURRENCY, PARTITIONS, POLL_RECORDS, REPLICAS, RETRIES,
};
use crate::scenario::decode::{Setting, document, words};
use crate::scenario::values::{Count, Duration, Flag, Name, Share};

words! {
    /// How partitions are divided among the members of a group.
    enum AssignorWord {
        /// `RangeAssignor`: topic by topic in the order of members; a rebalance stops all of them.
        "range" => Range,
        /// `CooperativeStickyAssignor`: as few move as can; a rebalance stops those that move.
        "cooperative-sticky" => CooperativeSticky,
    }

    /// Who must have a record before it is acknowledged.
    enum AcksWord {
        /// Nobody.
        "none" => None,
        /// The leader of its partition.
        "leader" => Leader,
        /// All replicas in sync.
        "all" => All,
    }
}

document! {
    /// Kafka's brokers.
    struct KafkaDoc {
        /// Brokers; 3 by default. Partition p of a topic has its copies on the brokers from p on, of which
        /// the first leads.
        brokers: Option<Setting<Count<1, BROKERS>>>,
        /// Time from the loss of a broker until its partitions have another leader, mostly until it is
        /// missed (`broker.session.timeout.ms`); 9 s by default.
        election: Option<Setting<Duration>>,
        /// How long an empty group waits for more members (`group.initial.rebalance.delay.ms`); 3 s by
        /// default.
        initial_rebalance_delay: Option<Setting<Duration>>,
        /// Longest time until producers write to new partitions (`metadata.max.age.ms`); 300 s by default.
        metadata_max_age: Option<Setting<Duration>>,
        /// Longest wait for an acknowledgement (`delivery.timeout.ms`); 120 s by default.
        delivery_timeout: Option<Setting<Duration>>,
    }

    /// A Kafka topic.
    struct TopicDoc {
        /// Partitions.
        partitions: Setting<Count<1, PARTITIONS>>,
        /// Copies of each partition, on as many brokers; 1 by default.
        replicas: Option<Setting<Count<1, REPLICAS>>>,
        /// Copies in sync without which nothing is written with `acks: all`; 1 by default.
        min_insync: Option<Setting<Count<1, REPLICAS>>>,
        /// Whether its records count as events; `true` by default.
        counted: Option<Flag>,
    }

    /// A Kafka listener.
    struct ListenerDoc {
        /// Consumer of the catalogue, for what is not given here.
        kind: Option<Name>,
        /// Topic that it reads.
        topic: Name,
        /// Consumer group; the name of the service by default.
        group: Option<Name>,
        /// Threads in each pod; 1 by default.
        concurrency: Option<Setting<Count<1, CONCURRENCY>>>,
        /// When offsets are committed; `batch` by default.
        ack: Option<Setting<AckWord>>,
        /// Most records a poll returns; 500 by default.
        max_poll_records: Option<Setting<Count<1, POLL_RECORDS>>>,
        /// Further attempts at a record that failed; 9 by default.
        retries: Option<Setting<Count<0, RETRIES>>>,
        /// Pause before each further attempt; none by default.
        back_off: Option<Setting<Duration>>,
        /// Silence after which the group takes a member for dead (`session.timeout.ms`); 45 s by default.
        session_timeout: Option<Setting<Duration>>,
        /// Between two heartbeats (`heartbeat.interval.ms`), by which members learn of a rebalance; 3 s by
        /// default.
        heartbeat: Option<Setting<Duration>>,
        /// Longest time from poll to poll (`max.poll.interval.ms`), and longest time that a rebalance waits
        /// for a member; 300 s by default. Whoever takes longer is removed, and its records are read again.
        max_poll_interval: Option<Setting<Duration>>,
        /// How partitions are divided, and what a rebalance stops; `range` by default.
        assignor: Option<Setting<AssignorWord>>,
        /// Whether members are static (`group.instance.id`): who is back within the session timeout finds
        /// its partitions as they were; `false` by default.
        r#static: Option<Setting<Flag>>,
        /// Longest time until the group notices new partitions (`metadata.max.age.ms`); 300 s by default.
        metadata_max_age: Option<Setting<Duration>>,
        /// Share of records that fail at every attempt; none by default.
        fails: Option<Setting<Share>>,
        /// Whether the client commits by itself, whatever became of the records; `false` by default.
        auto_commit: Option<Setting<Flag>>,
        /// The kind of flow that a record handled here completes.
        completes: Option<Name>,
        /// What is done with a record.
        steps: Vec<Step>,
    }

    /// A record appended to a topic.
    struct PublishDoc {
        /// Topic.
        topic: Name,
        /// What decides its partition; `flow` by default.
        key: Option<KeyWord>,
        /// Whether the acknowledgement is waited for; `false` by default.
        wait: Option<Flag>,
        /// Who must have the record before it is acknowledged; `all` by default.
        acks: Option<Setting<AcksWord>>,
    }
}
