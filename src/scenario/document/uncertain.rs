//! What is not known exactly, and how users become more.

use super::ScenarioDoc;
use crate::scenario::decode::{Spanned, document, words};
use crate::scenario::problem::Problems;
use crate::scenario::values::{Count, Share, Text, canonical, quantity};
use crate::scenario::vary;
use crate::study::growth::Growth;
use crate::study::uncertain::{Input, Law, Uncertainty};

words! {
    /// How an uncertain value is spread over its range.
    enum SpreadWord {
        /// Every value equally likely.
        "uniform" => Uniform,
        /// Every ratio equally likely: as probably half as double.
        "loguniform" => Loguniform,
        /// Most likely at `likely`, falling to nothing at the ends.
        "triangular" => Triangular,
        /// Normal around the middle, two standard deviations to either end, and cut off there.
        "normal" => Normal,
    }

    /// What the numbers of a range are.
    enum RangeWord {
        /// Factors on what is written.
        "factor" => Factor,
        /// Values in place of what is written.
        "value" => Value,
    }
}

document! {
    /// What is not known exactly: asked about by `plimsoll uncertain`.
    struct UncertainDoc {
        /// Samples of all inputs together; 64 by default. Powers of two cover the ranges best.
        samples: Option<Count<2, 4096>>,
        /// The inputs; by default every assumed time and unit cost in use, from half to double.
        inputs: Vec<UncertainInputDoc>,
    }

    /// An input with the range in which it lies.
    struct UncertainInputDoc {
        /// Its path: a time or unit cost of the calibration (`times.request`, `units.statement_read`), or a
        /// setting of system or scenario.
        path: Spanned<Text>,
        /// Low and high end.
        range: Spanned<Vec<Text>>,
        /// What the ends are: `factor` (by default) or `value`.
        r#as: Option<RangeWord>,
        /// How the input is spread; by default `loguniform`, and `uniform` where the range begins at zero.
        distribution: Option<SpreadWord>,
        /// Most likely value of a triangular law; the middle by default.
        likely: Option<Spanned<Text>>,
        /// Why this range.
        because: Option<Text>,
    }

    /// How users become more: asked about by `plimsoll growth`.
    struct GrowthDoc {
        /// Monthly users at the beginning, such as `2.5M`.
        from: Spanned<Text>,
        /// Growth in a month, such as `8%`.
        monthly: Spanned<Share>,
    }
}

/// How the scenario's users grow.
pub(crate) fn growth(scenario: &ScenarioDoc, problems: &mut Problems) -> Option<Growth> {
    let asked = scenario.growth.as_ref()?;
    let from = vary::users(&asked.from.value.0);
    let from = from.map_err(|why| problems.add("E0104", asked.from.span, why.to_string())).ok()?;
    let monthly = asked.monthly.value.0;
    if monthly <= 0.0 {
        problems.add("E0107", asked.monthly.span, "growth is above zero");
        return None;
    }
    Some(Growth { from, monthly })
}

/// What of the scenario is uncertain.
pub(crate) fn uncertainty(scenario: &ScenarioDoc, problems: &mut Problems) -> Option<Uncertainty> {
    let asked = scenario.uncertain.as_ref()?;
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
    // Whole ends of a setting make whole numbers; of a factor they do not.
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
        SpreadWord::Uniform => Law::Uniform,
        SpreadWord::Loguniform => Law::Loguniform,
        SpreadWord::Triangular => Law::Triangular,
        SpreadWord::Normal => Law::Normal,
    };
    if distribution == Law::Loguniform && low <= 0.0 {
        return Err("a range of ratios begins above zero".into());
    }
    let likely = likely.map(|(likely, _)| likely);
    if likely.is_some() && distribution != Law::Triangular {
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
