//! Errors: why a question has no answer.

use std::error::Error;

/// Error of a study.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// The scenario cannot be resolved with its settings changed. The source is the error of the
    /// resolver.
    #[error(transparent)]
    Refused(Box<dyn Error + Send + Sync>),
    /// A point asks for a line, but none can be searched for.
    #[error("no line can be searched for: that takes an open load and a target")]
    NoLine,
    /// A bottleneck ladder needs a line to search for.
    #[error("a ladder takes an open load (rate, users or records) and a target")]
    NoLadder,
    /// Growth needs a line to cross.
    #[error("no line can be searched for: that takes an open load in users and a target")]
    NoGrowth,
    /// A sizing needs at least one target.
    #[error("sizing takes targets that a load must meet")]
    NoTargets,
    /// A sizing needs at least one free setting.
    #[error("there is nothing to choose: name settings in the scenario's `size`")]
    NothingFree,
    /// A point could not be stored.
    #[error("cannot write {0}")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}
