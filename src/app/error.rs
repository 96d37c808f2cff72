//! Errors with their context, and outcomes of successful commands.

use std::error::Error;

use crate::report::ReportError;
use crate::scenario::Refused;
use crate::scenario::sizing::SizingError;
use crate::scenario::vary::QuantityError;
use crate::study::StudyError;

/// Outcome of a command that was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// All targets are met, or there are none.
    Met,
    /// A target is missed or undecided, or the run was interrupted.
    Missed,
}

impl Ending {
    /// Returns the outcome for a verdict.
    pub(super) fn of(met: bool) -> Ending {
        if met { Ending::Met } else { Ending::Missed }
    }
}

/// Error that prevents a command from being carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum AppError {
    /// Problems of the input, each with its location.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Invalid arguments of the command line.
    #[error("{0}")]
    Asked(String),
    /// An operation failed.
    #[error("{doing} {source}")]
    Doing {
        /// Description of the operation, with which the message begins.
        doing: String,
        /// Underlying error.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A failure whose error describes itself.
    #[error(transparent)]
    Failed(Box<dyn Error + Send + Sync>),
    /// Several errors at once.
    #[error("{} problems", .0.len())]
    Several(Vec<AppError>),
}

impl From<StudyError> for AppError {
    fn from(error: StudyError) -> AppError {
        match error {
            StudyError::Refused(why) => match why.downcast::<Refused>() {
                Ok(refused) => AppError::Refused(*refused),
                Err(why) => AppError::Failed(why),
            },
            error => AppError::Failed(Box::new(error)),
        }
    }
}

macro_rules! failed {
    ($($error:ty),*) => {
        $(impl From<$error> for AppError {
            fn from(error: $error) -> AppError {
                AppError::Failed(Box::new(error))
            }
        })*
    };
}

failed!(ReportError, SizingError, QuantityError, serde_json::Error, std::io::Error);

/// Adds context to errors.
pub(super) trait Context<T> {
    /// Prepends a description of the operation, such as `cannot write to`.
    fn context(self, doing: impl Into<String>) -> Result<T, AppError>;
}

impl<T, E: Error + Send + Sync + 'static> Context<T> for Result<T, E> {
    fn context(self, doing: impl Into<String>) -> Result<T, AppError> {
        self.map_err(|error| AppError::Doing { doing: doing.into(), source: Box::new(error) })
    }
}
