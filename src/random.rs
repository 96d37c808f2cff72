//! Addressed random draws, which depend only on the source and the number of the draw.
//!
//! A [`Key`] names a source of randomness: the seed, a replication, a stream of users, one user,
//! one step of one request. Drawing hashes the key with the number of the draw (`SplitMix64`
//! addressed by counter), so that user 17 arrives at the same instant, takes the same route and
//! asks for the same work before and after a change: common random numbers hold by construction,
//! and a new component shifts no other draws.
//!
//! Service times are drawn by inverse transform: one uniform per draw, monotone in it. A table of
//! 1,024 quantiles serves the body of a distribution, the exact quantile function its tails. `libm`
//! computes them, so that results do not depend on the platform's mathematics library.

mod sum;

use std::convert::Infallible;
use std::sync::{Arc, LazyLock};

use rand::TryRng;
use rand_distr::Distribution;

use self::sum::Part;
pub use self::sum::{MOST_DRAWS, Term};
use crate::units::Span;

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Finaliser of `SplitMix64` (Steele, Lea, Flood 2014; constants by Stafford, variant 13).
#[inline]
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// Name of a source of randomness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Key(pub u64);

impl Key {
    /// Returns the root source of one replication of one seed.
    pub fn root(seed: u64, replication: u64) -> Key {
        Key(mix(seed.wrapping_add(GOLDEN))).item(replication)
    }

    /// Returns a child source by name. Names, not positions: additions shift no other draws.
    #[must_use]
    pub fn named(self, name: &str) -> Key {
        let mut hash = 0xCBF2_9CE4_8422_2325_u64; // FNV-1a
        for byte in name.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
        self.item(hash)
    }

    /// Returns the child source with this number.
    #[must_use]
    #[inline]
    pub fn item(self, number: u64) -> Key {
        Key(mix(self.0 ^ mix(number.wrapping_mul(GOLDEN).wrapping_add(GOLDEN))))
    }

    /// Returns draw number `number` as 64 random bits.
    #[inline]
    pub fn bits(self, number: u64) -> u64 {
        mix(self.0.wrapping_add(number.wrapping_add(1).wrapping_mul(GOLDEN)))
    }

    /// Returns draw number `number` as a uniform in the open interval (0, 1).
    #[inline]
    pub fn uniform(self, number: u64) -> f64 {
        uniform(self.bits(number))
    }

    /// Returns a generator for samplers that take more than one uniform per draw.
    fn generator(self) -> Generator {
        Generator { key: self, drawn: 0 }
    }
}

