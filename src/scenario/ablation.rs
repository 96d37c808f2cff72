//! Edits of plans one at a time: what runs without the plan, with one edit alone, and with all but it.

use super::decode::Decode;
use super::document::{PlanDoc, SystemDoc, View};
use super::documents::VariantInput;
use super::plan;
use super::problem::Problems;
use super::yaml::Node;

/// A plan as a variant carries it out.
pub(super) struct Planned<'a> {
    /// Index of the variant.
    pub(super) variant: usize,
    /// Which settings count.
    pub(super) view: View,
    /// The system with what the variant believes.
    pub(super) tree: Node,
    /// The plans before it, in order.
    pub(super) before: Vec<PlanDoc>,
    /// The plan.
    pub(super) plan: PlanDoc,
    /// The plans after it.
    pub(super) after: Vec<PlanDoc>,
    /// Index of its first edit in the study's list; each change is one.
    pub(super) first_edit: usize,
    /// Name of the variant, for messages.
    pub(super) name: &'a str,
}

/// An edit with the systems that tell what it contributes.
pub(super) struct AblationInput {
    /// Indices of its settings in the study's list of edits.
    pub(super) edits: Vec<usize>,
    /// Index of the variant.
    pub(super) variant: usize,
    /// Without the plan, with this edit alone, with all of the plan but this edit.
    pub(super) systems: [VariantInput; 3],
}

/// The edits of a plan one at a time. Changes of one number are one edit. An edit without which the rest of
/// the plan makes no system, or which makes none alone, is left out.
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
