//! Plans: patches of a system's document, and the effect of each edit on the running system.

use std::collections::BTreeSet;

use super::document::{ChangeDoc, PlanDoc};
use super::problem::{Problems, SourceSpan};
use super::values::canonical;
use super::yaml::{Entry, Node, Value};
use crate::study::effect::{Effect, Places};
use crate::study::result::Edit;

/// Path from the root of a tree as positions of entries.
pub(super) type Trail = Vec<usize>;

/// Carries out the plan's changes on `tree`; returns the effect of each.
pub(crate) fn apply(tree: &mut Node, plan: &PlanDoc, problems: &mut Problems) -> Vec<Edit> {
    let mut changed: BTreeSet<Trail> = BTreeSet::new();
    let mut edits = Vec::new();
    for change in &plan.changes {
        let mut effects = Vec::new();
        for trail in settings(tree, &change.set.value.0, change.set.span, problems) {
            if !changed.insert(trail.clone()) {
                let message = format!("`{}` is changed twice", name_of(tree, &trail));
                problems.add("E0404", change.set.span, message);
                continue;
            }
            if let Some(effect) = carry_out(tree, &trail, change, problems) {
                effects.push(effect);
            }
        }
        let Some(first) = effects.first() else { continue };
        let working = effects.iter().filter(|effect| effect.works()).count();
        let effect = effects.iter().find(|effect| effect.works()).unwrap_or(first).clone();
        let of = effects.len();
        let from = change.from.value.0.clone();
        let believed = change.believed.as_ref().map(|believed| believed.value.0.clone());
        edits.push(Edit {
            plan: plan.plan.text.clone(),
            edit: change.edit.as_ref().map(|edit| edit.0.clone()),
            set: change.set.value.0.clone(),
            believed: believed.filter(|believed| !equal(believed, &from)),
            from,
            to: change.to.value.0.clone(),
            file: change.file.as_ref().map(|file| file.0.clone()),
            effective: working > 0,
            effect,
            places: (of > 1).then_some(Places { working, of }),
            contribution: None,
        });
    }
    edits
}

/// Applies the beliefs of the plan's author as if they were true.
pub(crate) fn believe(tree: &mut Node, plan: &PlanDoc, problems: &mut Problems) {
    let of_changes = plan
        .changes
        .iter()
        .filter_map(|change| change.believed.as_ref().map(|believed| (&change.set, believed)));
    let of_plan = plan.believes.iter().map(|belief| (&belief.set, &belief.value));
    for (set, value) in of_changes.chain(of_plan) {
        for trail in settings(tree, &set.value.0, set.span, problems) {
            let scalar = Value::Scalar { text: value.value.0.clone(), quoted: false };
            if let Some(node) = node_at(tree, &trail) {
                *node = Node { span: value.span, value: scalar };
            }
        }
    }
}

/// Writes a change at one place; returns its effect.
fn carry_out(
    tree: &mut Node,
    trail: &[usize],
    change: &ChangeDoc,
    problems: &mut Problems,
) -> Option<Effect> {
    let names = names_of(tree, trail);
    let dead = dead_replicas(tree, trail, &names);
    let force = change.force.is_some_and(|force| force.0);
    let (from, to) = (&change.from.value.0, &change.to.value.0);
    let node = node_at(tree, trail)?;
    let written = node.get("written").unwrap_or(node).quote();
    if !equal(&written, from) {
        let message = format!(
            "the plan is stale: it changes `{}` from {from}, but {written} is written",
            names.join("."),
        );
        let help = format!("write `from: {written}`; what the author believed goes to `believed`");
        problems.help("E0402", change.from.span, message, help);
        return None;
    }
    let same = equal(from, to);
    let believed = change.believed.as_ref().map(|believed| &believed.value.0);
    let believed = believed.filter(|believed| !equal(believed, from)).cloned();
    let unchanged = Effect::Unchanged { to: to.clone(), believed };
    let scalar =
        || Node { span: change.to.span, value: Value::Scalar { text: to.clone(), quoted: false } };
    if let Value::Map(entries) = &mut node.value {
        let text = |key: &str, entries: &[Entry]| {
            entries.iter().find(|entry| entry.key == key).map(|entry| entry.value.quote())
        };
        let runs = text("runs", entries).unwrap_or_default();
        let because = text("because", entries);
        for entry in entries.iter_mut() {
            if entry.key == "written" || (force && entry.key == "runs") {
                entry.value = scalar();
            }
        }
        if same && (!force || equal(&runs, to)) {
            return Some(unchanged);
        }
        if !force {
            return Some(match because {
                Some(because) => Effect::NoEffect { runs, because },
                None => Effect::Unreached { runs },
            });
        }
        if equal(&runs, to) {
            return Some(Effect::RunsAlready { runs });
        }
    } else {
        *node = scalar();
        if same {
            return Some(unchanged);
        }
    }
    Some(match dead {
        Some(minimum) => Effect::DeadReplicas { minimum },
        None if simulated(&names) => Effect::Changes,
        None => Effect::NotSimulated,
    })
}

