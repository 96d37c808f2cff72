//! What went wrong, with what was being done; and how a command that went well ends.

use std::error::Error;

use crate::report::ReportError;
use crate::scenario::Refused;
use crate::scenario::sizing::SizingError;
use crate::scenario::vary::QuantityError;
use crate::study::StudyError;

/// How a command ends that could do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// What was asked about is met, or nothing was to be met.
    Met,
    /// It is missed, undecided, or not known because somebody stopped it.
    Missed,
}

impl Ending {
    /// Of what is met or not.
    pub(super) fn of(met: bool) -> Ending {
        if met { Ending::Met } else { Ending::Missed }
    }
}

/// Why a command could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum AppError {
    /// The input has problems, each with its place.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// What is asked for on the command line cannot be.
    #[error("{0}")]
    Asked(String),
    /// Something failed that was being done.
    #[error("{doing} {source}")]
    Doing {
        /// What was being done, as the message begins.
        doing: String,
        /// What failed.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Something failed that says itself what it was.
    #[error(transparent)]
    Failed(Box<dyn Error + Send + Sync>),
    /// Several things at once.
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

/// Says what was being done when something failed.
pub(super) trait Context<T> {
    /// The same with the beginning of the message: `cannot write to`.
    fn context(self, doing: impl Into<String>) -> Result<T, AppError>;
}

impl<T, E: Error + Send + Sync + 'static> Context<T> for Result<T, E> {
    fn context(self, doing: impl Into<String>) -> Result<T, AppError> {
        self.map_err(|error| AppError::Doing { doing: doing.into(), source: Box::new(error) })
    }
}
