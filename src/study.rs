//! Studies.
pub mod result;
