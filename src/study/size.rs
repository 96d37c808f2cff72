//! Sizing: the cheapest values of the settings declared free with which every target is met at a load,
//! with a probability.
//!
//! Settings are lists of values, from the least capacity to the most. The utilisation law says from the
//! description alone below which values nothing can be carried. From there settings are raised by what
//! relieves the runs that fail, until the load is carried; then each is taken back as far as runs
//! allow, and what is cheaper still is tried in the order of its price. Two facts save most of the
//! simulations: users of a replication are the same for every configuration, and a configuration that
//! has no more of anything than one that failed fails too. The second is an assumption, since a larger
//! pool can hurt a database; what is recommended has itself been simulated in any case, with
//! replications of its own.
//!
//! A replication meets the targets or does not, so that the probability is that of a coin: its bounds are
//! those of Clopper and Pearson (1934).

mod climb;
mod phase;
mod search;
mod trial;
mod why;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::search::Search;
pub use self::why::{Blocked, NotLower, Obstacle};
use super::cause::{self, Cause};
use super::caution::Caution;
use super::error::StudyError;
use super::head::Head;
use super::result::{Axis, Verdict};
use super::setup::Change;
use super::watch::Watcher;
use super::workshop::PricedWorkshop;
use crate::stats::Estimate;

/// A setting that may be chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Free {
    /// Its path, as in plans.
    pub path: String,
    /// Settings that get the same value.
    pub also: Vec<String>,
    /// Its values, from the least capacity to the most; at least one.
    pub values: Vec<String>,
    /// What each unit of its value costs \[USD a month\], where the price table does not know it.
    pub monthly_each: Option<f64>,
    /// The value that runs in the variant; none where it is not written.
    pub now: Option<String>,
}

impl Free {
    /// What a value costs by the declaration \[USD a month\]; none where it declares no price.
    fn price(&self, at: usize) -> Option<f64> {
        let each = self.monthly_each?;
        let text = self.values.get(at)?;
        let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let number: f64 = text[..digits.unwrap_or(text.len())].parse().ok()?;
        Some(number * each)
    }
}

/// A load to size for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Monthly active users; none where the load is a rate.
    pub mau: Option<f64>,
    /// As it was written: `10M`.
    pub text: String,
    /// What makes it the load asked about; none where it is the scenario's own.
    pub change: Option<Change>,
}

/// What somebody else says a load costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stated {
    /// Monthly active users.
    pub mau: f64,
    /// What they are said to cost \[USD a month\].
    pub monthly_usd: f64,
    /// What the figure covers: beginnings of parts of the bill; everything where it is empty.
    pub covers: Vec<String>,
}

/// A setting of the configuration that differs from the variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// Path of the setting.
    pub set: String,
    /// Value that runs in the variant; none where it is not written.
    pub from: Option<String>,
    /// Value in the configuration.
    pub to: String,
}

/// A line of the bill beside that of the variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CostItem {
    /// What is billed.
    pub part: String,
    /// Count and type.
    pub what: String,
    /// Price \[USD a month\]; none where it is not known: then what the part costs in the variant counts.
    pub monthly_usd: Option<f64>,
    /// Price in the variant as it is \[USD a month\].
    pub before_usd: Option<f64>,
}

/// Why a setting is not one notch lower.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lower {
    /// Path of the setting.
    pub set: String,
    /// Value one notch lower; none where the configuration has the least.
    pub to: Option<String>,
    /// What happens there.
    #[serde(rename = "there")]
    pub why: NotLower,
}

/// How a phase ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The configuration meets the targets with the probability asked for.
    Met,
    /// No configuration of the values declared does.
    NotFound,
    /// Runs saw nothing to judge a target by.
    Undecided,
    /// It was stopped; the configuration is the best that was found so far.
    Stopped,
}

