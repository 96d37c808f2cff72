//! Calls to other services: a request makes another and waits for it, at most for its timeout.

use crate::model::World;
use crate::model::request::{Origin, Timer};
use crate::model::spec::Id;
use crate::observe::{Failure, Observer, Phase};
use crate::units::Span;

impl<O: Observer> World<'_, O> {
    /// Whether there is capacity for another request: requests made by requests may be as many as
    /// those of users. Counts the rejected ones.
    pub(in crate::model) fn has_room(&mut self) -> bool {
        let room = self.in_flight < 2 * self.room;
        self.cost.no_room += u64::from(!room);
        room
    }

    /// Creates a request made by another, with a key derived from its maker's.
    fn child(&mut self, id: u32, endpoint: Id, draw: u64, origin: Origin) -> u32 {
        let parent = &self.requests[id];
        let (key, flow, started) = (parent.key.item(draw), parent.flow, parent.flow_started);
        let child = self.begin(endpoint, key, origin);
        self.requests[child].flow = flow;
        self.requests[child].flow_started = started;
        child
    }

    /// Calls an endpoint and waits for its answer; fails where the model's capacity is exhausted.
    pub(in crate::model) fn call(
        &mut self,
        id: u32,
        endpoint: Id,
        trip: Span,
        timeout: Option<Span>,
        draw: u64,
    ) {
        self.enter(id, Phase::Call);
        if !self.has_room() {
            return self.fail(id, Failure::CallFailed);
        }
        let origin = Origin::Caller { caller: id, generation: self.requests[id].generation };
        let child = self.child(id, endpoint, draw, origin);
        self.requests[id].callee = child;
        if let Some(timeout) = timeout {
            self.set_timer(id, timeout, Timer::CallTimeout);
        }
        self.set_timer(child, trip, Timer::Arrive);
    }

    /// Schedules an asynchronous call of an endpoint.
    pub(in crate::model) fn send(&mut self, id: u32, endpoint: Id, after: Span, draw: u64) -> bool {
        if self.has_room() {
            let child = self.child(id, endpoint, draw, Origin::Nobody);
            self.set_timer(child, after, Timer::Arrive);
        }
        true
    }
}
