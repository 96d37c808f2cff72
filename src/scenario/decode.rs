//! Decoding of syntax trees into documents: one declaration gives the struct, its decoder and its
//! JSON Schema.
//!
//! A decoder reports every problem that it meets and goes on, so that one run shows all of them. It
//! returns `None` where a value is unavailable; the reason has been reported by then.

use std::collections::BTreeMap;

use serde_json::{Map as Object, Value as Json, json};

use super::problem::{Problems, SourceSpan};
use super::yaml::{Entry, Node, Value};
use crate::study::basis::Basis;

/// A type that can be decoded from a tree and described by a JSON Schema.
pub(crate) trait Decode: Sized {
    /// Decodes a value; `None` after a problem was reported.
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self>;

    /// Returns the schema; named parts are added to `definitions`.
    fn schema(definitions: &mut Definitions) -> Json;

    /// Returns the value of a key that is not written; `None` if the key is required.
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Option<T>> {
        T::decode(node, problems).map(Some)
    }

    fn schema(definitions: &mut Definitions) -> Json {
        T::schema(definitions)
    }

    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Box<T>> {
        T::decode(node, problems).map(Box::new)
    }

    fn schema(definitions: &mut Definitions) -> Json {
        T::schema(definitions)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Vec<T>> {
        match &node.value {
            Value::List(items) => {
                let read: Vec<Option<T>> =
                    items.iter().map(|item| T::decode(item, problems)).collect();
                read.into_iter().collect()
            }
            _ if node.is_null() => Some(Vec::new()),
            _ => {
                problems.help(
                    "E0103",
                    node.span,
                    format!("expected a list, found {}", node.kind()),
                    "write `[…]`, or one item a line, each after `- `",
                );
                None
            }
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "type": ["array", "null"], "items": T::schema(definitions) })
    }

    fn absent() -> Option<Vec<T>> {
        Some(Vec::new())
    }
}

/// A value with its source location.
#[derive(Clone, Debug)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) span: SourceSpan,
}

impl<T: Decode> Decode for Spanned<T> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Spanned<T>> {
        T::decode(node, problems).map(|value| Spanned { value, span: node.span })
    }

    fn schema(definitions: &mut Definitions) -> Json {
        T::schema(definitions)
    }
}

/// A mapping from names to values, in the order written.
#[derive(Clone, Debug)]
pub(crate) struct Map<T>(pub(crate) Vec<(Spanned<String>, T)>);

impl<T> Default for Map<T> {
    fn default() -> Map<T> {
        Map(Vec::new())
    }
}

impl<T> Map<T> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Spanned<String>, T)> + Clone {
        self.0.iter()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.iter().map(|(name, _)| name.value.as_str())
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|(key, _)| key.value == name)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(key, _)| key.value == name).map(|(_, value)| value)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Decode> Decode for Map<T> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Map<T>> {
        if node.is_null() {
            return Some(Map::default());
        }
        let Some(entries) = node.entries() else {
            expected_mapping(node, problems);
            return None;
        };
        let mut whole = true;
        let mut map = Vec::with_capacity(entries.len());
        for Entry { key, span, value } in entries {
            if let Some(fault) = super::values::name_fault(key) {
                problems.help("E0109", *span, fault, super::values::NAME_HELP);
                whole = false;
            }
            match T::decode(value, problems) {
                Some(value) => map.push((Spanned { value: key.clone(), span: *span }, value)),
                None => whole = false,
            }
        }
        whole.then_some(Map(map))
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({
            "type": ["object", "null"],
            "propertyNames": { "pattern": super::values::NAME_PATTERN },
            "additionalProperties": T::schema(definitions),
        })
    }

    fn absent() -> Option<Map<T>> {
        Some(Map::default())
    }
}

/// A setting: the value in the files and the effective one of the running system.
#[derive(Clone, Debug)]
pub(crate) struct Setting<T> {
    pub(crate) written: T,
    pub(crate) runs: T,
    pub(crate) span: SourceSpan,
}

