//! Properties of every system, in addition to the rooms' own tests: conservation, reproducibility,
//! no small system breaks the model, and valid intervals.

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
