//! Points as files, each written whole, so that what was computed once is known to the next run.

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

/// The folder of the points' files.
pub(super) struct PointFolder {
    path: PathBuf,
}

impl PointFolder {
    /// The points below the folder of an answer, which is held: alone, or with others.
    pub(super) fn open(held: &Path, alone: bool) -> Result<PointFolder, AppError> {
        let path = held.join(pages::POINTS);
        std::fs::create_dir_all(&path)
            .context(format!("cannot write to {}:", plain::path(&path)))?;
        if alone {
            report::remove_drafts(&path).context("cannot write to")?;
        }
        Ok(PointFolder { path })
    }

    /// Writes a point of the sweep into its file.
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
    /// Whatever else lies in a point's place is computed anew.
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

/// Points of a sweep that are known or `ours`, in the order of its places.
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
