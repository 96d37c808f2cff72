//! The question of a sizing: what the scenario says, defaults for the settings that may be chosen,
//! and configurations written as plans.

use std::fmt::Write as _;

use super::document::{ScenarioDoc, ServiceDoc, SystemDoc, View};
use super::further::Declared;
use super::loaded::Loaded;
use super::plan;
use super::problem::Problems;
use super::vary;
use super::vary::QuantityError;
use super::yaml::Node;
use crate::model::spec::Spec;
use crate::study::setup::Change;
use crate::study::size::{Changed, Free, SizingQuestion, Stated, Wanted};

/// Default probability with which targets must be met.
const CONFIDENCE: f64 = 0.95;
/// Default upper end of a free setting, as a multiple of its current value.
const TIMES: u32 = 4;

/// Resolves the scenario's `size` block.
pub(super) fn declared(scenario: &ScenarioDoc, problems: &mut Problems) -> Declared {
    let Some(size) = &scenario.size else { return Declared::default() };
    let mut declared = Declared::default();
    for text in &size.mau {
        match vary::users(&text.value.0) {
            Ok(users) => declared.mau.push((users, text.value.0.clone())),
            Err(why) => problems.add("E0104", text.span, why.to_string()),
        }
    }
    declared.confidence = size.confidence.as_ref().map(|share| share.value.0);
    if let Some(share) = &size.confidence
        && !(0.5..=0.999).contains(&share.value.0)
    {
        let message = "the probability lies between 50 % and 99.9 %";
        problems.add("E0107", share.span, message);
    }
    for (path, free) in &size.free.0 {
        declared.free.push(Free {
            path: path.value.clone(),
            also: free.also.iter().map(|text| text.0.clone()).collect(),
            values: free.values.0.value.clone(),
            monthly_each: free.monthly_each.map(|price| price.0),
            now: None,
        });
    }
    for said in &size.stated {
        match vary::users(&said.mau.value.0) {
            Ok(mau) => declared.stated.push(Stated {
                mau,
                monthly_usd: said.monthly.0,
                covers: said.covers.iter().map(|name| name.text.clone()).collect(),
            }),
            Err(why) => problems.add("E0104", said.mau.span, why.to_string()),
        }
    }
    declared
}

/// Reason why a sizing cannot be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SizingError {
    /// A load is not a valid quantity.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
    /// A rate is asked about although the load is given in users.
    #[error("this scenario's load is given in users; use `--mau`")]
    InUsers,
    /// Users are asked about although the load is not given in users.
    #[error("this scenario's load is not given in users; use `--rate`")]
    NotInUsers,
}

/// Options of the caller, which override the scenario.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Monthly users, in place of the scenario's.
    pub mau: Vec<String>,
    /// Rates, where the load is one.
    pub rates: Vec<String>,
    /// Probability, in place of the scenario's.
    pub confidence: Option<f64>,
    /// Index of the variant.
    pub variant: usize,
}

impl Loaded {
    /// Returns the question of a sizing.
    ///
    /// # Errors
    /// When the options are invalid, or something is missing.
    pub fn size_question(&self, asked: &Asked) -> Result<SizingQuestion, SizingError> {
        let declared = &self.further.size;
        let mut wanted = Vec::new();
        for text in &asked.rates {
            vary::rate(text)?;
            if self.study.load.mau.is_some() {
                return Err(SizingError::InUsers);
            }
            let change = Change { path: "load.rate".into(), to: text.clone() };
            wanted.push(Wanted { mau: None, text: text.clone(), change: Some(change) });
        }
        let given: Result<Vec<(f64, String)>, QuantityError> =
            asked.mau.iter().map(|text| Ok((vary::users(text)?, text.clone()))).collect();
        let mut users = given?;
        if users.is_empty() && wanted.is_empty() {
            users.clone_from(&declared.mau);
        }
        if !users.is_empty() && self.study.load.mau.is_none() {
            return Err(SizingError::NotInUsers);
        }
        for (mau, text) in users {
            let change = Change { path: "load.mau".into(), to: text.clone() };
            wanted.push(Wanted { mau: Some(mau), text, change: Some(change) });
        }
        if wanted.is_empty() {
            let text = match self.study.load.mau {
                Some(mau) => format!("{mau:.0}"),
                None => format!("{:.0}/s", self.study.asked_load()),
            };
            wanted.push(Wanted { mau: self.study.load.mau, text, change: None });
        }
        let tree = self.tree(asked.variant);
        let view = self.documents.variants[asked.variant].view;
        let mut free = declared.free.clone();
        if free.is_empty() {
            let system = &self.documents.variants[asked.variant].system;
            free = self.levers_of(system, self.study.case(asked.variant, 0, 0), &tree, view);
        }
        for one in &mut free {
            one.now = now(&tree, &one.path, view).map(|now| {
                let same = one.values.iter().find(|value| plan::equal(value, &now));
                same.cloned().unwrap_or(now)
            });
        }
        Ok(SizingQuestion {
            free,
            wanted,
            confidence: asked.confidence.or(declared.confidence).unwrap_or(CONFIDENCE),
            stated: declared.stated.clone(),
            variant: asked.variant,
        })
    }

