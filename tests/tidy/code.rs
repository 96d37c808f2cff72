//! Checks that parse functions, `match` expressions and public items.

use std::collections::{BTreeMap, BTreeSet};

use super::{File, assert_none, file, files, room, source, without_tests};

/// Maximum length of a function of `src` \[lines\].
const FUNCTION_LINES: usize = 70;
/// Functions of `src` that are longer, each with its length: may shrink, must not grow, without
/// additions.
const LONG_FUNCTIONS: &[(&str, &str, usize)] = &[
    ("src/audit/cost.rs", "bill", 76),
    ("src/report/audit/en/hazard.rs", "message", 85),
    ("src/report/audit/ko/hazard.rs", "message", 85),
    ("src/report/chart/day.rs", "draw", 71),
    ("src/report/chart/pareto.rs", "draw", 78),
    ("src/report/fixture.rs", "study", 76),
    ("src/report/size.rs", "table", 71),
    ("src/report/words/cause.rs", "mechanism", 88),
    ("src/report/words/claim.rs", "finding", 72),
    ("src/report/words/doubt.rs", "doubt", 146),
    ("src/scenario/reading.rs", "read", 77),
    ("src/scenario/reading.rs", "variants", 75),
    ("src/scenario/resolve.rs", "settings", 80),
    ("src/scenario/resolve.rs", "study", 97),
    ("src/scenario/resolve/timeline.rs", "set", 168),
    ("src/scenario/time.rs", "law_of", 73),
    ("src/scenario/yaml.rs", "parse", 84),
    ("src/study/size/search.rs", "cheaper", 78),
];

/// Closed enums of this crate: a new variant must be handled by every `match` that knows another.
const CLOSED: &[&str] = &["Op", "Resource", "Event", "Record"];

/// Public items that only readers outside of the crate use: rooms and files that the first page of
/// the documentation leads to.
const DOCUMENTED: &[&str] = &["src/build", "src/stats/analytic"];
/// Unused public items: must become fewer.
const UNUSED: &[(&str, &str)] = &[];

/// Returns the code of a file with comments, strings and characters blanked, at unchanged
/// positions.
fn code(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let blank = |out: &mut String, part: &[char]| {
        out.extend(part.iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
    };
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at..] {
            ['/', '/', ..] => (at..chars.len()).find(|i| chars[*i] == '\n').unwrap_or(chars.len()),
            ['/', '*', ..] => {
                let end = (at + 2..chars.len()).find(|i| chars[*i] == '/' && chars[*i - 1] == '*');
                end.map_or(chars.len(), |end| end + 1)
            }
            ['r', '#', '"', ..] => {
                let end = (at + 3..chars.len()).find(|i| chars[*i] == '#' && chars[*i - 1] == '"');
                end.map_or(chars.len(), |end| end + 1)
            }
            ['"', ..] => {
                let mut end = at + 1;
                while end < chars.len() && chars[end] != '"' {
                    end += if chars[end] == '\\' { 2 } else { 1 };
                }
                (end + 1).min(chars.len())
            }
            ['\'', '\\', _, ..] => {
                (at + 3..chars.len()).find(|i| chars[*i] == '\'').map_or(chars.len(), |end| end + 1)
            }
            ['\'', _, '\'', ..] => at + 3,
            _ => {
                out.push(chars[at]);
                at += 1;
                continue;
            }
        };
        blank(&mut out, &chars[at..end]);
        at = end;
    }
    out
}

/// Returns the position after the bracket that closes the one at `open`.
fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, c) in code[open..].char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + at + 1;
        }
    }
    code.len()
}

/// Returns the position of the first of `wanted` outside of brackets, from `from` on.
fn outside(code: &str, from: usize, wanted: &[&str]) -> Option<usize> {
    let mut at = from;
    while let Some(c) = code[at..].chars().next() {
        if wanted.iter().any(|wanted| code[at..].starts_with(wanted)) {
            return Some(at);
        }
        match c {
            '(' | '[' | '{' => at = closing(code, at),
            ')' | ']' | '}' => return None,
            _ => at += c.len_utf8(),
        }
    }
    None
}

/// Returns the positions after each occurrence of a word.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).map(|(at, _)| (at, at + word.len())).filter_map(move |(at, end)| {
        let whole = !code[..at].ends_with(part) && !code[end..].starts_with(part);
        whole.then_some(end)
    })
}

fn line(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// Returns name, first line and length of each function with a body.
fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    for at in words(code, "fn") {
        let name: String = code[at..]
            .trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let Some(end) = outside(code, at, &["{", ";"]) else { continue };
        if name.is_empty() || code[end..].starts_with(';') {
            continue;
        }
        let (first, last) = (line(code, at), line(code, closing(code, end)));
        found.push((name, first, last - first + 1));
    }
    found
}

