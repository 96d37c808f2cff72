//! Points as files, each written atomically, so that computed points are reused by the next run.

use std::path::{Path, PathBuf};

use super::error::{AppError, Context};
use super::progress::PointsProgress;
use super::session::Session;
use crate::audit::workshop::AuditedWorkshop;
use crate::plain;
use crate::report::sweep::{self as pages, Found};
use crate::report::{self, ReportError};
use crate::scenario::Workshop;
use crate::study::StudyError;
use crate::study::points::{Located, Store, complete};
use crate::study::sweep::{GridPoint, Point, Sweep};

/// Folder of the point files.
pub(super) struct PointFolder {
    path: PathBuf,
}

impl PointFolder {
    /// Opens the folder of points below a locked folder of an answer: exclusively, or shared.
    pub(super) fn open(held: &Path, alone: bool) -> Result<PointFolder, AppError> {
        let path = held.join(pages::POINTS);
        std::fs::create_dir_all(&path)
            .context(format!("cannot write to {}:", plain::path(&path)))?;
        if alone {
            report::remove_drafts(&path).context("cannot write to")?;
        }
        Ok(PointFolder { path })
    }

    /// Writes a point of the sweep to its file.
    pub(super) fn write(
        &self,
        sweep: &Sweep,
        index: usize,
        point: &Point,
    ) -> Result<(), ReportError> {
        let place = self.path.join(format!("{}.json", sweep.points[index]));
        report::replace_file(&place, &pages::bytes(point)?)
    }
}

impl Store for PointFolder {
    /// Loads a point; anything else in its place is computed anew.
    fn load(&self, sweep: &Sweep, index: usize, place: &GridPoint) -> Option<Point> {
        match pages::point(&self.path, sweep, index, place) {
            Ok(Found::Whole(point)) => Some(*point),
            Ok(Found::Nothing | Found::Foreign(_)) | Err(_) => None,
        }
    }

    fn save(&self, sweep: &Sweep, index: usize, point: &Point) -> Result<(), StudyError> {
        self.write(sweep, index, point).map_err(|error| StudyError::Store(Box::new(error)))
    }
}

/// Returns the points of a sweep that are known or `ours`, in grid order.
pub(super) fn compute(
    session: &Session,
    workshop: &Workshop,
    (sweep, places): (&Sweep, &[Located]),
    ours: &(dyn Fn(usize) -> bool + Sync),
    store: &PointFolder,
) -> Result<Vec<Option<Point>>, AppError> {
    let audited = AuditedWorkshop(workshop);
    let points = session.compute(|progress| {
        let watcher = PointsProgress::new(progress);
        complete(&audited, (sweep, places), ours, store, &watcher)
    })?;
    Ok(points)
}
