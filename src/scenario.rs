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
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

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
use self::problem::{Problems, Span};
use self::variation::Variation;
use self::workshop::Levers;
use self::yaml::Node;
use crate::study::growth::Growth;
use crate::study::result::Edit;
use crate::study::setup::{Change, Input, Study};
use crate::study::uncertain::Uncertainty;

/// Largest file \[bytes\].
const LARGEST_FILE: u64 = 4 * 1024 * 1024;
/// Most files of a study.
const MOST_FILES: usize = 200;

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
    /// Warnings; the study repeats them as text.
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
            study.warnings.extend(warnings.iter().map(|warning| warning.message.clone()));
            study.warnings.append(&mut variation.notes);
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

/// The files read so far.
#[derive(Default)]
struct Files {
    inputs: Vec<Input>,
    columns: BTreeMap<PathBuf, Option<Arc<[f64]>>>,
}

impl Files {
    /// Read a text. `from` is the place that names the file, if one does.
    fn text(&mut self, path: &Path, from: Option<Span>, problems: &mut Problems) -> Option<u32> {
        let shown = clean(path);
        let fail = |code, message: String, problems: &mut Problems| {
            let span = from.unwrap_or_else(|| Span {
                source: problems.source(shown.clone(), String::new()),
                ..Span::default()
            });
            problems.report(code, span, message, None);
            None
        };
        if self.inputs.len() >= MOST_FILES {
            let message = format!("a study reads at most {MOST_FILES} files");
            return fail("E0002", message, problems);
        }
        let bytes = match read_bytes(path) {
            Ok(bytes) => bytes,
            Err(reason) => {
                return fail("E0001", format!("cannot read `{shown}`: {reason}"), problems);
            }
        };
        if bytes.len() as u64 > LARGEST_FILE {
            return fail("E0002", format!("`{shown}` is larger than 4 MiB"), problems);
        }
        self.register(shown.clone(), &bytes);
        let Ok(text) = String::from_utf8(bytes) else {
            return fail("E0003", format!("`{shown}` is not UTF-8"), problems);
        };
        Files::checked(shown, text, problems)
    }

    fn register(&mut self, path: String, bytes: &[u8]) {
        if !self.inputs.iter().any(|input| input.path == path) {
            self.inputs.push(Input { path, digest: digest(bytes) });
        }
    }

    /// Register a text after a look at its characters.
    fn checked(path: String, text: String, problems: &mut Problems) -> Option<u32> {
        let text = text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text);
        let odd = |letter: &char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
        if let Some((at, letter)) = text.char_indices().find(|(_, letter)| odd(letter)) {
            let line = text[..at].matches('\n').count() + 1;
            let shown = path.clone();
            let source = problems.source(path, String::new());
            let span = Span { source, line: line as u32, ..Span::default() };
            let code = u32::from(letter);
            let message = format!("`{shown}` holds the control character U+{code:04X}");
            problems.add("E0003", span, message);
            return None;
        }
        Some(problems.source(path, text))
    }

    /// Read a document of the type `kind`.
    fn document(
        &mut self,
        path: &Path,
        from: Option<Span>,
        kind: &str,
        problems: &mut Problems,
    ) -> Option<Node> {
        let source = self.text(path, from, problems)?;
        let node = yaml::parse(source, problems)?;
        if node.get(kind).is_some() {
            return Some(node);
        }
        let types = ["scenario", "plan", "calibration", "system"];
        if let Some(other) = types.iter().find(|other| node.get(other).is_some()) {
            let message = format!("this is the file of a {other}; a {kind} is needed");
            problems.add("E0010", node.span, message);
            return None;
        }
        Some(node)
    }

    /// Measured times from a file of one column \[ms\], in rising order \[s\].
    fn column(&mut self, from: Span, name: &str, problems: &mut Problems) -> Option<Arc<[f64]>> {
        let holder = PathBuf::from(problems.path(from.source));
        let path = holder.parent().unwrap_or(Path::new("")).join(name);
        if let Some(known) = self.columns.get(&path) {
            return known.clone();
        }
        let read = self.text(&path, Some(from), problems).and_then(|source| {
            let text = problems.text(source)?;
            column_of(source, &text.text, problems)
        });
        self.columns.insert(path, read.clone());
        read
    }
}

fn column_of(source: u32, text: &str, problems: &mut Problems) -> Option<Arc<[f64]>> {
    let mut values = Vec::new();
    let mut start = 0;
    for (index, line) in text.split('\n').enumerate() {
        let cell = line.trim().trim_matches('"');
        let end = start + line.trim_end().len();
        match cell.parse::<f64>() {
            Ok(value) if value >= 0.0 && value / 1000.0 <= values::LONGEST => {
                values.push(value / 1000.0);
            }
            // The first line may be a heading.
            Err(_) if index == 0 || cell.is_empty() => {}
            _ => {
                let (start, end, line) = (start as u32, end as u32, index as u32 + 1);
                let span = Span { source, start, end, line, column: 1 };
                let message = "expected one time in milliseconds on each line";
                problems.add("E0104", span, message);
                return None;
            }
        }
        start += line.len() + 1;
    }
    if values.is_empty() {
        problems.add("E0009", Span { source, ..Span::default() }, "the file holds no times");
        return None;
    }
    values.sort_by(f64::total_cmp);
    Some(values.into())
}

/// The only place of the library's loading that touches the disk, beside listing folders.
fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    use std::io::Read as _;
    let fault = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        kind => kind.to_string(),
    };
    let about = std::fs::metadata(path).map_err(fault)?;
    if !about.is_file() {
        return Err("it is not a file".into());
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(fault)?;
    // One byte more than allowed shows that there is more.
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(fault)?;
    Ok(bytes)
}

/// The YAML files of a folder in order of their names; none where there is no such folder.
fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .take(MOST_FILES)
        .collect();
    paths.sort();
    paths
}

/// FNV-1a, 64 bits, in hexadecimal.
fn digest(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    format!("{hash:016x}")
}

/// A path to show: `a/b/../c` is `a/c`.
fn clean(path: &Path) -> String {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            (Component::CurDir, _) => {}
            _ => parts.push(part),
        }
    }
    parts.iter().collect::<PathBuf>().to_string_lossy().into_owned()
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
            let source = Files::default().text(&path, None, &mut problems).expect("a file");
            let tree = json(&yaml::parse(source, &mut problems).expect("YAML"));
            let (_, schema) =
                schemas().into_iter().find(|(name, _)| *name == kind).expect("a schema");
            let validator = jsonschema::draft7::new(&schema).expect("a valid schema");
            let faults: Vec<String> =
                validator.iter_errors(&tree).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{}: {faults:#?}", path.display());
        }
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
