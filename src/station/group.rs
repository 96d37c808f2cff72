//! Consumer group: membership, and rebalances when it changes.
//!
//! The coordinator is that of Kafka's classic protocol, together with the client side of its
//! members (`GroupCoordinator`, `DelayedJoin`, `InitialDelayedJoin`, `AbstractCoordinator`,
//! `ConsumerCoordinator`, versions 2.4 to 3.7). Membership changes when a member joins, leaves, is
//! silent for the session timeout or works on one batch for longer than the poll interval. The
//! coordinator then waits until all members have rejoined. They learn of it from the answer to
//! their next heartbeat, and rejoin at their next poll, so *the group waits for the slowest batch
//! in progress*. A member that has not rejoined by the rebalance timeout, which is the poll
//! interval, is removed.
//!
//! In the eager protocol a member gives up all partitions when it rejoins; in the cooperative one
//! it keeps working, and only reassigned partitions stop, for a second round. Requests take no time
//! here: a round trip or two are short compared to a heartbeat and a batch.
//!
//! `who` is the caller's number of a member. The caller reports each event by one method, then
//! reads [`Coordinator::actions`] and [`Coordinator::next`].

mod assign;
mod quiet;

use crate::units::{Span, Time};

/// Session timeout, after which a silent member is removed: `session.timeout.ms`, 45 s since 3.0.
pub const SESSION: Span = Span::from_millis(45_000);
/// Heartbeat interval: `heartbeat.interval.ms`.
pub const HEARTBEAT: Span = Span::from_millis(3_000);
/// Maximum time between two polls, and the rebalance timeout: `max.poll.interval.ms`.
pub const POLL_INTERVAL: Span = Span::from_millis(300_000);
/// Time that an empty group waits for further members: `group.initial.rebalance.delay.ms` of the
/// broker.
pub const INITIAL_DELAY: Span = Span::from_millis(3_000);

/// A partition: (topic, number).
pub type Partition = (u32, u32);

/// Rebalance protocol: handling of partitions during a rebalance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// All partitions are revoked. `RangeAssignor`, the first of the default
    /// `partition.assignment.strategy`.
    #[default]
    Eager,
    /// Unaffected partitions are kept. `CooperativeStickyAssignor`.
    Cooperative,
}

/// Settings of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Session timeout, after which a silent member is removed.
    pub session: Span,
    /// Heartbeat interval; less than the other two.
    pub heartbeat: Span,
    /// Maximum time for one batch, and maximum time that the group waits for a member.
    pub poll_interval: Span,
    /// Time that an empty group waits for further members: once, but for its first members it is
    /// extended as long as one joined during the wait, up to the poll interval.
    pub initial_delay: Span,
    /// Rebalance protocol.
    pub protocol: Protocol,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            session: SESSION,
            heartbeat: HEARTBEAT,
            poll_interval: POLL_INTERVAL,
            initial_delay: INITIAL_DELAY,
            protocol: Protocol::Eager,
        }
    }
}

/// A member that joins a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its number.
    pub who: u32,
    /// Rank in the order of member ids, which decides on surplus partitions. Ids begin with the
    /// client id, to which Spring appends the number of the thread: the first threads of all pods
    /// come first.
    pub rank: u64,
    /// Static membership (`group.instance.id`): a member that is back within the session timeout
    /// keeps its partitions, and leaving is not announced. Static members sort before all others.
    pub fixed: bool,
    /// Offset of its heartbeats, which repeat at whole intervals.
    pub phase: Span,
    /// Subscribed topics, by index.
    pub topics: Vec<u32>,
}

/// An instruction to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It owns nothing from now on, and takes no further batch until an assignment.
    Revoked(u32),
    /// It now owns the partitions returned by [`Coordinator::owned`], possibly none.
    Assigned(u32),
    /// It has been removed without knowing: it works on its batch, which others receive too.
    Removed(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// There are no members.
    Empty,
    /// The first members have joined; `left` is the time by which the wait can still be extended.
    Gathering {
        until: Time,
        left: Span,
        newcomer: bool,
    },
    /// Members are rejoining.
    Preparing {
        until: Time,
    },
    Stable,
}

/// State of a membership on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bond {
    /// It is a member.
    Member,
    /// It is gone, but still a member for the coordinator.
    Gone,
    /// It has been removed by the coordinator without knowing.
    Removed,
}

