//! From files to a [`Study`]: read, resolve, apply plans, validate. All problems at once.
//!
//! A scenario names a system, variants of it, mixes, calibrations and a load. Each combination becomes
//! one [`crate::model::spec::Spec`] of plain numbers; nothing below this room reads a file or a name.

mod ablation;
pub(crate) mod catalog;
mod codes;
pub(crate) mod decode;
pub(crate) mod document;
pub(crate) mod documents;
mod files;
mod plan;
pub(crate) mod problem;
mod resolve;
mod rollout;
pub mod sizing;
mod time;
pub(crate) mod values;
mod variation;
pub mod vary;
pub mod workshop;
pub(crate) mod yaml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

pub use self::catalog::{Part, parts};
pub use self::codes::{EXPLANATIONS, Explanation, explain};
pub use self::problem::{Problem, Severity, Source, render, render_plain};

use self::ablation::{AblationInput, Planned};
use self::decode::{Decode, Map};
use self::document::{
    CalibrationDoc, CatalogDoc, PlanDoc, ScenarioDoc, SystemDoc, SystemSource, VariantDoc, View,
};
pub(crate) use self::documents::Documents;
use self::files::{Files, clean, yaml_files};
use self::problem::{Problems, Span};
use self::variation::Variation;
use self::workshop::Levers;
use self::yaml::Node;
use crate::study::growth::Growth;
use crate::study::result::Edit;
use crate::study::setup::{Change, Study};
use crate::study::uncertain::Uncertainty;

/// What the caller decides, over the scenario.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A folder of catalogue files that override all others.
    pub catalog: Option<PathBuf>,
    /// Seed instead of the scenario's.
    pub seed: Option<u64>,
    /// A quarter of all replications, at least 2.
    pub quick: bool,
    /// Simulate what each edit of the plans contributes to the line.
    pub contributions: bool,
    /// Nothing will be simulated: what only a study needs is left out.
    pub check_only: bool,
}

/// A study, and what its author should know.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The validated question.
    pub study: Study,
    /// Warnings with their places; the study repeats them without.
    pub warnings: Vec<Problem>,
    /// What was read, for the audit.
    pub(crate) documents: Documents,
    /// What its resources can be lifted by.
    pub levers: Levers,
    /// The load that a ladder goes up to \[requests/s, or records/s\], where the scenario says it.
    pub ladder_up_to: Option<f64>,
    /// What of it is uncertain, where the scenario says it.
    pub uncertain: Option<Uncertainty>,
    /// How its users grow, where the scenario says it.
    pub growth: Option<Growth>,
}

/// Load the scenario at `path` with all that it names.
///
/// # Errors
/// Every problem found, errors first, each by file and line. None of them is a panic.
pub fn load(path: &Path, options: &Options) -> Result<Loaded, Vec<Problem>> {
    load_with(path, options, &[], "")
}

/// Load the scenario at `path` with settings changed; messages about those name `from`.
///
/// # Errors
/// As [`load`], and every change that leads nowhere or does not fit its setting.
pub fn load_with(
    path: &Path,
    options: &Options,
    changes: &[Change],
    from: &str,
) -> Result<Loaded, Vec<Problem>> {
    let mut problems = Problems::default();
    let mut variation = Variation::new(changes, from, &mut problems);
    let study = read(path, options, &mut variation, &mut problems);
    let (mut errors, warnings) = problems.finish();
    match study {
        Some((mut study, documents, levers)) if errors.is_empty() => {
            study.cautions.extend(warnings.iter().filter_map(|warning| warning.caution.clone()));
            study.cautions.append(&mut variation.notes);
            let ladder_up_to = levers.up_to;
            let (uncertain, growth) = (levers.uncertain.clone(), levers.growth);
            Ok(Loaded { study, warnings, documents, levers, ladder_up_to, uncertain, growth })
        }
        _ => {
            errors.extend(warnings);
            Err(errors)
        }
    }
}

