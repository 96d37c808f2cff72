//! Systems with settings changed: who resolves, prices and judges them. This room asks; who reads documents
//! and knows prices answers.

use serde::{Deserialize, Serialize};

use super::error::StudyError;
use super::setup::{Change, Study};
use crate::model::spec::Resource;

/// A scenario that can be resolved anew with settings changed.
pub trait Workshop: Sync {
    /// The whole study with these settings changed.
    ///
    /// # Errors
    /// When they lead nowhere, or do not fit.
    fn study(&self, changes: &[Change]) -> Result<Study, StudyError>;

    /// Settings that give a resource of variant `variant` so many times what it has under `changes`.
    ///
    /// # Errors
    /// When no setting does.
    fn lift(
        &self,
        variant: usize,
        changes: &[Change],
        resource: Resource,
        factor: f64,
    ) -> Result<Vec<Lifted>, NoLever>;
}

/// A workshop with prices and rules beside it.
pub trait PricedWorkshop: Workshop {
    /// The study with these settings changed, and the bill of one of its variants.
    ///
    /// # Errors
    /// When they lead nowhere, or do not fit.
    fn priced(
        &self,
        variant: usize,
        changes: &[Change],
    ) -> Result<(Study, Vec<Priced>), StudyError>;

    /// The same with what cannot be in the variant, by rules.
    ///
    /// # Errors
    /// When the settings lead nowhere, or do not fit.
    fn candidate(&self, variant: usize, changes: &[Change]) -> Result<Candidate, StudyError>;
}

/// A setting that lifts a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lifted {
    /// Path of the setting; none where no setting lifts it, and its capacity was raised all the same.
    pub setting: Option<String>,
    /// Its value before.
    pub from: String,
    /// Its value after.
    pub to: String,
    /// What that costs more \[USD a month\]; none where it is not priced.
    pub monthly_usd: Option<f64>,
    /// Why there is no setting.
    pub note: Option<String>,
}

/// A line of a bill.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Priced {
    /// What is billed.
    pub part: String,
    /// Count and type.
    pub what: String,
    /// Price \[USD a month\]; none where it is not known.
    pub monthly_usd: Option<f64>,
}

/// Why a configuration cannot be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Refusal {
    /// A rule of the audit does not let it be.
    Rule {
        /// Code of the rule.
        code: String,
        /// Data of the finding, which only the audit reads.
        found: serde_json::Value,
    },
    /// It cannot be resolved.
    Unresolved {
        /// What is wrong with it.
        error: String,
    },
}

/// A system with its settings changed, resolved, priced and judged.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The study, of which one variant counts.
    pub study: Study,
    /// What it costs.
    pub bill: Vec<Priced>,
    /// What cannot be in it, by the rules of the audit.
    pub broken: Vec<Refusal>,
}

/// Why no setting lifts a resource.
#[derive(Debug, thiserror::Error)]
pub enum NoLever {
    /// It is a lock.
    #[error("no setting makes a lock shorter")]
    Lock,
    /// It is a cache whose work is that of a single key.
    #[error(
        "a cache server has one command thread, and an index is one key, which lies on one server whatever \
         their number"
    )]
    OneKey,
    /// It is a cache without shards.
    #[error("a cache server has one command thread; with `shards: 1` a ladder may add some")]
    OneServer,
    /// It is a database of a class, and there is none with so many cores.
    #[error("the catalogue has no database class with {0:.0} vCPU")]
    NoClass(f64),
    /// It is storage that nothing limits.
    #[error("its storage operations have no limit")]
    UnlimitedStorage,
    /// It is a server that accepts any number of connections.
    #[error("its connections have no limit")]
    UnlimitedConnections,
    /// There is no such variant or resource.
    #[error("there is no such resource")]
    Unknown,
    /// The scenario cannot be resolved with the settings changed so far.
    #[error(transparent)]
    Study(#[from] StudyError),
}