/// What was found for a load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// Monthly active users; none where the load is a rate.
    pub mau: Option<f64>,
    /// The load as it was written.
    pub load: String,
    /// The same on the axis of the study \[requests/s, or records/s\].
    pub rps: f64,
    /// How it ended.
    pub outcome: Outcome,
    /// Why no configuration meets the targets; none where one does.
    #[serde(rename = "obstacle")]
    pub note: Option<Obstacle>,
    /// Values of all free settings; empty where none was found.
    pub configuration: BTreeMap<String, String>,
    /// Those that differ from the variant.
    pub changes: Vec<Changed>,
    /// What it costs by all that has a price \[USD a month\].
    pub monthly_usd: Option<f64>,
    /// What the variant costs as it is \[USD a month\].
    pub before_usd: f64,
    /// The bill, item by item.
    pub cost: Vec<CostItem>,
    /// Parts without a price, which count as in the variant, or as 0.
    pub unpriced: Vec<String>,
    /// What the document says for this load, with what that covers costs here.
    pub stated: Option<StatedBeside>,
    /// Share of replications under all calibrations that meet every target, with its one-sided 95 % bounds;
    /// replications that the search has not seen.
    pub probability: Option<Estimate>,
    /// What draws the line of the configuration; none where no resource does.
    #[serde(default, deserialize_with = "cause::named")]
    pub binds: Option<String>,
    /// Why that line lies there; none where it was not looked for.
    pub cause: Option<Cause>,
    /// The line of the configuration over the load.
    pub headroom: Option<Estimate>,
    /// Verdict of the scenario's day with the configuration; none where it has none.
    #[serde(default)]
    pub over_day: Option<Verdict>,
    /// Why no setting is one notch lower.
    pub lower: Vec<Lower>,
    /// Whether everything cheaper was ruled out, by the utilisation law, by a rule, by a run, or because a
    /// configuration that has no less of anything failed.
    pub exhausted: bool,
    /// Configurations simulated.
    pub evaluations: u64,
    /// Configurations that the utilisation law or a rule of the audit ruled out without a run.
    pub ruled_out: u64,
    /// Simulations run, the line's included.
    pub runs: u64,
    /// Events fired in them.
    pub events: u64,
    /// Configurations that there are.
    pub configurations: f64,
}

/// A stated price beside what is found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatedBeside {
    /// What the document says \[USD a month\].
    pub monthly_usd: f64,
    /// What that covers; everything where it is empty.
    pub covers: Vec<String>,
    /// What the same parts cost here \[USD a month\].
    pub found_usd: f64,
}

/// The answer: `size.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sizing {
    /// What it is about; its confidence is the probability with which the targets must be met.
    #[serde(flatten)]
    pub head: Head,
    /// The variant that changes are counted against.
    pub variant: String,
    /// Calibrations, each of which counts alike.
    pub calibrations: Vec<String>,
    /// What loads count.
    pub axis: Axis,
    /// Settings that could be chosen, with their values.
    pub free: Vec<Free>,
    /// What was found for each load.
    pub phases: Vec<Phase>,
    /// Warnings of the input; their words stand beside them when this is written.
    #[serde(default)]
    pub cautions: Vec<Caution>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct SizingQuestion {
    /// Settings that may be chosen.
    pub free: Vec<Free>,
    /// Loads to size for.
    pub wanted: Vec<Wanted>,
    /// Probability with which targets must be met.
    pub confidence: f64,
    /// Prices that the document states.
    pub stated: Vec<Stated>,
    /// Index of the variant.
    pub variant: usize,
}

impl Sizing {
    /// Whether there is a configuration for every load that meets the targets, over the day too.
    pub fn is_met(&self) -> bool {
        let day = |phase: &Phase| phase.over_day.is_none_or(|verdict| verdict == Verdict::Met);
        let met = |phase: &Phase| phase.outcome == Outcome::Met && day(phase);
        !self.phases.is_empty() && self.phases.iter().all(met)
    }
}

/// Size for every load asked about, from the variant as it is.
///
/// # Errors
/// When the scenario cannot be resolved or has no target, and when nothing may be chosen.
pub fn size(
    workshop: &dyn PricedWorkshop,
    question: &SizingQuestion,
    watcher: &dyn Watcher,
) -> Result<Sizing, StudyError> {
    let (study, bill) = workshop.priced(question.variant, &[])?;
    if study.targets.is_empty() {
        return Err(StudyError::NoTargets);
    }
    if question.free.is_empty() {
        return Err(StudyError::NothingFree);
    }
    let mut sizing = Sizing {
        head: Head { confidence: question.confidence, ..study.head("size") },
        variant: study.variants[question.variant].name.clone(),
        calibrations: study.calibrations.clone(),
        axis: study.axis(),
        free: question.free.clone(),
        phases: Vec::new(),
        cautions: study.cautions.clone(),
    };
    for wanted in &question.wanted {
        if watcher.stopped() {
            break;
        }
        let mut search = Search::new(workshop, question, wanted, &bill, watcher)?;
        sizing.phases.push(search.phase()?);
    }
    Ok(sizing)
}
