//! What a day showed: bin by bin, target by target, and after each thing that happened on it. Part of the
//! contract of `summary.json`, like [`super::result`]; how it is judged stands in `judge`.

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

/// One bin of the day. What rests on answers is none where nothing was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayBin {
    /// Start of the bin \[s after midnight\].
    pub start_s: f64,
    /// Length \[s\].
    pub length_s: f64,
    /// Requests per second offered.
    pub offered_rps: Estimate,
    /// Requests per second answered in time.
    pub goodput_rps: Estimate,
    /// Median response time, of all replications together \[ms\].
    pub p50_ms: Option<Estimate>,
    /// 99th percentile of response times, of all replications together \[ms\].
    pub p99_ms: Option<Estimate>,
    /// Share of requests that fail, of those that came to an end.
    pub error_rate: Option<Estimate>,
    /// Largest lag of any listener in the bin \[records\].
    pub max_lag: Estimate,
    /// Flows (orders) completed per second.
    pub orders_per_s: Estimate,
    /// How long was waited.
    pub waits: Waits,
    /// Verdict over all targets; none where nothing was asked that one speaks of.
    pub verdict: Option<Verdict>,
}

/// Mean waits in a bin, over all places where there is such a wait: the number waiting over the rate at
/// which they leave (Little's law). None where nothing left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Waits {
    /// For a servlet thread \[ms\].
    pub thread_ms: Option<Estimate>,
    /// For a connection of a pool \[ms\].
    pub connection_ms: Option<Estimate>,
    /// Of a record until it is handled and committed \[ms\].
    pub record_ms: Option<Estimate>,
}

/// What the day says, besides its bins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayAnswer {
    /// Replications.
    pub replications: u32,
    /// Over all targets: missed where one is, met where all are; none without any.
    pub verdict: Option<Verdict>,
    /// Each target over the day, in the order of the study's, and the events wanted after those.
    pub targets: Vec<DayVerdict>,
    /// The longest time in which nothing is answered; none where some are all the time.
    pub silence: Option<Silence>,
    /// What happened, in order of time, and what became of it.
    pub events: Vec<EventEffect>,
    /// Lag of each consumer group.
    pub lags: Vec<GroupLag>,
    /// Credits left at the end of each bin, where there are any.
    pub credits: Vec<CreditsLeft>,
}

/// A target over the day.
///
/// Each bin is judged over all replications together. Where a target is one of requests, a bin misses it
/// where too many of them are too slow (or fail) for chance, at 5 % over all bins of the day together, and
/// meets it where too few are; bins that have too few requests to tell are judged together. Requests count
/// as independent in that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayVerdict {
    /// Metric of the target; [`Metric::EventsPerS`] for the events wanted.
    pub metric: Metric,
    /// Largest value that meets it; of `events_per_s` the least, at the load asked about.
    pub limit: f64,
    /// Whether it is met.
    pub verdict: Verdict,
    /// Time in which it applies: something was asked that it speaks of, and for `events_per_s` nine tenths
    /// of the load asked about or more \[s\].
    pub judged_s: f64,
    /// Time in which it is missed \[s\].
    pub missed_s: f64,
    /// Time in which that is undecided \[s\].
    pub undecided_s: f64,
    /// Start of the first bin that misses it \[s after midnight\].
    pub first_missed_s: Option<f64>,
    /// The hour with most time missed, then with the worst value; where less than six hours are run, the
    /// bin. None where the target never applies.
    pub worst: Option<Worst>,
    /// Whether it is met again.
    pub recovery: Recovery,
}

/// The worst time for a target.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Worst {
    /// From \[s after midnight\].
    pub from_s: f64,
    /// To \[s after midnight\].
    pub to_s: f64,
    /// Value of the metric, in its unit; none where nothing was answered.
    pub value: Option<f64>,
    /// Share of the requests asked then that were answered in time; none where none were.
    pub answered: Option<f64>,
}

/// Whether what was missed is met again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Recovery {
    /// Nothing was missed.
    Unneeded,
    /// Met from some instant on to the end of what was looked at.
    From {
        /// The instant \[s after midnight\].
        at_s: f64,
    },
    /// Missed to the end.
    Never,
    /// Undecided since it was last missed.
    Undecided,
}

/// A time in which requests were asked and none was answered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Silence {
    /// Replications with such a time; the longest of each counts.
    pub replications: u32,
    /// The last answer before it, in the first and in the last of those replications \[s after midnight\].
    pub from_s: [f64; 2],
    /// The first answer after it, likewise; none where there is none in one of them.
    pub until_s: Option<[f64; 2]>,
}

