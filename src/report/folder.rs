//! The folder of a report: files that are whole or not there.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::chart;
use super::picture::SIZES;
use super::tables;
use crate::study::result::StudyResult;

/// A report's folder while it is filled.
pub(crate) struct Folder {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Files written so far.
    pub(crate) written: Vec<PathBuf>,
}

/// Where the report of a result belongs.
pub(crate) fn path(directory: &Path, result: &StudyResult) -> PathBuf {
    directory.join(component(&result.scenario)).join(component(&result.study))
}

/// A name as one component of a path: no separators, no leading dots, nothing Windows refuses.
fn component(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .take(80)
        .collect();
    let kept = kept.trim_start_matches('.');
    if kept.is_empty() { "unnamed".to_owned() } else { kept.to_owned() }
}

impl Folder {
    /// Makes the folder `directory/<scenario>/<name>`.
    pub(crate) fn named(directory: &Path, scenario: &str, name: &str) -> io::Result<Folder> {
        let path = directory.join(component(scenario)).join(name);
        fs::create_dir_all(&path).map_err(|error| about(&error, &path))?;
        Ok(Folder { path, written: Vec::new() })
    }

    /// Makes the folder.
    pub(crate) fn create(directory: &Path, result: &StudyResult) -> io::Result<Folder> {
        Folder::at(path(directory, result))
    }

    /// A folder by its own place.
    pub(crate) fn at(path: PathBuf) -> io::Result<Folder> {
        fs::create_dir_all(&path).map_err(|error| about(&error, &path))?;
        Ok(Folder { path, written: Vec::new() })
    }

    /// Puts a file in its place at once, or leaves the old one.
    pub(crate) fn write(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let place = self.path.join(name);
        replace(&place, bytes)?;
        self.written.push(place);
        Ok(())
    }

    /// Removes files of an earlier report that this one did not write.
    pub(crate) fn remove_stale(&self) -> io::Result<()> {
        self.remove_stale_charts()?;
        tables::NAMES.iter().try_for_each(|name| self.remove(name))
    }

    /// Removes charts of an earlier report that this one did not draw.
    pub(crate) fn remove_stale_charts(&self) -> io::Result<()> {
        chart::ALL.iter().try_for_each(|chart| self.remove_chart(chart.name()))
    }

    /// Removes the files of a chart, unless they were written just now.
    pub(crate) fn remove_chart(&self, name: &str) -> io::Result<()> {
        self.remove(&format!("{name}.svg"))?;
        SIZES.iter().try_for_each(|(ending, _)| self.remove(&format!("{name}{ending}")))
    }

    /// Removes a file, unless it was written just now.
    fn remove(&self, name: &str) -> io::Result<()> {
        let place = self.path.join(name);
        if !self.written.contains(&place) && place.is_file() {
            fs::remove_file(&place).map_err(|error| about(&error, &place))?;
        }
        Ok(())
    }
}

/// How deep below a folder reports are looked for: a study writes into SCENARIO/STUDY.
const DEPTH: usize = 3;

/// What lies in the folder of an answer, of which its page can be drawn anew. Samples of what is uncertain
/// are points of a sweep too, which is why that comes last.
pub(crate) const ANSWERS: [&str; 6] =
    ["summary.json", "ladder.json", "size.json", "growth.json", "uncertain.json", "sweep.json"];

/// The folders of reports at or below a folder, in order.
pub(crate) fn reports(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    look(folder, DEPTH, &mut found)?;
    found.sort();
    Ok(found)
}

fn look(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if ANSWERS.iter().any(|name| folder.join(name).is_file()) {
        found.push(folder.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(|error| about(&error, folder))? {
        let below = entry?.path();
        if depth > 0 && below.is_dir() {
            look(&below, depth - 1, found)?;
        }
    }
    Ok(())
}

/// Puts a file in its place at once, or leaves the old one.
pub(crate) fn replace(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let draft = place.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let done = write_through(&draft, bytes).and_then(|()| fs::rename(&draft, place));
    done.map_err(|error| {
        // The first error is the one to report, whether or not the draft can be removed.
        let _ = fs::remove_file(&draft);
        about(&error, place)
    })
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The error with the path it is about.
fn about(error: &io::Error, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
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
}
