//! Time series of a day: service levels, waiting times and balances by bin.

use super::{CreditsLeft, DayBin, GroupLag, Holder, Waits};
use crate::model::spec::{Id, Resource, Spec};
use crate::model::stations::{Station, stations};
use crate::observe::answers::Pooled;
use crate::observe::tally::Bin;
use crate::stats::CONFIDENCE;
use crate::stats::sample::sectioned;
use crate::stats::{self, Estimate};
use crate::study::gather::shaped;
use crate::study::result::{PodsResult, Verdict};
use crate::study::setup::Day;

fn count(days: &[&[Bin]]) -> usize {
    days.iter().map(|bins| bins.len()).min().unwrap_or(0)
}

/// Returns all bins; `verdicts` holds the verdict over all targets of each.
pub(super) fn bins(
    days: &[&[Bin]],
    asked: &Day,
    spec: &Spec,
    verdicts: &[Option<Verdict>],
) -> Vec<DayBin> {
    let stations = stations(spec);
    let of = |number: usize| {
        let own: Vec<&Bin> = days.iter().map(|bins| &bins[number]).collect();
        let over = |pick: &dyn Fn(&Bin) -> f64| {
            let values: Vec<f64> = own.iter().map(|bin| pick(bin)).collect();
            shaped(Estimate::from_samples(&values, CONFIDENCE), &values)
        };
        let seconds = own[0].length.secs();
        let rate = |count: u64| count as f64 / seconds;
        DayBin {
            start_s: own[0].start.secs() * asked.compress,
            length_s: asked.bin.secs(),
            offered_rps: over(&|bin| rate(bin.offered)),
            goodput_rps: over(&|bin| rate(bin.answered)),
            p50_ms: quantile(&own, 0.5, |bin| bin.quantile_ms(0.5)),
            p99_ms: quantile(&own, 0.99, |bin| bin.quantile_ms(0.99)),
            error_rate: error_rate(&own),
            max_lag: over(&|bin| bin.max_lag as f64),
            orders_per_s: over(&|bin| rate(bin.completed)),
            waits: waits(&own, &stations),
            verdict: verdicts.get(number).copied().flatten(),
        }
    };
    (0..count(days)).map(of).collect()
}

/// Quantile of all good answers to requests that arrived in the bin \[ms\]; `own` is that of one
/// replication. `None` where nothing was answered.
fn quantile(bins: &[&Bin], p: f64, own: fn(&Bin) -> f64) -> Option<Estimate> {
    if bins.iter().all(|bin| bin.answers.good.count() == 0) {
        return None;
    }
    let all = Pooled::of(bins.iter().map(|bin| &bin.answers));
    let [Some(found)] = all.quantiles([p], false) else { return None };
    let each: Vec<f64> = bins.iter().map(|bin| own(bin)).filter(|own| own.is_finite()).collect();
    if !found.is_known() {
        return Some(Estimate::at_least(found.least * 1e3, each.len() as u32))
            .filter(|at| at.n > 0);
    }
    let within = sectioned(found.least * 1e3, &each, CONFIDENCE);
    let (low, high) = (all.shortest() * 1e3, all.longest() * 1e3);
    let low = within.low.max(low).min(within.mean);
    let high = within.high.min(high).max(within.mean);
    Some(shaped(Estimate { low, high, ..within }, &each))
}

/// Failures divided by completed requests; `None` where none completed.
fn error_rate(bins: &[&Bin]) -> Option<Estimate> {
    let failed: Vec<f64> = bins.iter().map(|bin| bin.answers.failed as f64).collect();
    let ended: Vec<f64> =
        bins.iter().map(|bin| (bin.answers.failed + bin.answers.good.count()) as f64).collect();
    let mut found = stats::ratio(&failed, &ended, CONFIDENCE)?;
    (found.low, found.high) = (found.low.max(0.0), found.high.min(1.0));
    Some(found)
}

