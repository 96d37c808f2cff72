//! Rules of STYLE.md that a program can check. Each message gives a remedy.
//!
//! Every check is a function from files to complaints, and is first run on a file that violates it:
//! a check that cannot fail protects nothing.

#[path = "tidy/code.rs"]
mod code;

use std::path::{Path, PathBuf};
use std::process::Command;

/// Dependencies allowed between the rooms of `src`; the reasons are in ARCHITECTURE.md.
const ROOMS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("plain", &[]),
    ("random", &["units"]),
    ("engine", &["units"]),
    ("observe", &["units"]),
    ("station", &["units", "engine", "observe"]),
    ("model", &["units", "random", "engine", "station", "observe"]),
    ("stats", &["units"]),
    ("build", &["units", "random", "model", "study"]),
    ("study", &["units", "random", "model", "observe", "stats"]),
    ("scenario", &["units", "plain", "random", "model", "study"]),
    ("audit", &["units", "model", "station", "stats", "study", "scenario"]),
    ("report", &["units", "plain", "stats", "study", "scenario", "audit"]),
    ("cli", &[]),
    (
        "app",
        &[
            "units", "plain", "random", "engine", "observe", "station", "model", "stats", "study",
            "scenario", "audit", "report", "cli",
        ],
    ),
];

/// Rooms without access to files, clock, environment, threads or serialization.
const BLIND: &[&str] = &["units", "plain", "random", "engine", "observe", "station", "model"];
const SIGHT: &[&str] =
    &["std::fs", "std::io", "std::env", "std::net", "std::time", "std::thread", "serde"];

/// Maximum length of a file of `src` \[lines\].
const FILE_LINES: usize = 700;
/// Files of `src` that are longer, each with its length: may shrink, must not grow.
const LONG_FILES: &[(&str, usize)] = &[];
/// rustfmt keeps code within 100 columns, and leaves alone what it cannot break.
const COMMENT_COLUMNS: usize = 108;
const LITERAL_COLUMNS: usize = 160;

/// Words that do not belong into `src`: a system is data.
const BANNED: &[&str] = &[concat!("c4", "ang")];
/// Places outside the project, which readers cannot access.
const OUTSIDE: &[&str] =
    &[concat!("/wo", "rk/"), concat!("../sha", "red"), concat!(".lib", "rary")];
/// Extensions of text files.
const TEXT: &[&str] = &[
    "rs",
    "toml",
    "md",
    "yaml",
    "yml",
    "json",
    "lock",
    "snap",
    "trycmd",
    "svg",
    "run",
    "gitignore",
];

/// A text file of the project, by its path from the root with forward slashes.
struct File {
    path: String,
    text: String,
}

impl File {
    fn ends(&self, ending: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == ending)
    }
}

fn file(path: &str, text: &str) -> File {
    File { path: path.into(), text: text.into() }
}

/// Returns all text files of the project, in order, without build products and results of studies.
fn files() -> Vec<File> {
    let mut found = Vec::new();
    walk(Path::new("."), &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.iter().any(|file| file.path == "src/lib.rs"), "not in the project's folder");
    found
}

fn walk(folder: &Path, found: &mut Vec<File>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let path: PathBuf = path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            let skipped = ["target", ".git"].contains(&name.as_str()) || name == "output";
            if !skipped {
                walk(&path, found);
            }
        } else if TEXT.contains(&name.rsplit('.').next().unwrap_or_default())
            || name == "run"
            || name.starts_with("LICENSE")
        {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            found.push(file(&path.to_string_lossy().replace('\\', "/"), &text));
        }
    }
}

fn source(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.path.starts_with("src/") && file.ends("rs"))
}

fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Returns the room of a source file: `src/model/load.rs` and `src/model.rs` are `model`.
fn room(path: &str) -> &str {
    let inside = path.trim_start_matches("src/");
    inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
}

fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// Returns the names at the top level of `a::b, c::{d, e}, f}`.
fn names_in_braces(text: &str) -> Vec<&str> {
    let (mut depth, mut names, mut start) = (0, Vec::new(), 0);
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                names.push(identifier(text[start..at].trim_start()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Returns the rooms named in `text`, each with its line.
fn known(path: &str, text: &str) -> Vec<(usize, String)> {
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        let names = match rest.strip_prefix('{') {
            Some(rest) => names_in_braces(rest),
            None => vec![identifier(rest)],
        };
        found.extend(names.into_iter().map(|name| (line(at), name.to_owned())));
    }
    // As many `super::` as the file is deep lead to the root of the crate.
    let depth = path.matches('/').count();
    for (number, written) in text.lines().enumerate() {
        let statement = written.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        let Some(mut rest) = statement.strip_prefix("use ") else { continue };
        let mut climbed = 0;
        while let Some(higher) = rest.strip_prefix("super::") {
            (rest, climbed) = (higher, climbed + 1);
        }
        if climbed >= depth {
            found.push((number + 1, identifier(rest).to_owned()));
        }
    }
    found
}

/// Strips the unit tests at the end of a file, which may use what they need.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

fn trespasses(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in source(files) {
        let room = room(&file.path);
        if matches!(room, "lib" | "main") {
            continue;
        }
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            complaints.push(format!("{}: {room} is not in the table of rooms", file.path));
            continue;
        };
        let text = without_tests(&file.text);
        for (line, other) in known(&file.path, text) {
            let is_room = ROOMS.iter().any(|(name, _)| *name == other);
            if is_room && other != room && !allowed.contains(&other.as_str()) {
                complaints.push(format!("{}:{line}: {room} must not know {other}", file.path));
            }
        }
        if BLIND.contains(&room) {
            for (number, line) in text.lines().enumerate() {
                if let Some(seen) = SIGHT.iter().find(|seen| line.contains(**seen)) {
                    let number = number + 1;
                    complaints.push(format!("{}:{number}: {room} must not see {seen}", file.path));
                }
            }
        }
    }
    complaints
}

#[test]
fn rooms_know_only_whom_they_may() {
    let broken = [
        file("src/engine.rs", "//! Events.\nuse crate::report::text;\n"),
        file("src/model/load.rs", "use crate::{units::{Span, Time}, study, random};\n"),
        file("src/stats.rs", "fn f() -> crate::model::Run {}\n"),
        file("src/station.rs", "use super::model::Spec;\n"),
        file("src/station/pool.rs", "use super::super::scenario;\nuse super::cpu;\n"),
        file("src/observe.rs", "use std::fs::File;\n"),
        file("src/cellar.rs", ""),
    ];
    assert_eq!(
        trespasses(&broken),
        [
            "src/engine.rs:2: engine must not know report",
            "src/model/load.rs:1: model must not know study",
            "src/stats.rs:1: stats must not know model",
            "src/station.rs:1: station must not know model",
            "src/station/pool.rs:1: station must not know scenario",
            "src/observe.rs:1: observe must not see std::fs",
            "src/cellar.rs: cellar is not in the table of rooms",
        ]
    );
    let fine =
        file("src/engine.rs", "use crate::units;\n#[cfg(test)]\nmod tests {\nuse crate::random;}");
    assert_none(&trespasses(&[fine]));
    assert_none(&trespasses(&files()));
}

fn words(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        let ours = file.path.starts_with("src/");
        let code = file.ends("rs");
        for (number, line) in file.text.lines().enumerate() {
            let place = format!("{}:{}", file.path, number + 1);
            let lower = line.to_lowercase();
            for word in BANNED.iter().filter(|word| ours && lower.contains(**word)) {
                complaints.push(format!("{place}: `{word}` belongs into models/ and scenarios/"));
            }
            for word in [concat!("TO", "DO"), concat!("FIX", "ME")] {
                if code && line.contains(word) {
                    complaints
                        .push(format!("{place}: do it, or open an issue, instead of `{word}`"));
                }
            }
            for word in OUTSIDE.iter().filter(|word| line.contains(**word)) {
                complaints.push(format!("{place}: `{word}` is outside the project"));
            }
        }
    }
    complaints
}

#[test]
fn words_are_where_they_belong() {
    let shout = concat!("// TO", "DO\n");
    let broken = [
        file("src/app.rs", concat!("// for C4", "ang\n")),
        file("tests/cli.rs", shout),
        file("README.md", concat!("see /wo", "rk/notes\n")),
    ];
    assert_eq!(words(&broken).len(), 3, "{:?}", words(&broken));
    let fine = [file("models/a.yaml", concat!("system: c4", "ang\n")), file("docs/a.md", shout)];
    assert_none(&words(&fine));
    assert_none(&words(&files()));
}

