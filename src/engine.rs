//! The event list: which slot fires next, in a written order.
//!
//! A *slot* is a place that can have at most one event ahead of it: a request in service, a pod's next
//! CPU completion, a timer, a stream of arrivals. Scheduling, moving and cancelling are one operation
//! on the slot, so that nothing stale is ever popped. The engine knows no meaning of a slot.
//!
//! Simultaneous events fire by [`Class`], then in the order in which they were scheduled.

use std::hint::select_unpredictable;

use crate::units::Time;

/// What goes first when two events fall on the same nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// Work that ends, and what it frees.
    Complete = 0,
    /// Waits that run out: whoever is served in the very instant is served.
    Expire = 1,
    /// New work.
    Arrive = 2,
    /// Observation: sees the instant when all has happened.
    Observe = 3,
}

/// Which of the simultaneous events goes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The order of [`Class`].
    #[default]
    Written,
    /// New work before waits that run out, those before work that ends: wrong, to show that tests of the
    /// written order can fail. Observation stays last.
    Reversed,
}

impl Order {
    fn rank(self, class: Class) -> u64 {
        match (self, class) {
            (Order::Reversed, Class::Complete) => Class::Arrive as u64,
            (Order::Reversed, Class::Arrive) => Class::Complete as u64,
            _ => class as u64,
        }
    }
}

/// Number of a slot.
pub type Slot = u32;

const ABSENT: u32 = u32::MAX;
const ARITY: usize = 4;
/// Bits of a slot's number; the sequence number has the other 40 of its word.
const SLOT_BITS: u32 = 24;
/// Bits of a class; time has the other 62 of its word, which is 146 years.
const CLASS_BITS: u32 = 2;

/// Largest number of slots an event list can have: 16.8 million.
pub const MOST_SLOTS: u32 = 1 << SLOT_BITS;

/// An event ahead, in 16 bytes: (time, class) in one word, (sequence, slot) in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    due: u64,
    turn: u64,
}

impl Entry {
    const FIRST: Entry = Entry { due: 0, turn: 0 };

    fn new(at: Time, rank: u64, sequence: u64, slot: Slot) -> Entry {
        debug_assert!(at.0 >> (64 - CLASS_BITS) == 0, "an instant beyond 146 years");
        debug_assert!(slot < MOST_SLOTS && sequence >> (64 - SLOT_BITS) == 0);
        Entry { due: (at.0 << CLASS_BITS) | rank, turn: (sequence << SLOT_BITS) | u64::from(slot) }
    }

    fn at(self) -> Time {
        Time(self.due >> CLASS_BITS)
    }

    fn slot(self) -> Slot {
        (self.turn & u64::from(MOST_SLOTS - 1)) as Slot
    }

    fn before(self, other: Entry) -> bool {
        (u128::from(self.due) << 64 | u128::from(self.turn))
            < (u128::from(other.due) << 64 | u128::from(other.turn))
    }
}

/// The event list: a 4-ary heap that knows where each slot is.
#[derive(Clone, Debug, Default)]
pub struct Agenda {
    heap: Vec<Entry>,
    /// Index in `heap` of each slot, or [`ABSENT`].
    place: Vec<u32>,
    scheduled: u64,
    order: Order,
    /// Whether the root has been taken and not yet filled: the next event scheduled mostly takes its
    /// place, which saves moving the last entry up and down again.
    hole: bool,
}

impl Agenda {
    /// An event list with nothing in it.
    pub fn new(order: Order) -> Agenda {
        Agenda { order, ..Agenda::default() }
    }

    /// Events ahead.
    pub fn len(&self) -> usize {
        self.heap.len() - usize::from(self.hole)
    }

    /// Whether nothing is ahead.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Let `slot` fire at `at`, in place of any event it had ahead. [`Time::NEVER`] clears it, and so does
    /// any instant that no run reaches, beyond 146 years.
    pub fn set(&mut self, slot: Slot, at: Time, class: Class) {
        if at.0 >> (64 - CLASS_BITS) != 0 {
            self.clear(slot);
            return;
        }
        self.scheduled += 1;
        let entry = Entry::new(at, self.order.rank(class), self.scheduled, slot);
        let slot = slot as usize;
        if slot >= self.place.len() {
            self.place.resize((slot + 1).next_power_of_two(), ABSENT);
        }
        let place = self.place[slot] as usize;
        if self.place[slot] == ABSENT {
            if self.hole {
                self.hole = false;
                self.sink(0, entry);
            } else {
                self.heap.push(entry);
                self.rise(self.heap.len() - 1, entry);
            }
        } else if entry.before(self.heap[place]) {
            self.rise(place, entry);
        } else {
            self.sink(place, entry);
        }
    }

    /// Forget the event of `slot`, if it has one.
    pub fn clear(&mut self, slot: Slot) {
        let Some(&place) = self.place.get(slot as usize) else { return };
        if place != ABSENT {
            self.remove(place as usize);
        }
    }

    /// Whether `slot` has an event ahead.
    pub fn is_set(&self, slot: Slot) -> bool {
        self.place.get(slot as usize).is_some_and(|&place| place != ABSENT)
    }

    /// When the next event fires.
    pub fn next_at(&mut self) -> Option<Time> {
        self.fill();
        self.heap.first().map(|entry| entry.at())
    }

