//! Kafka: topics, subscriptions and the threads that consume.
//!
//! Each listener has `concurrency` threads in each pod; every thread is a member of its group and has
//! the partitions that Range assignment gives it, topic by topic. A thread polls, works through the batch
//! record by record on its pod's CPU, commits, and polls again; without records it waits for one.

use super::pods::Life;
use super::request::Origin;
use super::spec::{Ack, Id, Spec};
use super::{Service, World};
use crate::engine::Class;
use crate::observe::{Failure, Observer, Phase, Record};
use crate::random::Key;
use crate::station::log::{self, Partition};
use crate::units::{Span, Time};

/// A record as a subscription keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    key: Key,
    flow: Key,
    flow_started: Time,
    appended: Time,
}

/// A listener's view of its topic.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    partitions: Vec<Partition<Message>>,
    /// Thread that has each partition.
    owners: Vec<u32>,
    /// All threads of the listener that there may ever be.
    threads: std::ops::Range<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Waits for a record.
    Idle,
    /// A record has come; the fetch is under way.
    Fetching,
    /// Works on a record.
    Working,
    /// Waits for the broker to confirm a commit of this many records; then the next record, or the
    /// next poll.
    Committing,
    /// Pauses before another attempt at the record that failed.
    BackingOff,
    /// Has joined the group again and waits for the others.
    Joined,
}

/// A consumer thread.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    listener: Id,
    group: u32,
    pod: u32,
    /// Hash of the listener's name: sets the draws of listeners of one topic apart.
    salt: u64,
    partitions: std::ops::Range<u32>,
    state: State,
    /// Records of the current poll not yet taken: (partition, count), in the order of work.
    batch: Vec<(u32, u32)>,
    /// Records taken of each partition and not yet committed.
    taken: Vec<(u32, u32)>,
    /// Partition at which the next poll begins.
    cursor: u32,
    current: Option<Message>,
    attempts: u32,
}

/// A consumer group: the threads of all listeners that have its name.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    listeners: Vec<Id>,
    balance: Balance,
    /// Until then the coordinator waits for members that died.
    dead_until: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Balance {
    /// Each member has its partitions.
    Stable,
    /// Members learn one after another that they must join again.
    Learning,
    /// All know: whoever ends its batch joins, and waits for the others.
    Joining,
}

/// Time until the last member has learnt by its heartbeat that the group rebalances
/// (`heartbeat.interval.ms`, `ConsumerConfig.java`).
const HEARTBEAT: Span = Span::from_millis(3_000);
/// Silence after which the coordinator takes a member for dead (`session.timeout.ms`, ibid.).
const SESSION: Span = Span::from_millis(45_000);

/// Subscriptions, threads and groups of all listeners, with a thread for each that there may ever be.
/// Members sort by thread number, then by pod, as the client identifiers `…-0`, `…-1` of Spring's
/// containers do.
pub(crate) fn members(
    spec: &Spec,
    services: &[Service],
) -> (Vec<Vec<u32>>, Vec<Subscription>, Vec<Thread>, Vec<Group>) {
    let mut readers = vec![Vec::new(); spec.topics.len()];
    let mut subscriptions = Vec::new();
    let mut threads: Vec<Thread> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    for (number, listener) in (0..).zip(&spec.listeners) {
        readers[listener.topic as usize].push(number);
        let same = |group: &Group| {
            let other = &spec.listeners[group.listeners[0] as usize];
            other.group == listener.group && other.service == listener.service
        };
        let group = groups.iter().position(same).unwrap_or_else(|| {
            groups.push(Group {
                listeners: Vec::new(),
                balance: Balance::Stable,
                dead_until: Time::ZERO,
            });
            groups.len() - 1
        });
        groups[group].listeners.push(number);
        let first = threads.len() as u32;
        // Members sort by thread number first: one beyond the partitions never has any.
        for _ in 0..listener.concurrency.min(spec.partitions(number)) {
            threads.extend(services[listener.service as usize].pods.clone().map(|pod| Thread {
                listener: number,
                group: group as u32,
                pod,
                salt: Key::default().named(&listener.name).0,
                cursor: 0,
                partitions: 0..0,
                state: State::Idle,
                batch: Vec::new(),
                taken: Vec::new(),
                current: None,
                attempts: 0,
            }));
        }
        let partitions = spec.partitions(number) as usize;
        subscriptions.push(Subscription {
            partitions: vec![Partition::default(); partitions],
            owners: vec![first; partitions],
            threads: first..threads.len() as u32,
        });
    }
    (readers, subscriptions, threads, groups)
}

