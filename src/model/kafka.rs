//! Topics, brokers and consumer groups.

pub(in crate::model) mod consumer;
mod marks;
pub(in crate::model) mod membership;
pub(in crate::model) mod topics;
