//! Kafka topics, listeners and external records.

use plimsoll::build::{
    Fault, Kind, ListenerBuilder, Publish, ServiceBuilder, SpecBuilder, Step, TopicBuilder,
};
use plimsoll::model::spec::{Ack, Brokers, Protocol, Settings};
use plimsoll::random::Dist;
use plimsoll::units::Span;

use crate::{assert_same, beyond, built, faults, range, study, unknown, work, zero};

const KAFKA: &str = "
scenario: kafka
system:
  system: kafka
  services:
    shop:
      endpoints:
        order:
          - publish: { topic: orders, wait: true }
          - publish: { topic: clicks, key: none }
          - publish: { topic: orders, key: none, wait: true, acks: leader }
    settlement:
      replicas: 2
      listeners:
        settle:
          topic: orders
          concurrency: 3
          ack: record
          max_poll_records: 50
          retries: 2
          back_off: 100ms
          session_timeout: 10s
          heartbeat: 1s
          max_poll_interval: 60s
          assignor: cooperative-sticky
          static: true
          metadata_max_age: 30s
          fails: 1%
          completes: order
          steps: [ cpu: { exponential: 4ms }, publish: { topic: clicks } ]
        mirror: { topic: clicks, group: mirror, steps: [ delay: { exponential: 1ms } ] }
  topics:
    orders: { partitions: 6, replicas: 3, min_insync: 2 }
    clicks: { partitions: 3, counted: false }
  kafka: { brokers: 5, election: 5s, initial_rebalance_delay: 1s }
  units: { fetch: 1ms, commit_offset: 2ms, publish_leader: { exponential: 1ms }, publish_follower: { exponential: 2ms } }
load: { rate: 100/s }
";

#[test]
fn a_built_consumer_is_the_one_of_its_document() {
    let (leader, follower) = (Dist::Exponential(0.001), Dist::Exponential(0.002));
    let shop = ServiceBuilder::new("shop").endpoint(
        "order",
        [
            Step::publish(Publish::to("orders").acks_all(leader.clone(), follower)),
            Step::publish(Publish::to("clicks").unkeyed()),
            Step::publish(Publish::to("orders").unkeyed().acks_leader(leader)),
        ],
    );
    let steps = [Step::cpu(Dist::Exponential(0.004)), Step::publish("clicks")];
    let second = Span::from_millis(1_000);
    let group = Settings { initial_delay: second, ..Settings::default() };
    let settle = ListenerBuilder::new("settle", "orders", steps)
        .concurrency(3)
        .ack(Ack::Record)
        .max_poll_records(50)
        .retries(2, Span::from_millis(100))
        .membership(Settings {
            session: Span::from_millis(10_000),
            heartbeat: second,
            poll_interval: Span::from_millis(60_000),
            protocol: Protocol::Cooperative,
            ..group
        })
        .static_members()
        .metadata_max_age(Span::from_millis(30_000))
        .fails(0.01)
        .completes_flow()
        .fetch(Span::from_millis(1))
        .commit(Span::from_millis(2));
    let mirror = ListenerBuilder::new("mirror", "clicks", [Step::delay(Dist::Exponential(0.001))])
        .group("mirror")
        .membership(group)
        .fetch(Span::from_millis(1))
        .commit(Span::from_millis(2));
    let system = SpecBuilder::new()
        .service(shop)
        .service(ServiceBuilder::new("settlement").pods(2).listener(settle).listener(mirror))
        .topic(TopicBuilder::new("orders", 6).replicas(3).min_insync(2))
        .topic(TopicBuilder::new("clicks", 3).uncounted())
        .brokers(Brokers { brokers: 5, election: Span::from_millis(5_000), ..Brokers::default() })
        .open_load(100.0);
    assert_same(&built(&system), study(KAFKA).case(0, 0, 0));
}

const RECORDS: &str = "
scenario: records
system:
  system: records
  services:
    settlement: { listeners: { settle: { topic: orders, steps: [ delay: { exponential: 4ms } ] } } }
  topics: { orders: { partitions: 3 } }
load: { records: [ { topic: orders, rate: 200/s } ], regular: true }
";

#[test]
fn built_records_are_those_of_their_document() {
    let steps = [Step::delay(Dist::Exponential(0.004))];
    let settle = ListenerBuilder::new("settle", "orders", steps);
    let system = SpecBuilder::new()
        .service(ServiceBuilder::new("settlement").listener(settle))
        .topic(TopicBuilder::new("orders", 3))
        .records("orders", 200.0)
        .regular();
    assert_same(&built(&system), study(RECORDS).case(0, 0, 0));
}

