//! Outcomes of the requests that arrived in a window: response times of good answers, the number of
//! failures, and the ages of requests unfinished at the end of the run.

use super::histogram::{Counts, Histogram};
use crate::units::Span;

/// A value known within bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded {
    /// Lower bound, with unfinished requests taken at their age \[s\]; infinite where requests
    /// without a good answer decide it.
    pub least: f64,
    /// Upper bound \[s\]; infinite where there is none.
    pub most: f64,
}

/// Relative width up to which a [`Bounded`] value counts as known: the width of the histogram's
/// cells.
const KNOWN: f64 = 0.01;

impl Bounded {
    /// Whether the value is known, up to the width of the histogram's cells.
    pub fn is_known(self) -> bool {
        self.least.is_finite() && self.most <= self.least * (1.0 + KNOWN)
    }
}

/// Outcomes of the requests that arrived in a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Response times of requests answered in time.
    pub good: Counts,
    /// Requests that failed: refused, timed out, lost, or answered after the user had left.
    pub failed: u64,
    /// Ages of requests unfinished at the end of the run.
    pub unfinished: Counts,
}

impl Answers {
    /// Returns the number of requests that arrived.
    pub fn arrived(&self) -> u64 {
        self.good.count() + self.failed + self.unfinished.count()
    }

    /// Adds the requests of another window.
    pub fn add(&mut self, other: &Answers) {
        let sum = |mine: &Counts, theirs: &Counts| {
            let mut both = Histogram::default();
            both.add(mine);
            both.add(theirs);
            both.compact()
        };
        self.good = sum(&self.good, &other.good);
        self.unfinished = sum(&self.unfinished, &other.unfinished);
        self.failed += other.failed;
    }

    /// Mean response time of good answers \[s\]; `None` without any. An unfinished request may
    /// still become a good answer, of at least its age.
    pub fn mean(&self) -> Option<Bounded> {
        let (good, open) = (self.good.count() as f64, self.unfinished.count() as f64);
        if good + open <= 0.0 {
            return None;
        }
        let sum = self.good.sum_s() + self.unfinished.sum_s();
        let most = if open > 0.0 { f64::INFINITY } else { sum / good };
        Some(Bounded { least: sum / (good + open), most })
    }

    /// Quantiles of the response times at several `shares`; each is `None` where there were no
    /// requests.
    ///
    /// With `failures_are_slow` a request without a good answer counts as slower than any value,
    /// otherwise it is excluded and the times are those of good answers.
    pub fn quantiles<const N: usize>(
        &self,
        shares: [f64; N],
        failures_are_slow: bool,
    ) -> [Option<Bounded>; N] {
        Pooled::of([self]).quantiles(shares, failures_are_slow)
    }
}

/// Requests of several windows, pooled.
#[derive(Clone, Debug, Default)]
pub struct Pooled {
    good: Histogram,
    /// Good answers, and unfinished requests at their age.
    at_least: Histogram,
    failed: u64,
}

impl Pooled {
    /// Pools the requests of these windows.
    pub fn of<'a>(windows: impl IntoIterator<Item = &'a Answers>) -> Pooled {
        let mut pooled = Pooled::default();
        for window in windows {
            pooled.good.add(&window.good);
            pooled.at_least.add(&window.good);
            pooled.at_least.add(&window.unfinished);
            pooled.failed += window.failed;
        }
        pooled
    }

    /// Quantiles of the pooled response times; see [`Answers::quantiles`].
    pub fn quantiles<const N: usize>(
        &self,
        shares: [f64; N],
        failures_are_slow: bool,
    ) -> [Option<Bounded>; N] {
        let apart = if failures_are_slow { self.failed } else { 0 };
        let all = self.at_least.count() + apart;
        shares.map(|share| {
            let of = |times: &Histogram| {
                let rank = share * all as f64;
                let within = times.count() as f64;
                if times.count() == 0 || rank > within {
                    f64::INFINITY
                } else {
                    times.quantile(rank / within)
                }
            };
            (all > 0).then(|| Bounded { least: of(&self.at_least), most: of(&self.good) })
        })
    }

    /// The maximum response time or age \[s\]; 0 without any.
    pub fn longest(&self) -> f64 {
        self.at_least.maximum().secs()
    }

    /// The minimum response time or age \[s\]; 0 without any.
    pub fn shortest(&self) -> f64 {
        self.at_least.least().map_or(0.0, Span::secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(values: &[(u64, u32)]) -> Counts {
        let mut histogram = Histogram::default();
        for (millis, times) in values {
            for _ in 0..*times {
                histogram.record(Span(millis * 1_000_000));
            }
        }
        histogram.compact()
    }

    fn near(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 0.01, "{found} is not {expected}");
    }

    #[test]
    fn what_failed_is_left_out_or_slower_than_any_value() {
        // 98 answers of 10 ms, two failures.
        let answers = Answers { good: counts(&[(10, 98)]), failed: 2, ..Answers::default() };
        let [p50, p99] = answers.quantiles([0.5, 0.99], false).map(Option::unwrap);
        near(p50.least, 0.01);
        near(p99.least, 0.01);
        assert!(p99.is_known());
        let [p50, p98, p99] = answers.quantiles([0.5, 0.98, 0.99], true).map(Option::unwrap);
        near(p50.most, 0.01);
        near(p98.most, 0.01);
        assert!(p99.least.is_infinite() && !p99.is_known());
    }

    #[test]
    fn what_has_not_ended_is_at_least_its_age() {
        // 90 answers of 10 ms; of ten unfinished requests five are younger than that, and five are
        // 2 s old.
        let unfinished = counts(&[(5, 5), (2_000, 5)]);
        let answers = Answers { good: counts(&[(10, 90)]), failed: 0, unfinished };
        let [p50, p90, p93, p99] =
            answers.quantiles([0.5, 0.9, 0.93, 0.99], false).map(Option::unwrap);
        assert!(p50.is_known() && p90.is_known());
        // The 93rd of a hundred is an answer of 10 ms, unless the young unfinished ones take longer
        // than the others.
        near(p93.least, 0.01);
        assert!(p93.most.is_infinite());
        near(p99.least, 2.0);
        assert!(!p99.is_known());
        let mean = answers.mean().unwrap();
        near(mean.least, (0.9 + 0.025 + 10.0) / 100.0);
        assert!(mean.most.is_infinite());
    }

    #[test]
    fn nothing_asked_is_nothing_known() {
        assert_eq!(Answers::default().quantiles([0.5], true), [None]);
        assert_eq!(Answers::default().mean(), None);
        let failed = Answers { failed: 3, ..Answers::default() };
        assert_eq!(failed.quantiles([0.5], false), [None]);
        assert!(failed.quantiles([0.5], true)[0].unwrap().least.is_infinite());
    }
}