impl<T: Decode + Clone> Decode for Setting<T> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Setting<T>> {
        let span = node.span;
        if node.get("written").is_none() && node.get("runs").is_none() {
            let value = T::decode(node, problems)?;
            return Some(Setting { written: value.clone(), runs: value, span });
        }
        let mut fields = Fields::of(node, problems)?;
        let written = fields.take("written");
        let runs = fields.take("runs");
        let because = fields.take::<Option<super::values::Text>>("because");
        fields.finish(false);
        because?;
        Some(Setting { written: written?, runs: runs?, span })
    }

    fn schema(definitions: &mut Definitions) -> Json {
        let value = T::schema(definitions);
        let split = object_schema(
            "What the files say and what the running system uses.",
            false,
            vec![
                ("written", "Value in the files.", value.clone(), true),
                ("runs", "Value that the running system uses.", value.clone(), true),
                ("because", "Why they differ.", json!({ "type": "string" }), false),
            ],
        );
        json!({ "anyOf": [value, split] })
    }
}

/// Named parts of a schema.
#[derive(Debug, Default)]
pub(crate) struct Definitions(BTreeMap<&'static str, Json>);

impl Definitions {
    /// Returns a reference to the part `name`, creating the part on first use.
    pub(crate) fn part(
        &mut self,
        name: &'static str,
        describe: impl FnOnce(&mut Definitions) -> Json,
    ) -> Json {
        if !self.0.contains_key(name) {
            // A placeholder first, because the type may be recursive: steps contain steps.
            self.0.insert(name, Json::Null);
            let made = describe(self);
            self.0.insert(name, made);
        }
        json!({ "$ref": format!("#/definitions/{name}") })
    }
}

/// Returns the schema of a document whose root is `T`.
pub(crate) fn root_schema<T: Decode>(title: &str) -> Json {
    let mut definitions = Definitions::default();
    let root = T::schema(&mut definitions);
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "allOf": [root],
        "definitions": definitions.0,
    })
}

/// Returns the schema of a mapping with the given keys: name, description, schema, and whether it
/// is required.
pub(crate) fn object_schema(
    about: &str,
    open: bool,
    fields: Vec<(&str, &str, Json, bool)>,
) -> Json {
    let mut properties = Object::new();
    let mut required = Vec::new();
    for (name, about, schema, must) in fields {
        let described = match schema {
            // Draft-07 ignores siblings of a `$ref`.
            Json::Object(parts) if !parts.contains_key("$ref") => {
                let mut described = parts;
                described.insert("description".into(), tidy(about).into());
                Json::Object(described)
            }
            other => json!({ "description": tidy(about), "allOf": [other] }),
        };
        properties.insert(name.into(), described);
        if must {
            required.push(name);
        }
    }
    for (name, about) in [
        ("basis", "Where the numbers come from: measured, vendor, plan or assumed."),
        ("source", "The document, measurement or reasoning behind the numbers."),
    ] {
        properties.entry(name).or_insert_with(|| match name {
            "basis" => {
                json!({ "description": about, "enum": ["measured", "vendor", "plan", "assumed"] })
            }
            _ => json!({ "description": about, "type": "string" }),
        });
    }
    let kind = if required.is_empty() { json!(["object", "null"]) } else { json!("object") };
    json!({
        "type": kind,
        "description": tidy(about),
        "properties": properties,
        "required": required,
        "additionalProperties": open,
    })
}

/// Joins doc comments into one paragraph.
pub(crate) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn expected_mapping(node: &Node, problems: &mut Problems) {
    problems.help(
        "E0103",
        node.span,
        format!("expected a mapping, found {}", node.kind()),
        "write `{ key: value }`, or `key: value` on indented lines",
    );
}

/// The keys of a mapping, taken one by one.
pub(crate) struct Fields<'a> {
    node: &'a Node,
    entries: &'a [Entry],
    known: Vec<&'static str>,
    problems: &'a mut Problems,
}

