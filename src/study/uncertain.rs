//! Uncertain inputs: their effect on the targets and the line, and which of them to measure first.
//!
//! Each sample is a point of a sweep with all inputs changed at once and common random numbers, so
//! that samples differ in their inputs only. The results are computed here from the points alone.

mod design;

use serde::{Deserialize, Serialize};

pub use self::design::{MOST_SAMPLES, shares};
use super::basis::Basis;
use super::caution::Caution;
use super::effect::Origin;
use super::error::StudyError;
use super::head::Head;
use super::metric::Metric;
use super::point::{Depth, at_load, line};
use super::result::{Axis, SettingPath, Target};
use super::setup::{Change, Study};
use super::sweep::{Point, Sweep};
use super::watch::Watcher;
use crate::random::{Key, normal_quantile};
use crate::stats::CONFIDENCE;
use crate::stats::Estimate;
use crate::stats::distribution::normal_cdf;
use crate::stats::rank::{Regression, rank_correlation, ranks};
use crate::stats::sample::{quantile, quantile_interval, share};

/// Default number of samples.
pub const SAMPLES: u32 = 64;
/// Bootstrap resamples.
const RESAMPLES: u64 = 1000;
/// Number of samples, in excess of that of inputs, from which a single regression separates all
/// inputs.
const TOGETHER: usize = 12;
/// Quantiles of an input's law between which its effect on the line is measured.
const ENDS: [f64; 2] = [0.1, 0.9];
/// Quantiles of the fan.
const FAN: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Distribution of an uncertain input over its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Uniform: every value is equally likely.
    Uniform,
    /// Log-uniform: every ratio is equally likely.
    Loguniform,
    /// Triangular: most likely at one value, with a density that falls to zero at both ends.
    Triangular,
    /// Normal around the midpoint, with two standard deviations to either end, truncated there.
    Normal,
}

/// An uncertain input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Path of the setting, service time or unit cost.
    pub path: String,
    /// Lower end of the range, in its unit.
    pub low: f64,
    /// Upper end of the range.
    pub high: f64,
    /// Unit as written; empty for a plain number.
    pub unit: String,
    /// Whether the value is a factor on the written one.
    pub factor: bool,
    /// Whether the value is an integer.
    pub whole: bool,
    /// Distribution over the range.
    pub distribution: Distribution,
    /// Mode of a triangular distribution.
    pub likely: Option<f64>,
    /// Justification of the range.
    pub because: String,
}

/// Uncertain inputs of a scenario and the number of samples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Uncertainty {
    /// Requested number of samples.
    pub samples: Option<u32>,
    /// The inputs.
    pub inputs: Vec<Input>,
}

impl Input {
    /// Returns the quantile of its law at `share`, between 0 and 1.
    pub fn value(&self, share: f64) -> f64 {
        let (low, high) = (self.low, self.high);
        if self.whole && self.distribution == Distribution::Uniform {
            // Each integer is equally likely, including both ends.
            return (low + share * (high - low + 1.0)).floor().min(high);
        }
        let value = match self.distribution {
            Distribution::Uniform => low + (high - low) * share,
            Distribution::Loguniform => low * libm::exp(share * libm::log(high / low)),
            Distribution::Triangular => {
                let likely = self.likely.unwrap_or(f64::midpoint(low, high));
                let (width, below) = (high - low, likely - low);
                if share * width <= below {
                    low + (share * width * below).sqrt()
                } else {
                    high - ((1.0 - share) * width * (high - likely)).sqrt()
                }
            }
            Distribution::Normal => {
                let cut = normal_cdf(-2.0);
                let deviation = (high - low) / 4.0;
                let at = normal_quantile(cut + share * (1.0 - 2.0 * cut));
                f64::midpoint(low, high) + deviation * at
            }
        };
        let value = value.clamp(low, high);
        if self.whole { value.round() } else { value }
    }

    /// Returns the quantile as it is written: a factor begins with `*`.
    pub fn text(&self, share: f64) -> String {
        let value = format!("{:.9}", self.value(share));
        let value = value.trim_end_matches('0').trim_end_matches('.');
        format!("{}{value}{}", if self.factor { "*" } else { "" }, self.unit)
    }

