//! Histogram of times with a bounded relative error.

use crate::units::Span;

const STEPS_LOG2: u32 = 7;
const STEPS: u64 = 1 << STEPS_LOG2;
const CELLS: usize = ((64 - STEPS_LOG2 as usize) + 1) << STEPS_LOG2;

/// Counts in 128 equal cells per octave, each with its minimum and maximum value. A quantile is
/// accurate to within 0.8 % of the values around its rank, and always within the observed range. A
/// cell with a single distinct value returns that value, to one part in ten million: a constant
/// among other times is exact.
#[derive(Clone, Debug)]
pub struct Histogram {
    cells: Vec<Cell>,
    count: u64,
    sum: u128,
    least: u64,
    maximum: u64,
}

/// Values of one cell: their number, and the positions of the minimum and the maximum, as fractions
/// of its width in units of 2⁻¹⁶.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    count: u32,
    least: u16,
    greatest: u16,
}

impl Cell {
    const EMPTY: Cell = Cell { count: 0, least: u16::MAX, greatest: 0 };

    #[inline]
    fn add(&mut self, other: Cell) {
        self.count = self.count.saturating_add(other.count);
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
    }
}

/// Counts of a histogram without its empty cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    cells: Vec<(u32, Cell)>,
    count: u64,
    sum: u128,
    least: u64,
    maximum: u64,
}

impl Default for Counts {
    fn default() -> Self {
        Counts { cells: Vec::new(), count: 0, sum: 0, least: u64::MAX, maximum: 0 }
    }
}

impl Counts {
    /// Returns the number of values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns the `p` quantile of the values \[s\]; `None` without values.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let mut whole = Histogram::default();
        whole.add(self);
        (self.count > 0).then(|| whole.quantile(p))
    }

    /// Returns the number of values larger than `value`, to the width of a cell.
    pub fn above(&self, value: Span) -> u64 {
        let last = cell(value.0) as u32;
        let above = self.cells.iter().filter(|(cell, _)| *cell > last);
        above.map(|(_, cell)| u64::from(cell.count)).sum()
    }

    /// Returns the maximum.
    pub fn maximum(&self) -> Span {
        Span(self.maximum)
    }

    /// Returns the sum of the values \[s\].
    pub fn sum_s(&self) -> f64 {
        self.sum as f64 / 1e9
    }

    /// Counts a value `times` more times; meant for a few late values.
    pub fn insert_many(&mut self, value: Span, times: u64) {
        if times == 0 {
            return;
        }
        let within = place(value.0);
        let count = u32::try_from(times).unwrap_or(u32::MAX);
        let more = Cell { count, least: within, greatest: within };
        let number = cell(value.0) as u32;
        match self.cells.binary_search_by_key(&number, |(number, _)| *number) {
            Ok(known) => self.cells[known].1.add(more),
            Err(new) => self.cells.insert(new, (number, more)),
        }
        self.count += times;
        self.sum += u128::from(value.0) * u128::from(times);
        self.least = self.least.min(value.0);
        self.maximum = self.maximum.max(value.0);
    }
}

impl Default for Histogram {
    fn default() -> Self {
        let cells = vec![Cell::EMPTY; CELLS];
        Histogram { cells, count: 0, sum: 0, least: u64::MAX, maximum: 0 }
    }
}

fn cell(value: u64) -> usize {
    if value < STEPS {
        return value as usize;
    }
    let octave = value.ilog2() - STEPS_LOG2;
    (((u64::from(octave) + 1) << STEPS_LOG2) + ((value >> octave) - STEPS)) as usize
}

/// Returns the lower edge of a cell and its width.
fn edges(cell: usize) -> (u64, u64) {
    let cell = cell as u64;
    if cell < STEPS {
        return (cell, 1);
    }
    let octave = (cell >> STEPS_LOG2) - 1;
    (((cell & (STEPS - 1)) + STEPS) << octave, 1 << octave)
}

/// Resolution of the positions of minimum and maximum within a cell, as a power of two.
const PLACES_LOG2: u32 = u16::BITS;

/// Position of a value within its cell: in units of 2⁻¹⁶ of the width, or exact where the cell is
/// no wider than 2¹⁶.
#[inline]
fn place(value: u64) -> u16 {
    if value < STEPS {
        return 0;
    }
    let octave = value.ilog2() - STEPS_LOG2;
    let within = value & ((1 << octave) - 1);
    (within >> octave.saturating_sub(PLACES_LOG2)) as u16
}

/// Value at a position within a cell.
fn value_at(cell: usize, place: u16) -> f64 {
    let (low, width) = edges(cell);
    (low + (u64::from(place) << width.ilog2().saturating_sub(PLACES_LOG2))) as f64
}

impl Histogram {
    /// Counts one value.
    #[inline]
    pub fn record(&mut self, value: Span) {
        let place = place(value.0);
        self.cells[cell(value.0)].add(Cell { count: 1, least: place, greatest: place });
        self.count += 1;
        self.sum += u128::from(value.0);
        self.least = self.least.min(value.0);
        self.maximum = self.maximum.max(value.0);
    }

