//! Databases: a query's processor time, then its storage operations.

use super::stretched;
use crate::model::World;
use crate::model::request::Timer;
use crate::model::spec::Op;
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
    /// Factor on the time of its work; 1 unless a fault slows it.
    pub(in crate::model) slow: f64,
}

impl<O: Observer> World<'_, O> {
    pub(in crate::model) fn reach_database(&mut self, id: u32) {
        if !self.work_on_database(id) {
            self.step(id);
        }
    }

    /// The query's processor time, then its storage; false when it has neither.
    pub(in crate::model) fn work_on_database(&mut self, id: u32) -> bool {
        let request = &self.requests[id];
        let Op::Query { database, work, draw, .. } = self.spec.ops[request.pc as usize - 1] else {
            unreachable!("only a query reaches a database");
        };
        let demand = work
            .map_or(Span::ZERO, |work| self.spec.samplers[work as usize].draw(request.key, draw));
        if demand == Span::ZERO {
            return self.use_storage(id);
        }
        self.enter(id, Phase::Database);
        self.compute(self.pods.len() as u32 + database, id, demand);
        true
    }

    pub(in crate::model) fn use_storage(&mut self, id: u32) -> bool {
        let request = &self.requests[id];
        let Op::Query { draw, ios, io_chance, .. } = self.spec.ops[request.pc as usize - 1] else {
            unreachable!("only a query uses storage");
        };
        let one_more = io_chance > 0.0 && request.key.item(draw).uniform(0) < io_chance;
        let operations = ios + u32::from(one_more);
        if operations == 0 {
            return false;
        }
        self.requests[id].left = operations;
        self.enter(id, Phase::Storage);
        self.storage_operation(id);
        true
    }

    pub(in crate::model) fn storage_operation(&mut self, id: u32) {
        let Op::Query { database, .. } = self.spec.ops[self.requests[id].pc as usize - 1] else {
            unreachable!("only a query uses storage");
        };
        let device = &self.spec.databases[database as usize];
        // The rate spaces the beginnings of operations; each then takes the latency of one.
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
        self.set_timer(id, after, Timer::StorageDone);
    }

    pub(in crate::model) fn storage_done(&mut self, id: u32) {
        self.requests[id].left -= 1;
        if self.requests[id].left > 0 {
            self.storage_operation(id);
        } else {
            self.step(id);
        }
    }
}
