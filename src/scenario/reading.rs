//! From files to a study: reads documents, carries out plans, resolves.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::ablation::{self, AblationInput, Planned};
use super::catalog;
use super::decode::Decode;
use super::document::{
    self, CalibrationDoc, PlanDoc, ScenarioDoc, SystemDoc, SystemSource, VariantDoc, View,
};
use super::documents::{Documents, VariantInput};
use super::files::{Files, Snapshot};
use super::further::Further;
use super::loaded::Options;
use super::named::{Named, same_name};
use super::plan;
use super::problem::Problems;
use super::resolve;
use super::rollout;
use super::sizing;
use super::values::Text;
use super::variation::Variation;
use super::yaml::Node;
use crate::study::result::Edit;
use crate::study::setup::Study;

/// Reads the scenario with all that it names and with its settings changed. Problems are reported
/// on the way.
pub(super) fn read(
    path: &Path,
    options: &Options,
    snapshot: &Arc<Snapshot>,
    variation: &mut Variation,
    problems: &mut Problems,
) -> Option<(Study, Documents, Further)> {
    let mut files = Files::of(snapshot);
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
    let question = resolve::Parsed {
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
    let further = Further {
        ladder_up_to: document::ladder_up_to(scenario.ladder.as_ref(), &study.load, problems),
        uncertain: document::uncertainty(scenario.uncertain.as_ref(), problems),
        growth: document::growth(scenario.growth.as_ref(), problems),
        size: sizing::declared(&scenario, problems),
    };
    let system = system_tree;
    let documents = Documents { scenario, variants, system, catalog, region, plans, sources };
    Some((study, documents, further))
}

/// Edits of all plans, and the systems that determine the contribution of each.
#[derive(Default)]
struct Edits {
    all: Vec<Edit>,
    /// Whether to ablate each edit.
    alone: bool,
    ablations: Vec<AblationInput>,
}

/// Returns each variant: the system's tree with beliefs and plans applied, decoded anew.
fn variants(
    scenario: &ScenarioDoc,
    base: &SystemDoc,
    tree: &Node,
    inputs: &mut Named<'_>,
    (edits, variation): &mut (&mut Edits, &mut Variation),
    problems: &mut Problems,
) -> Vec<VariantInput> {
    let about = |text: Option<&Text>| text.map(|text| text.0.clone()).unwrap_or_default();
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
