//! Theory beside simulation: what laws expect of a study's numbers, and whether those agree.
//!
//! Two kinds of expectation meet here. A scenario may state a law ([`super::law`]) and the measures that it
//! speaks of. And the utilisation law holds for every system that answers what it is offered: the share of
//! time that a processor, a device or a cache is busy is the rate of visits times the work of a visit,
//! however long the queues are (Denning and Buzen 1978).

mod rows;

use super::result::{Agreement, Check, Measure, StudyResult, VariantResult};
use super::setup::{Prediction, Study};
use crate::model::spec::{Id, Op, Resource, Spec};
use crate::model::stations::{Station, stations};
use crate::observe::Phase;
use crate::stats::Estimate;
use crate::stats::distribution::student_t_quantile;

/// Confidence of the intervals in which theory must lie: of a thousand true statements one is doubted.
pub const CONFIDENCE: f64 = 0.999;
/// Theory and a simulation without any spread agree to so many parts of their size: time counts whole
/// nanoseconds, of which a millisecond has a million.
const EXACT: f64 = 1e-6;
/// Share of errors above which what is offered is not what is worked on, so that the utilisation law
/// cannot be told from the offered load.
const LOST: f64 = 1e-3;
/// Times its capacity that a station must be asked for before nobody need look whether it carries that: a
/// window may by chance bring a little less work than the mean.
pub(super) const CLEARLY: f64 = 1.03;

/// The parts of a response that [`Measure::PartMs`] knows, by the names that reports give them.
pub fn parts() -> impl Iterator<Item = &'static str> {
    Phase::ALL.iter().map(|phase| phase.name())
}

/// Where the operational laws come from.
const OPERATIONAL: &str = "Denning and Buzen 1978";

/// Set theory beside every number that it speaks of.
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

/// A prediction of the scenario beside its number; none where this study has not looked.
pub(super) fn stated(said: &Prediction, variant: &VariantResult, load: f64) -> Option<Check> {
    let simulation = seen(said.measure, said.at.as_deref(), variant, load)?;
    Some(Check { stated: true, ..compared(said.clone(), widened(simulation), EXACT) })
}

/// What the study found of a measure, at 95 %.
pub(super) fn seen(
    measure: Measure,
    at: Option<&str>,
    variant: &VariantResult,
    load: f64,
) -> Option<Estimate> {
    let users = variant.at_target.as_ref();
    let station = || variant.stations.iter().find(|station| Some(station.name.as_str()) == at);
    // A station without work or a part without time is left out of the result.
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
            // Parts are taken at the line where one is sought: that is another load.
            let same = (variant.anatomy_rps - load).abs() <= 1e-9 * load.abs().max(1.0);
            users.filter(|_| same).map(|_| {
                let part = variant.anatomy.iter().find(|part| Some(part.part.as_str()) == at);
                part.map_or(none, |part| part.mean_ms)
            })
        }
        Measure::LineRps => variant.saturation.as_ref().map(|line| line.rps),
        Measure::Resource => variant.saturation.as_ref().map(|line| {
            let named = at.is_some_and(|name| {
                line.resource == name || line.ties.iter().any(|tie| tie == name)
            });
            let mean = f64::from(u8::from(named));
            Estimate::interval(mean, mean, mean, line.rps.n)
        }),
    }
}

/// The interval of a mean at [`CONFIDENCE`] from its interval at the study's. The wider side counts: the
/// other may have been cut where a number cannot be negative, or more than a whole.
pub(super) fn widened(estimate: Estimate) -> Estimate {
    if estimate.n < 2 || estimate.n == Estimate::EXACT {
        return estimate;
    }
    let degrees = f64::from(estimate.n - 1);
    let factor = student_t_quantile(f64::midpoint(1.0, CONFIDENCE), degrees)
        / student_t_quantile(f64::midpoint(1.0, super::CONFIDENCE), degrees);
    let half = (estimate.high - estimate.mean).max(estimate.mean - estimate.low) * factor;
    Estimate { low: estimate.mean - half, high: estimate.mean + half, ..estimate }
}

/// Theory beside a simulation, which agree within so many parts of their size.
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

