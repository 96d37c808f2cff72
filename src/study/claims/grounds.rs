//! Evidence for the verdicts on claims.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::study::cause::Cause;

/// Evidence for a verdict, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grounds {
    /// Evidence was found.
    Found {
        /// Kind of evidence.
        known: Finding,
        /// Reason why the claim is undecided nevertheless; none where it is decided.
        open: Option<Open>,
    },
    /// The claim cannot be judged.
    Unknown(Unknown),
}

/// Origin of a claim's estimate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Finding {
    /// The line of the variant.
    Line {
        /// Position of the line \[per s\].
        rps: f64,
        /// Bottleneck that sets it; none where it lies beyond the largest load tried.
        drawn_by: Option<DrawnBy>,
        /// Whether it is expressed in orders per 30 days with that daily peak.
        month: bool,
    },
    /// The utilisation law applied to the consumers alone.
    Consumers {
        /// Load of the underlying runs \[per s\].
        rps: f64,
        /// Consumers that saturate first.
        first: String,
    },
    /// Runs at a load.
    Load {
        /// Load of the runs \[per s\].
        rps: f64,
        /// The variant's line for comparison, where known.
        line_rps: Option<f64>,
        /// Bottleneck resources, where the load lies beyond the line.
        drawn_by: Option<Vec<String>>,
    },
    /// The spec, as it runs in the variant.
    Description,
    /// The price table of a region.
    Prices {
        /// Region.
        region: String,
        /// Bill of the variant, where its items are shown.
        billed: Billed,
        /// Bill of the baseline variant; none without a baseline.
        instead_of: Option<Billed>,
    },
}

/// Bottleneck that sets a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DrawnBy {
    /// The resource and its ties.
    pub resources: Vec<String>,
    /// Mechanism by which it limits.
    pub cause: Cause,
    /// Whether the queues settle too slowly for runs of this length.
    #[serde(default)]
    pub unsettled: bool,
}

/// Parts of a bill.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Billed {
    /// Kinds of items with their counts and total costs \[USD per month\].
    pub kinds: Vec<BilledKind>,
}

/// Identical items of a bill, summed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BilledKind {
    /// Count and type.
    pub what: String,
    /// Number of items.
    pub count: usize,
    /// Total cost of the items \[USD per month\].
    pub monthly_usd: f64,
}

/// Why a claim with an estimate is undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Open {
    /// The percentile rests on too few response times.
    FewResponses,
    /// The search ended below the claimed value.
    SearchEnds,
    /// The confidence interval contains the claimed value.
    BothSides,
}

/// Why a claim cannot be judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Unknown {
    /// The study did not search for a line.
    NoLine,
    /// The mix contains nothing that the metric counts.
    NothingCounted,
    /// The daily load curve is unknown.
    NoCurve,
    /// The load is not given in users.
    NoUsers,
    /// The study was stopped before the necessary runs.
    Stopped,
    /// No consumer of counted events is busy.
    NoConsumer,
    /// There is no such station.
    NoStation,
    /// The spec does not determine the value.
    NotDescribed,
    /// The system names no region, so that nothing can be priced.
    NoRegion,
    /// The price table of the region lacks some items.
    NoPrice {
        /// Region; none where it is not stated.
        region: Option<String>,
        /// Items without a price.
        items: Vec<String>,
    },
    /// The line of the baseline variant lies beyond the largest load tried.
    BeyondSearch {
        /// Baseline variant.
        variant: String,
    },
    /// The value of the baseline variant is zero.
    Nothing {
        /// Baseline variant.
        variant: String,
    },
}
