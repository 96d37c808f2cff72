//! The model.
pub mod spec;
