//! Theory compared with simulation: predictions of queueing laws for a study's numbers, and whether
//! those agree.
//!
//! There are two kinds of prediction. A scenario may state a law ([`super::law`]) and the measures
//! that it covers. And the utilisation law holds for every system that answers all offered
//! requests: the utilisation of a processor, a device or a cache is the visit rate times the
//! service demand per visit, however long the queues are (Denning and Buzen 1978).

mod rows;

use std::collections::BTreeMap;

use super::result::{Agreement, Check, Measure, StudyResult, VariantResult};
use super::setup::{Prediction, Study};
use crate::model::spec::{Id, Op, Resource, Spec};
use crate::model::stations::{Station, stations};
use crate::model::visit::{Flows, Links, Program, Work, programs, walk};
use crate::observe::Phase;
use crate::stats::Estimate;
use crate::stats::distribution::student_t_quantile;

/// Confidence level of the intervals in which theory must lie: one in a thousand true statements is
/// rejected.
pub const CONFIDENCE: f64 = 0.999;
/// Relative tolerance between theory and a simulation without any spread: time is in whole
/// nanoseconds, of which a millisecond has a million.
const EXACT: f64 = 1e-6;
/// Error rate above which completed work differs from offered work, so that the utilisation law
/// cannot be evaluated from the offered load.
const LOST: f64 = 1e-3;
/// Offered load, as a multiple of capacity, above which a station certainly does not carry it: a
/// window may by chance bring slightly less work than the mean.
pub(super) const CLEARLY: f64 = 1.03;

/// Returns the phases of a response that [`Measure::PartMs`] covers, by the names used in reports.
pub fn parts() -> impl Iterator<Item = &'static str> {
    Phase::ALL.iter().map(|phase| phase.name())
}

/// Source of the operational laws.
const OPERATIONAL: &str = "Denning and Buzen 1978";

/// Compares theory with every number that it covers.
pub(super) fn check(study: &Study, result: &mut StudyResult) {
    for index in 0..result.variants.len() {
        let spec = study.case(index, 0, 0);
        let load = result.target_load.rps;
        let variant = &result.variants[index];
        let mut checks = Vec::new();
        if index == 0 {
            checks.extend(study.theory.iter().filter_map(|said| stated(said, variant, load)));
        }
        checks.extend(operational(spec, variant, load, study.window.measure.secs()));
        result.variants[index].theory = checks;
    }
}

/// Compares a prediction of the scenario with its number; `None` where the study has not measured
/// it.
pub(super) fn stated(said: &Prediction, variant: &VariantResult, load: f64) -> Option<Check> {
    let simulation = seen(said.measure, said.at.as_deref(), variant, load)?;
    Some(Check { stated: true, ..compared(said.clone(), widened(simulation), EXACT) })
}

/// Returns the study's estimate of a measure, at 95 % confidence.
pub(super) fn seen(
    measure: Measure,
    at: Option<&str>,
    variant: &VariantResult,
    load: f64,
) -> Option<Estimate> {
    let users = variant.at_target.as_ref();
    let station = || variant.stations.iter().find(|station| Some(station.name.as_str()) == at);
    // A station without work and a phase without time are omitted from the result.
    let none = Estimate { n: users.map_or(0, |users| users.mean_ms.n), ..Estimate::default() };
    match measure {
        Measure::MeanMs => users.map(|users| users.mean_ms),
        Measure::P50Ms => users.map(|users| users.p50_ms),
        Measure::P95Ms => users.map(|users| users.p95_ms),
        Measure::P99Ms => users.map(|users| users.p99_ms),
        Measure::ErrorRate => users.map(|users| users.error_rate),
        Measure::GoodputRps => users.map(|users| users.goodput_rps),
        Measure::EventsPerS => users.map(|users| users.events_per_s),
        Measure::OrdersPerS => users.map(|users| users.orders_per_s),
        Measure::MaxLag => users.map(|users| users.max_lag),
        Measure::Busy => users.map(|_| station().map_or(none, |station| station.busy)),
        Measure::Waiting => users.map(|_| station().map_or(none, |station| station.waiting)),
        Measure::PartMs => {
            // Phases are measured at the line if one is searched for, which is another load.
            let same = (variant.anatomy_rps - load).abs() <= 1e-9 * load.abs().max(1.0);
            users.filter(|_| same).map(|_| {
                let part = variant.anatomy.iter().find(|part| Some(part.part.as_str()) == at);
                part.map_or(none, |part| part.mean_ms)
            })
        }
        Measure::LineRps => variant.saturation.as_ref().map(|line| line.rps),
        Measure::Resource => variant.saturation.as_ref().map(|line| {
            let named = at.is_some_and(|name| {
                line.resource.as_deref() == Some(name) || line.ties.iter().any(|tie| tie == name)
            });
            let mean = f64::from(u8::from(named));
            Estimate::interval(mean, mean, mean, line.rps.n)
        }),
    }
}

