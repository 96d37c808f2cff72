//! A scenario that is resolved repeatedly with settings changed. Its files are read once and kept:
//! a sweep that takes a day sees one text of each, whoever edits them meanwhile.

mod lever;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::lever::Lever;
use super::files::Snapshot;
use super::loaded::{Loaded, Options};
use super::problem::{Problems, Refused};
use super::reading::read;
use super::variation::Variation;
use crate::model::spec::Resource;
use crate::study::setup::{Change, Study};
use crate::study::workshop::{Lifted, NoLever};
use crate::study::{StudyError, workshop};

/// A scenario with its files in memory.
#[derive(Clone, Debug)]
pub struct Workshop {
    path: PathBuf,
    options: Options,
    from: String,
    snapshot: Arc<Snapshot>,
}

impl Workshop {
    /// Creates a workshop for the scenario at `path`. Files are read when they are first needed,
    /// and then kept. Messages about changed settings name `from`.
    pub fn new(path: impl Into<PathBuf>, options: Options, from: &str) -> Workshop {
        let snapshot = Arc::new(Snapshot::default());
        Workshop { path: path.into(), options, from: from.to_owned(), snapshot }
    }

    /// Returns the path of the scenario.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Resolves the scenario with these settings changed.
    ///
    /// # Errors
    /// Every problem found, errors first, each by file and line, including every change that leads
    /// nowhere or does not fit its setting. Never panics on bad input.
    pub fn resolve(&self, changes: &[Change]) -> Result<Loaded, Refused> {
        let mut problems = Problems::default();
        let mut variation = Variation::new(changes, &self.from, &mut problems);
        let read = read(&self.path, &self.options, &self.snapshot, &mut variation, &mut problems);
        let (mut errors, warnings) = problems.finish();
        match read {
            Some((mut study, documents, further)) if errors.is_empty() => {
                study.cautions.extend(warnings.iter().filter_map(|one| one.caution.clone()));
                study.cautions.extend(variation.notes.iter().cloned());
                Ok(Loaded { study, warnings, documents, further, without_effect: variation.notes })
            }
            _ => {
                errors.extend(warnings);
                Err(Refused(errors))
            }
        }
    }
}

impl workshop::Workshop for Workshop {
    fn study(&self, changes: &[Change]) -> Result<Study, StudyError> {
        Ok(self.resolve(changes)?.study)
    }

    fn lift(
        &self,
        variant: usize,
        changes: &[Change],
        resource: Resource,
        factor: f64,
    ) -> Result<Vec<Lifted>, NoLever> {
        let loaded = self.resolve(changes).map_err(StudyError::from)?;
        let input = loaded.documents.variants.get(variant).ok_or(NoLever::Unknown)?;
        let spec = loaded.study.case(variant, 0, 0);
        Lever { documents: &loaded.documents, input, spec, factor }.lift(resource)
    }
}

impl From<Refused> for StudyError {
    fn from(refused: Refused) -> StudyError {
        StudyError::Refused(Box::new(refused))
    }
}
