//! Files of a study: the only part of its loading that touches the disk.
//!
//! A scenario names files, and whoever wrote it may name any. So reading is limited to regular
//! files of plausible size, and a message quotes a file only if it is one of our documents.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::problem::{Problems, Source, SourceSpan};
use super::values;
use super::yaml::{self, Node};
use crate::study::digest::digest;
use crate::study::setup::Input;

/// Largest file accepted \[bytes\].
const LARGEST_FILE: u64 = 4 * 1024 * 1024;
/// Largest total size of all files of a study \[bytes\].
const LARGEST_STUDY: u64 = 64 * 1024 * 1024;
/// Largest number of files of a study.
const MOST_FILES: usize = 200;

/// Top-level keys of a catalogue; a file with none of them is not a catalogue.
pub(super) const CATALOG: [&str; 11] = [
    "runtimes",
    "connection_pools",
    "consumers",
    "autoscalers",
    "instances",
    "database_classes",
    "storage_types",
    "cache_classes",
    "broker_classes",
    "prices",
    "curves",
];

/// Snapshot of the files, each as it was at first use. A scenario that is resolved a thousand times
/// reads each file once and sees the same text every time.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    files: Mutex<BTreeMap<PathBuf, Result<Arc<Kept>, String>>>,
    compiled_in: Mutex<BTreeMap<String, Arc<Kept>>>,
    folders: Mutex<BTreeMap<PathBuf, Vec<PathBuf>>>,
    there: Mutex<BTreeMap<PathBuf, bool>>,
}

/// A file in memory, with its parsed form if it is free of errors.
#[derive(Debug)]
struct Kept {
    bytes: Vec<u8>,
    digest: String,
    document: OnceLock<Document>,
    column: OnceLock<Arc<[f64]>>,
}

/// A parsed file, with the kinds of document that it was accepted as.
#[derive(Debug)]
struct Document {
    kinds: Vec<String>,
    source: Arc<Source>,
    tree: Node,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Entries are inserted whole: a thread that was stopped leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Kept {
    fn new(bytes: Vec<u8>) -> Arc<Kept> {
        let digest = digest(&bytes);
        Arc::new(Kept { bytes, digest, document: OnceLock::new(), column: OnceLock::new() })
    }

    /// Parses the text as YAML; `source` is its number. The result is kept if it is free of errors.
    fn parsed(&self, source: u32, kinds: &[&str], problems: &mut Problems) -> Option<Node> {
        let errors = problems.errors();
        let tree = yaml::parse(source, problems)?;
        if problems.errors() == errors
            && let Some(source) = problems.text(source)
        {
            let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
            // Another thread may have been first, with the same result.
            let _ = self.document.set(Document { kinds, source, tree: tree.clone() });
        }
        Some(tree)
    }

    /// Returns the tree of a document of these kinds that was parsed before, registered as a new
    /// source.
    fn known(&self, kinds: &[&str], problems: &mut Problems) -> Option<Node> {
        let known = self.document.get().filter(|document| document.kinds == kinds)?;
        let source = problems.again(known.source.clone());
        Some(known.tree.of_source(source))
    }
}

impl Snapshot {
    fn file(&self, path: &Path) -> Result<Arc<Kept>, String> {
        let mut files = locked(&self.files);
        if let Some(known) = files.get(path) {
            return known.clone();
        }
        let read = read_bytes(path).map(Kept::new);
        files.insert(path.to_path_buf(), read.clone());
        read
    }

    fn compiled_in(&self, path: &str, bytes: &[u8]) -> Arc<Kept> {
        let mut all = locked(&self.compiled_in);
        all.entry(path.to_owned()).or_insert_with(|| Kept::new(bytes.to_vec())).clone()
    }
}

/// The files of one study that have been read so far.
#[derive(Default)]
pub(super) struct Files {
    pub(super) inputs: Vec<Input>,
    snapshot: Arc<Snapshot>,
    bytes: u64,
    columns: BTreeMap<PathBuf, Option<Arc<[f64]>>>,
}

impl Files {
    /// Returns an empty set of files, backed by the snapshot.
    pub(super) fn of(snapshot: &Arc<Snapshot>) -> Files {
        Files { snapshot: snapshot.clone(), ..Files::default() }
    }

    /// Whether the file exists.
    pub(super) fn is_there(&self, path: &Path) -> bool {
        *locked(&self.snapshot.there).entry(path.to_path_buf()).or_insert_with(|| path.is_file())
    }

    /// Returns the YAML files of a folder in order of their names; empty where the folder does not
    /// exist.
    pub(super) fn yaml_files(&self, folder: &Path) -> Vec<PathBuf> {
        let mut folders = locked(&self.snapshot.folders);
        folders.entry(folder.to_path_buf()).or_insert_with(|| yaml_files(folder)).clone()
    }

