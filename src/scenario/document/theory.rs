//! What theory expects of a scenario: laws with their numbers.

use crate::scenario::decode::{Spanned, choice, document, words};
use crate::scenario::values::{Count, Duration, Number, Rate, Text};

words! {
    /// What theory and simulation both know.
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
        /// Mean time of an answered request in the part that `at` names, in ms.
        "part" => Part,
        /// Share of the capacity of the station that `at` names.
        "busy" => Busy,
        /// Mean number waiting at the station that `at` names.
        "waiting" => Waiting,
        /// Largest load carried, per second.
        "line" => Line,
        /// 1 where the resource that `at` names draws the line.
        "resource" => Resource,
    }
}

choice! {
    /// A law of queueing theory, with its numbers.
    enum LawDoc {
        /// M/M/c: random arrivals, exponential service, several servers.
        "mmc" => Mmc(MmcDoc),
        /// M/M/c/K: the same with a bounded queue; who finds it full is lost.
        "mmck" => Mmck(MmckDoc),
        /// M/G/1: random arrivals, service of any law, one server in order of arrival.
        "mg1" => Mg1(Mg1Doc),
        /// M/G/1 with processor sharing on one core.
        "mg1_ps" => Mg1Ps(Mg1PsDoc),
        /// M/M/c whose customers leave after a constant wait.
        "mmc_patience" => MmcPatience(MmcPatienceDoc),
        /// M/M/1 in a row.
        "tandem" => Tandem(TandemDoc),
        /// A fixed number of users who think and pass stations.
        "closed" => Closed(ClosedDoc),
        /// A number worked out by hand.
        "value" => Value(ValueDoc),
    }
}

document! {
    /// A law and what it predicts.
    struct TheoryDoc {
        /// The law.
        law: Spanned<LawDoc>,
        /// Where the law comes from.
        source: Text,
        /// The measures that it predicts.
        predicts: Vec<PredictDoc>,
    }

    /// A measure.
    struct PredictDoc {
        /// Which.
        measure: MeasureWord,
        /// Station, part of a response or resource, by the name that reports give it.
        at: Option<Spanned<Text>>,
    }

    /// M/M/c.
    struct MmcDoc {
        /// Arrivals, over all copies.
        rate: Rate,
        /// Mean service.
        service: Duration,
        /// Servers of each copy.
        servers: Count<1, 1_000_000>,
        /// Equal independent copies that share the arrivals at random; 1 by default.
        copies: Option<Count<1, 1_000_000>>,
    }

    /// M/M/c/K.
    struct MmckDoc {
        /// Arrivals.
        rate: Rate,
        /// Mean service.
        service: Duration,
        /// Servers.
        servers: Count<1, 1_000_000>,
        /// Places, those in service included.
        room: Count<1, 1_000_000>,
    }

    /// M/G/1.
    struct Mg1Doc {
        /// Arrivals, over all copies.
        rate: Rate,
        /// Mean service.
        service: Duration,
        /// Coefficient of variation of service; 0 for a constant.
        cv: Number,
        /// Equal independent copies that share the arrivals at random; 1 by default.
        copies: Option<Count<1, 1_000_000>>,
    }

    /// M/G/1 with processor sharing.
    struct Mg1PsDoc {
        /// Arrivals, over all copies.
        rate: Rate,
        /// Mean service.
        service: Duration,
        /// Equal independent copies that share the arrivals at random; 1 by default.
        copies: Option<Count<1, 1_000_000>>,
    }

    /// M/M/c with patience.
    struct MmcPatienceDoc {
        /// Arrivals.
        rate: Rate,
        /// Mean service.
        service: Duration,
        /// Servers.
        servers: Count<1, 1_000_000>,
        /// Longest wait.
        patience: Duration,
    }

    /// M/M/1 in a row.
    struct TandemDoc {
        /// Arrivals.
        rate: Rate,
        /// Mean service of each.
        services: Vec<Duration>,
    }

    /// A closed network.
    struct ClosedDoc {
        /// Users.
        users: Count<1, 10_000>,
        /// Mean time between an answer and the next request.
        think: Duration,
        /// Stations that a request passes.
        stations: Vec<ClosedStationDoc>,
    }

    /// A station of a closed network.
    struct ClosedStationDoc {
        /// Mean service.
        service: Duration,
        /// Servers; without them nobody waits.
        servers: Option<Count<1, 1_000_000>>,
    }

    /// A number worked out by hand.
    struct ValueDoc {
        /// The number, in the unit of the measure.
        is: Number,
        /// How it comes about.
        because: Text,
    }
}
