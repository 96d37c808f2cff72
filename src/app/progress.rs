//! Progress on standard error, and requests to stop.

use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt;
use super::terminal::warn;
use crate::study::result::Axis;
use crate::study::{Provisional, SoFar, Watcher};

/// Interval between progress lines about points where there is no terminal.
const SAY: Duration = Duration::from_secs(15);

/// Shows progress on standard error, and passes on requests to stop.
pub(super) struct Progress {
    bar: Mutex<Option<ProgressBar>>,
    terminal: bool,
}

impl Progress {
    pub(super) fn new() -> Progress {
        interrupt::heed();
        Progress { bar: Mutex::new(None), terminal: std::io::stderr().is_terminal() }
    }

    pub(super) fn end(&self) {
        if let Ok(mut bar) = self.bar.lock()
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

impl Watcher for Progress {
    fn begin(&self, what: &str, steps: u64) {
        self.end();
        if !self.terminal {
            let unit = if steps == 1 { "step" } else { "steps" };
            warn(&format!("{what}: {steps} {unit}"));
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
        let style =
            ProgressStyle::with_template("{spinner} {msg:44} [{bar:30}] {pos}/{len}, {eta} left");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        if let Ok(mut place) = self.bar.lock() {
            *place = Some(bar);
        }
    }

    fn step(&self) {
        if let Ok(bar) = self.bar.lock()
            && let Some(bar) = bar.as_ref()
        {
            bar.inc(1);
        }
    }

    fn stopped(&self) -> bool {
        interrupt::asked()
    }

    fn provisional(&self, found: &Provisional<'_>) {
        let text = provisional(found);
        // Above the progress bar, where there is one.
        match self.bar.lock().as_deref() {
            Ok(Some(bar)) => bar.println(text),
            _ => warn(&text),
        }
    }
}

/// Formats provisional results on one line.
fn provisional(found: &Provisional<'_>) -> String {
    let unit = match found.axis {
        Axis::Records => "records/s",
        Axis::Requests | Axis::Closed => "RPS",
    };
    let load = |load: f64| format!("{load:.*} {unit}", if load < 10.0 { 2 } else { 0 });
    let variant = found.variant;
    match found.line {
        SoFar::AtMost(most, station) => {
            format!(
                "provisional: {variant} saturates at {} at most, where {station} is full",
                load(most)
            )
        }
        SoFar::About { load: mean, of, all } => {
            format!(
                "provisional: {variant} saturates at about {} ({of} of {all} replications)",
                load(mean)
            )
        }
    }
}

/// Progress over points, each of which takes long: without a terminal, the remaining work is
/// printed from time to time.
pub(super) struct PointsProgress<'a> {
    progress: &'a Progress,
    pace: Mutex<Pace>,
}

struct Pace {
    begun: Instant,
    said: Instant,
    done: u64,
    of: u64,
}

impl PointsProgress<'_> {
    #[expect(clippy::disallowed_methods, reason = "progress tells the time that is left")]
    pub(super) fn new(progress: &Progress) -> PointsProgress<'_> {
        let now = Instant::now();
        let pace = Pace { begun: now, said: now, done: 0, of: 0 };
        PointsProgress { progress, pace: Mutex::new(pace) }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher for PointsProgress<'_> {
    fn begin(&self, what: &str, steps: u64) {
        self.pace().of = steps;
        self.progress.begin(what, steps);
    }

    #[expect(clippy::disallowed_methods, reason = "progress tells the time that is left")]
    fn step(&self) {
        self.progress.step();
        let mut pace = self.pace();
        pace.done += 1;
        let left = pace.of.saturating_sub(pace.done);
        if !self.progress.terminal && left > 0 && pace.said.elapsed() > SAY {
            let each = pace.begun.elapsed().as_secs_f64() / pace.done as f64;
            let (done, of, seconds) = (pace.done, pace.of, each * left as f64);
            warn(&format!("{done} of {of} points, about {seconds:.0} s left"));
            pace.said = Instant::now();
        }
    }

    fn stopped(&self) -> bool {
        self.progress.stopped()
    }
}
