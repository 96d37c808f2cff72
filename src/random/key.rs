//! Sources of randomness, and their draws.

use std::convert::Infallible;

use rand::TryRng;

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
    pub(super) fn generator(self) -> Generator {
        Generator { key: self, drawn: 0 }
    }
}

/// Maps 64 bits to the open interval (0, 1), in steps of 2⁻⁵³.
#[inline]
pub(super) fn uniform(bits: u64) -> f64 {
    ((bits >> 11).cast_signed() as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}

/// Sequential generator over the draws of a [`Key`], for the samplers of `rand_distr`.
#[derive(Clone, Debug)]
pub(super) struct Generator {
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
}
