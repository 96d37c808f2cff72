//! Detection of doubts about the numbers of a study.

use super::doubt::{Doubt, Measured, Samples, Warning};
use super::gather::{camps, error_rate, settled, too_few, unseen_mean, widest};
use super::metric::Metric;
use super::replicate::Outcome;
use super::result::{Target, TargetVerdict, Unanswered, Verdict, WarmUp, WarmUpSource};
use super::sampling::drifts;
use super::setup::{Study, Window};
use super::warm_up::{Transient, remaining};
use crate::model::spec::Spec;
use crate::model::stations::stations;
use crate::stats::CONFIDENCE;
use crate::stats::series::BatchMeans;
use crate::units::Span;

/// Lag-1 autocorrelation that batches may have: it makes the true interval a tenth wider.
const CORRELATION: f64 = 0.1;

/// Share of good answers below which a report notes that response times cover only those.
const FEW_GOOD: f64 = 0.9;

/// Estimates of one variant at the target load.
pub(super) struct Sampled<'a> {
    pub(super) study: &'a Study,
    pub(super) spec: &'a Spec,
    /// Name of the variant.
    pub(super) name: &'a str,
    pub(super) warm_up: WarmUp,
    pub(super) window: Window,
    /// Target load.
    pub(super) load: f64,
    pub(super) outcomes: &'a [Outcome],
    pub(super) verdicts: &'a [TargetVerdict],
}

