//! Stopping in the middle of a simulation.
//!
//! A run that was stopped has nothing to say: what it saw is of a part of the window. So it does not
//! return. It leaves its task by unwinding, as salsa leaves queries that nobody needs any more, up to
//! whoever began the task, who goes without its answer. No search loop, however deep, has to know, and no
//! half a run can reach an estimate.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// What is thrown; nobody sees it.
struct Stopped;

/// Leaves the task under way. No message is printed: nothing is wrong.
pub(crate) fn leave() -> ! {
    resume_unwind(Box::new(Stopped))
}

/// What `task` gives; none where it was left. What it was changing is as it was when it left.
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
