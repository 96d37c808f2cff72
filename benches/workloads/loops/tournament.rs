//! Fastest known implementation: a 4-ary tournament over slots with time and slot in one integer,
//! quantile tables, whole nanoseconds, ring buffers of fixed size.

use super::parts::{Histogram, Table, Xoshiro};
use super::{
    Found, W1_RATE, W1_SERVERS, W1_SERVICE, W2_CONNECTIONS, W2_CORES, W2_CPU, W2_PODS, W2_QUERY,
    W2_RATE, W2_THREADS, Watch,
};

const SLOT_BITS: u32 = 6;
/// Number of leaves of the larger tree.
const SLOTS: usize = 1 << SLOT_BITS;
/// Later than any event.
const NEVER: u64 = u64::MAX;

/// Event list: each inner node holds the minimum key of its four children; 4 to the power of
/// `LEVELS` leaves.
struct Tournament<const LEVELS: usize> {
    /// From the root, which is one group of four, to the leaves.
    levels: [[[u64; 4]; SLOTS / 4]; LEVELS],
    /// Minimum of all keys.
    first: u64,
}

impl<const LEVELS: usize> Tournament<LEVELS> {
    fn new() -> Tournament<LEVELS> {
        Tournament { levels: [[[NEVER; 4]; SLOTS / 4]; LEVELS], first: NEVER }
    }

    /// Schedules the slot's next event: one branch-free path to the root. The siblings on the path
    /// do not depend on the key, so that only one minimum per level waits for the previous one.
    #[inline]
    fn set(&mut self, slot: usize, at: u64) {
        let mut key = if at == NEVER { NEVER } else { (at << SLOT_BITS) | slot as u64 };
        let mut place = slot;
        for level in (0..LEVELS).rev() {
            let group = &mut self.levels[level][(place >> 2) % (SLOTS / 4)];
            let own = place % 4;
            let others = group[own ^ 1].min(group[own ^ 2]).min(group[own ^ 3]);
            group[own] = key;
            key = key.min(others);
            place >>= 2;
        }
        self.first = key;
    }

    /// Returns time and slot of the next event.
    #[inline]
    fn first(&self) -> (u64, usize) {
        (self.first >> SLOT_BITS, self.first as usize % SLOTS)
    }
}

/// First-come-first-served queue in a ring buffer of fixed size.
struct Ring<T, const SIZE: usize> {
    all: [T; SIZE],
    head: u32,
    tail: u32,
}

impl<T: Copy + Default, const SIZE: usize> Ring<T, SIZE> {
    fn new() -> Ring<T, SIZE> {
        Ring { all: [T::default(); SIZE], head: 0, tail: 0 }
    }

    #[inline]
    fn push(&mut self, value: T) {
        assert!(self.tail.wrapping_sub(self.head) < SIZE as u32, "a longer ring is needed");
        self.all[self.tail as usize % SIZE] = value;
        self.tail = self.tail.wrapping_add(1);
    }

    #[inline]
    fn pop(&mut self) -> Option<T> {
        if self.head == self.tail {
            return None;
        }
        let value = self.all[self.head as usize % SIZE];
        self.head = self.head.wrapping_add(1);
        Some(value)
    }
}

/// M/M/8: measures the wait of this many customers.
pub(crate) fn w1(customers: u64) -> Found {
    let gaps = Table::exponential(1.0 / W1_RATE);
    let services = Table::exponential(W1_SERVICE);
    let mut random = Xoshiro::new(1);
    let mut events = Tournament::<2>::new();
    let mut waiting = Ring::<u64, 4096>::new();
    // Server n has slot n; slot 0 is the next arrival.
    let mut idle: u32 = ((1 << W1_SERVERS) - 1) << 1;
    let mut waits = Histogram::new();
    events.set(0, gaps.draw(&mut random));
    let watch = Watch::start();
    while waits.count() < customers {
        let (now, slot) = events.first();
        if slot == 0 {
            events.set(0, now + gaps.draw(&mut random));
            if idle == 0 {
                waiting.push(now);
            } else {
                let server = idle.trailing_zeros() as usize;
                idle &= idle - 1;
                waits.record(0);
                events.set(server, now + services.draw(&mut random));
            }
        } else if let Some(came) = waiting.pop() {
            waits.record(now - came);
            events.set(slot, now + services.draw(&mut random));
        } else {
            idle |= 1 << slot;
            events.set(slot, NEVER);
        }
    }
    watch.stop(&waits)
}

/// A pod of W2; requests are identified by their slots.
struct Pod {
    threads: u32,
    cores: u32,
    connections: u32,
    for_thread: Ring<u8, SLOTS>,
    for_core: Ring<u8, SLOTS>,
    for_connection: Ring<u8, SLOTS>,
}

