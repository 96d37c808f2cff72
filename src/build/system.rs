//! Builders of a system and its load. They accept any values; [`SpecBuilder::build`] validates
//! them.

use super::happening::Event;
use super::kafka::{ListenerBuilder, TopicBuilder};
use super::load::LoadBuilder;
use super::mesh::MeshBuilder;
use super::nodes::{AutoscalerBuilder, NodeGroupBuilder};
use super::step::Step;
use crate::model::spec::usual::RESERVED;
use crate::model::spec::{Balancer, Brokers, Lifecycle, Pool, Threads};
use crate::units::Span;

/// Builder of a [`Spec`](crate::model::spec::Spec): a system and its load.
#[derive(Clone, Debug, Default)]
pub struct SpecBuilder {
    pub(super) services: Vec<ServiceBuilder>,
    pub(super) databases: Vec<DatabaseBuilder>,
    pub(super) caches: Vec<(String, Span)>,
    pub(super) locks: Vec<String>,
    pub(super) topics: Vec<TopicBuilder>,
    pub(super) brokers: Brokers,
    pub(super) groups: Vec<NodeGroupBuilder>,
    pub(super) placement_only: bool,
    pub(super) load: LoadBuilder,
    pub(super) curve: Option<(String, Vec<f64>)>,
    pub(super) events: Vec<(Span, Event)>,
}

impl SpecBuilder {
    /// Creates a system without components and without a load.
    pub fn new() -> SpecBuilder {
        SpecBuilder::default()
    }

    /// Adds a service.
    #[must_use]
    pub fn service(mut self, service: ServiceBuilder) -> SpecBuilder {
        self.services.push(service);
        self
    }

    /// Adds a database.
    #[must_use]
    pub fn database(mut self, database: DatabaseBuilder) -> SpecBuilder {
        self.databases.push(database);
        self
    }

    /// Adds a cache: a single server that executes one command at a time, first come, first served,
    /// with a network round trip of `round_trip`.
    #[must_use]
    pub fn cache(mut self, name: impl Into<String>, round_trip: Span) -> SpecBuilder {
        self.caches.push((name.into(), round_trip));
        self
    }

    /// Adds a lock shared by all pods.
    #[must_use]
    pub fn lock(mut self, name: impl Into<String>) -> SpecBuilder {
        self.locks.push(name.into());
        self
    }

    /// Adds a Kafka topic.
    #[must_use]
    pub fn topic(mut self, topic: TopicBuilder) -> SpecBuilder {
        self.topics.push(topic);
        self
    }

    /// Adds a node group, on which pods run; without any, each pod has a machine of its own.
    #[must_use]
    pub fn node_group(mut self, group: NodeGroupBuilder) -> SpecBuilder {
        self.groups.push(group);
        self
    }

    /// Uses nodes for placement only: a pod that fits on a node has a processor of its own, instead
    /// of sharing that of its node.
    #[must_use]
    pub fn placement_only(mut self) -> SpecBuilder {
        self.placement_only = true;
        self
    }

    /// Sets the Kafka brokers and the settings of producers; by default three brokers with Kafka's
    /// defaults.
    ///
    /// ```
    /// use plimsoll::build::SpecBuilder;
    /// use plimsoll::model::spec::Brokers;
    ///
    /// let system = SpecBuilder::new().brokers(Brokers { brokers: 5, ..Brokers::default() });
    /// ```
    #[must_use]
    pub fn brokers(mut self, brokers: Brokers) -> SpecBuilder {
        self.brokers = brokers;
        self
    }
}

/// Builder of a service; by default one pod without a CPU limit and with a thread for every
/// request.
#[derive(Clone, Debug)]
pub struct ServiceBuilder {
    pub(super) name: String,
    pub(super) pods: u32,
    pub(super) cores: Option<f64>,
    pub(super) smooth: bool,
    pub(super) threads: Threads,
    pub(super) balancer: Balancer,
    pub(super) pools: Vec<PoolBuilder>,
    pub(super) endpoints: Vec<(String, Vec<Step>)>,
    pub(super) listeners: Vec<ListenerBuilder>,
    pub(super) lifecycle: Lifecycle,
    pub(super) group: Option<String>,
    pub(super) autoscaler: Option<AutoscalerBuilder>,
    pub(super) mesh: Option<MeshBuilder>,
}

impl ServiceBuilder {
    /// Creates a service of this name, which must not contain a dot.
    pub fn new(name: impl Into<String>) -> ServiceBuilder {
        ServiceBuilder {
            name: name.into(),
            pods: 1,
            cores: None,
            smooth: false,
            threads: Threads::UNLIMITED,
            balancer: Balancer::RoundRobin,
            pools: Vec::new(),
            endpoints: Vec::new(),
            listeners: Vec::new(),
            lifecycle: Lifecycle::default(),
            group: None,
            autoscaler: None,
            mesh: None,
        }
    }

