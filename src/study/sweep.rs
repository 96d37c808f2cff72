//! Sweep: the same question at every point of a grid of settings.
//!
//! Each point is a study of its own whose key covers all of its inputs, so that a sweep can be
//! interrupted, resumed, sharded and merged: the table depends on the points alone.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::cause::{self, Cause};
use super::caution::Caution;
use super::digest::digest;
use super::head::Head;
use super::metric::{self, Metric};
use super::result::Axis;
use super::setup::{Change, Study};
use crate::stats::Estimate;

/// A varied setting with its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Varied {
    /// Path of the setting.
    pub path: String,
    /// Values, as they would be written.
    pub values: Vec<String>,
}

/// Question asked at each point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// The line.
    Line,
    /// User-visible performance at the target load.
    Load,
    /// Line and performance in a few replications: a sample of uncertain inputs.
    Sample,
}

/// Definition of a sweep: `sweep.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// Version of the program.
    pub version: String,
    /// Head of the answer.
    #[serde(flatten)]
    pub head: Head,
    /// Unit of loads: requests, records or users.
    pub axis: Axis,
    /// Question asked at each point.
    pub asked: Asked,
    /// Whether the sweep was run with fewer replications.
    pub quick: bool,
    /// Input files: name without directories, and digest.
    pub inputs: Vec<(String, String)>,
    /// Varied settings; the last one varies fastest.
    pub varied: Vec<Varied>,
    /// Variants, run at each combination in turn.
    pub variants: Vec<String>,
    /// Digests of the points' keys, in order.
    pub points: Vec<String>,
    /// Input warnings; their words are added when this is written.
    #[serde(default)]
    pub cautions: Vec<Caution>,
}

/// Coordinates of a point in the grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridPoint {
    /// Index of the variant within [`Sweep::variants`].
    pub variant: usize,
    /// Value of each of [`Sweep::varied`].
    pub values: Vec<String>,
}

/// A computed point, stored in a file of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Key: all inputs of the point, as text.
    pub key: String,
    /// Name of the variant.
    pub variant: String,
    /// Values of the varied settings, in the sweep's order.
    pub values: Vec<String>,
    /// Named numeric results.
    pub estimates: Vec<(String, Estimate)>,
    /// Bottleneck of the line, where one was searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn: Option<Drawn>,
    /// Named non-numeric results: whether the targets are met, parts without a price.
    pub facts: Vec<(String, String)>,
    /// Digest of all fields above, to detect files that were modified.
    #[serde(default)]
    pub digest: String,
}

/// Bottleneck that sets the line of a point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// Resource that saturates first; none where `cause` is no station.
    #[serde(default, deserialize_with = "cause::named")]
    pub resource: Option<String>,
    /// Resources that share the bottleneck.
    pub ties: Vec<String>,
    /// Share of replications in which relief of the resource carries more load.
    pub agreement: f64,
    /// The target that fails first; none where none does.
    #[serde(with = "metric::or_empty")]
    pub binding_target: Option<Metric>,
    /// Whether the line lies beyond the largest load tried.
    pub beyond_search: bool,
    /// Cause of the line.
    pub cause: Cause,
    /// Whether the queues settle too slowly for runs of this length.
    #[serde(default)]
    pub unsettled: bool,
}

impl Sweep {
    /// Creates a sweep of these variants of a study over the varied settings, without points.
    pub fn new(
        study: &Study,
        asked: Asked,
        quick: bool,
        varied: Vec<Varied>,
        which: &[usize],
    ) -> Sweep {
        let kind = match asked {
            Asked::Line | Asked::Load => "sweep",
            Asked::Sample => "uncertain",
        };
        Sweep {
            version: env!("CARGO_PKG_VERSION").into(),
            head: study.head(kind),
            axis: study.axis(),
            asked,
            quick,
            inputs: inputs(study),
            varied,
            variants: which.iter().map(|at| study.variants[*at].name.clone()).collect(),
            points: Vec::new(),
            cautions: Vec::new(),
        }
    }

    /// Sets the digests of the points at these places, in order.
    pub fn name_points<'p>(&mut self, places: impl Iterator<Item = &'p GridPoint>) {
        self.points = places.map(|place| digest(place.key(self))).collect();
    }
}

/// Returns the input files without their directories: shards may run elsewhere.
fn inputs(study: &Study) -> Vec<(String, String)> {
    let name =
        |path: &str| Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
    study.inputs.iter().map(|input| (name(&input.path), input.digest.clone())).collect()
}

/// Returns the number of points of a grid; `None` on overflow.
pub fn size(varied: &[Varied], variants: usize) -> Option<usize> {
    varied.iter().try_fold(variants, |count, one| count.checked_mul(one.values.len()))
}