/// The JSON Schemas (draft-07) of all documents, by file name without `.json`.
pub fn schemas() -> Vec<(&'static str, Json)> {
    vec![
        ("scenario", decode::root_schema::<ScenarioDoc>("Plimsoll scenario")),
        ("system", decode::root_schema::<SystemDoc>("Plimsoll system")),
        ("plan", decode::root_schema::<PlanDoc>("Plimsoll plan")),
        ("calibration", decode::root_schema::<CalibrationDoc>("Plimsoll calibration")),
        ("catalog", decode::root_schema::<CatalogDoc>("Plimsoll catalogue")),
    ]
}

/// A variant, ready to be resolved.
#[derive(Clone, Debug)]
pub(crate) struct VariantInput {
    pub(crate) name: String,
    about: String,
    pub(crate) view: View,
    pub(crate) system: SystemDoc,
    /// What the day makes of it.
    later: Vec<rollout::Step>,
}

fn read(
    path: &Path,
    options: &Options,
    variation: &mut Variation,
    problems: &mut Problems,
) -> Option<(Study, Documents, Levers)> {
    let mut files = Files::default();
    let mut tree = files.document(path, None, "scenario", problems)?;
    variation.scenario(&mut tree, problems);
    let scenario = ScenarioDoc::decode(&tree, problems);
    // The system is read even where the scenario has problems: all of them at once.
    let source = SystemSource::decode(tree.get("system")?, problems)?;
    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let (system_tree, system_folder) = match source {
        SystemSource::Inline(node) => (node, folder),
        SystemSource::File(written, span) => {
            let path = folder.join(written);
            let node = files.document(&path, Some(span), "system", problems)?;
            (node, path.parent().unwrap_or(Path::new("")).to_path_buf())
        }
    };
    let base = SystemDoc::decode(&system_tree, problems);
    let catalog = catalog::read(&mut files, &system_folder, options.catalog.as_deref(), problems);
    let (scenario, base) = (scenario?, base?);

    let mut inputs = Named { files: &mut files, folder: &system_folder, plans: BTreeMap::new() };
    let named =
        if scenario.calibrations.is_empty() { &base.calibrations } else { &scenario.calibrations };
    let mut calibrations = Vec::new();
    for name in named {
        let read = inputs.file("calibrations", &name.text, name.span, "calibration", problems);
        let read = read.and_then(|mut node| {
            variation.calibration(&mut node, problems);
            CalibrationDoc::decode(&node, problems)
        });
        if let Some(document) = read {
            same_name(&document.calibration, &name.text, problems);
            calibrations.push(document);
        }
    }
    let named = named.len();
    let base = variation.base(base, &system_tree, problems)?;
    let mut edits = Edits { alone: !options.check_only, ..Edits::default() };
    let mut carried = (&mut edits, variation);
    let variants = variants(&scenario, &base, &system_tree, &mut inputs, &mut carried, problems);
    if named != calibrations.len() && calibrations.is_empty() {
        return None;
    }
    let question = resolve::Question {
        scenario: &scenario,
        trees: [&tree, &system_tree],
        base: &base,
        catalog: &catalog,
        calibrations: &calibrations,
        variants: &variants,
        options,
    };
    let plans = inputs.carried_out(&edits.all);
    let mut study = resolve::study(&question, &mut files, problems)?;
    if problems.errors() == 0 {
        study.ablations = resolve::ablations(&question, edits.ablations, &mut files, problems);
    }
    study.edits = edits.all;
    study.inputs = files.inputs;
    let sources = problems.sources().to_vec();
    let region = base.region.as_ref().map(|region| region.text.clone());
    let up_to = document::ladder_up_to(&scenario, &study.load, problems);
    let uncertain = document::uncertainty(&scenario, problems);
    let growth = document::growth(&scenario, problems);
    let size = sizing::declared(&scenario, problems);
    let (variants_read, catalog_read) = (variants.clone(), catalog.clone());
    let levers = Levers {
        variants: variants_read,
        catalog: catalog_read,
        region,
        up_to,
        uncertain,
        growth,
        size,
    };
    let system = system_tree;
    Some((study, Documents { scenario, variants, system, catalog, plans, sources }, levers))
}

/// The edits of all plans, and what tells what each contributes.
#[derive(Default)]
struct Edits {
    all: Vec<Edit>,
    /// Whether to look at each alone.
    alone: bool,
    ablations: Vec<AblationInput>,
}