/// Converts the interval of a mean from the study's confidence level to [`CONFIDENCE`]. The wider
/// side counts: the other may have been truncated because a number cannot be negative, or a share
/// exceed one.
pub(super) fn widened(estimate: Estimate) -> Estimate {
    if estimate.n < 2 || estimate.n == Estimate::EXACT {
        return estimate;
    }
    let degrees = f64::from(estimate.n - 1);
    let factor = student_t_quantile(f64::midpoint(1.0, CONFIDENCE), degrees)
        / student_t_quantile(f64::midpoint(1.0, crate::stats::CONFIDENCE), degrees);
    let half = (estimate.high - estimate.mean).max(estimate.mean - estimate.low) * factor;
    Estimate { low: estimate.mean - half, high: estimate.mean + half, ..estimate }
}

/// Compares theory with a simulation that agree within a relative `precision`.
fn compared(said: Prediction, simulation: Estimate, precision: f64) -> Check {
    let room = precision * said.expected.abs().max(simulation.mean.abs());
    let agrees = simulation.low - room <= said.expected && said.expected <= simulation.high + room;
    Check {
        stated: false,
        measure: said.measure,
        at: said.at,
        law: said.law,
        source: said.source,
        theory: said.expected,
        bound: false,
        asked: None,
        simulation,
        agreement: if agrees { Agreement::Agrees } else { Agreement::Differs },
    }
}

/// Applies the utilisation law to every processor, device and cache, and the flow law to events,
/// where nothing is lost. For an overloaded station theory predicts only that it is full; stations
/// behind it receive its throughput, which is at most the offered load.
fn operational(spec: &Spec, variant: &VariantResult, load: f64, window_s: f64) -> Vec<Check> {
    let Some(users) = &variant.at_target else { return Vec::new() };
    let Some(demands) = Demands::of(spec, &outside(spec, load)) else { return Vec::new() };
    let all = stations(spec);
    let over = |station: usize| demands.at_least(station) / most(spec, &all[station]);
    let known = || (0..all.len()).filter(|station| demands.known[*station] && over(*station) > 0.0);
    let mut checks = Vec::new();
    checks.extend(bound(spec, &demands, &all, variant, load));
    let saturated = (0..all.len()).any(|station| over(station) >= 1.0);
    let full = saturated || rows::is_full(spec, variant);
    if !full && users.error_rate.mean > LOST {
        return checks;
    }
    // A window cuts off work in progress at its ends: about one request.
    let precision = EXACT + 1.0 / (load * window_s).max(1.0);
    let predicted = |measure, at: Option<&str>, law: &str, expected| Prediction {
        measure,
        at: at.map(Into::into),
        law: law.into(),
        source: OPERATIONAL.into(),
        expected,
    };
    for station in known() {
        let (name, capacity) = (all[station].name.as_str(), all[station].capacity);
        // Relative to the initial capacity, as in the simulation.
        let busy = demands.at_least(station) / capacity;
        let said = predicted(Measure::Busy, Some(name), "utilisation law", busy);
        let Some(simulation) = seen(Measure::Busy, Some(name), variant, load) else { continue };
        // The spec does not determine the number of pods of a scaled service.
        if !rows::is_scaled(spec, all[station].resource) {
            checks.push(rows::row(said, widened(simulation), full, precision));
        }
    }
    if demands.events > 0.0 {
        let said = predicted(Measure::EventsPerS, None, "flow balance", demands.events);
        checks.push(rows::row(said, widened(users.events_per_s), full, precision));
    }
    checks
}

