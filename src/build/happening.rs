//! What happens on a day.

use crate::model::spec::usual::{CACHE_TIMEOUT, NOTICED};
use crate::units::Span;

/// Something that happens to a system, from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Event(pub(super) Form);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    Kill { service: String, pods: u32 },
    Scale { service: String, pods: u32 },
    Deploy { service: String },
    FailNode { group: String, nodes: u32, replaced_after: Span },
    Partitions { topic: String, partitions: u32 },
    Poison { topic: String, share: f64 },
    LoseBroker { broker: u32, back_after: Span },
    Traffic { factor: f64 },
    SlowDatabase { database: String, factor: f64, lasts: Option<Span> },
    SlowCache { cache: String, factor: f64, lasts: Option<Span> },
    LoseCache { cache: String, timeout: Span, lasts: Option<Span> },
}

impl Event {
    /// So many pods of a service die in the very instant, what they work on fails, and each is started
    /// anew.
    pub fn kill(service: impl Into<String>, pods: u32) -> Event {
        Event(Form::Kill { service: service.into(), pods })
    }

    /// A service is to have so many pods.
    pub fn scale(service: impl Into<String>, pods: u32) -> Event {
        Event(Form::Scale { service: service.into(), pods })
    }

    /// A new version of a service replaces the old one, as its
    /// [`ServiceBuilder::rollout`](super::ServiceBuilder::rollout) says.
    pub fn deploy(service: impl Into<String>) -> Event {
        Event(Form::Deploy { service: service.into() })
    }

    /// So many nodes of a group fail in the very instant, with all pods on them, which are replaced after
    /// Kubernetes' 340 s.
    pub fn fail_node(group: impl Into<String>, nodes: u32) -> Event {
        Event(Form::FailNode { group: group.into(), nodes, replaced_after: NOTICED })
    }

    /// A topic has so many partitions, no fewer than before.
    pub fn partitions(topic: impl Into<String>, partitions: u32) -> Event {
        Event(Form::Partitions { topic: topic.into(), partitions })
    }

    /// This share of the records appended to a topic from then on fails at every attempt.
    pub fn poison(topic: impl Into<String>, share: f64) -> Event {
        Event(Form::Poison { topic: topic.into(), share })
    }

    /// A broker is lost, which counts from 0, and is back after a time.
    pub fn lose_broker(broker: u32, back_after: Span) -> Event {
        Event(Form::LoseBroker { broker, back_after })
    }

    /// The rate of arrivals is so many times that of the load, until this happens again.
    pub fn traffic(factor: f64) -> Event {
        Event(Form::Traffic { factor })
    }

    /// Processor and storage of a database take so many times as long, for a time or to the end of the day.
    pub fn slow_database(database: impl Into<String>, factor: f64, lasts: Option<Span>) -> Event {
        Event(Form::SlowDatabase { database: database.into(), factor, lasts })
    }

    /// Commands of a cache take so many times as long, for a time or to the end of the day.
    pub fn slow_cache(cache: impl Into<String>, factor: f64, lasts: Option<Span>) -> Event {
        Event(Form::SlowCache { cache: cache.into(), factor, lasts })
    }

    /// A cache does not answer, for a time or to the end of the day; each command waits in vain for the 3 s
    /// of Redisson.
    pub fn lose_cache(cache: impl Into<String>, lasts: Option<Span>) -> Event {
        Event(Form::LoseCache { cache: cache.into(), timeout: CACHE_TIMEOUT, lasts })
    }
}
