//! Exact timelines of edge cases: requests in zero time, deep chains, streams that must not
//! coincide.

use super::*;
use crate::model::simulate_unless;
use crate::model::users::load::Arrivals;
use crate::random::Key;

fn closed(mut spec: Spec, users: u32) -> Spec {
    spec.load.open = None;
    spec.load.closed = Some(Closed { users, think: None, reconnect: Span::ZERO });
    spec
}

fn count(lines: &[String], word: &str) -> usize {
    lines.iter().filter(|line| line.contains(word)).count()
}

#[test]
fn users_who_are_refused_at_once_do_not_hold_time_still() {
    // One thread, no queue, 1 ms per request: of two users one is served, the other is refused and
    // retries every 0.1 ms. At each millisecond the refused one was there first and gets the
    // thread.
    let ops = [Op::Delay { time: 0, draw: 1 }, Op::End];
    let mut spec = closed(system(&[Dist::Constant(0.001)], &ops, 0.0), 2);
    spec.services[0].threads = Threads { maximum: 1, accepted: 0, backlog: 0 };
    let lines = lines(&spec, 0.01);
    assert_eq!(count(&lines, "Answered"), 10);
    // Ten in each of ten milliseconds, and one at the end of the run.
    assert_eq!(count(&lines, "Refused"), 101);
}

#[test]
fn an_endpoint_that_takes_no_time_is_asked_ten_thousand_times_a_second() {
    let lines = lines(&closed(system(&[], &[Op::End], 0.0), 1), 0.01);
    assert_eq!(count(&lines, "Answered"), 101);
}

#[test]
fn virtual_users_whose_journey_asks_for_nothing_begin_another() {
    let ops = [Op::Delay { time: 0, draw: 1 }, Op::End];
    let mut spec = closed(system(&[Dist::Constant(0.001)], &ops, 0.0), 1);
    spec.load.journeys[0].visits[0].chance = 0.5;
    // From answer to answer 1 ms plus 0.1 ms per empty journey, one on average: 10 s / 1.1 ms is
    // 9,091 with a standard deviation of sqrt(9,091) x 0.1414 / 1.1 = 12.
    let answered = count(&lines(&spec, 10.0), "Answered");
    assert!((9_091 - 60..=9_091 + 60).contains(&answered), "{answered}");
    spec.load.journeys[0].visits[0].chance = 0.0;
    assert_eq!(count(&lines(&spec, 1.0), "Offered"), 0);
}

#[test]
fn a_failure_runs_up_a_long_chain_of_calls() {
    const LENGTH: u32 = 40_000;
    let mut spec = system(&[], &[], 1.0);
    spec.load.open = Some(Open { requests_per_s: 1.0, regular: true });
    spec.services.push(service("full"));
    spec.services[1].threads = Threads { maximum: 0, accepted: 0, backlog: 0 };
    spec.endpoints.clear();
    for number in 0..LENGTH {
        spec.endpoints.push(Endpoint {
            name: format!("server.{number}"),
            service: 0,
            entry: 2 * number,
        });
        spec.ops.push(Op::Call {
            endpoint: number + 1,
            round_trip: Span::ZERO,
            timeout: None,
            draw: 1,
        });
        spec.ops.push(Op::End);
    }
    spec.endpoints.push(Endpoint { name: "full.last".into(), service: 1, entry: 1 });
    let lines = lines(&spec, 1.5);
    assert_eq!(count(&lines, "Offered"), 1);
    assert_eq!(count(&lines, "CallFailed"), 1);
}

#[test]
fn whoever_holds_a_lock_may_take_it_again() {
    let ops = [
        Op::Lock { lock: 0 },
        Op::Lock { lock: 0 },
        Op::Delay { time: 0, draw: 1 },
        Op::Unlock { lock: 0 },
        Op::Delay { time: 0, draw: 2 },
        Op::Unlock { lock: 0 },
        Op::End,
    ];
    let mut spec = closed(system(&[Dist::Constant(0.001), Dist::Constant(1e6)], &ops, 0.0), 2);
    spec.locks = vec![Lock { name: "stock".into() }];
    spec.load.closed = Some(Closed { users: 2, think: Some(1), reconnect: Span::ZERO });
    let lines = lines(&spec, 1.0);
    // The lock is released only with the outer of the two.
    let answered: Vec<&str> = lines
        .iter()
        .filter(|line| line.contains("Answered"))
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(answered, ["0.002000", "0.004000"]);
}

#[test]
fn two_streams_into_one_topic_are_two_streams() {
    let mut spec = consuming(1, 1, 10.0);
    spec.load.records.push(spec.load.records[0]);
    let lines = lines(&spec, 100.0);
    let mut instants: Vec<&str> = lines
        .iter()
        .filter(|line| line.contains("Published"))
        .filter_map(|line| line.split(' ').next())
        .collect();
    let all = instants.len();
    instants.dedup();
    assert!((1_700..2_300).contains(&all), "{all}");
    assert_eq!(instants.len(), all);
}

