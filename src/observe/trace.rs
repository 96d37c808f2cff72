//! The trace of a run and its digest: two runs are the same when their digests are.

use super::{Credited, Observer, Record};
use crate::units::Time;

/// A digest of every record in order, with its instant.
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
}

impl Observer for Digest {
    #[expect(clippy::too_many_lines, reason = "one record after another")]
    fn record(&mut self, now: Time, record: Record<'_>) {
        self.take(now.0);
        match record {
            Record::Offered { endpoint } => {
                self.take(1);
                self.take(u64::from(endpoint));
            }
            Record::Answered { endpoint, took, spent } => {
                self.take(2);
                self.take(u64::from(endpoint));
                self.take(took.0);
                for nanos in spent {
                    self.take(*nanos);
                }
            }
            Record::Failed { endpoint, why, took } => {
                self.take(3);
                self.take(u64::from(endpoint));
                self.take(why as u64);
                self.take(took.0);
            }
            Record::Unfinished { endpoint, age } => {
                self.take(15);
                self.take(u64::from(endpoint));
                self.take(age.0);
            }
            Record::Waited { station, took, open } => {
                self.take(16);
                self.take(u64::from(station));
                self.take(took.0);
                self.take(u64::from(open));
            }
            Record::Level { station, busy, waiting } => {
                self.take(4);
                self.take(u64::from(station));
                self.take(busy.to_bits());
                self.take(waiting as u64);
            }
            Record::Passed { station, waited, served } => {
                self.take(5);
                self.take(u64::from(station));
                self.take(waited.0);
                self.take(served.0);
            }
            Record::Retimed { station, free } => {
                self.take(6);
                self.take(u64::from(station));
                self.take(free.0);
            }
            Record::Used { station, used } => {
                self.take(13);
                self.take(u64::from(station));
                self.take(used.0);
            }
            Record::Published { topic } => {
                self.take(7);
                self.take(u64::from(topic));
            }
            Record::Consumed { listener, age, skipped } => {
                self.take(8);
                self.take(u64::from(listener));
                self.take(age.0);
                self.take(u64::from(skipped));
            }
            Record::Completed { took } => {
                self.take(9);
                self.take(took.0);
            }
            Record::Pods { service, change } => {
                self.take(11);
                self.take(u64::from(service));
                self.take(i64::from(change).cast_unsigned());
            }
            Record::Nodes { group, change } => {
                self.take(12);
                self.take(u64::from(group));
                self.take(i64::from(change).cast_unsigned());
            }
            Record::Owed { group, used } => {
                self.take(14);
                self.take(u64::from(group));
                self.take(used.0);
            }
            Record::Credits { of, left } => {
                let (kind, number) = match of {
                    Credited::Nodes(group) => (15, group),
                    Credited::Volume(database) => (16, database),
                };
                self.take(kind);
                self.take(u64::from(number));
                self.take(left.to_bits());
            }
            Record::Settled { state } => {
                self.take(13);
                self.take(u64::from(state));
            }
            Record::ConnectionRefused { station } => {
                self.take(10);
                self.take(u64::from(station));
            }
        }
    }

    fn mark(&mut self, now: Time) {
        self.take(now.0);
        self.take(0);
    }
}

/// Records of the kinds that tests look at, each as a line of text: for exact timelines.
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
