//! Validation by mutation: a scenario with theory is simulated and compared with it, and then
//! mutated in three ways, each of which must be detected. A check that cannot fail shows nothing.

use serde::{Deserialize, Serialize};

use super::answer_question;
use super::result::{Agreement, Check, Measure, StudyResult};
use super::setup::Study;
use super::theory::{seen, stated, widened};
use super::watch::Watcher;
use super::work::Question;
use crate::model::spec::{Op, Order, Spec};
use crate::random::Sampler;
use crate::stats::Estimate;

/// Mutation of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spoil {
    /// Every service takes 2 % longer, and storage performs 2 % fewer operations.
    Slower,
    /// One thread, connection and consumer less, where there are several.
    Fewer,
    /// Simultaneous events in the wrong order: new work first, completions last.
    Reordered,
}

impl Spoil {
    /// All mutations.
    pub const ALL: [Spoil; 3] = [Spoil::Slower, Spoil::Fewer, Spoil::Reordered];

    /// Returns `spec` with the mutation.
    #[must_use]
    pub fn applied(self, spec: &Spec) -> Spec {
        let mut spec = spec.clone();
        match self {
            Spoil::Slower => slow_down(&mut spec),
            Spoil::Fewer => take_one(&mut spec),
            Spoil::Reordered => spec.order = Order::Reversed,
        }
        spec
    }
}

/// Factor on service times of a slower server.
const SLOWER: f64 = 1.02;
/// Number of threads that counts as unlimited.
const WITHOUT_LIMIT: u32 = 100_000;

fn slow_down(spec: &mut Spec) {
    let Spec { ops, samplers, databases, .. } = spec;
    for op in ops {
        let time = match op {
            Op::Cpu { time, .. }
            | Op::Delay { time, .. }
            | Op::Cache { time, .. }
            | Op::CpuOfIndex { time, .. }
            | Op::DelayOfIndex { time, .. }
            | Op::CacheOfIndex { time, .. } => time,
            Op::Query { work: Some(work), .. } => work,
            Op::Query { work: None, .. }
            | Op::Begin { .. }
            | Op::Finish
            | Op::Insert { .. }
            | Op::Call { .. }
            | Op::Send { .. }
            | Op::Publish { .. }
            | Op::Acknowledged { .. }
            | Op::Jump { .. }
            | Op::Hit { .. }
            | Op::Lock { .. }
            | Op::Unlock { .. }
            | Op::End => continue,
        };
        // Think times and loads may share the sampler; they stay unchanged.
        let slower = samplers[*time as usize].dist().scaled(SLOWER);
        samplers.push(Sampler::new(slower));
        *time = (samplers.len() - 1) as u32;
    }
    for database in databases {
        database.iops = database.iops.map(|iops| iops / SLOWER);
    }
}

fn take_one(spec: &mut Spec) {
    for service in &mut spec.services {
        let threads = &mut service.threads.maximum;
        if (2..WITHOUT_LIMIT).contains(threads) {
            *threads -= 1;
        }
        for pool in &mut service.pools {
            if pool.maximum > 1 {
                pool.maximum -= 1;
                pool.minimum_idle = pool.minimum_idle.min(pool.maximum);
            }
        }
    }
    for listener in &mut spec.listeners {
        if listener.concurrency > 1 {
            listener.concurrency -= 1;
        }
    }
}

/// Detection of a mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// Detected: this many checks failed.
    Caught(u32),
    /// Every number is identical to the last bit: the mutation does not affect this case.
    Untouched,
    /// Not detected: the numbers changed and no check failed.
    Missed,
}

/// Validation of a scenario against its theory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Name of the scenario.
    pub name: String,
    /// Description of the scenario in one sentence.
    pub about: String,
    /// Theoretical values, each compared with the simulation.
    pub checks: Vec<Check>,
    /// Predictions that the study could not measure.
    pub unmeasured: Vec<Measure>,
    /// Detection of each mutation.
    pub power: Vec<(Spoil, Power)>,
    /// Additional numbers requested, with their 99.9 % intervals.
    pub seen: Vec<Seen>,
}

/// A simulated number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Measure.
    pub measure: Measure,
    /// Station or phase concerned.
    pub at: Option<String>,
    /// Simulated value, with its 99.9 % interval.
    pub simulation: Estimate,
}

impl Case {
    /// Whether theory and simulation agree and every mutation that affects the case is detected.
    pub fn holds(&self) -> bool {
        self.unmeasured.is_empty()
            && self.checks.iter().all(|check| check.agreement == Agreement::Agrees)
            && self.power.iter().all(|(_, power)| *power != Power::Missed)
            && (self.power.is_empty()
                || self.power.iter().any(|(_, power)| matches!(power, Power::Caught(_))))
    }
}

