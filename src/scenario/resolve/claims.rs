//! Claims: looks up names, converts values to the unit of their metric, and evaluates what follows
//! from the description alone.

use super::Parsed;
use crate::model::spec::{Listener, Pool, Service, Spec, Topic};
use crate::model::stations::stations;
use crate::scenario::document::{ClaimDoc, ClaimWord, RelationWord, View};
use crate::scenario::documents::VariantInput;
use crate::scenario::problem::Problems;
use crate::scenario::values::{Name, Text, canonical};
use crate::study::claims::{Claim, ClaimMetric, Location, Relation};
use crate::study::setup::AskedLoad;

/// Largest number of claims of a scenario.
const MOST_CLAIMS: usize = 1000;
/// Default tolerance of `about`, to either side.
const TOLERANCE: f64 = 0.1;
/// Length of a month for counting orders \[s\]: 30 days.
const MONTH: f64 = 30.0 * 86_400.0;

/// Resolves the claims of the scenario; problems are reported on the way. `cases` begin with the
/// main ones.
pub(super) fn claims(
    question: &Parsed<'_>,
    cases: &[Spec],
    asked: &AskedLoad,
    problems: &mut Problems,
) -> Vec<Claim> {
    let documents = &question.scenario.claims;
    if let Some(over) = documents.get(MOST_CLAIMS) {
        let message = format!("a scenario has at most {MOST_CLAIMS} claims");
        problems.add("E0106", over.span, message);
    }
    let resolved = documents.iter().take(MOST_CLAIMS);
    resolved.filter_map(|claim| one(claim, question, cases, asked, problems)).collect()
}

fn one(
    document: &ClaimDoc,
    question: &Parsed<'_>,
    cases: &[Spec],
    asked: &AskedLoad,
    problems: &mut Problems,
) -> Option<Claim> {
    let metric = metric(document.metric);
    let first = question.variants.first().filter(|_| question.variants.len() == 1).map(|_| 0);
    let variant = match &document.variant {
        Some(name) => variant_of(name, question, problems)?,
        None => first.or_else(|| {
            let message = "this claim needs `variant`: the scenario has several";
            problems.add("E0102", document.span, message);
            None
        })?,
    };
    let against = match &document.against {
        Some(name) => {
            let against = variant_of(name, question, problems)?;
            if against == variant {
                let message = format!("a claim about `{}` is not against itself", name.text);
                let help = "name the variant that it is compared with, or leave out `against`";
                problems.help("E0201", name.span, message, help);
                return None;
            }
            Some(against)
        }
        None => None,
    };
    let (value, difference) = value(document, metric, problems)?;
    named(document, metric, question, cases.get(variant)?, problems)?;
    if let (Some(load), false) = (&document.load, takes_load(metric)) {
        problems.add("E0101", load.span, "`load` has no meaning for this metric");
    }
    let load = document.load.as_ref().map(|load| load.value.0);
    if let (Some(load), Some(0.0)) = (&document.load, load) {
        problems.add("E0107", load.span, "a load to judge a claim at is above 0");
    }
    let of = document.of.as_ref().map(|of| of.value.0.as_str());
    let known = |at: usize| described(metric, of, &question.variants[at], cases.get(at)?);
    let text = |text: Option<&Text>| text.map(|text| text.0.clone());
    Some(Claim {
        metric,
        of: of.map(str::to_owned),
        variant,
        against,
        difference,
        relation: match document.relation {
            Some(RelationWord::AtLeast) => Relation::AtLeast,
            Some(RelationWord::AtMost) => Relation::AtMost,
            Some(RelationWord::About) | None => Relation::About,
        },
        tolerance: document.tolerance.map_or(TOLERANCE, |share| share.0),
        value,
        load,
        known: [known(variant), against.and_then(known)],
        because: None,
        factor: factor(metric, question, cases.get(variant)?, asked),
        place: Location {
            at: text(document.at.as_ref()),
            row: text(document.row.as_ref()),
            column: text(document.column.as_ref()),
            note: text(document.note.as_ref()),
        },
    })
}

