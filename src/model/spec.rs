//! The validated description of a system under load: plain structs, indices instead of names, SI units.
//!
//! Whoever builds a [`Spec`] has checked it: indices exist, means are finite, calls form no cycle. The
//! model relies on that and returns no errors. Names are kept for those who report, never to look up.

mod cluster;
mod excess;
mod id;
mod kafka;
mod laws;
pub(crate) mod limits;
mod load;
pub mod mesh;
mod timeline;
pub(crate) mod usual;

pub use self::cluster::{
    Autoscaling, Cluster, Collection, CpuCredits, FirstNode, IoBucket, Lifecycle, NodeGroup,
    Requests, Rollout, Shutdown, WarmUp,
};
pub use self::excess::{Counted, Excess};
pub use self::id::Id;
pub use self::kafka::{Brokers, Consumer, Protocol, Replication, Settings};
pub use self::load::{Closed, Curve, Journey, Load, Open, RECONNECT, Retries, Source, Visit};
pub use self::mesh::{Budget, Hedge, Index, KeepAlive, Limits, Mesh, RateLimit, RetryOn, Rules};
pub use self::timeline::{Happening, Timed};
pub use crate::engine::Order;
use crate::random::Sampler;
use crate::units::Span;

/// Everything one replication needs to know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spec {
    /// Services, each a set of equal pods.
    pub services: Vec<Service>,
    /// Endpoints of all services.
    pub endpoints: Vec<Endpoint>,
    /// Kafka listeners of all services.
    pub listeners: Vec<Listener>,
    /// Databases.
    pub databases: Vec<Database>,
    /// Caches.
    pub caches: Vec<Cache>,
    /// Kafka topics.
    pub topics: Vec<Topic>,
    /// Mutual exclusions shared by all pods.
    pub locks: Vec<Lock>,
    /// Nodes that pods run on; none: each pod has a machine of its own.
    pub cluster: Option<Cluster>,
    /// Rules of the proxies before services, at most one for a service.
    pub meshes: Vec<Mesh>,
    /// Indexes: collections whose reads take longer the more entries they have.
    pub indexes: Vec<Index>,
    /// Events from outside, in order of time, on a run that follows the curve.
    pub timeline: Vec<Timed>,
    /// The system as the timeline makes it, one state after another; each aligned with this one, see
    /// [`crate::model::obstacles`].
    pub later: Vec<Spec>,
    /// Steps of all endpoints and listeners, one after another; each program ends with [`Op::End`].
    pub ops: Vec<Op>,
    /// Distributions that steps, think times and loads draw from.
    pub samplers: Vec<Sampler>,
    /// Kafka's brokers.
    pub kafka: Brokers,
    /// The load.
    pub load: Load,
    /// Which of the simultaneous events goes first; anything but the written order is a wrong model.
    pub order: Order,
}

/// A service: `replicas` equal pods behind a balancer.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Name in the system's file.
    pub name: String,
    /// Pods that run, at least 1.
    pub pods: u32,
    /// CPU that a pod may use \[cores\]; a request never uses more than one core at a time. See
    /// [`Lifecycle::unlimited`].
    pub cores: f64,
    /// Servlet threads.
    pub threads: Threads,
    /// How requests are spread over pods.
    pub balancer: Balancer,
    /// Connection pools that each pod has of its own.
    pub pools: Vec<Pool>,
    /// How pods come and go.
    pub lifecycle: Lifecycle,
}

impl Service {
    /// Most pods that there may ever be at once.
    pub fn most_pods(&self) -> u32 {
        let scaled = self.lifecycle.autoscaling.map_or(0, |scaling| scaling.maximum);
        (self.pods + self.lifecycle.pending).max(self.lifecycle.most).max(scaled)
    }

    /// Most pods that its autoscaler orders over those that it begins with; 1 where nothing adds pods.
    pub fn grows(&self) -> f64 {
        let most = self.lifecycle.autoscaling.map_or(self.pods, |scaling| scaling.maximum);
        f64::from(most.max(self.pods)) / f64::from(self.pods.max(1))
    }
}

