//! Claims: the numbers of a planning document, each judged against the simulation.
//!
//! A claim names a metric of a variant and a value. Wherever possible its estimate comes from what
//! the study computes anyway (the line, the target load, the spec); only claims about another load,
//! or about the capacity of the consumers alone, need runs of their own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::DayVerdict;
use super::metric::Metric;
use super::result::{Target, Verdict};
use crate::stats::Estimate;

mod grounds;
mod judge;

pub use self::grounds::{Billed, BilledKind, DrawnBy, Finding, Grounds, Open, Unknown};

/// Metric of a claim.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ClaimMetric {
    /// Saturation throughput, the largest load carried \[requests/s, or records/s where the load is
    /// records\].
    SaturationRps,
    /// Monthly active users whose peak is that load.
    Mau,
    /// Daily active users whose peak is that load.
    Dau,
    /// Concurrent users whose peak is that load.
    ConcurrentUsers,
    /// Counted events per second at the line.
    EventsPerS,
    /// Counted events per second that the consumers alone could sustain.
    EventCapacityPerS,
    /// Flows (orders) completed per second at the line.
    OrdersPerS,
    /// Flows completed in 30 days whose daily peak is the line.
    OrdersPerMonth,
    /// Mean response time at a load \[ms\].
    MeanMs,
    /// Median response time at a load \[ms\].
    P50Ms,
    /// 95th percentile of response times at a load \[ms\].
    P95Ms,
    /// 99th percentile of response times at a load \[ms\].
    P99Ms,
    /// Share of requests that fail at a load.
    ErrorRate,
    /// Requests per second answered within the time limit at a load.
    GoodputRps,
    /// Utilisation of a station at a load.
    Utilisation,
    /// Cost \[USD per month\].
    MonthlyCost,
    /// Running pods at a steady load.
    Pods,
    /// Total maximum size of all connection pools.
    Connections,
    /// Maximum size of one connection pool of a pod.
    PoolMaximum,
    /// Partitions of a topic.
    Partitions,
    /// Consumer threads per pod.
    Concurrency,
    /// Desired nodes.
    Nodes,
}

impl ClaimMetric {
    /// All metrics, with their keywords in scenarios.
    pub const WORDS: [(&str, ClaimMetric); 22] = [
        ("line", ClaimMetric::SaturationRps),
        ("mau", ClaimMetric::Mau),
        ("dau", ClaimMetric::Dau),
        ("concurrent", ClaimMetric::ConcurrentUsers),
        ("events", ClaimMetric::EventsPerS),
        ("event-capacity", ClaimMetric::EventCapacityPerS),
        ("orders", ClaimMetric::OrdersPerS),
        ("orders-a-month", ClaimMetric::OrdersPerMonth),
        ("mean", ClaimMetric::MeanMs),
        ("p50", ClaimMetric::P50Ms),
        ("p95", ClaimMetric::P95Ms),
        ("p99", ClaimMetric::P99Ms),
        ("errors", ClaimMetric::ErrorRate),
        ("goodput", ClaimMetric::GoodputRps),
        ("busy", ClaimMetric::Utilisation),
        ("monthly-cost", ClaimMetric::MonthlyCost),
        ("pods", ClaimMetric::Pods),
        ("connections", ClaimMetric::Connections),
        ("pool", ClaimMetric::PoolMaximum),
        ("partitions", ClaimMetric::Partitions),
        ("concurrency", ClaimMetric::Concurrency),
        ("nodes", ClaimMetric::Nodes),
    ];

    /// Returns the corresponding target metric over a day; `None` where no target of a day is
    /// judged by it.
    fn of_targets(self) -> Option<Metric> {
        match self {
            ClaimMetric::P50Ms => Some(Metric::P50Ms),
            ClaimMetric::P95Ms => Some(Metric::P95Ms),
            ClaimMetric::P99Ms => Some(Metric::P99Ms),
            ClaimMetric::ErrorRate => Some(Metric::ErrorRate),
            _ => None,
        }
    }

