//! Temporary faults: slow servers, unavailable caches.
//!
//! Faults affect work in progress. Work that is queued or half done at a server was assigned its
//! time on arrival; when the server's speed changes, the remaining time is scaled. So a fault is
//! over when it ends, and not only when the work that arrived during it is done.

use crate::engine::Class;
use crate::model::request::Timer;
use crate::model::spec::Id;
use crate::model::world::World;
use crate::observe::{Observer, Phase, Record};
use crate::station::device::stretched;
use crate::units::{Span, Time};

impl<O: Observer> World<'_, O> {
    /// Multiplies processor and storage times of a database.
    pub(in crate::model) fn slow_database(&mut self, database: Id, factor: f64) {
        let state = &mut self.resources.databases[database as usize];
        let times = factor / std::mem::replace(&mut state.slow, factor);
        let number = self.resources.cpu_of(database);
        self.resources.cpus[number as usize].set_slow(self.now, factor);
        let at = self.resources.cpus[number as usize].due();
        self.agenda.set(self.slots.cpus + number, at, Class::Complete);
        self.resources.databases[database as usize].storage.stretch(self.now, times);
        let free = self.resources.databases[database as usize].storage.free_at();
        if self.spec.databases[database as usize].iops.is_some() {
            let station = self.numbering.database_io + database;
            self.record(Record::Retimed { station, free });
        }
        let at_storage = self.in_flight_where(|request| {
            request.phase() == Phase::Storage && request.timer() == Timer::StorageDone(database)
        });
        for (at, id) in at_storage {
            let at = stretched(self.now, at, times);
            self.agenda.set(self.slots.request(id), at, Class::Complete);
        }
    }

    /// Multiplies command times of a cache.
    pub(in crate::model) fn slow_cache(&mut self, cache: Id, factor: f64) {
        for shard in self.shards(cache) {
            let state = &mut self.resources.caches[shard as usize];
            let times = factor / std::mem::replace(&mut state.slow, factor);
            state.commands.stretch(self.now, times);
            self.tell_retimed(shard);
            for (end, id, trip) in self.commands_of(shard) {
                let at = stretched(self.now, end, times) + trip;
                self.agenda.set(self.slots.request(id), at, Class::Complete);
            }
        }
    }

    /// Makes a cache unavailable, both for new commands and for those not yet done; or makes it
    /// available again, with an empty queue.
    pub(in crate::model) fn lose_cache(&mut self, cache: Id, timeout: Option<Span>) {
        for shard in self.shards(cache) {
            self.resources.caches[shard as usize].lost = timeout;
            let Some(timeout) = timeout else { continue };
            self.resources.caches[shard as usize].commands.drop_all(self.now);
            self.tell_retimed(shard);
            for (_, id, _) in self.commands_of(shard) {
                self.set_timer(id, timeout, Timer::CacheLost);
            }
        }
    }

    /// Reports the busy time of devices since the last mark to observers.
    pub(in crate::model) fn tell_of_devices(&mut self) {
        let now = self.now;
        let limited = self.spec.databases.iter().map(|database| database.iops.is_some());
        let storage =
            (self.numbering.database_io..).zip(&mut self.resources.databases).zip(limited);
        let storage = storage.filter(|(_, limited)| *limited);
        let storage = storage.map(|((station, database), _)| (station, &mut database.storage));
        let caches = (self.numbering.caches..).zip(&mut self.resources.caches);
        let caches = caches.map(|(station, cache)| (station, &mut cache.commands));
        for (station, device) in storage.chain(caches) {
            let used = device.worked(now);
            self.observer.record(now, Record::Used { station, used });
        }
    }

    /// Returns all shards of a cache.
    fn shards(&self, cache: Id) -> Vec<Id> {
        let all = (0..).zip(&self.spec.caches);
        all.filter(|(_, shard)| shard.of == cache).map(|(number, _)| number).collect()
    }

    fn tell_retimed(&mut self, shard: Id) {
        let free = self.resources.caches[shard as usize].commands.free_at();
        let station = self.numbering.caches + shard;
        self.record(Record::Retimed { station, free });
    }

    /// Returns the unfinished commands of a shard: completion time, request, and the time of the
    /// answer from there. Commands whose answer is on its way are finished.
    fn commands_of(&self, shard: Id) -> Vec<(Time, u32, Span)> {
        let trip = self.spec.caches[shard as usize].round_trip;
        let sent = self.in_flight_where(|request| {
            request.phase() == Phase::Cache
                && matches!(request.timer(), Timer::CacheAnswered { shard: at, .. } if at == shard)
        });
        let end = |at: Time| Time(at.0.saturating_sub(trip.0));
        let ends = sent.into_iter().map(|(at, id)| (end(at), id, trip));
        ends.filter(|(end, ..)| *end > self.now).collect()
    }
}
