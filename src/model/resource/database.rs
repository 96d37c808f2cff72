//! Databases: processor time of a query, then its storage operations.

use super::stretched;
use crate::model::World;
use crate::model::request::Timer;
use crate::model::spec::Id;
use crate::observe::{Observer, Phase, Record};
use crate::station::credits::IoCredits;
use crate::station::device::Device;
use crate::units::{NANOS_PER_SECOND, Span};

/// State of a database.
#[derive(Clone, Debug)]
pub(in crate::model) struct Database {
    pub(in crate::model) storage: Device,
    pub(in crate::model) credits: Option<IoCredits>,
    pub(in crate::model) connections: u32,
    /// Factor on its service times; 1 unless a fault slows it.
    pub(in crate::model) slow: f64,
}

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
    pub(in crate::model) fn work_on_database(
        &mut self,
        id: u32,
        database: Id,
        demand: Span,
    ) -> bool {
        if demand == Span::ZERO {
            return self.use_storage(id, database);
        }
        self.enter(id, Phase::Database);
        self.compute(self.pods.len() as u32 + database, id, demand);
        false
    }

    /// Performs the remaining storage operations of a query; returns true when it has none and
    /// continues.
    pub(in crate::model) fn use_storage(&mut self, id: u32, database: Id) -> bool {
        if self.requests[id].left == 0 {
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
        let state = &mut self.databases[database as usize];
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
        self.requests[id].left -= 1;
        if self.requests[id].left > 0 {
            self.storage_operation(id, database);
        } else {
            self.step(id);
        }
    }
}
