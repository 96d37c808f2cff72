//! Effects of each event on the rest of the day.

use super::judge::Judge;
use super::{DayEvent, EventEffect, Recovery};
use crate::model::spec::{Happening, Id, Spec};
use crate::stats::CONFIDENCE;
use crate::stats::Estimate;
use crate::study::result::Verdict;
use crate::study::setup::Day;

/// Share of the largest lag at which a backlog counts as drained.
const WORKED_OFF: f64 = 0.05;

/// An event with its scheduled end.
#[derive(Clone, Debug, PartialEq)]
struct Happens {
    at_s: f64,
    event: DayEvent,
    ended_s: Option<f64>,
}

/// Returns the events of a day, each with the service level until the next; `well` holds for each
/// bin whether all targets are met.
pub(super) fn effects(
    judge: &Judge<'_>,
    (spec, asked): (&Spec, &Day),
    well: &[Option<Verdict>],
) -> Vec<EventEffect> {
    let all = happenings(spec, asked);
    let next = |at_s: f64| all.iter().map(|other| other.at_s).find(|other| *other > at_s);
    all.iter().map(|one| effect(judge, well, one, next(one.at_s))).collect()
}

fn effect(
    judge: &Judge<'_>,
    well: &[Option<Verdict>],
    happens: &Happens,
    next_s: Option<f64>,
) -> EventEffect {
    let count = judge.bins();
    // The bin of the event; the next event has a bin of its own.
    let bin_of = |at_s: f64| (0..count).find(|bin| judge.start(bin + 1) > at_s).unwrap_or(count);
    let first = bin_of(happens.at_s);
    let end = next_s.map_or(count, bin_of).max(first + 1).min(count);
    let missed = |bin: &usize| well[*bin] == Some(Verdict::Missed);
    let mut all: Vec<usize> = (first..end).filter(missed).collect();
    if all.last().is_some_and(|last| last + 1 == end) {
        // A miss that is still going on is not over merely because another event happens.
        all.extend((end..count).take_while(missed));
    }
    let behind = all.last().map_or(end, |last| (last + 2).max(end).min(count));
    let lasts = |bin: &usize| judge.start(bin + 1) - judge.start(*bin).max(happens.at_s);
    let stretch = all.first().zip(all.last()).map(|(from, last)| *from..last + 1);
    let (before, most) = (first.saturating_sub(1)..first, first..end);
    let lag = [before, most].map(|range| {
        let lags = judge.lags(range);
        let mut found = Estimate::from_samples(&lags, CONFIDENCE);
        found.low = found.low.max(0.0);
        found
    });
    EventEffect {
        at_s: happens.at_s,
        event: happens.event.clone(),
        ended_s: happens.ended_s,
        missed_before: first > 0 && well[first - 1] == Some(Verdict::Missed),
        missed_s: all.iter().map(lasts).fold(0.0, |sum, next| sum + next),
        answered: if all.is_empty() { None } else { judge.answered(all.iter().copied()) },
        p99_ms: stretch.and_then(|stretch| judge.quantile_ms(0.99, stretch)),
        recovery: if all.is_empty() {
            Recovery::Unneeded
        } else {
            judge.recovery(&well[first..behind], first)
        },
        lag_drained_s: drained(judge, first..end, lag[0].mean, lag[1].mean),
        lag,
    }
}

/// Returns when the lag is back at its earlier value, or at a small share of its maximum; `None`
/// where it is not, or never rose.
fn drained(
    judge: &Judge<'_>,
    range: std::ops::Range<usize>,
    before: f64,
    most: f64,
) -> Option<f64> {
    let mean = |bin: usize| {
        let lags = judge.lags(bin..bin + 1);
        lags.iter().sum::<f64>() / lags.len().max(1) as f64
    };
    let bound = before.max(most * WORKED_OFF);
    if most <= bound {
        return None;
    }
    let lags: Vec<f64> = range.clone().map(mean).collect();
    let peak = (0..lags.len()).max_by(|a, b| lags[*a].total_cmp(&lags[*b]))?;
    let down = (peak..lags.len()).find(|bin| lags[*bin] <= bound)?;
    Some(judge.start(range.start + down))
}

