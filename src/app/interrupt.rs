//! SIGINT and SIGTERM: a computing process ends with the results finished so far, any other ends at
//! once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::MISSED;
use super::terminal::warn;

/// Longest time from the signal to the end of the process.
const PATIENCE: Duration = Duration::from_millis(1_750);
/// Whether the process was asked to stop.
static ASKED: AtomicBool = AtomicBool::new(false);
/// Whether a computation watches for the request; it will write its results and end.
static HEEDED: AtomicBool = AtomicBool::new(false);

/// Starts listening for signals.
pub(super) fn listen() {
    let heard = ctrlc::set_handler(|| {
        let again = ASKED.swap(true, Ordering::SeqCst);
        if again || !HEEDED.load(Ordering::SeqCst) {
            // Files are replaced atomically, so that there is nothing to tidy up.
            std::process::exit(i32::from(MISSED));
        }
        warn("stopping with what is finished; once more to stop at once");
        std::thread::spawn(|| {
            std::thread::sleep(PATIENCE);
            warn("what is finished takes too long to write: the folder is left as it was");
            std::process::exit(i32::from(MISSED));
        });
    });
    if let Err(error) = heard {
        warn(&format!("warning: Ctrl-C will not keep partial results: {error}"));
    }
}

/// Declares that a computation now watches [`asked`].
pub(super) fn heed() {
    HEEDED.store(true, Ordering::SeqCst);
}

/// Whether the process was asked to stop.
pub(super) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
