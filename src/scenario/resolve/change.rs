//! Configuration changes on a day: states of the system that fit the first, and when they begin.

use super::Parsed;
use super::nodes::rollout;
use crate::model::obstacles;
use crate::model::spec::{Happening, Id, Rollout, Service, Spec, Timed};
use crate::scenario::documents::VariantInput;
use crate::scenario::problem::Problems;
use crate::units::Span as Length;

/// Returns the times of configuration changes on the day, with their texts in the scenario.
pub(super) fn texts(question: &Parsed<'_>) -> Vec<(Length, String)> {
    let with = question.variants.iter().find(|variant| !variant.later.is_empty());
    let steps = with.iter().flat_map(|variant| &variant.later);
    steps.map(|step| (step.at, step.what.clone())).collect()
}

/// Checks that a description can turn into the later states of its timeline, and records when it
/// does.
pub(super) fn align(variant: &VariantInput, spec: &mut Spec, problems: &mut Problems) {
    let mut later = std::mem::take(&mut spec.later);
    let mut partitions: Vec<u32> = spec.topics.iter().map(|topic| topic.partitions).collect();
    let mut most: Vec<u32> = spec.services.iter().map(Service::most_pods).collect();
    let mut surplus = vec![0; most.len()];
    // A rollout strategy given by a step holds until the next step of the service.
    let mut ways: Vec<Option<Rollout>> = vec![None; most.len()];
    let mut before: &Spec = spec;
    let mut timeline = Vec::new();
    for (number, (state, step)) in (0..).zip(later.iter_mut().zip(&variant.later)) {
        let mut add = |what| timeline.push(Timed { at: step.at, what });
        for (topic, (has, wanted)) in (0..).zip(partitions.iter_mut().zip(&mut state.topics)) {
            if wanted.partitions < *has {
                let message = format!("partitions of `{}` cannot be taken away", wanted.name);
                problems.add("E0316", step.span, message);
            } else if wanted.partitions > *has {
                *has = wanted.partitions;
                add(Happening::Partitions { topic, partitions: *has });
            }
            // The groups and producers notice by themselves.
            wanted.partitions = spec.topics[topic as usize].partitions;
        }
        let found = obstacles(before, state);
        for what in &found {
            let message = format!("a running system cannot change {what}");
            problems.add("E0316", step.span, message);
        }
        if !found.is_empty() {
            return;
        }
        for service in 0..state.services.len() {
            let renews = before.renews(state, service as Id);
            let own = &mut state.services[service];
            if renews {
                ways[service] = step.by.map(rollout);
            }
            own.lifecycle.rollout = ways[service].unwrap_or(own.lifecycle.rollout);
            most[service] = most[service].max(own.most_pods());
            if renews {
                surplus[service] =
                    surplus[service].max(own.lifecycle.rollout.surplus(most[service]));
            }
        }
        add(Happening::Become { state: number });
        before = state;
    }
    for ((service, most), surplus) in spec.services.iter_mut().zip(most).zip(surplus) {
        // As with a deployment that the timeline orders.
        let all = if surplus > 0 { 2 * most + surplus } else { most };
        service.lifecycle.most = service.lifecycle.most.max(all);
    }
    spec.later = later;
    spec.timeline.extend(timeline);
    spec.timeline.sort_by_key(|timed| timed.at);
}