    /// Returns the quantile with three digits, for display.
    fn short(&self, share: f64) -> String {
        let value = self.value(share);
        let decimals = if value == 0.0 { 0.0 } else { 2.0 - value.abs().log10().floor() };
        let text = format!("{value:.*}", decimals.clamp(0.0, 9.0) as usize);
        let text = if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.')
        } else {
            &text
        };
        format!("{}{text}{}", if self.factor { "× " } else { "" }, self.unit)
    }

    /// Maps a quantile to the scale on which the law is uniform or symmetric, so that the change
    /// between two symmetric percentiles by a straight line is as accurate as that by a parabola.
    fn score(&self, share: f64) -> f64 {
        match self.distribution {
            Distribution::Loguniform => share,
            _ => self.value(share),
        }
    }

    /// Returns the override that sets it to one end of its range.
    pub fn end(&self, high: bool) -> Change {
        Change { path: self.path.clone(), to: self.text(f64::from(u8::from(high))) }
    }
}

/// Returns every assumed service time and unit cost that the answer of a study depends on, from
/// half to double.
pub fn assumed(study: &Study) -> Vec<Input> {
    let mut inputs: Vec<Input> = Vec::new();
    for one in study.assumed.iter().filter(|one| one.basis == Basis::Assumed) {
        let Some(SettingPath { document, path }) = &one.setting else { continue };
        let counts = *document == study.calibrations[0] || document == "system";
        let section = path.starts_with("times.") || path.starts_with("units.");
        if !counts || !section || inputs.iter().any(|input| input.path == *path) {
            continue;
        }
        inputs.push(Input {
            path: path.clone(),
            low: 0.5,
            high: 2.0,
            unit: String::new(),
            factor: true,
            whole: false,
            distribution: Distribution::Loguniform,
            likely: None,
            because: match &one.origin {
                Origin::Written(text) => text.clone(),
                Origin::NotStated
                | Origin::ConnectAgain
                | Origin::ReservedConnections
                | Origin::CoresOfRequest
                | Origin::CoresOfLimit
                | Origin::MeanOnly => "not stated".into(),
            },
        });
    }
    inputs
}

/// Draws the samples: for each the value of every input, as it is written.
pub fn samples(seed: u64, inputs: &[Input], count: usize) -> Vec<Vec<String>> {
    let columns: Vec<Vec<f64>> =
        inputs.iter().map(|input| shares(seed, &input.path, count)).collect();
    let row = |sample: usize| {
        inputs.iter().zip(&columns).map(|(input, column)| input.text(column[sample])).collect()
    };
    (0..count).map(row).collect()
}

/// Probability that a target is met, over the uncertain inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probability {
    /// Name of the variant.
    pub variant: String,
    /// Metric of the target; `drift` for no growing queue, `day` for all of them over the day (with
    /// the time in which one is missed \[s\]), `all` for all of these, `line` where the line is no
    /// lower than the target load.
    pub target: Condition,
    /// Largest value that meets the target; none for `all` and `line`.
    pub limit: Option<f64>,
    /// Share of samples that meet it, with its Wilson interval.
    pub probability: Estimate,
}

/// Fan: distribution of the line over the uncertain inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fan {
    /// Name of the variant.
    pub variant: String,
    /// 5th, 25th, 50th, 75th and 95th percentile of the line \[per s\], with an interval where
    /// there are enough samples for one.
    pub rps: Vec<Estimate>,
    /// Those percentiles in monthly users; empty where the load is not given in users.
    pub mau: Vec<Estimate>,
    /// Share of samples that carry a load: (load, low, share, high) in ascending order of load.
    pub carried: Vec<[f64; 4]>,
    /// Samples whose line lies beyond the largest load tried.
    pub beyond: u32,
}

/// Influence of an input on the line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Influence {
    /// Name of the variant.
    pub variant: String,
    /// Name of the input.
    pub name: String,
    /// Values of the input at the 10th and 90th percentile of its law.
    pub values: [String; 2],
    /// Change of the line when the input goes from the first to the second, averaged over all other
    /// inputs \[per s\].
    pub rps: Estimate,
    /// Spearman's rank correlation of input and line, with a bootstrap interval.
    pub rank_correlation: Estimate,
    /// Partial rank correlation, controlled for all other inputs; none with too few samples.
    pub partial_rank_correlation: Option<f64>,
}