impl Thread {
    /// It finishes its batch, and polls no more.
    pub(super) fn end_after_batch(&mut self) {
        self.partitions = 0..0;
    }

    /// Whether it has no record in work and none to commit.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle | State::Fetching | State::Joined)
    }
}

impl<O: Observer> World<'_, O> {
    /// Threads of a pod.
    pub(super) fn threads_of(&self, pod: u32) -> impl Iterator<Item = u32> {
        let service = self.pods[pod as usize].service;
        let listeners = (0..).zip(&self.spec.listeners).filter(move |(_, l)| l.service == service);
        listeners
            .flat_map(|(number, _)| self.subscriptions[number as usize].threads.clone())
            .filter(move |thread| self.threads[*thread as usize].pod == pod)
    }

    fn groups_of(&self, service: Id) -> Vec<u32> {
        let of =
            |group: &Group| self.spec.listeners[group.listeners[0] as usize].service == service;
        (0..).zip(&self.groups).filter(|(_, group)| of(group)).map(|(number, _)| number).collect()
    }

    /// Members came or went: the groups of a service divide their partitions anew.
    pub(super) fn rebalance_service(&mut self, service: Id) {
        for group in self.groups_of(service) {
            self.begin_rebalance(group);
        }
    }

    fn begin_rebalance(&mut self, group: u32) {
        self.groups[group as usize].balance = Balance::Learning;
        self.agenda.set(self.slots.groups + group, self.now + HEARTBEAT, Class::Complete);
    }

    /// Members died without a word: the coordinator notices when their sessions end.
    pub(super) fn members_died(&mut self, service: Id) {
        for group in self.groups_of(service) {
            self.groups[group as usize].dead_until = self.now + SESSION;
            if self.groups[group as usize].balance == Balance::Stable {
                self.agenda.set(self.slots.groups + group, self.now + SESSION, Class::Complete);
            }
        }
    }

    pub(super) fn group_timer(&mut self, group: u32) {
        match self.groups[group as usize].balance {
            Balance::Stable => self.begin_rebalance(group),
            Balance::Learning => {
                self.groups[group as usize].balance = Balance::Joining;
                self.join(group);
            }
            Balance::Joining => self.join(group),
        }
    }

    /// When all members wait for each other, and those that died are given up, all have their partitions.
    fn join(&mut self, group: u32) {
        let waits = self.groups[group as usize].dead_until;
        if waits > self.now {
            self.agenda.set(self.slots.groups + group, waits, Class::Complete);
            return;
        }
        let listeners = self.groups[group as usize].listeners.clone();
        let working = |listener: &Id| {
            let threads = self.subscriptions[*listener as usize].threads.clone();
            threads.into_iter().any(|thread| {
                let thread = &self.threads[thread as usize];
                !thread.is_idle() && self.pods[thread.pod as usize].life == Life::Ready
            })
        };
        if !listeners.iter().any(working) {
            self.assign(group);
        }
    }

    /// Divide the partitions among the members, and let each go on.
    pub(super) fn assign(&mut self, group: u32) {
        self.groups[group as usize].balance = Balance::Stable;
        for listener in self.groups[group as usize].listeners.clone() {
            let subscription = &mut self.subscriptions[listener as usize];
            let life = |thread: &u32| self.pods[self.threads[*thread as usize].pod as usize].life;
            let members: Vec<u32> =
                subscription.threads.clone().filter(|t| life(t) == Life::Ready).collect();
            for thread in subscription.threads.clone() {
                self.threads[thread as usize].partitions = 0..0;
            }
            let partitions = subscription.partitions.len() as u32;
            for (member, thread) in (0..).zip(&members) {
                let range = log::range(partitions, members.len() as u32, member);
                subscription.owners[range.start as usize..range.end as usize].fill(*thread);
                let state = &mut self.threads[*thread as usize];
                (state.cursor, state.partitions) = (range.start, range);
            }
            for thread in members {
                self.go_on(thread);
            }
        }
    }

    /// A thread that waits has its partitions: fetch if they hold anything.
    fn go_on(&mut self, number: u32) {
        let thread = &mut self.threads[number as usize];
        if matches!(thread.state, State::Idle | State::Joined) {
            let subscription = &self.subscriptions[thread.listener as usize];
            let available = |partition| subscription.partitions[partition as usize].available() > 0;
            let any = thread.partitions.clone().any(available);
            thread.state = if any { State::Fetching } else { State::Idle };
            if any {
                let fetch = self.spec.listeners[thread.listener as usize].fetch;
                self.agenda.set(self.slots.threads + number, self.now + fetch, Class::Complete);
            }
        }
    }

    /// The threads of a pod that died leave what they had.
    pub(super) fn stop_consumers(&mut self, pod: u32) {
        let threads: Vec<u32> = self.threads_of(pod).collect();
        for number in threads {
            self.agenda.clear(self.slots.threads + number);
            let thread = &mut self.threads[number as usize];
            let worked = !thread.is_idle();
            (thread.state, thread.current, thread.partitions) = (State::Idle, None, 0..0);
            thread.batch.clear();
            let station = self.numbering.listeners + thread.listener;
            let subscription = &mut self.subscriptions[thread.listener as usize];
            for (partition, _) in thread.taken.drain(..) {
                subscription.partitions[partition as usize].rewind();
            }
            if worked {
                self.level(station, -1.0, 0);
            }
        }
    }

    pub(super) fn next_source(&mut self, number: u32) {
        let (arrivals, ahead) = &mut self.sources[number as usize];
        if let Some((key, at_s)) = arrivals.next(&self.spec.load.curve) {
            *ahead = key;
            let at = super::load::instant(at_s).max(self.now);
            self.agenda.set(super::SLOT_SOURCES + number, at, Class::Arrive);
        }
    }

    pub(super) fn source_record(&mut self, number: u32) {
        let key = self.sources[number as usize].1;
        let topic = self.spec.load.records[number as usize].topic;
        let message = Message { key, flow: key, flow_started: self.now, appended: self.now };
        self.append(topic, message, key.0);
        self.next_source(number);
    }

    pub(super) fn publish(&mut self, id: u32, topic: Id, keyed: bool, draw: u64) {
        let request = &self.requests[id];
        let key = request.key.item(draw);
        let message = Message {
            key,
            flow: request.flow,
            flow_started: request.flow_started,
            appended: self.now,
        };
        let place = if keyed { request.flow.0 } else { key.bits(0) };
        self.append(topic, message, place);
    }

    /// Append to the partition that `place`, read as a fraction of 2⁶⁴, falls into.
    fn append(&mut self, topic: Id, message: Message, place: u64) {
        self.record(Record::Published { topic });
        for reader in 0..self.readers[topic as usize].len() {
            let listener = self.readers[topic as usize][reader];
            let subscription = &mut self.subscriptions[listener as usize];
            let partitions = subscription.partitions.len() as u128;
            let partition = ((u128::from(place) * partitions) >> 64) as usize;
            subscription.partitions[partition].append(message);
            let owner = subscription.owners[partition];
            self.level(self.numbering.listeners + listener, 0.0, 1);
            let state = &self.threads[owner as usize];
            // One that died has the partition until its group knows, but none to read.
            if state.state == State::Idle && !state.partitions.is_empty() {
                self.threads[owner as usize].state = State::Fetching;
                let fetch = self.spec.listeners[listener as usize].fetch;
                self.agenda.set(self.slots.threads + owner, self.now + fetch, Class::Complete);
            }
        }
    }

    pub(super) fn thread_timer(&mut self, number: u32) {
        match self.threads[number as usize].state {
            State::Fetching => {
                let station = self.numbering.listeners + self.threads[number as usize].listener;
                self.level(station, 1.0, 0);
                self.poll(number);
            }
            State::Committing => {
                self.commit(number);
                self.next_record(number);
            }
            State::BackingOff => self.attempt(number),
            State::Idle | State::Working | State::Joined => {}
        }
    }

    /// Take a batch: partition after partition from the cursor on, up to the limit of a poll.
    fn poll(&mut self, number: u32) {
        let thread = &mut self.threads[number as usize];
        let Thread { group, listener, pod, .. } = *thread;
        if self.groups[group as usize].balance == Balance::Joining {
            thread.state = State::Joined;
            self.level(self.numbering.listeners + listener, -1.0, 0);
            self.join(group);
            return self.leave_if_done(pod);
        }
        let subscription = &self.subscriptions[thread.listener as usize];
        let mut room = self.spec.listeners[thread.listener as usize].max_poll_records;
        let count = thread.partitions.end - thread.partitions.start;
        for step in 0..count {
            let partition =
                thread.partitions.start + (thread.cursor - thread.partitions.start + step) % count;
            let available = subscription.partitions[partition as usize].available();
            let take = (available.min(room as usize)) as u32;
            if take > 0 {
                thread.batch.push((partition, take));
                room -= take;
            }
        }
        // The next poll begins with the partition after the first of this one.
        if count > 0 {
            thread.cursor =
                thread.partitions.start + (thread.cursor - thread.partitions.start + 1) % count;
        }
        // Taken from the end.
        thread.batch.reverse();
        if thread.batch.is_empty() {
            thread.state = State::Idle;
            self.level(self.numbering.listeners + listener, -1.0, 0);
            self.leave_if_done(pod);
        } else {
            self.next_record(number);
        }
    }

    /// Begin the next record of the batch; after the last commit or poll again.
    fn next_record(&mut self, number: u32) {
        let thread = &mut self.threads[number as usize];
        let listener = &self.spec.listeners[thread.listener as usize];
        let Some((partition, left)) = thread.batch.last_mut() else {
            if listener.ack == Ack::Batch && !thread.taken.is_empty() {
                return self.begin_commit(number);
            }
            return self.poll(number);
        };
        let partition = *partition;
        *left -= 1;
        if *left == 0 {
            thread.batch.pop();
        }
        let taken =
            self.subscriptions[thread.listener as usize].partitions[partition as usize].take();
        debug_assert!(taken.is_some(), "a poll counted records that are not there");
        thread.current = taken;
        thread.attempts = 0;
        match thread.taken.last_mut() {
            Some((last, count)) if *last == partition => *count += 1,
            _ => thread.taken.push((partition, 1)),
        }
        self.attempt(number);
    }

    fn attempt(&mut self, number: u32) {
        let thread = &mut self.threads[number as usize];
        let Some(message) = thread.current else { return };
        thread.state = State::Working;
        let (listener, pod) = (thread.listener, thread.pod);
        // A further attempt draws anew: what was slow once need not be slow again.
        let key = match thread.attempts {
            0 => message.key.item(thread.salt),
            again => message.key.item(thread.salt).item(u64::from(again)),
        };
        let id = self.requests.begin(self.now, key, Origin::Consumer(number));
        let request = &mut self.requests[id];
        request.flow = message.flow;
        request.flow_started = message.flow_started;
        request.pod = pod;
        request.pc = self.spec.listeners[listener as usize].entry;
        // A consumer has its thread.
        request.phase = Phase::Cpu;
        self.in_flight += 1;
        self.ready.push_back(id);
    }

    pub(super) fn record_done(&mut self, number: u32, failure: Option<Failure>) {
        let thread = &mut self.threads[number as usize];
        let listener = &self.spec.listeners[thread.listener as usize];
        if failure.is_some() && thread.attempts < listener.retries {
            thread.attempts += 1;
            thread.state = State::BackingOff;
            let slot = self.slots.threads + number;
            self.agenda.set(slot, self.now + listener.back_off, Class::Complete);
            return;
        }
        let Some(message) = thread.current.take() else { return };
        let (listener_number, age) = (thread.listener, self.now - message.appended);
        let skipped = failure.is_some();
        self.record(Record::Consumed { listener: listener_number, age, skipped });
        if listener.completes_flow && !skipped {
            self.record(Record::Completed { took: self.now - message.flow_started });
        }
        if listener.ack == Ack::Record {
            self.begin_commit(number);
        } else {
            self.next_record(number);
        }
    }

    /// One broker round trip, then the offsets count as committed.
    fn begin_commit(&mut self, number: u32) {
        let thread = &mut self.threads[number as usize];
        let commit = self.spec.listeners[thread.listener as usize].commit;
        thread.state = State::Committing;
        if commit > Span::ZERO {
            self.agenda.set(self.slots.threads + number, self.now + commit, Class::Complete);
        } else {
            self.commit(number);
            self.next_record(number);
        }
    }

    fn commit(&mut self, number: u32) {
        let thread = &mut self.threads[number as usize];
        let subscription = &mut self.subscriptions[thread.listener as usize];
        let mut total = 0;
        for (partition, count) in thread.taken.drain(..) {
            subscription.partitions[partition as usize].commit(count as usize);
            total += i64::from(count);
        }
        let station = self.numbering.listeners + thread.listener;
        self.level(station, 0.0, -total);
    }
}