/// Servlet threads of a pod and the queue before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threads {
    /// Requests in work at the same time.
    pub maximum: u32,
    /// Requests accepted and waiting beyond those (max-connections less threads).
    pub accepted: u32,
    /// Connections waiting in the operating system's backlog beyond those; then refused.
    pub backlog: u32,
}

/// How requests are spread over the pods of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Balancer {
    /// In turn.
    RoundRobin,
    /// Each pod equally likely.
    Random,
    /// The pod with the fewest requests in work or waiting; the first of equals.
    LeastRequests,
    /// The pod that a kept connection leads to.
    Sticky(KeepAlive),
}

/// A connection pool of each pod of a service (`HikariCP`).
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Name in the system's file, such as `master`.
    pub name: String,
    /// Index of the database its connections reach.
    pub database: Id,
    /// Most connections, idle and in use together.
    pub maximum: u32,
    /// Idle connections that it tries to keep.
    pub minimum_idle: u32,
    /// Longest wait for a connection, then the request fails.
    pub connection_timeout: Span,
    /// An idle connection above `minimum_idle` is closed after this time; none: never.
    pub idle_timeout: Option<Span>,
    /// Time to open a connection.
    pub connect: Span,
    /// Pause of the adder between two connections (30 ms in `HikariCP` 5.1 and 6.0).
    pub growth_pause: Span,
    /// Period in which idle connections are trimmed and refilled (30 s).
    pub housekeeping: Span,
    /// Time in which who waits wakes up for a connection that came back; none: the first in line has it
    /// directly.
    pub wake_up: Span,
    /// Share of the times that a thread which goes straight on to a queued request takes back the
    /// connection that it has just returned, before the waiter that was offered it is awake, where the
    /// description gives it nothing to do in between.
    pub take_back: f64,
}

/// An HTTP endpoint of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// `service.endpoint`.
    pub name: String,
    /// Index of its service.
    pub service: Id,
    /// Index of the first step in [`Spec::ops`].
    pub entry: u32,
}

/// When a consumer commits its offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ack {
    /// After each record (`MANUAL_IMMEDIATE`): a broker round trip a record.
    Record,
    /// Once per poll, after its last record (BATCH, MANUAL).
    Batch,
}

/// A Kafka listener: `concurrency` consumer threads in each pod of its service.
#[derive(Clone, Debug, PartialEq)]
pub struct Listener {
    /// `service.listener`.
    pub name: String,
    /// Index of its service.
    pub service: Id,
    /// Index of the topic it reads.
    pub topic: Id,
    /// Partitions that this listener sees, where they are not the topic's: relief gives more to one
    /// listener and leaves the topic's other readers alone.
    pub partitions: Option<u32>,
    /// Consumer group.
    pub group: String,
    /// Threads in each pod.
    pub concurrency: u32,
    /// When offsets are committed.
    pub ack: Ack,
    /// Most records a poll returns.
    pub max_poll_records: u32,
    /// From a record's arrival on the broker to an idle consumer having it.
    pub fetch: Span,
    /// Broker round trip of a commit.
    pub commit: Span,
    /// Further attempts at a record that failed, then it is skipped.
    pub retries: u32,
    /// Pause before each further attempt; the thread and all its partitions wait.
    pub back_off: Span,
    /// How its threads are members of their group, and what of its records fails.
    pub consumer: Consumer,
    /// Whether a record handled here completes a flow (an order, say).
    pub completes_flow: bool,
    /// Index of the first step in [`Spec::ops`].
    pub entry: u32,
}

