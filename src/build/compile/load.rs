//! Compilation of the load: users with their journeys, and external records.

use super::{Compiler, takes_time};
use crate::build::fault::{Fault, Kind};
use crate::build::load::{JourneyBuilder, LoadBuilder};
use crate::model::spec::limits::{FASTEST, SESSIONS, SLOWEST, TRIES, USERS, VISITS};
use crate::model::spec::{Closed, Curve, Journey, Load, Open, Retries, Source, Visit};

/// Maximum weight of a journey.
const HEAVIEST: f64 = 1e12;

impl Compiler {
    pub(super) fn load(&mut self, load: &LoadBuilder) {
        let kinds = [load.open.is_some(), load.closed.is_some(), !load.records.is_empty()];
        match kinds.into_iter().filter(|kind| *kind).count() {
            0 => self.faults.push(Fault::NoLoad),
            1 => {}
            _ => self.faults.push(Fault::TwoLoads),
        }
        if let Some(requests_per_s) = load.open {
            self.range("load", "a rate", requests_per_s, SLOWEST..=FASTEST);
        }
        if let Some((users, _)) = load.closed {
            self.count("load", "users", users, USERS);
            self.time("load", "a pause before a new connection", load.reconnect);
        }
        let journeys = self.journeys(load);
        let think = load.closed.as_ref().and_then(|(_, think)| think.as_ref());
        let think = think.map(|law| self.sampler(law, "load"));
        if let Some(patience) = load.patience {
            self.time("load", "a patience", patience);
        }
        if let Some(Retries { attempts, back_off, budget }) = load.retries {
            self.range("load", "attempts", attempts.into(), 0.0..=TRIES as f64);
            self.time("load", "a back-off", back_off);
            self.share("load", "a budget", budget.unwrap_or_default());
        }
        let regular = load.regular;
        let mut records = Vec::new();
        for (name, per_s) in &load.records {
            let at = format!("records {name}");
            self.range(&at, "a rate", *per_s, SLOWEST..=FASTEST);
            let topic = self.named(Kind::Topic, name, &at).unwrap_or(0);
            records.push(Source { topic, per_s: *per_s, regular });
        }
        self.spec.load = Load {
            open: load.open.map(|requests_per_s| Open { requests_per_s, regular }),
            closed: load.closed.as_ref().map(|(users, _)| Closed {
                users: *users,
                think,
                reconnect: load.reconnect,
            }),
            records,
            journeys,
            patience: load.patience,
            retries: load.retries,
            curve: Curve::default(),
        };
    }

    /// Returns the journeys of users: by default one per endpoint with equal weights, or none for a
    /// load of records.
    fn journeys(&mut self, load: &LoadBuilder) -> Vec<Journey> {
        let mut journeys = Vec::new();
        let users = load.open.is_some() || load.closed.is_some() || load.records.is_empty();
        let unsaid = load.mix.is_empty() && load.journeys.is_empty();
        let all = self.spec.endpoints.iter().map(|endpoint| (endpoint.name.clone(), 1.0));
        let mix = if unsaid && users { all.collect() } else { load.mix.clone() };
        for (name, weight) in mix {
            self.range(&format!("mix {name}"), "a weight", weight, 0.0..=HEAVIEST);
            let Some(endpoint) = self.named(Kind::Endpoint, &name, "mix") else { continue };
            let visits = vec![Visit { endpoint, chance: 1.0, think: None }];
            journeys.push(Journey { name, weight, visits });
        }
        self.distinct(Kind::Journey, load.journeys.iter().map(|journey| &journey.name));
        for builder in &load.journeys {
            journeys.push(self.journey(builder));
        }
        let requests = |journey: &Journey| journey.weight * journey.requests();
        let asked: f64 = journeys.iter().map(requests).sum();
        if users && (asked <= 0.0 || journeys.is_empty()) {
            self.faults.push(Fault::Idle);
        }
        journeys
    }

    fn journey(&mut self, builder: &JourneyBuilder) -> Journey {
        let at = format!("journey {}", builder.name);
        self.range(&at, "a weight", builder.weight, 0.0..=HEAVIEST);
        self.range(&at, "requests", builder.visits.len() as f64, 0.0..=VISITS as f64);
        let mut visits = Vec::new();
        for visit in builder.visits.iter().take(VISITS) {
            self.share(&at, "a probability", visit.probability);
            // A think time of zero has no sampler, as in documents.
            let think = visit.think.as_ref().filter(|law| takes_time(law));
            let think = think.map(|law| self.sampler(law, &at));
            let endpoint = self.named(Kind::Endpoint, &visit.endpoint, &at).unwrap_or(0);
            visits.push(Visit { endpoint, chance: visit.probability, think });
        }
        Journey { name: builder.name.clone(), weight: builder.weight, visits }
    }

    /// Checks the number of concurrent sessions. Requires a spec without other faults.
    pub(super) fn sessions(&mut self) {
        if let Some((users, _)) = self.spec.in_session()
            && users > SESSIONS
        {
            self.faults.push(Fault::Crowd { users });
        }
    }
}
