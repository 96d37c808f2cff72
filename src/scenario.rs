//! From files to a [`Study`](crate::study::setup::Study): read, resolve, apply plans, validate. All
//! problems at once.
//!
//! A scenario names a system, variants of it, mixes, calibrations and a load. Each combination becomes
//! one [`crate::model::spec::Spec`] of plain numbers; nothing below this room reads a file or a name.

mod ablation;
pub(crate) mod catalog;
mod codes;
pub(crate) mod decode;
pub(crate) mod document;
pub(crate) mod documents;
mod files;
mod further;
mod loaded;
mod named;
mod plan;
pub(crate) mod problem;
mod reading;
mod resolve;
mod rollout;
pub mod sizing;
mod time;
pub(crate) mod values;
mod variation;
pub mod vary;
mod workshop;
pub(crate) mod yaml;

use std::path::Path;

use serde_json::Value as Json;

pub use self::catalog::{Part, parts};
pub use self::codes::{EXPLANATIONS, Explanation, explain};
pub(crate) use self::documents::Documents;
pub use self::further::Further;
pub use self::loaded::{Loaded, Options};
pub use self::problem::{Problem, Refused, Severity, Source, render, render_plain};
pub use self::workshop::Workshop;

use self::document::{CalibrationDoc, CatalogDoc, PlanDoc, ScenarioDoc, SystemDoc};

/// Loads the scenario at `path` with all files that it names.
///
/// # Errors
/// Every problem found, errors first, each by file and line. Never panics on bad input.
pub fn load(path: &Path, options: &Options) -> Result<Loaded, Refused> {
    Workshop::new(path, options.clone(), "").resolve(&[])
}

/// Returns the JSON Schemas (draft-07) of all documents, by file name without `.json`.
pub fn schemas() -> Vec<(&'static str, Json)> {
    vec![
        ("scenario", decode::root_schema::<ScenarioDoc>("Plimsoll scenario")),
        ("system", decode::root_schema::<SystemDoc>("Plimsoll system")),
        ("plan", decode::root_schema::<PlanDoc>("Plimsoll plan")),
        ("calibration", decode::root_schema::<CalibrationDoc>("Plimsoll calibration")),
        ("catalog", decode::root_schema::<CatalogDoc>("Plimsoll catalogue")),
    ]
}

#[cfg(test)]
mod tests {
    use super::files::Files;
    use super::problem::Problems;
    use super::yaml::{Node, Value};
    use super::*;

    fn json(node: &Node) -> Json {
        match &node.value {
            _ if node.is_null() => Json::Null,
            Value::Scalar { text, quoted: false } => {
                serde_json::from_str(text).unwrap_or_else(|_| Json::from(text.as_str()))
            }
            Value::Scalar { text, .. } => Json::from(text.as_str()),
            Value::List(items) => items.iter().map(json).collect(),
            Value::Map(entries) => {
                entries.iter().map(|entry| (entry.key.clone(), json(&entry.value))).collect()
            }
        }
    }

    /// Schemas must accept everything that the program reads.
    #[test]
    fn schemas_accept_what_is_read() {
        let documents = [
            ("scenario", "scenarios/mm1.yaml"),
            ("scenario", "scenarios/before-after.yaml"),
            ("system", "shop/system.yaml"),
            ("calibration", "shop/calibrations/code.yaml"),
            ("plan", "shop/plans/more.yaml"),
            ("plan", "shop/plans/intended.yaml"),
            ("catalog", "catalog/parts.yaml"),
        ];
        for (kind, path) in documents {
            let mut problems = Problems::default();
            let path = Path::new("tests/fixtures").join(path);
            let keys: &[&str] = if kind == "catalog" { &files::CATALOG } else { &[kind] };
            let tree = Files::default().tree(&path, None, keys, &mut problems).expect("a file");
            let tree = json(&tree);
            let (_, schema) =
                schemas().into_iter().find(|(name, _)| *name == kind).expect("a schema");
            let validator = jsonschema::draft7::new(&schema).expect("a valid schema");
            let faults: Vec<String> =
                validator.iter_errors(&tree).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{}: {faults:#?}", path.display());
        }
    }

    /// The list of keys by which a catalogue is recognised must be complete.
    #[test]
    fn a_catalogue_is_known_by_any_of_its_keys() {
        let schema = decode::root_schema::<CatalogDoc>("x");
        let properties = &schema["definitions"]["CatalogDoc"]["properties"];
        let properties = properties.as_object().expect("an object");
        let mut known = files::CATALOG;
        known.sort_unstable();
        // These two are allowed in any document.
        let own = properties.keys().filter(|key| !["basis", "source"].contains(&key.as_str()));
        let mut own: Vec<&str> = own.map(String::as_str).collect();
        own.sort_unstable();
        assert_eq!(own, known);
    }

    #[test]
    fn places_are_counted_in_characters() {
        let mut problems = Problems::default();
        let text = "이름: 상점\nkey: [값, 둘]\n".to_owned();
        let source = problems.source("korean.yaml".into(), text.clone());
        let tree = yaml::parse(source, &mut problems).expect("YAML");
        let Value::List(items) = &tree.get("key").expect("the key").value else {
            panic!("no list")
        };
        let span = items[1].span;
        assert_eq!((span.line, span.column), (2, 10));
        assert_eq!(&text[span.start as usize..span.end as usize], "둘");
    }
}
