//! Sums of times, drawn as the sum of their parts.
//!
//! A sum of n times of one law could have a quantile table of its own, at one draw. It would not
//! have exact tails, which determine high percentiles; and one more time would change all of its
//! draws.

use super::{Dist, Key, Sampler};
use crate::units::Span;

/// A time that occurs in a sum `times` times, each independent of the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Number of occurrences, at least one.
    pub times: u32,
    /// Distribution; not a sum.
    pub dist: Dist,
}

/// Maximum number of individual draws per law of a sum. Where it occurs more often, this many draws
/// stand for equal groups, each log-normal with the mean and variance of its group: mean and
/// variance of the sum are exact, its 50th to 99th percentiles within 1.5 % and the 99.9th within 3
/// % for laws whose coefficient of variation is at most 2.
pub const MOST_DRAWS: u32 = 64;

impl Dist {
    /// Distribution of a sum of independent times, each with its number of occurrences: constants
    /// are added up, everything else is drawn individually up to [`MOST_DRAWS`] times. `None` where
    /// a law of infinite variance occurs more often than that.
    pub fn sum(terms: &[(u32, Dist)]) -> Option<Dist> {
        let (mut constant, mut drawn) = (0.0, Vec::new());
        for (times, dist) in terms {
            match dist {
                // A part of several sums is drawn anew for each.
                Dist::Sum(inner) => {
                    for term in inner.iter() {
                        let times = times.saturating_mul(term.times);
                        add(times, &term.dist, &mut constant, &mut drawn);
                    }
                }
                _ => add(*times, dist, &mut constant, &mut drawn),
            }
        }
        if drawn.iter().any(|term| term.times > MOST_DRAWS && term.dist.variance().is_none()) {
            return None;
        }
        if let ([Term { times: 1, dist }], true) = (drawn.as_slice(), constant <= 0.0) {
            return Some(dist.clone());
        }
        if drawn.is_empty() {
            return Some(Dist::Constant(constant));
        }
        if constant > 0.0 {
            drawn.push(Term { times: 1, dist: Dist::Constant(constant) });
        }
        Some(Dist::Sum(drawn.into()))
    }
}

/// Adds `times` times of one law, not a sum, to the constant or to the drawn terms.
fn add(times: u32, dist: &Dist, constant: &mut f64, drawn: &mut Vec<Term>) {
    if let Dist::Constant(mean) = dist {
        *constant += f64::from(times) * mean;
    } else if let Some(known) = drawn.iter_mut().find(|term| term.dist == *dist) {
        known.times = known.times.saturating_add(times);
    } else if times > 0 && dist.mean() > 0.0 {
        drawn.push(Term { times, dist: dist.clone() });
    }
}

/// A law that is drawn several times for a sum.
#[derive(Clone, Debug)]
pub(super) struct Part {
    times: u32,
    sampler: Sampler,
}

/// Returns how the times of one law in a sum are drawn: individually, or in at most [`MOST_DRAWS`]
/// groups whose sizes differ by at most one.
pub(super) fn parts_of(term: &Term) -> Vec<Part> {
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
pub(super) fn draw(parts: &[Part], key: Key, number: u64) -> Span {
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
