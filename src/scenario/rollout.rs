//! Systems of a variant as a day's timeline changes them: one document after another.

use super::decode::Decode;
use super::document::{
    ApplyDoc, ChangeDoc, DayDoc, HappeningDoc, PlanDoc, RolloutWord, ScenarioDoc, SetDoc, SystemDoc,
};
use super::named::Named;
use super::plan;
use super::problem::{Problems, SourceSpan};
use super::yaml::{Node, Value};
use crate::study::result::Edit;
use crate::units::Span;

/// The system from some instant on.
#[derive(Clone, Debug)]
pub(crate) struct RolloutStep {
    /// Time of the change, from midnight.
    pub(super) at: Span,
    /// Short text of the change in the scenario.
    pub(super) what: String,
    /// Location of that text.
    pub(super) span: SourceSpan,
    /// Rollout strategy, in place of the services' own.
    pub(super) by: Option<RolloutWord>,
    /// System document after the change.
    pub(super) system: SystemDoc,
}

/// Returns the successive states of a variant's system `tree` on the scenario's day, in order of
/// time, and the effect of each edit of a plan. A variant whose day is not run has none.
pub(super) fn steps(
    scenario: &ScenarioDoc,
    variant: Option<&str>,
    tree: &Node,
    inputs: &mut Named<'_>,
    problems: &mut Problems,
) -> (Vec<RolloutStep>, Vec<Edit>) {
    let is_run = |day: &&DayDoc| {
        let named = |name: &str| day.variants.iter().any(|other| other.text == name);
        day.variants.is_empty() || variant.is_none_or(named)
    };
    let mut changes: Vec<(Span, SourceSpan, &HappeningDoc)> = scenario
        .day
        .iter()
        .filter(is_run)
        .flat_map(|day| &day.timeline)
        .filter(|timed| matches!(timed.what, HappeningDoc::Apply(_) | HappeningDoc::Set(_)))
        .map(|timed| (timed.at.value.span(), timed.at.span, &timed.what))
        .collect();
    changes.sort_by_key(|(at, ..)| *at);
    let (mut steps, mut edits): (Vec<RolloutStep>, Vec<Edit>) = (Vec::new(), Vec::new());
    let (mut now, mut what, mut how) = (tree.clone(), Vec::new(), None);
    for (place, (at, span, change)) in changes.iter().enumerate() {
        let (said, by) = match change {
            HappeningDoc::Apply(apply) => {
                if let Some(plan) = inputs.plan(&apply.plan, problems) {
                    edits.extend(apply_edits(&mut now, tree, (apply, &plan), problems));
                }
                (name_of(apply), apply.by)
            }
            HappeningDoc::Set(set) => {
                write(&mut now, set, problems);
                (format!("{} = {}", set.path.value.0, set.to.value.0), set.by)
            }
            _ => continue,
        };
        what.push(said);
        how = by.or(how);
        if changes.get(place + 1).is_some_and(|next| next.0 == *at) {
            continue; // All of an instant is one change.
        }
        let Some(system) = SystemDoc::decode(&now, problems) else { break };
        let what = std::mem::take(&mut what).join(", ");
        steps.push(RolloutStep { at: *at, what, span: *span, by: how.take(), system });
    }
    (steps, edits)
}

fn name_of(apply: &ApplyDoc) -> String {
    let back = apply.back.is_some_and(|back| back.0).then_some("back");
    let which = apply.edits.iter().map(|edit| edit.value.0.as_str());
    let which: Vec<&str> = which.chain(back).collect();
    let plan = &apply.plan.text;
    if which.is_empty() { plan.clone() } else { format!("{plan} ({})", which.join(", ")) }
}

/// Makes the selected edits, or reverts them.
fn apply_edits(
    now: &mut Node,
    first: &Node,
    (apply, plan): (&ApplyDoc, &PlanDoc),
    problems: &mut Problems,
) -> Vec<Edit> {
    let mut part = plan.clone();
    let named = |change: &ChangeDoc, name: &str| {
        let below = change.set.value.0.strip_prefix(name);
        change.edit.as_ref().is_some_and(|edit| edit.0 == name)
            || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    part.changes.retain(|change| {
        apply.edits.is_empty() || apply.edits.iter().any(|edit| named(change, &edit.value.0))
    });
    for edit in &apply.edits {
        if !plan.changes.iter().any(|change| named(change, &edit.value.0)) {
            let message = format!("the plan `{}` has no edit `{}`", plan.plan.text, edit.value.0);
            problems.add("E0201", edit.span, message);
        }
    }
    if !apply.back.is_some_and(|back| back.0) {
        return plan::apply(now, &part, problems);
    }
    for change in &part.changes {
        for trail in plan::settings(now, &change.set.value.0, change.set.span, problems) {
            let before = plan::node_at(&mut first.clone(), &trail).cloned();
            if let (Some(before), Some(node)) = (before, plan::node_at(now, &trail)) {
                *node = before;
            }
        }
    }
    Vec::new()
}

fn write(now: &mut Node, set: &SetDoc, problems: &mut Problems) {
    for trail in plan::settings(now, &set.path.value.0, set.path.span, problems) {
        if let Some(node) = plan::node_at(now, &trail) {
            let scalar = Value::Scalar { text: set.to.value.0.clone(), quoted: false };
            *node = Node { span: set.to.span, value: scalar };
        }
    }
}
