//! `plimsoll schema`: accepted input, for editors and for readers.

use std::path::Path;

use serde_json::Value;

use super::error::{AppError, Context, Ending};
use super::reference;
use super::terminal::answer;
use crate::report;
use crate::scenario;

/// Prints the JSON Schema of this name, or writes all schemas to a folder; lists their names
/// without either.
pub(super) fn schema(name: Option<&str>, folder: Option<&Path>) -> Result<Ending, AppError> {
    let mut all = scenario::schemas();
    all.push(("summary", report::schema::summary()));
    let text = |schema: &Value| format!("{schema:#}\n");
    if let Some(folder) = folder {
        for (name, schema) in &all {
            let path = folder.join(format!("{name}.json"));
            report::replace_file(&path, text(schema).as_bytes()).context("cannot write")?;
        }
        return Ok(Ending::Met);
    }
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    let Some(name) = name else { return answer(format!("{}\n", names.join("\n")).as_bytes()) };
    let Some((_, schema)) = all.iter().find(|(other, _)| *other == name) else {
        let text = format!("there is no schema `{name}`; there are {}", names.join(", "));
        return Err(AppError::Asked(text));
    };
    answer(text(schema).as_bytes())
}

/// Writes the reference of all settings to a file.
pub(super) fn reference(place: &Path) -> Result<Ending, AppError> {
    report::replace_file(place, reference::page().as_bytes()).context("cannot write")?;
    Ok(Ending::Met)
}