/// Progress of a member in rejoining.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joining {
    /// It is working, unaware of a rebalance.
    Works,
    /// It is aware, and will rejoin at its next poll.
    Asked,
    /// It is waiting for the answer to its join request.
    Joined,
}

#[derive(Clone, Debug)]
struct Entry {
    /// Its number, with an index among those of that number that fell silent; the live one is the
    /// first.
    key: (u32, u32),
    member: Member,
    bond: Bond,
    step: Joining,
    /// Time of the heartbeat that tells it of the rebalance.
    learns: Time,
    /// Whether it missed a generation or stopped its heartbeats: its commits are refused.
    behind: bool,
    /// Start of its batch.
    batch: Option<Time>,
    /// Time of its last assignment, which counts as a sign of life.
    seen: Time,
    /// End of its session, once it is silent.
    expires: Time,
    owned: Vec<Partition>,
    /// Partitions assigned to it by the coordinator.
    target: Vec<Partition>,
    /// Whether it has not yet seen its target.
    pending: bool,
    /// Whether a partition that it owned is to move, which requires it to rejoin.
    moving: bool,
}

impl Entry {
    /// Creates a member that waits for the answer to its first join request.
    fn joining(member: Member) -> Entry {
        Entry {
            key: (member.who, 0),
            member,
            bond: Bond::Member,
            step: Joining::Joined,
            learns: Time::NEVER,
            behind: false,
            batch: None,
            seen: Time::ZERO,
            expires: Time::NEVER,
            owned: Vec::new(),
            target: Vec::new(),
            pending: false,
            moving: false,
        }
    }

    /// Whether the coordinator considers it a member.
    fn known(&self) -> bool {
        self.bond != Bond::Removed
    }

    fn joined(&self) -> bool {
        self.step == Joining::Joined
    }
}

/// Timers of a group, in the order in which they fire at one instant: a member that joins at that
/// very instant has joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    Learns,
    Slow,
    Silent,
    Deadline,
}

/// A consumer group.
#[derive(Clone, Debug)]
pub struct Coordinator {
    settings: Settings,
    partitions: Vec<u32>,
    /// Members, ordered by key.
    entries: Vec<Entry>,
    state: State,
    since: Time,
    generation: u32,
    silenced: u32,
    actions: Vec<Action>,
    due: Time,
}

impl Coordinator {
    /// Creates a group without members, of topics with these numbers of partitions.
    pub fn new(settings: Settings, partitions: Vec<u32>) -> Coordinator {
        let Settings { session, heartbeat, poll_interval, .. } = settings;
        debug_assert!(heartbeat > Span::ZERO && heartbeat < session && heartbeat < poll_interval);
        Coordinator {
            settings,
            partitions,
            entries: Vec::new(),
            state: State::Empty,
            since: Time::ZERO,
            generation: 0,
            silenced: 0,
            actions: Vec::new(),
            due: Time::NEVER,
        }
    }

    /// Returns the number of assignments, including the times that the group became empty.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Returns the number of members known to the coordinator, silent ones included.
    pub fn members(&self) -> usize {
        self.entries.iter().filter(|entry| entry.known()).count()
    }

    /// Returns the start of the current rebalance.
    pub fn rebalancing(&self) -> Option<Time> {
        match self.state {
            State::Empty | State::Stable => None,
            State::Gathering { .. } | State::Preparing { .. } => Some(self.since),
        }
    }

    /// Returns the partitions from which a member takes its next batch.
    pub fn owned(&self, who: u32) -> &[Partition] {
        self.find(who).map_or(&[], |place| &self.entries[place].owned)
    }