/// A database server.
#[derive(Clone, Debug, PartialEq)]
pub struct Database {
    /// Name in the system's file.
    pub name: String,
    /// Virtual CPUs, shared by all statements in work \[cores\].
    pub cores: f64,
    /// Storage operations a second; none: storage never limits.
    pub iops: Option<f64>,
    /// Credits of its storage, whose `iops` then are those of the burst; they count on a day only.
    pub io_credits: Option<IoBucket>,
    /// Time of one storage operation without a queue.
    pub io_latency: Span,
    /// Connections accepted of those who are no administrators; an attempt above is refused. None: no
    /// limit.
    pub max_connections: Option<u32>,
    /// Connections accepted beside those, of administrators only.
    pub reserved: u32,
}

/// A cache server, or one shard of a cluster: one command thread. The shards of a cluster stand side by
/// side, and what is asked of the cluster is asked of the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Cache {
    /// Name in the system's file, with the number of the shard in a cluster of several.
    pub name: String,
    /// Place of the cache, with all its shards, in the system's file.
    pub of: Id,
    /// Shards of the cache, at least 1.
    pub shards: u32,
    /// Network time of one command, there and back.
    pub round_trip: Span,
}

/// A Kafka topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// Name.
    pub name: String,
    /// Partitions, at least 1.
    pub partitions: u32,
    /// Copies of each.
    pub replication: Replication,
    /// Whether its records count as events in the sense of the plan (a tracking topic's do not).
    pub counted: bool,
}

/// A mutual exclusion shared by all pods.
#[derive(Clone, Debug, PartialEq)]
pub struct Lock {
    /// Name in the system's file.
    pub name: String,
}

/// How long a connection is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Until the transaction ends.
    Transaction,
    /// Until the response is written (open-in-view). Later transactions of the request use the same
    /// connection, whichever pool they name.
    Request,
}

/// One step of a program. `draw` numbers the random draw of the step within its request: it comes from
/// the step's name, so that adding a step elsewhere shifts nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// Compute on the pod's CPU.
    Cpu {
        /// Index of the sampler.
        time: Id,
        /// Number of the draw.
        draw: u64,
    },
    /// Wait for something outside that has no queue.
    Delay {
        /// Index of the sampler.
        time: Id,
        /// Number of the draw.
        draw: u64,
    },
    /// Begin a transaction: take a connection of pool `pool` of the request's service. With
    /// [`Hold::Request`] and a connection already held for the request it takes none.
    Begin {
        /// Index into the service's pools.
        pool: Id,
        /// How long the connection is kept.
        hold: Hold,
    },
    /// End the innermost transaction: its connection goes back unless it is held to the response.
    Finish,
    /// Work on database `database`: round trips, then CPU shared with all other work there, then
    /// storage operations one after another.
    Query {
        /// Index of the database.
        database: Id,
        /// Network time of all its round trips together.
        round_trips: Span,
        /// Index of the sampler of CPU time on the database; none for no work.
        work: Option<Id>,
        /// Number of the draw.
        draw: u64,
        /// Storage operations that it waits for, whole part.
        ios: u32,
        /// Probability of one operation more (the fractional part).
        io_chance: f64,
    },
    /// Commands to a cache, one after another, each with a key of its own.
    Cache {
        /// Index of the cache's first shard.
        cache: Id,
        /// Number of commands, at least 1.
        operations: u32,
        /// Index of the sampler of the server's time for one command.
        time: Id,
        /// Number of the draw.
        draw: u64,
    },
    /// Compute on the pod's CPU, for so long a thousand entries of an index.
    CpuOfIndex {
        /// Index of the index.
        index: Id,
        /// Index of the sampler of the time for a thousand entries.
        time: Id,
        /// Number of the draw.
        draw: u64,
    },
    /// Wait for something that takes so long a thousand entries of an index.
    DelayOfIndex {
        /// Index of the index.
        index: Id,
        /// Index of the sampler of the time for a thousand entries.
        time: Id,
        /// Number of the draw.
        draw: u64,
    },
    /// A command to a cache that takes its server so long a thousand entries of an index.
    CacheOfIndex {
        /// Index of the index.
        index: Id,
        /// Index of the shard on which it lies.
        cache: Id,
        /// Index of the sampler of the server's time for a thousand entries.
        time: Id,
        /// Number of the draw.
        draw: u64,
    },
    /// Put entries into an index.
    Insert {
        /// Index of the index.
        index: Id,
        /// How many.
        entries: u32,
    },
    /// Call an endpoint and wait for its answer; on failure or after `timeout` this request fails.
    Call {
        /// Index of the endpoint.
        endpoint: Id,
        /// Network time, there and back.
        round_trip: Span,
        /// Longest wait; none: for ever. The callee goes on working.
        timeout: Option<Span>,
        /// Number of the draw.
        draw: u64,
    },
    /// Have an endpoint called later, without waiting (a customer who pays, a gateway that calls back).
    Send {
        /// Index of the endpoint.
        endpoint: Id,
        /// Index of the sampler of the time until then.
        after: Id,
        /// Number of the draw.
        draw: u64,
    },
    /// Append a record to a topic; not waited for.
    Publish {
        /// Index of the topic.
        topic: Id,
        /// Whether the record carries the key of its flow, so that all records of a flow share a
        /// partition number; else any partition is equally likely.
        keyed: bool,
        /// Number of the draw: the identity of the record among those of its request.
        draw: u64,
    },
    /// Wait for the acknowledgement of the record appended just before.
    Acknowledged {
        /// Index of the topic.
        topic: Id,
        /// Whether the record carries the key of its flow.
        keyed: bool,
        /// Index of the sampler of the time until the leader has it.
        leader: Id,
        /// Index of the sampler of the time from then until one follower has it, where those in sync are
        /// waited for.
        follower: Option<Id>,
        /// Number of the draw of the record.
        draw: u64,
    },
    /// Go to `target` with probability `chance`, else on to the next step.
    Jump {
        /// Index into [`Spec::ops`].
        target: u32,
        /// Probability of the jump; 1 for always.
        chance: f64,
        /// Number of the draw.
        draw: u64,
    },
    /// Go to `target` on a cache hit, with this probability; never when the cache does not answer.
    Hit {
        /// Index of the cache.
        cache: Id,
        /// Index into [`Spec::ops`].
        target: u32,
        /// Probability.
        chance: f64,
        /// Number of the draw.
        draw: u64,
    },
    /// Take a lock, waiting for it.
    Lock {
        /// Index of the lock.
        lock: Id,
    },
    /// Give a lock back.
    Unlock {
        /// Index of the lock.
        lock: Id,
    },
    /// The program is done.
    End,
}

