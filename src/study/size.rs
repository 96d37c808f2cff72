//! Sizing: the cheapest values of the free settings with which every target is met at a load, with
//! a given probability.
//!
//! The values of a free setting are a list from the least capacity to the most. By the utilisation
//! law the spec alone yields a lower bound for each setting. From there settings are raised by what
//! relieves the failed runs, until the load is carried; then each is lowered as far as runs allow,
//! and cheaper configurations are tried in ascending order of price. Two properties save most of
//! the simulations: all configurations are run with common random numbers, and feasibility is
//! assumed to be monotone (a configuration with no more of anything than a failed one fails too).
//! Monotonicity is an assumption, since a larger pool can hurt a database; the recommendation
//! itself is always simulated, with replications of its own.
//!
//! A replication either meets the targets or does not, so that the probability is that of a
//! Bernoulli trial: its bounds are those of Clopper and Pearson (1934).

mod climb;
mod question;
mod search;
mod sized;
mod trial;
mod why;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::question::{Free, SizingQuestion, Stated, Wanted};
use self::search::Search;
pub use self::why::{Blocked, NotLower, Obstacle};
use super::cause::{self, Cause};
use super::caution::Caution;
use super::error::StudyError;
use super::head::Head;
use super::result::{Axis, Verdict};
use super::watch::Watcher;
use super::workshop::PricedWorkshop;
use crate::stats::Estimate;

/// A setting whose value in the configuration differs from the variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// Path of the setting.
    pub set: String,
    /// Value in effect in the variant; none where it is not written.
    pub from: Option<String>,
    /// Value in the configuration.
    pub to: String,
}

/// An item of the configuration's bill, compared with the variant's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CostItem {
    /// Part that is billed.
    pub part: String,
    /// Count and type.
    pub what: String,
    /// Price \[USD per month\]; none where it is unknown: then the price of the part in the variant
    /// is used.
    pub monthly_usd: Option<f64>,
    /// Price in the unchanged variant \[USD per month\].
    pub before_usd: Option<f64>,
}

/// Test of the next lower value of a setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lower {
    /// Path of the setting.
    pub set: String,
    /// The next lower value; none where the configuration has the least.
    pub to: Option<String>,
    /// Reason why it is not used.
    #[serde(rename = "there")]
    pub why: NotLower,
}

/// Outcome of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The configuration meets the targets with the probability asked for.
    Met,
    /// No configuration of the declared values does.
    NotFound,
    /// The runs observed nothing that a target can be judged by.
    Undecided,
    /// The study was stopped; the configuration is the best found so far.
    Stopped,
}

/// Result for one load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SizedLoad {
    /// Monthly active users; none where the load is a rate.
    pub mau: Option<f64>,
    /// Load as written.
    pub load: String,
    /// Load on the axis of the study \[requests/s, or records/s\].
    pub rps: f64,
    /// Outcome.
    pub outcome: Outcome,
    /// Why no configuration meets the targets; none where one does.
    #[serde(rename = "obstacle")]
    pub note: Option<Obstacle>,
    /// Values of all free settings; empty where none was found.
    pub configuration: BTreeMap<String, String>,
    /// Settings whose values differ from the variant.
    pub changes: Vec<Changed>,
    /// Cost of all priced parts \[USD per month\].
    pub monthly_usd: Option<f64>,
    /// Cost of the unchanged variant \[USD per month\].
    pub before_usd: f64,
    /// Itemised bill.
    pub cost: Vec<CostItem>,
    /// Parts without a price, which count as in the variant, or as 0.
    pub unpriced: Vec<String>,
    /// Cost stated by the document for this load, compared with the cost found for the same scope.
    pub stated: Option<StatedBeside>,
    /// Share of replications under all calibrations that meet every target, with its one-sided 95 %
    /// bounds; from replications not used by the search.
    pub probability: Option<Estimate>,
    /// Bottleneck of the configuration; none where no resource sets its line.
    #[serde(default, deserialize_with = "cause::named")]
    pub binds: Option<String>,
    /// Cause of that line; none where none was searched for.
    pub cause: Option<Cause>,
    /// Headroom: the configuration's line divided by the load.
    pub headroom: Option<Estimate>,
    /// Verdict of the scenario's day on the configuration; none without a day.
    #[serde(default)]
    pub over_day: Option<Verdict>,
    /// Reason why no setting can be one step lower.
    pub lower: Vec<Lower>,
    /// Whether everything cheaper was ruled out: by the utilisation law, by a rule, by a run, or by
    /// monotonicity from a failed configuration.
    pub exhausted: bool,
    /// Configurations simulated.
    pub evaluations: u64,
    /// Configurations that the utilisation law or an audit rule excluded without a run.
    pub ruled_out: u64,
    /// Simulations run, including those for the line.
    pub runs: u64,
    /// Events processed.
    pub events: u64,
    /// Number of possible configurations.
    pub configurations: f64,
}

/// A stated cost compared with the cost found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatedBeside {
    /// Cost stated by the document \[USD per month\].
    pub monthly_usd: f64,
    /// Scope of that figure: prefixes of parts of the bill; everything where it is empty.
    pub covers: Vec<String>,
    /// Cost of the same parts here \[USD per month\].
    pub found_usd: f64,
}

/// Result of a sizing study: `size.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sizing {
    /// Head of the answer; its confidence is the probability with which the targets must be met.
    #[serde(flatten)]
    pub head: Head,
    /// Variant that changes are relative to.
    pub variant: String,
    /// Calibrations, weighted equally.
    pub calibrations: Vec<String>,
    /// Unit of loads: requests, records or users.
    pub axis: Axis,
    /// Free settings with their values.
    pub free: Vec<Free>,
    /// Results by load.
    pub phases: Vec<SizedLoad>,
    /// Input warnings; their words are added when this is written.
    #[serde(default)]
    pub cautions: Vec<Caution>,
}

impl Sizing {
    /// Whether every load has a configuration that meets the targets, over the day too.
    pub fn is_met(&self) -> bool {
        let day = |phase: &SizedLoad| phase.over_day.is_none_or(|verdict| verdict == Verdict::Met);
        let met = |phase: &SizedLoad| phase.outcome == Outcome::Met && day(phase);
        !self.phases.is_empty() && self.phases.iter().all(met)
    }
}

/// Sizes the variant for every requested load.
///
/// # Errors
/// When the scenario cannot be resolved or has no target, and when no setting is free.
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
