//! User behaviour: loads, mixes, journeys, curves.

use super::Parsed;
use super::system::Compiler;
use crate::model::spec::limits::{FASTEST, HOURS, SESSIONS, SLOWEST, VISITS};
use crate::model::spec::{
    Closed, Curve, Id, Journey, Load, Open, RECONNECT, Retries, Source, Spec, Threads, Visit,
};
use crate::scenario::decode::{Map, Spanned};
use crate::scenario::document::{ScenarioDoc, VisitDoc};
use crate::scenario::problem::{Problems, SourceSpan};
use crate::scenario::values::find;
use crate::scenario::values::{Count, Duration, Name, Number};
use crate::study::caution::Caution;
use crate::study::effect::Origin;
use crate::study::setup::AskedLoad;
use crate::study::theory::inserted;
use crate::units::Span;

/// Relative difference in the number of users above which to warn.
const LITTLE_TOLERANCE: f64 = 0.25;

/// Content of a mix.
pub(super) enum Content<'a> {
    /// Weights of requests.
    Requests(&'a Map<Number>),
    /// Weights of journeys.
    Journeys(&'a Map<Number>),
    /// All journeys, equally weighted.
    AllJourneys,
    /// All endpoints, equally weighted.
    AllEndpoints,
    /// No users: the load consists of records only.
    Nothing,
}

/// A mix that is used.
pub(super) struct Mix<'a> {
    pub(super) name: String,
    content: Content<'a>,
    span: SourceSpan,
}

/// Returns the mixes of the scenario in the order asked for.
pub(super) fn mixes<'a>(question: &Parsed<'a>, problems: &mut Problems) -> Vec<Mix<'a>> {
    let scenario = question.scenario;
    let mut all = Vec::new();
    for (name, document) in scenario.mixes.iter() {
        let content = match (document.requests.is_empty(), document.journeys.is_empty()) {
            (false, true) => Content::Requests(&document.requests),
            (true, false) => Content::Journeys(&document.journeys),
            _ => {
                let message =
                    format!("the mix `{}` needs either `requests` or `journeys`", name.value);
                problems.add("E0110", name.span, message);
                continue;
            }
        };
        all.push(Mix { name: name.value.clone(), content, span: name.span });
    }
    for name in &scenario.mix {
        find(&scenario.mixes, name, "mix", "E0201", problems);
    }
    if scenario.mixes.is_empty() {
        let records = !scenario.load.records.is_empty();
        let journeys = !scenario.journeys.is_empty() || !question.base.journeys.is_empty();
        let (name, content) = match (records, journeys) {
            (true, _) => ("records", Content::Nothing),
            (false, true) => ("journeys", Content::AllJourneys),
            (false, false) => ("endpoints", Content::AllEndpoints),
        };
        all.push(Mix { name: name.into(), content, span: scenario.load.span });
    }
    if !scenario.mix.is_empty() {
        let place = |mix: &Mix<'_>| scenario.mix.iter().position(|name| name.text == mix.name);
        all.retain(|mix| place(mix).is_some());
        all.sort_by_key(|mix| place(mix));
    }
    all
}

/// Returns the load asked about.
pub(super) fn asked(scenario: &ScenarioDoc) -> AskedLoad {
    let load = &scenario.load;
    let users = load
        .users
        .as_ref()
        .map(|users| users.mau.0 as f64 * users.daily.0 * users.concurrent.0 * users.calls.0);
    AskedLoad {
        rps: users.or(load.rate.map(|rate| rate.0)).unwrap_or(0.0),
        events_per_s: scenario
            .targets
            .as_ref()
            .and_then(|targets| targets.events)
            .map(|rate| rate.0),
        mau: load.users.as_ref().map(|users| users.mau.0 as f64),
    }
}