impl<'a> Fields<'a> {
    /// Begins with the mapping `node`; reports a problem and returns `None` for another kind of
    /// node. An absent value counts as an empty mapping.
    pub(crate) fn of(node: &'a Node, problems: &'a mut Problems) -> Option<Fields<'a>> {
        let entries = match node.entries() {
            Some(entries) => entries,
            None if node.is_null() => &[],
            None => {
                expected_mapping(node, problems);
                return None;
            }
        };
        Some(Fields { node, entries, known: Vec::new(), problems })
    }

    /// Takes and decodes the value of key `name`.
    pub(crate) fn take<T: Decode>(&mut self, name: &'static str) -> Option<T> {
        self.known.push(name);
        if let Some(entry) = self.entries.iter().find(|entry| entry.key == name) {
            return T::decode(&entry.value, self.problems);
        }
        let absent = T::absent();
        if absent.is_none() {
            let message = format!("the key `{name}` is missing");
            self.problems.add("E0102", self.node.span, message);
        }
        absent
    }

    /// Reports the keys that were not taken, unless further keys are allowed (`open`).
    pub(crate) fn finish(self, open: bool) {
        for Entry { key, span, value } in self.entries {
            if self.known.contains(&key.as_str()) {
                continue;
            }
            match key.as_str() {
                "basis" => {
                    Basis::decode(value, self.problems);
                }
                "source" => {
                    super::values::Text::decode(value, self.problems);
                }
                _ if open => {}
                _ => {
                    let help = self.problems.suggest(key, self.known.iter().copied());
                    let message = format!("the key `{key}` is not known here");
                    self.problems.report("E0101", *span, message, help);
                }
            }
        }
    }
}

