//! Draws from distributions: tables of quantiles, and sums as the sum of their parts.
//!
//! A sum of n times of one law could have a quantile table of its own, at one draw. It would not
//! have exact tails, which determine high percentiles; and one more time would change all of its
//! draws.

use std::sync::{Arc, LazyLock};

use rand_distr::Distribution;

use super::dist::{Dist, MOST_DRAWS, Term};
use super::key::{Key, uniform};
use crate::units::Span;

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
                        _ => parts.extend(parts_of(term)),
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
            Form::Sum { constant, parts } => *constant + draw_sum(parts, key, number),
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

/// A law that is drawn several times for a sum.
#[derive(Clone, Debug)]
struct Part {
    times: u32,
    sampler: Sampler,
}

/// Returns how the times of one law in a sum are drawn: individually, or in at most [`MOST_DRAWS`]
/// groups whose sizes differ by at most one.
fn parts_of(term: &Term) -> Vec<Part> {
    let (size, larger) = (term.times / MOST_DRAWS, term.times % MOST_DRAWS);
    if size == 0 || (size == 1 && larger == 0) {
        return vec![Part { times: term.times, sampler: Sampler::new(term.dist.clone()) }];
    }
    let group = |size: u32, times: u32| {
        let dist = match size {
            1 => term.dist.clone(),
            _ => Dist::LogNormal {
                mean: f64::from(size) * term.dist.mean(),
                cv: (term.dist.scv() / f64::from(size)).sqrt(),
            },
        };
        Part { times, sampler: Sampler::new(dist) }
    };
    let mut groups = vec![group(size, MOST_DRAWS - larger)];
    if larger > 0 {
        groups.push(group(size + 1, larger));
    }
    groups
}

