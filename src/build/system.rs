//! Builders of a system and its load. They take anything; [`SpecBuilder::build`] judges.

use super::happening::Event;
use super::kafka::{ListenerBuilder, TopicBuilder};
use super::load::LoadBuilder;
use super::mesh::MeshBuilder;
use super::nodes::{AutoscalerBuilder, NodeGroupBuilder};
use super::step::Step;
use crate::model::spec::usual::RESERVED;
use crate::model::spec::{Balancer, Brokers, Lifecycle, Pool, Threads};
use crate::units::Span;

/// Description of a system under load, under construction.
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
    /// A system without parts and without a load.
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

    /// Adds a cache: a server that does one command at a time, `round_trip` away.
    #[must_use]
    pub fn cache(mut self, name: impl Into<String>, round_trip: Span) -> SpecBuilder {
        self.caches.push((name.into(), round_trip));
        self
    }

    /// Adds a lock that all pods share.
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

    /// Adds a group of nodes on which pods run; without one each pod has a machine of its own.
    #[must_use]
    pub fn node_group(mut self, group: NodeGroupBuilder) -> SpecBuilder {
        self.groups.push(group);
        self
    }

    /// Lets nodes decide only where pods fit: each that does has a processor of its own.
    #[must_use]
    pub fn placement_only(mut self) -> SpecBuilder {
        self.placement_only = true;
        self
    }

    /// Sets Kafka's brokers and what producers make of them; three with Kafka's defaults unless set.
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

/// A service, under construction: one pod without a limit on its processor, with a thread for every
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
    /// A service of this name, which has no dot.
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

    /// Limits the processor of each pod, which its requests share \[cores\]; one uses at most one core at a
    /// time. The limit is a quota of each 100 ms, as the kernel has it. Without one a pod uses what its
    /// node has free; without nodes, as many whole cores as it requests, at least one.
    #[must_use]
    pub fn cores(mut self, limit: f64) -> ServiceBuilder {
        self.cores = Some(limit);
        self
    }

    /// Makes the limit on the processor a slower processor instead of a quota: the server of theory.
    #[must_use]
    pub fn smooth(mut self) -> ServiceBuilder {
        self.smooth = true;
        self
    }

    /// Sets the threads of each pod. The queue before them is Tomcat's; see [`ServiceBuilder::queue`].
    #[must_use]
    pub fn threads(mut self, maximum: u32) -> ServiceBuilder {
        self.threads = Threads::tomcat(maximum);
        self
    }

    /// Sets how many requests wait for a thread of a pod before the next is refused. To be called after
    /// [`ServiceBuilder::threads`].
    #[must_use]
    pub fn queue(mut self, length: u32) -> ServiceBuilder {
        self.threads = Threads { accepted: length, backlog: 0, ..self.threads };
        self
    }

    /// Sets how requests are spread over pods; in turn unless set.
    #[must_use]
    pub fn balancer(mut self, balancer: Balancer) -> ServiceBuilder {
        self.balancer = balancer;
        self
    }

    /// Adds a connection pool, which each pod has of its own.
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

/// A connection pool with the defaults of `HikariCP`, under construction.
#[derive(Clone, Debug)]
pub struct PoolBuilder {
    pub(super) database: String,
    pub(super) pool: Pool,
}

impl PoolBuilder {
    /// A pool of so many connections to a database, all of which are kept open.
    pub fn new(
        name: impl Into<String>,
        database: impl Into<String>,
        connections: u32,
    ) -> PoolBuilder {
        PoolBuilder { database: database.into(), pool: Pool::hikari(name.into(), 0, connections) }
    }

    /// Sets the longest wait for a connection, after which the request fails; 30 s unless set.
    #[must_use]
    pub fn timeout(mut self, timeout: Span) -> PoolBuilder {
        self.pool.connection_timeout = timeout;
        self
    }

    /// Hands connections over without the time that a waiter takes to wake up, strictly in order: the queue
    /// of theory.
    #[must_use]
    pub fn in_order(mut self) -> PoolBuilder {
        self.pool.wake_up = Span::ZERO;
        self
    }
}

/// A database, under construction: one core, any number of connections, and storage that never limits.
#[derive(Clone, Debug)]
pub struct DatabaseBuilder {
    pub(super) name: String,
    pub(super) cores: f64,
    pub(super) connections: Option<u32>,
    pub(super) reserved: u32,
}

impl DatabaseBuilder {
    /// A database of this name.
    pub fn new(name: impl Into<String>) -> DatabaseBuilder {
        DatabaseBuilder { name: name.into(), cores: 1.0, connections: None, reserved: RESERVED }
    }

    /// Sets the processor that all its queries share.
    #[must_use]
    pub fn cores(mut self, cores: f64) -> DatabaseBuilder {
        self.cores = cores;
        self
    }

    /// Sets the number of connections beyond which it refuses (`max_connections`), those for administrators
    /// included.
    #[must_use]
    pub fn connections(mut self, most: u32) -> DatabaseBuilder {
        self.connections = Some(most);
        self
    }

    /// Sets how many of those are for administrators only (`superuser_reserved_connections`); three unless
    /// set.
    #[must_use]
    pub fn reserved(mut self, connections: u32) -> DatabaseBuilder {
        self.reserved = connections;
        self
    }
}
