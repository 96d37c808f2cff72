//! Theoretical predictions for a scenario: laws of queueing theory with their parameters.

use crate::scenario::decode::{Spanned, choice, document, words};
use crate::scenario::values::{Count, Duration, Number, Rate, Text};

words! {
    /// Measures known to both theory and simulation.
    enum MeasureWord {
        /// Mean response time, in ms.
        "mean" => Mean,
        /// Median response time, in ms.
        "p50" => P50,
        /// 95th percentile of response times, in ms.
        "p95" => P95,
        /// 99th percentile of response times, in ms.
        "p99" => P99,
        /// Share of requests that fail.
        "errors" => Errors,
        /// Requests answered in time, per second.
        "goodput" => Goodput,
        /// Counted events per second.
        "events" => Events,
        /// Flows completed per second.
        "completed" => Completed,
        /// Largest lag of any listener, in records.
        "lag" => Lag,
        /// Mean time that a successful request spends in the part named by `at`, in ms.
        "part" => Part,
        /// Utilisation of the station named by `at`.
        "busy" => Busy,
        /// Mean queue length (waiting only) at the station named by `at`.
        "waiting" => Waiting,
        /// Largest sustainable load (the line), per second.
        "line" => Line,
        /// 1 where the resource named by `at` limits the load.
        "resource" => Resource,
    }
}

choice! {
    /// A law of queueing theory with its parameters.
    enum LawDoc {
        /// M/M/c: Poisson arrivals, exponential service, several servers.
        "mmc" => Mmc(MmcDoc),
        /// M/M/c/K: M/M/c with a bounded queue; arrivals that find it full are lost.
        "mmck" => Mmck(MmckDoc),
        /// M/G/1: Poisson arrivals, general service times, one server, first come, first served.
        "mg1" => Mg1(Mg1Doc),
        /// M/G/1 with processor sharing on one core.
        "mg1_ps" => Mg1Ps(Mg1PsDoc),
        /// M/M/c+D: M/M/c whose customers abandon the queue after a constant patience.
        "mmc_patience" => MmcPatience(MmcPatienceDoc),
        /// M/M/1 stations in series.
        "tandem" => Tandem(TandemDoc),
        /// A closed network: a fixed number of users who alternate between thinking and requests.
        "closed" => Closed(ClosedDoc),
        /// A number worked out by hand.
        "value" => Value(ValueDoc),
    }
}

document! {
    /// A law and the measures that it predicts.
    struct TheoryDoc {
        /// The law.
        law: Spanned<LawDoc>,
        /// Reference for the law.
        source: Text,
        /// Measures that the law predicts.
        predicts: Vec<PredictDoc>,
    }

    /// A predicted measure.
    struct PredictDoc {
        /// The measure.
        measure: MeasureWord,
        /// Station, part of the response time or resource, by its name in reports.
        at: Option<Spanned<Text>>,
    }

    /// M/M/c.
    struct MmcDoc {
        /// Arrival rate, over all copies.
        rate: Rate,
        /// Mean service time.
        service: Duration,
        /// Servers of each copy.
        servers: Count<1, 1_000_000>,
        /// Identical independent copies among which arrivals are split at random; 1 by default.
        copies: Option<Count<1, 1_000_000>>,
    }

    /// M/M/c/K.
    struct MmckDoc {
        /// Arrival rate.
        rate: Rate,
        /// Mean service time.
        service: Duration,
        /// Servers.
        servers: Count<1, 1_000_000>,
        /// Capacity K of the system: customers in service and waiting.
        room: Count<1, 1_000_000>,
    }

    /// M/G/1.
    struct Mg1Doc {
        /// Arrival rate, over all copies.
        rate: Rate,
        /// Mean service time.
        service: Duration,
        /// Coefficient of variation of the service time; 0 for a constant.
        cv: Number,
        /// Identical independent copies among which arrivals are split at random; 1 by default.
        copies: Option<Count<1, 1_000_000>>,
    }

    /// M/G/1 with processor sharing.
    struct Mg1PsDoc {
        /// Arrival rate, over all copies.
        rate: Rate,
        /// Mean service time.
        service: Duration,
        /// Identical independent copies among which arrivals are split at random; 1 by default.
        copies: Option<Count<1, 1_000_000>>,
    }

    /// M/M/c with abandonment.
    struct MmcPatienceDoc {
        /// Arrival rate.
        rate: Rate,
        /// Mean service time.
        service: Duration,
        /// Servers.
        servers: Count<1, 1_000_000>,
        /// Longest wait before a customer abandons.
        patience: Duration,
    }

    /// M/M/1 stations in series.
    struct TandemDoc {
        /// Arrival rate.
        rate: Rate,
        /// Mean service time at each station.
        services: Vec<Duration>,
    }

    /// A closed queueing network.
    struct ClosedDoc {
        /// Number of users.
        users: Count<1, 10_000>,
        /// Mean think time between a response and the next request.
        think: Duration,
        /// Stations that a request visits.
        stations: Vec<ClosedStationDoc>,
    }

    /// A station of a closed queueing network.
    struct ClosedStationDoc {
        /// Mean service time.
        service: Duration,
        /// Servers; without a number, there is no queueing (infinite server).
        servers: Option<Count<1, 1_000_000>>,
    }

    /// A number worked out by hand.
    struct ValueDoc {
        /// Expected value, in the unit of the measure.
        is: Number,
        /// Derivation.
        because: Text,
    }
}
