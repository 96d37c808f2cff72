//! Builders of validated specs and studies in Rust, without YAML.
//!
//! A [`SpecBuilder`] takes services, databases, caches, locks, topics, nodes, a load and the events
//! of a day. [`SpecBuilder::build`] returns the resulting [`Spec`](crate::model::spec::Spec), or
//! all [`Fault`]s at once. [`Study::of`] sets up a study of it, with the defaults of YAML
//! scenarios. The scenario room produces the same types from files; the rest of the crate does not
//! depend on the origin of a spec.
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
