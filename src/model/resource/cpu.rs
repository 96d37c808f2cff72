//! Processors: of pods, with cold code and garbage collection, and of databases.

use crate::engine::Class;
use crate::model::World;
use crate::model::request;
use crate::observe::Observer;
use crate::station::cpu::LevelChange;
use crate::units::Span;

impl<O: Observer> World<'_, O> {
    #[inline]
    pub(in crate::model) fn compute(&mut self, cpu: u32, id: u32, demand: Span) {
        let demand = if self.uneven { self.uneven_work(cpu, demand) } else { demand };
        let change = self.cpus[cpu as usize].start(self.now, id, demand);
        self.processor_changed(cpu, change);
    }

    /// Returns the processor time of a step, including cold code and a garbage collection that is
    /// due before it.
    #[inline(never)]
    pub(in crate::model) fn uneven_work(&mut self, pod: u32, demand: Span) -> Span {
        let Some(state) = self.pods.get_mut(pod as usize) else { return demand };
        let lifecycle = &state.described.lifecycle;
        let mut demand = demand;
        if let Some(warm_up) = lifecycle.warm_up
            && self.now < state.warm_at
            && state.life != crate::model::Life::Starting
        {
            let cold = (state.warm_at - self.now).secs() / warm_up.lasts.secs();
            demand = Span::from_secs(demand.secs() * (1.0 + (warm_up.factor - 1.0) * cold));
        }
        if let Some(collection) = lifecycle.collection {
            state.uncollected = state.uncollected + demand;
            if state.uncollected >= collection.every {
                state.uncollected = Span::ZERO;
                self.cpus[pod as usize].pause(self.now, collection.pause);
            }
        }
        demand
    }

    #[inline]
    pub(in crate::model) fn cpu_done(&mut self, cpu: u32) {
        if self.cpus[cpu as usize].only_turns() {
            let change = self.cpus[cpu as usize].look(self.now);
            return self.processor_changed(cpu, change);
        }
        let Some((id, change)) = self.cpus[cpu as usize].finish(self.now) else { return };
        self.processor_changed(cpu, change);
        if id == request::NONE {
            return; // The start of a pod: no request waits for it.
        }
        let Some(database) = cpu.checked_sub(self.pods.len() as u32) else { return self.step(id) };
        if self.requests[id].pod == request::NONE {
            self.forget(id, false); // Its pod is gone.
        } else if self.use_storage(id, database) {
            self.step(id);
        }
    }

    /// Notes that jobs began or ended; the consequences are deferred to the end of the event, since
    /// a request that ends a job often begins another in the same instant.
    #[inline]
    pub(in crate::model) fn processor_changed(&mut self, cpu: u32, change: LevelChange) {
        if self.changed != cpu {
            if self.changed != request::NONE {
                self.settle_processor();
            }
            self.changed = cpu;
        }
        if change.busy != 0.0 || change.sharing != 0 {
            let station = match self.pods.get(cpu as usize) {
                Some(pod) => self.numbering.cpu + pod.service,
                None => self.numbering.database_cpu + (cpu - self.pods.len() as u32),
            };
            self.level(station, change.busy, change.sharing);
        }
    }

    /// Reschedules the processor whose jobs have changed: first its node's shares, then its next
    /// event.
    #[inline(never)]
    pub(in crate::model) fn settle_processor(&mut self) {
        let cpu = std::mem::replace(&mut self.changed, request::NONE);
        if self.shared_nodes && (cpu as usize) < self.pods.len() {
            self.share_node(cpu);
        }
        let at = self.cpus[cpu as usize].due();
        self.agenda.set(self.slots.cpus + cpu, at, Class::Complete);
    }
}
