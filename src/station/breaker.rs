//! Circuit breaking in a service mesh's proxy: limits on concurrent and pending requests, outlier
//! ejection, and retry budgets.
//!
//! Three state machines, each for one client's proxy and one service (in Envoy, a cluster): proxies
//! share no state. They behave as Envoy does (`conn_pool_base.cc`, `outlier_detection_impl.cc`,
//! `resource_manager_impl.h`); the constants are its defaults (`circuit_breaker.proto`,
//! `outlier_detection.proto`, `cluster.proto`). Istio's `DestinationRule` sets the same fields;
//! where its defaults differ, the constant says so.

use std::collections::VecDeque;

use crate::units::{Span, Time};

/// Maximum connections to all hosts of a service (`max_connections`; Istio: [`UNLIMITED`]).
pub const CONNECTIONS: u32 = 1024;
/// Maximum requests waiting for a connection (`max_pending_requests`; Istio: [`UNLIMITED`]).
const PENDING: u32 = 1024;
/// Istio's limit where a rule is absent: 2³² − 1.
pub const UNLIMITED: u32 = u32::MAX;
/// Maximum concurrent retries (`max_retries`; Istio: [`UNLIMITED`]).
pub const RETRIES: u32 = 3;
/// Maximum concurrent retries as a share of the active requests (`budget_percent` 20).
const RETRY_SHARE: f64 = 0.2;
/// Concurrent retries that a budget always allows (`min_retry_concurrency`).
const RETRIES_LEAST: u32 = 3;
/// Consecutive failures that eject a host (`consecutive_5xx`).
pub const FAILURES: u32 = 5;
/// Interval of the sweeps that return ejected hosts (`interval`).
pub const SWEEP: Span = Span::from_millis(10_000);
/// Duration of a first ejection (`base_ejection_time`).
pub const EJECTION: Span = Span::from_millis(30_000);
/// Maximum duration of an ejection (`max_ejection_time`).
pub const EJECTION_LONGEST: Span = Span::from_millis(300_000);
/// Maximum share of ejected hosts \[%\] (`max_ejection_percent`).
pub const EJECTED_MOST: u32 = 10;
/// Panic threshold: share of healthy hosts below which all are used \[%\]
/// (`healthy_panic_threshold`; Istio's `minHealthPercent`: 0).
const PANIC: u32 = 50;

/// Limits on the requests to a service.
///
/// With HTTP/1 a request has a connection to itself. With HTTP/2 `connections` is the limit of
/// requests (`http2MaxRequests`) and `pending` is zero: excess requests overflow at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum concurrent requests; at least one.
    pub connections: u32,
    /// Maximum pending requests in addition.
    pub pending: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { connections: CONNECTIONS, pending: PENDING }
    }
}

/// Outcome of a request's arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// It has a connection.
    Granted,
    /// It is pending.
    Waits,
    /// It is rejected at once: status 503, flag `UO`.
    Overflow,
}

/// Connections of a proxy to a service. Opening one takes no time here; they are not distinguished
/// by host, though each proxy always has one to the host it has chosen, above the limit if need be.
#[derive(Clone, Debug)]
pub struct Connections {
    limits: Limits,
    in_use: u32,
    waiting: VecDeque<u32>,
}

impl Connections {
    /// Creates the state without active requests.
    pub fn new(limits: Limits) -> Connections {
        debug_assert!(limits.connections > 0, "without a connection nobody is ever served");
        Connections { limits, in_use: 0, waiting: VecDeque::new() }
    }

    /// Returns the number of requests with a connection.
    pub fn in_use(&self) -> u32 {
        self.in_use
    }

    /// Returns the number of pending requests.
    pub fn waiting(&self) -> u32 {
        self.waiting.len() as u32
    }

    /// Whether a request would get a connection at once.
    pub fn has_free(&self) -> bool {
        self.in_use < self.limits.connections
    }

