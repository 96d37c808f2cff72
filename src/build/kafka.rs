//! Kafka topics and listeners.

use super::step::Step;
use crate::model::spec::{Ack, Consumer, Listener, Replication, Settings, Topic};
use crate::units::Span;

/// Builder of a Kafka topic; by default with one replica of each partition.
#[derive(Clone, Debug)]
pub struct TopicBuilder(pub(super) Topic);

impl TopicBuilder {
    /// Creates a topic with a number of partitions.
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

    /// Sets the number of replicas of each partition (the replication factor), on as many brokers.
    #[must_use]
    pub fn replicas(mut self, copies: u32) -> TopicBuilder {
        self.0.replication.replicas = copies;
        self
    }

    /// Sets the minimum number of in-sync replicas for a write with `acks=all`
    /// (`min.insync.replicas`); one by default.
    #[must_use]
    pub fn min_insync(mut self, copies: u32) -> TopicBuilder {
        self.0.replication.in_sync = copies;
        self
    }

    /// Excludes its records from the events counted for the system, such as those of a tracking
    /// topic.
    #[must_use]
    pub fn uncounted(mut self) -> TopicBuilder {
        self.0.counted = false;
        self
    }
}

/// Builder of a Kafka listener of a service; by default one thread in each pod, with the settings
/// of Spring Kafka and of Kafka's consumer.
#[derive(Clone, Debug)]
pub struct ListenerBuilder {
    /// Settings of the listener. Its indices are resolved from the names by the compiler.
    pub(super) listener: Listener,
    pub(super) topic: String,
    pub(super) group: Option<String>,
    pub(super) steps: Vec<Step>,
}

impl ListenerBuilder {
    /// Creates a listener that reads a topic and runs `steps` for each record, in a consumer group
    /// named after its service.
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

    /// Sets the consumer group. Listeners of a service in the same group must have the same
    /// membership settings.
    #[must_use]
    pub fn group(mut self, name: impl Into<String>) -> ListenerBuilder {
        self.group = Some(name.into());
        self
    }

    /// Sets the number of threads of each pod, each a consumer of the group (`concurrency`).
    #[must_use]
    pub fn concurrency(mut self, threads: u32) -> ListenerBuilder {
        self.listener.concurrency = threads;
        self
    }

    /// Sets when offsets are committed (`AckMode`); after each batch by default.
    #[must_use]
    pub fn ack(mut self, ack: Ack) -> ListenerBuilder {
        self.listener.ack = ack;
        self
    }

    /// Sets the maximum number of records of a poll (`max.poll.records`); 500 by default.
    #[must_use]
    pub fn max_poll_records(mut self, records: u32) -> ListenerBuilder {
        self.listener.max_poll_records = records;
        self
    }

    /// Sets the maximum number of retries of a failed record and the back-off before each, during
    /// which the thread and all its partitions wait; nine without back-off by default.
    #[must_use]
    pub fn retries(mut self, attempts: u32, back_off: Span) -> ListenerBuilder {
        (self.listener.retries, self.listener.back_off) = (attempts, back_off);
        self
    }

    /// Sets the latency of a fetch, from a record's arrival on the broker until an idle consumer
    /// has it; zero by default.
    #[must_use]
    pub fn fetch(mut self, time: Span) -> ListenerBuilder {
        self.listener.fetch = time;
        self
    }

    /// Sets the round-trip time of an offset commit; zero by default.
    #[must_use]
    pub fn commit(mut self, time: Span) -> ListenerBuilder {
        self.listener.commit = time;
        self
    }

    /// Sets session timeout, heartbeat interval, poll interval, initial rebalance delay and
    /// rebalance protocol of the group.
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

    /// Makes its members static (`group.instance.id`): a member that is back within the session
    /// timeout keeps its partitions.
    #[must_use]
    pub fn static_members(self) -> ListenerBuilder {
        self.consumer(|consumer| consumer.fixed = true)
    }

    /// Sets the maximum time until the group notices new partitions (`metadata.max.age.ms`); 300 s
    /// by default.
    #[must_use]
    pub fn metadata_max_age(self, longest: Span) -> ListenerBuilder {
        self.consumer(|consumer| consumer.metadata_age = longest)
    }

    /// Sets the share of records that fail at every attempt, from 0 to 1.
    #[must_use]
    pub fn fails(self, share: f64) -> ListenerBuilder {
        self.consumer(|consumer| consumer.fails = share)
    }

    /// Counts each record handled as the completion of a flow, such as an order.
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
