//! Calls to other services: a request makes another and waits for it, at most for its timeout.

use crate::model::request::{Origin, Timer};
use crate::model::spec::Id;
use crate::model::world::World;
use crate::observe::{Failure, Observer, Phase};
use crate::units::Span;

impl<O: Observer> World<'_, O> {
    /// Whether there is capacity for another request: requests made by requests may be as many as
    /// those of users. Counts the rejected ones.
    pub(in crate::model) fn has_room(&mut self) -> bool {
        let room = self.requests.in_flight < 2 * self.users.room();
        if !room {
            self.requests.has_no_room();
        }
        room
    }

    /// Creates a request made by another, with a key derived from its maker's.
    fn child(&mut self, id: u32, endpoint: Id, draw: u64, origin: Origin) -> u32 {
        self.begin_child(id, endpoint, self.requests[id].key.item(draw), origin)
    }

    /// Calls an endpoint and waits for its answer; fails where the model's capacity is exhausted.
    pub(super) fn call(
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
        let origin = self.requests.as_caller(id);
        let child = self.child(id, endpoint, draw, origin);
        self.requests.at(id).callee = child;
        if let Some(timeout) = timeout {
            self.set_timer(id, timeout, Timer::CallTimeout);
        }
        self.set_timer(child, trip, Timer::Arrive);
    }

    /// Schedules an asynchronous call of an endpoint.
    pub(super) fn send(&mut self, id: u32, endpoint: Id, after: Span, draw: u64) -> bool {
        if self.has_room() {
            let child = self.child(id, endpoint, draw, Origin::Nobody);
            self.set_timer(child, after, Timer::Arrive);
        }
        true
    }
}
