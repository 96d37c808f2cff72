//! A consumer group: who is a member, and when the group stands still because that changes.
//!
//! The coordinator is that of Kafka's classic protocol, together with what its members do on their side
//! (`GroupCoordinator`, `DelayedJoin`, `InitialDelayedJoin`, `AbstractCoordinator`,
//! `ConsumerCoordinator`, versions 2.4 to 3.7). Membership changes when a member joins, leaves, is silent
//! for the session timeout or works on one batch for longer than the poll interval. The coordinator then
//! waits until all members have joined anew. They learn of it from the answer to their next heartbeat,
//! and join when they poll next, so *the group waits for the slowest batch under way*. Who has not joined
//! at the rebalance timeout, which is the poll interval, is removed.
//!
//! In the eager protocol a member gives up all partitions as it joins; in the cooperative one it works on,
//! and only what moves stands still, for a second round. Requests take no time here: a round trip or two
//! are little beside a heartbeat and a batch.
//!
//! `who` is the caller's number of a member. It calls one method for each thing that happens, then reads
//! [`Coordinator::actions`] and [`Coordinator::next`].

mod assign;
mod quiet;

use crate::units::{Span, Time};

/// Silence after which a member is removed: `session.timeout.ms`, 45 s since 3.0.
pub const SESSION: Span = Span::from_millis(45_000);
/// Between two heartbeats: `heartbeat.interval.ms`.
pub const HEARTBEAT: Span = Span::from_millis(3_000);
/// Longest time between two polls, and the rebalance timeout: `max.poll.interval.ms`.
pub const POLL_INTERVAL: Span = Span::from_millis(300_000);
/// How long an empty group waits for further members: `group.initial.rebalance.delay.ms` of the broker.
pub const INITIAL_DELAY: Span = Span::from_millis(3_000);

/// A partition: (topic, number).
pub type Partition = (u32, u32);

/// Rebalance protocol: what members do with their partitions meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// All are given up. `RangeAssignor`, the first of the default `partition.assignment.strategy`.
    #[default]
    Eager,
    /// Those that stay are kept. `CooperativeStickyAssignor`.
    Cooperative,
}

/// How a group is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Silence after which a member is removed.
    pub session: Span,
    /// Between two heartbeats; less than the other two.
    pub heartbeat: Span,
    /// Longest time for one batch, and longest time that the group waits for a member.
    pub poll_interval: Span,
    /// How long an empty group waits for further members: once, but for its first members as often as one
    /// came while it waited, up to the poll interval.
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

/// A member that joins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its number.
    pub who: u32,
    /// Its place in the order of member ids, which decides who has the surplus. They begin with the client
    /// id, to which Spring appends the number of the thread: the first threads of all pods come first.
    pub rank: u64,
    /// Static membership (`group.instance.id`): whoever is back within the session timeout finds its
    /// partitions as they were, and leaving is not announced. Static members come before all others.
    pub fixed: bool,
    /// Its heartbeats are at this and whole intervals later.
    pub phase: Span,
    /// Subscribed topics, by number.
    pub topics: Vec<u32>,
}

/// An order to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Owns nothing from now on, and takes no further batch until it is assigned some.
    Revoked(u32),
    /// Owns now what [`Coordinator::owned`] says, which may be nothing.
    Assigned(u32),
    /// Is no member any more, and does not know: it works on its batch, which others get too.
    Removed(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nobody is a member.
    Empty,
    /// The first have joined; `left` is by how much the wait can still grow.
    Gathering {
        until: Time,
        left: Span,
        newcomer: bool,
    },
    /// Members join anew.
    Preparing {
        until: Time,
    },
    Stable,
}

/// State of a membership, on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bond {
    /// It is a member.
    Member,
    /// The coordinator takes it for a member, but it is gone.
    Gone,
    /// It takes itself for a member, but the coordinator has removed it.
    Removed,
}

/// How far a member is with joining anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joining {
    /// It works, and knows of no rebalance.
    Works,
    /// It knows, and will join when it polls next.
    Asked,
    /// It waits for the answer to its request to join.
    Joined,
}

#[derive(Clone, Debug)]
struct Entry {
    /// Its number, and which of those of that number that fell silent; the one that lives is the first.
    key: (u32, u32),
    member: Member,
    bond: Bond,
    step: Joining,
    /// When a heartbeat tells it of the rebalance.
    learns: Time,
    /// Missed a generation or stopped its heartbeats: what it commits is refused.
    behind: bool,
    /// When its batch began.
    batch: Option<Time>,
    /// When it was last assigned something, which counts as a sign of life.
    seen: Time,
    /// When its session ends, once it is silent.
    expires: Time,
    owned: Vec<Partition>,
    /// Partitions that the coordinator has assigned to it.
    target: Vec<Partition>,
    /// It has not seen its target yet.
    pending: bool,
    /// Something it owned is to move, and waits for it to join once more.
    moving: bool,
}

impl Entry {
    /// One that waits for the answer to its first request to join.
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