/// The utilisation law for every processor, device and cache, and the flow law for events: where nothing
/// is lost. Of a station that is asked for more than it has theory says no more than that it is full; and what
/// lies behind one gets what that lets pass, at most what is offered.
fn operational(spec: &Spec, variant: &VariantResult, load: f64, window_s: f64) -> Vec<Check> {
    let Some(users) = &variant.at_target else { return Vec::new() };
    let Some(demands) = Demands::of(spec, load) else { return Vec::new() };
    let all = stations(spec);
    let over = |(station, work): &(usize, f64)| work / all[*station].capacity;
    let mut checks = Vec::new();
    checks.extend(bound(&demands, &all, variant, load));
    let saturated = demands.work.iter().any(|work| over(work) >= 1.0);
    let full = saturated || rows::is_full(spec, variant);
    if !full && users.error_rate.mean > LOST {
        return checks;
    }
    // A window cuts off what is under way at its ends: about one request.
    let precision = EXACT + 1.0 / (load * window_s).max(1.0);
    let predicted = |measure, at: Option<&str>, law: &str, expected| Prediction {
        measure,
        at: at.map(Into::into),
        law: law.into(),
        source: OPERATIONAL.into(),
        expected,
    };
    for work in &demands.work {
        let name = all[work.0].name.as_str();
        let said = predicted(Measure::Busy, Some(name), "utilisation law", over(work));
        let Some(simulation) = seen(Measure::Busy, Some(name), variant, load) else { continue };
        // How many pods there are is not the description's to say where they are scaled.
        if !rows::is_scaled(spec, all[work.0].resource) {
            checks.push(rows::row(said, widened(simulation), full, precision));
        }
    }
    if demands.events > 0.0 {
        let said = predicted(Measure::EventsPerS, None, "flow balance", demands.events);
        checks.push(rows::row(said, widened(users.events_per_s), full, precision));
    }
    checks
}

