//! Errors of writing and reading reports.

use std::io;
use std::path::{Path, PathBuf};

use crate::plain;

/// Error of writing or reading a report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file or folder cannot be used.
    #[error("{}: {source}", plain::path(path))]
    File {
        /// Path of the file.
        path: PathBuf,
        /// Underlying error.
        source: io::Error,
    },
    /// Another run writes into the folder.
    #[error(
        "{}: another run writes here; wait for its end, or name another folder",
        plain::path(.0)
    )]
    Held(PathBuf),
    /// A file is not JSON, or has other fields.
    #[error("{}: {source}; is it of another version?", plain::path(path))]
    Shape {
        /// Path of the file.
        path: PathBuf,
        /// Underlying error.
        source: serde_json::Error,
    },
    /// Summary and manifest of a folder come from different runs.
    #[error(
        "{}: summary.json and manifest.json do not belong together: one is of another run, or somebody has \
         changed it; run the study once more",
        plain::path(.0)
    )]
    Apart(PathBuf),
    /// A sweep has a number of points other than its grid.
    #[error("{}: it does not fit together", plain::path(.0))]
    Unfit(PathBuf),
    /// Points of a sweep are missing.
    #[error("{}: not all points are there; ask for them once more", plain::path(.0))]
    MissingPoints(PathBuf),
    /// Samples of an uncertainty analysis are missing.
    #[error("{}: not all samples are there; ask for them once more", plain::path(.0))]
    MissingSamples(PathBuf),
    /// A point in the folder belongs to another sweep or was changed.
    #[error("{}: {why}", plain::path(folder))]
    ForeignPoint {
        /// The folder of the sweep.
        folder: PathBuf,
        /// Kind of mismatch.
        why: ForeignPoint,
    },
    /// A number is not finite, or the encoder fails otherwise.
    #[error(transparent)]
    Encoding(#[from] io::Error),
}

/// Mismatch of a file in the place of a point.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignPoint {
    /// A point of another sweep.
    #[error("{} is not of this sweep", plain::path(.0))]
    Other(PathBuf),
    /// A point that was changed after it was computed.
    #[error("{} is not as it was computed: somebody has changed it", plain::path(.0))]
    Changed(PathBuf),
}

impl ReportError {
    /// Returns the error of a file or folder.
    pub(crate) fn of(path: impl AsRef<Path>, source: io::Error) -> ReportError {
        ReportError::File { path: path.as_ref().to_path_buf(), source }
    }
}
