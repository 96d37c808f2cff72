//! Metrics of targets.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Metric that a target limits.
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
    /// 99th percentile of the waiting times for a thread, a connection or a consumer, at the worst
    /// station \[ms\].
    P99WaitMs,
    /// Share of requests that fail.
    ErrorRate,
    /// Largest lag of any listener \[records\].
    MaxLag,
    /// Number of queues that keep growing (drift) at a steady load.
    Drift,
    /// Counted events per second; a lower bound, required only over a day.
    EventsPerS,
}

impl Metric {
    /// Returns its name in files.
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

    /// Whether its unit is a time.
    pub fn is_time(self) -> bool {
        match self {
            Metric::MeanMs | Metric::P50Ms | Metric::P95Ms | Metric::P99Ms | Metric::P99WaitMs => {
                true
            }
            Metric::ErrorRate | Metric::MaxLag | Metric::Drift | Metric::EventsPerS => false,
        }
    }

    /// Returns the share of requests beyond a percentile of response times; `None` for other
    /// metrics.
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

/// Serialises a missing metric as an empty string.
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
