//! Arguments of a sweep on the command line: `services.order.replicas=2..6`.

use super::problem::{Problems, Refused, SourceSpan};
use super::values::{FASTEST, canonical, quantity};
use crate::study::sweep::Varied;

/// Largest number of values of one setting.
const MOST_VALUES: usize = 1000;

/// Parses `PATH=VALUES`: a list `a,b,c`, a range `a..b` in steps of one, or `a..b step s`.
///
/// # Errors
/// Every problem in all of them.
pub fn axes(texts: &[String]) -> Result<Vec<Varied>, Refused> {
    let mut problems = Problems::default();
    let mut axes: Vec<Varied> = Vec::new();
    for text in texts {
        let source = problems.source("--vary".into(), text.clone());
        let span = |start: usize, end: usize| SourceSpan {
            source,
            start: start as u32,
            end: end as u32,
            line: 1,
            column: text[..start].chars().count() as u32 + 1,
        };
        let Some((path, values)) = text.split_once('=') else {
            let help = "write `services.order.replicas=2..6` or `load.rate=100/s,200/s`";
            let message = "expected a path, `=` and values";
            problems.help("E0104", span(0, text.len()), message, help);
            continue;
        };
        let (path, place) = (path.trim(), span(path.len() + 1, text.len()));
        if axes.iter().any(|axis| axis.path == path) {
            let message = format!("`{path}` is varied twice");
            problems.add("E0404", span(0, path.len()), message);
            continue;
        }
        match read(values.trim()) {
            Ok(values) => axes.push(Varied { path: path.into(), values }),
            Err((message, help)) => problems.help("E0104", place, message, help),
        }
    }
    let (errors, _) = problems.finish();
    if errors.is_empty() { Ok(axes) } else { Err(Refused(errors)) }
}

/// A text that is not the expected quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not a number of users.
    #[error("`{0}` is not a number of users; write `250k` or `20M`")]
    Users(String),
    /// Not a rate.
    #[error("`{0}` is not a rate; write `4000/s`, at most 10,000,000/s")]
    Rate(String),
    /// Not a share.
    #[error("`{0}` is not a share; write `8%`, at most 100 %")]
    Share(String),
}

/// Parses a number of users such as `20M`.
///
/// # Errors
/// When it is not one.
pub fn users(text: &str) -> Result<f64, QuantityError> {
    match canonical(text) {
        Some((users, "number")) if (1.0..=1e12).contains(&users) => Ok(users),
        _ => Err(QuantityError::Users(text.to_owned())),
    }
}

/// Parses a rate such as `4000/s` \[1/s\].
///
/// # Errors
/// When it is not one.
pub fn rate(text: &str) -> Result<f64, QuantityError> {
    match canonical(text) {
        Some((rate, "rate")) if rate > 0.0 && rate <= FASTEST => Ok(rate),
        _ => Err(QuantityError::Rate(text.to_owned())),
    }
}

/// Parses a share such as `8%`.
///
/// # Errors
/// When it is not one.
pub fn share(text: &str) -> Result<f64, QuantityError> {
    match canonical(text) {
        Some((share, "number")) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err(QuantityError::Share(text.to_owned())),
    }
}

type Fault = (String, &'static str);

/// Requirements on a range.
const ENDS: &str =
    "both ends and the step are numbers with the same unit: `2..6`, `10ms..50ms step 10ms`";

/// Parses values: a list `a,b,c` or a range `a..b step s`.
pub(super) fn values(text: &str) -> Result<Vec<String>, Fault> {
    read(text.trim())
}

fn read(text: &str) -> Result<Vec<String>, Fault> {
    let values = match text.split_once("..") {
        Some((from, rest)) => {
            let (to, step) = match rest.split_once("step") {
                Some((to, step)) => (to, Some(step.trim())),
                None => (rest, None),
            };
            range(from.trim(), to.trim(), step)?
        }
        None => text.split(',').map(|value| value.trim().to_owned()).collect(),
    };
    let help = "write a list `a,b,c` or a range `a..b step s`";
    if values.iter().any(String::is_empty) {
        return Err(("a value is missing".into(), help));
    }
    if values.len() > MOST_VALUES {
        return Err((format!("a setting takes at most {MOST_VALUES} values"), help));
    }
    let twice = (1..values.len()).find(|at| values[..*at].contains(&values[*at]));
    if let Some(at) = twice {
        return Err((format!("`{}` is given twice", values[at]), help));
    }
    Ok(values)
}

fn number(text: &str) -> Result<(f64, &str), Fault> {
    quantity(text).ok_or_else(|| (format!("`{text}` is not a number with its unit"), ENDS))
}

fn range(from: &str, to: &str, step: Option<&str>) -> Result<Vec<String>, Fault> {
    let (low, unit) = number(from)?;
    let (high, same) = number(to)?;
    let (step, of_step) = step.map_or(Ok((1.0, unit)), number)?;
    if unit != same || unit != of_step {
        return Err(("the units of a range differ".into(), ENDS));
    }
    if high < low || step <= 0.0 {
        return Err(("a range rises, by a step above zero".into(), ENDS));
    }
    let steps = ((high - low) / step + 1e-9).floor();
    if steps >= MOST_VALUES as f64 {
        return Err((format!("a setting takes at most {MOST_VALUES} values"), ENDS));
    }
    // Twelve digits hide the rounding errors of binary fractions in 0.1 + 0.2.
    let shown = |value: f64| {
        let text = format!("{value:.9}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    Ok((0..=steps as u32)
        .map(|at| format!("{}{unit}", shown(low + f64::from(at) * step)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        super::values(text).unwrap_or_else(|(message, _)| panic!("{message}"))
    }

    #[test]
    fn lists_and_ranges() {
        assert_eq!(values("2..5"), ["2", "3", "4", "5"]);
        assert_eq!(values("2.5M, 5M"), ["2.5M", "5M"]);
        assert_eq!(values("10ms..25ms step 5ms"), ["10ms", "15ms", "20ms", "25ms"]);
        assert_eq!(values("0.1..0.3 step 0.1"), ["0.1", "0.2", "0.3"]);
        // The end of a range is a value only if the steps reach it.
        assert_eq!(values("1..6 step 2"), ["1", "3", "5"]);
        assert_eq!(values("round-robin,random"), ["round-robin", "random"]);
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "1,,2", "5..2", "1..2 step 0", "1ms..2s", "a..b", "1,1", "1..1000000"] {
            assert!(read(text).is_err(), "{text}");
        }
        let texts = ["services.a.replicas".into(), "b=1".into(), "b=2".into(), "c=3..1".into()];
        let problems = axes(&texts).expect_err("three of four are wrong");
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["E0104", "E0404", "E0104"]);
    }
}