/// Reads the plans and calibrations of a system by name.
struct Named<'a> {
    files: &'a mut Files,
    folder: &'a Path,
    plans: BTreeMap<String, Option<PlanDoc>>,
}

impl Named<'_> {
    /// The plans that made these edits, in their order.
    fn carried_out(&self, edits: &[Edit]) -> Vec<PlanDoc> {
        let mut names: Vec<&str> = edits.iter().map(|edit| edit.plan.as_str()).collect();
        names.dedup();
        names.into_iter().filter_map(|name| self.plans.get(name).cloned().flatten()).collect()
    }

    fn file(
        &mut self,
        folder: &str,
        name: &str,
        span: Span,
        kind: &str,
        problems: &mut Problems,
    ) -> Option<Node> {
        let folder = self.folder.join(folder);
        let path = folder.join(format!("{name}.yaml"));
        if !path.is_file() {
            let files = yaml_files(&folder);
            let stems: Vec<_> =
                files.iter().filter_map(|path| path.file_stem()?.to_str()).collect();
            let help = problems.suggest(name, stems);
            let message = format!("the {kind} `{name}` has no file `{}`", clean(&path));
            problems.report("E0001", span, message, help);
            return None;
        }
        self.files.document(&path, Some(span), kind, problems)
    }

    fn plan(&mut self, name: &values::Name, problems: &mut Problems) -> Option<PlanDoc> {
        if let Some(known) = self.plans.get(&name.text) {
            return known.clone();
        }
        let read = self.file("plans", &name.text, name.span, "plan", problems);
        let plan = read.and_then(|node| PlanDoc::decode(&node, problems));
        if let Some(plan) = &plan {
            same_name(&plan.plan, &name.text, problems);
        }
        self.plans.insert(name.text.clone(), plan.clone());
        plan
    }
}

fn same_name(inside: &values::Name, file: &str, problems: &mut Problems) {
    if inside.text != file {
        let message = format!("the file `{file}.yaml` calls itself `{}`", inside.text);
        problems.add("E0011", inside.span, message);
    }
}

/// Each variant: the system's tree with beliefs and plans applied, read anew.
fn variants(
    scenario: &ScenarioDoc,
    base: &SystemDoc,
    tree: &Node,
    inputs: &mut Named<'_>,
    (edits, variation): &mut (&mut Edits, &mut Variation),
    problems: &mut Problems,
) -> Vec<VariantInput> {
    let about = |text: Option<&values::Text>| text.map(|text| text.0.clone()).unwrap_or_default();
    if scenario.variants.is_empty() {
        let about = about(base.about.as_ref());
        let mut tree = tree.clone();
        variation.system(&mut tree, problems);
        let (later, done) = rollout::steps(scenario, None, &tree, inputs, problems);
        edits.all.extend(done);
        let (system, view) = (base.clone(), View::Effective);
        return vec![VariantInput { name: "system".into(), about, view, system, later }];
    }
    let mut all = Vec::new();
    let mut reported = Vec::new();
    for (name, variant) in scenario.variants.iter() {
        let VariantDoc { believes, plans, .. } = variant;
        let before = problems.errors();
        let mut patched = tree.clone();
        for plan in believes {
            if let Some(plan) = inputs.plan(plan, problems) {
                plan::believe(&mut patched, &plan, problems);
            }
        }
        let believed = patched.clone();
        let documents: Vec<PlanDoc> =
            plans.iter().filter_map(|plan| inputs.plan(plan, problems)).collect();
        for (place, document) in documents.iter().enumerate() {
            let done = plan::apply(&mut patched, document, problems);
            if reported.contains(&document.plan.text) {
                continue;
            }
            reported.push(document.plan.text.clone());
            let first_edit = edits.all.len();
            edits.all.extend(done);
            if edits.alone && problems.errors() == before {
                let planned = Planned {
                    variant: all.len(),
                    view: variant.view.unwrap_or(View::Effective),
                    tree: believed.clone(),
                    before: documents[..place].to_vec(),
                    plan: document.clone(),
                    after: documents[place + 1..].to_vec(),
                    first_edit,
                    name: &name.value,
                };
                edits.ablations.extend(ablation::ablations(&planned, problems));
            }
        }
        variation.system(&mut patched, problems);
        let system = SystemDoc::decode(&patched, problems);
        if let (Some(system), true) = (system, problems.errors() == before) {
            let (later, done) =
                rollout::steps(scenario, Some(&name.value), &patched, inputs, problems);
            let known = done.first().is_some_and(|edit| reported.contains(&edit.plan));
            if !known {
                reported.extend(done.iter().map(|edit| edit.plan.clone()));
                edits.all.extend(done);
            }
            all.push(VariantInput {
                name: name.value.clone(),
                about: about(variant.about.as_ref()),
                view: variant.view.unwrap_or(View::Effective),
                system,
                later,
            });
        }
    }
    all
}