    /// Returns the source of its estimate.
    fn source(self) -> Source {
        match self {
            ClaimMetric::SaturationRps
            | ClaimMetric::Mau
            | ClaimMetric::Dau
            | ClaimMetric::ConcurrentUsers
            | ClaimMetric::EventsPerS
            | ClaimMetric::OrdersPerS
            | ClaimMetric::OrdersPerMonth => Source::Line,
            ClaimMetric::EventCapacityPerS => Source::Consumers,
            ClaimMetric::MeanMs
            | ClaimMetric::P50Ms
            | ClaimMetric::P95Ms
            | ClaimMetric::P99Ms
            | ClaimMetric::ErrorRate
            | ClaimMetric::GoodputRps
            | ClaimMetric::Utilisation => Source::Load,
            ClaimMetric::MonthlyCost
            | ClaimMetric::Pods
            | ClaimMetric::Connections
            | ClaimMetric::PoolMaximum
            | ClaimMetric::Partitions
            | ClaimMetric::Concurrency
            | ClaimMetric::Nodes => Source::Description,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Line,
    Consumers,
    Load,
    Description,
}

/// Relation between a claimed value and the true one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The true value is at least the claimed one.
    AtLeast,
    /// The true value is at most the claimed one.
    AtMost,
    /// The true value equals the claimed one within the tolerance.
    #[default]
    About,
}

/// A claim as written in the scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Metric that the claim is about.
    pub metric: ClaimMetric,
    /// Station, service, topic, listener or node group, where the metric belongs to one.
    pub of: Option<String>,
    /// Index of the variant that the claim is about.
    pub variant: usize,
    /// Index of the baseline variant: the value is then the ratio to it, or the difference from it.
    pub against: Option<usize>,
    /// Whether the value is the difference from `against`, in the unit of the metric.
    pub difference: bool,
    /// Relation between the value and the true one.
    pub relation: Relation,
    /// Tolerance of `about` to either side, as a share of the value.
    pub tolerance: f64,
    /// The value, in the unit of the metric; with `against` a ratio, unless it is a difference.
    pub value: f64,
    /// Load that the claim refers to \[per s\]; none for the target load.
    pub load: Option<f64>,
    /// Values that follow from the spec alone, for `variant` and for `against`, in the unit of the
    /// metric.
    pub known: [Option<f64>; 2],
    /// Origin of those values, or why there are none; none where nothing is stated.
    pub because: Option<Result<Finding, Unknown>>,
    /// Metric units per simulated unit: users per request per second, orders a month per order a
    /// second. None where no conversion is defined.
    pub factor: Option<f64>,
    /// Location of the claim in the document.
    pub place: Location,
}

/// Location of a claim in its document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// Heading of the section or table.
    pub at: Option<String>,
    /// Row of the table.
    pub row: Option<String>,
    /// Column of the table.
    pub column: Option<String>,
    /// Further remark for the reader.
    pub note: Option<String>,
}

/// Verdict on a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClaimVerdict {
    /// The whole confidence interval agrees with the claim.
    Holds,
    /// The whole confidence interval contradicts the claim.
    Fails,
    /// The confidence interval contains both agreeing and contradicting values.
    Undecided,
    /// The study has no evidence on the claim; the basis says why.
    CannotBeJudged,
}

/// A claim with its verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judged {
    /// Metric that the claim is about.
    pub metric: ClaimMetric,
    /// Station, service, topic, listener or node group, where the metric belongs to one.
    pub of: Option<String>,
    /// Variant that the claim is about.
    pub variant: String,
    /// Baseline variant: claimed value and estimate are then ratios to it, or differences from it.
    pub against: Option<String>,
    /// Whether claimed value and estimate are differences, in the unit of the metric.
    #[serde(default)]
    pub difference: bool,
    /// Load that the claim refers to \[per s\]; none where the metric has no load.
    pub load_rps: Option<f64>,
    /// Relation between the claimed value and the true one.
    pub relation: Relation,
    /// Tolerance of `about` to either side, as a share of the claimed value.
    pub tolerance: f64,
    /// The claimed value.
    pub claimed: f64,
    /// Estimate from the simulation or the spec; none where the claim cannot be judged.
    pub estimate: Option<Estimate>,
    /// Verdict on the claim.
    pub verdict: ClaimVerdict,
    /// Verdict over the variant's day, where one was run that covers the metric: a claim that holds
    /// at a steady load then holds only if it also does over the day.
    #[serde(default)]
    pub over_day: Option<OverDay>,
    /// Evidence for the verdict.
    pub basis: Grounds,
    /// Bottleneck resource, where there is one.
    pub resource: Option<String>,
    /// Location of the claim in the document.
    #[serde(flatten)]
    pub place: Location,
}

/// Verdict of a day on a claim.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OverDay {
    /// Verdict over the whole day.
    pub verdict: Verdict,
    /// Time in which the claim does not hold \[s\].
    pub missed_s: f64,
    /// Time in which it is undecided \[s\].
    pub undecided_s: f64,
    /// Time evaluated \[s\].
    pub judged_s: f64,
}

impl OverDay {
    /// Combines this with the verdict at a steady load.
    fn limits(self, steady: ClaimVerdict) -> ClaimVerdict {
        match (steady, self.verdict) {
            (ClaimVerdict::Holds, Verdict::Missed) => ClaimVerdict::Fails,
            (ClaimVerdict::Holds, Verdict::Undecided) => ClaimVerdict::Undecided,
            (steady, _) => steady,
        }
    }
}

impl From<&DayVerdict> for OverDay {
    fn from(found: &DayVerdict) -> OverDay {
        OverDay {
            verdict: found.verdict,
            missed_s: found.missed_s,
            undecided_s: found.undecided_s,
            judged_s: found.judged_s,
        }
    }
}

