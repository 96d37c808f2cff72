//! `summary.json`: a study's answer as data, with the English words of its sentences beside it.

use serde::Deserialize as _;
use serde_json::Value;

use super::words::Lang;
use super::{caution, effect};
use crate::study::result::StudyResult;

/// The answer as it is written: the data, and the words that programs have read there from the beginning.
///
/// # Errors
/// When the answer cannot be written as JSON.
pub fn summary(result: &StudyResult) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(result)?;
    for (written, edit) in items(&mut value["edits"]).zip(&result.edits) {
        written["why"] = effect::why(edit).into();
    }
    for (written, input) in items(&mut value["assumed"]).zip(&result.assumed) {
        written["source"] = effect::origin(&input.origin, Lang::En).into();
    }
    let (first, rest) = result.warnings.split_at(stopped(result));
    let of_input = caution::all(&result.cautions, Lang::En);
    let warnings = first.iter().chain(&of_input).chain(rest).cloned();
    value["warnings"] = warnings.collect();
    Ok(value)
}

/// The answer from what was written.
///
/// # Errors
/// When it has another shape.
pub(super) fn read(value: &Value) -> serde_json::Result<StudyResult> {
    let mut result = StudyResult::deserialize(value)?;
    // The words of the input's warnings stand for data that is there.
    let first = stopped(&result);
    let end = (first + result.cautions.len()).min(result.warnings.len());
    result.warnings.drain(first..end);
    Ok(result)
}

/// How many warnings stand before those of the input: that a study was stopped comes first.
pub(super) fn stopped(result: &StudyResult) -> usize {
    usize::from(result.partial).min(result.warnings.len())
}

fn items(list: &mut Value) -> impl Iterator<Item = &mut Value> {
    list.as_array_mut().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::study::caution::{Caution, Part};

    #[test]
    fn words_are_written_and_data_is_read() {
        let mut result = fixture::before_after();
        result.cautions = vec![Caution::Unused { part: Part::Pool, name: "spare".into() }];
        let written = summary(&result).expect("JSON");
        assert_eq!(written["warnings"][0], "the pool `spare` is not used");
        assert_eq!(written["cautions"][0]["kind"], "unused");
        assert_eq!(written["edits"][0]["effect"]["kind"], "dead_replicas");
        let why = "no effect: under autoscaling `replicas` is dead, and the minimum of 2 rules";
        assert_eq!(written["edits"][0]["why"], why);
        assert_eq!(written["assumed"][0]["source"], "unit cost of a query | round trip");
        assert_eq!(read(&written).expect("the answer"), result);
        // Of a study that was stopped the first warning says so.
        result.partial = true;
        result.warnings.insert(0, "stopped".into());
        let written = summary(&result).expect("JSON");
        assert_eq!(written["warnings"][0], "stopped");
        assert_eq!(written["warnings"][1], "the pool `spare` is not used");
        assert_eq!(read(&written).expect("the answer"), result);
    }
}
