//! Plimsoll: the load line for a back end.
pub mod model;
pub mod random;
pub mod report;
pub mod stats;
pub mod study;
pub mod units;