    /// Handles the arrival of a request.
    pub fn enter(&mut self, who: u32) -> Entry {
        debug_assert!(self.waiting.is_empty() || self.in_use == self.limits.connections);
        if self.in_use < self.limits.connections {
            self.in_use += 1;
            Entry::Granted
        } else if self.waiting() < self.limits.pending {
            self.waiting.push_back(who);
            Entry::Waits
        } else {
            Entry::Overflow
        }
    }

    /// Handles the end of a request with a connection; returns the first pending one, which gets
    /// it.
    pub fn leave(&mut self) -> Option<u32> {
        debug_assert!(self.in_use > 0, "more requests over than begun");
        let next = self.waiting.pop_front();
        if next.is_none() {
            self.in_use -= 1;
        }
        next
    }

    /// Removes a pending request. Returns false when it was not pending.
    pub fn give_up(&mut self, who: u32) -> bool {
        let place = self.waiting.iter().position(|waiting| *waiting == who);
        place.is_some_and(|place| self.waiting.remove(place).is_some())
    }
}

/// Retry budget: limit on concurrent retries as a share of all requests, with a minimum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// Share of the active and pending requests; zero for a fixed number of retries.
    pub share: f64,
    /// Number of retries that are always allowed.
    pub least: u32,
}

impl Budget {
    /// Creates a fixed limit on concurrent retries (`max_retries`), as in a proxy without a budget.
    pub fn fixed(retries: u32) -> Budget {
        Budget { share: 0.0, least: retries }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Budget { share: RETRY_SHARE, least: RETRIES_LEAST }
    }
}

/// Concurrent retries under a budget.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    budget: Budget,
    active: u32,
}

impl Retries {
    /// Creates the state without retries.
    pub fn new(budget: Budget) -> Retries {
        debug_assert!(budget.share >= 0.0);
        Retries { budget, active: 0 }
    }

    /// Whether a request may be retried while `requests` are active or pending; counts the retry if
    /// so.
    pub fn begin(&mut self, requests: u32) -> bool {
        // Fractions of a retry are rounded down.
        let share = (self.budget.share * f64::from(requests)) as u32;
        let may = self.active < share.max(self.budget.least);
        self.active += u32::from(may);
        may
    }

    /// Handles the end of a retry.
    pub fn end(&mut self) {
        debug_assert!(self.active > 0, "more retries over than begun");
        self.active -= 1;
    }
}

/// Outlier detection rules: when a host is ejected, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Consecutive failures that eject; at least one. A failure is a status of 500 and above, also
    /// when the proxy itself generated it for a timeout or a failed connection.
    pub failures: u32,
    /// Sweep interval; only sweeps return hosts, so that an ejection is longer by up to one
    /// interval.
    pub sweep: Span,
    /// Duration of an ejection: this times the number of ejections …
    pub ejection: Span,
    /// … and at most this.
    pub longest: Span,
    /// Maximum share of ejected hosts \[%\].
    pub most: u32,
    /// Whether one host may be ejected in spite of `most`: `always_eject_one_host`, the default
    /// behaviour of Envoy before 1.31.
    pub one_always: bool,
    /// Panic threshold: all hosts are used while a smaller share is not ejected \[%\].
    pub panic: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            failures: FAILURES,
            sweep: SWEEP,
            ejection: EJECTION,
            longest: EJECTION_LONGEST,
            most: EJECTED_MOST,
            one_always: false,
            panic: PANIC,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Host {
    who: u32,
    /// Consecutive failures.
    failures: u32,
    ejected: Option<Time>,
    /// Multiplier of the next ejection: increased by each ejection, decreased by each sweep without
    /// one.
    factor: u32,
}

/// Outlier detection: ejection of a service's hosts after consecutive failures.
///
/// A host is ejected at the instant of its last failure; each `sweep` returns those whose time is
/// over.
#[derive(Clone, Debug)]
pub struct Outliers {
    rules: Rules,
    /// Offset of the sweeps, which repeat at whole intervals.
    phase: Span,
    /// Hosts, ordered by number.
    hosts: Vec<Host>,
    ejected: u32,
    /// Next sweep that can change something.
    due: Time,
}

