//! The model: one replication of a described system under load.
//!
//! [`simulate`] runs a [`spec::Spec`] through the event list and reports what happens to an
//! observer. It cannot fail: its input has been validated. It has no access to files, the clock or
//! entropy.
//!
//! `World` holds the state of each subject, which only the files of that subject change. Each event
//! is one arm of one `match`; a request runs the steps of its program until it blocks, and an event
//! that unblocks another request puts that one on the ready list, which is drained before the next
//! event: no recursion, and a defined order.

mod audit;
mod end;
mod fleet;
mod kafka;
mod mesh;
mod request;
mod resource;
mod run;
mod slots;
pub mod spec;
pub mod stations;
#[cfg(test)]
mod tests;
mod timeline;
mod users;
pub(crate) mod visit;
mod world;

pub use self::fleet::{Unplaced, eks_allocatable, settle};
pub use self::run::{Cost, MOST_IN_FLIGHT, MOST_RECORDS, Run};
use self::spec::Spec;
pub use self::timeline::change::obstacles;
use self::world::World;
use crate::observe::Observer;
pub use crate::station::placement::Lack;

/// Runs one replication and reports what happens to `observer`.
pub fn simulate<O: Observer>(spec: &Spec, run: &Run, observer: &mut O) -> Cost {
    let mut world = World::new(spec, run, observer);
    world.start(&|| false);
    world.run(&|| false);
    world.cost()
}

/// Runs one replication unless `stopped`, which is polled every few thousand events, ends it early.
/// Returns `None` in that case, since a partial run has no result.
pub fn simulate_unless<O: Observer>(
    spec: &Spec,
    run: &Run,
    observer: &mut O,
    stopped: &dyn Fn() -> bool,
) -> Option<Cost> {
    if stopped() {
        return None;
    }
    let mut world = World::new(spec, run, observer);
    world.start(stopped);
    world.run(stopped).then(|| world.cost())
}
