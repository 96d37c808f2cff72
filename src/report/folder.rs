//! Folder of a report: each file is whole or absent, and all belong to one run.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answer::Files;
use super::error::ReportError;
use crate::plain;

/// Largest file from which an answer is read \[bytes\].
const LARGEST: u64 = 512 * 1024 * 1024;
/// Lock file of a folder. It is never removed; the operating system releases the lock when its
/// process ends, in whatever way.
const LOCK: &str = ".lock";
/// Extension of drafts.
const DRAFT: &str = "part";

/// A report's folder while it is written. Files are drafts beside their places until all exist;
/// then they are renamed one after another, so that a full disk or a crash leaves the earlier
/// report as it was.
pub(crate) struct Folder {
    /// Path of the folder.
    pub(crate) path: PathBuf,
    /// Drafts, each with its final path.
    drafts: Vec<(PathBuf, PathBuf)>,
    /// Files of an earlier report that are then removed.
    stale: Vec<PathBuf>,
}

/// A locked folder of results: no other run writes to it while this value lives.
#[derive(Debug)]
pub struct Held {
    /// Path of the folder.
    pub path: PathBuf,
    /// `None` where the file system does not support locks.
    _lock: Option<File>,
}

/// Creates a folder and locks it: exclusively, or shared with runs that keep out of each other's
/// way. An exclusive lock also removes drafts of killed runs.
///
/// # Errors
/// When the folder cannot be created or written to, or when another run holds it.
pub(crate) fn hold(path: PathBuf, alone: bool) -> Result<Held, ReportError> {
    fs::create_dir_all(&path).map_err(|error| ReportError::of(&path, error))?;
    let place = path.join(LOCK);
    let file = File::options().create(true).truncate(false).write(true).open(&place);
    let file = file.map_err(|error| ReportError::of(&place, error))?;
    let locked = if alone { file.try_lock() } else { file.try_lock_shared() };
    let lock = match locked {
        Ok(()) => Some(file),
        Err(TryLockError::WouldBlock) => {
            return Err(ReportError::Held(path));
        }
        Err(TryLockError::Error(_)) => None,
    };
    if alone {
        remove_drafts(&path)?;
    }
    Ok(Held { path, _lock: lock })
}

/// Removes drafts of killed runs.
pub(crate) fn remove_drafts(folder: &Path) -> Result<(), ReportError> {
    for entry in fs::read_dir(folder).map_err(|error| ReportError::of(folder, error))? {
        let place = entry.map_err(|error| ReportError::of(folder, error))?.path();
        let hidden = place.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden && place.extension().is_some_and(|ending| ending == DRAFT) {
            fs::remove_file(&place).map_err(|error| ReportError::of(&place, error))?;
        }
    }
    Ok(())
}

/// Makes a name fit to be one path component: no separators, no leading dots, nothing that Windows
/// refuses.
fn component(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .take(80)
        .collect();
    let kept = kept.trim_start_matches('.');
    if kept.is_empty() { "unnamed".to_owned() } else { kept.to_owned() }
}

/// Returns the folder of an answer.
pub(crate) fn named(directory: &Path, scenario: &str, name: &str) -> PathBuf {
    directory.join(component(scenario)).join(component(name))
}

impl Folder {
    /// Opens a folder by its path.
    pub(crate) fn at(path: PathBuf) -> Result<Folder, ReportError> {
        fs::create_dir_all(&path).map_err(|error| ReportError::of(&path, error))?;
        Ok(Folder { path, drafts: Vec::new(), stale: Vec::new() })
    }