/// Upper bound on the line: the load that saturates the bottleneck by the spec; the line may lie
/// below where waits or threads set it.
fn bound(
    spec: &Spec,
    demands: &Demands,
    all: &[Station],
    variant: &VariantResult,
    load: f64,
) -> Option<Check> {
    let line = variant.saturation.as_ref().filter(|line| !line.beyond_search)?;
    let (fullest, room) = demands.fullest(spec, all)?;
    let expected = load * room;
    let simulation = widened(line.rps);
    let agrees = expected.is_finite() && simulation.low <= expected;
    Some(Check {
        stated: false,
        measure: Measure::LineRps,
        at: None,
        law: format!("utilisation law: {} full", all[fullest].name),
        source: OPERATIONAL.into(),
        theory: expected,
        bound: true,
        asked: None,
        simulation,
        agreement: if agrees { Agreement::Agrees } else { Agreement::Differs },
    })
}

/// Returns the load above which no line can lie, and the name of the station that saturates there;
/// `None` where the spec does not determine it.
pub(super) fn ceiling(spec: &Spec) -> Option<(f64, String)> {
    let base = super::replicate::base_load(spec);
    let all = stations(spec);
    let (fullest, room) = Demands::of(spec, &outside(spec, base))?.fullest(spec, &all)?;
    let load = base * room;
    (load.is_finite() && load > 0.0).then(|| (load, all[fullest].name.clone()))
}

/// Utilisation of each station at `load`; empty where the spec does not determine it. For threads,
/// connections and locks it is a lower bound: the holding time without any queueing. Bookkeeping
/// stations never set the line and have 0.
pub(super) fn shares(spec: &Spec, load: f64) -> Vec<f64> {
    shares_of(spec, &outside(spec, load))
}

/// Utilisation of each station at these external arrival rates.
fn shares_of(spec: &Spec, outside: &Flows) -> Vec<f64> {
    let all = stations(spec);
    let mut shares = vec![0.0; all.len()];
    if let Some(demands) = Demands::of(spec, outside) {
        let draws = |station: &usize| !super::replicate::aside(spec, &all[*station]);
        for station in (0..all.len()).filter(draws) {
            shares[station] = demands.at_least(station) / most(spec, &all[station]);
        }
    }
    shares
}

/// Utilisation from which a load no longer leaves capacity that is certainly free: the queue has no
/// steady length, however it looks in a window.
pub(super) const FULL: f64 = 0.995;

/// Returns [`shares`] without the requests that fail; `failing` holds the error rate by endpoint.
pub(super) fn shares_without(spec: &Spec, load: f64, failing: &[f64]) -> Vec<f64> {
    let mut good = outside(spec, load);
    for (rate, failing) in good.programs.iter_mut().zip(failing) {
        *rate *= 1.0 - failing.clamp(0.0, 1.0);
    }
    shares_of(spec, &good)
}

/// Shares of the users' requests by endpoint.
pub(super) fn made_to(spec: &Spec) -> Vec<f64> {
    let rates = outside(spec, 1.0).programs;
    let sum: f64 = rates.iter().sum();
    rates.into_iter().map(|rate| if sum > 0.0 { rate / sum } else { 0.0 }).collect()
}

/// Mean response time of users' requests by the spec, without any queueing \[s\]; `None` where
/// clients may leave before the answer, and for a closed load.
pub(super) fn least_mean(spec: &Spec, load: f64) -> Option<f64> {
    if spec.load.closed.is_some() || spec.load.patience.is_some() || !spec.meshes.is_empty() {
        return None;
    }
    let (_, programs) = programs_at(spec, &outside(spec, load))?;
    let each = made_to(spec).into_iter().zip(&programs).map(|(share, one)| share * one.mean);
    let mean: f64 = each.sum();
    (mean > 0.0 && mean.is_finite()).then_some(mean)
}

/// Insertion rate of each index by the spec, at its own load \[1/s\]; `None` for a closed load, and
/// for message cycles with a gain of one or more.
pub(crate) fn inserted(spec: &Spec) -> Option<Vec<f64>> {
    if spec.indexes.is_empty() {
        return None;
    }
    let flows = flows(spec, super::replicate::base_load(spec))?;
    put_in(spec, &flows)
}

