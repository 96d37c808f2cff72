//! Event list: determines which slot fires next, in a defined order.
//!
//! A *slot* has at most one pending event: a request in service, a pod's next CPU completion, a
//! timer, an arrival stream. Scheduling, moving and cancelling are one operation on the slot, so
//! that no stale event is ever popped. The engine knows no meaning of a slot.
//!
//! Simultaneous events fire by [`Class`], then in the order in which they were scheduled.

mod entry;
mod later;

use self::entry::{CLASS_BITS, Entry, TIME_BITS};
pub use self::entry::{MOST_SLOTS, Slot};
use self::later::Later;
use crate::units::Time;

/// Priority of an event among those of the same nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// Completions of work, and what they free.
    Complete = 0,
    /// Expirations of waits: a request served at that very instant is served.
    Expire = 1,
    /// New work.
    Arrive = 2,
    /// Observation: sees the instant after everything else.
    Observe = 3,
}

/// Order of simultaneous events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The order of [`Class`].
    #[default]
    Written,
    /// New work before expirations of waits, those before completions: wrong, to show that tests of
    /// the defined order can fail. Observation stays last.
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

const ABSENT: u32 = u32::MAX;
/// The stream slot, held outside the tournament.
const BESIDE: u32 = u32::MAX - 1;
/// Marks a position among the later events, whose number is far too small to reach the two values
/// above.
const LATER: u32 = 1 << 31;
const ARITY: usize = 4;
/// Bits of the sequence number in the tournament; time and class, relative to the beginning of the
/// current stretch, occupy the other 29.
const SEQUENCE_BITS: u32 = u64::BITS - later::DUE_LOG2;
const SEQUENCE: u64 = (1 << SEQUENCE_BITS) - 1;
/// Sequence numbers are reassigned after this many, or after four times the number of pending
/// events.
const RENUMBER: usize = if cfg!(test) { 64 } else { 1 << 16 };

/// No event: sorts after all others.
const NOTHING: u64 = u64::MAX;

/// Four events that play each other, in half a cache line: each is (time and class since the
/// stretch began, sequence) in one word.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Group([u64; ARITY]);

impl Group {
    const EMPTY: Group = Group([NOTHING; ARITY]);

    /// Returns the earliest, by conditional moves: which it is cannot be predicted, so that a
    /// branch would be mispredicted.
    #[inline]
    fn winner(&self) -> u64 {
        let [a, b, c, d] = self.0;
        a.min(b).min(c.min(d))
    }
}

/// Event list: a tournament of near events, and lists of far ones.
///
/// Each near event has a leaf; four leaves or four winners play each other, up to the root. All
/// leaves are equally deep, so that an operation takes the same number of steps whatever the times
/// are, without unpredictable branches.
#[derive(Clone, Debug)]
pub struct Agenda {
    /// Groups of all levels, the root first; the winner of group g > 0 is an entry of group (g − 1)
    /// / 4.
    groups: Vec<Group>,
    /// Index of the first group of leaves.
    lowest: usize,
    first: u64,
    /// Event of the stream slot, held outside the tournament: see [`Agenda::set_stream`].
    beside: u64,
    /// Beginning of the stretch of time that the tournament holds, in the units of entries.
    base: u64,
    /// Slots by the sequence numbers of the tournament, which restart with each stretch.
    turns: Vec<Slot>,
    turn: usize,
    /// Number of sequence numbers after which they are reassigned.
    most_turns: usize,
    /// Position of each slot's event: a leaf, a node of `later` with [`LATER`] set, [`BESIDE`] or
    /// [`ABSENT`].
    place: Vec<u32>,
    /// Far events.
    later: Later,
    /// Free list of leaves, as a permutation of all leaves that begins with the free ones.
    free: Vec<u32>,
    spare: usize,
    /// Scratch buffer: events that join the tournament.
    joining: Vec<Entry>,
    /// Leaf of the event popped last, which it still fills: the next event scheduled usually takes
    /// its place, which saves a walk to the root. [`ABSENT`] for none.
    hole: u32,
    scheduled: u64,
    ranks: [u64; 4],
}

impl Default for Agenda {
    fn default() -> Agenda {
        Agenda::new(Order::Written)
    }
}

impl Agenda {
    /// Creates an empty event list.
    pub fn new(order: Order) -> Agenda {
        let classes = [Class::Complete, Class::Expire, Class::Arrive, Class::Observe];
        Agenda {
            groups: vec![Group::EMPTY],
            lowest: 0,
            first: NOTHING,
            beside: NOTHING,
            base: 0,
            turns: Vec::new(),
            turn: 0,
            most_turns: RENUMBER,
            place: Vec::new(),
            later: Later::new(),
            free: (0..ARITY as u32).rev().collect(),
            spare: ARITY,
            joining: Vec::new(),
            hole: ABSENT,
            scheduled: 0,
            ranks: classes.map(|class| order.rank(class)),
        }
    }

