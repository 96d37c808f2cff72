//! Times: names of measured work, and the probability laws for which they stand.

use serde_json::{Value as Json, json};

use super::decode::{Decode, Definitions, document};
use super::problem::{Problems, SourceSpan};
use super::values::{Count, Duration, NAME_PATTERN, Number, Text, name_fault};
use super::yaml::{Node, Value};
use crate::random::Dist;
use crate::study::basis::Basis;

/// A time as written, with its basis and source.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    pub(crate) span: SourceSpan,
    pub(crate) form: Form,
    /// Text as written, for reports.
    pub(crate) written: String,
    pub(crate) basis: Option<Basis>,
    pub(crate) origin: Option<Text>,
}

/// Form of a time.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    /// A name to be looked up in the calibration.
    Name(String),
    /// A law with its parameters.
    Law(Dist),
    /// A file of measured values.
    File(String),
    /// A sum of independent times.
    Sum(Vec<Time>),
}

document! {
    /// A distribution of times: exactly one of its laws.
    struct LawDoc {
        /// Mean; with `cv` the law is log-normal, without it constant.
        mean: Option<Duration>,
        /// Coefficient of variation: standard deviation over mean; 0 to 20.
        cv: Option<Number>,
        /// Constant time.
        constant: Option<Duration>,
        /// Mean of an exponential law.
        exponential: Option<Duration>,
        /// Uniform law between two bounds.
        uniform: Option<UniformDoc>,
        /// Erlang law: sum of independent, equal exponential stages.
        erlang: Option<ErlangDoc>,
        /// Gamma law by mean and coefficient of variation.
        gamma: Option<GammaDoc>,
        /// Weibull law by mean and shape.
        weibull: Option<ShapedDoc>,
        /// Pareto law by mean and tail index (above 1).
        pareto: Option<ShapedDoc>,
        /// Empirical distribution: a CSV file of one column with measured times in milliseconds;
        /// its path is relative to this file.
        empirical: Option<Text>,
        /// Basis of the numbers.
        basis: Option<Basis>,
        /// Document, measurement or reasoning behind the numbers.
        source: Option<Text>,
    }

    /// Bounds of a uniform law.
    struct UniformDoc {
        /// Smallest time.
        low: Duration,
        /// Largest time.
        high: Duration,
    }

    /// An Erlang law.
    struct ErlangDoc {
        /// Mean of the sum.
        mean: Duration,
        /// Number of stages.
        stages: Count<1, 1000>,
    }

    /// A gamma law.
    struct GammaDoc {
        /// Mean.
        mean: Duration,
        /// Coefficient of variation; 0 to 20.
        cv: Number,
    }

    /// A law given by mean and shape.
    struct ShapedDoc {
        /// Mean.
        mean: Duration,
        /// Shape or tail index.
        shape: Number,
    }
}

impl Time {
    /// Returns basis and source; of a sum, those of the least certain term.
    pub(crate) fn standing(&self) -> (Option<Basis>, Option<&Text>) {
        let Form::Sum(terms) = &self.form else { return (self.basis, self.origin.as_ref()) };
        let least = |standing: &(Option<Basis>, Option<&Text>)| match standing.0 {
            Some(Basis::Assumed) => 0,
            Some(Basis::Plan) => 1,
            Some(Basis::Vendor) => 2,
            Some(Basis::Measured) => 3,
            None => 4,
        };
        terms.iter().map(Time::standing).min_by_key(least).unwrap_or((None, None))
    }

    /// Whether it should state a basis or source of its own and does not.
    pub(crate) fn is_bare(&self) -> bool {
        match &self.form {
            Form::Name(_) => false,
            Form::Sum(terms) => terms.iter().any(Time::is_bare),
            _ => self.basis.is_none(),
        }
    }
}

