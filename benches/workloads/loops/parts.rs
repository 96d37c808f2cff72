//! Components of the loops: a generator, quantile tables, a histogram.

use std::convert::Infallible;

use plimsoll::stats::distribution::normal_quantile;
use rand::TryRng;

/// xoshiro256++ (Blackman and Vigna 2019), seeded by `SplitMix64`.
#[derive(Clone, Debug)]
pub(crate) struct Xoshiro {
    state: [u64; 4],
}

impl Xoshiro {
    pub(crate) fn new(seed: u64) -> Xoshiro {
        let mut at = seed;
        let state = std::array::from_fn(|_| {
            at = at.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut bits = at;
            bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            bits ^ (bits >> 31)
        });
        Xoshiro { state }
    }

    #[inline]
    pub(crate) fn bits(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c_a, d_b) = (c ^ a, d ^ b);
        self.state = [a ^ d_b, b ^ c_a, c_a ^ (b << 17), d_b.rotate_left(45)];
        result
    }
}

impl TryRng for Xoshiro {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.bits() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.bits())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.bits().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

const SHARES_LOG2: u32 = 10;
const SHARES: usize = 1 << SHARES_LOG2;
/// First share with a table of its own for the tail: the last 1 / 64 of the draws.
const TAIL: usize = SHARES - SHARES / 64;
/// Number of tables, for ever further tails.
const TABLES: usize = 4;

/// A distribution by its quantiles in whole nanoseconds, below 4.3 s: 1,024 shares of 8 bytes,
/// linear within each; the last 1/64 by another table of 1,024, and so on.
pub(crate) struct Table {
    body: Box<[(u32, u32); SHARES]>,
    tails: Vec<(u32, u32)>,
}

impl Table {
    /// Tabulates the exponential distribution with this mean \[s\].
    pub(crate) fn exponential(mean: f64) -> Table {
        Table::new(|p| -mean * (-p).ln_1p())
    }

    /// Tabulates the log-normal distribution with this mean \[s\] and a coefficient of variation
    /// of 1.
    pub(crate) fn log_normal(mean: f64) -> Table {
        let variance = f64::ln(2.0);
        Table::new(|p| mean * (normal_quantile(p) * variance.sqrt() - 0.5 * variance).exp())
    }

    fn new(quantile: impl Fn(f64) -> f64) -> Table {
        let mut all = Vec::with_capacity(TABLES * SHARES);
        let (mut from, mut length) = (0.0, 1.0);
        for _ in 0..TABLES {
            let edge = |share: usize| {
                let p: f64 = from + length * share as f64 / SHARES as f64;
                (quantile(p.clamp(1e-12, 1.0 - 1e-12)) * 1e9).round() as u32
            };
            all.extend((0..SHARES).map(|share| (edge(share), edge(share + 1) - edge(share))));
            from += length * TAIL as f64 / SHARES as f64;
            length /= 64.0;
        }
        let mut body = Box::new([(0, 0); SHARES]);
        body.copy_from_slice(&all[..SHARES]);
        Table { body, tails: all.split_off(SHARES) }
    }

    /// Draws a time \[ns\].
    #[inline]
    pub(crate) fn draw(&self, random: &mut Xoshiro) -> u64 {
        let bits = random.bits();
        let share = (bits >> (64 - SHARES_LOG2)) as usize;
        if share < TAIL { within(self.body[share], bits) } else { self.draw_tail(random) }
    }

    #[cold]
    fn draw_tail(&self, random: &mut Xoshiro) -> u64 {
        let mut table = 0;
        loop {
            let bits = random.bits();
            let share = (bits >> (64 - SHARES_LOG2)) as usize;
            if share < TAIL || table == TABLES - 2 {
                return within(self.tails[table * SHARES + share], bits);
            }
            table += 1;
        }
    }
}

#[inline]
fn within((low, width): (u32, u32), bits: u64) -> u64 {
    let part = (bits << SHARES_LOG2) >> 32;
    u64::from(low) + ((u64::from(width) * part) >> 32)
}

/// Histogram with 128 cells per octave.
pub(crate) struct Histogram {
    cells: Box<[u32; 58 << 7]>,
    count: u64,
    sum: u64,
}

impl Histogram {
    pub(crate) fn new() -> Histogram {
        let cells = vec![0; 58 << 7].into_boxed_slice();
        Histogram { cells: cells.try_into().expect("its length is its type's"), count: 0, sum: 0 }
    }

    #[inline]
    pub(crate) fn record(&mut self, nanos: u64) {
        let octave = 56 - u64::from((nanos | 128).leading_zeros());
        self.cells[((octave << 7) + (nanos >> octave)) as usize] += 1;
        self.count += 1;
        self.sum += nanos;
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Mean \[s\].
    pub(crate) fn mean(&self) -> f64 {
        self.sum as f64 / self.count as f64 / 1e9
    }
}
