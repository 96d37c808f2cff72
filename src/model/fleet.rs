//! Pods and the nodes that they are on: how many there are, where, in which version, and who sends to them.

pub(in crate::model) mod deploy;
pub(in crate::model) mod nodes;
pub(in crate::model) mod pods;
pub(in crate::model) mod scale;
pub(in crate::model) mod sticky;
