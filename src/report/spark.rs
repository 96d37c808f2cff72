//! Sparklines: curves in a line of text, one block character per load.

use super::number;
use super::words::{Lang, Word, say};
use crate::study::result::{CurvePoint, StudyResult, VariantResult};

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Ratio of extremes beyond which the scale is logarithmic.
const WIDE: f64 = 20.0;

/// Returns the heading and the sparkline of each variant's 99th percentile over load, on a common
/// scale; `None` without curves of at least three loads.
pub(crate) fn p99(result: &StudyResult, lang: Lang) -> Option<(String, Vec<String>)> {
    let values = |variant: &VariantResult| -> Vec<(f64, f64)> {
        let known = |point: &&CurvePoint| number::known(&point.at.p99_ms);
        let points = variant.curve.iter().filter(known);
        let mut points: Vec<(f64, f64)> =
            points.map(|point| (point.at.rps, point.at.p99_ms.mean)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points
    };
    let all: Vec<Vec<(f64, f64)>> = result.variants.iter().map(values).collect();
    if all.iter().all(|points| points.len() < 3) {
        return None;
    }
    let each = || all.iter().flatten().copied();
    let least = |of: fn((f64, f64)) -> f64| each().map(of).fold(f64::INFINITY, f64::min);
    let most = |of: fn((f64, f64)) -> f64| each().map(of).fold(0.0, f64::max);
    let (low, high) = (least(|point| point.1), most(|point| point.1));
    let loads = [least(|point| point.0), most(|point| point.0)].map(number::plain);
    let name = say(lang, Word::Spark, &loads.each_ref().map(String::as_str));
    let line = |points: &Vec<(f64, f64)>| points.iter().map(|p| block(p.1, low, high)).collect();
    Some((name, all.iter().map(line).collect()))
}

/// Returns the block character for a value on a scale.
fn block(value: f64, low: f64, high: f64) -> char {
    let part = if low > 0.0 && high / low > WIDE {
        (value / low).ln() / (high / low).ln()
    } else {
        (value - low) / (high - low)
    };
    let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
    BLOCKS[(part * 7.0).round() as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn blocks_are_as_high_as_values() {
        let line = |values: [f64; 3]| values.map(|v| block(v, values[0], values[2]));
        assert_eq!(line([0.0, 50.0, 100.0]), ['▁', '▅', '█']);
        // 10 lies in the middle of 1 and 100, as ratios go.
        assert_eq!(line([1.0, 10.0, 100.0]), ['▁', '▅', '█']);
        assert_eq!(line([5.0, 5.0, 5.0]), ['▁', '▁', '▁']);
    }

    #[test]
    fn every_load_has_its_block() {
        let result = fixture::study(&[("a", 350.0), ("b", 1120.0)], 0);
        let (name, lines) = p99(&result, Lang::En).unwrap();
        assert!(name.contains("100–1,200 RPS"), "{name}");
        assert!(lines.iter().all(|line| line.chars().count() == 12), "{lines:?}");
        // The variant that saturates earlier reaches full height long before the other.
        let full = |line: &str| line.chars().position(|c| c == '█').unwrap_or(99);
        assert!(full(&lines[0]) < full(&lines[1]), "{lines:?}");
        assert!(p99(&fixture::study(&[], 0), Lang::En).is_none());
    }
}