/// Returns the events of a day in order of time, without those that only end another.
fn happenings(spec: &Spec, asked: &Day) -> Vec<Happens> {
    let mut all: Vec<Happens> = Vec::new();
    for timed in &spec.timeline {
        let at_s = timed.at.secs();
        let (event, over) = named(spec, asked, &timed.what);
        let lasting = |other: &&mut Happens| other.ended_s.is_none() && ends(&event, &other.event);
        if let Some(before) = all.iter_mut().rev().find(lasting) {
            before.ended_s = Some(at_s);
        }
        if !over {
            all.push(Happens { at_s, event, ended_s: None });
        }
    }
    all
}

/// Whether one event ends the other by replacing it.
fn ends(event: &DayEvent, other: &DayEvent) -> bool {
    use DayEvent::{LoseCache, Poison, SlowCache, SlowDatabase, Traffic};
    match (event, other) {
        (Traffic { .. }, Traffic { .. }) => true,
        (SlowDatabase { database: a, .. }, SlowDatabase { database: b, .. })
        | (SlowCache { cache: a, .. }, SlowCache { cache: b, .. })
        | (LoseCache { cache: a }, LoseCache { cache: b })
        | (Poison { topic: a, .. }, Poison { topic: b, .. }) => a == b,
        _ => false,
    }
}

/// Returns the event with names resolved, and whether it only ends another.
fn named(spec: &Spec, asked: &Day, what: &Happening) -> (DayEvent, bool) {
    let service = |id: Id| spec.services.get(id as usize).map_or("", |known| &known.name);
    let topic = |id: Id| spec.topics.get(id as usize).map_or("", |known| &known.name);
    let database = |id: Id| spec.databases.get(id as usize).map_or("", |known| &known.name);
    let cache = |id: Id| {
        let shard = spec.caches.iter().find(|cache| cache.of == id);
        let name = shard.map_or("", |shard| shard.name.as_str());
        // The name of a cluster carries the number of its first shard.
        name.strip_suffix(" shard 1").unwrap_or(name)
    };
    let one = |factor: f64| (factor - 1.0).abs() < 1e-12;
    let event = match *what {
        Happening::Kill { service: id, pods } => {
            DayEvent::Kill { service: service(id).into(), pods }
        }
        Happening::Scale { service: id, pods } => {
            DayEvent::Scale { service: service(id).into(), pods }
        }
        Happening::Deploy { service: id } => DayEvent::Deploy { service: service(id).into() },
        Happening::Become { state } => {
            let said = asked.steps.get(state as usize).map(|(_, what)| what.clone());
            DayEvent::Change { what: said.unwrap_or_default() }
        }
        Happening::Partitions { topic: id, partitions } => {
            DayEvent::Partitions { topic: topic(id).into(), partitions }
        }
        Happening::Poison { topic: id, share } => {
            return (DayEvent::Poison { topic: topic(id).into(), share }, share <= 0.0);
        }
        Happening::LoseBroker { broker, .. } => DayEvent::LoseBroker { broker },
        Happening::FailNode { group, nodes, .. } => {
            let groups = spec.cluster.as_ref().map(|cluster| &cluster.groups);
            let group = groups.and_then(|groups| groups.get(group as usize));
            let node_group = group.map_or(String::new(), |group| group.name.clone());
            DayEvent::FailNode { node_group, nodes }
        }
        Happening::SlowDatabase { database: id, factor } => {
            let event = DayEvent::SlowDatabase { database: database(id).into(), factor };
            return (event, one(factor));
        }
        Happening::SlowCache { cache: id, factor } => {
            return (DayEvent::SlowCache { cache: cache(id).into(), factor }, one(factor));
        }
        Happening::LoseCache { cache: id, timeout } => {
            return (DayEvent::LoseCache { cache: cache(id).into() }, timeout.is_none());
        }
        Happening::Traffic { factor } => return (DayEvent::Traffic { factor }, one(factor)),
    };
    (event, false)
}

#[cfg(test)]
mod tests;
