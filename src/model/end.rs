//! What is told when a run is over: what had not ended, who still waited, and what it took.

use super::{Cost, World};
use crate::observe::{Observer, Phase, Record};

impl<O: Observer> World<'_, O> {
    /// Tell what had not ended, and what the run took.
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

    /// Tell of those who still wait for a thread, a connection or to be taken from a partition.
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
