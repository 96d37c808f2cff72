//! Inconsistent numbers of the document and of the load.

use serde::{Deserialize, Serialize};

use crate::audit::figures::{Figure, Seconds, Share};

/// Period over which users are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Monthly users.
    Month,
    /// Daily users.
    Day,
    /// Concurrent users.
    Once,
}

/// Figures that contradict each other. Rates are per second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Arithmetic {
    /// More users in a shorter period than in a longer one.
    Users {
        /// Users in the shorter period.
        few: Figure,
        /// The shorter period.
        within: Period,
        /// Users in the longer period.
        many: Figure,
        /// The longer period.
        of: Period,
        /// Excess of the former.
        over: Figure,
    },
    /// Concurrent users and requests per second contradict each other.
    Pause {
        /// Concurrent users.
        users: Figure,
        /// Request rate.
        rps: Figure,
        /// Implied time between two requests of a user.
        pause: Seconds,
        /// Mix.
        mix: String,
        /// Time between two requests of a user in the mix.
        own: Seconds,
        /// Request rate of that many users.
        make: Figure,
        /// Users needed for that request rate.
        take: Figure,
    },
    /// Concurrent users imply sessions of another length.
    Visits {
        /// Concurrent users.
        users: Figure,
        /// Daily users.
        daily: Figure,
        /// Implied length of a session.
        length: Seconds,
        /// Stated length of a session.
        own: Seconds,
        /// Concurrent users with sessions of that length.
        there: Figure,
    },
    /// Requests per second and daily users contradict each other.
    Requests {
        /// Request rate at the peak.
        rps: Figure,
        /// Implied requests per day.
        day: Figure,
        /// Requests per daily user.
        each: Figure,
        /// Daily users.
        daily: Figure,
        /// Requests per session.
        visit: Figure,
        /// Implied sessions per user and day.
        visits: Figure,
    },
    /// Orders per month and per second contradict each other.
    Orders {
        /// Orders per month.
        month: Figure,
        /// Their mean rate.
        mean: Figure,
        /// Their rate at the peak.
        peak: Figure,
        /// Stated rate.
        stated: Figure,
        /// Ratio of the two.
        apart: Figure,
    },
    /// Order rates of the mix and of the document differ.
    MixOrders {
        /// Mix.
        mix: String,
        /// Order rate at the load asked about.
        rate: Figure,
        /// Implied orders per month.
        month: Figure,
        /// Stated orders per month.
        stated: Figure,
        /// Ratio of the two.
        apart: Figure,
    },
    /// Events per order of the document and of the system differ.
    OrderEvents {
        /// Event rate.
        events: Figure,
        /// Order rate.
        orders: Figure,
        /// Implied events per order.
        said: Figure,
        /// Events per order in the system.
        counted: Figure,
        /// Event rate of that many orders.
        make: Figure,
    },
    /// The target in events does not follow from the load.
    Events {
        /// Mix.
        mix: String,
        /// Request rate.
        rps: Figure,
        /// Event rate caused by it.
        events: Figure,
        /// Wanted event rate.
        wanted: Figure,
        /// Request rate that it takes.
        take: Figure,
    },
    /// A load test with too few virtual users for its load.
    ClosedTest {
        /// Virtual users.
        users: Figure,
        /// Largest request rate that they generate.
        most: Figure,
        /// Response time allowed by the target.
        response: Seconds,
        /// Wanted request rate.
        wanted: Figure,
        /// Virtual users that it takes.
        needed: Figure,
    },
    /// Events are said to grow by more than the consumers.
    ConsumersGrow {
        /// Event rate before.
        before: Figure,
        /// Event rate after.
        after: Figure,
        /// Claimed growth factor.
        claimed: Figure,
        /// Largest growth factor of a listener's threads with a partition.
        times: Figure,
        /// Listener whose threads grow most.
        listener: String,
        /// Its threads before.
        old: u32,
        /// Its threads after.
        new: u32,
    },
    /// Requests are said to grow by more than the pods.
    PodsGrow {
        /// Request rate before.
        before: Figure,
        /// Request rate after.
        after: Figure,
        /// Claimed growth factor.
        claimed: Figure,
        /// Pods before.
        old: Figure,
        /// Pods after.
        new: Figure,
        /// Largest growth factor of a service's pods.
        most: Figure,
    },
    /// The stated number of connections differs from the actual one.
    Connections {
        /// Stated number of connections.
        stated: u64,
        /// Connections of all pools of all pods.
        all: u64,
        /// Number of databases.
        databases: usize,
        /// Ratio to the stated number.
        times: Figure,
    },
    /// The target of a higher percentile is below that of a lower one.
    Percentiles {
        /// The higher percentile: `p99`.
        high: String,
        /// Its limit.
        high_limit: Seconds,
        /// The lower percentile: `p95`.
        low: String,
        /// Its limit.
        low_limit: Seconds,
    },
    /// The mean without queueing lies above its target.
    Mean {
        /// Mix.
        mix: String,
        /// Mean response time without queueing.
        mean: Seconds,
        /// The target.
        limit: Seconds,
    },
    /// More requests are slow without queueing than a percentile allows.
    Slow {
        /// Mix.
        mix: String,
        /// Share of slow requests.
        share: Share,
        /// The percentile: `p99`.
        percentile: String,
        /// Its limit.
        limit: Seconds,
        /// Slow requests with their mean times.
        programs: Vec<(String, Seconds)>,
        /// Share above the percentile.
        tail: Share,
    },
    /// More requests are stated than a resource can serve.
    Passes {
        /// Stated request rate.
        stated: Figure,
        /// Mix.
        mix: String,
        /// Resource.
        station: String,
        /// Largest request rate that the resource serves.
        most: Figure,
        /// Ratio of that to the stated rate.
        share: Share,
    },
}
