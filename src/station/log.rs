//! Partitioned log as seen by one consumer group, and the assignment of partitions to its members.

use std::collections::VecDeque;

/// One partition for one consumer group: the records from the committed offset on, and the number
/// of them that have been taken. Lag is all of them.
#[derive(Clone, Debug)]
pub struct Partition<Record> {
    records: VecDeque<Record>,
    taken: usize,
    /// Number of the oldest records that have been handled without being committed.
    handled: usize,
}

impl<Record> Default for Partition<Record> {
    fn default() -> Self {
        Partition { records: VecDeque::new(), taken: 0, handled: 0 }
    }
}

impl<Record: Copy> Partition<Record> {
    /// Appends a record.
    pub fn append(&mut self, record: Record) {
        self.records.push_back(record);
    }

    /// Returns the number of records not yet taken.
    pub fn available(&self) -> usize {
        self.records.len() - self.taken
    }

    /// Returns the records not yet taken, oldest first.
    pub fn left(&self) -> impl Iterator<Item = Record> {
        self.records.iter().skip(self.taken).copied()
    }

    /// Takes the oldest record not yet taken; returns also whether it has been handled before.
    pub fn take(&mut self) -> Option<(Record, bool)> {
        let record = *self.records.get(self.taken)?;
        self.taken += 1;
        Some((record, self.taken <= self.handled))
    }

    /// Gives back the record taken last.
    pub fn give_back(&mut self) {
        debug_assert!(self.taken > 0, "nothing was taken");
        self.taken -= 1;
    }

    /// Returns the records not yet taken, oldest first.
    pub fn upcoming(&self) -> impl Iterator<Item = Record> {
        self.records.iter().skip(self.taken).copied()
    }

    /// Commits the `count` oldest of the taken records.
    pub fn commit(&mut self, count: usize) {
        debug_assert!(count <= self.taken, "more records committed than taken");
        self.records.drain(..count);
        self.taken -= count;
        self.handled = self.handled.saturating_sub(count);
    }

    /// Rewinds to the committed offset, as when the consumer is gone: records taken since will be
    /// taken again. The last `unfinished` of them were not yet handled.
    pub fn rewind(&mut self, unfinished: usize) {
        self.handled = self.handled.max(self.taken.saturating_sub(unfinished));
        self.taken = 0;
    }

    /// Consumer lag: log end offset minus committed offset.
    pub fn lag(&self) -> u64 {
        self.records.len() as u64
    }
}

/// Range assignment (`RangeAssignor`): with `partitions` and `members` in their sorted order,
/// member i gets the half-open range of partitions returned. Members beyond the number of
/// partitions get none.
pub fn range(partitions: u32, members: u32, member: u32) -> std::ops::Range<u32> {
    debug_assert!(member < members);
    let (each, extra) = (partitions / members, partitions % members);
    let start = each * member + extra.min(member);
    start..start + each + u32::from(member < extra)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_gives_the_first_members_the_surplus() {
        let spread = |p: u32, m: u32| (0..m).map(|i| range(p, m, i).len()).collect::<Vec<_>>();
        assert_eq!(spread(3, 1), [3]);
        assert_eq!(spread(3, 2), [2, 1]);
        assert_eq!(spread(3, 3), [1, 1, 1]);
        assert_eq!(spread(3, 9).iter().filter(|n| **n == 0).count(), 6);
        assert_eq!(spread(6, 4), [2, 2, 1, 1]);
    }

    #[test]
    fn range_covers_each_partition_once() {
        for (p, m) in [(3, 2), (7, 3), (12, 5), (1, 4)] {
            let all: Vec<u32> = (0..m).flat_map(|i| range(p, m, i)).collect();
            assert_eq!(all, (0..p).collect::<Vec<_>>());
        }
    }

    #[test]
    fn lag_falls_at_the_commit_not_at_the_take() {
        let mut partition = Partition::default();
        partition.append('a');
        partition.append('b');
        assert_eq!(partition.lag(), 2);
        assert_eq!(partition.take(), Some(('a', false)));
        assert_eq!((partition.lag(), partition.available()), (2, 1));
        partition.commit(1);
        assert_eq!(partition.lag(), 1);
    }

    #[test]
    fn what_was_not_committed_is_taken_again() {
        let mut partition = Partition::default();
        for record in ['a', 'b', 'c'] {
            partition.append(record);
        }
        assert_eq!((partition.take(), partition.take()), (Some(('a', false)), Some(('b', false))));
        partition.commit(1);
        // The second is given back while the thread works on it; the third time it has been
        // handled.
        partition.rewind(1);
        assert_eq!((partition.lag(), partition.available()), (2, 2));
        assert_eq!(partition.take(), Some(('b', false)));
        partition.rewind(0);
        assert_eq!(partition.take(), Some(('b', true)));
        assert_eq!((partition.take(), partition.take()), (Some(('c', false)), None));
        partition.give_back();
        assert_eq!(partition.upcoming().collect::<String>(), "c");
        partition.commit(1);
        assert_eq!(partition.take(), Some(('c', false)));
    }
}
