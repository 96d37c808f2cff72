//! Hand-written loops for the same work, as a yardstick. No files are read, everything is known at
//! compile time, and the only observer is a histogram.

pub(crate) mod parts;
pub(crate) mod tournament;
pub(crate) mod usual;

use std::time::Instant;

/// Result of a loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// Customers or requests served.
    pub(crate) jobs: u64,
    /// W1: mean wait; W2: mean response \[s\].
    pub(crate) mean: f64,
    /// Wall time \[s\].
    pub(crate) seconds: f64,
}

/// A stopwatch, started after the tables are built: those of a scenario are built when it is
/// loaded.
struct Watch {
    began: Instant,
}

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "wall time is what is measured")]
    fn start() -> Watch {
        Watch { began: Instant::now() }
    }

    /// Ends the measurement; `times` holds the recorded times.
    fn stop(&self, times: &parts::Histogram) -> Found {
        let seconds = self.began.elapsed().as_secs_f64();
        Found { jobs: times.count(), mean: times.mean(), seconds }
    }
}

/// W1: arrivals per second, servers, and mean service time \[s\].
pub(crate) const W1_RATE: f64 = 6_400.0;
pub(crate) const W1_SERVERS: usize = 8;
pub(crate) const W1_SERVICE: f64 = 1e-3;

/// W2: requests per second, and threads, cores and connections of a pod.
pub(crate) const W2_RATE: f64 = 1_000.0;
pub(crate) const W2_PODS: usize = 7;
pub(crate) const W2_THREADS: usize = 200;
pub(crate) const W2_CORES: usize = 2;
pub(crate) const W2_CONNECTIONS: usize = 15;
/// Means of the two log-normal times \[s\]; both have a coefficient of variation of 1.
pub(crate) const W2_CPU: f64 = 5e-3;
pub(crate) const W2_QUERY: f64 = 8e-3;

/// A loop over a number of jobs.
pub(crate) struct Loop {
    pub(crate) work: &'static str,
    pub(crate) tool: &'static str,
    run: fn(u64) -> Found,
    /// Known answer in the unit of [`Found::mean`].
    known: f64,
}

/// All loops.
pub(crate) const LOOPS: [Loop; 4] = [
    Loop { work: "w1", tool: USUAL, run: usual::w1, known: 0.286_03e-3 },
    Loop { work: "w1", tool: TOURNAMENT, run: tournament::w1, known: 0.286_03e-3 },
    Loop { work: "w2", tool: USUAL, run: usual::w2, known: 13.2e-3 },
    Loop { work: "w2", tool: TOURNAMENT, run: tournament::w2, known: 13.2e-3 },
];

pub(crate) const USUAL: &str = "loop, usual way";
pub(crate) const TOURNAMENT: &str = "loop, tournament and tables";

impl Loop {
    /// Serves `jobs` and checks that the answer is within `room` of the known one.
    ///
    /// # Errors
    /// The wrong answer.
    pub(crate) fn run(&self, jobs: u64, room: f64) -> Result<Found, String> {
        let found = (self.run)(jobs);
        if (found.mean / self.known - 1.0).abs() > room {
            let (work, tool, mean) = (self.work, self.tool, found.mean);
            let known = self.known;
            return Err(format!("{work}, {tool}: mean {mean}, which is not {known} ± {room}"));
        }
        Ok(found)
    }
}