#[derive(Clone, Copy, Default)]
struct Request {
    came: u64,
    pod: u8,
    /// Whether it holds the connection instead of the core.
    queries: bool,
}

/// State of W2.
struct Web {
    events: Tournament<3>,
    random: Xoshiro,
    cpu: Table,
    query: Table,
    /// One more than there are: an index of three bits needs no bounds check.
    pods: [Pod; W2_PODS + 1],
    requests: [Request; SLOTS],
    /// Bit set of free slots; the lowest is used first, so that activity concentrates in the left
    /// of the tree.
    free: u64,
    turn: u8,
    times: Histogram,
}

/// Requests through threads, cores and connections: measures the response of this many requests.
pub(crate) fn w2(requests: u64) -> Found {
    let gaps = Table::exponential(1.0 / W2_RATE);
    let pod = |_| Pod {
        threads: W2_THREADS as u32,
        cores: W2_CORES as u32,
        connections: W2_CONNECTIONS as u32,
        for_thread: Ring::new(),
        for_core: Ring::new(),
        for_connection: Ring::new(),
    };
    let mut web = Web {
        events: Tournament::new(),
        random: Xoshiro::new(1),
        cpu: Table::log_normal(W2_CPU),
        query: Table::log_normal(W2_QUERY),
        pods: std::array::from_fn(pod),
        requests: [Request::default(); SLOTS],
        free: u64::MAX,
        turn: 0,
        times: Histogram::new(),
    };
    // The single arrival stream needs no place in the tree.
    let mut arrival = gaps.draw(&mut web.random);
    let watch = Watch::start();
    while web.times.count() < requests {
        let (now, slot) = web.events.first();
        if arrival <= now {
            let now = arrival;
            arrival += gaps.draw(&mut web.random);
            web.arrive(now);
        } else if web.requests[slot].queries {
            web.queried(now, slot);
        } else {
            web.computed(now, slot);
        }
    }
    watch.stop(&web.times)
}

impl Web {
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a tenth faster, and nothing but speed is wanted here"
    )]
    fn arrive(&mut self, now: u64) {
        assert!(self.free != 0, "64 requests at once are far above what W2 has");
        let slot = self.free.trailing_zeros() as usize % SLOTS;
        self.free &= self.free - 1;
        let turn = self.turn;
        self.turn = if usize::from(turn) + 1 == W2_PODS { 0 } else { turn + 1 };
        self.requests[slot] = Request { came: now, pod: turn, queries: false };
        let pod = &mut self.pods[usize::from(turn) % (W2_PODS + 1)];
        if pod.threads == 0 {
            pod.for_thread.push(slot as u8);
            return;
        }
        pod.threads -= 1;
        self.want_core(now, slot);
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a tenth faster, and nothing but speed is wanted here"
    )]
    fn want_core(&mut self, now: u64, slot: usize) {
        let pod = &mut self.pods[usize::from(self.requests[slot].pod) % (W2_PODS + 1)];
        if pod.cores == 0 {
            pod.for_core.push(slot as u8);
        } else {
            pod.cores -= 1;
            self.events.set(slot, now + self.cpu.draw(&mut self.random));
        }
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a tenth faster, and nothing but speed is wanted here"
    )]
    fn computed(&mut self, now: u64, slot: usize) {
        let request = &mut self.requests[slot];
        request.queries = true;
        let pod = &mut self.pods[usize::from(request.pod) % (W2_PODS + 1)];
        if pod.connections == 0 {
            pod.for_connection.push(slot as u8);
            self.events.set(slot, NEVER);
        } else {
            pod.connections -= 1;
            self.events.set(slot, now + self.query.draw(&mut self.random));
        }
        if let Some(next) = pod.for_core.pop() {
            self.events.set(usize::from(next) % SLOTS, now + self.cpu.draw(&mut self.random));
        } else {
            pod.cores += 1;
        }
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a tenth faster, and nothing but speed is wanted here"
    )]
    fn queried(&mut self, now: u64, slot: usize) {
        let request = self.requests[slot];
        self.times.record(now - request.came);
        self.free |= 1 << slot;
        let pod = &mut self.pods[usize::from(request.pod) % (W2_PODS + 1)];
        self.events.set(slot, NEVER);
        if let Some(next) = pod.for_connection.pop() {
            self.events.set(usize::from(next) % SLOTS, now + self.query.draw(&mut self.random));
        } else {
            pod.connections += 1;
        }
        if let Some(next) = pod.for_thread.pop() {
            self.want_core(now, usize::from(next) % SLOTS);
        } else {
            pod.threads += 1;
        }
    }
}