    /// Reads a file. `from` is the location that names it, if any.
    fn read(
        &mut self,
        path: &Path,
        from: Option<SourceSpan>,
        problems: &mut Problems,
    ) -> Option<(String, Arc<Kept>)> {
        let shown = clean(path);
        let fail = |code, message: String, problems: &mut Problems| {
            let span = from.unwrap_or_else(|| SourceSpan {
                source: problems.source(shown.clone(), String::new()),
                ..SourceSpan::default()
            });
            problems.report(code, span, message, None);
            None
        };
        if self.inputs.len() >= MOST_FILES {
            let message = format!("a study reads at most {MOST_FILES} files");
            return fail("E0002", message, problems);
        }
        let kept = match self.snapshot.file(path) {
            Ok(kept) => kept,
            Err(reason) => {
                return fail("E0001", format!("cannot read `{shown}`: {reason}"), problems);
            }
        };
        let size = kept.bytes.len() as u64;
        self.bytes += size;
        if size > LARGEST_FILE {
            return fail("E0002", format!("`{shown}` is larger than 4 MiB"), problems);
        }
        if self.bytes > LARGEST_STUDY {
            let message = "the files of a study are larger than 64 MiB together".to_owned();
            return fail("E0002", message, problems);
        }
        self.register(shown.clone(), &kept);
        if std::str::from_utf8(&kept.bytes).is_err() {
            return fail("E0003", format!("`{shown}` is not UTF-8"), problems);
        }
        Some((shown, kept))
    }

    /// Reads one of our documents, which has one of these keys at its top. Nothing of another file
    /// is quoted: it may be any that the user of the program can read.
    pub(super) fn tree(
        &mut self,
        path: &Path,
        from: Option<SourceSpan>,
        kinds: &[&str],
        problems: &mut Problems,
    ) -> Option<Node> {
        let (shown, kept) = self.read(path, from, problems)?;
        if let Some(tree) = kept.known(kinds, problems) {
            return Some(tree);
        }
        let text = std::str::from_utf8(&kept.bytes).ok()?;
        let empty = first_line(text).is_none();
        if empty || kinds.iter().any(|kind| has_key(text, kind)) {
            let source = Files::checked(shown, text.to_owned(), problems)?;
            return kept.parsed(source, kinds, problems);
        }
        let types = ["scenario", "plan", "calibration", "system"];
        let other = types.into_iter().find(|other| has_key(text, other));
        let message = match (kinds, other) {
            ([kind], Some(other)) => format!("this is the file of a {other}; a {kind} is needed"),
            ([kind], None) => format!("`{shown}` is no {kind}: it has no key `{kind}` at its top"),
            _ => format!("`{shown}` is no catalogue: it has none of its keys at its top"),
        };
        let source = problems.secret(shown, text.to_owned());
        let span = SourceSpan { source, line: 1, column: 1, ..SourceSpan::default() };
        problems.add("E0010", span, message);
        None
    }

    /// Reads a built-in catalogue.
    pub(super) fn compiled_in(
        &mut self,
        path: String,
        bytes: &[u8],
        problems: &mut Problems,
    ) -> Option<Node> {
        let kept = self.snapshot.compiled_in(&path, bytes);
        self.register(path.clone(), &kept);
        if let Some(tree) = kept.known(&CATALOG, problems) {
            return Some(tree);
        }
        let text = String::from_utf8_lossy(bytes).into_owned();
        let source = Files::checked(path, text, problems)?;
        kept.parsed(source, &CATALOG, problems)
    }

    fn register(&mut self, path: String, kept: &Kept) {
        if !self.inputs.iter().any(|input| input.path == path) {
            self.inputs.push(Input { path, digest: kept.digest.clone() });
        }
    }

    /// Registers a text after checking its characters.
    pub(super) fn checked(path: String, text: String, problems: &mut Problems) -> Option<u32> {
        let text = text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text);
        let odd = |letter: &char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
        if let Some((at, letter)) = text.char_indices().find(|(_, letter)| odd(letter)) {
            let line = text[..at].matches('\n').count() + 1;
            let shown = path.clone();
            let source = problems.source(path, String::new());
            let span = SourceSpan { source, line: line as u32, ..SourceSpan::default() };
            let code = u32::from(letter);
            let message = format!("`{shown}` holds the control character U+{code:04X}");
            problems.add("E0003", span, message);
            return None;
        }
        Some(problems.source(path, text))
    }

    /// Reads a document of the type `kind`.
    pub(super) fn document(
        &mut self,
        path: &Path,
        from: Option<SourceSpan>,
        kind: &str,
        problems: &mut Problems,
    ) -> Option<Node> {
        self.tree(path, from, &[kind], problems)
    }

