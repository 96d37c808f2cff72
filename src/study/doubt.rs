//! What a reader must know about the numbers of a study.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::metric::Metric;

/// Something that makes numbers doubtful, with the variant whose numbers they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// The variant; none where all are meant.
    pub variant: Option<String>,
    /// What it is.
    #[serde(flatten)]
    pub doubt: Doubt,
}

impl Warning {
    /// Of the whole study.
    pub fn of_all(doubt: Doubt) -> Warning {
        Warning { variant: None, doubt }
    }
}

/// What makes numbers doubtful. Times of windows are in seconds, response times in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Doubt {
    /// The study was stopped before its end.
    Stopped,
    /// There is nothing to search a line by: neither an open load nor a target.
    NoLine,
    /// Requests, sessions or records beyond what the model holds at once.
    NoRoom {
        /// How many.
        lost: u64,
        /// Most requests at once.
        requests: u64,
        /// Most records at once.
        records: u64,
    },
    /// Some replications saw no response.
    NoResponse {
        /// How many.
        blind: u64,
        /// Of these.
        sampled: Samples,
    },
    /// Replications of two kinds, of which one locks up.
    LockUp {
        /// How many lock up.
        runs: u64,
        /// Of how many.
        of: u64,
        /// Lowest and highest p99 of those \[ms\].
        p99_ms: [f64; 2],
        /// Lowest and highest p99 of the others \[ms\].
        others_ms: [f64; 2],
    },
    /// A mean over laws without variance.
    NoVariance {
        /// Names of the laws.
        laws: Vec<String>,
    },
    /// A mean that hangs on what is too rare to be seen.
    RareMean {
        /// The mean by the description, without any queue \[ms\].
        least_ms: f64,
    },
    /// A mean that hangs on a few very long responses.
    HeavyMean,
    /// Requests that had not ended when they were followed no longer.
    Unfinished {
        /// How many.
        open: u64,
        /// Of how many.
        of: u64,
        /// How long after the window they were followed \[s\].
        followed_s: f64,
    },
    /// Response times are of good answers, and few are good.
    FewGood {
        /// Share of good answers.
        share: f64,
    },
    /// Pilot runs do not settle.
    PilotsUnsettled {
        /// The default warm-up that counts instead \[s\].
        warm_up_s: f64,
        /// The window \[s\].
        measure_s: f64,
    },
    /// The warm-up is too short.
    Unsettled {
        /// It is \[s\].
        warm_up_s: f64,
        /// It should be \[s\].
        enough_s: f64,
    },
    /// The two halves of the window differ, and when that ends cannot be told.
    HalvesDiffer {
        /// The window \[s\].
        measure_s: f64,
    },
    /// A percentile rests on a handful of response times.
    FewResponses {
        /// The percentile.
        metric: Metric,
        /// Response times of a replication, or batch.
        responses: f64,
        /// Whether samples are batches.
        batches: bool,
        /// Window that would be enough \[s\].
        wanted_s: f64,
    },
    /// An estimate is less precise than asked for, with the budget used up.
    Imprecise {
        /// Which.
        measure: Measured,
        /// Half of its relative interval, as a share.
        half_width: f64,
        /// After these.
        sampled: Samples,
        /// The half-width asked for, as a share.
        asked: f64,
    },
    /// Whether targets are met at the load asked about is undecided.
    Undecided {
        /// Those targets.
        targets: Vec<Metric>,
        /// After these.
        sampled: Samples,
    },
    /// Neighbouring batches are alike.
    Correlated {
        /// Correlation of neighbours.
        lag1: f64,
        /// Of which number.
        of: Measured,
        /// Window that would be enough \[s\].
        measure_s: f64,
        /// How many times longer batches would then be.
        times: f64,
    },
    /// Consumers of topics that do not count as events fall behind already below the line.
    FallBehind {
        /// The consumers.
        station: String,
        /// Variants in which they do.
        variants: Vec<String>,
    },
    /// The day was run in a part of its time.
    Compressed {
        /// By which factor.
        factor: f64,
    },
}

/// What estimates are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Samples {
    /// How many.
    pub count: u32,
    /// Whether they are batches of one run; else replications.
    pub batches: bool,
}

/// A number whose spread is looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// A metric of targets.
    Metric(Metric),
    /// Good answers per second.
    Goodput,
    /// Counted events per second.
    Events,
    /// Flows completed per second.
    Orders,
    /// Share of a station's capacity in use.
    Busy(String),
    /// Number waiting at a station.
    Waiting(String),
}
