//! Results of a day: by bin, by target, and after each event of its timeline. Part of the contract
//! of `summary.json`, like [`super::result`]; the judging is in `judge`.

pub(super) mod effects;
pub(super) mod judge;
pub(super) mod series;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::metric::Metric;
use super::result::Verdict;
use super::setup::{Day, Study};
use crate::observe::tally::Bin;
use crate::stats::Estimate;

/// One bin of the day. Values that rest on answers are none where nothing was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayBin {
    /// Start of the bin \[s after midnight\].
    pub start_s: f64,
    /// Length \[s\].
    pub length_s: f64,
    /// Requests per second offered.
    pub offered_rps: Estimate,
    /// Requests per second answered within the time limit.
    pub goodput_rps: Estimate,
    /// Median response time, pooled over all replications \[ms\].
    pub p50_ms: Option<Estimate>,
    /// 99th percentile of response times, pooled over all replications \[ms\].
    pub p99_ms: Option<Estimate>,
    /// Share of completed requests that failed.
    pub error_rate: Option<Estimate>,
    /// Largest consumer lag of any listener in the bin \[records\].
    pub max_lag: Estimate,
    /// Flows (orders) completed per second.
    pub orders_per_s: Estimate,
    /// Mean waiting times.
    pub waits: Waits,
    /// Verdict over all targets; none where there was no demand that a target applies to.
    pub verdict: Option<Verdict>,
}

/// Mean waiting times in a bin, over all queues of a kind: the mean number waiting divided by the
/// departure rate (Little's law). None where nothing departed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Waits {
    /// Wait for a servlet thread \[ms\].
    pub thread_ms: Option<Estimate>,
    /// Wait for a connection of a pool \[ms\].
    pub connection_ms: Option<Estimate>,
    /// Time of a record until it is handled and committed \[ms\].
    pub record_ms: Option<Estimate>,
}

/// Answer of a day, besides its bins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayAnswer {
    /// Number of replications.
    pub replications: u32,
    /// Over all targets: missed where one is, met where all are; none without any.
    pub verdict: Option<Verdict>,
    /// Verdict on each target over the day, in the order of the study's targets, followed by the
    /// required event rate.
    pub targets: Vec<DayVerdict>,
    /// Longest period without any answer; none where there is no such period.
    pub silence: Option<Silence>,
    /// Events of the timeline in order of time, with their effects.
    pub events: Vec<EventEffect>,
    /// Lag of each consumer group.
    pub lags: Vec<GroupLag>,
    /// Credit balances at the end of each bin, where the system has any.
    pub credits: Vec<CreditsLeft>,
}

/// Verdict on a target over the day.
///
/// Each bin is judged over all replications together. A bin misses a target on requests if more of
/// them are slow (or fail) than chance explains, at a level of 5 % over all bins of the day
/// together, and meets it if significantly fewer are; bins with too few requests to tell are judged
/// together. Requests are treated as independent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayVerdict {
    /// Metric of the target; [`Metric::EventsPerS`] for the required event rate.
    pub metric: Metric,
    /// Largest value that meets it; for `events_per_s` the smallest, at the target load.
    pub limit: f64,
    /// Whether it is met.
    pub verdict: Verdict,
    /// Time in which the target applies \[s\]: there was demand that it concerns, and for
    /// `events_per_s` at least nine tenths of the target load.
    pub judged_s: f64,
    /// Time in which it is missed \[s\].
    pub missed_s: f64,
    /// Time in which it is undecided \[s\].
    pub undecided_s: f64,
    /// Start of the first bin that misses it \[s after midnight\].
    pub first_missed_s: Option<f64>,
    /// The hour with the most time missed, then with the worst value; the bin where less than six
    /// hours are run. None where the target never applies.
    pub worst: Option<Worst>,
    /// Recovery after the last miss.
    pub recovery: Recovery,
}

/// The worst time for a target.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Worst {
    /// Start \[s after midnight\].
    pub from_s: f64,
    /// End \[s after midnight\].
    pub to_s: f64,
    /// Value of the metric, in its unit; none where nothing was answered.
    pub value: Option<f64>,
    /// Share of the requests offered in that time that were answered within the time limit; none
    /// where there were none.
    pub answered: Option<f64>,
}

/// Recovery after a missed target.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Recovery {
    /// The target was never missed.
    Unneeded,
    /// Met from some instant until the end of the time simulated.
    From {
        /// Time of recovery \[s after midnight\].
        at_s: f64,
    },
    /// Missed to the end.
    Never,
    /// Undecided since the last miss.
    Undecided,
}

/// Period in which requests were offered and none was answered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Silence {
    /// Replications with such a period; the longest of each counts.
    pub replications: u32,
    /// Last answer before the period, in the first and in the last of those replications \[s after
    /// midnight\].
    pub from_s: [f64; 2],
    /// First answer after the period, in the first and in the last of those replications \[s after
    /// midnight\]; none where one of them has none.
    pub until_s: Option<[f64; 2]>,
}

/// An event of the timeline and its effects until the next event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventEffect {
    /// Time of the event \[s after midnight\].
    pub at_s: f64,
    /// Kind of event.
    pub event: DayEvent,
    /// Scheduled end \[s after midnight\]; none for events without one.
    pub ended_s: Option<f64>,
    /// Whether a target was missed just before.
    pub missed_before: bool,
    /// Time in which a target was missed, from this event to the next, or to the end of a miss that
    /// is still going on then \[s\].
    pub missed_s: f64,
    /// Share of the requests offered in that time that were answered within the time limit, over
    /// all replications together; none where nothing was missed or offered.
    pub answered: Option<f64>,
    /// 99th percentile of response times in that time \[ms\]; none where nothing was answered or
    /// missed.
    pub p99_ms: Option<f64>,
    /// Whether all targets are met again.
    pub recovery: Recovery,
    /// Consumer lag in the bin before the event, and its maximum until the next event \[records\].
    pub lag: [Estimate; 2],
    /// Time at which the lag is back at its earlier value, or at a twentieth of its maximum \[s
    /// after midnight\].
    pub lag_drained_s: Option<f64>,
}

