//! Users and outside records: who asks for what, and how often.

use super::id::Id;
use crate::units::Span;

/// Pause of a virtual user who was refused. A full backlog drops the segment that asks for a connection
/// (`tcp_abort_on_overflow` is off), and the client's kernel sends it again after the initial
/// retransmission time-out of a second (`TCP_TIMEOUT_INIT`; RFC 6298, 2.1).
pub const RECONNECT: Span = Span::from_millis(1_000);

/// Load of a system: users, and records from outside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Load {
    /// Arriving users: sessions at a rate.
    pub open: Option<Open>,
    /// A fixed number of virtual users, each on and on.
    pub closed: Option<Closed>,
    /// Records from outside, straight into topics.
    pub records: Vec<Source>,
    /// The kinds of journey; a user picks one by weight.
    pub journeys: Vec<Journey>,
    /// A response later than this counts as an error (the user has left; the work goes on).
    pub patience: Option<Span>,
    /// Retries of users whose request fails, or is not answered within their patience; none: they give up.
    pub retries: Option<Retries>,
    /// Share of a run's rate by time of day.
    pub curve: Curve,
}

/// Users who ask again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retries {
    /// Further attempts at a request.
    pub attempts: u32,
    /// Mean pause before the first of them; each next pause is twice as long. A pause is anything
    /// between half and one and a half of its mean.
    pub back_off: Span,
    /// Attempts that each first request lets follow, of whichever user; none: any number.
    pub budget: Option<f64>,
}

/// Users who arrive at a rate whatever the state of the system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Open {
    /// Requests per second at the curve's highest point, over all journeys. Sessions arrive at this
    /// rate divided by the mean number of requests in a session.
    pub requests_per_s: f64,
    /// Whether arrivals are evenly spaced instead of random (for exact timelines).
    pub regular: bool,
}

/// Virtual users as a load generator runs them: request, think, next request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Closed {
    /// Users.
    pub users: u32,
    /// Index of the sampler of the pause between journeys; none: no pause.
    pub think: Option<Id>,
    /// Pause of a user who was refused, before a new connection.
    pub reconnect: Span,
}

/// Records that arrive in a topic from outside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Source {
    /// Index of the topic.
    pub topic: Id,
    /// Records per second at the curve's highest point.
    pub per_s: f64,
    /// Whether they are evenly spaced instead of random.
    pub regular: bool,
}

/// A kind of user: requests with think times between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey {
    /// Name.
    pub name: String,
    /// Relative number of users of this kind.
    pub weight: f64,
    /// Requests of such a user, in order.
    pub visits: Vec<Visit>,
}

/// One request of a journey.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visit {
    /// Index of the endpoint.
    pub endpoint: Id,
    /// Probability that the user makes this request at all.
    pub chance: f64,
    /// Index of the sampler of the think time before it; none: at once.
    pub think: Option<Id>,
}

/// Rate by time of day: equal slices, linear between their middles, repeating.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Name of the curve in the catalogue.
    pub name: String,
    /// Rate of each slice over the rate of the highest; one slice for a flat load.
    pub slices: Vec<f64>,
    /// Length of a slice.
    pub slice: Span,
}

impl Default for Curve {
    fn default() -> Curve {
        Curve { name: "flat".into(), slices: vec![1.0], slice: Span::from_secs(3600.0) }
    }
}

impl Journey {
    /// Mean number of requests of such a user.
    pub fn requests(&self) -> f64 {
        self.visits.iter().map(|visit| visit.chance).sum()
    }
}

impl Load {
    /// Mean number of requests of a user over all journeys; 1 where there is none.
    pub fn requests_per_user(&self) -> f64 {
        let weight: f64 = self.journeys.iter().map(|journey| journey.weight).sum();
        let requests: f64 =
            self.journeys.iter().map(|journey| journey.weight * journey.requests()).sum();
        if weight > 0.0 && requests > 0.0 { requests / weight } else { 1.0 }
    }
}