fn lengths(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in source(files) {
        let allowed = LONG_FILES.iter().find(|(path, _)| *path == file.path);
        let allowed = allowed.map_or(FILE_LINES, |(_, lines)| *lines);
        let lines = file.text.lines().count();
        if lines > allowed {
            let path = &file.path;
            complaints.push(format!("{path}: {lines} lines, at most {allowed}: split it"));
        }
        for (number, line) in file.text.lines().enumerate() {
            let allowed = if line.trim_start().starts_with("//") {
                COMMENT_COLUMNS
            } else if line.contains('"') {
                LITERAL_COLUMNS
            } else {
                // Patterns and names that rustfmt cannot break; `cargo fmt --check` covers the
                // rest.
                COMMENT_COLUMNS
            };
            let columns = line.chars().count();
            if columns > allowed {
                let place = format!("{}:{}", file.path, number + 1);
                complaints.push(format!("{place}: {columns} columns, at most {allowed}"));
            }
        }
    }
    complaints
}

#[test]
fn files_and_lines_are_short() {
    let long = "\n".repeat(FILE_LINES + 1);
    let broken = [
        file("src/app.rs", &long),
        file("src/cli.rs", &format!("// {}\n", "é".repeat(COMMENT_COLUMNS))),
        file("src/units.rs", &format!("\"{}\"\n", "x".repeat(LITERAL_COLUMNS))),
    ];
    assert_eq!(lengths(&broken).len(), 3, "{:?}", lengths(&broken));
    assert_none(&lengths(&files()));
    for (path, lines) in LONG_FILES {
        let now = std::fs::read_to_string(path).map_or(0, |text| text.lines().count());
        assert!(now > FILE_LINES, "{path} is short enough now: take it off the list");
        assert!(now == *lines, "{path} has {now} lines now: say so in the list");
    }
}

#[test]
fn modules_are_beside_their_folder() {
    let bad: Vec<String> = files()
        .into_iter()
        .map(|file| file.path)
        .filter(|path| path.ends_with("/mod.rs"))
        .map(|path| format!("{path}: use `foo.rs` beside `foo/`"))
        .collect();
    assert_none(&bad);
}

const SCHEMA_LINE: &str = "# yaml-language-server: $schema=";

fn schemas(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        let data = ["models/", "scenarios/"].iter().any(|folder| file.path.starts_with(folder));
        if !data || !file.ends("yaml") {
            continue;
        }
        let first = file.text.lines().next().unwrap_or_default();
        match first.strip_prefix(SCHEMA_LINE) {
            None => complaints.push(format!("{}: must begin with `{SCHEMA_LINE}…`", file.path)),
            Some(schema) => {
                let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
                if !folder.join(schema.trim()).is_file() {
                    complaints.push(format!("{}: there is no schema {schema}", file.path));
                }
            }
        }
    }
    complaints
}

#[test]
fn data_files_name_their_schema() {
    let broken = [
        file("models/shop/system.yaml", "system: shop\n"),
        file("scenarios/shop/a.yaml", "# yaml-language-server: $schema=../schema/scenaro.json\n"),
    ];
    assert_eq!(schemas(&broken).len(), 2, "{:?}", schemas(&broken));
    let all = files();
    assert!(all.iter().filter(|file| file.ends("yaml")).count() > 20);
    assert_none(&schemas(&all));
}

fn kept_results(tracked: &str) -> Vec<String> {
    let extra = tracked.lines().filter(|path| {
        path.starts_with("output/") && *path != "output/README.md" || path.starts_with("target/")
    });
    extra.map(|path| format!("{path}: git keeps no results: `git rm --cached {path}`")).collect()
}

#[test]
fn git_keeps_no_results() {
    assert_eq!(kept_results("output/README.md\nsrc/lib.rs\noutput/a/run/summary.json\n").len(), 1);
    let ignored = std::fs::read_to_string(".gitignore").unwrap_or_default();
    for rule in ["/target", "/output/*", "!/output/README.md"] {
        assert!(ignored.lines().any(|line| line == rule), ".gitignore has no `{rule}`");
    }
    // An unpacked archive has no repository, and git may not be installed.
    if let Ok(listed) = Command::new("git").args(["ls-files", "output", "target"]).output()
        && listed.status.success()
    {
        assert_none(&kept_results(&String::from_utf8_lossy(&listed.stdout)));
    }
}