/// Returns the stations that `load` certainly overloads.
pub(super) fn overloaded(spec: &Spec, load: f64) -> Vec<usize> {
    let all = stations(spec);
    let Some(demands) = Demands::of(spec, &outside(spec, load)) else { return Vec::new() };
    let clearly =
        |station: &usize| demands.at_least(*station) > most(spec, &all[*station]) * CLEARLY;
    let draws = |station: &usize| !super::replicate::aside(spec, &all[*station]);
    (0..all.len()).filter(draws).filter(clearly).collect()
}

/// Capacity of a station with the maximum number of pods of its service's autoscaler.
pub(crate) fn most(spec: &Spec, station: &Station) -> f64 {
    let scaled = |service: Id| spec.services[service as usize].grows();
    match station.resource {
        Resource::Cpu(service) | Resource::Threads(service) | Resource::Pool(service, _) => {
            station.capacity * scaled(service)
        }
        Resource::Listener(listener) => {
            let service = spec.listeners[listener as usize].service;
            let partitions = f64::from(spec.partitions(listener));
            (station.capacity * scaled(service)).min(partitions)
        }
        Resource::DatabaseCpu(_)
        | Resource::DatabaseIo(_)
        | Resource::DatabaseConnections(_)
        | Resource::Cache(_)
        | Resource::Lock(_)
        | Resource::Node(_)
        | Resource::Proxy(..) => station.capacity,
    }
}

/// Service demands of a load, from the spec alone.
struct Demands {
    /// Capacity used at each station, in the station's unit.
    work: Vec<Work>,
    /// Whether the capacity used at a station is fully known without waits: processors, devices,
    /// caches. Threads, connections and locks are held for longer.
    known: Vec<bool>,
    /// Counted events per second.
    events: f64,
}

/// Rates of all programs and topics at a load; `None` for a closed load, whose rate depends on its
/// waits, and for message cycles with a gain of one or more.
pub(crate) fn flows(spec: &Spec, load: f64) -> Option<Flows> {
    if spec.load.closed.is_some() {
        return None;
    }
    Links::of(spec)?.flows(&outside(spec, load))
}

/// External arrival rates at a load. A closed load counts as a rate of requests.
pub(crate) fn outside(spec: &Spec, load: f64) -> Flows {
    let base = super::replicate::base_load(spec);
    let scale = if base > 0.0 && load > 0.0 { load / base } else { 1.0 };
    let mut own = Flows {
        programs: vec![0.0; spec.endpoints.len() + spec.listeners.len()],
        topics: vec![0.0; spec.topics.len()],
    };
    let per_s = match spec.load.open {
        Some(open) => open.requests_per_s * scale,
        None if spec.load.closed.is_some() => load,
        None => 0.0,
    };
    let weight: f64 = spec.load.journeys.iter().map(|journey| journey.weight).sum();
    let users = per_s / spec.load.requests_per_user();
    for journey in &spec.load.journeys {
        for visit in &journey.visits {
            own.programs[visit.endpoint as usize] += users * journey.weight / weight * visit.chance;
        }
    }
    for source in &spec.load.records {
        own.topics[source.topic as usize] += source.per_s * scale;
    }
    own
}

/// Insertion rate of each index \[1/s\].
pub(crate) fn put_in(spec: &Spec, flows: &Flows) -> Option<Vec<f64>> {
    let mut all = vec![0.0; spec.indexes.len()];
    let endpoints = spec.endpoints.iter().map(|endpoint| endpoint.entry);
    let entries = endpoints.chain(spec.listeners.iter().map(|listener| listener.entry));
    for (entry, rate) in entries.zip(&flows.programs) {
        walk(spec, entry, (), |op, share, ()| {
            if let Op::Insert { index, entries } = *op {
                all[index as usize] += rate * share * f64::from(entries);
            }
        })?;
    }
    Some(all)
}

/// Returns all programs with their rates under these external arrivals; `None` for backward steps,
/// and for message cycles with a gain of one or more.
fn programs_at(spec: &Spec, outside: &Flows) -> Option<(Flows, Vec<Program>)> {
    let links = Links::of(spec)?;
    let flows = links.flows(outside)?;
    // Mean size at a steady load, in thousands of entries.
    let sizes = spec.indexes.iter().zip(put_in(spec, &flows)?);
    let thousands: Vec<f64> = sizes.map(|(index, per_s)| index.mean(per_s) / 1000.0).collect();
    let programs = programs(spec, &links, &thousands)?;
    Some((flows, programs))
}

