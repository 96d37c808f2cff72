//! A partitioned log as one consumer group sees it, and the assignment of partitions to its members.

use std::collections::VecDeque;

/// One partition for one consumer group: the records from the committed offset on, and how many of them
/// have been taken. Lag is all of them.
#[derive(Clone, Debug)]
pub struct Partition<Record> {
    records: VecDeque<Record>,
    taken: usize,
}

impl<Record> Default for Partition<Record> {
    fn default() -> Self {
        Partition { records: VecDeque::new(), taken: 0 }
    }
}

impl<Record: Copy> Partition<Record> {
    /// Append a record.
    pub fn append(&mut self, record: Record) {
        self.records.push_back(record);
    }

    /// Records not yet taken.
    pub fn available(&self) -> usize {
        self.records.len() - self.taken
    }

    /// Take the oldest record that is not yet taken.
    pub fn take(&mut self) -> Option<Record> {
        let record = *self.records.get(self.taken)?;
        self.taken += 1;
        Some(record)
    }

    /// Commit the `count` oldest of the records that were taken.
    pub fn commit(&mut self, count: usize) {
        debug_assert!(count <= self.taken, "more records committed than taken");
        self.records.drain(..count);
        self.taken -= count;
    }

    /// Whoever had taken records is gone: those not committed will be taken again.
    pub fn rewind(&mut self) {
        self.taken = 0;
    }

    /// Log end offset less committed offset.
    pub fn lag(&self) -> u64 {
        self.records.len() as u64
    }
}

/// Range assignment (`RangeAssignor`): with `partitions` and `members` in their sorted order, member i has
/// the half-open range of partitions returned. Members beyond the partitions have none.
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
        assert_eq!(partition.take(), Some('a'));
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
        assert_eq!((partition.take(), partition.take()), (Some('a'), Some('b')));
        partition.commit(1);
        partition.rewind();
        assert_eq!((partition.lag(), partition.available()), (2, 2));
        assert_eq!(
            (partition.take(), partition.take(), partition.take()),
            (Some('b'), Some('c'), None)
        );
    }
}