/// Number of files of `src` in import cycles: may decrease, must not increase.
const IN_CYCLES: usize = 15;

/// Returns the module of a source file: `src/model/kafka/consumer.rs` is `model::kafka::consumer`.
fn module(path: &str) -> Vec<String> {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    inside.split('/').map(str::to_owned).collect()
}

/// Flattens `a::{b, c::{d, e}}` to `a::b`, `a::c::d` and `a::c::e`.
fn flattened(before: &str, tree: &str, found: &mut Vec<String>) {
    let Some(open) = tree.find('{') else {
        let path = tree.split(" as ").next().unwrap_or(tree);
        found.push(format!("{before}{}", path.trim()));
        return;
    };
    let before = format!("{before}{}", tree[..open].trim());
    let (mut depth, mut from) = (0, open + 1);
    for (at, c) in tree.char_indices().skip_while(|(at, _)| *at <= open) {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                let part = tree[from..at].trim();
                if !part.is_empty() {
                    flattened(&before, part, found);
                }
                from = at + 1;
                if c == '}' {
                    return;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
}

/// Returns the paths that a file names from the root, from its own module or from enclosing ones.
fn named(text: &str) -> Vec<String> {
    let text = without_tests(text);
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    for statement in code.split(';') {
        let last = statement.rsplit('\n').find(|line| line.contains("use ")).unwrap_or("");
        let from = statement.rfind(last).unwrap_or(0);
        let Some((visible, tree)) = statement[from..].split_once("use ") else { continue };
        if visible.trim().is_empty() || visible.trim_start().starts_with("pub") {
            flattened("", tree, &mut found);
        }
    }
    for root in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(root) {
            if !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                let rest = code[at..].split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
                found.extend(rest.take(1).map(str::to_owned));
            }
        }
    }
    found
}

/// Returns the files that reach themselves through their imports.
fn in_cycles(files: &[File]) -> Vec<&str> {
    let all: Vec<(&File, Vec<String>)> = source(files)
        .filter(|file| !file.path.contains("/tests"))
        .map(|file| (file, module(&file.path)))
        .collect();
    let place = |path: &[String]| all.iter().position(|(_, module)| module == path);
    let arrows: Vec<Vec<usize>> = all
        .iter()
        .enumerate()
        .map(|(own, (file, module))| {
            let of = |path: String| {
                let mut parts: Vec<String> = path.split("::").map(str::to_owned).collect();
                let mut from: Vec<String> = match parts[0].as_str() {
                    "crate" => Vec::new(),
                    "self" | "super" => module.clone(),
                    _ => return None,
                };
                while parts
                    .first()
                    .is_some_and(|part| ["crate", "self", "super"].contains(&part.as_str()))
                {
                    if parts.remove(0) == "super" {
                        from.pop();
                    }
                }
                from.extend(parts);
                while !from.is_empty() {
                    if let Some(place) = place(&from) {
                        return (place != own).then_some(place);
                    }
                    from.pop();
                }
                None
            };
            named(&file.text).into_iter().filter_map(of).collect()
        })
        .collect();
    let leads_back = |from: usize| {
        let (mut seen, mut ahead) = (vec![false; all.len()], arrows[from].clone());
        while let Some(at) = ahead.pop() {
            if at == from {
                return true;
            }
            if !std::mem::replace(&mut seen[at], true) {
                ahead.extend(&arrows[at]);
            }
        }
        false
    };
    (0..all.len()).filter(|file| leads_back(*file)).map(|file| all[file].0.path.as_str()).collect()
}

#[test]
fn import_cycles_become_fewer() {
    let broken = [
        file("src/a.rs", "mod b;\nuse self::b::{B, c::C};\n"),
        file("src/a/b.rs", "//! `crate::d`\nuse super::A;\n"),
        file("src/d.rs", "use crate::{a, e::E};\n#[cfg(test)]\nmod tests {\nuse crate::e;\n}\n"),
        file("src/e.rs", "pub struct E;\n"),
    ];
    assert_eq!(in_cycles(&broken), ["src/a.rs", "src/a/b.rs"]);
    let files = files();
    let found = in_cycles(&files);
    assert!(found.len() <= IN_CYCLES, "{} files: {found:#?}", found.len());
    assert!(found.len() == IN_CYCLES, "{} files now: say so in `IN_CYCLES`", found.len());
}