/// No line lies above the load that fills the fullest station; it may lie below, where waits or threads
/// draw it.
fn bound(demands: &Demands, all: &[Station], variant: &VariantResult, load: f64) -> Option<Check> {
    let line = variant.saturation.as_ref().filter(|line| !line.beyond_search)?;
    let (fullest, room) = demands.fullest(all)?;
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

/// The load above which no line can lie, and the name of the station that is full there; none where the
/// description does not tell.
pub(super) fn ceiling(spec: &Spec) -> Option<(f64, String)> {
    let base = super::replicate::base_load(spec);
    let all = stations(spec);
    let (fullest, room) = Demands::of(spec, base)?.fullest(&all)?;
    let load = base * room;
    (load.is_finite() && load > 0.0).then(|| (load, all[fullest].name.clone()))
}

/// Share of each station's capacity that `load` asks for, by station; nothing where the description does
/// not tell. Shares of stations whose work is not known without their waits are 0.
pub(super) fn shares(spec: &Spec, load: f64) -> Vec<f64> {
    let all = stations(spec);
    let mut shares = vec![0.0; all.len()];
    for (station, work) in Demands::of(spec, load).map_or(Vec::new(), |demands| demands.work) {
        shares[station] = work / all[station].capacity;
    }
    shares
}

/// Share of a capacity from which on a load does not surely leave any of it free.
const FULL: f64 = 0.995;

/// Stations that `load` asks for all that they have: their queues have no steady length, however they look
/// in a window.
pub(super) fn filled(spec: &Spec, load: f64) -> Vec<usize> {
    if spec.load.closed.is_some() {
        return Vec::new();
    }
    let shares = shares(spec, load);
    (0..shares.len()).filter(|station| shares[*station] >= FULL).collect()
}

/// Entries that the description puts into each index at its own rates \[1/s\]; none for a closed load, and
/// where what happens goes in circles.
pub(crate) fn inserted(spec: &Spec) -> Option<Vec<f64>> {
    if spec.indexes.is_empty() {
        return None;
    }
    Flows::of(spec, super::replicate::base_load(spec))?.inserted(spec)
}

/// Stations that `load` asks for clearly more than they have, whatever else is changed.
pub(super) fn overloaded(spec: &Spec, load: f64) -> Vec<usize> {
    let all = stations(spec);
    let demands = Demands::of(spec, load).map_or(Vec::new(), |demands| demands.work);
    let clearly = |(station, work): &(usize, f64)| *work > all[*station].capacity * CLEARLY;
    demands.into_iter().filter(clearly).map(|(station, _)| station).collect()
}

/// Work that a load brings, from the description alone.
struct Demands {
    /// Capacity used at each station whose work is known without its waits, in the station's unit.
    work: Vec<(usize, f64)>,
    /// The part of each station's work that grows as the square of the load: work on all entries of an
    /// index whose size grows with it.
    squared: Vec<f64>,
    /// Counted events per second.
    events: f64,
}

/// Rates at which programs run and topics are written, per second.
pub(crate) struct Flows {
    /// Of each endpoint.
    pub(crate) endpoints: Vec<f64>,
    /// Of each topic.
    pub(crate) topics: Vec<f64>,
}

/// Most rounds through the programs: as many as calls and topics can lie one behind the other.
const ROUNDS: usize = 200;

impl Demands {
    /// The station that is filled first, and by which factor of the load.
    fn fullest(&self, all: &[Station]) -> Option<(usize, f64)> {
        let room = |(station, work): &(usize, f64)| {
            let (capacity, squared) = (all[*station].capacity, self.squared[*station]);
            // At x times the load: squared · x² + (work − squared) · x = capacity.
            let rest = work - squared;
            let root = (rest * rest + 4.0 * squared * capacity).sqrt();
            (*station, 2.0 * capacity / (rest + root))
        };
        self.work.iter().map(room).min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// None for a closed load, whose rate follows from its waits; for steps back, and for circles.
    fn of(spec: &Spec, load: f64) -> Option<Demands> {
        let flows = Flows::of(spec, load)?;
        let all = stations(spec);
        let mut used = vec![0.0; all.len()];
        let mut squared = used.clone();
        let mut add = |resource: Resource, work: f64, grows: bool| {
            if let Some(place) = all.iter().position(|station| station.resource == resource) {
                used[place] += work;
                squared[place] += if grows { work } else { 0.0 };
            }
        };
        // Thousands of entries, mean at a steady load.
        let inserted = flows.inserted(spec)?;
        let sizes = spec.indexes.iter().zip(inserted).map(|(index, per_s)| index.mean(per_s));
        let thousands: Vec<f64> = sizes.map(|size| size / 1000.0).collect();
        let grows = |index: Id| spec.indexes[index as usize].fixed.is_none();
        flows.visit(spec, |service, op, rate| {
            let mean = |time: Id| spec.samplers[time as usize].dist().mean();
            match *op {
                Op::Cpu { time, .. } => {
                    computes(spec, &mut add, service, rate * mean(time), false);
                }
                Op::CpuOfIndex { index, time, .. } => {
                    let work = rate * mean(time) * thousands[index as usize];
                    computes(spec, &mut add, service, work, grows(index));
                }
                Op::CacheOfIndex { index, cache, time, .. } => {
                    let work = rate * mean(time) * thousands[index as usize];
                    add(Resource::Cache(cache), work, grows(index));
                }
                Op::Query { database, work, ios, io_chance, .. } => {
                    if let Some(work) = work {
                        add(Resource::DatabaseCpu(database), rate * mean(work), false);
                    }
                    if let Some(iops) = spec.databases[database as usize].iops {
                        let ios = f64::from(ios) + io_chance;
                        add(Resource::DatabaseIo(database), rate * ios / iops, false);
                    }
                }
                Op::Cache { cache, operations, time, .. } => {
                    let shards = spec.caches[cache as usize].shards;
                    let work = rate * f64::from(operations) * mean(time) / f64::from(shards);
                    for shard in cache..cache + shards {
                        add(Resource::Cache(shard), work, false);
                    }
                }
                _ => {}
            }
        })?;
        let events = flows
            .topics
            .iter()
            .zip(&spec.topics)
            .filter(|(_, topic)| topic.counted)
            .map(|(rate, _)| rate)
            .sum();
        let work = used.into_iter().enumerate().filter(|(_, work)| *work > 0.0).collect();
        Some(Demands { work, squared, events })
    }
}

/// Work of a service's pods, which are all asked alike, and of the nodes on which they are.
fn computes(
    spec: &Spec,
    add: &mut impl FnMut(Resource, f64, bool),
    service: Id,
    work: f64,
    of_index: bool,
) {
    add(Resource::Cpu(service), work, of_index);
    if let Some(cluster) = spec.cluster.as_ref().filter(|cluster| cluster.shared) {
        let places = &cluster.places[service as usize];
        let each = work / places.len().max(1) as f64;
        for node in places {
            add(Resource::Node(*node), each, of_index);
        }
    }
}

impl Flows {
    /// Rates at the load given; none for a closed load, and for circles.
    pub(crate) fn of(spec: &Spec, load: f64) -> Option<Flows> {
        if spec.load.closed.is_some() {
            return None;
        }
        let base = super::replicate::base_load(spec);
        let scale = if base > 0.0 && load > 0.0 { load / base } else { 1.0 };
        let mut own = Flows {
            endpoints: vec![0.0; spec.endpoints.len()],
            topics: vec![0.0; spec.topics.len()],
        };
        if let Some(open) = spec.load.open {
            let weight: f64 = spec.load.journeys.iter().map(|journey| journey.weight).sum();
            let users = open.requests_per_s * scale / spec.load.requests_per_user();
            for journey in &spec.load.journeys {
                for visit in &journey.visits {
                    own.endpoints[visit.endpoint as usize] +=
                        users * journey.weight / weight * visit.chance;
                }
            }
        }
        for source in &spec.load.records {
            own.topics[source.topic as usize] += source.per_s * scale;
        }
        // What the outside brings passes calls and topics until nothing new comes of it.
        let mut all = Flows { endpoints: own.endpoints.clone(), topics: own.topics.clone() };
        for _ in 0..ROUNDS {
            let mut next = Flows { endpoints: own.endpoints.clone(), topics: own.topics.clone() };
            all.visit(spec, |_, op, rate| match *op {
                Op::Call { endpoint, .. } | Op::Send { endpoint, .. } => {
                    next.endpoints[endpoint as usize] += rate;
                }
                Op::Publish { topic, .. } => next.topics[topic as usize] += rate,
                _ => {}
            })?;
            let settled = next.endpoints == all.endpoints && next.topics == all.topics;
            all = next;
            if settled {
                return Some(all);
            }
        }
        None
    }

    /// Entries put into each index per second.
    fn inserted(&self, spec: &Spec) -> Option<Vec<f64>> {
        let mut all = vec![0.0; spec.indexes.len()];
        self.visit(spec, |_, op, rate| {
            if let Op::Insert { index, entries } = *op {
                all[index as usize] += rate * f64::from(entries);
            }
        })?;
        Some(all)
    }

    /// Tell `seen` every step that runs, with the service it runs in and how often per second.
    fn visit(&self, spec: &Spec, mut seen: impl FnMut(Id, &Op, f64)) -> Option<()> {
        for (endpoint, rate) in spec.endpoints.iter().zip(&self.endpoints) {
            walk(spec, endpoint.entry, *rate, |op, rate| seen(endpoint.service, op, rate))?;
        }
        for listener in &spec.listeners {
            let rate = self.topics[listener.topic as usize];
            walk(spec, listener.entry, rate, |op, rate| seen(listener.service, op, rate))?;
        }
        Some(())
    }
}

/// Tell `seen` the steps of one program with their rates; none where a step leads back.
pub(crate) fn walk(
    spec: &Spec,
    entry: u32,
    rate: f64,
    mut seen: impl FnMut(&Op, f64),
) -> Option<()> {
    // Rates at steps ahead, by how far ahead they are.
    let mut ahead = std::collections::BTreeMap::from([(entry, rate)]);
    while let Some((at, rate)) = ahead.pop_first() {
        let op = &spec.ops[at as usize];
        seen(op, rate);
        match *op {
            Op::End => {}
            Op::Jump { target, chance, .. } | Op::Hit { target, chance, .. } => {
                if target <= at {
                    return None;
                }
                *ahead.entry(target).or_default() += rate * chance;
                if chance < 1.0 {
                    *ahead.entry(at + 1).or_default() += rate * (1.0 - chance);
                }
            }
            _ => *ahead.entry(at + 1).or_default() += rate,
        }
    }
    Some(())
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
            threads: Threads { maximum: 1, accepted: 0, backlog: 0 },
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

    /// One core, 10 ms a request: full at 100 a second; clearly asked for more than it has above 103.
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

    /// Each request is an entry for 10 s and reads all of them, 1 ms each, besides 10 ms: at x a second
    /// x · (10 ms + 10 x · 1 ms) is a whole core at x = (√401 − 1) / 2 = 9.512.
    #[test]
    fn work_on_an_index_grows_as_the_square() {
        let mut spec = core();
        spec.ops = vec![
            Op::Insert { index: 0, entries: 1 },
            Op::Cpu { time: 0, draw: 0 },
            Op::CpuOfIndex { index: 0, time: 1, draw: 1 },
            Op::End,
        ];
        // For a thousand entries.
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
        // A hundred entries at any load: 110 ms a request.
        spec.indexes[0].fixed = Some(100);
        let (most, _) = ceiling(&spec).expect("an open load on a core");
        assert!((most - 1.0 / 0.11).abs() < 1e-9, "{most}");
    }
}
