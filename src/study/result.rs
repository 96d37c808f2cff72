//! What a study found: the contract of `summary.json` and all that reports are made from.
//!
//! Nothing in here depends on the clock, the machine or the number of threads. Rates are per second of
//! simulated time, times are milliseconds where the name says so, shares are between 0 and 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cause::{self, Cause};
use super::caution::Caution;
use super::claims::Judged;
use super::day::{DayAnswer, DayBin};
use super::doubt::Warning;
use super::effect::{Effect, Origin, Places};
use super::head::Head;
use super::metric::{self, Metric};
use crate::stats::Estimate;

/// A study's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StudyResult {
    /// What it is about; its kind is `run`, `compare` or `saturate`.
    #[serde(flatten)]
    pub head: Head,
    /// Load at which `at_target` was taken.
    pub target_load: TargetLoad,
    /// Conditions that a load must meet to count as carried.
    pub targets: Vec<Target>,
    /// One entry per variant, in the order of the scenario.
    pub variants: Vec<VariantResult>,
    /// Paired differences between variants, under common random numbers.
    pub comparisons: Vec<Comparison>,
    /// The same saturation for other mixes and calibrations.
    pub alternatives: Vec<Alternative>,
    /// Where mixes or calibrations disagree; their words stand beside them in `summary.json`.
    #[serde(rename = "differing")]
    pub disagreements: Vec<Disagreement>,
    /// What each edit of the plans does.
    pub edits: Vec<Edit>,
    /// The document's claims, judged.
    pub claims: Vec<Judged>,
    /// Inputs that are assumed, not measured.
    pub assumed: Vec<Assumption>,
    /// Warnings of the input; `summary.json` has their words among `warnings`.
    #[serde(default)]
    pub cautions: Vec<Caution>,
    /// What the reader must know about these numbers besides; `summary.json` has their words there too.
    #[serde(rename = "doubts")]
    pub warnings: Vec<Warning>,
    /// Whether the study was stopped before its end: what is missing was not computed.
    #[serde(default)]
    pub partial: bool,
    /// Digest of all that the numbers depend on; the manifest beside them names the same.
    #[serde(default)]
    pub computed_from: String,
}

impl StudyResult {
    /// Whether the last variant meets every target, at a steady load and over the day, and carries the load
    /// asked about where a line was sought. A study that was stopped has decided nothing, nor has one
    /// without a verdict on its targets.
    pub fn is_met(&self) -> bool {
        let judged = |last: &VariantResult| self.targets.is_empty() || !last.verdicts.is_empty();
        if self.partial || !self.variants.last().is_some_and(judged) {
            return false;
        }
        let Some(last) = self.variants.last() else { return false };
        let line = last.saturation.as_ref();
        let day = last.day_answer.as_ref().and_then(|answer| answer.verdict);
        last.verdicts.iter().all(|verdict| verdict.verdict == Verdict::Met)
            && day.is_none_or(|verdict| verdict == Verdict::Met)
            && line.is_none_or(|line| line.rps.low >= self.target_load.rps)
    }
}

/// The load that the plan wants to carry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TargetLoad {
    /// What `rps` counts, and with it the axis of the search.
    pub axis: Axis,
    /// Requests per second at the peak; records per second where the load is records alone; 0 for a
    /// closed load.
    pub rps: f64,
    /// Events per second, where the plan names them.
    pub events_per_s: Option<f64>,
    /// Monthly active users whose peak this is, where the load is given in users.
    pub mau: Option<f64>,
}

/// What a load is counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Requests of users per second.
    #[default]
    Requests,
    /// Records per second, straight into topics.
    Records,
    /// A fixed number of virtual users: it is what it is.
    Closed,
}

/// A condition that a load must meet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// What it limits.
    pub metric: Metric,
    /// Largest value that meets it.
    pub limit: f64,
    /// How requests without a good answer count, where `metric` is a response time.
    #[serde(default)]
    pub unanswered: Unanswered,
}

impl Target {
    /// A condition that stands for itself.
    pub fn new(metric: Metric, limit: f64) -> Target {
        Target { metric, limit, unanswered: Unanswered::Slow }
    }
}

