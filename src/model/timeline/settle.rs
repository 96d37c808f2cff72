//! A new state of the system takes effect, and is in place some time later.

use super::progress::Unsettled;
use crate::model::spec::{Id, NodeGroup, Spec};
use crate::model::world::World;
use crate::observe::{Observer, Record};

impl<O: Observer> World<'_, O> {
    /// Switches the system to another state.
    pub(super) fn become_state(&mut self, number: Id) {
        let before = self.spec;
        let Some(after) = self.first.later.get(number as usize) else { return };
        (self.spec, self.timeline.state) = (after, number + 1);
        let mut unsettled = Unsettled { state: number, services: Vec::new(), nodes: false };
        // Progress is checked once everything has been ordered.
        self.timeline.unsettled = None;
        for (group, (old, new)) in (0..).zip(groups(before).iter().zip(groups(after))) {
            if old != new {
                unsettled.nodes = true;
                self.resize_nodes(group, old, new);
            }
        }
        for (database, (old, new)) in (0..).zip(before.databases.iter().zip(&after.databases)) {
            if (old.cores - new.cores).abs() > 0.0 {
                self.resize_database(database, new.cores);
            }
        }
        for service in 0..after.services.len() as Id {
            if self.become_service(service, before, after) {
                unsettled.services.push(service);
            }
        }
        self.timeline.unsettled = Some(unsettled);
        self.look_settled();
    }

    /// Reports when everything required by the last state is in place, and nothing is in progress.
    #[inline]
    pub(in crate::model) fn look_settled(&mut self) {
        if let Some(unsettled) = &self.timeline.unsettled
            && self.is_settled(unsettled)
        {
            let state = unsettled.state;
            self.timeline.unsettled = None;
            self.record(Record::Settled { state });
        }
    }

    #[cold]
    fn is_settled(&self, unsettled: &Unsettled) -> bool {
        let has_all =
            |service: &Id| self.fleet.is_in_place(*service) && self.kafka.is_calm(*service);
        unsettled.services.iter().all(has_all)
            && !(unsettled.nodes && self.fleet.nodes_are_coming())
    }
}

fn groups(spec: &Spec) -> &[NodeGroup] {
    spec.cluster.as_ref().map_or(&[], |cluster| &cluster.groups)
}