    /// Returns the number of pending events.
    pub fn len(&self) -> usize {
        let soon = self.free.len() - self.spare - usize::from(self.hole != ABSENT);
        soon + self.later.len() + usize::from(self.beside != NOTHING)
    }

    /// Whether no event is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Schedules `slot` at `at`, replacing any pending event of it. [`Time::NEVER`] clears it, as
    /// does any time that no run reaches, beyond 146 years. Nothing may be scheduled before the
    /// time up to which events were last requested.
    #[inline]
    pub fn set(&mut self, slot: Slot, at: Time, class: Class) {
        if at.0 >> TIME_BITS != 0 {
            return self.clear(slot);
        }
        let due = (at.0 << CLASS_BITS) | self.ranks[class as usize];
        if !self.later.is_soon(due) {
            return self.set_later(slot, at, class);
        }
        let (Some(place), Some(_)) = (self.place.get_mut(slot as usize), self.turns.get(self.turn))
        else {
            return self.set_with_room(slot, at, class);
        };
        if *place != ABSENT || self.hole == ABSENT {
            let place = *place;
            return self.set_anew(slot, due, place);
        }
        let leaf = std::mem::replace(&mut self.hole, ABSENT);
        *place = leaf;
        let word = self.word(due, slot);
        self.replace_first(leaf, word);
    }

    /// Grows the list where the slot or the tournament has no room, then schedules the event.
    #[cold]
    #[inline(never)]
    fn set_with_room(&mut self, slot: Slot, at: Time, class: Class) {
        if slot as usize >= self.place.len() {
            self.place.resize((slot as usize + 1).next_power_of_two(), ABSENT);
        }
        self.make_turn();
        self.set(slot, at, class);
    }

    /// Ensures that a sequence number is available.
    #[inline]
    fn make_turn(&mut self) {
        if self.turn >= self.turns.len() {
            self.more_turns();
        }
    }

    #[cold]
    #[inline(never)]
    fn more_turns(&mut self) {
        if self.turn < self.most_turns {
            self.turns.resize((2 * self.turn).clamp(64, self.most_turns), 0);
        } else {
            self.renumber();
        }
    }

    /// Schedules a slot that has an event at `place`, or that needs a leaf.
    #[inline(never)]
    fn set_anew(&mut self, slot: Slot, due: u64, place: u32) {
        let leaf = if place < LATER {
            place
        } else if place == ABSENT && self.spare > 0 {
            self.spare -= 1;
            self.free[self.spare]
        } else {
            return self.set_moved(slot, due);
        };
        self.place[slot as usize] = leaf;
        let word = self.word(due, slot);
        self.put(leaf, word);
    }

    /// Schedules a slot whose event is not in the tournament, or where the tournament is full.
    #[inline(never)]
    fn set_moved(&mut self, slot: Slot, due: u64) {
        self.clear(slot);
        if self.spare == 0 {
            self.grow();
        }
        self.set_anew(slot, due, ABSENT);
    }

    /// Schedules the stream slot, which has its next event as soon as one has fired: it is held
    /// outside the tournament, without a walk to its root. Otherwise like [`Agenda::set`]. Only one
    /// slot can be the stream slot.
    pub fn set_stream(&mut self, slot: Slot, at: Time, class: Class) {
        let due = (at.0 << CLASS_BITS) | self.ranks[class as usize];
        let soon = at.0 >> TIME_BITS == 0 && self.later.is_soon(due);
        match self.place.get_mut(slot as usize) {
            Some(place)
                if soon
                    && *place == ABSENT
                    && self.beside == NOTHING
                    && self.turn < self.turns.len() =>
            {
                *place = BESIDE;
                self.beside = self.word(due, slot);
            }
            _ => self.set(slot, at, class),
        }
    }

    /// Encodes an event as the tournament holds it, scheduled now; a sequence number must be
    /// available.
    #[inline]
    fn word(&mut self, due: u64, slot: Slot) -> u64 {
        debug_assert!(due >= self.base, "an event is scheduled in the past");
        let sequence = self.turn;
        self.turns[sequence] = slot;
        self.turn = sequence + 1;
        (due.saturating_sub(self.base) << SEQUENCE_BITS) | sequence as u64
    }

