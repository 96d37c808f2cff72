//! Result of a study: the contract of `summary.json` and the source of all reports.
//!
//! Nothing here depends on the clock, the machine or the number of threads. Rates are per second of
//! simulated time, times are milliseconds where the name says so, shares are between 0 and 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::basis::Basis;
use super::cause::{self, Cause};
use super::caution::Caution;
use super::claims::Judged;
use super::day::{DayAnswer, DayBin};
use super::doubt::Warning;
use super::effect::{Effect, Origin, Places};
use super::head::Head;
use super::metric::{self, Metric};
use crate::stats::Estimate;

/// Answer of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StudyResult {
    /// Head of the answer; its kind is `run`, `compare` or `saturate`.
    #[serde(flatten)]
    pub head: Head,
    /// Load at which `at_target` was estimated.
    pub target_load: TargetLoad,
    /// Conditions that a load must meet to count as carried.
    pub targets: Vec<Target>,
    /// One entry per variant, in the order of the scenario.
    pub variants: Vec<VariantResult>,
    /// Paired differences between variants, under common random numbers.
    pub comparisons: Vec<Comparison>,
    /// Saturation under other mixes and calibrations.
    pub alternatives: Vec<Alternative>,
    /// Mixes or calibrations that disagree with the main answer; `summary.json` also holds them in
    /// words.
    #[serde(rename = "differing")]
    pub disagreements: Vec<Disagreement>,
    /// Edits of the plans, with their effects.
    pub edits: Vec<Edit>,
    /// The document's claims, judged.
    pub claims: Vec<Judged>,
    /// Inputs that are assumed, not measured.
    pub assumed: Vec<Assumption>,
    /// Warnings of the input; `summary.json` has their words among `warnings`.
    #[serde(default)]
    pub cautions: Vec<Caution>,
    /// Validity warnings on these numbers; `summary.json` has their words too.
    #[serde(rename = "doubts")]
    pub warnings: Vec<Warning>,
    /// Whether the study was stopped before its end: missing parts were not computed.
    #[serde(default)]
    pub partial: bool,
    /// Digest of everything that the numbers depend on; the manifest beside them contains the same.
    #[serde(default)]
    pub computed_from: String,
}

impl StudyResult {
    /// Whether the last variant meets every target, at a steady load and over the day, and carries
    /// the target load if a line was searched for. A stopped study has decided nothing, nor has one
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

/// Target load of the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TargetLoad {
    /// Unit of `rps`, and with it the axis of the search.
    pub axis: Axis,
    /// Requests per second at the peak; records per second where the load is records only; 0 for a
    /// closed load.
    pub rps: f64,
    /// Events per second, where the plan states them.
    pub events_per_s: Option<f64>,
    /// Monthly active users whose peak is this load, where it is given in users.
    pub mau: Option<f64>,
}

/// Unit of a load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Requests of users per second.
    #[default]
    Requests,
    /// Records per second, produced directly to topics.
    Records,
    /// A fixed number of virtual users: the load cannot be varied.
    Closed,
}

/// A target: condition that a load must meet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// Metric that it limits.
    pub metric: Metric,
    /// Largest value that meets the target.
    pub limit: f64,
    /// Treatment of requests without a good answer, where `metric` is a response time.
    #[serde(default)]
    pub unanswered: Unanswered,
}

impl Target {
    /// Creates a target without another one that guards errors.
    pub fn new(metric: Metric, limit: f64) -> Target {
        Target { metric, limit, unanswered: Unanswered::Slow }
    }
}

/// Treatment of requests without a good answer (failed, timed out, refused, abandoned) in response
/// times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unanswered {
    /// They count as slower than any limit: no other target guards against them.
    #[default]
    Slow,
    /// They are excluded: a separate target limits their share, and response times cover good
    /// answers only.
    Apart,
}

/// Verdict on a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole confidence interval meets it.
    Met,
    /// The whole confidence interval misses it.
    Missed,
    /// The confidence interval contains the limit.
    Undecided,
}

