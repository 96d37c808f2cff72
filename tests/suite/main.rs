//! What holds for every system, beside what the rooms test for themselves: nothing is lost, the same
//! question has the same answer, and no small system breaks the model.

mod conservation;
mod limits;
mod properties;
mod replay;
mod saturation;
mod systems;
