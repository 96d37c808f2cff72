//! The English words that stand beside data in JSON files, under names that programs have read from the
//! beginning: `reason` beside `cause`, `warnings` beside `doubts`, and so on.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::words::{Lang, cause, claim, doubt, end, size};
use crate::study::cause::Cause;
use crate::study::claims::Basis;
use crate::study::doubt::Warning;
use crate::study::ladder::Ending;
use crate::study::result::Disagreement;
use crate::study::size::{NotLower, Obstacle};

/// Adds words to data, at any depth.
pub(super) fn add(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(add),
        Value::Object(object) => {
            object.values_mut().for_each(add);
            say(object);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A part of an object as what it was written from; none where it is something else.
fn part<T: DeserializeOwned>(object: &Map<String, Value>, name: &str) -> Option<T> {
    T::deserialize(object.get(name)?).ok()
}

fn say(object: &mut Map<String, Value>) {
    let mut put = Vec::new();
    if let Some(of) = part::<Cause>(object, "cause") {
        let unsettled = part(object, "unsettled").unwrap_or_default();
        put.push(("reason", Value::from(cause::cause(&of, unsettled, Lang::En))));
        for name in ["resource", "binds"] {
            if object.get(name).is_some_and(Value::is_null) {
                put.push((name, cause::named(None, &of).into()));
            }
        }
    }
    if let Some(of) = part::<Basis>(object, "basis") {
        put.push(("reason", claim::basis(&of, Lang::En).into()));
    }
    if let Some(of) = part::<Vec<Warning>>(object, "doubts") {
        let words = of.iter().map(|one| doubt::warning(one, Lang::En));
        put.push(("warnings", words.collect()));
    }
    if let Some(of) = part::<Vec<Disagreement>>(object, "differing") {
        put.push(("disagreements", of.iter().map(doubt::disagreement).collect()));
    }
    if let Some(of) = part::<Option<Obstacle>>(object, "obstacle") {
        put.push(("note", of.map(|of| size::obstacle(&of, Lang::En)).into()));
    }
    if let Some(of) = part::<NotLower>(object, "there") {
        put.push(("why", size::not_lower(&of, Lang::En).into()));
    }
    if object.contains_key("end")
        && let Ok(of) = serde_json::from_value::<Ending>(Value::Object(object.clone()))
    {
        put.push(("why", end::why(&of, Lang::En).into()));
    }
    object.extend(put.into_iter().map(|(name, words)| (name.to_owned(), words)));
}