/// How requests without a good answer (failed, timed out, refused, given up) count in a response time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unanswered {
    /// As slower than any limit: nothing else guards against them.
    #[default]
    Slow,
    /// Not at all: a target of its own limits their share, and the response time is that of good answers.
    Apart,
}

/// Whether a condition is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole interval meets it.
    Met,
    /// The whole interval misses it.
    Missed,
    /// The interval holds both.
    Undecided,
}

/// What was found about one variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VariantResult {
    /// Name.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
    /// Where it saturates; none when the study did not ask.
    pub saturation: Option<Saturation>,
    /// Warm-up of the runs that look for the line; none when the study did not ask.
    pub search_warm_up: Option<WarmUp>,
    /// What users get at the target load; none when the study did not ask.
    pub at_target: Option<AtLoad>,
    /// Verdict per condition at the target load, in the order of `targets`.
    pub verdicts: Vec<TargetVerdict>,
    /// Curve over load: one point per load simulated for the chart.
    pub curve: Vec<CurvePoint>,
    /// The day, bin by bin; empty when the study did not ask.
    pub day: Vec<DayBin>,
    /// What the day says, besides its bins; none when the study did not ask.
    #[serde(default)]
    pub day_answer: Option<DayAnswer>,
    /// Pods over the day, of each service whose number of pods changes; empty when the study did not ask.
    #[serde(default)]
    pub pods: Vec<PodsResult>,
    /// Settings that changed on the day, in order of time, with the time before the first; empty
    /// without any.
    #[serde(default)]
    pub steps: Vec<StepResult>,
    /// What was used on the day of what is paid for by time or use; none when the study did not ask.
    #[serde(default)]
    pub used: Option<Used>,
    /// What it costs in a month, part by part; empty where nothing is known of it.
    #[serde(default)]
    pub cost: Vec<CostItem>,
    /// Stations: what was busy and where work waited, at the target load and over the day.
    pub stations: Vec<StationResult>,
    /// Where the time of an answered request goes: at the load nearest below saturation.
    pub anatomy: Vec<AnatomyPart>,
    /// The load at which `anatomy` was taken \[requests/s\].
    pub anatomy_rps: f64,
    /// Theory beside simulation, wherever theory applies.
    pub theory: Vec<Check>,
}

/// What theory says beside what the simulation shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// True where the scenario states the law; else it holds for every system.
    pub stated: bool,
    /// What was measured.
    pub measure: Measure,
    /// At which station, part of a response, or resource; none for what users see.
    pub at: Option<String>,
    /// The law, with its numbers in short: `M/M/10`, `utilisation law`.
    pub law: String,
    /// Where the law comes from.
    pub source: String,
    /// What it expects, in the unit of the measure.
    pub theory: f64,
    /// True where theory knows no more than that the number is not above `theory`.
    pub bound: bool,
    /// How many times its capacity a saturated station is asked for; none for all else.
    #[serde(default)]
    pub asked: Option<f64>,
    /// What was simulated, with its 99.9 % interval.
    pub simulation: Estimate,
    /// Whether the two agree.
    pub agreement: Agreement,
}

/// Whether theory and simulation agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// Theory lies in the interval of the simulation.
    Agrees,
    /// It does not.
    Differs,
    /// Theory asks for more than there is: the station is saturated and the law says no more than that.
    Saturated,
}

/// What theory and simulation both know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Mean response time \[ms\].
    MeanMs,
    /// Median response time \[ms\].
    P50Ms,
    /// 95th percentile of response times \[ms\].
    P95Ms,
    /// 99th percentile of response times \[ms\].
    P99Ms,
    /// Share of requests that fail.
    ErrorRate,
    /// Requests answered in time, per second.
    GoodputRps,
    /// Counted events per second.
    EventsPerS,
    /// Flows completed per second.
    OrdersPerS,
    /// Largest lag of any listener \[records\].
    MaxLag,
    /// Mean time of an answered request in one part of its way \[ms\].
    PartMs,
    /// Share of a station's capacity in use.
    Busy,
    /// Mean number waiting at a station.
    Waiting,
    /// The largest load carried \[per s\].
    LineRps,
    /// Share of answers that name this resource as what draws the line: 1 or 0.
    Resource,
}

