//! Validated description (spec) of a system under load: plain structs, indices instead of names, SI
//! units.
//!
//! The builder of a [`Spec`] has checked it: indices exist, means are finite, calls form no cycle.
//! The model relies on that and returns no errors. Names are kept for reports, never for lookups.

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

/// Complete input of one replication.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spec {
    /// Services, each a set of identical pods.
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
    /// Mutexes shared by all pods.
    pub locks: Vec<Lock>,
    /// Nodes that pods run on; `None` gives each pod a machine of its own.
    pub cluster: Option<Cluster>,
    /// Proxy rules in front of services, at most one set per service.
    pub meshes: Vec<Mesh>,
    /// Indexes: collections whose reads take longer the more entries they have.
    pub indexes: Vec<Index>,
    /// External events in order of time, for a run that follows the load curve.
    pub timeline: Vec<Timed>,
    /// Successive states of the system under the timeline; each is aligned with this one, see
    /// [`crate::model::obstacles`].
    pub later: Vec<Spec>,
    /// Steps of all endpoints and listeners, concatenated; each program ends with [`Op::End`].
    pub ops: Vec<Op>,
    /// Distributions of the times of steps, think times and loads.
    pub samplers: Vec<Sampler>,
    /// Kafka brokers.
    pub kafka: Brokers,
    /// Load.
    pub load: Load,
    /// Order of simultaneous events; any other than the defined one is a wrong model, used for
    /// validation.
    pub order: Order,
}

/// A service: `replicas` identical pods behind a load balancer.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Name in the system's file.
    pub name: String,
    /// Initial pods, at least 1.
    pub pods: u32,
    /// CPU limit of a pod \[cores\]; a request never uses more than one core at a time. See
    /// [`Lifecycle::unlimited`].
    pub cores: f64,
    /// Servlet threads.
    pub threads: Threads,
    /// Load balancing over pods.
    pub balancer: Balancer,
    /// Connection pools of each pod.
    pub pools: Vec<Pool>,
    /// Lifecycle of its pods.
    pub lifecycle: Lifecycle,
}

impl Service {
    /// Returns the maximum number of pods that may ever exist at once.
    pub fn most_pods(&self) -> u32 {
        let scaled = self.lifecycle.autoscaling.map_or(0, |scaling| scaling.maximum);
        (self.pods + self.lifecycle.pending).max(self.lifecycle.most).max(scaled)
    }

    /// Returns the maximum number of pods of its autoscaler relative to the initial number; 1 where
    /// nothing adds pods.
    pub fn grows(&self) -> f64 {
        let most = self.lifecycle.autoscaling.map_or(self.pods, |scaling| scaling.maximum);
        f64::from(most.max(self.pods)) / f64::from(self.pods.max(1))
    }
}

/// Servlet threads of a pod and the queue in front of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threads {
    /// Maximum number of requests in work at once.
    pub maximum: u32,
    /// Requests accepted and queued in addition (max-connections minus threads).
    pub accepted: u32,
    /// Connections queued in the operating system's backlog beyond those; further ones are refused.
    pub backlog: u32,
}

/// Load balancing over the pods of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Balancer {
    /// Round robin.
    RoundRobin,
    /// Uniformly at random.
    Random,
    /// The pod with the fewest requests in work or queued; the first of equals.
    LeastRequests,
    /// The pod of a keep-alive connection.
    Sticky(KeepAlive),
}

/// A connection pool of each pod of a service (`HikariCP`).
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Name in the system's file, such as `master`.
    pub name: String,
    /// Index of the database that it connects to.
    pub database: Id,
    /// Maximum number of connections, idle and in use together.
    pub maximum: u32,
    /// Number of idle connections that it tries to maintain.
    pub minimum_idle: u32,
    /// Maximum wait for a connection, after which the request fails.
    pub connection_timeout: Span,
    /// Time after which an idle connection above `minimum_idle` is closed; `None` for never.
    pub idle_timeout: Option<Span>,
    /// Time to open a connection.
    pub connect: Span,
    /// Pause of the adder between two connections (30 ms in `HikariCP` 5.1 and 6.0).
    pub growth_pause: Span,
    /// Period at which idle connections are trimmed and refilled (30 s).
    pub housekeeping: Span,
    /// Time for a waiting thread to wake up when a connection is returned; zero hands it directly
    /// to the first in line.
    pub wake_up: Span,
    /// Probability that a thread which goes straight on to a queued request takes back the
    /// connection that it has just returned, before the waiter that was offered it wakes up;
    /// applies where the spec gives it nothing to do in between.
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

