//! YAML as a tree in which every value knows its location.
//!
//! A deliberate subset: no anchors, tags, merge keys or second documents, no duplicate keys. The
//! program takes from a line what a reader sees on it.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use super::problem::{Problems, SourceSpan};
use crate::plain;

/// Deepest nesting accepted; the recursive readers of the tree rely on it.
pub(crate) const DEEPEST: usize = 64;
/// Largest number of items of a list or mapping.
const LONGEST: usize = 10_000;

/// A value and its location. The location of a list or mapping is the key that holds it.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: SourceSpan,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Scalar { text: String, quoted: bool },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key of a mapping with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) span: SourceSpan,
    pub(crate) value: Node,
}

impl Node {
    /// Whether the value is empty: `key:` alone, `~` or `null`.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, quoted: false }
            if matches!(text.as_str(), "" | "~" | "null"))
    }

    /// Returns a copy whose locations lie in the source of this number.
    pub(crate) fn of_source(&self, source: u32) -> Node {
        let at = |span: SourceSpan| SourceSpan { source, ..span };
        let value = match &self.value {
            Value::Scalar { text, quoted } => Value::Scalar { text: text.clone(), quoted: *quoted },
            Value::List(items) => {
                Value::List(items.iter().map(|item| item.of_source(source)).collect())
            }
            Value::Map(entries) => {
                let copy = |entry: &Entry| Entry {
                    key: entry.key.clone(),
                    span: at(entry.span),
                    value: entry.value.of_source(source),
                };
                Value::Map(entries.iter().map(copy).collect())
            }
        };
        Node { span: at(self.span), value }
    }

    /// Returns the entries of a mapping.
    pub(crate) fn entries(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// Returns the value under `key` of a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries()?.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Returns the text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Returns the kind of the value, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            _ if self.is_null() => "nothing",
            Value::Scalar { .. } => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Formats the value on one line, without `basis` and `source`, as reports quote it.
    pub(crate) fn quote(&self) -> String {
        match &self.value {
            Value::Scalar { text, .. } => text.clone(),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(Node::quote).collect();
                items.join(" + ")
            }
            Value::Map(entries) => {
                let parts: Vec<String> = entries
                    .iter()
                    .filter(|entry| !matches!(entry.key.as_str(), "basis" | "source"))
                    .map(|entry| format!("{} {}", entry.key, entry.value.quote()))
                    .collect();
                parts.join(", ")
            }
        }
    }
}

/// A list or mapping whose end has not been read yet.
struct Open {
    node: Node,
    /// In a mapping: the key that waits for its value.
    key: Option<(String, SourceSpan)>,
    /// In a mapping: the lines of the keys so far.
    seen: BTreeMap<String, u32>,
}

impl Open {
    fn new(span: SourceSpan, value: Value) -> Open {
        Open { node: Node { span, value }, key: None, seen: BTreeMap::new() }
    }
}

