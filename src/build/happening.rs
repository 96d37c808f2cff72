//! External events of a day.

use crate::model::spec::usual::{CACHE_TIMEOUT, NOTICED};
use crate::units::Span;

/// External event of a day: an operation, a fault or a change of traffic.
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
    /// Kills `pods` pods of a service at once; their requests fail, and each pod is restarted.
    pub fn kill(service: impl Into<String>, pods: u32) -> Event {
        Event(Form::Kill { service: service.into(), pods })
    }

    /// Sets the desired number of pods of a service.
    pub fn scale(service: impl Into<String>, pods: u32) -> Event {
        Event(Form::Scale { service: service.into(), pods })
    }

    /// Rolls out a new version of a service, by the strategy of its
    /// [`ServiceBuilder::rollout`](super::ServiceBuilder::rollout).
    pub fn deploy(service: impl Into<String>) -> Event {
        Event(Form::Deploy { service: service.into() })
    }

    /// Fails `nodes` nodes of a group at once, with all pods on them. The pods are replaced after
    /// 340 s, by the defaults of Kubernetes.
    pub fn fail_node(group: impl Into<String>, nodes: u32) -> Event {
        Event(Form::FailNode { group: group.into(), nodes, replaced_after: NOTICED })
    }

    /// Sets the number of partitions of a topic, no fewer than it is created with.
    pub fn partitions(topic: impl Into<String>, partitions: u32) -> Event {
        Event(Form::Partitions { topic: topic.into(), partitions })
    }

    /// Makes a share of the records appended to a topic from then on, from 0 to 1, fail at every
    /// attempt (poison messages).
    pub fn poison(topic: impl Into<String>, share: f64) -> Event {
        Event(Form::Poison { topic: topic.into(), share })
    }

    /// Fails a broker, numbered from 0, for a time of `back_after`.
    pub fn lose_broker(broker: u32, back_after: Span) -> Event {
        Event(Form::LoseBroker { broker, back_after })
    }

    /// Multiplies the arrival rate of the load by a factor, until the next such event.
    pub fn traffic(factor: f64) -> Event {
        Event(Form::Traffic { factor })
    }

    /// Multiplies the processor and storage times of a database by a factor, for a time or to the
    /// end of the day.
    pub fn slow_database(database: impl Into<String>, factor: f64, lasts: Option<Span>) -> Event {
        Event(Form::SlowDatabase { database: database.into(), factor, lasts })
    }

    /// Multiplies the command times of a cache by a factor, for a time or to the end of the day.
    pub fn slow_cache(cache: impl Into<String>, factor: f64, lasts: Option<Span>) -> Event {
        Event(Form::SlowCache { cache: cache.into(), factor, lasts })
    }

    /// Makes a cache unavailable, for a time or to the end of the day; each command times out after
    /// 3 s, the default of Redisson.
    pub fn lose_cache(cache: impl Into<String>, lasts: Option<Span>) -> Event {
        Event(Form::LoseCache { cache: cache.into(), timeout: CACHE_TIMEOUT, lasts })
    }
}
