//! Kafka consumers: threads, partitions, groups.

use serde::{Deserialize, Serialize};

use crate::audit::figures::{Figure, Seconds, Share};

/// A listener or a consumer group with a defect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kafka {
    /// Consumers that cannot keep up.
    Behind {
        /// Listener.
        listener: String,
        /// Arrival rate of records \[1/s\].
        rate: Figure,
        /// Threads with a partition.
        threads: u32,
        /// Partitions.
        partitions: u32,
        /// Processing time per record.
        each: Seconds,
        /// Largest processing rate \[records/s\].
        most: Figure,
        /// Growth of the lag \[records an hour\].
        grows: Figure,
    },
    /// A hot topic with a single partition.
    Hot {
        /// Listener.
        listener: String,
        /// Threads.
        threads: u32,
        /// Arrival rate of records \[1/s\].
        rate: Figure,
        /// Processing time per record.
        each: Seconds,
        /// Utilisation of the only active thread.
        busy: Share,
        /// Largest processing rate \[records/s\].
        most: Figure,
    },
    /// Partitions spread unevenly over threads.
    Uneven {
        /// Listener.
        listener: String,
        /// Threads.
        threads: u32,
        /// Partitions.
        partitions: u32,
        /// Partitions of the most loaded thread.
        fullest: u32,
        /// Effective parallelism, in threads.
        worth: Figure,
    },
    /// An autoscaler whose further pods add no consumer.
    Spare {
        /// Listener.
        listener: String,
        /// Maximum of the autoscaler.
        pods: u32,
        /// Threads of that many pods.
        threads: u32,
        /// Partitions.
        partitions: u32,
    },
    /// Two services that read a topic in the same group.
    SharedGroup {
        /// Listener of one service.
        first: String,
        /// Listener of the other.
        second: String,
        /// Topic.
        topic: String,
        /// Group.
        group: String,
        /// Partitions.
        partitions: u32,
    },
    /// Several listeners that rebalance together.
    Together {
        /// Service.
        service: String,
        /// Group.
        group: String,
        /// Number of listeners.
        listeners: usize,
        /// Threads per pod that a rebalance stops.
        threads: u32,
    },
    /// Automatic commits, even where processing failed.
    AutoCommit {
        /// Listener.
        listener: String,
        /// Records that may be lost when a pod dies.
        lost: Figure,
    },
    /// A poll that takes longer than the group waits.
    SlowPoll {
        /// Listener.
        listener: String,
        /// Records per poll.
        records: u32,
        /// Processing time per record.
        each: Seconds,
        /// Processing time of all records of a poll.
        all: Seconds,
        /// Longest poll interval of the group.
        waits: Seconds,
    },
    /// A failing record that blocks its partition.
    Blocked {
        /// Listener.
        listener: String,
        /// Further attempts.
        retries: u32,
        /// Pause before each further attempt.
        pause: Seconds,
        /// Time for which the partition is blocked.
        stopped: Seconds,
        /// Records that queue up behind it.
        behind: Figure,
    },
    /// Further attempts without a pause.
    AtOnce {
        /// Listener.
        listener: String,
        /// Further attempts.
        retries: u32,
    },
}
