//! Records that come from outside.

use super::thread::Message;
use crate::engine::Class;
use crate::model::slots::SLOT_SOURCES;
use crate::model::users::load::{Arrivals, instant};
use crate::model::world::World;
use crate::observe::Observer;
use crate::random::Key;

impl<O: Observer> World<'_, O> {
    /// Starts the streams of external records.
    pub(in crate::model) fn start_sources(&mut self, root: Key) {
        for number in 0..self.spec.load.records.len() as u32 {
            let source = self.spec.load.records[number as usize];
            let before = &self.spec.load.records[..number as usize];
            let same = before.iter().filter(|other| other.topic == source.topic).count();
            let mut key = root.named(&self.spec.topics[source.topic as usize].name);
            if same > 0 {
                // A further stream into the same topic needs a key of its own.
                key = key.item(same as u64);
            }
            let follow = self.run.follow_curve;
            let per_s = self.run.scale * source.per_s;
            let arrivals = Arrivals::new(key, per_s, source.regular, follow, 0.0);
            self.kafka.sources.push((arrivals, Key::default()));
            self.next_source(number);
        }
    }

    /// Multiplies the rates of all streams.
    pub(in crate::model) fn speed_up_sources(&mut self, factor: f64) {
        for number in 0..self.kafka.sources.len() as u32 {
            let (arrivals, _) = &mut self.kafka.sources[number as usize];
            let next = arrivals.speed_up(factor, self.now.secs(), &self.spec.load.curve);
            self.move_arrival(SLOT_SOURCES + number, next);
        }
    }

    fn next_source(&mut self, number: u32) {
        let (arrivals, ahead) = &mut self.kafka.sources[number as usize];
        if let Some((key, at_s)) = arrivals.next(&self.spec.load.curve) {
            *ahead = key;
            let at = instant(at_s).max(self.now);
            self.agenda.set(SLOT_SOURCES + number, at, Class::Arrive);
        }
    }

    pub(in crate::model) fn source_record(&mut self, number: u32) {
        let key = self.kafka.sources[number as usize].1;
        let topic = self.spec.load.records[number as usize].topic;
        let message = Message { key, flow: key, flow_started: self.now, appended: self.now };
        self.append(topic, message, key.0, self.fleet.pod_count() + number);
        self.next_source(number);
    }
}
