use super::*;

/// Converts microseconds to a time.
fn us(micros: u64) -> Time {
    Time(micros * 1_000)
}

fn span(micros: u64) -> Span {
    Span(micros * 1_000)
}

/// A timeout long enough to be irrelevant.
const LONG: Span = Span(30_000_000_000);

/// One connection, held by 7 since 0; 8 has been waiting since 1 µs, 9 since 2 µs; 90 µs to wake
/// up.
fn two_wait() -> Pool {
    let mut pool = Pool::new(1, 1, 1, span(90));
    assert!(pool.acquire(us(0), 7));
    assert!(!pool.acquire(us(1), 8));
    assert!(!pool.acquire(us(2), 9));
    pool
}

#[test]
fn without_a_wake_up_a_returned_connection_goes_to_the_first_waiter() {
    let mut pool = Pool::new(1, 1, 1, Span::ZERO);
    assert!(pool.acquire(Time(0), 7));
    assert!(!pool.acquire(Time(1), 8));
    assert!(!pool.acquire(Time(2), 9));
    assert_eq!(pool.release(Time(3)), Some(Handed::Taken(8)));
    // No request arrives in between.
    assert!(!pool.acquire(Time(3), 10));
    assert_eq!(pool.release(Time(4)), Some(Handed::Taken(9)));
    assert_eq!(pool.release(Time(5)), Some(Handed::Taken(10)));
    assert_eq!(pool.release(Time(6)), None);
    assert_eq!((pool.open(), pool.in_use()), (1, 0));
}

#[test]
fn who_is_offered_a_connection_takes_it_when_awake() {
    let mut pool = two_wait();
    assert_eq!(pool.release(us(100)), Some(Handed::Offered(8)));
    // It is free, and both are still waiting.
    assert_eq!((pool.open(), pool.in_use(), pool.waiting()), (1, 0, 2));
    assert_eq!(pool.wake(us(190), 8, LONG), Woken::Takes);
    assert_eq!((pool.open(), pool.in_use(), pool.waiting()), (1, 1, 1));
}

#[test]
fn who_asks_before_the_other_is_awake_has_it_and_the_other_is_last() {
    let mut pool = two_wait();
    assert_eq!(pool.release(us(100)), Some(Handed::Offered(8)));
    assert!(pool.acquire(us(150), 10), "it is free for whoever asks");
    assert!(!pool.acquire(us(160), 11));
    assert_eq!(pool.wake(us(190), 8, LONG), Woken::Waits);
    assert_eq!((pool.in_use(), pool.waiting()), (1, 3));
    for (at, who) in [(300, 9), (500, 11), (700, 8)] {
        assert_eq!(pool.release(us(at)), Some(Handed::Offered(who)));
        assert_eq!(pool.wake(us(at + 90), who, LONG), Woken::Takes);
    }
    assert_eq!(pool.release(us(900)), None);
}

#[test]
fn who_has_returned_a_connection_can_take_it_back() {
    let mut pool = two_wait();
    assert!(!pool.is_contested(us(99)));
    assert_eq!(pool.release(us(100)), Some(Handed::Offered(8)));
    // At this instant it is a race; later the connection goes to the next arrival.
    assert!(pool.is_contested(us(100)) && !pool.is_contested(us(101)));
    assert!(pool.acquire(us(100), 7));
    assert!(!pool.is_contested(us(100)));
    assert_eq!(pool.wake(us(190), 8, LONG), Woken::Waits);
    // A thread that comes too late queues, although the connection is not taken yet.
    assert_eq!(pool.release(us(200)), Some(Handed::Offered(9)));
    pool.queue(us(200), 7);
    assert_eq!(pool.wake(us(290), 9, LONG), Woken::Takes);
    assert_eq!(pool.release(us(300)), Some(Handed::Offered(8)));
}

#[test]
fn two_connections_come_back_for_one_that_waits() {
    let mut pool = Pool::new(2, 2, 2, span(90));
    assert!(pool.acquire(us(0), 1) && pool.acquire(us(0), 2));
    assert!(!pool.acquire(us(1), 8));
    assert_eq!(pool.release(us(100)), Some(Handed::Offered(8)));
    // The second has no waiter in the queue: 8 was offered one.
    assert_eq!(pool.release(us(110)), None);
    // Of two arrivals one takes the second, and the other takes the first from 8.
    assert!(pool.acquire(us(120), 3) && pool.acquire(us(130), 4));
    // One is returned while 8 wakes up: 8 is offered that one instead, and wakes up anew.
    assert_eq!(pool.release(us(140)), None);
    assert_eq!(pool.wake(us(190), 8, LONG), Woken::Offered);
    assert_eq!(pool.wake(us(280), 8, LONG), Woken::Takes);
    assert_eq!((pool.open(), pool.in_use(), pool.waiting()), (2, 2, 0));
}

