//! The catalogue: parts with their sources, built in and overridden item by item from disk.

use std::path::Path;

use include_dir::{Dir, include_dir};

use super::decode::{Decode, Map};
use super::document::{
    CatalogDoc, ClassItem, ConsumerItem, CurveItem, DatabaseItem, InstanceItem, PoolItem,
    PriceItem, RuntimeItem, StorageItem,
};
use super::files::{CATALOG, Files, clean};
use super::problem::{Problems, SourceSpan};
use super::yaml;

static COMPILED_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/catalog");

/// All parts of the catalogue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalog {
    pub(crate) runtimes: Map<RuntimeItem>,
    pub(crate) connection_pools: Map<PoolItem>,
    pub(crate) consumers: Map<ConsumerItem>,
    pub(crate) instances: Map<InstanceItem>,
    pub(crate) database_classes: Map<DatabaseItem>,
    pub(crate) storage_types: Map<StorageItem>,
    pub(crate) cache_classes: Map<ClassItem>,
    pub(crate) broker_classes: Map<ClassItem>,
    pub(crate) prices: Map<PriceItem>,
    pub(crate) curves: Map<CurveItem>,
}

/// Reads the built-in catalogue, then `../catalog` beside the system's folder, then `folder`; later
/// ones override.
pub(super) fn read(
    files: &mut Files,
    system_folder: &Path,
    folder: Option<&Path>,
    problems: &mut Problems,
) -> Catalog {
    let mut catalog = Catalog::default();
    let mut compiled: Vec<_> = COMPILED_IN
        .files()
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    compiled.sort_by_key(|file| file.path());
    for file in compiled {
        let path = format!("catalog:{}", file.path().display());
        let tree = files.compiled_in(path, file.contents(), problems);
        merge(&mut catalog, tree, problems);
    }
    let beside = system_folder.join("..").join("catalog");
    for (place, by_hand) in
        std::iter::once((beside.as_path(), false)).chain(folder.map(|of| (of, true)))
    {
        let paths = files.yaml_files(place);
        if by_hand && paths.is_empty() {
            // A folder named explicitly must exist.
            let shown = clean(place);
            let message = format!("`{shown}` is no folder with `*.yaml` files of a catalogue");
            let source = problems.source(shown, String::new());
            problems.add("E0001", SourceSpan { source, ..SourceSpan::default() }, message);
        }
        for path in paths {
            let tree = files.tree(&path, None, &CATALOG, problems);
            merge(&mut catalog, tree, problems);
        }
    }
    catalog
}

fn merge(catalog: &mut Catalog, tree: Option<yaml::Node>, problems: &mut Problems) {
    let Some(document) = tree.and_then(|node| CatalogDoc::decode(&node, problems)) else {
        return;
    };
    overlay(&mut catalog.runtimes, document.runtimes);
    overlay(&mut catalog.connection_pools, document.connection_pools);
    overlay(&mut catalog.consumers, document.consumers);
    overlay(&mut catalog.instances, document.instances);
    overlay(&mut catalog.database_classes, document.database_classes);
    overlay(&mut catalog.storage_types, document.storage_types);
    overlay(&mut catalog.cache_classes, document.cache_classes);
    overlay(&mut catalog.broker_classes, document.broker_classes);
    overlay(&mut catalog.prices, document.prices);
    overlay(&mut catalog.curves, document.curves);
}

fn overlay<T>(below: &mut Map<T>, above: Map<T>) {
    for (name, item) in above.0 {
        match below.position(&name.value) {
            Some(at) => below.0[at] = (name, item),
            None => below.0.push((name, item)),
        }
    }
}

/// An item of the built-in catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Kind of the part: the key above it, such as `instances`.
    pub kind: String,
    /// Name of the part.
    pub name: String,
    /// Its settings with their values, as written.
    pub settings: Vec<(String, String)>,
    /// `measured`, `vendor`, `plan` or `assumed`.
    pub basis: String,
    /// Source of the numbers.
    pub source: String,
}

/// Returns all built-in parts, file by file in the order of file names.
pub fn parts() -> Vec<Part> {
    let mut problems = Problems::default();
    let mut compiled: Vec<_> = COMPILED_IN.files().collect();
    compiled.sort_by_key(|file| file.path());
    let mut parts = Vec::new();
    for file in compiled {
        let text = String::from_utf8_lossy(file.contents()).into_owned();
        let source = Files::checked(format!("{}", file.path().display()), text, &mut problems);
        let tree = source.and_then(|source| yaml::parse(source, &mut problems));
        for kind in tree.as_ref().and_then(yaml::Node::entries).unwrap_or_default() {
            for item in kind.value.entries().unwrap_or_default() {
                parts.push(part(&kind.key, item));
            }
        }
    }
    parts
}

fn part(kind: &str, item: &yaml::Entry) -> Part {
    let text = |key: &str| item.value.get(key).map(shown).unwrap_or_default();
    let settings = item.value.entries().unwrap_or_default().iter();
    let settings = settings.filter(|entry| !["basis", "source"].contains(&entry.key.as_str()));
    Part {
        kind: kind.to_owned(),
        name: item.key.clone(),
        settings: settings.map(|entry| (entry.key.clone(), shown(&entry.value))).collect(),
        basis: text("basis"),
        source: text("source"),
    }
}

/// Formats a value on one line.
fn shown(node: &yaml::Node) -> String {
    match &node.value {
        yaml::Value::Scalar { text, .. } => text.clone(),
        yaml::Value::List(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        yaml::Value::Map(entries) => {
            let each = entries.iter().map(|e| format!("{} {}", e.key, shown(&e.value)));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}