/// Results of one variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VariantResult {
    /// Name.
    pub name: String,
    /// Description in one sentence.
    pub about: String,
    /// Saturation; none when the study did not ask.
    pub saturation: Option<Saturation>,
    /// Warm-up of the runs of the line search; none when the study did not ask.
    pub search_warm_up: Option<WarmUp>,
    /// User-visible performance at the target load; none when the study did not ask.
    pub at_target: Option<AtLoad>,
    /// Verdict per target at the target load, in the order of `targets`.
    pub verdicts: Vec<TargetVerdict>,
    /// Load curve: one point per load simulated for the chart.
    pub curve: Vec<CurvePoint>,
    /// The day, bin by bin; empty when the study did not ask.
    pub day: Vec<DayBin>,
    /// Answer of the day, besides its bins; none when the study did not ask.
    #[serde(default)]
    pub day_answer: Option<DayAnswer>,
    /// Pods over the day, of each service whose number of pods changes; empty when the study did
    /// not ask.
    #[serde(default)]
    pub pods: Vec<PodsResult>,
    /// Changes of settings during the day in order of time, preceded by the time before the first;
    /// empty without any.
    #[serde(default)]
    pub steps: Vec<StepResult>,
    /// Usage on the day of resources billed by time or use; none when the study did not ask.
    #[serde(default)]
    pub used: Option<Used>,
    /// Monthly cost, item by item; empty where nothing is known of it.
    #[serde(default)]
    pub cost: Vec<CostItem>,
    /// Stations with utilisation and queue length, at the target load and over the day.
    pub stations: Vec<StationResult>,
    /// Breakdown of the time of an answered request, at the load nearest below saturation.
    pub anatomy: Vec<AnatomyPart>,
    /// The load at which `anatomy` was estimated \[requests/s\].
    pub anatomy_rps: f64,
    /// Theory compared with simulation, wherever theory applies.
    pub theory: Vec<Check>,
}

/// Comparison of a theoretical value with the simulation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// True where the law is stated by the scenario; otherwise it holds for every system.
    pub stated: bool,
    /// Measure compared.
    pub measure: Measure,
    /// Station, part of a response, or resource concerned; none for user-visible measures.
    pub at: Option<String>,
    /// Name of the law, with its parameters: `M/M/10`, `utilisation law`.
    pub law: String,
    /// Literature source of the law.
    pub source: String,
    /// Theoretical value, in the unit of the measure.
    pub theory: f64,
    /// True where `theory` is only an upper bound.
    pub bound: bool,
    /// Offered load of a saturated station as a multiple of its capacity; none otherwise.
    #[serde(default)]
    pub asked: Option<f64>,
    /// Simulated value, with its 99.9 % interval.
    pub simulation: Estimate,
    /// Verdict of the comparison.
    pub agreement: Agreement,
}

/// Agreement of theory and simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// The theoretical value lies within the interval of the simulation.
    Agrees,
    /// The theoretical value lies outside the interval.
    Differs,
    /// Offered load exceeds capacity: the station is saturated, and the law says no more than that.
    Saturated,
}

/// Measure known to both theory and simulation.
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
    /// Requests answered within the time limit, per second.
    GoodputRps,
    /// Counted events per second.
    EventsPerS,
    /// Flows completed per second.
    OrdersPerS,
    /// Largest lag of any listener \[records\].
    MaxLag,
    /// Mean time of an answered request in one phase \[ms\].
    PartMs,
    /// Utilisation of a station.
    Busy,
    /// Mean number waiting at a station.
    Waiting,
    /// Saturation throughput, the largest load carried \[per s\].
    LineRps,
    /// Share of answers that name this resource as the bottleneck: 1 or 0.
    Resource,
}

/// Verdict on one target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TargetVerdict {
    /// Metric of the target.
    pub metric: Metric,
    /// Value of the metric at the target load.
    pub estimate: Estimate,
    /// Verdict.
    pub verdict: Verdict,
}