/// Commit mode of a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ack {
    /// After each record (`MANUAL_IMMEDIATE`): one broker round trip per record.
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
    /// Index of the topic that it reads.
    pub topic: Id,
    /// Number of partitions that this listener sees, if not the topic's: relief increases it for
    /// one listener without affecting the topic's other readers.
    pub partitions: Option<u32>,
    /// Consumer group.
    pub group: String,
    /// Threads per pod.
    pub concurrency: u32,
    /// Commit mode.
    pub ack: Ack,
    /// Maximum number of records returned by a poll.
    pub max_poll_records: u32,
    /// Time from a record's arrival on the broker until an idle consumer has it.
    pub fetch: Span,
    /// Broker round trip of a commit.
    pub commit: Span,
    /// Number of further attempts at a record that failed, after which it is skipped.
    pub retries: u32,
    /// Pause before each further attempt; the thread and all its partitions wait.
    pub back_off: Span,
    /// Group membership of its threads, and the share of its records that fails.
    pub consumer: Consumer,
    /// Whether handling a record here completes a flow (an order, say).
    pub completes_flow: bool,
    /// Index of the first step in [`Spec::ops`].
    pub entry: u32,
}

/// A database server.
#[derive(Clone, Debug, PartialEq)]
pub struct Database {
    /// Name in the system's file.
    pub name: String,
    /// vCPUs, shared by all statements in work \[cores\].
    pub cores: f64,
    /// Storage operations per second; `None` for unlimited.
    pub iops: Option<f64>,
    /// I/O credits of its storage, whose `iops` are then the burst rate; they apply on a day only.
    pub io_credits: Option<IoBucket>,
    /// Latency of one storage operation without queueing.
    pub io_latency: Span,
    /// Connection limit for non-administrators; an attempt above it is refused. `None` for no
    /// limit.
    pub max_connections: Option<u32>,
    /// Additional connections reserved for administrators.
    pub reserved: u32,
}

/// A cache server, or one shard of a cluster: one command thread. The shards of a cluster are
/// adjacent, and the first represents the cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Cache {
    /// Name in the system's file, with the number of the shard in a cluster of several.
    pub name: String,
    /// Index of the cache, with all its shards, in the system's file.
    pub of: Id,
    /// Number of shards of the cache, at least 1.
    pub shards: u32,
    /// Network round trip of one command.
    pub round_trip: Span,
}

/// A Kafka topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// Name.
    pub name: String,
    /// Partitions, at least 1.
    pub partitions: u32,
    /// Replication of each partition.
    pub replication: Replication,
    /// Whether its records count as events in the sense of the plan (those of a tracking topic do
    /// not).
    pub counted: bool,
}

/// A mutex shared by all pods.
#[derive(Clone, Debug, PartialEq)]
pub struct Lock {
    /// Name in the system's file.
    pub name: String,
}

/// Scope for which a connection is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Until the transaction ends.
    Transaction,
    /// Until the response is written (open-in-view). Later transactions of the request use the same
    /// connection, whichever pool they name.
    Request,
}