fn long_functions(files: &[File], known: &[(&str, &str, usize)]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut seen = BTreeSet::new();
    for file in source(files) {
        for (name, line, lines) in functions(&code(without_tests(&file.text))) {
            let known = known.iter().find(|(path, known, _)| *path == file.path && *known == name);
            let allowed = known.map_or(FUNCTION_LINES, |(_, _, lines)| *lines);
            if lines > allowed {
                let path = &file.path;
                complaints
                    .push(format!("{path}:{line}: {name} has {lines} lines, at most {allowed}"));
            }
            if lines > FUNCTION_LINES {
                seen.extend(known.map(|(path, name, _)| (*path, *name)));
            }
        }
    }
    for (path, name, _) in known {
        if !seen.contains(&(*path, *name)) {
            complaints.push(format!("{path}: {name} is short enough now: take it off the list"));
        }
    }
    complaints
}

#[test]
fn functions_are_short() {
    let body = |lines: usize| "    f(\"{\"); // }\n".repeat(lines);
    let long = format!("fn long(a: [u8; 3]) {{\n{}}}\n", body(FUNCTION_LINES - 1));
    let fine = format!("fn short() {{\n{}}}\nfn declared();\n", body(FUNCTION_LINES - 2));
    let broken = file("src/app.rs", &format!("{fine}{long}"));
    let known: &[(&str, &str, usize)] = &[("src/app.rs", "short", 90), ("src/app.rs", "long", 70)];
    let complaints = long_functions(&[broken], known);
    assert_eq!(
        complaints,
        [
            "src/app.rs:72: long has 71 lines, at most 70",
            "src/app.rs: short is short enough now: take it off the list",
        ]
    );
    assert_none(&long_functions(&files(), LONG_FUNCTIONS));
}

/// Returns the patterns of the arms of a `match` whose body begins at `open`, each with its
/// position.
fn arms(code: &str, open: usize) -> Vec<(usize, &str)> {
    let (mut at, end) = (open + 1, closing(code, open) - 1);
    let mut found = Vec::new();
    while let Some(arrow) = outside(code, at, &["=>"]).filter(|arrow| *arrow < end) {
        let pattern = &code[at..arrow];
        let begin = at + pattern.len() - pattern.trim_start().len();
        found.push((begin, pattern.trim()));
        let body = arrow + 2;
        let body = body + code[body..].len() - code[body..].trim_start().len();
        at = if code[body..].starts_with('{') {
            closing(code, body)
        } else {
            outside(code, body, &[","]).unwrap_or(end)
        };
        at += usize::from(code[at..].trim_start().starts_with(','))
            * (code[at..].len() - code[at..].trim_start().len() + 1);
    }
    found
}

/// Whether a pattern is a catch-all: `_`, a name, or a tuple of those, without a guard.
fn is_silent(pattern: &str) -> bool {
    let names = pattern.split(['(', ')', ',', ' ', '\n']).filter(|name| !name.is_empty());
    let lower = |name: &str| name.starts_with(|c: char| c.is_lowercase() || c == '_');
    let plain = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let literal = ["true", "false", "if"];
    pattern.split(" if ").count() == 1
        && names.clone().all(|name| lower(name) && plain(name) && !literal.contains(&name))
}

fn silent_arms(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    // The YAML reader has events of its own.
    for file in source(files).filter(|file| !file.text.contains("use saphyr_parser::")) {
        let code = code(without_tests(&file.text));
        for at in words(&code, "match") {
            let Some(open) = outside(&code, at, &["{"]) else { continue };
            let arms = arms(&code, open);
            let names = |word: &str| {
                let of = |pattern: &str| {
                    words(pattern, word).any(|end| {
                        let before = &pattern[..end - word.len()];
                        pattern[end..].starts_with("::") && !before.ends_with("::")
                    })
                };
                arms.iter().any(|(_, pattern)| of(pattern))
            };
            let Some(closed) = CLOSED.iter().find(|closed| names(closed)) else { continue };
            for (at, pattern) in arms.iter().filter(|(_, pattern)| is_silent(pattern)) {
                let (path, line) = (&file.path, line(&code, *at));
                complaints
                    .push(format!("{path}:{line}: `{pattern}` over {closed}: name its members"));
            }
        }
    }
    complaints
}

#[test]
fn no_arm_is_silent_over_a_closed_enum() {
    let text = "fn f(op: Op) {\n\
        match op {\n    Op::Cpu { .. } if a => { match x { 1 => 2, _ => 3 } }\n    _ => {}\n}\n\
        match (op, x) { (Op::End, Some(_)) => 1, (_, None) => 2, (other, _) => 3, }\n\
        match lead { Lead::Op(_) => 1, _ => 2 }\n\
        match op { Op::Cpu { .. } | Op::End => f(|_| 1), Op::Finish if b => 2, _ if c => 3 }\n\
        match text { \"Op::End\" => 1, _ => 2 }\n}\n";
    assert_eq!(
        silent_arms(&[file("src/model.rs", text)]),
        [
            "src/model.rs:4: `_` over Op: name its members",
            "src/model.rs:6: `(other, _)` over Op: name its members",
        ]
    );
    assert_none(&silent_arms(&files()));
}

