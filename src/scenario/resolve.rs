//! From documents to a [`Study`]: one description for each variant, mix and calibration.

mod change;
mod claims;
mod graph;
mod kafka;
mod load;
mod mesh;
mod nodes;
mod pods;
mod program;
mod system;
mod theory;
mod timeline;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use self::system::{Compiler, Laws, Used};
use super::ablation::AblationInput;
use super::catalog::Catalog;
use super::document::{CalibrationDoc, ScenarioDoc, SystemDoc};
use super::documents::VariantInput;
use super::files::Files;
use super::loaded::Options;
use super::problem::{Problems, SourceSpan};
use super::values::{Count, Duration, Flag, Name, find};
use super::yaml::{Node, Value};
use crate::model::spec::{Id, Spec};
use crate::model::stations::stations;
use crate::study::basis::Basis;
use crate::study::caution::{Caution, Part};
use crate::study::effect::Origin;
use crate::study::metric::Metric;
use crate::study::result::{Assumption, SettingPath, Target, Unanswered};
use crate::study::setup::{Ablation, AskedLoad, Day, Precision, Search, Study, Variant, Window};
use crate::study::theory::flows;
use crate::units::Span;

/// Shortest measurement time \[s\]: it is cut into quarters.
const SHORTEST_WINDOW: f64 = 0.001;
/// Smallest time for which arrivals of the window are followed, unless the scenario says otherwise
/// \[s\].
const FOLLOW: f64 = 120.0;
/// Largest number of requests and records of a replication at the load asked about, of one at the
/// largest load tried, and of all replications of all cases together.
const MOST_ARRIVALS: f64 = 1e9;
const MOST_SEARCHED: f64 = 1e10;
const MOST_WORK: f64 = 1e12;
/// Largest number of replications of all variants at the load asked about.
const MOST_RUNS: u64 = 100_000;
/// Largest number of utilisation values, station by bin, of all replications of a day: two
/// gigabytes.
const MOST_LEVELS: f64 = 4e7;
/// Smallest ratio of a search's upper end to the load asked about, where the written one is lower.
const BEYOND: f64 = 1.5;
/// Number of times named in the warning about those without a basis.
const SHOWN: usize = 5;
/// Largest number of cases of a study.
const MOST_CASES: usize = 256;

/// All documents that have been read.
pub(super) struct Parsed<'a> {
    pub(super) scenario: &'a ScenarioDoc,
    /// Syntax trees of the scenario and of the system, to find stated assumptions.
    pub(super) trees: [&'a Node; 2],
    pub(super) base: &'a SystemDoc,
    pub(super) catalog: &'a Catalog,
    pub(super) calibrations: &'a [CalibrationDoc],
    pub(super) variants: &'a [VariantInput],
    pub(super) options: &'a Options,
}