impl Decode for Time {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Time> {
        let plain =
            |form| Time { span: node.span, form, written: node.quote(), basis: None, origin: None };
        match &node.value {
            Value::Scalar { text, .. } if !node.is_null() => {
                if text.starts_with(|letter: char| letter.is_ascii_alphabetic())
                    && name_fault(text).is_none()
                {
                    return Some(plain(Form::Name(text.clone())));
                }
                let constant = Duration::decode(node, problems)?;
                Some(plain(Form::Law(Dist::Constant(constant.0))))
            }
            Value::List(items) if items.is_empty() => {
                problems.add("E0103", node.span, "a sum of times needs at least one");
                None
            }
            Value::List(items) => {
                let read: Vec<Option<Time>> =
                    items.iter().map(|item| Time::decode(item, problems)).collect();
                let terms: Option<Vec<Time>> = read.into_iter().collect();
                Some(plain(Form::Sum(terms?)))
            }
            _ => {
                let law = LawDoc::decode(node, problems)?;
                let form = law_of(&law, problems)?;
                Some(Time { basis: law.basis, origin: law.source, ..plain(form) })
            }
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.part("Time", |definitions| {
            let law = LawDoc::schema(definitions);
            json!({
                "description": "A time: a name of the calibration, a duration, a law, or a list \
                    of those for their sum.",
                "anyOf": [
                    { "type": "string", "pattern": NAME_PATTERN },
                    Duration::schema(definitions),
                    law,
                    { "type": "array", "minItems": 1, "items": { "$ref": "#/definitions/Time" } },
                ],
            })
        })
    }
}

fn law_of(law: &LawDoc, problems: &mut Problems) -> Option<Form> {
    let given: Vec<&str> = [
        ("mean", law.mean.is_some()),
        ("constant", law.constant.is_some()),
        ("exponential", law.exponential.is_some()),
        ("uniform", law.uniform.is_some()),
        ("erlang", law.erlang.is_some()),
        ("gamma", law.gamma.is_some()),
        ("weibull", law.weibull.is_some()),
        ("pareto", law.pareto.is_some()),
        ("empirical", law.empirical.is_some()),
    ]
    .iter()
    .filter(|(_, given)| *given)
    .map(|(name, _)| *name)
    .collect();
    if given.len() != 1 {
        let message = if given.is_empty() {
            "a time needs a law".to_owned()
        } else {
            format!("a time has one law, but `{}` are given", given.join("`, `"))
        };
        problems.help("E0110", law.span, message, "write `{ mean: 3ms, cv: 0.8 }`, for example");
        return None;
    }
    if law.cv.is_some() && law.mean.is_none() {
        problems.add("E0110", law.span, "`cv` stands with `mean` only");
        return None;
    }
    let number = |value: Number, low: f64, high: f64, name: &str, problems: &mut Problems| {
        let good = (low..=high).contains(&value.0);
        if !good {
            let message = format!("`{name}` is {}; it must be from {low} to {high}", value.0);
            problems.add("E0107", law.span, message);
        }
        good.then_some(value.0)
    };
    if let Some(file) = &law.empirical {
        return Some(Form::File(file.0.clone()));
    }
    let dist = if let Some(Duration(mean)) = law.mean {
        match number(law.cv.unwrap_or(Number(0.0)), 0.0, 20.0, "cv", problems)? {
            cv if cv > 0.0 => Dist::LogNormal { mean, cv },
            _ => Dist::Constant(mean),
        }
    } else if let Some(Duration(mean)) = law.exponential {
        Dist::Exponential(mean)
    } else if let Some(uniform) = &law.uniform {
        let (low, high) = (uniform.low.0, uniform.high.0);
        if low > high {
            problems.add("E0107", uniform.span, "`low` is greater than `high`");
            return None;
        }
        if low < high { Dist::Uniform { low, high } } else { Dist::Constant(low) }
    } else if let Some(erlang) = &law.erlang {
        Dist::Gamma { mean: erlang.mean.0, cv: (erlang.stages.0 as f64).sqrt().recip() }
    } else if let Some(gamma) = &law.gamma {
        match number(gamma.cv, 0.0, 20.0, "cv", problems)? {
            cv if cv > 0.0 => Dist::Gamma { mean: gamma.mean.0, cv },
            _ => Dist::Constant(gamma.mean.0),
        }
    } else if let Some(weibull) = &law.weibull {
        let shape = number(weibull.shape, 0.2, 50.0, "shape", problems)?;
        Dist::Weibull { mean: weibull.mean.0, shape }
    } else if let Some(pareto) = &law.pareto {
        let shape = number(pareto.shape, 1.05, 100.0, "shape", problems)?;
        Dist::Pareto { mean: pareto.mean.0, shape }
    } else {
        Dist::Constant(law.constant.map_or(0.0, |constant| constant.0))
    };
    // The other laws have no logarithm of a mean that is zero.
    Some(Form::Law(if dist.mean() > 0.0 { dist } else { Dist::Constant(0.0) }))
}
