//! Tests of the programs in `examples` against queueing theory, and of the builder against the
//! document reader.

#[expect(dead_code, reason = "the test needs the numbers, not the print")]
#[path = "../examples/consumer_lag.rs"]
mod consumer_lag;
#[expect(dead_code, reason = "the test needs the numbers, not the print")]
#[path = "../examples/mmc.rs"]
mod mmc;
#[expect(dead_code, reason = "the test needs the numbers, not the print")]
#[path = "../examples/pool.rs"]
mod pool;
#[expect(dead_code, reason = "the test needs the numbers, not the print")]
#[path = "../examples/what_if.rs"]
mod what_if;

use plimsoll::build::{
    DatabaseBuilder, Fault, Faults, Kind, PoolBuilder, ServiceBuilder, SpecBuilder, Step,
};
use plimsoll::model::spec::{Counted, Excess, Spec};
use plimsoll::random::Dist;
use plimsoll::scenario::{Options, load, render};
use plimsoll::stats::Estimate;
use plimsoll::stats::analytic::markov::mmc_response_quantile;
use plimsoll::units::Span;

/// Asserts that the theoretical value lies in the confidence interval, widened from 95 % to about
/// 99.9 %, and that the 95 % half-width is below `width` relative to that value.
#[track_caller]
fn assert_theory(seen: Estimate, theory: f64, width: f64) {
    let half = (seen.high - seen.low) / 2.0;
    assert!(half > 0.0 && half < width * theory, "{seen:?} says little of {theory}");
    assert!((seen.mean - theory).abs() < 1.9 * half, "{seen:?}, theory {theory}");
}

#[test]
fn eight_servers_wait_as_erlang_says() {
    let (waited, mean_ms) = mmc::simulated().expect("no faults");
    // Erlang C at c = 8 and ρ = 0.8 is 0.4576; the mean wait is that divided by (c − a)/s.
    assert_theory(waited, 0.457_7, 0.05);
    assert_theory(mean_ms, 0.457_7 * 10.0 / 1.6, 0.1);
}

/// Returns the load at which the 99th percentile of M/M/10 reaches the limit, by bisection.
fn theory_of_pool() -> f64 {
    let (mut low, mut high) = (1.0, 499.9);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        let p99 = mmc_response_quantile(middle, 0.020, 10, 0.99).expect("below saturation");
        if p99 < 0.150 { low = middle } else { high = middle }
    }
    low
}

#[test]
fn a_pool_saturates_where_its_queue_is_too_long() {
    let found = pool::saturation().expect("no faults");
    let theory = theory_of_pool();
    assert!((440.0..500.0).contains(&theory), "all connections are busy at 500/s, not {theory}");
    assert_theory(found.rps, theory, 0.03);
    assert_eq!(found.resource.as_deref(), Some("shop main connections"));
}

#[test]
fn threads_shorten_the_wait_as_theory_says() {
    let mut before = f64::INFINITY;
    for threads in what_if::THREADS {
        let seen = what_if::p99_ms(threads).expect("no faults");
        let theory = mmc_response_quantile(400.0, 0.020, threads, 0.99).expect("they keep up");
        assert_theory(seen, theory * 1e3, 0.2);
        assert!(seen.mean < before, "{threads} threads: {seen:?} after {before}");
        before = seen.mean;
    }
}

#[test]
fn a_partition_has_one_consumer() {
    for partitions in [1, 3] {
        let lag = consumer_lag::lag(partitions).expect("no faults");
        assert_theory(lag, consumer_lag::theory(partitions), 0.1);
    }
}

fn of_scenario(name: &str) -> Spec {
    let path = format!("scenarios/textbook/{name}.yaml");
    let loaded = load(std::path::Path::new(&path), &Options::default());
    match loaded {
        Ok(loaded) => loaded.study.case(0, 0, 0).clone(),
        Err(problems) => panic!("{}", render(&problems, false)),
    }
}

/// A spec built in Rust is equal to the one read from YAML, including the numbers of its draws.
#[test]
fn a_built_system_is_the_one_of_its_document() {
    let work = Step::delay(Dist::Exponential(0.050));
    let built = SpecBuilder::new()
        .database(DatabaseBuilder::new("store").cores(64.0))
        .service(
            ServiceBuilder::new("server")
                .pool(PoolBuilder::new("master", "store", 10).in_order())
                .endpoint("serve", [Step::transaction("master", [work])]),
        )
        .open_load(140.0)
        .build()
        .expect("no faults");
    let read = of_scenario("mm10-pool-rho70");
    assert_eq!(built.ops, read.ops);
    assert_eq!(built.samplers, read.samplers);
    assert_eq!(built.endpoints, read.endpoints);
    assert_eq!(built.load, read.load);
    let (built, read) = (&built.services[0], &read.services[0]);
    assert_eq!((built.pods, built.threads), (read.pods, read.threads));
    assert_eq!((&built.balancer, &built.pools), (&read.balancer, &read.pools));

    let steps = [
        Step::cpu(Dist::Constant(0.010)),
        Step::delay(Dist::Exponential(0.005)),
        Step::cpu(Dist::Constant(0.010)),
    ];
    let closed = SpecBuilder::new()
        .service(ServiceBuilder::new("server").endpoint("serve", steps))
        .closed_load(100, Some(Dist::Constant(0.0)))
        .build()
        .expect("no faults");
    assert_eq!(
        closed.load.closed,
        of_scenario("closed-loop").load.closed.map(|mut closed| {
            closed.think = Some(2);
            closed
        })
    );
    assert_eq!(closed.samplers.len(), 3, "equal laws have one sampler");
}

