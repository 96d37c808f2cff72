//! Differences between variants, paired by replication under common random numbers: the same users,
//! arriving at the same instants with the same draws, meet both.
//!
//! The gain depends on how strongly the two runs are correlated. At a load that all variants carry,
//! the same users arrive within the same window, and their demands differ only where the variants
//! do. Lines lie at different loads, so that the same window covers partly different users, and
//! different bottlenecks depend on different draws: less of their randomness is shared.

use super::line::Line;
use super::replicate::Outcome;
use super::result::{AtCommonLoad, Comparison, StudyResult};
use super::saturation::mean_doubt;
use crate::stats::CONFIDENCE;
use crate::stats::{self, Estimate};

/// Load at which variants are compared below saturation, as a share of the lowest line.
const COMMON: f64 = 0.8;

/// Outcomes of all variants at a common load that all of them carry.
#[derive(Debug, Default)]
pub(super) struct Common {
    pub(super) rps: f64,
    /// Outcomes by variant, in the order of replications.
    pub(super) seen: Vec<Vec<Outcome>>,
}

/// Returns a share of the lowest of the lines, one per variant; `None` with fewer than two, or
/// where the lowest is 0.
pub(super) fn common_load(lines: &[f64]) -> Option<f64> {
    let lowest = lines.iter().copied().fold(f64::INFINITY, f64::min);
    Some(two_digits(lowest * COMMON)).filter(|rps| lines.len() > 1 && *rps > 0.0)
}

/// Rounds down to two significant digits.
fn two_digits(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    let digit = 10.0_f64.powi(value.log10().floor() as i32 - 1);
    (value / digit).floor() * digit
}

/// Estimates the change of the line, paired by replication.
pub(super) fn moved(before: &[Line], after: &[Line], confidence: f64) -> Estimate {
    let loads = |lines: &[Line]| -> Vec<f64> { lines.iter().map(|line| line.load).collect() };
    let mut change = stats::paired(&loads(before), &loads(after), confidence);
    // Systematic errors of both lines have the same sign, though not the same size.
    let doubt = (mean_doubt(after) - mean_doubt(before)).abs();
    change.low -= doubt;
    change.high += doubt;
    change
}

/// Compares each variant with every earlier one. `lines` and `p99` (at the target load) are by
/// variant.
pub(super) fn compare(
    lines: &[Vec<Line>],
    p99: &[Vec<f64>],
    common: Option<&Common>,
    result: &mut StudyResult,
) {
    let line = |variant: usize| -> Vec<f64> {
        lines.get(variant).into_iter().flatten().map(|line| line.load).collect()
    };
    for to in 1..result.variants.len() {
        for from in (0..to).rev() {
            let (before, after) = (line(from), line(to));
            let n = before.len().min(after.len());
            let m = p99[from].len().min(p99[to].len());
            if n < 2 || m < 2 {
                continue;
            }
            let saturation_rps = moved(&lines[from][..n], &lines[to][..n], CONFIDENCE);
            result.comparisons.push(Comparison {
                from: result.variants[from].name.clone(),
                to: result.variants[to].name.clone(),
                saturation_rps,
                variance_ratio: stats::variance_ratio(&before[..n], &after[..n]),
                p99_ms: stats::paired(&p99[from][..m], &p99[to][..m], CONFIDENCE),
                p99_variance_ratio: stats::variance_ratio(&p99[from][..m], &p99[to][..m]),
                common: common.map(|common| at_common_load(common, from, to)),
            });
        }
    }
}

fn at_common_load(common: &Common, from: usize, to: usize) -> AtCommonLoad {
    let values = |variant: usize, pick: fn(&Outcome) -> f64| -> Vec<f64> {
        common.seen[variant].iter().map(pick).collect()
    };
    let both = |pick: fn(&Outcome) -> f64| {
        let (before, after) = (values(from, pick), values(to, pick));
        (stats::paired(&before, &after, CONFIDENCE), stats::variance_ratio(&before, &after))
    };
    let (mean_ms, mean_variance_ratio) = both(|seen| seen.mean_ms);
    let (p99_ms, p99_variance_ratio) = both(|seen| seen.p99_ms);
    AtCommonLoad { rps: common.rps, mean_ms, mean_variance_ratio, p99_ms, p99_variance_ratio }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_are_rounded_down_to_two_digits() {
        for (value, rounded) in [(141.6, 140.0), (0.0877, 0.087), (9.99, 9.9), (0.0, 0.0)] {
            assert!((two_digits(value) - rounded).abs() < 1e-12, "{value}");
        }
    }
}
