//! Kafka: topics, subscriptions and consumer threads.
//!
//! Each listener has `concurrency` threads in each pod; every thread is a member of its group and
//! owns the partitions that the group coordinator assigns (`membership.rs`). A thread polls,
//! processes the batch record by record on its pod's CPU, commits, and polls again; without records
//! it waits for one. A record that fails ends its batch: the records before it are committed, the
//! thread pauses, and polls it again.

use crate::engine::Class;
use crate::model::fleet::pods::Service;
use crate::model::kafka::marks::Marks;
use crate::model::kafka::membership::{self, ConsumerGroup};
use crate::model::kafka::topics::is_readable;
use crate::model::request::Origin;
use crate::model::spec::{Ack, Id, Listener, Spec};
use crate::model::timeline::change;
use crate::model::{MOST_RECORDS, World};
use crate::observe::{Failure, Observer, Phase, Record};
use crate::random::Key;
use crate::station::log::Partition;
use crate::units::{Span, Time};

/// Pause before another attempt at a partition without a leader (`retry.backoff.ms`).
const RETRY: Span = Span::from_millis(100);
/// Draw number of whether a record can be handled, distinct from those of steps.
const DRAW_POISON: u64 = u64::MAX - 1;
/// Owner of an unassigned partition.
pub(in crate::model) const NOBODY: u32 = u32::MAX;

/// A record as retained by a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    key: Key,
    flow: Key,
    flow_started: Time,
    pub(in crate::model) appended: Time,
}

/// A listener's view of its topic.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub(in crate::model) partitions: Vec<Partition<Message>>,
    /// Owning thread of each partition, or [`NOBODY`]; and its position among the partitions of the
    /// thread.
    pub(in crate::model) owners: Vec<u32>,
    pub(in crate::model) places: Vec<u32>,
    /// All threads of the listener that may ever exist.
    pub(in crate::model) threads: std::ops::Range<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Waiting for a record.
    Idle,
    /// A record has arrived; the fetch is in progress.
    Fetching,
    /// Processing a record.
    Working,
    /// Waiting for the broker to confirm a commit of this many records; then the next record, or
    /// the next poll.
    Committing,
    /// Pausing before another attempt at the record that failed.
    BackingOff,
}

/// A consumer thread.
#[derive(Clone, Debug)]
pub(crate) struct Thread<'a> {
    pub(in crate::model) listener: Id,
    /// Settings of its pod.
    pub(in crate::model) described: &'a Listener,
    pub(in crate::model) group: u32,
    pub(in crate::model) pod: u32,
    /// Index among the threads of its listener in its pod.
    pub(in crate::model) order: u32,
    /// Hash of the listener's name, which separates the draws of listeners of one topic.
    salt: u64,
    /// Partitions from which it takes its next batch; and the positions of those with unread
    /// records, among others that were emptied since the last poll.
    pub(in crate::model) partitions: Vec<u32>,
    pub(in crate::model) filled: Marks,
    state: State,
    /// Start of its current batch.
    pub(in crate::model) batch_since: Option<Time>,
    /// Records of the current poll not yet processed: (partition, count), in reverse order of
    /// processing.
    batch: Vec<(u32, u32)>,
    /// Records processed of each partition and not yet committed.
    taken: Vec<(u32, u32)>,
    /// Position among its partitions at which the next poll begins.
    pub(in crate::model) cursor: u32,
    current: Option<Message>,
    /// Whether the current record was handled before by a member that could not commit it, or will
    /// be handled again by another.
    again: bool,
    attempts: u32,
    /// Partitions whose next record has failed, and the number of failures.
    pub(in crate::model) failed: Vec<(u32, u32)>,
    /// Whether it pauses once the records before a failed one are committed.
    pauses: bool,
    /// Whether it leaves its group after its batch.
    pub(in crate::model) leaving: bool,
    /// Remainder of a batch whose partitions have been reassigned, last record first.
    fetched: Vec<Message>,
}

