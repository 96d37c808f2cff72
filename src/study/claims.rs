//! Claims: the numbers of a planning document, each judged by what was simulated.
//!
//! A claim names a metric of a variant and a value. Its estimate comes from what the study knows anyway
//! wherever that is possible (the line, the load asked about, the description); only claims about another
//! load, and what consumers alone could pass, take runs of their own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::DayVerdict;
use super::metric::Metric;
use super::result::{Target, Verdict};
use crate::stats::Estimate;

mod basis;
mod judge;

pub use self::basis::{Basis, Billed, BilledKind, DrawnBy, Finding, Open, Unknown};

/// What a claim is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ClaimMetric {
    /// The largest load carried \[requests/s, or records/s where the load is records\].
    SaturationRps,
    /// Monthly users whose peak that load is.
    Mau,
    /// Daily users whose peak that load is.
    Dau,
    /// Users at once whose peak that load is.
    ConcurrentUsers,
    /// Counted events per second at the line.
    EventsPerS,
    /// Counted events per second that the consumers alone could pass.
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
    /// Requests per second answered in time at a load.
    GoodputRps,
    /// Share of a station's capacity in use at a load.
    Utilisation,
    /// Dollars a month.
    MonthlyCost,
    /// Pods that run at a steady load.
    Pods,
    /// Connections that all pools together may open.
    Connections,
    /// Connections that one pool of a pod may open.
    PoolMaximum,
    /// Partitions of a topic.
    Partitions,
    /// Consumer threads in each pod.
    Concurrency,
    /// Nodes wanted.
    Nodes,
}

impl ClaimMetric {
    /// Every metric with the word that scenarios have for it.
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

    /// The same metric as a target over the day has it; none where no such target is judged by it.
    fn of_targets(self) -> Option<Metric> {
        match self {
            ClaimMetric::P50Ms => Some(Metric::P50Ms),
            ClaimMetric::P95Ms => Some(Metric::P95Ms),
            ClaimMetric::P99Ms => Some(Metric::P99Ms),
            ClaimMetric::ErrorRate => Some(Metric::ErrorRate),
            _ => None,
        }
    }

    /// Where its estimate comes from.
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

/// How a claim's value is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// So much or more.
    AtLeast,
    /// So much or less.
    AtMost,
    /// So much, give or take the tolerance.
    #[default]
    About,
}

/// A claim, as the scenario has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// What it is about.
    pub metric: ClaimMetric,
    /// Station, service, topic, listener or node group, where the metric is that of one.
    pub of: Option<String>,
    /// Index of the variant that it speaks of.
    pub variant: usize,
    /// Index of the variant that it compares with: the value is then the ratio to that one, or the
    /// difference from it.
    pub against: Option<usize>,
    /// Whether the value is the difference from `against`, in the unit of the metric.
    pub difference: bool,
    /// How the value is meant.
    pub relation: Relation,
    /// Share of the value that `about` leaves to either side.
    pub tolerance: f64,
    /// The value, in the unit of the metric; with `against` a ratio, unless it is a difference.
    pub value: f64,
    /// The load that it speaks of \[per s\]; none for the load asked about.
    pub load: Option<f64>,
    /// What the description alone says of `variant` and of `against`, in the unit of the metric.
    pub known: [Option<f64>; 2],
    /// Where those numbers come from, or why there are none; none where nobody says.
    pub because: Option<Result<Finding, Unknown>>,
    /// The metric's unit for each unit of what is simulated: users for each request per second, orders a
    /// month for each a second. None where nothing says so.
    pub factor: Option<f64>,
    /// Where it stands in the document.
    pub place: Location,
}

/// Where a claim stands in its document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// Heading of the section or table.
    pub at: Option<String>,
    /// Row of the table.
    pub row: Option<String>,
    /// Column of the table.
    pub column: Option<String>,
    /// What else a reader should know.
    pub note: Option<String>,
}

/// Whether a claim is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClaimVerdict {
    /// The whole interval agrees with it.
    Holds,
    /// The whole interval contradicts it.
    Fails,
    /// The interval holds both.
    Undecided,
    /// Nothing here tells; the reason says why.
    CannotBeJudged,
}

/// A claim with its verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judged {
    /// What it is about.
    pub metric: ClaimMetric,
    /// Station, service, topic, listener or node group, where the metric is that of one.
    pub of: Option<String>,
    /// Variant that it speaks of.
    pub variant: String,
    /// Variant that it compares with: claim and estimate are then ratios to that one, or differences from
    /// it.
    pub against: Option<String>,
    /// Whether they are differences, in the unit of the metric.
    #[serde(default)]
    pub difference: bool,
    /// The load that it speaks of \[per s\]; none where the metric has none.
    pub load_rps: Option<f64>,
    /// How the claimed value is meant.
    pub relation: Relation,
    /// Share of the claimed value that `about` leaves to either side.
    pub tolerance: f64,
    /// The claimed value.
    pub claimed: f64,
    /// What was simulated or follows from the description; none where it cannot be judged.
    pub estimate: Option<Estimate>,
    /// Whether it is true.
    pub verdict: ClaimVerdict,
    /// What the variant's day says of it, where one was run that does: then a claim that holds at a steady
    /// load holds only where it does so over the day.
    #[serde(default)]
    pub over_day: Option<OverDay>,
    /// What the verdict rests on.
    pub basis: Basis,
    /// The resource in the way, where one is.
    pub resource: Option<String>,
    /// Where it stands in the document.
    #[serde(flatten)]
    pub place: Location,
}

/// What a day says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OverDay {
    /// Whether what is claimed is so all day.
    pub verdict: Verdict,
    /// Time in which it is not \[s\].
    pub missed_s: f64,
    /// Time in which that is undecided \[s\].
    pub undecided_s: f64,
    /// Time looked at \[s\].
    pub judged_s: f64,
}

impl OverDay {
    /// The verdict of a claim that has this one at a steady load.
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
    /// The target that the claim is over a day, where it speaks of what users get at the load asked about:
    /// metric and limit.
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
    /// Whether `estimate` agrees with `value`. `beyond` says that the true number may lie anywhere above.
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

    /// A day on which a limit is missed for an hour refutes that it is kept, and proves nothing.
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
