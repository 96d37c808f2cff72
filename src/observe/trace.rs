//! Trace of a run and its digest: two runs are identical when their digests are.

use super::{Credited, Observer, Record};
use crate::units::Time;

/// Digest of all records in order, with their times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(pub u64);

impl Default for Digest {
    fn default() -> Self {
        Digest(0xCBF2_9CE4_8422_2325)
    }
}

impl Digest {
    fn take(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    }

    fn words<const N: usize>(&mut self, words: [u64; N]) {
        for word in words {
            self.take(word);
        }
    }
}

impl Observer for Digest {
    fn record(&mut self, now: Time, record: Record<'_>) {
        self.take(now.0);
        match record {
            Record::Offered { endpoint } => self.words([1, endpoint.into()]),
            Record::Answered { endpoint, took, spent } => {
                self.words([2, endpoint.into(), took.0]);
                self.words(*spent);
            }
            Record::Failed { endpoint, why, took } => {
                self.words([3, endpoint.into(), why as u64, took.0]);
            }
            Record::Unfinished { endpoint, age } => self.words([15, endpoint.into(), age.0]),
            Record::Waited { station, took, open } => {
                self.words([16, station.into(), took.0, open.into()]);
            }
            Record::Level { station, busy, waiting } => {
                self.words([4, station.into(), busy.to_bits(), waiting as u64]);
            }
            Record::Passed { station, waited, served } => {
                self.words([5, station.into(), waited.0, served.0]);
            }
            Record::Retimed { station, free } => self.words([6, station.into(), free.0]),
            Record::Used { station, used } => self.words([13, station.into(), used.0]),
            Record::Published { topic } => self.words([7, topic.into()]),
            Record::Consumed { listener, age, skipped } => {
                self.words([8, listener.into(), age.0, skipped.into()]);
            }
            Record::Completed { took } => self.words([9, took.0]),
            Record::Pods { service, change } => {
                self.words([11, service.into(), i64::from(change).cast_unsigned()]);
            }
            Record::Nodes { group, change } => {
                self.words([12, group.into(), i64::from(change).cast_unsigned()]);
            }
            Record::Owed { group, used } => self.words([14, group.into(), used.0]),
            Record::Credits { of: Credited::Nodes(group), left } => {
                self.words([15, group.into(), left.to_bits()]);
            }
            Record::Credits { of: Credited::Volume(database), left } => {
                self.words([16, database.into(), left.to_bits()]);
            }
            Record::Settled { state } => self.words([13, state.into()]),
            Record::ConnectionRefused { station } => self.words([10, station.into()]),
        }
    }

    fn mark(&mut self, now: Time) {
        self.take(now.0);
        self.take(0);
    }
}

/// Records of the kinds that tests examine, each as a line of text: for exact timelines.
#[derive(Clone, Debug, Default)]
pub struct Lines(pub Vec<String>);

impl Observer for Lines {
    fn record(&mut self, now: Time, record: Record<'_>) {
        let aside = matches!(
            record,
            Record::Level { .. }
                | Record::Passed { .. }
                | Record::Retimed { .. }
                | Record::Used { .. }
                | Record::Waited { .. }
                | Record::Unfinished { .. }
                | Record::Credits { .. }
        );
        if !aside {
            self.0.push(format!("{:.6} {record:?}", now.secs()));
        }
    }

    fn mark(&mut self, _: Time) {}
}