fn variant_of(name: &Name, question: &Parsed<'_>, problems: &mut Problems) -> Option<usize> {
    let names = || question.variants.iter().map(|variant| variant.name.as_str());
    let place = names().position(|other| other == name.text);
    if place.is_none() {
        let help = problems.suggest(&name.text, names().collect::<Vec<_>>());
        problems.report("E0201", name.span, format!("there is no variant `{}`", name.text), help);
    }
    place
}

/// Unit of a metric: a rate, a time, dollars, or none.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Rate,
    Time,
    Dollars,
    Plain,
}

fn unit(metric: ClaimMetric) -> (Unit, &'static str) {
    match metric {
        ClaimMetric::SaturationRps
        | ClaimMetric::EventsPerS
        | ClaimMetric::EventCapacityPerS
        | ClaimMetric::OrdersPerS
        | ClaimMetric::GoodputRps => (Unit::Rate, "a rate such as `1500/s`"),
        ClaimMetric::MeanMs | ClaimMetric::P50Ms | ClaimMetric::P95Ms | ClaimMetric::P99Ms => {
            (Unit::Time, "a time such as `500ms`")
        }
        ClaimMetric::MonthlyCost => (Unit::Dollars, "dollars such as `$210`"),
        ClaimMetric::ErrorRate | ClaimMetric::Utilisation => (Unit::Plain, "a share such as `1%`"),
        ClaimMetric::Mau
        | ClaimMetric::Dau
        | ClaimMetric::ConcurrentUsers
        | ClaimMetric::OrdersPerMonth
        | ClaimMetric::Pods
        | ClaimMetric::Connections
        | ClaimMetric::PoolMaximum
        | ClaimMetric::Partitions
        | ClaimMetric::Concurrency
        | ClaimMetric::Nodes => (Unit::Plain, "a number such as `12` or `5M`"),
    }
}

/// Returns the value in the unit of the metric, times in ms, and whether it is a difference, that
/// is, has a sign.
fn value(document: &ClaimDoc, metric: ClaimMetric, problems: &mut Problems) -> Option<(f64, bool)> {
    let text = document.value.value.0.as_str();
    let (sign, amount) = match (text.strip_prefix('+'), text.strip_prefix(['-', '−'])) {
        (Some(rest), _) => (Some(1.0), rest),
        (None, Some(rest)) => (Some(-1.0), rest),
        (None, None) => (None, text),
    };
    let shown: String = text.chars().take(40).collect();
    if sign.is_some() && document.against.is_none() {
        let message = format!("`{shown}` is a difference, and nothing says from which variant");
        let help = "name that variant with `against`, or write the value without a sign";
        problems.help("E0102", document.value.span, message, help);
        return None;
    }
    let (own, example) = unit(metric);
    let (wanted, example) = match (&document.against, sign) {
        (Some(_), None) => (
            Unit::Plain,
            format!(
                "a ratio such as `2` or, with a sign, the difference from the variant in `against`: \
                 {example} with `+` or `-` before it"
            ),
        ),
        (_, Some(_)) => (own, format!("{example} with `+` or `-` before it")),
        (None, None) => (own, example.to_owned()),
    };
    let found = match (wanted, amount.strip_prefix('$')) {
        (Unit::Dollars, Some(dollars)) => canonical(dollars).filter(|(_, kind)| *kind == "number"),
        (_, Some(_)) | (Unit::Dollars, None) => None,
        (Unit::Rate, None) => canonical(amount).filter(|(_, kind)| *kind == "rate"),
        (Unit::Time, None) => canonical(amount)
            .filter(|(_, kind)| *kind == "time")
            .map(|(seconds, kind)| (seconds * 1000.0, kind)),
        (Unit::Plain, None) => canonical(amount).filter(|(_, kind)| *kind == "number"),
    };
    if found.is_none() {
        let message = format!("`{shown}` is not what this metric counts in");
        problems.help("E0105", document.value.span, message, format!("write {example}"));
    }
    found.map(|(value, _)| (value * sign.unwrap_or(1.0), sign.is_some()))
}

