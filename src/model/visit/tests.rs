//! Effects of programs, counted by hand.

use super::*;
use crate::model::spec::{Ack, Balancer, Consumer, Endpoint, Id, Lifecycle, Listener, Op};
use crate::model::spec::{Replication, Service, Spec, Threads, Topic};
use crate::random::{Dist, Sampler};
use crate::units::Span;

fn service() -> Service {
    Service {
        name: "web".into(),
        pods: 1,
        cores: 1.0,
        threads: Threads { maximum: 10, accepted: 0, backlog: 0 },
        balancer: Balancer::RoundRobin,
        pools: Vec::new(),
        lifecycle: Lifecycle::default(),
    }
}

/// A system whose endpoints are these programs.
fn system(programs: &[&[Op]]) -> Spec {
    let mut spec = Spec {
        services: vec![service()],
        samplers: vec![Sampler::new(Dist::Constant(0.010))],
        ..Spec::default()
    };
    for (number, ops) in programs.iter().enumerate() {
        let entry = spec.ops.len() as u32;
        spec.endpoints.push(Endpoint { name: format!("web.e{number}"), service: 0, entry });
        spec.ops.extend_from_slice(ops);
        spec.ops.push(Op::End);
    }
    spec
}

fn listener(spec: &mut Spec, topic: Id, ops: &[Op]) {
    let entry = spec.ops.len() as u32;
    spec.ops.extend_from_slice(ops);
    spec.ops.push(Op::End);
    spec.listeners.push(Listener {
        name: format!("web.l{}", spec.listeners.len()),
        service: 0,
        topic,
        partitions: None,
        group: "web".into(),
        concurrency: 1,
        ack: Ack::Record,
        max_poll_records: 500,
        fetch: Span::ZERO,
        commit: Span::from_millis(4),
        retries: 0,
        back_off: Span::ZERO,
        consumer: Consumer::default(),
        completes_flow: false,
        entry,
    });
}

fn topic(spec: &mut Spec) {
    let replication = Replication::default();
    spec.topics.push(Topic { name: "t".into(), partitions: 1, replication, counted: true });
}

fn send(endpoint: Id) -> Op {
    Op::Send { endpoint, after: 0, draw: 0 }
}

fn call(endpoint: Id) -> Op {
    Op::Call { endpoint, round_trip: Span::from_millis(1), timeout: None, draw: 0 }
}

const PUBLISH: Op = Op::Publish { topic: 0, keyed: true, draw: 0 };
const WORK: Op = Op::Delay { time: 0, draw: 0 };

/// Each of thirty sends two: 2³¹ − 1 runs.
#[test]
fn a_fan_that_doubles_is_counted_once_a_step() {
    let programs: Vec<Vec<Op>> = (0..31)
        .map(|number| if number < 30 { vec![send(number + 1), send(number + 1)] } else { vec![] })
        .collect();
    let programs: Vec<&[Op]> = programs.iter().map(Vec::as_slice).collect();
    let links = Links::of(&system(&programs)).expect("jumps lead on");
    assert!((links.caused()[0] - 2_147_483_647.0).abs() < 0.5);
    assert_eq!(links.unbounded(), None);
}

/// Three thousand calls of 1 ms and finally 10 ms: 2,999 x 1 ms + 10 ms, and 3,000 runs.
#[test]
fn a_chain_is_as_long_as_it_is() {
    let programs: Vec<Vec<Op>> =
        (0..3000).map(|number| vec![if number < 2999 { call(number + 1) } else { WORK }]).collect();
    let programs: Vec<&[Op]> = programs.iter().map(Vec::as_slice).collect();
    let spec = system(&programs);
    let links = Links::of(&spec).expect("jumps lead on");
    let outside = Flows {
        programs: (0..3000).map(|n| f64::from(u8::from(n == 0))).collect(),
        topics: vec![],
    };
    assert!((links.caused()[0] - 3000.0).abs() < 1e-9);
    let flows = links.flows(&outside).expect("no circle");
    assert!(flows.programs.iter().all(|rate| (rate - 1.0).abs() < 1e-12));
    let read = super::programs(&spec, &links, &[]).expect("no circle of calls");
    assert!((read[0].mean - 3.009).abs() < 1e-9, "{}", read[0].mean);
}

/// A record is followed by another with probability 1/2: two records and two runs of the listener.
#[test]
fn a_topic_may_lead_to_itself() {
    let mut spec = system(&[&[PUBLISH]]);
    topic(&mut spec);
    let at = spec.ops.len() as u32;
    let again = Op::Jump { target: at + 2, chance: 0.5, draw: 0 };
    listener(&mut spec, 0, &[again, PUBLISH]);
    let links = Links::of(&spec).expect("jumps lead on");
    assert_eq!(links.unbounded(), None);
    // The request itself, two records, two runs.
    assert!((links.caused()[0] - 5.0).abs() < 1e-12, "{:?}", links.caused());
    let flows = links
        .flows(&Flows { programs: vec![10.0, 0.0], topics: vec![0.0] })
        .expect("what goes round becomes less");
    assert!((flows.topics[0] - 20.0).abs() < 1e-9 && (flows.programs[1] - 20.0).abs() < 1e-9);
    // Always followed by another: unbounded.
    spec.ops[at as usize] = Op::Jump { target: at + 1, chance: 1.0, draw: 0 };
    let links = Links::of(&spec).expect("jumps lead on");
    assert_eq!(links.unbounded(), Some(&[1, 2][..]));
    assert!(links.caused()[0].is_infinite());
    assert_eq!(links.flows(&Flows { programs: vec![10.0, 0.0], topics: vec![0.0] }), None);
}

/// A tenth fails at all of three attempts: 1.2 runs of 10 ms per record, a commit of 4 ms, 0.2
/// pauses of 1 s.
#[test]
fn attempts_and_commits_take_the_thread() {
    let mut spec = system(&[&[PUBLISH]]);
    topic(&mut spec);
    listener(&mut spec, 0, &[WORK]);
    let one = &mut spec.listeners[0];
    (one.retries, one.back_off, one.consumer.fails) = (2, Span::from_secs(1.0), 0.1);
    let links = Links::of(&spec).expect("jumps lead on");
    let flows =
        links.flows(&Flows { programs: vec![1.0, 0.0], topics: vec![0.0] }).expect("no circle");
    let read = super::programs(&spec, &links, &[]).expect("no circle of calls");
    assert!((flows.programs[1] - 1.2).abs() < 1e-12);
    assert!((flows.programs[1] * read[1].thread.all - (0.012 + 0.004 + 0.2)).abs() < 1e-12);
}

/// A quota of 40 ms per 100 ms. 50 ms of work: at best the first 40 end with a period, at worst
/// they begin with one. 130 ms: 40 + 40 + 40 + 10.
#[test]
fn a_quota_stalls_by_when_work_begins() {
    let mut service = service();
    (service.cores, service.lifecycle.quota) = (0.4, true);
    let both = |cpu| (computing(&service, cpu), computing_at_most(&service, cpu));
    let near = |found: (f64, f64), right: (f64, f64)| {
        assert!((found.0 - right.0).abs() < 1e-9 && (found.1 - right.1).abs() < 1e-9, "{found:?}");
    };
    near(both(0.030), (0.030, 0.030));
    near(both(0.050), (0.050, 0.110));
    near(both(0.130), (0.040 + 0.200 + 0.010, 0.310));
}
