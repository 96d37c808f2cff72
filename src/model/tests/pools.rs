//! Hand-over of a returned connection to its next user, on exact timelines.

use super::*;

fn ms(millis: u64) -> Span {
    Span::from_millis(millis)
}

/// One connection, held for the first of `dists`; the work of each request is `ops`.
fn one_connection(dists: &[Dist], ops: &[Op], wake_up: Span, take_back: f64) -> Spec {
    let mut spec = system(dists, ops, 0.0);
    let settings = Pool { connection_timeout: ms(250), wake_up, take_back, ..pool(1) };
    spec.services[0].pools = vec![settings];
    spec.services[0].cores = 4.0;
    spec.databases = vec![database()];
    spec
}

const HOLD: [Op; 4] = [
    Op::Begin { pool: 0, hold: Hold::Transaction },
    Op::Delay { time: 0, draw: 1 },
    Op::Finish,
    Op::End,
];

/// Users in a closed loop, with the think time of this sampler, or none.
fn users(mut spec: Spec, users: u32, think: Option<Id>) -> Spec {
    spec.load.open = None;
    spec.load.closed = Some(Closed { users, think, reconnect: Span::ZERO });
    spec
}

/// Times and response times of the lines with kind `word` \[ms\].
fn endings(spec: &Spec, seconds: f64, word: &str) -> Vec<(f64, f64)> {
    let millis = |text: &str| (text.parse::<f64>().expect("a number") * 1e6).round() / 1e3;
    lines(spec, seconds)
        .iter()
        .filter(|line| line.contains(word))
        .map(|line| {
            let at = line.split(' ').next().expect("the instant");
            let took = line.split("took: ").nth(1).expect("the time it took");
            let took = took.trim_start_matches("Span(");
            let end = took.find(|letter: char| !letter.is_ascii_digit()).expect("more follows");
            (millis(at), took[..end].parse::<f64>().expect("nanoseconds") / 1e6)
        })
        .collect()
}

/// Times of the lines with kind `word` \[ms\].
fn instants(spec: &Spec, seconds: f64, word: &str) -> Vec<f64> {
    endings(spec, seconds, word).into_iter().map(|(at, _)| at).collect()
}

/// A request every 10 ms, the first at 10 ms; a connection is held for 25 ms.
fn strangers(wake_up: Span) -> Spec {
    let mut spec = one_connection(&[Dist::Constant(0.025)], &HOLD, wake_up, 0.0);
    spec.services[0].pools[0].connection_timeout = ms(100);
    spec.load.open = Some(Open { requests_per_s: 100.0, regular: true });
    spec
}

/// No request arrives within 4 ms of a return: served in order, 4 ms apart. The request of 70 ms
/// waits for its 100; that of 60 was offered the connection at 151, before its timeout at 160.
#[test]
fn who_waits_takes_a_connection_when_awake() {
    let spec = strangers(ms(4));
    let answered = [(35, 25), (64, 44), (93, 63), (122, 82), (151, 101), (180, 120)];
    let answered: Vec<(f64, f64)> =
        answered.iter().map(|(at, took)| (f64::from(*at), f64::from(*took))).collect();
    assert_eq!(endings(&spec, 0.185, "Answered"), answered);
    assert_eq!(endings(&spec, 0.175, "Failed"), [(170.0, 100.0)]);
}

/// A request arrives 5 ms after each return, and a waiter wakes up only after 6: the arrival takes
/// the connection, and waiters starve. They fail after 100 ms, from any position in the queue,
/// except for the request of 60: it is offered the connection of 155, and awake at 161.
#[test]
fn who_comes_before_that_takes_it_instead() {
    let spec = strangers(ms(6));
    let answered: Vec<(f64, f64)> = (0..5).map(|k| (f64::from(35 + 30 * k), 25.0)).collect();
    assert_eq!(endings(&spec, 0.156, "Answered"), answered);
    let failed = [(120.0, 100.0), (130.0, 100.0), (150.0, 100.0), (161.0, 101.0)];
    assert_eq!(endings(&spec, 0.165, "Failed"), failed);
    // Strictly in order.
    let spec = strangers(Span::ZERO);
    let answered: Vec<(f64, f64)> =
        (0..5).map(|k| (f64::from(35 + 25 * k), f64::from(25 + 15 * k))).collect();
    assert_eq!(endings(&spec, 0.136, "Answered"), answered);
}

/// Two threads and three users without think time: one has the connection for 10 ms, one waits for
/// it, one waits for a thread.
fn busy_threads(before: &[Op], took: f64, take_back: f64) -> Spec {
    let ops: Vec<Op> = before.iter().chain(&HOLD).copied().collect();
    let dists = [Dist::Constant(0.01), Dist::Constant(took)];
    let mut spec = users(one_connection(&dists, &ops, ms(1), take_back), 3, None);
    spec.services[0].threads = Threads { maximum: 2, accepted: 10, backlog: 0 };
    spec
}