/// Verdict on one condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TargetVerdict {
    /// Metric of the target.
    pub metric: Metric,
    /// Its value at the target load.
    pub estimate: Estimate,
    /// Whether it is met.
    pub verdict: Verdict,
}

/// The largest load at which every target is met and no queue drifts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Saturation {
    /// Requests per second offered.
    pub rps: Estimate,
    /// Counted events per second at that load.
    pub events_per_s: Estimate,
    /// Completed orders (flows) per second at that load.
    pub orders_per_s: Estimate,
    /// Monthly active users whose peak that load is; none where the load is not given in users.
    pub mau: Option<Estimate>,
    /// What saturates first: the resource whose relief moves the line most; none where `cause` is no
    /// station.
    #[serde(default, deserialize_with = "cause::named")]
    pub resource: Option<String>,
    /// Further resources, if any: whose relief moves the line as much, or that have the same limit, so
    /// that only the relief of all together moves it (`cause` says which).
    pub ties: Vec<String>,
    /// Share of replications that carry a load beyond the line with this resource relieved, or with it
    /// and its ties where they limit together.
    pub agreement: f64,
    /// Why the line lies there.
    pub cause: Cause,
    /// Whether queues settle too slowly for runs of this length, so that the line is less sure than others.
    #[serde(default)]
    pub unsettled: bool,
    /// The target that fails first; none where none does.
    #[serde(with = "metric::or_empty")]
    #[schemars(with = "String")]
    pub binding_target: Option<Metric>,
    /// Relief of one resource at a time that was tried.
    pub relief: Vec<Relief>,
    /// True when the line lies beyond the largest load tried.
    pub beyond_search: bool,
}

/// The line with one resource's capacity doubled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Relief {
    /// Resource.
    pub resource: String,
    /// Share of replications that then carry `tried_rps`.
    pub carried: f64,
    /// The load that was tried with the relief \[requests/s\].
    pub tried_rps: f64,
}

/// Time at the beginning of each run that nothing is counted of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WarmUp {
    /// Its length \[s\].
    pub seconds: f64,
    /// Where it comes from.
    pub source: WarmUpSource,
}

/// Where a warm-up comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WarmUpSource {
    /// The scenario says so.
    #[default]
    Given,
    /// Found by MSER-5 from pilot runs at the load, or at the nearest that had any.
    Found,
    /// The pilot runs did not settle: the default.
    Unsettled,
}

/// What users get at a load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AtLoad {
    /// Requests per second offered.
    pub rps: f64,
    /// Time before anything counts.
    pub warm_up: WarmUp,
    /// Batches of one run that the estimates are over; none where they are over replications.
    pub batches: Option<u32>,
    /// Mean response time of all requests but those refused \[ms\].
    pub mean_ms: Estimate,
    /// Median response time of all requests but those refused \[ms\].
    pub p50_ms: Estimate,
    /// 95th percentile \[ms\].
    pub p95_ms: Estimate,
    /// 99th percentile \[ms\].
    pub p99_ms: Estimate,
    /// Share of requests that fail: refused, timed out, or answered after the user has left.
    pub error_rate: Estimate,
    /// Requests per second answered in time.
    pub goodput_rps: Estimate,
    /// Counted events per second.
    pub events_per_s: Estimate,
    /// Flows (orders) completed per second.
    pub orders_per_s: Estimate,
    /// Largest lag of any listener \[records\].
    pub max_lag: Estimate,
}

/// One load of the curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CurvePoint {
    /// What users get there.
    pub at: AtLoad,
    /// Whether every target is met and nothing drifts, by share of replications.
    pub carried: f64,
}

/// A change of settings while the system ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepResult {
    /// When, from midnight \[s\].
    pub at_s: f64,
    /// What changed; empty for the time before the first change.
    pub what: String,
    /// Time until all that was asked for was there: pods, nodes, members of groups; the longest of all
    /// replications \[s\]. None: it was not there before the end in one of them, or nothing was asked for.
    pub settled_after_s: Option<f64>,
    /// Share of requests that failed until the next change; none where none came to an end.
    pub error_rate: Option<Estimate>,
    /// The 99th percentile of the worst bin until the next change \[ms\]; none where nothing was answered.
    pub p99_ms: Option<Estimate>,
    /// Largest lag until the next change \[records\].
    pub max_lag: Estimate,
}