/// A resource whose capacity can be raised to see whether it is what limits the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// CPU of a service's pods.
    Cpu(Id),
    /// Servlet threads of a service.
    Threads(Id),
    /// A pool of a service: (service, pool).
    Pool(Id, Id),
    /// CPU of a database.
    DatabaseCpu(Id),
    /// Storage of a database.
    DatabaseIo(Id),
    /// Connections of a database.
    DatabaseConnections(Id),
    /// Command thread of a cache.
    Cache(Id),
    /// Consumer threads of a listener, and the partitions that feed them.
    Listener(Id),
    /// A lock.
    Lock(Id),
    /// Processors of a node that is there from the beginning, shared by the pods on it.
    Node(Id),
    /// Connections that proxies have to a service: (index of the mesh, of its service).
    Proxy(Id, Id),
}

impl Spec {
    /// Partitions that a listener sees.
    pub fn partitions(&self, listener: Id) -> u32 {
        let listener = &self.listeners[listener as usize];
        listener.partitions.unwrap_or(self.topics[listener.topic as usize].partitions)
    }

    /// Most partitions that a listener may ever see, with those that the timeline adds.
    pub fn most_partitions(&self, listener: Id) -> u32 {
        let topic = self.listeners[listener as usize].topic;
        let added = self.timeline.iter().filter_map(|timed| match timed.what {
            Happening::Partitions { topic: of, partitions } if of == topic => Some(partitions),
            _ => None,
        });
        added.chain([self.partitions(listener)]).max().unwrap_or(1)
    }
}
