//! Execution of a study: the question, and parallel tasks.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::runs::Runs;
use super::setup::Study;
use super::stop::unless_stopped;
use super::watch::Watcher;

/// Question to a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Performance at the target load, and over the day.
    Run,
    /// The line.
    Saturate,
    /// Both, for all mixes and calibrations, with differences.
    Compare,
}

impl Question {
    /// Returns its name, as in the command and the output folder.
    pub fn name(self) -> &'static str {
        match self {
            Question::Run => "run",
            Question::Saturate => "saturate",
            Question::Compare => "compare",
        }
    }
}

/// A study in progress.
pub(super) struct Work<'a> {
    pub(super) study: &'a Study,
    pub(super) watcher: &'a dyn Watcher,
    pub(super) runs: Runs<'a>,
    /// Target load, on the axis of the study.
    pub(super) asked: f64,
}

impl Work<'_> {
    /// Runs independent tasks in parallel, those with the highest `cost` first (longest processing
    /// time first). Returns results in the order of the tasks, `None` for those that the watcher
    /// stopped.
    pub(super) fn all<T: Sync, R: Send>(
        &self,
        what: &str,
        tasks: &[T],
        cost: impl Fn(&T) -> f64,
        run: impl Fn(&T) -> R + Sync + Send,
    ) -> Vec<Option<R>> {
        if self.watcher.stopped() || tasks.is_empty() {
            return tasks.iter().map(|_| None).collect();
        }
        self.watcher.begin(what, tasks.len() as u64);
        let mut order: Vec<usize> = (0..tasks.len()).collect();
        order.sort_by(|a, b| cost(&tasks[*b]).total_cmp(&cost(&tasks[*a])));
        let done: Vec<Mutex<Option<R>>> = tasks.iter().map(|_| Mutex::new(None)).collect();
        let next = AtomicUsize::new(0);
        rayon::scope(|scope| {
            for _ in 0..rayon::current_num_threads() {
                scope.spawn(|_| {
                    while let Some(&task) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if self.watcher.stopped() {
                            break;
                        }
                        let Some(result) = unless_stopped(|| run(&tasks[task])) else { break };
                        *done[task].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                        self.watcher.step();
                    }
                });
            }
        });
        done.into_iter()
            .map(|done| done.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect()
    }
}