/// Completes the system of `compiler` with the load under `mix`.
pub(super) fn with_load(compiler: &mut Compiler<'_>, question: &Parsed<'_>, mix: &Mix<'_>) -> Spec {
    let scenario = question.scenario;
    let document = &scenario.load;
    let samplers = compiler.spec.samplers.len();
    let regular = document.regular.is_some_and(|flag| flag.0);
    let journeys = journeys(compiler, question, mix);
    let mut load = Load {
        journeys,
        patience: document.patience.map(Duration::span),
        retries: document.retries.as_ref().map(|retries| Retries {
            attempts: retries.attempts.map_or(1, Count::u32),
            back_off: retries.back_off.map_or(Span::from_secs(1.0), Duration::span),
            budget: retries.budget.map(|share| share.0),
        }),
        curve: curve(compiler, scenario),
        ..Load::default()
    };
    let kinds = [
        document.rate.is_some(),
        document.users.is_some(),
        document.virtual_users.is_some(),
        !document.records.is_empty(),
    ];
    if kinds.iter().filter(|kind| **kind).count() != 1 {
        let message = "a load is exactly one of `rate`, `users`, `virtual_users`, `records`";
        compiler.problems.add("E0110", document.span, message);
    }
    if let Some(users) = &document.virtual_users {
        let law = users.think.as_ref().map(|think| compiler.law(think));
        let think = law.map(|law| compiler.sampler(&law));
        let reconnect = users.reconnect.map_or(RECONNECT, Duration::span);
        load.closed = Some(Closed { users: users.users.u32(), think, reconnect });
        if users.reconnect.is_none() && may_refuse(&compiler.spec, users.users.u32()) {
            let value = format!("{} s", RECONNECT.secs());
            compiler.assume("scenario: load.virtual_users.reconnect", value, Origin::ConnectAgain);
        }
    } else if document.records.is_empty() {
        let requests_per_s = asked(scenario).rps;
        if requests_per_s < SLOWEST {
            compiler.problems.add("E0308", document.span, "the load is zero requests per second");
        }
        if requests_per_s > FASTEST {
            let message =
                format!("these users make {requests_per_s:.0} requests/s; at most 10,000,000");
            compiler.problems.add("E0107", document.span, message);
        }
        load.open = Some(Open { requests_per_s, regular });
    }
    for record in &document.records {
        let topics = &compiler.system.topics;
        let topic = compiler.index(topics, &record.topic, "topic").unwrap_or(0) as Id;
        load.records.push(Source { topic, per_s: record.rate.0, regular });
    }
    let mut spec = compiler.spec.clone();
    spec.load = load;
    if let Some(rates) = inserted(&spec) {
        for (index, per_s) in spec.indexes.iter_mut().zip(rates) {
            index.per_s = Some(per_s);
        }
    }
    compiler.spec.samplers.truncate(samplers);
    crowd(compiler.problems, document.span, &spec);
    spec
}

/// Whether `users` virtual users may exceed what a service accepts.
fn may_refuse(spec: &Spec, users: u32) -> bool {
    spec.services.iter().any(|service| {
        let Threads { maximum, accepted, backlog } = service.threads;
        let each = [maximum, accepted, backlog].into_iter().map(u64::from).sum::<u64>();
        each * u64::from(service.pods) < u64::from(users)
    })
}

/// Refuses more concurrent sessions than a run can remember (Little's law, for the longest
/// journey).
fn crowd(problems: &mut Problems, span: SourceSpan, spec: &Spec) {
    let (Some(open), Some((there, longest))) = (spec.load.open, spec.in_session()) else { return };
    if there > SESSIONS {
        let message = format!(
            "{:.0} requests/s in journeys of {longest:.0} s keep {there:.0} users there at once; at \
             most 5,000,000",
            open.requests_per_s
        );
        problems.add("E0107", span, message);
    }
}

fn journeys(compiler: &mut Compiler<'_>, question: &Parsed<'_>, mix: &Mix<'_>) -> Vec<Journey> {
    let mut list = Vec::new();
    match &mix.content {
        Content::Nothing => return list,
        Content::Requests(weights) => {
            for (name, weight) in weights.iter() {
                let request = Name { text: name.value.clone(), span: name.span };
                if let Some(endpoint) = compiler.endpoint(&request) {
                    let visits = vec![Visit { endpoint, chance: 1.0, think: None }];
                    list.push(Journey { name: name.value.clone(), weight: weight.0, visits });
                }
            }
        }
        Content::Journeys(weights) => {
            for (name, weight) in weights.iter() {
                if let Some(visits) = visits_of(compiler, question, name) {
                    list.push(Journey { name: name.value.clone(), weight: weight.0, visits });
                }
            }
        }
        Content::AllJourneys => {
            let own = &question.scenario.journeys;
            for (name, _) in if own.is_empty() { &question.base.journeys } else { own }.iter() {
                if let Some(visits) = visits_of(compiler, question, name) {
                    list.push(Journey { name: name.value.clone(), weight: 1.0, visits });
                }
            }
        }
        Content::AllEndpoints => {
            for endpoint in 0..compiler.spec.endpoints.len() as Id {
                let name = compiler.spec.endpoints[endpoint as usize].name.clone();
                let visits = vec![Visit { endpoint, chance: 1.0, think: None }];
                list.push(Journey { name, weight: 1.0, visits });
            }
        }
    }
    let weight: f64 = list.iter().map(|journey| journey.weight * journey.requests()).sum();
    if weight <= 0.0 {
        let message = format!("nobody does anything in the mix `{}`", mix.name);
        compiler.problems.add("E0308", mix.span, message);
    }
    list
}

