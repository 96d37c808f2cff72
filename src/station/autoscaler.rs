//! How many replicas the horizontal pod autoscaler wants.
//!
//! Every 15 s it sets what the pods use against what they request, asks for as many as would bring the
//! utilisation to its target, and lets limits of rate, of stability and of number have the last word.
//! What pods use is known only from samples ([`sampling`]), so it acts on the past; and since nobody uses
//! more than the limit of its processor, no overload can make it ask for more than limit / request /
//! target times the pods that are ready.
//!
//! The steps and their order are those of the Kubernetes controller for `autoscaling/v2`
//! (`pkg/controller/podautoscaler/horizontal.go`, `replica_calculator.go`, `metrics/utilization.go`),
//! with the defaults of `kube-controller-manager`. Its arithmetic is kept as well: quantities are whole
//! numbers, utilisation is a whole percentage rounded down, ratios are doubles.

pub mod sampling;
#[cfg(test)]
mod tests;

use self::sampling::Sample;
use crate::units::{Span, Time};

/// Time between two syncs (`--horizontal-pod-autoscaler-sync-period`).
pub const SYNC_PERIOD: Span = Span::from_millis(15_000);
/// How far from 1 the ratio of utilisation to target may lie without consequence
/// (`--horizontal-pod-autoscaler-tolerance`).
pub const TOLERANCE: f64 = 0.1;
/// How long after its start a pod's processor time counts only while it is ready
/// (`--horizontal-pod-autoscaler-cpu-initialization-period`).
const CPU_INITIALIZATION_PERIOD: Span = Span::from_millis(300_000);
/// A pod that is not ready and last changed that within this time of its start has never been ready
/// (`--horizontal-pod-autoscaler-initial-readiness-delay`).
const INITIAL_READINESS_DELAY: Span = Span::from_millis(30_000);
/// How long a high recommendation keeps replicas
/// (`--horizontal-pod-autoscaler-downscale-stabilization`).
const DOWNSCALE_STABILISATION: Span = Span::from_millis(300_000);
/// Without `behavior`, one sync goes up to this many times the replicas (`scaleUpLimitFactor`) …
const SCALE_UP_FACTOR: u32 = 2;
/// … or to this many, whichever is more (`scaleUpLimitMinimum`).
const SCALE_UP_MINIMUM: u32 = 4;

/// A measured resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Processor time.
    Cpu,
    /// Memory in use.
    Memory,
}

/// A resource and the utilisation it should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// A measured resource.
    pub resource: Resource,
    /// The target, above zero \[% of the request\].
    pub target: u32,
}

/// How far a policy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalingStep {
    /// A number of pods.
    Pods(u32),
    /// A part of the replicas at the beginning of the period \[%\].
    Percent(u32),
}

/// A limit to the change of replicas within a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How far.
    pub step: ScalingStep,
    /// Within which time.
    pub period: Span,
}

/// Which of several policies holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Select {
    /// The one that allows the largest change.
    Max,
    /// The one that allows the smallest change.
    Min,
    /// None: no change in this direction.
    Disabled,
}

/// Limits to changes in one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How long an earlier recommendation that was more cautious holds.
    pub window: Span,
    /// Which policy holds.
    pub select: Select,
    /// The policies, at least one.
    pub policies: Vec<Policy>,
}

/// The block `behavior`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behavior {
    /// Limits to growth.
    pub up: Rules,
    /// Limits to shrinking.
    pub down: Rules,
}

impl Default for Behavior {
    /// The defaults: up by 4 pods or 100 % in 15 s, whichever is more, at once; down by 100 % in 15 s,
    /// after 300 s (`pkg/apis/autoscaling/v2/defaults.go`).
    fn default() -> Behavior {
        let policy = |step| Policy { step, period: Span::from_millis(15_000) };
        Behavior {
            up: Rules {
                window: Span::ZERO,
                select: Select::Max,
                policies: vec![policy(ScalingStep::Pods(4)), policy(ScalingStep::Percent(100))],
            },
            down: Rules {
                window: DOWNSCALE_STABILISATION,
                select: Select::Max,
                policies: vec![policy(ScalingStep::Percent(100))],
            },
        }
    }
}