    /// Returns the tree of the system with the plans of a variant carried out.
    fn tree(&self, variant: usize) -> Node {
        let documents = &self.documents;
        let mut tree = documents.system.clone();
        let Some((_, variant)) = documents.scenario.variants.iter().nth(variant) else {
            return tree;
        };
        // Problems here were reported when the variant was read.
        let mut problems = Problems::default();
        let named = |name: &str| documents.plans.iter().find(|plan| plan.plan.text == name);
        for plan in variant.believes.iter().filter_map(|name| named(&name.text)) {
            plan::believe(&mut tree, plan, &mut problems);
        }
        for plan in variant.plans.iter().filter_map(|name| named(&name.text)) {
            plan::apply(&mut tree, plan, &mut problems);
        }
        tree
    }

    /// Returns the settings that a ladder would lift, in steps of one, up to a multiple of the
    /// current value.
    fn levers_of(&self, system: &SystemDoc, spec: &Spec, tree: &Node, view: View) -> Vec<Free> {
        let mut all = Vec::new();
        let mut add = |path: String, also: Vec<String>, values: Vec<String>| {
            if values.len() > 1 {
                all.push(Free { path, also, values, monthly_each: None, now: None });
            }
        };
        let count = |path: &str| now(tree, path, view).and_then(|text| text.parse::<u32>().ok());
        let range = |from: u32, step: u32| -> Vec<String> {
            (from..=from.saturating_mul(TIMES))
                .step_by(step as usize)
                .map(|n| n.to_string())
                .collect()
        };
        for (name, service) in system.services.iter() {
            let name = &name.value;
            replicas(name, service, &count, &range, &mut add);
            for (pool, _) in service.pools.iter() {
                let path = format!("services.{name}.pools.{}.maximum", pool.value);
                let from = count(&path).unwrap_or(10);
                add(path, Vec::new(), range(from, from.div_ceil(4)));
            }
            for (listener, _) in service.listeners.iter() {
                let path = format!("services.{name}.listeners.{}.concurrency", listener.value);
                add(path.clone(), Vec::new(), range(count(&path).unwrap_or(1), 1));
            }
        }
        for topic in &spec.topics {
            let from = topic.partitions;
            let path = format!("topics.{}.partitions", topic.name);
            add(path, Vec::new(), range(from, from));
        }
        for (name, database) in system.databases.iter() {
            let path = format!("databases.{}.class", name.value);
            if database.class.is_some()
                && let Some(class) = now(tree, &path, view)
            {
                add(path, Vec::new(), self.classes(&class));
            } else if database.class.is_none() && database.cpu.is_some() {
                let path = format!("databases.{}.cpu", name.value);
                add(path.clone(), Vec::new(), range(count(&path).unwrap_or(1), 1));
            }
        }
        for (name, group) in system.node_groups.iter() {
            if group.dedicated.as_ref().is_some_and(|dedicated| dedicated.0) {
                continue;
            }
            let path = format!("node_groups.{}.desired", name.value);
            let from = count(&path).unwrap_or(1);
            let most = format!("node_groups.{}.max", name.value);
            let also = if count(&most).is_some() { vec![most] } else { Vec::new() };
            let top = from.saturating_mul(TIMES).max(from + 8);
            add(path, also, (from..=top).map(|n| n.to_string()).collect());
        }
        all
    }