/// Saturation: the largest load at which every target is met and no queue drifts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Saturation {
    /// The line, or saturation throughput \[requests/s, or records/s\].
    pub rps: Estimate,
    /// Counted events per second at that load.
    pub events_per_s: Estimate,
    /// Completed orders (flows) per second at that load.
    pub orders_per_s: Estimate,
    /// Monthly active users whose peak is that load; none where the load is not given in users.
    pub mau: Option<Estimate>,
    /// Bottleneck: the resource whose relief moves the line most; none where `cause` is no station.
    #[serde(default, deserialize_with = "cause::named")]
    pub resource: Option<String>,
    /// Further bottleneck resources, if any: their relief moves the line as much, or they have the
    /// same limit, so that only the relief of all together moves it (`cause` says which).
    pub ties: Vec<String>,
    /// Share of replications that carry a load beyond the line with this resource relieved, or
    /// together with its ties where they limit together.
    pub agreement: f64,
    /// Cause of the line.
    pub cause: Cause,
    /// Whether the queues settle too slowly for runs of this length, so that the line is less
    /// certain than others.
    #[serde(default)]
    pub unsettled: bool,
    /// The target that fails first; none where none does.
    #[serde(with = "metric::or_empty")]
    #[schemars(with = "String")]
    pub binding_target: Option<Metric>,
    /// Relief (what-if capacity increase) tried for one resource at a time.
    pub relief: Vec<Relief>,
    /// True when the line lies beyond the largest load tried.
    pub beyond_search: bool,
}

/// What-if test of the line with one resource's capacity doubled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Relief {
    /// Name of the resource.
    pub resource: String,
    /// Share of replications that then carry `tried_rps`.
    pub carried: f64,
    /// Load tried with the relief \[requests/s\].
    pub tried_rps: f64,
}

/// Warm-up: the initial part of each run that is excluded from all statistics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WarmUp {
    /// Length \[s\].
    pub seconds: f64,
    /// Origin of the length.
    pub source: WarmUpSource,
}

/// Origin of a warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WarmUpSource {
    /// Stated by the scenario.
    #[default]
    Given,
    /// Determined by MSER-5 from pilot runs at the load, or at the nearest load that had any.
    Found,
    /// Default, because the pilot runs did not settle.
    Unsettled,
}

/// User-visible performance at a load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AtLoad {
    /// Requests per second offered.
    pub rps: f64,
    /// Warm-up before the observed window.
    pub warm_up: WarmUp,
    /// Number of batches of one run behind the estimates; none where they are over replications.
    pub batches: Option<u32>,
    /// Mean response time of all requests except refused ones \[ms\].
    pub mean_ms: Estimate,
    /// Median response time of all requests except refused ones \[ms\].
    pub p50_ms: Estimate,
    /// 95th percentile of response times \[ms\].
    pub p95_ms: Estimate,
    /// 99th percentile of response times \[ms\].
    pub p99_ms: Estimate,
    /// Share of requests that fail: refused, timed out, or answered after the user has left.
    pub error_rate: Estimate,
    /// Requests per second answered within the time limit.
    pub goodput_rps: Estimate,
    /// Counted events per second.
    pub events_per_s: Estimate,
    /// Flows (orders) completed per second.
    pub orders_per_s: Estimate,
    /// Largest lag of any listener \[records\].
    pub max_lag: Estimate,
}

/// One point of the load curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CurvePoint {
    /// Estimates at that load.
    pub at: AtLoad,
    /// Share of replications in which every target is met and nothing drifts.
    pub carried: f64,
}

