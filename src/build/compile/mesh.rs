//! Compilation of service meshes and keep-alive connections.

use super::Compiler;
use crate::build::fault::Fault;
use crate::build::system::ServiceBuilder;
use crate::model::spec::limits::{FASTEST, PROXY_CONNECTIONS, TRIES};
use crate::model::spec::{Balancer, Id, Mesh, Rules};
use crate::units::Span;

/// Minimum fill rate of a token bucket \[tokens/s\].
const SLOWEST: f64 = 1e-3;
/// Maximum percentage \[%\].
const WHOLE: f64 = 100.0;

impl Compiler {
    pub(super) fn mesh(&mut self, service: Id, described: &ServiceBuilder) {
        let at = &described.name;
        if let Balancer::Sticky(keep) = described.balancer {
            for (count, what) in [
                (keep.users, "kept connections of users"),
                (keep.callers, "kept connections of callers"),
                (keep.requests, "requests of a kept connection"),
            ] {
                self.some(at, what, count);
            }
            self.time(at, "an idle time", keep.idle);
            if described.mesh.is_some() {
                self.faults.push(Fault::StickyMesh(at.clone()));
            }
        }
        let Some(builder) = &described.mesh else { return };
        let mesh = &builder.0;
        for (what, time) in [
            ("a timeout", mesh.timeout),
            ("a timeout of a try", mesh.per_try_timeout),
            ("a back-off", Some(mesh.back_off)),
            ("a time before a copy", mesh.hedge.map(|hedge| hedge.after)),
        ] {
            self.time(at, what, time.unwrap_or_default());
        }
        self.range(at, "retries", mesh.retries.into(), 0.0..=TRIES as f64);
        self.share(at, "a retry budget", mesh.budget.map_or(0.0, |budget| budget.share));
        if let Some(limits) = mesh.limits {
            self.count(at, "connections of a proxy", limits.connections, PROXY_CONNECTIONS);
        }
        if let Some(rules) = mesh.outlier {
            self.outlier(at, &rules);
        }
        if let Some(limit) = mesh.rate_limit {
            self.range(at, "a rate limit", limit.per_s, SLOWEST..=FASTEST);
            self.count(at, "tokens", limit.burst, FASTEST as u64);
        }
        let above = |time: &Span| *time > Span::ZERO;
        let timeout = mesh.timeout.filter(above);
        // Envoy ignores a per-try timeout that is not shorter than the timeout of the request.
        let below = |tried: &Span| timeout.is_none_or(|whole| *tried < whole);
        let per_try_timeout = mesh.per_try_timeout.filter(above).filter(below);
        self.spec.meshes.push(Mesh { service, timeout, per_try_timeout, ..mesh.clone() });
    }

    fn outlier(&mut self, at: &str, rules: &Rules) {
        self.some(at, "failures that eject", rules.failures);
        self.some(at, "time between sweeps", rules.sweep.0.min(1) as u32);
        for (what, time) in [
            ("a sweep", rules.sweep),
            ("an ejection", rules.ejection),
            ("a longest ejection", rules.longest),
        ] {
            self.time(at, what, time);
        }
        for (what, percent) in [("a share ejected", rules.most), ("a share healthy", rules.panic)] {
            self.range(at, what, percent.into(), 0.0..=WHOLE);
        }
    }
}
