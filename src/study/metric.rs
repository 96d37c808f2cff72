//! What targets are about.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a target limits.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Mean response time \[ms\].
    MeanMs,
    /// Median response time \[ms\].
    P50Ms,
    /// 95th percentile of response times \[ms\].
    P95Ms,
    /// 99th percentile of response times \[ms\].
    P99Ms,
    /// 99th percentile of the waits for a thread, a connection or a consumer, at the worst station \[ms\].
    P99WaitMs,
    /// Share of requests that fail.
    ErrorRate,
    /// Largest lag of any listener \[records\].
    MaxLag,
    /// Number of queues that keep growing at a steady load.
    Drift,
    /// Counted events per second, of which a day wants at least as many as are asked for.
    EventsPerS,
}

impl Metric {
    /// Its name in files.
    pub fn key(self) -> &'static str {
        match self {
            Metric::MeanMs => "mean_ms",
            Metric::P50Ms => "p50_ms",
            Metric::P95Ms => "p95_ms",
            Metric::P99Ms => "p99_ms",
            Metric::P99WaitMs => "p99_wait_ms",
            Metric::ErrorRate => "error_rate",
            Metric::MaxLag => "max_lag",
            Metric::Drift => "drift",
            Metric::EventsPerS => "events_per_s",
        }
    }

    /// Whether it is a time.
    pub fn is_time(self) -> bool {
        match self {
            Metric::MeanMs | Metric::P50Ms | Metric::P95Ms | Metric::P99Ms | Metric::P99WaitMs => {
                true
            }
            Metric::ErrorRate | Metric::MaxLag | Metric::Drift | Metric::EventsPerS => false,
        }
    }

    /// Share of requests that lie beyond a percentile of response times; none for other metrics.
    pub fn tail(self) -> Option<f64> {
        match self {
            Metric::P50Ms => Some(0.5),
            Metric::P95Ms => Some(0.05),
            Metric::P99Ms => Some(0.01),
            Metric::MeanMs
            | Metric::P99WaitMs
            | Metric::ErrorRate
            | Metric::MaxLag
            | Metric::Drift
            | Metric::EventsPerS => None,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// A metric that files leave empty where there is none.
pub(crate) mod or_empty {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::study::metric::Metric;

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Word {
        Known(Metric),
        Other(String),
    }

    #[expect(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes fields by reference"
    )]
    pub(crate) fn serialize<S: Serializer>(
        metric: &Option<Metric>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        metric.map_or("", Metric::key).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Metric>, D::Error> {
        match Word::deserialize(deserializer)? {
            Word::Known(metric) => Ok(Some(metric)),
            Word::Other(empty) if empty.is_empty() => Ok(None),
            Word::Other(other) => {
                Err(serde::de::Error::custom(format!("there is no metric `{other}`")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_one_name_for_a_metric() {
        for metric in [Metric::P50Ms, Metric::P99WaitMs, Metric::Drift, Metric::EventsPerS] {
            let written = serde_json::to_value(metric).expect("a metric is a word");
            assert_eq!(written, metric.key());
        }
    }
}
