//! The `stated` block: numbers of the document under examination.

use crate::scenario::decode::{Spanned, document};
use crate::scenario::values::{Count, Duration, Money, Name, Rate};

/// Optional count, of users, orders or connections.
type Many = Option<Spanned<Count<0, 1_000_000_000_000>>>;

document! {
    /// Numbers that a document states about a variant, as it writes them.
    struct StatedDoc {
        /// Requests per second at the peak.
        rps: Option<Spanned<Rate>>,
        /// Events per second.
        events: Option<Spanned<Rate>>,
        /// Orders per second.
        orders: Option<Spanned<Rate>>,
        /// Orders per month.
        orders_per_month: Many,
        /// Endpoint, as `service.endpoint`, whose requests are orders.
        order: Option<Name>,
        /// Monthly active users.
        mau: Many,
        /// Daily active users.
        dau: Many,
        /// Concurrent users at the peak.
        concurrent: Many,
        /// Length of a session.
        session: Option<Spanned<Duration>>,
        /// Requests per session.
        requests_per_session: Many,
        /// Connections to all databases together.
        connections: Many,
        /// Monthly cost.
        cost: Option<Spanned<Money>>,
        /// Items that the cost is said to cover: paths such as `node_groups.web`, `databases`.
        covers: Vec<Name>,
        /// The load test.
        test: Option<TestDoc>,
    }

    /// A load test with a fixed number of virtual users.
    struct TestDoc {
        /// Number of virtual users.
        virtual_users: Spanned<Count<1, 10_000_000>>,
        /// Think time of each user between two requests; none by default.
        think: Option<Duration>,
    }
}
