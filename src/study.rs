//! Studies.
pub mod result;
pub mod setup;
