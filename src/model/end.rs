//! What a replication took, when all has happened.

use super::request::Request;
use super::{Cost, World};
use crate::observe::Observer;
use crate::units::Time;

impl<O: Observer> World<'_, O> {
    pub(super) fn cost(mut self) -> Cost {
        let of_users = |request: &&Request| request.is_asked_by_user();
        self.cost.unanswered = self.requests.in_flight().filter(of_users).count() as u64;
        if let Some(patience) = self.spec.load.patience {
            let from = Time::ZERO + self.run.warm_up;
            let waiting = self.requests.in_flight().filter(|request| {
                let of_user = request.is_asked_by_user();
                of_user && request.arrived >= from && request.arrived + patience < self.end
            });
            self.cost.overdue = waiting.count() as u64;
        }
        self.cost
    }
}
