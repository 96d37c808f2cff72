//! Load curve and timeline of a day.

use plimsoll::build::{
    DatabaseBuilder, Event, Fault, Kind, ListenerBuilder, NodeGroupBuilder, ServiceBuilder,
    SpecBuilder, TopicBuilder,
};
use plimsoll::study::setup::Study;
use plimsoll::study::{Question, Unwatched, answer_question};
use plimsoll::units::Span;

use crate::{assert_same, beyond, built, faults, range, study, unknown, work, zero};

const DAY: &str = "
scenario: day
system:
  system: day
  services:
    shop: { replicas: 2, endpoints: { look: [ delay: { constant: 1ms } ] } }
    reader: { listeners: { read: { topic: orders, steps: [ delay: { constant: 1ms } ] } } }
  databases: { store: { cpu: 4 } }
  caches: { redis: {} }
  topics: { orders: { partitions: 3 } }
  node_groups: { main: { instance: m5.large, desired: 3 } }
load: { rate: 10/s }
curve: korea-shopping
day:
  timeline:
    - { at: 9h, what: { traffic: 1.5 } }
    - { at: 1h, what: { kill: { service: shop } } }
    - { at: 2h, what: { scale: { service: shop, pods: 5 } } }
    - { at: 3h, what: { deploy: { service: reader } } }
    - { at: 4h, what: { fail: { node_group: main } } }
    - { at: 5h, what: { partitions: { topic: orders, partitions: 6 } } }
    - { at: 6h, what: { poison: { topic: orders, share: 1% } } }
    - { at: 7h, what: { lose_broker: { broker: 1, back_after: 5m } } }
    - { at: 8h, what: { slow: { database: store, factor: 10, for: 2h } } }
    - { at: 8h, what: { slow: { cache: redis, factor: 2 } } }
    - { at: 10h, what: { lose: { cache: redis, for: 1m } } }
";

fn hours(hours: u64) -> Span {
    Span::from_millis(3_600_000 * hours)
}

fn system() -> SpecBuilder {
    let read = ListenerBuilder::new("read", "orders", work(0.001));
    SpecBuilder::new()
        .service(ServiceBuilder::new("shop").pods(2).endpoint("look", work(0.001)))
        .service(ServiceBuilder::new("reader").listener(read))
        .database(DatabaseBuilder::new("store").cores(4.0))
        .cache("redis", Span::ZERO)
        .topic(TopicBuilder::new("orders", 3))
        .node_group(NodeGroupBuilder::new("main", 2, 8_192).most_pods(29).nodes(3))
        .open_load(10.0)
}

#[test]
fn a_built_day_is_the_one_of_its_document() {
    let rates = [
        3.6, 2.4, 1.5, 1.0, 0.9, 1.0, 1.6, 2.7, 3.7, 4.8, 5.7, 6.0, 5.8, 5.6, 5.4, 5.2, 4.9, 4.5,
        4.3, 4.4, 5.2, 6.5, 7.0, 6.3,
    ];
    let minutes = |minutes: u64| Span::from_millis(60_000 * minutes);
    let system = system()
        .by_hour("korea-shopping", rates)
        .at(hours(9), Event::traffic(1.5))
        .at(hours(1), Event::kill("shop", 1))
        .at(hours(2), Event::scale("shop", 5))
        .at(hours(3), Event::deploy("reader"))
        .at(hours(4), Event::fail_node("main", 1))
        .at(hours(5), Event::partitions("orders", 6))
        .at(hours(6), Event::poison("orders", 0.01))
        .at(hours(7), Event::lose_broker(1, minutes(5)))
        .at(hours(8), Event::slow_database("store", 10.0, Some(hours(2))))
        .at(hours(8), Event::slow_cache("redis", 2.0, None))
        .at(hours(10), Event::lose_cache("redis", Some(minutes(1))));
    let (spec, asked) = (built(&system), study(DAY));
    assert_same(&spec, asked.case(0, 0, 0));
    let day = Study::of("day", spec).on_day(hours(24)).day.expect("a day");
    let read = asked.day.expect("a day");
    assert_eq!(
        (day.bin, day.horizon, day.replications),
        (read.bin, read.horizon, read.replications)
    );
    assert_eq!((day.compress, day.variants), (read.compress, read.variants));
}

#[test]
fn all_faults_of_a_day_come_at_once() {
    let long = Span(u64::MAX);
    let year = 18_446_744_073.709_553;
    let system = system()
        .by_hour("odd", [0.0, f64::NAN, f64::NEG_INFINITY])
        .at(long, Event::kill("shop", 0))
        .at(hours(1), Event::scale("shops", u32::MAX))
        .at(hours(1), Event::deploy("shops"))
        .at(hours(1), Event::fail_node("mane", 0))
        .at(hours(1), Event::partitions("orders", 2))
        .at(hours(1), Event::poison("orders", 2.0))
        .at(hours(1), Event::lose_broker(3, long))
        .at(hours(1), Event::traffic(0.0))
        .at(hours(1), Event::slow_database("redis", 0.5, Some(long)))
        .at(hours(1), Event::slow_cache("store", f64::INFINITY, None))
        .at(hours(1), Event::lose_cache("store", None));
    let mut found = faults(&system);
    // NaN equals nothing, itself included.
    found.retain(|fault| !matches!(fault, Fault::Range { value, .. } if value.is_nan()));
    assert_eq!(
        found,
        [
            range("curve odd", "a rate", f64::NEG_INFINITY),
            zero("curve odd", "hour with a rate"),
            range("day", "a time", year),
            zero("kill", "pods"),
            unknown("day", Kind::Service, "shops"),
            unknown("day", Kind::Service, "shops"),
            zero("fail", "nodes"),
            unknown("day", Kind::NodeGroup, "mane"),
            beyond("orders", ("partitions before", 3.0), ("those on the day", 2.0)),
            range("orders", "a share that fails", 2.0),
            range("day", "a time to be back", year),
            beyond("brokers", ("a number", 3.0), ("the last", 2.0)),
            range("traffic", "a factor", 0.0),
            unknown("day", Kind::Database, "redis"),
            range("day", "a time", year),
            range("store", "a factor", f64::INFINITY),
            unknown("day", Kind::Cache, "store"),
            unknown("day", Kind::Cache, "store"),
        ]
    );
    let scaled = self::system().at(hours(1), Event::scale("shop", u32::MAX));
    assert!(matches!(faults(&scaled)[..], [Fault::TooLarge(_)]));
    let deployed = scaled.at(hours(2), Event::deploy("shop"));
    assert!(matches!(faults(&deployed)[..], [Fault::TooLarge(_)]));
}

/// Ten evenly spaced requests/s, and twenty in the second of two hours: the goodput of each bin
/// rounds to that rate.
#[test]
fn traffic_changes_when_it_is_said_to() {
    let system = SpecBuilder::new()
        .service(ServiceBuilder::new("shop").endpoint("look", work(0.001)))
        .open_load(10.0)
        .regular()
        .at(hours(1), Event::traffic(2.0));
    let study = Study::of("day", built(&system)).on_day(hours(2));
    let (result, _) = answer_question(&study, Question::Run, &Unwatched);
    let rates: Vec<f64> =
        result.variants[0].day.iter().map(|bin| bin.goodput_rps.mean.round()).collect();
    let half = rates.len() / 2;
    assert_eq!(rates, [vec![10.0; half], vec![20.0; half]].concat());
}