/// Maps 64 bits to the open interval (0, 1), in steps of 2⁻⁵³.
fn uniform(bits: u64) -> f64 {
    ((bits >> 11).cast_signed() as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}

/// Sequential generator over the draws of a [`Key`], for the samplers of `rand_distr`.
#[derive(Clone, Debug)]
struct Generator {
    key: Key,
    drawn: u64,
}

impl TryRng for Generator {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let bits = self.key.bits(self.drawn);
        self.drawn += 1;
        Ok(bits)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

/// A distribution of times \[s\]. Its parameters have been validated: means and shapes are positive
/// and finite.
#[derive(Clone, Debug, PartialEq)]
pub enum Dist {
    /// Constant.
    Constant(f64),
    /// Exponential with this mean.
    Exponential(f64),
    /// Uniform between two bounds.
    Uniform {
        /// Minimum \[s\].
        low: f64,
        /// Maximum \[s\].
        high: f64,
    },
    /// Log-normal by mean and coefficient of variation (standard deviation over mean).
    LogNormal {
        /// Mean \[s\].
        mean: f64,
        /// Coefficient of variation, positive.
        cv: f64,
    },
    /// Gamma by mean and coefficient of variation; an Erlang law with k stages has cv = 1/√k.
    Gamma {
        /// Mean \[s\].
        mean: f64,
        /// Coefficient of variation, positive.
        cv: f64,
    },
    /// Weibull by mean and shape; shape 1 is exponential, below 1 heavier.
    Weibull {
        /// Mean \[s\].
        mean: f64,
        /// Shape, positive.
        shape: f64,
    },
    /// Pareto by mean and tail index; the mean exists for a shape above 1.
    Pareto {
        /// Mean \[s\].
        mean: f64,
        /// Tail index, above 1.
        shape: f64,
    },
    /// Empirical: measured values in ascending order, drawn with linear interpolation between
    /// neighbours \[s\].
    Empirical(Arc<[f64]>),
    /// Sum of independent times; see [`Dist::sum`].
    Sum(Arc<[Term]>),
}

impl Dist {
    /// Variance \[s²\]; `None` where it is infinite (Pareto of shape 2 or less, and sums that
    /// contain one).
    pub fn variance(&self) -> Option<f64> {
        let mean = self.mean();
        let variance = if mean > 0.0 { self.scv() * mean * mean } else { 0.0 };
        variance.is_finite().then_some(variance)
    }

    /// Mean \[s\].
    pub fn mean(&self) -> f64 {
        match self {
            Dist::Sum(terms) => {
                terms.iter().map(|term| f64::from(term.times) * term.dist.mean()).sum()
            }
            Dist::Constant(mean)
            | Dist::Exponential(mean)
            | Dist::LogNormal { mean, .. }
            | Dist::Gamma { mean, .. }
            | Dist::Weibull { mean, .. }
            | Dist::Pareto { mean, .. } => *mean,
            Dist::Uniform { low, high } => f64::midpoint(*low, *high),
            Dist::Empirical(values) if values.len() == 1 => values[0],
            Dist::Empirical(values) => {
                let weight = (values.len().max(2) - 1) as f64;
                values.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])).sum::<f64>() / weight
            }
        }
    }

    /// Squared coefficient of variation: variance divided by the squared mean; infinite for a
    /// Pareto law whose shape is at most 2, zero for a law whose mean is zero.
    pub fn scv(&self) -> f64 {
        match self {
            Dist::Constant(_) => 0.0,
            Dist::Exponential(_) => 1.0,
            Dist::Uniform { low, high } => {
                let mean = f64::midpoint(*low, *high);
                if mean > 0.0 { (high - low).powi(2) / 12.0 / (mean * mean) } else { 0.0 }
            }
            Dist::LogNormal { cv, .. } | Dist::Gamma { cv, .. } => cv * cv,
            Dist::Weibull { shape, .. } => {
                let first = libm::tgamma(1.0 + 1.0 / shape);
                libm::tgamma(1.0 + 2.0 / shape) / (first * first) - 1.0
            }
            Dist::Pareto { shape, .. } if *shape > 2.0 => 1.0 / (shape * (shape - 2.0)),
            Dist::Pareto { .. } => f64::INFINITY,
            Dist::Sum(terms) => {
                let variance = |term: &Term| {
                    let mean = term.dist.mean();
                    f64::from(term.times) * term.dist.scv() * mean * mean
                };
                let mean = self.mean();
                if mean > 0.0 {
                    terms.iter().map(variance).sum::<f64>() / (mean * mean)
                } else {
                    0.0
                }
            }
            Dist::Empirical(values) => {
                let mean = self.mean();
                // Second moment of a uniform on (a, b) is (a² + ab + b²) / 3.
                let weight = (values.len().max(2) - 1) as f64;
                let second: f64 = values
                    .windows(2)
                    .map(|pair| (pair[0] * pair[0] + pair[0] * pair[1] + pair[1] * pair[1]) / 3.0)
                    .sum::<f64>()
                    / weight;
                if mean > 0.0 { (second / (mean * mean) - 1.0).max(0.0) } else { 0.0 }
            }
        }
    }

    /// Distribution of the time scaled by `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Dist {
        match self {
            Dist::Constant(mean) => Dist::Constant(mean * factor),
            Dist::Exponential(mean) => Dist::Exponential(mean * factor),
            Dist::Uniform { low, high } => Dist::Uniform { low: low * factor, high: high * factor },
            Dist::LogNormal { mean, cv } => Dist::LogNormal { mean: mean * factor, cv: *cv },
            Dist::Gamma { mean, cv } => Dist::Gamma { mean: mean * factor, cv: *cv },
            Dist::Weibull { mean, shape } => Dist::Weibull { mean: mean * factor, shape: *shape },
            Dist::Pareto { mean, shape } => Dist::Pareto { mean: mean * factor, shape: *shape },
            Dist::Empirical(values) => {
                Dist::Empirical(values.iter().map(|value| value * factor).collect())
            }
            Dist::Sum(terms) => {
                let scaled = |term: &Term| Term { dist: term.dist.scaled(factor), ..*term };
                Dist::Sum(terms.iter().map(scaled).collect())
            }
        }
    }

    /// Returns the `p` quantile for `p` in (0, 1) \[s\]; `None` for the gamma law, which is drawn
    /// by rejection, and for sums, whose parts are drawn.
    fn quantile(&self, p: f64) -> Option<f64> {
        Some(match self {
            Dist::Constant(mean) => *mean,
            Dist::Exponential(mean) => -mean * libm::log1p(-p),
            Dist::Uniform { low, high } => low + (high - low) * p,
            Dist::LogNormal { mean, cv } => {
                let variance = libm::log1p(cv * cv);
                let location = libm::log(*mean) - variance / 2.0;
                libm::exp(location + variance.sqrt() * normal_quantile(p))
            }
            Dist::Gamma { .. } | Dist::Sum(_) => return None,
            Dist::Weibull { mean, shape } => {
                let scale = mean / libm::tgamma(1.0 + 1.0 / shape);
                scale * libm::pow(-libm::log1p(-p), 1.0 / shape)
            }
            Dist::Pareto { mean, shape } => {
                let scale = mean * (shape - 1.0) / shape;
                scale * libm::pow(1.0 - p, -1.0 / shape)
            }
            Dist::Empirical(values) => match values.len() {
                0 => 0.0,
                1 => values[0],
                n => {
                    let place = p * (n - 1) as f64;
                    let left = (place as usize).min(n - 2);
                    values[left] + (values[left + 1] - values[left]) * (place - left as f64)
                }
            },
        })
    }
}

