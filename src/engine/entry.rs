//! A pending event.

use crate::units::Time;

/// Number of a slot.
pub type Slot = u32;

/// Bits of a slot's number; the sequence number occupies the other 40 of its word.
pub(super) const SLOT_BITS: u32 = 24;
/// Bits of a class; time occupies the other 62 of its word, which is 146 years.
pub(super) const CLASS_BITS: u32 = 2;
pub(super) const TIME_BITS: u32 = 62;

/// Maximum number of slots of an event list: 16.8 million.
pub const MOST_SLOTS: u32 = 1 << SLOT_BITS;

/// A pending event in 16 bytes: (time, class) in one word, (sequence, slot) in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) due: u64,
    pub(super) turn: u64,
}

impl Entry {
    #[inline]
    pub(super) fn new(at: Time, rank: u64, sequence: u64, slot: Slot) -> Entry {
        debug_assert!(at.0 >> TIME_BITS == 0, "an instant beyond 146 years");
        debug_assert!(slot < MOST_SLOTS && sequence >> (64 - SLOT_BITS) == 0);
        Entry { due: (at.0 << CLASS_BITS) | rank, turn: (sequence << SLOT_BITS) | u64::from(slot) }
    }

    #[inline]
    pub(super) fn slot(self) -> Slot {
        (self.turn & u64::from(MOST_SLOTS - 1)) as Slot
    }
}
