//! Service meshes and keep-alive connections.

use plimsoll::build::{Fault, MeshBuilder, ServiceBuilder, SpecBuilder, Step};
use plimsoll::model::spec::{Balancer, Hedge, KeepAlive, RetryOn, Rules};
use plimsoll::random::Dist;
use plimsoll::study::Unwatched;
use plimsoll::study::point::at_load;
use plimsoll::study::setup::Study;
use plimsoll::units::Span;

use crate::{assert_same, built, faults, range, study, work, zero};

const MESH: &str = "
scenario: mesh
system:
  system: mesh
  services:
    shop: { balancer: sticky, endpoints: { look: [ delay: { constant: 1ms } ] } }
    stock:
      mesh:
        timeout: 500ms
        per_try_timeout: 200ms
        retries: 2
        retry_on: [ reset ]
        retry_budget: 30%
        max_connections: 100
        max_pending: 10
        outlier: { consecutive_errors: 3 }
        rate_limit: { per_s: 50, burst: 20 }
        hedge: { after: 100ms }
      endpoints: { take: [ delay: { constant: 2ms } ] }
    plain: { mesh: { max_connections: 5, per_try_timeout: 1s, timeout: 1s }, endpoints: { run: [ delay: { constant: 3ms } ] } }
load: { rate: 30/s }
";

#[test]
fn a_built_mesh_is_the_one_of_its_document() {
    let millis = Span::from_millis;
    let mesh = MeshBuilder::new()
        .timeout(millis(500))
        .per_try_timeout(millis(200))
        .retries(2)
        .retry_on(RetryOn { reset: true, ..RetryOn::default() })
        .retry_budget(0.3)
        .max_connections(100)
        .max_pending(10)
        .outlier(Rules { failures: 3, ..Rules::istio() })
        .rate_limit(50.0, 20)
        .hedge(Hedge { after: millis(100), cancel: false });
    let few =
        MeshBuilder::new().max_connections(5).timeout(millis(1_000)).per_try_timeout(millis(1_000));
    let sticky = Balancer::Sticky(KeepAlive::default());
    let system = SpecBuilder::new()
        .service(ServiceBuilder::new("shop").balancer(sticky).endpoint("look", work(0.001)))
        .service(ServiceBuilder::new("stock").mesh(mesh).endpoint("take", work(0.002)))
        .service(ServiceBuilder::new("plain").mesh(few).endpoint("run", work(0.003)))
        .open_load(30.0);
    assert_same(&built(&system), study(MESH).case(0, 0, 0));
}

#[test]
fn all_faults_of_a_mesh_come_at_once() {
    let long = Span(u64::MAX);
    let year = 18_446_744_073.709_553;
    let rules = Rules { failures: 0, sweep: Span::ZERO, most: 101, ..Rules::default() };
    let mesh = MeshBuilder::new()
        .timeout(long)
        .retries(101)
        .retry_budget(1.5)
        .max_connections(0)
        .outlier(rules)
        .rate_limit(0.0, 0);
    let sticky = Balancer::Sticky(KeepAlive { users: 0, callers: 0, requests: 0, idle: long });
    let shop =
        ServiceBuilder::new("shop").balancer(sticky).mesh(mesh).endpoint("look", work(0.001));
    assert_eq!(
        faults(&SpecBuilder::new().service(shop).open_load(1.0)),
        [
            zero("shop", "kept connections of users"),
            zero("shop", "kept connections of callers"),
            zero("shop", "requests of a kept connection"),
            range("shop", "an idle time", year),
            Fault::StickyMesh("shop".into()),
            range("shop", "a timeout", year),
            range("shop", "retries", 101.0),
            range("shop", "a retry budget", 1.5),
            zero("shop", "connections of a proxy"),
            zero("shop", "failures that eject"),
            zero("shop", "time between sweeps"),
            range("shop", "a share ejected", 101.0),
            range("shop", "a rate limit", 0.0),
            zero("shop", "tokens"),
        ]
    );
}

/// Erlang's loss formula: 12 servers without a queue, 12 requests/s with a mean service time of one
/// second; B(12, 12) is 0.19846.
#[test]
fn a_proxy_without_room_to_wait_loses_as_erlang_says() {
    let mesh = MeshBuilder::new().max_connections(12).max_pending(0);
    let steps = [Step::delay(Dist::Exponential(1.0))];
    let system = SpecBuilder::new()
        .service(ServiceBuilder::new("server").mesh(mesh).endpoint("serve", steps))
        .open_load(12.0);
    let study = Study { replications: 32, ..Study::of("loss", built(&system)) };
    let lost = at_load(&study, &Unwatched).expect("nobody stops it").at.error_rate;
    let half = (lost.high - lost.low) / 2.0;
    assert!(half < 0.02 && (lost.mean - 0.198_46).abs() < 1.9 * half, "{lost:?}");
}
