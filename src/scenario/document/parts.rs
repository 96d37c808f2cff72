//! Documents of the catalogue.

use super::kafka::{AckWord, AssignorWord};
use crate::model::spec::limits::{CONCURRENCY, PODS_OF_NODE, POLL_RECORDS, RETRIES};
use crate::scenario::decode::{Map, document};
use crate::scenario::values::{Bytes, Cores, Count, Duration, Flag, Money, Number, Share, Text};
use crate::study::basis::Basis;

document! {
    /// Catalogue of parts from which systems are built. Any file may have any section.
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
        /// Daily profiles of the rate.
        curves: Map<CurveItem>,
    }

    /// A runtime.
    struct RuntimeItem (open) {
        /// Servlet threads.
        threads: Count<1, 1_000_000>,
        /// Most connections accepted.
        max_connections: Count<1, 10_000_000>,
        /// Further connections that wait in the backlog.
        accept_count: Count<0, 1_000_000>,
        /// Whether a request holds its connection until the response is written (open-in-view).
        open_in_view: Option<Flag>,
        /// Basis of the numbers.
        basis: Basis,
        /// Source of the numbers.
        source: Text,
    }

    /// A connection pool.
    struct PoolItem (open) {
        /// Most connections.
        maximum: Count<1, 100_000>,
        /// Idle connections that the pool tries to keep.
        minimum_idle: Option<Count<0, 100_000>>,
        /// Longest wait for a connection.
        connection_timeout: Duration,
        /// Time after which an idle connection above the minimum is closed.
        idle_timeout: Duration,
        /// Pause between opening two connections.
        growth_pause: Duration,
        /// Period of the task that trims and refills idle connections.
        housekeeping: Duration,
        /// Handover of a returned connection to a waiting thread.
        hand_over: Option<HandOverItem>,
        /// Basis of the numbers.
        basis: Basis,
        /// Source of the numbers.
        source: Text,
    }

    /// Handover of a returned connection where threads wait.
    struct HandOverItem {
        /// Time for a waiting thread to wake up.
        wake_up: Duration,
        /// Share of cases in which a thread that goes straight on to a queued request reacquires
        /// the connection that it has just returned.
        take_back: Share,
        /// Basis of the numbers.
        basis: Basis,
        /// Source of the numbers.
        source: Text,
    }

    /// A Kafka consumer.
    struct ConsumerItem (open) {
        /// Consumer threads per pod.
        concurrency: Option<Count<1, CONCURRENCY>>,
        /// Offset commit policy.
        ack: Option<AckWord>,
        /// Most records returned by a poll.
        max_poll_records: Option<Count<1, POLL_RECORDS>>,
        /// Further attempts at a failed record.
        retries: Option<Count<0, RETRIES>>,
        /// Pause before each further attempt.
        back_off: Option<Duration>,
        /// Time without a heartbeat after which a member is considered dead.
        session_timeout: Option<Duration>,
        /// Interval between heartbeats.
        heartbeat: Option<Duration>,
        /// Longest time between two polls.
        max_poll_interval: Option<Duration>,
        /// Time that an empty group waits for more members.
        initial_rebalance_delay: Option<Duration>,
        /// Longest time until new partitions are noticed.
        metadata_max_age: Option<Duration>,
        /// Partition assignment strategy.
        assignor: Option<AssignorWord>,
        /// Basis of the numbers.
        basis: Basis,
        /// Source of the numbers.
        source: Text,
    }

    /// An autoscaler.
    struct AutoscalerItem (open) {
        /// Period of the control loop.
        sync: Option<Duration>,
        /// Relative deviation from the target that is ignored.
        tolerance: Option<Share>,
        /// Basis of the numbers.
        basis: Basis,
        /// Source of the numbers.
        source: Text,
    }

    /// An instance type.
    struct InstanceItem (open) {
        /// Virtual CPUs.
        vcpu: Number,
        /// Memory.
        memory: Bytes,
        /// Most pods on a node; 110 by default, as in the kubelet.
        max_pods: Option<Count<1, PODS_OF_NODE>>,
        /// CPU allocatable to pods; by default that of an EKS node.
        allocatable_cpu: Option<Cores>,
        /// Share of each virtual CPU that can be used indefinitely; all of it by default.
        baseline: Option<Share>,
        /// CPU credits earned per hour.
        credits_per_hour: Option<Number>,
        /// Largest balance of CPU credits.
        credits_maximum: Option<Number>,
        /// Price of a virtual CPU-hour above the baseline, where it is charged.
        surplus_hourly: Option<Money>,
        /// Hourly price by region.
        hourly: Map<Money>,
        /// Basis of the numbers.
        basis: Basis,
        /// Source of the numbers.
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
        /// Share of each virtual CPU that can be used without a surcharge; all of it by default.
        baseline: Option<Share>,
        /// Price of a virtual CPU-hour above the baseline.
        surplus_hourly: Option<Money>,
        /// Hourly price by region.
        hourly: Map<Money>,
        /// Basis of the numbers.
        basis: Basis,
        /// Source of the numbers.
        source: Text,
    }

    /// A storage type.
    struct StorageItem (open) {
        /// Baseline operations per second, whatever the size.
        iops_base: Option<Number>,
        /// Baseline operations per second for each GiB.
        iops_per_gib: Option<Number>,
        /// Smallest baseline, in operations per second.
        iops_minimum: Option<Number>,
        /// Operations per second while I/O credits last.
        iops_burst: Option<Number>,
        /// Largest balance of I/O credits, in operations.
        io_credits: Option<Count<0, 1_000_000_000_000>>,
        /// Price per GiB and month, by region.
        monthly_per_gib: Map<Money>,
        /// Latency of one operation without queueing; 1 ms by default.
        latency: Option<Duration>,
        /// Basis of the numbers.
        basis: Basis,
        /// Source of the numbers.
        source: Text,
    }

    /// A class of servers.
    struct ClassItem (open) {
        /// Hourly price by region.
        hourly: Map<Money>,
        /// Basis of the numbers.
        basis: Basis,
        /// Source of the numbers.
        source: Text,
    }

    /// The price of a service.
    struct PriceItem (open) {
        /// Hourly price by region.
        hourly: Map<Money>,
        /// Basis of the numbers.
        basis: Basis,
        /// Source of the numbers.
        source: Text,
    }

    /// A daily profile of the rate.
    struct CurveItem (open) {
        /// Relative rate in each hour from midnight; the list repeats after its last entry.
        hours: Vec<Number>,
        /// Basis of the numbers.
        basis: Basis,
        /// Source of the numbers.
        source: Text,
    }
}