/// Result of an uncertainty study: `uncertain.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Uncertain {
    /// Head of the answer.
    #[serde(flatten)]
    pub head: Head,
    /// Unit of loads: requests, records or users.
    pub axis: Axis,
    /// Target load \[per s\].
    pub asked_rps: f64,
    /// Monthly users of the target load.
    pub asked_mau: Option<f64>,
    /// Number of samples.
    pub samples: u32,
    /// Whether the scenario names no inputs, so that all assumed ones are varied.
    pub by_default: bool,
    /// Whether a single regression separates all inputs; otherwise each is analysed alone.
    pub together: bool,
    /// Uncertain inputs.
    pub inputs: Vec<Input>,
    /// Probability of each target at the target load.
    pub probabilities: Vec<Probability>,
    /// Distribution of the line of each variant.
    pub fans: Vec<Fan>,
    /// Influence of each input on the line, for each variant in descending order.
    pub influences: Vec<Influence>,
    /// Input warnings; their words are added when this is written.
    #[serde(default)]
    pub cautions: Vec<Caution>,
}

/// Condition that a probability refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Condition {
    /// A target is met.
    Target(Metric),
    /// A joint condition.
    Whole(Whole),
}

/// Joint condition on several targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whole {
    /// All targets are met over the day.
    Day,
    /// All targets are met, including over the day where one is run.
    All,
    /// The line is no lower than the target load.
    Line,
}

impl Condition {
    /// Returns its name in files.
    pub fn key(self) -> &'static str {
        match self {
            Condition::Target(metric) => metric.key(),
            Condition::Whole(Whole::Day) => "day",
            Condition::Whole(Whole::All) => "all",
            Condition::Whole(Whole::Line) => "line",
        }
    }
}

/// Replications of a sample: inputs vary far more than replications do.
const REPLICATIONS: u32 = 2;

/// Named numbers and facts of a point.
pub(super) type Numbers = (Vec<(String, Estimate)>, Vec<(String, String)>);

/// Computes line and targets of a sample; `None` where the watcher stopped the run.
///
/// # Errors
/// When the study has no line to search for.
pub(super) fn sample(study: &Study, watcher: &dyn Watcher) -> Result<Option<Numbers>, StudyError> {
    let Some(found) = line(study, Depth::Glance, watcher) else {
        return if watcher.stopped() { Ok(None) } else { Err(StudyError::NoLine) };
    };
    let line = found.saturation;
    let mut study = study.clone();
    study.replications = REPLICATIONS;
    study.precision.most_replications = REPLICATIONS;
    let Some(at) = at_load(&study, watcher) else { return Ok(None) };
    let mut numbers = vec![("line_rps".to_owned(), line.rps)];
    numbers.extend(line.mau.map(|mau| ("line_mau".to_owned(), mau)));
    numbers.push(("offered_rps".into(), Estimate::exact(at.at.rps)));
    for verdict in at.verdicts {
        numbers.push((of_target(Condition::Target(verdict.metric)), verdict.estimate));
    }
    if let Some(day) = at.day {
        numbers.push((of_target(Condition::Whole(Whole::Day)), Estimate::exact(day.not_met_s())));
    }
    let facts = vec![("beyond_search".into(), line.beyond_search.to_string())];
    Ok(Some((numbers, facts)))
}

/// Context of the samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Uncertain inputs.
    pub inputs: Vec<Input>,
    /// Whether they are all assumed inputs, because the scenario names none.
    pub by_default: bool,
    /// Targets of the study.
    pub targets: Vec<Target>,
    /// Target load \[per s\].
    pub asked_rps: f64,
    /// Monthly users of the target load.
    pub asked_mau: Option<f64>,
}

