//! Studies of specs built in Rust, with the defaults of YAML scenarios.

use serde_json::Value;

use crate::model::spec::Spec;
use crate::random::{Dist, Sampler};
use crate::study::digest::digest;
use crate::study::setup::{AskedLoad, Day, Precision, Search, Study, Variant, Window};
use crate::units::Span;

/// Largest load tried by a search: as a multiple of the target load, and where there is none
/// \[requests/s\].
const HIGHEST: (f64, f64) = (16.0, 20_000.0);

/// Maximum number of bins of a day.
const MOST_BINS: f64 = 10_000.0;

impl Study {
    /// Creates a study of one system. It begins with eight replications and doubles their number,
    /// up to 32, until the confidence intervals are narrow enough. Each measures for at least 60 s
    /// after a warm-up determined from pilot runs, 20 s where they find none. All fields are
    /// public; set them by struct update.
    ///
    /// ```
    /// # use plimsoll::build::{ServiceBuilder, SpecBuilder, Step};
    /// # use plimsoll::random::Dist;
    /// use plimsoll::study::setup::Study;
    ///
    /// # let service = ServiceBuilder::new("a").endpoint("b", [Step::delay(Dist::Constant(0.01))]);
    /// # let spec = SpecBuilder::new().service(service).open_load(1.0).build()?;
    /// let study = Study { seed: 7, replications: 20, ..Study::of("checkout", spec) };
    /// # Ok::<(), plimsoll::build::Faults>(())
    /// ```
    pub fn of(name: &str, spec: Spec) -> Study {
        let rps = spec.load.open.map_or(0.0, |open| open.requests_per_s);
        let highest_rps = if rps > 0.0 { HIGHEST.0 * rps } else { HIGHEST.1 };
        Study {
            scenario: name.to_owned(),
            about: String::new(),
            system: name.to_owned(),
            seed: 1,
            variants: vec![Variant { name: "system".into(), about: String::new() }],
            mixes: vec!["mix".into()],
            calibrations: vec!["inline".into()],
            settings: Value::Array(vec![identity(&spec)]),
            cases: vec![spec],
            targets: Vec::new(),
            load: AskedLoad { rps, events_per_s: None, mau: None },
            window: Window {
                warm_up: Span::from_secs(20.0),
                measure: Span::from_secs(60.0),
                follow: Span::from_secs(120.0),
            },
            warm_up_given: false,
            replications: 8,
            batches: None,
            precision: Precision { half_width: 0.05, most_replications: 32 },
            search: Search { highest_rps, resolution: 0.02, replications: 8 },
            day: None,
            edits: Vec::new(),
            ablations: Vec::new(),
            contributions: false,
            claims: Vec::new(),
            theory: Vec::new(),
            assumed: Vec::new(),
            cautions: Vec::new(),
            inputs: Vec::new(),
        }
    }

    /// Adds the simulation of a day, from midnight for a time of `horizon`, at least a second: the
    /// arrival rate follows the load curve of the spec, and the events of its timeline take place.
    /// It takes one replication of each variant added so far, with the bins of YAML scenarios.
    #[must_use]
    pub fn on_day(mut self, horizon: Span) -> Study {
        let seconds = horizon.secs().max(1.0);
        let bin = Day::usual_bin(seconds, 1.0).max(seconds / MOST_BINS);
        self.day = Some(Day {
            bin: Span::from_secs(bin),
            horizon: Span::from_secs(seconds),
            replications: 1,
            compress: 1.0,
            variants: (0..self.variants.len() as u32).collect(),
            steps: Vec::new(),
        });
        self
    }

    /// Adds a variant, which serves the same users as the others (common random numbers):
    /// differences are paired by replication. The study must have a single mix and a single
    /// calibration.
    #[must_use]
    pub fn and(mut self, name: &str, spec: Spec) -> Study {
        debug_assert_eq!(self.cases.len(), self.variants.len(), "one mix and one calibration");
        self.variants.push(Variant { name: name.to_owned(), about: String::new() });
        if let Value::Array(known) = &mut self.settings {
            known.push(identity(&spec));
        }
        self.cases.push(spec);
        self
    }
}

/// Returns a digest of a spec in place of its settings: of everything on which results depend.
fn identity(spec: &Spec) -> Value {
    let laws: Vec<&Dist> = spec.samplers.iter().map(Sampler::dist).collect();
    // Samplers are tables derived from their laws.
    let rest = Spec { samplers: Vec::new(), ..spec.clone() };
    Value::String(digest(format!("{rest:?} {laws:?}")))
}