/// The thread that answers goes straight on to the request that waits for a thread, and takes back
/// the connection that it has returned: it has it all the time. The other thread wakes up every 10
/// ms in vain, until its timeout of 250 ms.
#[test]
fn a_thread_takes_back_what_it_has_just_returned() {
    let spec = busy_threads(&[], 0.0, 1.0);
    let answered: Vec<f64> = (1..=25).map(|k| f64::from(10 * k)).collect();
    assert_eq!(instants(&spec, 0.2505, "Answered"), answered);
    assert_eq!(endings(&spec, 0.255, "Failed"), [(251.0, 251.0)]);
}

/// With a probability of zero, the waiter that was offered the connection takes it 1 ms later, and
/// they take turns.
#[test]
fn a_thread_that_comes_too_late_gets_in_line() {
    let spec = busy_threads(&[], 0.0, 0.0);
    let answered: Vec<f64> = (0..20).map(|k| f64::from(10 + 11 * k)).collect();
    assert_eq!(instants(&spec, 0.225, "Answered"), answered);
    assert_eq!(instants(&spec, 1.0, "Failed"), [0.0; 0]);
}

/// Work between the two requests counts, not the probability: after 0.5 ms of computing the thread
/// is ahead of the one that wakes up in 1 ms, after 1.5 ms behind it.
#[test]
fn computing_between_two_requests_decides_who_is_first() {
    let compute = [Op::Cpu { time: 1, draw: 2 }];
    let back = busy_threads(&compute, 0.0005, 0.0);
    let answered: Vec<f64> = (1..=10).map(|k| 10.5 * f64::from(k)).collect();
    assert_eq!(instants(&back, 0.106, "Answered"), answered);
    let late = busy_threads(&compute, 0.0015, 1.0);
    let answered: Vec<f64> = (0..10).map(|k| 11.5 + 11.0 * f64::from(k)).collect();
    assert_eq!(instants(&late, 0.112, "Answered"), answered);
}

/// A request of two consecutive transactions has the connection for both: no waiter is awake in
/// between. Strictly in order the two would take turns.
#[test]
fn a_second_transaction_takes_the_connection_of_the_first() {
    let ops: Vec<Op> = HOLD[..3].iter().chain(&HOLD).copied().collect();
    let dists = [Dist::Constant(0.01), Dist::Constant(1e6)];
    let spec = |wake_up| users(one_connection(&dists, &ops, wake_up, 0.0), 2, Some(1));
    assert_eq!(instants(&spec(ms(1)), 1.0, "Answered"), [20.0, 41.0]);
    assert_eq!(instants(&spec(Span::ZERO), 1.0, "Answered"), [30.0, 40.0]);
}

/// A consumer with records goes straight on from one to the next and keeps the connection, 10 ms
/// for each, while two users wait for it. They arrive at 25 and 36 ms, 15 ms after their first
/// answers, and are offered it in turn. 250 ms later the first is in line, and the second as well.
#[test]
fn a_consumer_keeps_its_connection_while_it_has_records() {
    let mut spec = consuming(1, 1, 1_000.0);
    spec.load.records[0].regular = true;
    spec.topics[0].partitions = 1;
    spec.samplers = [0.01, 0.015].map(|time| Sampler::new(Dist::Constant(time))).to_vec();
    spec.ops = HOLD.to_vec();
    let settings = Pool { connection_timeout: ms(250), wake_up: ms(1), take_back: 0.0, ..pool(1) };
    spec.services[0].pools = vec![settings];
    spec.databases = vec![database()];
    let spec = users(spec, 2, Some(1));
    assert_eq!(instants(&spec, 0.3, "Answered"), [10.0, 21.0]);
    assert_eq!(endings(&spec, 0.2865, "Failed"), [(275.0, 250.0), (286.0, 250.0)]);
    let consumed = |spec: &Spec| {
        let lines = lines(spec, 0.1);
        let handled = lines.iter().filter(|line| line.contains("Consumed"));
        handled.map(|line| line[..8].to_owned()).collect::<Vec<_>>()
    };
    let handled = ["0.032000", "0.042000", "0.052000", "0.062000", "0.072000", "0.082000"];
    assert_eq!(consumed(&spec)[..6], handled);
}

/// A pod dies during a wake-up: nothing wakes up afterwards, and the accounts balance.
#[test]
fn nobody_wakes_up_on_a_pod_that_is_gone() {
    let mut spec = strangers(ms(6));
    let kill = Happening::Kill { service: 0, pods: 1 };
    // At 35 the connection is returned, at 40 it is taken, at 41 the first would be awake.
    spec.timeline = vec![Timed { at: ms(38), what: kill }];
    let mut seen = Lines::default();
    let run = Run { warm_up: Span::ZERO, follow_curve: true, ..steady(0, 0.3) };
    simulate(&spec, &run, &mut seen);
    let lost = seen.0.iter().filter(|line| line.contains("Lost")).count();
    assert_eq!(lost, 2, "those of 20 and 30 ms: {:?}", seen.0);
    assert!(seen.0.iter().any(|line| line.contains("Answered") && line.starts_with("0.06")));
}
