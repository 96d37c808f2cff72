//! Parameters, limits and computational cost of one replication.

use crate::units::Span;

/// Maximum number of requests in flight plus users in session that a replication can hold, half a
/// gigabyte of them: a system with a longer queue is overloaded, whatever else is asked. Tests use
/// a smaller limit, so that they can exceed it.
pub const MOST_IN_FLIGHT: u64 = if cfg!(test) { 30_000 } else { 2_000_000 };
/// Maximum number of unread records over all listeners, counted per listener: a third of a
/// gigabyte.
pub const MOST_RECORDS: u64 = if cfg!(test) { 250_000 } else { 10_000_000 };

/// Parameters of one replication.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Seed of the study.
    pub seed: u64,
    /// Number of the replication.
    pub replication: u64,
    /// Factor on the spec's rates of users and of external records.
    pub scale: f64,
    /// Whether the rate follows the spec's load curve from midnight, or stays at the peak.
    pub follow_curve: bool,
    /// Time of the first mark, the end of the warm-up; zero for none.
    pub warm_up: Span,
    /// Interval between further marks.
    pub bin: Span,
    /// Number of bins; observation ends with the last.
    pub bins: u32,
    /// Maximum follow-up time: the run continues under load for as long as the observer waits for
    /// requests that began within the window.
    pub follow: Span,
}

/// Computational cost of a replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Events processed.
    pub events: u64,
    /// Requests and records completed.
    pub completions: u64,
    /// Users' requests still unanswered at the end.
    pub unanswered: u64,
    /// Maximum number of requests in flight.
    pub in_flight_most: u64,
    /// Requests, sessions and records that exceeded the capacity of the model itself; if there are
    /// any, the result is that of a system that rejects them.
    pub no_room: u64,
}

/// Number of events between two checks for cancellation: some tenths of a millisecond.
pub(super) const BETWEEN_LOOKS: u64 = 1 << 12;
