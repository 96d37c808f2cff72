//! Kafka: topics and listeners.

use super::step::Step;
use crate::model::spec::{Ack, Consumer, Listener, Replication, Settings, Topic};
use crate::units::Span;

/// A Kafka topic, under construction: one copy of each partition.
#[derive(Clone, Debug)]
pub struct TopicBuilder(pub(super) Topic);

impl TopicBuilder {
    /// A topic with so many partitions.
    ///
    /// ```
    /// use plimsoll::build::TopicBuilder;
    ///
    /// let orders = TopicBuilder::new("orders", 12).replicas(3).min_insync(2);
    /// ```
    pub fn new(name: impl Into<String>, partitions: u32) -> TopicBuilder {
        let (name, replication) = (name.into(), Replication::default());
        TopicBuilder(Topic { name, partitions, replication, counted: true })
    }

    /// Sets the copies of each partition, on as many brokers.
    #[must_use]
    pub fn replicas(mut self, copies: u32) -> TopicBuilder {
        self.0.replication.replicas = copies;
        self
    }

    /// Sets the copies in sync without which nothing is written that all must acknowledge
    /// (`min.insync.replicas`).
    #[must_use]
    pub fn min_insync(mut self, copies: u32) -> TopicBuilder {
        self.0.replication.in_sync = copies;
        self
    }

    /// Leaves its records out of the events of the system, as those of a topic for tracking.
    #[must_use]
    pub fn uncounted(mut self) -> TopicBuilder {
        self.0.counted = false;
        self
    }
}

/// A Kafka listener of a service, under construction: one thread in each pod, with the defaults of Spring
/// Kafka and of Kafka's own consumer.
#[derive(Clone, Debug)]
pub struct ListenerBuilder {
    /// All but the indices, which follow from the names.
    pub(super) listener: Listener,
    pub(super) topic: String,
    pub(super) group: Option<String>,
    pub(super) steps: Vec<Step>,
}

impl ListenerBuilder {
    /// A listener that reads a topic and runs `steps` with each record, in the group of its service's name.
    ///
    /// ```
    /// use plimsoll::build::{ListenerBuilder, Step};
    /// use plimsoll::random::Dist;
    ///
    /// let steps = [Step::cpu(Dist::Exponential(0.004))];
    /// let settle = ListenerBuilder::new("settle", "orders", steps).concurrency(3);
    /// ```
    pub fn new(
        name: impl Into<String>,
        topic: impl Into<String>,
        steps: impl IntoIterator<Item = Step>,
    ) -> ListenerBuilder {
        ListenerBuilder {
            listener: Listener::spring(name.into(), 0, 0, String::new()),
            topic: topic.into(),
            group: None,
            steps: steps.into_iter().collect(),
        }
    }

    /// Sets the consumer group. Listeners of a service in the same group agree on its settings.
    #[must_use]
    pub fn group(mut self, name: impl Into<String>) -> ListenerBuilder {
        self.group = Some(name.into());
        self
    }

    /// Sets the threads of each pod, each a consumer of the group.
    #[must_use]
    pub fn concurrency(mut self, threads: u32) -> ListenerBuilder {
        self.listener.concurrency = threads;
        self
    }

    /// Sets when offsets are committed; after each batch unless set.
    #[must_use]
    pub fn ack(mut self, ack: Ack) -> ListenerBuilder {
        self.listener.ack = ack;
        self
    }

    /// Sets the most records of a poll (`max.poll.records`); 500 unless set.
    #[must_use]
    pub fn max_poll_records(mut self, records: u32) -> ListenerBuilder {
        self.listener.max_poll_records = records;
        self
    }

    /// Sets the further attempts at a record that failed, and the pause before each, in which the thread
    /// and all its partitions wait; nine without a pause unless set.
    #[must_use]
    pub fn retries(mut self, attempts: u32, back_off: Span) -> ListenerBuilder {
        (self.listener.retries, self.listener.back_off) = (attempts, back_off);
        self
    }

    /// Sets the time from a record's arrival on the broker until an idle consumer has it; none unless set.
    #[must_use]
    pub fn fetch(mut self, time: Span) -> ListenerBuilder {
        self.listener.fetch = time;
        self
    }

    /// Sets the broker's round trip of a commit; none unless set.
    #[must_use]
    pub fn commit(mut self, time: Span) -> ListenerBuilder {
        self.listener.commit = time;
        self
    }

    /// Sets sessions, heartbeats, the poll interval and the rebalance protocol of the group.
    ///
    /// ```
    /// # use plimsoll::build::ListenerBuilder;
    /// use plimsoll::model::spec::{Protocol, Settings};
    ///
    /// let settings = Settings { protocol: Protocol::Cooperative, ..Settings::default() };
    /// let settle = ListenerBuilder::new("settle", "orders", []).membership(settings);
    /// ```
    #[must_use]
    pub fn membership(self, settings: Settings) -> ListenerBuilder {
        self.consumer(|consumer| consumer.group = settings)
    }

    /// Makes its members static (`group.instance.id`): who is back within the session timeout finds its
    /// partitions as they were.
    #[must_use]
    pub fn static_members(self) -> ListenerBuilder {
        self.consumer(|consumer| consumer.fixed = true)
    }

    /// Sets the longest time until the group notices new partitions (`metadata.max.age.ms`); 300 s unless
    /// set.
    #[must_use]
    pub fn metadata_max_age(self, longest: Span) -> ListenerBuilder {
        self.consumer(|consumer| consumer.metadata_age = longest)
    }

    /// Sets the share of records that fail at every attempt, from 0 to 1.
    #[must_use]
    pub fn fails(self, share: f64) -> ListenerBuilder {
        self.consumer(|consumer| consumer.fails = share)
    }

    /// Counts each record handled here as the end of a flow, such as an order.
    #[must_use]
    pub fn completes_flow(mut self) -> ListenerBuilder {
        self.listener.completes_flow = true;
        self
    }

    fn consumer(mut self, set: impl FnOnce(&mut Consumer)) -> ListenerBuilder {
        set(&mut self.listener.consumer);
        self
    }
}