fn visits_of(
    compiler: &mut Compiler<'_>,
    question: &Parsed<'_>,
    name: &Spanned<String>,
) -> Option<Vec<Visit>> {
    let own = question.scenario.journeys.get(&name.value);
    let Some(documents) = own.or_else(|| question.base.journeys.get(&name.value)) else {
        let names: Vec<&str> =
            question.scenario.journeys.names().chain(question.base.journeys.names()).collect();
        let help = compiler.problems.suggest(&name.value, names.iter().copied());
        let message = format!("there is no journey `{}`", name.value);
        compiler.problems.report("E0201", name.span, message, help);
        return None;
    };
    let mut visits = Vec::new();
    for VisitDoc { request, think, times, probability, .. } in documents {
        let law = think.as_ref().map(|think| compiler.law(think));
        let think = law.filter(|law| law.mean() > 0.0).map(|law| compiler.sampler(&law));
        let endpoint = compiler.endpoint(request)?;
        let chance = probability.map_or(1.0, |share| share.0);
        let visit = Visit { endpoint, chance, think };
        visits.extend(std::iter::repeat_n(visit, times.map_or(1, |times| times.0 as usize)));
    }
    if visits.len() > VISITS {
        let message = format!("the journey `{}` has more than 1,000 requests", name.value);
        compiler.problems.add("E0107", name.span, message);
    }
    Some(visits)
}

fn curve(compiler: &mut Compiler<'_>, scenario: &ScenarioDoc) -> Curve {
    let Some(name) = &scenario.curve else { return Curve::default() };
    let curves = &compiler.catalog.curves;
    if name.text == "flat" && curves.position("flat").is_none() {
        return Curve::default();
    }
    let Some(at) = find(curves, name, "curve", "E0202", compiler.problems) else {
        return Curve::default();
    };
    let item = &curves.0[at].1;
    let highest = item.hours.iter().fold(0.0, |highest: f64, hour| highest.max(hour.0));
    if highest <= 0.0 || item.hours.len() > HOURS {
        let message = "a curve needs 1 to 8,784 hours, one of them above zero";
        compiler.problems.add("E0107", item.span, message);
        return Curve::default();
    }
    Curve {
        name: name.text.clone(),
        slices: item.hours.iter().map(|hour| hour.0 / highest).collect(),
        slice: Span::from_secs(3600.0),
    }
}

/// Warns where the journeys' own think times contradict the stated number of users (Little's law:
/// concurrent users = sessions per second x length of a session).
pub(super) fn little(scenario: &ScenarioDoc, mix: &str, spec: &Spec, problems: &mut Problems) {
    let (Some(users), Some(open)) = (&scenario.load.users, spec.load.open) else { return };
    let stated = users.mau.0 as f64 * users.daily.0 * users.concurrent.0;
    let rps = open.requests_per_s;
    let think = |visit: &Visit| {
        let mean = visit.think.map_or(0.0, |id| spec.samplers[id as usize].dist().mean());
        visit.chance * mean
    };
    let weight: f64 = spec.load.journeys.iter().map(|journey| journey.weight).sum();
    let session: f64 = spec
        .load
        .journeys
        .iter()
        .map(|journey| journey.weight * journey.visits.iter().map(think).sum::<f64>())
        .sum::<f64>()
        / weight.max(f64::MIN_POSITIVE);
    let implied = rps / spec.load.requests_per_user() * session;
    let apart = (implied / stated.max(f64::MIN_POSITIVE) - 1.0).abs();
    if session > 0.0 && apart > LITTLE_TOLERANCE {
        let caution = Caution::UsersThere { mix: mix.to_owned(), rps, implied, stated };
        problems.warn("W0504", users.span, caution);
    }
}