/// Draws a sum. Each time has a draw of its own, which does not change when the sum has more or
/// fewer of its kind; the first has the draw that it would have alone.
#[inline(never)]
fn draw_sum(parts: &[Part], key: Key, number: u64) -> Span {
    /// Separates the draws of a sum from others addressed below the same number.
    const DRAW_SUM: u64 = 0x73_75_6D;
    let below = key.item(number).item(DRAW_SUM);
    let mut sum = Span::ZERO;
    for (place, part) in (0..).zip(parts) {
        for copy in 0..u64::from(part.times) {
            let time = match (place, copy) {
                (0, 0) => part.sampler.draw(key, number),
                (place, copy) => part.sampler.draw(below, place << u32::BITS | copy),
            };
            sum = sum + time;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn sorted(law: &Dist, draws: u64) -> Vec<f64> {
        let sampler = Sampler::new(law.clone());
        let key = Key::root(5, 1).named("sum");
        let mut all: Vec<f64> = (0..draws).map(|i| sampler.draw(key.item(i), 9).secs()).collect();
        all.sort_by(f64::total_cmp);
        all
    }

    fn at(sorted: &[f64], p: f64) -> f64 {
        sorted[(p * sorted.len() as f64) as usize]
    }

    /// A constant and an exponential: no draw is below the constant, and the quantile p lies -50 ms
    /// · ln(1 − p) above it. Two exponentials are an Erlang law: its 99th percentile is 6.638 352
    /// means (Q(2, x) = (1 + x) e^−x = 0.01).
    #[test]
    fn a_sum_is_drawn_as_its_parts() {
        let parts = [(1, Dist::Constant(0.05)), (1, Dist::Exponential(0.05))];
        let all = sorted(&Dist::sum(&parts).expect("finite"), 400_000);
        assert!(all[0] >= 0.05, "{}", all[0]);
        for p in [0.5, 0.9, 0.99] {
            let theory = 0.05 - 0.05 * f64::ln(1.0 - p);
            assert!((at(&all, p) / theory - 1.0).abs() < 0.01, "{p}: {} for {theory}", at(&all, p));
        }
        let all = sorted(&Dist::sum(&[(2, Dist::Exponential(0.01))]).expect("finite"), 400_000);
        assert!((at(&all, 0.99) / 0.066_383_52 - 1.0).abs() < 0.01, "{}", at(&all, 0.99));
    }

    /// Means and variances add; constants are merged; sums of sums are sums; a single time is
    /// itself.
    #[test]
    fn sums_have_the_moments_of_their_parts() {
        let exponential = Dist::Exponential(0.01);
        let terms =
            [(3, exponential.clone()), (2, Dist::Constant(0.005)), (1, Dist::Constant(0.02))];
        let sum = Dist::sum(&terms).expect("finite");
        assert!((sum.mean() - 0.06).abs() < 1e-15);
        assert!((sum.variance().expect("finite") - 3e-4).abs() < 1e-15);
        let twice = Dist::sum(&[(2, sum)]).expect("finite");
        assert!((twice.mean() - 0.12).abs() < 1e-15);
        assert!((twice.variance().expect("finite") - 6e-4).abs() < 1e-15);
        assert!((twice.scaled(2.0).variance().expect("finite") - 24e-4).abs() < 1e-15);
        assert_eq!(Dist::sum(&[(1, exponential.clone())]), Some(exponential));
        assert_eq!(Dist::sum(&[(4, Dist::Constant(0.25))]), Some(Dist::Constant(1.0)));
        assert_eq!(Dist::sum(&[]), Some(Dist::Constant(0.0)));
        let heavy = Dist::Pareto { mean: 0.01, shape: 1.5 };
        assert_eq!(heavy.variance(), None);
        assert_eq!(Dist::sum(&[(2, heavy.clone())]).expect("drawn").variance(), None);
        assert_eq!(Dist::sum(&[(MOST_DRAWS + 1, heavy)]), None);
    }

    /// One more time in a sum changes no other draw.
    #[test]
    fn times_of_a_sum_keep_their_draws() {
        let law = Dist::LogNormal { mean: 0.003, cv: 1.0 };
        let sampler = |times| {
            let sum = Dist::sum(&[(times, law.clone()), (2, Dist::Exponential(0.01))]);
            Sampler::new(sum.expect("finite"))
        };
        let (alone, two, three) = (Sampler::new(law.clone()), sampler(2), sampler(3));
        let rest = Sampler::new(Dist::sum(&[(2, Dist::Exponential(0.01))]).expect("finite"));
        for i in 0..100 {
            let key = Key::root(1, 0).item(i);
            assert!(two.draw(key, 4) < three.draw(key, 4));
            assert!(alone.draw(key, 4) < two.draw(key, 4));
            assert_ne!(two.draw(key, 4), alone.draw(key, 4) + rest.draw(key, 4));
        }
    }

    /// Where the times of a sum are drawn in groups, mean and variance are exact, and percentiles
    /// as accurate as [`MOST_DRAWS`] states. The exact ones: exponentials are an Erlang law, drawn
    /// by rejection.
    #[test]
    fn many_times_are_drawn_in_groups() {
        let room = |p: f64| if p > 0.99 { 0.03 } else { 0.015 };
        for times in [65, 96, 128, 1_000] {
            let law = Dist::sum(&[(times, Dist::Exponential(0.001))]).expect("finite");
            let groups = sorted(&law, 100_000);
            let mean = 0.001 * f64::from(times);
            let exact = sorted(&Dist::Gamma { mean, cv: f64::from(times).sqrt().recip() }, 100_000);
            for p in [0.5, 0.95, 0.99, 0.999] {
                let ratio = at(&groups, p) / at(&exact, p);
                assert!((ratio - 1.0).abs() < room(p), "{times} at {p}: {ratio}");
            }
            let drawn = groups.iter().sum::<f64>() / groups.len() as f64;
            assert!((drawn / mean - 1.0).abs() < 4.0 * (f64::from(times) * 1e5).sqrt().recip());
        }
        // A law with a coefficient of variation of 2, drawn individually in sums of 64.
        let law = Dist::LogNormal { mean: 0.001, cv: 2.0 };
        let one_by_one = [(64, law.clone()), (64, law.scaled(1.0 + 1e-9))];
        let exact = sorted(&Dist::sum(&one_by_one).expect("finite"), 100_000);
        let groups = sorted(&Dist::sum(&[(128, law)]).expect("finite"), 100_000);
        for p in [0.5, 0.95, 0.99, 0.999] {
            let ratio = at(&groups, p) / at(&exact, p);
            assert!((ratio - 1.0).abs() < room(p), "at {p}: {ratio}");
        }
    }
}
