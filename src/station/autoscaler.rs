//! Horizontal pod autoscaler: computes the desired number of replicas.
//!
//! Every 15 s it compares the usage of the pods with their requests, computes the number of
//! replicas that would bring the utilisation to its target, and applies limits of rate,
//! stabilisation and number. Usage is known only from samples ([`sampling`]), so decisions lag
//! behind; and since usage cannot exceed the CPU limit, no overload makes it recommend more than
//! limit / request / target times the ready pods.
//!
//! The steps and their order are those of the Kubernetes controller for `autoscaling/v2`
//! (`pkg/controller/podautoscaler/horizontal.go`, `replica_calculator.go`,
//! `metrics/utilization.go`), with the defaults of `kube-controller-manager`. Its arithmetic is
//! reproduced as well: quantities are integers, utilisation is an integer percentage rounded down,
//! ratios are doubles.

pub mod sampling;
#[cfg(test)]
mod tests;

use self::sampling::Sample;
use crate::units::{Span, Time};

/// Sync period (`--horizontal-pod-autoscaler-sync-period`).
pub const SYNC_PERIOD: Span = Span::from_millis(15_000);
/// Tolerance: deviation of the ratio of utilisation to target from 1 that causes no change
/// (`--horizontal-pod-autoscaler-tolerance`).
pub const TOLERANCE: f64 = 0.1;
/// Time after a pod's start during which its CPU usage counts only while it is ready
/// (`--horizontal-pod-autoscaler-cpu-initialization-period`).
const CPU_INITIALIZATION_PERIOD: Span = Span::from_millis(300_000);
/// Time after its start within which an unready pod must last have changed readiness to count as
/// never ready (`--horizontal-pod-autoscaler-initial-readiness-delay`).
const INITIAL_READINESS_DELAY: Span = Span::from_millis(30_000);
/// Time for which the highest recommendation holds against scaling down
/// (`--horizontal-pod-autoscaler-downscale-stabilization`).
const DOWNSCALE_STABILISATION: Span = Span::from_millis(300_000);
/// Without `behavior`, one sync scales up to at most this multiple of the replicas
/// (`scaleUpLimitFactor`) …
const SCALE_UP_FACTOR: u32 = 2;
/// … or to this many, whichever is more (`scaleUpLimitMinimum`).
const SCALE_UP_MINIMUM: u32 = 4;

/// A measured resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// CPU usage.
    Cpu,
    /// Memory usage.
    Memory,
}

/// A resource metric with its target utilisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Resource.
    pub resource: Resource,
    /// Target utilisation, above zero \[% of the request\].
    pub target: u32,
}

/// Size of the change that a policy allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalingStep {
    /// A number of pods.
    Pods(u32),
    /// A percentage of the replicas at the beginning of the period \[%\].
    Percent(u32),
}

/// Scaling policy: a limit on the change of replicas within a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Maximum change.
    pub step: ScalingStep,
    /// Period.
    pub period: Span,
}

/// Selection among several policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Select {
    /// The policy that allows the largest change.
    Max,
    /// The policy that allows the smallest change.
    Min,
    /// No change in this direction.
    Disabled,
}

/// Scaling rules for one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Stabilisation window: how long an earlier, more cautious recommendation holds.
    pub window: Span,
    /// Selection among the policies.
    pub select: Select,
    /// Policies, at least one.
    pub policies: Vec<Policy>,
}

/// The field `behavior`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behavior {
    /// Rules for scaling up.
    pub up: Rules,
    /// Rules for scaling down.
    pub down: Rules,
}

impl Default for Behavior {
    /// Defaults: up by 4 pods or 100 % in 15 s, whichever is more, at once; down by 100 % in 15 s,
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
    /// Minimum number of replicas, at least one.
    pub minimum: u32,
    /// Maximum number of replicas.
    pub maximum: u32,
    /// Metrics, of which the one with the highest recommendation counts.
    pub metrics: Vec<Metric>,
    /// Limits on changes; without them the controller's own: scaling up to twice the pods, or four,
    /// at a time, and down to the highest recommendation of the last five minutes.
    pub behavior: Option<Behavior>,
}

/// Status of a pod as the autoscaler sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pod {
    /// Terminating, or failed: does not count.
    pub deleting: bool,
    /// Without a node, or with containers not yet started.
    pub pending: bool,
    /// Whether it passes its readiness probe.
    pub ready: bool,
    /// Time at which its node started it; not read while it is pending.
    pub started: Time,
    /// Time of the last change of `ready`, including its start as unready; not read while it is
    /// pending.
    pub ready_changed: Time,
    /// Latest metrics sample, if there is one.
    pub sample: Option<Sample>,
    /// CPU request of all its containers, sidecars included \[millicores\]; zero for no request.
    pub millicores: u64,
    /// Memory request of all its containers \[bytes\]; zero for no request.
    pub memory: u64,
}

