//! Builders of a system and its load. They take anything; [`SpecBuilder::build`] judges.

use super::step::Step;
use crate::model::spec::{Balancer, Pool, Threads};
use crate::random::Dist;
use crate::units::Span;

/// Description of a system under load, under construction.
#[derive(Clone, Debug, Default)]
pub struct SpecBuilder {
    pub(super) services: Vec<ServiceBuilder>,
    pub(super) databases: Vec<DatabaseBuilder>,
    pub(super) caches: Vec<(String, Span)>,
    pub(super) locks: Vec<String>,
    pub(super) open: Option<f64>,
    pub(super) closed: Option<(u32, Option<Dist>)>,
    pub(super) mix: Vec<(String, f64)>,
    pub(super) patience: Option<Span>,
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

    /// Users who arrive at random at this rate, whatever the state of the system, make a request and go
    /// \[requests/s\].
    #[must_use]
    pub fn open_load(mut self, requests_per_s: f64) -> SpecBuilder {
        self.open = Some(requests_per_s);
        self
    }

    /// A fixed number of users, each of whom makes a request, waits for its answer, thinks for a time by
    /// this law \[s\], and begins again.
    #[must_use]
    pub fn closed_load(mut self, users: u32, think: Option<Dist>) -> SpecBuilder {
        self.closed = Some((users, think));
        self
    }

    /// Endpoints that users ask for, `service.endpoint`, with their weights. Without it users ask for
    /// every endpoint equally often.
    #[must_use]
    pub fn mix<Name: Into<String>>(
        mut self,
        weights: impl IntoIterator<Item = (Name, f64)>,
    ) -> SpecBuilder {
        self.mix = weights.into_iter().map(|(name, weight)| (name.into(), weight)).collect();
        self
    }

    /// Counts a response that takes longer as an error: the user has left.
    #[must_use]
    pub fn patience(mut self, longest: Span) -> SpecBuilder {
        self.patience = Some(longest);
        self
    }
}

/// A service, under construction: one pod of one core, with a thread for every request.
#[derive(Clone, Debug)]
pub struct ServiceBuilder {
    pub(super) name: String,
    pub(super) pods: u32,
    pub(super) cores: f64,
    pub(super) threads: Threads,
    pub(super) balancer: Balancer,
    pub(super) pools: Vec<PoolBuilder>,
    pub(super) endpoints: Vec<(String, Vec<Step>)>,
}

impl ServiceBuilder {
    /// A service of this name, which has no dot.
    pub fn new(name: impl Into<String>) -> ServiceBuilder {
        ServiceBuilder {
            name: name.into(),
            pods: 1,
            cores: 1.0,
            threads: Threads::UNLIMITED,
            balancer: Balancer::RoundRobin,
            pools: Vec::new(),
            endpoints: Vec::new(),
        }
    }

    /// Sets the number of pods.
    #[must_use]
    pub fn pods(mut self, pods: u32) -> ServiceBuilder {
        self.pods = pods;
        self
    }

    /// Sets the processor of each pod, which its requests share; one uses at most one core at a time.
    #[must_use]
    pub fn cores(mut self, cores: f64) -> ServiceBuilder {
        self.cores = cores;
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
}

impl DatabaseBuilder {
    /// A database of this name.
    pub fn new(name: impl Into<String>) -> DatabaseBuilder {
        DatabaseBuilder { name: name.into(), cores: 1.0, connections: None }
    }

    /// Sets the processor that all its queries share.
    #[must_use]
    pub fn cores(mut self, cores: f64) -> DatabaseBuilder {
        self.cores = cores;
        self
    }

    /// Sets the number of connections beyond which it refuses.
    #[must_use]
    pub fn connections(mut self, most: u32) -> DatabaseBuilder {
        self.connections = Some(most);
        self
    }
}
