//! The `claims` block: numbers of a planning document that are to be judged.

use crate::scenario::decode::{Spanned, document, words};
use crate::scenario::values::{Name, Rate, Share, Text};

words! {
    /// Metric of a claim.
    enum ClaimWord {
        /// Largest sustainable load (the line), per second.
        "line" => Line,
        /// Monthly users whose peak equals the line; requires a load in users.
        "mau" => Mau,
        /// Daily users whose peak equals the line; requires a load in users.
        "dau" => Dau,
        /// Concurrent users whose peak equals the line; requires a load in users.
        "concurrent" => Concurrent,
        /// Counted events per second at the line.
        "events" => Events,
        /// Counted events per second that the consumers alone could process.
        "event-capacity" => EventCapacity,
        /// Flows (orders) completed per second at the line.
        "orders" => Orders,
        /// Flows completed in 30 days whose daily peak equals the line.
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
        /// Utilisation of the station named by `of`, at a load.
        "busy" => Busy,
        /// Monthly cost in dollars.
        "monthly-cost" => MonthlyCost,
        /// Pods running at a steady load; of the service named by `of`, if any.
        "pods" => Pods,
        /// Largest number of connections of all pools together; of the service or database named by
        /// `of`, if any.
        "connections" => Connections,
        /// Maximum size of one pool of a pod: the smallest in the service named by `of`, if any.
        "pool" => Pool,
        /// Partitions of the topic named by `of`; without one, the fewest of a counted topic.
        "partitions" => Partitions,
        /// Consumer threads per pod of the listener named by `of`, or the fewest of the service's
        /// listeners.
        "concurrency" => Concurrency,
        /// Nodes wanted; of the node group named by `of`, if any.
        "nodes" => Nodes,
    }

    /// Relation between a claim and its value.
    enum RelationWord {
        /// The value or more.
        "at-least" => AtLeast,
        /// The value or less.
        "at-most" => AtMost,
        /// The value, give or take the tolerance.
        "about" => About,
    }
}

document! {
    /// A claim: a number of the planning document.
    struct ClaimDoc {
        /// Metric of the claim.
        metric: ClaimWord,
        /// Station, service, listener, topic, database or node group to which the metric refers, if
        /// any.
        of: Option<Spanned<Text>>,
        /// Variant to which the claim refers; the only one by default.
        variant: Option<Name>,
        /// Variant to compare with: the value is then the ratio to that variant, such as `2` for
        /// "twice", or, with a sign, the difference from it in the unit of the metric, such as
        /// `+$30` or `-20ms`.
        against: Option<Name>,
        /// The value with its unit: `1500/s`, `500ms`, `1%`, `5M`, `$210`; with `against` a ratio or a
        /// difference.
        value: Spanned<Text>,
        /// Relation to the value; `about` by default.
        relation: Option<RelationWord>,
        /// Deviation allowed by `about` to either side, as a share of the value; 10% by default.
        tolerance: Option<Share>,
        /// Load to which the claim refers, for metrics at a load; the load asked about by default.
        load: Option<Spanned<Rate>>,
        /// Place in the document: heading of the section or table.
        at: Option<Text>,
        /// Row of that table.
        row: Option<Text>,
        /// Column of that table.
        column: Option<Text>,
        /// Remark for the reader.
        note: Option<Text>,
    }
}
