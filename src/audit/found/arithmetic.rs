//! Numbers of the document and of the load that cannot hold together.

use serde::{Deserialize, Serialize};

use crate::audit::figures::{Figure, Seconds, Share};

/// Over which time users are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// In a month.
    Month,
    /// On a day.
    Day,
    /// At once.
    Once,
}

/// Figures that contradict each other. Rates are per second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Arithmetic {
    /// More users of a shorter time than of a longer one.
    Users {
        /// Users of the shorter time.
        few: Figure,
        /// The shorter time.
        within: Period,
        /// Users of the longer time.
        many: Figure,
        /// The longer time.
        of: Period,
        /// What there is too much.
        over: Figure,
    },
    /// Users at once and requests per second contradict each other.
    Pause {
        /// Users at once.
        users: Figure,
        /// Requests.
        rps: Figure,
        /// Time between two requests of a user that follows.
        pause: Seconds,
        /// Mix.
        mix: String,
        /// That time in the mix.
        own: Seconds,
        /// Requests that so many users make.
        make: Figure,
        /// Users that so many requests take.
        take: Figure,
    },
    /// Users at once imply visits of another length.
    Visits {
        /// Users at once.
        users: Figure,
        /// Users of a day.
        daily: Figure,
        /// Length of a visit that follows.
        length: Seconds,
        /// Length of a visit.
        own: Seconds,
        /// Users at once with visits of that length.
        there: Figure,
    },
    /// Requests per second and daily users contradict each other.
    Requests {
        /// Requests at the peak.
        rps: Figure,
        /// Requests of a day that follow.
        day: Figure,
        /// Requests for each user of the day.
        each: Figure,
        /// Users of a day.
        daily: Figure,
        /// Requests of a visit.
        visit: Figure,
        /// Visits of a user on a day that follow.
        visits: Figure,
    },
    /// Orders per month and per second contradict each other.
    Orders {
        /// Orders of a month.
        month: Figure,
        /// Their mean rate.
        mean: Figure,
        /// Their rate at the peak.
        peak: Figure,
        /// The rate stated.
        stated: Figure,
        /// How many times apart the two are.
        apart: Figure,
    },
    /// The mix makes other orders than the document.
    MixOrders {
        /// Mix.
        mix: String,
        /// Orders at the load asked about.
        rate: Figure,
        /// Orders of a month that follow.
        month: Figure,
        /// Orders of a month stated.
        stated: Figure,
        /// How many times apart the two are.
        apart: Figure,
    },
    /// Events per order differ from what the system does.
    OrderEvents {
        /// Events.
        events: Figure,
        /// Orders.
        orders: Figure,
        /// Events of an order that follow.
        said: Figure,
        /// Events of an order in the system.
        counted: Figure,
        /// Events that so many orders make.
        make: Figure,
    },
    /// The target in events does not follow from the load.
    Events {
        /// Mix.
        mix: String,
        /// Requests.
        rps: Figure,
        /// Events that they cause.
        events: Figure,
        /// Events wanted.
        wanted: Figure,
        /// Requests that those take.
        take: Figure,
    },
    /// A load test cannot make its load.
    ClosedTest {
        /// Virtual users.
        users: Figure,
        /// Requests that they make at most.
        most: Figure,
        /// Response time that the target allows.
        response: Seconds,
        /// Requests wanted.
        wanted: Figure,
        /// Virtual users that those take.
        needed: Figure,
    },
    /// Events are said to grow by more than the consumers.
    ConsumersGrow {
        /// Events before.
        before: Figure,
        /// Events after.
        after: Figure,
        /// How many times more that is.
        claimed: Figure,
        /// How many times more threads with a partition one listener has.
        times: Figure,
        /// The listener whose threads grow most.
        listener: String,
        /// Its threads before.
        old: u32,
        /// Its threads after.
        new: u32,
    },
    /// Requests are said to grow by more than the pods.
    PodsGrow {
        /// Requests before.
        before: Figure,
        /// Requests after.
        after: Figure,
        /// How many times more that is.
        claimed: Figure,
        /// Pods before.
        old: Figure,
        /// Pods after.
        new: Figure,
        /// How many times more one service has, at most.
        most: Figure,
    },
    /// Another number of connections than there are.
    Connections {
        /// Connections stated.
        stated: u64,
        /// Connections of all pools of all pods.
        all: u64,
        /// Databases.
        databases: usize,
        /// How many times the stated that is.
        times: Figure,
    },
    /// A higher percentile is to be below a lower one.
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
    /// The mean without any queue lies above its target.
    Mean {
        /// Mix.
        mix: String,
        /// Mean time of its requests without any queue.
        mean: Seconds,
        /// The target.
        limit: Seconds,
    },
    /// More requests take long without any queue than a percentile leaves out.
    Slow {
        /// Mix.
        mix: String,
        /// Share of its requests that take long.
        share: Share,
        /// The percentile: `p99`.
        percentile: String,
        /// Its limit.
        limit: Seconds,
        /// Those requests with their mean times.
        programs: Vec<(String, Seconds)>,
        /// Share that the percentile leaves out.
        tail: Share,
    },
    /// More requests are stated than a resource can pass.
    Passes {
        /// Requests stated.
        stated: Figure,
        /// Mix.
        mix: String,
        /// Resource.
        station: String,
        /// Requests that it passes at most.
        most: Figure,
        /// What of the stated that is.
        share: Share,
    },
}