/// Declares a mapping with fixed keys. `(open)` after the name allows further, informative keys.
macro_rules! document {
    ($(
        $(#[doc = $doc:literal])*
        struct $name:ident $(($open:ident))? {
            $( $(#[doc = $about:literal])* $field:ident : $type:ty, )*
        }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        #[allow(dead_code, reason = "informative keys are checked, though nothing computes with them")]
        pub(crate) struct $name {
            /// Source location of the mapping.
            pub(crate) span: $crate::scenario::problem::SourceSpan,
            $( $(#[doc = $about])* pub(crate) $field: $type, )*
        }

        impl $crate::scenario::decode::Decode for $name {
            fn decode(
                node: &$crate::scenario::yaml::Node,
                problems: &mut $crate::scenario::problem::Problems,
            ) -> Option<$name> {
                #[allow(unused_mut, reason = "a document may have no keys of its own")]
                let mut fields = $crate::scenario::decode::Fields::of(node, problems)?;
                $( let $field = fields.take::<$type>(
                    $crate::scenario::decode::key(stringify!($field))); )*
                fields.finish(false $(|| stringify!($open) == "open")?);
                Some($name { span: node.span, $( $field: $field?, )* })
            }

            fn schema(definitions: &mut $crate::scenario::decode::Definitions) -> serde_json::Value {
                definitions.part(stringify!($name), |_definitions| {
                    $crate::scenario::decode::object_schema(
                        concat!($($doc, "\n"),*),
                        false $(|| stringify!($open) == "open")?,
                        vec![$( (
                            $crate::scenario::decode::key(stringify!($field)),
                            concat!($($about, "\n"),*),
                            <$type as $crate::scenario::decode::Decode>::schema(_definitions),
                            <$type as $crate::scenario::decode::Decode>::absent().is_none(),
                        ), )*],
                    )
                })
            }

            fn absent() -> Option<$name> {
                None
            }
        }
    )*};
}
pub(crate) use document;

/// Declares a tagged union: a mapping of exactly one key, which gives the kind of its value.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])*
        enum $name:ident {
            $( $(#[doc = $about:literal])* $key:literal => $variant:ident($type:ty), )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        pub(crate) enum $name {
            $( $(#[doc = $about])* $variant($type), )*
        }

        impl $crate::scenario::decode::Decode for $name {
            fn decode(
                node: &$crate::scenario::yaml::Node,
                problems: &mut $crate::scenario::problem::Problems,
            ) -> Option<$name> {
                let keys = [$($key),*];
                let entry = $crate::scenario::decode::single(node, &keys, problems)?;
                match entry.key.as_str() {
                    $( $key => <$type as $crate::scenario::decode::Decode>::decode(
                        &entry.value, problems).map($name::$variant), )*
                    _ => None,
                }
            }

            fn schema(definitions: &mut $crate::scenario::decode::Definitions) -> serde_json::Value {
                definitions.part(stringify!($name), |definitions| {
                    let choices = vec![$( {
                        let value = <$type as $crate::scenario::decode::Decode>::schema(definitions);
                        serde_json::json!({
                            "type": "object",
                            "description":
                                $crate::scenario::decode::tidy(concat!($($about, "\n"),*)),
                            "properties": { $key: value },
                            "required": [$key],
                            "additionalProperties": false,
                        })
                    } ),*];
                    serde_json::json!({ "oneOf": choices })
                })
            }
        }
    };
}
pub(crate) use choice;

/// Declares an enumeration of words.
macro_rules! words {
    ($(
        $(#[doc = $doc:literal])*
        enum $name:ident { $( $(#[doc = $about:literal])* $word:literal => $variant:ident, )* }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name {
            $( $(#[doc = $about])* $variant, )*
        }

        impl $crate::scenario::decode::Decode for $name {
            fn decode(
                node: &$crate::scenario::yaml::Node,
                problems: &mut $crate::scenario::problem::Problems,
            ) -> Option<$name> {
                match node.text() {
                    $( Some($word) => Some($name::$variant), )*
                    _ => {
                        $crate::scenario::decode::wrong_word(node, &[$($word),*], problems);
                        None
                    }
                }
            }

            fn schema(_: &mut $crate::scenario::decode::Definitions) -> serde_json::Value {
                serde_json::json!({ "enum": [$($word),*] })
            }
        }
    )*};
}
pub(crate) use words;

/// Returns the key of a field: its name without the prefix of a raw identifier.
pub(crate) fn key(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// Returns the only entry of `node`, whose key must be one of `keys`.
pub(crate) fn single<'a>(
    node: &'a Node,
    keys: &[&'static str],
    problems: &mut Problems,
) -> Option<&'a Entry> {
    let Some(entries) = node.entries() else {
        let help = format!("write one of `{}:` and its value", keys.join(":`, `"));
        let message = format!("expected a mapping of one key, found {}", node.kind());
        problems.help("E0103", node.span, message, help);
        return None;
    };
    let mut found = None;
    for entry in entries {
        if !keys.contains(&entry.key.as_str()) {
            let help = problems.suggest(&entry.key, keys.iter().copied());
            let message = format!("the key `{}` is not known here", entry.key);
            problems.report("E0101", entry.span, message, help);
            return None;
        }
        if found.is_some() {
            let message = format!("`{}` begins a second thing in the same item", entry.key);
            problems.help("E0110", entry.span, message, "begin a new item with `- `");
            return None;
        }
        found = Some(entry);
    }
    if found.is_none() {
        let help = format!("write one of `{}`", keys.join("`, `"));
        problems.help("E0110", node.span, "nothing is chosen here", help);
    }
    found
}

/// Reports a value that is not one of `words`.
pub(crate) fn wrong_word(node: &Node, words: &[&'static str], problems: &mut Problems) {
    let list = words.join("`, `");
    let Some(text) = node.text() else {
        let message = format!("expected one of `{list}`, found {}", node.kind());
        problems.add("E0103", node.span, message);
        return;
    };
    let help = problems.suggest(text, words.iter().copied());
    problems.report("E0108", node.span, format!("`{text}` is none of `{list}`"), help);
}
