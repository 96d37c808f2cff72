//! A histogram of times with a bounded relative error.

use crate::units::Span;

const STEPS_LOG2: u32 = 7;
const STEPS: u64 = 1 << STEPS_LOG2;
const CELLS: usize = ((64 - STEPS_LOG2 as usize) + 1) << STEPS_LOG2;

/// Counts in 128 equal steps per octave: a value read back is within 0.4 % of the value recorded.
#[derive(Clone, Debug)]
pub struct Histogram {
    cells: Vec<u32>,
    count: u64,
    sum: u128,
    maximum: u64,
}

/// What a histogram counted, in the room that it takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    cells: Vec<(u32, u32)>,
    count: u64,
    sum: u128,
    maximum: u64,
}

impl Counts {
    /// Values counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many values lie above `limit`, to the nearest; within a cell they count as evenly spread.
    pub fn above(&self, limit: Span) -> u64 {
        if limit.0 >= self.maximum {
            return 0;
        }
        let own = cell(limit.0) as u32;
        let beyond = self.cells.iter().filter(|(cell, _)| *cell > own);
        let beyond: u64 = beyond.map(|(_, count)| u64::from(*count)).sum();
        let here = self.cells.iter().find(|(cell, _)| *cell == own);
        let (low, width) = edges(own as usize);
        let share = 1.0 - (limit.0 - low) as f64 / width as f64;
        beyond + here.map_or(0, |(_, count)| (f64::from(*count) * share).round() as u64)
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram { cells: vec![0; CELLS], count: 0, sum: 0, maximum: 0 }
    }
}

fn cell(value: u64) -> usize {
    if value < STEPS {
        return value as usize;
    }
    let octave = value.ilog2() - STEPS_LOG2;
    (((u64::from(octave) + 1) << STEPS_LOG2) + ((value >> octave) - STEPS)) as usize
}

/// Smallest value of a cell and its width.
fn edges(cell: usize) -> (u64, u64) {
    let cell = cell as u64;
    if cell < STEPS {
        return (cell, 1);
    }
    let octave = (cell >> STEPS_LOG2) - 1;
    (((cell & (STEPS - 1)) + STEPS) << octave, 1 << octave)
}

impl Histogram {
    /// Count one value.
    #[inline]
    pub fn record(&mut self, value: Span) {
        self.cells[cell(value.0)] += 1;
        self.count += 1;
        self.sum += u128::from(value.0);
        self.maximum = self.maximum.max(value.0);
    }

    /// Values counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Mean \[s\]; 0 without values.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum as f64 / self.count as f64 / 1e9 }
    }

    /// Largest value.
    pub fn maximum(&self) -> Span {
        Span(self.maximum)
    }

    /// The value that a share `p` of the values does not exceed \[s\], interpolated within its cell;
    /// 0 without values.
    pub fn quantile(&self, p: f64) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        let rank = (p * self.count as f64).clamp(1.0, self.count as f64);
        let mut below = 0.0;
        for (index, &count) in self.cells.iter().enumerate() {
            let count = f64::from(count);
            if below + count >= rank {
                let (low, width) = edges(index);
                let value = low as f64 + width as f64 * (rank - below) / count;
                return value.min(self.maximum as f64) / 1e9;
            }
            below += count;
        }
        self.maximum as f64 / 1e9
    }

    /// Add the counts of `other`.
    pub fn merge(&mut self, other: &Histogram) {
        for (mine, theirs) in self.cells.iter_mut().zip(&other.cells) {
            *mine += theirs;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.maximum = self.maximum.max(other.maximum);
    }

    /// The counts without what is empty.
    pub fn compact(&self) -> Counts {
        let filled = self.cells.iter().enumerate().filter(|(_, count)| **count > 0);
        let cells = filled.map(|(cell, count)| (cell as u32, *count)).collect();
        Counts { cells, count: self.count, sum: self.sum, maximum: self.maximum }
    }

    /// Add counts kept from another histogram.
    pub fn add(&mut self, counts: &Counts) {
        for &(cell, count) in &counts.cells {
            let mine = &mut self.cells[cell as usize];
            *mine = mine.saturating_add(count);
        }
        self.count += counts.count;
        self.sum += counts.sum;
        self.maximum = self.maximum.max(counts.maximum);
    }

    /// Forget everything.
    pub fn clear(&mut self) {
        self.cells.fill(0);
        (self.count, self.sum, self.maximum) = (0, 0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_contiguous_and_narrow() {
        let mut expected = 0;
        for index in 0..CELLS - STEPS as usize {
            let (low, width) = edges(index);
            assert_eq!(low, expected);
            assert_eq!(cell(low), index);
            assert_eq!(cell(low + width - 1), index);
            assert!(low < STEPS || width as f64 / low as f64 <= 1.0 / 128.0);
            expected = low + width;
        }
        assert_eq!(cell(u64::MAX), edges_last());
    }

    fn edges_last() -> usize {
        CELLS - 1
    }

    /// 1 to 1,000 ms, each once: 500 of them are above 500 ms, none above the longest.
    #[test]
    fn values_above_a_limit_are_counted() {
        let mut histogram = Histogram::default();
        for value in 1..=1_000u64 {
            histogram.record(Span::from_millis(value));
        }
        let counts = histogram.compact();
        // A cell at 500 ms holds about two values.
        assert!(counts.above(Span::from_millis(500)).abs_diff(500) <= 2);
        assert_eq!(counts.above(Span::from_millis(1_000)), 0);
        assert_eq!(counts.above(Span::ZERO), 1_000);
        assert_eq!(Counts::default().above(Span::ZERO), 0);
        // A constant is not above itself.
        let mut constant = Histogram::default();
        constant.record(Span::from_millis(500));
        assert_eq!(constant.compact().above(Span::from_millis(500)), 0);
    }

    #[test]
    fn quantiles_are_within_the_step() {
        let mut histogram = Histogram::default();
        for value in 1..=100_000u64 {
            histogram.record(Span(value * 1_000));
        }
        for p in [0.01, 0.5, 0.95, 0.99, 0.999] {
            let exact = p * 0.1;
            assert!((histogram.quantile(p) / exact - 1.0).abs() < 0.004, "{p}");
        }
        assert!((histogram.mean() - 0.050_000_5).abs() < 1e-9);
        assert!((histogram.quantile(1.0) - 0.1).abs() < 1e-12);
    }
}
