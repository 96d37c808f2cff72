//! Correlation and regression: rank correlation, and linear regression on several inputs.

use super::distribution::student_t_quantile;
use super::{Estimate, held_confidence};

/// Ranks from 1; ties share the mean of their ranks.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for equal in order.chunk_by(|a, b| values[*a].total_cmp(&values[*b]).is_eq()) {
        let rank = from as f64 + f64::midpoint(1.0, equal.len() as f64);
        for at in equal {
            ranks[*at] = rank;
        }
        from += equal.len();
    }
    ranks
}

/// Pearson's correlation coefficient; zero where either input does not vary.
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len());
    let mean = |values: &[f64]| values[..n].iter().sum::<f64>() / n.max(1) as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        aa += a * a;
        bb += b * b;
        ab += a * b;
    }
    let size = (aa * bb).sqrt();
    if size > 0.0 { (ab / size).clamp(-1.0, 1.0) } else { 0.0 }
}

/// Spearman's rank correlation coefficient; zero where either input does not vary.
pub fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    correlation(&ranks(a), &ranks(b))
}

/// A coefficient of a regression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// Change of the answer per unit of the input, with all other inputs fixed.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
}

/// Ordinary least squares of an answer on inputs, with an intercept.
#[derive(Clone, Debug, PartialEq)]
pub struct Regression {
    /// Coefficient of each input.
    pub slopes: Vec<Slope>,
    /// Degrees of freedom: observations minus the number of coefficients.
    pub degrees: u32,
}

impl Regression {
    /// Fits the regression. `None` where there are no more observations than coefficients, or where
    /// inputs are collinear.
    ///
    /// Normal equations of the centred inputs by Cholesky decomposition; the standard errors assume
    /// residuals of equal variance (Draper and Smith, *Applied Regression Analysis*, 3rd ed., ch.
    /// 5).
    pub fn fit(inputs: &[&[f64]], answers: &[f64]) -> Option<Regression> {
        let (n, k) = (answers.len(), inputs.len());
        if n < k + 2 || inputs.iter().any(|input| input.len() != n) {
            return None;
        }
        let centred = |values: &[f64]| -> Vec<f64> {
            let mean = values.iter().sum::<f64>() / n as f64;
            values.iter().map(|value| value - mean).collect()
        };
        let columns: Vec<Vec<f64>> = inputs.iter().map(|input| centred(input)).collect();
        let answer = centred(answers);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let products: Vec<Vec<f64>> =
            columns.iter().map(|a| columns.iter().map(|b| dot(a, b)).collect()).collect();
        let inverse = inverse(&products)?;
        let towards: Vec<f64> = columns.iter().map(|column| dot(column, &answer)).collect();
        let values: Vec<f64> = inverse.iter().map(|row| dot(row, &towards)).collect();
        let mut left = answer;
        for (column, value) in columns.iter().zip(&values) {
            for (left, x) in left.iter_mut().zip(column) {
                *left -= value * x;
            }
        }
        let degrees = n - k - 1;
        let variance = dot(&left, &left) / degrees as f64;
        let slopes = values
            .iter()
            .enumerate()
            .map(|(at, value)| Slope { value: *value, error: (variance * inverse[at][at]).sqrt() })
            .collect();
        Some(Regression { slopes, degrees: degrees as u32 })
    }

    /// Effect of changing an input by `step`, with its t interval.
    pub fn effect(&self, input: usize, step: f64, confidence: f64) -> Estimate {
        let Slope { value, error } = self.slopes[input];
        let p = f64::midpoint(1.0, held_confidence(confidence));
        let half = student_t_quantile(p, f64::from(self.degrees)) * error * step.abs();
        let mean = value * step;
        Estimate::interval(mean, mean - half, mean + half, self.degrees + 1)
    }

    /// Partial correlation of the answer with an input, controlled for all others: t / √(t² +
    /// degrees of freedom). For ranks, the partial rank correlation.
    pub fn partial_correlation(&self, input: usize) -> f64 {
        let Slope { value, error } = self.slopes[input];
        if value == 0.0 {
            return 0.0;
        }
        // A perfect fit has a standard error of zero.
        let t = value / error.max(f64::MIN_POSITIVE);
        if t.is_finite() { t / t.hypot(f64::from(self.degrees).sqrt()) } else { value.signum() }
    }
}

