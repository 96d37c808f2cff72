//! Documents behind a study, for the audit, which judges settings and their locations without
//! simulating.

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
    /// States of the system after the configuration changes of the day.
    pub(super) later: Vec<RolloutStep>,
}

/// All documents read, with their source locations.
#[derive(Clone, Debug)]
pub(crate) struct Documents {
    /// The scenario.
    pub(crate) scenario: ScenarioDoc,
    /// System of each variant, with its plans carried out.
    pub(crate) variants: Vec<VariantInput>,
    /// Syntax tree of the system without any plan.
    pub(crate) system: Node,
    /// All parts of the catalogue.
    pub(crate) catalog: Catalog,
    /// Region of the system, which decides prices, if named.
    pub(crate) region: Option<String>,
    /// Plans carried out, each once.
    pub(crate) plans: Vec<PlanDoc>,
    /// Texts to which spans refer.
    pub(crate) sources: Vec<Arc<Source>>,
}

impl Documents {
    /// Returns path, line and column of a source location.
    pub(crate) fn place(&self, span: SourceSpan) -> (String, usize, usize) {
        let path = self.sources.get(span.source as usize).map_or("", |source| &source.path);
        (path.to_owned(), span.line.max(1) as usize, span.column.max(1) as usize)
    }
}
