//! The JSON Schema (draft-07) of `summary.json`: that of the types, plus the English words beside
//! the data.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::study::result::StudyResult;

/// Fields of words beside data: name of the data, its type, and name of the words. Matches the
/// output of `worded`, against which tests check every answer.
const WORDS: [(&str, &str, &str); 6] = [
    ("cause", "Cause", "reason"),
    ("basis", "Grounds", "reason"),
    ("effect", "Effect", "why"),
    ("origin", "Origin", "source"),
    ("doubts", "Warning", "warnings"),
    ("differing", "Disagreement", "disagreements"),
];

/// Returns the schema.
pub fn summary() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<StudyResult>().to_value();
    schema["title"] = json!("Plimsoll summary");
    complete(&mut schema);
    schema
}

/// Adds the fields of words to the objects, and closes objects whose properties are all known.
fn complete(schema: &mut Value) {
    match schema {
        Value::Array(list) => list.iter_mut().for_each(complete),
        Value::Object(object) => {
            object.values_mut().for_each(complete);
            if let Some(Value::Object(properties)) = object.get_mut("properties") {
                add_words(properties);
            }
            if !object.contains_key("properties") {
                return;
            }
            // Properties that one branch leaves open may be described by its siblings.
            let mut whole = true;
            for parts in ["oneOf", "anyOf", "allOf"] {
                for part in
                    object.get_mut(parts).and_then(Value::as_array_mut).into_iter().flatten()
                {
                    whole = false;
                    part.as_object_mut().and_then(|part| part.remove("additionalProperties"));
                }
            }
            if whole {
                object.insert("additionalProperties".into(), false.into());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn add_words(properties: &mut Map<String, Value>) {
    for (data, of, words) in WORDS {
        let Some(described) = properties.get(data) else { continue };
        let refers = |schema: &Value| {
            let name = format!("#/definitions/{of}");
            let parts = schema.get("allOf").and_then(Value::as_array);
            let parts = parts.into_iter().flatten().chain([schema]);
            parts.filter_map(|part| part.get("$ref")).any(|one| *one == name.as_str())
        };
        let text = json!({ "type": "string", "description": format!("`{data}` in English.") });
        if refers(described) {
            properties.insert(words.into(), text);
        } else if described.get("items").is_some_and(refers) {
            properties.insert(words.into(), json!({ "type": "array", "items": text }));
        }
    }
}
