//! Plimsoll: the load line for a back end.
//!
//! A Plimsoll line is the mark on a ship's hull that shows how deep it may safely be loaded. This crate
//! draws that line for a system of services, connection pools, databases, caches and Kafka consumers: how
//! many requests it carries before something saturates, what saturates first, and where the line moves
//! after a planned change. It is a discrete-event simulator, a set of experiments on it, and the statistics
//! to say how sure they are.
//!
//! The program `plimsoll` reads systems and questions from YAML. This page is about the library, for those
//! who want a simulation inside a program of their own.
//!
//! # A first model
//!
//! A system is services of equal pods, whose endpoints are lists of steps; what steps take, they wait for
//! in queues: threads, connections, processors, caches, locks. [`build::SpecBuilder`] puts one together and
//! checks it. Eight threads that are each taken for 10 ms on the mean, 640 requests a second at random, is
//! M/M/8:
//!
//! ```
//! use plimsoll::build::{ServiceBuilder, SpecBuilder, Step};
//! use plimsoll::random::Dist;
//!
//! let job = Step::delay(Dist::Exponential(0.010));
//! let server = ServiceBuilder::new("server").threads(8).endpoint("job", [job]);
//! let spec = SpecBuilder::new().service(server).open_load(640.0).build()?;
//! assert_eq!(spec.services[0].threads.maximum, 8);
//! # Ok::<(), plimsoll::build::Faults>(())
//! ```
//!
//! [`SpecBuilder::build`](build::SpecBuilder::build) returns a [`model::spec::Spec`], plain numbers that
//! nothing below can find fault with, or all [`build::Fault`]s at once:
//!
//! ```
//! # use plimsoll::build::{ServiceBuilder, SpecBuilder, Step};
//! # use plimsoll::random::Dist;
//! use plimsoll::build::{Fault, Kind};
//!
//! let steps = [Step::transaction("main", [Step::query(Dist::Exponential(0.005))])];
//! let shop = ServiceBuilder::new("shop").threads(0).endpoint("order", steps);
//! let faults = SpecBuilder::new().service(shop).open_load(100.0).build().expect_err("two faults");
//! assert_eq!(
//!     faults.0,
//!     [
//!         Fault::Zero { at: "shop".into(), what: "threads" },
//!         Fault::Unknown { at: "shop.order".into(), kind: Kind::Pool, name: "main".into() },
//!     ]
//! );
//! ```
//!
//! Kafka, nodes, autoscalers, meshes, journeys and days are built likewise, with the defaults and limits
//! that documents have. What is built is equal to what its document is read as:
//!
//! ```
//! use plimsoll::build::{
//!     AutoscalerBuilder, Event, JourneyBuilder, ListenerBuilder, NodeGroupBuilder, ServiceBuilder,
//!     SpecBuilder, Step, TopicBuilder,
//! };
//! use plimsoll::model::spec::Requests;
//! use plimsoll::random::Dist;
//! use plimsoll::units::Span;
//!
//! let order = [Step::cpu(Dist::Exponential(0.004)), Step::publish("orders")];
//! let shop = ServiceBuilder::new("shop")
//!     .requests(Requests { millicores: 500, mebibytes: 1_024 })
//!     .autoscaler(AutoscalerBuilder::new(2, 10).cpu(70))
//!     .endpoint("order", order);
//! let settle = ListenerBuilder::new("settle", "orders", [Step::delay(Dist::Constant(0.02))]);
//! let spec = SpecBuilder::new()
//!     .node_group(NodeGroupBuilder::new("main", 2, 8_192).cluster_autoscaler(2, 5))
//!     .topic(TopicBuilder::new("orders", 12))
//!     .service(shop)
//!     .service(ServiceBuilder::new("settlement").listener(settle.concurrency(3)))
//!     .journey(JourneyBuilder::new("buyer").visit_after(Dist::Exponential(5.0), "shop.order"))
//!     .open_load(100.0)
//!     .at(Span::from_secs(3_600.0), Event::traffic(3.0))
//!     .build()?;
//! assert_eq!((spec.services[0].pods, spec.topics[0].partitions), (2, 12));
//! # Ok::<(), plimsoll::build::Faults>(())
//! ```
//!
//! # Running it
//!
//! [`study::setup::Study::of`] asks about a description with the defaults that scenarios have, and
//! [`study::point::at_load`] simulates replications in parallel, each with a warm-up that is found from
//! pilot runs, until the intervals are narrow enough. Every number comes with its error, as a
//! [`stats::Estimate`]; [`stats::analytic`] has what queueing theory expects:
//!
//! ```
//! # use plimsoll::build::{ServiceBuilder, SpecBuilder, Step};
//! # use plimsoll::random::Dist;
//! use plimsoll::stats::analytic::markov::mmc_mean_response;
//! use plimsoll::study::Unwatched;
//! use plimsoll::study::point::at_load;
//! use plimsoll::study::setup::Study;
//!
//! # let job = Step::delay(Dist::Exponential(0.010));
//! # let server = ServiceBuilder::new("server").threads(8).endpoint("job", [job]);
//! # let spec = SpecBuilder::new().service(server).open_load(640.0).build()?;
//! let point = at_load(&Study::of("M/M/8", spec), &Unwatched).expect("nobody stops it");
//! let mean = point.at.mean_ms;
//! let theory = mmc_mean_response(640.0, 0.010, 8)? * 1e3;
//! // 95 % of such intervals hold the truth: that of this seed does.
//! assert_eq!(mean.contains(theory), Some(true), "{mean:?}, theory {theory}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`study::setup::Study`] has public fields: change its seed, its window, its targets by assignment.
//! [`study::answer_question`] answers all of it at once, with stations, waits and the anatomy of a response
//! in a [`study::result::StudyResult`], which serializes to `summary.json`.
//!
//! # The line
//!
//! Which load does it carry? A load is carried when every target is met and no queue drifts. In the words
//! of the field the line is the saturation throughput under service-level objectives.
//! [`study::point::line`] looks for it, relieves one resource at a time, and names the one that moves it:
//!
//! ```
//! # use plimsoll::build::{DatabaseBuilder, PoolBuilder, ServiceBuilder, SpecBuilder, Step};
//! # use plimsoll::random::Dist;
//! # use plimsoll::study::Unwatched;
//! # use plimsoll::study::setup::Study;
//! use plimsoll::study::point::{Depth, line};
//! use plimsoll::study::metric::Metric;
//! use plimsoll::study::result::Target;
//!
//! let query = Step::query(Dist::Exponential(0.020));
//! let shop = ServiceBuilder::new("shop")
//!     .pool(PoolBuilder::new("main", "orders", 10).in_order())
//!     .endpoint("order", [Step::transaction("main", [query])]);
//! let orders = DatabaseBuilder::new("orders").cores(64.0);
//! let spec = SpecBuilder::new().database(orders).service(shop).open_load(400.0).build()?;
//! let mut study = Study::of("pool", spec);
//! study.targets = vec![Target::new(Metric::P99Ms, 150.0)];
//! let found = line(&study, Depth::Full, &Unwatched).expect("an open load has a line").saturation;
//! assert_eq!(found.resource.as_deref(), Some("shop main connections"));
//! // Ten connections, each taken for 20 ms, are all busy at 500 requests/s.
//! assert!(found.rps.high < 500.0);
//! # Ok::<(), plimsoll::build::Faults>(())
//! ```
//!
//! # What if?
//!
//! Build another description and ask again. Random draws are addressed, not consumed: user 17 of
//! replication 3 comes at the same instant, takes the same way and asks for the same work, whatever else
//! there is ([`random::Key`]). So a difference between two systems is not hidden by the luck of one of
//! them. These are *common random numbers*, and they hold for every study with the same seed. Variants of
//! one study are compared in pairs, replication by replication, which makes the interval of a difference
//! much narrower than those of its parts:
//!
//! ```
//! # use plimsoll::build::{Faults, ServiceBuilder, SpecBuilder, Step};
//! # use plimsoll::model::spec::Spec;
//! # use plimsoll::random::Dist;
//! # use plimsoll::study::setup::Study;
//! use plimsoll::study::metric::Metric;
//! use plimsoll::study::result::Target;
//! use plimsoll::study::{Question, Unwatched, answer_question};
//!
//! fn with_threads(threads: u32) -> Result<Spec, Faults> {
//!     let job = Step::delay(Dist::Exponential(0.010));
//!     let server = ServiceBuilder::new("server").threads(threads).endpoint("job", [job]);
//!     SpecBuilder::new().service(server).open_load(640.0).build()
//! }
//!
//! let mut study = Study::of("8 threads", with_threads(8)?).and("10 threads", with_threads(10)?);
//! study.targets = vec![Target::new(Metric::P99Ms, 100.0)];
//! let (result, _effort) = answer_question(&study, Question::Compare, &Unwatched);
//! let change = &result.comparisons[0];
//! // Two threads more carry about 200 requests/s more, and the difference is known for sure.
//! assert!((150.0..250.0).contains(&change.saturation_rps.mean), "{change:?}");
//! assert!(change.saturation_rps.low > 0.0);
//! # Ok::<(), Faults>(())
//! ```
//!
//! # From YAML
//!
//! [`scenario::load`] makes a study of a scenario's file, with each problem by file, line and column. From
//! there on all is as above:
//!
//! ```
//! use plimsoll::scenario::{Options, load};
//! use plimsoll::study::{Question, Unwatched, answer_question};
//!
//! let path = std::path::Path::new("scenarios/textbook/closed-loop.yaml");
//! let loaded = load(path, &Options::default())?;
//! let (result, _effort) = answer_question(&loaded.study, Question::Run, &Unwatched);
//! let seen = result.variants[0].at_target.as_ref().expect("the scenario has a load");
//! // 100 users who wait 250 ms for each answer: 400 requests a second.
//! assert!((seen.goodput_rps.mean - 400.0).abs() < 1e-9);
//! # Ok::<(), plimsoll::scenario::Refused>(())
//! ```
//!
//! # Rooms
//!
//! ```text
//! YAML ──► scenario ─┐
//!                    ├─► study::setup::Study ──► study ──► study::result::StudyResult ──► report
//! Rust ──► build ────┘                            │  ▲
//!                                                 ▼  │ observe
//!                                     model (engine, station, random)
//! ```
//!
//! | room | subject | never knows |
//! |---|---|---|
//! | [`units`] | time in whole nanoseconds | anybody |
//! | [`random`] | draws addressed by who draws and which draw | entropy |
//! | [`engine`] | the event list | what an event means |
//! | [`observe`] | records of a run, and its listeners | who reports |
//! | [`station`] | things with a queue | services, requests |
//! | [`model`] | one replication of a system under load | files, statistics, failure |
//! | [`stats`] | estimates with intervals, queueing theory | the model |
//! | [`study`] | replications, the line, differences | files, terminal |
//! | [`build`] | from Rust to a checked description and a study | files, the engine |
//! | [`scenario`] | from files to a validated study | the engine, reports |
//! | [`audit`] | coded rules that judge a system and its plans | simulation, systems |
//! | [`report`] | text, tables, charts | how it was computed |
//!
//! # Where to go next
//!
//! - `examples/`: M/M/c beside Erlang's formula, where a pool saturates, a what-if loop, the lag of a topic
//!   with one partition and with three.
//! - [`model::simulate`] with an [`observe::Observer`] of your own: every record of one replication.
//! - [`model::spec::Spec`]: all that a description can say. The builder covers services with their pools,
//!   databases, caches, locks, Kafka, nodes, autoscalers, meshes, journeys and days. Indexes, storage,
//!   sharded caches and changes of settings in mid-day are built by [`scenario`], or by hand from public
//!   fields.
//! - `ARCHITECTURE.md`: why it is made this way, and how to add to it.

#[expect(unreachable_pub, reason = "a room of the program, which the library does not show")]
mod app;
pub mod audit;
pub mod build;
#[expect(unreachable_pub, reason = "a room of the program, which the library does not show")]
mod cli;
pub mod engine;
pub mod model;
pub mod observe;
mod plain;
pub mod random;
pub mod report;
pub mod scenario;
pub mod station;
pub mod stats;
pub mod study;
pub mod units;

/// The program: everything that the binary does.
#[doc(hidden)]
pub fn main() -> std::process::ExitCode {
    app::main()
}
