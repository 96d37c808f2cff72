//! What verdicts on claims rest on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::study::cause::Cause;

/// What a verdict rests on, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// What was found.
    Found {
        /// What.
        known: Finding,
        /// Why the claim is undecided all the same; none where it is not.
        open: Option<Open>,
    },
    /// The claim cannot be judged.
    Unknown(Unknown),
}

/// What a claim's estimate comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Finding {
    /// The line of the variant.
    Line {
        /// It lies at \[per s\].
        rps: f64,
        /// What draws it; none where it lies beyond the largest load tried.
        drawn_by: Option<DrawnBy>,
        /// Whether it is counted in orders of 30 days with that peak.
        month: bool,
    },
    /// The utilisation law of the consumers alone.
    Consumers {
        /// Load of the runs that it is taken from \[per s\].
        rps: f64,
        /// Consumers that are full first.
        first: String,
    },
    /// Runs at a load.
    Load {
        /// That load \[per s\].
        rps: f64,
        /// The line beside it, where one is known.
        line_rps: Option<f64>,
        /// Resources that draw the line, where the load lies beyond it.
        drawn_by: Option<Vec<String>>,
    },
    /// The description, as it runs in the variant.
    Description,
    /// The price table of a region.
    Prices {
        /// Region.
        region: String,
        /// What the variant is billed for, where that is told.
        billed: Billed,
        /// What the variant that it is compared with is billed for; none where there is no such.
        instead_of: Option<Billed>,
    },
}

/// What draws a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DrawnBy {
    /// The resource and its ties.
    pub resources: Vec<String>,
    /// How.
    pub cause: Cause,
    /// Whether queues settle too slowly for runs of that length.
    #[serde(default)]
    pub unsettled: bool,
}

/// Parts of a bill.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Billed {
    /// Kinds of items with how many there are and what they cost together \[USD a month\].
    pub kinds: Vec<BilledKind>,
}

/// Items of a bill that are alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BilledKind {
    /// Count and type.
    pub what: String,
    /// How many.
    pub count: usize,
    /// What they cost together \[USD a month\].
    pub monthly_usd: f64,
}

/// Why a claim with an estimate is undecided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Open {
    /// The percentile rests on too few response times.
    FewResponses,
    /// The search did not look further.
    SearchEnds,
    /// The interval lies on both sides of the claim.
    BothSides,
}

/// Why a claim cannot be judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Unknown {
    /// The study looked for no line.
    NoLine,
    /// Nothing that the metric counts happens in the mix.
    NothingCounted,
    /// The curve of the day is not known.
    NoCurve,
    /// The load is not given in users.
    NoUsers,
    /// The study was stopped before it was run.
    Stopped,
    /// No consumer of counted events is busy.
    NoConsumer,
    /// There is no such station.
    NoStation,
    /// The description does not say.
    NotDescribed,
    /// The system names no region, so that nothing has a price.
    NoRegion,
    /// The price table of a region has no price for some of it.
    NoPrice {
        /// Region; none where it is not told.
        region: Option<String>,
        /// What has no price.
        items: Vec<String>,
    },
    /// The line of the variant that it is compared with lies beyond the largest load tried.
    BeyondSearch {
        /// That variant.
        variant: String,
    },
    /// The number is nothing in the variant that it is compared with.
    Nothing {
        /// That variant.
        variant: String,
    },
}
