//! Users: sessions, visits, think times and retries.

pub(in crate::model) mod load;

use self::load::{Arrivals, User};
use super::request::{Origin, PROXY, Timer};
use super::run::BETWEEN_LOOKS;
use super::slots::SLOT_ARRIVAL;
use super::spec::{self, Id};
use super::world::World;
use crate::engine::{Class, Slot};
use crate::observe::{Failure, Observer, Record};
use crate::random::Key;
use crate::units::{Span, Time};

/// Minimum time from the start of a virtual user's journey to that of the next: one that is refused
/// at once, makes no request or is answered in no time would otherwise stop simulated time.
const SHORTEST_JOURNEY: Span = Span(100_000);

/// Maximum number of retries saved in a budget, which is also the initial one (`maxTokens` of
/// gRPC's retry throttling is of that order).
const ATTEMPTS_SAVED: f64 = 100.0;

impl<O: Observer> World<'_, O> {
    pub(super) fn start_arrivals(&mut self, key: Key, stopped: &dyn Fn() -> bool) {
        let Some(open) = self.spec.load.open else { return };
        let per_s = self.run.scale * open.requests_per_s / self.spec.load.requests_per_user();
        // Sessions that started before the run are in progress when it begins.
        let lookback = if open.regular { 0.0 } else { self.lookback_s() };
        let mut arrivals =
            Arrivals::new(key, per_s, open.regular, self.run.follow_curve, -lookback);
        let mut before: u64 = 0;
        while let Some((key, at_s)) = arrivals.next(&self.spec.load.curve) {
            before += 1;
            if before.is_multiple_of(BETWEEN_LOOKS) && stopped() {
                return;
            }
            if at_s >= 0.0 {
                self.agenda.set(SLOT_ARRIVAL, load::instant(at_s), Class::Arrive);
                self.users.arrivals = Some((arrivals, key));
                return;
            }
            self.begin_session(key, at_s);
        }
    }

    /// Returns how long before the run a session may have started and still be in progress \[s\]:
    /// six times the think time of the longest journey.
    fn lookback_s(&self) -> f64 {
        let thinking = |journey: &spec::Journey| -> f64 {
            let mean = |think: Id| self.spec.samplers[think as usize].dist().mean();
            journey.visits.iter().map(|visit| visit.think.map_or(0.0, mean)).sum()
        };
        6.0 * self.spec.load.journeys.iter().map(thinking).fold(0.0, f64::max)
    }

    pub(super) fn start_closed(&mut self, key: Key) {
        let Some(closed) = self.spec.load.closed else { return };
        for number in 0..closed.users {
            let user = self.users.begin(User::default());
            self.begin_iteration(user, key.item(u64::from(number)).item(0), 0, Time::ZERO);
        }
    }

    pub(super) fn user_arrives(&mut self) {
        let Some((arrivals, ahead)) = &mut self.users.arrivals else { return };
        let key = *ahead;
        if let Some((next, at_s)) = arrivals.next(&self.spec.load.curve) {
            *ahead = next;
            self.agenda.set_stream(SLOT_ARRIVAL, load::instant(at_s), Class::Arrive);
        }
        match self.users.choice.alone(self.users.choice.pick(key)) {
            Some(endpoint) => self.ask(endpoint, load::visit_key(key, 0), Origin::Visitor),
            None => self.begin_session(key, self.now.secs()),
        }
    }

    /// Multiplies the arrival rate. The next arrival is rescheduled too, so that no gap drawn
    /// during a lull outlasts it.
    pub(super) fn traffic(&mut self, factor: f64) {
        if let Some((arrivals, _)) = &mut self.users.arrivals {
            let next = arrivals.speed_up(factor, self.now.secs(), &self.spec.load.curve);
            self.move_arrival(SLOT_ARRIVAL, next);
        }
        self.speed_up_sources(factor);
    }

    /// Moves a pending arrival, if there is one, to its new time \[s\].
    pub(super) fn move_arrival(&mut self, slot: Slot, next: Option<f64>) {
        if self.agenda.due(slot) > self.now
            && self.agenda.is_set(slot)
            && let Some(at_s) = next
        {
            self.agenda.set(slot, load::instant(at_s).max(self.now), Class::Arrive);
        }
    }

    /// Starts a session at `at_s`; if that lies before the run, it is resumed at its current
    /// position.
    fn begin_session(&mut self, key: Key, at_s: f64) {
        let user = User { key, journey: self.users.choice.pick(key), ..User::default() };
        let Some((visit, at_s)) = self.next_visit(user, at_s.min(self.now.secs())) else { return };
        let at = if at_s <= self.now.secs() { self.now } else { load::instant(at_s) };
        if self.users.present() >= self.users.room() {
            self.requests.has_no_room();
            return;
        }
        let id = self.users.begin(User { visit, ..user });
        self.agenda.set(self.slots.user(id), at, Class::Arrive);
    }

    /// Starts journey number `iteration` of virtual user `id` at `from`, or the first later one
    /// that makes a request. The user's identity is kept in the key.
    fn begin_iteration(&mut self, id: u32, mut key: Key, mut iteration: u32, mut from: Time) {
        let think = self.spec.load.closed.and_then(|closed| closed.think);
        while from <= self.end {
            let journey = self.users.choice.pick(key);
            let user = User { key, journey, visit: 0, iteration: Some(iteration), began: from };
            if let Some((visit, at_s)) = self.next_visit(user, from.secs()) {
                self.users.all[id as usize] = User { visit, ..user };
                self.agenda.set(self.slots.user(id), load::instant(at_s).max(from), Class::Arrive);
                return;
            }
            iteration = iteration.wrapping_add(1);
            key = key.item(u64::from(iteration));
            from += self.pause(key, think).max(SHORTEST_JOURNEY);
        }
        self.users.end(id);
    }

    /// Returns the pause of a virtual user before the journey of this key.
    fn pause(&self, key: Key, think: Option<Id>) -> Span {
        think.map_or(Span::ZERO, |think| {
            load::think(key, u32::MAX, &self.spec.samplers[think as usize])
        })
    }

    /// Returns the next visit of the user from `user.visit` on, and its time, for a user free at
    /// `at_s`; visits before the run count as made. Returns `None` at the end of the journey.
    fn next_visit(&self, user: User, mut at_s: f64) -> Option<(u32, f64)> {
        let visits = &self.spec.load.journeys[user.journey as usize].visits;
        for number in user.visit..visits.len() as u32 {
            let visit = visits[number as usize];
            if !load::goes(user.key, number, visit.chance) {
                continue;
            }
            if let Some(think) = visit.think {
                let sampler = &self.spec.samplers[think as usize];
                at_s += load::think(user.key, number, sampler).secs();
            }
            if at_s >= 0.0 {
                return Some((number, at_s));
            }
        }
        None
    }

    #[inline]
    pub(super) fn user_acts(&mut self, id: u32) {
        let user = self.users.all[id as usize];
        let visit = self.spec.load.journeys[user.journey as usize].visits[user.visit as usize];
        self.ask(visit.endpoint, load::visit_key(user.key, user.visit), Origin::User(id));
    }

    /// Handles the end of a user's request: the user thinks and continues, or leaves. A virtual
    /// user who was refused has lost the connection, and pauses before making another.
    pub(super) fn user_answered(&mut self, id: u32, failure: Option<Failure>) {
        let mut user = self.users.all[id as usize];
        user.visit += 1;
        let mut free = self.now;
        if let (Some(closed), Some(Failure::Refused)) = (self.spec.load.closed, failure) {
            free += closed.reconnect;
        }
        if (failure.is_none() || user.iteration.is_some())
            && let Some((visit, at_s)) = self.next_visit(user, free.secs())
        {
            self.users.all[id as usize].visit = visit;
            let at = load::instant(at_s).max(free);
            self.agenda.set(self.slots.user(id), at, Class::Arrive);
            return;
        }
        let (Some(iteration), Some(closed)) = (user.iteration, self.spec.load.closed) else {
            self.users.end(id);
            return;
        };
        // A virtual user starts the next journey after a pause.
        let iteration = iteration.wrapping_add(1);
        let key = user.key.item(u64::from(iteration));
        let from = free + self.pause(key, closed.think);
        self.begin_iteration(id, key, iteration, from.max(user.began + SHORTEST_JOURNEY));
    }

    /// Makes a user's request to `endpoint`.
    #[expect(clippy::inline_always, reason = "on the way of every request")]
    #[inline(always)]
    fn ask(&mut self, endpoint: Id, key: Key, origin: Origin) {
        self.observer.record(self.now, Record::Offered { endpoint });
        if self.requests.in_flight() >= self.users.room() {
            self.requests.has_no_room();
            let (why, took) = (Failure::Refused, Span::ZERO);
            self.record(Record::Failed { endpoint, why, took });
            if let Origin::User(user) = origin {
                self.user_answered(user, Some(why));
            }
            return;
        }
        if let Some(share) = self.spec.load.retries.and_then(|retries| retries.budget) {
            self.users.asked_again = (self.users.asked_again - share).max(0.0);
        }
        let id = self.begin(endpoint, key, origin);
        self.watch_patience(id);
        self.arrive(id, key, endpoint, origin);
    }

    /// Whether the instant at which a user's patience ends matters, not only the fact.
    #[inline]
    pub(super) fn watches(&self) -> bool {
        self.spec.load.retries.is_some() || !self.spec.meshes.is_empty()
    }

    /// Sets the patience timer of users who retry, and of those whose proxy releases abandoned
    /// requests; for others the response time suffices.
    #[inline]
    pub(super) fn watch_patience(&mut self, id: u32) {
        if self.watches()
            && let Some(patience) = self.spec.load.patience
        {
            self.agenda.set(self.slots.patience(id), self.now + patience, Class::Expire);
        }
    }

    /// Handles the end of a user's patience. The work continues as orphaned; a proxy on its way
    /// releases it.
    pub(super) fn patience_ends(&mut self, id: u32) {
        let request = &self.requests[id];
        let (origin, endpoint, took) =
            (request.origin(), request.endpoint(), request.age(self.now));
        if let Origin::Try(hop) = origin {
            return self.try_timed_out(id, hop);
        }
        self.record(Record::Failed { endpoint, why: Failure::TooLate, took });
        let again = self.asks_again(id);
        if self.requests[id].pod() == PROXY {
            self.leave_proxy(id);
        } else {
            self.requests.orphan(id);
        }
        if let Origin::User(user) = origin
            && !again
        {
            self.user_answered(user, Some(Failure::TooLate));
        }
    }

    /// Whether the user retries a failed request, after a back-off.
    pub(super) fn asks_again(&mut self, id: u32) -> bool {
        /// Draw number of the back-off, distinct from those of steps.
        const DRAW_PAUSE: u64 = u64::MAX - 1;
        let Some(retries) = self.spec.load.retries else { return false };
        let (key, tries) = (self.requests[id].key(), self.requests[id].tries());
        if tries >= retries.attempts || self.requests.in_flight() >= self.users.room() {
            return false;
        }
        if retries.budget.is_some() {
            if self.users.asked_again > ATTEMPTS_SAVED - 1.0 {
                return false;
            }
            self.users.asked_again += 1.0;
        }
        let pause = retries.back_off.secs() * f64::from(tries.min(30)).exp2();
        let pause = Span::from_secs(pause * (0.5 + key.uniform(DRAW_PAUSE)));
        let again = self.begin_again(id, key.item(DRAW_PAUSE));
        self.set_timer(again, pause, Timer::Arrive);
        true
    }
}