    /// Writes a file as a draft.
    pub(crate) fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), ReportError> {
        let place = self.path.join(name);
        let draft = draft(&place);
        // Registered first, so that a draft that cannot be written completely is removed too.
        self.drafts.push((draft.clone(), place.clone()));
        write_through(&draft, bytes).map_err(|error| ReportError::of(&place, error))
    }

    /// Renames each draft to its final path, in the order in which they were written, and then
    /// removes stale files.
    ///
    /// # Errors
    /// When a file cannot be renamed or removed.
    pub(crate) fn commit(mut self) -> Result<(PathBuf, Vec<PathBuf>), ReportError> {
        let mut written = Vec::new();
        // After a failure the drafts still in the list are removed on drop.
        self.drafts.reverse();
        while let Some((draft, place)) = self.drafts.last() {
            fs::rename(draft, place).map_err(|error| ReportError::of(place, error))?;
            written.extend(self.drafts.pop().map(|(_, place)| place));
        }
        for place in std::mem::take(&mut self.stale) {
            if !written.contains(&place) && place.is_file() {
                fs::remove_file(&place).map_err(|error| ReportError::of(&place, error))?;
            }
        }
        Ok((std::mem::take(&mut self.path), written))
    }

    /// Writes all files as drafts, and notes the stale files of an earlier report.
    pub(crate) fn put(&mut self, files: &Files) -> Result<(), ReportError> {
        for (name, bytes) in &files.list {
            self.write(name, bytes)?;
        }
        for name in &files.stale {
            self.remove(name);
        }
        Ok(())
    }

    fn remove(&mut self, name: &str) {
        self.stale.push(self.path.join(name));
    }
}

impl Drop for Folder {
    /// Removes the drafts of a report that was not finished.
    fn drop(&mut self) {
        for (draft, _) in &self.drafts {
            // The error that prevented completion has been reported already.
            let _ = fs::remove_file(draft);
        }
    }
}

/// Largest depth at which reports are searched for: a study writes into SCENARIO/STUDY.
const DEPTH: usize = 3;

/// Returns the folders of reports at or below a folder, in order.
pub(crate) fn reports(
    folder: &Path,
    is_one: &dyn Fn(&Path) -> bool,
) -> Result<Vec<PathBuf>, ReportError> {
    let mut found = Vec::new();
    look(folder, DEPTH, is_one, &mut found)?;
    found.sort();
    Ok(found)
}

