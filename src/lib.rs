//! Plimsoll: the load line for a back end.
pub mod app;
pub mod cli;
pub mod engine;
pub mod model;
pub mod observe;
pub mod random;
pub mod report;
pub mod scenario;
pub mod station;
pub mod stats;
pub mod study;
pub mod units;