impl Sampled<'_> {
    /// Returns all doubts.
    pub(super) fn doubts(&self) -> Vec<Warning> {
        let steady = !drifts(self.verdicts);
        let found = [
            self.unseen(),
            self.camps(),
            self.unsettled_mean(),
            self.unfinished(),
            self.good_answers(),
            self.settling(),
            self.few(),
            self.wide().filter(|_| steady),
            self.undecided().filter(|_| steady),
            self.study.batches.and_then(|_| self.correlated()),
        ];
        let of = |doubt| Warning { variant: Some(self.name.to_owned()), doubt };
        found.into_iter().flatten().map(of).collect()
    }

    /// Detects replications without observations.
    fn unseen(&self) -> Option<Doubt> {
        let blind = self.outcomes.iter().filter(|seen| seen.p50_ms.is_nan()).count();
        let asked = self.spec.load.open.is_some() || self.spec.load.closed.is_some();
        (asked && blind > 0)
            .then(|| Doubt::NoResponse { blind: blind as u64, sampled: self.sampled() })
    }

    /// Detects bimodal replications, whose mean is representative of neither mode.
    fn camps(&self) -> Option<Doubt> {
        let of = |pick: fn(&Outcome) -> f64| -> Vec<f64> {
            self.outcomes.iter().map(pick).filter(|value| value.is_finite()).collect()
        };
        let p99 = of(|seen| seen.p99_ms);
        let below = camps(&p99)?;
        let mut sorted = p99;
        sorted.sort_by(f64::total_cmp);
        let (low, high) = sorted.split_at(below);
        let range = |part: &[f64]| Some([*part.first()?, *part.last()?]);
        Some(Doubt::LockUp {
            runs: high.len() as u64,
            of: sorted.len() as u64,
            p99_ms: range(high)?,
            others_ms: range(low)?,
        })
    }

    /// Detects a mean that is dominated by few responses, or rests on a law of infinite variance.
    fn unsettled_mean(&self) -> Option<Doubt> {
        let heavy = self.spec.heavy_laws();
        if !heavy.is_empty() {
            return Some(Doubt::NoVariance { laws: heavy });
        }
        if let Some(least_ms) = unseen_mean(self.spec, self.load, self.outcomes) {
            return Some(Doubt::RareMean { least_ms });
        }
        (!settled(self.outcomes)).then_some(Doubt::HeavyMean)
    }

    /// Detects requests that had not completed when the run stopped following them.
    fn unfinished(&self) -> Option<Doubt> {
        let open: u64 = self.outcomes.iter().map(|seen| seen.answers.unfinished.count()).sum();
        let all: u64 = self.outcomes.iter().map(|seen| seen.answers.arrived()).sum();
        let followed_s = self.window.follow.secs();
        (open > 0).then_some(Doubt::Unfinished { open, of: all, followed_s })
    }

    /// Detects response times that cover only good answers, where few are good.
    fn good_answers(&self) -> Option<Doubt> {
        let apart =
            |target: &Target| target.metric.is_time() && target.unanswered == Unanswered::Apart;
        let share = 1.0 - error_rate(self.outcomes).mean;
        let judged = self.study.targets.iter().any(apart);
        let ended = || self.outcomes.iter().any(|seen| seen.ended > 0.0);
        (judged && share < FEW_GOOD && ended()).then_some(Doubt::FewGood { share })
    }

    /// Detects a window that begins too early. A drifting queue never settles, which its verdict
    /// already says.
    fn settling(&self) -> Option<Doubt> {
        if self.outcomes.iter().any(|outcome| !outcome.drifting.is_empty()) {
            return None;
        }
        let (measure_s, warm_up_s) = (self.window.measure.secs(), self.window.warm_up.secs());
        if self.warm_up.source == WarmUpSource::Unsettled {
            return Some(Doubt::PilotsUnsettled { warm_up_s, measure_s });
        }
        Some(match remaining(self.spec, self.window, self.outcomes)? {
            Transient::Until(enough) => Doubt::Unsettled { warm_up_s, enough_s: enough.secs() },
            Transient::TooShort => Doubt::HalvesDiffer { measure_s },
        })
    }

    /// Detects quantiles that rest on too few response times.
    fn few(&self) -> Option<Doubt> {
        let (metric, responses, wanted) = too_few(self.outcomes)?;
        let longer = self.window.measure.secs() * wanted / responses.max(1.0);
        Some(Doubt::FewResponses {
            metric,
            responses,
            batches: self.study.batches.is_some(),
            wanted_s: super::warm_up::sensible(Span::from_secs(longer)).secs(),
        })
    }

    /// Detects estimates that miss the requested precision with the budget exhausted.
    fn wide(&self) -> Option<Doubt> {
        let asked = self.study.precision.half_width;
        let (measure, half_width) = widest(self.outcomes).filter(|(_, width)| *width > asked)?;
        Some(Doubt::Imprecise { measure, half_width, sampled: self.sampled(), asked })
    }

    /// Detects targets whose interval contains the limit.
    fn undecided(&self) -> Option<Doubt> {
        let open = self.verdicts.iter().filter(|one| one.verdict == Verdict::Undecided);
        let targets: Vec<Metric> = open.map(|one| one.metric).collect();
        (!targets.is_empty()).then(|| Doubt::Undecided { targets, sampled: self.sampled() })
    }

    /// Detects batches so short that successive ones are correlated. The tests of all measures have
    /// a joint error of 5 %.
    fn correlated(&self) -> Option<Doubt> {
        let error_rate = error_rate(self.outcomes).mean;
        let values = |pick: &dyn Fn(&Outcome) -> f64| self.outcomes.iter().map(pick).collect();
        let mut measures: Vec<(Measured, Vec<f64>)> = vec![
            (Measured::Metric(Metric::MeanMs), values(&|seen| seen.mean_ms)),
            (Measured::Metric(Metric::P50Ms), values(&|seen| seen.p50_ms)),
            (Measured::Metric(Metric::P95Ms), values(&|seen| seen.p95_ms)),
            (Measured::Metric(Metric::P99Ms), values(&|seen| seen.p99_ms)),
            (
                Measured::Metric(Metric::ErrorRate),
                values(&|seen| seen.failed - error_rate * seen.ended),
            ),
            (Measured::Goodput, values(&|seen| seen.goodput_rps)),
            (Measured::Events, values(&|seen| seen.events_per_s)),
            (Measured::Orders, values(&|seen| seen.orders_per_s)),
            (Measured::Metric(Metric::MaxLag), values(&|seen| seen.max_lag)),
        ];
        for (index, station) in stations(self.spec).into_iter().enumerate() {
            measures.push((Measured::Busy(station.name.clone()), values(&|seen| seen.busy[index])));
            measures.push((Measured::Waiting(station.name), values(&|seen| seen.waiting[index])));
        }
        measures.retain(|(_, values)| {
            values.windows(2).any(|pair| pair[0].total_cmp(&pair[1]).is_ne())
        });
        let each = 1.0 - (1.0 - CONFIDENCE) / measures.len().max(1) as f64;
        let (of, lag1) = measures
            .into_iter()
            .filter_map(|(name, values)| {
                let found = BatchMeans::from_batches(&values, CONFIDENCE)?;
                found.is_correlated(each).then_some((name, found.lag1))
            })
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        // Sufficiently long batches share only what happens at their borders: the correlation is
        // inversely proportional to their length.
        let times = (lag1 / CORRELATION).ceil().max(2.0);
        let longer = self.window.measure.secs() * times;
        Some(Doubt::Correlated { lag1, of, measure_s: longer, times })
    }

    fn sampled(&self) -> Samples {
        match self.study.batches {
            Some(count) => Samples { count, batches: true },
            None => Samples { count: self.outcomes.len() as u32, batches: false },
        }
    }
}
