//! Far events: grouped by the stretch of time that they fall in, unsorted.
//!
//! Users in think time, callbacks of payments after a minute and timers of half a minute are many
//! and rarely next. They wait here at a few operations each, and join the tournament when their
//! stretch begins; so its height depends on near events only.

use super::entry::{CLASS_BITS, Entry};
use crate::units::Time;

/// Length of a stretch: 2²⁷ ns, 134 ms. Steps of a request are shorter, external waits are longer;
/// only speed depends on it.
const STRETCH_LOG2: u32 = 27;
/// Length of a stretch in the units of entries, with the class in the low bits.
pub(super) const DUE_LOG2: u32 = STRETCH_LOG2 + CLASS_BITS;
/// Stretches per epoch (137 s), each with a list of its own.
const EPOCH_LOG2: u32 = 10;
const STRETCHES: usize = 1 << EPOCH_LOG2;
/// Index of the list of all later epochs.
const BEYOND: u32 = STRETCHES as u32;

const NONE: u32 = u32::MAX;

/// A member of a list.
#[derive(Clone, Copy, Debug)]
struct Node {
    entry: Entry,
    next: u32,
    previous: u32,
    list: u32,
}

/// Events whose stretch has not begun.
#[derive(Clone, Debug)]
pub(super) struct Later {
    nodes: Vec<Node>,
    /// Head of the free list, linked by `next`.
    free: u32,
    /// First node of each stretch of this epoch, and of all later epochs.
    heads: Vec<u32>,
    /// Bit set of the non-empty stretches.
    filled: [u64; STRETCHES / 64],
    epoch: u64,
    /// Beginning of the first stretch that has not begun, in the units of entries.
    from: u64,
    len: usize,
}

impl Later {
    pub(super) fn new() -> Later {
        Later {
            nodes: Vec::new(),
            free: NONE,
            heads: vec![NONE; STRETCHES + 1],
            filled: [0; STRETCHES / 64],
            epoch: 0,
            from: 1 << DUE_LOG2,
            len: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether the stretch of an event at `due` has begun, so that it does not belong here.
    #[inline]
    pub(super) fn is_soon(&self, due: u64) -> bool {
        due < self.from
    }

    /// Adds an event that belongs here; returns its node, by which it can be removed.
    #[inline]
    pub(super) fn add(&mut self, entry: Entry) -> u32 {
        debug_assert!(!self.is_soon(entry.due), "its stretch has begun");
        let mut node = self.free;
        if let Some(free) = self.nodes.get_mut(node as usize) {
            self.free = free.next;
        } else {
            node = self.nodes.len() as u32;
            self.nodes.push(Node { entry, next: NONE, previous: NONE, list: BEYOND });
        }
        self.link(node, entry);
        self.len += 1;
        node
    }

    /// Returns the time of the event of `node`.
    pub(super) fn due(&self, node: u32) -> Time {
        Time(self.nodes[node as usize].entry.due >> CLASS_BITS)
    }

    /// Removes the event of `node`.
    #[inline]
    pub(super) fn remove(&mut self, node: u32) {
        let Node { next, previous, list, .. } = self.nodes[node as usize];
        if next != NONE {
            self.nodes[next as usize].previous = previous;
        }
        if previous == NONE {
            self.heads[list as usize] = next;
            if next == NONE && list != BEYOND {
                self.filled[list as usize / 64] &= !(1 << (list % 64));
            }
        } else {
            self.nodes[previous as usize].next = next;
        }
        self.release(node);
    }

    /// Begins the next non-empty stretch, unless it lies after `end`; returns its list, whose
    /// events are to be taken at once, and its beginning, in the units of entries.
    pub(super) fn begin_next(&mut self, end: Time) -> Option<(usize, u64)> {
        let list = self.next_filled().or_else(|| self.next_epoch())?;
        let begins = ((self.epoch << EPOCH_LOG2) + list as u64) << DUE_LOG2;
        if begins >> CLASS_BITS > end.0 {
            return None;
        }
        self.from = begins.saturating_add(1 << DUE_LOG2);
        Some((list, begins))
    }

    /// Takes an event out of a list.
    #[inline]
    pub(super) fn take_from(&mut self, list: usize) -> Option<Entry> {
        let node = self.heads[list];
        let entry = self.nodes.get(node as usize)?.entry;
        self.remove(node);
        Some(entry)
    }

    fn next_filled(&self) -> Option<usize> {
        let found = self.filled.iter().position(|word| *word != 0)?;
        Some(found * 64 + self.filled[found].trailing_zeros() as usize)
    }

    /// Advances to the first non-empty epoch, and distributes its events by stretch.
    fn next_epoch(&mut self) -> Option<usize> {
        let mut node = self.heads[BEYOND as usize];
        let mut epoch = u64::MAX;
        while let Some(Node { entry, next, .. }) = self.nodes.get(node as usize) {
            epoch = epoch.min(stretch(*entry) >> EPOCH_LOG2);
            node = *next;
        }
        let mut node = std::mem::replace(&mut self.heads[BEYOND as usize], NONE);
        if node == NONE {
            return None;
        }
        self.epoch = epoch;
        while let Some(Node { entry, next, .. }) = self.nodes.get(node as usize).copied() {
            self.link(node, entry);
            node = next;
        }
        self.next_filled()
    }

    /// Puts `node` with its event into the list it belongs to.
    #[inline]
    fn link(&mut self, node: u32, entry: Entry) {
        let stretch = stretch(entry);
        let list = if stretch >> EPOCH_LOG2 == self.epoch {
            let list = stretch as usize % STRETCHES;
            self.filled[list / 64] |= 1 << (list % 64);
            list
        } else {
            BEYOND as usize
        };
        let next = std::mem::replace(&mut self.heads[list], node);
        if next != NONE {
            self.nodes[next as usize].previous = node;
        }
        self.nodes[node as usize] = Node { entry, next, previous: NONE, list: list as u32 };
    }

    fn release(&mut self, node: u32) {
        self.nodes[node as usize].next = self.free;
        self.free = node;
        self.len -= 1;
    }
}

fn stretch(entry: Entry) -> u64 {
    entry.due >> DUE_LOG2
}