/// Resolves and validates; `None` where a case cannot be described. Problems are reported on the
/// way.
pub(super) fn study(
    question: &Parsed<'_>,
    files: &mut Files,
    problems: &mut Problems,
) -> Option<Study> {
    let scenario = question.scenario;
    let mixes = load::mixes(question, problems);
    let calibrations: Vec<Option<&CalibrationDoc>> = if question.calibrations.is_empty() {
        vec![None]
    } else {
        question.calibrations.iter().map(Some).collect()
    };
    let count = question.variants.len() * mixes.len() * calibrations.len();
    if count == 0 {
        return None;
    }
    if count > MOST_CASES {
        let message = format!(
            "{} variants, {} mixes and {} calibrations make {count} cases; at most {MOST_CASES}",
            question.variants.len(),
            mixes.len(),
            calibrations.len()
        );
        problems.add("E0106", scenario.scenario.span, message);
        return None;
    }
    let mut used = Used::default();
    let mut cases = compile(question, &mixes, &calibrations, &mut used, files, problems);
    timeline::set(question, &mut cases, problems);
    unused(question, &used, problems);
    for (mix, case) in mixes.iter().zip(cases.chunks(question.variants.len().max(1))) {
        if let Some(spec) = case.first() {
            load::little(scenario, &mix.name, spec, problems);
        }
    }
    let asked = load::asked(scenario);
    let targets = targets(scenario);
    let claims = claims::claims(question, &cases, &asked, problems);
    let theory = theory::predictions(scenario, &cases, &targets, problems);
    let settings = settings(question, &cases);
    let mut assumed = used.assumed;
    // A system analysed by a law has its times by definition; in any other they need a source.
    if scenario.theory.is_empty() {
        without_basis(&used.bare, problems);
        assumed.extend(used.bare.into_iter().map(|(_, found)| found));
    }
    for (tree, place) in question.trees.iter().zip(["scenario", "system"]) {
        stated(tree, place, &mut String::new(), &mut assumed);
    }
    let replications = scenario.replications.map_or(8, Count::u32);
    let fewer = Fewer { quick: question.options.quick };
    let window = window(scenario, problems);
    let day =
        day(question, problems).map(|day| Day { replications: fewer.of(day.replications), ..day });
    // Excessive fan-out has been refused already.
    let counted: &[Spec] = if problems.errors() > 0 { &[] } else { &cases };
    let effort = Asked::new(scenario, &asked, counted, window);
    let seed = scenario.seed.map_or(1, |seed| seed.0);
    let study = Study {
        scenario: scenario.scenario.text.clone(),
        about: scenario.about.as_ref().map_or_else(String::new, |about| about.0.clone()),
        system: question.base.system.text.clone(),
        seed: question.options.seed.unwrap_or(seed),
        variants: question
            .variants
            .iter()
            .map(|variant| Variant { name: variant.name.clone(), about: variant.about.clone() })
            .collect(),
        mixes: mixes.into_iter().map(|mix| mix.name).collect(),
        calibrations: calibrations
            .iter()
            .map(|known| known.map_or("inline", |document| &document.calibration.text).to_owned())
            .collect(),
        targets,
        theory,
        search: search(scenario, &effort, fewer.of(replications), &fewer, problems),
        load: asked,
        window,
        warm_up_given: scenario.window.as_ref().is_some_and(|window| window.warm_up.is_some()),
        replications: fewer.of(replications),
        batches: batches(scenario, &window, problems),
        precision: precision(scenario, fewer.of(replications), question.options.quick),
        day,
        edits: Vec::new(),
        ablations: Vec::new(),
        contributions: question.options.contributions
            || scenario.contributions.is_some_and(|Flag(asked)| asked),
        claims,
        assumed,
        cautions: Vec::new(),
        inputs: Vec::new(),
        settings,
        cases,
    };
    work(scenario, &effort, &study, problems);
    Some(study)
}