/// Returns the places of a grid in order: variants vary fastest, then the last setting.
pub fn places(varied: &[Varied], variants: usize) -> Vec<GridPoint> {
    let mut combinations: Vec<Vec<String>> = vec![Vec::new()];
    for one in varied {
        let mut longer = Vec::new();
        for before in &combinations {
            for value in &one.values {
                let mut values = before.clone();
                values.push(value.clone());
                longer.push(values);
            }
        }
        combinations = longer;
    }
    let of = |values: Vec<String>| {
        (0..variants).map(move |variant| GridPoint { variant, values: values.clone() })
    };
    combinations.into_iter().flat_map(of).collect()
}

impl GridPoint {
    /// Returns the overrides that lead to this place.
    pub fn changes(&self, varied: &[Varied]) -> Vec<Change> {
        let change =
            |(one, to): (&Varied, &String)| Change { path: one.path.clone(), to: to.clone() };
        varied.iter().zip(&self.values).map(change).collect()
    }

    /// Returns all inputs of the point at this place, as text.
    pub fn key(&self, sweep: &Sweep) -> String {
        let changes: Vec<String> = self
            .changes(&sweep.varied)
            .into_iter()
            .map(|change| format!("{}={}", change.path, change.to))
            .collect();
        let inputs: Vec<String> =
            sweep.inputs.iter().map(|(name, digest)| format!("{name}:{digest}")).collect();
        // Points of a sweep have a price, samples have none.
        let priced = if sweep.asked == Asked::Sample { "" } else { "priced " };
        format!(
            "plimsoll {} {priced}{:?} seed {} quick {} variant {} with {} from {}",
            sweep.version,
            sweep.asked,
            sweep.head.seed,
            sweep.quick,
            sweep.variants.get(self.variant).map_or("", String::as_str),
            changes.join(" "),
            inputs.join(" "),
        )
    }
}

/// A sweep with all of its points, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Swept {
    /// Definition of the sweep.
    pub sweep: Sweep,
    /// Computed points.
    pub points: Vec<Point>,
}

impl Point {
    /// Adds the digest; nothing is changed afterwards.
    #[must_use]
    pub fn sealed(self) -> Point {
        let digest = self.own_digest();
        Point { digest, ..self }
    }

    /// Whether it still matches its digest.
    pub fn is_whole(&self) -> bool {
        self.digest == self.own_digest()
    }

    fn own_digest(&self) -> String {
        let own =
            (&self.key, &self.variant, &self.values, &self.estimates, &self.drawn, &self.facts);
        // Serialisation cannot fail: there are only strings and finite numbers.
        digest(serde_json::to_string(&own).unwrap_or_default())
    }

    /// Creates a point without results.
    pub(super) fn blank(key: String, variant: &str, values: &[String]) -> Point {
        Point {
            key,
            variant: variant.to_owned(),
            values: values.to_vec(),
            estimates: Vec::new(),
            drawn: None,
            facts: Vec::new(),
            digest: String::new(),
        }
    }

    /// Stores a named number; one that is not finite is written as null.
    pub(super) fn put(&mut self, name: &str, estimate: Estimate) {
        let finite =
            [estimate.mean, estimate.low, estimate.high].iter().all(|value| value.is_finite());
        let estimate = if finite { estimate } else { Estimate::default() };
        self.estimates.push((name.into(), estimate));
    }

    /// Stores the price: the sum over all priced parts \[USD per month\], and the parts without a
    /// price.
    pub fn price(&mut self, usd: f64, unpriced: &[String]) {
        let known = if usd > 0.0 { Estimate::exact(usd) } else { Estimate::default() };
        self.estimates.push(("monthly_usd".into(), known));
        self.facts.push(("unpriced".into(), unpriced.join("; ")));
    }
}

/// Whether a path changes the offered load, so that the line does not answer the question.
pub fn is_load(path: &str) -> bool {
    let of_load = ["load.rate", "load.mau", "load.daily", "load.concurrent", "load.calls"];
    of_load.contains(&path)
        || path.starts_with("load.users.")
        || path.starts_with("load.virtual_users.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varied(path: &str, values: &[&str]) -> Varied {
        Varied { path: path.into(), values: values.iter().map(|value| (*value).into()).collect() }
    }

    #[test]
    fn the_last_setting_varies_fastest() {
        let grid = [varied("a", &["1", "2"]), varied("b", &["x", "y"])];
        let found: Vec<String> = places(&grid, 2)
            .iter()
            .map(|place| format!("{}{}", place.values.join(""), place.variant))
            .collect();
        assert_eq!(found, ["1x0", "1x1", "1y0", "1y1", "2x0", "2x1", "2y0", "2y1"]);
        assert_eq!(size(&grid, 2), Some(8));
        assert_eq!(size(&[], 3), Some(3));
        assert_eq!(places(&[], 1).len(), 1);
    }

    #[test]
    fn only_paths_of_the_load_ask_for_responses() {
        for path in ["load.rate", "load.mau", "load.users.daily", "load.virtual_users.users"] {
            assert!(is_load(path), "{path}");
        }
        for path in ["load.patience", "services.order.replicas", "targets.p99"] {
            assert!(!is_load(path), "{path}");
        }
    }
}