/// One step of a program. `draw` numbers the random draw of the step within its request: it is
/// derived from the step's name, so that adding a step elsewhere shifts nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// Computes on the pod's CPU.
    Cpu {
        /// Index of the sampler.
        time: Id,
        /// Draw number.
        draw: u64,
    },
    /// Waits for something external without a queue.
    Delay {
        /// Index of the sampler.
        time: Id,
        /// Draw number.
        draw: u64,
    },
    /// Begins a transaction: acquires a connection of pool `pool` of the request's service. With
    /// [`Hold::Request`] and a connection already held for the request it acquires none.
    Begin {
        /// Index into the service's pools.
        pool: Id,
        /// Scope for which the connection is held.
        hold: Hold,
    },
    /// Ends the innermost transaction: its connection is returned unless it is held until the
    /// response.
    Finish,
    /// Queries database `database`: round trips, then CPU time shared with all other statements
    /// there, then sequential storage operations.
    Query {
        /// Index of the database.
        database: Id,
        /// Total network time of all its round trips.
        round_trips: Span,
        /// Index of the sampler of CPU time on the database; `None` for no work.
        work: Option<Id>,
        /// Draw number.
        draw: u64,
        /// Storage operations that it waits for, integer part.
        ios: u32,
        /// Probability of one further operation (the fractional part).
        io_chance: f64,
    },
    /// Sends sequential commands to a cache, each with a key of its own.
    Cache {
        /// Index of the cache's first shard.
        cache: Id,
        /// Number of commands, at least 1.
        operations: u32,
        /// Index of the sampler of the service time of one command.
        time: Id,
        /// Draw number.
        draw: u64,
    },
    /// Computes on the pod's CPU, for a time proportional to the entries of an index.
    CpuOfIndex {
        /// Index number in [`Spec::indexes`].
        index: Id,
        /// Index of the sampler of the time per thousand entries.
        time: Id,
        /// Draw number.
        draw: u64,
    },
    /// Waits without a queue, for a time proportional to the entries of an index.
    DelayOfIndex {
        /// Index number in [`Spec::indexes`].
        index: Id,
        /// Index of the sampler of the time per thousand entries.
        time: Id,
        /// Draw number.
        draw: u64,
    },
    /// Sends a command to a cache, with a service time proportional to the entries of an index.
    CacheOfIndex {
        /// Index number in [`Spec::indexes`].
        index: Id,
        /// Index of the shard that holds it.
        cache: Id,
        /// Index of the sampler of the service time per thousand entries.
        time: Id,
        /// Draw number.
        draw: u64,
    },
    /// Inserts entries into an index.
    Insert {
        /// Index number in [`Spec::indexes`].
        index: Id,
        /// Number of entries.
        entries: u32,
    },
    /// Calls an endpoint and waits for its answer; on failure or after `timeout` this request
    /// fails.
    Call {
        /// Index of the endpoint.
        endpoint: Id,
        /// Network round trip.
        round_trip: Span,
        /// Maximum wait; `None` for unlimited. The callee continues after a timeout.
        timeout: Option<Span>,
        /// Draw number.
        draw: u64,
    },
    /// Schedules a call of an endpoint without waiting (a customer who pays, a gateway that calls
    /// back).
    Send {
        /// Index of the endpoint.
        endpoint: Id,
        /// Index of the sampler of the delay until the call.
        after: Id,
        /// Draw number.
        draw: u64,
    },
    /// Appends a record to a topic without waiting.
    Publish {
        /// Index of the topic.
        topic: Id,
        /// Whether the record has the key of its flow, so that all records of a flow share a
        /// partition number; otherwise partitions are chosen uniformly.
        keyed: bool,
        /// Draw number: the identity of the record among those of its request.
        draw: u64,
    },
    /// Waits for the acknowledgement of the record just appended.
    Acknowledged {
        /// Index of the topic.
        topic: Id,
        /// Whether the record has the key of its flow.
        keyed: bool,
        /// Index of the sampler of the time until the leader has it.
        leader: Id,
        /// Index of the sampler of the time from then until a follower has it, where the in-sync
        /// replicas are waited for.
        follower: Option<Id>,
        /// Draw number of the record.
        draw: u64,
    },
    /// Jumps to `target` with probability `chance`, otherwise falls through to the next step.
    Jump {
        /// Index into [`Spec::ops`].
        target: u32,
        /// Probability of the jump; 1 for always.
        chance: f64,
        /// Draw number.
        draw: u64,
    },
    /// Jumps to `target` on a cache hit, with probability `chance`; never when the cache is
    /// unavailable.
    Hit {
        /// Index of the cache.
        cache: Id,
        /// Index into [`Spec::ops`].
        target: u32,
        /// Hit probability.
        chance: f64,
        /// Draw number.
        draw: u64,
    },
    /// Acquires a lock, waiting for it.
    Lock {
        /// Index of the lock.
        lock: Id,
    },
    /// Releases a lock.
    Unlock {
        /// Index of the lock.
        lock: Id,
    },
    /// Ends the program.
    End,
}

/// A resource whose capacity can be raised to test whether it is the bottleneck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// CPU of a service's pods.
    Cpu(Id),
    /// Servlet threads of a service.
    Threads(Id),
    /// Connection pool of a service: (service, pool).
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
    /// Processors of a node that exists from the beginning, shared by the pods on it.
    Node(Id),
    /// Connections of proxies to a service: (index of the mesh, of its service).
    Proxy(Id, Id),
}

impl Spec {
    /// Returns the number of partitions that a listener sees.
    pub fn partitions(&self, listener: Id) -> u32 {
        let listener = &self.listeners[listener as usize];
        listener.partitions.unwrap_or(self.topics[listener.topic as usize].partitions)
    }

    /// Returns the maximum number of partitions that a listener may ever see, including those added
    /// by the timeline.
    pub fn most_partitions(&self, listener: Id) -> u32 {
        let topic = self.listeners[listener as usize].topic;
        let added = self.timeline.iter().filter_map(|timed| match timed.what {
            Happening::Partitions { topic: of, partitions } if of == topic => Some(partitions),
            _ => None,
        });
        added.chain([self.partitions(listener)]).max().unwrap_or(1)
    }
}