/// Coefficients of algorithm AS 241, numerator and denominator: around the median, in the tails,
/// and far out.
const CENTRE: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_545,
];
const TAIL: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    7.745_450_142_783_414e-4,
];
const TAIL_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288e-7,
];
const FAR_BELOW: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

/// Quantile of the standard normal distribution (Wichura 1988, algorithm AS 241, relative error
/// 1e-16).
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * polynomial(&CENTRE, r) / polynomial(&CENTRE_BELOW, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-libm::log(tail)).sqrt();
    let value = if r <= 5.0 {
        polynomial(&TAIL, r - 1.6) / polynomial(&TAIL_BELOW, r - 1.6)
    } else {
        polynomial(&FAR, r - 5.0) / polynomial(&FAR_BELOW, r - 5.0)
    };
    if q < 0.0 { -value } else { value }
}

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// Size of a quantile table: 1,024 equal shares of 8 bytes, small enough that the tables of a whole
/// system stay in the processor's cache; the outer shares are drawn exactly.
const SHARES_LOG2: u32 = 10;
const SHARES: usize = 1 << SHARES_LOG2;
/// Shares at either end that are drawn by the exact quantile function instead of interpolation.
const EXACT_SHARES: usize = 16;

/// A distribution prepared for drawing; built once, shared by all replications.
#[derive(Clone, Debug)]
pub struct Sampler {
    dist: Dist,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Constant(Span),
    /// Edges of the shares, in ascending order \[ns\].
    Table(Arc<[u64; SHARES + 1]>),
    Gamma {
        shape: f64,
        scale: f64,
    },
    Sum {
        constant: Span,
        parts: Arc<[Part]>,
    },
}

/// Samplers of equal distributions are equal: the table follows from the distribution.
impl PartialEq for Sampler {
    fn eq(&self, other: &Sampler) -> bool {
        self.dist == other.dist
    }
}

impl Sampler {
    /// Prepares `dist` for drawing.
    pub fn new(dist: Dist) -> Sampler {
        let form = match &dist {
            Dist::Constant(mean) => Form::Constant(Span::from_secs(*mean)),
            Dist::Gamma { mean, cv } => {
                let shape = 1.0 / (cv * cv);
                Form::Gamma { shape, scale: mean / shape }
            }
            Dist::Sum(terms) => {
                let mut constant = 0.0;
                let mut parts = Vec::new();
                for term in terms.iter() {
                    match &term.dist {
                        Dist::Constant(mean) => constant += f64::from(term.times) * mean,
                        _ => parts.extend(sum::parts_of(term)),
                    }
                }
                Form::Sum { constant: Span::from_secs(constant), parts: parts.into() }
            }
            _ => {
                let edge = |share: usize| {
                    let p = (share as f64 / SHARES as f64).clamp(1e-12, 1.0 - 1e-12);
                    Span::from_secs(dist.quantile(p).unwrap_or(0.0)).0
                };
                Form::Table(Arc::new(std::array::from_fn(edge)))
            }
        };
        Sampler { dist, form }
    }

    /// Returns the underlying distribution.
    pub fn dist(&self) -> &Dist {
        &self.dist
    }

    /// Returns the sampler of exponential gaps with a mean of one second, used by all Poisson
    /// arrivals.
    pub fn gaps() -> Sampler {
        static GAPS: LazyLock<Sampler> = LazyLock::new(|| Sampler::new(Dist::Exponential(1.0)));
        GAPS.clone()
    }

    /// Returns draw number `number` of `key`.
    #[inline]
    pub fn draw(&self, key: Key, number: u64) -> Span {
        match &self.form {
            Form::Constant(span) => *span,
            Form::Table(table) => {
                let bits = key.bits(number);
                let share = (bits >> (64 - SHARES_LOG2)) as usize;
                if (EXACT_SHARES..SHARES - EXACT_SHARES).contains(&share) {
                    let (low, high) = (table[share], table[share + 1]);
                    // The bits below the share's number are the position within it, as a fraction
                    // of 2⁶⁴.
                    let within = u128::from(high - low) * u128::from(bits << SHARES_LOG2);
                    Span(low + (within >> 64) as u64)
                } else {
                    self.draw_tail(bits)
                }
            }
            Form::Gamma { shape, scale } => draw_gamma(*shape, *scale, key.item(number)),
            Form::Sum { constant, parts } => *constant + sum::draw(parts, key, number),
        }
    }