#[test]
fn all_faults_of_kafka_come_at_once() {
    let long = Span(u64::MAX);
    let slow = Settings { heartbeat: Span::from_millis(45_000), ..Settings::default() };
    let none = Settings { heartbeat: Span::ZERO, ..Settings::default() };
    let service = ServiceBuilder::new("reader")
        .endpoint("write", [Step::publish("order")])
        .listener(
            ListenerBuilder::new("a", "orders", [Step::query(Dist::Constant(1.0))])
                .concurrency(0)
                .max_poll_records(u32::MAX)
                .retries(u32::MAX, long)
                .fails(-0.5)
                .membership(slow),
        )
        .listener(ListenerBuilder::new("a", "nothing", work(f64::INFINITY)).membership(none));
    let system = SpecBuilder::new()
        .service(service)
        .topic(TopicBuilder::new("orders", 0).replicas(4).min_insync(5))
        .topic(TopicBuilder::new("orders", u32::MAX))
        .brokers(Brokers { election: long, ..Brokers::default() })
        .records("orders", f64::NEG_INFINITY)
        .records("none", 1e-12);
    let year = 18_446_744_073.709_553;
    let limit = u32::MAX.into();
    assert_eq!(
        faults(&system),
        [
            Fault::Duplicate { kind: Kind::Topic, name: "orders".into() },
            range("brokers", "an election", year),
            zero("orders", "partitions"),
            beyond("orders", ("replicas", 4.0), ("brokers", 3.0)),
            beyond("orders", ("replicas in sync", 5.0), ("replicas", 4.0)),
            range("orders", "partitions", limit),
            unknown("reader.write", Kind::Topic, "order"),
            Fault::Duplicate { kind: Kind::Listener, name: "reader.a".into() },
            zero("reader.a", "threads"),
            range("reader.a", "records of a poll", limit),
            range("reader.a", "retries", limit),
            range("reader.a", "a back-off", year),
            range("reader.a", "a share that fails", -0.5),
            beyond("reader.a", ("a heartbeat", 45.0), ("the session timeout", 45.0)),
            Fault::Unconnected("reader.a".into()),
            range("reader.a", "a heartbeat", 0.0),
            unknown("reader.a", Kind::Topic, "nothing"),
            range("reader.a", "a time", f64::INFINITY),
            Fault::Disagree {
                group: "reader".into(),
                first: "reader.a".into(),
                second: "reader.a".into(),
            },
            range("records orders", "a rate", f64::NEG_INFINITY),
            range("records none", "a rate", 1e-12),
            unknown("records none", Kind::Topic, "none"),
        ]
    );
}

#[test]
fn messages_that_never_end_are_a_fault() {
    let echo = |times: usize| {
        let steps = vec![Step::publish("orders"); times];
        SpecBuilder::new()
            .service(
                ServiceBuilder::new("reader").listener(ListenerBuilder::new("a", "orders", steps)),
            )
            .topic(TopicBuilder::new("orders", 1))
            .records("orders", 1.0)
    };
    assert_eq!(faults(&echo(1)), [Fault::Endless]);
    assert!(echo(0).build().is_ok());
    // 20 listeners of `first`, each of which publishes 20 records to `second`; 400 listeners of
    // `second`, each of which publishes 400 records to `third`.
    let fan = |from: &str, to: &str, count: usize| {
        (0..count).fold(ServiceBuilder::new(from), |service, number| {
            let steps = vec![Step::publish(to); count];
            service.listener(ListenerBuilder::new(format!("a{number}"), from, steps))
        })
    };
    let system = SpecBuilder::new()
        .service(fan("first", "second", 20))
        .service(fan("second", "third", 400))
        .topic(TopicBuilder::new("first", 1))
        .topic(TopicBuilder::new("second", 1))
        .topic(TopicBuilder::new("third", 1))
        .records("first", 1.0);
    // A record in `second` is read by 400 listeners, each of which writes 400 records: it counts as
    // 1 + 400 × (1 + 400), itself included; a listener of `first` writes 20 such records.
    let caused = 1.0 + 20.0 * (1.0 + 400.0 * 401.0);
    assert_eq!(faults(&system), [Fault::FanOut { at: "first.a0".into(), caused }]);
}