#[test]
fn an_arrival_in_decades_is_found_in_a_few_steps() {
    let curve =
        Curve { name: String::new(), slices: vec![0.5, 1.0], slice: Span::from_secs(3600.0) };
    // An area of 10⁹ s at three quarters of the peak rate on average.
    let mut arrivals = Arrivals::new(Key::default(), 1e-9, true, true, 0.0);
    let (_, at) = arrivals.next(&curve).expect("in 42 years");
    assert!((at - 1e9 / 0.75).abs() < 3600.0, "{at}");
    assert!(Arrivals::new(Key::default(), 1e-300, true, true, 0.0).next(&curve).is_none());
}

#[test]
fn a_call_that_arrives_as_a_thread_is_freed_has_it() {
    // One thread without a queue, busy from 1 ms to 2 ms with the sent request; the call, on its
    // way since the beginning, arrives at 2 ms and is served until 3 ms.
    let call = |round_trip| Op::Call { endpoint: 2, round_trip, timeout: None, draw: 4 };
    let ops = [
        Op::Send { endpoint: 1, after: 1, draw: 1 },
        call(Span::from_millis(2)),
        Op::End,
        Op::Delay { time: 0, draw: 2 },
        call(Span::ZERO),
        Op::End,
        Op::Delay { time: 0, draw: 3 },
        Op::End,
    ];
    let laws = [Dist::Constant(0.001), Dist::Constant(0.0), Dist::Constant(1e6)];
    let mut spec = system(&laws, &ops, 0.0);
    spec.services.push(service("single"));
    spec.services[1].threads = Threads { maximum: 1, accepted: 0, backlog: 0 };
    spec.endpoints.push(Endpoint { name: "server.sent".into(), service: 0, entry: 3 });
    spec.endpoints.push(Endpoint { name: "single.job".into(), service: 1, entry: 6 });
    spec.load.open = None;
    spec.load.closed = Some(Closed { users: 1, think: Some(2), reconnect: Span::ZERO });
    let lines = lines(&spec, 1.0);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[1].starts_with("0.003000 Answered"), "{lines:?}");
}

#[test]
fn an_arrival_beyond_all_runs_is_no_arrival() {
    // In 317 years: more nanoseconds than the event list can represent.
    let mut spec = system(&[], &[Op::End], 1e-10);
    spec.load.open = Some(Open { requests_per_s: 1e-10, regular: true });
    assert_eq!(lines(&spec, 10.0), Vec::<String>::new());
}

#[test]
fn what_finds_no_room_is_refused_and_counted() {
    // 40,000 requests in a second, evenly spaced, none answered: 10,000 beyond capacity.
    let ops = [
        Op::Delay { time: 0, draw: 1 },
        Op::Call { endpoint: 1, round_trip: Span::ZERO, timeout: None, draw: 2 },
        Op::End,
        Op::Call { endpoint: 2, round_trip: Span::ZERO, timeout: None, draw: 3 },
        Op::Delay { time: 1, draw: 4 },
        Op::End,
    ];
    let mut spec = system(&[Dist::Constant(2.0), Dist::Constant(1e6)], &ops, 40_000.0);
    spec.load.open = Some(Open { requests_per_s: 40_000.0, regular: true });
    spec.endpoints.push(Endpoint { name: "server.middle".into(), service: 0, entry: 3 });
    spec.endpoints.push(Endpoint { name: "server.last".into(), service: 0, entry: 4 });
    let mut run = steady(0, 1.0);
    run.warm_up = Span::ZERO;
    let mut seen = Lines::default();
    let cost = simulate(&spec, &run, &mut seen);
    assert_eq!((cost.no_room, cost.in_flight_most), (10_000, 30_000));
    assert_eq!(count(&seen.0, "Refused"), 10_000);
    // Two seconds later each of the 30,000 calls, and each call calls again: as many more fit.
    run.bin = Span::from_secs(3.0);
    let mut ledger = spec.ledger();
    let cost = simulate(&spec, &run, &mut ledger);
    assert_eq!(cost.in_flight_most, 60_000);
    assert_eq!(ledger.faults(cost.unanswered), Vec::<String>::new());
}

#[test]
fn records_that_find_no_room_are_counted() {
    // 300,000 records in a second, evenly spaced. The first is polled alone and committed after 5
    // ms; the next poll of 500 takes two and a half seconds, so that none of it is committed:
    // 50,000 less the first exceed capacity.
    let mut spec = consuming(1, 1, 300_000.0);
    spec.load.records[0].regular = true;
    let mut run = steady(0, 1.0);
    run.warm_up = Span::ZERO;
    let cost = simulate(&spec, &run, &mut Lines::default());
    assert_eq!(cost.no_room, 49_999);
}

#[test]
fn a_run_that_is_stopped_answers_nothing() {
    use std::cell::Cell;
    let spec = system(&[Dist::Constant(0.001)], &[Op::Delay { time: 0, draw: 1 }, Op::End], 1e5);
    let looks = Cell::new(0);
    let after = |most: u32| {
        looks.set(0);
        let stopped = || {
            looks.set(looks.get() + 1);
            looks.get() > most
        };
        simulate_unless(&spec, &steady(0, 1.0), &mut Lines::default(), &stopped)
    };
    assert_eq!(after(0), None);
    assert_eq!(after(9), None);
    assert_eq!(looks.get(), 10);
    assert!(after(u32::MAX).is_some_and(|cost| cost.events > 100_000));
}
