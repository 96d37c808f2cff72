//! Sampling design for uncertain inputs: a Latin hypercube that grows by doubling.
//!
//! Of the first 2ᵏ samples, each of the 2ᵏ strata of every input's law contains exactly one
//! (`McKay`, Beckman and Conover 1979); the next 2ᵏ fill the empty halves of the strata, in a
//! random order for each input (nested designs: Qian 2009, *Biometrika* 96). So a larger design
//! extends a smaller one, and a number of samples that is no power of two is a prefix of the next.

use crate::random::Key;

/// Maximum number of samples.
pub const MOST_SAMPLES: u32 = 4096;

/// Returns the quantile of an input in each of `count` samples, between 0 and 1. It depends on seed
/// and name alone, so that adding an input changes no other's samples.
pub fn shares(seed: u64, name: &str, count: usize) -> Vec<f64> {
    let key = Key::root(seed, 0).named("uncertain").named(name);
    let (orders, places) = (key.named("order"), key.named("place"));
    // Kept away from the ends of the stratum, so that rounding does not lead into the next one.
    let within = |sample: usize| places.uniform(sample as u64).clamp(1e-6, 1.0 - 1e-6);
    let mut shares = vec![within(0)];
    while shares.len() < count {
        let strata = 2 * shares.len();
        let mut empty = vec![true; strata];
        for share in &shares {
            empty[(share * strata as f64) as usize] = false;
        }
        let order = orders.item(strata as u64);
        let mut free: Vec<usize> = (0..strata).filter(|stratum| empty[*stratum]).collect();
        free.sort_by_key(|stratum| (order.bits(*stratum as u64), *stratum));
        for stratum in free {
            shares.push((stratum as f64 + within(shares.len())) / strata as f64);
        }
    }
    shares.truncate(count);
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::rank::correlation;

    #[test]
    fn each_share_of_the_law_holds_one_sample() {
        for seed in 0..50 {
            for count in [1, 2, 8, 64, 256] {
                let mut strata: Vec<usize> = shares(seed, "an input", count)
                    .iter()
                    .map(|share| (share * count as f64) as usize)
                    .collect();
                strata.sort_unstable();
                assert_eq!(strata, (0..count).collect::<Vec<_>>(), "{count} of seed {seed}");
            }
        }
    }

    #[test]
    fn more_samples_extend_fewer() {
        let all = shares(7, "an input", 300);
        for count in [1, 3, 64, 100, 299] {
            assert_eq!(shares(7, "an input", count), all[..count]);
        }
    }

    #[test]
    fn inputs_and_seeds_are_independent() {
        let one = shares(7, "one", 1024);
        for other in [shares(7, "two", 1024), shares(8, "one", 1024)] {
            // The standard deviation of the correlation of 1,024 independent pairs is 1/32.
            assert!(correlation(&one, &other).abs() < 4.0 / 32.0);
        }
    }

    #[test]
    fn a_mean_is_known_better_than_from_independent_draws() {
        // One sample in each of 64 strata is off by at most 1/64; independent ones have a standard
        // deviation of 1/√(12 x 64) = 0.036.
        for seed in 0..100 {
            let mean = shares(seed, "an input", 64).iter().sum::<f64>() / 64.0;
            assert!((mean - 0.5).abs() <= 1.0 / 64.0, "{mean}");
        }
    }
}