    /// Returns this database class and those of the catalogue with a price in the region that are
    /// no smaller in any respect.
    fn classes(&self, class: &str) -> Vec<String> {
        let all = &self.documents.catalog.database_classes;
        let Some(now) = all.get(class) else { return Vec::new() };
        let region = self.documents.region.as_deref().unwrap_or_default();
        let accepted = |item: &super::document::DatabaseItem| {
            item.max_connections.map_or(u64::MAX, |count| count.0)
        };
        let mut larger: Vec<(f64, u64, f64, &str)> = all
            .iter()
            .filter(|(_, item)| item.vcpu.0 >= now.vcpu.0 && accepted(item) >= accepted(now))
            .filter_map(|(name, item)| {
                let price = item.hourly.get(region)?.0;
                Some((price, accepted(item), item.vcpu.0, name.value.as_str()))
            })
            .collect();
        larger.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.3.cmp(b.3)));
        // Drops dominated classes, which cost more and have no more.
        let mut kept: Vec<(f64, u64, f64, &str)> = Vec::new();
        for one in larger {
            let better =
                kept.last().is_none_or(|last| one.1 >= last.1 && one.2 >= last.2 && one.0 > last.0);
            if better {
                kept.push(one);
            }
        }
        kept.into_iter().map(|(.., name)| name.to_owned()).collect()
    }

    /// Writes a configuration as a plan for variant `variant`: every edit against the written
    /// value.
    pub fn size_plan(
        &self,
        variant: usize,
        name: &str,
        about: &str,
        changes: &[Changed],
        free: &[Free],
    ) -> String {
        let mut tree = self.tree(variant);
        let mut text = format!("plan: {name}\nabout: \"{}\"\n", about.replace(['"', '\\'], "'"));
        let mut edits = String::new();
        let mut missing = String::new();
        for change in changes {
            let others = free.iter().filter(|free| free.path == change.set);
            let others = others.flat_map(|free| free.also.iter());
            for path in std::iter::once(&change.set).chain(others) {
                let trails = plan::found(&tree, path);
                if trails.is_empty() {
                    let _ = writeln!(missing, "# Not written in the system: {path}: {}", change.to);
                }
                for trail in trails {
                    let set = plan::name_of(&tree, &trail);
                    let Some(node) = plan::node_at(&mut tree, &trail) else { continue };
                    let written = node.get("written").unwrap_or(node).quote();
                    let runs = node.get("runs").map(Node::quote);
                    let same = |value: &str| plan::equal(value, &change.to);
                    if same(&written) && runs.as_deref().is_none_or(same) {
                        continue;
                    }
                    let force = if runs.is_some() { ", force: true" } else { "" };
                    let _ = writeln!(
                        edits,
                        "  - {{ set: {}, from: {}, to: {}{force} }}",
                        scalar(&set),
                        scalar(&written),
                        scalar(&change.to)
                    );
                }
            }
        }
        text.push_str(&missing);
        if edits.is_empty() {
            text.push_str("changes: []\n");
        } else {
            text.push_str("changes:\n");
            text.push_str(&edits);
        }
        text
    }
}

/// Returns the free setting for the pods of a service.
fn replicas(
    name: &str,
    service: &ServiceDoc,
    count: &dyn Fn(&str) -> Option<u32>,
    range: &dyn Fn(u32, u32) -> Vec<String>,
    add: &mut dyn FnMut(String, Vec<String>, Vec<String>),
) {
    if service.autoscaling.is_none() {
        let path = format!("services.{name}.replicas");
        let from = count(&path).unwrap_or(1);
        add(path, Vec::new(), range(from, 1));
        return;
    }
    let path = format!("services.{name}.autoscaling.min");
    let most = format!("services.{name}.autoscaling.max");
    let values = range(count(&path).unwrap_or(1), 1);
    let last: u32 = values.last().and_then(|last| last.parse().ok()).unwrap_or(1);
    // A maximum below the minimum would be refused; one above it stays.
    let also = if count(&most).is_some_and(|most| most < last) { vec![most] } else { Vec::new() };
    add(path, also, values);
}

/// Formats a value as YAML.
fn scalar(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.%/".contains(c));
    if plain && !text.is_empty() { text.to_owned() } else { format!("\"{text}\"") }
}

/// Returns the value at a path of a tree; `None` where there is none, or several.
fn now(tree: &Node, path: &str, view: View) -> Option<String> {
    let mut tree = tree.clone();
    let mut values: Vec<String> = plan::found(&tree, path)
        .into_iter()
        .filter_map(|trail| {
            let node = plan::node_at(&mut tree, &trail)?;
            let key = match view {
                View::Written => "written",
                View::Effective => "runs",
            };
            Some(node.get(key).unwrap_or(node).quote())
        })
        .collect();
    values.dedup();
    if values.len() == 1 { values.pop() } else { None }
}
