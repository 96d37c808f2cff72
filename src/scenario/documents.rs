//! The documents behind a study, for those who judge settings and their places and simulate nothing.

use std::sync::Arc;

use super::catalog::Catalog;
use super::document::{PlanDoc, ScenarioDoc, SystemDoc, View};
use super::problem::{Source, SourceSpan};
use super::rollout::RolloutStep;
use super::yaml::Node;

/// A variant, ready to be resolved.
#[derive(Clone, Debug)]
pub(crate) struct VariantInput {
    pub(crate) name: String,
    pub(super) about: String,
    pub(crate) view: View,
    pub(crate) system: SystemDoc,
    /// What the day makes of it.
    pub(super) later: Vec<RolloutStep>,
}

/// What was read, with the place of everything.
#[derive(Clone, Debug)]
pub(crate) struct Documents {
    /// The scenario.
    pub(crate) scenario: ScenarioDoc,
    /// The system of each variant, with its plans carried out.
    pub(crate) variants: Vec<VariantInput>,
    /// The tree of the system without any plan.
    pub(crate) system: Node,
    /// All parts that can be named.
    pub(crate) catalog: Catalog,
    /// Region of the system, which decides prices; none where none is named.
    pub(crate) region: Option<String>,
    /// The plans carried out, each once.
    pub(crate) plans: Vec<PlanDoc>,
    /// The texts that spans refer to.
    pub(crate) sources: Vec<Arc<Source>>,
}

impl Documents {
    /// Path, line and column of a place.
    pub(crate) fn place(&self, span: SourceSpan) -> (String, usize, usize) {
        let path = self.sources.get(span.source as usize).map_or("", |source| &source.path);
        (path.to_owned(), span.line.max(1) as usize, span.column.max(1) as usize)
    }
}
