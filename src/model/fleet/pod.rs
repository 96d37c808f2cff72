//! Pods and the services that they belong to.

use std::collections::VecDeque;
use std::ops::Range;

use super::scaler::Seen;
use crate::model::request::NONE;
use crate::model::spec::{self, Id};
use crate::units::{Span, Time};

#[derive(Clone, Debug)]
pub(super) struct Service {
    /// All pods that may ever exist.
    pub(super) pods: Range<u32>,
    /// Ready pods that receive requests, in order.
    pub(super) ready: Vec<u32>,
    /// Position among them of the next in round-robin order.
    pub(super) next: u32,
    /// Desired number of pods.
    pub(super) wanted: u32,
    /// The newest version; the one that requests go to, if not to all; the progress of a rollout.
    pub(super) version: u32,
    /// State of the timeline in which each version was deployed; 0 is the first.
    pub(super) deployed_in: Vec<u32>,
    pub(super) active: Option<u32>,
    pub(super) rollout: Option<Progress>,
}

impl Service {
    /// Creates the initial state of a service whose pods have numbers from `first` on.
    pub(super) fn new(described: &spec::Service, first: u32) -> Service {
        Service {
            pods: first..first + described.most_pods(),
            ready: (first..first + described.pods).collect(),
            next: 0,
            wanted: described.pods + described.lifecycle.pending,
            version: 0,
            deployed_in: vec![0],
            active: None,
            rollout: None,
        }
    }
}

/// Progress of a blue/green rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// New pods are starting.
    Starting,
    /// All new pods are ready; requests still go to the old ones.
    Promoting,
    /// Requests go to the new pods; the old ones are kept for a while.
    Keeping,
}

#[derive(Clone, Debug)]
pub(super) struct Pod<'a> {
    pub(super) service: Id,
    /// Settings with which it was started.
    pub(super) described: &'a spec::Service,
    pub(super) life: Life,
    /// Index of its version among those of its service.
    pub(super) version: u32,
    /// Its node, or none.
    pub(super) node: u32,
    /// Processor demand if it had its node alone \[millicores\], and current share \[cores\].
    pub(super) wants: u64,
    pub(super) has: f64,
    /// Time at which its code is warm.
    pub(super) warm_at: Time,
    /// Processor time of its work since the last garbage collection.
    pub(super) uncollected: Span,
    /// Metrics for its autoscaler, and the processor time that its slot had used before it started.
    pub(super) seen: Seen,
    pub(super) used_before: Span,
    /// Index of its first pool among those of all pods.
    pub(super) pools: u32,
    pub(super) busy_threads: u32,
    pub(super) waiting: VecDeque<u32>,
}

impl<'a> Pod<'a> {
    /// Creates the pod with number `own` of its service, of which some exist from the beginning.
    pub(super) fn new(service: Id, described: &'a spec::Service, own: u32, pools: u32) -> Pod<'a> {
        Pod {
            service,
            described,
            life: match own {
                own if own < described.pods => Life::Ready,
                own if own < described.pods + described.lifecycle.pending => Life::Pending,
                _ => Life::Absent,
            },
            version: 0,
            node: NONE,
            wants: 0,
            has: described.cores,
            warm_at: Time::ZERO,
            uncollected: Span::ZERO,
            seen: Seen::new(Time::ZERO),
            used_before: Span::ZERO,
            pools,
            busy_threads: 0,
            waiting: VecDeque::new(),
        }
    }

    /// Returns the processor time of a step, longer while the code is cold, and the pause of a
    /// garbage collection that is due before it.
    pub(super) fn uneven_work(&mut self, now: Time, demand: Span) -> (Span, Option<Span>) {
        let lifecycle = &self.described.lifecycle;
        let mut demand = demand;
        if let Some(warm_up) = lifecycle.warm_up
            && now < self.warm_at
            && self.life != Life::Starting
        {
            let cold = (self.warm_at - now).secs() / warm_up.lasts.secs();
            demand = Span::from_secs(demand.secs() * (1.0 + (warm_up.factor - 1.0) * cold));
        }
        let Some(collection) = lifecycle.collection else { return (demand, None) };
        self.uncollected = self.uncollected + demand;
        if self.uncollected < collection.every {
            return (demand, None);
        }
        self.uncollected = Span::ZERO;
        (demand, Some(collection.pause))
    }
}

/// Lifecycle phase of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// It does not exist.
    Absent,
    /// It fits on no node, and waits for one.
    Pending,
    /// It is starting; it receives no requests yet.
    Starting,
    /// It is ready.
    Ready,
    /// It receives no new requests, and continues until `SIGTERM`.
    Leaving,
    /// It has received `SIGTERM`, and exits when its work is done.
    Ending,
    /// Its node failed; the cluster has not noticed yet.
    Lost,
}

impl Life {
    /// Whether it counts towards the desired pods of its service.
    pub(super) fn is_there(self) -> bool {
        matches!(self, Life::Pending | Life::Starting | Life::Ready | Life::Lost)
    }
}