/// Returns one description for each calibration, mix and variant, in the order of [`Study::case`].
fn compile(
    question: &Parsed<'_>,
    mixes: &[load::Mix<'_>],
    calibrations: &[Option<&CalibrationDoc>],
    used: &mut Used,
    files: &mut Files,
    problems: &mut Problems,
) -> Vec<Spec> {
    let mut laws = Laws::default();
    let mut cases = Vec::new();
    for calibration in calibrations {
        let mut of_mixes: Vec<Vec<Spec>> = mixes.iter().map(|_| Vec::new()).collect();
        for variant in question.variants {
            let mut described = |system: &SystemDoc| -> Vec<Spec> {
                let mut compiler = Compiler {
                    problems: &mut *problems,
                    files: &mut *files,
                    catalog: question.catalog,
                    laws: &mut laws,
                    used: &mut *used,
                    system,
                    view: variant.view,
                    calibration: *calibration,
                    fidelity: nodes::Fidelity::of(question.scenario.fidelity.as_ref()),
                    check_only: question.options.check_only,
                    endpoints: BTreeMap::new(),
                    edges: Vec::new(),
                    spec: Spec::default(),
                };
                compiler.compile();
                graph::check(&mut compiler);
                mixes.iter().map(|mix| load::with_load(&mut compiler, question, mix)).collect()
            };
            let mut first = described(&variant.system);
            for step in &variant.later {
                for (spec, later) in first.iter_mut().zip(described(&step.system)) {
                    spec.later.push(later);
                }
            }
            for (spec, specs) in first.into_iter().zip(&mut of_mixes) {
                specs.push(spec);
            }
        }
        cases.extend(of_mixes.into_iter().flatten());
    }
    if laws.full {
        let message = "there are more than 2,000 different times";
        problems.add("E0106", question.scenario.scenario.span, message);
    }
    cases
}

/// Returns the descriptions for the contributions of edits, for the main mix and calibration. Those
/// that cannot be described are left out silently, since the question itself can be answered
/// without them.
pub(super) fn ablations(
    question: &Parsed<'_>,
    inputs: Vec<AblationInput>,
    files: &mut Files,
    problems: &Problems,
) -> Vec<Ablation> {
    let mixes = load::mixes(question, &mut problems.scratch());
    let Some(mix) = mixes.get(..1) else { return Vec::new() };
    let calibration = [question.calibrations.first()];
    let mut compiled = |variants: &[VariantInput]| -> Option<Vec<Spec>> {
        let mut scratch = problems.scratch();
        let question = Parsed { variants, ..*question };
        let mut used = Used::default();
        let mut cases = compile(&question, mix, &calibration, &mut used, files, &mut scratch);
        timeline::set(&question, &mut cases, &mut scratch);
        (scratch.errors() == 0 && cases.len() == variants.len()).then_some(cases)
    };
    let mut edits = Vec::new();
    let mut systems: Vec<VariantInput> = Vec::new();
    for input in inputs {
        edits.push((input.edits, input.variant));
        systems.extend(input.systems);
    }
    // All at once share their tables; where one cannot be described, each edit has its own.
    let cases: Vec<Option<Vec<Spec>>> = match compiled(&systems) {
        Some(cases) => cases.chunks(3).map(|three| Some(three.to_vec())).collect(),
        None => systems.chunks(3).map(&mut compiled).collect(),
    };
    edits
        .into_iter()
        .zip(cases)
        .filter_map(|((edits, variant), cases)| {
            let [before, alone, without] = <[Spec; 3]>::try_from(cases?).ok()?;
            Some(Ablation { edits, variant, before, alone, without })
        })
        .collect()
}

fn targets(scenario: &ScenarioDoc) -> Vec<Target> {
    let Some(targets) = &scenario.targets else { return Vec::new() };
    let millis = |time: Option<Duration>| time.map(|time| time.0 * 1000.0);
    // A target for errors guards against requests without a good answer; where there is none, they
    // count as slow.
    let unanswered = if targets.errors.is_some() { Unanswered::Apart } else { Unanswered::Slow };
    [
        (Metric::MeanMs, millis(targets.mean)),
        (Metric::P50Ms, millis(targets.p50)),
        (Metric::P95Ms, millis(targets.p95)),
        (Metric::P99Ms, millis(targets.p99)),
        (Metric::P99WaitMs, millis(targets.p99_wait)),
        (Metric::ErrorRate, targets.errors.map(|share| share.0)),
        (Metric::MaxLag, targets.lag.map(|lag| lag.0 as f64)),
    ]
    .into_iter()
    .filter_map(|(metric, limit)| Some(Target { unanswered, ..Target::new(metric, limit?) }))
    .collect()
}

fn search(
    scenario: &ScenarioDoc,
    asked: &Asked,
    replications: u32,
    fewer: &Fewer,
    problems: &mut Problems,
) -> Search {
    let search = scenario.search.as_ref();
    let written = search.and_then(|search| search.highest.as_ref());
    // Number of requests and records of a run at a load.
    let arrivals = |load: f64| {
        let each = if asked.load > 0.0 { asked.rate / asked.load } else { 1.0 };
        load * each * asked.seconds
    };
    let room = MOST_SEARCHED / arrivals(1.0).max(1e-9);
    // A search that ends below the load asked about could not say whether that is carried.
    let least = asked.load * BEYOND;
    let highest = match written {
        None if asked.load > 0.0 => (16.0 * asked.load).min(room).max(least),
        None => 20_000_f64.min(room),
        Some(written) if written.value.0 <= 0.0 => {
            problems.add("E0107", written.span, "a search goes up to a load above zero");
            least
        }
        Some(written) if written.value.0 < asked.load => {
            let caution = Caution::SearchRaised {
                highest: written.value.0,
                asked: asked.load,
                raised: least,
            };
            problems.warn("W0515", written.span, caution);
            least
        }
        Some(written) => {
            let all = arrivals(written.value.0);
            if all > MOST_SEARCHED {
                let message = format!(
                    "a window of {:.0} s at {}/s has {all:.1e} requests and records; a search goes up to \
                     {MOST_SEARCHED:.0e}",
                    asked.seconds, written.value.0
                );
                let help = "lower `highest`, or shorten the window";
                problems.help("E0313", written.span, message, help);
            }
            written.value.0
        }
    };
    let resolution = search.and_then(|search| search.resolution).map_or(0.02, |share| share.0);
    let own = search.and_then(|search| search.replications).map(|count| fewer.of(count.u32()));
    Search {
        highest_rps: highest,
        resolution: resolution * if fewer.quick { 2.0 } else { 1.0 },
        replications: own.unwrap_or(replications),
    }
}

fn window(scenario: &ScenarioDoc, problems: &mut Problems) -> Window {
    let window = scenario.window.as_ref();
    let warm_up = window.and_then(|window| window.warm_up).map_or(20.0, |time| time.0);
    let measure = window.and_then(|window| window.measure).map_or(60.0, |time| time.0);
    if let Some(document) = window
        && measure < SHORTEST_WINDOW
    {
        problems.add("E0107", document.span, "`measure` must be at least 1 ms");
    }
    let follow = window.and_then(|window| window.follow).map_or(measure.max(FOLLOW), |time| time.0);
    Window {
        warm_up: Span::from_secs(warm_up),
        measure: Span::from_secs(measure),
        follow: Span::from_secs(follow),
    }
}

fn batches(scenario: &ScenarioDoc, window: &Window, problems: &mut Problems) -> Option<u32> {
    let asked = scenario.batches.as_ref()?;
    let batches = asked.value.u32();
    if window.measure.secs() / f64::from(batches) < SHORTEST_WINDOW {
        let message = format!("`measure` leaves less than 1 ms to each of {batches} batches");
        problems.add("E0107", asked.span, message);
    }
    if scenario.precision.as_ref().is_some_and(|asked| asked.most_replications.is_some()) {
        let message = "`batches` and `precision.most_replications` contradict each other: batches are one run";
        problems.add("E0305", asked.span, message);
    }
    Some(batches)
}

/// Parts of the question that determine its computing time.
struct Asked {
    /// Load on the axis of the search \[1/s\].
    load: f64,
    /// Requests and records at that load, with all that they cause as far as it follows from the
    /// description \[1/s\].
    rate: f64,
    /// Simulated time of a run at that load \[s\].
    seconds: f64,
}

impl Asked {
    fn new(scenario: &ScenarioDoc, load: &AskedLoad, cases: &[Spec], window: Window) -> Asked {
        let records: f64 = scenario.load.records.iter().map(|source| source.rate.0).sum();
        let seconds = (window.warm_up.secs() + window.measure.secs()).max(0.0);
        let axis = if load.rps > 0.0 { load.rps } else { records };
        let caused = |case: &Spec| {
            let flows = flows(case, load.rps)?;
            Some(flows.programs.iter().chain(&flows.topics).sum::<f64>())
        };
        let rate = cases.iter().filter_map(caused).fold(load.rps + records, f64::max);
        Asked { load: axis, rate, seconds }
    }
}

/// Refuses excessive work, since a study must come to an end: the limit of requests and records per
/// replication takes about an hour, and all that is remembered must fit into memory.
fn work(scenario: &ScenarioDoc, asked: &Asked, study: &Study, problems: &mut Problems) {
    let mut check = |span, what: &str, seconds: f64| {
        let arrivals = asked.rate * seconds;
        if arrivals > MOST_ARRIVALS {
            let message = format!(
                "{what} of {seconds:.0} s at {:.0}/s has {arrivals:.1e} requests and records; a \
                 replication has at most {MOST_ARRIVALS:.0e}",
                asked.rate
            );
            problems.help("E0313", span, message, "shorten it, or ask about a smaller load");
        }
    };
    let place = scenario.window.as_ref().map_or(scenario.load.span, |window| window.span);
    check(place, "a window", asked.seconds);
    if let (Some(day), Some(document)) = (&study.day, &scenario.day) {
        check(document.span, "a day", day.horizon.secs() / day.compress);
        let bins = day.horizon.secs() / day.bin.secs().max(1e-9);
        let each = study.cases.iter().map(|spec| stations(spec).len()).max().unwrap_or(0);
        let all = bins * each as f64 * f64::from(day.replications) * day.variants.len() as f64;
        if all > MOST_LEVELS {
            let message = format!(
                "a day of {bins:.0} bins with {each} stations, in {} replications of {} variants, has \
                 {all:.1e} numbers to remember; at most {MOST_LEVELS:.0e}",
                day.replications,
                day.variants.len()
            );
            problems.help(
                "E0106",
                document.span,
                message,
                "take longer bins, or fewer replications",
            );
        }
    }
    let each = study.replications.max(study.precision.most_replications);
    let runs = u64::from(each) * study.variants.len() as u64;
    if runs > MOST_RUNS {
        let message = format!(
            "{each} replications of {} variants are {runs} runs; at most {MOST_RUNS}",
            study.variants.len()
        );
        problems.add("E0106", scenario.scenario.span, message);
    }
    let most = each.max(study.search.replications);
    let all = asked.rate * asked.seconds * f64::from(most) * study.cases.len() as f64;
    if all > MOST_WORK {
        let message = format!(
            "{most} replications of {} cases have {all:.1e} requests and records; a study has at most \
             {MOST_WORK:.0e}",
            study.cases.len()
        );
        problems.help("E0313", place, message, "take fewer replications, or a shorter window");
    }
}

/// Scaling of replications: as written, or a quarter of them for a first look.
struct Fewer {
    quick: bool,
}

impl Fewer {
    fn of(&self, count: u32) -> u32 {
        if self.quick { (count / 4).max(2.min(count)) } else { count }
    }
}

fn precision(scenario: &ScenarioDoc, replications: u32, quick: bool) -> Precision {
    let asked = scenario.precision.as_ref();
    let most = asked.and_then(|asked| asked.most_replications).map(Count::u32);
    Precision {
        half_width: asked.and_then(|asked| asked.half_width.as_ref()).map_or(0.05, |share| share.0),
        most_replications: if quick { 0 } else { most.unwrap_or(4 * replications) }
            .max(replications),
    }
}

fn day(question: &Parsed<'_>, problems: &mut Problems) -> Option<Day> {
    let document = question.scenario.day.as_ref()?;
    let horizon = document.horizon.map_or(86_400.0, |time| time.0);
    let compress = document.compress.as_ref().map_or(1.0, |factor| factor.value.0);
    let bin = document.bin.map_or_else(|| Day::usual_bin(horizon, compress), |time| time.0);
    if bin <= 0.0 || horizon < bin || horizon / bin > 10_000.0 {
        let message = "a day has 1 to 10,000 bins: `bin` and `horizon` do not fit together";
        problems.add("E0305", document.span, message);
    }
    if !(1.0..=100.0).contains(&compress) || bin / compress < 1.0 {
        let span = document.compress.as_ref().map_or(document.span, |factor| factor.span);
        let message = "`compress` is from 1 to 100, and leaves at least 1 s of each bin";
        problems.add("E0305", span, message);
    }
    let defined = &question.scenario.variants;
    let chosen = |name: &Name, problems: &mut Problems| {
        if defined.is_empty() && name.text == "system" {
            return Some(0);
        }
        find(defined, name, "variant", "E0201", problems)?;
        question.variants.iter().position(|variant| variant.name == name.text)
    };
    let mut variants: Vec<Id> = Vec::new();
    for name in &document.variants {
        variants.extend(chosen(name, problems).map(|at| at as Id));
    }
    if document.variants.is_empty() {
        variants = (0..question.variants.len() as Id).collect();
    }
    Some(Day {
        bin: Span::from_secs(bin),
        horizon: Span::from_secs(horizon),
        replications: document.replications.map_or(1, Count::u32),
        compress,
        variants,
        steps: change::texts(question),
    })
}

/// Warns of parts to which no program and no pool refers.
fn unused(question: &Parsed<'_>, used: &Used, problems: &mut Problems) {
    let system = question.base;
    let mut warn = |part: Part, name: &str, shown: &str, span| {
        if !used.parts.contains(&(part.word(), name.to_owned())) {
            problems.warn("W0501", span, Caution::Unused { part, name: shown.to_owned() });
        }
    };
    for (name, _) in system.databases.iter() {
        warn(Part::Database, &name.value, &name.value, name.span);
    }
    for (name, _) in system.caches.iter() {
        warn(Part::Cache, &name.value, &name.value, name.span);
    }
    for (name, _) in system.topics.iter() {
        warn(Part::Topic, &name.value, &name.value, name.span);
    }
    for (name, _) in system.locks.iter() {
        warn(Part::Lock, &name.value, &name.value, name.span);
    }
    for (name, _) in system.indexes.iter() {
        warn(Part::Index, &name.value, &name.value, name.span);
    }
    for (service, document) in system.services.iter() {
        for (pool, _) in document.pools.iter() {
            warn(Part::Pool, &format!("{}.{}", service.value, pool.value), &pool.value, pool.span);
        }
    }
    for calibration in question.calibrations {
        for (name, time) in calibration.times.iter() {
            if !used.times.contains(&time.span) {
                let caution = Caution::Unused { part: Part::Time, name: name.value.clone() };
                problems.warn("W0501", name.span, caution);
            } else if time.is_bare() {
                let caution = Caution::TimeWithoutBasis { time: name.value.clone() };
                problems.warn("W0505", name.span, caution);
            }
        }
    }
}

/// Warns, in one message, of times without a basis: they count as assumed.
fn without_basis(bare: &[(SourceSpan, Assumption)], problems: &mut Problems) {
    let Some((first, _)) = bare.first() else { return };
    let names = bare.iter().take(SHOWN).map(|(_, one)| one.name.clone()).collect();
    let more = bare.len().saturating_sub(SHOWN);
    problems.warn("W0505", *first, Caution::WithoutBasis { names, more });
}

/// Collects stated assumptions in a document, by their path. Times and unit costs are left out:
/// they count where used.
fn stated(node: &Node, place: &str, path: &mut String, assumed: &mut Vec<Assumption>) {
    let text = |key: &str| node.get(key).and_then(Node::text);
    let basis = text("basis").and_then(Basis::of);
    if let (Some(basis @ (Basis::Assumed | Basis::Plan)), false) = (basis, path.is_empty()) {
        assumed.push(Assumption {
            name: format!("{place}: {path}"),
            value: node.quote(),
            basis,
            setting: Some(SettingPath { document: place.to_owned(), path: path.clone() }),
            origin: text("source")
                .map_or(Origin::NotStated, |source| Origin::Written(source.to_owned())),
        });
    }
    let length = path.len();
    let mut child = |key: &str, node: &Node, path: &mut String| {
        if length > 0 {
            path.push('.');
        }
        path.push_str(key);
        stated(node, place, path, assumed);
        path.truncate(length);
    };
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                let own = length == 0 && matches!(entry.key.as_str(), "times" | "units" | "system");
                if !own {
                    child(&entry.key, &entry.value, path);
                }
            }
        }
        Value::List(items) => {
            for (number, item) in items.iter().enumerate() {
                child(&(number + 1).to_string(), item, path);
            }
        }
        Value::Scalar { .. } => {}
    }
}

