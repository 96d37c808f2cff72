//! The `uncertain` and `growth` blocks: uncertain inputs, and growth in the number of users.

use crate::scenario::decode::{Spanned, document, words};
use crate::scenario::problem::Problems;
use crate::scenario::values::{Count, Share, Text, canonical, quantity};
use crate::scenario::vary;
use crate::study::growth::Growth;
use crate::study::uncertain::{Distribution, Input, Uncertainty};

words! {
    /// Distribution of an uncertain value over its range.
    enum SpreadWord {
        /// Uniform: every value equally likely.
        "uniform" => Uniform,
        /// Log-uniform: every ratio equally likely, half as probable as double.
        "loguniform" => Loguniform,
        /// Triangular: most likely at `likely`, falling linearly to zero at the ends.
        "triangular" => Triangular,
        /// Normal about the middle, with two standard deviations to either end, truncated there.
        "normal" => Normal,
    }

    /// Meaning of the numbers of a range.
    enum RangeWord {
        /// Factors on the written value.
        "factor" => Factor,
        /// Values in place of the written value.
        "value" => Value,
    }
}

document! {
    /// Uncertain inputs, for `plimsoll uncertain`.
    struct UncertainDoc {
        /// Number of samples of all inputs together, best a power of two; 64 by default.
        samples: Option<Count<2, 4096>>,
        /// Uncertain inputs; by default every assumed time and unit cost in use, from half to
        /// double.
        inputs: Vec<UncertainInputDoc>,
    }

    /// An uncertain input with its range.
    struct UncertainInputDoc {
        /// Path of the input: a time or unit cost of the calibration (`times.request`,
        /// `units.statement_read`), or a setting of the system or scenario.
        path: Spanned<Text>,
        /// Lower and upper end.
        range: Spanned<Vec<Text>>,
        /// Meaning of the ends, `factor` or `value`; `factor` by default.
        r#as: Option<RangeWord>,
        /// Distribution over the range; by default `loguniform`, and `uniform` where the range
        /// begins at zero.
        distribution: Option<SpreadWord>,
        /// Mode of a triangular distribution; the middle by default.
        likely: Option<Spanned<Text>>,
        /// Reason for this range.
        because: Option<Text>,
    }

    /// Growth in the number of users, for `plimsoll growth`.
    struct GrowthDoc {
        /// Initial number of monthly users, such as `2.5M`.
        from: Spanned<Text>,
        /// Growth per month, such as `8%`.
        monthly: Spanned<Share>,
    }
}

/// Resolves the `growth` block; reports problems and returns `None` where it is invalid.
pub(crate) fn growth(asked: Option<&GrowthDoc>, problems: &mut Problems) -> Option<Growth> {
    let asked = asked?;
    let from = vary::users(&asked.from.value.0);
    let from = from.map_err(|why| problems.add("E0104", asked.from.span, why.to_string())).ok()?;
    let monthly = asked.monthly.value.0;
    if monthly <= 0.0 {
        problems.add("E0107", asked.monthly.span, "growth is above zero");
        return None;
    }
    Some(Growth { from, monthly })
}

/// Resolves the `uncertain` block, leaving out inputs that are invalid.
pub(crate) fn uncertainty(
    asked: Option<&UncertainDoc>,
    problems: &mut Problems,
) -> Option<Uncertainty> {
    let asked = asked?;
    let mut inputs: Vec<Input> = Vec::new();
    for document in &asked.inputs {
        let path = &document.path.value.0;
        if inputs.iter().any(|input| input.path == *path) {
            problems.add("E0404", document.path.span, format!("`{path}` is given twice"));
            continue;
        }
        match input(document) {
            Ok(input) => inputs.push(input),
            Err(why) => problems.help(
                "E0104",
                document.range.span,
                why,
                "write `range: [0.5, 2]` for factors, or `range: [1ms, 4ms]` with `as: value`",
            ),
        }
    }
    Some(Uncertainty { samples: asked.samples.map(Count::u32), inputs })
}

fn input(document: &UncertainInputDoc) -> Result<Input, String> {
    let factor = !matches!(document.r#as, Some(RangeWord::Value));
    let [low, high] = document.range.value.as_slice() else {
        return Err("a range has a low and a high end".into());
    };
    let number = |text: &Text| {
        let fault = || format!("`{}` is not a number with its unit", text.0);
        let (value, unit) = quantity(&text.0).ok_or_else(fault)?;
        Ok::<_, String>(match unit {
            "k" | "M" => (canonical(&text.0).ok_or_else(fault)?.0, String::new()),
            unit => (value, unit.to_owned()),
        })
    };
    let likely = document.likely.as_ref().map(|likely| number(&likely.value)).transpose()?;
    // A setting with whole ends takes whole numbers only; a factor need not be whole.
    let whole = !factor && [low, high].iter().all(|text| !text.0.contains('.'));
    let ((low, unit), (high, same)) = (number(low)?, number(high)?);
    if unit != same || likely.as_ref().is_some_and(|(_, of_likely)| *of_likely != unit) {
        return Err("the units of a range differ".into());
    }
    if factor && !unit.is_empty() {
        return Err("a factor has no unit; with one, write `as: value`".into());
    }
    if high <= low {
        return Err("a range rises".into());
    }
    let by_default = if low > 0.0 { SpreadWord::Loguniform } else { SpreadWord::Uniform };
    let distribution = match document.distribution.unwrap_or(by_default) {
        SpreadWord::Uniform => Distribution::Uniform,
        SpreadWord::Loguniform => Distribution::Loguniform,
        SpreadWord::Triangular => Distribution::Triangular,
        SpreadWord::Normal => Distribution::Normal,
    };
    if distribution == Distribution::Loguniform && low <= 0.0 {
        return Err("a range of ratios begins above zero".into());
    }
    let likely = likely.map(|(likely, _)| likely);
    if likely.is_some() && distribution != Distribution::Triangular {
        return Err("`likely` is for a triangular law".into());
    }
    if likely.is_some_and(|likely| !(low..=high).contains(&likely)) {
        return Err("`likely` lies outside the range".into());
    }
    Ok(Input {
        path: document.path.value.0.clone(),
        low,
        high,
        whole: whole && unit.is_empty(),
        unit,
        factor,
        distribution,
        likely,
        because: document.because.as_ref().map(|text| text.0.clone()).unwrap_or_default(),
    })
}