/// The pods of a service over the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PodsResult {
    /// Service.
    pub service: String,
    /// Pods that are ready per bin of the day, mean over time and replications.
    pub by_bin: Vec<f64>,
}

/// What was used on the day of what is paid for by time or use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Used {
    /// Groups of nodes.
    pub nodes: Vec<NodeUse>,
    /// Databases.
    pub databases: Vec<DatabaseUse>,
}

/// Nodes of a group that were there on the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NodeUse {
    /// Group.
    pub group: String,
    /// Nodes, mean over the day.
    pub nodes: Estimate,
    /// Nodes per bin of the day, mean over time and replications.
    pub by_bin: Vec<f64>,
    /// Processors used beyond what the nodes earned by being there, mean over the day \[vCPU\]; none where
    /// nothing is charged for it, or the use of nodes was not simulated.
    pub beyond: Option<Estimate>,
}

/// What was used of a database on the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DatabaseUse {
    /// Database.
    pub database: String,
    /// Processors in use, mean over the day \[vCPU\].
    pub cores: Estimate,
}

/// Ends what has a price that is assumed.
pub const ASSUMED: char = '†';

/// A line of a variant's bill, at list prices on demand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CostItem {
    /// Path of what is billed in the system's document, such as `node_groups.web`.
    pub part: String,
    /// What it is: count and type, and [`ASSUMED`] where that holds.
    pub what: String,
    /// As the description has it from the beginning, all month \[dollars a month\]; none: no price is
    /// known.
    pub monthly_usd: Option<f64>,
    /// A month of such days, of what was there \[dollars a month\]; none where it is not paid by what runs,
    /// no day was run or no price is known.
    pub ran_usd: Option<Estimate>,
    /// On top, for processors used beyond the baseline on such days \[dollars a month\].
    pub surcharge_usd: Option<Estimate>,
}

/// A station: anything with a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StationResult {
    /// Name, such as `order CPU` or `order-db connections`.
    pub name: String,
    /// Share of capacity in use at the target load, mean over time.
    pub busy: Estimate,
    /// Number waiting at the target load, mean over time.
    pub waiting: Estimate,
    /// How long it is waited there at the target load, for threads, connections and consumers; none for
    /// other stations, and where nobody came.
    #[serde(default)]
    pub wait: Option<WaitResult>,
    /// Share of capacity in use per bin of the day; empty when no day was run.
    pub busy_by_bin: Vec<f64>,
}

/// Waits at a station, of all who came to it; those who need not wait count with 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaitResult {
    /// Share who waited at all.
    pub waited: Estimate,
    /// Mean \[ms\].
    pub mean_ms: Estimate,
    /// Median \[ms\].
    pub p50_ms: Estimate,
    /// 95th percentile \[ms\].
    pub p95_ms: Estimate,
    /// 99th percentile \[ms\].
    pub p99_ms: Estimate,
}

/// A part of the time of an answered request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnatomyPart {
    /// Where: `waiting for a thread`, `CPU`, `waiting for a connection`, ….
    pub part: String,
    /// Mean over all answered requests \[ms\].
    pub mean_ms: Estimate,
}

impl Measure {
    /// Every measure with the word that scenarios have for it.
    pub const WORDS: [(&str, Measure); 14] = [
        ("mean", Measure::MeanMs),
        ("p50", Measure::P50Ms),
        ("p95", Measure::P95Ms),
        ("p99", Measure::P99Ms),
        ("errors", Measure::ErrorRate),
        ("goodput", Measure::GoodputRps),
        ("events", Measure::EventsPerS),
        ("completed", Measure::OrdersPerS),
        ("lag", Measure::MaxLag),
        ("part", Measure::PartMs),
        ("busy", Measure::Busy),
        ("waiting", Measure::Waiting),
        ("line", Measure::LineRps),
        ("resource", Measure::Resource),
    ];

