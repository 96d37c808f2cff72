//! What keeps a number from being known, in words, with what to do about it.

use super::gather::{camps, error_rate, settled, too_few, unseen_mean, widest};
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

/// Lag-1 correlation that batches may keep: it widens the true interval by a tenth.
const CORRELATION: f64 = 0.1;

/// Share of good answers below which it is said that response times are theirs.
const FEW_GOOD: f64 = 0.9;

/// Estimates of one variant at the load asked about.
pub(super) struct Sampled<'a> {
    pub(super) study: &'a Study,
    pub(super) spec: &'a Spec,
    /// Name of the variant.
    pub(super) name: &'a str,
    pub(super) warm_up: WarmUp,
    pub(super) window: Window,
    /// The load asked about.
    pub(super) load: f64,
    pub(super) outcomes: &'a [Outcome],
    pub(super) verdicts: &'a [TargetVerdict],
}

impl Sampled<'_> {
    /// All that is doubtful, a sentence each.
    pub(super) fn doubts(&self) -> Vec<String> {
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
        found.into_iter().flatten().map(|doubt| format!("{}: {doubt}", self.name)).collect()
    }

    /// Replications in which nothing was observed.
    fn unseen(&self) -> Option<String> {
        let blind = self.outcomes.iter().filter(|seen| seen.p50_ms.is_nan()).count();
        let asked = self.spec.load.open.is_some() || self.spec.load.closed.is_some();
        (asked && blind > 0).then(|| {
            format!(
                "in {blind} of {} no response was seen: they are left out of response times, and \
                 `window.measure` should be longer",
                self.sampled()
            )
        })
    }

    /// Replications of two kinds, of which no mean tells.
    fn camps(&self) -> Option<String> {
        let of = |pick: fn(&Outcome) -> f64| -> Vec<f64> {
            self.outcomes.iter().map(pick).filter(|value| value.is_finite()).collect()
        };
        let p99 = of(|seen| seen.p99_ms);
        let below = camps(&p99)?;
        let mut sorted = p99;
        sorted.sort_by(f64::total_cmp);
        let (low, high) = sorted.split_at(below);
        let range = |part: &[f64]| match part {
            [only] => rounded(*only),
            [first, .., last] => format!("{}–{}", rounded(*first), rounded(*last)),
            [] => String::new(),
        };
        Some(format!(
            "{} of {} runs lock up: p99 is {} ms there and {} ms in the others",
            high.len(),
            sorted.len(),
            range(high),
            range(low)
        ))
    }

    /// A mean that hangs on few responses, or rests on a law without variance.
    fn unsettled_mean(&self) -> Option<String> {
        let heavy = self.spec.heavy_laws();
        if !heavy.is_empty() {
            return Some(format!(
                "the mean response time is not to be trusted: a law without variance is in {}",
                heavy.join(", ")
            ));
        }
        if let Some(least) = unseen_mean(self.spec, self.load, self.outcomes) {
            return Some(format!(
                "the mean response time is {} ms by the description, without any queue: what makes it is so \
                 rare that these runs did not see it",
                rounded(least)
            ));
        }
        (!settled(self.outcomes)).then(|| {
            "the mean response time hangs on a few very long ones and is not to be trusted: a longer window \
             may raise it without end"
                .to_owned()
        })
    }

    /// Requests that had not ended when they were followed no longer.
    fn unfinished(&self) -> Option<String> {
        let open: u64 = self.outcomes.iter().map(|seen| seen.answers.unfinished.count()).sum();
        let all: u64 = self.outcomes.iter().map(|seen| seen.answers.arrived()).sum();
        (open > 0).then(|| {
            format!(
                "{open} of {all} requests had not ended {} after the window and count with their age; \
                 `window.follow` sets how long they are followed",
                plain(self.window.follow)
            )
        })
    }

    /// Response times judged over good answers, where few are good.
    fn good_answers(&self) -> Option<String> {
        let apart = |target: &Target| {
            target.metric.ends_with("_ms") && target.unanswered == Unanswered::Apart
        };
        let good = 1.0 - error_rate(self.outcomes).mean;
        let judged = self.study.targets.iter().any(apart);
        (judged && good < FEW_GOOD && self.outcomes.iter().any(|seen| seen.ended > 0.0)).then(
            || {
                format!(
                    "response times are those of good answers, which {:.0} % of requests got",
                    good * 100.0
                )
            },
        )
    }

    /// A window that begins too early. A queue that drifts never settles, and says so as a verdict.
    fn settling(&self) -> Option<String> {
        if self.outcomes.iter().any(|outcome| !outcome.drifting.is_empty()) {
            return None;
        }
        let measure = plain(self.window.measure);
        if self.warm_up.source == WarmUpSource::Unsettled {
            return Some(format!(
                "pilot runs of up to twice `window.measure` do not settle, so the warm-up of {} is a \
                 default: lengthen `window.measure` beyond {measure}, or give `window.warm_up`",
                plain(self.window.warm_up)
            ));
        }
        match remaining(self.spec, self.window, self.outcomes)? {
            Transient::Until(enough) => Some(format!(
                "the system has not settled after {} of warm-up, which shifts the means: `warm_up: {}` \
                 would do",
                plain(self.window.warm_up),
                plain(enough)
            )),
            Transient::TooShort => Some(format!(
                "the second half of the window still differs from the first, and {measure} are too short \
                 to tell when that ends: lengthen `window.measure`"
            )),
        }
    }

    /// Quantiles that rest on a handful of response times.
    fn few(&self) -> Option<String> {
        let (name, timed, wanted) = too_few(self.outcomes)?;
        let longer = self.window.measure.secs() * wanted / timed.max(1.0);
        let (which, cut) = match self.study.batches {
            Some(_) => ("batch", " or take fewer batches"),
            None => ("replication", ""),
        };
        Some(format!(
            "{name} at the load asked about rests on {timed:.0} response times a {which}, of which fewer \
             than ten lie beyond it: `window.measure: {}` would do{cut}",
            plain(super::warm_up::sensible(Span::from_secs(longer)))
        ))
    }

    /// Estimates less precise than asked for, with the budget used up.
    fn wide(&self) -> Option<String> {
        let asked = self.study.precision.half_width;
        let (metric, width) = widest(self.outcomes).filter(|(_, width)| *width > asked)?;
        Some(format!(
            "{metric} at the load asked about is known to ± {:.0} % after {}, not to the {:.0} % asked \
             for: {}",
            width * 100.0,
            self.sampled(),
            asked * 100.0,
            self.more()
        ))
    }

    /// Targets whose interval holds the limit.
    fn undecided(&self) -> Option<String> {
        let open: Vec<&str> = self
            .verdicts
            .iter()
            .filter(|verdict| verdict.verdict == Verdict::Undecided)
            .map(|verdict| verdict.metric.as_str())
            .collect();
        (!open.is_empty()).then(|| {
            format!(
                "whether the load asked about meets its target is undecided after {} ({}): {}",
                self.sampled(),
                open.join(", "),
                self.more()
            )
        })
    }

    /// Batches so short that neighbours are alike. The tests of all measures together err in 5 of 100.
    fn correlated(&self) -> Option<String> {
        let error_rate = error_rate(self.outcomes).mean;
        let values = |pick: &dyn Fn(&Outcome) -> f64| self.outcomes.iter().map(pick).collect();
        let mut measures: Vec<(String, Vec<f64>)> = vec![
            ("mean response".into(), values(&|seen| seen.mean_ms)),
            ("p50".into(), values(&|seen| seen.p50_ms)),
            ("p95".into(), values(&|seen| seen.p95_ms)),
            ("p99".into(), values(&|seen| seen.p99_ms)),
            ("errors".into(), values(&|seen| seen.failed - error_rate * seen.ended)),
            ("goodput".into(), values(&|seen| seen.goodput_rps)),
            ("events".into(), values(&|seen| seen.events_per_s)),
            ("orders".into(), values(&|seen| seen.orders_per_s)),
            ("lag".into(), values(&|seen| seen.max_lag)),
        ];
        for (index, station) in stations(self.spec).into_iter().enumerate() {
            measures.push((format!("busy {}", station.name), values(&|seen| seen.busy[index])));
            measures.push((
                format!("waiting at {}", station.name),
                values(&|seen| seen.waiting[index]),
            ));
        }
        measures.retain(|(_, values)| {
            values.windows(2).any(|pair| pair[0].total_cmp(&pair[1]).is_ne())
        });
        let each = 1.0 - (1.0 - CONFIDENCE) / measures.len().max(1) as f64;
        let (name, lag1) = measures
            .iter()
            .filter_map(|(name, values)| {
                let found = BatchMeans::from_batches(values, CONFIDENCE)?;
                found.is_correlated(each).then_some((name, found.lag1))
            })
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        // Of neighbours that are long enough, only what happens at their border is common: the correlation
        // falls with the length.
        let times = (lag1 / CORRELATION).ceil().max(2.0);
        let longer = Span::from_secs(self.window.measure.secs() * times);
        Some(format!(
            "the batches are too short to count as independent (correlation of neighbours {lag1:.2}, \
             {name}), so the intervals are too narrow: `window.measure: {}` makes them {times:.0} times \
             longer",
            plain(longer)
        ))
    }

    fn sampled(&self) -> String {
        match self.study.batches {
            Some(batches) => format!("{batches} batches"),
            None => format!("{} replications", self.outcomes.len()),
        }
    }

    fn more(&self) -> &'static str {
        if self.study.batches.is_some() {
            "lengthen `window.measure`"
        } else {
            "lengthen `window.measure` or raise `precision.most_replications`"
        }
    }
}

/// A time to three digits.
fn rounded(millis: f64) -> String {
    let digits = 2 - millis.max(1e-3).log10().floor() as i32;
    let unit = 10_f64.powi(digits);
    format!("{:.*}", digits.max(0) as usize, (millis * unit).round() / unit)
}

/// A length as a scenario would have it.
fn plain(span: Span) -> String {
    let nanos = span.0;
    for (unit, name) in [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")] {
        if nanos >= unit && nanos.is_multiple_of(unit) {
            return format!("{}{name}", nanos / unit);
        }
    }
    if nanos == 0 { "0s".into() } else { format!("{:.3}s", span.secs()) }
}
