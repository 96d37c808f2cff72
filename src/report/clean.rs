//! Removal of non-finite numbers, which JSON cannot represent.

use std::io;

use serde_json::Value;

use crate::study::result::StudyResult;

/// Returns the result with each estimate finite or marked absent (`n` 0), and the number of values
/// left out.
///
/// An estimate with a mean but no finite interval, as from a single replication, keeps its mean
/// with `n` at most 1. Non-finite shares per bin become 0.
///
/// # Errors
/// `InvalidData` when a number elsewhere is not finite.
pub(crate) fn finite(result: &StudyResult) -> io::Result<(StudyResult, usize)> {
    // serde_json serialises non-finite numbers as null, so walking the tree finds them all.
    let mut value = serde_json::to_value(result).map_err(io::Error::other)?;
    let mut dropped = 0;
    walk(&mut value, &mut dropped);
    let clean = serde_json::from_value(value).map_err(|error| {
        io::Error::new(io::ErrorKind::InvalidData, format!("a number is not finite: {error}"))
    })?;
    Ok((clean, dropped))
}

fn walk(value: &mut Value, dropped: &mut usize) {
    match value {
        Value::Object(fields) if is_estimate(fields) => {
            let nulls = fields.values().filter(|field| field.is_null()).count();
            if nulls == 0 {
                return;
            }
            let mean = fields.get("mean").cloned().unwrap_or_default();
            let n = fields.get("n").and_then(Value::as_u64).unwrap_or(0);
            let (number, n) = if mean.is_null() { (Value::from(0.0), 0) } else { (mean, n.min(1)) };
            // A single replication has no interval; that is no defect.
            if n != 1 {
                *dropped += nulls;
            }
            for name in ["mean", "low", "high"] {
                fields.insert(name.to_owned(), number.clone());
            }
            fields.insert("n".to_owned(), Value::from(n));
        }
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                if let (true, Value::Array(bins)) = (name == "busy_by_bin", &mut *field) {
                    for bin in bins.iter_mut().filter(|bin| bin.is_null()) {
                        *bin = Value::from(0.0);
                        *dropped += 1;
                    }
                }
                walk(field, dropped);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, dropped)),
        _ => {}
    }
}

fn is_estimate(fields: &serde_json::Map<String, Value>) -> bool {
    fields.len() == 4 && ["mean", "low", "high", "n"].iter().all(|name| fields.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::stats::Estimate;

    #[test]
    fn what_is_not_finite_is_left_out_and_counted() {
        let mut result = fixture::before_after();
        result.comparisons[0].p99_ms = Estimate::interval(f64::NAN, 0.0, 1.0, 8);
        result.comparisons[0].saturation_rps =
            Estimate::interval(5.0, f64::NEG_INFINITY, f64::INFINITY, 1);
        result.variants[0].stations[0].busy_by_bin[3] = f64::NAN;
        let (clean, dropped) = finite(&result).unwrap();
        assert_eq!(clean.comparisons[0].p99_ms, Estimate::default());
        let single = Estimate::interval(5.0, 5.0, 5.0, 1);
        assert_eq!(clean.comparisons[0].saturation_rps, single);
        assert_eq!(dropped, 2);
        result.target_load.rps = f64::NAN;
        assert_eq!(finite(&result).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
