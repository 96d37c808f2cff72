//! Rows of the comparison with theory, where something is saturated and where nothing is.

use super::super::result::{Agreement, Check, Measure, VariantResult};
use super::super::setup::Prediction;
use super::compared;
use crate::model::spec::{Resource, Spec};
use crate::model::stations::stations;
use crate::stats::Estimate;
use crate::study::metric::Metric;

/// Utilisation above which a station counts as saturated.
const FULL: f64 = 0.999;

/// Whether the simulation found a saturated station: a queue that drifts, or a resource that is
/// always in use. Connections that stay open are in use whatever the throughput.
pub(super) fn is_full(spec: &Spec, variant: &VariantResult) -> bool {
    let drifts = |verdict: &&super::super::result::TargetVerdict| verdict.metric == Metric::Drift;
    let drift = variant.verdicts.iter().find(drifts);
    let standing: Vec<String> = stations(spec)
        .into_iter()
        .filter(|station| matches!(station.resource, Resource::DatabaseConnections(_)))
        .map(|station| station.name)
        .collect();
    let mut busy = variant.stations.iter().filter(|station| !standing.contains(&station.name));
    drift.is_some_and(|drift| drift.estimate.mean > 0.0)
        || busy.any(|station| station.busy.mean >= FULL)
}

/// Whether a station belongs to pods whose number is set by an autoscaler.
pub(super) fn is_scaled(spec: &Spec, resource: Resource) -> bool {
    matches!(resource, Resource::Cpu(service)
        if spec.services[service as usize].lifecycle.autoscaling.is_some())
}

/// Compares the prediction of an operational law with the simulated value. Utilisation cannot
/// exceed 1: an overloaded station is saturated. Where something is saturated, the offered load is
/// an upper bound for all other stations: those that receive less lie behind it, and are marked
/// `saturated` too.
pub(super) fn row(said: Prediction, simulation: Estimate, full: bool, precision: f64) -> Check {
    let asked = said.expected;
    let over = said.measure == Measure::Busy && asked >= 1.0;
    let expected = if over { 1.0 } else { asked };
    let mut check = compared(Prediction { expected, ..said }, simulation, precision);
    let behind = full && check.agreement == Agreement::Differs && simulation.mean < expected;
    if over || behind {
        check.agreement = Agreement::Saturated;
        check.bound = true;
        check.asked = over.then_some(asked);
    }
    check
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(measure: Measure, expected: f64) -> Prediction {
        let (law, source) = ("utilisation law".into(), "Denning and Buzen 1978".into());
        Prediction { measure, at: Some("server CPU".into()), law, source, expected }
    }

    fn within(mean: f64, half: f64) -> Estimate {
        Estimate::interval(mean, mean - half, mean + half, 8)
    }

    /// At an offered load of 250 % a core is saturated; stations behind it receive 40 % of the
    /// offered load.
    #[test]
    fn behind_a_full_station_rows_say_so() {
        let full = row(said(Measure::Busy, 2.5), within(1.0, 0.0), true, 1e-6);
        assert_eq!((full.agreement, full.bound), (Agreement::Saturated, true));
        assert!((full.theory - 1.0).abs() < 1e-12 && full.asked == Some(2.5));
        let behind = row(said(Measure::Busy, 0.5), within(0.2, 0.01), true, 1e-6);
        assert_eq!((behind.agreement, behind.bound), (Agreement::Saturated, true));
        assert!((behind.theory - 0.5).abs() < 1e-12 && behind.asked.is_none());
        let events = row(said(Measure::EventsPerS, 500.0), within(200.0, 1.0), true, 1e-6);
        assert_eq!((events.agreement, events.bound), (Agreement::Saturated, true));
        // Stations in front of it receive everything; none receives more than is offered.
        let before = row(said(Measure::Busy, 0.5), within(0.5, 0.01), true, 1e-6);
        assert_eq!((before.agreement, before.bound), (Agreement::Agrees, false));
        let more = row(said(Measure::Busy, 0.5), within(0.7, 0.01), true, 1e-6);
        assert_eq!(more.agreement, Agreement::Differs);
        // Where nothing is saturated, a difference counts as one.
        let differs = row(said(Measure::Busy, 0.5), within(0.2, 0.01), false, 1e-6);
        assert_eq!((differs.agreement, differs.bound), (Agreement::Differs, false));
    }

    /// 30 ms at a limit of 0.13 once a second are a utilisation of 0.230769…; rounding to
    /// nanoseconds is no difference, nor is one request of 120 that is cut off by the window.
    #[test]
    fn a_number_is_compared_within_its_own_precision() {
        let expected = 0.03 / 0.13;
        let rounded = within(expected * (1.0 + 1e-9), 0.0);
        assert_eq!(
            row(said(Measure::Busy, expected), rounded, false, 1e-6).agreement,
            Agreement::Agrees
        );
        let cut = within(expected * 119.0 / 120.0, 0.0);
        let agreement =
            |precision| row(said(Measure::Busy, expected), cut, false, precision).agreement;
        assert_eq!(agreement(1e-6), Agreement::Differs);
        assert_eq!(agreement(1e-6 + 1.0 / 120.0), Agreement::Agrees);
    }
}
