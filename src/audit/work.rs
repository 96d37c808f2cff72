//! Demand of a load on a system, from the description alone: no queue is simulated.
//!
//! Rates follow from the load through calls and topics; the utilisation of every resource is rate
//! times mean service time (utilisation law, Denning and Buzen 1978), and the mean number held is
//! rate times holding time (Little 1961). Holding times exclude queueing, so that the true number
//! held is larger. Programs are evaluated by the same code as in theory (`model::visit`), so that
//! both count alike.

use std::collections::BTreeMap;
use std::ops::Deref;

use crate::model::spec::{Id, Resource, Spec};
use crate::model::stations::active_threads;
use crate::model::visit::{self, Links, programs};
use crate::study::theory::{collect, outside, put_in};

/// A program under the load.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// Executions per second \[1/s\]; for a listener, attempts.
    pub(crate) rate: f64,
    read: visit::Program,
}

impl Deref for Program {
    type Target = visit::Program;

    fn deref(&self) -> &visit::Program {
        &self.read
    }
}

/// Demand of a load.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    /// Programs of all endpoints, then of all listeners, in the order of the description.
    pub(crate) programs: Vec<Program>,
    /// Utilisation of each station, in the unit of its capacity.
    sums: BTreeMap<Resource, visit::Work>,
    /// Storage operations of each database \[1/s\].
    pub(crate) ios: Vec<f64>,
    /// Counted records \[1/s\].
    pub(crate) events: f64,
}

impl Work {
    /// Evaluates the demand at `load`, or, for a closed load, at one request per second; `None` for
    /// cycles with gain.
    pub(crate) fn at(spec: &Spec, load: f64) -> Option<Work> {
        let closed = spec.load.closed.is_some();
        let links = Links::of(spec)?;
        let flows = links.flows(&outside(spec, if closed { 1.0 } else { load }))?;
        // The number of entries that virtual users keep in an index is unknown.
        let size = |(index, per_s): (&crate::model::spec::Index, f64)| {
            index.mean(if closed { 0.0 } else { per_s }) / 1000.0
        };
        let thousands: Vec<f64> =
            spec.indexes.iter().zip(put_in(spec, &flows)?).map(size).collect();
        let mut work = Work { ios: vec![0.0; spec.databases.len()], ..Work::default() };
        for (read, rate) in programs(spec, &links, &thousands)?.into_iter().zip(&flows.programs) {
            collect(spec, &read, *rate, &mut work.sums);
            for (resource, asked) in &read.work {
                if let Resource::DatabaseIo(database) = resource {
                    work.ios[*database as usize] += rate * asked.all;
                }
            }
            work.programs.push(Program { rate: *rate, read });
        }
        let counted = spec.topics.iter().zip(&flows.topics).filter(|(topic, _)| topic.counted);
        work.events = counted.fold(0.0, |sum, (_, rate)| sum + rate);
        Some(work)
    }

    /// Returns the program of this name.
    pub(crate) fn program(&self, name: &str) -> Option<&Program> {
        self.programs.iter().find(|program| program.name == name)
    }

    /// Returns the utilisation of a station, in the unit of its capacity.
    pub(crate) fn at_station(&self, resource: Resource) -> visit::Work {
        self.sums.get(&resource).copied().unwrap_or_default()
    }

    /// Returns the CPU demand of all pods of a service \[cores\].
    pub(crate) fn cpu(&self, service: usize) -> visit::Work {
        self.at_station(Resource::Cpu(service as Id))
    }

    /// Returns the CPU demand of all services \[cores\].
    pub(crate) fn all_cpu(&self, spec: &Spec) -> f64 {
        (0..spec.services.len()).map(|service| self.cpu(service).all).sum()
    }

    /// Returns the holders of a pool's connections, with the largest number each holds, however
    /// large the load: not more than there are threads.
    pub(crate) fn holders(&self, spec: &Spec, service: usize, pool: usize) -> Vec<Holder> {
        let own = || self.programs.iter().filter(|program| program.service == service);
        let held = |program: &Program| program.held.get(&pool).map_or(0.0, |held| held.all);
        let described = &spec.services[service];
        let pods = f64::from(described.pods) * described.grows();
        let (mut asked, mut taken) = (0.0, 0.0);
        let mut all = Vec::new();
        for program in own() {
            let Some(listener) = program.listener else {
                asked += program.rate * held(program);
                taken += program.rate * program.thread.all;
                continue;
            };
            let threads = f64::from(active_threads(spec, listener)) * described.grows();
            let threads = threads.min(f64::from(spec.partitions(listener)));
            let share =
                if program.thread.all > 0.0 { held(program) / program.thread.all } else { 0.0 };
            all.push(Holder { asked: program.rate * held(program), most: threads * share });
        }
        if taken > 0.0 {
            let most = pods * f64::from(described.threads.maximum) * asked / taken;
            all.push(Holder { asked, most });
        }
        all
    }
}

/// Holder of connections: number demanded by the load, and its upper bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Holder {
    pub(crate) asked: f64,
    pub(crate) most: f64,
}

/// Returns the number of connections held at `times` the load.
pub(crate) fn held(holders: &[Holder], times: f64) -> f64 {
    holders.iter().map(|holder| (holder.asked * times).min(holder.most)).sum()
}

/// Returns the fraction of the load at which all `has` connections are held; `None` where the
/// holders never want more.
pub(crate) fn full(holders: &[Holder], has: f64) -> Option<f64> {
    let most: f64 = holders.iter().filter(|holder| holder.asked > 0.0).map(|one| one.most).sum();
    if most <= has * (1.0 + 1e-9) {
        return None;
    }
    // The number held is piecewise linear, with a corner where a holder reaches its bound.
    let mut corners: Vec<f64> = holders
        .iter()
        .filter(|holder| holder.asked > 0.0 && holder.most.is_finite())
        .map(|holder| holder.most / holder.asked)
        .filter(|times| held(holders, *times) < has)
        .collect();
    corners.push(0.0);
    let from = corners.into_iter().fold(0.0, f64::max);
    let slope: f64 = holders
        .iter()
        .filter(|holder| holder.asked * from < holder.most * (1.0 - 1e-12))
        .map(|holder| holder.asked)
        .sum();
    (slope > 0.0).then(|| from + (has - held(holders, from)) / slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threads hold 20 at the load and never more than 10; consumers hold 4 and never more than 6.
    /// Of 12 connections: at half the load 10 + 2, which is all.
    #[test]
    fn nobody_holds_more_than_there_are_threads() {
        let both = [Holder { asked: 20.0, most: 10.0 }, Holder { asked: 4.0, most: 6.0 }];
        assert!((held(&both, 1.0) - 14.0).abs() < 1e-12);
        assert!((full(&both, 12.0).expect("16 are wanted") - 0.5).abs() < 1e-12);
        assert_eq!(full(&both, 16.0), None);
        assert!((full(&both, 6.0).expect("16 are wanted") - 0.25).abs() < 1e-12);
    }
}