    /// Whether the coordinator takes it for a member.
    fn known(&self) -> bool {
        self.bond != Bond::Removed
    }

    fn joined(&self) -> bool {
        self.step == Joining::Joined
    }
}

/// Timers of a group, in the order in which they fire at one instant: who joins in that very instant has
/// joined.
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
    /// By key.
    entries: Vec<Entry>,
    state: State,
    since: Time,
    generation: u32,
    silenced: u32,
    actions: Vec<Action>,
    due: Time,
}

impl Coordinator {
    /// A group without members, of topics with so many partitions.
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

    /// Number of assignments, and of times that the group became empty.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Members that the coordinator knows, the silent among them.
    pub fn members(&self) -> usize {
        self.entries.iter().filter(|entry| entry.known()).count()
    }

    /// Since when the group is being rebalanced.
    pub fn rebalancing(&self) -> Option<Time> {
        match self.state {
            State::Empty | State::Stable => None,
            State::Gathering { .. } | State::Preparing { .. } => Some(self.since),
        }
    }

    /// The partitions from which a member takes its next batch.
    pub fn owned(&self, who: u32) -> &[Partition] {
        self.find(who).map_or(&[], |place| &self.entries[place].owned)
    }

    /// Orders to members since the last call, in order.
    pub fn actions(&mut self) -> std::vec::Drain<'_, Action> {
        self.actions.drain(..)
    }

    /// When to call [`Coordinator::fire`].
    pub fn next(&self) -> Time {
        self.due
    }

    fn find(&self, who: u32) -> Option<usize> {
        self.entries.binary_search_by_key(&(who, 0), |entry| entry.key).ok()
    }

    /// A member joins: a new one, or a static one that is back.
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

    /// A static member that was away, or too slow, joins with its old name: unless members join anyway,
    /// it goes on where it was.
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

    /// A member leaves and says so; a static one does not say so.
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

    /// A member is gone and does not say so.
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
        // Whoever waits for an answer is not expected to send heartbeats.
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

    /// When the session of a member ends whose last heartbeat was at or before `now`.
    fn session_end(&self, now: Time, place: usize) -> Time {
        let entry = &self.entries[place];
        let interval = self.settings.heartbeat.0;
        let phase = entry.member.phase.0 % interval;
        let last = now.0.checked_sub(phase).map_or(0, |since| now.0 - since % interval);
        entry.seen.max(Time(last)) + self.settings.session
    }

    /// The first heartbeat of a member after `now`.
    fn heartbeat_after(&self, now: Time, place: usize) -> Time {
        let interval = self.settings.heartbeat.0;
        let first = Time(self.entries[place].member.phase.0 % interval);
        let gone = if now < first { 0 } else { (now - first).0 / interval + 1 };
        first + Span(gone * interval)
    }

    /// A member has polled records, and works on them until [`Coordinator::done`].
    pub fn begin(&mut self, now: Time, who: u32) {
        let Some(place) = self.find(who) else { return };
        let entry = &mut self.entries[place];
        debug_assert!(entry.batch.is_none() && !entry.owned.is_empty(), "{who} cannot poll");
        entry.batch = Some(now);
        // It may be over long before; then nothing happens when it is due.
        self.due = self.due.min(now + self.settings.poll_interval);
    }

    /// A member is done with its batch, commits and polls. False when the commit is refused, because the
    /// group has gone on without it: the records are delivered once more, to whoever has them now.
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

    /// A member that knows of it joins.
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

    /// A member sees what it has been assigned.
    fn take_up(&mut self, place: usize) {
        let entry = &mut self.entries[place];
        entry.pending = false;
        // It gives up what moves and joins once more, so that it can be assigned.
        if entry.moving {
            (entry.step, entry.moving) = (Joining::Asked, false);
        }
        entry.owned.clone_from(&entry.target);
        self.actions.push(Action::Assigned(entry.key.0));
    }

    /// Somebody came, went or joined.
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

    /// All have joined, or the time is over.
    fn complete(&mut self, now: Time) {
        for place in (0..self.entries.len()).rev() {
            let entry = &self.entries[place];
            if entry.known() && !entry.joined() && !entry.member.fixed {
                self.forget(place);
            }
        }
        let nobody = !self.entries.iter().any(Entry::known);
        if !nobody && !self.entries.iter().any(Entry::joined) {
            // Static members that are away: until one is back or all sessions have ended.
            self.state = State::Preparing { until: now + self.settings.poll_interval };
            return;
        }
        self.generation += 1;
        if nobody {
            self.state = State::Empty;
            return;
        }
        self.state = State::Stable;
        // Static members that have not joined: what they claim to own counts no more.
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
        // Who gives something up joins once more at once, if it is not in a batch.
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

    /// The coordinator removes a member. If it lives it is in a batch, and joins as a new one after it.
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

    /// The next timer: when, which, and of which member.
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

    /// Fires the timers that are due at `now`, the instant that [`Coordinator::next`] named.
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

    /// The batch of a member takes longer than the poll interval: it leaves by itself, or if it is static
    /// stops its heartbeats.
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
