//! Kafka: group membership of listeners, and brokers.

use super::system::Compiler;
use crate::model::spec::limits::HEARTBEAT;
use crate::model::spec::{Brokers, Consumer, Protocol, Replication, Settings};
use crate::scenario::decode::Setting;
use crate::scenario::document::{AssignorWord, ConsumerItem, ListenerDoc, TopicDoc};
use crate::scenario::values::{Count, Duration};
use crate::units::Span as Length;

impl Compiler<'_> {
    fn span(
        &self,
        setting: Option<&Setting<Duration>>,
        or: Option<Duration>,
        default: Length,
    ) -> Length {
        let given = setting.map(|setting| self.pick(setting)).or(or);
        given.map_or(default, Duration::span)
    }

    /// Resolves the group membership of a listener's threads.
    pub(super) fn consumer(
        &mut self,
        path: &str,
        document: &ListenerDoc,
        kind: Option<&ConsumerItem>,
    ) -> Consumer {
        let Settings { session, heartbeat, poll_interval, initial_delay, .. } = Settings::default();
        let assignor = document.assignor.as_ref().map(|assignor| self.pick(assignor));
        let brokers = self.system.kafka.as_ref();
        let group = Settings {
            session: self.span(
                document.session_timeout.as_ref(),
                kind.and_then(|kind| kind.session_timeout),
                session,
            ),
            heartbeat: self.span(
                document.heartbeat.as_ref(),
                kind.and_then(|kind| kind.heartbeat),
                heartbeat,
            ),
            poll_interval: self.span(
                document.max_poll_interval.as_ref(),
                kind.and_then(|kind| kind.max_poll_interval),
                poll_interval,
            ),
            initial_delay: self.span(
                brokers.and_then(|brokers| brokers.initial_rebalance_delay.as_ref()),
                kind.and_then(|kind| kind.initial_rebalance_delay),
                initial_delay,
            ),
            protocol: match assignor.or(kind.and_then(|kind| kind.assignor)) {
                Some(AssignorWord::CooperativeSticky) => Protocol::Cooperative,
                Some(AssignorWord::Range) | None => Protocol::Eager,
            },
        };
        if group.heartbeat < HEARTBEAT {
            self.problems.add("E0107", document.span, "`heartbeat` must be at least 1 ms");
        }
        for (what, limit) in
            [("session_timeout", group.session), ("max_poll_interval", group.poll_interval)]
        {
            if group.heartbeat >= limit {
                let message = format!(
                    "`{path}` sends heartbeats every {} s, which must be less than its `{what}` of {} s",
                    group.heartbeat.secs(),
                    limit.secs()
                );
                self.problems.add("E0305", document.span, message);
            }
        }
        let metadata_age = self.span(
            document.metadata_max_age.as_ref(),
            kind.and_then(|kind| kind.metadata_max_age),
            Consumer::default().metadata_age,
        );
        Consumer {
            group,
            fixed: document.r#static.as_ref().is_some_and(|fixed| self.pick(fixed).0),
            metadata_age,
            fails: document.fails.as_ref().map_or(0.0, |share| self.pick(share).0),
        }
    }

    /// Checks that the members of a group agree on settings of the group as a whole.
    pub(super) fn check_groups(&mut self) {
        let documents =
            self.system.services.iter().flat_map(|(_, service)| service.listeners.iter());
        let mut seen: Vec<&crate::model::spec::Listener> = Vec::new();
        for (listener, (_, document)) in self.spec.listeners.iter().zip(documents) {
            let same = |other: &&&crate::model::spec::Listener| {
                (&other.group, other.service) == (&listener.group, listener.service)
            };
            match seen.iter().find(same) {
                None => seen.push(listener),
                Some(first) if first.consumer.group != listener.consumer.group => {
                    let message = format!(
                        "`{}` and `{}` are in the group `{}`, but do not agree on its session, \
                         heartbeat, poll interval and assignor",
                        first.name, listener.name, listener.group
                    );
                    self.problems.add("E0305", document.span, message);
                }
                Some(_) => {}
            }
        }
    }

    /// Resolves the brokers.
    pub(super) fn brokers(&mut self) -> Brokers {
        let default = Brokers::default();
        let Some(document) = &self.system.kafka else { return default };
        let brokers = document.brokers.as_ref().map(|brokers| self.pick(brokers));
        Brokers {
            brokers: brokers.map_or(default.brokers, Count::u32),
            election: self.span(document.election.as_ref(), None, default.election),
            metadata_age: self.span(document.metadata_max_age.as_ref(), None, default.metadata_age),
            delivery_timeout: self.span(
                document.delivery_timeout.as_ref(),
                None,
                default.delivery_timeout,
            ),
        }
    }

    /// Resolves the replication of a topic's partitions.
    pub(super) fn replication(&mut self, name: &str, document: &TopicDoc) -> Replication {
        let replicas = document.replicas.as_ref().map_or(1, |count| self.pick(count).u32());
        let in_sync = document.min_insync.as_ref().map_or(1, |count| self.pick(count).u32());
        let brokers = self.spec.kafka.brokers;
        for (more, fewer, setting, message) in [
            (
                replicas,
                brokers,
                &document.replicas,
                format!("`{name}` has {replicas} replicas, but there are {brokers} brokers"),
            ),
            (
                in_sync,
                replicas,
                &document.min_insync,
                format!("`{name}` asks for {in_sync} replicas in sync and has {replicas}"),
            ),
        ] {
            if more > fewer
                && let Some(setting) = setting
            {
                self.problems.add("E0305", setting.span, message);
            }
        }
        Replication { replicas: replicas.min(brokers), in_sync: in_sync.min(replicas) }
    }
}
