//! What a planning document claims: its numbers, to be judged.

use crate::scenario::decode::{Spanned, document, words};
use crate::scenario::values::{Name, Rate, Share, Text};

words! {
    /// What a claim is about.
    enum ClaimWord {
        /// The largest load carried, per second.
        "line" => Line,
        /// Monthly users whose peak the line is; takes a load in users.
        "mau" => Mau,
        /// Daily users whose peak the line is; takes a load in users.
        "dau" => Dau,
        /// Users at once whose peak the line is; takes a load in users.
        "concurrent" => Concurrent,
        /// Counted events per second at the line.
        "events" => Events,
        /// Counted events per second that the consumers alone could pass.
        "event-capacity" => EventCapacity,
        /// Flows (orders) completed per second at the line.
        "orders" => Orders,
        /// Flows completed in 30 days whose daily peak is the line.
        "orders-a-month" => OrdersAMonth,
        /// Mean response time at a load.
        "mean" => Mean,
        /// Median response time at a load.
        "p50" => P50,
        /// 95th percentile of response times at a load.
        "p95" => P95,
        /// 99th percentile of response times at a load.
        "p99" => P99,
        /// Share of requests that fail at a load.
        "errors" => Errors,
        /// Requests per second answered in time at a load.
        "goodput" => Goodput,
        /// Share of the capacity of the station that `of` names, at a load.
        "busy" => Busy,
        /// Dollars a month.
        "monthly-cost" => MonthlyCost,
        /// Pods that run at a steady load; of the service that `of` names, if any.
        "pods" => Pods,
        /// Connections that all pools may open; of the service or database that `of` names, if any.
        "connections" => Connections,
        /// Connections that one pool of a pod may open: the fewest of the service that `of` names, if any.
        "pool" => Pool,
        /// Partitions of the topic that `of` names; without one, the fewest of a counted topic.
        "partitions" => Partitions,
        /// Threads that each pod has for the listener that `of` names, or the fewest of the service's.
        "concurrency" => Concurrency,
        /// Nodes wanted; of the node group that `of` names, if any.
        "nodes" => Nodes,
    }

    /// How a claim's value is meant.
    enum RelationWord {
        /// So much or more.
        "at-least" => AtLeast,
        /// So much or less.
        "at-most" => AtMost,
        /// So much, give or take the tolerance.
        "about" => About,
    }
}

document! {
    /// A number of the planning document.
    struct ClaimDoc {
        /// What it is about.
        metric: ClaimWord,
        /// Station, service, listener, topic, database or node group, where the metric is that of one.
        of: Option<Spanned<Text>>,
        /// Variant that it speaks of; the only one by default.
        variant: Option<Name>,
        /// Variant that it compares with: the value is then the ratio to that one, such as `2` for
        /// "twice", or, with a sign, the difference from it in the unit of the metric, such as `+$30` or
        /// `-20ms`.
        against: Option<Name>,
        /// The value with its unit: `1500/s`, `500ms`, `1%`, `5M`, `$210`; with `against` a ratio or a
        /// difference.
        value: Spanned<Text>,
        /// How the value is meant; `about` by default.
        relation: Option<RelationWord>,
        /// What `about` leaves to either side, as a share of the value; 10% by default.
        tolerance: Option<Share>,
        /// The load that it speaks of, for what users get at a load; the load asked about by default.
        load: Option<Spanned<Rate>>,
        /// Where it stands in the document: heading of the section or table.
        at: Option<Text>,
        /// Row of that table.
        row: Option<Text>,
        /// Column of that table.
        column: Option<Text>,
        /// What else a reader should know.
        note: Option<Text>,
    }
}
