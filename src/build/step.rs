//! Steps of endpoints and listeners.

use super::publish::Publish;
use crate::random::Dist;
use crate::units::Span;

/// One step of the program of an endpoint or listener.
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
    /// Computes on the pod's processor for a time drawn from `law` \[s\].
    pub fn cpu(law: Dist) -> Step {
        Step(Form::Cpu(law))
    }

    /// Waits for a time drawn from `law` without queueing \[s\]; the thread and all other resources
    /// stay occupied.
    pub fn delay(law: Dist) -> Step {
        Step(Form::Delay(law))
    }

    /// Runs `steps` while holding a connection from a pool of the service itself.
    pub fn transaction(pool: impl Into<String>, steps: impl IntoIterator<Item = Step>) -> Step {
        Step(Form::Transaction { pool: pool.into(), steps: steps.into_iter().collect() })
    }

    /// Runs a query on the database of the innermost transaction, with a processor time drawn from
    /// `law` \[s\]. Network time is not included; add a [`Step::delay`] for it.
    pub fn query(law: Dist) -> Step {
        Step(Form::Query(law))
    }

    /// Sends a number of commands to a cache, one after another, each with a service time drawn
    /// from `law` \[s\].
    pub fn cache(cache: impl Into<String>, commands: u32, law: Dist) -> Step {
        Step(Form::Cache { cache: cache.into(), commands, time: law })
    }

    /// Calls an endpoint, `service.endpoint`, and waits for its response without a timeout;
    /// `round_trip` is the network time there and back.
    pub fn call(endpoint: impl Into<String>, round_trip: Span) -> Step {
        Step(Form::Call { endpoint: endpoint.into(), round_trip, timeout: None })
    }

    /// Calls an endpoint, `service.endpoint`, and waits for its response for at most `timeout`,
    /// then fails. The callee continues working. `round_trip` is the network time there and back.
    pub fn call_within(endpoint: impl Into<String>, round_trip: Span, timeout: Span) -> Step {
        Step(Form::Call { endpoint: endpoint.into(), round_trip, timeout: Some(timeout) })
    }

    /// Runs `steps` while holding a lock shared by all pods.
    pub fn lock(lock: impl Into<String>, steps: impl IntoIterator<Item = Step>) -> Step {
        Step(Form::Lock { lock: lock.into(), steps: steps.into_iter().collect() })
    }

    /// Runs `steps` with the given probability.
    pub fn sometimes(probability: f64, steps: impl IntoIterator<Item = Step>) -> Step {
        Step(Form::Sometimes { probability, steps: steps.into_iter().collect() })
    }

    /// Appends a record to a topic; the argument is the topic's name, or a [`Publish`] with
    /// options.
    pub fn publish(record: impl Into<Publish>) -> Step {
        Step(Form::Publish(record.into()))
    }

    /// Returns the label of the step within its list, from which the numbers of its random draws
    /// are derived. It does not contain the parameters of the law, so that changing them leaves the
    /// draws unchanged (common random numbers).
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
