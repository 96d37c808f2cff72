//! Why a question has no answer.

use std::error::Error;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// The scenario cannot be resolved with its settings changed. What is wrong is an error of whoever
    /// resolves it.
    #[error(transparent)]
    Refused(Box<dyn Error + Send + Sync>),
    /// A point asks for a line, and none can be searched for.
    #[error("no line can be searched for: that takes an open load and a target")]
    NoLine,
    /// A ladder has nothing to climb.
    #[error("a ladder takes an open load (rate, users or records) and a target")]
    NoLadder,
    /// Growth has no line to cross.
    #[error("no line can be searched for: that takes an open load in users and a target")]
    NoGrowth,
    /// A sizing has nothing to meet.
    #[error("sizing takes targets that a load must meet")]
    NoTargets,
    /// A sizing has nothing to choose.
    #[error("there is nothing to choose: name settings in the scenario's `size`")]
    NothingFree,
    /// A point cannot be kept.
    #[error("cannot write {0}")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}