    /// Reads measured times from a file of one column \[ms\], returned in rising order \[s\].
    pub(super) fn column(
        &mut self,
        from: SourceSpan,
        name: &str,
        problems: &mut Problems,
    ) -> Option<Arc<[f64]>> {
        let holder = PathBuf::from(problems.path(from.source));
        let path = holder.parent().unwrap_or(Path::new("")).join(name);
        if let Some(known) = self.columns.get(&path) {
            return known.clone();
        }
        let read = self.read(&path, Some(from), problems).and_then(|(shown, kept)| {
            if let Some(known) = kept.column.get() {
                return Some(known.clone());
            }
            // A column of numbers is not one of our documents, so its content is not quoted.
            let source = problems.secret(shown, String::new());
            let text = std::str::from_utf8(&kept.bytes).ok()?;
            let column = column_of(source, text.trim_start_matches('\u{feff}'), problems)?;
            // Another thread may have been first, with the same result.
            let _ = kept.column.set(column.clone());
            Some(column)
        });
        self.columns.insert(path, read.clone());
        read
    }
}

fn column_of(source: u32, text: &str, problems: &mut Problems) -> Option<Arc<[f64]>> {
    let mut values = Vec::new();
    let mut start = 0;
    for (index, line) in text.split('\n').enumerate() {
        let cell = line.trim().trim_matches('"');
        let end = start + line.trim_end().len();
        match cell.parse::<f64>() {
            Ok(value) if value >= 0.0 && value / 1000.0 <= values::LONGEST => {
                values.push(value / 1000.0);
            }
            // The first line may be a heading.
            Err(_) if index == 0 || cell.is_empty() => {}
            _ => {
                let (start, end, line) = (start as u32, end as u32, index as u32 + 1);
                let span = SourceSpan { source, start, end, line, column: 1 };
                let message = "expected one time in milliseconds on each line";
                problems.add("E0104", span, message);
                return None;
            }
        }
        start += line.len() + 1;
    }
    if values.is_empty() {
        problems.add(
            "E0009",
            SourceSpan { source, ..SourceSpan::default() },
            "the file holds no times",
        );
        return None;
    }
    values.sort_by(f64::total_cmp);
    Some(values.into())
}

/// Reads a file: the only place of the library's loading that opens one.
fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    use std::io::Read as _;
    let fault = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        kind => kind.to_string(),
    };
    let about = std::fs::metadata(path).map_err(fault)?;
    if !about.is_file() {
        return Err("it is not a file".into());
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(fault)?;
    // One byte more than allowed shows that there is more.
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(fault)?;
    Ok(bytes)
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    paths.sort();
    // One more than a study reads shows that there are more.
    paths.truncate(MOST_FILES + 1);
    paths
}

/// Returns the first line of a text with content, in terms of YAML.
fn first_line(text: &str) -> Option<&str> {
    let said = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with(['#', '%']);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().find(|line| said(line) && line.trim_end() != "---")
}

/// Whether a text has a top-level key, judged without parsing it as YAML, since it may be broken.
fn has_key(text: &str, key: &str) -> bool {
    let Some(first) = first_line(text) else { return false };
    let indent = first.len() - first.trim_start().len();
    let named = |text: &str| {
        let text = text.trim_start_matches(['{', ' ', '"', '\'', ',']);
        let rest = text.strip_prefix(key).map(|rest| rest.trim_start_matches(['"', '\'', ' ']));
        rest.is_some_and(|rest| rest.starts_with(':'))
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if first.trim_start().starts_with('{') {
        return text.match_indices(key).any(|(at, _)| named(&text[at..]));
    }
    let at_top = |line: &&str| line.len() - line.trim_start().len() == indent;
    text.lines().filter(at_top).any(named)
}

/// Normalises a path for display: `a/b/../c` becomes `a/c`.
pub(super) fn clean(path: &Path) -> String {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            (Component::CurDir, _) => {}
            _ => parts.push(part),
        }
    }
    parts.iter().collect::<PathBuf>().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_known_by_their_key() {
        for text in [
            "system: shop\n",
            "\u{feff}# comment\n---\n\nabout: x\nsystem: shop",
            "  about: x\n  system : shop\n",
            "{ about: x, system: shop }",
            "{\n  \"about\": 1,\n  \"system\": \"shop\"\n}",
            "\"system\": { services: [ }",
        ] {
            assert!(has_key(text, "system"), "{text}");
        }
        for text in [
            "",
            "# system: shop\n",
            "root:x:0:0:root:/root:/bin/bash\n",
            "spec:\n  system: secret\n",
            "systems: shop\n",
            "- system: shop\n",
            "my system: shop\n",
        ] {
            assert!(!has_key(text, "system"), "{text}");
        }
    }
}