impl Claim {
    /// Returns the claim as a target over a day (metric and limit), where it is about user-visible
    /// performance at the target load.
    pub(super) fn as_target(&self) -> Option<Target> {
        let metric = self.metric.of_targets()?;
        let limit = match self.relation {
            Relation::AtMost => self.value,
            Relation::About => self.value * (1.0 + self.tolerance),
            Relation::AtLeast => return None,
        };
        let plain = self.against.is_none() && self.load.is_none();
        plain.then(|| Target::new(metric, limit))
    }
}

impl Relation {
    /// Judges `estimate` against `value`. `beyond` means that the true value may lie anywhere
    /// above.
    fn judge(self, value: f64, tolerance: f64, estimate: &Estimate, beyond: bool) -> ClaimVerdict {
        let mean = estimate.mean;
        let (low, high) = estimate.judged();
        let high = if beyond { f64::INFINITY } else { high };
        let low = if beyond { mean } else { low };
        let (least, most) = match self {
            Relation::AtLeast => (value, f64::INFINITY),
            Relation::AtMost => (f64::NEG_INFINITY, value),
            // A difference may be negative.
            Relation::About => (value - value.abs() * tolerance, value + value.abs() * tolerance),
        };
        if estimate.n < 2 && !beyond {
            ClaimVerdict::Undecided
        } else if low >= least && high <= most {
            ClaimVerdict::Holds
        } else if high < least || low > most {
            ClaimVerdict::Fails
        } else {
            ClaimVerdict::Undecided
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM_90_TO_110: Estimate = Estimate::interval(100.0, 90.0, 110.0, 8);

    #[test]
    fn a_verdict_needs_the_whole_interval() {
        use ClaimVerdict::{Fails, Holds, Undecided};
        for (relation, value, tolerance, expected) in [
            (Relation::AtLeast, 90.0, 0.0, Holds),
            (Relation::AtLeast, 111.0, 0.0, Fails),
            (Relation::AtLeast, 100.0, 0.0, Undecided),
            (Relation::AtMost, 110.0, 0.0, Holds),
            (Relation::AtMost, 89.0, 0.0, Fails),
            (Relation::AtMost, 100.0, 0.0, Undecided),
            (Relation::About, 100.0, 0.1, Holds),
            (Relation::About, 100.0, 0.05, Undecided),
            (Relation::About, 130.0, 0.1, Fails),
            (Relation::About, 70.0, 0.1, Fails),
        ] {
            let found = relation.judge(value, tolerance, &FROM_90_TO_110, false);
            assert_eq!(found, expected, "{relation:?} {value} ± {tolerance}");
        }
    }

    #[test]
    fn a_difference_may_be_negative_or_nothing() {
        let from_minus_12_to_minus_8 = Estimate::interval(-10.0, -12.0, -8.0, 8);
        let judge = |relation: Relation, value, tolerance| {
            relation.judge(value, tolerance, &from_minus_12_to_minus_8, false)
        };
        assert_eq!(judge(Relation::About, -10.0, 0.2), ClaimVerdict::Holds);
        assert_eq!(judge(Relation::About, -10.0, 0.1), ClaimVerdict::Undecided);
        assert_eq!(judge(Relation::About, -20.0, 0.1), ClaimVerdict::Fails);
        assert_eq!(judge(Relation::AtMost, -8.0, 0.0), ClaimVerdict::Holds);
        let nothing = Relation::About.judge(0.0, 0.1, &Estimate::exact(0.0), false);
        assert_eq!(nothing, ClaimVerdict::Holds);
    }

    #[test]
    fn a_line_beyond_the_search_is_at_least_what_was_tried() {
        let tried = Estimate::interval(100.0, 100.0, 100.0, 8);
        let judge = |relation: Relation, value| relation.judge(value, 0.1, &tried, true);
        assert_eq!(judge(Relation::AtLeast, 100.0), ClaimVerdict::Holds);
        assert_eq!(judge(Relation::AtLeast, 150.0), ClaimVerdict::Undecided);
        assert_eq!(judge(Relation::AtMost, 90.0), ClaimVerdict::Fails);
        assert_eq!(judge(Relation::About, 100.0), ClaimVerdict::Undecided);
    }

    /// A day on which a limit is missed for an hour refutes that it is kept; a day without a miss
    /// proves nothing.
    #[test]
    fn what_is_missed_over_the_day_does_not_hold() {
        use ClaimVerdict::{Fails, Holds, Undecided};
        let of = |verdict| {
            let day = OverDay { verdict, missed_s: 0.0, undecided_s: 0.0, judged_s: 86_400.0 };
            [Holds, Undecided, Fails].map(|steady| day.limits(steady))
        };
        assert_eq!(of(Verdict::Met), [Holds, Undecided, Fails]);
        assert_eq!(of(Verdict::Missed), [Fails, Undecided, Fails]);
        assert_eq!(of(Verdict::Undecided), [Undecided, Undecided, Fails]);
    }

    #[test]
    fn one_replication_decides_nothing() {
        let one = Estimate::interval(100.0, 100.0, 100.0, 1);
        assert_eq!(Relation::AtLeast.judge(50.0, 0.0, &one, false), ClaimVerdict::Undecided);
    }
}