    /// Sets the number of pods.
    #[must_use]
    pub fn pods(mut self, pods: u32) -> ServiceBuilder {
        self.pods = pods;
        self
    }

    /// Sets the CPU limit of each pod, which its requests share \[cores\]; a request uses at most
    /// one core at a time. The limit is a CFS quota per period of 100 ms. Without a limit a pod
    /// uses the idle capacity of its node; without nodes, its CPU request in whole cores, at least
    /// one.
    #[must_use]
    pub fn cores(mut self, limit: f64) -> ServiceBuilder {
        self.cores = Some(limit);
        self
    }

    /// Models the CPU limit as a slower processor instead of a quota: ideal processor sharing, as
    /// in queueing theory.
    #[must_use]
    pub fn smooth(mut self) -> ServiceBuilder {
        self.smooth = true;
        self
    }

    /// Sets the number of threads of each pod, with Tomcat's default queue in front of them; see
    /// [`ServiceBuilder::queue`].
    #[must_use]
    pub fn threads(mut self, maximum: u32) -> ServiceBuilder {
        self.threads = Threads::tomcat(maximum);
        self
    }

    /// Sets the maximum number of requests that queue for a thread of a pod; further ones are
    /// refused. Call it after [`ServiceBuilder::threads`], which resets it.
    #[must_use]
    pub fn queue(mut self, length: u32) -> ServiceBuilder {
        self.threads = Threads { accepted: length, backlog: 0, ..self.threads };
        self
    }

    /// Sets the load balancing over pods; round robin by default.
    #[must_use]
    pub fn balancer(mut self, balancer: Balancer) -> ServiceBuilder {
        self.balancer = balancer;
        self
    }

    /// Adds a connection pool, of which each pod has its own.
    #[must_use]
    pub fn pool(mut self, pool: PoolBuilder) -> ServiceBuilder {
        self.pools.push(pool);
        self
    }

    /// Adds an endpoint.
    #[must_use]
    pub fn endpoint(
        mut self,
        name: impl Into<String>,
        steps: impl IntoIterator<Item = Step>,
    ) -> ServiceBuilder {
        self.endpoints.push((name.into(), steps.into_iter().collect()));
        self
    }

    /// Adds a Kafka listener.
    #[must_use]
    pub fn listener(mut self, listener: ListenerBuilder) -> ServiceBuilder {
        self.listeners.push(listener);
        self
    }
}

/// Builder of a connection pool, with the defaults of `HikariCP`.
#[derive(Clone, Debug)]
pub struct PoolBuilder {
    pub(super) database: String,
    pub(super) pool: Pool,
}

impl PoolBuilder {
    /// Creates a pool of a fixed number of connections to a database, all of which are kept open.
    pub fn new(
        name: impl Into<String>,
        database: impl Into<String>,
        connections: u32,
    ) -> PoolBuilder {
        PoolBuilder { database: database.into(), pool: Pool::hikari(name.into(), 0, connections) }
    }

    /// Sets the maximum wait for a connection, after which the request fails (`connectionTimeout`);
    /// 30 s by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Span) -> PoolBuilder {
        self.pool.connection_timeout = timeout;
        self
    }

    /// Hands connections over strictly first come, first served, without the time that a waiting
    /// thread takes to wake up: the queue of queueing theory.
    #[must_use]
    pub fn in_order(mut self) -> PoolBuilder {
        self.pool.wake_up = Span::ZERO;
        self
    }
}

/// Builder of a database; by default one core and unlimited connections. Its storage is not a
/// bottleneck.
#[derive(Clone, Debug)]
pub struct DatabaseBuilder {
    pub(super) name: String,
    pub(super) cores: f64,
    pub(super) connections: Option<u32>,
    pub(super) reserved: u32,
}

impl DatabaseBuilder {
    /// Creates a database of this name.
    pub fn new(name: impl Into<String>) -> DatabaseBuilder {
        DatabaseBuilder { name: name.into(), cores: 1.0, connections: None, reserved: RESERVED }
    }

    /// Sets the processor capacity shared by all queries \[cores\].
    #[must_use]
    pub fn cores(mut self, cores: f64) -> DatabaseBuilder {
        self.cores = cores;
        self
    }

    /// Sets the maximum number of connections (`max_connections`), including those reserved for
    /// administrators; further ones are refused.
    #[must_use]
    pub fn connections(mut self, most: u32) -> DatabaseBuilder {
        self.connections = Some(most);
        self
    }

    /// Sets the number of connections reserved for administrators
    /// (`superuser_reserved_connections`); three by default.
    #[must_use]
    pub fn reserved(mut self, connections: u32) -> DatabaseBuilder {
        self.reserved = connections;
        self
    }
}