/// Whether two texts denote the same value, in whatever notation.
pub(super) fn equal(one: &str, other: &str) -> bool {
    one == other
        || matches!((canonical(one), canonical(other)), (Some(a), Some(b))
            if a.1 == b.1 && (a.0 - b.0).abs() <= 1e-9 * a.0.abs())
}

/// Returns the autoscaler's minimum where `trail` leads to the replicas of an autoscaled service.
fn dead_replicas(tree: &mut Node, trail: &[usize], names: &[String]) -> Option<String> {
    let (_, above) = trail.split_last()?;
    if names.last()? != "replicas" {
        return None;
    }
    let minimum = node_at(tree, above)?.get("autoscaling")?.get("min")?;
    Some(minimum.get("runs").unwrap_or(minimum).quote())
}

/// Whether anything simulated depends on the setting.
fn simulated(names: &[String]) -> bool {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let aside = matches!(
        names.as_slice(),
        ["services", _, "autoscaling", "kind"]
            | ["services", _, "pod", "memory", "limit" | "heap_share"]
            | ["databases", _, "engine"]
            | ["caches", _, "class"]
            | ["region" | "about", ..]
            | []
    );
    !aside
}

/// Finds the places to which the path `set` leads: single values and settings only.
pub(super) fn settings(
    tree: &Node,
    set: &str,
    span: SourceSpan,
    problems: &mut Problems,
) -> Vec<Trail> {
    let mut found = Vec::new();
    let mut reached = (0, tree, set);
    search(tree, set, &mut Vec::new(), &mut found, &mut reached);
    if found.is_empty() {
        let (_, node, rest) = reached;
        let wanted = rest.split('.').next().unwrap_or(rest);
        let names = node.entries().unwrap_or_default().iter().map(|entry| entry.key.as_str());
        let message = format!("`{set}` is not in the system: there is no `{wanted}`");
        let help = problems.suggest(wanted, names);
        problems.report("E0401", span, message, help);
    }
    let single = |trail: &Trail| {
        let mut node = tree;
        for &at in trail {
            node = &node.entries().unwrap_or_default()[at].value;
        }
        node.text().is_some() || node.get("written").is_some() || node.get("runs").is_some()
    };
    if let Some(other) = found.iter().find(|trail| !single(trail)) {
        let message = format!("`{}` is not a single value", name_of(tree, other));
        problems.add("E0403", span, message);
        return Vec::new();
    }
    found
}

/// Finds the places of any kind to which the path `set` leads, without reporting a problem where
/// there are none.
pub(super) fn found(tree: &Node, set: &str) -> Vec<Trail> {
    let mut found = Vec::new();
    search(tree, set, &mut Vec::new(), &mut found, &mut (0, tree, set));
    found
}

/// Whether a setting has no effect because its service is autoscaled.
pub(super) fn dead(tree: &mut Node, trail: &[usize]) -> bool {
    let names = names_of(tree, trail);
    dead_replicas(tree, trail, &names).is_some()
}

/// Follows `rest` below `node`. Keys may contain dots, so each key is matched against the start of
/// the path. `reached` keeps the deepest place, for the message where nothing is found.
fn search<'a>(
    node: &'a Node,
    rest: &'a str,
    trail: &mut Trail,
    found: &mut Vec<Trail>,
    reached: &mut (usize, &'a Node, &'a str),
) {
    if trail.len() > reached.0 {
        *reached = (trail.len(), node, rest);
    }
    for (at, entry) in node.entries().unwrap_or_default().iter().enumerate() {
        let below = rest.strip_prefix('*').or_else(|| rest.strip_prefix(entry.key.as_str()));
        let Some(below) = below else { continue };
        trail.push(at);
        if below.is_empty() {
            found.push(trail.clone());
        } else if let Some(below) = below.strip_prefix('.') {
            search(&entry.value, below, trail, found, reached);
        }
        trail.pop();
    }
}

pub(super) fn node_at<'a>(tree: &'a mut Node, trail: &[usize]) -> Option<&'a mut Node> {
    let mut node = tree;
    for &at in trail {
        let Value::Map(entries) = &mut node.value else { return None };
        node = &mut entries.get_mut(at)?.value;
    }
    Some(node)
}

fn names_of(tree: &Node, trail: &[usize]) -> Vec<String> {
    let mut node = tree;
    let mut names = Vec::new();
    for &at in trail {
        let Some(entry) = node.entries().and_then(|entries| entries.get(at)) else { break };
        names.push(entry.key.clone());
        node = &entry.value;
    }
    names
}

pub(super) fn name_of(tree: &Node, trail: &[usize]) -> String {
    names_of(tree, trail).join(".")
}
