//! Multiplication of values by a factor.

use crate::scenario::plan;
use crate::scenario::problem::{Problems, SourceSpan};
use crate::scenario::values::{canonical, quantity};
use crate::scenario::yaml::{Node, Value};

/// Parameters of a law of times that scale with it.
const TIMES: [&str; 5] = ["mean", "constant", "exponential", "low", "high"];
/// Laws with such parameters below them.
const LAWS: [&str; 5] = ["uniform", "erlang", "gamma", "weibull", "pareto"];

/// Multiplies all values to which `path` leads; `spans` are the locations of path and factor.
pub(super) fn multiply(
    tree: &mut Node,
    path: &str,
    factor: &str,
    spans: (SourceSpan, SourceSpan),
    problems: &mut Problems,
) {
    let Some((factor, "number")) = canonical(factor) else {
        problems.help("E0104", spans.1, format!("`{factor}` is not a factor"), "write `*1.5`");
        return;
    };
    let found = plan::found(tree, path);
    if found.is_empty() {
        // Reports what is missing.
        plan::settings(tree, path, spans.0, problems);
    }
    for trail in found {
        let Some(node) = plan::node_at(tree, &trail) else { continue };
        if !scaled(node, factor) {
            problems.help(
                "E0403",
                spans.0,
                format!("`{path}` holds what cannot be multiplied"),
                "multiply a number with its unit, or a time by its law; not a name or a file",
            );
        }
    }
}

/// Multiplies a number, a setting, or a law of times with all parameters that scale; `false` where
/// there is none.
fn scaled(node: &mut Node, factor: f64) -> bool {
    let law = |key: &str| TIMES.contains(&key) || LAWS.contains(&key);
    let setting = |key: &str| matches!(key, "written" | "runs");
    match &mut node.value {
        Value::Scalar { text, .. } => {
            let Some(product) = product(text, factor) else { return false };
            *text = product;
            true
        }
        // A sum of times.
        Value::List(items) => {
            !items.is_empty() && items.iter_mut().all(|item| scaled(item, factor))
        }
        Value::Map(entries) => {
            let mut concerned = entries
                .iter_mut()
                .filter(|entry| law(&entry.key) || setting(&entry.key))
                .peekable();
            concerned.peek().is_some() && concerned.all(|entry| scaled(&mut entry.value, factor))
        }
    }
}

/// Multiplies a number with a unit. Users and other large counts stay whole.
fn product(text: &str, factor: f64) -> Option<String> {
    let (value, unit) = quantity(text)?;
    let (value, unit) = match unit {
        "k" => (value * 1e3, ""),
        "M" => (value * 1e6, ""),
        unit => (value, unit),
    };
    let value = value * factor;
    let value = if unit.is_empty() && value >= 1000.0 { value.round() } else { value };
    let digits = format!("{value:.12}");
    Some(format!("{}{unit}", digits.trim_end_matches('0').trim_end_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::yaml;

    fn multiplied(text: &str, factor: f64) -> Option<Node> {
        let mut problems = Problems::default();
        let source = problems.source("a.yaml".into(), text.into());
        let mut node = yaml::parse(source, &mut problems).expect("YAML");
        scaled(&mut node, factor).then_some(node)
    }

    fn at(node: &Node, path: &[&str]) -> String {
        let found = path.iter().fold(node, |node, key| node.get(key).expect("the key"));
        found.quote()
    }

    #[test]
    fn numbers_keep_their_units() {
        for (text, factor, expected) in [
            ("0.2ms", 1.5, "0.3ms"),
            ("18%", 0.5, "9%"),
            ("5M", 1.2, "6000000"),
            ("0.02/s", 2.0, "0.04/s"),
            ("123.2ns", 0.5, "61.6ns"),
        ] {
            assert_eq!(product(text, factor).as_deref(), Some(expected));
        }
    }

    #[test]
    fn of_a_law_the_times_grow_and_not_the_shape() {
        let law = multiplied("{ mean: 2ms, cv: 0.8, basis: assumed }", 2.0).expect("a law");
        assert_eq!((at(&law, &["mean"]), at(&law, &["cv"])), ("4ms".into(), "0.8".into()));
        let law = multiplied("{ uniform: { low: 1ms, high: 3ms } }", 3.0).expect("a law");
        assert_eq!(at(&law, &["uniform", "low"]), "3ms");
        assert_eq!(at(&law, &["uniform", "high"]), "9ms");
        let law = multiplied("{ erlang: { mean: 4ms, stages: 4 } }", 0.5).expect("a law");
        assert_eq!(at(&law, &["erlang", "mean"]), "2ms");
        assert_eq!(at(&law, &["erlang", "stages"]), "4");
        let sum = multiplied("[ { mean: 2ms }, 1ms ]", 2.0).expect("a sum");
        let Value::List(terms) = &sum.value else { panic!("no list") };
        assert_eq!((at(&terms[0], &["mean"]), terms[1].quote()), ("4ms".into(), "2ms".into()));
        assert!(multiplied("{ empirical: times.csv }", 2.0).is_none());
        assert!(multiplied("some-name", 2.0).is_none());
    }
}
