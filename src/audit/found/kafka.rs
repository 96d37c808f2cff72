//! Consumers: threads, partitions, groups.

use serde::{Deserialize, Serialize};

use crate::audit::figures::{Figure, Seconds, Share};

/// A listener or a group that does not do what it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kafka {
    /// Consumers cannot keep up.
    Behind {
        /// Listener.
        listener: String,
        /// Records that come in \[1/s\].
        rate: Figure,
        /// Threads with a partition.
        threads: u32,
        /// Partitions.
        partitions: u32,
        /// Time of a record.
        each: Seconds,
        /// Records that the threads do \[1/s\].
        most: Figure,
        /// Growth of the lag \[records an hour\].
        grows: Figure,
    },
    /// One partition behind a hot topic.
    Hot {
        /// Listener.
        listener: String,
        /// Threads.
        threads: u32,
        /// Records that come in \[1/s\].
        rate: Figure,
        /// Time of a record.
        each: Seconds,
        /// Share of the time for which the one thread is busy.
        busy: Share,
        /// Records that it does at most \[1/s\].
        most: Figure,
    },
    /// Threads share partitions unevenly.
    Uneven {
        /// Listener.
        listener: String,
        /// Threads.
        threads: u32,
        /// Partitions.
        partitions: u32,
        /// Partitions of the fullest thread.
        fullest: u32,
        /// Threads' worth of work that all do.
        worth: Figure,
    },
    /// Further pods add no consumer.
    Spare {
        /// Listener.
        listener: String,
        /// Pods at the autoscaler's maximum.
        pods: u32,
        /// Their threads.
        threads: u32,
        /// Partitions.
        partitions: u32,
    },
    /// Two services read a topic as one group.
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
    /// Several listeners rebalance together.
    Together {
        /// Service.
        service: String,
        /// Group.
        group: String,
        /// Listeners.
        listeners: usize,
        /// Threads of a pod that a rebalance stops.
        threads: u32,
    },
    /// Offsets are committed whatever becomes of the work.
    AutoCommit {
        /// Listener.
        listener: String,
        /// Records that a dying pod may lose.
        lost: Figure,
    },
    /// A poll takes longer than the group waits.
    SlowPoll {
        /// Listener.
        listener: String,
        /// Records of a poll.
        records: u32,
        /// Time of a record.
        each: Seconds,
        /// Time of all of them.
        all: Seconds,
        /// How long the group waits.
        waits: Seconds,
    },
    /// A record that fails stops its partition.
    Blocked {
        /// Listener.
        listener: String,
        /// Further attempts.
        retries: u32,
        /// Pause before each.
        pause: Seconds,
        /// How long the partition stands still.
        stopped: Seconds,
        /// Records that wait behind it.
        behind: Figure,
    },
    /// Attempts without a pause.
    AtOnce {
        /// Listener.
        listener: String,
        /// Further attempts.
        retries: u32,
    },
}