/// Simulates a study that states theory, unchanged and mutated, and returns its values for the
/// measures in `wanted`, for which external measurements exist.
pub fn examine(study: &Study, wanted: &[(Measure, Option<String>)], watcher: &dyn Watcher) -> Case {
    let seen = if wanted.is_empty() { Vec::new() } else { look(study, wanted, watcher) };
    let faults: &[Spoil] = if study.theory.is_empty() { &[] } else { &Spoil::ALL };
    let checks = checks(study, watcher);
    let first = if faults.is_empty() { Vec::new() } else { self::checks(&brief(study), watcher) };
    let power = faults
        .iter()
        .map(|spoil| {
            let mut spoiled = study.clone();
            for case in &mut spoiled.cases {
                *case = spoil.applied(case);
            }
            // Whether a mutation affects a case shows in its first replications, at a tenth of the
            // cost.
            if self::checks(&brief(&spoiled), watcher) == first {
                return (*spoil, Power::Untouched);
            }
            let found = self::checks(&spoiled, watcher);
            let failed =
                found.iter().flatten().filter(|check| check.agreement != Agreement::Agrees).count();
            let power = match failed {
                0 if found == checks => Power::Untouched,
                0 => Power::Missed,
                failed => Power::Caught(failed as u32),
            };
            (*spoil, power)
        })
        .collect();
    let unmeasured = study
        .theory
        .iter()
        .zip(&checks)
        .filter(|(_, check)| check.is_none())
        .map(|(said, _)| said.measure)
        .collect();
    Case {
        name: study.scenario.clone(),
        about: study.about.clone(),
        checks: checks.into_iter().flatten().collect(),
        unmeasured,
        power,
        seen,
    }
}

fn look(study: &Study, wanted: &[(Measure, Option<String>)], watcher: &dyn Watcher) -> Vec<Seen> {
    let result = answer_question(study, Question::Run, watcher).0;
    let load = result.target_load.rps;
    let Some(variant) = result.variants.first() else { return Vec::new() };
    wanted
        .iter()
        .filter_map(|(measure, at)| {
            let simulation = widened(seen(*measure, at.as_deref(), variant, load)?);
            Some(Seen { measure: *measure, at: at.clone(), simulation })
        })
        .collect()
}

/// Returns the study with the minimum number of replications.
fn brief(study: &Study) -> Study {
    let mut brief = study.clone();
    brief.replications = 2;
    brief.precision.most_replications = 2;
    brief.search.replications = 2;
    brief
}

/// Returns the checks of all predictions, in order.
fn checks(study: &Study, watcher: &dyn Watcher) -> Vec<Option<Check>> {
    let of = |question| -> Vec<Option<Check>> {
        let result: StudyResult = answer_question(study, question, watcher).0;
        let load = result.target_load.rps;
        let first = result.variants.first();
        let check = |said| first.and_then(|variant| stated(said, variant, load));
        study.theory.iter().map(check).collect()
    };
    let line = |said: &super::setup::Prediction| {
        matches!(said.measure, Measure::LineRps | Measure::Resource)
    };
    let mut found = vec![None; study.theory.len()];
    if study.theory.iter().any(line) {
        found = of(Question::Saturate);
    }
    if found.iter().any(Option::is_none) {
        for (place, check) in found.iter_mut().zip(of(Question::Run)) {
            *place = place.take().or(check);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::spec::{Lifecycle, Service, Threads};

    #[test]
    fn a_server_without_limit_loses_none() {
        let service = |maximum| Service {
            name: String::new(),
            pods: 1,
            cores: 1.0,
            threads: Threads { maximum, accepted: 0, backlog: 0 },
            balancer: crate::model::spec::Balancer::RoundRobin,
            pools: Vec::new(),
            lifecycle: Lifecycle::default(),
        };
        let spec = Spec { services: [1, 2, 1_000_000].map(service).to_vec(), ..Spec::default() };
        let left: Vec<u32> = Spoil::Fewer
            .applied(&spec)
            .services
            .iter()
            .map(|service| service.threads.maximum)
            .collect();
        assert_eq!(left, [1, 1, 1_000_000]);
    }

    /// A sampler shared by a step and the load is slowed for the step alone.
    #[test]
    fn only_work_is_slowed() {
        use crate::random::Dist;
        let spec = Spec {
            ops: vec![Op::Cpu { time: 0, draw: 0 }, Op::Delay { time: 0, draw: 1 }, Op::End],
            samplers: vec![Sampler::new(Dist::Constant(1.0))],
            ..Spec::default()
        };
        let spoiled = Spoil::Slower.applied(&spec);
        assert_eq!(*spoiled.samplers[0].dist(), Dist::Constant(1.0));
        let mean = |op: &Op| match op {
            Op::Cpu { time, .. } | Op::Delay { time, .. } => {
                spoiled.samplers[*time as usize].dist().mean()
            }
            _ => 0.0,
        };
        let means: Vec<f64> = spoiled.ops.iter().map(mean).collect();
        assert_eq!(means, [1.02, 1.02, 0.0]);
    }
}
