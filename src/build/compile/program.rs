//! Compilation of steps to operations, which refer to samplers and components by index.

use std::collections::BTreeMap;

use super::{Compiler, place, takes_time};
use crate::build::fault::{Fault, Kind};
use crate::build::publish::Publish;
use crate::build::step::{Form, Step};
use crate::model::spec::limits::{COMMANDS, DEEPEST};
use crate::model::spec::{Hold, Id, Op, Pool};
use crate::random::Key;
use crate::units::Span;

/// Scope of a list of steps: the pools of its service, the enclosing transaction, and its path.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) pools: &'a [Pool],
    pub(super) database: Option<Id>,
    /// Path of the endpoint or listener, for faults.
    pub(super) at: &'a str,
    /// Path of the list of steps, from which the numbers of draws are derived.
    pub(super) path: &'a str,
    /// Nesting depth of the list.
    pub(super) depth: usize,
}

impl Compiler {
    /// Compiles steps in order. The draws of each are numbered by its label and by the number of
    /// earlier steps with that label in the list, so that a step added elsewhere leaves them
    /// unchanged (common random numbers).
    pub(super) fn steps(&mut self, steps: &[Step], scope: Scope<'_>) {
        let depth = scope.depth + 1;
        if depth > DEEPEST {
            let (at, value) = (scope.at.into(), depth as f64);
            self.faults.push(Fault::Range { at, what: "a depth of steps", value });
            return;
        }
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for step in steps {
            let label = step.label();
            let count = seen.entry(label.clone()).or_insert(0);
            *count += 1;
            let path = format!("{}/{label}#{count}", scope.path);
            self.step(step, Scope { path: &path, depth, ..scope });
        }
    }

    fn step(&mut self, step: &Step, scope: Scope<'_>) {
        let (at, draw) = (scope.at, Key::default().named(scope.path).0);
        match &step.0 {
            Form::Cpu(law) if !takes_time(law) => {}
            Form::Cpu(law) => {
                let time = self.sampler(law, at);
                self.spec.ops.push(Op::Cpu { time, draw });
            }
            Form::Delay(law) => {
                let time = self.sampler(law, at);
                self.spec.ops.push(Op::Delay { time, draw });
            }
            Form::Transaction { pool, steps } => {
                let found = place(scope.pools.iter().map(|pool| &pool.name), pool);
                let found = self.known(found, Kind::Pool, pool, at).unwrap_or(0);
                let database = scope.pools.get(found as usize).map_or(0, |pool| pool.database);
                self.spec.ops.push(Op::Begin { pool: found, hold: Hold::Transaction });
                self.steps(steps, Scope { database: Some(database), ..scope });
                self.spec.ops.push(Op::Finish);
            }
            Form::Query(law) => {
                let work = takes_time(law).then(|| self.sampler(law, at));
                let Some(database) = scope.database else {
                    self.faults.push(Fault::Unconnected(at.into()));
                    return;
                };
                let (round_trips, ios, io_chance) = (Span::ZERO, 0, 0.0);
                self.spec.ops.push(Op::Query { database, round_trips, work, draw, ios, io_chance });
            }
            Form::Cache { cache, commands, time } => {
                let time = self.sampler(time, at);
                self.count(at, "commands", *commands, COMMANDS);
                let cache = self.named(Kind::Cache, cache, at).unwrap_or(0);
                self.spec.ops.push(Op::Cache { cache, operations: *commands, time, draw });
            }
            Form::Call { endpoint, round_trip, timeout } => {
                let known = self.named(Kind::Endpoint, endpoint, at);
                self.time(at, "a round trip", *round_trip);
                self.time(at, "a timeout", timeout.unwrap_or_default());
                let (endpoint, round_trip, timeout) = (known.unwrap_or(0), *round_trip, *timeout);
                self.spec.ops.push(Op::Call { endpoint, round_trip, timeout, draw });
            }
            Form::Lock { lock, steps } => {
                let lock = self.named(Kind::Lock, lock, at).unwrap_or(0);
                self.spec.ops.push(Op::Lock { lock });
                self.steps(steps, scope);
                self.spec.ops.push(Op::Unlock { lock });
            }
            Form::Sometimes { probability, steps } => self.sometimes(*probability, steps, scope),
            Form::Publish(record) => self.publish(record, at, draw),
        }
    }

    fn sometimes(&mut self, probability: f64, steps: &[Step], scope: Scope<'_>) {
        self.share(scope.at, "a probability", probability);
        let draw = Key::default().named(scope.path).0;
        // Placeholder of the jump, whose target is known once the steps are compiled.
        let over = self.spec.ops.len();
        self.spec.ops.push(Op::End);
        self.steps(steps, scope);
        let target = self.spec.ops.len() as u32;
        self.spec.ops[over] = Op::Jump { target, chance: 1.0 - probability, draw };
    }

    fn publish(&mut self, record: &Publish, at: &str, draw: u64) {
        let topic = self.named(Kind::Topic, &record.topic, at).unwrap_or(0);
        let keyed = record.keyed;
        self.spec.ops.push(Op::Publish { topic, keyed, draw });
        if let Some((leader, follower)) = &record.acks {
            let leader = self.sampler(leader, at);
            let follower = follower.as_ref().map(|law| self.sampler(law, at));
            self.spec.ops.push(Op::Acknowledged { topic, keyed, leader, follower, draw });
        }
    }
}
