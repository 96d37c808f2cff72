//! Compilation of a day: load curve and timeline of events.

use super::Compiler;
use crate::build::fault::{Fault, Kind};
use crate::build::happening::Form;
use crate::build::system::SpecBuilder;
use crate::model::spec::limits::{FACTOR, HAPPENINGS, HOURS, PARTITIONS};
use crate::model::spec::{Curve, Happening, Id, Timed};
use crate::units::Span;

impl Compiler {
    pub(super) fn day(&mut self, system: &SpecBuilder) {
        if let Some((name, hours)) = &system.curve {
            self.curve(name, hours);
        }
        self.range("day", "events", system.events.len() as f64, 0.0..=HAPPENINGS as f64);
        let mut timeline = Vec::new();
        for (at, event) in system.events.iter().take(HAPPENINGS) {
            let known = (self.faults.len(), timeline.len());
            self.time("day", "a time", *at);
            self.event(*at, &event.0, &mut timeline);
            // An invalid event is dropped, so that it causes no further faults.
            if self.faults.len() > known.0 {
                timeline.truncate(known.1);
            }
        }
        timeline.sort_by_key(|timed| timed.at);
        self.spec.set_timeline(&timeline);
    }

    fn curve(&mut self, name: &str, hours: &[f64]) {
        let at = format!("curve {name}");
        self.range(&at, "hours", hours.len() as f64, 1.0..=HOURS as f64);
        let highest = hours.iter().copied().fold(0.0, f64::max);
        for hour in hours.iter().take(HOURS) {
            self.range(&at, "a rate", *hour, 0.0..=f64::MAX);
        }
        if highest <= 0.0 {
            self.faults.push(Fault::Zero { at, what: "hour with a rate" });
            return;
        }
        let slices = hours.iter().map(|hour| hour / highest).collect();
        self.spec.load.curve = Curve { name: name.into(), slices, ..Curve::default() };
    }

    /// Adds an event, and its end where it lasts for a time.
    fn event(&mut self, at: Span, event: &Form, timeline: &mut Vec<Timed>) {
        let mut end = None;
        let what = match event {
            Form::Kill { service, pods } => {
                self.some("kill", "pods", *pods);
                Happening::Kill { service: self.part(Kind::Service, service), pods: *pods }
            }
            Form::Scale { service, pods } => {
                Happening::Scale { service: self.part(Kind::Service, service), pods: *pods }
            }
            Form::Deploy { service } => {
                Happening::Deploy { service: self.part(Kind::Service, service) }
            }
            Form::FailNode { group, nodes, replaced_after } => {
                self.some("fail", "nodes", *nodes);
                let (group, nodes) = (self.part(Kind::NodeGroup, group), *nodes);
                Happening::FailNode { group, nodes, replaced_after: *replaced_after }
            }
            Form::Partitions { topic: name, partitions } => {
                let (topic, partitions) = (self.part(Kind::Topic, name), *partitions);
                self.count(name, "partitions", partitions, PARTITIONS);
                let before = self.spec.topics.get(topic as usize).map_or(0, |of| of.partitions);
                let before = ("partitions before", before.into());
                self.within(name, before, ("those on the day", partitions.into()));
                Happening::Partitions { topic, partitions }
            }
            Form::Poison { topic: name, share } => {
                self.share(name, "a share that fails", *share);
                Happening::Poison { topic: self.part(Kind::Topic, name), share: *share }
            }
            Form::LoseBroker { broker, back_after } => {
                self.time("day", "a time to be back", *back_after);
                let last = f64::from(self.spec.kafka.brokers) - 1.0;
                self.within("brokers", ("a number", (*broker).into()), ("the last", last));
                Happening::LoseBroker { broker: *broker, back_after: *back_after }
            }
            Form::Traffic { factor } => {
                self.factor("traffic", *factor);
                Happening::Traffic { factor: *factor }
            }
            Form::SlowDatabase { database: name, factor, lasts } => {
                self.factor(name, *factor);
                let database = self.part(Kind::Database, name);
                let slow = |factor| Happening::SlowDatabase { database, factor };
                end = lasts.map(|lasts| (lasts, slow(1.0)));
                slow(*factor)
            }
            Form::SlowCache { cache: name, factor, lasts } => {
                self.factor(name, *factor);
                let cache = self.part(Kind::Cache, name);
                let slow = |factor| Happening::SlowCache { cache, factor };
                end = lasts.map(|lasts| (lasts, slow(1.0)));
                slow(*factor)
            }
            Form::LoseCache { cache, timeout, lasts } => {
                let cache = self.part(Kind::Cache, cache);
                let lost = |timeout| Happening::LoseCache { cache, timeout };
                end = lasts.map(|lasts| (lasts, lost(None)));
                lost(Some(*timeout))
            }
        };
        timeline.push(Timed { at, what });
        if let Some((lasts, what)) = end {
            self.time("day", "a time", lasts);
            timeline.push(Timed { at: at + lasts, what });
        }
    }

    /// Returns the index of the component that an event affects; 0 with a fault where it does not
    /// exist.
    fn part(&mut self, kind: Kind, name: &str) -> Id {
        self.named(kind, name, "day").unwrap_or(0)
    }

    fn factor(&mut self, at: &str, factor: f64) {
        self.range(at, "a factor", factor, f64::MIN_POSITIVE..=FACTOR);
    }
}
