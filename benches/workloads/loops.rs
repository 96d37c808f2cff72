//! The same work written by hand: the yardstick. Nothing is read from a file here, everything is known at
//! compile time, and nobody listens but one histogram.

pub(crate) mod parts;
pub(crate) mod tournament;
pub(crate) mod usual;

use std::time::Instant;

/// What a loop found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// Customers or requests served.
    pub(crate) jobs: u64,
    /// W1: mean wait; W2: mean response \[s\].
    pub(crate) mean: f64,
    /// Wall time \[s\].
    pub(crate) seconds: f64,
}

/// A stopwatch, started once the tables are made: those of a scenario are made when it is loaded.
struct Watch {
    began: Instant,
}

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "wall time is what is measured")]
    fn start() -> Watch {
        Watch { began: Instant::now() }
    }

    /// The work is done: its times are counted in `times`.
    fn stop(&self, times: &parts::Histogram) -> Found {
        let seconds = self.began.elapsed().as_secs_f64();
        Found { jobs: times.count(), mean: times.mean(), seconds }
    }
}

/// W1: customers a second, servers, and the seconds that a service takes on the mean.
pub(crate) const W1_RATE: f64 = 6_400.0;
pub(crate) const W1_SERVERS: usize = 8;
pub(crate) const W1_SERVICE: f64 = 1e-3;

/// W2: requests a second, and a pod's threads, cores and connections.
pub(crate) const W2_RATE: f64 = 1_000.0;
pub(crate) const W2_PODS: usize = 7;
pub(crate) const W2_THREADS: usize = 200;
pub(crate) const W2_CORES: usize = 2;
pub(crate) const W2_CONNECTIONS: usize = 15;
/// Means of the two log-normal times \[s\]; both have a coefficient of variation of 1.
pub(crate) const W2_CPU: f64 = 5e-3;
pub(crate) const W2_QUERY: f64 = 8e-3;

/// A loop over so many jobs.
pub(crate) struct Loop {
    pub(crate) work: &'static str,
    pub(crate) tool: &'static str,
    run: fn(u64) -> Found,
    /// The known answer in the unit of [`Found::mean`].
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
    /// Serve `jobs` and see that the answer is right within `room` of it.
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
