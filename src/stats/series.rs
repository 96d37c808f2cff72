//! Single-run analysis: warm-up truncation, and an interval from batch means.

use super::distribution::normal_quantile;
use super::{Estimate, Moments, held_confidence};

/// An interval from the means of equal batches of one run, with a test of their independence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchMeans {
    /// Mean over batches with its t interval; [`Estimate::n`] counts batches.
    pub estimate: Estimate,
    /// Lag-1 autocorrelation of the batch means, from −1 to 1; zero where they do not vary.
    pub lag1: f64,
}

impl BatchMeans {
    /// Computes the interval from the means of successive equal batches (Law, section 9.5.3).
    /// `None` with fewer than two.
    pub fn from_batches(means: &[f64], confidence: f64) -> Option<BatchMeans> {
        let estimate = Estimate::from_samples(means, confidence);
        (estimate.n >= 2).then(|| BatchMeans { estimate, lag1: lag1(means) })
    }

    /// Whether successive batch means are so correlated that the interval is too narrow: `lag1`
    /// above the one-sided bound z/√n of independent means (von Neumann's test in its large-sample
    /// form). Longer batches are then needed.
    pub fn is_correlated(&self, confidence: f64) -> bool {
        let bound = normal_quantile(held_confidence(confidence));
        self.lag1 > bound / f64::from(self.estimate.n).sqrt()
    }
}

/// Lag-1 autocorrelation Σ(xᵢ − x̄)(xᵢ₊₁ − x̄) / Σ(xᵢ − x̄)², from −1 to 1; zero where the series
/// does not vary. Non-finite values are dropped, which makes their neighbours adjacent.
pub fn lag1(series: &[f64]) -> f64 {
    let finite: Vec<f64> = series.iter().copied().filter(|value| value.is_finite()).collect();
    let moments = Moments::of(finite.iter().copied());
    let squares = moments.variance * (f64::from(moments.n) - 1.0);
    let products: f64 =
        finite.windows(2).map(|pair| (pair[0] - moments.mean) * (pair[1] - moments.mean)).sum();
    let correlation = products / squares;
    if correlation.is_finite() { correlation.clamp(-1.0, 1.0) } else { 0.0 }
}

/// Observations per batch of MSER-5.
const MSER_BATCH: usize = 5;
/// Batches at the end that are not candidates: the variance of a few is small by chance.
const MSER_TAIL: usize = 5;

/// Number of observations to truncate at the beginning of a run, by MSER-5; `None` where the run is
/// too short.
///
/// With Z the means of m successive batches of five, the truncation point is the d that minimises
/// Σᵢ₌ᵈᵐ⁻¹ (Zᵢ − Z̄(d))² / (m − d)², the squared standard error of the rest (White 1997; White,
/// Cobb and Spratt 2000). The last five batches are not candidates: a few batches are similar by
/// chance. A minimum in the second half means that the run never settled; then, with fewer than ten
/// batches, or with a non-finite value, the answer is `None`.
pub fn mser5(series: &[f64]) -> Option<usize> {
    if series.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let means: Vec<f64> = series
        .chunks_exact(MSER_BATCH)
        .map(|batch| batch.iter().sum::<f64>() / MSER_BATCH as f64)
        .collect();
    if means.len() < 2 * MSER_TAIL {
        return None;
    }
    // Backwards, so that each candidate adds one batch to the moments of the rest.
    let (mut kept, mut mean, mut squares) = (0.0, 0.0, 0.0);
    let (mut best, mut cut) = (f64::INFINITY, 0);
    for (index, value) in means.iter().enumerate().rev() {
        kept += 1.0;
        let step = value - mean;
        mean += step / kept;
        squares += step * (value - mean);
        let statistic = squares / (kept * kept);
        if index + MSER_TAIL < means.len() && statistic <= best {
            (best, cut) = (statistic, index);
        }
    }
    (2 * cut <= means.len()).then_some(cut * MSER_BATCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::assert_close;

    #[test]
    fn lag1_by_hand() {
        // Deviations −1.5, −0.5, 0.5, 1.5: products 0.75 − 0.25 + 0.75 over 5.
        assert_close(lag1(&[1.0, 2.0, 3.0, 4.0]), 0.25, 1e-15);
        assert_close(lag1(&[1.0, -1.0, 1.0, -1.0]), -0.75, 1e-15);
        assert_close(lag1(&[2.0, 2.0, 2.0]), 0.0, 0.0);
        assert_close(lag1(&[]), 0.0, 0.0);
    }

    #[test]
    fn batches_have_the_interval_of_their_means() {
        let found = BatchMeans::from_batches(&[2.0, 4.0, 6.0], 0.95).unwrap();
        assert_eq!(found.estimate, Estimate::from_samples(&[2.0, 4.0, 6.0], 0.95));
        assert_eq!(BatchMeans::from_batches(&[1.0], 0.95), None);
    }

    #[test]
    fn a_drift_shows_as_correlation() {
        let drift: Vec<f64> = (0..20).map(f64::from).collect();
        assert!(BatchMeans::from_batches(&drift, 0.95).unwrap().is_correlated(0.95));
        let zigzag: Vec<f64> = (0..20).map(|i| f64::from(i % 2)).collect();
        assert!(!BatchMeans::from_batches(&zigzag, 0.95).unwrap().is_correlated(0.95));
    }

    /// A step after 60 observations, then a zigzag around zero that batches of five turn into ±0.2:
    /// every retained batch of the step increases the variance, every batch of the rest reduces it.
    #[test]
    fn mser5_cuts_a_step_where_it_ends() {
        let zigzag = |i: i32| if i % 2 == 0 { 1.0 } else { -1.0 };
        let run: Vec<f64> =
            (0..1000).map(|i| zigzag(i) + if i < 60 { 50.0 } else { 0.0 }).collect();
        let cut = mser5(&run).unwrap();
        assert!((60..=65).contains(&cut), "cut at {cut}");
    }

    #[test]
    fn mser5_keeps_a_steady_run_and_refuses_a_short_one() {
        assert_eq!(mser5(&[3.25; 100]), Some(0));
        assert_eq!(mser5(&[3.25; 49]), None);
        let growing: Vec<f64> = (0..500).map(|i| f64::from(i) * f64::from(i)).collect();
        assert_eq!(mser5(&growing), None);
        let late: Vec<f64> = (0..500).map(|i| if i < 400 { 9.0 } else { 1.0 }).collect();
        assert_eq!(mser5(&late), None);
        let mut broken = vec![3.25; 100];
        broken[7] = f64::NAN;
        assert_eq!(mser5(&broken), None);
    }
}