/// Returns the simulated configuration by variant, as under the main calibration and mix.
fn settings(question: &Parsed<'_>, cases: &[Spec]) -> Json {
    let mut variants = serde_json::Map::new();
    for (variant, spec) in question.variants.iter().zip(cases) {
        let mut services = serde_json::Map::new();
        for service in &spec.services {
            let pools: serde_json::Map<String, Json> = service
                .pools
                .iter()
                .map(|pool| {
                    let database = spec.databases.get(pool.database as usize);
                    let value = json!({
                        "database": database.map(|database| &database.name),
                        "maximum": pool.maximum,
                        "minimum_idle": pool.minimum_idle,
                        "connection_timeout_s": pool.connection_timeout.secs(),
                        "idle_timeout_s": pool.idle_timeout.map(Span::secs),
                        "wake_up_s": pool.wake_up.secs(),
                        "take_back": pool.take_back,
                    });
                    (pool.name.clone(), value)
                })
                .collect();
            let mut value = json!({
                "pods": service.pods,
                "cores": service.cores,
                "threads": service.threads.maximum,
                "accepted": service.threads.accepted,
                "backlog": service.threads.backlog,
                "balancer": format!("{:?}", service.balancer),
                "pools": pools,
            });
            let place = services.len() as Id;
            if let Some(mesh) = spec.meshes.iter().find(|mesh| mesh.service == place) {
                value["mesh"] = mesh::settings(mesh);
            }
            services.insert(service.name.clone(), value);
        }
        let listeners: serde_json::Map<String, Json> = spec
            .listeners
            .iter()
            .map(|listener| {
                let value = json!({
                    "topic": spec.topics.get(listener.topic as usize).map(|topic| &topic.name),
                    "group": listener.group,
                    "concurrency": listener.concurrency,
                    "ack": format!("{:?}", listener.ack),
                    "max_poll_records": listener.max_poll_records,
                    "retries": listener.retries,
                    "back_off_s": listener.back_off.secs(),
                });
                (listener.name.clone(), value)
            })
            .collect();
        let databases: serde_json::Map<String, Json> = spec
            .databases
            .iter()
            .map(|database| {
                let value = json!({
                    "cores": database.cores,
                    "iops": database.iops,
                    "max_connections": database.max_connections,
                });
                (database.name.clone(), value)
            })
            .collect();
        let topics: serde_json::Map<String, Json> = spec
            .topics
            .iter()
            .map(|topic| (topic.name.clone(), json!({ "partitions": topic.partitions })))
            .collect();
        let value = json!({
            "services": services,
            "listeners": listeners,
            "databases": databases,
            "topics": topics,
        });
        variants.insert(variant.name.clone(), value);
    }
    Json::Object(variants)
}
