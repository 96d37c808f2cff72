//! What holds for every system, beside what the rooms test for themselves: nothing is lost, the same
//! question has the same answer, no small system breaks the model, and intervals hold what they say.

mod claims;
mod conservation;
mod coverage;
mod days;
mod earned;
mod failures;
mod failures_kafka;
mod failures_mesh;
mod ladder;
mod limits;
mod points;
mod pools;
mod properties;
mod readings;
mod replay;
mod rollout;
mod saturation;
mod size;
mod statistics;
mod steady;
mod systems;
mod theory;