/// A change of settings during the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepResult {
    /// Time of the change, from midnight \[s\].
    pub at_s: f64,
    /// Description of the change; empty for the time before the first one.
    pub what: String,
    /// Time until the desired state was reached (pods, nodes, consumer group members), the longest
    /// over all replications \[s\]. None if one of them did not reach it before the end, or nothing
    /// was changed.
    pub settled_after_s: Option<f64>,
    /// Share of requests that failed until the next change; none where no request ended.
    pub error_rate: Option<Estimate>,
    /// 99th percentile of response times in the worst bin until the next change \[ms\]; none where
    /// nothing was answered.
    pub p99_ms: Option<Estimate>,
    /// Largest consumer lag until the next change \[records\].
    pub max_lag: Estimate,
}

/// Pods of a service over the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PodsResult {
    /// Name of the service.
    pub service: String,
    /// Ready pods per bin of the day, averaged over time and replications.
    pub by_bin: Vec<f64>,
}

/// Usage on the day of resources billed by time or use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Used {
    /// Usage of node groups.
    pub nodes: Vec<NodeUse>,
    /// Usage of databases.
    pub databases: Vec<DatabaseUse>,
}

/// Nodes of a group that existed on the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NodeUse {
    /// Name of the node group.
    pub group: String,
    /// Number of nodes, averaged over the day.
    pub nodes: Estimate,
    /// Number of nodes per bin of the day, averaged over time and replications.
    pub by_bin: Vec<f64>,
    /// vCPUs used beyond the earned credits, averaged over the day \[vCPU\]; none where that is not
    /// charged, or the use of nodes was not simulated.
    pub beyond: Option<Estimate>,
}

/// Usage of a database on the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DatabaseUse {
    /// Name of the database.
    pub database: String,
    /// vCPUs in use, averaged over the day \[vCPU\].
    pub cores: Estimate,
}

/// Suffix of items whose price is assumed.
pub const ASSUMED: char = '†';

/// An item of a variant's bill, at on-demand list prices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CostItem {
    /// Path of the billed part in the system's document, such as `node_groups.web`.
    pub part: String,
    /// Count and type, with [`ASSUMED`] where the price is assumed.
    pub what: String,
    /// Cost of the initial configuration for a whole month \[USD per month\]; none without a known
    /// price.
    pub monthly_usd: Option<f64>,
    /// Cost of a month of such days, by actual usage \[USD per month\]; none where it is not billed
    /// by usage, no day was run or no price is known.
    pub ran_usd: Option<Estimate>,
    /// Surcharge for vCPUs used beyond the baseline on such days \[USD per month\].
    pub surcharge_usd: Option<Estimate>,
}

/// A station: any resource with a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StationResult {
    /// Name, such as `order CPU` or `order-db connections`.
    pub name: String,
    /// Utilisation at the target load, averaged over time.
    pub busy: Estimate,
    /// Number waiting at the target load, averaged over time.
    pub waiting: Estimate,
    /// Waiting times at the target load, for threads, connections and consumers; none for other
    /// stations, and without arrivals.
    #[serde(default)]
    pub wait: Option<WaitResult>,
    /// Utilisation per bin of the day; empty when no day was run.
    pub busy_by_bin: Vec<f64>,
}

/// Waiting times at a station over all arrivals; those that need not wait count as 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaitResult {
    /// Share of arrivals that wait at all.
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

/// A phase of the time of an answered request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnatomyPart {
    /// Name of the phase: `waiting for a thread`, `CPU`, `waiting for a connection`, ….
    pub part: String,
    /// Mean over all answered requests \[ms\].
    pub mean_ms: Estimate,
}

impl Measure {
    /// All measures, with their keywords in scenarios.
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

    /// Returns the measure with this keyword; `None` for an unknown one.
    pub fn of_word(word: &str) -> Option<Measure> {
        Measure::WORDS.iter().find(|(known, _)| *known == word).map(|(_, measure)| *measure)
    }
}

