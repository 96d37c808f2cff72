//! Conservation laws: a ledger of a run, kept from its records alone.
//!
//! The model has its own counts; a [`Ledger`] is an independent second account. It knows only
//! capacities and the readers of topics, and reports sums that do not balance.

use super::{Observer, Record, Spent};
use crate::units::{Span, Time};

/// Tolerance of capacities in use for rounding: shares of cores are added and subtracted.
const ROUNDING: f64 = 1e-6;
/// Maximum number of faults kept; the first ones identify the problem.
const MOST_FAULTS: usize = 20;

/// Facts about the model that a ledger needs.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Capacity of each station, in its unit; infinite for unlimited.
    pub capacities: Vec<f64>,
    /// For each station, whether its capacity stays in use when idle, as open connections do.
    pub standing: Vec<bool>,
    /// Number of topics.
    pub topics: usize,
    /// Listeners, in the model's order.
    pub readers: Vec<Reader>,
}

/// A listener, for the ledger.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    /// Its station, whose number waiting is the lag.
    pub station: u32,
    /// The topic that it reads.
    pub topic: u32,
    /// Maximum number of records handled and not yet committed.
    pub uncommitted_most: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Account {
    busy: f64,
    waiting: i64,
    since: Time,
    /// Integral of the capacity in use \[unit x ns\].
    busy_time: f64,
    /// Sum of all increases and sum of all decreases of the number waiting.
    came: u64,
    left: u64,
    /// Time at which a first-come-first-served device is free.
    free_at: Time,
}

/// Ledger of a run.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    layout: Layout,
    accounts: Vec<Account>,
    published: Vec<u64>,
    consumed: Vec<u64>,
    now: Time,
    /// Requests made by users.
    pub offered: u64,
    /// Requests answered in time.
    pub answered: u64,
    /// Requests that failed.
    pub failed: u64,
    faults: Vec<String>,
}

impl Ledger {
    /// Creates a ledger for a model of this layout.
    pub fn new(layout: Layout) -> Ledger {
        Ledger {
            accounts: vec![Account::default(); layout.capacities.len()],
            published: vec![0; layout.topics],
            consumed: vec![0; layout.readers.len()],
            layout,
            ..Ledger::default()
        }
    }

    /// Returns the sums that do not balance at the end of a run with `unanswered` requests of users
    /// in flight.
    pub fn faults(mut self, unanswered: u64) -> Vec<String> {
        let (offered, answered, failed) = (self.offered, self.answered, self.failed);
        if offered != answered + failed + unanswered {
            self.fault(|| {
                format!(
                    "{offered} offered, {answered} answered, {failed} failed, {unanswered} in flight"
                )
            });
        }
        let end = self.now;
        for station in 0..self.accounts.len() {
            self.advance(station);
            let (used, capacity) =
                (self.accounts[station].busy_time, self.layout.capacities[station]);
            if used > capacity * end.0 as f64 * (1.0 + ROUNDING) + 1.0 {
                self.fault(|| format!("station {station}: {used} ns used, {capacity} for {end:?}"));
            }
        }
        for (number, reader) in self.layout.readers.clone().into_iter().enumerate() {
            let account = self.accounts[reader.station as usize];
            let (published, consumed) =
                (self.published[reader.topic as usize], self.consumed[number]);
            if account.came != published {
                let came = account.came;
                self.fault(|| format!("listener {number}: {published} published, {came} came"));
            }
            let committed = account.left;
            if committed > consumed || consumed - committed > reader.uncommitted_most {
                self.fault(|| {
                    format!("listener {number}: {consumed} handled, {committed} committed")
                });
            }
            if account.waiting < 0 || published != committed + account.waiting as u64 {
                let lag = account.waiting;
                self.fault(|| {
                    format!(
                        "listener {number}: {published} published, {committed} committed, lag {lag}"
                    )
                });
            }
        }
        self.faults
    }

    /// Returns the stations with something in use or waiting, except open connections.
    pub fn occupied(&self) -> Vec<usize> {
        let busy = |station: &usize| {
            let account = &self.accounts[*station];
            let in_use = account.busy.abs() > ROUNDING && !self.layout.standing[*station];
            in_use || account.waiting != 0
        };
        (0..self.accounts.len()).filter(busy).collect()
    }

    fn fault(&mut self, what: impl FnOnce() -> String) {
        if self.faults.len() < MOST_FAULTS {
            let fault = format!("{:.9} s: {}", self.now.secs(), what());
            self.faults.push(fault);
        }
    }

    fn clock(&mut self, now: Time) {
        if now < self.now {
            self.fault(|| format!("time runs back to {now:?}"));
        }
        self.now = now;
    }

    fn advance(&mut self, station: usize) {
        let account = &mut self.accounts[station];
        account.busy_time += account.busy * (self.now - account.since).0 as f64;
        account.since = self.now;
    }

    fn level(&mut self, station: usize, busy: f64, waiting: i64) {
        self.advance(station);
        let account = &mut self.accounts[station];
        account.busy += busy;
        account.waiting += waiting;
        account.came += waiting.max(0).unsigned_abs();
        account.left += waiting.min(0).unsigned_abs();
        let (busy, waiting) = (account.busy, account.waiting);
        let capacity = self.layout.capacities[station];
        if busy < -ROUNDING || busy > capacity + ROUNDING || waiting < 0 {
            self.fault(|| {
                format!("station {station}: {busy} of {capacity} in use, {waiting} wait")
            });
        }
    }

