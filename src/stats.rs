//! Numbers with their error: estimates over replications, paired differences, quantiles of Student's t.

use serde::{Deserialize, Serialize};

/// A number with its confidence interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Mean over replications.
    pub mean: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Replications.
    pub n: u32,
}