    /// Returns the number of values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Mean \[s\]; 0 without values.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum as f64 / self.count as f64 / 1e9 }
    }

    /// Returns the maximum.
    pub fn maximum(&self) -> Span {
        Span(self.maximum)
    }

    /// Returns the minimum; `None` without values.
    pub fn least(&self) -> Option<Span> {
        (self.count > 0).then_some(Span(self.least))
    }

    /// Returns the `p` quantile of the values \[s\]; 0 without values. Values of a cell are assumed
    /// to be evenly spread between its minimum and maximum.
    pub fn quantile(&self, p: f64) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        let rank = (p * self.count as f64).clamp(1.0, self.count as f64);
        let mut below = 0.0;
        for (index, cell) in self.cells.iter().enumerate() {
            let count = f64::from(cell.count);
            if below + count >= rank {
                let (low, high) = (value_at(index, cell.least), value_at(index, cell.greatest));
                // The first value of the cell is its minimum, the last its maximum.
                let along = ((rank - below - 1.0) / (count - 1.0).max(1.0)).clamp(0.0, 1.0);
                let value = low + (high - low) * along;
                return value.clamp(self.least as f64, self.maximum as f64) / 1e9;
            }
            below += count;
        }
        self.maximum as f64 / 1e9
    }

    /// Adds the counts of `other`.
    pub fn merge(&mut self, other: &Histogram) {
        for (mine, theirs) in self.cells.iter_mut().zip(&other.cells) {
            mine.add(*theirs);
        }
        self.count += other.count;
        self.sum += other.sum;
        self.least = self.least.min(other.least);
        self.maximum = self.maximum.max(other.maximum);
    }

    /// Returns the counts without empty cells.
    pub fn compact(&self) -> Counts {
        let filled = self.cells.iter().enumerate().filter(|(_, cell)| cell.count > 0);
        let cells = filled.map(|(number, cell)| (number as u32, *cell)).collect();
        let Histogram { count, sum, least, maximum, .. } = *self;
        Counts { cells, count, sum, least, maximum }
    }

    /// Adds the counts of another histogram.
    pub fn add(&mut self, counts: &Counts) {
        for &(cell, theirs) in &counts.cells {
            self.cells[cell as usize].add(theirs);
        }
        self.count += counts.count;
        self.sum += counts.sum;
        self.least = self.least.min(counts.least);
        self.maximum = self.maximum.max(counts.maximum);
    }

    /// Resets the histogram.
    pub fn clear(&mut self) {
        self.cells.fill(Cell::EMPTY);
        (self.count, self.sum, self.least, self.maximum) = (0, 0, u64::MAX, 0);
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

    /// 1 to 1,000 ms, each once: 500 of them are above 500 ms, none above the maximum.
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

    /// Only values of 10 ms: every percentile is 10 ms, whatever the width of the cell.
    #[test]
    fn a_constant_is_itself() {
        for constant in [1, 127, 128, 12_345, 10_000_000, 99_999_999_999, 86_400_000_000_001] {
            let mut histogram = Histogram::default();
            for _ in 0..7 {
                histogram.record(Span(constant));
            }
            for p in [0.0, 0.01, 0.5, 0.99, 1.0] {
                let seconds = constant as f64 / 1e9;
                assert_eq!(histogram.quantile(p).to_bits(), seconds.to_bits(), "{constant} at {p}");
            }
            assert_eq!(histogram.least(), Some(Span(constant)));
        }
    }

    /// 60 of 100 take 10 ms, 30 take 50 ms, the others 3 s, and one 100 s.
    #[test]
    fn a_constant_among_others_is_itself() {
        let (mut histogram, mut half) = (Histogram::default(), Histogram::default());
        for (millis, count) in [(10, 60), (50, 30), (3_000, 9), (100_000, 1)] {
            for number in 0..count {
                let into = if number % 2 == 0 { &mut histogram } else { &mut half };
                into.record(Span::from_millis(millis));
            }
        }
        let mut kept = histogram.clone();
        kept.add(&half.compact());
        histogram.merge(&half);
        assert_eq!(kept.compact(), histogram.compact());
        for (p, seconds) in [(0.3, 0.01), (0.6, 0.01), (0.9, 0.05), (0.95, 3.0), (1.0, 100.0)] {
            let read = histogram.quantile(p);
            assert!((read / seconds - 1.0).abs() < 1e-7, "{read} for {seconds} at {p}");
        }
    }

    /// Quantiles increase with `p`, and stay between the minimum and the maximum.
    #[test]
    fn quantiles_are_in_order() {
        let mut histogram = Histogram::default();
        let key = crate::random::Key::root(3, 0);
        let mut values: Vec<u64> =
            (0..1_000).map(|i| 9_000_000 + key.bits(i) % 5_000_000).collect();
        for value in &values {
            histogram.record(Span(*value));
        }
        values.sort_unstable();
        let mut last = 0.0;
        for step in 0..=10_000 {
            let p = f64::from(step) / 10_000.0;
            let read = histogram.quantile(p);
            let rank = ((p * 1_000.0).ceil() as usize).max(1);
            assert!(read >= last && read >= values[0] as f64 / 1e9);
            assert!(read <= values[999] as f64 / 1e9);
            assert!((read * 1e9 / values[rank - 1] as f64 - 1.0).abs() < 0.008, "{p}");
            last = read;
        }
    }
}
