//! Final reports of a run: unfinished requests, requests still waiting, and the computational cost.

use super::run::Cost;
use super::world::World;
use crate::observe::{Observer, Phase, Record};

impl<O: Observer> World<'_, O> {
    /// Reports unfinished requests and returns the cost of the run.
    pub(super) fn cost(mut self) -> Cost {
        let mut unanswered = 0;
        for request in self.requests.alive() {
            if request.is_asked_by_user() {
                unanswered += 1;
                let (endpoint, age) = (request.endpoint(), request.age(self.now));
                self.observer.record(self.now, Record::Unfinished { endpoint, age });
            }
        }
        self.tell_who_waits();
        self.requests.cost(self.events, unanswered)
    }

    /// Reports the requests still waiting for a thread or a connection, and the records not yet
    /// polled.
    fn tell_who_waits(&mut self) {
        let now = self.now;
        for request in self.requests.alive() {
            let Some(service) = self.fleet.service_of(request.pod()) else { continue };
            let station = match request.phase() {
                Phase::ThreadWait => self.numbering.threads + service,
                Phase::ConnectionWait => self.pool_station(request),
                _ => continue,
            };
            let took = request.in_phase(now);
            self.observer.record(now, Record::Waited { station, took, open: true });
        }
        for (listener, appended) in self.kafka.unread() {
            let station = self.numbering.listeners + listener;
            let took = now - appended;
            self.observer.record(now, Record::Waited { station, took, open: true });
        }
    }
}
