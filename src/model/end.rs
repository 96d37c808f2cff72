//! Final reports of a run: unfinished requests, requests still waiting, and the computational cost.

use super::{Cost, World};
use crate::observe::{Observer, Phase, Record};

impl<O: Observer> World<'_, O> {
    /// Reports unfinished requests and returns the cost of the run.
    pub(super) fn cost(mut self) -> Cost {
        for request in self.requests.in_flight() {
            if request.is_asked_by_user() {
                self.cost.unanswered += 1;
                let (endpoint, age) = (request.endpoint, self.now - request.arrived);
                self.observer.record(self.now, Record::Unfinished { endpoint, age });
            }
        }
        self.tell_who_waits();
        self.cost
    }

    /// Reports the requests still waiting for a thread or a connection, and the records not yet
    /// polled.
    fn tell_who_waits(&mut self) {
        let now = self.now;
        for request in self.requests.in_flight() {
            let Some(pod) = self.pods.get(request.pod as usize) else { continue };
            let station = match request.phase {
                Phase::ThreadWait => self.numbering.threads + pod.service,
                Phase::ConnectionWait => self.pool_station(request),
                _ => continue,
            };
            let took = now - request.phase_since;
            self.observer.record(now, Record::Waited { station, took, open: true });
        }
        for (listener, appended) in self.kafka.unread() {
            let station = self.numbering.listeners + listener;
            let took = now - appended;
            self.observer.record(now, Record::Waited { station, took, open: true });
        }
    }
}
