//! Load: users and external records.

use super::id::Id;
use crate::units::Span;

/// Pause of a refused virtual user. A full backlog drops the SYN segment (`tcp_abort_on_overflow`
/// is off), and the client's kernel retransmits it after the initial retransmission time-out of a
/// second (`TCP_TIMEOUT_INIT`; RFC 6298, 2.1).
pub const RECONNECT: Span = Span::from_millis(1_000);

/// Load of a system: users, and external records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Load {
    /// Open load: sessions arrive at a rate.
    pub open: Option<Open>,
    /// Closed load: a fixed number of virtual users in a loop.
    pub closed: Option<Closed>,
    /// External records, produced directly to topics.
    pub records: Vec<Source>,
    /// Kinds of journeys; a user picks one by weight.
    pub journeys: Vec<Journey>,
    /// A response later than this counts as an error (the user has left; the work goes on).
    pub patience: Option<Span>,
    /// Retries of users whose request fails, or is not answered within their patience; `None` for
    /// no retries.
    pub retries: Option<Retries>,
    /// Load curve: share of a run's rate by time of day.
    pub curve: Curve,
}

/// Retries by users.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retries {
    /// Maximum number of retries of a request.
    pub attempts: u32,
    /// Mean back-off before the first retry; it doubles with each further one. A back-off is
    /// uniform between half and one and a half of its mean.
    pub back_off: Span,
    /// Retry budget: number of retries allowed per first request, over all users; `None` for
    /// unlimited.
    pub budget: Option<f64>,
}

/// Open load: users arrive at a rate independent of the state of the system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Open {
    /// Requests per second at the peak of the curve, over all journeys. Sessions arrive at this
    /// rate divided by the mean number of requests per session.
    pub requests_per_s: f64,
    /// Whether arrivals are evenly spaced instead of random (for exact timelines).
    pub regular: bool,
}

/// Closed load: virtual users as of a load generator, who request, think and request again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Closed {
    /// Number of users.
    pub users: u32,
    /// Index of the sampler of the pause between journeys; `None` for no pause.
    pub think: Option<Id>,
    /// Pause of a refused user before a new connection.
    pub reconnect: Span,
}

/// Source of external records into a topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Source {
    /// Index of the topic.
    pub topic: Id,
    /// Records per second at the peak of the curve.
    pub per_s: f64,
    /// Whether arrivals are evenly spaced instead of random.
    pub regular: bool,
}

/// Journey of a kind of user: requests with think times in between.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey {
    /// Name.
    pub name: String,
    /// Relative frequency among users.
    pub weight: f64,
    /// Requests in order.
    pub visits: Vec<Visit>,
}

/// One request of a journey.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visit {
    /// Index of the endpoint.
    pub endpoint: Id,
    /// Probability that the user makes this request at all.
    pub chance: f64,
    /// Index of the sampler of the think time before it; `None` for none.
    pub think: Option<Id>,
}

/// Load curve: rate by time of day, in equal slices, interpolated linearly between their midpoints
/// and periodic.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Name of the curve in the catalogue.
    pub name: String,
    /// Rate of each slice relative to the highest; one slice for a flat load.
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
    /// Returns the mean number of requests of a user with this journey.
    pub fn requests(&self) -> f64 {
        self.visits.iter().map(|visit| visit.chance).sum()
    }
}

impl Load {
    /// Returns the mean number of requests of a user over all journeys; 1 where there is none.
    pub fn requests_per_user(&self) -> f64 {
        let weight: f64 = self.journeys.iter().map(|journey| journey.weight).sum();
        let requests: f64 =
            self.journeys.iter().map(|journey| journey.weight * journey.requests()).sum();
        if weight > 0.0 && requests > 0.0 { requests / weight } else { 1.0 }
    }
}
