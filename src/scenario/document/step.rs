//! Steps of endpoints and listeners.

use super::mesh::{InsertDoc, ScanDoc};
use crate::model::spec::limits::COMMANDS;
use crate::scenario::decode::{Setting, Spanned, choice, document, words};
use crate::scenario::time::Time;
use crate::scenario::values::{Count, Duration, Flag, Name, Share};

words! {
    /// Holding time of a transaction's connection.
    enum HoldWord {
        /// Until the response is written (open-in-view).
        "request" => Request,
        /// Until the transaction ends.
        "transaction" => Transaction,
    }

    /// Partitioning key of a record.
    enum KeyWord {
        /// The flow: all records of one order share a partition number.
        "flow" => Flow,
        /// No key: any partition.
        "none" => None,
    }

    /// Replicas that must have a record before it is acknowledged.
    enum AcksWord {
        /// None.
        "none" => None,
        /// The leader of the partition.
        "leader" => Leader,
        /// All in-sync replicas.
        "all" => All,
    }
}

choice! {
    /// One step of an endpoint or listener.
    enum Step {
        /// Compute on the pod's CPU.
        "cpu" => Cpu(Time),
        /// Wait for something outside the system, without queueing.
        "delay" => Delay(Time),
        /// Run steps inside a database transaction.
        "transaction" => Transaction(TransactionDoc),
        /// Execute SQL statements, inside a transaction.
        "query" => Query(QueryDoc),
        /// Send commands to a cache.
        "cache" => Cache(CacheStepDoc),
        /// Append a record to a topic.
        "publish" => Publish(PublishDoc),
        /// Call an endpoint and wait for its response.
        "call" => Call(CallDoc),
        /// Schedule a call to an endpoint and go on without waiting.
        "send" => Send(SendDoc),
        /// Take one of several branches at random, or none.
        "choose" => Choose(Spanned<Vec<BranchDoc>>),
        /// Run steps several times.
        "repeat" => Repeat(RepeatDoc),
        /// Run steps while holding a lock.
        "lock" => Lock(LockStepDoc),
        /// Insert entries into an index.
        "insert" => Insert(InsertDoc),
        /// Process every entry of an index.
        "scan" => Scan(ScanDoc),
    }
}

document! {
    /// A database transaction.
    struct TransactionDoc {
        /// Connection pool of this service.
        pool: Name,
        /// Holding time of the connection; by default `request` in an endpoint under open-in-view,
        /// else, and in a nested transaction, `transaction`.
        hold: Option<HoldWord>,
        /// Whether the commit writes nothing.
        read_only: Option<Flag>,
        /// Steps inside the transaction.
        steps: Vec<Step>,
    }

    /// SQL statements.
    struct QueryDoc {
        /// Number of reading statements.
        reads: Option<Count<0, 10_000>>,
        /// Number of writing statements.
        writes: Option<Count<0, 10_000>>,
        /// Database CPU of all these statements together, instead of the unit costs.
        time: Option<Time>,
    }

    /// Commands to a cache.
    struct CacheStepDoc {
        /// Cache.
        server: Name,
        /// Number of commands; 1 by default.
        operations: Option<Count<1, COMMANDS>>,
        /// Server time per command, instead of the unit cost.
        time: Option<Time>,
        /// Hit ratio; on a miss the steps of `miss` follow.
        hit: Option<Share>,
        /// Steps on a miss.
        miss: Vec<Step>,
    }

    /// A synchronous call.
    struct CallDoc {
        /// `service.endpoint`.
        endpoint: Name,
        /// Timeout of the call; none by default.
        timeout: Option<Setting<Duration>>,
    }

    /// A call that is made later, without waiting for it.
    struct SendDoc {
        /// `service.endpoint`.
        endpoint: Name,
        /// Delay before the call; none by default.
        after: Option<Time>,
    }

    /// A branch of `choose`.
    struct BranchDoc {
        /// Probability that the branch is taken.
        probability: Share,
        /// Steps of the branch.
        steps: Vec<Step>,
    }

    /// A loop.
    struct RepeatDoc {
        /// Number of iterations.
        times: Count<1, 1000>,
        /// Steps of one iteration.
        steps: Vec<Step>,
    }

    /// Steps under a lock.
    struct LockStepDoc {
        /// Name of the lock.
        name: Name,
        /// Steps while the lock is held.
        steps: Vec<Step>,
    }

    /// A record appended to a topic.
    struct PublishDoc {
        /// Topic.
        topic: Name,
        /// Partitioning key; `flow` by default.
        key: Option<KeyWord>,
        /// Whether the step waits for the acknowledgement; `false` by default.
        wait: Option<Flag>,
        /// Replicas that must have the record before it is acknowledged; `all` by default.
        acks: Option<Setting<AcksWord>>,
    }
}
