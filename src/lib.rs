//! Plimsoll: the load line for a back end.
//!
//! A Plimsoll line is the mark on a ship's hull that shows how deep it may safely be loaded. This
//! crate draws that line for a system of services, connection pools, databases, caches and Kafka
//! consumers: the load it sustains before something saturates, what saturates first, and where the
//! line moves after a planned change. It consists of a discrete-event simulator, a set of
//! experiments on it, and the statistics to quantify their uncertainty.
//!
//! The `plimsoll` binary reads systems and questions from YAML. This page is about the library, for
//! running simulations from a program of your own.
//!
//! # A first model
//!
//! A system consists of services of identical pods. Their endpoints are lists of steps, which queue
//! for resources: threads, connections, processors, caches, locks. [`build::SpecBuilder`] assembles
//! a system with its load and validates it. Poisson arrivals at 640 requests/s to eight threads,
//! each held for an exponential time with a mean of 10 ms, are an M/M/8 queue:
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
//! [`SpecBuilder::build`](build::SpecBuilder::build) returns a [`model::spec::Spec`], which is
//! plain data that the rest of the crate accepts without further validation, or all
//! [`build::Fault`]s at once:
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
//! The builder also covers Kafka, nodes, autoscalers, meshes, journeys (user sessions) and the
//! events of a day. Defaults and limits are those of YAML documents, and the resulting spec is
//! equal to the one read from the corresponding document:
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
//! [`study::setup::Study::of`] sets up a study of a spec, with the defaults of YAML scenarios.
//! [`study::point::at_load`] runs replications in parallel, each with a warm-up determined from
//! pilot runs, until the confidence intervals are narrow enough. Every number is a
//! [`stats::Estimate`], a mean with its 95 % confidence interval; [`stats::analytic`] has the
//! predictions of queueing theory:
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
//! // 95 % of such intervals cover the true mean; the one of this seed does.
//! assert_eq!(mean.contains(theory), Some(true), "{mean:?}, theory {theory}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`study::setup::Study`] has public fields; assign to its seed, window or targets to change
//! them. [`study::answer_question`] answers a whole study at once. Its
//! [`study::result::StudyResult`] has the stations (service centres), the waits and the breakdown
//! of response times, and serializes to `summary.json`.
//!
//! # The line
//!
//! The *line* is the saturation throughput: the largest load at which every target (service-level
//! objective) is met and no queue drifts, that is, grows without bound. [`study::point::line`]
//! searches for it, then gives more capacity to one resource at a time (its *relief*), and names
//! the bottleneck, the one whose relief moves the line:
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
//! // Ten connections, each held for 20 ms on average, are all busy at 500 requests/s.
//! assert!(found.rps.high < 500.0);
//! # Ok::<(), plimsoll::build::Faults>(())
//! ```
//!
//! # What if?
//!
//! Build another spec and ask again. Random draws are addressed by key, not consumed from a stream
//! ([`random::Key`]): user 17 of replication 3 arrives at the same instant, makes the same choices
//! and demands the same service times in every system. These are *common random numbers*, and they
//! hold across all studies with the same seed. Variants of one study are compared in pairs,
//! replication by replication, which makes the confidence interval of a difference much narrower
//! than those of the two values:
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
//! // Two more threads sustain about 200 requests/s more, and the difference is significant.
//! assert!((150.0..250.0).contains(&change.saturation_rps.mean), "{change:?}");
//! assert!(change.saturation_rps.low > 0.0);
//! # Ok::<(), Faults>(())
//! ```
//!
//! # From YAML
//!
//! [`scenario::load`] reads a study from a scenario file, or reports all problems by file, line and
//! column. The study is of the same type as one built in Rust:
//!
//! ```
//! use plimsoll::scenario::{Options, load};
//! use plimsoll::study::{Question, Unwatched, answer_question};
//!
//! let path = std::path::Path::new("scenarios/textbook/closed-loop.yaml");
//! let loaded = load(path, &Options::default())?;
//! let (result, _effort) = answer_question(&loaded.study, Question::Run, &Unwatched);
//! let seen = result.variants[0].at_target.as_ref().expect("the scenario has a load");
//! // 100 users, each response takes 250 ms: 400 requests/s by Little's law.
//! assert!((seen.goodput_rps.mean - 400.0).abs() < 1e-9);
//! # Ok::<(), plimsoll::scenario::Refused>(())
//! ```
//!
//! # Rooms
//!
//! Each top-level module is a *room*, with rules on its dependencies:
//!
//! ```text
//! YAML ──► scenario ─┐
//!                    ├─► study::setup::Study ──► study ──► study::result::StudyResult ──► report
//! Rust ──► build ────┘                            │  ▲
//!                                                 ▼  │ observe
//!                                     model (engine, station, random)
//! ```
//!
//! | room | subject | independent of |
//! |---|---|---|
//! | [`units`] | time in whole nanoseconds | all other rooms |
//! | [`random`] | random draws addressed by key, and distributions | clock, entropy |
//! | [`engine`] | event list | the meaning of events |
//! | [`observe`] | records of a run, and observers that aggregate them | their source |
//! | [`station`] | stations (service centres): state machines with a queue | services, requests |
//! | [`model`] | one replication of a system under load | files, statistics, error handling |
//! | [`stats`] | estimates with confidence intervals, queueing theory | the model |
//! | [`study`] | replications, the line, differences between variants | files, terminal |
//! | [`build`] | from Rust to a validated spec and a study | files, the engine |
//! | [`scenario`] | from files to a validated study | the engine, reports |
//! | [`audit`] | static rules that check a system and its plans | simulation, specific systems |
//! | [`report`] | text, tables, charts | the computation |
//!
//! # Where to go next
//!
//! - `examples/`: M/M/8 compared with the Erlang C formula (`mmc`), the load at which a connection
//!   pool saturates (`pool`), a what-if loop (`what_if`), consumer lag with one and with three
//!   partitions (`consumer_lag`).
//! - [`model::simulate`] with an [`observe::Observer`] of your own: every record of one replication.
//! - [`model::spec::Spec`]: everything that can be described. The builder covers services with
//!   their pools, databases, caches, locks, Kafka, nodes, autoscalers, meshes, journeys and days.
//!   Indexes, storage, sharded caches and changes of settings during the day need [`scenario`], or
//!   the public fields.
//! - `ARCHITECTURE.md`: the design with its reasons, and how to extend it.

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

/// Runs the command line interface: the entry point of the binary.
#[doc(hidden)]
pub fn main() -> std::process::ExitCode {
    app::main()
}
