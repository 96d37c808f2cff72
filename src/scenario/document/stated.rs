//! The numbers of the document under examination.

use crate::scenario::decode::{Spanned, document};
use crate::scenario::values::{Count, Duration, Money, Name, Rate};

/// A number of users, orders or connections.
type Many = Option<Spanned<Count<0, 1_000_000_000_000>>>;

document! {
    /// What a document says of a variant: its own numbers, as it writes them.
    struct StatedDoc {
        /// Requests per second at the peak.
        rps: Option<Spanned<Rate>>,
        /// Events per second.
        events: Option<Spanned<Rate>>,
        /// Orders per second.
        orders: Option<Spanned<Rate>>,
        /// Orders in a month.
        orders_per_month: Many,
        /// Endpoint, `service.endpoint`, whose requests are orders.
        order: Option<Name>,
        /// Users in a month.
        mau: Many,
        /// Users on a day.
        dau: Many,
        /// Users at once at the peak.
        concurrent: Many,
        /// Length of a user's visit.
        session: Option<Spanned<Duration>>,
        /// Requests of a user's visit.
        requests_per_session: Many,
        /// Connections to all databases together.
        connections: Many,
        /// Cost of a month.
        cost: Option<Spanned<Money>>,
        /// What the cost is said to cover: paths such as `node_groups.web`, `databases`.
        covers: Vec<Name>,
        /// The load test.
        test: Option<TestDoc>,
    }

    /// A load test with a fixed number of virtual users.
    struct TestDoc {
        /// Virtual users.
        virtual_users: Spanned<Count<1, 10_000_000>>,
        /// Pause of each between two requests; none by default.
        think: Option<Duration>,
    }
}
