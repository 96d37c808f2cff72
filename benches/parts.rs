//! Cost of the components: the event list, draws, histogram, stations, tally \[ns per operation\].
//!
//! ```text
//! cargo bench --bench parts
//! cargo bench --bench parts -- hold
//! ```
//!
//! Without `--bench`, which `cargo bench` passes, each is run once: that is how `cargo test` runs
//! it.

use std::hint::black_box;

use divan::Bencher;
use plimsoll::engine::{Agenda, Class, Order, Slot};
use plimsoll::observe::histogram::Histogram;
use plimsoll::observe::tally::{Layout, Tally};
use plimsoll::observe::{Observer, Record};
use plimsoll::random::{Dist, Key, Sampler};
use plimsoll::station::cpu::Cpu;
use plimsoll::station::pool::Pool;
use plimsoll::units::{Span, Time};

fn main() {
    divan::main();
}

/// Wake-up time of a pool's waiter.
const WAKE_UP: Span = Span(90_000);

/// Mean time between successive events of a slot \[ns\].
const GAP: f64 = 1e6;

/// Exponential times, drawn in advance, so that drawing is not measured.
struct Gaps {
    all: Vec<Span>,
    next: usize,
}

impl Gaps {
    fn new() -> Gaps {
        let key = Key::root(1, 1);
        let gaps = Sampler::gaps();
        let all = (0..4096)
            .map(|number| Span((gaps.draw(key, number).secs() * GAP) as u64 + 1))
            .collect();
        Gaps { all, next: 0 }
    }

    fn next(&mut self) -> Span {
        self.next = (self.next + 1) % self.all.len();
        self.all[self.next]
    }
}

/// An event list with `pending` pending events, in steady state.
fn agenda(pending: u32, gaps: &mut Gaps) -> Agenda {
    let mut agenda = Agenda::new(Order::Written);
    for slot in 0..pending {
        agenda.set(slot, Time::ZERO + gaps.next(), Class::Complete);
    }
    for _ in 0..2 * pending {
        hold_once(&mut agenda, gaps);
    }
    agenda
}

/// Pops the next event and reschedules its slot.
fn hold_once(agenda: &mut Agenda, gaps: &mut Gaps) -> Slot {
    let (at, slot) = agenda.pop().expect("each event taken is set anew");
    agenda.set(slot, at + gaps.next(), Class::Complete);
    slot
}

/// Hold model: pop and set with `pending` pending events.
#[divan::bench(args = [14, 1_024, 8_192, 65_536, 524_288], sample_count = 50, sample_size = 10_000)]
fn event_list_hold(bencher: Bencher, pending: u32) {
    let mut gaps = Gaps::new();
    let mut agenda = agenda(pending, &mut gaps);
    bencher.bench_local(|| hold_once(&mut agenda, &mut gaps));
}

/// A timeout that never fires: set and cleared, with `pending` pending events.
#[divan::bench(args = [14, 1_024, 8_192, 65_536], sample_count = 50, sample_size = 10_000)]
fn event_list_timeout(bencher: Bencher, pending: u32) {
    let mut gaps = Gaps::new();
    let mut agenda = agenda(pending, &mut gaps);
    let last = pending;
    bencher.bench_local(|| {
        agenda.set(black_box(last), Time(30_000_000_000), Class::Expire);
        agenda.clear(black_box(last));
    });
}

fn draws(bencher: Bencher, dist: Dist) {
    let sampler = Sampler::new(dist);
    let key = Key::root(1, 1);
    let mut number = 0;
    bencher.bench_local(|| {
        number += 1;
        sampler.draw(key, number)
    });
}

#[divan::bench(sample_count = 50, sample_size = 10_000)]
fn draw_table(bencher: Bencher) {
    draws(bencher, Dist::LogNormal { mean: 0.005, cv: 1.0 });
}

#[divan::bench(sample_count = 50, sample_size = 10_000)]
fn draw_gamma(bencher: Bencher) {
    draws(bencher, Dist::Gamma { mean: 0.005, cv: 0.5 });
}

#[divan::bench(sample_count = 50, sample_size = 10_000)]
fn draw_constant(bencher: Bencher) {
    draws(bencher, Dist::Constant(0.005));
}

#[divan::bench(sample_count = 50, sample_size = 10_000)]
fn key_bits(bencher: Bencher) {
    let key = Key::root(1, 1);
    let mut number = 0;
    bencher.bench_local(|| {
        number += 1;
        key.bits(number)
    });
}

#[divan::bench(sample_count = 50, sample_size = 10_000)]
fn key_item(bencher: Bencher) {
    let key = Key::root(1, 1);
    let mut number = 0;
    bencher.bench_local(|| {
        number += 1;
        key.item(number)
    });
}

#[divan::bench(sample_count = 50, sample_size = 10_000)]
fn histogram_record(bencher: Bencher) {
    let mut gaps = Gaps::new();
    let mut histogram = Histogram::default();
    bencher.bench_local(|| histogram.record(gaps.next()));
}

/// A job starts and another ends on a processor of two cores with `jobs` jobs.
#[divan::bench(args = [1, 10, 100, 1_000], sample_count = 50, sample_size = 10_000)]
fn cpu_start_and_finish(bencher: Bencher, jobs: u32) {
    let mut gaps = Gaps::new();
    let mut cpu = Cpu::new(2.0);
    let mut now = Time::ZERO;
    for who in 1..jobs {
        cpu.start(now, who, gaps.next());
    }
    bencher.bench_local(|| {
        cpu.start(now, 0, gaps.next());
        now = cpu.next();
        cpu.finish(now)
    });
}

/// A free connection is acquired and released.
#[divan::bench(sample_count = 50, sample_size = 10_000)]
fn pool_acquire_and_release(bencher: Bencher) {
    let mut pool = Pool::new(15, 15, 15, WAKE_UP);
    let mut now = Time::ZERO;
    bencher.bench_local(|| {
        now += Span(1_000);
        let granted = pool.acquire(now, black_box(1));
        (granted, pool.release(now))
    });
}

/// Acquire and release under contention: each arrival queues, and the first in line is offered the
/// connection and wakes up for it.
#[divan::bench(sample_count = 50, sample_size = 10_000)]
fn pool_queue_and_hand_over(bencher: Bencher) {
    let mut pool = Pool::new(1, 1, 1, WAKE_UP);
    let mut now = Time::ZERO;
    pool.acquire(now, 0);
    bencher.bench_local(|| {
        now += Span(1_000);
        pool.acquire(now, black_box(1));
        pool.release(now);
        pool.wake(now + WAKE_UP, 1, Span(30_000_000_000))
    });
}

/// The level of one of forty stations changes.
#[divan::bench(sample_count = 50, sample_size = 10_000)]
fn tally_level(bencher: Bencher) {
    let stations = 40;
    let mut tally =
        Tally::new(Layout { stations, slice: Span(1_000_000_000), ..Layout::default() });
    let (mut now, mut count) = (Time::ZERO, 0u32);
    bencher.bench_local(|| {
        now += Span(1_000);
        count += 1;
        let busy = if (count / stations as u32).is_multiple_of(2) { 1.0 } else { -1.0 };
        let station = count % stations as u32;
        tally.record(now, Record::Level { station, busy, waiting: 0 });
    });
}