/// Analyses the samples. `points` holds those of each sample in turn, one per variant.
pub fn analyse(sweep: &Sweep, frame: &Frame, points: &[Point]) -> Uncertain {
    let variants = sweep.variants.len().max(1);
    let count = points.len() / variants;
    let columns: Vec<Vec<f64>> =
        frame.inputs.iter().map(|input| shares(sweep.head.seed, &input.path, count)).collect();
    let together = count >= frame.inputs.len() + TOGETHER;
    let mut found = Uncertain {
        head: sweep.head.clone(),
        axis: sweep.axis,
        asked_rps: frame.asked_rps,
        asked_mau: frame.asked_mau,
        samples: count as u32,
        by_default: frame.by_default,
        together,
        inputs: frame.inputs.clone(),
        probabilities: Vec::new(),
        fans: Vec::new(),
        influences: Vec::new(),
        cautions: sweep.cautions.clone(),
    };
    for (number, variant) in sweep.variants.iter().enumerate() {
        let of_variant: Vec<&Point> = points.iter().skip(number).step_by(variants).collect();
        found.probabilities.extend(probabilities(variant, frame, &of_variant));
        let lines: Vec<f64> =
            of_variant.iter().map(|point| number_of(point, "line_rps").unwrap_or(0.0)).collect();
        found.fans.push(fan(variant, &lines, &of_variant));
        let seen = Seen { seed: sweep.head.seed, variant, together };
        found.influences.extend(influences(&seen, &frame.inputs, &columns, &lines));
    }
    found
}

fn number_of(point: &Point, name: &str) -> Option<f64> {
    estimate_of(point, name).map(|found| found.mean)
}

/// Returns a named estimate, unless it is empty.
fn estimate_of<'p>(point: &'p Point, name: &str) -> Option<&'p Estimate> {
    let found = point.estimates.iter().find(|(other, _)| other == name);
    found.map(|(_, estimate)| estimate).filter(|estimate| estimate.n > 0)
}

fn is(point: &Point, fact: &str) -> bool {
    point.facts.iter().any(|(name, text)| name == fact && text == "true")
}

/// Returns the name of a target's estimate in the point of a sample.
pub(super) fn of_target(condition: Condition) -> String {
    format!("target_{}", condition.key())
}

fn probabilities(variant: &str, frame: &Frame, points: &[&Point]) -> Vec<Probability> {
    let of = |target: Condition, limit: Option<f64>, meets: &dyn Fn(&Point) -> bool| {
        let hits = points.iter().filter(|point| meets(point)).count();
        Probability {
            variant: variant.into(),
            target,
            limit,
            probability: share(hits as u64, points.len() as u64, CONFIDENCE),
        }
    };
    // A metric that is unknown, because nothing is answered or only a bound exists, counts as
    // missed.
    let meets = |point: &Point, (condition, limit): (Condition, f64)| {
        let found = estimate_of(point, &of_target(condition));
        found.is_some_and(|found| !found.is_bound() && found.mean <= limit)
    };
    // A queue that grows in any replication; and, where a day was run, the time in which a target
    // is missed.
    let drift = (Condition::Target(Metric::Drift), 0.0);
    let day = (Condition::Whole(Whole::Day), 0.0);
    let has_day = points.iter().any(|point| number_of(point, &of_target(day.0)).is_some());
    let own = frame.targets.iter().map(|target| (Condition::Target(target.metric), target.limit));
    let conditions: Vec<(Condition, f64)> =
        own.chain([drift]).chain(Some(day).filter(|_| has_day)).collect();
    let mut all: Vec<Probability> =
        conditions.iter().map(|one| of(one.0, Some(one.1), &|point| meets(point, *one))).collect();
    let every = |point: &Point| conditions.iter().all(|one| meets(point, *one));
    all.push(of(Condition::Whole(Whole::All), None, &every));
    all.push(of(Condition::Whole(Whole::Line), None, &|point| {
        number_of(point, "line_rps").is_some_and(|line| line >= frame.asked_rps)
    }));
    all
}

fn quantiles(mut values: Vec<f64>) -> Vec<Estimate> {
    values.sort_by(f64::total_cmp);
    let bare = |p: f64| {
        let mean = quantile(&values, p)?;
        Some(Estimate::interval(mean, mean, mean, 1))
    };
    let of = |p: &f64| quantile_interval(&values, *p, CONFIDENCE).or_else(|| bare(*p));
    FAN.iter().filter_map(of).collect()
}