/// Settings of an autoscaler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Fewest replicas, at least one.
    pub minimum: u32,
    /// Most replicas.
    pub maximum: u32,
    /// Metrics, of which the one that asks for most replicas counts.
    pub metrics: Vec<Metric>,
    /// Limits to changes; without them the controller's own: twice the pods, or four, at a time upwards,
    /// and downwards the highest number wanted in the last five minutes.
    pub behavior: Option<Behavior>,
}

/// A pod as the autoscaler sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pod {
    /// Asked to end, or failed: does not count.
    pub deleting: bool,
    /// Without a node, or its containers not begun.
    pub pending: bool,
    /// Passes its readiness probe.
    pub ready: bool,
    /// When its node took it up; not read while it is pending.
    pub started: Time,
    /// When `ready` last changed, its beginning as not ready included; not read while it is pending.
    pub ready_changed: Time,
    /// Its latest measurement, if there is one.
    pub sample: Option<Sample>,
    /// Processor request of all its containers, sidecars included \[millicores\]; zero is no request.
    pub millicores: u64,
    /// Memory request of all its containers \[bytes\]; zero is no request.
    pub memory: u64,
}

/// Why the number of replicas is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A metric asks for it and no limit is in the way.
    Metric,
    /// The utilisation is close enough to its target.
    Tolerance,
    /// Pods that are not ready or have no sample, counted cautiously, leave no reason for a change.
    Caution,
    /// Recommended less within the window of growth (`ScaleUpStabilized`).
    StabilisedUp,
    /// Recommended more within the window of shrinking (`ScaleDownStabilized`).
    StabilisedDown,
    /// Growth is as fast as allowed (`ScaleUpLimit`).
    RateUp,
    /// Shrinking is as fast as allowed (`ScaleDownLimit`).
    RateDown,
    /// No fewer are allowed (`TooFewReplicas`).
    Minimum,
    /// No more are allowed (`TooManyReplicas`).
    Maximum,
    /// A metric cannot be computed and the others ask for fewer replicas: nothing is changed.
    FailingMetric,
    /// No metric can be computed: nothing is changed.
    NoMetric,
    /// There are no replicas: the autoscaler is off (`ScalingDisabled`).
    Off,
}

/// Decision of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Replicas from now on.
    pub replicas: u32,
    /// Replicas that the metrics ask for, before any limit; none where they were not or could not be
    /// computed.
    pub recommended: Option<u32>,
    /// The metric that asks for most, and the utilisation of the pods that count \[% of the request\].
    pub metric: Option<(Resource, u32)>,
    /// Why.
    pub reason: Reason,
}

/// Replicas that one metric asks for.
#[derive(Clone, Copy)]
struct Proposal {
    replicas: u32,
    utilisation: u32,
    reason: Reason,
}

/// Pods of one kind, added up.
#[derive(Clone, Copy, Default)]
struct Sum {
    pods: u32,
    usage: u64,
    request: u64,
}

impl Sum {
    fn add(&mut self, usage: u64, request: u64) {
        self.pods += 1;
        self.usage += usage;
        self.request += request;
    }

    fn with(self, other: Sum) -> Sum {
        Sum {
            pods: self.pods + other.pods,
            usage: self.usage + other.usage,
            request: self.request + other.request,
        }
    }

    /// Whole percentage of the request in use.
    fn utilisation(self) -> u32 {
        u32::try_from(self.usage.saturating_mul(100) / self.request).unwrap_or(u32::MAX)
    }
}

/// A horizontal pod autoscaler.
#[derive(Clone, Debug)]
pub struct Autoscaler {
    settings: Settings,
    /// Recommendations before any limit, not older than a window.
    recommended: Vec<(Time, u32)>,
    /// Replicas added and removed, not longer ago than a policy's period; kept only with `behavior`.
    added: Vec<(Time, u32)>,
    removed: Vec<(Time, u32)>,
    began: bool,
}

