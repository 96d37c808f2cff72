//! Kafka: topics, subscriptions and consumer threads.
//!
//! Each listener has `concurrency` threads in each pod; every thread is a member of its group and
//! owns the partitions that the group coordinator assigns (`membership.rs`). A thread polls,
//! processes the batch record by record on its pod's CPU, commits, and polls again; without records
//! it waits for one. A record that fails ends its batch: the records before it are committed, the
//! thread pauses, and polls it again.

use super::thread::{Message, NOBODY, State, Thread};
use super::topic::is_readable;
use crate::engine::Class;
use crate::model::run::MOST_RECORDS;
use crate::model::spec::{Ack, Id};
use crate::model::world::World;
use crate::observe::{Failure, Observer, Record};
use crate::units::Span;

/// Pause before another attempt at a partition without a leader (`retry.backoff.ms`).
const RETRY: Span = Span::from_millis(100);
/// Draw number of whether a record can be handled, distinct from those of steps.
const DRAW_POISON: u64 = u64::MAX - 1;

impl<O: Observer> World<'_, O> {
    /// Whether no consumer thread of the pod has records in work.
    pub(in crate::model) fn consumers_are_idle(&self, pod: u32) -> bool {
        self.threads_of(pod).all(|thread| self.kafka.threads[thread as usize].is_idle())
    }

    /// Returns the threads of a pod.
    pub(super) fn threads_of(&self, pod: u32) -> impl Iterator<Item = u32> {
        let service = self.fleet.service_of(pod);
        let listeners =
            (0..).zip(&self.spec.listeners).filter(move |(_, l)| Some(l.service) == service);
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
    pub(super) fn disown(&mut self, number: u32) {
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
    pub(super) fn cut_off(&mut self, number: u32) {
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

    /// Appends a record to a topic without waiting.
    pub(in crate::model) fn publish(&mut self, id: u32, topic: Id, keyed: bool, draw: u64) -> bool {
        let request = &self.requests[id];
        let (key, pod) = (request.key().item(draw), request.pod());
        let (flow, flow_started) = request.flow();
        let message = Message { key, flow, flow_started, appended: self.now };
        let place = if keyed { flow.0 } else { key.bits(0) };
        self.append(topic, message, place, pod);
        true
    }

    /// Appends to the partition that `place`, read as a fraction of 2⁶⁴, falls into.
    pub(super) fn append(&mut self, topic: Id, message: Message, place: u64, producer: u32) {
        self.record(Record::Published { topic });
        for reader in 0..self.kafka.readers[topic as usize].len() {
            let listener = self.kafka.readers[topic as usize][reader];
            let partitions = self.kafka.subscriptions[listener as usize].partitions.len();
            let partitions = self.written_to(topic, producer, partitions);
            let partition = ((u128::from(place) * partitions as u128) >> 64) as usize;
            if self.kafka.kept_records >= MOST_RECORDS {
                self.requests.has_no_room();
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
        self.begin_record(number, key, (message.flow, message.flow_started), pod, listener);
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