fn takes_load(metric: ClaimMetric) -> bool {
    matches!(
        metric,
        ClaimMetric::MeanMs
            | ClaimMetric::P50Ms
            | ClaimMetric::P95Ms
            | ClaimMetric::P99Ms
            | ClaimMetric::ErrorRate
            | ClaimMetric::GoodputRps
            | ClaimMetric::Utilisation
    )
}

/// Checks that `of` names something to which the metric can refer; otherwise reports a problem and
/// returns `None`.
fn named(
    document: &ClaimDoc,
    metric: ClaimMetric,
    question: &Parsed<'_>,
    spec: &Spec,
    problems: &mut Problems,
) -> Option<()> {
    let services = || spec.services.iter().map(|service| service.name.clone());
    let names: Vec<String> = match metric {
        ClaimMetric::Utilisation => stations(spec).into_iter().map(|s| s.name).collect(),
        ClaimMetric::Pods | ClaimMetric::PoolMaximum => services().collect(),
        ClaimMetric::Connections => {
            services().chain(spec.databases.iter().map(|d| d.name.clone())).collect()
        }
        ClaimMetric::Partitions => spec.topics.iter().map(|topic| topic.name.clone()).collect(),
        ClaimMetric::Concurrency => {
            services().chain(spec.listeners.iter().map(|l| l.name.clone())).collect()
        }
        ClaimMetric::Nodes => question.base.node_groups.names().map(str::to_owned).collect(),
        ClaimMetric::MonthlyCost => {
            let base = question.base;
            let parts = base.node_groups.names().chain(base.databases.names());
            parts.chain(base.caches.names()).map(str::to_owned).collect()
        }
        _ => {
            let Some(of) = &document.of else { return Some(()) };
            problems.add("E0101", of.span, "`of` has no meaning for this metric");
            return None;
        }
    };
    let Some(of) = &document.of else {
        if matches!(metric, ClaimMetric::Utilisation | ClaimMetric::Concurrency) {
            let message = "this metric needs `of`: whose it is";
            problems.add("E0102", document.span, message);
            return None;
        }
        return Some(());
    };
    if names.contains(&of.value.0) {
        return Some(());
    }
    let help = problems.suggest(&of.value.0, names.iter().map(String::as_str));
    problems.report("E0201", of.span, format!("nothing here is called `{}`", of.value.0), help);
    None
}

/// Returns the value of a metric that follows from a variant's description alone; `None` for other
/// metrics.
fn described(
    metric: ClaimMetric,
    of: Option<&str>,
    variant: &VariantInput,
    spec: &Spec,
) -> Option<f64> {
    let is = |name: &str| of.is_none_or(|of| of == name);
    match metric {
        ClaimMetric::Pods => {
            let counted = spec.services.iter().filter(|service| is(&service.name));
            Some(counted.map(|service| f64::from(service.pods)).sum())
        }
        ClaimMetric::Connections => {
            let all = spec
                .services
                .iter()
                .flat_map(|service| service.pools.iter().map(move |pool| (service, pool)));
            let database = |id: u32| spec.databases.get(id as usize).map_or("", |d| &d.name);
            let counted =
                all.filter(|(service, pool)| is(&service.name) || is(database(pool.database)));
            let most = |(service, pool): (&Service, &Pool)| {
                f64::from(service.pods) * f64::from(pool.maximum)
            };
            Some(counted.map(most).sum())
        }
        ClaimMetric::PoolMaximum => {
            let of_service = spec.services.iter().filter(|service| is(&service.name));
            let pools = of_service.flat_map(|service| &service.pools);
            pools.map(|pool| pool.maximum).min().map(f64::from)
        }
        ClaimMetric::Partitions => {
            let counted = |topic: &&Topic| match of {
                Some(of) => topic.name == of,
                None => topic.counted,
            };
            let fewest = spec.topics.iter().filter(counted).map(|topic| topic.partitions).min();
            fewest.map(f64::from)
        }
        ClaimMetric::Concurrency => {
            let of_service = |listener: &&Listener| {
                is(&listener.name) || is(&spec.services[listener.service as usize].name)
            };
            let fewest = spec.listeners.iter().filter(of_service).map(|l| l.concurrency).min();
            fewest.map(f64::from)
        }
        ClaimMetric::Nodes => {
            let groups = variant.system.node_groups.iter().filter(|(name, _)| is(&name.value));
            let wanted = groups.map(|(_, group)| {
                let desired = group.desired.as_ref().or(group.min.as_ref())?;
                Some(match variant.view {
                    View::Written => desired.written.0,
                    View::Effective => desired.runs.0,
                })
            });
            wanted.sum::<Option<u64>>().map(|nodes| nodes as f64)
        }
        _ => None,
    }
}

