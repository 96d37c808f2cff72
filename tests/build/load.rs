//! Journeys, retries of users, and concurrent sessions.

use plimsoll::build::{Fault, JourneyBuilder, Kind, ServiceBuilder, SpecBuilder, Step};
use plimsoll::model::spec::Retries;
use plimsoll::random::Dist;
use plimsoll::study::Unwatched;
use plimsoll::study::point::at_load;
use plimsoll::study::setup::{Study, Window};
use plimsoll::units::Span;

use crate::{assert_same, built, faults, range, study, unknown, work, zero};

const JOURNEYS: &str = "
scenario: journeys
system:
  system: journeys
  services:
    shop:
      endpoints:
        look: [ delay: { constant: 1ms } ]
        order: [ delay: { constant: 2ms } ]
journeys:
  buyer:
    - { request: shop.look }
    - { request: shop.order, think: { exponential: 5s } }
    - { request: shop.look, think: { exponential: 30s }, probability: 10% }
  guest: [ { request: shop.look, think: { constant: 0s } } ]
mixes: { all: { journeys: { buyer: 1, guest: 3 } } }
load: { rate: 100/s, patience: 2s, retries: { attempts: 2, back_off: 500ms, budget: 20% } }
";

fn shop() -> ServiceBuilder {
    ServiceBuilder::new("shop").endpoint("look", work(0.001)).endpoint("order", work(0.002))
}

#[test]
fn built_journeys_are_those_of_their_document() {
    let buyer = JourneyBuilder::new("buyer")
        .visit("shop.look")
        .visit_after(Dist::Exponential(5.0), "shop.order")
        .visit_sometimes(0.1, Some(Dist::Exponential(30.0)), "shop.look");
    let guest =
        JourneyBuilder::new("guest").weight(3.0).visit_after(Dist::Constant(0.0), "shop.look");
    let back_off = Span::from_millis(500);
    let system = SpecBuilder::new()
        .service(shop())
        .journey(buyer)
        .journey(guest)
        .patience(Span::from_millis(2_000))
        .retries(Retries { attempts: 2, back_off, budget: Some(0.2) })
        .open_load(100.0);
    assert_same(&built(&system), study(JOURNEYS).case(0, 0, 0));
}

/// Machine repair model: ten users with a mean think time of 90 ms hold a lock for 10 ms. Mean
/// value analysis gives a throughput of 83.204 requests/s.
#[test]
fn users_who_think_are_the_machine_repair_model() {
    let lock = Step::lock("only", [Step::delay(Dist::Exponential(0.010))]);
    let system = SpecBuilder::new()
        .lock("only")
        .service(ServiceBuilder::new("server").endpoint("serve", [lock]))
        .journey(JourneyBuilder::new("user").visit_after(Dist::Exponential(0.090), "server.serve"))
        .closed_load(10, None);
    let spec = built(&system);
    let path = std::path::Path::new("scenarios/textbook/closed-10-users.yaml");
    let loaded = plimsoll::scenario::load(path, &plimsoll::scenario::Options::default());
    assert_same(&spec, loaded.expect("no problems").study.case(0, 0, 0));
    let study = Study::of("repair", spec);
    let measure = Span::from_secs(240.0);
    let study = Study { window: Window { measure, ..study.window }, ..study };
    let found = at_load(&study, &Unwatched).expect("nobody stops it").at.goodput_rps;
    let half = (found.high - found.low) / 2.0;
    assert!(half < 1.0 && (found.mean - 83.204).abs() < 1.9 * half, "{found:?}");
}

#[test]
fn all_faults_of_users_come_at_once() {
    let buyer = JourneyBuilder::new("buyer")
        .weight(f64::NEG_INFINITY)
        .visit("shop.lok")
        .visit_sometimes(2.0, Some(Dist::Exponential(-1.0)), "shop.look");
    let forever =
        (0..1_001).fold(JourneyBuilder::new("buyer"), |journey, _| journey.visit("shop.look"));
    let retries = Retries { attempts: 101, back_off: Span(u64::MAX), budget: Some(-1.0) };
    let system = SpecBuilder::new()
        .service(shop())
        .journey(buyer)
        .journey(forever)
        .patience(Span(u64::MAX))
        .retries(retries)
        .reconnect(Span(u64::MAX))
        .closed_load(u32::MAX, Some(Dist::Uniform { low: 2.0, high: 1.0 }));
    let year = 18_446_744_073.709_553;
    assert_eq!(
        faults(&system),
        [
            range("load", "users", u32::MAX.into()),
            range("load", "a pause before a new connection", year),
            Fault::Duplicate { kind: Kind::Journey, name: "buyer".into() },
            range("journey buyer", "a weight", f64::NEG_INFINITY),
            unknown("journey buyer", Kind::Endpoint, "shop.lok"),
            range("journey buyer", "a probability", 2.0),
            range("journey buyer", "a time", -1.0),
            range("journey buyer", "requests", 1_001.0),
            Fault::Idle,
            range("load", "a time", 1.0),
            range("load", "a patience", year),
            range("load", "attempts", 101.0),
            range("load", "a back-off", year),
            range("load", "a budget", -1.0),
        ]
    );
}

/// 1,000 users/s who stay for 6,000 s are six million concurrent sessions (Little's law).
#[test]
fn more_users_than_a_run_remembers_are_a_fault() {
    let slow = JourneyBuilder::new("slow").visit_after(Dist::Constant(6_000.0), "shop.look");
    let system = SpecBuilder::new().service(shop()).journey(slow).open_load(1_000.0);
    assert_eq!(faults(&system), [Fault::Crowd { users: 6e6 }]);
    assert_eq!(
        faults(&SpecBuilder::new().service(shop()).closed_load(0, None)),
        [zero("load", "users")]
    );
}
