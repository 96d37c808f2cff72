//! `plimsoll report`: redraws reports without simulating.

use std::path::Path;

use super::error::{AppError, Context, Ending};
use super::session::Output;
use super::terminal::{print, warn};
use crate::cli::{Colour, Language};
use crate::plain;
use crate::report;

pub(super) fn rewrite(
    folder: &Path,
    lang: Language,
    font: Option<&Path>,
) -> Result<Ending, AppError> {
    let found = report::reports(folder).context("cannot read")?;
    if found.is_empty() {
        let text = "holds no report: name the folder that a command wrote, or one above";
        return Err(AppError::Asked(format!("{} {text}", plain::path(folder))));
    }
    let options = Output::new(false, Colour::Auto, lang, font)?.options();
    for folder in found {
        let written = report::rewrite(&folder, &options).context("cannot draw the report anew:")?;
        for note in &written.notes {
            warn(&format!("note: {note}"));
        }
        let page = written.folder.join("report.html");
        print(format!("{}\n", plain::path(&page)).as_bytes())?;
    }
    Ok(Ending::Met)
}
