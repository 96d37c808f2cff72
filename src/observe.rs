//! What the model tells whoever listens. Stations and requests report records; observers make numbers
//! of them. Nothing in the model computes a statistic.

pub mod answers;
pub mod conservation;
pub mod histogram;
pub mod tally;
pub mod trace;
pub mod waits;

use crate::units::{Span, Time};

/// Index of a station in the model's list of stations.
pub type Station = u32;

/// Where the time of a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Phase {
    /// Waiting for a servlet thread.
    ThreadWait,
    /// Computing on the pod, waiting for the shared processor included.
    Cpu,
    /// Waiting for a connection of the pool.
    ConnectionWait,
    /// On the network to a database or a called service.
    Network,
    /// The database's processor, waiting for it included.
    Database,
    /// The database's storage, waiting for it included.
    Storage,
    /// A cache: network, queue and command.
    Cache,
    /// Waiting for another service's answer.
    Call,
    /// An outside delay.
    Delay,
    /// Waiting for a lock.
    LockWait,
    /// Held up in a mesh's proxy: waiting for a connection, tries before the one that was answered and
    /// the pauses between them.
    Mesh,
}

impl Phase {
    /// All phases, in the order of their numbers.
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

    /// Name for people.
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

/// Why a request failed.
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
    /// The pod died that worked on it.
    Lost,
    /// The proxy has as many connections and requests waiting as it may (503).
    Overflow,
    /// The pod's proxy let in no more (429).
    RateLimited,
    /// No answer within the mesh's timeout (504).
    MeshTimeout,
}

/// A report of a run. Endpoints, topics and listeners are named by their index in the description.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Record<'a> {
    /// A user asked for something.
    Offered {
        /// Endpoint.
        endpoint: u32,
    },
    /// A user's request was answered in time.
    Answered {
        /// Endpoint.
        endpoint: u32,
        /// Response time.
        took: Span,
        /// Where it went.
        spent: &'a Spent,
    },
    /// A user's request failed.
    Failed {
        /// Endpoint.
        endpoint: u32,
        /// Why.
        why: Failure,
        /// Time since it arrived.
        took: Span,
    },
    /// The run is over, and a user's request had neither been answered nor failed.
    Unfinished {
        /// Endpoint.
        endpoint: u32,
        /// Time since it arrived.
        age: Span,
    },
    /// Somebody waited at a station for a thread, a connection or to be taken from a partition, and does no
    /// longer. Who need not wait is told by [`Record::Level`] alone.
    Waited {
        /// Station.
        station: Station,
        /// How long.
        took: Span,
        /// Whether the run ended first.
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
    /// Something passed through a first-come-first-served device: known at its arrival.
    Passed {
        /// Station.
        station: Station,
        /// Time it waits there.
        waited: Span,
        /// Time it is served.
        served: Span,
    },
    /// All that is in a first-come-first-served device takes more or less time than was known at its
    /// arrival, or is gone.
    Retimed {
        /// Station.
        station: Station,
        /// When it will be free unless more comes.
        free: Time,
    },
    /// Use since the last mark of a station whose level is not told change by change.
    Used {
        /// Station.
        station: Station,
        /// Capacity in use, in the station's unit, times how long it was.
        used: Span,
    },
    /// A record was appended to a topic.
    Published {
        /// Topic.
        topic: u32,
    },
    /// A record was handled; with its age since it was appended.
    Consumed {
        /// Listener.
        listener: u32,
        /// Age when handled.
        age: Span,
        /// Whether it was skipped after the last failed attempt.
        skipped: bool,
    },
    /// A flow (an order) is complete.
    Completed {
        /// Time since the user's request that it goes back to.
        took: Span,
    },
    /// A pod got ready, or is so no longer.
    Pods {
        /// Service.
        service: u32,
        /// Change of the number of pods that are ready.
        change: i32,
    },
    /// A node joined, or is gone.
    Nodes {
        /// Node group.
        group: u32,
        /// Change of the number of nodes that are ready.
        change: i32,
    },
    /// Processor that the nodes of a group, those that are gone included, have used so far beyond what they
    /// earned by being there; only where they go on without credits, for a surcharge.
    Owed {
        /// Node group.
        group: u32,
        /// Processor time, of one processor.
        used: Span,
    },
    /// Credits that something still has, at a mark; only where credits count.
    Credits {
        /// Owner of the credits.
        of: Credited,
        /// How many are left: of nodes those of all together, where one is one processor for a minute;
        /// of a volume operations.
        left: f64,
    },
    /// All that a state of the timeline asks for is there: pods, nodes, members of groups.
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

/// Owner of credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credited {
    /// The nodes of a group.
    Nodes(u32),
    /// The volume of a database.
    Volume(u32),
}

/// Receives the records of a run.
pub trait Observer {
    /// Something happened at `now`.
    fn record(&mut self, now: Time, record: Record<'_>);

    /// An instant that the run was asked to mark: the end of the warm-up, the end of a bin.
    fn mark(&mut self, now: Time);

    /// [`Record::Level`], which is most of all records and may have a way of its own.
    #[inline]
    fn level(&mut self, now: Time, station: Station, busy: f64, waiting: i64) {
        self.record(now, Record::Level { station, busy, waiting });
    }

    /// Receives a change of a station's level where nobody begins or ceases to wait.
    #[inline]
    fn busy(&mut self, now: Time, station: Station, change: f64) {
        self.level(now, station, change, 0);
    }

    /// Whether what arrived in the observed time is still under way, so that the run should go on after its
    /// end.
    fn awaits(&self) -> bool {
        false
    }
}

/// Nobody listens.
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