/// Creates subscriptions, threads and groups of all listeners, with a thread for each that may ever
/// exist. Members sort by thread number, then by pod, as the client identifiers `…-0`, `…-1` of
/// Spring's containers do.
pub(crate) fn members<'a>(
    spec: &'a Spec,
    services: &[Service],
) -> (Vec<Vec<u32>>, Vec<Subscription>, Vec<Thread<'a>>, Vec<ConsumerGroup>) {
    let mut readers = vec![Vec::new(); spec.topics.len()];
    let mut subscriptions = Vec::new();
    let mut threads: Vec<Thread> = Vec::new();
    let (groups, group_of) = membership::groups(spec);
    for ((number, listener), group) in (0..).zip(&spec.listeners).zip(group_of) {
        readers[listener.topic as usize].push(number);
        let first = threads.len() as u32;
        // Members sort by thread number first: one beyond the number of partitions never owns any.
        let each = change::states(spec).map(|state| state.listeners[number as usize].concurrency);
        let most = each.max().unwrap_or(listener.concurrency);
        for order in 0..most.min(spec.most_partitions(number)) {
            threads.extend(services[listener.service as usize].pods.clone().map(|pod| Thread {
                listener: number,
                described: listener,
                group,
                pod,
                order,
                salt: Key::default().named(&listener.name).0,
                partitions: Vec::new(),
                filled: Marks::default(),
                state: State::Idle,
                batch_since: None,
                batch: Vec::new(),
                taken: Vec::new(),
                cursor: 0,
                current: None,
                again: false,
                attempts: 0,
                failed: Vec::new(),
                pauses: false,
                leaving: false,
                fetched: Vec::new(),
            }));
        }
        let partitions = spec.partitions(number) as usize;
        subscriptions.push(Subscription {
            partitions: vec![Partition::default(); partitions],
            owners: vec![NOBODY; partitions],
            places: vec![0; partitions],
            threads: first..threads.len() as u32,
        });
    }
    (readers, subscriptions, threads, groups)
}

impl Subscription {
    /// Sets the number of partitions; new ones are unowned until the group reassigns.
    pub(in crate::model) fn grow(&mut self, partitions: usize) {
        self.partitions.resize(partitions, Partition::default());
        self.owners.resize(partitions, NOBODY);
        self.places.resize(partitions, 0);
    }
}

impl Thread<'_> {
    /// Whether it exists in its pod.
    pub(in crate::model) fn is_there(&self) -> bool {
        self.order < self.described.concurrency
    }

    /// Resets it: nothing in work, waiting for nothing.
    pub(in crate::model) fn rest(&mut self) {
        (self.state, self.current, self.batch_since) = (State::Idle, None, None);
        self.pauses = false;
        self.batch.clear();
        self.failed.clear();
        self.fetched.clear();
    }

    /// Whether it has no record in work and none to commit.
    pub(in crate::model) fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle | State::Fetching)
    }
}