impl Outliers {
    /// Creates the state without failures. Sweeps are at `phase` and whole intervals later: proxies
    /// start at different times.
    pub fn new(hosts: impl IntoIterator<Item = u32>, rules: Rules, phase: Span) -> Outliers {
        debug_assert!(rules.failures > 0 && rules.sweep > Span::ZERO);
        let none = Vec::new();
        let mut outliers = Outliers { rules, phase, hosts: none, ejected: 0, due: Time::NEVER };
        for host in hosts {
            outliers.add(host);
        }
        outliers
    }

    /// Adds a host without failures.
    pub fn add(&mut self, who: u32) {
        let Err(place) = self.place(who) else {
            debug_assert!(false, "host {who} is there already");
            return;
        };
        let host = Host { who, failures: 0, ejected: None, factor: 0 };
        self.hosts.insert(place, host);
    }

    /// Removes a host.
    pub fn remove(&mut self, who: u32) {
        if let Ok(place) = self.place(who) {
            let host = self.hosts.remove(place);
            self.ejected -= u32::from(host.ejected.is_some());
        }
    }

    /// Sets the hosts, in order of their numbers; those that stay keep their state.
    pub fn set_hosts(&mut self, hosts: &[u32]) {
        self.hosts.retain(|host| hosts.binary_search(&host.who).is_ok());
        self.ejected = self.hosts.iter().filter(|host| host.ejected.is_some()).count() as u32;
        for who in hosts {
            if self.place(*who).is_err() {
                self.add(*who);
            }
        }
    }

    fn place(&self, who: u32) -> Result<usize, usize> {
        self.hosts.binary_search_by_key(&who, |host| host.who)
    }

    /// Returns the number of ejected hosts.
    pub fn ejected(&self) -> u32 {
        self.ejected
    }

    /// Whether requests may go to a host: it is not ejected, or so many are that the panic
    /// threshold applies.
    pub fn eligible(&self, who: u32) -> bool {
        let hosts = self.hosts.len() as u64;
        let healthy = hosts - u64::from(self.ejected);
        let panics = healthy * 100 < u64::from(self.rules.panic) * hosts;
        self.place(who).is_ok_and(|place| panics || self.hosts[place].ejected.is_none())
    }

    /// Records a host's answer or failure. Returns true when this ejects it: [`Outliers::next`]
    /// changes.
    pub fn answered(&mut self, now: Time, who: u32, failed: bool) -> bool {
        let Ok(place) = self.place(who) else { return false };
        let (rules, ejected, hosts) = (self.rules, self.ejected, self.hosts.len() as u32);
        let host = &mut self.hosts[place];
        if !failed {
            host.failures = 0;
            return false;
        }
        host.failures += 1;
        // Requests that were active at the ejection have no effect.
        if host.failures < rules.failures || host.ejected.is_some() {
            return false;
        }
        host.failures = 0;
        let within = u64::from(ejected + 1) * 100 <= u64::from(rules.most) * u64::from(hosts);
        let first = rules.one_always && ejected == 0;
        if !within && !first {
            return false;
        }
        host.ejected = Some(now);
        // The multiplier stops growing at the longest ejection.
        if u64::from(host.factor) * rules.ejection.0 < rules.longest.0 + rules.ejection.0 {
            host.factor += 1;
        }
        self.ejected += 1;
        self.due = self.due.min(self.sweep_after(now));
        true
    }

    fn sweep_after(&self, now: Time) -> Time {
        let first = Time(self.phase.0 % self.rules.sweep.0);
        if now < first {
            return first;
        }
        let gone = (now - first).0 / self.rules.sweep.0;
        first + Span((gone + 1) * self.rules.sweep.0)
    }

    /// Returns when to call [`Outliers::sweep`]: never while no host is or was recently ejected.
    pub fn next(&self) -> Time {
        self.due
    }