    /// Take the next event.
    pub fn pop(&mut self) -> Option<(Time, Slot)> {
        self.fill();
        let first = *self.heap.first()?;
        self.place[first.slot() as usize] = ABSENT;
        self.hole = true;
        // Nothing may rise into the hole, not even what is due in this very instant.
        self.heap[0] = Entry::FIRST;
        Some((first.at(), first.slot()))
    }

    /// Close the hole at the root, if there is one.
    fn fill(&mut self) {
        if self.hole {
            self.hole = false;
            if let Some(last) = self.heap.pop()
                && !self.heap.is_empty()
            {
                self.sink(0, last);
            }
        }
    }

    fn remove(&mut self, place: usize) {
        self.place[self.heap[place].slot() as usize] = ABSENT;
        let Some(last) = self.heap.pop() else { return };
        if place < self.heap.len() {
            if place > 0 && last.before(self.heap[(place - 1) / ARITY]) {
                self.rise(place, last);
            } else {
                self.sink(place, last);
            }
        }
    }

    fn put(&mut self, place: usize, entry: Entry) {
        self.heap[place] = entry;
        self.place[entry.slot() as usize] = place as u32;
    }

    fn rise(&mut self, mut place: usize, entry: Entry) {
        while place > 0 {
            let parent = (place - 1) / ARITY;
            if !entry.before(self.heap[parent]) {
                break;
            }
            let moved = self.heap[parent];
            self.put(place, moved);
            place = parent;
        }
        self.put(place, entry);
    }

    fn sink(&mut self, mut place: usize, entry: Entry) {
        loop {
            let first = place * ARITY + 1;
            let Some(children) = self.heap.get(first..) else { break };
            let (least, child) = match children {
                [] => break,
                // Which child is least cannot be foretold: chosen by moves, not by jumps.
                [a, b, c, d, ..] => {
                    let left = select_unpredictable(b.before(*a), (*b, 1), (*a, 0));
                    let right = select_unpredictable(d.before(*c), (*d, 3), (*c, 2));
                    select_unpredictable(right.0.before(left.0), right, left)
                }
                [a, rest @ ..] => rest.iter().zip(1..).fold((*a, 0), |least, (entry, index)| {
                    if entry.before(least.0) { (*entry, index) } else { least }
                }),
            };
            if !least.before(entry) {
                break;
            }
            self.put(place, least);
            place = first + child;
        }
        self.put(place, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    #[test]
    fn equal_times_go_by_class_then_by_order_of_scheduling() {
        let mut agenda = Agenda::default();
        let at = Time(10);
        agenda.set(1, at, Class::Observe);
        agenda.set(2, at, Class::Arrive);
        agenda.set(3, at, Class::Expire);
        agenda.set(4, at, Class::Complete);
        agenda.set(5, at, Class::Complete);
        agenda.set(6, Time(9), Class::Observe);
        let order: Vec<Slot> = std::iter::from_fn(|| agenda.pop().map(|(_, slot)| slot)).collect();
        assert_eq!(order, [6, 4, 5, 3, 2, 1]);
    }

    #[test]
    fn rescheduling_counts_as_scheduling_anew() {
        let mut agenda = Agenda::default();
        agenda.set(1, Time(10), Class::Complete);
        agenda.set(2, Time(10), Class::Complete);
        agenda.set(1, Time(10), Class::Complete);
        assert_eq!(agenda.pop(), Some((Time(10), 2)));
        assert_eq!(agenda.pop(), Some((Time(10), 1)));
    }

    #[test]
    fn what_lies_beyond_all_runs_never_fires() {
        let mut agenda = Agenda::default();
        let last = Time((1 << 62) - 1);
        agenda.set(1, last, Class::Observe);
        agenda.set(2, Time(1 << 62), Class::Complete);
        agenda.set(3, Time(5), Class::Complete);
        agenda.set(3, Time::NEVER, Class::Complete);
        assert_eq!(agenda.pop(), Some((last, 1)));
        assert_eq!(agenda.pop(), None);
    }

    /// Against the plainest event list there is: a vector searched for its least element.
    #[test]
    fn agrees_with_a_list_searched_from_end_to_end() {
        let key = Key::root(1, 1);
        let mut agenda = Agenda::default();
        let mut plain: Vec<(Time, Class, u64, Slot)> = Vec::new();
        let mut now = Time::ZERO;
        for step in 0..20_000u64 {
            let slot = (key.bits(step * 4) % 97) as Slot;
            match key.bits(step * 4 + 1) % 4 {
                0 | 1 => {
                    let at = Time(now.0 + key.bits(step * 4 + 2) % 50);
                    let class = [Class::Complete, Class::Expire, Class::Arrive, Class::Observe]
                        [(key.bits(step * 4 + 3) % 4) as usize];
                    plain.retain(|entry| entry.3 != slot);
                    plain.push((at, class, step, slot));
                    agenda.set(slot, at, class);
                }
                2 => {
                    plain.retain(|entry| entry.3 != slot);
                    agenda.clear(slot);
                }
                _ => {
                    let least = plain.iter().min().copied();
                    plain.retain(|entry| Some(*entry) != least);
                    let popped = agenda.pop();
                    assert_eq!(popped, least.map(|(at, _, _, slot)| (at, slot)));
                    now = popped.map_or(now, |(at, _)| at);
                }
            }
            assert_eq!(agenda.len(), plain.len());
        }
    }
}
