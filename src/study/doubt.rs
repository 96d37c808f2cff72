//! Doubts: validity warnings on the numbers of a study.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::metric::Metric;

/// A doubt (validity warning), with the variant that it concerns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Variant; none where the whole study is concerned.
    pub variant: Option<String>,
    /// Kind of doubt.
    #[serde(flatten)]
    pub doubt: Doubt,
}

impl Warning {
    /// Creates a warning on the whole study.
    pub fn of_all(doubt: Doubt) -> Warning {
        Warning { variant: None, doubt }
    }
}

/// Kind of validity warning. Times of windows are in seconds, response times in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Doubt {
    /// The study was stopped before it was complete.
    Stopped,
    /// No line can be searched for: there is neither an open load nor a target.
    NoLine,
    /// Requests, sessions or records exceeded the capacity of the model.
    NoRoom {
        /// Number lost.
        lost: u64,
        /// Maximum number of concurrent requests.
        requests: u64,
        /// Maximum number of records held.
        records: u64,
    },
    /// Some replications observed no response.
    NoResponse {
        /// Number of samples without a response.
        blind: u64,
        /// All samples.
        sampled: Samples,
    },
    /// Replications are bimodal: some of them deadlock.
    LockUp {
        /// Replications that deadlock.
        runs: u64,
        /// Number of replications.
        of: u64,
        /// Lowest and highest p99 of those that deadlock \[ms\].
        p99_ms: [f64; 2],
        /// Lowest and highest p99 of the others \[ms\].
        others_ms: [f64; 2],
    },
    /// A mean over service-time laws of infinite variance.
    NoVariance {
        /// Names of those laws.
        laws: Vec<String>,
    },
    /// A mean that depends on events too rare to have been observed.
    RareMean {
        /// Mean by the spec, without any queueing \[ms\].
        least_ms: f64,
    },
    /// A mean dominated by a few very long responses.
    HeavyMean,
    /// Requests that had not completed when the run stopped following them.
    Unfinished {
        /// Unfinished requests.
        open: u64,
        /// All requests.
        of: u64,
        /// Time that they were followed beyond the window \[s\].
        followed_s: f64,
    },
    /// Response times cover only good answers, and few answers are good.
    FewGood {
        /// Share of good answers.
        share: f64,
    },
    /// Pilot runs do not settle.
    PilotsUnsettled {
        /// Default warm-up used instead \[s\].
        warm_up_s: f64,
        /// Length of the window \[s\].
        measure_s: f64,
    },
    /// The warm-up is too short: an initial transient remains.
    Unsettled {
        /// Warm-up used \[s\].
        warm_up_s: f64,
        /// Warm-up that would suffice \[s\].
        enough_s: f64,
    },
    /// The two halves of the window differ, and the end of the transient cannot be determined.
    HalvesDiffer {
        /// Length of the window \[s\].
        measure_s: f64,
    },
    /// A percentile rests on too few response times.
    FewResponses {
        /// The percentile.
        metric: Metric,
        /// Response times per replication, or batch.
        responses: f64,
        /// Whether samples are batches.
        batches: bool,
        /// Window that would suffice \[s\].
        wanted_s: f64,
    },
    /// An estimate misses the requested precision, with the sampling budget exhausted.
    Imprecise {
        /// Measure concerned.
        measure: Measured,
        /// Relative half-width of its interval.
        half_width: f64,
        /// Samples taken.
        sampled: Samples,
        /// Requested relative half-width.
        asked: f64,
    },
    /// It is undecided whether targets are met at the target load.
    Undecided {
        /// Undecided targets.
        targets: Vec<Metric>,
        /// Samples taken.
        sampled: Samples,
    },
    /// Successive batches are correlated.
    Correlated {
        /// Lag-1 autocorrelation.
        lag1: f64,
        /// Measure concerned.
        of: Measured,
        /// Window that would suffice \[s\].
        measure_s: f64,
        /// Factor by which batches would then be longer.
        times: f64,
    },
    /// Consumers of uncounted topics fall behind even below the line.
    FallBehind {
        /// Name of the consumers.
        station: String,
        /// Variants concerned.
        variants: Vec<String>,
    },
    /// The day was run in compressed time.
    Compressed {
        /// Compression factor.
        factor: f64,
    },
}

/// Samples that estimates are computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Samples {
    /// Number of samples.
    pub count: u32,
    /// Whether they are batches of one run; replications otherwise.
    pub batches: bool,
}

/// Measure whose spread is examined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// Metric of a target.
    Metric(Metric),
    /// Good answers per second.
    Goodput,
    /// Counted events per second.
    Events,
    /// Flows completed per second.
    Orders,
    /// Utilisation of a station.
    Busy(String),
    /// Number waiting at a station.
    Waiting(String),
}