    /// Returns hosts whose ejection is over, and their number. To be called at the time given by
    /// [`Outliers::next`].
    pub fn sweep(&mut self, now: Time) -> u32 {
        debug_assert!(now == self.due, "sweeps have their times");
        let rules = self.rules;
        let (mut back, mut pending) = (0, false);
        for host in &mut self.hosts {
            if let Some(since) = host.ejected {
                let length = Span(rules.ejection.0.saturating_mul(u64::from(host.factor)));
                if now - since >= length.min(rules.longest) {
                    (host.ejected, host.failures) = (None, 0);
                    back += 1;
                }
            } else {
                host.factor = host.factor.saturating_sub(1);
            }
            pending |= host.factor > 0;
        }
        self.ejected -= back;
        self.due = if pending { self.sweep_after(now) } else { Time::NEVER };
        back
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(value: u64) -> Time {
        Time(value * 1_000_000_000)
    }

    /// Five consecutive failures, half of the hosts, no panic threshold: common rules.
    const HALF: Rules = Rules {
        failures: 5,
        sweep: Span::from_millis(10_000),
        ejection: Span::from_millis(30_000),
        longest: Span::from_millis(300_000),
        most: 50,
        one_always: false,
        panic: 0,
    };

    /// Whether the last of `times` failures ejects the host, and none before.
    fn fails(outliers: &mut Outliers, now: Time, who: u32, times: u32) -> bool {
        let before = (1..times).any(|_| outliers.answered(now, who, true));
        assert!(!before, "ejected too early");
        outliers.answered(now, who, true)
    }

    #[test]
    fn a_hundred_are_served_fifty_wait_and_the_next_overflows() {
        let mut hop = Connections::new(Limits { connections: 100, pending: 50 });
        let entries: Vec<Entry> = (0..152).map(|who| hop.enter(who)).collect();
        assert!(entries[..100].iter().all(|entry| *entry == Entry::Granted));
        assert!(entries[100..150].iter().all(|entry| *entry == Entry::Waits));
        assert_eq!(entries[150..], [Entry::Overflow; 2]);
        assert_eq!((hop.in_use(), hop.waiting()), (100, 50));
        // First come, first served, except for requests that have given up.
        assert!(hop.give_up(101));
        assert!(!hop.give_up(101) && !hop.give_up(5));
        assert_eq!((hop.leave(), hop.leave()), (Some(100), Some(102)));
        assert_eq!((hop.in_use(), hop.waiting()), (100, 47));
        assert_eq!(hop.enter(200), Entry::Waits);
    }

    #[test]
    fn a_connection_nobody_waits_for_is_free() {
        let mut hop = Connections::new(Limits { connections: 1, pending: 0 });
        assert_eq!((hop.enter(1), hop.enter(2)), (Entry::Granted, Entry::Overflow));
        assert_eq!(hop.leave(), None);
        assert_eq!(hop.enter(3), Entry::Granted);
    }

    #[test]
    fn a_budget_allows_a_share_and_always_a_few() {
        let mut retries = Retries::new(Budget { share: 0.2, least: 3 });
        // A fifth of ten is less than three.
        assert_eq!(
            [10, 10, 10, 10].map(|requests| retries.begin(requests)),
            [true, true, true, false]
        );
        // A fifth of 24 is 4.8: four.
        assert!(retries.begin(24) && !retries.begin(24));
        retries.end();
        retries.end();
        assert!(retries.begin(10) && !retries.begin(10));
        let mut fixed = Retries::new(Budget::fixed(1));
        assert!(fixed.begin(1_000) && !fixed.begin(1_000));
    }

    #[test]
    fn a_success_begins_the_count_anew() {
        let mut outliers = Outliers::new(0..2, HALF, Span::ZERO);
        for failed in [true, true, true, true, false, true, true, true, true] {
            assert!(!outliers.answered(secs(1), 0, failed));
        }
        assert!(outliers.eligible(0) && outliers.next() == Time::NEVER);
        assert!(outliers.answered(secs(2), 0, true));
        assert!(!outliers.eligible(0) && outliers.eligible(1));
        assert!(!outliers.eligible(9), "no such host");
    }

    #[test]
    fn an_ejection_ends_at_the_sweep_after_its_time() {
        let mut outliers = Outliers::new(0..4, HALF, Span::ZERO);
        // Ejected at 12 s for 30 s: over at 42, back with the sweep at 50.
        assert!(fails(&mut outliers, secs(12), 0, 5));
        for at in [20, 30, 40] {
            assert_eq!(outliers.next(), secs(at));
            assert_eq!(outliers.sweep(secs(at)), 0);
        }
        // Late answers to earlier requests do not count.
        assert!(!fails(&mut outliers, secs(41), 0, 20));
        assert_eq!((outliers.next(), outliers.sweep(secs(50))), (secs(50), 1));
        assert!(outliers.eligible(0));
        // A second time at 55 s, for 60 s: over at 115, back at 120.
        assert!(fails(&mut outliers, secs(55), 0, 5));
        for at in [60, 70, 80, 90, 100, 110] {
            assert_eq!(outliers.sweep(secs(at)), 0);
        }
        assert_eq!(outliers.sweep(secs(120)), 1);
        // Each quiet sweep after its return reduces the multiplier by one.
        assert_eq!(outliers.next(), secs(130));
        assert_eq!((outliers.sweep(secs(130)), outliers.next()), (0, secs(140)));
        assert_eq!((outliers.sweep(secs(140)), outliers.next()), (0, Time::NEVER));
        // So the next one is 30 s long again: 145 + 30 is over at the sweep of 180.
        assert!(fails(&mut outliers, secs(145), 0, 5));
        let back = [150, 160, 170, 180].map(|at| outliers.sweep(secs(at)));
        assert_eq!(back, [0, 0, 0, 1]);
    }

    #[test]
    fn ejections_grow_to_the_longest() {
        // Fails again at each return: 30, 60, … 300, 300, 300 s.
        let mut outliers = Outliers::new(0..2, HALF, Span::from_millis(25_000));
        let mut now = secs(5);
        for times in 1..14 {
            assert!(fails(&mut outliers, now, 0, 5));
            let due = now + Span::from_millis(30_000 * times.min(10));
            while outliers.next() < due {
                assert_eq!(outliers.sweep(outliers.next()), 0);
            }
            assert_eq!((outliers.next(), outliers.sweep(due)), (due, 1));
            now = due;
        }
    }

    #[test]
    fn no_more_hosts_are_ejected_than_the_rules_allow() {
        let ejected = |hosts: u32, rules: Rules| {
            let mut outliers = Outliers::new(0..hosts, rules, Span::ZERO);
            let hits = (0..hosts).filter(|who| fails(&mut outliers, secs(1), *who, 5)).count();
            assert_eq!(outliers.ejected() as usize, hits);
            hits
        };
        assert_eq!([1, 2, 3, 4, 5].map(|hosts| ejected(hosts, HALF)), [0, 1, 1, 2, 2]);
        let tenth = Rules { most: 10, ..HALF };
        assert_eq!([4, 10, 19, 20].map(|hosts| ejected(hosts, tenth)), [0, 1, 1, 2]);
        assert_eq!(ejected(4, Rules { one_always: true, ..tenth }), 1);
        // A host that was spared starts counting anew.
        let mut outliers = Outliers::new(0..3, HALF, Span::ZERO);
        assert!(fails(&mut outliers, secs(1), 0, 5) && !fails(&mut outliers, secs(1), 1, 5));
        outliers.remove(0);
        outliers.add(3);
        assert!(fails(&mut outliers, secs(2), 1, 5));
    }

    #[test]
    fn too_few_healthy_hosts_are_worse_than_failing_ones() {
        let rules = Rules { most: 100, panic: 50, ..HALF };
        let mut outliers = Outliers::new(0..4, rules, Span::ZERO);
        assert!(fails(&mut outliers, secs(1), 0, 5) && fails(&mut outliers, secs(1), 1, 5));
        assert_eq!([0, 1, 2, 3].map(|who| outliers.eligible(who)), [false, false, true, true]);
        assert!(fails(&mut outliers, secs(2), 2, 5));
        assert_eq!([0, 1, 2, 3].map(|who| outliers.eligible(who)), [true; 4]);
        // With one more healthy host, half are healthy.
        outliers.remove(0);
        outliers.add(7);
        assert_eq!(outliers.ejected(), 2);
        assert_eq!([1, 2, 3, 7].map(|who| outliers.eligible(who)), [false, false, true, true]);
    }
}
