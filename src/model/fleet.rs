//! The fleet: pods and their nodes, with scaling, rollouts and load balancing.

pub(in crate::model) mod deploy;
pub(in crate::model) mod nodes;
pub(in crate::model) mod pods;
pub(in crate::model) mod scale;
pub(in crate::model) mod sticky;