fn look(
    folder: &Path,
    depth: usize,
    is_one: &dyn Fn(&Path) -> bool,
    found: &mut Vec<PathBuf>,
) -> Result<(), ReportError> {
    if is_one(folder) {
        found.push(folder.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(|error| ReportError::of(folder, error))? {
        let below = entry.map_err(|error| ReportError::of(folder, error))?.path();
        if depth > 0 && below.is_dir() {
            look(&below, depth - 1, is_one, found)?;
        }
    }
    Ok(())
}

/// Replaces a file atomically, or leaves the old one.
pub(crate) fn replace(place: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    let draft = draft(place);
    let done = write_through(&draft, bytes).and_then(|()| fs::rename(&draft, place));
    done.map_err(|error| {
        // The first error is the one to report, whether or not the draft can be removed.
        let _ = fs::remove_file(&draft);
        ReportError::of(place, error)
    })
}

fn draft(place: &Path) -> PathBuf {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    place.with_file_name(format!(".{name}.{}.{DRAFT}", std::process::id()))
}

/// Reads a regular file of at most `most` bytes.
///
/// # Errors
/// When it is not a regular file, is larger, or cannot be read.
pub(crate) fn bytes(place: &Path, most: u64) -> Result<Vec<u8>, ReportError> {
    let of = |error: io::Error| ReportError::of(place, error);
    if !fs::metadata(place).map_err(of)?.is_file() {
        return Err(of(io::Error::other("it is not a file")));
    }
    let mut bytes = Vec::new();
    File::open(place).map_err(of)?.take(most + 1).read_to_end(&mut bytes).map_err(of)?;
    if bytes.len() as u64 > most {
        return Err(of(io::Error::other(format!("it is larger than {} MiB", most >> 20))));
    }
    Ok(bytes)
}

/// Reads an answer's file as bytes and as JSON with every text made visible, since the file may
/// come from anybody.
///
/// # Errors
/// When the file cannot be read, or is not JSON.
pub(crate) fn json(place: &Path) -> Result<(Vec<u8>, Value), ReportError> {
    let bytes = bytes(place, LARGEST)?;
    let mut value: Value = serde_json::from_slice(&bytes).map_err(|error| shape(place, error))?;
    cleaned(&mut value);
    Ok((bytes, value))
}

/// Reads an answer's file as a typed value, with every text made visible.
///
/// # Errors
/// When the file cannot be read, is not JSON, or has another shape.
pub(crate) fn read<T: DeserializeOwned>(place: &Path) -> Result<T, ReportError> {
    let (_, value) = json(place)?;
    T::deserialize(value).map_err(|error| shape(place, error))
}

fn shape(place: &Path, source: serde_json::Error) -> ReportError {
    ReportError::Shape { path: place.to_path_buf(), source }
}

fn cleaned(value: &mut Value) {
    match value {
        Value::String(text) => *text = plain::visible(text),
        Value::Array(items) => items.iter_mut().for_each(cleaned),
        Value::Object(fields) => {
            let all = std::mem::take(fields);
            fields.extend(all.into_iter().map(|(name, mut field)| {
                cleaned(&mut field);
                (plain::visible(&name), field)
            }));
        }
        _ => {}
    }
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_the_folder() {
        assert_eq!(component("../../etc/passwd"), "-..-etc-passwd");
        assert_eq!(component(".."), "unnamed");
        assert_eq!(component("shop/before after"), "shop-before-after");
        assert_eq!(component("전후 비교"), "전후-비교");
        assert_eq!(component(""), "unnamed");
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name != LOCK)
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_report_that_is_not_finished_leaves_the_earlier_one() {
        let place = tempfile::tempdir().unwrap();
        let at = || Folder::at(place.path().to_path_buf()).unwrap();
        let mut first = at();
        first.write("a.csv", b"1").unwrap();
        first.write("b.csv", b"1").unwrap();
        first.commit().unwrap();
        let mut second = at();
        second.write("a.csv", b"2").unwrap();
        assert!(second.write("no/such/folder.csv", b"2").is_err());
        drop(second);
        assert_eq!(names(place.path()), ["a.csv", "b.csv"]);
        assert_eq!(fs::read(place.path().join("a.csv")).unwrap(), b"1");
        let mut third = at();
        third.write("a.csv", b"3").unwrap();
        third.remove("a.csv");
        third.remove("b.csv");
        let (_, written) = third.commit().unwrap();
        assert_eq!((written.len(), names(place.path())), (1, vec!["a.csv".to_owned()]));
    }

    #[test]
    fn a_folder_is_held_by_one() {
        let place = tempfile::tempdir().unwrap();
        let held = |alone| hold(place.path().join("x"), alone);
        let first = held(true).unwrap();
        assert!(matches!(held(true), Err(ReportError::Held(_))));
        assert!(held(false).is_err());
        // Drafts of a killed run are removed; unrelated files stay.
        fs::write(first.path.join(".a.csv.17.part"), "half").unwrap();
        fs::write(first.path.join("a.part"), "whole").unwrap();
        drop(first);
        let shards = (held(false).unwrap(), held(false).unwrap());
        assert!(held(true).is_err());
        drop(shards);
        let again = held(true).unwrap();
        assert_eq!(names(&again.path), ["a.part"]);
    }

    #[test]
    fn texts_of_an_answer_are_visible() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("a.json");
        fs::write(&file, r#"{ "a\u001b": ["\u202ex", 1.5] }"#).unwrap();
        let (_, value) = json(&file).unwrap();
        assert_eq!(value, serde_json::json!({ "a␛": ["\u{fffd}x", 1.5] }));
        assert!(read::<Vec<u32>>(&file).is_err());
        assert!(bytes(&file, 3).is_err() && bytes(place.path(), 3).is_err());
    }
}
