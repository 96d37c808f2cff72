//! Reference of all settings and parts as Markdown, generated from the schemas and the catalogue,
//! so that it agrees with the program.

use std::fmt::Write;

use serde_json::Value;

use crate::scenario::{self, Part};

const HEAD: &str = "# Reference

Every setting of every file, with what may be written, whether it must be, and what holds without it; then
every part of the catalogue with its values and where they come from. Written by `plimsoll schema \
--reference docs/reference.md`; change the program, not this page.

Any place that takes numbers also takes `basis` (`measured`, `vendor`, `plan` or `assumed`) and `source`.
A value that the running system does not use as written is `{ written: …, runs: …, because: … }`.

Units: times as `250ms`, `30s`, `5m`, `2h`; rates as `100/s`, `6k/m`; memory as `512MiB`, `4GiB`; \
shares as `0.7` or `70%`; cores as `500m` or `0.5`; counts as `1500`, `1.5k` or `5M`.
";

/// Settings of every object, described once at the head.
const COMMON: [&str; 2] = ["basis", "source"];

/// Returns the reference page.
pub(super) fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut told: Vec<String> = Vec::new();
    // Writing to a string cannot fail, so the results below are ignored.
    for (name, schema) in scenario::schemas() {
        let _ = write!(page, "\n## {}\n", title(name));
        let Some(all) = schema.get("definitions").and_then(Value::as_object) else { continue };
        // The document itself comes first, then the objects within it, each where it is first met.
        let root =
            schema.pointer("/allOf/0/$ref").and_then(Value::as_str).map(last).unwrap_or_default();
        let mut order: Vec<&str> = vec![root];
        order.extend(all.keys().map(String::as_str).filter(|key| *key != root));
        for key in order {
            let Some(object) = all.get(key).filter(|_| !told.iter().any(|known| known == key))
            else {
                continue;
            };
            told.push(key.to_owned());
            section(&mut page, key, object);
        }
    }
    catalogue(&mut page);
    page
}

