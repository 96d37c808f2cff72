//! From Rust to a checked description and a study: the way in without YAML.
//!
//! A [`SpecBuilder`] takes services, databases, caches, locks, topics, nodes, a load and what happens on a
//! day, and [`SpecBuilder::build`] gives the [`Spec`](crate::model::spec::Spec) that they make, or every
//! [`Fault`] at once. [`Study::of`] then asks about it with the defaults that scenarios have. Both are what
//! the scenario room makes of files: from there on nothing knows where a description came from.
//!
//! ```
//! use plimsoll::build::{DatabaseBuilder, PoolBuilder, ServiceBuilder, SpecBuilder, Step};
//! use plimsoll::random::Dist;
//!
//! let spec = SpecBuilder::new()
//!     .database(DatabaseBuilder::new("stock").cores(4.0))
//!     .service(
//!         ServiceBuilder::new("shop")
//!             .pods(2)
//!             .threads(50)
//!             .pool(PoolBuilder::new("main", "stock", 10))
//!             .endpoint(
//!                 "order",
//!                 [
//!                     Step::cpu(Dist::LogNormal { mean: 0.002, cv: 0.5 }),
//!                     Step::transaction("main", [Step::query(Dist::Exponential(0.004))]),
//!                 ],
//!             ),
//!     )
//!     .open_load(300.0)
//!     .build()?;
//! assert_eq!(spec.endpoints[0].name, "shop.order");
//! # Ok::<(), plimsoll::build::Faults>(())
//! ```
//!
//! [`Study::of`]: crate::study::setup::Study::of

mod compile;
mod day;
mod fault;
mod happening;
mod kafka;
mod load;
mod mesh;
mod nodes;
mod pods;
mod publish;
mod step;
mod study;
mod system;
mod users;

pub use self::fault::{Fault, Faults, Kind};
pub use self::happening::Event;
pub use self::kafka::{ListenerBuilder, TopicBuilder};
pub use self::load::JourneyBuilder;
pub use self::mesh::MeshBuilder;
pub use self::nodes::{AutoscalerBuilder, NodeGroupBuilder};
pub use self::publish::Publish;
pub use self::step::Step;
pub use self::system::{DatabaseBuilder, PoolBuilder, ServiceBuilder, SpecBuilder};
