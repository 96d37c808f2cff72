//! Why a report is not written or read.

use std::io;
use std::path::{Path, PathBuf};

use crate::plain;

/// Why a report is not written or read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file or folder cannot be used.
    #[error("{}: {source}", plain::path(path))]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another run writes into the folder.
    #[error(
        "{}: another run writes here; wait for its end, or name another folder",
        plain::path(.0)
    )]
    Held(PathBuf),
    /// A file is no JSON, or has other fields.
    #[error("{}: {source}; is it of another version?", plain::path(path))]
    Shape {
        /// Which.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// Summary and manifest of a folder are of two runs.
    #[error(
        "{}: summary.json and manifest.json do not belong together: one is of another run, or somebody has \
         changed it; run the study once more",
        plain::path(.0)
    )]
    Apart(PathBuf),
    /// A sweep has not as many points as its values make.
    #[error("{}: it does not fit together", plain::path(.0))]
    Unfit(PathBuf),
    /// Points of a sweep are missing.
    #[error("{}: not all points are there; ask for them once more", plain::path(.0))]
    MissingPoints(PathBuf),
    /// Samples of what is uncertain are missing.
    #[error("{}: not all samples are there; ask for them once more", plain::path(.0))]
    MissingSamples(PathBuf),
    /// A point of a folder is not the sweep's.
    #[error("{}: {why}", plain::path(folder))]
    ForeignPoint {
        /// The folder of the sweep.
        folder: PathBuf,
        /// What is in its place.
        why: ForeignPoint,
    },
    /// A number is not finite, or cannot be encoded otherwise.
    #[error(transparent)]
    Encoding(#[from] io::Error),
}

/// What lies in the place of a point and is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignPoint {
    /// A point of another sweep.
    #[error("{} is not of this sweep", plain::path(.0))]
    Other(PathBuf),
    /// A point that is not as it was computed.
    #[error("{} is not as it was computed: somebody has changed it", plain::path(.0))]
    Changed(PathBuf),
}

impl ReportError {
    /// The error of a file or folder.
    pub(crate) fn of(path: impl AsRef<Path>, source: io::Error) -> ReportError {
        ReportError::File { path: path.as_ref().to_path_buf(), source }
    }
}
