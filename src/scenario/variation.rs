//! Settings changed from outside: by a sweep, a ladder, or a what-if question.
//!
//! A path leads into the system's document as in plans, into the scenario's (`load.rate`,
//! `targets.p99`), or into the calibrations (`times.request`). A change affects both the written
//! and the effective value, after plans are carried out. A setting that is not written can be
//! changed too; names cannot be made up. A value `*1.5` multiplies the written one; of a law of
//! times, its mean and its whole range.

mod factor;

use super::decode::Decode;
use super::document::SystemDoc;
use super::plan;
use super::problem::{Problems, SourceSpan};
use super::yaml::{Entry, Node, Value};
use crate::study::caution::Caution;
use crate::study::setup::Change;

/// First keys of paths into the scenario.
const OF_SCENARIO: [&str; 16] = [
    "load",
    "targets",
    "window",
    "replications",
    "batches",
    "precision",
    "search",
    "day",
    "seed",
    "curve",
    "mixes",
    "mix",
    "variants",
    "journeys",
    "theory",
    "ladder",
];
/// Top-level settings of a system.
const OF_SYSTEM: [&str; 2] = ["metrics_server", "region"];
/// Keys of the users of a load, which a path may leave out: `load.mau`.
const OF_USERS: [&str; 4] = ["mau", "daily", "concurrent", "calls"];
/// Keys of mappings from names.
const NAMED: [&str; 17] = [
    "services",
    "databases",
    "caches",
    "topics",
    "locks",
    "node_groups",
    "pools",
    "endpoints",
    "listeners",
    "times",
    "journeys",
    "variants",
    "mixes",
    "requests",
    "prices",
    "deployments",
    "proxies",
];

/// Changes on their way into the documents.
pub(super) struct Variation {
    changes: Vec<Placed>,
    /// Notes on the changes for the reader.
    pub(super) notes: Vec<Caution>,
}

struct Placed {
    path: String,
    to: String,
    /// Locations of path and value in the text that messages show.
    path_span: SourceSpan,
    to_span: SourceSpan,
    /// Whether a calibration has the setting, so that the system need not.
    calibrated: bool,
}

impl Variation {
    /// Parses the changes; `from` names their origin, in messages.
    pub(super) fn new(changes: &[Change], from: &str, problems: &mut Problems) -> Variation {
        let placed = |change: &Change| {
            let text = format!("{}={}", change.path, change.to);
            let (middle, end) = (change.path.len() as u32, text.len() as u32);
            let source = problems.source(from.to_owned(), text);
            let span = |start, end| SourceSpan { source, start, end, line: 1, column: start + 1 };
            Placed {
                path: change.path.clone(),
                to: change.to.clone(),
                path_span: span(0, middle),
                to_span: span(middle + 1, end),
                calibrated: false,
            }
        };
        Variation { changes: changes.iter().map(placed).collect(), notes: Vec::new() }
    }

    /// Changes the scenario's own settings.
    pub(super) fn scenario(&mut self, tree: &mut Node, problems: &mut Problems) {
        let users = tree.get("load").is_some_and(|load| load.get("users").is_some());
        for change in self.changes.iter_mut().filter(|change| of_scenario(&change.path)) {
            if let Some(key) = change.path.strip_prefix("load.")
                && users
                && OF_USERS.contains(&key)
            {
                change.path = format!("load.users.{key}");
            }
            set(tree, change, problems);
        }
    }

    /// Changes the times and unit costs that a calibration has.
    pub(super) fn calibration(&mut self, tree: &mut Node, problems: &mut Problems) {
        for change in self.changes.iter_mut().filter(|change| of_calibration(&change.path)) {
            if !plan::found(tree, &change.path).is_empty() {
                change.calibrated = true;
                set(tree, change, problems);
            }
        }
    }

    /// Returns the system before plans with its settings changed; `None` after a problem.
    pub(super) fn base(
        &mut self,
        base: SystemDoc,
        tree: &Node,
        problems: &mut Problems,
    ) -> Option<SystemDoc> {
        if self.changes.is_empty() {
            return Some(base);
        }
        let mut tree = tree.clone();
        self.system(&mut tree, problems);
        SystemDoc::decode(&tree, problems)
    }

    /// Changes the system's settings, identically for each variant.
    pub(super) fn system(&mut self, tree: &mut Node, problems: &mut Problems) {
        for change in self.changes.iter_mut().filter(|change| !of_scenario(&change.path)) {
            if change.calibrated && plan::found(tree, &change.path).is_empty() {
                continue;
            }
            set(tree, change, problems);
            if plan::found(tree, &change.path).iter().any(|trail| plan::dead(tree, trail)) {
                let note = Caution::DeadReplicas { path: change.path.clone() };
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
            }
        }
    }
}

fn first_key(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

fn of_scenario(path: &str) -> bool {
    OF_SCENARIO.contains(&first_key(path))
}

fn of_calibration(path: &str) -> bool {
    matches!(first_key(path), "times" | "units")
}

/// Writes the change's value to the places of its path.
fn set(tree: &mut Node, change: &Placed, problems: &mut Problems) {
    let scalar = Value::Scalar { text: change.to.clone(), quoted: false };
    let value = Node { span: change.to_span, value: scalar };
    let known = of_scenario(&change.path)
        || of_calibration(&change.path)
        || tree.get(first_key(&change.path)).is_some()
        || OF_SYSTEM.contains(&change.path.as_str());
    let absent = change.path.contains('*') || plan::found(tree, &change.path).is_empty();
    // There is nothing to multiply in a setting that is not written.
    if known && absent && !change.to.starts_with('*') {
        insert(tree, &change.path, false, change, &value);
    }
    if let Some(text) = change.to.strip_prefix('*') {
        return factor::multiply(
            tree,
            &change.path,
            text,
            (change.path_span, change.to_span),
            problems,
        );
    }
    for trail in plan::settings(tree, &change.path, change.path_span, problems) {
        if let Some(node) = plan::node_at(tree, &trail) {
            *node = value.clone();
        }
    }
}

/// Inserts a setting that is not written yet below existing keys, unless that would make up a name.
/// The decoder of the document decides whether the setting exists. `names` says whether the keys of
/// `node` are names.
fn insert(node: &mut Node, rest: &str, names: bool, change: &Placed, value: &Node) {
    let Value::Map(entries) = &mut node.value else { return };
    let mut found = false;
    for entry in entries.iter_mut() {
        let below = rest.strip_prefix('*').or_else(|| rest.strip_prefix(entry.key.as_str()));
        let Some(below) = below else { continue };
        found |= below.is_empty();
        if let Some(below) = below.strip_prefix('.') {
            found = true;
            let names = !names && NAMED.contains(&entry.key.as_str());
            insert(&mut entry.value, below, names, change, value);
        }
    }
    let keys: Vec<&str> = rest.split('.').collect();
    let Some((first, others)) = keys.split_first() else { return };
    let made_up = others.iter().zip(&keys).any(|(_, holder)| NAMED.contains(holder));
    // Of all keys of a level, some may not have what leads to the setting: those are left alone.
    let partly = change.path.contains('*') && !others.is_empty();
    let no_key = keys.iter().any(|key| key.is_empty() || *key == "*");
    if found || names || made_up || partly || no_key {
        return;
    }
    let holding = |inner: Node, key: &&str| Node {
        span: change.path_span,
        value: Value::Map(vec![Entry { key: (*key).into(), span: change.path_span, value: inner }]),
    };
    let inner = others.iter().rev().fold(value.clone(), holding);
    entries.push(Entry { key: (*first).into(), span: change.path_span, value: inner });
}
