//! Compilation of services: pods, pools and programs.

use super::Compiler;
use super::program::Scope;
use crate::build::fault::Kind;
use crate::build::system::ServiceBuilder;
use crate::model::spec::limits::CORES;
use crate::model::spec::{Id, Op, Pool, Service};

impl Compiler {
    pub(super) fn service(&mut self, id: Id, described: &ServiceBuilder) {
        let at = &described.name;
        self.some(at, "pods", described.pods);
        self.some(at, "threads", described.threads.maximum);
        self.range(at, "cores", described.cores.unwrap_or(1.0), CORES);
        self.distinct(Kind::Pool, described.pools.iter().map(|pool| &pool.pool.name));
        let mut pools = Vec::new();
        for builder in &described.pools {
            let at = format!("{at}.{}", builder.pool.name);
            self.some(&at, "connections", builder.pool.maximum);
            self.time(&at, "a connection timeout", builder.pool.connection_timeout);
            let database = self.named(Kind::Database, &builder.database, &at);
            pools.push(Pool { database: database.unwrap_or(0), ..builder.pool.clone() });
        }
        // `names` has numbered the endpoints in the order of their descriptions.
        let own = (0..self.spec.endpoints.len())
            .filter(|endpoint| self.spec.endpoints[*endpoint].service == id);
        for (endpoint, (_, steps)) in own.collect::<Vec<_>>().into_iter().zip(&described.endpoints)
        {
            let path = self.spec.endpoints[endpoint].name.clone();
            self.spec.endpoints[endpoint].entry = self.spec.ops.len() as u32;
            self.steps(
                steps,
                Scope { pools: &pools, database: None, at: &path, path: &path, depth: 0 },
            );
            self.spec.ops.push(Op::End);
        }
        self.listeners(id, described, &pools);
        let (lifecycle, pods) = self.lifecycle(described);
        let free = || lifecycle.free_cores(self.spec.cluster.as_ref());
        let cores = described.cores.unwrap_or_else(free);
        self.spec.services.push(Service {
            name: described.name.clone(),
            pods,
            cores,
            threads: described.threads,
            balancer: described.balancer,
            pools,
            lifecycle,
        });
        self.mesh(id, described);
    }
}
