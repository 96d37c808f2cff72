//! The catalogue's documents.

use super::{AckWord, AssignorWord};
use crate::model::spec::limits::{CONCURRENCY, PODS_OF_NODE, POLL_RECORDS, RETRIES};
use crate::scenario::decode::{Map, document};
use crate::scenario::values::{
    Basis, Bytes, Cores, Count, Duration, Flag, Money, Number, Share, Text,
};

document! {
    /// Parts that systems are made of. Any file may have any section.
    struct CatalogDoc {
        /// Runtimes of services.
        runtimes: Map<RuntimeItem>,
        /// Connection pools.
        connection_pools: Map<PoolItem>,
        /// Kafka consumers.
        consumers: Map<ConsumerItem>,
        /// Autoscalers. Informative.
        autoscalers: Map<AutoscalerItem>,
        /// Instance types. Informative.
        instances: Map<InstanceItem>,
        /// Database classes.
        database_classes: Map<DatabaseItem>,
        /// Storage types.
        storage_types: Map<StorageItem>,
        /// Cache classes. Informative.
        cache_classes: Map<ClassItem>,
        /// Broker classes. Informative.
        broker_classes: Map<ClassItem>,
        /// Prices of services. Informative.
        prices: Map<PriceItem>,
        /// Rates by time of day.
        curves: Map<CurveItem>,
    }

    /// A runtime.
    struct RuntimeItem (open) {
        /// Servlet threads.
        threads: Count<1, 1_000_000>,
        /// Connections accepted.
        max_connections: Count<1, 10_000_000>,
        /// Backlog beyond those.
        accept_count: Count<0, 1_000_000>,
        /// Whether a connection is held to the end of the response.
        open_in_view: Option<Flag>,
        /// Where the numbers come from.
        basis: Basis,
        /// The document behind them.
        source: Text,
    }

    /// A connection pool.
    struct PoolItem (open) {
        /// Most connections.
        maximum: Count<1, 100_000>,
        /// Idle connections kept.
        minimum_idle: Option<Count<0, 100_000>>,
        /// Longest wait for a connection.
        connection_timeout: Duration,
        /// Time after which a superfluous idle connection is closed.
        idle_timeout: Duration,
        /// Pause between opening two connections.
        growth_pause: Duration,
        /// Period of trimming and refilling.
        housekeeping: Duration,
        /// How a connection that came back finds its next user.
        hand_over: Option<HandOverItem>,
        /// Where the numbers come from.
        basis: Basis,
        /// The document behind them.
        source: Text,
    }

    /// How a connection that came back finds its next user, where threads wait.
    struct HandOverItem {
        /// Time in which a waiting thread wakes up.
        wake_up: Duration,
        /// How often a thread that goes straight on to a queued request takes back what it has just
        /// returned.
        take_back: Share,
        /// Where the numbers come from.
        basis: Basis,
        /// The document behind them.
        source: Text,
    }

    /// A Kafka consumer.
    struct ConsumerItem (open) {
        /// Threads in each pod.
        concurrency: Option<Count<1, CONCURRENCY>>,
        /// When offsets are committed.
        ack: Option<AckWord>,
        /// Most records a poll returns.
        max_poll_records: Option<Count<1, POLL_RECORDS>>,
        /// Further attempts at a record.
        retries: Option<Count<0, RETRIES>>,
        /// Pause before each.
        back_off: Option<Duration>,
        /// Silence after which a member is taken for dead.
        session_timeout: Option<Duration>,
        /// Between two heartbeats.
        heartbeat: Option<Duration>,
        /// Longest time from poll to poll.
        max_poll_interval: Option<Duration>,
        /// How long an empty group waits for more members.
        initial_rebalance_delay: Option<Duration>,
        /// Longest time until new partitions are noticed.
        metadata_max_age: Option<Duration>,
        /// How partitions are divided.
        assignor: Option<AssignorWord>,
        /// Where the numbers come from.
        basis: Basis,
        /// The document behind them.
        source: Text,
    }

    /// An autoscaler.
    struct AutoscalerItem (open) {
        /// Period of its loop.
        sync: Option<Duration>,
        /// Deviation that it ignores.
        tolerance: Option<Share>,
        /// Where the numbers come from.
        basis: Basis,
        /// The document behind them.
        source: Text,
    }

    /// An instance type.
    struct InstanceItem (open) {
        /// Virtual CPUs.
        vcpu: Number,
        /// Memory.
        memory: Bytes,
        /// Pods that a node may have; 110 by default, as in the kubelet.
        max_pods: Option<Count<1, PODS_OF_NODE>>,
        /// Processor that is left to pods; by default that of an EKS node.
        allocatable_cpu: Option<Cores>,
        /// Share of each virtual CPU that can be used without end; all of it by default.
        baseline: Option<Share>,
        /// CPU credits earned an hour.
        credits_per_hour: Option<Number>,
        /// Most CPU credits held.
        credits_maximum: Option<Number>,
        /// Price of a virtual CPU for an hour beyond the baseline, where it is charged for.
        surplus_hourly: Option<Money>,
        /// Price by region.
        hourly: Map<Money>,
        /// Where the numbers come from.
        basis: Basis,
        /// The document behind them.
        source: Text,
    }

    /// A database class.
    struct DatabaseItem (open) {
        /// Virtual CPUs.
        vcpu: Cores,
        /// Memory.
        memory: Option<Bytes>,
        /// Connections accepted by default.
        max_connections: Option<Count<1, 1_000_000>>,
        /// Share of each virtual CPU that can be used without surcharge; all of it by default.
        baseline: Option<Share>,
        /// Price of a virtual CPU for an hour beyond the baseline.
        surplus_hourly: Option<Money>,
        /// Price by region.
        hourly: Map<Money>,
        /// Where the numbers come from.
        basis: Basis,
        /// The document behind them.
        source: Text,
    }

    /// A storage type.
    struct StorageItem (open) {
        /// Operations a second, whatever the size.
        iops_base: Option<Number>,
        /// Operations a second for each GiB.
        iops_per_gib: Option<Number>,
        /// Fewest operations a second.
        iops_minimum: Option<Number>,
        /// Operations a second while there are credits.
        iops_burst: Option<Number>,
        /// Operations that can be saved up for bursts.
        io_credits: Option<Count<0, 1_000_000_000_000>>,
        /// Price of a GiB in a month by region.
        monthly_per_gib: Map<Money>,
        /// Time of one operation without a queue; 1 ms by default.
        latency: Option<Duration>,
        /// Where the numbers come from.
        basis: Basis,
        /// The document behind them.
        source: Text,
    }

    /// A class of servers.
    struct ClassItem (open) {
        /// Price by region.
        hourly: Map<Money>,
        /// Where the numbers come from.
        basis: Basis,
        /// The document behind them.
        source: Text,
    }

    /// The price of a service.
    struct PriceItem (open) {
        /// Price by region.
        hourly: Map<Money>,
        /// Where the numbers come from.
        basis: Basis,
        /// The document behind them.
        source: Text,
    }

    /// A rate by time of day.
    struct CurveItem (open) {
        /// Relative rate of each hour, from midnight; repeated from the start after the last.
        hours: Vec<Number>,
        /// Where the numbers come from.
        basis: Basis,
        /// The document behind them.
        source: Text,
    }
}
