//! Statistics: estimates over replications, paired differences, shares, ratios, quantiles, batch
//! means, warm-up truncation, and in [`analytic`] the predictions of queueing theory.
//!
//! Nothing here panics or produces a number that JSON cannot represent: non-finite values are
//! dropped before anything is computed, and [`Estimate::n`] counts only those that were used. A
//! caller to whom a dropped value matters compares `n` with the number passed in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Confidence level of all intervals.
pub const CONFIDENCE: f64 = 0.95;

pub mod analytic;
pub mod distribution;
pub mod rank;
pub mod sample;
pub mod series;

use distribution::student_t_quantile;

/// A number with its confidence interval.
///
/// With fewer than two replications there is no interval: `low` and `high` then repeat `mean`, and
/// [`Estimate::half_width`] is `None`. Without any replication all fields are zero. [`Shape`] marks
/// numbers that are not a mean with an interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// Mean over replications.
    pub mean: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Number of replications with a value.
    pub n: u32,
    /// Meaning of `low` and `high`.
    #[serde(default, skip_serializing_if = "Shape::is_interval")]
    pub shape: Shape,
}

/// Meaning of the ends of an [`Estimate`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A confidence interval around the mean.
    #[default]
    Interval,
    /// The minimum and the maximum over replications: there are too few of them for an interval, or
    /// they are bimodal, so that the mean represents neither mode.
    Range,
    /// A lower bound: the value is at least `mean`, which `low` and `high` repeat; there is no
    /// upper bound.
    AtLeast,
}

impl Shape {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
    fn is_interval(&self) -> bool {
        *self == Shape::Interval
    }
}

impl Estimate {
    /// Creates a mean with the ends of its interval over `n` replications.
    pub const fn interval(mean: f64, low: f64, high: f64, n: u32) -> Estimate {
        Estimate { mean, low, high, n, shape: Shape::Interval }
    }

    /// Creates a lower bound without an upper one; a non-finite bound gives the empty estimate.
    pub fn at_least(bound: f64, n: u32) -> Estimate {
        if bound.is_finite() {
            Estimate { mean: bound, low: bound, high: bound, n, shape: Shape::AtLeast }
        } else {
            Estimate::default()
        }
    }

    /// Replaces the ends by the range of the finite `samples`.
    #[must_use]
    pub fn ranged(self, samples: &[f64]) -> Estimate {
        let finite = || samples.iter().copied().filter(|sample| sample.is_finite());
        let low = finite().fold(self.mean, f64::min);
        let high = finite().fold(self.mean, f64::max);
        Estimate { low, high, shape: Shape::Range, ..self }
    }

    /// Returns the ends against which a limit is judged: for an interval its own, for a bound no
    /// upper end. The range of two or three replications is stretched to their t interval at 95 %:
    /// of two that is mean ± 6.35 ranges, of three about 1.5 (t(2) = 4.303, the mean range of three
    /// normal values is 1.69 σ).
    pub fn judged(&self) -> (f64, f64) {
        let times = match (self.shape, self.n) {
            (Shape::AtLeast, _) => return (self.mean, f64::INFINITY),
            (Shape::Range, 2) => 6.35,
            (Shape::Range, 3) => 1.5,
            _ => return (self.low, self.high),
        };
        let half = times * (self.high - self.low);
        (self.low.min(self.mean - half), self.high.max(self.mean + half))
    }

    /// Whether it is only a lower bound.
    pub fn is_bound(&self) -> bool {
        self.shape == Shape::AtLeast
    }

    /// The `n` of an exact number; see [`Estimate::exact`].
    pub const EXACT: u32 = u32::MAX;

    /// Student's t interval at `confidence` (a share, 0.95 for 95 %) over independent replications.
    ///
    /// mean ± t(n − 1, (1 + confidence)/2) · s/√n (Law, *Simulation Modeling and Analysis*, 5th
    /// ed., section 4.5). `confidence` is clamped to 0 to 0.999 999; NaN counts as 0.95.
    pub fn from_samples(samples: &[f64], confidence: f64) -> Estimate {
        let moments = Moments::of(samples.iter().copied());
        moments.interval(moments.mean, moments.standard_error(), confidence)
    }

    /// Creates an exact number: the interval has no width and counts as an interval.
    ///
    /// A non-finite value gives the empty estimate (`n` = 0).
    pub fn exact(value: f64) -> Estimate {
        if value.is_finite() {
            Estimate::interval(value, value, value, Estimate::EXACT)
        } else {
            Estimate::default()
        }
    }

    /// Whether the number is exact rather than estimated.
    pub fn is_exact(&self) -> bool {
        self.n == Estimate::EXACT
    }

    /// Half the width of the interval, in the unit of the mean; `None` when there is no interval.
    pub fn half_width(&self) -> Option<f64> {
        (self.n >= 2 && !self.is_bound()).then(|| (self.high - self.low) / 2.0)
    }