#[test]
fn waiters_expire_first_come_first() {
    let mut pool = Pool::new(1, 1, 1, Span::ZERO);
    assert!(pool.acquire(Time(0), 1));
    assert!(!pool.acquire(Time(10), 2));
    assert!(!pool.acquire(Time(20), 3));
    assert_eq!(pool.deadline(Span(30)), Time(40));
    assert_eq!(pool.expire(Time(39), Span(30)), None);
    assert_eq!(pool.expire(Time(40), Span(30)), Some(2));
    assert_eq!(pool.deadline(Span(30)), Time(50));
}

#[test]
fn who_woke_up_in_vain_keeps_its_time() {
    let mut pool = two_wait();
    let timeout = span(1_000);
    assert_eq!(pool.release(us(100)), Some(Handed::Offered(8)));
    assert!(pool.acquire(us(100), 7));
    // 9 is the first in line now, with 1,002 µs; 8 queues again with its own 1,001.
    assert_eq!(pool.deadline(timeout), us(1_002));
    assert_eq!(pool.wake(us(190), 8, timeout), Woken::Waits);
    assert_eq!(pool.deadline(timeout), us(1_001));
    assert_eq!(pool.expire(us(1_000), timeout), None);
    assert_eq!(pool.expire(us(1_001), timeout), Some(8), "from behind 9");
    assert_eq!(pool.expire(us(1_001), timeout), None);
    assert_eq!(pool.deadline(timeout), us(1_002));
    assert_eq!(pool.expire(us(1_002), timeout), Some(9));
    assert_eq!((pool.waiting(), pool.deadline(timeout)), (0, Time::NEVER));
}

#[test]
fn a_time_that_ends_while_one_wakes_up_counts_only_if_it_is_in_vain() {
    let timeout = span(1_000);
    let offered_late = || {
        let mut pool = two_wait();
        assert_eq!(pool.release(us(950)), Some(Handed::Offered(8)));
        assert_eq!(pool.expire(us(1_001), timeout), None, "it is in line no more");
        pool
    };
    assert_eq!(offered_late().wake(us(1_040), 8, timeout), Woken::Takes);
    let mut pool = offered_late();
    assert!(pool.acquire(us(960), 10));
    assert_eq!(pool.wake(us(1_040), 8, timeout), Woken::Fails);
    assert_eq!((pool.in_use(), pool.waiting()), (1, 1));
    // With 10 µs left it gives up as well, with 11 it does not.
    for (awake, found) in [(991, Woken::Fails), (990, Woken::Waits)] {
        let mut pool = two_wait();
        assert_eq!(pool.release(us(900)), Some(Handed::Offered(8)));
        assert!(pool.acquire(us(900), 10));
        assert_eq!(pool.wake(us(awake), 8, timeout), found);
    }
}

#[test]
fn opens_only_for_more_waiters_than_idle_or_too_few_idle() {
    let mut pool = Pool::new(3, 0, 1, Span::ZERO);
    assert!(!pool.should_open());
    assert!(pool.acquire(Time(0), 1));
    assert!(!pool.should_open());
    assert!(!pool.acquire(Time(0), 2));
    assert!(pool.should_open());
    assert_eq!(pool.opened(Time(5)), Some(Handed::Taken(2)));
    assert!(!pool.should_open());
    assert!(Pool::new(3, 2, 1, Span::ZERO).should_open());
    assert!(!Pool::new(2, 2, 2, Span::ZERO).should_open());
}

#[test]
fn a_connection_that_was_opened_must_be_woken_up_for_too() {
    let mut pool = Pool::new(3, 0, 1, span(90));
    assert!(pool.acquire(us(0), 1));
    assert!(!pool.acquire(us(0), 2));
    assert_eq!(pool.opened(us(20)), Some(Handed::Offered(2)));
    // One waits and one is idle.
    assert!(!pool.should_open());
    // If the arrival takes it, one waits and none is idle.
    assert!(pool.acquire(us(30), 3));
    assert!(pool.should_open());
    assert_eq!(pool.wake(us(110), 2, LONG), Woken::Waits);
}

#[test]
fn trims_the_longest_idle_down_to_the_minimum() {
    let mut pool = Pool::new(5, 2, 0, Span::ZERO);
    for at in [1, 2, 3, 4] {
        assert_eq!(pool.opened(Time(at)), None);
    }
    assert_eq!(pool.trim(Time(10), Span(100)), 0);
    assert_eq!(pool.trim(Time(102), Span(100)), 2);
    assert_eq!(pool.open(), 2);
    assert_eq!(pool.trim(Time(1_000), Span(100)), 0);
}