/// Position of `name` in `map`, or a problem that names what there is.
fn find<T>(
    map: &Map<T>,
    name: &values::Name,
    what: &str,
    code: &'static str,
    problems: &mut Problems,
) -> Option<usize> {
    let position = map.position(&name.text);
    if position.is_none() {
        let help = problems.suggest(&name.text, map.names());
        problems.report(code, name.span, format!("there is no {what} `{}`", name.text), help);
    }
    position
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::yaml::Value;

    fn json(node: &Node) -> Json {
        match &node.value {
            _ if node.is_null() => Json::Null,
            Value::Scalar { text, quoted: false } => {
                serde_json::from_str(text).unwrap_or_else(|_| Json::from(text.as_str()))
            }
            Value::Scalar { text, .. } => Json::from(text.as_str()),
            Value::List(items) => items.iter().map(json).collect(),
            Value::Map(entries) => {
                entries.iter().map(|entry| (entry.key.clone(), json(&entry.value))).collect()
            }
        }
    }

    /// What the program reads, an editor with the schemas must accept.
    #[test]
    fn schemas_accept_what_is_read() {
        let documents = [
            ("scenario", "scenarios/mm1.yaml"),
            ("scenario", "scenarios/before-after.yaml"),
            ("system", "shop/system.yaml"),
            ("calibration", "shop/calibrations/code.yaml"),
            ("plan", "shop/plans/more.yaml"),
            ("plan", "shop/plans/intended.yaml"),
            ("catalog", "catalog/parts.yaml"),
        ];
        for (kind, path) in documents {
            let mut problems = Problems::default();
            let path = Path::new("tests/fixtures").join(path);
            let keys: &[&str] = if kind == "catalog" { &files::CATALOG } else { &[kind] };
            let source = Files::default().text(&path, None, keys, &mut problems).expect("a file");
            let tree = json(&yaml::parse(source, &mut problems).expect("YAML"));
            let (_, schema) =
                schemas().into_iter().find(|(name, _)| *name == kind).expect("a schema");
            let validator = jsonschema::draft7::new(&schema).expect("a valid schema");
            let faults: Vec<String> =
                validator.iter_errors(&tree).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{}: {faults:#?}", path.display());
        }
    }

    /// The keys that tell a catalogue from other files are all that it can have.
    #[test]
    fn a_catalogue_is_known_by_any_of_its_keys() {
        let schema = decode::root_schema::<CatalogDoc>("x");
        let properties = &schema["definitions"]["CatalogDoc"]["properties"];
        let properties = properties.as_object().expect("an object");
        let mut known = files::CATALOG;
        known.sort_unstable();
        // These two stand in any document.
        let own = properties.keys().filter(|key| !["basis", "source"].contains(&key.as_str()));
        assert_eq!(own.map(String::as_str).collect::<Vec<_>>(), known);
    }

    #[test]
    fn places_are_counted_in_characters() {
        let mut problems = Problems::default();
        let text = "이름: 상점\nkey: [값, 둘]\n".to_owned();
        let source = problems.source("korean.yaml".into(), text.clone());
        let tree = yaml::parse(source, &mut problems).expect("YAML");
        let Value::List(items) = &tree.get("key").expect("the key").value else {
            panic!("no list")
        };
        let span = items[1].span;
        assert_eq!((span.line, span.column), (2, 10));
        assert_eq!(&text[span.start as usize..span.end as usize], "둘");
    }
}