/// Returns the factor from the simulated unit to that of the metric.
fn factor(
    metric: ClaimMetric,
    question: &Parsed<'_>,
    spec: &Spec,
    asked: &AskedLoad,
) -> Option<f64> {
    let users = question.scenario.load.users.as_ref().filter(|_| asked.rps > 0.0);
    let monthly = users.map(|users| users.mau.0 as f64 / asked.rps);
    let daily = users.map(|users| users.daily.0);
    match metric {
        ClaimMetric::Mau => monthly,
        ClaimMetric::Dau => Some(monthly? * daily?),
        ClaimMetric::ConcurrentUsers => Some(monthly? * daily? * users?.concurrent.0),
        ClaimMetric::OrdersPerMonth => {
            // The curve is linear between the middles of its slices and repeats, so its mean is
            // theirs.
            let slices = &spec.load.curve.slices;
            let mean = slices.iter().sum::<f64>() / slices.len() as f64;
            mean.is_finite().then_some(mean * MONTH)
        }
        _ => Some(1.0),
    }
}

fn metric(word: ClaimWord) -> ClaimMetric {
    match word {
        ClaimWord::Line => ClaimMetric::SaturationRps,
        ClaimWord::Mau => ClaimMetric::Mau,
        ClaimWord::Dau => ClaimMetric::Dau,
        ClaimWord::Concurrent => ClaimMetric::ConcurrentUsers,
        ClaimWord::Events => ClaimMetric::EventsPerS,
        ClaimWord::EventCapacity => ClaimMetric::EventCapacityPerS,
        ClaimWord::Orders => ClaimMetric::OrdersPerS,
        ClaimWord::OrdersAMonth => ClaimMetric::OrdersPerMonth,
        ClaimWord::Mean => ClaimMetric::MeanMs,
        ClaimWord::P50 => ClaimMetric::P50Ms,
        ClaimWord::P95 => ClaimMetric::P95Ms,
        ClaimWord::P99 => ClaimMetric::P99Ms,
        ClaimWord::Errors => ClaimMetric::ErrorRate,
        ClaimWord::Goodput => ClaimMetric::GoodputRps,
        ClaimWord::Busy => ClaimMetric::Utilisation,
        ClaimWord::MonthlyCost => ClaimMetric::MonthlyCost,
        ClaimWord::Pods => ClaimMetric::Pods,
        ClaimWord::Connections => ClaimMetric::Connections,
        ClaimWord::Pool => ClaimMetric::PoolMaximum,
        ClaimWord::Partitions => ClaimMetric::Partitions,
        ClaimWord::Concurrency => ClaimMetric::Concurrency,
        ClaimWord::Nodes => ClaimMetric::Nodes,
    }
}