    /// Reassigns sequence numbers from 0 on to the events of the tournament, in their current
    /// order.
    fn renumber(&mut self) {
        let mut words: Vec<(u64, usize, usize)> = Vec::new();
        for (group, of) in self.groups.iter().enumerate().skip(self.lowest) {
            for (place, word) in of.0.iter().enumerate().filter(|(_, word)| **word != NOTHING) {
                words.push((*word, group, place));
            }
        }
        if self.beside != NOTHING {
            words.push((self.beside, 0, ARITY));
        }
        words.sort_unstable();
        self.most_turns = RENUMBER.max(4 * words.len());
        let mut turns = vec![0; self.most_turns];
        self.turn = 0;
        for (word, group, place) in words {
            // No group has an entry of this number: it is the stream slot.
            let entry = self.groups[group].0.get_mut(place).unwrap_or(&mut self.beside);
            *entry = (word & !SEQUENCE) | self.turn as u64;
            turns[self.turn] = self.turns[(word & SEQUENCE) as usize];
            self.turn += 1;
        }
        self.turns = turns;
        self.play_all();
    }

    /// Returns the time of an event of the tournament.
    #[inline]
    fn at(&self, word: u64) -> Time {
        Time((self.base + (word >> SEQUENCE_BITS)) >> CLASS_BITS)
    }

    /// Schedules `slot` as a far event, replacing any pending one.
    #[inline(never)]
    fn set_later(&mut self, slot: Slot, at: Time, class: Class) {
        if slot as usize >= self.place.len() {
            return self.set_with_room(slot, at, class);
        }
        self.clear(slot);
        self.scheduled += 1;
        let entry = Entry::new(at, self.ranks[class as usize], self.scheduled, slot);
        self.place[slot as usize] = self.later.add(entry) | LATER;
    }

    /// Cancels the event of `slot`, if any.
    #[inline]
    pub fn clear(&mut self, slot: Slot) {
        if self.is_set(slot) {
            self.forget(slot);
        }
    }

    fn forget(&mut self, slot: Slot) {
        let place = std::mem::replace(&mut self.place[slot as usize], ABSENT);
        if place & LATER == 0 {
            self.put(place, NOTHING);
            self.give_back(place);
        } else if place == BESIDE {
            self.beside = NOTHING;
        } else {
            self.later.remove(place & !LATER);
        }
    }

    /// Whether `slot` has a pending event.
    #[inline]
    pub fn is_set(&self, slot: Slot) -> bool {
        self.place.get(slot as usize).is_some_and(|place| *place != ABSENT)
    }

    /// Returns the time of the event of `slot`; [`Time::NEVER`] where it has none.
    pub fn due(&self, slot: Slot) -> Time {
        match self.place.get(slot as usize).copied().unwrap_or(ABSENT) {
            ABSENT => Time::NEVER,
            BESIDE => self.at(self.beside),
            place if place & LATER != 0 => self.later.due(place & !LATER),
            leaf => {
                let (group, place) = self.locate(leaf);
                self.at(self.groups[group].0[place])
            }
        }
    }

    /// Pops the next event.
    pub fn pop(&mut self) -> Option<(Time, Slot)> {
        self.pop_until(Time::NEVER)
    }

    /// Pops the next event, unless it is later than `end`.
    #[expect(clippy::inline_always, reason = "before every event, from one place")]
    #[inline(always)]
    pub fn pop_until(&mut self, end: Time) -> Option<(Time, Slot)> {
        if self.hole != ABSENT {
            self.fill();
        }
        let mut next = self.first.min(self.beside);
        if next == NOTHING {
            if !self.begin_next(end) {
                return None;
            }
            next = self.first;
        }
        let at = self.at(next);
        if at > end {
            return None;
        }
        let slot = self.turns[(next & SEQUENCE) as usize];
        let place = std::mem::replace(&mut self.place[slot as usize], ABSENT);
        if next == self.beside {
            self.beside = NOTHING;
        } else {
            self.hole = place;
        }
        Some((at, slot))
    }

    /// Begins the next stretch, whose events join the tournament; returns false when there is none
    /// up to `end`.
    #[inline(never)]
    fn begin_next(&mut self, end: Time) -> bool {
        let Some((list, base)) = self.later.begin_next(end) else { return false };
        self.base = base;
        self.turn = 0;
        let mut joining = std::mem::take(&mut self.joining);
        while let Some(entry) = self.later.take_from(list) {
            joining.push(entry);
        }
        joining.sort_unstable_by_key(|entry| entry.turn);
        for entry in joining.drain(..) {
            let slot = entry.slot();
            self.place[slot as usize] = ABSENT;
            self.make_turn();
            self.set_anew(slot, entry.due, ABSENT);
        }
        self.joining = joining;
        true
    }

    /// Closes the hole left by the last event.
    #[inline(never)]
    fn fill(&mut self) {
        let leaf = std::mem::replace(&mut self.hole, ABSENT);
        self.replace_first(leaf, NOTHING);
        self.give_back(leaf);
    }

