//! Records: the events that the model reports to observers. Stations and requests report records;
//! observers reduce them to numbers. Nothing in the model computes a statistic.

pub mod answers;
pub mod conservation;
pub mod histogram;
pub mod tally;
pub mod trace;
pub mod waits;

use crate::units::{Span, Time};

/// Index of a station in the model's list of stations.
pub type Station = u32;

/// Phase of a request's response time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Phase {
    /// Waiting for a servlet thread.
    ThreadWait,
    /// Computing on the pod, including waiting for the shared processor.
    Cpu,
    /// Waiting for a connection of a pool.
    ConnectionWait,
    /// On the network to a database or a called service.
    Network,
    /// The database's processor, including waiting for it.
    Database,
    /// The database's storage, including waiting for it.
    Storage,
    /// A cache: network, queue and command.
    Cache,
    /// Waiting for the answer of another service.
    Call,
    /// An external delay.
    Delay,
    /// Waiting for a lock.
    LockWait,
    /// Delayed by a mesh's proxy: waiting for a connection, tries before the one that was answered
    /// and the back-offs in between.
    Mesh,
}

impl Phase {
    /// All phases, in the order of their discriminants.
    pub const ALL: [Phase; 11] = [
        Phase::ThreadWait,
        Phase::Cpu,
        Phase::ConnectionWait,
        Phase::Network,
        Phase::Database,
        Phase::Storage,
        Phase::Cache,
        Phase::Call,
        Phase::Delay,
        Phase::LockWait,
        Phase::Mesh,
    ];

    /// Returns its display name.
    pub fn name(self) -> &'static str {
        match self {
            Phase::ThreadWait => "waiting for a thread",
            Phase::Cpu => "pod CPU",
            Phase::ConnectionWait => "waiting for a connection",
            Phase::Network => "network",
            Phase::Database => "database CPU",
            Phase::Storage => "database storage",
            Phase::Cache => "cache",
            Phase::Call => "other services",
            Phase::Delay => "outside",
            Phase::LockWait => "waiting for a lock",
            Phase::Mesh => "waiting in the mesh",
        }
    }
}

/// Time spent in each [`Phase`] \[ns\].
pub type Spent = [u64; Phase::ALL.len()];

/// Reason why a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Failure {
    /// The pod's backlog was full.
    Refused,
    /// No connection within the pool's timeout.
    ConnectionTimeout,
    /// A called service did not answer in time.
    CallTimeout,
    /// A called service failed.
    CallFailed,
    /// Answered after the user had left.
    TooLate,
    /// The pod that worked on it died.
    Lost,
    /// The proxy has the maximum number of connections and pending requests (503).
    Overflow,
    /// The pod's proxy rate-limited it (429).
    RateLimited,
    /// No answer within the mesh's timeout (504).
    MeshTimeout,
}