/// Event of a day's timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DayEvent {
    /// Pods were killed.
    Kill {
        /// Service.
        service: String,
        /// Number of pods.
        pods: u32,
    },
    /// The desired number of pods of a service was changed.
    Scale {
        /// Service.
        service: String,
        /// Desired pods.
        pods: u32,
    },
    /// A rollout of a new version of a service began.
    Deploy {
        /// Service.
        service: String,
    },
    /// Settings were changed.
    Change {
        /// Description from the scenario.
        what: String,
    },
    /// A topic was given more partitions.
    Partitions {
        /// Topic.
        topic: String,
        /// New number of partitions.
        partitions: u32,
    },
    /// Poison records: some of a topic's records failed at every attempt.
    Poison {
        /// Topic.
        topic: String,
        /// Share of the records produced.
        share: f64,
    },
    /// A broker was lost.
    LoseBroker {
        /// Number of the broker.
        broker: u32,
    },
    /// Nodes failed.
    FailNode {
        /// Node group.
        node_group: String,
        /// Number of nodes.
        nodes: u32,
    },
    /// All operations of a database slowed down.
    SlowDatabase {
        /// Database.
        database: String,
        /// Factor on all of its times.
        factor: f64,
    },
    /// All commands of a cache slowed down.
    SlowCache {
        /// Cache.
        cache: String,
        /// Factor on all of its times.
        factor: f64,
    },
    /// A cache became unavailable.
    LoseCache {
        /// Cache.
        cache: String,
    },
    /// Traffic deviated from the load curve.
    Traffic {
        /// Factor on the load.
        factor: f64,
    },
}

/// Lag of a consumer group over the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupLag {
    /// Group.
    pub group: String,
    /// Largest lag of any of its listeners, per bin \[records\].
    pub by_bin: Vec<Estimate>,
}

/// Credit balance over the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreditsLeft {
    /// Holder of the credits.
    pub of: Holder,
    /// Balance at the end of each bin, mean over replications; none where no holder existed.
    pub by_bin: Vec<Option<f64>>,
}

/// Holder of credits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Holder {
    /// All nodes of a group together; one credit is one vCPU for one minute.
    Nodes {
        /// Node group.
        group: String,
    },
    /// The volume of a database; one credit is one I/O operation.
    Volume {
        /// Database.
        database: String,
    },
}

impl DayAnswer {
    /// Returns the time in which the target with the most missed time is missed \[s\].
    pub fn missed_s(&self) -> f64 {
        self.targets.iter().map(|target| target.missed_s).fold(0.0, f64::max)
    }

    /// Returns the time in which the target with the least time known to be met is missed or
    /// undecided \[s\].
    pub fn not_met_s(&self) -> f64 {
        let of = |target: &DayVerdict| target.missed_s + target.undecided_s;
        self.targets.iter().map(of).fold(0.0, f64::max)
    }
}

/// Combines verdicts: missed where one is, met where all are; `None` without any.
pub fn overall(verdicts: impl IntoIterator<Item = Verdict>) -> Option<Verdict> {
    verdicts.into_iter().reduce(|all, next| match (all, next) {
        (Verdict::Missed, _) | (_, Verdict::Missed) => Verdict::Missed,
        (Verdict::Undecided, _) | (_, Verdict::Undecided) => Verdict::Undecided,
        (Verdict::Met, Verdict::Met) => Verdict::Met,
    })
}

/// Verdict of a day on a claim, with the index of the claim.
pub(super) type ClaimDay = (usize, DayVerdict);

/// Answer of the days of all replications.
pub(super) struct Answered {
    pub(super) bins: Vec<DayBin>,
    pub(super) answer: DayAnswer,
    pub(super) claims: Vec<ClaimDay>,
}

/// Evaluates the days of all replications of a variant.
pub(super) fn answer(study: &Study, asked: &Day, variant: usize, days: &[&[Bin]]) -> Answered {
    let spec = study.case(variant, 0, 0);
    let judge = judge::Judge::new(study, variant, asked, days);
    let judged: Vec<judge::Judged> = judge.all();
    let conditions = judged.iter().filter(|judged| !judged.is_of_events());
    let by_bin: Vec<Option<Verdict>> = (0..judge.bins())
        .map(|bin| overall(conditions.clone().filter_map(|judged| judged.by_bin[bin])))
        .collect();
    let targets: Vec<DayVerdict> =
        judged.iter().filter_map(|judged| judge.verdict(judged)).collect();
    let own = study.claims.iter().enumerate().filter(|(_, claim)| claim.variant == variant);
    let claims = own.filter_map(|(number, claim)| {
        Some((number, judge.verdict(&judge.target(&claim.as_target()?)?)?))
    });
    let answer = DayAnswer {
        replications: days.len() as u32,
        verdict: overall(targets.iter().map(|target| target.verdict)),
        silence: judge.silence(),
        events: effects::effects(&judge, (spec, asked), &judge.well(&judged)),
        targets,
        lags: series::lags(days, spec, asked),
        credits: series::credits(days, spec, asked),
    };
    Answered { bins: series::bins(days, asked, spec, &by_bin), claims: claims.collect(), answer }
}