    /// Drains the instructions to members since the last call, in order.
    pub fn actions(&mut self) -> std::vec::Drain<'_, Action> {
        self.actions.drain(..)
    }

    /// Returns when to call [`Coordinator::fire`].
    pub fn next(&self) -> Time {
        self.due
    }

    fn find(&self, who: u32) -> Option<usize> {
        self.entries.binary_search_by_key(&(who, 0), |entry| entry.key).ok()
    }

    /// Handles a join: of a new member, or of a static one that is back.
    pub fn join(&mut self, now: Time, member: Member) {
        match self.find(member.who) {
            Some(place) => {
                let entry = &mut self.entries[place];
                debug_assert!(entry.bond == Bond::Gone && member.fixed, "it is a member");
                entry.member = member;
                self.back(now, place);
            }
            None => self.enter(now, member),
        }
        self.settle();
    }

    fn enter(&mut self, now: Time, member: Member) {
        let mut entry = Entry::joining(member);
        entry.seen = now;
        let key = entry.key;
        let place = self.entries.partition_point(|entry| entry.key < key);
        self.entries.insert(place, entry);
        match &mut self.state {
            State::Empty if self.settings.initial_delay > Span::ZERO => {
                let Settings { initial_delay, poll_interval, .. } = self.settings;
                let left = Span(poll_interval.0.saturating_sub(initial_delay.0));
                self.since = now;
                self.state = State::Gathering { until: now + initial_delay, left, newcomer: false };
            }
            State::Gathering { newcomer, .. } => *newcomer = true,
            State::Empty | State::Stable | State::Preparing { .. } => self.changed(now),
        }
    }

    /// Handles the return of a static member that was away, or too slow, under its old name: unless
    /// a rebalance is in progress, it continues where it was.
    fn back(&mut self, now: Time, place: usize) {
        let stable = self.state == State::Stable;
        let entry = &mut self.entries[place];
        (entry.bond, entry.behind) = (Bond::Member, false);
        (entry.expires, entry.learns, entry.seen) = (Time::NEVER, Time::NEVER, now);
        entry.step = if stable { Joining::Works } else { Joining::Joined };
        if stable {
            self.take_up(place);
            if self.entries[place].step == Joining::Asked {
                self.join_again(now, place);
            }
        } else {
            self.changed(now);
        }
    }

    /// Handles the departure of a member that announces it; a static one does not.
    pub fn leave(&mut self, now: Time, who: u32) {
        if let Some(place) = self.find(who) {
            if self.entries[place].member.fixed {
                self.fall_silent(now, place);
            } else if self.entries.remove(place).known() {
                self.changed(now);
            }
        }
        self.settle();
    }

    /// Handles the unannounced end of a member.
    pub fn crash(&mut self, now: Time, who: u32) {
        if let Some(place) = self.find(who) {
            self.fall_silent(now, place);
        }
        self.settle();
    }

    fn fall_silent(&mut self, now: Time, place: usize) {
        let expires = self.session_end(now, place);
        let mut entry = self.entries.remove(place);
        if entry.bond == Bond::Removed {
            return;
        }
        // A member that waits for an answer is not expected to send heartbeats.
        let expires = if entry.joined() { Time::NEVER } else { expires };
        entry.expires = entry.expires.min(expires);
        (entry.bond, entry.batch, entry.learns) = (Bond::Gone, None, Time::NEVER);
        (entry.step, entry.pending) =
            (if entry.joined() { Joining::Joined } else { Joining::Works }, false);
        entry.owned.clear();
        if !entry.member.fixed {
            // Its successor is another member.
            self.silenced += 1;
            entry.key.1 = self.silenced;
        }
        let place = self.entries.partition_point(|other| other.key < entry.key);
        self.entries.insert(place, entry);
    }

    /// Returns the end of the session of a member whose last heartbeat was at or before `now`.
    fn session_end(&self, now: Time, place: usize) -> Time {
        let entry = &self.entries[place];
        let interval = self.settings.heartbeat.0;
        let phase = entry.member.phase.0 % interval;
        let last = now.0.checked_sub(phase).map_or(0, |since| now.0 - since % interval);
        entry.seen.max(Time(last)) + self.settings.session
    }

    /// Returns the first heartbeat of a member after `now`.
    fn heartbeat_after(&self, now: Time, place: usize) -> Time {
        let interval = self.settings.heartbeat.0;
        let first = Time(self.entries[place].member.phase.0 % interval);
        let gone = if now < first { 0 } else { (now - first).0 / interval + 1 };
        first + Span(gone * interval)
    }

    /// Notes that a member has polled records, and works on them until [`Coordinator::done`].
    pub fn begin(&mut self, now: Time, who: u32) {
        let Some(place) = self.find(who) else { return };
        let entry = &mut self.entries[place];
        debug_assert!(entry.batch.is_none() && !entry.owned.is_empty(), "{who} cannot poll");
        entry.batch = Some(now);
        // The batch may end long before; then nothing happens when the timer fires.
        self.due = self.due.min(now + self.settings.poll_interval);
    }

    /// Handles the end of a member's batch: it commits and polls. Returns false when the commit is
    /// refused, because the group has moved on without it: the records are redelivered to their
    /// current owner.
    pub fn done(&mut self, now: Time, who: u32) -> bool {
        let Some(place) = self.find(who) else { return false };
        let entry = &mut self.entries[place];
        debug_assert!(entry.batch.is_some(), "{who} has no batch");
        entry.batch = None;
        let committed = entry.known() && !entry.behind;
        if committed && !entry.pending && entry.step != Joining::Asked {
            return true;
        }
        if !entry.known() {
            let member = self.entries.remove(place).member;
            self.enter(now, member);
        } else if entry.behind {
            self.back(now, place);
        } else {
            if entry.pending {
                self.take_up(place);
            }
            if self.entries[place].step == Joining::Asked {
                self.join_again(now, place);
            }
        }
        self.settle();
        committed
    }

    /// Makes a member that is aware of the rebalance rejoin.
    fn join_again(&mut self, now: Time, place: usize) {
        let entry = &mut self.entries[place];
        debug_assert!(entry.bond == Bond::Member && entry.batch.is_none());
        (entry.step, entry.learns) = (Joining::Joined, Time::NEVER);
        if self.settings.protocol == Protocol::Eager && !entry.owned.is_empty() {
            entry.owned.clear();
            self.actions.push(Action::Revoked(entry.key.0));
        }
        self.changed(now);
    }

    /// Makes a member see its new assignment.
    fn take_up(&mut self, place: usize) {
        let entry = &mut self.entries[place];
        entry.pending = false;
        // It gives up the partitions that move and rejoins, so that they can be assigned.
        if entry.moving {
            (entry.step, entry.moving) = (Joining::Asked, false);
        }
        entry.owned.clone_from(&entry.target);
        self.actions.push(Action::Assigned(entry.key.0));
    }

    /// Starts or continues a rebalance after a membership change.
    fn changed(&mut self, now: Time) {
        match self.state {
            State::Gathering { .. } => return,
            State::Preparing { .. } => {}
            State::Empty | State::Stable => {
                self.since = now;
                self.state = State::Preparing { until: now + self.settings.poll_interval };
                for place in 0..self.entries.len() {
                    let learns = self.heartbeat_after(now, place);
                    let entry = &mut self.entries[place];
                    if entry.bond == Bond::Member && !entry.joined() {
                        entry.learns = learns;
                    }
                }
            }
        }
        if self.entries.iter().all(|entry| entry.joined() || !entry.known()) {
            self.complete(now);
        }
    }

    /// Completes a rebalance: all have joined, or the timeout is over.
    fn complete(&mut self, now: Time) {
        for place in (0..self.entries.len()).rev() {
            let entry = &self.entries[place];
            if entry.known() && !entry.joined() && !entry.member.fixed {
                self.forget(place);
            }
        }
        let nobody = !self.entries.iter().any(Entry::known);
        if !nobody && !self.entries.iter().any(Entry::joined) {
            // All static members are away: wait until one is back or all sessions have ended.
            self.state = State::Preparing { until: now + self.settings.poll_interval };
            return;
        }
        self.generation += 1;
        if nobody {
            self.state = State::Empty;
            return;
        }
        self.state = State::Stable;
        // Static members that have not joined: their claims of ownership no longer count.
        for entry in self.entries.iter_mut().filter(|entry| entry.known() && !entry.joined()) {
            (entry.behind, entry.step, entry.pending) = (true, Joining::Works, false);
            entry.owned.clear();
        }
        self.assign();
        let cooperative = self.settings.protocol == Protocol::Cooperative;
        for place in 0..self.entries.len() {
            let entry = &mut self.entries[place];
            if !entry.known() {
                continue;
            }
            entry.learns = Time::NEVER;
            if !entry.joined() {
                continue;
            }
            (entry.step, entry.seen) = (Joining::Works, now);
            if entry.bond == Bond::Gone {
                entry.expires = now + self.settings.session;
            } else if cooperative && entry.batch.is_some() {
                entry.pending = true;
            } else {
                self.take_up(place);
            }
        }
        // A member that gives up partitions rejoins at once, unless it is in a batch.
        for place in 0..self.entries.len() {
            let entry = &self.entries[place];
            if entry.step == Joining::Asked && entry.known() && entry.batch.is_none() {
                self.join_again(now, place);
            }
        }
    }

    fn assign(&mut self) {
        let mut order: Vec<usize> =
            (0..self.entries.len()).filter(|place| self.entries[*place].known()).collect();
        order.sort_by_key(|place| {
            let entry = &self.entries[*place];
            (!entry.member.fixed, entry.member.rank, entry.key)
        });
        let members = || order.iter().map(|place| &self.entries[*place]);
        let listen: Vec<&[u32]> = members().map(|entry| entry.member.topics.as_slice()).collect();
        let targets = match self.settings.protocol {
            Protocol::Eager => assign::ranges(&self.partitions, &listen),
            Protocol::Cooperative => {
                let owned: Vec<&[Partition]> = members().map(|entry| &entry.owned[..]).collect();
                assign::sticky(&self.partitions, &listen, &owned)
            }
        };
        for (place, target) in order.into_iter().zip(targets) {
            let entry = &mut self.entries[place];
            entry.moving = entry.owned.iter().any(|owned| !target.contains(owned));
            entry.target = target;
        }
    }

    /// Removes a member. If it is alive it is in a batch, and joins as a new member after it.
    fn forget(&mut self, place: usize) {
        let entry = &mut self.entries[place];
        if entry.bond == Bond::Gone {
            self.entries.remove(place);
            return;
        }
        debug_assert!(entry.batch.is_some(), "who polls has joined");
        (entry.bond, entry.step) = (Bond::Removed, Joining::Works);
        (entry.learns, entry.expires) = (Time::NEVER, Time::NEVER);
        (entry.behind, entry.pending, entry.moving) = (false, false, false);
        entry.owned.clear();
        self.actions.push(Action::Removed(entry.key.0));
    }

    /// Returns the next timer: time, kind and member.
    fn earliest(&self) -> (Time, Timer, usize) {
        let mut first = match self.state {
            State::Gathering { until, .. } | State::Preparing { until } => {
                (until, Timer::Deadline, 0)
            }
            State::Empty | State::Stable => (Time::NEVER, Timer::Deadline, 0),
        };
        for (place, entry) in self.entries.iter().enumerate().filter(|entry| entry.1.known()) {
            first = first.min((entry.learns, Timer::Learns, place));
            first = first.min((entry.expires, Timer::Silent, place));
            if let Some(began) = entry.batch.filter(|_| entry.expires == Time::NEVER) {
                first = first.min((began + self.settings.poll_interval, Timer::Slow, place));
            }
        }
        first
    }

    fn settle(&mut self) {
        self.due = self.earliest().0;
    }

    /// Fires the timers due at `now`, the time returned by [`Coordinator::next`].
    pub fn fire(&mut self, now: Time) {
        loop {
            let (at, timer, place) = self.earliest();
            if at > now || at == Time::NEVER {
                break;
            }
            match timer {
                Timer::Learns => {
                    let entry = &mut self.entries[place];
                    (entry.learns, entry.step) = (Time::NEVER, Joining::Asked);
                    if entry.batch.is_none() {
                        self.join_again(now, place);
                    }
                }
                Timer::Slow => self.too_slow(now, place),
                Timer::Silent => {
                    self.forget(place);
                    self.changed(now);
                }
                Timer::Deadline => self.deadline(now),
            }
        }
        self.settle();
    }

    /// Handles a batch that exceeds the poll interval: the member leaves by itself, or if it is
    /// static stops its heartbeats.
    fn too_slow(&mut self, now: Time, place: usize) {
        if self.entries[place].member.fixed {
            let expires = self.session_end(now, place);
            let entry = &mut self.entries[place];
            (entry.behind, entry.step, entry.learns) = (true, Joining::Works, Time::NEVER);
            entry.expires = expires;
        } else {
            self.forget(place);
            self.changed(now);
        }
    }

    fn deadline(&mut self, now: Time) {
        if let State::Gathering { left, newcomer: true, .. } = self.state
            && self.generation == 0
            && left > Span::ZERO
        {
            let longer = self.settings.initial_delay.min(left);
            let left = Span(left.0 - longer.0);
            self.state = State::Gathering { until: now + longer, left, newcomer: false };
            return;
        }
        self.complete(now);
    }
}

#[cfg(test)]
mod tests;