    /// Frees a leaf.
    #[inline]
    fn give_back(&mut self, leaf: u32) {
        self.free[self.spare] = leaf;
        self.spare += 1;
    }

    /// Puts an event on `leaf`, and replays upwards as far as winners change.
    fn put(&mut self, leaf: u32, word: u64) {
        let (mut group, mut place) = self.locate(leaf);
        let mut winner = word;
        loop {
            let played = &mut self.groups[group];
            if played.0[place] == winner {
                return;
            }
            played.0[place] = winner;
            winner = played.winner();
            if group == 0 {
                self.first = winner;
                return;
            }
            (group, place) = ((group - 1) / ARITY, (group - 1) % ARITY);
        }
    }

    /// Replaces the leaf of the first event: winners change all the way to the root.
    #[inline]
    fn replace_first(&mut self, leaf: u32, word: u64) {
        let (mut group, mut place) = self.locate(leaf);
        let mut winner = word;
        loop {
            let played = &mut self.groups[group];
            played.0[place] = winner;
            winner = played.winner();
            if group == 0 {
                self.first = winner;
                return;
            }
            (group, place) = ((group - 1) / ARITY, (group - 1) % ARITY);
        }
    }

    #[inline]
    fn locate(&self, leaf: u32) -> (usize, usize) {
        (self.lowest + leaf as usize / ARITY, leaf as usize % ARITY)
    }

    /// Adds a level: four times the leaves. The leaves keep their numbers.
    #[cold]
    fn grow(&mut self) {
        let leaves = self.groups.split_off(self.lowest);
        self.lowest = self.lowest * ARITY + 1;
        self.groups = vec![Group::EMPTY; self.lowest];
        self.groups.extend(&leaves);
        self.groups.resize(self.lowest + ARITY * leaves.len(), Group::EMPTY);
        let (before, after) = (ARITY * leaves.len(), ARITY * ARITY * leaves.len());
        self.free.resize(after, 0);
        for leaf in (before..after).rev() {
            self.give_back(leaf as u32);
        }
        self.play_all();
    }

    /// Replays all games, from the leaves up.
    fn play_all(&mut self) {
        for group in (1..self.groups.len()).rev() {
            let winner = self.groups[group].winner();
            self.groups[(group - 1) / ARITY].0[(group - 1) % ARITY] = winner;
        }
        self.first = self.groups[0].winner();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    #[test]
    fn when_an_event_is_due_can_be_asked() {
        let mut agenda = Agenda::default();
        let far = Time(3_000_000_000_000);
        agenda.set(1, Time(10), Class::Observe);
        agenda.set(2, far, Class::Arrive);
        agenda.set(4, Time(20), Class::Complete);
        agenda.set_stream(5, Time(15), Class::Arrive);
        let all = |agenda: &Agenda| [0, 1, 2, 3, 4, 5, 99].map(|slot| agenda.due(slot));
        let never = Time::NEVER;
        assert_eq!(all(&agenda), [never, Time(10), far, never, Time(20), Time(15), never]);
        assert_eq!(agenda.pop(), Some((Time(10), 1)));
        agenda.set(4, Time(17), Class::Complete);
        assert_eq!(all(&agenda), [never, never, far, never, Time(17), Time(15), never]);
    }

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

    /// Reference: the simplest possible event list, a vector searched for its minimum.
    #[test]
    fn agrees_with_a_list_searched_from_end_to_end() {
        // Within nanoseconds of each other, within seconds, within an hour, and all of these mixed.
        for spreads in [[50, 50], [5_000_000_000, 5_000_000_000], [50, 3_600_000_000_000]] {
            agrees_with_a_list(spreads);
        }
    }

    fn agrees_with_a_list(spreads: [u64; 2]) {
        let key = Key::root(1, spreads[1]);
        let mut agenda = Agenda::default();
        let mut plain: Vec<(Time, Class, u64, Slot)> = Vec::new();
        let mut now = Time::ZERO;
        for step in 0..20_000u64 {
            let slot = (key.bits(step * 4) % 97) as Slot;
            match key.bits(step * 4 + 1) % 4 {
                0 | 1 => {
                    let drawn = key.bits(step * 4 + 2);
                    let at = Time(now.0 + (drawn >> 1) % spreads[(drawn & 1) as usize]);
                    let class = [Class::Complete, Class::Expire, Class::Arrive, Class::Observe]
                        [(key.bits(step * 4 + 3) % 4) as usize];
                    plain.retain(|entry| entry.3 != slot);
                    plain.push((at, class, step, slot));
                    if slot < 3 {
                        agenda.set_stream(slot, at, class);
                    } else {
                        agenda.set(slot, at, class);
                    }
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