/// Inverse of a symmetric, positive definite matrix; `None` where it is not definite beyond
/// rounding.
fn inverse(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let k = matrix.len();
    let mut lower = vec![vec![0.0; k]; k];
    for row in 0..k {
        for column in 0..=row {
            let known: f64 = (0..column).map(|at| lower[row][at] * lower[column][at]).sum();
            let rest = matrix[row][column] - known;
            lower[row][column] = if row == column {
                if rest <= 1e-10 * matrix[row][row] {
                    return None;
                }
                rest.sqrt()
            } else {
                rest / lower[column][column]
            };
        }
    }
    // Row by row, since it is symmetric.
    let mut inverse: Vec<Vec<f64>> = Vec::with_capacity(k);
    for column in 0..k {
        let mut solved = vec![0.0; k];
        let mut half = vec![0.0; k];
        for row in 0..k {
            let known: f64 = (0..row).map(|at| lower[row][at] * half[at]).sum();
            half[row] = (f64::from(u8::from(row == column)) - known) / lower[row][row];
        }
        for row in (0..k).rev() {
            let known: f64 = (row + 1..k).map(|at| lower[at][row] * solved[at]).sum();
            solved[row] = (half[row] - known) / lower[row][row];
        }
        inverse.push(solved);
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::assert_close;

    #[test]
    fn equal_values_share_their_ranks() {
        assert_eq!(ranks(&[10.0, 30.0, 10.0, 20.0]), [1.5, 4.0, 1.5, 3.0]);
    }

    #[test]
    fn rank_correlation_by_hand() {
        // Rank differences 0, 1, 1, 0, 0: 1 - 6 x 2 / (5 x 24).
        assert_close(
            rank_correlation(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0, 9.0, 8.0, 10.0, 11.0]),
            0.9,
            1e-12,
        );
        // Only the order matters.
        assert_close(rank_correlation(&[1.0, 2.0, 3.0], &[9.0, 1.0, -1e9]), -1.0, 1e-12);
        assert_close(rank_correlation(&[1.0, 2.0, 3.0], &[7.0, 7.0, 7.0]), 0.0, 0.0);
    }

    #[test]
    fn a_line_through_four_points_by_hand() {
        // x 0, 1, 2, 3 and y 1, 3, 4, 8: slope 11/5, residuals 0.3, 0.1, -1.1, 0.7, sum of squares
        // 1.8; variance 0.9, standard error of the slope √(0.9 / 5).
        let fit = Regression::fit(&[&[0.0, 1.0, 2.0, 3.0]], &[1.0, 3.0, 4.0, 8.0]).unwrap();
        assert_eq!(fit.degrees, 2);
        assert_close(fit.slopes[0].value, 2.2, 1e-12);
        assert_close(fit.slopes[0].error, 0.18_f64.sqrt(), 1e-12);
        // With one input the partial correlation is the correlation: 11 / √(5 x 26).
        assert_close(fit.partial_correlation(0), 11.0 / 130.0_f64.sqrt(), 1e-12);
        // t(2, 0.975) = 4.302653.
        let effect = fit.effect(0, 2.0, 0.95);
        assert_close(effect.mean, 4.4, 1e-12);
        assert_close(effect.half_width().unwrap(), 2.0 * 4.302_653 * 0.18_f64.sqrt(), 1e-5);
    }

    #[test]
    fn several_inputs_are_told_apart() {
        // y = 3 a - 2 b + 7 exactly, with a and b correlated.
        let a = [0.0, 1.0, 2.0, 3.0, 4.0];
        let b = [1.0, 1.0, 2.0, 4.0, 3.0];
        let y: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 3.0 * a - 2.0 * b + 7.0).collect();
        let fit = Regression::fit(&[&a, &b], &y).unwrap();
        assert_close(fit.slopes[0].value, 3.0, 1e-9);
        assert_close(fit.slopes[1].value, -2.0, 1e-9);
        assert_close(fit.partial_correlation(1), -1.0, 1e-6);
        // Collinear inputs cannot be separated; nor can two inputs by three points.
        assert_eq!(Regression::fit(&[&a, &a], &y), None);
        assert_eq!(Regression::fit(&[&a[..3], &b[..3]], &y[..3]), None);
    }
}
