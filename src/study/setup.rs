//! What is asked: a validated study, ready to run. The scenario room builds it, this room answers it.

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
    /// Seed of all draws.
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
    /// The load asked about.
    pub load: AskedLoad,
    /// Window of a steady load.
    pub window: Window,
    /// Whether the warm-up of `window` is what was asked for; else one is found for each variant and load,
    /// and that of `window` stands in where none can be.
    pub warm_up_given: bool,
    /// Replications of a point: at least 2.
    pub replications: u32,
    /// Batches of one long run that stand for replications at the load asked about; at least 10.
    pub batches: Option<u32>,
    /// When to run more of them.
    pub precision: Precision,
    /// Where to look for the line.
    pub search: Search,
    /// The day, if one is asked for.
    pub day: Option<Day>,
    /// What each edit of the plans does.
    pub edits: Vec<Edit>,
    /// Edits of the plans with the descriptions that tell what each contributes.
    pub ablations: Vec<Ablation>,
    /// Whether to simulate for that what is not simulated anyway.
    pub contributions: bool,
    /// The document's claims.
    pub claims: Vec<Claim>,
    /// What theory expects of the first variant.
    pub theory: Vec<Prediction>,
    /// Inputs that nobody has measured.
    pub assumed: Vec<Assumption>,
    /// Warnings of the input, which reports repeat.
    pub cautions: Vec<Caution>,
    /// The files read, with the digest of their bytes.
    pub inputs: Vec<Input>,
    /// Effective configuration, for the record.
    pub settings: Value,
}

impl Study {
    /// The head of an answer of this kind, under the first mix and calibration.
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

    /// The description of variant `variant` under mix `mix` and calibration `calibration` (indices
    /// into the study's lists).
    pub fn case(&self, variant: usize, mix: usize, calibration: usize) -> &Spec {
        &self.cases[(calibration * self.mixes.len() + mix) * self.variants.len() + variant]
    }
}

/// A setting of the system's or scenario's document that is to have another value than the files give it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Change {
    /// Path of the setting, as in plans: `services.order.replicas`, `load.rate`.
    pub path: String,
    /// Its value, as it would be written; `*1.5` multiplies what is.
    pub to: String,
}

/// A number that theory expects.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Of what.
    pub measure: Measure,
    /// At which station, part of a response, or resource.
    pub at: Option<String>,
    /// The law in short.
    pub law: String,
    /// Where the law comes from.
    pub source: String,
    /// The number, in the unit of the measure.
    pub expected: f64,
}

/// One edit of a plan, with the plan left out, the edit alone, and the plan without the edit; for the main
/// mix and calibration.
#[derive(Clone, Debug)]
pub struct Ablation {
    /// Indices of its settings in [`Study::edits`].
    pub edits: Vec<usize>,
    /// Index of the variant that carries out the plan.
    pub variant: usize,
    /// That variant without the plan.
    pub before: Spec,
    /// That variant with this edit alone.
    pub alone: Spec,
    /// That variant with all of the plan but this edit.
    pub without: Spec,
}

/// A system with zero or more plans applied.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Name.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
}

/// The load asked about.
#[derive(Clone, Copy, Debug)]
pub struct AskedLoad {
    /// Requests per second at the peak (0 where the load is closed or records only).
    pub rps: f64,
    /// Events per second that the plan wants.
    pub events_per_s: Option<f64>,
    /// Monthly active users of that peak.
    pub mau: Option<f64>,
}

/// A steady load is run for `warm_up`, then observed for `measure`; what arrived in that time is followed.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Time before anything counts.
    pub warm_up: Span,
    /// Time observed.
    pub measure: Span,
    /// Longest time that the run goes on after that until what arrived has ended.
    pub follow: Span,
}

/// More replications are run, twice as many each time, until the interval is narrow enough.
#[derive(Clone, Copy, Debug)]
pub struct Precision {
    /// Half-width of the 95 % interval over its middle that is narrow enough.
    pub half_width: f64,
    /// Most replications of a point.
    pub most_replications: u32,
}

/// Search for the saturation load, on the axis of requests per second.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// Largest load tried \[requests/s\].
    pub highest_rps: f64,
    /// The search ends when the bracket is this share of its upper end.
    pub resolution: f64,
    /// Replications of the search.
    pub replications: u32,
}

/// A day.
#[derive(Clone, Debug)]
pub struct Day {
    /// Length of a bin of the series.
    pub bin: Span,
    /// Simulated time, from midnight.
    pub horizon: Span,
    /// Replications.
    pub replications: u32,
    /// How many times shorter than the day it is run, at the same rates: 1 for in full. Queues that empty
    /// do not notice; a backlog that never empties within a bin grows that many times less, and is
    /// scaled back (fluid scaling).
    pub compress: f64,
    /// Indices of the variants whose day is run.
    pub variants: Vec<Id>,
    /// When settings change on it, in order of time, and what the scenario says of each; the states are
    /// those of [`Spec::later`].
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
    /// Path as given, or `catalog:…` for what is compiled in.
    pub path: String,
    /// Digest of its bytes: 128 bits of BLAKE3, in hexadecimal.
    pub digest: String,
}
