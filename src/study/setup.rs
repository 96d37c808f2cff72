//! Question: a validated study, ready to run. The scenario room builds it, this room answers it.

use serde_json::Value;

use super::caution::Caution;
use super::claims::Claim;
use super::head::Head;
use super::result::{Assumption, Edit, Measure, Target};
use crate::model::spec::{Id, Spec};
use crate::stats::CONFIDENCE;
use crate::units::Span;

/// A validated question.
#[derive(Clone, Debug)]
pub struct Study {
    /// Name of the scenario.
    pub scenario: String,
    /// The question in a sentence; empty where the scenario has none.
    pub about: String,
    /// Name of the system.
    pub system: String,
    /// Seed of all random draws.
    pub seed: u64,
    /// Variants of the system, in the order of the scenario; at least one.
    pub variants: Vec<Variant>,
    /// Names of the mixes; the first is the main answer's. At least one.
    pub mixes: Vec<String>,
    /// Names of the calibrations; the first is the main answer's. At least one (`inline` where the
    /// system has none).
    pub calibrations: Vec<String>,
    /// One description per variant, mix and calibration; see [`Study::case`].
    pub cases: Vec<Spec>,
    /// Conditions that a load must meet, besides that no queue drifts.
    pub targets: Vec<Target>,
    /// Target load.
    pub load: AskedLoad,
    /// Window of a steady load.
    pub window: Window,
    /// Whether the warm-up of `window` is stated by the scenario; otherwise one is determined for
    /// each variant and load, and that of `window` is the fallback.
    pub warm_up_given: bool,
    /// Replications of a point: at least 2.
    pub replications: u32,
    /// Number of batches of one long run that replace replications at the target load; at least 10.
    pub batches: Option<u32>,
    /// Stopping rule for further samples.
    pub precision: Precision,
    /// Range and resolution of the line search.
    pub search: Search,
    /// The day, if one is to be simulated.
    pub day: Option<Day>,
    /// Edits of the plans, with their effects.
    pub edits: Vec<Edit>,
    /// Edits of the plans, with the specs that determine their contributions.
    pub ablations: Vec<Ablation>,
    /// Whether to run simulations for contributions that do not follow from other runs.
    pub contributions: bool,
    /// The document's claims.
    pub claims: Vec<Claim>,
    /// Theoretical predictions for the first variant.
    pub theory: Vec<Prediction>,
    /// Unmeasured inputs.
    pub assumed: Vec<Assumption>,
    /// Warnings of the input, which reports repeat.
    pub cautions: Vec<Caution>,
    /// The files read, with the digest of their bytes.
    pub inputs: Vec<Input>,
    /// Effective configuration, recorded with the result.
    pub settings: Value,
}

impl Study {
    /// Creates the head of an answer of this kind, under the first mix and calibration.
    pub fn head(&self, kind: &str) -> Head {
        Head {
            scenario: self.scenario.clone(),
            about: self.about.clone(),
            system: self.system.clone(),
            study: kind.to_owned(),
            seed: self.seed,
            confidence: CONFIDENCE,
            mix: self.mixes[0].clone(),
            calibration: self.calibrations[0].clone(),
        }
    }

    /// Returns the spec of variant `variant` under mix `mix` and calibration `calibration` (indices
    /// into the study's lists).
    pub fn case(&self, variant: usize, mix: usize, calibration: usize) -> &Spec {
        &self.cases[(calibration * self.mixes.len() + mix) * self.variants.len() + variant]
    }
}

/// Override of a setting of the system's or scenario's document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Change {
    /// Path of the setting, as in plans: `services.order.replicas`, `load.rate`.
    pub path: String,
    /// New value, as it would be written; `*1.5` multiplies the existing one.
    pub to: String,
}

/// A theoretical prediction.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Measure predicted.
    pub measure: Measure,
    /// Station, part of a response, or resource concerned.
    pub at: Option<String>,
    /// Name of the law in short.
    pub law: String,
    /// Literature source of the law.
    pub source: String,
    /// Predicted value, in the unit of the measure.
    pub expected: f64,
}

/// Ablation of one edit of a plan: the system without the plan, with the edit alone, and with the
/// plan but not the edit; for the main mix and calibration.
#[derive(Clone, Debug)]
pub struct Ablation {
    /// Indices of its settings in [`Study::edits`].
    pub edits: Vec<usize>,
    /// Index of the variant that carries out the plan.
    pub variant: usize,
    /// Spec of that variant without the plan.
    pub before: Spec,
    /// Spec of that variant with this edit alone.
    pub alone: Spec,
    /// Spec of that variant with all of the plan but this edit.
    pub without: Spec,
}

/// A system with zero or more plans applied.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Name.
    pub name: String,
    /// Description in one sentence.
    pub about: String,
}

/// Target load.
#[derive(Clone, Copy, Debug)]
pub struct AskedLoad {
    /// Requests per second at the peak (0 where the load is closed or records only).
    pub rps: f64,
    /// Events per second required by the plan.
    pub events_per_s: Option<f64>,
    /// Monthly active users whose peak is this load.
    pub mau: Option<f64>,
}

/// Observation window of a steady load: the system runs for `warm_up` and is then observed for
/// `measure`; requests that arrived in that time are followed until they end.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Warm-up, excluded from all statistics.
    pub warm_up: Span,
    /// Length of the observed window.
    pub measure: Span,
    /// Maximum time that the run continues afterwards, until the requests that arrived have ended.
    pub follow: Span,
}

/// Sequential sampling: the number of replications is doubled until the interval is narrow enough.
#[derive(Clone, Copy, Debug)]
pub struct Precision {
    /// Required relative half-width of the 95 % interval.
    pub half_width: f64,
    /// Maximum number of replications of a point.
    pub most_replications: u32,
}

/// Search for the line, on the axis of requests per second.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// Largest load tried \[requests/s\].
    pub highest_rps: f64,
    /// Relative width of the bracket at which the search ends.
    pub resolution: f64,
    /// Replications of the search.
    pub replications: u32,
}

/// Simulation of a day.
#[derive(Clone, Debug)]
pub struct Day {
    /// Length of a bin of the series.
    pub bin: Span,
    /// Simulated time, starting at midnight.
    pub horizon: Span,
    /// Replications.
    pub replications: u32,
    /// Factor by which the run is shorter than the day, at the same rates; 1 for uncompressed.
    /// Queues that empty are unaffected; a backlog that never empties within a bin grows by that
    /// factor less, and is scaled back (fluid scaling).
    pub compress: f64,
    /// Indices of the variants whose day is run.
    pub variants: Vec<Id>,
    /// Times of the setting changes in ascending order, with their descriptions from the scenario;
    /// the resulting states are those of [`Spec::later`].
    pub steps: Vec<(Span, String)>,
}

impl Day {
    /// Span of a bin where nothing says it \[s\]: a horizon has 24 of them at least, so that what lasts for
    /// minutes does not count for all of a short one, and each has a second of simulated time.
    pub(crate) fn usual_bin(horizon: f64, compress: f64) -> f64 {
        const USUAL: [f64; 9] = [600.0, 300.0, 120.0, 60.0, 30.0, 15.0, 10.0, 5.0, 1.0];
        let fits = |bin: &f64| horizon / bin >= 24.0;
        let bin = USUAL.into_iter().find(fits).unwrap_or(1.0);
        bin.max(compress).min(horizon)
    }
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Input {
    /// Path as given, or `catalog:…` for built-in files.
    pub path: String,
    /// Digest of its bytes: 128 bits of BLAKE3, in hexadecimal.
    pub digest: String,
}