    /// Half the width relative to the size of the mean; zero when the interval has no width. `None`
    /// when there is no interval or the mean of an interval with a width is zero.
    pub fn relative_half_width(&self) -> Option<f64> {
        let half = self.half_width()?;
        if half <= 0.0 {
            return Some(0.0);
        }
        let relative = half / self.mean.abs();
        relative.is_finite().then_some(relative)
    }

    /// Whether `value` lies in the interval, ends included; `None` when there is no interval.
    pub fn contains(&self, value: f64) -> Option<bool> {
        (self.n >= 2).then_some(self.low <= value && value <= self.high)
    }
}

/// Change `after` − `before`, paired by replication, with its t interval.
///
/// Pairs with common random numbers are positively correlated, so that the interval is narrower
/// than that of two separate estimates (Law, section 10.2.1). Pairs with a non-finite member are
/// dropped; slices of different lengths are truncated to the shorter one.
pub fn paired(before: &[f64], after: &[f64], confidence: f64) -> Estimate {
    let differences: Vec<f64> =
        finite_pairs(before, after).map(|(before, after)| after - before).collect();
    Estimate::from_samples(&differences, confidence)
}

/// Variance ratio (var a + var b) / var(a − b): the factor by which pairing reduces the number of
/// replications needed for the same interval. One means that pairing gained nothing.
///
/// `None` with fewer than two pairs, or when the differences do not vary beyond rounding.
pub fn variance_ratio(a: &[f64], b: &[f64]) -> Option<f64> {
    let first = Moments::of(finite_pairs(a, b).map(|pair| pair.0));
    let second = Moments::of(finite_pairs(a, b).map(|pair| pair.1));
    let difference = Moments::of(finite_pairs(a, b).map(|pair| pair.0 - pair.1));
    let size = finite_pairs(a, b).fold(0.0, |size: f64, (a, b)| size.max(a.abs()).max(b.abs()));
    // Differences of equal value still vary in their last bits.
    if difference.n < 2 || difference.variance.sqrt() <= size * 1e-13 {
        return None;
    }
    let ratio = (first.variance + second.variance) / difference.variance;
    ratio.is_finite().then_some(ratio)
}

/// Ratio of two means, mean(`parts`) / mean(`wholes`), with its interval by the delta method.
///
/// For numbers such as errors over requests, where each replication has its own denominator: the
/// mean of ratios would be biased. With r the ratio, the standard error is that of the residuals
/// `part − r · whole`, over the mean whole (Cochran, *Sampling Techniques*, 3rd ed., ch. 6), and
/// the interval takes t with n − 1 degrees of freedom. The bias of r is of order 1/n.
///
/// `None` when no pair is finite or the wholes sum to zero.
pub fn ratio(parts: &[f64], wholes: &[f64], confidence: f64) -> Option<Estimate> {
    let part = Moments::of(finite_pairs(parts, wholes).map(|pair| pair.0));
    let whole = Moments::of(finite_pairs(parts, wholes).map(|pair| pair.1));
    let ratio = part.mean / whole.mean;
    if part.n == 0 || !ratio.is_finite() {
        return None;
    }
    let residuals =
        Moments::of(finite_pairs(parts, wholes).map(|(part, whole)| part - ratio * whole));
    let error = residuals.standard_error() / whole.mean.abs();
    Some(residuals.interval(ratio, error, confidence))
}

fn finite_pairs<'a>(a: &'a [f64], b: &'a [f64]) -> impl Iterator<Item = (f64, f64)> + 'a {
    a.iter().copied().zip(b.iter().copied()).filter(|(a, b)| a.is_finite() && b.is_finite())
}

/// Count, mean and unbiased variance of the finite values of a sample.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moments {
    pub(crate) n: u32,
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

impl Moments {
    /// Computes in one pass (Welford 1962), so that a large mean does not cancel the variance.
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Moments {
        let (mut n, mut mean, mut squares) = (0_u32, 0.0, 0.0);
        for value in values.filter(|value| value.is_finite()) {
            n = n.saturating_add(1);
            let step = value - mean;
            mean += step / f64::from(n);
            squares += step * (value - mean);
        }
        let variance = if n < 2 { 0.0 } else { squares / f64::from(n - 1) };
        Moments { n, mean, variance }
    }

    fn standard_error(&self) -> f64 {
        if self.n == 0 { 0.0 } else { (self.variance / f64::from(self.n)).sqrt() }
    }

    /// The t interval around `mean` with this sample's degrees of freedom.
    fn interval(&self, mean: f64, standard_error: f64, confidence: f64) -> Estimate {
        if self.n < 2 {
            return Estimate::interval(mean, mean, mean, self.n);
        }
        let p = f64::midpoint(1.0, held_confidence(confidence));
        let half = student_t_quantile(p, f64::from(self.n - 1)) * standard_error;
        Estimate::interval(mean, mean - half, mean + half, self.n)
    }
}

/// Clamps a confidence level to those with a finite quantile.
pub(crate) fn held_confidence(confidence: f64) -> f64 {
    if confidence.is_nan() { 0.95 } else { confidence.clamp(0.0, 0.999_999) }
}

