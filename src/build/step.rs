//! Steps of an endpoint.

use super::publish::Publish;
use crate::random::Dist;
use crate::units::Span;

/// One step of an endpoint's program.
#[derive(Clone, Debug, PartialEq)]
pub struct Step(pub(super) Form);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    Cpu(Dist),
    Delay(Dist),
    Transaction { pool: String, steps: Vec<Step> },
    Query(Dist),
    Cache { cache: String, commands: u32, time: Dist },
    Call { endpoint: String, round_trip: Span, timeout: Option<Span> },
    Lock { lock: String, steps: Vec<Step> },
    Sometimes { probability: f64, steps: Vec<Step> },
    Publish(Publish),
}

impl Step {
    /// Computes on the pod's CPU for a time by this law \[s\].
    pub fn cpu(law: Dist) -> Step {
        Step(Form::Cpu(law))
    }

    /// Waits for something without a queue, by this law \[s\]; the thread and all that is held stay taken.
    pub fn delay(law: Dist) -> Step {
        Step(Form::Delay(law))
    }

    /// Runs `steps` with a connection of a pool of the endpoint's own service.
    pub fn transaction(pool: impl Into<String>, steps: impl IntoIterator<Item = Step>) -> Step {
        Step(Form::Transaction { pool: pool.into(), steps: steps.into_iter().collect() })
    }

    /// Has the database of the innermost transaction compute for a time by this law \[s\]. Network time is
    /// a [`Step::delay`] beside it.
    pub fn query(law: Dist) -> Step {
        Step(Form::Query(law))
    }

    /// Sends commands to a cache, one after another, each of which takes its server a time by this law
    /// \[s\].
    pub fn cache(cache: impl Into<String>, commands: u32, law: Dist) -> Step {
        Step(Form::Cache { cache: cache.into(), commands, time: law })
    }

    /// Calls an endpoint, `service.endpoint`, and waits for its answer as long as it takes; `round_trip` is
    /// the network time there and back.
    pub fn call(endpoint: impl Into<String>, round_trip: Span) -> Step {
        Step(Form::Call { endpoint: endpoint.into(), round_trip, timeout: None })
    }

    /// Calls an endpoint and waits for at most `timeout`, then fails. The callee goes on working.
    pub fn call_within(endpoint: impl Into<String>, round_trip: Span, timeout: Span) -> Step {
        Step(Form::Call { endpoint: endpoint.into(), round_trip, timeout: Some(timeout) })
    }

    /// Runs `steps` with a lock that all pods share.
    pub fn lock(lock: impl Into<String>, steps: impl IntoIterator<Item = Step>) -> Step {
        Step(Form::Lock { lock: lock.into(), steps: steps.into_iter().collect() })
    }

    /// Runs `steps` with this probability.
    pub fn sometimes(probability: f64, steps: impl IntoIterator<Item = Step>) -> Step {
        Step(Form::Sometimes { probability, steps: steps.into_iter().collect() })
    }

    /// Appends a record to a topic, which is named or described by a [`Publish`].
    pub fn publish(record: impl Into<Publish>) -> Step {
        Step(Form::Publish(record.into()))
    }

    /// Label of the step among those of its list, from which its draws are numbered: without the law's
    /// numbers, so that a change of them leaves the draws as they are.
    pub(super) fn label(&self) -> String {
        match &self.0 {
            Form::Cpu(_) => "cpu".into(),
            Form::Delay(_) => "delay".into(),
            Form::Transaction { pool, .. } => format!("transaction {pool}"),
            Form::Query(_) => "query".into(),
            Form::Cache { cache, .. } => format!("cache {cache}"),
            Form::Call { endpoint, .. } => format!("call {endpoint}"),
            Form::Lock { lock, .. } => format!("lock {lock}"),
            Form::Sometimes { .. } => "choose".into(),
            Form::Publish(record) => format!("publish {}", record.topic),
        }
    }
}