/// A paired difference between two variants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// Baseline variant.
    pub from: String,
    /// Variant compared with it.
    pub to: String,
    /// Change of the line \[requests/s\], paired by replication.
    pub saturation_rps: Estimate,
    /// Variance of an unpaired difference of the lines relative to that of the paired one: the
    /// variance reduction by common random numbers. None where the differences do not vary.
    pub variance_ratio: Option<f64>,
    /// Change of the 99th percentile at the target load \[ms\], paired.
    pub p99_ms: Estimate,
    /// Variance of an unpaired difference of `p99_ms` relative to that of the paired one.
    pub p99_variance_ratio: Option<f64>,
    /// Differences at one load that all variants carry; none where a line is missing.
    pub common: Option<AtCommonLoad>,
}

/// Paired differences at one common load below the lowest line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AtCommonLoad {
    /// The common load \[requests/s\]: 80 % of the lowest line, rounded down to two digits.
    pub rps: f64,
    /// Change of the mean response time \[ms\].
    pub mean_ms: Estimate,
    /// Variance of an unpaired difference of the means relative to that of the paired one.
    pub mean_variance_ratio: Option<f64>,
    /// Change of the 99th percentile of response times \[ms\].
    pub p99_ms: Estimate,
    /// Variance of an unpaired difference of the percentiles relative to that of the paired one.
    pub p99_variance_ratio: Option<f64>,
}

/// Saturation under another mix or calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Alternative {
    /// Mix.
    pub mix: String,
    /// Calibration.
    pub calibration: String,
    /// Results of the variants, in the order of the main answer.
    pub variants: Vec<AlternativeVariant>,
}

/// A variant whose line or bottleneck differs under another mix or calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Disagreement {
    /// Variant.
    pub variant: String,
    /// Line under the other mix and calibration.
    pub other: LineUnder,
    /// Line of the main answer.
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
    /// Bottleneck that sets it; none where no resource does.
    #[serde(default, deserialize_with = "cause::named")]
    pub resource: Option<String>,
}

/// A variant under another mix or calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlternativeVariant {
    /// Name of the variant.
    pub name: String,
    /// Saturation of the variant.
    pub saturation: Saturation,
}

/// An edit of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    /// Name of the plan.
    pub plan: String,
    /// Number of the edit in the plan's document; one edit may change several settings.
    pub edit: Option<String>,
    /// Path of the setting.
    pub set: String,
    /// Earlier value, as written in the files.
    pub from: String,
    /// Earlier value as assumed by the plan's author, where that differs.
    pub believed: Option<String>,
    /// New value.
    pub to: String,
    /// File in the system's own repository.
    pub file: Option<String>,
    /// Whether the running configuration changes.
    pub effective: bool,
    /// Effect of the edit; `summary.json` has it in words too, as `why`.
    pub effect: Effect,
    /// Number of settings concerned, where the path matches several.
    pub places: Option<Places>,
    /// Contribution to the line; none where it was not requested and does not follow from runs made
    /// anyway.
    pub contribution: Option<Contribution>,
}

/// Contribution of an edit to the line, paired by replication. Settings that are one edit of the
/// plan's document are taken together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contribution {
    /// Variant that carries out the plan.
    pub variant: String,
    /// The line with this edit alone minus the line without the plan \[requests/s\]. Exactly 0
    /// where the running configuration is the same; none where it was not simulated.
    pub alone_rps: Option<Estimate>,
    /// The line with the whole plan minus the line without this edit \[requests/s\]. Exactly 0
    /// where the running configuration is the same; none where it was not simulated.
    pub together_rps: Option<Estimate>,
}

/// Path of a setting within the document that holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SettingPath {
    /// Name of the calibration, or `system` or `scenario`.
    pub document: String,
    /// Path within the document, such as `times.request`.
    pub path: String,
}

/// An unmeasured input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assumption {
    /// Name of the input in its file.
    pub name: String,
    /// Value, as written.
    pub value: String,
    /// How the value is known.
    pub basis: Basis,
    /// Setting of a file that holds the value; none where it is a default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<SettingPath>,
    /// Origin of the value; `summary.json` has it in words too, as `source`.
    pub origin: Origin,
}
