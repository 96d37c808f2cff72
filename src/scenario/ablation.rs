//! Ablation of plans, edit by edit: the system without the plan, with one edit alone, and with all
//! but it.

use super::decode::Decode;
use super::document::{PlanDoc, SystemDoc, View};
use super::documents::VariantInput;
use super::plan;
use super::problem::Problems;
use super::yaml::Node;

/// A plan within a variant.
pub(super) struct Planned<'a> {
    /// Index of the variant.
    pub(super) variant: usize,
    /// Value of settings that is simulated, written or effective.
    pub(super) view: View,
    /// System document with the variant's beliefs applied.
    pub(super) tree: Node,
    /// Plans carried out before it, in order.
    pub(super) before: Vec<PlanDoc>,
    /// The plan itself.
    pub(super) plan: PlanDoc,
    /// Plans carried out after it.
    pub(super) after: Vec<PlanDoc>,
    /// Index of its first edit in the study's list; each change is one edit.
    pub(super) first_edit: usize,
    /// Name of the variant, for messages.
    pub(super) name: &'a str,
}

/// An edit with the systems that determine its contribution.
pub(super) struct AblationInput {
    /// Indices of its settings in the study's list of edits.
    pub(super) edits: Vec<usize>,
    /// Index of the variant.
    pub(super) variant: usize,
    /// The system without the plan, with this edit alone, and with all of the plan but this edit.
    pub(super) systems: [VariantInput; 3],
}

/// Returns the ablations of a plan. Changes with the same number form one edit. An edit is left out
/// where the system is invalid with it alone or without it.
pub(super) fn ablations(planned: &Planned<'_>, problems: &Problems) -> Vec<AblationInput> {
    let changes = &planned.plan.changes;
    let mut groups: Vec<(Option<&str>, Vec<usize>)> = Vec::new();
    for (place, change) in changes.iter().enumerate() {
        let number = change.edit.as_ref().map(|edit| edit.0.as_str());
        match groups.iter_mut().find(|(known, _)| number.is_some() && *known == number) {
            Some((_, places)) => places.push(place),
            None => groups.push((number, vec![place])),
        }
    }
    let system = |keep: &dyn Fn(usize) -> bool| -> Option<VariantInput> {
        let mut scratch = problems.scratch();
        let mut tree = planned.tree.clone();
        let mut part = planned.plan.clone();
        let kept = changes.iter().enumerate().filter(|(place, _)| keep(*place));
        part.changes = kept.map(|(_, change)| change.clone()).collect();
        for plan in planned.before.iter().chain([&part]).chain(&planned.after) {
            plan::apply(&mut tree, plan, &mut scratch);
        }
        let system = SystemDoc::decode(&tree, &mut scratch)?;
        let input = VariantInput {
            name: planned.name.to_owned(),
            about: String::new(),
            view: planned.view,
            system,
            later: Vec::new(),
        };
        (scratch.errors() == 0).then_some(input)
    };
    groups
        .iter()
        .filter_map(|(_, places)| {
            let before = system(&|_| false)?;
            let alone = system(&|place| places.contains(&place))?;
            let without = system(&|place| !places.contains(&place))?;
            Some(AblationInput {
                edits: places.iter().map(|place| planned.first_edit + place).collect(),
                variant: planned.variant,
                systems: [before, alone, without],
            })
        })
        .collect()
}