impl Autoscaler {
    /// An autoscaler that has seen nothing yet.
    pub fn new(settings: Settings) -> Autoscaler {
        debug_assert!(0 < settings.minimum && settings.minimum <= settings.maximum);
        debug_assert!(settings.metrics.iter().all(|metric| metric.target > 0));
        let policies =
            |rules: &Rules| !rules.policies.is_empty() || rules.select == Select::Disabled;
        debug_assert!(
            settings.behavior.as_ref().is_none_or(|b| policies(&b.up) && policies(&b.down))
        );
        Autoscaler {
            settings,
            recommended: Vec::new(),
            added: Vec::new(),
            removed: Vec::new(),
            began: false,
        }
    }

    /// Other bounds and targets from the next sync on; what was recommended before still counts.
    pub fn configure(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// One sync: how many replicas there should be, where `current` are asked for now and `pods` exist.
    pub fn sync(&mut self, now: Time, current: u32, pods: &[Pod]) -> Decision {
        if !self.began {
            // What is there before the first recommendation counts as one.
            self.began = true;
            self.recommended.push((now, current));
        }
        let decision = self.decide(now, current, pods);
        self.remember(now, current, decision.replicas);
        decision
    }

    fn decide(&mut self, now: Time, current: u32, pods: &[Pod]) -> Decision {
        let Settings { minimum, maximum, .. } = self.settings;
        let outright =
            |replicas, reason| Decision { replicas, recommended: None, metric: None, reason };
        if current == 0 {
            return outright(0, Reason::Off);
        }
        if current > maximum {
            return outright(maximum, Reason::Maximum);
        }
        if current < minimum {
            return outright(minimum, Reason::Minimum);
        }
        let (mut most, mut failing): (Option<(Resource, Proposal)>, bool) = (None, false);
        for &metric in &self.settings.metrics {
            match propose(metric, now, current, pods) {
                Some(proposal) if most.is_none_or(|(_, m)| proposal.replicas > m.replicas) => {
                    most = Some((metric.resource, proposal));
                }
                Some(_) => {}
                None => failing = true,
            }
        }
        let Some((resource, proposal)) = most else { return outright(current, Reason::NoMetric) };
        let recommended = proposal.replicas;
        let (replicas, reason) = if failing && recommended < current {
            (current, Reason::FailingMetric)
        } else {
            let limited = self.limit(now, current, recommended);
            self.recommended.push((now, recommended));
            limited.unwrap_or((recommended, proposal.reason))
        };
        Decision {
            replicas,
            recommended: Some(recommended),
            metric: Some((resource, proposal.utilisation)),
            reason,
        }
    }

    /// A recommendation within the limits of stability, rate and number, and the last of them to change it;
    /// none when they leave it as it is.
    fn limit(&self, now: Time, current: u32, recommended: u32) -> Option<(u32, Reason)> {
        let (stable, why) = match &self.settings.behavior {
            None => (self.highest(now, recommended), Reason::StabilisedDown),
            Some(behavior) => self.stabilised(now, current, recommended, behavior),
        };
        let (replicas, limit) = match &self.settings.behavior {
            None => self.bounded(current, stable),
            Some(behavior) => self.bounded_by(now, current, stable, behavior),
        };
        match limit {
            Some(reason) => Some((replicas, reason)),
            None if stable != recommended => Some((stable, why)),
            None => None,
        }
    }

    /// The highest recommendation of the last 300 s, the 300th second included.
    fn highest(&self, now: Time, recommended: u32) -> u32 {
        let recent = self.recommended.iter().filter(|(at, _)| now - *at <= DOWNSCALE_STABILISATION);
        recent.map(|(_, replicas)| *replicas).fold(recommended, u32::max)
    }

    /// The current replicas, moved no further than every recommendation of a direction's window asks
    /// for. Unlike in [`Autoscaler::highest`], what is as old as the window no longer counts.
    fn stabilised(
        &self,
        now: Time,
        current: u32,
        recommended: u32,
        behavior: &Behavior,
    ) -> (u32, Reason) {
        let within = |window: Span| {
            self.recommended.iter().filter(move |(at, _)| now - *at < window).map(|(_, n)| *n)
        };
        let lowest = within(behavior.up.window).fold(recommended, u32::min);
        let highest = within(behavior.down.window).fold(recommended, u32::max);
        let why =
            if recommended >= current { Reason::StabilisedUp } else { Reason::StabilisedDown };
        (current.max(lowest).min(highest), why)
    }

    /// Bounds without `behavior`.
    fn bounded(&self, current: u32, replicas: u32) -> (u32, Option<Reason>) {
        let Settings { minimum, maximum, .. } = self.settings;
        let fastest = current.saturating_mul(SCALE_UP_FACTOR).max(SCALE_UP_MINIMUM);
        if replicas < minimum {
            (minimum, Some(Reason::Minimum))
        } else if replicas > fastest.min(maximum) {
            let reason = if maximum > fastest { Reason::RateUp } else { Reason::Maximum };
            (fastest.min(maximum), Some(reason))
        } else {
            (replicas, None)
        }
    }

    /// Bounds with `behavior`.
    fn bounded_by(
        &self,
        now: Time,
        current: u32,
        replicas: u32,
        behavior: &Behavior,
    ) -> (u32, Option<Reason>) {
        let Settings { minimum, maximum, .. } = self.settings;
        if replicas > current {
            let fastest = self.furthest(now, current, &behavior.up, true).max(current);
            if replicas > fastest.min(maximum) {
                let reason = if maximum > fastest { Reason::RateUp } else { Reason::Maximum };
                return (fastest.min(maximum), Some(reason));
            }
        } else if replicas < current {
            let fastest = self.furthest(now, current, &behavior.down, false).min(current);
            if replicas < fastest.max(minimum) {
                let reason = if minimum < fastest { Reason::RateDown } else { Reason::Minimum };
                return (fastest.max(minimum), Some(reason));
            }
        }
        (replicas, None)
    }

    /// Replicas that the policies of one direction allow. What was added or removed within a period is
    /// taken back first, so that a policy counts from the replicas at the beginning of its period.
    fn furthest(&self, now: Time, current: u32, rules: &Rules, up: bool) -> u32 {
        if rules.select == Select::Disabled {
            return current;
        }
        let allowed = rules.policies.iter().map(|policy| {
            let within = |events: &[(Time, u32)]| -> i64 {
                let recent = events.iter().filter(|(at, _)| now - *at < policy.period);
                recent.map(|(_, replicas)| i64::from(*replicas)).sum()
            };
            let start = i64::from(current) - within(&self.added) + within(&self.removed);
            match (policy.step, up) {
                (ScalingStep::Pods(pods), true) => start + i64::from(pods),
                (ScalingStep::Pods(pods), false) => start - i64::from(pods),
                (ScalingStep::Percent(percent), true) => {
                    (start as f64 * (1.0 + f64::from(percent) / 100.0)).ceil() as i64
                }
                (ScalingStep::Percent(percent), false) => {
                    (start as f64 * (1.0 - f64::from(percent) / 100.0)).trunc() as i64
                }
            }
        });
        let largest_change = rules.select == Select::Max;
        let furthest = if largest_change == up { allowed.max() } else { allowed.min() };
        u32::try_from(furthest.unwrap_or(i64::from(current)).max(0)).unwrap_or(u32::MAX)
    }

    /// Note a change of replicas, and forget what no window or period reaches any more.
    fn remember(&mut self, now: Time, current: u32, replicas: u32) {
        let mut longest = DOWNSCALE_STABILISATION;
        if let Some(behavior) = &self.settings.behavior {
            longest = behavior.up.window.max(behavior.down.window);
            if replicas > current {
                self.added.push((now, replicas - current));
            } else if replicas < current {
                self.removed.push((now, current - replicas));
            }
            let policies = behavior.up.policies.iter().chain(&behavior.down.policies);
            let period = policies.map(|policy| policy.period).max().unwrap_or_default();
            self.added.retain(|(at, _)| now - *at < period);
            self.removed.retain(|(at, _)| now - *at < period);
        }
        self.recommended.retain(|(at, _)| now - *at <= longest);
    }
}

/// Replicas that one metric asks for; none when it cannot be computed, because a pod has no request or
/// no pod that counts has a sample.
fn propose(metric: Metric, now: Time, current: u32, pods: &[Pod]) -> Option<Proposal> {
    let (mut ready, mut unready, mut missing) = (Sum::default(), Sum::default(), Sum::default());
    for pod in pods {
        let request = match metric.resource {
            Resource::Cpu => pod.millicores,
            Resource::Memory => pod.memory,
        };
        if request == 0 {
            return None;
        }
        match pod.sample {
            _ if pod.deleting => {}
            _ if pod.pending => unready.add(0, request),
            // What is not known counts against a change: all of the request, or the target above that.
            None => missing.add(request * u64::from(metric.target.max(100)) / 100, request),
            Some(sample) => match metric.resource {
                Resource::Cpu if !settled(now, pod, &sample) => unready.add(0, request),
                Resource::Cpu => ready.add(sample.millicores, request),
                Resource::Memory => ready.add(sample.memory, request),
            },
        }
    }
    if ready.pods == 0 {
        return None;
    }
    let ratio_of = |sum: Sum| f64::from(sum.utilisation()) / f64::from(metric.target);
    let utilisation = ready.utilisation();
    let ratio = ratio_of(ready);
    let keep = |reason| Some(Proposal { replicas: current, utilisation, reason });
    let cautious = unready.pods > 0 && ratio > 1.0;
    if !cautious && missing.pods == 0 {
        if tolerable(ratio) {
            return keep(Reason::Tolerance);
        }
        let replicas = (ratio * f64::from(ready.pods)).ceil() as u32;
        return Some(Proposal { replicas, utilisation, reason: Reason::Metric });
    }
    let mut counted = ready;
    if ratio < 1.0 {
        counted = counted.with(missing);
    } else if ratio > 1.0 {
        // On the way up, nobody is assumed to need what it is not seen to use.
        counted = counted.with(Sum { usage: 0, ..missing }).with(Sum { usage: 0, ..unready });
    }
    let cautious_ratio = ratio_of(counted);
    let turns = (ratio < 1.0 && cautious_ratio > 1.0) || (ratio > 1.0 && cautious_ratio < 1.0);
    if tolerable(cautious_ratio) || turns {
        return keep(Reason::Caution);
    }
    let replicas = (cautious_ratio * f64::from(counted.pods)).ceil() as u32;
    if (cautious_ratio < 1.0 && replicas > current) || (cautious_ratio > 1.0 && replicas < current)
    {
        return keep(Reason::Caution);
    }
    Some(Proposal { replicas, utilisation, reason: Reason::Metric })
}

/// Whether a pod's processor time says something about its load: while it may still be starting, only
/// when it is ready and the whole sample lies after that; later, unless it has never been ready.
fn settled(now: Time, pod: &Pod, sample: &Sample) -> bool {
    if pod.started + CPU_INITIALIZATION_PERIOD > now {
        pod.ready && sample.at >= pod.ready_changed + sample.window
    } else {
        pod.ready || pod.started + INITIAL_READINESS_DELAY <= pod.ready_changed
    }
}

/// Whether a ratio is close enough to 1. Compared as the controller does since tolerances may differ by
/// direction (1.33): 77 % at a target of 70 % is tolerable, where |ratio − 1| ≤ 0.1 in binary is not.
fn tolerable(ratio: f64) -> bool {
    (1.0 - TOLERANCE..=1.0 + TOLERANCE).contains(&ratio)
}
