//! Cancellation in the middle of a simulation.
//!
//! A stopped run has no result: it covers only part of the window. So it does not return. It leaves
//! its task by unwinding, as salsa cancels queries that are no longer needed, up to the code that
//! started the task and continues without its result. No search loop, however deep, has to handle
//! cancellation, and no partial run can enter an estimate.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Panic payload of a cancellation; never shown.
struct Stopped;

/// Unwinds out of the current task. No panic message is printed, since nothing is wrong.
pub(crate) fn leave() -> ! {
    resume_unwind(Box::new(Stopped))
}

/// Runs `task` and returns its result; `None` where it was cancelled. State that it was changing
/// remains as it was at that moment.
pub(crate) fn unless_stopped<T>(task: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(task)) {
        Ok(done) => Some(done),
        Err(why) if why.is::<Stopped>() => None,
        Err(why) => resume_unwind(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;

    #[test]
    fn a_task_is_left_from_any_depth() {
        assert_eq!(unless_stopped(|| 7), Some(7));
        let deep = || -> Vec<u32> {
            (0..100_u32).into_par_iter().map(|n| if n == 63 { leave() } else { n }).collect()
        };
        assert_eq!(unless_stopped(deep), None);
    }

    #[test]
    #[should_panic(expected = "a defect")]
    fn a_defect_is_not_hidden() {
        unless_stopped(|| panic!("a defect"));
    }
}
