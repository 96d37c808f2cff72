//! Databases: processor time of a query, then its storage operations.

use super::stretched;
use crate::model::request::Timer;
use crate::model::spec::Id;
use crate::model::world::World;
use crate::observe::{Credited, Observer, Phase, Record};
use crate::units::{NANOS_PER_SECOND, Span};

impl<O: Observer> World<'_, O> {
    /// Sends the statements of a query to its database; returns true when they take no time at all.
    #[inline]
    pub(in crate::model) fn query(
        &mut self,
        id: u32,
        database: Id,
        round_trips: Span,
        demand: Span,
    ) -> bool {
        if round_trips == Span::ZERO {
            return self.work_on_database(id, database, demand);
        }
        self.wait(id, Phase::Network, round_trips, Timer::ReachDatabase { database, demand });
        false
    }

    pub(in crate::model) fn reach_database(&mut self, id: u32, database: Id, demand: Span) {
        if self.work_on_database(id, database, demand) {
            self.step(id);
        }
    }

    /// Performs the query's processor time, then its storage operations; returns true when it has
    /// neither and continues.
    fn work_on_database(&mut self, id: u32, database: Id, demand: Span) -> bool {
        if demand == Span::ZERO {
            return self.use_storage(id, database);
        }
        self.enter(id, Phase::Database);
        self.compute(self.resources.cpu_of(database), id, demand);
        false
    }

    /// Performs the remaining storage operations of a query; returns true when it has none and
    /// continues.
    pub(super) fn use_storage(&mut self, id: u32, database: Id) -> bool {
        if self.requests[id].left() == 0 {
            return true;
        }
        self.enter(id, Phase::Storage);
        self.storage_operation(id, database);
        false
    }

    fn storage_operation(&mut self, id: u32, database: Id) {
        let device = &self.spec.databases[database as usize];
        // The rate limit spaces the starts of operations; each then takes the latency of one.
        let mut start = self.now;
        let state = &mut self.resources.databases[database as usize];
        let slow = state.slow;
        if let Some(iops) = device.iops {
            let spacing = match &mut state.credits {
                Some(credits) => credits.serve(state.storage.free_at().max(self.now)),
                None => Span((NANOS_PER_SECOND / iops) as u64),
            };
            let spacing = stretched(spacing, slow);
            start = state.storage.enter(self.now, spacing).0;
            let station = self.numbering.database_io + database;
            self.record(Record::Passed { station, waited: start - self.now, served: spacing });
        }
        let latency = device.io_latency;
        let latency = stretched(latency, slow);
        let after = (start - self.now) + latency;
        self.set_timer(id, after, Timer::StorageDone(database));
    }

    pub(in crate::model) fn storage_done(&mut self, id: u32, database: Id) {
        if self.requests.end_part(id) {
            self.storage_operation(id, database);
        } else {
            self.step(id);
        }
    }

    /// Changes the size of a database's processor.
    pub(in crate::model) fn resize_database(&mut self, database: Id, cores: f64) {
        let change = self.resize_cpu(self.resources.cpu_of(database), cores);
        self.level(self.numbering.database_cpu + database, change.busy, change.sharing);
    }

    /// Reports the credit balances of volumes to observers.
    pub(in crate::model) fn tell_of_volumes(&mut self) {
        for (database, state) in (0..).zip(&self.resources.databases) {
            let Some(credits) = &state.credits else { continue };
            let (of, left) = (Credited::Volume(database), credits.balance_at(self.now));
            self.observer.record(self.now, Record::Credits { of, left });
        }
    }
}