fn waits(bins: &[&Bin], stations: &[Station]) -> Waits {
    // In each replication, the number waiting over the departure rate (Little's law).
    let of = |kind: fn(Resource) -> bool| {
        let own = |bin: &&&Bin| {
            let each = || {
                let all = bin.stations.iter().zip(stations);
                all.filter(|(_, station)| kind(station.resource)).map(|(seen, _)| seen)
            };
            let left: u64 = each().map(|seen| seen.left).sum();
            let waiting = each().map(|seen| seen.waiting).fold(0.0, |sum, waiting| sum + waiting);
            (left > 0).then(|| waiting * bin.length.secs() / left as f64 * 1e3)
        };
        let values: Vec<f64> = bins.iter().filter_map(|bin| own(&bin)).collect();
        let mut found = Estimate::from_samples(&values, CONFIDENCE);
        found.low = found.low.max(0.0);
        (!values.is_empty()).then_some(found)
    };
    Waits {
        thread_ms: of(|resource| matches!(resource, Resource::Threads(_))),
        connection_ms: of(|resource| matches!(resource, Resource::Pool(..))),
        record_ms: of(|resource| matches!(resource, Resource::Listener(_))),
    }
}

/// Returns the lag of each consumer group, in the order of the listeners.
pub(super) fn lags(days: &[&[Bin]], spec: &Spec, asked: &Day) -> Vec<GroupLag> {
    let stations = stations(spec);
    let mut groups: Vec<&str> = Vec::new();
    for listener in &spec.listeners {
        if !groups.contains(&listener.group.as_str()) {
            groups.push(&listener.group);
        }
    }
    let lag = |bin: &Bin, group: &str| {
        let reads = |listener: Id| spec.listeners[listener as usize].group == group;
        let own =
            |station: &Station| matches!(station.resource, Resource::Listener(of) if reads(of));
        let seen = stations.iter().zip(&bin.stations).filter(|(station, _)| own(station));
        let each = seen.map(|(_, level)| level.backlog(asked.compress));
        each.max().unwrap_or(0) as f64
    };
    let by_bin = |group: &str| {
        let of = |number: usize| {
            let values: Vec<f64> = days.iter().map(|bins| lag(&bins[number], group)).collect();
            let mut found = Estimate::from_samples(&values, CONFIDENCE);
            found.low = found.low.max(0.0);
            found
        };
        (0..count(days)).map(of).collect()
    };
    let found =
        groups.iter().map(|group| GroupLag { group: (*group).into(), by_bin: by_bin(group) });
    found.collect()
}

/// Returns the balances of all credit holders.
pub(super) fn credits(days: &[&[Bin]], spec: &Spec, asked: &Day) -> Vec<CreditsLeft> {
    let left = |of: Holder, pick: &dyn Fn(&Bin) -> Option<f64>| {
        let mean = |number: usize| {
            let each: Vec<f64> = days.iter().filter_map(|bins| pick(&bins[number])).collect();
            let sum = each.iter().fold(0.0, |sum, held| sum + held);
            // A compressed day has credit buckets that are smaller by the same factor.
            (!each.is_empty()).then(|| sum / each.len() as f64 * asked.compress)
        };
        CreditsLeft { of, by_bin: (0..count(days)).map(mean).collect() }
    };
    let groups = spec.cluster.iter().flat_map(|cluster| &cluster.groups).enumerate();
    let nodes = groups.map(|(number, group)| {
        let pick = move |bin: &Bin| bin.node_credits.get(number).copied().flatten();
        left(Holder::Nodes { group: group.name.clone() }, &pick)
    });
    let volumes = spec.databases.iter().enumerate().map(|(number, database)| {
        let pick = move |bin: &Bin| bin.volume_credits.get(number).copied().flatten();
        left(Holder::Volume { database: database.name.clone() }, &pick)
    });
    let held = |found: &CreditsLeft| found.by_bin.iter().any(Option::is_some);
    nodes.chain(volumes).filter(held).collect()
}

/// Returns the ready pods by bin, of each service whose number of pods changes.
pub(in crate::study) fn pods(days: &[&[Bin]], spec: &Spec) -> Vec<PodsResult> {
    let bins = count(days);
    let of = |service: usize, bin: usize| {
        let changes = days.iter().map(|bins| bins[bin].pods.get(service).copied().unwrap_or(0.0));
        changes.sum::<f64>() / days.len() as f64
    };
    let mut found = Vec::new();
    for (index, service) in spec.services.iter().enumerate() {
        let changes: Vec<f64> = (0..bins).map(|bin| of(index, bin)).collect();
        if changes.iter().any(|change| change.abs() > 0.0) {
            let by_bin = changes.iter().map(|change| f64::from(service.pods) + change).collect();
            found.push(PodsResult { service: service.name.clone(), by_bin });
        }
    }
    found
}
