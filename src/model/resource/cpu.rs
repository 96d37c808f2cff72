//! Processors: of pods, with cold code and garbage collection, and of databases.

use crate::engine::Class;
use crate::model::request::NONE;
use crate::model::world::World;
use crate::observe::Observer;
use crate::station::cpu::LevelChange;
use crate::units::Span;

impl<O: Observer> World<'_, O> {
    #[inline]
    pub(in crate::model) fn compute(&mut self, cpu: u32, id: u32, demand: Span) {
        let demand = if self.fleet.is_uneven() { self.uneven_work(cpu, demand) } else { demand };
        let change = self.resources.cpus[cpu as usize].start(self.now, id, demand);
        self.processor_changed(cpu, change);
    }

    /// Returns the processor time of a step, including cold code and a garbage collection that is
    /// due before it.
    #[inline(never)]
    fn uneven_work(&mut self, cpu: u32, demand: Span) -> Span {
        let (demand, pause) = self.fleet.uneven_work(cpu, self.now, demand);
        if let Some(pause) = pause {
            self.resources.cpus[cpu as usize].pause(self.now, pause);
        }
        demand
    }

    #[inline]
    pub(in crate::model) fn cpu_done(&mut self, cpu: u32) {
        if self.resources.cpus[cpu as usize].only_turns() {
            let change = self.resources.cpus[cpu as usize].look(self.now);
            return self.processor_changed(cpu, change);
        }
        let Some((id, change)) = self.resources.cpus[cpu as usize].finish(self.now) else { return };
        self.processor_changed(cpu, change);
        if id == NONE {
            return; // The start of a pod: no request waits for it.
        }
        let Some(database) = cpu.checked_sub(self.resources.pod_cpus) else {
            return self.step(id);
        };
        if self.requests[id].pod() == NONE {
            self.forget(id, false); // Its pod is gone.
        } else if self.use_storage(id, database) {
            self.step(id);
        }
    }

    /// Notes that jobs began or ended; the consequences are deferred to the end of the event, since
    /// a request that ends a job often begins another in the same instant.
    #[inline]
    fn processor_changed(&mut self, cpu: u32, change: LevelChange) {
        if self.resources.changed != cpu {
            if self.resources.changed != NONE {
                self.settle_processor();
            }
            self.resources.changed = cpu;
        }
        if change.busy != 0.0 || change.sharing != 0 {
            let station = match self.fleet.service_of(cpu) {
                Some(service) => self.numbering.cpu + service,
                None => self.numbering.database_cpu + (cpu - self.resources.pod_cpus),
            };
            self.level(station, change.busy, change.sharing);
        }
    }

    /// Reschedules the processor whose jobs have changed: first its node's shares, then its next
    /// event.
    #[inline(never)]
    pub(in crate::model) fn settle_processor(&mut self) {
        let cpu = std::mem::replace(&mut self.resources.changed, NONE);
        if self.fleet.shares_node(cpu) {
            self.share_node(cpu);
        }
        let at = self.resources.cpus[cpu as usize].due();
        self.agenda.set(self.slots.cpus + cpu, at, Class::Complete);
    }

    /// Changes the capacity of a processor, and reschedules it.
    pub(in crate::model) fn resize_cpu(&mut self, number: u32, cores: f64) -> LevelChange {
        let cpu = &mut self.resources.cpus[number as usize];
        let change = cpu.set_capacity(self.now, cores);
        let at = cpu.due();
        self.agenda.set(self.slots.cpus + number, at, Class::Complete);
        change
    }
}
