//! What happens on the day: names looked up, times put in order.

use super::Question;
use super::system::too_large;
use crate::model::spec::{Happening, Id, Spec, Timed};
use crate::scenario::document::{DayDoc, HappeningDoc};
use crate::scenario::find;
use crate::scenario::problem::Problems;
use crate::scenario::values::{Count, Name};

/// Most that may happen on a day.
const MOST_HAPPENINGS: usize = 10_000;
/// Largest factor on the rate of arrivals.
const MOST_TRAFFIC: f64 = 1e4;

/// Write the scenario's timeline into all cases.
pub(super) fn set(question: &Question<'_>, cases: &mut [Spec], problems: &mut Problems) {
    let Some(day) = &question.scenario.day else { return };
    check(day, problems);
    let mut timeline: Vec<Timed> = Vec::new();
    for timed in day.timeline.iter().take(MOST_HAPPENINGS) {
        let service = |name: &Name, problems: &mut Problems| -> Option<Id> {
            let place = find(&question.base.services, name, "service", "E0201", problems)?;
            Some(place as Id)
        };
        let what = match &timed.what {
            HappeningDoc::Kill(kill) => service(&kill.service, problems)
                .map(|service| Happening::Kill { service, pods: kill.pods.map_or(1, Count::u32) }),
            HappeningDoc::Scale(scale) => service(&scale.service, problems)
                .map(|service| Happening::Scale { service, pods: scale.pods.u32() }),
            HappeningDoc::Partitions(added) => {
                let topics = &question.base.topics;
                let topic = find(topics, &added.topic, "topic", "E0201", problems);
                let partitions = added.partitions.value.u32();
                for spec in cases.iter() {
                    let before = topic.and_then(|topic| spec.topics.get(topic));
                    if before.is_some_and(|before| before.partitions > partitions) {
                        let message = "the topic has more partitions; they cannot be taken away";
                        problems.add("E0305", added.partitions.span, message);
                    }
                }
                topic.map(|topic| Happening::Partitions { topic: topic as Id, partitions })
            }
            HappeningDoc::Poison(poison) => {
                find(&question.base.topics, &poison.topic, "topic", "E0201", problems)
                    .map(|topic| Happening::Poison { topic: topic as Id, share: poison.share.0 })
            }
            HappeningDoc::LoseBroker(lost) => {
                let broker = lost.broker.as_ref().map_or(0, |broker| broker.value.u32());
                if let Some(place) = &lost.broker
                    && cases.iter().any(|spec| broker >= spec.kafka.brokers)
                {
                    let message = format!("there is no broker {broker}; they count from 0");
                    problems.add("E0107", place.span, message);
                }
                Some(Happening::LoseBroker { broker, back_after: lost.back_after.span() })
            }
            HappeningDoc::Traffic(factor) => {
                if factor.value.0 <= 0.0 || factor.value.0 > MOST_TRAFFIC {
                    let message =
                        format!("`traffic` is a factor above 0 and up to {MOST_TRAFFIC:.0}");
                    problems.add("E0107", factor.span, message);
                }
                Some(Happening::Traffic { factor: factor.value.0 })
            }
        };
        timeline.extend(what.map(|what| Timed { at: timed.at.value.span(), what }));
    }
    timeline.sort_by_key(|timed| timed.at);
    for spec in cases.iter_mut() {
        for timed in &timeline {
            if let Happening::Scale { service, pods } = timed.what
                && let Some(service) = spec.services.get_mut(service as usize)
            {
                service.lifecycle.most = service.lifecycle.most.max(pods);
            }
        }
        spec.timeline.clone_from(&timeline);
    }
    // What the timeline orders may be too much where what runs at first is not.
    let grows = |timed: &Timed| {
        matches!(timed.what, Happening::Scale { .. } | Happening::Partitions { .. })
    };
    if timeline.iter().any(grows) {
        for message in cases.first().map(too_large).unwrap_or_default() {
            problems.add("E0107", day.span, message);
        }
    }
}

fn check(day: &DayDoc, problems: &mut Problems) {
    if day.timeline.len() > MOST_HAPPENINGS {
        let message = format!("at most {MOST_HAPPENINGS} things happen on a day");
        problems.add("E0106", day.span, message);
    }
    let horizon = day.horizon.map_or(86_400.0, |time| time.0);
    for timed in &day.timeline {
        if timed.at.value.0 > horizon {
            let message = "this lies after the end of the day";
            problems.add("E0305", timed.at.span, message);
        }
    }
    if let (Some(factor), Some(_)) = (&day.compress, day.timeline.first())
        && factor.value.0 > 1.0
    {
        let message = "a day on which something happens cannot be compressed: its times would be";
        problems.add("E0305", factor.span, message);
    }
}