fn title(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    format!("{} files", first.chain(letters).collect::<String>())
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns the readable name of an object: `PodCpuDoc` becomes `pod cpu`.
fn plain(key: &str) -> String {
    let key = key.trim_end_matches("Doc");
    let mut words = String::new();
    for c in key.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

fn section(page: &mut String, key: &str, object: &Value) {
    let about = object.get("description").and_then(Value::as_str).unwrap_or_default();
    let alternatives = object.get("oneOf").and_then(Value::as_array);
    let own = object.get("properties").and_then(Value::as_object).into_iter().flatten();
    let of = |one: &Value| one.get("properties").and_then(Value::as_object).cloned();
    let others: Vec<_> = alternatives.into_iter().flatten().filter_map(of).flatten().collect();
    let settings: Vec<(&String, &Value)> = own
        .chain(others.iter().map(|(name, value)| (name, value)))
        .filter(|(name, _)| !COMMON.contains(&name.as_str()))
        .collect();
    let _ = write!(page, "\n### {}\n\n", plain(key));
    if !about.is_empty() {
        let _ = write!(page, "{about}\n\n");
    }
    if settings.is_empty() {
        return;
    }
    page.push_str("| setting | takes | without it | what |\n|---|---|---|---|\n");
    let required = object.get("required").and_then(Value::as_array);
    for (name, value) in settings {
        let must = required.is_some_and(|names| names.iter().any(|other| other == name));
        let said = value.get("description").and_then(Value::as_str).unwrap_or_default();
        let (what, default) = default_of(said);
        let without = match default {
            _ if must => "required".to_owned(),
            Some(default) => default,
            None => "–".to_owned(),
        };
        let _ = writeln!(
            page,
            "| `{name}` | {} | {} | {} |",
            takes(value),
            cell(&without),
            cell(&what)
        );
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// Splits a description such as `Commands; 1 by default.` into its text and its default.
fn default_of(said: &str) -> (String, Option<String>) {
    let is_default = |part: &&str| part.contains("by default") || part.starts_with("without one,");
    let told = said.replace(". By default", "; by default");
    let parts: Vec<&str> = told.trim_end_matches('.').split("; ").collect();
    let Some(default) = parts.iter().find(|part| is_default(part)) else {
        return (said.to_owned(), None);
    };
    let what: Vec<&str> = parts.iter().filter(|part| !is_default(part)).copied().collect();
    let default =
        default.replace(" by default", "").replace("by default", "").replace("without one,", "");
    let what = if what.is_empty() { String::new() } else { format!("{}.", what.join("; ")) };
    (what, Some(default.trim().to_owned()))
}

/// Describes the accepted values in words.
fn takes(value: &Value) -> String {
    let words = plainest(value);
    if words.is_empty() { "–".to_owned() } else { words.join(", ") }
}

/// Returns the accepted values in words, without those that another includes.
fn plainest(value: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    collect(value, &mut found);
    let mut words: Vec<String> = Vec::new();
    for word in found {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    // A count is a number already; a name may look like one.
    let numbers = ["count", "cores", "share", "name"];
    if words.iter().any(|word| numbers.contains(&word.as_str())) {
        words.retain(|word| word != "number");
    }
    words.retain(|word| word != "nothing");
    words
}

fn collect(value: &Value, found: &mut Vec<String>) {
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        found.push(format!(
            "[{0}](#{1})",
            plain(last(reference)),
            plain(last(reference)).replace(' ', "-")
        ));
    }
    if let Some(words) = value.get("enum").and_then(Value::as_array) {
        found.extend(words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")));
        return;
    }
    if let Some(pattern) = value.get("pattern").and_then(Value::as_str) {
        found.push(unit(pattern).to_owned());
        return;
    }
    for group in ["anyOf", "allOf", "oneOf"] {
        for one in value.get(group).and_then(Value::as_array).into_iter().flatten() {
            // The form with a written and an effective value is described once, at the head.
            if one.pointer("/properties/written").is_none() {
                collect(one, found);
            }
        }
    }
    let types = match value.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let share = value.get("maximum").and_then(Value::as_f64).is_some_and(|most| most <= 1.0);
    for kind in types {
        match kind {
            "array" | "object" => {
                let inner = value.get("items").or(value.get("additionalProperties"));
                let of = inner.map(plainest).unwrap_or_default();
                let what = if kind == "array" { "list" } else { "names" };
                found.push(if of.is_empty() {
                    what.to_owned()
                } else {
                    format!("{what} of {}", of.join(" or "))
                });
            }
            "integer" => found.push("count".to_owned()),
            "number" if share => found.push("share".to_owned()),
            "boolean" => found.push("`true`, `false`".to_owned()),
            "string" => found.push("text".to_owned()),
            "null" => found.push("nothing".to_owned()),
            other => found.push(other.to_owned()),
        }
    }
    // A text that may look like a number is a text.
    if found.iter().any(|word| word == "text") {
        found.retain(|word| word != "number" && word != "`true`, `false`");
    }
}

/// Returns the unit for which a pattern stands.
fn unit(pattern: &str) -> &'static str {
    match pattern {
        p if p.contains("ns|us") => "time",
        p if p.contains('%') => "share",
        p if p.contains("iB") => "memory",
        p if p.contains("/(s|m") => "rate",
        p if p.contains("\\$") => "dollars",
        p if p.contains("[kM]") => "count",
        p if p.ends_with(")?m$") => "cores",
        p if p.contains("A-Za-z") => "name",
        _ => "text",
    }
}

fn catalogue(page: &mut String) {
    page.push_str(
        "\n## Catalogue\n\nParts that files name. A file of the same shape beside the system's folder, \
         or in the folder of `--catalog`, overrides them item by item.\n",
    );
    let mut kind = String::new();
    for Part { kind: of, name, settings, basis, source } in scenario::parts() {
        if of != kind {
            kind = of;
            let _ = write!(
                page,
                "\n### {}\n\n| name | values | basis | source |\n|---|---|---|---|\n",
                kind.replace('_', " ")
            );
        }
        let values: Vec<String> =
            settings.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let _ = writeln!(
            page,
            "| `{name}` | {} | {basis} | {} |",
            cell(&values.join("; ")),
            cell(&source)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_told_apart() {
        let said = |text| default_of(text);
        assert_eq!(said("Commands; 1 by default."), ("Commands.".into(), Some("1".into())));
        assert_eq!(
            said("Virtual CPUs; by default the class's, else 1."),
            ("Virtual CPUs.".into(), Some("the class's, else 1".into()))
        );
        assert_eq!(said("Mixes. By default all."), ("Mixes.".into(), Some("all".into())));
        assert_eq!(said("Most pods."), ("Most pods.".into(), None));
    }

    #[test]
    fn every_setting_and_every_part_is_told() {
        let page = page();
        for (name, schema) in scenario::schemas() {
            for (key, object) in schema["definitions"].as_object().unwrap() {
                let settings = object.get("properties").and_then(Value::as_object);
                for setting in settings.into_iter().flat_map(serde_json::Map::keys) {
                    let told = COMMON.contains(&setting.as_str())
                        || page.contains(&format!("| `{setting}` |"));
                    assert!(told, "{name}: {key}.{setting}");
                }
            }
        }
        // Counted in the files: names of parts are indented by two spaces.
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models/catalog");
        let mut names = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let is_name = |line: &&str| {
                line.strip_prefix("  ").is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
            };
            names += text.lines().filter(is_name).count();
        }
        assert_eq!(scenario::parts().len(), names);
        for part in scenario::parts() {
            assert!(page.contains(&format!("| `{}` |", part.name)), "{}", part.name);
        }
        // A value known from the files: the pool size of HikariCP.
        assert!(page.contains("| `maximum` | count | 10 | Most connections. |"), "{page}");
    }

    #[test]
    fn the_page_in_docs_is_this_one() {
        let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference.md");
        let written = std::fs::read_to_string(place).unwrap_or_default();
        assert!(
            written == page(),
            "run `cargo run -- schema --reference docs/reference.md`: the settings have changed"
        );
    }
}