#[cfg(test)]
pub(crate) fn assert_close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected} within {tolerance}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_of_five_by_hand() {
        // Mean 3, s² = 2.5, t(4, 0.975) = 2.776445: half-width 2.776445 · √0.5.
        let estimate = Estimate::from_samples(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.95);
        assert_close(estimate.mean, 3.0, 1e-15);
        assert_close(estimate.half_width().unwrap(), 1.963_243_161, 1e-7);
        assert_close(estimate.relative_half_width().unwrap(), 0.654_414_387, 1e-7);
        assert_eq!(estimate.n, 5);
        assert_eq!(estimate.contains(1.04), Some(true));
        assert_eq!(estimate.contains(1.03), Some(false));
    }

    #[test]
    fn fewer_than_two_samples_have_no_interval() {
        let one = Estimate::from_samples(&[7.0], 0.95);
        assert_eq!(one, Estimate::interval(7.0, 7.0, 7.0, 1));
        assert_eq!(one.half_width(), None);
        assert_eq!(one.relative_half_width(), None);
        assert_eq!(Estimate::from_samples(&[], 0.95), Estimate::default());
    }

    #[test]
    fn values_that_are_not_finite_are_left_out() {
        let clean = Estimate::from_samples(&[1.0, 3.0], 0.9);
        let dirty = Estimate::from_samples(&[f64::NAN, 1.0, f64::INFINITY, 3.0], 0.9);
        assert_eq!(clean, dirty);
        assert_eq!(Estimate::exact(f64::NAN), Estimate::default());
        for confidence in [f64::NAN, -3.0, 1.0, f64::INFINITY] {
            let estimate = Estimate::from_samples(&[1.0, 3.0], confidence);
            assert!(estimate.low.is_finite() && estimate.high.is_finite());
        }
    }

    #[test]
    fn a_known_number_has_an_interval_without_width() {
        let known = Estimate::exact(0.25);
        assert!(known.is_exact());
        assert_eq!(known.half_width(), Some(0.0));
        assert_eq!(known.relative_half_width(), Some(0.0));
        assert_eq!(Estimate::exact(0.0).relative_half_width(), Some(0.0));
    }

    #[test]
    fn pairing_takes_out_what_is_common() {
        // Differences 1, 2, 3: mean 2, s = 1, t(2, 0.975) = 4.302653.
        let change = paired(&[10.0, 200.0, 3000.0], &[11.0, 202.0, 3003.0], 0.95);
        assert_close(change.mean, 2.0, 1e-12);
        assert_close(change.half_width().unwrap(), 4.302_652_73 / 3f64.sqrt(), 1e-7);
        assert_eq!(change.n, 3);
        assert_eq!(paired(&[1.0, 2.0], &[5.0], 0.95).n, 1);
    }

    #[test]
    fn variance_ratio_by_hand() {
        // var a = 1, var b = 4, differences 1, 2, 3 with variance 1.
        assert_close(variance_ratio(&[2.0, 3.0, 4.0], &[1.0, 1.0, 1.0]).unwrap(), 1.0, 1e-12);
        assert_close(variance_ratio(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]).unwrap(), 5.0, 1e-12);
        assert_eq!(variance_ratio(&[0.1, 0.2, 0.3], &[1.1, 1.2, 1.3]), None);
        assert_eq!(variance_ratio(&[1.0], &[2.0]), None);
    }

    #[test]
    fn ratio_by_hand() {
        // 1 + 2 + 6 over 10 + 20 + 30 = 0.15; residuals −0.5, −1, 1.5: variance 1.75.
        let share = ratio(&[1.0, 2.0, 6.0], &[10.0, 20.0, 30.0], 0.95).unwrap();
        assert_close(share.mean, 0.15, 1e-15);
        let expected = 4.302_652_73 * (1.75_f64 / 3.0).sqrt() / 20.0;
        assert_close(share.half_width().unwrap(), expected, 1e-9);
        assert_eq!(ratio(&[1.0], &[0.0], 0.95), None);
        assert_eq!(ratio(&[], &[], 0.95), None);
    }

    /// 4,000 intervals over 5 normal draws: the coverage of the mean is 95 % ± 4 · 0.345 %.
    #[test]
    fn intervals_hold_the_mean_as_often_as_they_say() {
        let mut state = 11_u64;
        let mut normal = || {
            state =
                state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
            let uniform = ((state >> 12) as f64 + 0.5) / 4_503_599_627_370_496.0;
            distribution::normal_quantile(uniform)
        };
        let runs = 4000;
        let mut held = 0;
        for _ in 0..runs {
            let samples: Vec<f64> = (0..5).map(|_| 3.0 + 2.0 * normal()).collect();
            if Estimate::from_samples(&samples, 0.95).contains(3.0) == Some(true) {
                held += 1;
            }
        }
        assert_close(f64::from(held) / f64::from(runs), 0.95, 0.0138);
    }
}