    #[cold]
    fn draw_tail(&self, bits: u64) -> Span {
        Span::from_secs(self.dist.quantile(uniform(bits)).unwrap_or(0.0))
    }
}

/// Uses a key of its own per draw, since rejection takes a varying number of uniforms.
#[inline(never)]
fn draw_gamma(shape: f64, scale: f64, key: Key) -> Span {
    let law = rand_distr::Gamma::new(shape, scale);
    Span::from_secs(law.map_or(0.0, |law| law.sample(&mut key.generator())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_independent_of_order_and_of_each_other() {
        let root = Key::root(7, 0);
        assert_eq!(root.named("order").item(3).bits(2), root.named("order").item(3).bits(2));
        assert_ne!(root.named("order").bits(0), root.named("product").bits(0));
        assert_ne!(Key::root(7, 0), Key::root(7, 1));
        assert_ne!(Key::root(7, 0), Key::root(8, 0));
    }

    /// χ² over 256 cells for the draws of one key and for draw 0 of neighbouring keys: both must be
    /// uniform (99.9 % point of χ² with 255 degrees of freedom: 330.5).
    #[test]
    fn draws_are_uniform_along_a_key_and_across_keys() {
        let n = 256 * 400;
        let along = |i: u64| Key::root(1, 2).bits(i);
        let across = |i: u64| Key::root(1, 2).item(i).bits(0);
        for draw in [&along as &dyn Fn(u64) -> u64, &across] {
            for shift in [56, 28, 0] {
                let mut cells = [0u32; 256];
                for i in 0..n {
                    cells[(draw(i) >> shift) as usize & 255] += 1;
                }
                let expected = n as f64 / 256.0;
                let chi2: f64 =
                    cells.iter().map(|&c| (f64::from(c) - expected).powi(2) / expected).sum();
                assert!((200.0..330.5).contains(&chi2), "chi2 {chi2} at shift {shift}");
            }
        }
    }

    #[test]
    fn samplers_have_the_mean_and_spread_of_their_law() {
        let laws = [
            Dist::Exponential(0.02),
            Dist::LogNormal { mean: 0.003, cv: 0.8 },
            Dist::LogNormal { mean: 0.003, cv: 2.0 },
            Dist::Uniform { low: 0.001, high: 0.009 },
            Dist::Gamma { mean: 0.01, cv: 0.5 },
            Dist::Weibull { mean: 0.01, shape: 0.8 },
            Dist::Pareto { mean: 0.01, shape: 4.5 },
            Dist::Empirical(Arc::from([0.001, 0.002, 0.010])),
        ];
        for law in laws {
            let sampler = Sampler::new(law.clone());
            let n = 400_000u64;
            let key = Key::root(3, 1).named("law");
            let (mut sum, mut squares) = (0.0, 0.0);
            for i in 0..n {
                let value = sampler.draw(key.item(i), 5).secs();
                sum += value;
                squares += value * value;
            }
            let mean = sum / n as f64;
            let scv = (squares / n as f64) / (mean * mean) - 1.0;
            let sd_of_mean = (law.scv() / n as f64).sqrt();
            assert!(
                (mean / law.mean() - 1.0).abs() < 4.0 * sd_of_mean + 2e-5,
                "{law:?}: mean {mean} for {}",
                law.mean()
            );
            let room = if law.scv() > 1.5 { 0.12 } else { 0.03 };
            assert!((scv / law.scv() - 1.0).abs() < room, "{law:?}: scv {scv} for {}", law.scv());
        }
    }

    #[test]
    fn table_draws_are_monotone_in_the_uniform() {
        let sampler = Sampler::new(Dist::Exponential(1.0));
        let Form::Table(table) = &sampler.form else { panic!("a table was expected") };
        for pair in table.windows(2) {
            assert!(pair[0] < pair[1]);
        }
    }

    #[test]
    fn normal_quantile_matches_published_values() {
        // Wichura's own check values.
        assert!((normal_quantile(0.25) + 0.674_489_750_196_081_7).abs() < 1e-14);
        assert!((normal_quantile(0.001) + 3.090_232_306_167_813).abs() < 1e-13);
        assert!((normal_quantile(1e-20) + 9.262_340_089_798_408).abs() < 1e-12);
    }
}
