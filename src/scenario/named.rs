//! Documents of a system that are referred to by name: plans and calibrations.

use std::collections::BTreeMap;
use std::path::Path;

use super::decode::Decode;
use super::document::PlanDoc;
use super::files::{Files, clean};
use super::problem::{Problems, SourceSpan};
use super::values::Name;
use super::yaml::Node;
use crate::study::result::Edit;

/// Reads the plans and calibrations of a system by name.
pub(super) struct Named<'a> {
    pub(super) files: &'a mut Files,
    pub(super) folder: &'a Path,
    pub(super) plans: BTreeMap<String, Option<PlanDoc>>,
}

impl Named<'_> {
    /// Returns the plans that made these edits, in their order.
    pub(super) fn carried_out(&self, edits: &[Edit]) -> Vec<PlanDoc> {
        let mut names: Vec<&str> = edits.iter().map(|edit| edit.plan.as_str()).collect();
        names.dedup();
        names.into_iter().filter_map(|name| self.plans.get(name).cloned().flatten()).collect()
    }

    /// Reads the document of this name in a folder of the system, such as `plans`.
    pub(super) fn file(
        &mut self,
        folder: &str,
        name: &str,
        span: SourceSpan,
        kind: &str,
        problems: &mut Problems,
    ) -> Option<Node> {
        let folder = self.folder.join(folder);
        let path = folder.join(format!("{name}.yaml"));
        if !self.files.is_there(&path) {
            let files = self.files.yaml_files(&folder);
            let stems: Vec<_> =
                files.iter().filter_map(|path| path.file_stem()?.to_str()).collect();
            let help = problems.suggest(name, stems);
            let message = format!("the {kind} `{name}` has no file `{}`", clean(&path));
            problems.report("E0001", span, message, help);
            return None;
        }
        self.files.document(&path, Some(span), kind, problems)
    }

    /// Returns the plan of this name; its file is read once.
    pub(super) fn plan(&mut self, name: &Name, problems: &mut Problems) -> Option<PlanDoc> {
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

/// Checks that the name inside a document equals that of its file.
pub(super) fn same_name(inside: &Name, file: &str, problems: &mut Problems) {
    if inside.text != file {
        let message = format!("the file `{file}.yaml` calls itself `{}`", inside.text);
        problems.add("E0011", inside.span, message);
    }
}