impl<O: Observer> World<'_, O> {
    /// Whether no consumer thread of the pod has records in work.
    pub(in crate::model) fn consumers_are_idle(&self, pod: u32) -> bool {
        self.threads_of(pod).all(|thread| self.kafka.threads[thread as usize].is_idle())
    }

    /// Returns the threads of a pod.
    pub(in crate::model) fn threads_of(&self, pod: u32) -> impl Iterator<Item = u32> {
        let service = self.pods[pod as usize].service;
        let listeners = (0..).zip(&self.spec.listeners).filter(move |(_, l)| l.service == service);
        listeners
            .flat_map(|(number, _)| self.kafka.subscriptions[number as usize].threads.clone())
            .filter(move |thread| {
                let thread = &self.kafka.threads[*thread as usize];
                thread.pod == pod && thread.is_there()
            })
    }

    /// Resumes a waiting thread after an assignment: fetches if its partitions hold records.
    pub(in crate::model) fn go_on(&mut self, number: u32) {
        let thread = &mut self.kafka.threads[number as usize];
        if thread.state == State::Idle {
            let subscription = &self.kafka.subscriptions[thread.listener as usize];
            let mut at = 0;
            while let Some(place) = thread.filled.next(at) {
                let partition = thread.partitions[place as usize];
                if subscription.partitions[partition as usize].available() > 0 {
                    thread.state = State::Fetching;
                    let fetch = thread.described.fetch;
                    let slot = self.slots.threads + number;
                    return self.agenda.set(slot, self.now + fetch, Class::Complete);
                }
                thread.filled.unmark(place);
                at = place + 1;
            }
        }
    }

    /// Revokes the partitions of a thread; records processed but not committed will be polled
    /// again.
    pub(in crate::model) fn disown(&mut self, number: u32) {
        let thread = &mut self.kafka.threads[number as usize];
        let subscription = &mut self.kafka.subscriptions[thread.listener as usize];
        let mut unfinished = thread.current.is_some();
        let mut taken = std::mem::take(&mut thread.taken);
        for (partition, _) in taken.drain(..).rev() {
            let partition = partition as usize;
            subscription.partitions[partition].rewind(usize::from(unfinished));
            unfinished = false;
            // It may have been reassigned by now.
            if let Some(owner) = self.kafka.threads.get_mut(subscription.owners[partition] as usize)
            {
                owner.filled.mark(subscription.places[partition]);
            }
        }
        let thread = &mut self.kafka.threads[number as usize];
        thread.taken = taken;
        thread.filled.all(0);
        for partition in thread.partitions.drain(..) {
            let owner = &mut subscription.owners[partition as usize];
            if *owner == number {
                *owner = NOBODY;
            }
        }
    }

    /// Handles a thread that was removed from its group without knowing: it works on what it has
    /// fetched, and others poll the same records.
    pub(in crate::model) fn cut_off(&mut self, number: u32) {
        let thread = &mut self.kafka.threads[number as usize];
        let subscription = &self.kafka.subscriptions[thread.listener as usize];
        thread.again = true;
        for (partition, left) in thread.batch.drain(..) {
            let next = subscription.partitions[partition as usize].upcoming();
            let from = thread.fetched.len();
            thread.fetched.extend(next.take(left as usize));
            thread.fetched[from..].reverse();
        }
        thread.failed.clear();
        self.disown(number);
    }

    /// Stops the threads of a pod that died.
    pub(in crate::model) fn stop_consumers(&mut self, pod: u32) {
        let threads: Vec<u32> = self.threads_of(pod).collect();
        for number in threads {
            self.agenda.clear(self.slots.threads + number);
            self.disown(number);
            let thread = &mut self.kafka.threads[number as usize];
            let worked = !thread.is_idle();
            thread.rest();
            if worked {
                let station = self.numbering.listeners + thread.listener;
                self.level(station, -1.0, 0);
            }
            self.crashed(number);
        }
    }

    pub(in crate::model) fn next_source(&mut self, number: u32) {
        let (arrivals, ahead) = &mut self.sources[number as usize];
        if let Some((key, at_s)) = arrivals.next(&self.spec.load.curve) {
            *ahead = key;
            let at = crate::model::users::load::instant(at_s).max(self.now);
            self.agenda.set(crate::model::SLOT_SOURCES + number, at, Class::Arrive);
        }
    }

    pub(in crate::model) fn source_record(&mut self, number: u32) {
        let key = self.sources[number as usize].1;
        let topic = self.spec.load.records[number as usize].topic;
        let message = Message { key, flow: key, flow_started: self.now, appended: self.now };
        self.append(topic, message, key.0, self.pods.len() as u32 + number);
        self.next_source(number);
    }

    /// Appends a record to a topic without waiting.
    pub(in crate::model) fn publish(&mut self, id: u32, topic: Id, keyed: bool, draw: u64) -> bool {
        let request = &self.requests[id];
        let (key, pod) = (request.key.item(draw), request.pod);
        let message = Message {
            key,
            flow: request.flow,
            flow_started: request.flow_started,
            appended: self.now,
        };
        let place = if keyed { request.flow.0 } else { key.bits(0) };
        self.append(topic, message, place, pod);
        true
    }

    /// Appends to the partition that `place`, read as a fraction of 2⁶⁴, falls into.
    fn append(&mut self, topic: Id, message: Message, place: u64, producer: u32) {
        self.record(Record::Published { topic });
        for reader in 0..self.kafka.readers[topic as usize].len() {
            let listener = self.kafka.readers[topic as usize][reader];
            let partitions = self.kafka.subscriptions[listener as usize].partitions.len();
            let partitions = self.written_to(topic, producer, partitions);
            let partition = ((u128::from(place) * partitions as u128) >> 64) as usize;
            if self.kafka.kept_records >= MOST_RECORDS {
                self.cost.no_room += 1;
                continue;
            }
            self.kafka.kept_records += 1;
            let subscription = &mut self.kafka.subscriptions[listener as usize];
            subscription.partitions[partition].append(message);
            let (owner, place) = (subscription.owners[partition], subscription.places[partition]);
            self.level(self.numbering.listeners + listener, 0.0, 1);
            let Some(thread) = self.kafka.threads.get_mut(owner as usize) else { continue };
            thread.filled.mark(place);
            if thread.state == State::Idle {
                thread.state = State::Fetching;
                let fetch = thread.described.fetch;
                self.agenda.set(self.slots.threads + owner, self.now + fetch, Class::Complete);
            }
        }
    }

    pub(in crate::model) fn thread_timer(&mut self, number: u32) {
        match self.kafka.threads[number as usize].state {
            State::Fetching => {
                let station =
                    self.numbering.listeners + self.kafka.threads[number as usize].listener;
                self.level(station, 1.0, 0);
                self.poll(number);
            }
            State::Committing => {
                self.commit(number);
                self.next_record(number);
            }
            State::BackingOff => self.poll_again(number),
            State::Idle | State::Working => {}
        }
    }

    /// Ends the batch: notifies the group, if it needs to know, and polls again.
    fn poll_again(&mut self, number: u32) {
        if self.batch_ends(number) {
            return self.poll(number);
        }
        let thread = &mut self.kafka.threads[number as usize];
        let Thread { listener, pod, .. } = *thread;
        thread.rest();
        self.level(self.numbering.listeners + listener, -1.0, 0);
        self.leave_if_done(pod);
    }

    /// Polls a batch: partition after partition from the cursor on, up to the limit of a poll.
    fn poll(&mut self, number: u32) {
        let thread = &mut self.kafka.threads[number as usize];
        let Thread { listener, pod, .. } = *thread;
        let topic = thread.described.topic;
        let subscription = &self.kafka.subscriptions[listener as usize];
        let mut room = thread.described.max_poll_records;
        let (count, cursor, mut held) = (thread.partitions.len() as u32, thread.cursor, false);
        // From the cursor to the end, then from the beginning to the cursor.
        for (from, to) in [(cursor, count), (0, cursor)] {
            let mut at = from;
            while let Some(place) = thread.filled.next(at).filter(|place| *place < to && room > 0) {
                at = place + 1;
                let partition = thread.partitions[place as usize];
                let available = subscription.partitions[partition as usize].available();
                if available == 0 {
                    thread.filled.unmark(place);
                } else if is_readable(self.spec, &self.kafka.lost, self.now, topic, partition) {
                    let take = (available.min(room as usize)) as u32;
                    thread.batch.push((partition, take));
                    room -= take;
                } else {
                    held = true;
                }
            }
        }
        // The next poll begins with the partition after the first of this one.
        let next = thread.cursor + 1;
        thread.cursor = if next >= count { 0 } else { next };
        // Processed from the end.
        thread.batch.reverse();
        if thread.batch.is_empty() {
            thread.state = State::Idle;
            if held {
                thread.state = State::Fetching;
                let slot = self.slots.threads + number;
                self.agenda.set(slot, self.now + RETRY, Class::Complete);
            }
            self.level(self.numbering.listeners + listener, -1.0, 0);
            self.leave_if_done(pod);
        } else {
            self.batch_begins(number);
            self.next_record(number);
        }
    }

    /// Begins the next record of the batch; after the last one commits or polls again.
    fn next_record(&mut self, number: u32) {
        let thread = &mut self.kafka.threads[number as usize];
        let listener = thread.described;
        let Some((partition, left)) = thread.batch.last_mut() else {
            if let Some(message) = thread.fetched.pop() {
                (thread.current, thread.attempts, thread.again) = (Some(message), 0, true);
                return self.attempt(number);
            }
            if listener.ack == Ack::Batch && !thread.taken.is_empty() {
                return self.begin_commit(number);
            }
            if std::mem::take(&mut thread.pauses) {
                thread.state = State::BackingOff;
                let at = self.now + listener.back_off;
                return self.agenda.set(self.slots.threads + number, at, Class::Complete);
            }
            return self.poll_again(number);
        };
        let partition = *partition;
        *left -= 1;
        if *left == 0 {
            thread.batch.pop();
        }
        let taken = self.kafka.subscriptions[thread.listener as usize].partitions
            [partition as usize]
            .take();
        debug_assert!(taken.is_some(), "a poll counted records that are not there");
        thread.current = taken.map(|(message, _)| message);
        thread.again = taken.is_some_and(|(_, again)| again);
        thread.attempts = 0;
        if let Some(place) = thread.failed.iter().position(|failed| failed.0 == partition) {
            thread.attempts = thread.failed.swap_remove(place).1;
        }
        match thread.taken.last_mut() {
            Some((last, count)) if *last == partition => *count += 1,
            _ => thread.taken.push((partition, 1)),
        }
        self.attempt(number);
    }

    fn attempt(&mut self, number: u32) {
        let thread = &mut self.kafka.threads[number as usize];
        let Some(message) = thread.current else { return };
        thread.state = State::Working;
        let (listener, pod, attempts) = (thread.listener, thread.pod, thread.attempts);
        if attempts == 0 && !thread.again {
            let (station, took) =
                (self.numbering.listeners + listener, self.now - message.appended);
            self.record(Record::Waited { station, took, open: false });
        }
        let thread = &self.kafka.threads[number as usize];
        // A further attempt draws anew: a slow first attempt need not be slow again.
        let key = match thread.attempts {
            0 => message.key.item(thread.salt),
            again => message.key.item(thread.salt).item(u64::from(again)),
        };
        let (id, request) = self.requests.begin(self.now, key, Origin::Consumer(number));
        request.flow = message.flow;
        request.flow_started = message.flow_started;
        request.pod = pod;
        request.pc = self.spec.listeners[listener as usize].entry;
        // A consumer already has its thread.
        request.phase = Phase::Cpu;
        self.in_flight += 1;
        self.ready.push(id);
    }

    pub(in crate::model) fn record_done(&mut self, number: u32, failure: Option<Failure>) {
        let thread = &mut self.kafka.threads[number as usize];
        let listener = thread.described;
        let Some(message) = thread.current else { return };
        let failed = failure.is_some() || self.fails_always(number, &message);
        let thread = &mut self.kafka.threads[number as usize];
        if failed && thread.attempts < listener.retries {
            return self.seek(number);
        }
        thread.current = None;
        let (listener_number, age) = (thread.listener, self.now - message.appended);
        // A record that is handled more than once counts once.
        let counts = !thread.again;
        self.record(Record::Consumed { listener: listener_number, age, skipped: failed });
        if listener.completes_flow && !failed && counts {
            self.record(Record::Completed { took: self.now - message.flow_started });
        }
        if listener.ack == Ack::Record {
            self.begin_commit(number);
        } else {
            self.next_record(number);
        }
    }

    /// Whether every attempt at the record fails.
    fn fails_always(&self, number: u32, message: &Message) -> bool {
        let thread = &self.kafka.threads[number as usize];
        let listener = thread.described;
        let (own, all) = (
            listener.consumer.fails,
            self.kafka.topics[listener.topic as usize].poison(message.appended),
        );
        (own > 0.0 && message.key.item(thread.salt).uniform(DRAW_POISON) < own)
            || (all > 0.0 && message.key.uniform(DRAW_POISON) < all)
    }

    /// Handles the failure of a record: it and the records after it will be polled again after a
    /// pause (`DefaultErrorHandler` seeks), once the records before it are committed.
    fn seek(&mut self, number: u32) {
        let thread = &mut self.kafka.threads[number as usize];
        (thread.current, thread.pauses) = (None, true);
        thread.batch.clear();
        thread.fetched.clear();
        if let Some((partition, count)) = thread.taken.last_mut() {
            let partition = *partition;
            *count -= 1;
            if *count == 0 {
                thread.taken.pop();
            }
            thread.failed.push((partition, thread.attempts + 1));
            let subscription = &mut self.kafka.subscriptions[thread.listener as usize];
            thread.cursor = 0;
            if subscription.owners[partition as usize] == number {
                thread.cursor = subscription.places[partition as usize];
                thread.filled.mark(thread.cursor);
            }
            subscription.partitions[partition as usize].give_back();
        }
        self.next_record(number);
    }

    /// Begins a commit: one broker round trip, then the offsets count as committed.
    fn begin_commit(&mut self, number: u32) {
        let thread = &mut self.kafka.threads[number as usize];
        let commit = thread.described.commit;
        thread.state = State::Committing;
        if commit > Span::ZERO {
            self.agenda.set(self.slots.threads + number, self.now + commit, Class::Complete);
        } else {
            self.commit(number);
            self.next_record(number);
        }
    }

    fn commit(&mut self, number: u32) {
        if !self.may_commit(number) {
            // The group has rebalanced without it.
            return self.cut_off(number);
        }
        let thread = &mut self.kafka.threads[number as usize];
        let subscription = &mut self.kafka.subscriptions[thread.listener as usize];
        let mut total = 0;
        for (partition, count) in thread.taken.drain(..) {
            subscription.partitions[partition as usize].commit(count as usize);
            total += i64::from(count);
        }
        let station = self.numbering.listeners + thread.listener;
        self.kafka.kept_records -= total.unsigned_abs();
        self.level(station, 0.0, -total);
    }
}
