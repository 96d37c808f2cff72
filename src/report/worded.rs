//! English words beside data in JSON files, under names that programs have read from the beginning:
//! `reason` beside `cause`, `warnings` beside `doubts`, and so on.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::words::{Lang, cause, claim, doubt, end, size};
use super::{caution, effect};
use crate::study::cause::Cause;
use crate::study::caution::Caution;
use crate::study::claims::Grounds;
use crate::study::doubt::{Doubt, Warning};
use crate::study::effect::{Effect, Origin};
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

/// Deserialises a part of an object into its type; `None` where it is something else.
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
    if let Some(of) = part::<Grounds>(object, "basis") {
        put.push(("reason", claim::basis(&of, Lang::En).into()));
    }
    let doubts = part::<Vec<Warning>>(object, "doubts");
    let cautions = part::<Vec<Caution>>(object, "cautions");
    if doubts.is_some() || cautions.is_some() {
        let partial = part(object, "partial").unwrap_or(false);
        let stopped = || partial.then(|| Warning::of_all(Doubt::Stopped)).into_iter().collect();
        let doubts: Vec<Warning> = doubts.unwrap_or_else(stopped);
        // The warning about an interrupted study comes first, then those about its input.
        let stopped = usize::from(partial).min(doubts.len());
        let mut words: Vec<String> =
            doubts.iter().map(|one| doubt::warning(one, Lang::En)).collect();
        let of_input = caution::all(&cautions.unwrap_or_default(), Lang::En);
        words.splice(stopped..stopped, of_input);
        put.push(("warnings", words.into()));
    }
    if let Some(of) = part::<Origin>(object, "origin") {
        put.push(("source", effect::origin(&of, Lang::En).into()));
    }
    if let Some(of) = part::<Effect>(object, "effect") {
        let places = part(object, "places").unwrap_or_default();
        put.push(("why", effect::sentence(&of, places).into()));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::study::caution::Part;
    use crate::study::result::StudyResult;

    #[test]
    fn words_are_written_and_data_is_read() {
        let mut result = fixture::before_after();
        result.cautions = vec![Caution::Unused { part: Part::Pool, name: "spare".into() }];
        let written = |result: &StudyResult| {
            let mut value = serde_json::to_value(result).expect("JSON");
            add(&mut value);
            assert_eq!(serde_json::from_value::<StudyResult>(value.clone()).expect("it"), *result);
            value
        };
        let value = written(&result);
        assert_eq!(value["warnings"][0], "the pool `spare` is not used");
        assert_eq!(value["cautions"][0]["kind"], "unused");
        assert_eq!(value["edits"][0]["effect"]["kind"], "dead_replicas");
        let why = "no effect: under autoscaling `replicas` is dead, and the minimum of 2 rules";
        assert_eq!(value["edits"][0]["why"], why);
        assert_eq!(value["assumed"][0]["source"], "unit cost of a query | round trip");
        let line = &value["variants"][0]["saturation"];
        assert_eq!(line["cause"]["mechanism"]["kind"], "cores");
        assert_eq!(
            line["reason"],
            "1.9 of 2.0 cores busy (97 %) in 2 pods of 1.00, at 420 requests/s"
        );
        // In an interrupted study the first warning says so.
        result.partial = true;
        result.warnings.insert(0, Warning::of_all(Doubt::Stopped));
        let value = written(&result);
        assert_eq!(
            value["warnings"][0],
            "stopped before the end: what is missing was not computed"
        );
        assert_eq!(value["warnings"][1], "the pool `spare` is not used");
        // Without a limiting resource there is a word in its place, which is read as none.
        let line = result.variants[0].saturation.as_mut().expect("a line");
        (line.resource, line.cause) = (None, Cause::NotReached { rps: 400.0 });
        assert_eq!(written(&result)["variants"][0]["saturation"]["resource"], "none");
    }
}
