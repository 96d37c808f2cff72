//! Default values of parts: the defaults of the modelled programs.

use super::{
    Ack, Cluster, Consumer, Id, KeepAlive, Lifecycle, Listener, Pool, RetryOn, Rules, Threads,
};
use crate::units::Span;

/// Connections that `PostgreSQL` keeps for administrators (`superuser_reserved_connections`).
pub(crate) const RESERVED: u32 = 3;
/// Time of an operation on storage of which nothing is known.
pub(crate) const IO_LATENCY: Span = Span::from_millis(1);
/// Time in which a new node of a managed group takes pods: 3 to 5 min have been seen on EKS.
pub(crate) const PROVISION: Span = Span::from_millis(180_000);
/// The same with Karpenter: 45 to 90 s have been seen.
pub(crate) const KARPENTER: Span = Span::from_millis(60_000);
/// Pods that a node may have unless its type says otherwise (`maxPods` of the kubelet).
pub(crate) const MOST_PODS: u32 = 110;
/// `terminationGracePeriodSeconds` of a pod.
pub(crate) const GRACE: Span = Span::from_millis(30_000);
/// `scaleDownDelaySeconds` of Argo Rollouts.
pub(crate) const KEEP: Span = Span::from_millis(30_000);
/// Time until the pods of a failed node are replaced: `--node-monitor-grace-period` of 40 s, and the 300 s
/// for which pods tolerate a node that is not ready.
pub(crate) const NOTICED: Span = Span::from_millis(340_000);
/// Time that a client waits for a command (Redisson's `timeout`).
pub(crate) const CACHE_TIMEOUT: Span = Span::from_millis(3_000);

impl Threads {
    /// More threads than any load can occupy.
    pub const UNLIMITED: Threads = Threads { maximum: 1_000_000_000, accepted: 0, backlog: 0 };

    /// Tomcat's defaults: 8,192 connections, and 100 in the backlog beyond them. With fewer
    /// connections than threads, the connections are the limit.
    pub fn tomcat(maximum: u32) -> Threads {
        let connections = 8_192;
        let maximum = maximum.min(connections);
        Threads { maximum, accepted: connections - maximum, backlog: 100 }
    }
}

impl Pool {
    /// `HikariCP`'s defaults, with the hand-over times measured on 2.7.9.
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
    /// The defaults of Spring Kafka's container (`SeekUtils.DEFAULT_BACK_OFF` of nine retries without a
    /// pause) and of `ConsumerConfig`, on a broker that is no time away.
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
    /// Tomcat's limits, for a gateway of a hundred connections and ten of each pod that calls.
    fn default() -> KeepAlive {
        KeepAlive { users: 100, callers: 10, requests: 100, idle: Span::from_millis(60_000) }
    }
}

impl RetryOn {
    /// Of Istio: `connect-failure`, `refused-stream` and `503`, of which the model has the first.
    pub const ISTIO: RetryOn = RetryOn { errors: false, reset: false, connect: true };
}

impl Rules {
    /// Those of Istio: Envoy's, but that pods are left out however few remain (`minHealthPercent` 0).
    pub fn istio() -> Rules {
        Rules { panic: 0, ..Rules::default() }
    }
}

impl Lifecycle {
    /// Cores that a pod without a limit has while nobody else wants them: those of the largest node on
    /// which it may run, else as many as it requests, in whole cores.
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