fn faults(system: &SpecBuilder) -> Vec<Fault> {
    match system.build() {
        Ok(spec) => panic!("{spec:?} has no fault"),
        Err(Faults(faults)) => faults,
    }
}

fn constant(seconds: f64) -> Step {
    Step::delay(Dist::Constant(seconds))
}

#[test]
fn all_faults_come_at_once() {
    let shop = ServiceBuilder::new("shop")
        .pods(0)
        .threads(0)
        .cores(f64::NAN)
        .pool(PoolBuilder::new("main", "order", 0))
        .endpoint("order", [constant(-1.0), Step::query(Dist::Constant(0.1))])
        .endpoint("order", [Step::transaction("other", [Step::call("a.b", Span::ZERO)])])
        .endpoint("look", [Step::cache("redis", 0, Dist::Pareto { mean: 1.0, shape: 1.0 })])
        .endpoint("buy", [Step::lock("stock", [Step::sometimes(1.5, [])])]);
    let system = SpecBuilder::new()
        .database(DatabaseBuilder::new("orders").cores(0.0).connections(0))
        .service(shop)
        .service(ServiceBuilder::new("web.shop"))
        .open_load(f64::INFINITY)
        .closed_load(0, None)
        .mix([("shop.sell", 1.0), ("shop.look", -1.0)]);
    let range = |at: &str, what, value| Fault::Range { at: at.into(), what, value };
    let unknown =
        |at: &str, kind, name: &str| Fault::Unknown { at: at.into(), kind, name: name.into() };
    let zero = |at: &str, what| Fault::Zero { at: at.into(), what };
    let mut found = faults(&system);
    // NaN equals nothing, itself included.
    let cores = found
        .iter()
        .position(|fault| matches!(fault, Fault::Range { value, .. } if value.is_nan()));
    assert!(cores.map(|at| found.remove(at)).is_some(), "{found:?}");
    assert_eq!(
        found,
        [
            Fault::Duplicate { kind: Kind::Endpoint, name: "shop.order".into() },
            Fault::Dotted("web.shop".into()),
            range("orders", "cores", 0.0),
            zero("orders", "connections"),
            zero("shop", "pods"),
            zero("shop", "threads"),
            zero("shop.main", "connections"),
            unknown("shop.main", Kind::Database, "order"),
            range("shop.order", "a time", -1.0),
            Fault::Unconnected("shop.order".into()),
            unknown("shop.order", Kind::Pool, "other"),
            unknown("shop.order", Kind::Endpoint, "a.b"),
            range("shop.look", "a shape", 1.0),
            zero("shop.look", "commands"),
            unknown("shop.look", Kind::Cache, "redis"),
            unknown("shop.buy", Kind::Lock, "stock"),
            range("shop.buy", "a probability", 1.5),
            Fault::TwoLoads,
            range("load", "a rate", f64::INFINITY),
            zero("load", "users"),
            unknown("mix", Kind::Endpoint, "shop.sell"),
            range("mix shop.look", "a weight", -1.0),
            Fault::Idle,
        ]
    );
    let text = Faults(found).to_string();
    assert!(text.contains("\nshop.order: unknown pool `other`\n"), "{text}");
}

#[test]
fn a_whole_has_faults_of_its_own() {
    let calls = |to: &str| [Step::call(to, Span::ZERO)];
    let empty = SpecBuilder::new();
    assert_eq!(faults(&empty), [Fault::NoLoad, Fault::Idle]);
    let circle = ServiceBuilder::new("a").endpoint("x", calls("a.y")).endpoint("y", calls("a.x"));
    assert_eq!(faults(&SpecBuilder::new().service(circle).open_load(1.0)), [Fault::Circle]);
    // Each of 17 endpoints calls the next twice: 2¹⁸ − 1 requests per request to the first.
    let fan = (0..17).fold(ServiceBuilder::new("a"), |service, number| {
        let next = format!("a.e{}", number + 1);
        let twice = [Step::call(next.clone(), Span::ZERO), Step::call(next, Span::ZERO)];
        service.endpoint(format!("e{number}"), twice)
    });
    let fan = SpecBuilder::new().service(fan.endpoint("e17", [constant(0.001)])).open_load(1.0);
    assert_eq!(faults(&fan), [Fault::FanOut { at: "a.e0".into(), caused: 262_143.0 }]);
    let crowd = ServiceBuilder::new("a").pods(100_001).endpoint("x", [constant(0.001)]);
    let excess = Excess { of: Counted::Pods, count: 100_001 };
    let crowd = SpecBuilder::new().service(crowd).open_load(1.0);
    assert_eq!(faults(&crowd), [Fault::TooLarge(excess)]);
}