/// Counts the words of a file's code.
fn counted(code: &str) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for word in code.split(|c: char| !c.is_alphanumeric() && c != '_') {
        *counts.entry(word).or_insert(0) += 1;
    }
    counts
}

/// Returns kind, name and line of each item that a file declares `pub`, and the code of its public
/// signatures and fields.
fn public(code: &str) -> (Vec<(&'static str, String, usize)>, String) {
    const KINDS: [&str; 7] = ["fn", "struct", "enum", "trait", "type", "const", "static"];
    let (mut items, mut signatures) = (Vec::new(), String::new());
    for at in words(code, "pub") {
        if code[at..].starts_with('(') {
            continue;
        }
        let end = outside(code, at, &["{", ";", ","]).unwrap_or(at);
        let declared = code[at..end].split_whitespace().collect::<Vec<_>>();
        let kind = KINDS.into_iter().find(|kind| declared.first() == Some(kind));
        let function = declared.iter().take(3).position(|word| *word == "fn");
        let (kind, place) = function.map_or((kind, 1), |at| (Some("fn"), at + 1));
        let name = declared.get(place).unwrap_or(&"");
        let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let body = match kind {
            // The variants of an enum are as public as it is.
            Some("enum" | "trait") => &code[end..closing(code, end.min(code.len() - 1))],
            _ => &code[at..end],
        };
        // A type does not keep itself alive.
        signatures.push_str(&body.replace(&name, " "));
        signatures.push('\n');
        items.extend(kind.map(|kind| (kind, name, line(code, at))));
    }
    (items, signatures)
}

fn unused_items(all: &[File], known: &[(&str, &str)]) -> Vec<String> {
    let codes: Vec<(&File, String)> = all
        .iter()
        .filter(|file| file.ends("rs") && !file.path.starts_with("benches/peers"))
        .map(|file| (file, code(&file.text)))
        .collect();
    let mut users: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, (_, code)) in codes.iter().enumerate() {
        for word in counted(code).into_keys() {
            users.entry(word).or_default().push(number);
        }
    }
    let root = all.iter().find(|file| file.path == "src/lib.rs").map_or("", |file| &file.text);
    let mut complaints = Vec::new();
    let mut left: Vec<&(&str, &str)> = known.iter().collect();
    for (number, (file, _)) in codes.iter().enumerate() {
        let public_room = root.contains(&format!("pub mod {};", room(&file.path)));
        let documented = DOCUMENTED.iter().any(|path| file.path.starts_with(path));
        if !file.path.starts_with("src/") || !public_room || documented {
            continue;
        }
        let own = code(without_tests(&file.text));
        let (items, signatures) = public(&own);
        for (kind, name, line) in items {
            let elsewhere =
                users.get(name.as_str()).is_some_and(|users| users.iter().any(|u| *u != number));
            let needed = kind != "fn" && words(&signatures, &name).next().is_some();
            if elsewhere || needed {
                continue;
            }
            let path = file.path.as_str();
            if let Some(at) = left.iter().position(|known| **known == (path, name.as_str())) {
                left.remove(at);
                continue;
            }
            complaints.push(format!("{path}:{line}: nobody else uses the {kind} `{name}`"));
        }
    }
    complaints.extend(
        left.iter().map(|(path, name)| format!("{path}: take `{name}` off the list, it is used")),
    );
    complaints
}

#[test]
fn public_items_are_used() {
    let broken = [
        file("src/lib.rs", "pub mod engine;\nmod plain;\npub mod build;\n"),
        file(
            "src/engine.rs",
            "/// `unread`\npub const fn unread() -> Kept {}\npub struct Kept;\nimpl Kept {\n    \
             pub fn read(&self) {}\n}\npub enum Lonely { A(Held) }\npub struct Held;\npub const X: u8 = 1;\n\
             #[cfg(test)]\nmod tests {\n    pub fn helper() {}\n}\n",
        ),
        file("src/plain.rs", "pub fn inside() {}\n"),
        file("src/build.rs", "pub fn for_readers() {}\n"),
        file("tests/a.rs", "fn f(k: K) { k.read(); } // Lonely\n"),
    ];
    assert_eq!(
        unused_items(&broken, &[("src/engine.rs", "X"), ("src/engine.rs", "read")]),
        [
            "src/engine.rs:2: nobody else uses the fn `unread`",
            "src/engine.rs:7: nobody else uses the enum `Lonely`",
            "src/engine.rs: take `read` off the list, it is used",
        ]
    );
    assert_none(&unused_items(&files(), UNUSED));
}
