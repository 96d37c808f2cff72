//! Consumer groups.

use crate::model::spec::{Id, Spec};
use crate::station::group::Coordinator;
use crate::units::Time;

/// A consumer group: the threads of all listeners with its name.
#[derive(Clone, Debug)]
pub(super) struct ConsumerGroup {
    pub(super) coordinator: Coordinator,
    /// Its listeners; the coordinator identifies each one's topic by its position here.
    pub(super) listeners: Vec<Id>,
    /// Whether no rebalance is in progress, so that batches need not be reported to the
    /// coordinator.
    pub(super) calm: bool,
    /// Times at which it will notice that a listener's topic has this many partitions.
    pub(super) notices: Vec<(Time, Id, u32)>,
}

/// Creates the groups of all listeners, and returns the group of each listener.
pub(super) fn groups(spec: &Spec) -> (Vec<ConsumerGroup>, Vec<u32>) {
    let mut groups: Vec<ConsumerGroup> = Vec::new();
    let mut of_listener = Vec::new();
    for (number, listener) in (0..).zip(&spec.listeners) {
        let same = |group: &ConsumerGroup| {
            let other = &spec.listeners[group.listeners[0] as usize];
            other.group == listener.group && other.service == listener.service
        };
        let group = groups.iter().position(same).unwrap_or_else(|| {
            groups.push(ConsumerGroup {
                coordinator: Coordinator::new(listener.consumer.group, Vec::new()),
                listeners: Vec::new(),
                calm: true,
                notices: Vec::new(),
            });
            groups.len() - 1
        });
        groups[group].listeners.push(number);
        of_listener.push(group as u32);
    }
    (groups, of_listener)
}
