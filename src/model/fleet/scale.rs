//! Autoscalers: measurement of pods, and scaling decisions.
//!
//! On a run that follows the curve they work in real time: a scrape and a sync every 15 s, each at
//! its own phase. A run at a steady load estimates performance after the autoscalers have acted,
//! not how long they take: until its window begins their clock runs ten times as fast and pods are
//! ready at once; then they are frozen.

use crate::engine::Class;
use crate::model::fleet::pod::Life;
use crate::model::fleet::scaler::{Scaler, Seen};
use crate::model::slots::SLOT_SCRAPE;
use crate::model::world::World;
use crate::observe::Observer;
use crate::random::Key;
use crate::station::autoscaler::sampling::RESOLUTION;
use crate::station::autoscaler::{Pod, SYNC_PERIOD};
use crate::units::{Span, Time};

/// Speed-up of the autoscalers' clock before the window of a steady run.
const HURRY: u64 = 10;

impl<O: Observer> World<'_, O> {
    /// Speed of the autoscalers' clock relative to that of the run; 0 when they are frozen.
    fn hurry(&self) -> u64 {
        match (self.run.follow_curve, self.now < Time::ZERO + self.run.warm_up) {
            (true, _) => 1,
            (false, true) => HURRY,
            (false, false) => 0,
        }
    }

    /// Current time by the autoscalers' clock.
    fn control_time(&self) -> Time {
        Time(self.now.0.saturating_mul(self.hurry().max(1)))
    }

    /// Starts scraping and syncing.
    pub(in crate::model) fn start_scalers(&mut self, root: Key) {
        if self.fleet.scalers.is_empty() || self.hurry() == 0 {
            return;
        }
        self.next_scrape();
        for number in 0..self.fleet.scalers.len() as u32 {
            let service = self.fleet.scalers[number as usize].service;
            let name = &self.spec.services[service as usize].name;
            let phase = root.named("autoscaler").named(name).uniform(0);
            let first = Span::from_secs(SYNC_PERIOD.secs() * phase / self.hurry() as f64);
            self.agenda.set(self.slots.scalers + number, self.now + first, Class::Observe);
        }
    }

    fn next_scrape(&mut self) {
        let period = Span(RESOLUTION.0 / self.hurry());
        self.agenda.set(SLOT_SCRAPE, self.now + period, Class::Observe);
    }

    /// Samples the usage of each pod, as the metrics server does.
    pub(in crate::model) fn scrape(&mut self) {
        let hurry = self.hurry();
        if hurry == 0 {
            return;
        }
        let now = self.control_time();
        for number in 0..self.fleet.scalers.len() {
            let Scaler { service, settings, .. } = &self.fleet.scalers[number];
            for pod in self.fleet.services[*service as usize].pods.clone() {
                let state = &mut self.fleet.pods[pod as usize];
                if matches!(state.life, Life::Starting | Life::Ready) && state.seen.started < now {
                    let used = self.resources.cpu_used(pod, self.now);
                    let since = used.0.saturating_sub(state.used_before.0);
                    let memory = settings.memory_used.unwrap_or(0);
                    state.seen.readings.scrape(now, Span(since.saturating_mul(hurry)), memory);
                }
            }
        }
        self.next_scrape();
    }

    /// Runs the control loop of a service's autoscaler and applies its decision.
    pub(in crate::model) fn sync(&mut self, number: u32) {
        if self.hurry() == 0 {
            return;
        }
        let now = self.control_time();
        let Scaler { service, settings, wanted, .. } = self.fleet.scalers[number as usize].clone();
        let there = |pod: &u32| self.fleet.pods[*pod as usize].life != Life::Absent;
        let pods: Vec<Pod> = self.fleet.services[service as usize]
            .pods
            .clone()
            .filter(there)
            .map(|pod| {
                let state = &self.fleet.pods[pod as usize];
                Pod {
                    deleting: matches!(state.life, Life::Leaving | Life::Ending),
                    pending: state.life == Life::Pending,
                    ready: state.life == Life::Ready,
                    started: state.seen.started,
                    ready_changed: state.seen.ready_changed,
                    sample: state.seen.readings.sample(),
                    millicores: settings.millicores,
                    memory: settings.memory_request,
                }
            })
            .collect();
        let decision = self.fleet.scalers[number as usize].autoscaler.sync(now, wanted, &pods);
        if decision.replicas != wanted {
            self.fleet.scalers[number as usize].wanted = decision.replicas;
            self.scale(service, decision.replicas);
        }
        let period = Span(SYNC_PERIOD.0 / self.hurry());
        self.agenda.set(self.slots.scalers + number, self.now + period, Class::Observe);
    }

    /// Records that a pod starts.
    pub(super) fn pod_begins(&mut self, pod: u32) {
        let now = self.control_time();
        let used = self.resources.cpu_used(pod, self.now);
        let state = &mut self.fleet.pods[pod as usize];
        (state.seen, state.used_before) = (Seen::new(now), used);
    }

    /// Records that a pod passes its readiness probe.
    pub(super) fn pod_is_ready(&mut self, pod: u32) {
        self.fleet.pods[pod as usize].seen.ready_changed = self.control_time();
    }
}