fn fan(variant: &str, lines: &[f64], points: &[&Point]) -> Fan {
    let users: Option<Vec<f64>> = points.iter().map(|point| number_of(point, "line_mau")).collect();
    let mut sorted = lines.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as u64;
    let carried = sorted
        .iter()
        .enumerate()
        .map(|(below, load)| {
            let share = share(n - below as u64, n, CONFIDENCE);
            [*load, share.low, share.mean, share.high]
        })
        .collect();
    Fan {
        variant: variant.into(),
        rps: quantiles(lines.to_vec()),
        mau: users.map(quantiles).unwrap_or_default(),
        carried,
        beyond: points.iter().filter(|point| is(point, "beyond_search")).count() as u32,
    }
}

/// Variant whose influences are analysed, and the method.
struct Seen<'a> {
    seed: u64,
    variant: &'a str,
    together: bool,
}

fn influences(
    seen: &Seen<'_>,
    inputs: &[Input],
    columns: &[Vec<f64>],
    lines: &[f64],
) -> Vec<Influence> {
    let scores: Vec<Vec<f64>> = inputs
        .iter()
        .zip(columns)
        .map(|(input, column)| column.iter().map(|share| input.score(*share)).collect())
        .collect();
    let all: Vec<&[f64]> = scores.iter().map(Vec::as_slice).collect();
    let joint = if seen.together { Regression::fit(&all, lines) } else { None };
    let ranked: Vec<Vec<f64>> = columns.iter().map(|column| ranks(column)).collect();
    let ranked: Vec<&[f64]> = ranked.iter().map(Vec::as_slice).collect();
    let partial = if seen.together { Regression::fit(&ranked, &ranks(lines)) } else { None };
    let mut found: Vec<Influence> = inputs
        .iter()
        .enumerate()
        .map(|(at, input)| {
            let step = input.score(ENDS[1]) - input.score(ENDS[0]);
            let rps = match &joint {
                Some(fit) => fit.effect(at, step, CONFIDENCE),
                None => Regression::fit(&[all[at]], lines)
                    .map_or_else(Estimate::default, |fit| fit.effect(0, step, CONFIDENCE)),
            };
            let key = Key::root(seen.seed, 0).named("bootstrap").named(&input.path);
            Influence {
                variant: seen.variant.into(),
                name: input.path.clone(),
                values: ENDS.map(|end| input.short(end)),
                rps,
                rank_correlation: bootstrapped(key, &columns[at], lines),
                partial_rank_correlation: partial.as_ref().map(|fit| fit.partial_correlation(at)),
            }
        })
        .collect();
    found.sort_by(|a, b| b.rps.mean.abs().total_cmp(&a.rps.mean.abs()));
    found
}

/// Spearman's rank correlation with a percentile bootstrap interval (Efron and Tibshirani, *An
/// Introduction to the Bootstrap*, ch. 13).
fn bootstrapped(key: Key, a: &[f64], b: &[f64]) -> Estimate {
    let mean = rank_correlation(a, b);
    let n = a.len().min(b.len());
    if n < 3 {
        return Estimate::interval(mean, mean, mean, n.min(1) as u32);
    }
    let mut found: Vec<f64> = (0..RESAMPLES)
        .map(|resample| {
            let key = key.item(resample);
            let chosen: Vec<usize> =
                (0..n).map(|at| (key.bits(at as u64) % n as u64) as usize).collect();
            let of = |values: &[f64]| chosen.iter().map(|at| values[*at]).collect::<Vec<f64>>();
            rank_correlation(&of(a), &of(b))
        })
        .collect();
    found.sort_by(f64::total_cmp);
    let side = (1.0 - CONFIDENCE) / 2.0;
    let at = |p: f64| quantile(&found, p).unwrap_or(mean);
    Estimate::interval(mean, at(side).min(mean), at(1.0 - side).max(mean), n as u32)
}

impl Uncertain {
    /// Whether the last variant meets every target with high probability over the inputs.
    pub fn is_met(&self) -> bool {
        let mut of_all =
            self.probabilities.iter().filter(|one| one.target == Condition::Whole(Whole::All));
        of_all.next_back().is_some_and(|last| last.probability.mean >= CONFIDENCE)
    }

    /// Returns the input to measure first for a variant: the one with the largest influence on the
    /// line, if that is significant.
    pub fn first(&self, variant: &str) -> Option<&Influence> {
        let first = self.influences.iter().find(|one| one.variant == variant)?;
        (first.rps.n > 0 && first.rps.low * first.rps.high > 0.0).then_some(first)
    }
}

#[cfg(test)]
mod tests;
