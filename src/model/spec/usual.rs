//! Default settings of components: the defaults of the modelled software.

use super::{
    Ack, Cluster, Consumer, Id, KeepAlive, Lifecycle, Listener, Pool, RetryOn, Rules, Threads,
};
use crate::units::Span;

/// Connections that `PostgreSQL` reserves for administrators (`superuser_reserved_connections`).
pub(crate) const RESERVED: u32 = 3;
/// Latency of an I/O operation on storage without further information.
pub(crate) const IO_LATENCY: Span = Span::from_millis(1);
/// Time to provision a node of a managed node group, until it takes pods: 3 to 5 min have been
/// observed on EKS.
pub(crate) const PROVISION: Span = Span::from_millis(180_000);
/// Time to provision a node with Karpenter, until it takes pods: 45 to 90 s have been observed.
pub(crate) const KARPENTER: Span = Span::from_millis(60_000);
/// Maximum number of pods of a node without a limit for its instance type (`maxPods` of the
/// kubelet).
pub(crate) const MOST_PODS: u32 = 110;
/// Termination grace period of a pod (`terminationGracePeriodSeconds`).
pub(crate) const GRACE: Span = Span::from_millis(30_000);
/// Time that old pods are kept after a blue/green switch (`scaleDownDelaySeconds` of Argo
/// Rollouts).
pub(crate) const KEEP: Span = Span::from_millis(30_000);
/// Time until the pods of a failed node are replaced: 40 s of `--node-monitor-grace-period`, and
/// 300 s for which pods tolerate a node that is not ready.
pub(crate) const NOTICED: Span = Span::from_millis(340_000);
/// Timeout of a cache command (Redisson's `timeout`).
pub(crate) const CACHE_TIMEOUT: Span = Span::from_millis(3_000);

impl Threads {
    /// Unlimited threads: more than any load can occupy.
    pub const UNLIMITED: Threads = Threads { maximum: 1_000_000_000, accepted: 0, backlog: 0 };

    /// Returns `maximum` threads with Tomcat's defaults: 8,192 connections, and 100 more in the
    /// backlog. The number of connections also limits that of threads.
    pub fn tomcat(maximum: u32) -> Threads {
        let connections = 8_192;
        let maximum = maximum.min(connections);
        Threads { maximum, accepted: connections - maximum, backlog: 100 }
    }
}

impl Pool {
    /// Creates a pool with the defaults of `HikariCP`, and hand-over times measured on 2.7.9.
    pub fn hikari(name: String, database: Id, maximum: u32) -> Pool {
        Pool {
            name,
            database,
            maximum,
            minimum_idle: maximum,
            connection_timeout: Span::from_millis(30_000),
            idle_timeout: Some(Span::from_millis(600_000)),
            connect: Span::ZERO,
            growth_pause: Span::from_millis(30),
            housekeeping: Span::from_millis(30_000),
            wake_up: Span(90_000),
            take_back: 0.25,
        }
    }
}

impl Listener {
    /// Creates a listener with the defaults of Spring Kafka's container (nine retries without
    /// back-off, `SeekUtils.DEFAULT_BACK_OFF`) and of `ConsumerConfig`, and without network latency
    /// to the broker.
    pub(crate) fn spring(name: String, service: Id, topic: Id, group: String) -> Listener {
        Listener {
            name,
            service,
            topic,
            partitions: None,
            group,
            concurrency: 1,
            ack: Ack::Batch,
            max_poll_records: 500,
            fetch: Span::ZERO,
            commit: Span::ZERO,
            retries: 9,
            back_off: Span::ZERO,
            consumer: Consumer::default(),
            completes_flow: false,
            entry: 0,
        }
    }
}

impl Default for KeepAlive {
    /// Tomcat's limits, with a hundred connections of a gateway and ten of each calling pod.
    fn default() -> KeepAlive {
        KeepAlive { users: 100, callers: 10, requests: 100, idle: Span::from_millis(60_000) }
    }
}

impl RetryOn {
    /// Istio's default: `connect-failure`, `refused-stream` and `503`, of which the model has the
    /// first.
    pub const ISTIO: RetryOn = RetryOn { errors: false, reset: false, connect: true };
}

impl Rules {
    /// Returns Istio's defaults: those of Envoy without panic routing, so that ejected pods stay
    /// excluded however few remain (`minHealthPercent` 0).
    pub fn istio() -> Rules {
        Rules { panic: 0, ..Rules::default() }
    }
}

impl Lifecycle {
    /// Returns the capacity of a pod without a CPU limit on an otherwise idle node \[cores\]: that
    /// of the largest node on which it may run; without nodes its CPU request, rounded up to whole
    /// cores, at least one.
    pub(crate) fn free_cores(&self, cluster: Option<&Cluster>) -> f64 {
        let requested = self.requests.millicores as f64 / 1000.0;
        let groups = cluster.iter().flat_map(|cluster| (0..).zip(&cluster.groups));
        let open = groups.filter(|(number, group)| match self.group {
            Some(own) => own == *number,
            None => !group.dedicated,
        });
        let largest = open.map(|(_, group)| group.vcpus).fold(0.0, f64::max);
        if largest > 0.0 { largest } else { requested.ceil().max(1.0) }
    }
}
