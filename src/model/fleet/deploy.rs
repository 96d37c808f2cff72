//! Rollout of a new version.
//!
//! A rolling update follows the deployment controller (`pkg/controller/deployment/rolling.go`): at
//! each change it creates as many new pods as the surge allows, and removes as many old ones as may
//! be unavailable, unready ones first. Terminating pods are not counted, but keep their resources.
//! Blue/green follows Argo Rollouts: a full second set, then the switch, then the end of the first
//! set.

use super::pod::{Life, Progress};
use crate::engine::Class;
use crate::model::spec::{Id, Rollout, Service, Spec};
use crate::model::world::World;
use crate::observe::Observer;

impl<O: Observer> World<'_, O> {
    /// Starts a rollout of a new version of a service, or back to an old one of which pods still
    /// exist.
    pub(in crate::model) fn deploy(&mut self, service: Id, old: Option<u32>) {
        let rollout = self.spec.services[service as usize].lifecycle.rollout;
        let state = &mut self.fleet.services[service as usize];
        if matches!(rollout, Rollout::BlueGreen { .. }) && state.active.is_none() {
            state.active = Some(state.version);
        }
        if matches!(rollout, Rollout::Rolling { .. }) && state.active.take().is_some() {
            self.list_ready(service);
        }
        let current = self.timeline.state();
        let state = &mut self.fleet.services[service as usize];
        state.version = old.unwrap_or(state.deployed_in.len() as u32);
        if old.is_none() {
            state.deployed_in.push(current);
        }
        state.rollout = Some(Progress::Starting);
        self.agenda.clear(self.slots.services + service);
        self.roll(service);
    }

    /// Continues the rollout after a change, if there is one.
    pub(super) fn roll(&mut self, service: Id) {
        let Some(progress) = self.fleet.services[service as usize].rollout else { return };
        match self.spec.services[service as usize].lifecycle.rollout {
            // A pod that makes room may allow the next step.
            Rollout::Rolling { surge, unavailable } => {
                while self.roll_on(service, surge, unavailable) {}
            }
            Rollout::BlueGreen { promotion, .. } => {
                let (wanted, new, ready) = self.new_pods(service);
                self.create_pods(service, wanted.saturating_sub(new));
                if progress == Progress::Starting && ready >= wanted {
                    self.fleet.services[service as usize].rollout = Some(Progress::Promoting);
                    let at = self.now + promotion;
                    self.agenda.set(self.slots.services + service, at, Class::Complete);
                }
            }
        }
    }

    /// Returns the number of desired pods, and of those of the newest version that exist and that
    /// are ready.
    fn new_pods(&self, service: Id) -> (usize, usize, usize) {
        let state = &self.fleet.services[service as usize];
        let own = |pod: &u32| self.fleet.pods[*pod as usize].version == state.version;
        let there = |pod: &u32| self.fleet.pods[*pod as usize].life.is_there();
        let ready = |pod: &u32| self.fleet.pods[*pod as usize].life == Life::Ready;
        let new = state.pods.clone().filter(own).filter(there).count();
        let of_them = state.pods.clone().filter(own).filter(ready).count();
        (state.wanted as usize, new, of_them)
    }

    /// Performs one step of a rolling update; returns whether anything changed that may allow
    /// another.
    fn roll_on(&mut self, service: Id, surge: u32, unavailable: u32) -> bool {
        let (wanted, new, _) = self.new_pods(service);
        let version = self.fleet.services[service as usize].version;
        let all = self.fleet.services[service as usize].pods.clone();
        let count = |world: &Self, what: &dyn Fn(u32, Life) -> bool| {
            let of = |pod: &u32| {
                let pod = &world.fleet.pods[*pod as usize];
                what(pod.version, pod.life)
            };
            all.clone().filter(of).count()
        };
        let more = (wanted * surge as usize).div_ceil(100);
        // With neither surge nor unavailability the update would never finish: one pod may be
        // missing.
        let fewer = match wanted * unavailable as usize / 100 {
            0 if more == 0 => 1,
            fewer => fewer,
        };
        let total = count(self, &|_, life| life.is_there());
        let room = (wanted + more).saturating_sub(total);
        self.create_pods(service, room.min(wanted.saturating_sub(new)));
        let total = count(self, &|_, life| life.is_there());
        let not_ready =
            count(self, &|of, life| of == version && life.is_there() && life != Life::Ready);
        let least = wanted.saturating_sub(fewer);
        let mut removable = total.saturating_sub(least + not_ready);
        let mut stopped = false;
        let mut spare = count(self, &|_, life| life == Life::Ready).saturating_sub(least);
        for life in [Life::Pending, Life::Lost, Life::Starting, Life::Ready] {
            for pod in all.clone() {
                let state = &self.fleet.pods[pod as usize];
                let old = state.version != version && state.life == life;
                let allowed = removable > 0 && (life != Life::Ready || spare > 0);
                if old && allowed {
                    removable -= 1;
                    spare = spare.saturating_sub(usize::from(life == Life::Ready));
                    self.stop_old(pod);
                    stopped = true;
                }
            }
        }
        let (wanted, _, ready) = self.new_pods(service);
        let old = count(self, &|of, life| of != version && life.is_there());
        if old == 0 && ready >= wanted {
            self.fleet.services[service as usize].rollout = None;
            return false;
        }
        stopped
    }

    /// Stops a pod of an old version without reentering the rollout.
    fn stop_old(&mut self, pod: u32) {
        let service = self.fleet.pods[pod as usize].service as usize;
        let rollout = self.fleet.services[service].rollout.take();
        let wanted = std::mem::replace(&mut self.fleet.services[service].wanted, 0);
        let unsettled = self.timeline.suspend();
        self.stop_pod(pod);
        self.timeline.resume(unsettled);
        self.fleet.services[service].rollout = rollout;
        self.fleet.services[service].wanted = wanted;
    }

    /// Ends a pause of a blue/green rollout.
    pub(in crate::model) fn rollout_timer(&mut self, service: Id) {
        let Rollout::BlueGreen { keep, .. } =
            self.spec.services[service as usize].lifecycle.rollout
        else {
            return;
        };
        match self.fleet.services[service as usize].rollout {
            Some(Progress::Promoting) => {
                let state = &mut self.fleet.services[service as usize];
                state.active = Some(state.version);
                state.rollout = Some(Progress::Keeping);
                self.list_ready(service);
                let at = self.now + keep;
                self.agenda.set(self.slots.services + service, at, Class::Complete);
            }
            Some(Progress::Keeping) => {
                let version = self.fleet.services[service as usize].version;
                for pod in self.fleet.services[service as usize].pods.clone() {
                    let state = &self.fleet.pods[pod as usize];
                    if state.version != version && state.life.is_there() {
                        self.stop_old(pod);
                    }
                }
                self.fleet.services[service as usize].rollout = None;
                self.look_settled();
            }
            Some(Progress::Starting) | None => {}
        }
    }

    /// Applies the changes of a service; returns whether anything takes time to be in place.
    pub(in crate::model) fn become_service(
        &mut self,
        service: Id,
        before: &Spec,
        after: &Spec,
    ) -> bool {
        let (old, new) = (&before.services[service as usize], &after.services[service as usize]);
        if let Some(settings) = new.lifecycle.autoscaling {
            let own = self.fleet.scalers.iter_mut().find(|scaler| scaler.service == service);
            if let Some(scaler) = own {
                scaler.configure(settings);
            }
        }
        let wanted = |service: &Service| service.pods + service.lifecycle.pending;
        let by_hand = new.lifecycle.autoscaling.is_none() && wanted(old) != wanted(new);
        let other_way = std::mem::discriminant(&old.lifecycle.rollout)
            != std::mem::discriminant(&new.lifecycle.rollout);
        let under_way = self.fleet.services[service as usize].rollout.is_some();
        let renews = before.renews(after, service) || (other_way && under_way);
        if by_hand && renews {
            // The deployment changes both at once: the rollout proceeds to the new number.
            self.fleet.services[service as usize].wanted = wanted(new);
        } else if by_hand {
            self.scale(service, wanted(new));
        }
        if renews {
            // A controller identifies its older replica sets by their content, and returns to one
            // that still exists.
            let same = |version: &u32| {
                let state = self.fleet.services[service as usize].deployed_in[*version as usize];
                let mut pods = self.fleet.services[service as usize].pods.clone();
                let is_there = |pod: u32| {
                    let pod = &self.fleet.pods[pod as usize];
                    pod.version == *version && pod.life.is_there()
                };
                !self.state_of(state).renews(after, service) && pods.any(is_there)
            };
            let versions = 0..self.fleet.services[service as usize].deployed_in.len() as u32;
            let old = versions.rev().find(same);
            self.deploy(service, old);
        }
        renews || by_hand || old.lifecycle.autoscaling != new.lifecycle.autoscaling
    }

    /// Returns the spec of a state; 0 is the first.
    fn state_of(&self, number: u32) -> &Spec {
        let later = number.checked_sub(1).and_then(|place| self.first.later.get(place as usize));
        later.unwrap_or(self.first)
    }
}
