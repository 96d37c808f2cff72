//! Workshop: resolution, pricing and audit of systems with settings changed. This room defines the
//! traits; the rooms that read documents and know prices implement them.

use serde::{Deserialize, Serialize};

use super::error::StudyError;
use super::setup::{Change, Study};
use crate::model::spec::Resource;

/// A scenario that can be resolved again with settings changed.
pub trait Workshop: Sync {
    /// Resolves the whole study with these settings changed.
    ///
    /// # Errors
    /// When a path matches nothing, or the values are not valid together.
    fn study(&self, changes: &[Change]) -> Result<Study, StudyError>;

    /// Returns settings that multiply the capacity of a resource of variant `variant` under
    /// `changes` by `factor`.
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

/// A workshop that also knows prices and audit rules.
pub trait PricedWorkshop: Workshop {
    /// Resolves the study with these settings changed, and returns it with the bill of one of its
    /// variants.
    ///
    /// # Errors
    /// When a path matches nothing, or the values are not valid together.
    fn priced(
        &self,
        variant: usize,
        changes: &[Change],
    ) -> Result<(Study, Vec<Priced>), StudyError>;

    /// Resolves the study with these settings changed, and returns it with the bill of one variant
    /// and the rules that it violates.
    ///
    /// # Errors
    /// When a path matches nothing, or the values are not valid together.
    fn candidate(&self, variant: usize, changes: &[Change]) -> Result<Candidate, StudyError>;
}

/// A setting that raises a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lifted {
    /// Path of the setting; none where no setting does, and the capacity was raised directly.
    pub setting: Option<String>,
    /// Value before.
    pub from: String,
    /// Value after.
    pub to: String,
    /// Additional cost \[USD per month\]; none without a price.
    pub monthly_usd: Option<f64>,
    /// Reason why there is no setting.
    pub note: Option<String>,
}

/// An item of a bill.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Priced {
    /// Part that is billed.
    pub part: String,
    /// Count and type.
    pub what: String,
    /// Price \[USD per month\]; none where it is unknown.
    pub monthly_usd: Option<f64>,
}

/// Reason why a configuration is rejected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Refusal {
    /// An audit rule rejects it.
    Rule {
        /// Code of the rule.
        code: String,
        /// Data of the finding, which only the audit reads.
        found: serde_json::Value,
    },
    /// It cannot be resolved.
    Unresolved {
        /// Error message.
        error: String,
    },
}

/// A system with settings changed: resolved, priced and audited.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The study, of which one variant is meant.
    pub study: Study,
    /// Bill of the variant.
    pub bill: Vec<Priced>,
    /// Audit rules that it violates.
    pub broken: Vec<Refusal>,
}

/// Reason why no setting raises a resource.
#[derive(Debug, thiserror::Error)]
pub enum NoLever {
    /// The resource is a lock.
    #[error("no setting makes a lock shorter")]
    Lock,
    /// A cache whose work is on a single key.
    #[error(
        "a cache server has one command thread, and an index is one key, which lies on one server whatever \
         their number"
    )]
    OneKey,
    /// A cache without shards.
    #[error("a cache server has one command thread; with `shards: 1` a ladder may add some")]
    OneServer,
    /// A database with an instance class, and no class has this many cores.
    #[error("the catalogue has no database class with {0:.0} vCPU")]
    NoClass(f64),
    /// Storage without a limit.
    #[error("its storage operations have no limit")]
    UnlimitedStorage,
    /// A server that accepts any number of connections.
    #[error("its connections have no limit")]
    UnlimitedConnections,
    /// There is no such variant or resource.
    #[error("there is no such resource")]
    Unknown,
    /// The scenario cannot be resolved with the settings changed so far.
    #[error(transparent)]
    Study(#[from] StudyError),
}