/// Parses the text of `source`; `None` after an error, which is reported.
pub(crate) fn parse(source: u32, problems: &mut Problems) -> Option<Node> {
    let held = problems.text(source)?;
    let places = Places::new(source, &held.text);
    let mut parser = Parser::new_from_str(&held.text);
    let mut open: Vec<Open> = Vec::new();
    let mut root: Option<Node> = None;
    let mut documents = 0;
    let before = problems.errors();
    while let Some(event) = parser.next_event() {
        let (event, place) = match event {
            Ok(event) => event,
            Err(error) => {
                let span = places.span(error.marker(), error.marker());
                problems.add("E0004", span, format!("not valid YAML: {}", error.info()));
                return None;
            }
        };
        let span = places.span(&place.start, &place.end);
        let closed = match event {
            Event::Scalar(text, style, anchor, tag) => {
                refuse_references(span, anchor, tag.is_some(), problems);
                let quoted = style != ScalarStyle::Plain;
                Some(Node { span, value: Value::Scalar { text: shown(&text, style), quoted } })
            }
            Event::SequenceStart(anchor, tag) => {
                refuse_references(span, anchor, tag.is_some(), problems);
                open.push(Open::new(span, Value::List(Vec::new())));
                None
            }
            Event::MappingStart(anchor, tag) => {
                refuse_references(span, anchor, tag.is_some(), problems);
                open.push(Open::new(span, Value::Map(Vec::new())));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|open| open.node),
            Event::Alias(_) => {
                refuse_references(span, 1, false, problems);
                return None;
            }
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    let text = "a second document begins here; a file holds one";
                    problems.add("E0008", span, text);
                    return None;
                }
                None
            }
            _ => None,
        };
        if open.len() > DEEPEST {
            problems.add("E0005", span, format!("nested more than {DEEPEST} levels deep"));
            return None;
        }
        if let Some(mut node) = closed {
            // The location of a mapping without a key of its own is its first key.
            if let Some(first) = node.entries().and_then(<[Entry]>::first) {
                node.span = first.span;
            }
            match open.last_mut() {
                Some(parent) => attach(parent, node, problems),
                None => root = Some(node),
            }
        }
        let items = open.last().map_or(0, |open| match &open.node.value {
            Value::List(items) => items.len(),
            Value::Map(entries) => entries.len(),
            Value::Scalar { .. } => 0,
        });
        if items > LONGEST {
            problems.add("E0005", span, format!("more than {LONGEST} items in a list or mapping"));
            return None;
        }
    }
    let root = root.filter(|root| !root.is_null());
    if root.is_none() {
        problems.add(
            "E0009",
            places.span(&Marker::default(), &Marker::default()),
            "the file is empty",
        );
    }
    root.filter(|_| problems.errors() == before)
}

/// Returns a scalar on one line with every character visible. The line breaks of a block scalar are
/// layout; one within quotes was put there on purpose.
fn shown(text: &str, style: ScalarStyle) -> String {
    match style {
        ScalarStyle::Literal | ScalarStyle::Folded => plain::visible(&plain::joined(text)),
        _ => plain::visible(text),
    }
}

fn refuse_references(span: SourceSpan, anchor: usize, tag: bool, problems: &mut Problems) {
    if anchor > 0 || tag {
        problems.help(
            "E0007",
            span,
            "anchors (`&`), aliases (`*`) and tags (`!`) are not part of this language",
            "write the value out, or put a text that begins with one of these signs in quotes",
        );
    }
}

fn attach(parent: &mut Open, mut node: Node, problems: &mut Problems) {
    match &mut parent.node.value {
        Value::List(items) => items.push(node),
        Value::Map(entries) => match parent.key.take() {
            None => match node.value {
                Value::Scalar { text, .. } if text == "<<" => {
                    problems.add(
                        "E0007",
                        node.span,
                        "merge keys (`<<`) are not part of this language",
                    );
                    parent.key = Some((text, node.span));
                }
                Value::Scalar { text, .. } => parent.key = Some((text, node.span)),
                Value::List(_) | Value::Map(_) => {
                    problems.add("E0103", node.span, "a key must be a single value");
                    parent.key = Some((String::new(), node.span));
                }
            },
            Some((key, span)) => {
                if let Some(line) = parent.seen.insert(key.clone(), span.line) {
                    let message = format!("`{key}` is given twice; first on line {line}");
                    problems.add("E0006", span, message);
                }
                if !matches!(node.value, Value::Scalar { .. }) || node.is_null() {
                    node.span = span;
                }
                entries.push(Entry { key, span, value: node });
            }
        },
        Value::Scalar { .. } => {}
    }
}

/// Conversion of the parser's locations (in characters) into byte offsets.
struct Places {
    source: u32,
    /// Byte offset of each character; empty for ASCII, where they are equal.
    bytes: Vec<u32>,
    length: usize,
}

impl Places {
    fn new(source: u32, text: &str) -> Places {
        let bytes = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| at as u32).collect()
        };
        Places { source, bytes, length: text.len() }
    }

    fn byte(&self, marker: &Marker) -> u32 {
        if self.bytes.is_empty() {
            marker.index().min(self.length) as u32
        } else {
            self.bytes.get(marker.index()).copied().unwrap_or(self.length as u32)
        }
    }

    fn span(&self, start: &Marker, end: &Marker) -> SourceSpan {
        SourceSpan {
            source: self.source,
            start: self.byte(start),
            end: self.byte(end).max(self.byte(start)),
            line: start.line().max(1) as u32,
            column: start.col() as u32 + 1,
        }
    }
}
