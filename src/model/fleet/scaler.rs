//! The autoscaler of a service, and what it knows of pods.

use crate::model::spec::{Autoscaling, Id, Service};
use crate::station::autoscaler::sampling::Readings;
use crate::station::autoscaler::{Autoscaler, Metric, Resource, Settings};
use crate::units::Time;

/// Autoscaler of a service.
#[derive(Clone, Debug)]
pub(super) struct Scaler {
    pub(super) service: Id,
    pub(super) settings: Autoscaling,
    pub(super) autoscaler: Autoscaler,
    /// Desired pods of the deployment.
    pub(super) wanted: u32,
}

/// Measurements of a pod for its autoscaler.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) readings: Readings,
    pub(super) started: Time,
    pub(super) ready_changed: Time,
}

impl Seen {
    pub(super) fn new(now: Time) -> Seen {
        Seen { readings: Readings::new(now), started: now, ready_changed: now }
    }
}

/// Converts to the settings of the controller.
fn configured(settings: Autoscaling) -> Settings {
    let target = |resource, target: Option<u32>| target.map(|target| Metric { resource, target });
    let metrics = [target(Resource::Cpu, settings.cpu), target(Resource::Memory, settings.memory)];
    Settings {
        minimum: settings.minimum,
        maximum: settings.maximum,
        metrics: metrics.into_iter().flatten().collect(),
        behavior: None,
    }
}

impl Scaler {
    /// Changes the settings, effective at the next sync.
    pub(super) fn configure(&mut self, settings: Autoscaling) {
        self.settings = settings;
        self.autoscaler.configure(configured(settings));
    }

    /// Whether its service is within its replica bounds.
    pub(super) fn is_within_bounds(&self) -> bool {
        (self.settings.minimum..=self.settings.maximum).contains(&self.wanted)
    }
}

pub(super) fn scalers(services: &[Service]) -> Vec<Scaler> {
    let of = |(service, description): (Id, &Service)| {
        let settings = description.lifecycle.autoscaling?;
        let autoscaler = Autoscaler::new(configured(settings));
        Some(Scaler { service, settings, autoscaler, wanted: description.pods })
    };
    (0..).zip(services).filter_map(of).collect()
}