/// A record of a run. Endpoints, topics and listeners are identified by their index in the spec.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Record<'a> {
    /// A user made a request.
    Offered {
        /// Index of the endpoint.
        endpoint: u32,
    },
    /// A user's request was answered in time.
    Answered {
        /// Index of the endpoint.
        endpoint: u32,
        /// Response time.
        took: Span,
        /// Breakdown by phase.
        spent: &'a Spent,
    },
    /// A user's request failed.
    Failed {
        /// Index of the endpoint.
        endpoint: u32,
        /// Reason.
        why: Failure,
        /// Time since it arrived.
        took: Span,
    },
    /// At the end of the run, a user's request had neither been answered nor failed.
    Unfinished {
        /// Index of the endpoint.
        endpoint: u32,
        /// Time since it arrived.
        age: Span,
    },
    /// A wait at a station for a thread or a connection, or of a record to be polled from a
    /// partition, is over. Arrivals that need not wait are only reported by [`Record::Level`].
    Waited {
        /// Station.
        station: Station,
        /// Waiting time.
        took: Span,
        /// Whether it was cut short by the end of the run.
        open: bool,
    },
    /// The number in use or waiting at a station changed.
    Level {
        /// Station.
        station: Station,
        /// Change of the capacity in use, in the station's unit.
        busy: f64,
        /// Change of the number waiting.
        waiting: i64,
    },
    /// A job passed through a first-come-first-served device: known on arrival.
    Passed {
        /// Station.
        station: Station,
        /// Waiting time.
        waited: Span,
        /// Service time.
        served: Span,
    },
    /// All jobs in a first-come-first-served device take more or less time than was known on
    /// arrival, or are dropped.
    Retimed {
        /// Station.
        station: Station,
        /// Time at which it will be free without further arrivals.
        free: Time,
    },
    /// Use since the last mark of a station whose level is not reported change by change.
    Used {
        /// Station.
        station: Station,
        /// Integral of the capacity in use over time, in the station's unit.
        used: Span,
    },
    /// A record was appended to a topic.
    Published {
        /// Topic.
        topic: u32,
    },
    /// A record was handled.
    Consumed {
        /// Listener.
        listener: u32,
        /// Age since it was appended.
        age: Span,
        /// Whether it was skipped after the last failed attempt.
        skipped: bool,
    },
    /// A flow (an order) is complete.
    Completed {
        /// Time since the user's request that it originates from.
        took: Span,
    },
    /// The number of ready pods of a service changed.
    Pods {
        /// Service.
        service: u32,
        /// Change of the number of ready pods.
        change: i32,
    },
    /// The number of nodes of a group changed.
    Nodes {
        /// Node group.
        group: u32,
        /// Change of the number of ready nodes.
        change: i32,
    },
    /// CPU time used so far by the nodes of a group, removed ones included, beyond the earned
    /// credits; only in unlimited mode, for the surcharge.
    Owed {
        /// Node group.
        group: u32,
        /// CPU time, of one vCPU.
        used: Span,
    },
    /// Credit balance at a mark; only where credits apply.
    Credits {
        /// Holder of the credits.
        of: Credited,
        /// Balance: for a node group the total of its nodes \[vCPU minutes\]; for a volume
        /// \[operations\].
        left: f64,
    },
    /// All changes required by a state of the timeline are in place: pods, nodes, group members.
    Settled {
        /// Number of the state.
        state: u32,
    },
    /// A database refused a connection.
    ConnectionRefused {
        /// Station of the database's connections.
        station: Station,
    },
}

/// Holder of credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credited {
    /// The nodes of a group.
    Nodes(u32),
    /// The volume of a database.
    Volume(u32),
}

/// Receives the records of a run.
pub trait Observer {
    /// Receives a record of `now`.
    fn record(&mut self, now: Time, record: Record<'_>);

    /// Receives a mark, which the run was asked to set: the end of the warm-up, the end of a bin.
    fn mark(&mut self, now: Time);

    /// Receives a [`Record::Level`], the most frequent record, which may have an optimised
    /// implementation.
    #[inline]
    fn level(&mut self, now: Time, station: Station, busy: f64, waiting: i64) {
        self.record(now, Record::Level { station, busy, waiting });
    }

    /// Receives a change of a station's capacity in use that leaves its queue unchanged.
    #[inline]
    fn busy(&mut self, now: Time, station: Station, change: f64) {
        self.level(now, station, change, 0);
    }

    /// Whether requests that arrived in the observed time are still in progress, so that the run
    /// should continue after its end.
    fn awaits(&self) -> bool {
        false
    }
}

/// Observer that ignores all records.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silence;

impl Observer for Silence {
    fn record(&mut self, _: Time, _: Record<'_>) {}
    fn mark(&mut self, _: Time) {}
}

impl<A: Observer, B: Observer> Observer for (A, B) {
    fn record(&mut self, now: Time, record: Record<'_>) {
        self.0.record(now, record);
        self.1.record(now, record);
    }

    fn mark(&mut self, now: Time) {
        self.0.mark(now);
        self.1.mark(now);
    }

    fn awaits(&self) -> bool {
        self.0.awaits() || self.1.awaits()
    }
}