impl Demands {
    /// Returns the station that saturates first, and the factor on the load at which it does.
    fn fullest(&self, spec: &Spec, all: &[Station]) -> Option<(usize, f64)> {
        // Bookkeeping stations may be as full as they like.
        let draws = |station: &usize| !super::replicate::aside(spec, &all[*station]);
        let used = (0..all.len()).filter(draws).filter(|station| self.at_least(*station) > 0.0);
        let room = used.map(|station| (station, self.room(spec, all, station)));
        room.min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Returns the factor on the load at which a station saturates.
    fn room(&self, spec: &Spec, all: &[Station], station: usize) -> f64 {
        self.work[station].room(most(spec, &all[station]))
    }

    fn at_least(&self, station: usize) -> f64 {
        self.work[station].all
    }

    /// Returns `None` for a closed load, whose rate depends on its waits, for backward steps, and
    /// for message cycles with a gain of one or more.
    fn of(spec: &Spec, outside: &Flows) -> Option<Demands> {
        if spec.load.closed.is_some() {
            return None;
        }
        let (flows, programs) = programs_at(spec, outside)?;
        let mut sums = BTreeMap::new();
        for (program, rate) in programs.iter().zip(&flows.programs) {
            collect(spec, program, *rate, &mut sums);
        }
        let all = stations(spec);
        let of = |station: &Station| sums.get(&station.resource).copied().unwrap_or_default();
        let events = flows.topics.iter().zip(&spec.topics).filter(|(_, topic)| topic.counted);
        Some(Demands {
            work: all.iter().map(of).collect(),
            known: all.iter().map(|station| is_known(station.resource)).collect(),
            events: events.map(|(rate, _)| rate).sum(),
        })
    }
}

/// Whether the work at a station is known without waits.
fn is_known(resource: Resource) -> bool {
    match resource {
        Resource::Cpu(_)
        | Resource::DatabaseCpu(_)
        | Resource::DatabaseIo(_)
        | Resource::Cache(_)
        | Resource::Node(_) => true,
        Resource::Threads(_)
        | Resource::Pool(..)
        | Resource::DatabaseConnections(_)
        | Resource::Listener(_)
        | Resource::Lock(_)
        | Resource::Proxy(..) => false,
    }
}

/// Adds the demands of a program that runs at `rate`.
pub(crate) fn collect(
    spec: &Spec,
    program: &Program,
    rate: f64,
    sums: &mut BTreeMap<Resource, Work>,
) {
    let mut add = |resource, work, times| {
        sums.entry(resource).or_default().add(work, times);
    };
    for (resource, work) in &program.work {
        match *resource {
            Resource::DatabaseIo(database) => {
                if let Some(iops) = spec.databases[database as usize].iops {
                    add(*resource, *work, rate / iops);
                }
            }
            Resource::Cpu(service) => {
                add(*resource, *work, rate);
                on_nodes(spec, service, |node, share| add(node, *work, rate * share));
            }
            Resource::Threads(_)
            | Resource::Pool(..)
            | Resource::DatabaseCpu(_)
            | Resource::DatabaseConnections(_)
            | Resource::Cache(_)
            | Resource::Listener(_)
            | Resource::Lock(_)
            | Resource::Node(_)
            | Resource::Proxy(..) => add(*resource, *work, rate),
        }
    }
    let service = program.service as Id;
    match program.listener {
        Some(listener) => add(Resource::Listener(listener), program.thread, rate),
        None => add(Resource::Threads(service), program.thread, rate),
    }
    for (pool, held) in &program.held {
        add(Resource::Pool(service, *pool as Id), *held, rate);
    }
    for (lock, held) in &program.locks {
        add(Resource::Lock(*lock), *held, rate);
    }
}

/// Distributes the work of a service's pods over their nodes, evenly; with an autoscaler the
/// placement of additional pods is unknown.
fn on_nodes(spec: &Spec, service: Id, mut seen: impl FnMut(Resource, f64)) {
    let Some(cluster) = spec.cluster.as_ref().filter(|cluster| cluster.shared) else { return };
    if spec.services[service as usize].grows() > 1.0 {
        return;
    }
    let places = &cluster.places[service as usize];
    for node in places {
        seen(Resource::Node(*node), 1.0 / places.len().max(1) as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::spec::{Balancer, Endpoint, Journey, Load, Open, Service, Threads, Visit};
    use crate::random::{Dist, Sampler};

    fn core() -> Spec {
        let service = Service {
            name: "server".into(),
            pods: 1,
            cores: 1.0,
            threads: Threads { maximum: 2, accepted: 0, backlog: 0 },
            balancer: Balancer::RoundRobin,
            pools: Vec::new(),
            lifecycle: crate::model::spec::Lifecycle::default(),
        };
        let visit = Visit { endpoint: 0, chance: 1.0, think: None };
        Spec {
            services: vec![service],
            endpoints: vec![Endpoint { name: "server.serve".into(), service: 0, entry: 0 }],
            ops: vec![Op::Cpu { time: 0, draw: 0 }, Op::End],
            samplers: vec![Sampler::new(Dist::Constant(0.010))],
            load: Load {
                open: Some(Open { requests_per_s: 20.0, regular: false }),
                journeys: vec![Journey { name: "only".into(), weight: 1.0, visits: vec![visit] }],
                ..Load::default()
            },
            ..Spec::default()
        }
    }

    /// One core, 10 ms per request: saturated at 100/s; certainly overloaded above 103/s.
    #[test]
    fn a_core_has_a_ceiling() {
        let spec = core();
        let (most, station) = ceiling(&spec).expect("an open load on a core");
        assert!((most - 100.0).abs() < 1e-9, "{most}");
        assert_eq!(station, "server CPU");
        assert!(overloaded(&spec, 102.0).is_empty());
        let full = overloaded(&spec, 104.0);
        let names: Vec<String> = stations(&spec).into_iter().map(|station| station.name).collect();
        assert_eq!(
            full.iter().map(|full| names[*full].as_str()).collect::<Vec<_>>(),
            ["server CPU"]
        );
    }

    /// Threads are held for at least as long as requests work: two of them, with requests of 40 ms,
    /// are saturated at 50/s, before the core is.
    #[test]
    fn threads_have_a_ceiling_too() {
        let mut spec = core();
        spec.samplers.push(Sampler::new(Dist::Constant(0.030)));
        spec.ops.insert(1, Op::Delay { time: 1, draw: 1 });
        let (most, station) = ceiling(&spec).expect("an open load");
        assert!((most - 50.0).abs() < 1e-9, "{most}");
        assert_eq!(station, "server threads");
        // An autoscaler may add a second pod.
        spec.services[0].lifecycle.autoscaling = Some(crate::model::spec::Autoscaling {
            minimum: 1,
            maximum: 2,
            cpu: Some(70),
            memory: None,
            millicores: 1000,
            memory_request: 0,
            memory_used: None,
        });
        let (most, _) = ceiling(&spec).expect("an open load");
        assert!((most - 100.0).abs() < 1e-9, "{most}");
    }

    /// Each request inserts an entry that lives for 10 s and reads all entries, 1 ms each, in
    /// addition to 10 ms: at x per second the demand x · (10 ms + 10 x · 1 ms) is one whole core at
    /// x = (√401 − 1) / 2 = 9.512.
    #[test]
    fn work_on_an_index_grows_as_the_square() {
        let mut spec = core();
        spec.ops = vec![
            Op::Insert { index: 0, entries: 1 },
            Op::Cpu { time: 0, draw: 0 },
            Op::CpuOfIndex { index: 0, time: 1, draw: 1 },
            Op::End,
        ];
        // Per thousand entries.
        spec.samplers.push(Sampler::new(Dist::Constant(1.0)));
        let second = crate::units::Span::from_secs(1.0);
        spec.indexes = vec![crate::model::spec::Index {
            name: "entries".into(),
            ttl: crate::units::Span::from_secs(9.5),
            sweep: second,
            fixed: None,
            copies: 1.0,
            per_s: None,
        }];
        let (most, _) = ceiling(&spec).expect("an open load on a core");
        // 0.01 x² + 0.01 x = 1.
        assert!((most - (401_f64.sqrt() - 1.0) / 2.0).abs() < 1e-9, "{most}");
        assert_eq!(inserted(&spec), Some(vec![20.0]));
        // A hundred entries at any load: 110 ms per request.
        spec.indexes[0].fixed = Some(100);
        let (most, _) = ceiling(&spec).expect("an open load on a core");
        assert!((most - 1.0 / 0.11).abs() < 1e-9, "{most}");
    }
}
