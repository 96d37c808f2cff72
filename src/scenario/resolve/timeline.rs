//! Events of the day: looks up names, orders times.

use super::{Parsed, change};
use crate::model::spec::limits::{FACTOR, HAPPENINGS};
use crate::model::spec::usual::{CACHE_TIMEOUT, NOTICED};
use crate::model::spec::{Happening, Id, Spec, Timed};
use crate::scenario::decode::Spanned;
use crate::scenario::document::{DayDoc, HappeningDoc};
use crate::scenario::problem::Problems;
use crate::scenario::values::find;
use crate::scenario::values::{Count, Duration, Name, Number};

/// Adds the scenario's timeline to all cases.
#[expect(clippy::too_many_lines, reason = "one arm for each thing that may happen")]
pub(super) fn set(question: &Parsed<'_>, cases: &mut [Spec], problems: &mut Problems) {
    let Some(day) = &question.scenario.day else { return };
    check(day, problems);
    let mut timeline: Vec<Timed> = Vec::new();
    for timed in day.timeline.iter().take(HAPPENINGS) {
        let at = timed.at.value.span();
        let mut add = |at, what| timeline.push(Timed { at, what });
        let service = |name: &Name, problems: &mut Problems| -> Option<Id> {
            let place = find(&question.base.services, name, "service", "E0201", problems)?;
            Some(place as Id)
        };
        match &timed.what {
            HappeningDoc::Kill(kill) => {
                if let Some(service) = service(&kill.service, problems) {
                    add(at, Happening::Kill { service, pods: kill.pods.map_or(1, Count::u32) });
                }
            }
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
                if let Some(topic) = topic {
                    add(at, Happening::Partitions { topic: topic as Id, partitions });
                }
            }
            HappeningDoc::Poison(poison) => {
                let topics = &question.base.topics;
                if let Some(topic) = find(topics, &poison.topic, "topic", "E0201", problems) {
                    add(at, Happening::Poison { topic: topic as Id, share: poison.share.0 });
                }
            }
            HappeningDoc::LoseBroker(lost) => {
                let broker = lost.broker.as_ref().map_or(0, |broker| broker.value.u32());
                if let Some(place) = &lost.broker
                    && cases.iter().any(|spec| broker >= spec.kafka.brokers)
                {
                    let message = format!("there is no broker {broker}; they count from 0");
                    problems.add("E0107", place.span, message);
                }
                add(at, Happening::LoseBroker { broker, back_after: lost.back_after.span() });
            }
            HappeningDoc::Scale(scale) => {
                if let Some(service) = service(&scale.service, problems) {
                    add(at, Happening::Scale { service, pods: scale.pods.u32() });
                }
            }
            HappeningDoc::Deploy(deploy) => {
                if let Some(service) = service(&deploy.service, problems) {
                    add(at, Happening::Deploy { service });
                }
            }
            // See `change`.
            HappeningDoc::Apply(_) | HappeningDoc::Set(_) => {}
            HappeningDoc::Fail(fail) => {
                let groups = &question.base.node_groups;
                let known = find(groups, &fail.node_group, "node group", "E0201", problems);
                let runs = |case: &Spec| {
                    let groups = case.cluster.as_ref().map(|cluster| &cluster.groups)?;
                    groups.iter().position(|group| group.name == fail.node_group.text)
                };
                let group = cases.first().and_then(runs);
                if known.is_some() && group.is_none() {
                    let message = "no pod runs on these nodes, so that nothing would happen";
                    problems.add("E0305", fail.node_group.span, message);
                }
                if let Some(group) = group {
                    let replaced = fail.replaced_after.map_or(NOTICED, Duration::span);
                    let nodes = fail.nodes.map_or(1, Count::u32);
                    let group = group as Id;
                    add(at, Happening::FailNode { group, nodes, replaced_after: replaced });
                }
            }
            HappeningDoc::Slow(slow) => {
                factor(&slow.factor, "factor", problems);
                let factor = slow.factor.value.0;
                let (databases, caches) = (&question.base.databases, &question.base.caches);
                let make: Box<dyn Fn(f64) -> Happening> = match (&slow.database, &slow.cache) {
                    (Some(name), None) => {
                        let Some(at) = find(databases, name, "database", "E0201", problems) else {
                            continue;
                        };
                        Box::new(move |factor| Happening::SlowDatabase {
                            database: at as Id,
                            factor,
                        })
                    }
                    (None, Some(name)) => {
                        let Some(at) = find(caches, name, "cache", "E0201", problems) else {
                            continue;
                        };
                        Box::new(move |factor| Happening::SlowCache { cache: at as Id, factor })
                    }
                    _ => {
                        let message = "either a `database` or a `cache` is slow";
                        problems.add("E0305", slow.factor.span, message);
                        continue;
                    }
                };
                add(at, make(factor));
                if let Some(lasts) = slow.r#for {
                    add(at + lasts.span(), make(1.0));
                }
            }
            HappeningDoc::Lose(lose) => {
                let caches = &question.base.caches;
                let found = find(caches, &lose.cache, "cache", "E0201", problems);
                let Some(cache) = found.map(|at| at as Id) else { continue };
                let timeout = lose.timeout.map_or(CACHE_TIMEOUT, Duration::span);
                add(at, Happening::LoseCache { cache, timeout: Some(timeout) });
                if let Some(lasts) = lose.r#for {
                    add(at + lasts.span(), Happening::LoseCache { cache, timeout: None });
                }
            }
            HappeningDoc::Traffic(traffic) => {
                factor(traffic, "traffic", problems);
                add(at, Happening::Traffic { factor: traffic.value.0 });
            }
        }
    }
    timeline.sort_by_key(|timed| timed.at);
    for (number, spec) in cases.iter_mut().enumerate() {
        spec.set_timeline(&timeline);
        if let Some(variant) = question.variants.get(number % question.variants.len().max(1)) {
            change::align(variant, spec, problems);
        }
        shrink(spec, day.compress.as_ref().map_or(1.0, |factor| factor.value.0));
    }
    // The initial system may be small enough, and what the timeline adds too much.
    let grows = |timed: &Timed| {
        matches!(
            timed.what,
            Happening::Scale { .. }
                | Happening::Deploy { .. }
                | Happening::Become { .. }
                | Happening::Partitions { .. }
        )
    };
    if cases.first().is_some_and(|spec| spec.timeline.iter().any(grows)) {
        for excess in cases.first().map(Spec::excesses).unwrap_or_default() {
            let message = format!("the services have {excess}");
            problems.add("E0107", day.span, message);
        }
    }
}

/// Scales credit balances of a compressed day, on which credits are used up in less time.
fn shrink(spec: &mut Spec, compress: f64) {
    for bucket in spec.databases.iter_mut().filter_map(|database| database.io_credits.as_mut()) {
        bucket.capacity /= compress;
    }
    let groups = spec.cluster.iter_mut().flat_map(|cluster| &mut cluster.groups);
    for credits in groups.filter_map(|group| group.credits.as_mut()) {
        credits.maximum /= compress;
        credits.initial /= compress;
    }
}

fn factor(factor: &Spanned<Number>, name: &str, problems: &mut Problems) {
    if factor.value.0 <= 0.0 || factor.value.0 > FACTOR {
        let message = format!("`{name}` is a factor above 0 and up to {FACTOR:.0}");
        problems.add("E0107", factor.span, message);
    }
}

fn check(day: &DayDoc, problems: &mut Problems) {
    if day.timeline.len() > HAPPENINGS {
        let message = format!("at most {HAPPENINGS} things happen on a day");
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