/// Something that happened on the day, and what became of it until the next such thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventEffect {
    /// When \[s after midnight\].
    pub at_s: f64,
    /// What.
    pub event: DayEvent,
    /// When it ended by the scenario's word \[s after midnight\]; none for what has no end there.
    pub ended_s: Option<f64>,
    /// Whether a target was missed just before.
    pub missed_before: bool,
    /// Time in which a target was missed, from the event to the next \[s\]; where it goes on then, to its
    /// end.
    pub missed_s: f64,
    /// Share of the requests asked in that time that were answered in time, of all replications together;
    /// none where nothing was missed, or nothing asked.
    pub answered: Option<f64>,
    /// The 99th percentile in that time \[ms\]; none where nothing was answered or missed.
    pub p99_ms: Option<f64>,
    /// Whether all targets are met again.
    pub recovery: Recovery,
    /// Largest lag until the next event, in the bin before it and at most \[records\].
    pub lag: [Estimate; 2],
    /// When the lag is back at what it was, or at a twentieth of its most \[s after midnight\].
    pub lag_drained_s: Option<f64>,
}

/// What may happen on a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DayEvent {
    /// Pods died.
    Kill {
        /// Service.
        service: String,
        /// How many.
        pods: u32,
    },
    /// A service was given another number of pods.
    Scale {
        /// Service.
        service: String,
        /// Pods wanted.
        pods: u32,
    },
    /// A new version of a service began to replace the old one.
    Deploy {
        /// Service.
        service: String,
    },
    /// Settings changed.
    Change {
        /// What the scenario says of it.
        what: String,
    },
    /// A topic got more partitions.
    Partitions {
        /// Topic.
        topic: String,
        /// Partitions from then on.
        partitions: u32,
    },
    /// Some of a topic's records failed at every attempt.
    Poison {
        /// Topic.
        topic: String,
        /// Share of the records appended.
        share: f64,
    },
    /// A broker was lost.
    LoseBroker {
        /// Its number.
        broker: u32,
    },
    /// Nodes failed.
    FailNode {
        /// Node group.
        node_group: String,
        /// How many.
        nodes: u32,
    },
    /// A database took longer for everything.
    SlowDatabase {
        /// Database.
        database: String,
        /// How many times as long.
        factor: f64,
    },
    /// A cache took longer for everything.
    SlowCache {
        /// Cache.
        cache: String,
        /// How many times as long.
        factor: f64,
    },
    /// A cache did not answer.
    LoseCache {
        /// Cache.
        cache: String,
    },
    /// More or less was asked than the load says.
    Traffic {
        /// How many times as much.
        factor: f64,
    },
}

/// The lag of a consumer group over the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupLag {
    /// Group.
    pub group: String,
    /// Largest lag of any of its listeners, per bin \[records\].
    pub by_bin: Vec<Estimate>,
}

/// Credits over the day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreditsLeft {
    /// Whose.
    pub of: Holder,
    /// Left at the end of each bin, mean over replications; none where nobody was there to hold any.
    pub by_bin: Vec<Option<f64>>,
}

/// Who holds credits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Holder {
    /// All nodes of a group together; a credit is one processor for a minute.
    Nodes {
        /// Node group.
        group: String,
    },
    /// The volume of a database; a credit is an operation.
    Volume {
        /// Database.
        database: String,
    },
}

impl DayAnswer {
    /// Time in which the target that is missed longest is missed \[s\].
    pub fn missed_s(&self) -> f64 {
        self.targets.iter().map(|target| target.missed_s).fold(0.0, f64::max)
    }

    /// Time in which the target that is longest not known to be met is missed or undecided \[s\].
    pub fn not_met_s(&self) -> f64 {
        let of = |target: &DayVerdict| target.missed_s + target.undecided_s;
        self.targets.iter().map(of).fold(0.0, f64::max)
    }
}

/// All verdicts as one: missed where one is, met where all are; none without any.
pub fn overall(verdicts: impl IntoIterator<Item = Verdict>) -> Option<Verdict> {
    verdicts.into_iter().reduce(|all, next| match (all, next) {
        (Verdict::Missed, _) | (_, Verdict::Missed) => Verdict::Missed,
        (Verdict::Undecided, _) | (_, Verdict::Undecided) => Verdict::Undecided,
        (Verdict::Met, Verdict::Met) => Verdict::Met,
    })
}

/// What a day says of a claim, with the number of the claim.
pub(super) type ClaimDay = (usize, DayVerdict);

/// What the days of all replications say.
pub(super) struct Answered {
    pub(super) bins: Vec<DayBin>,
    pub(super) answer: DayAnswer,
    pub(super) claims: Vec<ClaimDay>,
}

/// What the days of all replications of a variant say.
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
