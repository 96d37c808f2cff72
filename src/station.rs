//! Stations: the things with a queue. Each is a plain state machine that knows who holds it and who
//! waits; none knows what its users are, what time means to them, or what anyone does with its numbers.
//!
//! `who` is always the caller's number for whoever holds or waits.

pub mod autoscaler;
pub mod breaker;
pub mod cpu;
pub mod credits;
pub mod device;
pub mod group;
pub mod log;
pub mod placement;
pub mod pool;
