//! Stations: resources with a queue. Each is a plain state machine that knows its holders and
//! waiters; none knows the meaning of its users, of time, or the use of its numbers.
//!
//! `who` is always the caller's number for a holder or waiter.

pub mod autoscaler;
pub mod breaker;
pub mod cpu;
pub mod credits;
pub mod device;
pub mod group;
pub mod log;
pub mod placement;
pub mod pool;
