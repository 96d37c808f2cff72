//! A set of marked indices, searched in ascending order without visiting unmarked ones.

/// Two-level bit set over the indices 0, 1, 2, …: a bit each, and a bit for each non-empty word.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    words: Vec<u64>,
    filled: Vec<u64>,
}

impl Marks {
    /// Marks the first `count` indices, and makes them the only ones.
    pub(super) fn all(&mut self, count: usize) {
        for (bits, count) in [(&mut self.words, count), (&mut self.filled, count.div_ceil(64))] {
            bits.clear();
            bits.resize(count / 64, u64::MAX);
            if count % 64 > 0 {
                bits.push((1 << (count % 64)) - 1);
            }
        }
    }

    /// Marks an existing index.
    #[inline]
    pub(super) fn mark(&mut self, place: u32) {
        let word = place as usize / 64;
        self.words[word] |= 1 << (place % 64);
        self.filled[word / 64] |= 1 << (word % 64);
    }

    pub(super) fn unmark(&mut self, place: u32) {
        let word = place as usize / 64;
        self.words[word] &= !(1 << (place % 64));
        if self.words[word] == 0 {
            self.filled[word / 64] &= !(1 << (word % 64));
        }
    }

    /// Returns the first marked index from `from` on.
    #[inline]
    pub(super) fn next(&self, from: u32) -> Option<u32> {
        let word = from as usize / 64;
        let here = self.words.get(word)? & (u64::MAX << (from % 64));
        if here != 0 {
            return Some(word as u32 * 64 + here.trailing_zeros());
        }
        self.next_word(word + 1)
    }

    fn next_word(&self, from: usize) -> Option<u32> {
        let mut mask = u64::MAX << (from % 64);
        let (number, filled) = self.filled.iter().enumerate().skip(from / 64).find_map(|word| {
            let bits = word.1 & std::mem::replace(&mut mask, u64::MAX);
            (bits != 0).then_some((word.0, bits))
        })?;
        let word = number * 64 + filled.trailing_zeros() as usize;
        Some(word as u32 * 64 + self.words[word].trailing_zeros())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    fn found(marks: &Marks, from: u32) -> Vec<u32> {
        std::iter::successors(marks.next(from), |place| marks.next(place + 1)).collect()
    }

    #[test]
    fn all_are_marked_to_begin_with() {
        let mut marks = Marks::default();
        for count in [0, 1, 63, 64, 65, 4_095, 4_096, 4_097, 10_000] {
            marks.all(count as usize);
            assert_eq!(found(&marks, 0), (0..count).collect::<Vec<_>>());
        }
    }

    /// Checked against a vector of booleans.
    #[test]
    fn what_is_marked_is_found() {
        let key = Key::root(1, 1);
        let mut marks = Marks::default();
        let mut plain = vec![true; 9_000];
        marks.all(plain.len());
        for place in 0..9_000 {
            if !key.bits(u64::from(place)).is_multiple_of(500) {
                marks.unmark(place);
                plain[place as usize] = false;
            }
        }
        for step in 10_000..12_000 {
            let place = (key.bits(step) % 9_000) as u32;
            plain[place as usize] = key.bits(step + 2_000).is_multiple_of(2);
            if plain[place as usize] {
                marks.mark(place);
            } else {
                marks.unmark(place);
            }
            let from = (key.bits(step + 4_000) % 9_000) as u32;
            let next = (from..9_000).find(|place| plain[*place as usize]);
            assert_eq!(marks.next(from), next, "from {from}");
        }
        let all = (0..9_000).filter(|place| plain[*place as usize]);
        assert_eq!(found(&marks, 0), all.collect::<Vec<_>>());
    }
}