    fn passed(&mut self, station: usize, waited: Span, served: Span) {
        let start = self.now + waited;
        let due = self.accounts[station].free_at.max(self.now);
        if start != due {
            self.fault(|| format!("station {station}: begins {start:?}, free {due:?}"));
        }
        self.accounts[station].free_at = start + served;
    }

    fn answered(&mut self, took: Span, spent: &Spent) {
        self.answered += 1;
        let sum: u64 = spent.iter().sum();
        if sum != took.0 {
            self.fault(|| {
                format!("answered after {} ns, of which {sum} are accounted for", took.0)
            });
        }
    }
}

impl Observer for Ledger {
    fn record(&mut self, now: Time, record: Record<'_>) {
        self.clock(now);
        match record {
            Record::Offered { .. } => self.offered += 1,
            Record::Answered { took, spent, .. } => self.answered(took, spent),
            Record::Failed { .. } => self.failed += 1,
            Record::Level { station, busy, waiting } => {
                self.level(station as usize, busy, waiting);
            }
            Record::Passed { station, waited, served } => {
                self.passed(station as usize, waited, served);
            }
            Record::Retimed { station, free } => {
                self.accounts[station as usize].free_at = free;
            }
            Record::Used { station, used } => {
                self.accounts[station as usize].busy_time += used.0 as f64;
            }
            Record::Published { topic } => self.published[topic as usize] += 1,
            Record::Consumed { listener, .. } => self.consumed[listener as usize] += 1,
            Record::Completed { .. }
            | Record::Unfinished { .. }
            | Record::Waited { .. }
            | Record::ConnectionRefused { .. }
            | Record::Pods { .. }
            | Record::Nodes { .. }
            | Record::Owed { .. }
            | Record::Credits { .. }
            | Record::Settled { .. } => {}
        }
        if self.answered + self.failed > self.offered {
            self.fault(|| "more requests are over than were made".into());
        }
    }

    fn mark(&mut self, now: Time) {
        self.clock(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> Ledger {
        Ledger::new(Layout {
            capacities: vec![2.0, f64::INFINITY],
            standing: vec![false, false],
            topics: 1,
            readers: vec![Reader { station: 1, topic: 0, uncommitted_most: 1 }],
        })
    }

    fn level(station: u32, busy: f64, waiting: i64) -> Record<'static> {
        Record::Level { station, busy, waiting }
    }

    /// Returns the faults of these records, each a nanosecond after the previous one.
    fn faults(records: &[Record<'_>], unanswered: u64) -> Vec<String> {
        let mut ledger = ledger();
        for (at, record) in (1..).zip(records) {
            ledger.record(Time(at), *record);
        }
        ledger.faults(unanswered)
    }

    #[test]
    fn books_that_balance_have_no_faults() {
        let spent = [1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0];
        let records = [
            Record::Offered { endpoint: 0 },
            level(0, 2.0, 0),
            level(0, 0.0, 1),
            level(0, -2.0, -1),
            Record::Answered { endpoint: 0, took: Span(3), spent: &spent },
            Record::Published { topic: 0 },
            level(1, 0.0, 1),
            Record::Consumed { listener: 0, age: Span(1), skipped: false },
            level(1, 0.0, -1),
            Record::Passed { station: 0, waited: Span(0), served: Span(5) },
            Record::Passed { station: 0, waited: Span(4), served: Span(5) },
            Record::Offered { endpoint: 0 },
        ];
        assert_eq!(faults(&records, 1), Vec::<String>::new());
    }

    #[test]
    fn each_kind_of_loss_is_found() {
        let spent = Spent::default();
        let offered = Record::Offered { endpoint: 0 };
        let broken: [&[Record<'_>]; 9] = [
            &[offered],
            &[Record::Failed { endpoint: 0, why: super::super::Failure::Refused, took: Span(0) }],
            &[offered, Record::Answered { endpoint: 0, took: Span(1), spent: &spent }],
            &[level(0, 3.0, 0)],
            &[level(0, -1.0, 0)],
            &[level(0, 0.0, -1)],
            &[Record::Published { topic: 0 }],
            &[Record::Consumed { listener: 0, age: Span(0), skipped: false }; 2],
            &[
                Record::Passed { station: 0, waited: Span(0), served: Span(9) },
                Record::Passed { station: 0, waited: Span(0), served: Span(9) },
            ],
        ];
        for records in broken {
            assert!(!faults(records, 0).is_empty(), "{records:?}");
        }
        let mut back = ledger();
        back.mark(Time(5));
        back.mark(Time(4));
        assert_eq!(back.faults(0).len(), 1);
    }

    #[test]
    fn what_is_still_in_use_is_named() {
        let mut ledger = ledger();
        ledger.record(Time(1), level(0, 1.0, 0));
        assert_eq!(ledger.occupied(), [0]);
        ledger.record(Time(2), level(0, -1.0, 0));
        assert!(ledger.occupied().is_empty());
    }
}