    /// The measure of a word; none for an unknown one.
    pub fn of_word(word: &str) -> Option<Measure> {
        Measure::WORDS.iter().find(|(known, _)| *known == word).map(|(_, measure)| *measure)
    }
}

/// A paired difference between two variants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// Variant that is compared with.
    pub from: String,
    /// Variant that is compared.
    pub to: String,
    /// Change of the saturation load \[requests/s\], paired by replication.
    pub saturation_rps: Estimate,
    /// Variance of an unpaired difference of the lines over that of the paired one: what common random
    /// numbers gain. None where the differences do not vary.
    pub variance_ratio: Option<f64>,
    /// Change of the 99th percentile at the target load \[ms\], paired.
    pub p99_ms: Estimate,
    /// What pairing gains for `p99_ms`, as `variance_ratio`.
    pub p99_variance_ratio: Option<f64>,
    /// The same users at one load that all variants carry; none where a line is missing.
    pub common: Option<AtCommonLoad>,
}

/// Paired differences at one load below the lowest line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AtCommonLoad {
    /// The load \[requests/s\]: 80 % of the lowest line, rounded down to two digits.
    pub rps: f64,
    /// Change of the mean response \[ms\].
    pub mean_ms: Estimate,
    /// Variance of an unpaired difference of the means over that of the paired one.
    pub mean_variance_ratio: Option<f64>,
    /// Change of the 99th percentile \[ms\].
    pub p99_ms: Estimate,
    /// Variance of an unpaired difference of the percentiles over that of the paired one.
    pub p99_variance_ratio: Option<f64>,
}

/// Saturation for another mix or calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Alternative {
    /// Mix.
    pub mix: String,
    /// Calibration.
    pub calibration: String,
    /// Variants in the order of the main answer.
    pub variants: Vec<AlternativeVariant>,
}

/// A variant whose line lies elsewhere, or is drawn by another resource, under another mix or calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Disagreement {
    /// Variant.
    pub variant: String,
    /// The other mix and calibration.
    pub other: LineUnder,
    /// Those of the main answer.
    pub main: LineUnder,
}

/// A line under a mix and a calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LineUnder {
    /// Mix.
    pub mix: String,
    /// Calibration.
    pub calibration: String,
    /// The line \[requests/s\].
    pub rps: f64,
    /// What draws it; none where no resource does.
    #[serde(default, deserialize_with = "cause::named")]
    pub resource: Option<String>,
}

/// A variant under another mix or calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlternativeVariant {
    /// Name.
    pub name: String,
    /// Where it saturates.
    pub saturation: Saturation,
}

/// An edit of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    /// Plan.
    pub plan: String,
    /// Number of the edit in the plan's document: several settings may be one edit of it.
    pub edit: Option<String>,
    /// Setting.
    pub set: String,
    /// Value before, as written in the files.
    pub from: String,
    /// What the plan's author believed it to be, where that differs.
    pub believed: Option<String>,
    /// Value after.
    pub to: String,
    /// File of the system's own repository.
    pub file: Option<String>,
    /// Whether anything that runs changes.
    pub effective: bool,
    /// Why not, or what it changes; `summary.json` has it in words too, as `why`.
    pub effect: Effect,
    /// How many settings that is, where the path names several.
    pub places: Option<Places>,
    /// How far it moves the line; none where that was not asked and does not follow from what was run.
    pub contribution: Option<Contribution>,
}

/// How far an edit moves the saturation load, paired by replication. Settings that are one edit of the
/// plan's document are taken together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contribution {
    /// Variant that carries out the plan.
    pub variant: String,
    /// The line with this edit alone less the line without the plan \[requests/s\]. Exactly 0 where what
    /// runs is the same; none where it was not simulated.
    pub alone_rps: Option<Estimate>,
    /// The line with the whole plan less the line without this edit \[requests/s\]; as above.
    pub together_rps: Option<Estimate>,
}

/// An input that nobody has measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assumption {
    /// What: name in its file.
    pub name: String,
    /// Value, as written.
    pub value: String,
    /// `assumed`, `plan`, `vendor` or `measured`.
    pub basis: String,
    /// Where it comes from; `summary.json` has it in words too, as `source`.
    pub origin: Origin,
}