/// Reason for the number of replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A metric recommends it and no limit interferes.
    Metric,
    /// The utilisation is within the tolerance of its target.
    Tolerance,
    /// Unready pods and those without a sample, counted conservatively, leave no reason for a
    /// change.
    Caution,
    /// A lower recommendation within the scale-up window (`ScaleUpStabilized`).
    StabilisedUp,
    /// A higher recommendation within the scale-down window (`ScaleDownStabilized`).
    StabilisedDown,
    /// The scale-up rate is limited (`ScaleUpLimit`).
    RateUp,
    /// The scale-down rate is limited (`ScaleDownLimit`).
    RateDown,
    /// The minimum is reached (`TooFewReplicas`).
    Minimum,
    /// The maximum is reached (`TooManyReplicas`).
    Maximum,
    /// A metric cannot be computed and the others recommend fewer replicas: no change.
    FailingMetric,
    /// No metric can be computed: no change.
    NoMetric,
    /// There are no replicas: the autoscaler is disabled (`ScalingDisabled`).
    Off,
}

/// Decision of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// New number of replicas.
    pub replicas: u32,
    /// Recommended replicas before any limit; none where the metrics were not or could not be
    /// computed.
    pub recommended: Option<u32>,
    /// The metric with the highest recommendation, and the utilisation of the pods that count \[%
    /// of the request\].
    pub metric: Option<(Resource, u32)>,
    /// Reason.
    pub reason: Reason,
}

/// Replicas recommended by one metric.
#[derive(Clone, Copy)]
struct Proposal {
    replicas: u32,
    utilisation: u32,
    reason: Reason,
}

/// Sums over pods of one kind.
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

    /// Utilisation as an integer percentage of the request.
    fn utilisation(self) -> u32 {
        u32::try_from(self.usage.saturating_mul(100) / self.request).unwrap_or(u32::MAX)
    }
}

/// A horizontal pod autoscaler.
#[derive(Clone, Debug)]
pub struct Autoscaler {
    settings: Settings,
    /// Recommendations before any limit, within the windows.
    recommended: Vec<(Time, u32)>,
    /// Replicas added and removed within the policies' periods; kept only with `behavior`.
    added: Vec<(Time, u32)>,
    removed: Vec<(Time, u32)>,
    began: bool,
}

impl Autoscaler {
    /// Creates an autoscaler without history.
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

    /// Changes bounds and targets from the next sync on; earlier recommendations remain.
    pub fn configure(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Performs a sync: decides on the replicas, where `current` are desired so far and `pods`
    /// exist.
    pub fn sync(&mut self, now: Time, current: u32, pods: &[Pod]) -> Decision {
        if !self.began {
            // The initial number of replicas counts as a recommendation.
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

    /// Limits a recommendation by stabilisation, rate and number, and returns it with the last
    /// limit that changed it; `None` when the number stays as it is.
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

    /// Returns the highest recommendation of the last 300 s, the 300th second included.
    fn highest(&self, now: Time, recommended: u32) -> u32 {
        let recent = self.recommended.iter().filter(|(at, _)| now - *at <= DOWNSCALE_STABILISATION);
        recent.map(|(_, replicas)| *replicas).fold(recommended, u32::max)
    }

    /// Moves the current replicas no further than every recommendation of a direction's window.
    /// Unlike in [`Autoscaler::highest`], one exactly as old as the window no longer counts.
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

    /// Applies the bounds without `behavior`.
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

    /// Applies the bounds with `behavior`.
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

    /// Returns the number of replicas that the policies of one direction allow. Changes within a
    /// period are undone first, so that a policy is relative to the replicas at the beginning of
    /// its period.
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

    /// Records a change of replicas, and drops history outside all windows and periods.
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

/// Returns the recommendation of one metric; `None` when it cannot be computed, because a pod has
/// no request or no pod that counts has a sample.
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
            // Unknown usage counts against a change: all of the request, or the target if that is
            // higher.
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
        // For scaling up, a pod is assumed to use no more than has been measured.
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

/// Whether a pod's CPU usage is representative of its load: during initialisation only if it is
/// ready and the whole sample is later than that; afterwards unless it has never been ready.
fn settled(now: Time, pod: &Pod, sample: &Sample) -> bool {
    if pod.started + CPU_INITIALIZATION_PERIOD > now {
        pod.ready && sample.at >= pod.ready_changed + sample.window
    } else {
        pod.ready || pod.started + INITIAL_READINESS_DELAY <= pod.ready_changed
    }
}

/// Whether a ratio is within the tolerance of 1. Compared as the controller does since tolerances
/// may differ by direction (1.33): 77 % at a target of 70 % is tolerable, where |ratio − 1| ≤ 0.1
/// in binary is not.
fn tolerable(ratio: f64) -> bool {
    (1.0 - TOLERANCE..=1.0 + TOLERANCE).contains(&ratio)
}
